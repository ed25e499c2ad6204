//! Pairings.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::pairing_service_server::PairingService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;
use crate::pairing::{Contents, Pairing};
use crate::store::pairing::Filter;
use crate::{community, district, pairing, store, unit};

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
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Pairing, pairing, shown: false);

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
