//! Revisions.

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::{Error, clock, feed};
use prost::Message as _;
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::revision_service_server::RevisionService;
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::definition::{Contents, Definition};
use crate::revision::Revision;
use crate::{district, store};

#[tonic::async_trait]
impl RevisionService for Rpc {
    async fn list_revisions(
        &self,
        request: Request<pb::ListRevisionsRequest>,
    ) -> Result<Response<pb::ListRevisionsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let resource = fields.text("resource", &request.resource, 1..=400);
        if !resource.is_empty() && !resource.starts_with(&format!("{parent}/")) {
            let message = format!("{resource} is not in {parent}");
            fields.violation("resource", "OTHER_DISTRICT", message);
        }
        fields.check()?;
        let page =
            Page::parse(request.page_size, &request.page_token, &[&request.parent, &resource])?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut revisions = store::revision::list(&mut tx, district, &resource, &page).await?;
        let next_page_token = page.cut(&mut revisions, |it| it.number.to_string());
        let revisions = revisions.into_iter().map(to_proto).collect::<kit::Result<_>>()?;
        Ok(Response::new(pb::ListRevisionsResponse { revisions, next_page_token }))
    }
}

/// Tells the feed what became of definitions, and writes it down for good.
pub(super) async fn append<C, M>(
    tx: &mut Tx,
    district: &str,
    reason: &str,
    written: impl IntoIterator<Item = (&'static str, Definition<C>)>,
    resource: fn(M) -> Resource,
) -> kit::Result<()>
where
    C: Contents,
    M: From<Definition<C>>,
{
    let mut revisions = Vec::new();
    for (kind, it) in written {
        let (name, number) = (it.name(), it.revision);
        let change = pb::Change { resource: Some(resource(it.into())), ..Default::default() };
        feed::append(tx, district, kind, &name, &change);
        revisions.push(Revision {
            district: district.to_owned(),
            resource: name,
            number,
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            document: change.encode_to_vec(),
            create_time: tx.now(),
        });
    }
    store::revision::insert(tx, &revisions).await
}

/// Tells and writes down what became of one definition, and yields it as the contract says it.
pub(super) async fn append_one<C, M>(
    tx: &mut Tx,
    reason: &str,
    kind: &'static str,
    it: Definition<C>,
    resource: fn(M) -> Resource,
) -> kit::Result<M>
where
    C: Contents,
    M: From<Definition<C>>,
{
    let district = it.district.clone();
    append(tx, &district, reason, [(kind, it.clone())], resource).await?;
    Ok(it.into())
}

fn to_proto(revision: Revision) -> kit::Result<pb::Revision> {
    let change = pb::Change::decode(&*revision.document).map_err(Error::internal)?;
    let change = pb::Change {
        kind: revision.kind,
        name: revision.resource,
        change_time: Some(clock::to_proto(revision.create_time)),
        ..change
    };
    Ok(pb::Revision { number: revision.number, reason: revision.reason, change: Some(change) })
}
