//! Stations.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::station_service_server::StationService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::definition::told;
use crate::station::{Contents, Station};
use crate::store::station::Filter;
use crate::{district, station, store, unit};

const CREATED: &str = "saima.registry.v1.StationCreated";
const UPDATED: &str = "saima.registry.v1.StationUpdated";

#[tonic::async_trait]
impl StationService for Rpc {
    async fn get_station(
        &self,
        request: Request<pb::GetStationRequest>,
    ) -> Result<Response<pb::Station>, Status> {
        let name = station::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let station = store::station::get(&mut tx, &name).await?;
        Ok(Response::new(station.into()))
    }

    async fn list_stations(
        &self,
        request: Request<pb::ListStationsRequest>,
    ) -> Result<Response<pb::ListStationsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            level: fields.optional_choice("level", request.level),
            unit: fields.optional_member("unit", &unit::NAME, &request.unit, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.level, &request.unit],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut stations = store::station::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut stations, |it| it.id.clone());
        let stations = stations.into_iter().map(pb::Station::from).collect();
        Ok(Response::new(pb::ListStationsResponse { stations, next_page_token }))
    }

    async fn batch_update_stations(
        &self,
        request: Request<pb::BatchUpdateStationsRequest>,
    ) -> Result<Response<pb::BatchUpdateStationsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Station, station, shown: true);

impl From<Station> for pb::Station {
    fn from(station: Station) -> Self {
        let name = station.name();
        let Station { district, uid, contents, create_time, update_time, revision, .. } = station;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            level: contents.level as i32,
            unit: unit::NAME.format(&[&district, &contents.unit]),
            upper: contents
                .upper
                .map(|id| station::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Station, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        level: fields.choice(format_args!("{at}.level"), given.level),
        unit: fields.member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        upper: fields.optional_member(
            format_args!("{at}.upper"),
            &station::NAME,
            &given.upper,
            district,
        ),
    }
}
