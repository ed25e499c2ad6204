//! Training posts over the wire.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::training_post_service_server::TrainingPostService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, FRONT, Rpc, UNIT, change, criteria, definition};
use crate::definition::Row;
use crate::follow::peers::Registry;
use crate::store;
use crate::training_post::{Contents, NAME, TrainingPost};

const CREATED: &str = "saima.cadre.v1.TrainingPostCreated";
const UPDATED: &str = "saima.cadre.v1.TrainingPostUpdated";

#[tonic::async_trait]
impl TrainingPostService for Rpc {
    async fn get_training_post(
        &self,
        request: Request<pb::GetTrainingPostRequest>,
    ) -> Result<Response<pb::TrainingPost>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::definition::find(&mut tx, district, name.id("training_post")).await?;
        Ok(Response::new(to_proto(district, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_training_posts(
        &self,
        request: Request<pb::ListTrainingPostsRequest>,
    ) -> Result<Response<pb::ListTrainingPostsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let front = fields.optional_member("front", &FRONT, &request.front, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.front],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut posts = store::definition::list(&mut tx, district, front.as_deref(), &page).await?;
        let next_page_token = page.cut(&mut posts, |it: &TrainingPost| it.id.clone());
        let training_posts = posts.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListTrainingPostsResponse { training_posts, next_page_token }))
    }

    async fn batch_update_training_posts(
        &self,
        request: Request<pb::BatchUpdateTrainingPostsRequest>,
    ) -> Result<Response<pb::BatchUpdateTrainingPostsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let given = &request.training_posts;
        let key = |it: &pb::TrainingPost| (it.name.clone(), it.etag.clone());
        let mut rows =
            definition::rows(&mut fields, "training_posts", given, district, key, contents);
        fields.check()?;
        let once = Once::new(district, "BatchUpdateTrainingPosts", &request.request_id, &request)?;
        resolve(&self.registry, district, &mut rows).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let batch = definition::save(&mut tx, district, rows, &reason).await?;
        let reply = pb::BatchUpdateTrainingPostsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        for (kind, told) in [(CREATED, &batch.created), (UPDATED, &batch.updated)] {
            for it in told {
                let post = to_proto(district, it);
                let name = post.name.clone();
                change::append(&mut tx, district, kind, &name, Resource::TrainingPost(post));
            }
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Fills in who manages a post where the front says it, and refuses what is not there.
async fn resolve(
    registry: &Registry,
    district: &str,
    rows: &mut [Row<Contents>],
) -> kit::Result<()> {
    registry.check_district(district).await?;
    let fronts = registry.fronts(district).await?;
    let named = rows.iter().map(|it| it.contents.managing_unit.as_str());
    let named = named.filter(|it| !it.is_empty()).collect();
    let unknown = registry.unknown_units(district, named).await?;
    let mut fields = Fields::default();
    for (row, Row { contents, .. }) in rows.iter_mut().enumerate() {
        let at = format!("training_posts[{row}]");
        if unknown.contains(&contents.managing_unit) {
            let message = format!("there is no unit {}", contents.managing_unit);
            fields.violation(format_args!("{at}.managing_unit"), "UNKNOWN_UNIT", message);
        }
        match fronts.get(&contents.front) {
            None => {
                let message = format!("there is no front {}", contents.front);
                fields.violation(format_args!("{at}.front"), "UNKNOWN_FRONT", message);
            }
            Some(unit) if contents.managing_unit.is_empty() => {
                contents.managing_unit.clone_from(unit);
            }
            Some(_) => {}
        }
    }
    fields.check()
}

fn contents(fields: &mut Fields, at: &str, given: &pb::TrainingPost, district: &str) -> Contents {
    let unit = &given.managing_unit;
    let unit = fields.optional_member(format_args!("{at}.managing_unit"), &UNIT, unit, district);
    let asked = given.criteria.as_ref();
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        front: fields.member(format_args!("{at}.front"), &FRONT, &given.front, district),
        managing_unit: unit.unwrap_or_default(),
        duties: fields.paragraph(format_args!("{at}.duties"), &given.duties, 0..=2000),
        field: fields.text(format_args!("{at}.field"), &given.field, 0..=40),
        criteria: criteria::read(fields, &format!("{at}.criteria"), asked, district),
        places: fields.number(format_args!("{at}.places"), given.places, 1..=1000),
    }
}

fn to_proto(district: &str, it: &TrainingPost) -> pb::TrainingPost {
    let contents = &it.contents;
    pb::TrainingPost {
        name: NAME.format(&[district, &it.id]),
        display_name: contents.display_name.clone(),
        front: FRONT.format(&[district, &contents.front]),
        managing_unit: UNIT.format(&[district, &contents.managing_unit]),
        duties: contents.duties.clone(),
        field: contents.field.clone(),
        criteria: Some(criteria::to_proto(district, &contents.criteria)),
        places: contents.places,
        create_time: Some(clock::to_proto(it.create_time)),
        update_time: Some(clock::to_proto(it.update_time)),
        etag: etag::of(it.revision),
    }
}
