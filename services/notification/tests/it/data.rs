//! The districts of the tests: what registry and scoring say about them.

use kit::testing::Channel;
use kit::testing::{Served, eventually};
use proto::google::r#type::Decimal;
use proto::notification::v1 as pb;
use proto::notification::v1::bulletin_service_client::BulletinServiceClient;
use proto::notification::v1::letter_service_client::LetterServiceClient;
use proto::notification::v1::template_service_client::TemplateServiceClient;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;

use crate::fake;

/// The district most tests are in.
pub(crate) const DISTRICT: &str = "districts/hengkou";
/// Another, which must not suffer with the first.
pub(crate) const OTHER: &str = "districts/xingping";

/// Tells the registry of both districts.
pub(crate) async fn put(served: &Served) {
    put_district(served, DISTRICT, "恒口示范区").await;
    put_district(served, OTHER, "兴平市").await;
}

/// Tells the registry of the units of a district: an office, two departments and a bureau below one.
pub(crate) async fn put_units(served: &Served, district: &str) {
    let unit = |id: &str, display_name: &str, parent: &str| registry::Unit {
        name: format!("{district}/units/{id}"),
        display_name: display_name.to_owned(),
        category: if id == "office" { "office".to_owned() } else { "economic".to_owned() },
        parent: match parent {
            "" => String::new(),
            parent => format!("{district}/units/{parent}"),
        },
        ..Default::default()
    };
    let units = vec![
        unit("office", "考核办", ""),
        unit("transport", "交通局", ""),
        unit("road-bureau", "公路段", "transport"),
        unit("water", "水利局", ""),
    ];
    let reply = registry::ListUnitsResponse { units, ..Default::default() };
    served.put("registry", &format!("{district}/units"), &reply).await;
}

/// Tells the registry who is in charge of the transport department, and which unit is the office.
pub(crate) async fn put_oversight(served: &Served, district: &str) {
    let unit = |id: &str| format!("{district}/units/{id}");
    let oversight = registry::Oversight {
        name: format!("{district}/oversight"),
        office: unit("office"),
        charges: vec![registry::Charge { unit: unit("transport"), leader: unit("water") }],
        ..Default::default()
    };
    served.put("registry", &oversight.name, &oversight).await;
}

/// Tells the registry of a district.
pub(crate) async fn put_district(served: &Served, name: &str, display_name: &str) {
    let district = registry::District {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        ..Default::default()
    };
    served.put("registry", name, &district).await;
}

/// A warning of an indicator behind schedule.
pub(crate) fn behind(district: &str, id: i32, unit: &str) -> scoring::Warning {
    scoring::Warning {
        name: format!("{district}/warnings/{id}"),
        kind: scoring::WarningKind::BehindSchedule.into(),
        unit: format!("{district}/units/{unit}"),
        unit_display_name: "恒口示范区交通局".to_owned(),
        period: format!("{district}/periods/2023-03"),
        scheme: format!("{district}/schemes/target-2023"),
        track_id: "economy".to_owned(),
        track_display_name: "经济管理类部门".to_owned(),
        indicator: format!("{district}/indicators/investment"),
        indicator_display_name: "固定资产投资完成额".to_owned(),
        pace: decimal("66.6666666"),
        actual: decimal("8000.50"),
        due: decimal("12000.75"),
        unit_of_measure: "万元".to_owned(),
        ..Default::default()
    }
}

/// A warning of a low rank.
pub(crate) fn low(district: &str, id: i32, unit: &str) -> scoring::Warning {
    scoring::Warning {
        kind: scoring::WarningKind::LowRanking.into(),
        period: format!("{district}/periods/2023Q1"),
        indicator: String::new(),
        pace: None,
        actual: None,
        due: None,
        unit_of_measure: String::new(),
        rank: decimal("12"),
        track_size: 12,
        score: decimal("71.350"),
        run: format!("{district}/runs/1"),
        ..behind(district, id, unit)
    }
}

/// Lets scoring raise a warning.
pub(crate) async fn raise(served: &Served, warning: scoring::Warning) {
    let name = warning.name.clone();
    let resource = Resource::Warning(warning);
    fake::publish(served, "saima.scoring.v1.WarningRaised", &name, resource).await;
}

