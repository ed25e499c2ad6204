use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{Direction, IndicatorKind};
use tonic::Code;

use crate::fixture::{
    DISTRICT, Registry, decimal, fails, indicator, mask, name, refused, request_id,
};

fn creation(id: &str, indicator: pb::Indicator) -> pb::CreateIndicatorRequest {
    pb::CreateIndicatorRequest {
        parent: DISTRICT.to_owned(),
        indicator_id: id.to_owned(),
        indicator: Some(indicator),
        request_id: String::new(),
    }
}

fn update(indicator: pb::Indicator, paths: &[&str]) -> pb::UpdateIndicatorRequest {
    let update_mask = if paths.is_empty() { None } else { mask(paths) };
    pb::UpdateIndicatorRequest { indicator: Some(indicator), update_mask }
}

fn batch(indicators: Vec<pb::Indicator>) -> pb::BatchUpdateIndicatorsRequest {
    pb::BatchUpdateIndicatorsRequest {
        parent: DISTRICT.to_owned(),
        indicators,
        ..Default::default()
    }
}

kit::both! {
    // H2: common, specific and striving indicators, some from the city's list.
    async fn an_indicator_is_created_and_read_back(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let given = pb::Indicator {
            kind: IndicatorKind::Striving as i32,
            min_value: decimal("0.00"),
            max_value: decimal("1e6"),
            definition: "全口径。\n不含基金。".to_owned(),
            source: "市考指标".to_owned(),
            ..indicator("revenue")
        };
        let mut request = creation("revenue", given);
        request.request_id = request_id();
        let created = registry.indicators.create_indicator(request.clone()).await.unwrap().into_inner();
        assert_eq!(created.name, name("indicators", "revenue"));
        assert_eq!(created.kind(), IndicatorKind::Striving);
        assert_eq!(created.evaluating_unit, name("units", "finance"));
        assert_eq!((&created.min_value, &created.max_value), (&decimal("0"), &decimal("1000000")));
        assert_eq!(created.definition, "全口径。\n不含基金。");

        let again = registry.indicators.create_indicator(request.clone()).await.unwrap().into_inner();
        assert_eq!(again, created);
        request.indicator_id = "other".to_owned();
        let reused = registry.indicators.create_indicator(request).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED", "request_id");
        let taken = registry.indicators.create_indicator(creation("revenue", indicator("x"))).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "indicators/revenue");
        let get = pb::GetIndicatorRequest { name: created.name.clone() };
        assert_eq!(registry.indicators.get_indicator(get).await.unwrap().into_inner(), created);
        let get = pb::GetIndicatorRequest { name: name("indicators", "none") };
        fails(registry.indicators.get_indicator(get).await, Code::NotFound, "NOT_FOUND", "none");
    }

    async fn an_indicator_with_faults_is_refused_whole(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let given = pb::Indicator {
            unit_of_measure: "万".repeat(21),
            min_value: decimal("one"),
            max_value: decimal("0.00000000000000000000000000001"),
            definition: "字".repeat(2001),
            source: "源".repeat(201),
            ..Default::default()
        };
        refused(registry.indicators.create_indicator(creation("-", given)).await, &[
            ("indicator_id", "ID_FORMAT"),
            ("indicator.display_name", "REQUIRED"),
            ("indicator.kind", "REQUIRED"),
            ("indicator.unit_of_measure", "LENGTH"),
            ("indicator.direction", "REQUIRED"),
            ("indicator.frequency", "REQUIRED"),
            ("indicator.accumulation", "REQUIRED"),
            ("indicator.evaluating_unit", "REQUIRED"),
            ("indicator.min_value", "DECIMAL_FORMAT"),
            ("indicator.max_value", "DECIMAL_FORMAT"),
            ("indicator.definition", "LENGTH"),
            ("indicator.source", "LENGTH"),
        ]);
        let given = pb::Indicator {
            kind: 4,
            direction: 3,
            frequency: 6,
            accumulation: -1,
            evaluating_unit: "districts/elsewhere/units/finance".to_owned(),
            ..indicator("a")
        };
        refused(registry.indicators.create_indicator(creation("a", given)).await, &[
            ("indicator.kind", "UNKNOWN_VALUE"),
            ("indicator.direction", "UNKNOWN_VALUE"),
            ("indicator.frequency", "UNKNOWN_VALUE"),
            ("indicator.accumulation", "UNKNOWN_VALUE"),
            ("indicator.evaluating_unit", "OTHER_DISTRICT"),
        ]);
        let given = pb::Indicator {
            evaluating_unit: name("units", "none"),
            min_value: decimal("1"),
            max_value: decimal("0.9"),
            ..indicator("a")
        };
        refused(registry.indicators.create_indicator(creation("a", given)).await, &[
            ("indicator.max_value", "BOUNDS_CROSSED"),
            ("indicator.evaluating_unit", "UNKNOWN_UNIT"),
        ]);
    }

    async fn an_update_changes_what_its_mask_names(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let given = pb::Indicator { max_value: decimal("100"), ..indicator("a") };
        registry.batch_indicators(vec![given.clone()]).await;
        let changed = pb::Indicator {
            direction: Direction::LowerIsBetter as i32,
            display_name: String::new(),
            max_value: None,
            ..given.clone()
        };
        let masked = update(changed.clone(), &["direction", "max_value"]);
        let updated = registry.indicators.update_indicator(masked).await.unwrap().into_inner();
        assert_eq!(updated.direction(), Direction::LowerIsBetter);
        assert_eq!(updated.max_value, None);
        assert_eq!(updated.display_name, given.display_name);

        let low = pb::Indicator { min_value: decimal("5"), ..changed.clone() };
        let updated = registry.indicators.update_indicator(update(low, &[])).await;
        let updated = updated.unwrap().into_inner();
        assert_eq!(updated.min_value, decimal("5"));
        let crossed = pb::Indicator { max_value: decimal("4"), ..changed.clone() };
        let outcome = registry.indicators.update_indicator(update(crossed, &["max_value"])).await;
        refused(outcome, &[("indicator.max_value", "BOUNDS_CROSSED")]);
        let lost = pb::Indicator { evaluating_unit: name("units", "none"), ..changed.clone() };
        let outcome = registry.indicators.update_indicator(update(lost, &["evaluating_unit"])).await;
        refused(outcome, &[("indicator.evaluating_unit", "UNKNOWN_UNIT")]);

        let stale = pb::Indicator { etag: "\"1\"".to_owned(), ..changed.clone() };
        let outcome = registry.indicators.update_indicator(update(stale, &["source"])).await;
        fails(outcome, Code::Aborted, "ETAG_MISMATCH", "indicators/a");
        let same = registry.indicators.update_indicator(update(updated.clone(), &[])).await;
        assert_eq!(same.unwrap().into_inner(), updated);
        let outcome = registry.indicators.update_indicator(update(changed, &["display_name"])).await;
        refused(outcome, &[("indicator.display_name", "REQUIRED")]);
        let outcome = registry.indicators.update_indicator(update(indicator("none"), &[])).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "indicators/none");
    }

    // H2
    async fn a_batch_makes_the_table_true(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let mut table: Vec<pb::Indicator> = (0..600).map(|i| indicator(&format!("i{i:03}"))).collect();
        let dry = pb::BatchUpdateIndicatorsRequest { validate_only: true, ..batch(table.clone()) };
        let reply = registry.indicators.batch_update_indicators(dry).await.unwrap().into_inner();
        assert_eq!(reply.created_count, 600);
        assert_eq!(registry.batch_indicators(table.clone()).await, (600, 0, 0));
        assert_eq!(registry.batch_indicators(table.clone()).await, (0, 0, 600));
        table[7].source = "市考指标".to_owned();
        table.push(indicator("new"));
        let request = pb::BatchUpdateIndicatorsRequest { request_id: request_id(), ..batch(table) };
        let first = registry.indicators.batch_update_indicators(request.clone()).await.unwrap();
        let first = first.into_inner();
        assert_eq!((first.created_count, first.updated_count, first.unchanged_count), (1, 1, 599));
        let again = registry.indicators.batch_update_indicators(request).await.unwrap();
        assert_eq!(again.into_inner(), first);
    }

    async fn a_batch_with_one_fault_stores_nothing(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let rows = vec![
            indicator("a"),
            pb::Indicator { kind: 0, ..indicator("b") },
            indicator("a"),
            pb::Indicator { name: "districts/other/indicators/c".to_owned(), ..indicator("c") },
        ];
        let outcome = registry.indicators.batch_update_indicators(batch(rows)).await;
        refused(outcome, &[
            ("indicators[2].name", "DUPLICATE"),
            ("indicators[1].kind", "REQUIRED"),
            ("indicators[3].name", "OTHER_DISTRICT"),
        ]);
        let lost = pb::Indicator { evaluating_unit: name("units", "none"), ..indicator("b") };
        let outcome = registry.indicators.batch_update_indicators(batch(vec![indicator("a"), lost]));
        refused(outcome.await, &[("indicators[1].evaluating_unit", "UNKNOWN_UNIT")]);
        let outcome = registry.indicators.batch_update_indicators(batch(vec![])).await;
        refused(outcome, &[("indicators", "REQUIRED")]);
        let outcome = registry.indicators.batch_update_indicators(batch(vec![indicator("a"); 1001]));
        refused(outcome.await, &[("indicators", "TOO_MANY")]);
        assert_eq!(registry.batch_indicators(vec![indicator("a")]).await, (1, 0, 0));
        let stale = pb::Indicator { etag: "\"9\"".to_owned(), ..indicator("a") };
        let outcome = registry.indicators.batch_update_indicators(batch(vec![stale])).await;
        fails(outcome, Code::Aborted, "ETAG_MISMATCH", "indicators/a");
    }

    async fn indicators_are_listed_by_filter_page_by_page(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        registry.create_department("economy").await;
        let economy = |it| pb::Indicator { evaluating_unit: name("units", "economy"), ..it };
        let striving = |it| pb::Indicator { kind: IndicatorKind::Striving as i32, ..it };
        let rows = vec![
            indicator("d"),
            economy(indicator("c")),
            striving(economy(indicator("b"))),
            striving(indicator("a")),
        ];
        registry.batch_indicators(rows).await;
        let parent = DISTRICT.to_owned();
        let all = pb::ListIndicatorsRequest { parent, page_size: 3, ..Default::default() };
        let kind = IndicatorKind::Striving as i32;
        let evaluating_unit = name("units", "economy");
        let expected: [(pb::ListIndicatorsRequest, &[&str]); 4] = [
            (all.clone(), &["a", "b", "c"]),
            (pb::ListIndicatorsRequest { kind, ..all.clone() }, &["a", "b"]),
            (pb::ListIndicatorsRequest { evaluating_unit: evaluating_unit.clone(), ..all.clone() }, &["b", "c"]),
            (pb::ListIndicatorsRequest { kind, evaluating_unit, ..all.clone() }, &["b"]),
        ];
        for (request, ids) in expected {
            let page = registry.indicators.list_indicators(request).await.unwrap().into_inner();
            let names: Vec<String> = page.indicators.into_iter().map(|it| it.name).collect();
            assert_eq!(names, ids.iter().map(|id| name("indicators", id)).collect::<Vec<_>>());
        }
        let page = registry.indicators.list_indicators(all.clone()).await.unwrap().into_inner();
        let next = pb::ListIndicatorsRequest { page_token: page.next_page_token, ..all.clone() };
        let page = registry.indicators.list_indicators(next).await.unwrap().into_inner();
        assert_eq!((page.indicators[0].name.as_str(), page.indicators.len()), (&*name("indicators", "d"), 1));
        let wrong = pb::ListIndicatorsRequest {
            kind: 9,
            evaluating_unit: "districts/other/units/x".to_owned(),
            ..all
        };
        refused(registry.indicators.list_indicators(wrong).await, &[
            ("kind", "UNKNOWN_VALUE"),
            ("evaluating_unit", "OTHER_DISTRICT"),
        ]);
    }
}
