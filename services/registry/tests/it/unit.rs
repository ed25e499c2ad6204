use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::UnitKind;
use tonic::Code;

use crate::fixture::{DISTRICT, Registry, fails, mask, name, refused, request_id};

fn unit(display_name: &str, kind: UnitKind) -> pb::Unit {
    pb::Unit { display_name: display_name.to_owned(), kind: kind as i32, ..Default::default() }
}

fn below(parent: &str) -> pb::Unit {
    pb::Unit { parent: name("units", parent), ..unit("村", UnitKind::Village) }
}

fn named(id: &str, unit: pb::Unit) -> pb::Unit {
    pb::Unit { name: name("units", id), ..unit }
}

fn update(unit: pb::Unit, paths: &[&str]) -> pb::UpdateUnitRequest {
    let update_mask = if paths.is_empty() { None } else { mask(paths) };
    pb::UpdateUnitRequest { unit: Some(unit), update_mask }
}

fn batch(units: Vec<pb::Unit>) -> pb::BatchUpdateUnitsRequest {
    pb::BatchUpdateUnitsRequest { parent: DISTRICT.to_owned(), units, ..Default::default() }
}

fn retirement(id: &str) -> pb::RetireUnitRequest {
    pb::RetireUnitRequest { name: name("units", id), ..Default::default() }
}

impl Registry {
    async fn batch_units(&mut self, units: Vec<pb::Unit>) -> (i32, i32, i32) {
        let reply = self.units.batch_update_units(batch(units)).await.unwrap().into_inner();
        (reply.created_count, reply.updated_count, reply.unchanged_count)
    }

    async fn unit(&mut self, id: &str) -> pb::Unit {
        let request = pb::GetUnitRequest { name: name("units", id) };
        self.units.get_unit(request).await.unwrap().into_inner()
    }

    async fn unit_ids(&mut self, filter: pb::ListUnitsRequest) -> Vec<String> {
        let mut request = pb::ListUnitsRequest { parent: DISTRICT.to_owned(), ..filter };
        let mut ids = Vec::new();
        loop {
            let page = self.units.list_units(request.clone()).await.unwrap().into_inner();
            ids.extend(page.units.iter().map(|it| it.name.rsplit('/').next().unwrap().to_owned()));
            if page.next_page_token.is_empty() {
                return ids;
            }
            request.page_token = page.next_page_token;
        }
    }
}

