use kit::testing::Bed;
use proto::registry::v1 as pb;
use tonic::Code;

use crate::fixture::{
    DISTRICT, Registry, decimal, fails, indicator, name, refused, request_id, target, target_name,
};

/// Two units, two indicators, two quarters.
async fn prepared(bed: &Bed) -> Registry {
    let mut registry = Registry::start(bed).await;
    registry.create_department("finance").await;
    registry.create_department("economy").await;
    registry.batch_indicators(vec![indicator("gdp"), indicator("tax.local")]).await;
    registry.create_period("2023Q1").await;
    registry.create_period("2023Q2").await;
    registry
}

fn batch(targets: Vec<pb::Target>) -> pb::BatchUpdateTargetsRequest {
    pb::BatchUpdateTargetsRequest { parent: DISTRICT.to_owned(), targets, ..Default::default() }
}

/// A quarter's target of GDP with its origin, and this much planned by the end of months.
fn planned(unit: &str, plan: &[(&str, &str)]) -> pb::Target {
    let row = |(period, share): &(&str, &str)| pb::PlanShare {
        period: name("periods", period),
        share_percent: decimal(share),
    };
    pb::Target {
        higher: Some(pb::HigherTarget {
            issuer: "安康市考核办".to_owned(),
            document: "安考发〔2023〕3号".to_owned(),
            indicator: "地区生产总值".to_owned(),
            value: decimal("48.6"),
            share_percent: decimal("62.5"),
        }),
        plan: plan.iter().map(row).collect(),
        ..target(unit, "gdp", "2023Q1", "100")
    }
}

impl Registry {
    async fn target(&mut self, name: String) -> Result<pb::Target, tonic::Status> {
        let request = pb::GetTargetRequest { name };
        self.targets.get_target(request).await.map(tonic::Response::into_inner)
    }
}

