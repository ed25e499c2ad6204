//! Fronts.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::front_service_server::FrontService;
use tonic::{Request, Response, Status};

use super::{Rpc, known, rows};
use crate::rpc::revision;

use crate::front::{Contents, Front};
use crate::{definition, district, front, store, unit};

const CREATED: &str = "saima.registry.v1.FrontCreated";
const UPDATED: &str = "saima.registry.v1.FrontUpdated";

#[tonic::async_trait]
impl FrontService for Rpc {
    async fn get_front(
        &self,
        request: Request<pb::GetFrontRequest>,
    ) -> Result<Response<pb::Front>, Status> {
        let name = front::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let front = store::front::get(&mut tx, &name).await?;
        Ok(Response::new(front.into()))
    }

    async fn list_fronts(
        &self,
        request: Request<pb::ListFrontsRequest>,
    ) -> Result<Response<pb::ListFrontsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        fields.check()?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut fronts = store::front::list(&mut tx, district, &page).await?;
        let next_page_token = page.cut(&mut fronts, |it| it.id.clone());
        let fronts = fronts.into_iter().map(pb::Front::from).collect();
        Ok(Response::new(pb::ListFrontsResponse { fronts, next_page_token }))
    }

    async fn batch_update_fronts(
        &self,
        request: Request<pb::BatchUpdateFrontsRequest>,
    ) -> Result<Response<pb::BatchUpdateFrontsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = rows(
            &mut fields,
            "fronts",
            &request.fronts,
            district,
            |it| (&it.name, &it.etag),
            contents,
        );
        fields.check()?;
        let once = Once::new(district, "BatchUpdateFronts", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let present = store::front::of(&mut tx, district, &definition::ids(&rows)).await?;
        let known = known(&mut tx, district, &rows).await?;
        let batch = definition::merge("fronts", district, present, rows, known, &reason, tx.now())?;
        let reply = pb::BatchUpdateFrontsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::front::save(&mut tx, batch.written()).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Front).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Front> for pb::Front {
    fn from(front: Front) -> Self {
        let name = front.name();
        let Front { district, uid, contents, create_time, update_time, revision, .. } = front;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            managing_unit: unit::NAME.format(&[&district, &contents.managing_unit]),
            description: contents.description,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Front, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        managing_unit: fields.member(
            format_args!("{at}.managing_unit"),
            &unit::NAME,
            &given.managing_unit,
            district,
        ),
        description: fields.paragraph(
            format_args!("{at}.description"),
            &given.description,
            0..=2000,
        ),
    }
}
