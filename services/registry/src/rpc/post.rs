//! Posts.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::post_service_server::PostService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;
use crate::post::{Contents, Post};
use crate::store::post::Filter;
use crate::{district, front, post, station, store, unit};

const CREATED: &str = "saima.registry.v1.PostCreated";
const UPDATED: &str = "saima.registry.v1.PostUpdated";

#[tonic::async_trait]
impl PostService for Rpc {
    async fn get_post(
        &self,
        request: Request<pb::GetPostRequest>,
    ) -> Result<Response<pb::Post>, Status> {
        let name = post::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let post = store::post::get(&mut tx, &name).await?;
        Ok(Response::new(post.into()))
    }

    async fn list_posts(
        &self,
        request: Request<pb::ListPostsRequest>,
    ) -> Result<Response<pb::ListPostsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            unit: fields.optional_member("unit", &unit::NAME, &request.unit, district),
            kind: fields.optional_choice("kind", request.kind),
            front: fields.optional_member("front", &front::NAME, &request.front, district),
            station: fields.optional_member("station", &station::NAME, &request.station, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unit, &request.kind, &request.front, &request.station],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut posts = store::post::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut posts, |it| it.id.clone());
        let posts = posts.into_iter().map(pb::Post::from).collect();
        Ok(Response::new(pb::ListPostsResponse { posts, next_page_token }))
    }

    async fn batch_update_posts(
        &self,
        request: Request<pb::BatchUpdatePostsRequest>,
    ) -> Result<Response<pb::BatchUpdatePostsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Post, post, shown: true);

impl From<Post> for pb::Post {
    fn from(post: Post) -> Self {
        let name = post.name();
        let Post { district, uid, contents, create_time, update_time, revision, .. } = post;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            unit: unit::NAME.format(&[&district, &contents.unit]),
            kind: contents.kind as i32,
            rank: contents.rank,
            front: contents
                .front
                .map(|id| front::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            station: contents
                .station
                .map(|id| station::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            places: contents.places,
            start_date: contents.start_date.map(date::to_proto),
            end_date: contents.end_date.map(date::to_proto),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Post, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        unit: fields.member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        kind: fields.choice(format_args!("{at}.kind"), given.kind),
        rank: fields.text(format_args!("{at}.rank"), &given.rank, 0..=60),
        front: fields.optional_member(
            format_args!("{at}.front"),
            &front::NAME,
            &given.front,
            district,
        ),
        station: fields.optional_member(
            format_args!("{at}.station"),
            &station::NAME,
            &given.station,
            district,
        ),
        places: fields.number(format_args!("{at}.places"), given.places, 0..=1000),
        start_date: fields.optional_date(format_args!("{at}.start_date"), &given.start_date),
        end_date: fields.optional_date(format_args!("{at}.end_date"), &given.end_date),
    }
}
