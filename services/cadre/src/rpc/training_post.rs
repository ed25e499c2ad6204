//! Training posts over the wire.

use kit::field::Fields;
use kit::{clock, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::training_post_service_server::TrainingPostService;
use tonic::{Request, Response, Status};

use super::definition::{Listed, Told};
use super::{FRONT, Rpc, UNIT, criteria};
use crate::definition::{Definition, Row};
use crate::follow::peers::Registry;
use crate::training_post::{Contents, NAME};

#[tonic::async_trait]
impl TrainingPostService for Rpc {
    async fn get_training_post(
        &self,
        request: Request<pb::GetTrainingPostRequest>,
    ) -> Result<Response<pb::TrainingPost>, Status> {
        let request = request.into_inner();
        Ok(Response::new(self.definition::<pb::TrainingPost>(&request.name).await?))
    }

    async fn list_training_posts(
        &self,
        request: Request<pb::ListTrainingPostsRequest>,
    ) -> Result<Response<pb::ListTrainingPostsResponse>, Status> {
        let request = request.into_inner();
        let listed = Listed::all(&request.parent, request.page_size, &request.page_token);
        let listed = Listed { narrowed: request.front.clone(), ..listed };
        let label = |fields: &mut Fields, district: &str| {
            fields.optional_member("front", &FRONT, &request.front, district)
        };
        let (training_posts, next_page_token) = self.definitions(listed, label).await?;
        Ok(Response::new(pb::ListTrainingPostsResponse { training_posts, next_page_token }))
    }

    async fn batch_update_training_posts(
        &self,
        request: Request<pb::BatchUpdateTrainingPostsRequest>,
    ) -> Result<Response<pb::BatchUpdateTrainingPostsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

impl Told for pb::TrainingPost {
    type Contents = Contents;

    const EVENTS: [&'static str; 2] =
        ["saima.cadre.v1.TrainingPostCreated", "saima.cadre.v1.TrainingPostUpdated"];

    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Contents {
        let unit = &given.managing_unit;
        let unit =
            fields.optional_member(format_args!("{at}.managing_unit"), &UNIT, unit, district);
        let asked = given.criteria.as_ref();
        Contents {
            display_name: fields.text(
                format_args!("{at}.display_name"),
                &given.display_name,
                1..=200,
            ),
            front: fields.member(format_args!("{at}.front"), &FRONT, &given.front, district),
            managing_unit: unit.unwrap_or_default(),
            duties: fields.paragraph(format_args!("{at}.duties"), &given.duties, 0..=2000),
            field: fields.text(format_args!("{at}.field"), &given.field, 0..=40),
            criteria: criteria::read(fields, &format!("{at}.criteria"), asked, district),
            places: fields.number(format_args!("{at}.places"), given.places, 1..=1000),
        }
    }

    fn of(district: &str, it: &Definition<Contents>) -> Self {
        let contents = &it.contents;
        Self {
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

    fn told(self) -> (String, Resource) {
        (self.name.clone(), Resource::TrainingPost(self))
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
}
