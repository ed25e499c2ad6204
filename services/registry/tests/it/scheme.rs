use kit::testing::{Bed, Engine};
use proto::registry::v1 as pb;
use proto::registry::v1::scheme::State;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::fixture::{
    DISTRICT, Registry, decimal, fails, indicator, mask, name, refused, request_id, target,
};
use crate::rulebook::{leaf, scheme, sum, track};

fn creation(id: &str, scheme: pb::Scheme) -> pb::CreateSchemeRequest {
    pb::CreateSchemeRequest {
        parent: DISTRICT.to_owned(),
        scheme_id: id.to_owned(),
        scheme: Some(scheme),
        ..Default::default()
    }
}

fn update(id: &str, scheme: pb::Scheme, paths: &[&str]) -> pb::UpdateSchemeRequest {
    let scheme = pb::Scheme { name: name("schemes", id), ..scheme };
    let update_mask = if paths.is_empty() { None } else { mask(paths) };
    pb::UpdateSchemeRequest { scheme: Some(scheme), update_mask }
}

fn enactment(id: &str) -> pb::EnactSchemeRequest {
    pb::EnactSchemeRequest { name: name("schemes", id), ..Default::default() }
}

fn revision(id: &str, new: &str, period: &str) -> pb::ReviseSchemeRequest {
    pb::ReviseSchemeRequest {
        name: name("schemes", id),
        scheme_id: new.to_owned(),
        effective_period: name("periods", period),
        request_id: String::new(),
    }
}

