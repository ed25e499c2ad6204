use kit::testing::Bed;
use prost::Message as _;
use proto::registry::v1 as pb;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, decimal, fails, name, refused, target};
use crate::rulebook::{leaf, scheme, track};

impl Registry {
    async fn get(&mut self, period: &str, etag: &str) -> Result<pb::GetAssignmentResponse, Status> {
        let name = format!("{}/assignment", name("periods", period));
        let request = pb::GetAssignmentRequest { name, etag: etag.to_owned() };
        self.assignments.get_assignment(request).await.map(tonic::Response::into_inner)
    }

    async fn assignment(&mut self, period: &str) -> pb::Assignment {
        self.get(period, "").await.unwrap().assignment.unwrap()
    }

    async fn retire(&mut self, unit: &str) {
        let request = pb::RetireUnitRequest { name: name("units", unit), ..Default::default() };
        self.units.retire_unit(request).await.unwrap();
    }

    async fn categorize(&mut self, unit: &str, category: &str) -> Result<(), Status> {
        let unit = pb::Unit {
            name: name("units", unit),
            category: category.to_owned(),
            ..Default::default()
        };
        let request = pb::UpdateUnitRequest { unit: Some(unit), update_mask: None };
        self.units.update_unit(request).await.map(drop)
    }
}

fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap()
}

fn entrants(assignment: &pb::Assignment) -> Vec<String> {
    let line = |it: &pb::Entrant| format!("{} {} {}", id(&it.scheme), it.track_id, id(&it.unit));
    assignment.entrants.iter().map(line).collect()
}

fn ids<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    names.map(|name| id(name)).collect()
}

