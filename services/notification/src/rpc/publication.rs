//! Publications.

mod source;

use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::publication_service_server::PublicationService;
use sha2::{Digest as _, Sha256};
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status};

use super::{Rpc, change, cut, sequence};
use crate::publication::{Kind, NAME, Publication, Withdrawal};
use crate::{district, store};

const PUBLISHED: &str = "saima.notification.v1.PublicationCreated";
const WITHDRAWN: &str = "saima.notification.v1.PublicationWithdrawn";

/// How long caches on the way may answer for us.
const CACHED: &str = "public, max-age=60";

#[tonic::async_trait]
impl PublicationService for Rpc {
    async fn get_publication(
        &self,
        request: Request<pb::GetPublicationRequest>,
    ) -> Result<Response<pb::Publication>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let sequence = sequence(&name, "publication")?;
        let mut tx = self.db.begin_read().await?;
        let found = store::publication::get(&mut tx, name.id("district"), sequence).await?;
        Ok(cached(shown(found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Result<Response<pb::ListPublicationsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let kind = fields.optional_choice::<Kind>("kind", request.kind);
        fields.check()?;
        let page = |size| Page::parse(size, &request.page_token, &[&request.parent, &request.kind]);
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut found =
            store::publication::list(&mut tx, parent.id("district"), kind, &whole).await?;
        let next_page_token = cut(&mut found, &whole, page, Publication::size, |it| it.sequence)?;
        let publications = found.into_iter().map(shown).collect();
        Ok(cached(pb::ListPublicationsResponse { publications, next_page_token }))
    }

    async fn create_publication(
        &self,
        request: Request<pb::CreatePublicationRequest>,
    ) -> Result<Response<pb::Publication>, Status> {
        let request = request.into_inner();
        let given = field::required("publication", request.publication.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let account = fields.account("account", &request.account, 1..=100);
        let wish = source::read(&mut fields, given, parent.id("district"));
        fields.check()?;
        let district = parent.id("district");
        let once = Once::new(district, "CreatePublication", &request.request_id, &request)?;
        self.registry.district(district).await?;
        let piece = source::piece(self, wish).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let last = store::publication::lock(&mut tx, district).await?;
        if !piece.source.is_empty()
            && let Some(before) =
                store::publication::standing(&mut tx, district, &piece.source).await?
        {
            let message = format!("is published as {}; withdraw that first", before.name());
            return Err(Error::precondition("ALREADY_PUBLISHED", piece.source, message).into());
        }
        let publication = Publication {
            district: district.to_owned(),
            sequence: last + 1,
            piece,
            account,
            create_time: tx.now(),
            withdrawal: None,
        };
        store::publication::insert(&mut tx, &publication).await?;
        let reply = shown(publication);
        let resource = Resource::Publication(reply.clone());
        change::append(&mut tx, district, PUBLISHED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn withdraw_publication(
        &self,
        request: Request<pb::WithdrawPublicationRequest>,
    ) -> Result<Response<pb::Publication>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        let account = fields.account("account", &request.account, 1..=100);
        fields.check()?;
        let (district, sequence) = (name.id("district"), sequence(&name, "publication")?);
        let once = Once::new(district, "WithdrawPublication", &request.request_id, &request)?;
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::publication::lock(&mut tx, district).await?;
        let found = store::publication::get(&mut tx, district, sequence).await?;
        let mut publication = found.ok_or_else(|| name.not_found())?;
        let withdrawal = Withdrawal { reason, account, create_time: tx.now() };
        publication.withdraw(withdrawal.clone())?;
        store::publication::withdraw(&mut tx, &publication, &withdrawal).await?;
        let reply = shown(publication);
        let resource = Resource::Publication(reply.clone());
        change::append(&mut tx, district, WITHDRAWN, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_publication_history(
        &self,
        request: Request<pb::ListPublicationHistoryRequest>,
    ) -> Result<Response<pb::ListPublicationHistoryResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let source = Some(request.source.as_str()).filter(|it| !it.is_empty());
        let page =
            |size| Page::parse(size, &request.page_token, &[&request.parent, &request.source]);
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut found =
            store::publication::history(&mut tx, parent.id("district"), source, &whole).await?;
        let next_page_token = cut(&mut found, &whole, page, Publication::size, |it| it.sequence)?;
        let publications = found.into_iter().map(whole_of).collect();
        Ok(Response::new(pb::ListPublicationHistoryResponse { publications, next_page_token }))
    }
}

/// A reply that caches on the way may keep for a while.
fn cached<T>(reply: T) -> Response<T> {
    let mut response = Response::new(reply);
    let value = MetadataValue::from_static(CACHED);
    response.metadata_mut().insert("cache-control", value);
    response
}

/// As everybody sees it.
fn shown(it: Publication) -> pb::Publication {
    let withdrawn = it.withdrawal.is_some();
    let mut shown = whole_of(it);
    shown.publisher.clear();
    shown.withdrawer.clear();
    if withdrawn {
        shown.content.clear();
    }
    shown
}

/// As the office sees it.
fn whole_of(it: Publication) -> pb::Publication {
    let (name, revision) = (it.name(), it.revision());
    let digest = Sha256::digest(it.piece.content.as_bytes());
    let withdrawal = it.withdrawal;
    pb::Publication {
        name,
        kind: it.piece.kind as i32,
        source: it.piece.source,
        commitment: it.piece.kind == Kind::Commitment,
        title: it.piece.title,
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        content: it.piece.content,
        withdrawn: withdrawal.is_some(),
        withdraw_reason: withdrawal.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
        withdraw_time: withdrawal.as_ref().map(|it| clock::to_proto(it.create_time)),
        publisher: it.account,
        withdrawer: withdrawal.map(|it| it.account).unwrap_or_default(),
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(revision),
    }
}
