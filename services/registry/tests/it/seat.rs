use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{SeatRole, UnitKind};
use tonic::Status;

use crate::fixture::{DISTRICT, Registry, batch, ids, name, refused};

fn seat(id: &str, role: SeatRole, least: i32, most: i32) -> pb::Seat {
    pb::Seat {
        name: name("seats", id),
        unit: name("units", "smart-cars"),
        role: role as i32,
        least,
        most,
        ..Default::default()
    }
}

impl Registry {
    async fn batch_seats(&mut self, seats: Vec<pb::Seat>) -> Result<(i32, i32, i32), Status> {
        batch!(self.seats, batch_update_seats, BatchUpdateSeatsRequest, seats, seats, "")
    }
}

kit::both! {
    // B3: one convener, two deputies, seven full-time members, flexible members of four partners.
    async fn the_roster_of_a_task_force_has_its_limits(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let body = pb::Unit { display_name: "智慧网联新能源汽车产业专班".to_owned(), kind: UnitKind::TaskForce as i32, ..Default::default() };
        registry.create_unit("smart-cars", body).await.unwrap();
        let partners = ["economy", "finance", "science", "transport"];
        for id in partners {
            registry.create_department(id).await;
        }
        let flexible = pb::Seat {
            partner_units: partners.map(|id| name("units", id)).to_vec(),
            ..seat("smart-cars-flexible", SeatRole::Flexible, 4, 8)
        };
        let seats = vec![
            seat("smart-cars-convener", SeatRole::Convener, 1, 1),
            seat("smart-cars-deputies", SeatRole::DeputyConvener, 2, 2),
            flexible.clone(),
            seat("smart-cars-members", SeatRole::FullTime, 7, 7),
        ];
        assert_eq!(registry.batch_seats(seats).await.unwrap(), (4, 0, 0));
        let request = pb::ListSeatsRequest { parent: DISTRICT.to_owned(), unit: name("units", "smart-cars"), ..Default::default() };
        assert_eq!(ids!(registry.seats, list_seats, seats, request).len(), 4);
        let request = pb::GetSeatRequest { name: flexible.name.clone() };
        assert_eq!(registry.seats.get_seat(request).await.unwrap().into_inner().partner_units, flexible.partner_units);

        let lent = pb::Seat { partner_units: vec![name("units", "finance")], ..seat("a", SeatRole::FullTime, 3, 2) };
        refused(registry.batch_seats(vec![lent]).await, &[("seats[0].most", "SEAT_LIMITS"), ("seats[0].partner_units", "NOT_FLEXIBLE")]);
    }
}
