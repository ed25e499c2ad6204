//! B8, S2: parts that decide together: the weakest, the best, one that caps or discounts
//! another, marks that change what a commitment is worth.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::{
    d, draft, faults, marks, node, not_applicable, policy, score, sheet, sum, total, track, tree,
    troubles, value,
};
use engine::{
    Fact, Flag, Graded, GradedAspect, Link, LinkEffect, LinkedSum, MissingPolicy, Node, Rule,
    Sheet, Track,
};

fn ab() -> Vec<Node> {
    vec![marks("a", "10"), marks("b", "40")]
}

fn of_ab(rule: fn(Vec<Node>) -> Rule, a: Fact, b: Fact) -> String {
    let track = track(node("t", "100", rule(ab())));
    let result = score(&track, vec![sheet("s", &[("a", a), ("b", b)])]);
    assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
    result.subjects[0].total.map_or("out".to_owned(), |total| total.to_string())
}

#[test]
fn shares_are_compared_and_multiplied() {
    // 6 of 10 is a share of 0.6, 30 of 40 one of 0.75.
    assert_eq!(of_ab(Rule::Minimum, value("6"), value("30")), "60");
    assert_eq!(of_ab(Rule::Maximum, value("6"), value("30")), "75");
    assert_eq!(of_ab(Rule::Product, value("6"), value("30")), "45");
    // What does not apply has no share; alone it leaves nothing.
    assert_eq!(of_ab(Rule::Minimum, not_applicable(), value("30")), "75");
    assert_eq!(of_ab(Rule::Maximum, value("6"), not_applicable()), "60");
    assert_eq!(of_ab(Rule::Product, not_applicable(), not_applicable()), "out");
    // A missing value is a share of nothing.
    assert_eq!(of_ab(Rule::Minimum, Fact::Missing, value("30")), "0");
}

fn linked(effect: LinkEffect, silent: &[&str]) -> Node {
    let link = Link { node_id: "progress".to_owned(), by: "safety".to_owned(), effect };
    let silent: Vec<String> = silent.iter().map(|id| (*id).to_owned()).collect();
    let whole = if silent.is_empty() { "100" } else { "80" };
    let children = vec![marks("progress", "80"), marks("safety", "20")];
    node("t", whole, Rule::LinkedSum(LinkedSum { children, links: vec![link], silent }))
}

fn progress_and_safety(root: Node, progress: &str, safety: Fact) -> engine::TrackResult {
    let facts = [("progress", value(progress)), ("safety", safety)];
    let result = score(&track(root), vec![sheet("s", &facts)]);
    assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
    result
}

// B8.
#[test]
fn a_late_safety_incident_discounts_progress() {
    let half = LinkEffect::Discount { depth: d("0.5") };
    let of =
        |safety: &str| total(&progress_and_safety(linked(half, &[]), "60", value(safety)), "s");
    assert_eq!(of("20"), d("80"));
    // 10 of 20: half of the depth is lost, 60·0.75 + 10.
    assert_eq!(of("10"), d("55"));
    assert_eq!(of("0"), d("30"));
    // Silent, safety only acts.
    let silent = progress_and_safety(linked(half, &["safety"]), "60", value("10"));
    assert_eq!(total(&silent, "s"), d("45"));
    let root = tree(&silent, "s");
    assert!(root.flags.contains(&Flag::Linked));
    assert_eq!(root.children[0].points, Some(d("60")), "a part keeps its own points");
    // Without a safety report that applies there is nothing to discount by, and its weight is
    // spread.
    let spread = progress_and_safety(linked(half, &[]), "60", not_applicable());
    assert_eq!(total(&spread, "s"), d("75"));
    let silent = progress_and_safety(linked(half, &["safety"]), "60", not_applicable());
    assert_eq!(total(&silent, "s"), d("60"), "who only acts has no weight to be spread");
}

// B8.
#[test]
fn one_part_caps_another() {
    let cap = LinkEffect::Cap { ratio: d("1.2") };
    let of = |progress: &str, safety: &str| {
        total(&progress_and_safety(linked(cap, &[]), progress, value(safety)), "s")
    };
    // Half of safety lets through 1.2·80·0.5 = 48.
    assert_eq!(of("60", "10"), d("58"));
    assert_eq!(of("40", "10"), d("50"));
    assert_eq!(of("80", "20"), d("100"));
    assert_eq!(of("80", "0"), d("0"));
}

