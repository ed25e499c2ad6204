use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::oversight_service_client::OversightServiceClient;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, fails, name, refused};

fn charge(unit: &str, leader: &str) -> pb::Charge {
    pb::Charge { unit: name("units", unit), leader: name("units", leader) }
}

fn oversight(office: &str, charges: Vec<pb::Charge>) -> pb::Oversight {
    pb::Oversight {
        name: format!("{DISTRICT}/oversight"),
        office: name("units", office),
        charges,
        ..Default::default()
    }
}

async fn update(registry: &Registry, it: pb::Oversight) -> Result<pb::Oversight, Status> {
    let mut client = OversightServiceClient::new(registry.served.channel());
    let request = pb::UpdateOversightRequest { oversight: Some(it) };
    client.update_oversight(request).await.map(|it| it.into_inner())
}

kit::both! {
    // H7: the way of letters upwards.
    async fn a_leader_is_in_charge_of_units(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        for id in ["office", "leader", "transport", "water"] {
            registry.create_department(id).await;
        }
        let mut client = OversightServiceClient::new(registry.served.channel());
        let get = pb::GetOversightRequest { name: format!("{DISTRICT}/oversight") };
        let empty = client.get_oversight(get.clone()).await.unwrap().into_inner();
        assert_eq!((empty.office.as_str(), empty.charges.len(), empty.update_time), ("", 0, None));
        let absent = pb::GetOversightRequest { name: "districts/nowhere/oversight".to_owned() };
        let found = client.get_oversight(absent).await;
        fails(found, Code::NotFound, "NOT_FOUND", "districts/nowhere");

        let wanted = oversight("office", vec![charge("transport", "leader"), charge("water", "leader")]);
        let first = update(&registry, wanted.clone()).await.unwrap();
        assert_eq!((&first.office, &first.charges), (&wanted.office, &wanted.charges));
        assert_eq!(client.get_oversight(get).await.unwrap().into_inner(), first);
        assert_eq!(update(&registry, wanted.clone()).await.unwrap(), first);
        let next = pb::Oversight { charges: vec![charge("water", "leader")], ..first.clone() };
        let second = update(&registry, next.clone()).await.unwrap();
        assert_eq!((second.charges.len(), second.etag == first.etag), (1, false));
        let stale = pb::Oversight { charges: Vec::new(), ..next };
        fails(update(&registry, stale).await, Code::Aborted, "ETAG_MISMATCH", "oversight");
    }

    // H7
    async fn an_oversight_with_faults_is_refused(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        for id in ["office", "gone"] {
            registry.create_department(id).await;
        }
        let retire = pb::RetireUnitRequest { name: name("units", "gone"), ..Default::default() };
        registry.units.retire_unit(retire).await.unwrap();
        let twice = vec![charge("gone", "office"), charge("gone", "office"), charge("office", "office")];
        refused(
            update(&registry, oversight("office", twice)).await,
            &[("oversight.charges[1].unit", "DUPLICATE"), ("oversight.charges[2].leader", "SAME_UNIT")],
        );
        let unknown = oversight("nobody", vec![charge("gone", "office")]);
        refused(
            update(&registry, unknown).await,
            &[("oversight.office", "UNKNOWN_UNIT"), ("oversight.charges[0].unit", "UNIT_RETIRED")],
        );
        let foreign = pb::Oversight { office: "districts/xingping/units/office".to_owned(), ..oversight("office", Vec::new()) };
        refused(update(&registry, foreign).await, &[("oversight.office", "OTHER_DISTRICT")]);
    }
}
