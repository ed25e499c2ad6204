//! H1, H2: a scheme is read whole, and every fault is named at its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    child, completion, decimal, deduction, faults, known, leaf, method, node, plain, root, scheme,
    sum, track,
};
use engine::{Bounds, Colouring, Method, MissingPolicy, RankTable, TieBreak, TieRule};
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

const LEAF: &str = "scheme.tracks[0].root.sum.children[0].leaf";

fn parsed(scheme: &pb::Scheme) -> rulebook::Rulebook {
    rulebook::parse(scheme, &known()).unwrap()
}

/// The method of the first leaf after `given` was put there.
fn read(given: pb::leaf::Method, indicator: &str) -> Method {
    let track = track(
        "general",
        "general-management",
        sum("total", "100", vec![leaf(indicator, "100", given)]),
    );
    let rulebook = parsed(&scheme(vec![track]));
    rulebook.entries[0].track.leaves()[0].1.method.clone()
}

#[test]
fn what_is_not_said_has_the_contracts_defaults() {
    let rulebook = parsed(&plain());
    let track = rulebook.track("general").unwrap();
    assert_eq!(track.ranking().tie_rule, TieRule::Competition);
    assert_eq!((track.colouring(), track.warnings().lowest_ranks), (None, 0));
    let leaves = track.leaves();
    assert_eq!(leaves[0].1.missing, MissingPolicy::ZeroPoints);
    assert_eq!(leaves[0].0.display_name, "指标 revenue");
    assert_eq!(leaves[0].1.method, Method::Completion(engine::Completion { cap: Decimal::ONE }));
    assert_eq!(track.rounding(leaves[0].0).to_string(), "HALF_UP 2");
    assert_eq!(track.rounding(track.root()).to_string(), "HALF_UP 2");
    assert!(rulebook.divides_by_target(&common::name("indicators", "revenue")));
    assert!(!rulebook.divides_by_target(&common::name("indicators", "accidents")));
}

#[test]
fn every_method_is_read() {
    use pb::leaf::Method as Given;
    let two = Decimal::TWO;
    assert_eq!(read(Given::Marks(pb::Marks {}), "revenue"), Method::Marks(engine::Marks {}));
    assert_eq!(
        read(Given::Control(pb::Control {}), "accidents"),
        Method::Control(engine::Control {})
    );
    assert_eq!(
        read(completion(Some("2")), "revenue"),
        Method::Completion(engine::Completion { cap: two })
    );
    let fixed = pb::bounds::Fixed { low: decimal("1"), high: decimal("2") };
    let fixed = Some(pb::Bounds { source: Some(pb::bounds::Source::Fixed(fixed)) });
    let cohort =
        Some(pb::Bounds { source: Some(pb::bounds::Source::Cohort(pb::bounds::Cohort {})) });
    assert_eq!(
        read(
            Given::Efficacy(pb::Efficacy {
                bounds: cohort,
                base: None,
                unclamped: true,
                exponential: None
            }),
            "revenue"
        ),
        Method::Efficacy(engine::Efficacy {
            bounds: Bounds::Cohort,
            base: Decimal::from(60),
            unclamped: true,
            exponential: None,
        })
    );
    assert_eq!(
        read(Given::MinMax(pb::MinMax { bounds: fixed, unclamped: false }), "revenue"),
        Method::MinMax(engine::MinMax {
            bounds: Bounds::Fixed { low: Decimal::ONE, high: two },
            unclamped: false
        })
    );
    let step = |threshold: Option<&str>, points: &str| pb::steps::Step {
        threshold: threshold.and_then(decimal),
        points: decimal(points),
        precondition: None,
    };
    let steps = pb::Steps { steps: vec![step(Some("1"), "2"), step(None, "0")] };
    let expected = [(Some(Decimal::ONE), two), (None, Decimal::ZERO)];
    let expected =
        expected.map(|(threshold, points)| engine::Step { threshold, points, precondition: None });
    assert_eq!(
        read(Given::Steps(steps), "accidents"),
        Method::Steps(engine::Steps { steps: expected.to_vec() })
    );
    let listed = pb::RankTable { points: vec![decimal("2").unwrap()], ..pb::RankTable::default() };
    assert_eq!(
        read(Given::RankTable(listed), "revenue"),
        Method::RankTable(RankTable::Listed(vec![two]))
    );
    let falling =
        pb::RankTable { start: decimal("2"), step: decimal("1"), ..pb::RankTable::default() };
    assert_eq!(
        read(Given::RankTable(falling), "revenue"),
        Method::RankTable(RankTable::Falling {
            start: two,
            step: Decimal::ONE,
            floor: Decimal::ZERO
        })
    );
    assert_eq!(
        read(deduction("2"), "accidents"),
        Method::DeductPerEvent(engine::DeductPerEvent { deduction: two, floor: Decimal::ZERO })
    );
}

