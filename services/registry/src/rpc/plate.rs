//! Plates.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::plate_service_server::PlateService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;
use crate::plate::{Contents, Plate};
use crate::store::plate::Filter;
use crate::{district, period, plate, project, store, task, unit};

const CREATED: &str = "saima.registry.v1.PlateCreated";
const UPDATED: &str = "saima.registry.v1.PlateUpdated";

#[tonic::async_trait]
impl PlateService for Rpc {
    async fn get_plate(
        &self,
        request: Request<pb::GetPlateRequest>,
    ) -> Result<Response<pb::Plate>, Status> {
        let name = plate::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let plate = store::plate::get(&mut tx, &name).await?;
        Ok(Response::new(plate.into()))
    }

    async fn list_plates(
        &self,
        request: Request<pb::ListPlatesRequest>,
    ) -> Result<Response<pb::ListPlatesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            unit: fields.optional_member("unit", &unit::NAME, &request.unit, district),
            period: fields.optional_member("period", &period::NAME, &request.period, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unit, &request.period],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut plates = store::plate::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut plates, |it| it.id.clone());
        let plates = plates.into_iter().map(pb::Plate::from).collect();
        Ok(Response::new(pb::ListPlatesResponse { plates, next_page_token }))
    }

    async fn batch_update_plates(
        &self,
        request: Request<pb::BatchUpdatePlatesRequest>,
    ) -> Result<Response<pb::BatchUpdatePlatesResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Plate, plate, shown: false);

impl From<Plate> for pb::Plate {
    fn from(plate: Plate) -> Self {
        let name = plate.name();
        let Plate { district, uid, contents, create_time, update_time, revision, .. } = plate;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            unit: unit::NAME.format(&[&district, &contents.unit]),
            task: contents.task.map(|id| task::NAME.format(&[&district, &id])).unwrap_or_default(),
            project: contents
                .project
                .map(|id| project::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            period: contents
                .period
                .map(|id| period::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            description: contents.description,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Plate, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        unit: fields.member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        task: fields.optional_member(format_args!("{at}.task"), &task::NAME, &given.task, district),
        project: fields.optional_member(
            format_args!("{at}.project"),
            &project::NAME,
            &given.project,
            district,
        ),
        period: fields.optional_member(
            format_args!("{at}.period"),
            &period::NAME,
            &given.period,
            district,
        ),
        description: fields.paragraph(
            format_args!("{at}.description"),
            &given.description,
            0..=2000,
        ),
    }
}
