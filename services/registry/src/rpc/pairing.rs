//! Pairings.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::pairing_service_server::PairingService;
use tonic::{Request, Response, Status};

use super::{Rpc, known, rows};
use crate::pairing::{Contents, Pairing};
use crate::rpc::revision;
use crate::store::pairing::Filter;
use crate::{community, definition, district, pairing, store, unit};

const CREATED: &str = "saima.registry.v1.PairingCreated";
const UPDATED: &str = "saima.registry.v1.PairingUpdated";

#[tonic::async_trait]
impl PairingService for Rpc {
    async fn get_pairing(
        &self,
        request: Request<pb::GetPairingRequest>,
    ) -> Result<Response<pb::Pairing>, Status> {
        let name = pairing::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let pairing = store::pairing::get(&mut tx, &name).await?;
        Ok(Response::new(pairing.into()))
    }

    async fn list_pairings(
        &self,
        request: Request<pb::ListPairingsRequest>,
    ) -> Result<Response<pb::ListPairingsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            community: fields.optional_member(
                "community",
                &community::NAME,
                &request.community,
                district,
            ),
            unit: fields.optional_member("unit", &unit::NAME, &request.unit, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.community, &request.unit],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut pairings = store::pairing::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut pairings, |it| it.id.clone());
        let pairings = pairings.into_iter().map(pb::Pairing::from).collect();
        Ok(Response::new(pb::ListPairingsResponse { pairings, next_page_token }))
    }

    async fn batch_update_pairings(
        &self,
        request: Request<pb::BatchUpdatePairingsRequest>,
    ) -> Result<Response<pb::BatchUpdatePairingsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = rows(
            &mut fields,
            "pairings",
            &request.pairings,
            district,
            |it| (&it.name, &it.etag),
            contents,
        );
        fields.check()?;
        let once = Once::new(district, "BatchUpdatePairings", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let present = store::pairing::of(&mut tx, district, &definition::ids(&rows)).await?;
        let known = known(&mut tx, district, &rows).await?;
        let batch =
            definition::merge("pairings", district, present, rows, known, &reason, tx.now())?;
        let reply = pb::BatchUpdatePairingsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::pairing::save(&mut tx, batch.written()).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Pairing).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Pairing> for pb::Pairing {
    fn from(pairing: Pairing) -> Self {
        let name = pairing.name();
        let Pairing { district, uid, contents, create_time, update_time, revision, .. } = pairing;
        Self {
            name,
            uid,
            community: community::NAME.format(&[&district, &contents.community]),
            organisation: contents.organisation,
            unit: contents.unit.map(|id| unit::NAME.format(&[&district, &id])).unwrap_or_default(),
            member_count: contents.member_count,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Pairing, district: &str) -> Contents {
    Contents {
        community: fields.member(
            format_args!("{at}.community"),
            &community::NAME,
            &given.community,
            district,
        ),
        organisation: fields.text(format_args!("{at}.organisation"), &given.organisation, 1..=200),
        unit: fields.optional_member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        member_count: fields.number(
            format_args!("{at}.member_count"),
            given.member_count,
            0..=100000,
        ),
    }
}