#[test]
fn faults_of_many_places_come_together() {
    let mut scheme = plain();
    scheme.display_name.clear();
    scheme.series = "年度".to_owned();
    scheme.effective_period = "2023".to_owned();
    scheme.leaf_rounding = Some(pb::Rounding { mode: 9, places: 21 });
    root(&mut scheme).weight = decimal("90");
    child(&mut scheme, 1).node_id = "total".to_owned();
    *method(&mut scheme, 0) = Some(completion(Some("0.5")));
    scheme.tracks.push(track(
        "general",
        "other",
        leaf("satisfaction", "1", pb::leaf::Method::Control(pb::Control {})),
    ));
    assert_eq!(
        faults(&scheme),
        [
            "scheme.display_name REQUIRED",
            "scheme.series ID_FORMAT",
            "scheme.effective_period NAME_FORMAT",
            "scheme.leaf_rounding.mode UNKNOWN_VALUE",
            "scheme.leaf_rounding.places OUT_OF_RANGE",
            "scheme.tracks[0].root.sum.children WEIGHT_SUM",
            "scheme.tracks[0].root.sum.children[0].leaf.completion.cap PARAMETER_RANGE",
            "scheme.tracks[0].root.sum.children[1].node_id DUPLICATE_NODE",
            "scheme.tracks[1].track_id DUPLICATE_TRACK",
            "scheme.tracks[1].root.leaf.control DIRECTION",
        ]
    );
}

#[test]
fn what_cannot_be_read_is_said_once() {
    let mut scheme = plain();
    child(&mut scheme, 0).weight = decimal("seventy");
    assert_eq!(faults(&scheme), ["scheme.tracks[0].root.sum.children[0].weight DECIMAL_FORMAT"]);
    let mut scheme = plain();
    child(&mut scheme, 0).weight = None;
    assert_eq!(faults(&scheme), ["scheme.tracks[0].root.sum.children[0].weight REQUIRED"]);
    let mut scheme = plain();
    let fixed = pb::bounds::Fixed { low: decimal("1"), high: None };
    let bounds = Some(pb::Bounds { source: Some(pb::bounds::Source::Fixed(fixed)) });
    *method(&mut scheme, 0) =
        Some(pb::leaf::Method::MinMax(pb::MinMax { bounds, unclamped: false }));
    assert_eq!(faults(&scheme), [format!("{LEAF}.min_max.bounds.fixed.high REQUIRED")]);
}

#[test]
fn every_choice_must_be_made() {
    let mut scheme = plain();
    *method(&mut scheme, 0) = None;
    assert_eq!(faults(&scheme), [format!("{LEAF} METHOD_REQUIRED")]);
    let mut scheme = plain();
    child(&mut scheme, 0).rule = None;
    assert_eq!(faults(&scheme), ["scheme.tracks[0].root.sum.children[0] RULE_REQUIRED"]);
    let mut scheme = plain();
    scheme.tracks[0].root = None;
    assert_eq!(faults(&scheme), ["scheme.tracks[0].root REQUIRED"]);
    let mut scheme = plain();
    let efficacy = pb::Efficacy { bounds: None, base: None, unclamped: false, exponential: None };
    *method(&mut scheme, 0) = Some(pb::leaf::Method::Efficacy(efficacy));
    assert_eq!(faults(&scheme), [format!("{LEAF}.efficacy.bounds REQUIRED")]);
    let mut scheme = plain();
    scheme.tracks[0].colouring = Some(pb::Colouring { rule: None });
    scheme.tracks[0].members = None;
    assert_eq!(
        faults(&scheme),
        ["scheme.tracks[0].members MEMBERS_EMPTY", "scheme.tracks[0].colouring COLOURING_REQUIRED"]
    );
    assert_eq!(faults(&common::scheme(Vec::new())), ["scheme.tracks TRACK_COUNT"]);
}

#[test]
fn indicators_must_be_known() {
    let mut scheme = plain();
    let unknown = node(
        "x",
        "70",
        pb::node::Rule::Leaf(pb::Leaf {
            indicator: common::name("indicators", "nowhere"),
            missing: 7,
            figure: None,
            method: Some(completion(None)),
        }),
    );
    *child(&mut scheme, 0) = unknown;
    assert_eq!(
        faults(&scheme),
        [format!("{LEAF}.indicator UNKNOWN_INDICATOR"), format!("{LEAF}.missing UNKNOWN_VALUE")]
    );
}