kit::both! {
    // B1: 集中派账; H2: from the city's list, with its source.
    async fn a_batch_assigns_targets(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let city = pb::Target { source: "市考指标".to_owned(), ..target("finance", "tax.local", "2023Q1", "1200.50") };
        let rows = vec![city.clone(), target("economy", "gdp", "2023Q1", "-3")];
        let dry = pb::BatchUpdateTargetsRequest { validate_only: true, ..batch(rows.clone()) };
        let reply = registry.targets.batch_update_targets(dry).await.unwrap().into_inner();
        assert_eq!(reply.created_count, 2);
        let absent = registry.target(city.name.clone()).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "tax.local.2023Q1");

        assert_eq!(registry.batch_targets(rows.clone()).await.unwrap(), (2, 0, 0));
        let found = registry.target(city.name.clone()).await.unwrap();
        assert_eq!(found.indicator, name("indicators", "tax.local"));
        assert_eq!(found.period, name("periods", "2023Q1"));
        assert_eq!((&found.value, found.source.as_str()), (&decimal("1200.5"), "市考指标"));

        bed.clock().set("2023-05-01T00:00:00Z".parse().unwrap());
        let mut rows = rows;
        rows[0].value = decimal("1300");
        rows.push(target("economy", "gdp", "2023Q2", "7"));
        let request = pb::BatchUpdateTargetsRequest { request_id: request_id(), ..batch(rows) };
        let first = registry.targets.batch_update_targets(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.created_count, first.updated_count, first.unchanged_count), (1, 1, 1));
        let again = registry.targets.batch_update_targets(request.clone()).await.unwrap().into_inner();
        assert_eq!(again, first);
        let other = pb::BatchUpdateTargetsRequest { targets: vec![city.clone()], ..request };
        let reused = registry.targets.batch_update_targets(other).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED", "request_id");
        let updated = registry.target(city.name).await.unwrap();
        assert_eq!(updated.value, decimal("1300"));
        assert_eq!(updated.create_time, found.create_time);
        assert_ne!(updated.update_time, found.update_time);
    }

    async fn a_batch_with_one_fault_stores_nothing(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let good = target("finance", "gdp", "2023Q1", "1");
        let rows = vec![
            good.clone(),
            pb::Target { value: decimal("1.2.3"), ..target("finance", "gdp", "2023Q2", "1") },
            pb::Target { value: None, source: "源".repeat(201), ..target("economy", "gdp", "2023Q2", "1") },
            pb::Target { name: name("units", "finance"), ..good.clone() },
            pb::Target { name: "districts/other/units/a/targets/b.2023".to_owned(), ..good.clone() },
            pb::Target { name: String::new(), ..good.clone() },
            good.clone(),
        ];
        refused(registry.batch_targets(rows).await, &[
            ("targets[6].name", "DUPLICATE"),
            ("targets[1].value", "DECIMAL_FORMAT"),
            ("targets[2].value", "REQUIRED"),
            ("targets[2].source", "LENGTH"),
            ("targets[3].name", "NAME_FORMAT"),
            ("targets[4].name", "OTHER_DISTRICT"),
            ("targets[5].name", "REQUIRED"),
        ]);
        let rows = vec![
            good.clone(),
            target("none", "gdp", "2023Q1", "1"),
            target("finance", "none", "2023Q1", "1"),
            target("finance", "gdp", "2024", "1"),
        ];
        refused(registry.batch_targets(rows).await, &[
            ("targets[1].name", "UNKNOWN_UNIT"),
            ("targets[2].name", "UNKNOWN_INDICATOR"),
            ("targets[3].name", "UNKNOWN_PERIOD"),
        ]);
        refused(registry.batch_targets(vec![]).await, &[("targets", "REQUIRED")]);
        let many = registry.batch_targets(vec![pb::Target::default(); 5001]).await;
        refused(many, &[("targets", "TOO_MANY")]);
        let absent = registry.target(good.name).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "gdp.2023Q1");
        let outcome = registry.target("districts/hengkou/units/a".to_owned()).await;
        refused(outcome, &[("name", "NAME_FORMAT")]);
    }

    // H2: broken down from the city's target, with what is planned on the way; all of it is kept
    // and stands in the assignment.
    async fn a_target_names_what_it_was_broken_down_from_and_its_plan(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let given = planned("finance", &[("2023-01", "20"), ("2023-02", "55.5")]);
        assert_eq!(registry.batch_targets(vec![given.clone()]).await.unwrap(), (1, 0, 0));
        let found = registry.target(given.name.clone()).await.unwrap();
        assert_eq!((&found.higher, &found.plan), (&given.higher, &given.plan));
        assert_eq!(registry.batch_targets(vec![given.clone()]).await.unwrap(), (0, 0, 1));
        let request = pb::GetAssignmentRequest {
            name: format!("{}/assignment", name("periods", "2023Q1")),
            ..Default::default()
        };
        let reply = registry.assignments.get_assignment(request).await.unwrap().into_inner();
        let assigned = &reply.assignment.unwrap().targets[0];
        assert_eq!((&assigned.higher, &assigned.plan), (&given.higher, &given.plan));

        let plain = pb::Target { higher: None, plan: vec![], ..given };
        assert_eq!(registry.batch_targets(vec![plain.clone()]).await.unwrap(), (0, 1, 0));
        let found = registry.target(plain.name).await.unwrap();
        assert_eq!((found.higher, found.plan), (None, vec![]));
    }

    // H3: a quarter without a target of its own has what the year's plan asks for between its ends.
    async fn a_quarter_takes_its_target_from_the_years_plan(bed: &Bed) {
        let mut registry = prepared(bed).await;
        registry.create_period("2023").await;
        let year = |unit: &str| pb::Target {
            name: target_name(unit, "gdp", "2023"),
            value: decimal("120.5"),
            ..planned(unit, &[("2023Q1", "20"), ("2023H1", "45.5")])
        };
        let own = target("economy", "gdp", "2023Q2", "7");
        registry.batch_targets(vec![year("finance"), year("economy"), own]).await.unwrap();
        for (period, expected) in [
            ("2023Q1", vec![("economy", "24.1", true), ("finance", "24.1", true)]),
            ("2023Q2", vec![("economy", "7", false), ("finance", "30.7275", true)]),
        ] {
            let name = format!("{}/assignment", name("periods", period));
            let request = pb::GetAssignmentRequest { name, ..Default::default() };
            let reply = registry.assignments.get_assignment(request).await.unwrap().into_inner();
            let mut found = Vec::new();
            for it in reply.assignment.unwrap().targets {
                let unit = it.unit.rsplit('/').next().unwrap().to_owned();
                if it.period.ends_with(period) {
                    let longer = target_name(&unit, "gdp", "2023");
                    let is_planned = it.planned_in == longer;
                    assert!(is_planned || it.planned_in.is_empty(), "{}", it.planned_in);
                    found.push((unit, it.value, is_planned));
                }
            }
            found.sort_by(|a, b| a.0.cmp(&b.0));
            let expected: Vec<_> =
                expected.into_iter().map(|(a, b, c)| (a.to_owned(), decimal(b), c)).collect();
            assert_eq!(found, expected, "{period}");
        }
    }

    // H2: what is wrong with a plan or its origin is named by its row.
    async fn a_plan_with_faults_is_refused(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let level = pb::Indicator {
            accumulation: pb::Accumulation::Latest as i32,
            ..indicator("level")
        };
        registry.batch_indicators(vec![level]).await;
        let higher = pb::HigherTarget {
            share_percent: decimal("0"),
            ..pb::HigherTarget::default()
        };
        let bare = pb::Target { higher: Some(higher), ..planned("finance", &[("2023-01", "101")]) };
        refused(registry.batch_targets(vec![bare]).await, &[
            ("targets[0].higher.share_percent", "OUT_OF_RANGE"),
            ("targets[0].higher.issuer", "REQUIRED"),
            ("targets[0].higher.document", "REQUIRED"),
            ("targets[0].higher.value", "REQUIRED"),
            ("targets[0].plan[0].share_percent", "OUT_OF_RANGE"),
        ]);
        let level = pb::Target {
            name: target_name("finance", "level", "2023Q1"),
            ..planned("finance", &[("2023-01", "20")])
        };
        let rows = vec![
            planned("finance", &[("2023-02", "20"), ("2023-01", "10"), ("2023-03", "90")]),
            planned("economy", &[("2023-04", "20")]),
            level,
        ];
        refused(registry.batch_targets(rows).await, &[
            ("targets[0].plan[1].period", "PLAN_ORDER"),
            ("targets[0].plan[1].share_percent", "PLAN_ORDER"),
            ("targets[0].plan[2].share_percent", "PLAN_END"),
            ("targets[1].plan[0].period", "NOT_WITHIN"),
            ("targets[2].plan", "NOT_GROWING"),
        ]);
        let long = vec![("2023-01", "1"); 54];
        refused(registry.batch_targets(vec![planned("finance", &long)]).await, &[("targets[0].plan", "TOO_MANY")]);
    }

    // B1: two clerks with the same table; the later learns that it read an older one.
    async fn a_stale_etag_aborts_the_batch(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let names = [
            target_name("economy", "gdp", "2023Q1"),
            target_name("finance", "gdp", "2023Q1"),
        ];
        let rows = vec![
            target("economy", "gdp", "2023Q1", "1"),
            target("finance", "gdp", "2023Q1", "1"),
        ];
        let early = pb::Target { etag: "\"1\"".to_owned(), ..rows[0].clone() };
        let outcome = registry.batch_targets(vec![early]).await;
        fails(outcome, Code::Aborted, "ETAG_MISMATCH", &names[0]);
        registry.batch_targets(rows).await.unwrap();

        let parent = name("units", "-");
        let request = pb::ListTargetsRequest { parent, ..Default::default() };
        let mut seen = registry.targets.list_targets(request).await.unwrap().into_inner().targets;
        assert_eq!(seen[1], registry.target(names[1].clone()).await.unwrap());
        for row in &mut seen {
            row.value = decimal("2");
        }
        let second = seen[1].clone();
        assert_eq!(registry.batch_targets(vec![second]).await.unwrap(), (0, 1, 0));
        let outcome = registry.batch_targets(seen.clone()).await;
        fails(outcome, Code::Aborted, "ETAG_MISMATCH", &names[1]);
        let first = registry.target(names[0].clone()).await.unwrap();
        assert_eq!((first.value, &first.etag), (decimal("1"), &seen[0].etag), "nothing is stored");

        // Read again it goes through, and what is equal keeps its tag.
        let read = registry.target(names[1].clone()).await.unwrap();
        assert_ne!(read.etag, seen[1].etag);
        seen[1] = read.clone();
        assert_eq!(registry.batch_targets(seen).await.unwrap(), (0, 1, 1));
        assert_eq!(registry.target(names[1].clone()).await.unwrap(), read);
        // Who sends none is not asked: the office's table as a whole is the last word.
        let row = target("finance", "gdp", "2023Q1", "3");
        assert_eq!(registry.batch_targets(vec![row]).await.unwrap(), (0, 1, 0));
    }

    // B1: the whole district in one go, two statements' worth over the bind limit.
    async fn five_thousand_targets_are_one_transaction(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let units: Vec<String> = (0..100).map(|i| format!("u{i:02}")).collect();
        let unit = |id: &String| pb::Unit {
            name: name("units", id),
            display_name: "村".to_owned(),
            kind: pb::UnitKind::Village as i32,
            ..Default::default()
        };
        let request = pb::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: units.iter().map(unit).collect(),
            ..Default::default()
        };
        registry.units.batch_update_units(request).await.unwrap();
        let indicators: Vec<String> = (0..50).map(|i| format!("i{i:02}")).collect();
        registry.batch_indicators(indicators.iter().map(|id| indicator(id)).collect()).await;
        let mut rows = Vec::new();
        for unit in &units {
            for indicator in &indicators {
                rows.push(target(unit, indicator, "2023Q1", "12.5"));
            }
        }
        assert_eq!(registry.batch_targets(rows.clone()).await.unwrap(), (5000, 0, 0));
        rows[4321].value = decimal("13");
        assert_eq!(registry.batch_targets(rows.clone()).await.unwrap(), (0, 1, 4999));
        rows[4999].value = decimal("x");
        let outcome = registry.batch_targets(rows).await;
        refused(outcome, &[("targets[4999].value", "DECIMAL_FORMAT")]);
    }

    async fn targets_are_listed_by_filter_page_by_page(bed: &Bed) {
        let mut registry = prepared(bed).await;
        let rows = vec![
            target("finance", "gdp", "2023Q1", "1"),
            target("economy", "tax.local", "2023Q1", "2"),
            target("economy", "gdp", "2023Q2", "3"),
            target("economy", "gdp", "2023Q1", "4"),
        ];
        registry.batch_targets(rows).await.unwrap();
        let order = [
            target_name("economy", "gdp", "2023Q1"),
            target_name("economy", "gdp", "2023Q2"),
            target_name("economy", "tax.local", "2023Q1"),
            target_name("finance", "gdp", "2023Q1"),
        ];
        let all = pb::ListTargetsRequest { parent: name("units", "-"), page_size: 1, ..Default::default() };
        let mut request = all.clone();
        let mut seen = Vec::new();
        loop {
            let page = registry.targets.list_targets(request.clone()).await.unwrap().into_inner();
            seen.extend(page.targets.into_iter().map(|target| target.name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(seen, order);

        let wide = pb::ListTargetsRequest { page_size: 100, ..all };
        let parent = name("units", "economy");
        let (indicator, period) = (name("indicators", "gdp"), name("periods", "2023Q1"));
        let expected = [
            (pb::ListTargetsRequest { parent: parent.clone(), ..wide.clone() }, 3),
            (pb::ListTargetsRequest { indicator: indicator.clone(), ..wide.clone() }, 3),
            (pb::ListTargetsRequest { period: period.clone(), ..wide.clone() }, 3),
            (pb::ListTargetsRequest { parent, indicator, period, ..wide.clone() }, 1),
        ];
        for (request, count) in expected {
            let page = registry.targets.list_targets(request).await.unwrap().into_inner();
            assert_eq!(page.targets.len(), count);
        }
        let wrong = pb::ListTargetsRequest {
            parent: DISTRICT.to_owned(),
            indicator: "districts/other/indicators/a".to_owned(),
            period: "2023Q1".to_owned(),
            ..wide.clone()
        };
        refused(registry.targets.list_targets(wrong).await, &[
            ("parent", "NAME_FORMAT"),
            ("period", "NAME_FORMAT"),
        ]);
        let parent = name("units", "none");
        let outcome = registry.targets.list_targets(pb::ListTargetsRequest { parent, ..wide }).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "units/none");
    }
}