kit::both! {
    // H1: departments and villages with their category; B2: task forces and headquarters.
    async fn a_unit_is_created_and_read_back(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let given = pb::Unit {
            category: "economic-management".to_owned(),
            ..unit("  恒口示范区自然资源局 ", UnitKind::Department)
        };
        let created = registry.create_unit("natural-resources", given).await.unwrap();
        assert_eq!(created.name, name("units", "natural-resources"));
        assert_eq!(created.display_name, "恒口示范区自然资源局", "names are trimmed");
        assert_eq!(created.category, "economic-management");
        assert_eq!(created.kind(), UnitKind::Department);
        assert_eq!(created.retire_time, None);
        assert_eq!(registry.unit("natural-resources").await, created);

        let taken = registry.create_unit("natural-resources", unit("局", UnitKind::Team)).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "units/natural-resources");
        let request = pb::GetUnitRequest { name: name("units", "none") };
        let absent = registry.units.get_unit(request).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "units/none");
    }

    async fn a_unit_with_faults_is_refused_whole(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let given = pb::Unit {
            display_name: "财政\u{202e}局".to_owned(),
            parent: "units/a".to_owned(),
            kind: 0,
            category: "综合".to_owned(),
            ..Default::default()
        };
        refused(registry.create_unit("a/b", given).await, &[
            ("unit_id", "ID_FORMAT"),
            ("unit.display_name", "CHARACTER"),
            ("unit.parent", "NAME_FORMAT"),
            ("unit.kind", "REQUIRED"),
            ("unit.category", "ID_FORMAT"),
        ]);
        let given = pb::Unit { kind: 99, ..unit(&"长".repeat(201), UnitKind::Town) };
        refused(registry.create_unit("a", given).await, &[
            ("unit.display_name", "LENGTH"),
            ("unit.kind", "UNKNOWN_VALUE"),
        ]);
        let elsewhere = "districts/elsewhere/units/a".to_owned();
        let given = pb::Unit { parent: elsewhere, ..unit("局", UnitKind::Town) };
        refused(registry.create_unit("a", given).await, &[("unit.parent", "OTHER_DISTRICT")]);
        refused(registry.create_unit("a", below("none")).await, &[("unit.parent", "UNKNOWN_UNIT")]);
        refused(registry.create_unit("a", below("a")).await, &[("unit.parent", "UNIT_CYCLE")]);

        let request = pb::CreateUnitRequest {
            parent: "districts/none".to_owned(),
            unit_id: "a".to_owned(),
            unit: Some(unit("局", UnitKind::Town)),
            request_id: String::new(),
        };
        let outcome = registry.units.create_unit(request.clone()).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "districts/none");
        let request = pb::CreateUnitRequest { unit: None, ..request };
        refused(registry.units.create_unit(request).await, &[("unit", "REQUIRED")]);
    }

    async fn a_creation_sent_twice_has_one_effect(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let mut request = pb::CreateUnitRequest {
            parent: DISTRICT.to_owned(),
            unit_id: "finance".to_owned(),
            unit: Some(unit("财政局", UnitKind::Department)),
            request_id: request_id(),
        };
        let first = registry.units.create_unit(request.clone()).await.unwrap().into_inner();
        bed.clock().set("2023-04-02T00:00:00Z".parse().unwrap());
        let second = registry.units.create_unit(request.clone()).await.unwrap().into_inner();
        assert_eq!(first, second);
        request.unit_id = "finance-2".to_owned();
        let reused = registry.units.create_unit(request).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED", "request_id");
    }

    async fn an_update_changes_what_its_mask_names(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_unit("town", unit("镇", UnitKind::Town)).await.unwrap();
        let given = pb::Unit { category: "ecological".to_owned(), ..below("town") };
        let created = registry.create_unit("village", given).await.unwrap();

        // Unnamed fields may hold anything, even nothing.
        let given = named("village", pb::Unit { kind: 99, ..Default::default() });
        let updated = registry.units.update_unit(update(given, &["parent", "category"])).await;
        let updated = updated.unwrap().into_inner();
        assert_eq!((updated.parent.as_str(), updated.category.as_str()), ("", ""));
        assert_eq!((&updated.display_name, updated.kind), (&created.display_name, created.kind));

        // Without a mask, and with `*`, what is set is changed and what is empty stays.
        for paths in [&[][..], &["*"]] {
            let given = named("village", pb::Unit { category: "c".to_owned(), ..Default::default() });
            let updated = registry.units.update_unit(update(given, paths)).await.unwrap();
            let updated = updated.into_inner();
            assert_eq!(updated.category, "c");
            assert_eq!(updated.display_name, created.display_name);
        }
        let before = registry.unit("village").await;
        let same = registry.units.update_unit(update(before.clone(), &[])).await.unwrap();
        assert_eq!(same.into_inner(), before, "what changes nothing makes no new revision");

        let given = named("village", pb::Unit::default());
        let outcome = registry.units.update_unit(update(given.clone(), &["uid", "kind"])).await;
        refused(outcome, &[("update_mask", "UNKNOWN_PATH")]);
        let outcome = registry.units.update_unit(update(given, &["display_name", "kind"])).await;
        refused(outcome, &[("unit.display_name", "REQUIRED"), ("unit.kind", "REQUIRED")]);
        let outcome = registry.units.update_unit(update(below("town"), &[])).await;
        refused(outcome, &[("unit.name", "NAME_FORMAT")]);
        let outcome = registry.units.update_unit(update(named("none", below("town")), &[])).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "units/none");
    }

    // B2, H1
    async fn a_unit_never_stands_below_itself(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let tree = vec![
            named("root", unit("区", UnitKind::Group)),
            named("town", below("root")),
            named("village", below("town")),
        ];
        assert_eq!(registry.batch_units(tree).await, (3, 0, 0));
        let given = named("root", below("village"));
        let outcome = registry.units.update_unit(update(given, &["parent"])).await;
        refused(outcome, &[("unit.parent", "UNIT_CYCLE")]);
        let given = named("town", below("town"));
        let outcome = registry.units.update_unit(update(given, &["parent"])).await;
        refused(outcome, &[("unit.parent", "UNIT_CYCLE")]);

        let turn = vec![named("village", below("root")), named("town", below("village"))];
        assert_eq!(registry.batch_units(turn).await, (0, 2, 0));
        let knot = vec![named("a", below("b")), named("b", below("a")), named("c", below("root"))];
        let outcome = registry.units.batch_update_units(batch(knot)).await;
        refused(outcome, &[("units[0].parent", "UNIT_CYCLE"), ("units[1].parent", "UNIT_CYCLE")]);
    }

    async fn a_stale_etag_aborts(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let created = registry.create_unit("a", unit("局", UnitKind::Department)).await.unwrap();
        let given = pb::Unit { display_name: "新局".to_owned(), ..created.clone() };
        registry.units.update_unit(update(given, &[])).await.unwrap();
        let given = pb::Unit { display_name: "旧局".to_owned(), ..created.clone() };
        let stale = registry.units.update_unit(update(given.clone(), &[])).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH", &created.name);
        let stale = registry.units.batch_update_units(batch(vec![given])).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH", &created.name);
        let request = pb::RetireUnitRequest { etag: created.etag.clone(), ..retirement("a") };
        let stale = registry.units.retire_unit(request).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH", &created.name);
    }

    async fn of_two_racing_updates_one_aborts(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let created = registry.create_unit("a", unit("局", UnitKind::Department)).await.unwrap();
        for round in 0..10 {
            let etag = registry.unit("a").await.etag;
            let race = ["甲", "乙"].map(|side| {
                let display_name = format!("{side}{round}");
                let etag = etag.clone();
                let given = pb::Unit { display_name, etag, ..created.clone() };
                let mut units = registry.units.clone();
                tokio::spawn(async move { units.update_unit(update(given, &[])).await })
            });
            let mut outcomes = Vec::new();
            for racer in race {
                outcomes.push(racer.await.unwrap());
            }
            outcomes.sort_by_key(Result::is_err);
            let won = outcomes.remove(0).unwrap().into_inner();
            fails(outcomes.remove(0), Code::Aborted, "ETAG_MISMATCH", "units/a");
            assert_eq!(registry.unit("a").await, won);
        }
    }

    // H1: 32 departments and 96 villages come in one table.
    async fn a_batch_makes_the_table_true(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let departments = (0..32).map(|i| {
            let department = unit(&format!("部门{i}"), UnitKind::Department);
            named(&format!("d{i:02}"), department)
        });
        let villages = (0..96).map(|i| {
            let village = pb::Unit { category: "ecological".to_owned(), ..below("zz-town") };
            named(&format!("v{i:02}"), village)
        });
        let mut table: Vec<pb::Unit> = departments.chain(villages).collect();
        table.push(named("zz-town", unit("镇", UnitKind::Town)));
        let dry = pb::BatchUpdateUnitsRequest { validate_only: true, ..batch(table.clone()) };
        let reply = registry.units.batch_update_units(dry).await.unwrap().into_inner();
        assert_eq!(reply.created_count, 129);
        assert_eq!(registry.unit_ids(pb::ListUnitsRequest::default()).await, [""; 0]);

        let request_id = request_id();
        let request = pb::BatchUpdateUnitsRequest { request_id, ..batch(table.clone()) };
        let first = registry.units.batch_update_units(request.clone()).await.unwrap().into_inner();
        assert_eq!(first.created_count, 129);
        let again = registry.units.batch_update_units(request).await.unwrap().into_inner();
        assert_eq!(again, first);
        assert_eq!(registry.batch_units(table.clone()).await, (0, 0, 129));
        table[3].display_name = "改名".to_owned();
        table.push(named("new", unit("新", UnitKind::Team)));
        assert_eq!(registry.batch_units(table).await, (1, 1, 128));
        assert_eq!(registry.unit("d03").await.display_name, "改名");
    }

    async fn a_batch_with_one_fault_stores_nothing(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let good = named("a", unit("局", UnitKind::Department));
        let rows = vec![
            good.clone(),
            named("b", unit("", UnitKind::Department)),
            pb::Unit { name: "districts/other/units/c".to_owned(), ..good.clone() },
            good.clone(),
            pb::Unit { name: String::new(), ..good.clone() },
            named("d", below("none")),
        ];
        let outcome = registry.units.batch_update_units(batch(rows)).await;
        refused(outcome, &[
            ("units[3].name", "DUPLICATE"),
            ("units[1].display_name", "REQUIRED"),
            ("units[2].name", "OTHER_DISTRICT"),
            ("units[4].name", "REQUIRED"),
        ]);
        let rows = vec![good.clone(), named("d", below("none"))];
        let outcome = registry.units.batch_update_units(batch(rows)).await;
        refused(outcome, &[("units[1].parent", "UNKNOWN_UNIT")]);
        let outcome = registry.units.batch_update_units(batch(vec![])).await;
        refused(outcome, &[("units", "REQUIRED")]);
        let outcome = registry.units.batch_update_units(batch(vec![good; 1001])).await;
        refused(outcome, &[("units", "TOO_MANY")]);
        assert_eq!(registry.unit_ids(pb::ListUnitsRequest::default()).await, [""; 0]);
    }

    async fn a_full_batch_of_a_thousand_is_taken(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        // The deepest tree there can be, leaves first.
        let rows = (0..1000).map(|i| match i {
            999 => named("u999", unit("根", UnitKind::Group)),
            _ => named(&format!("u{i:03}"), below(&format!("u{:03}", i + 1))),
        });
        assert_eq!(registry.batch_units(rows.collect()).await, (1000, 0, 0));
        let request = pb::ListUnitsRequest { page_size: 300, ..Default::default() };
        assert_eq!(registry.unit_ids(request).await.len(), 1000);
    }

    // H1
    async fn units_are_listed_by_filter_page_by_page(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let economic = |unit: pb::Unit| pb::Unit { category: "economic".to_owned(), ..unit };
        let rows = vec![
            named("town", unit("镇", UnitKind::Town)),
            named("b", economic(below("town"))),
            named("a", below("town")),
            named("C", economic(unit("局", UnitKind::Department))),
            named("gone", below("town")),
        ];
        registry.batch_units(rows).await;
        registry.units.retire_unit(retirement("gone")).await.unwrap();

        let all = pb::ListUnitsRequest { page_size: 1, ..Default::default() };
        assert_eq!(registry.unit_ids(all.clone()).await, ["C", "a", "b", "town"]);
        let retired = pb::ListUnitsRequest { show_retired: true, ..all.clone() };
        assert_eq!(registry.unit_ids(retired).await, ["C", "a", "b", "gone", "town"]);
        let villages = pb::ListUnitsRequest { kind: UnitKind::Village as i32, ..all.clone() };
        assert_eq!(registry.unit_ids(villages.clone()).await, ["a", "b"]);
        let economic = pb::ListUnitsRequest { category: "economic".to_owned(), ..all.clone() };
        assert_eq!(registry.unit_ids(economic).await, ["C", "b"]);
        let under = pb::ListUnitsRequest { under: name("units", "town"), ..all.clone() };
        assert_eq!(registry.unit_ids(under).await, ["a", "b"]);

        let parent = DISTRICT.to_owned();
        let first = pb::ListUnitsRequest { parent: parent.clone(), ..villages };
        let token = registry.units.list_units(first).await.unwrap().into_inner().next_page_token;
        let other = pb::ListUnitsRequest { parent, page_token: token, ..all };
        refused(registry.units.list_units(other).await, &[("page_token", "PAGE_TOKEN")]);
        let wrong = pb::ListUnitsRequest {
            parent: "x".to_owned(),
            kind: -1,
            category: "?".to_owned(),
            under: "districts/other/units/a".to_owned(),
            ..Default::default()
        };
        refused(registry.units.list_units(wrong).await, &[
            ("parent", "NAME_FORMAT"),
            ("kind", "UNKNOWN_VALUE"),
            ("category", "ID_FORMAT"),
        ]);
        let parent = "districts/none".to_owned();
        let nowhere = pb::ListUnitsRequest { parent, ..Default::default() };
        let outcome = registry.units.list_units(nowhere).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "districts/none");
    }

    // H1: 撤并
    async fn a_unit_is_retired_after_those_below_it(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let rows = vec![named("town", unit("镇", UnitKind::Town)), named("village", below("town"))];
        registry.batch_units(rows).await;
        let early = registry.units.retire_unit(retirement("town")).await;
        fails(early, Code::FailedPrecondition, "UNIT_HAS_CHILDREN", "units/village");

        let request = pb::RetireUnitRequest { request_id: request_id(), ..retirement("village") };
        let retired = registry.units.retire_unit(request.clone()).await.unwrap().into_inner();
        assert_eq!(retired.retire_time, retired.update_time);
        assert!(retired.retire_time.is_some());
        let again = registry.units.retire_unit(request).await.unwrap().into_inner();
        assert_eq!(again, retired);
        registry.units.retire_unit(retirement("town")).await.unwrap();

        let twice = registry.units.retire_unit(retirement("town")).await;
        fails(twice, Code::FailedPrecondition, "UNIT_RETIRED", "units/town");
        let given = named("village", unit("新村", UnitKind::Village));
        let late = registry.units.update_unit(update(given.clone(), &["display_name"])).await;
        fails(late, Code::FailedPrecondition, "UNIT_RETIRED", "units/village");
        let late = registry.units.batch_update_units(batch(vec![given])).await;
        fails(late, Code::FailedPrecondition, "UNIT_RETIRED", "units/village");
        refused(registry.create_unit("new", below("town")).await, &[("unit.parent", "UNIT_RETIRED")]);
        assert_eq!(registry.batch_units(vec![retired]).await, (0, 0, 1));
        let absent = registry.units.retire_unit(retirement("none")).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "units/none");
    }
}