#[test]
fn a_rank_table_is_listed_or_falls() {
    let mut scheme = plain();
    let both = pb::RankTable {
        points: vec![decimal("2").unwrap()],
        start: decimal("2"),
        step: decimal("1"),
        floor: None,
    };
    *method(&mut scheme, 0) = Some(pb::leaf::Method::RankTable(both));
    assert_eq!(faults(&scheme), [format!("{LEAF}.rank_table RANK_TABLE")]);
    *method(&mut scheme, 0) = Some(pb::leaf::Method::RankTable(pb::RankTable::default()));
    assert_eq!(faults(&scheme), [format!("{LEAF}.rank_table.points RANK_TABLE")]);
    let without_step = pb::RankTable { start: decimal("2"), ..pb::RankTable::default() };
    *method(&mut scheme, 0) = Some(pb::leaf::Method::RankTable(without_step));
    assert_eq!(faults(&scheme), [format!("{LEAF}.rank_table.step REQUIRED")]);
}

#[test]
fn order_colours_and_warnings_are_read() {
    let mut scheme = plain();
    scheme.tracks[0].ranking = Some(pb::Ranking {
        tie_rule: pb::ranking::TieRule::Average.into(),
        tie_break: vec!["accidents".to_owned()],
        ..pb::Ranking::default()
    });
    scheme.tracks[0].colouring = Some(pb::Colouring {
        rule: Some(pb::colouring::Rule::ByPace(pb::colouring::ByPace::default())),
    });
    scheme.tracks[0].warnings =
        Some(pb::WarningRules { behind_schedule: decimal("10"), lowest_ranks: 3 });
    let rulebook = parsed(&scheme);
    let track = rulebook.track("general").unwrap();
    assert_eq!(track.ranking().tie_break, [TieBreak::Points("accidents".to_owned())]);
    let pace = Colouring::ByPace { yellow_behind: Decimal::TEN, red_behind: Decimal::from(30) };
    assert_eq!(track.colouring(), Some(&pace));
    assert_eq!(track.warnings().behind_schedule, Some(Decimal::TEN));

    scheme.tracks[0].ranking.as_mut().unwrap().tie_break.push("nobody".to_owned());
    scheme.tracks[0].warnings.as_mut().unwrap().lowest_ranks = -1;
    assert_eq!(
        faults(&scheme),
        [
            "scheme.tracks[0].warnings.lowest_ranks OUT_OF_RANGE",
            "scheme.tracks[0].ranking.tie_break[1] UNKNOWN_TIE_BREAK"
        ]
    );
}

#[test]
fn equal_rules_have_equal_digests_however_they_are_written() {
    let digest = |scheme: &pb::Scheme| parsed(scheme).digest();
    let plain_digest = digest(&plain());
    assert_eq!(plain_digest.len(), 64);

    let mut written_out = plain();
    written_out.name = common::name("schemes", "another");
    written_out.etag = "7".to_owned();
    written_out.leaf_rounding =
        Some(pb::Rounding { mode: pb::rounding::Mode::HalfUp.into(), places: 2 });
    *method(&mut written_out, 0) = Some(completion(Some("1.00")));
    child(&mut written_out, 0).weight = decimal("7.0e1");
    scheme_members(&mut written_out, &["general-management", "general-management"]);
    assert_eq!(digest(&written_out), plain_digest);

    type Change = fn(&mut pb::Scheme);
    let changes: [Change; 8] = [
        |it| it.display_name.push('2'),
        |it| it.series.push('2'),
        |it| it.total_rounding = Some(pb::Rounding { mode: 0, places: 1 }),
        |it| scheme_members(it, &["general-management", "economic-management"]),
        |it| *method(it, 0) = Some(completion(Some("1.1"))),
        |it| child(it, 0).max_points = decimal("70"),
        |it| {
            it.tracks[0].warnings =
                Some(pb::WarningRules { behind_schedule: None, lowest_ranks: 1 })
        },
        |it| it.tracks[0].ranking = Some(pb::Ranking { ascending: true, ..pb::Ranking::default() }),
    ];
    let mut digests = vec![plain_digest];
    for change in changes {
        let mut changed = plain();
        change(&mut changed);
        let digest = digest(&changed);
        assert!(!digests.contains(&digest), "{changed:?}");
        digests.push(digest);
    }
}

fn scheme_members(scheme: &mut pb::Scheme, categories: &[&str]) {
    let categories = categories.iter().map(|it| (*it).to_owned()).collect();
    scheme.tracks[0].members.as_mut().unwrap().categories = categories;
}

#[test]
fn the_canonical_text_keeps_its_form() {
    let mut scheme = plain();
    scheme.display_name = "考核\"方案\"".to_owned();
    let rulebook = parsed(&scheme);
    assert_eq!(rulebook.canonical(), include_str!("canonical.txt"));
    // SHA-256 of that file, by another program: a digest stored years ago must still be found.
    assert_eq!(rulebook.digest(), include_str!("canonical.sha256").trim());
}
