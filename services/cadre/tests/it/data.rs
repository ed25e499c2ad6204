//! The district of the tests: its units, its first quarter, one scheme, and what scoring
//! says about it.

use kit::testing::Channel;
use kit::testing::Served;
use proto::cadre::v1 as pb;
use proto::cadre::v1::archive_service_client::ArchiveServiceClient;
use proto::cadre::v1::person_service_client::PersonServiceClient;
use proto::google::r#type::{Date, Decimal};
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;

/// The district most tests are in.
pub(crate) const DISTRICT: &str = "districts/hengkou";
/// Another, which must not suffer with the first.
pub(crate) const OTHER: &str = "districts/xingping";

/// Tells the fakes of both districts: units, periods, scheme.
pub(crate) async fn put(served: &Served) {
    for district in [DISTRICT, OTHER] {
        let doc = registry::District {
            name: district.to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            ..Default::default()
        };
        served.put("registry", district, &doc).await;
        for unit in ["finance", "water", "roads"] {
            put_unit(served, district, unit).await;
        }
        put_period(served, district, "2023Q1", (2023, 3, 31)).await;
        put_period(served, district, "2023Q2", (2023, 6, 30)).await;
        let scheme = registry::Scheme {
            name: format!("{district}/schemes/target-2023"),
            tracks: vec![registry::Track {
                track_id: "economy".to_owned(),
                display_name: "经济管理类".to_owned(),
                ..Default::default()
            }],
            ..Default::default()
        };
        served.put("registry", &scheme.name, &scheme).await;
    }
}

/// Tells the registry of a unit.
pub(crate) async fn put_unit(served: &Served, district: &str, unit: &str) {
    let name = format!("{district}/units/{unit}");
    let doc = registry::Unit { name: name.clone(), ..Default::default() };
    served.put("registry", &name, &doc).await;
}

/// Tells the registry of a period.
pub(crate) async fn put_period(served: &Served, district: &str, id: &str, end: (i32, i32, i32)) {
    let name = format!("{district}/periods/{id}");
    let doc =
        registry::Period { name: name.clone(), end_date: Some(date(end)), ..Default::default() };
    served.put("registry", &name, &doc).await;
}

/// Tells scoring of a published run of a period.
pub(crate) async fn put_run(served: &Served, district: &str, run: &str, period: &str) {
    let name = format!("{district}/runs/{run}");
    let doc = scoring::Run {
        name: name.clone(),
        scheme: format!("{district}/schemes/target-2023"),
        period: format!("{district}/periods/{period}"),
        ..Default::default()
    };
    served.put("scoring", &name, &doc).await;
}

/// Lets scoring publish a unit's result.
pub(crate) async fn publish(served: &Served, district: &str, run: &str, unit: &str, rank: i32) {
    publish_as_it_is(served, result(district, run, unit, rank)).await;
}

/// A unit's result.
pub(crate) fn result(district: &str, run: &str, unit: &str, rank: i32) -> scoring::Result {
    scoring::Result {
        name: format!("{district}/runs/{run}/results/{unit}"),
        unit: format!("{district}/units/{unit}"),
        unit_display_name: unit.to_owned(),
        track_id: "economy".to_owned(),
        score: Some(decimal("88.35")),
        rank: Some(decimal(&rank.to_string())),
        track_size: 8,
        ..Default::default()
    }
}

/// Lets scoring publish this very result, sound or not.
pub(crate) async fn publish_as_it_is(served: &Served, result: scoring::Result) {
    let name = result.name.clone();
    let resource = Some(scoring::change::Resource::Result(result));
    let change = scoring::Change { resource, ..Default::default() };
    served.tell("scoring", "saima.scoring.v1.ResultPublished", &name, &change).await;
}

/// A decimal on the wire.
pub(crate) fn decimal(value: &str) -> Decimal {
    Decimal { value: value.to_owned() }
}

/// A date on the wire.
pub(crate) fn date((year, month, day): (i32, i32, i32)) -> Date {
    Date { year, month, day }
}

/// A posting as head of a unit of the first district.
pub(crate) fn head(
    unit: &str,
    start: (i32, i32, i32),
    end: Option<(i32, i32, i32)>,
) -> pb::Posting {
    pb::Posting {
        unit: format!("{DISTRICT}/units/{unit}"),
        post: "局长".to_owned(),
        head: true,
        start_date: Some(date(start)),
        end_date: end.map(date),
        ..Default::default()
    }
}

/// A person as a request gives it.
pub(crate) fn person(display_name: &str, postings: Vec<pb::Posting>) -> pb::Person {
    pb::Person { display_name: display_name.to_owned(), postings, ..Default::default() }
}

/// A request for a new person of the first district.
pub(crate) fn create(person: pb::Person) -> pb::CreatePersonRequest {
    let (parent, person) = (DISTRICT.to_owned(), Some(person));
    pb::CreatePersonRequest { parent, person, ..Default::default() }
}

/// A client for persons.
pub(crate) fn persons(served: &Served) -> PersonServiceClient<Channel> {
    PersonServiceClient::new(served.channel())
}

/// Creates a person of the first district.
pub(crate) async fn add(served: &Served, person: pb::Person) -> pb::Person {
    persons(served).create_person(create(person)).await.unwrap().into_inner()
}

/// The whole archive of a person, or of a district with `…/persons/-`.
pub(crate) async fn archive(served: &Served, parent: &str) -> Vec<pb::ArchiveEntry> {
    let request = pb::ListArchiveEntriesRequest {
        parent: parent.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    let mut archives = ArchiveServiceClient::new(served.channel());
    archives.list_archive_entries(request).await.unwrap().into_inner().archive_entries
}

/// Waits until an archive has so many entries, and yields them.
pub(crate) async fn archived(served: &Served, parent: &str, count: usize) -> Vec<pb::ArchiveEntry> {
    kit::testing::eventually(async || {
        let entries = archive(served, parent).await;
        assert!(entries.len() <= count, "{} entries instead of {count}", entries.len());
        (entries.len() == count).then_some(entries)
    })
    .await
}

/// Moves the clock to noon of a day in the district.
pub(crate) fn on(bed: &kit::testing::Bed, day: (i32, i32, i32)) {
    let (year, month, day) = day;
    bed.clock().set(format!("{year:04}-{month:02}-{day:02}T04:00:00Z").parse().unwrap());
}

/// A document that stands behind something.
pub(crate) fn evidence() -> Vec<pb::Evidence> {
    vec![pb::Evidence { title: "现场照片".to_owned(), sha256: "0a".repeat(32) }]
}