#[test]
fn links_that_lead_nowhere_are_refused() {
    let with = |change: &dyn Fn(&mut LinkedSum)| {
        let mut root = linked(LinkEffect::Discount { depth: d("1") }, &[]);
        if let Rule::LinkedSum(linked) = &mut root.rule {
            change(linked);
        }
        let found = faults(draft(root));
        found.into_iter().map(|it| it.replace("root.linked_sum.", "")).collect::<Vec<_>>()
    };
    assert_eq!(with(&|it| it.links.clear()), ["links NO_LINKS"]);
    assert_eq!(with(&|it| it.links[0].by = "x".to_owned()), ["links[0].by UNKNOWN_PART"]);
    assert_eq!(with(&|it| it.links[0].by = "progress".to_owned()), ["links[0].by LINK_CYCLE"]);
    let back = Link {
        node_id: "safety".to_owned(),
        by: "progress".to_owned(),
        effect: LinkEffect::Cap { ratio: d("1") },
    };
    assert_eq!(with(&|it| it.links.push(back.clone())), ["links[1].by LINK_CYCLE"]);
    assert_eq!(
        with(&|it| it.links[0].effect = LinkEffect::Discount { depth: d("1.1") }),
        ["links[0].discount.depth PARAMETER_RANGE"]
    );
    assert_eq!(
        with(&|it| it.silent = vec!["progress".to_owned()]),
        ["links[0].node_id SILENT_PART", "silent[0] SILENT_PART", "children WEIGHT_SUM"]
    );
}

#[test]
fn too_few_parts_leave_a_mean_absent() {
    let mean = |too_few| {
        let parts = ["a", "b", "c"].map(|id| policy(marks(id, "10"), MissingPolicy::LeaveOut));
        let mut mean = node("mean", "50", Rule::WeightedMean(parts.to_vec()));
        (mean.least_parts, mean.too_few) = (2, too_few);
        track(sum("t", "100", vec![mean, marks("rest", "50")]))
    };
    let facts = |two: bool| {
        let b = if two { value("5") } else { Fact::Missing };
        vec![sheet("s", &[("a", value("10")), ("b", b), ("rest", value("40"))])]
    };
    let zero = mean(MissingPolicy::ZeroPoints);
    assert_eq!(total(&score(&zero, facts(true)), "s"), d("77.5"));
    let result = score(&zero, facts(false));
    assert_eq!(total(&result, "s"), d("40"));
    let root = tree(&result, "s");
    assert!(root.find("mean").unwrap().flags.contains(&Flag::TooFew));
    assert_eq!(root.recompute(), Ok(Some(d("40"))));
    assert_eq!(total(&score(&mean(MissingPolicy::LeaveOut), facts(false)), "s"), d("80"));
    let found = troubles(&mean(MissingPolicy::Block), facts(false));
    assert_eq!((found[0].reason, found[0].node_id.as_str()), ("TOO_FEW_PARTS", "mean"));
    let mut never = node("t", "1", Rule::Minimum(ab()));
    never.least_parts = 3;
    assert_eq!(faults(draft(never)), ["root.minimum.children LEAST_PARTS"]);
}

fn commitment(aspects: Vec<GradedAspect>) -> Track {
    let graded = Graded { child: Box::new(marks("c", "10")), indicator: "c".to_owned(), aspects };
    track(node("graded", "10", Rule::Graded(graded)))
}

fn aspect(id: &str, weight: &str) -> GradedAspect {
    GradedAspect {
        aspect_id: id.to_owned(),
        display_name: id.to_owned(),
        weight: d(weight),
        factors: [("A", "1.2"), ("B", "1"), ("C", "0.8")]
            .map(|(m, f)| (m.to_owned(), d(f)))
            .to_vec(),
        unmarked: d("0.9"),
    }
}

fn marked(given: &[(&str, &str)]) -> Sheet {
    let given = given.iter().map(|(aspect, mark)| ((*aspect).to_owned(), (*mark).to_owned()));
    let marks = BTreeMap::from([("c".to_owned(), given.collect())]);
    Sheet { marks, ..sheet("s", &[("c", value("8"))]) }
}

// S2.
#[test]
fn marks_change_what_a_commitment_is_worth() {
    let track = commitment(vec![aspect("difficulty", "2"), aspect("innovation", "1")]);
    let of = |given: &[(&str, &str)]| {
        let result = score(&track, vec![marked(given)]);
        assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
        (total(&result, "s"), tree(&result, "s").flags.contains(&Flag::Unmarked))
    };
    // 8·(2·1.2 + 0.8)/3 = 8.533…
    assert_eq!(of(&[("difficulty", "A"), ("innovation", "C")]), (d("8.53"), false));
    assert_eq!(of(&[("difficulty", "B"), ("innovation", "B")]).0, d("8"));
    // Without marks, or with one that the scheme does not know: 0.9 and marked.
    assert_eq!(of(&[]), (d("7.2"), true));
    assert!(of(&[("difficulty", "D"), ("innovation", "B")]).1);
}
