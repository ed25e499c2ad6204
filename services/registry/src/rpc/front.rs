//! Fronts.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::front_service_server::FrontService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;

use crate::front::{Contents, Front};
use crate::{district, front, store, unit};

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
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Front, front, shown: true);

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
