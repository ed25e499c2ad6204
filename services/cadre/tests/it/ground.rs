//! What cadre keeps persons for, in the real registry: units, a task force with its seats, fronts.

use kit::testing::{Bed, Served};
use proto::registry::v1 as registry;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::front_service_client::FrontServiceClient;
use proto::registry::v1::seat_service_client::SeatServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use registry::{SeatRole, UnitKind};

use crate::data::DISTRICT;
use crate::fake;

/// A name in the district of the tests.
pub(crate) fn name(collection: &str, id: &str) -> String {
    format!("{DISTRICT}/{collection}/{id}")
}

/// Cadre beside the real registry, which knows the district.
pub(crate) async fn start(bed: &Bed) -> Served {
    let served = bed.start(&[::registry::SERVICE, fake::SCORING, cadre::SERVICE]).await;
    let channel = served.channel();
    let district =
        registry::District { display_name: "璧山区".to_owned(), ..Default::default() };
    let request = registry::CreateDistrictRequest {
        district_id: "hengkou".to_owned(),
        district: Some(district),
        ..Default::default()
    };
    DistrictServiceClient::new(channel.clone()).create_district(request).await.unwrap();
    let departments = ["finance", "water", "roads", "organisation", "petitions", "projects"];
    let departments = departments.map(|id| unit(id, UnitKind::Department));
    let bodies = ["smart-cars", "new-city"].map(|id| unit(id, UnitKind::TaskForce));
    let request = registry::BatchUpdateUnitsRequest {
        parent: DISTRICT.to_owned(),
        units: departments.into_iter().chain(bodies).collect(),
        ..Default::default()
    };
    UnitServiceClient::new(channel.clone()).batch_update_units(request).await.unwrap();
    let flexible = registry::Seat {
        partner_units: ["finance", "water"].map(|id| name("units", id)).to_vec(),
        ..seat("smart-cars", "flexible", SeatRole::Flexible, 1, 2)
    };
    let request = registry::BatchUpdateSeatsRequest {
        parent: DISTRICT.to_owned(),
        seats: vec![
            seat("smart-cars", "convener", SeatRole::Convener, 1, 1),
            seat("smart-cars", "members", SeatRole::FullTime, 2, 2),
            flexible,
            seat("new-city", "commander", SeatRole::Commander, 1, 1),
            seat("new-city", "members", SeatRole::FullTime, 1, 9),
        ],
        ..Default::default()
    };
    SeatServiceClient::new(channel.clone()).batch_update_seats(request).await.unwrap();
    let front = |id: &str, unit: &str| registry::Front {
        name: name("fronts", id),
        display_name: id.to_owned(),
        managing_unit: name("units", unit),
        ..Default::default()
    };
    let request = registry::BatchUpdateFrontsRequest {
        parent: DISTRICT.to_owned(),
        fronts: vec![front("projects", "projects"), front("petitions", "petitions")],
        ..Default::default()
    };
    FrontServiceClient::new(channel).batch_update_fronts(request).await.unwrap();
    served
}

fn unit(id: &str, kind: UnitKind) -> registry::Unit {
    registry::Unit {
        name: name("units", id),
        display_name: id.to_owned(),
        kind: kind.into(),
        ..Default::default()
    }
}

fn seat(unit: &str, id: &str, role: SeatRole, least: i32, most: i32) -> registry::Seat {
    registry::Seat {
        name: name("seats", &format!("{unit}-{id}")),
        unit: name("units", unit),
        role: role.into(),
        least,
        most,
        ..Default::default()
    }
}