kit::both! {
    // B1, B6, H1: what one period asks of everybody, in one reading.
    async fn an_assignment_says_all_of_a_period(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("2023", scheme("2023Q1")).await;
        registry.batch_targets(vec![
            target("finance", "gdp", "2023-02", "30"),
            target("finance", "gdp", "2023Q2", "200"),
        ]).await.unwrap();
        let assignment = registry.assignment("2023Q1").await;
        assert_eq!(assignment.name, format!("{}/assignment", name("periods", "2023Q1")));
        assert_eq!(assignment.period.as_ref().unwrap().name, name("periods", "2023Q1"));
        assert_eq!(ids(assignment.parts.iter().map(|it| &it.name)), ["2023-01", "2023-02", "2023-03"]);
        assert_eq!(assignment.time_zone, "Asia/Shanghai");
        assert_eq!(ids(assignment.schemes.iter().map(|it| &it.name)), ["2023"]);
        assert_eq!(assignment.schemes[0].tracks.len(), 2);
        assert_eq!(entrants(&assignment), [
            "2023 economic economy",
            "2023 economic tourism",
            "2023 general finance",
            "2023 general party",
        ]);
        assert_eq!(ids(assignment.units.iter().map(|it| &it.name)), ["economy", "finance", "party", "tourism"]);
        assert_eq!(ids(assignment.indicators.iter().map(|it| &it.name)), ["gdp", "party"]);
        let targets: Vec<String> = assignment.targets.iter()
            .map(|it| format!("{} {} {} {}", id(&it.unit), id(&it.indicator), id(&it.period), it.value.as_ref().unwrap().value))
            .collect();
        assert_eq!(targets, [
            "economy gdp 2023Q1 100",
            "finance gdp 2023-02 30",
            "finance gdp 2023Q1 100",
            "party gdp 2023Q1 100",
            "tourism gdp 2023Q1 100",
        ]);

        let year = registry.assignment("2023").await;
        assert_eq!(ids(year.parts.iter().map(|it| &it.name)),
            ["2023Q1", "2023-01", "2023-02", "2023-03", "2023Q2", "2023Q3"]);
        assert_eq!((year.schemes.len(), year.targets.len()), (1, 6));
    }

    // B2: a track is added in the second quarter and the first quarter stays as it was.
    async fn each_period_has_the_scheme_that_held_when_it_began(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("2023", scheme("2023Q1")).await;
        let before = registry.assignment("2023Q1").await;
        let mut second = scheme("2023Q2");
        let members = pb::Members { units: vec![name("units", "headquarters")], ..Default::default() };
        let third = track("headquarters", "", leaf("root", "party", "100"));
        second.tracks.push(pb::Track { members: Some(members), ..third });
        registry.enacted("2023b", second).await;
        let special = pb::Scheme { series: "investment".to_owned(), ..scheme("2023Q3") };
        registry.enacted("special", special).await;

        let after = registry.assignment("2023Q1").await;
        assert_eq!(after.entrants, before.entrants);
        assert_eq!(after.schemes[0].digest, before.schemes[0].digest);
        for (period, schemes) in [
            ("2023Q1", &["2023"][..]),
            ("2023-03", &["2023"]),
            ("2023", &["2023"]),
            ("2023Q2", &["2023b"]),
            ("2023Q3", &["2023b", "special"]),
        ] {
            let assignment = registry.assignment(period).await;
            assert_eq!(ids(assignment.schemes.iter().map(|it| &it.name)), schemes, "{period}");
        }
        let q2 = registry.assignment("2023Q2").await;
        assert!(entrants(&q2).contains(&"2023b headquarters headquarters".to_owned()));
    }

    // Of two schemes of a series that begin with the same day, the later enactment holds.
    async fn a_scheme_may_be_replaced_from_its_first_day(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("z", scheme("2023Q1")).await;
        registry.enacted("a", scheme("2023Q1")).await;
        registry.enacted("m", scheme("2023")).await;
        let assignment = registry.assignment("2023Q1").await;
        assert_eq!(ids(assignment.schemes.iter().map(|it| &it.name)), ["m"]);
        registry.enacted("n", scheme("2023Q3")).await;
        let assignment = registry.assignment("2023Q1").await;
        assert_eq!(ids(assignment.schemes.iter().map(|it| &it.name)), ["m"]);
    }

    // H1: 撤并. The day on which it is retired is told in the district's time zone.
    async fn a_retired_unit_takes_part_in_no_later_period(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut given = scheme("2023Q1");
        given.tracks[0].members.as_mut().unwrap().units = vec![name("units", "tourism")];
        given.tracks[1].members.as_mut().unwrap().except_units = vec![name("units", "tourism")];
        registry.enacted("2023", given).await;
        // 30 June, 23:30 in Shanghai, and half an hour later.
        bed.clock().set("2023-06-30T15:30:00Z".parse().unwrap());
        registry.retire("tourism").await;
        bed.clock().set("2023-06-30T16:00:00Z".parse().unwrap());
        registry.retire("economy").await;

        assert_eq!(registry.assignment("2023Q1").await.entrants.len(), 4);
        assert_eq!(registry.assignment("2023Q2").await.entrants.len(), 4);
        let q3 = registry.assignment("2023Q3").await;
        assert_eq!(entrants(&q3), [
            "2023 economic economy",
            "2023 general finance",
            "2023 general party",
        ]);
        // A unit that only evaluates is told of as well, whatever became of it.
        registry.retire("finance").await;
        registry.create_period("2023Q4").await;
        let q4 = registry.assignment("2023Q4").await;
        assert_eq!(entrants(&q4), ["2023 general party"]);
        assert_eq!(ids(q4.units.iter().map(|it| &it.name)), ["finance", "party"]);
    }

    // H1, B2: units change while the schemes of earlier periods stay as they are.
    async fn a_scheme_of_the_past_neither_binds_units_nor_breaks_on_them(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut first = scheme("2023Q1");
        let units = vec![name("units", "headquarters")];
        let members = pb::Members { units, ..Default::default() };
        let third = track("headquarters", "", leaf("root", "party", "100"));
        first.tracks.push(pb::Track { members: Some(members), ..third });
        let mut replaced = first.clone();
        replaced.tracks[0].members.as_mut().unwrap().kinds = vec![pb::UnitKind::Department as i32];
        replaced.tracks[0].members.as_mut().unwrap().categories.clear();
        replaced.tracks[1].members.as_mut().unwrap().categories = vec!["none".to_owned()];
        registry.enacted("replaced", replaced).await;
        registry.enacted("2023", first).await;
        registry.enacted("2023b", scheme("2023Q2")).await;
        let before = registry.assignment("2023Q1").await.entrants;
        assert_eq!(before.len(), 5);

        // The last minute in Shanghai in which the first scheme holds, though it is superseded.
        bed.clock().set("2023-03-31T15:59:00Z".parse().unwrap());
        // Of the scheme that never came to hold nobody hears.
        registry.categorize("tourism", "none").await.unwrap();
        registry.categorize("tourism", "economic").await.unwrap();
        let moved = registry.categorize("headquarters", "general").await;
        fails(moved, Code::FailedPrecondition, "UNIT_ON_TWO_TRACKS", "schemes/2023");
        bed.clock().set("2023-03-31T16:00:00Z".parse().unwrap());
        registry.categorize("headquarters", "general").await.unwrap();
        assert_eq!(registry.assignment("2023Q1").await.entrants, before, "by name before category");
        let q2 = registry.assignment("2023Q2").await;
        assert!(entrants(&q2).contains(&"2023b general headquarters".to_owned()));

        // A group is evaluated nowhere, be it listed or not.
        let group = pb::Unit {
            name: name("units", "headquarters"),
            kind: pb::UnitKind::Group as i32,
            ..Default::default()
        };
        let request = pb::UpdateUnitRequest { unit: Some(group), update_mask: None };
        registry.units.update_unit(request).await.unwrap();
        assert_eq!(registry.assignment("2023Q1").await.entrants.len(), 4);
    }

    // H1, B5: 撤并 between the enactment of a scheme and its first day.
    async fn a_listed_unit_may_be_retired_before_its_scheme_begins(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut given = scheme("2023Q3");
        given.tracks[1].members.as_mut().unwrap().units = vec![name("units", "tourism")];
        registry.enacted("2023", given).await;
        registry.retire("tourism").await;
        let q3 = registry.assignment("2023Q3").await;
        let expected = ["2023 economic economy", "2023 general finance", "2023 general party"];
        assert_eq!(entrants(&q3), expected);
        registry.create_department("new").await;
        registry.categorize("finance", "economic").await.unwrap();
    }

    // B1: asked often, changed seldom.
    async fn nothing_changed_is_one_word(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("2023", scheme("2023Q1")).await;
        let first = registry.get("2023Q1", "").await.unwrap();
        assert!(!first.unchanged && first.assignment.is_some());
        let second = registry.get("2023Q1", &first.etag).await.unwrap();
        assert!(second.unchanged && second.assignment.is_none());
        assert_eq!(second.etag, first.etag);
        let other = registry.get("2023Q2", &first.etag).await.unwrap();
        assert!(!other.unchanged, "a tag vouches for its own period only");

        let mut etags = vec![first.etag];
        registry.batch_targets(vec![target("finance", "gdp", "2023Q3", "1")]).await.unwrap();
        etags.push(registry.get("2023Q1", "").await.unwrap().etag);
        registry.create_period("2023Q4").await;
        etags.push(registry.get("2023Q1", "").await.unwrap().etag);
        registry.create_department("new").await;
        etags.push(registry.get("2023Q1", "").await.unwrap().etag);
        registry.retire("new").await;
        etags.push(registry.get("2023Q1", "").await.unwrap().etag);
        registry.draft("draft", scheme("2023Q1")).await;
        etags.push(registry.get("2023Q1", "").await.unwrap().etag);
        let mut different = etags.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), etags.len());

        // What is refused, tried or repeated changes nothing.
        let request = pb::BatchUpdateTargetsRequest {
            parent: DISTRICT.to_owned(),
            targets: vec![target("finance", "gdp", "2023Q1", "7")],
            validate_only: true,
            ..Default::default()
        };
        registry.targets.batch_update_targets(request).await.unwrap();
        registry.batch_targets(vec![target("finance", "gdp", "2023Q1", "0")]).await.unwrap_err();
        assert_eq!(&registry.get("2023Q1", "").await.unwrap().etag, etags.last().unwrap());
    }

    async fn an_assignment_needs_its_period(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        fails(registry.get("2023Q1", "").await, Code::NotFound, "NOT_FOUND", "periods/2023Q1");
        registry.create_period("2023Q1").await;
        let empty = registry.assignment("2023Q1").await;
        assert!(empty.schemes.is_empty() && empty.entrants.is_empty() && empty.units.is_empty());
        for name in ["", "districts/none/periods/2023Q1"] {
            let request = pb::GetAssignmentRequest { name: name.to_owned(), etag: String::new() };
            refused(registry.assignments.get_assignment(request).await, &[("name", "NAME_FORMAT")]);
        }
        let name = "districts/none/periods/2023Q1/assignment".to_owned();
        let request = pb::GetAssignmentRequest { name, etag: String::new() };
        let outcome = registry.assignments.get_assignment(request).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "districts/none");
    }

    // H1: a district of real size, every unit with twenty targets, in one reply.
    async fn a_whole_district_fits_one_reply(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let village = |i| pb::Unit {
            name: name("units", &format!("village-{i:03}")),
            display_name: "村".to_owned(),
            kind: pb::UnitKind::Village as i32,
            category: "general".to_owned(),
            ..Default::default()
        };
        let request = pb::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: (0..124).map(village).collect(),
            ..Default::default()
        };
        registry.units.batch_update_units(request).await.unwrap();
        let indicators: Vec<pb::Indicator> = (0..20)
            .map(|i| crate::fixture::indicator(&format!("indicator-{i:02}")))
            .collect();
        registry.batch_indicators(indicators).await;
        let mut rows = Vec::new();
        for unit in 0..124 {
            for indicator in 0..20 {
                let unit = format!("village-{unit:03}");
                rows.push(pb::Target {
                    value: decimal("12345.67"),
                    ..target(&unit, &format!("indicator-{indicator:02}"), "2023Q1", "1")
                });
            }
        }
        registry.batch_targets(rows).await.unwrap();
        assert_eq!(registry.assignment("2023Q1").await.targets.len(), 124 * 20);
    }

    // B1: a year with all its parts, larger than gRPC's clients accept unless they are told to.
    async fn a_reply_of_more_than_four_mebibytes_is_sent(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let id = |prefix: &str, i: usize| format!("{prefix}-{}-{i:03}", "x".repeat(48));
        let village = |i| pb::Unit {
            name: name("units", &id("village", i)),
            display_name: "村".to_owned(),
            kind: pb::UnitKind::Village as i32,
            ..Default::default()
        };
        let request = pb::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: (0..100).map(village).collect(),
            ..Default::default()
        };
        registry.units.batch_update_units(request).await.unwrap();
        let indicators = (0..50).map(|i| crate::fixture::indicator(&id("indicator", i))).collect();
        registry.batch_indicators(indicators).await;
        let cells = (0..5000).map(|i| (id("village", i / 50), id("indicator", i % 50)));
        let rows = cells.map(|(unit, indicator)| target(&unit, &indicator, "2023", "12345.67"));
        registry.batch_targets(rows.collect()).await.unwrap();
        // The same for each quarter, past the front door for the sake of time.
        let mut tx = registry.served.db("registry").begin_write().await.unwrap();
        for quarter in ["2023Q1", "2023Q2", "2023Q3"] {
            kit::execute!(
                tx,
                "INSERT INTO target (district, unit, indicator, period, value, source, create_time,
                     update_time, revision)
                 SELECT district, unit, indicator, $1, value, source, create_time, update_time,
                     revision
                 FROM target WHERE period = '2023'",
                quarter
            )
            .unwrap();
        }
        tx.commit().await.unwrap();
        let refused = registry.get("2023", "").await.unwrap_err();
        assert_eq!(refused.code(), Code::OutOfRange, "by the client: {refused:?}");
        let limit = kit::boot::DOCUMENT_LIMIT;
        let assignments = registry.assignments.clone();
        *registry.assignments = assignments.max_decoding_message_size(limit);
        let assignment = registry.assignment("2023").await;
        assert_eq!(assignment.targets.len(), 20_000);
        assert!(assignment.encoded_len() > 4 * 1024 * 1024, "{}", assignment.encoded_len());
    }
}
