//! Communities.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::community_service_server::CommunityService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;
use crate::community::{Community, Contents};
use crate::store::community::Filter;
use crate::{community, district, store, unit};

const CREATED: &str = "saima.registry.v1.CommunityCreated";
const UPDATED: &str = "saima.registry.v1.CommunityUpdated";

#[tonic::async_trait]
impl CommunityService for Rpc {
    async fn get_community(
        &self,
        request: Request<pb::GetCommunityRequest>,
    ) -> Result<Response<pb::Community>, Status> {
        let name = community::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let community = store::community::get(&mut tx, &name).await?;
        Ok(Response::new(community.into()))
    }

    async fn list_communities(
        &self,
        request: Request<pb::ListCommunitiesRequest>,
    ) -> Result<Response<pb::ListCommunitiesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter =
            Filter { unit: fields.optional_member("unit", &unit::NAME, &request.unit, district) };
        fields.check()?;
        let page =
            Page::parse(request.page_size, &request.page_token, &[&request.parent, &request.unit])?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut communities = store::community::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut communities, |it| it.id.clone());
        let communities = communities.into_iter().map(pb::Community::from).collect();
        Ok(Response::new(pb::ListCommunitiesResponse { communities, next_page_token }))
    }

    async fn batch_update_communities(
        &self,
        request: Request<pb::BatchUpdateCommunitiesRequest>,
    ) -> Result<Response<pb::BatchUpdateCommunitiesResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Community, community, shown: false);

impl From<Community> for pb::Community {
    fn from(community: Community) -> Self {
        let name = community.name();
        let Community { district, uid, contents, create_time, update_time, revision, .. } =
            community;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            unit: unit::NAME.format(&[&district, &contents.unit]),
            grid_count: contents.grid_count,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Community, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        unit: fields.member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        grid_count: fields.number(format_args!("{at}.grid_count"), given.grid_count, 0..=10000),
    }
}