/// Lets scoring close a period.
pub(crate) async fn close(served: &Served, district: &str, period: &str) {
    let closed = scoring::Reconciliation {
        name: format!("{district}/reconciliations/{period}"),
        period: format!("{district}/periods/{period}"),
        state: scoring::reconciliation::State::Closed.into(),
        ..Default::default()
    };
    let name = closed.name.clone();
    let resource = Resource::Reconciliation(closed);
    fake::publish(served, "saima.scoring.v1.ReconciliationClosed", &name, resource).await;
}

/// Tells the registry which schemes hold in a quarter.
pub(crate) async fn put_assignment(
    served: &Served,
    district: &str,
    quarter: &str,
    schemes: &[&str],
) {
    let name = format!("{district}/periods/{quarter}/assignment");
    let schemes = schemes.iter().map(|id| registry::Scheme {
        name: format!("{district}/schemes/{id}"),
        display_name: format!("考核方案{id}"),
        ..Default::default()
    });
    let assignment = registry::Assignment {
        name: name.clone(),
        schemes: schemes.collect(),
        ..Default::default()
    };
    let reply =
        registry::GetAssignmentResponse { assignment: Some(assignment), ..Default::default() };
    served.put("registry", &name, &reply).await;
}

/// Tells scoring of a board, and yields its name.
pub(crate) async fn put_board(
    served: &Served,
    district: &str,
    scheme: &str,
    quarter: &str,
) -> String {
    let name = format!("{district}/boards/{scheme}.{quarter}");
    let entry = |unit: &str, rank: &str, colour: scoring::Colour, pace: Option<Decimal>| {
        scoring::BoardEntry {
            unit: format!("{district}/units/{unit}"),
            unit_display_name: unit.to_owned(),
            score: decimal("88.355"),
            rank: decimal(rank),
            colour: colour.into(),
            pace,
            ..Default::default()
        }
    };
    let unscored =
        scoring::BoardEntry { unit_display_name: "统计局".to_owned(), ..Default::default() };
    let entries = vec![
        entry("财政局", "1", scoring::Colour::Green, decimal("103.2")),
        entry("水利局", "2", scoring::Colour::Yellow, decimal("88")),
        entry("交通局", "3", scoring::Colour::Red, decimal("62.505")),
        unscored,
    ];
    let track = scoring::BoardTrack {
        track_id: "economy".to_owned(),
        display_name: "经济管理类部门".to_owned(),
        entries,
    };
    let board = scoring::Board {
        name: name.clone(),
        provisional: true,
        tracks: vec![track],
        ..Default::default()
    };
    served.put("scoring", &name, &board).await;
    name
}

/// A decimal on the wire.
pub(crate) fn decimal(value: &str) -> Option<Decimal> {
    Some(Decimal { value: value.to_owned() })
}

/// A client for letters.
pub(crate) fn letters(served: &Served) -> LetterServiceClient<Channel> {
    LetterServiceClient::new(served.channel())
}

/// A client for templates.
pub(crate) fn templates(served: &Served) -> TemplateServiceClient<Channel> {
    TemplateServiceClient::new(served.channel())
}

/// A client for bulletins.
pub(crate) fn bulletins(served: &Served) -> BulletinServiceClient<Channel> {
    BulletinServiceClient::new(served.channel())
}

/// Waits until a district has so many letters, and yields them.
pub(crate) async fn issued(served: &Served, district: &str, count: usize) -> Vec<pb::Letter> {
    eventually(async || {
        let request = pb::ListLettersRequest {
            parent: district.to_owned(),
            page_size: 1000,
            ..Default::default()
        };
        let found = letters(served).list_letters(request).await.unwrap().into_inner().letters;
        assert!(found.len() <= count, "{} letters instead of {count}", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

/// Waits until a district has so many bulletins, and yields them.
pub(crate) async fn bulletined(served: &Served, district: &str, count: usize) -> Vec<pb::Bulletin> {
    eventually(async || {
        let parent = district.to_owned();
        let request = pb::ListBulletinsRequest { parent, ..Default::default() };
        let found = bulletins(served).list_bulletins(request).await.unwrap().into_inner().bulletins;
        assert!(found.len() <= count, "{} bulletins instead of {count}", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

/// Waits until the tray is empty.
pub(crate) async fn settled(served: &Served) {
    eventually(async || (tray(served).await == 0).then_some(())).await;
}

/// How many notices lie in the tray.
pub(crate) async fn tray(served: &Served) -> i64 {
    let mut tx = served.db("notification").begin_read().await.unwrap();
    kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM notice").unwrap().0
}