/// The unmet rules of a FAILED_PRECONDITION as triples of type, subject and description.
#[track_caller]
fn unmet<T: std::fmt::Debug>(outcome: Result<T, Status>) -> Vec<(String, String, String)> {
    let status = outcome.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
    let details = status.get_error_details();
    let violations = details.precondition_failure().unwrap().violations.clone();
    violations.into_iter().map(|it| (it.r#type, it.subject, it.description)).collect()
}

impl Registry {
    async fn scheme(&mut self, id: &str) -> pb::Scheme {
        let request = pb::GetSchemeRequest { name: name("schemes", id) };
        self.schemes.get_scheme(request).await.unwrap().into_inner()
    }
}

kit::both! {
    // H1: one category, one indicator set; B6: each track its own indicators.
    async fn a_draft_is_created_and_read_back(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut request = creation("2023", scheme("2023Q1"));
        let dry = pb::CreateSchemeRequest { validate_only: true, ..request.clone() };
        registry.schemes.create_scheme(dry).await.unwrap();
        let get = pb::GetSchemeRequest { name: name("schemes", "2023") };
        let absent = registry.schemes.get_scheme(get).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "schemes/2023");

        request.request_id = request_id();
        let created = registry.schemes.create_scheme(request.clone()).await.unwrap().into_inner();
        assert_eq!(created.name, name("schemes", "2023"));
        assert_eq!(created.state(), State::Draft);
        assert_eq!((created.digest.as_str(), created.supersedes.as_str()), ("", ""));
        let given = scheme("2023Q1");
        assert_eq!(created.tracks, given.tracks);
        assert_eq!(created.effective_period, given.effective_period);
        assert_eq!(created.series, given.series);
        assert_eq!(registry.scheme("2023").await, created);
        let again = registry.schemes.create_scheme(request).await.unwrap().into_inner();
        assert_eq!(again, created);
        let taken = registry.schemes.create_scheme(creation("2023", given)).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "schemes/2023");
    }

    // H2: weights add up; every fault is named by the path of its node.
    async fn a_draft_with_faults_is_refused_whole(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let request = pb::CreateSchemeRequest { scheme: None, ..creation("a", scheme("2023Q1")) };
        refused(registry.schemes.create_scheme(request).await, &[("scheme", "REQUIRED")]);
        let request = pb::CreateSchemeRequest {
            parent: "x".to_owned(),
            ..creation("a/b", scheme("2023Q1"))
        };
        refused(registry.schemes.create_scheme(request).await, &[
            ("parent", "NAME_FORMAT"),
            ("scheme_id", "ID_FORMAT"),
        ]);

        let root = "scheme.tracks[0].root";
        let weights = |a: &str, b: &str| {
            let leaves = vec![leaf("a", "gdp", a), leaf("b", "party", b)];
            vec![track("general", "general", sum("root", "100", leaves))]
        };
        let one = |root: pb::Node| vec![track("general", "general", root)];
        let listed = |units: &[&str], except: &[&str]| {
            let names = |ids: &[&str]| ids.iter().map(|id| name("units", id)).collect();
            let members =
                pb::Members { units: names(units), except_units: names(except), ..Default::default() };
            vec![pb::Track { members: Some(members), ..track("a", "", leaf("root", "party", "100")) }]
        };
        let capped = |cap: &str| {
            let mut node = leaf("root", "gdp", "100");
            let Some(pb::node::Rule::Leaf(leaf)) = &mut node.rule else { panic!("a leaf") };
            leaf.method = Some(pb::leaf::Method::Completion(pb::Completion { cap: decimal(cap) }));
            node
        };
        let wrong: Vec<(Vec<pb::Track>, String, &str)> = vec![
            (vec![], "scheme.tracks".to_owned(), "TRACK_COUNT"),
            (weights("60", "39.9"), format!("{root}.sum.children"), "WEIGHT_SUM"),
            (one(leaf("root", "none", "100")), format!("{root}.leaf.indicator"), "UNKNOWN_INDICATOR"),
            (one(capped("0.5")), format!("{root}.leaf.completion.cap"), "PARAMETER_RANGE"),
            (listed(&["none"], &[]), "scheme.tracks[0].members.units".to_owned(), "UNKNOWN_UNIT"),
            (listed(&["region"], &[]), "scheme.tracks[0].members.units".to_owned(), "UNIT_GROUP"),
            (listed(&["finance"], &["none"]), "scheme.tracks[0].members.except_units[0]".to_owned(), "UNKNOWN_UNIT"),
            (listed(&[], &[]), "scheme.tracks[0].members".to_owned(), "MEMBERS_EMPTY"),
        ];
        for (tracks, field, reason) in wrong {
            let given = pb::Scheme { tracks, ..scheme("2023Q1") };
            let outcome = registry.schemes.create_scheme(creation("a", given)).await;
            refused(outcome, &[(&field, reason)]);
        }

        // B2: no unit runs twice.
        let mut given = scheme("2023Q1");
        given.tracks[1].members.as_mut().unwrap().categories = vec!["general".to_owned()];
        let outcome = registry.schemes.create_scheme(creation("a", given)).await;
        refused(outcome, &[
            ("scheme.tracks[1].members", "UNIT_ON_TWO_TRACKS"),
            ("scheme.tracks[1].members", "UNIT_ON_TWO_TRACKS"),
        ]);
        for (period, reason) in [
            (name("periods", "2024Q1"), "UNKNOWN_PERIOD"),
            ("districts/other/periods/2023Q1".to_owned(), "OTHER_DISTRICT"),
            ("2023Q1".to_owned(), "NAME_FORMAT"),
            (String::new(), "REQUIRED"),
        ] {
            let given = pb::Scheme { effective_period: period, ..scheme("2023Q1") };
            let outcome = registry.schemes.create_scheme(creation("a", given)).await;
            refused(outcome, &[("scheme.effective_period", reason)]);
        }
        let given = pb::Scheme {
            tracks: weights("60", "41"),
            effective_period: name("periods", "2024Q1"),
            ..scheme("2023Q1")
        };
        let outcome = registry.schemes.create_scheme(creation("a", given)).await;
        refused(outcome, &[
            ("scheme.tracks[0].root.sum.children", "WEIGHT_SUM"),
            ("scheme.effective_period", "UNKNOWN_PERIOD"),
        ]);
        let given = pb::Scheme {
            display_name: String::new(),
            series: "年度".to_owned(),
            leaf_rounding: Some(pb::Rounding { mode: 1, places: 21 }),
            ..scheme("2023Q1")
        };
        let outcome = registry.schemes.create_scheme(creation("a", given)).await;
        refused(outcome, &[
            ("scheme.display_name", "REQUIRED"),
            ("scheme.series", "ID_FORMAT"),
            ("scheme.leaf_rounding.places", "OUT_OF_RANGE"),
        ]);
    }

    async fn a_draft_is_edited_freely(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let created = registry.draft("2023", scheme("2023Q1")).await;
        let given = pb::Scheme {
            display_name: "考核方案（修订）".to_owned(),
            effective_period: name("periods", "2023Q2"),
            ..Default::default()
        };
        let updated = registry.schemes.update_scheme(update("2023", given, &[])).await.unwrap();
        let updated = updated.into_inner();
        assert_eq!(updated.display_name, "考核方案（修订）");
        assert_eq!(updated.effective_period, name("periods", "2023Q2"));
        assert_eq!(updated.tracks, created.tracks);
        assert_ne!(updated.etag, created.etag);

        let tracks = vec![track("general", "general", leaf("root", "party", "100"))];
        let given = pb::Scheme { tracks, display_name: "不读".to_owned(), ..Default::default() };
        let outcome = registry.schemes.update_scheme(update("2023", given, &["tracks"])).await;
        let replaced = outcome.unwrap().into_inner();
        assert_eq!((replaced.tracks.len(), &replaced.display_name), (1, &updated.display_name));
        let same = registry.schemes.update_scheme(update("2023", replaced.clone(), &[])).await;
        assert_eq!(same.unwrap().into_inner(), replaced);

        let stale = pb::Scheme { etag: created.etag, ..replaced };
        let outcome = registry.schemes.update_scheme(update("2023", stale, &["tracks"])).await;
        fails(outcome, Code::Aborted, "ETAG_MISMATCH", "schemes/2023");
        let none = pb::Scheme::default();
        let outcome = registry.schemes.update_scheme(update("2023", none.clone(), &["tracks"])).await;
        refused(outcome, &[("scheme.tracks", "TRACK_COUNT")]);
        let outcome = registry.schemes.update_scheme(update("2023", none.clone(), &["digest"])).await;
        refused(outcome, &[("update_mask", "UNKNOWN_PATH")]);
        let outcome = registry.schemes.update_scheme(update("none", none, &["tracks"])).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "schemes/none");
    }

    // Issue 4, four eyes: a scheme comes into force with the approval of another than who wrote
    // it, and of nothing but what he saw.
    async fn a_scheme_is_enacted_by_two_persons(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.assign("2023Q1").await;
        let draft = registry.draft("2023", scheme("2023Q1")).await;
        let alone = registry.served.channel_as(&kit::testing::everybody());
        let mut schemes = SchemeServiceClient::new(alone.clone());
        let refusal = schemes.enact_scheme(enactment("2023")).await.unwrap_err();
        fails(Err::<(), _>(refusal.clone()), Code::FailedPrecondition, "APPROVAL_REQUIRED", "schemes/2023");
        // Whoever wrote it may not approve it, though another asks.
        let grant = format!("office-leader@{DISTRICT}");
        let leader = kit::testing::token("zhao.lei", &[&grant]);
        let asking = registry.served.channel_as(&leader);
        let own = asking.approval(&refusal, &kit::testing::everybody()).await;
        fails(own, Code::PermissionDenied, "OWN_WORK", "prepared");
        // What changed since is not what was approved.
        let before = alone.approval(&refusal, &leader).await.unwrap();
        let changed = pb::Scheme { display_name: "改后".to_owned(), ..draft };
        schemes.update_scheme(update("2023", changed, &["display_name"])).await.unwrap();
        let request = pb::EnactSchemeRequest { approval: before, ..enactment("2023") };
        let stale = schemes.enact_scheme(request).await;
        fails(stale, Code::FailedPrecondition, "APPROVAL_STALE", "schemes/2023");
        let refusal = schemes.enact_scheme(enactment("2023")).await.unwrap_err();
        let approval = alone.approval(&refusal, &leader).await.unwrap();
        let request = pb::EnactSchemeRequest { approval, ..enactment("2023") };
        assert_eq!(schemes.enact_scheme(request).await.unwrap().into_inner().state(), State::InForce);
    }

    // B5: in force only when every target is assigned (B1).
    async fn a_draft_is_enacted_once_its_targets_are_there(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("2023", scheme("2023Q1")).await;
        let gaps = unmet(registry.schemes.enact_scheme(enactment("2023")).await);
        assert_eq!(gaps.len(), 4, "two units on each track: {gaps:?}");
        assert!(gaps.iter().all(|(kind, subject, _)| {
            kind == "TARGET_MISSING" && *subject == name("schemes", "2023")
        }));
        assert!(gaps[0].2.contains("units/finance") && gaps[0].2.contains("indicators/gdp"));

        registry.assign("2023Q1").await;
        bed.clock().set("2023-04-10T02:00:00Z".parse().unwrap());
        let request = pb::EnactSchemeRequest { request_id: request_id(), ..enactment("2023") };
        let enacted = registry.schemes.enact_scheme(request.clone()).await.unwrap().into_inner();
        assert_eq!(enacted.state(), State::InForce);
        assert_eq!(enacted.enact_time.unwrap().seconds, 1_681_092_000);
        assert_eq!(enacted.digest.len(), 64);
        assert!(enacted.digest.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')));
        let again = registry.schemes.enact_scheme(request).await.unwrap().into_inner();
        assert_eq!(again, enacted);
        assert_eq!(registry.scheme("2023").await, enacted);

        let twice = registry.schemes.enact_scheme(enactment("2023")).await;
        fails(twice, Code::FailedPrecondition, "SCHEME_IN_FORCE", "schemes/2023");
        let late = registry.schemes.update_scheme(update("2023", scheme("2023Q1"), &[])).await;
        fails(late, Code::FailedPrecondition, "SCHEME_IN_FORCE", "schemes/2023");
        let request = pb::EnactSchemeRequest { etag: "\"1\"".to_owned(), ..enactment("2023") };
        let stale = registry.schemes.enact_scheme(request).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH", "schemes/2023");
        let absent = registry.schemes.enact_scheme(enactment("none")).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "schemes/none");
    }

    // B1: of many gaps the first twenty at most.
    async fn at_most_twenty_missing_targets_are_named(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let village = |i| pb::Unit {
            name: name("units", &format!("v{i}")),
            display_name: "村".to_owned(),
            kind: pb::UnitKind::Village as i32,
            category: "general".to_owned(),
            ..Default::default()
        };
        let request = pb::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: (0..30).map(village).collect(),
            ..Default::default()
        };
        registry.units.batch_update_units(request).await.unwrap();
        registry.draft("2023", scheme("2023Q1")).await;
        let gaps = unmet(registry.schemes.enact_scheme(enactment("2023")).await);
        assert!((10..=20).contains(&gaps.len()), "{}", gaps.len());
    }

    // B2: a track is added in the second quarter.
    async fn a_revision_supersedes_from_its_period_on(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let first = registry.enacted("2023", scheme("2023Q1")).await;
        let request = pb::ReviseSchemeRequest { request_id: request_id(), ..revision("2023", "2023b", "2023Q2") };
        let revised = registry.schemes.revise_scheme(request.clone()).await.unwrap().into_inner();
        assert_eq!(revised.state(), State::Draft);
        assert_eq!(revised.supersedes, first.name);
        assert_eq!(revised.effective_period, name("periods", "2023Q2"));
        assert_eq!((&revised.tracks, &revised.series), (&first.tracks, &first.series));
        assert_eq!(revised.digest, "");
        let again = registry.schemes.revise_scheme(request).await.unwrap().into_inner();
        assert_eq!(again, revised);

        let mut tracks = revised.tracks;
        let members = pb::Members { units: vec![name("units", "headquarters")], ..Default::default() };
        let third = track("headquarters", "", leaf("root", "party", "100"));
        tracks.push(pb::Track { members: Some(members), ..third });
        let given = pb::Scheme { tracks, ..Default::default() };
        registry.schemes.update_scheme(update("2023b", given, &["tracks"])).await.unwrap();
        registry.assign("2023Q2").await;
        let second = registry.schemes.enact_scheme(enactment("2023b")).await.unwrap().into_inner();
        assert_eq!(second.state(), State::InForce);
        assert_ne!(second.digest, first.digest);
        let before = registry.scheme("2023").await;
        assert_eq!(before.state(), State::Superseded);
        assert_eq!((&before.digest, &before.tracks), (&first.digest, &first.tracks));

        registry.schemes.revise_scheme(revision("2023", "early", "2023Q1")).await.unwrap();
        let early = registry.schemes.enact_scheme(enactment("early")).await;
        fails(early, Code::FailedPrecondition, "SERIES_ORDER", "schemes/2023b");
        let outcome = registry.schemes.revise_scheme(revision("2023", "x", "2024Q1")).await;
        refused(outcome, &[("effective_period", "UNKNOWN_PERIOD")]);
        let wrong = pb::ReviseSchemeRequest { effective_period: "q".to_owned(), ..revision("2023", "-", "") };
        refused(registry.schemes.revise_scheme(wrong).await, &[
            ("scheme_id", "ID_FORMAT"),
            ("effective_period", "NAME_FORMAT"),
        ]);
        let outcome = registry.schemes.revise_scheme(revision("none", "x", "2023Q1")).await;
        fails(outcome, Code::NotFound, "NOT_FOUND", "schemes/none");
        let taken = registry.schemes.revise_scheme(revision("2023", "2023b", "2023Q2")).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "schemes/2023b");
    }

    // H9: a special assessment is a series of its own.
    async fn series_do_not_supersede_each_other(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("annual", scheme("2023Q1")).await;
        let special = pb::Scheme { series: "investment".to_owned(), ..scheme("2023Q1") };
        registry.enacted("special", special).await;
        assert_eq!(registry.scheme("annual").await.state(), State::InForce);
        // The same series from the same day: the later enactment takes its place.
        registry.enacted("again", scheme("2023Q1")).await;
        assert_eq!(registry.scheme("annual").await.state(), State::Superseded);
    }

    // H2: what is measured stays what it was while scores rest on it.
    async fn an_indicator_in_force_is_frozen_but_for_its_words(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("2023", scheme("2023Q1")).await;
        let given = pb::Indicator { unit_of_measure: "亿元".to_owned(), ..indicator("gdp") };
        assert_eq!(registry.batch_indicators(vec![given]).await, (0, 1, 0), "a draft freezes nothing");
        registry.assign("2023Q1").await;
        registry.schemes.enact_scheme(enactment("2023")).await.unwrap();

        let frozen: [(&str, pb::Indicator); 8] = [
            ("kind", pb::Indicator { kind: 2, ..indicator("gdp") }),
            ("unit_of_measure", pb::Indicator { unit_of_measure: "元".to_owned(), ..indicator("gdp") }),
            ("direction", pb::Indicator { direction: 2, ..indicator("gdp") }),
            ("frequency", pb::Indicator { frequency: 1, ..indicator("gdp") }),
            ("accumulation", pb::Indicator { accumulation: 2, ..indicator("gdp") }),
            ("evaluating_unit", pb::Indicator { evaluating_unit: name("units", "party"), ..indicator("gdp") }),
            ("min_value", pb::Indicator { min_value: decimal("0"), ..indicator("gdp") }),
            ("max_value", pb::Indicator { max_value: decimal("0"), ..indicator("gdp") }),
        ];
        for (field, given) in frozen {
            let request = pb::UpdateIndicatorRequest { indicator: Some(given), update_mask: mask(&[field]) };
            let outcome = registry.indicators.update_indicator(request).await;
            fails(outcome, Code::FailedPrecondition, "INDICATOR_IN_FORCE", field);
        }
        let words = pb::Indicator {
            display_name: "生产总值".to_owned(),
            definition: "季度核算数".to_owned(),
            source: "统计局".to_owned(),
            ..indicator("gdp")
        };
        let paths = mask(&["display_name", "definition", "source"]);
        let request = pb::UpdateIndicatorRequest { indicator: Some(words), update_mask: paths };
        registry.indicators.update_indicator(request).await.unwrap();

        let other = |id| pb::Indicator { kind: 2, ..indicator(id) };
        let request = pb::BatchUpdateIndicatorsRequest {
            parent: DISTRICT.to_owned(),
            indicators: vec![other("gdp"), other("party"), other("free")],
            ..Default::default()
        };
        let rules = unmet(registry.indicators.batch_update_indicators(request).await);
        let subjects: Vec<&str> = rules.iter().map(|(_, subject, _)| subject.as_str()).collect();
        assert_eq!(subjects, [name("indicators", "gdp"), name("indicators", "party")]);
    }

    // H2: no method ever divides by zero.
    async fn a_target_that_is_divided_by_is_above_zero(bed: &Bed) {
        // Both tracks divide by it, and a unit may come to run on either.
        const LEAVES: [(&str, &str); 2] = [
            ("scheme.tracks[0].root.sum.children[0].leaf", "TARGET_NOT_POSITIVE"),
            ("scheme.tracks[1].root.sum.children[0].leaf", "TARGET_NOT_POSITIVE"),
        ];
        let mut registry = Registry::ready(bed).await;
        let zero = target("finance", "gdp", "2023Q1", "0");
        registry.batch_targets(vec![zero.clone()]).await.unwrap();
        let outcome = registry.schemes.create_scheme(creation("2023", scheme("2023Q1"))).await;
        refused(outcome, &LEAVES);
        // What lies before the scheme is none of its business.
        registry.draft("2023", scheme("2023Q2")).await;

        let rows = vec![
            target("finance", "gdp", "2023Q2", "10"),
            target("finance", "gdp", "2023Q3", "0"),
            target("economy", "gdp", "2023Q3", "-0.1"),
            target("economy", "party", "2023Q3", "0"),
        ];
        let outcome = registry.batch_targets(rows).await;
        fails(outcome.clone(), Code::InvalidArgument, "TARGET_NOT_POSITIVE", "units/finance");
        refused(outcome, &[
            ("targets[1].value", "TARGET_NOT_POSITIVE"),
            ("targets[2].value", "TARGET_NOT_POSITIVE"),
        ]);
        let given = pb::Scheme { effective_period: name("periods", "2023Q1"), ..Default::default() };
        let outcome = registry.schemes.update_scheme(update("2023", given, &[])).await;
        refused(outcome, &LEAVES);
    }

    // H1, B2: who runs where stays clear while a scheme is in force.
    async fn a_unit_cannot_be_moved_onto_two_tracks(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut given = scheme("2023Q1");
        let members = pb::Members { units: vec![name("units", "headquarters")], ..Default::default() };
        let third = track("headquarters", "", leaf("root", "party", "100"));
        given.tracks.push(pb::Track { members: Some(members), ..third });
        registry.enacted("2023", given).await;

        let moved = pb::Unit {
            name: name("units", "headquarters"),
            category: "general".to_owned(),
            ..Default::default()
        };
        let request = pb::UpdateUnitRequest { unit: Some(moved.clone()), update_mask: None };
        let outcome = registry.units.update_unit(request).await;
        fails(outcome, Code::FailedPrecondition, "UNIT_ON_TWO_TRACKS", "units/headquarters");
        let rows = vec![pb::Unit { display_name: "指挥部".to_owned(), kind: 4, ..moved }];
        let request = pb::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: rows,
            validate_only: true,
            ..Default::default()
        };
        let outcome = registry.units.batch_update_units(request).await;
        fails(outcome, Code::FailedPrecondition, "UNIT_ON_TWO_TRACKS", "schemes/2023");
        let group = pb::Unit { name: name("units", "headquarters"), kind: 7, ..Default::default() };
        let request = pb::UpdateUnitRequest { unit: Some(group), update_mask: None };
        let outcome = registry.units.update_unit(request).await;
        fails(outcome, Code::FailedPrecondition, "UNIT_GROUP", "units/headquarters");
    }

    async fn schemes_are_listed_by_filter_page_by_page(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("z", scheme("2023Q1")).await;
        for i in 0..10 {
            let series = "other".to_owned();
            registry.draft(&format!("s{i}"), pb::Scheme { series, ..scheme("2023Q1") }).await;
        }
        let parent = DISTRICT.to_owned();
        let all = pb::ListSchemesRequest { parent, ..Default::default() };
        let page = registry.schemes.list_schemes(all.clone()).await.unwrap().into_inner();
        assert_eq!(page.schemes.len(), 10, "ten when nothing is asked for");
        let next = pb::ListSchemesRequest { page_token: page.next_page_token, ..all.clone() };
        let page = registry.schemes.list_schemes(next).await.unwrap().into_inner();
        assert_eq!(page.schemes[0].name, name("schemes", "z"));
        assert_eq!(page.next_page_token, "");

        let drafts = pb::ListSchemesRequest { state: State::Draft as i32, page_size: 1000, ..all.clone() };
        let page = registry.schemes.list_schemes(drafts).await.unwrap().into_inner();
        assert_eq!(page.schemes.len(), 10);
        let annual = pb::ListSchemesRequest { series: "annual-target".to_owned(), ..all.clone() };
        let page = registry.schemes.list_schemes(annual).await.unwrap().into_inner();
        assert_eq!(page.schemes.len(), 1);
        let wrong = pb::ListSchemesRequest { state: 9, series: "?".to_owned(), ..all.clone() };
        refused(registry.schemes.list_schemes(wrong).await, &[
            ("series", "ID_FORMAT"),
            ("state", "UNKNOWN_VALUE"),
        ]);
        let negative = pb::ListSchemesRequest { page_size: -1, ..all };
        refused(registry.schemes.list_schemes(negative).await, &[("page_size", "OUT_OF_RANGE")]);
    }

    async fn of_two_racing_enactments_one_holds(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.assign("2023Q1").await;
        registry.draft("a", scheme("2023Q1")).await;
        registry.draft("b", scheme("2023Q1")).await;
        let race = ["a", "b"].map(|id| {
            let mut schemes = registry.schemes.clone();
            tokio::spawn(async move { schemes.enact_scheme(enactment(id)).await })
        });
        for racer in race {
            racer.await.unwrap().unwrap();
        }
        let mut states = [registry.scheme("a").await.state(), registry.scheme("b").await.state()];
        states.sort();
        assert_eq!(states, [State::InForce, State::Superseded]);
    }

    // B2: what was enacted is kept, whoever writes to the database.
    async fn the_database_keeps_what_was_enacted(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let enacted = registry.enacted("2023", scheme("2023Q1")).await;
        let special = pb::Scheme { series: "special".to_owned(), ..scheme("2023Q1") };
        registry.draft("draft", special).await;
        let db = registry.served.db("registry");
        macro_rules! refuses {
            ($sql:expr $(, $arg:expr)*) => {{
                let mut tx = db.begin_write().await.unwrap();
                let refused = kit::execute!(tx, $sql $(, $arg)*).expect_err($sql);
                let refused = format!("{refused:?}");
                assert!(refused.contains("an enacted scheme"), "{}: {refused}", $sql);
            }};
        }
        for sql in [
            "UPDATE scheme SET district = 'x' WHERE id = '2023'",
            "UPDATE scheme SET id = 'x' WHERE id = '2023'",
            "UPDATE scheme SET uid = 'x' WHERE id = '2023'",
            "UPDATE scheme SET series = 'x' WHERE id = '2023'",
            "UPDATE scheme SET effective_period = '2023Q2' WHERE id = '2023'",
            "UPDATE scheme SET effective_start = '2023-04-01' WHERE id = '2023'",
            "UPDATE scheme SET supersedes = 'draft' WHERE id = '2023'",
            "UPDATE scheme SET digest = 'x' WHERE id = '2023'",
            "UPDATE scheme SET enact_time = 1 WHERE id = '2023'",
            "UPDATE scheme SET enact_edition = 1 WHERE id = '2023'",
            "UPDATE scheme SET create_time = 1 WHERE id = '2023'",
            "UPDATE scheme SET state = 1, digest = NULL, enact_time = NULL, enact_edition = NULL
             WHERE id = '2023'",
            "DELETE FROM scheme WHERE id = '2023'",
            "UPDATE scheme_use SET indicator = 'free' WHERE scheme = '2023' AND indicator = 'gdp'",
            "UPDATE scheme_use SET scheme = '2023', indicator = 'free'
             WHERE scheme = 'draft' AND indicator = 'gdp'",
            "DELETE FROM scheme_use WHERE scheme = '2023'",
            "INSERT INTO scheme_use (district, scheme, indicator, divides)
             SELECT district, '2023', 'free', divides FROM scheme_use WHERE scheme = 'draft'",
        ] {
            refuses!(sql);
        }
        refuses!("UPDATE scheme SET document = $1 WHERE id = '2023'", vec![1u8]);
        match bed.engine() {
            Engine::Postgres => {
                refuses!("TRUNCATE scheme CASCADE");
                refuses!("TRUNCATE scheme_use");
                refuses!("TRUNCATE district CASCADE");
            }
            Engine::Sqlite => {
                // As on a connection that nobody has told to ask the triggers on DELETE.
                let mut tx = db.begin_write().await.unwrap();
                kit::execute!(tx, "PRAGMA recursive_triggers = OFF").unwrap();
                tx.commit().await.unwrap();
                refuses!("INSERT OR REPLACE INTO scheme SELECT * FROM scheme WHERE id = '2023'");
                refuses!(
                    "INSERT OR REPLACE INTO scheme
                     SELECT district, 'x', uid, series, effective_period, effective_start,
                         document, state, supersedes, digest, enact_time, enact_edition,
                         create_time, update_time, revision
                     FROM scheme WHERE id = '2023'"
                );
                refuses!("UPDATE OR REPLACE scheme SET id = '2023' WHERE id = 'draft'");
                refuses!(
                    "UPDATE OR REPLACE scheme SET series = 'annual-target', state = 2,
                         digest = 'x', enact_time = 1, enact_edition = 1
                     WHERE id = 'draft'"
                );
                refuses!(
                    "INSERT OR REPLACE INTO scheme_use
                     SELECT district, scheme, indicator, divides FROM scheme_use"
                );
            }
        }
        assert_eq!(registry.scheme("2023").await, enacted);
        let taken = registry.schemes.create_scheme(creation("2023", scheme("2023Q1"))).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "schemes/2023");
    }
}
