//! Random rulebooks and facts, every one of them sound.

use std::collections::BTreeMap;

use engine::{
    Bounds, Cell, Completion, Control, DeductPerEvent, Direction, Efficacy, Fact, Leaf, Link,
    LinkEffect, LinkedSum, Marks, Method, MinMax, MissingPolicy, Node, Outcomes, RankTable,
    Ranking, Rounding, RoundingMode, Roundings, Rule, Share, Sheet, Step, Steps, TieBreak, TieRule,
    Track, TrackDraft, WarningRules,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{DOWN, UP};

/// A decimal of up to `most` units with 0 to 3 places.
fn decimal(least: i64, most: i64) -> impl Strategy<Value = Decimal> {
    (least..=most, 0..=3_u32).prop_map(|(units, places)| Decimal::new(units, places))
}

/// A value to be scored: small numbers with many ties, and odd ones.
pub fn amount() -> impl Strategy<Value = Decimal> {
    prop_oneof![4 => decimal(0, 20), 2 => decimal(-500, 99_999), 1 => decimal(0, 1_000_000_007)]
}

fn fact() -> impl Strategy<Value = Fact> {
    let value = (amount(), any::<bool>(), any::<bool>()).prop_map(|(value, verified, partial)| {
        Fact::Value { value, verified, partial, sources: vec![format!("observed-{value}")] }
    });
    let out = any::<bool>().prop_map(|verified| Fact::NotApplicable {
        reason: "not here".to_owned(),
        verified,
        sources: Vec::new(),
    });
    prop_oneof![8 => value, 1 => Just(Fact::Missing), 1 => out]
}

fn cell() -> impl Strategy<Value = Cell> {
    (fact(), decimal(1, 99_999), 0..=90_u32).prop_map(|(fact, target, done)| Cell {
        fact,
        target: Some(target),
        elapsed: Share::new(done, 90),
        ..Cell::default()
    })
}

pub fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(UP), Just(DOWN)]
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let fixed = (amount(), decimal(1, 9999))
        .prop_map(|(low, more)| Bounds::Fixed { low, high: low + more });
    prop_oneof![fixed, Just(Bounds::Cohort)]
}

/// A sound method for a leaf of that weight, with the direction it wants.
pub fn method(weight: Decimal) -> impl Strategy<Value = (Direction, Method)> {
    let share =
        move |percent: u32| (weight * Decimal::from(percent) / Decimal::ONE_HUNDRED).round_dp(4);
    let falling = move |percents: Vec<u32>| {
        let mut points: Vec<Decimal> = percents.into_iter().map(share).collect();
        points.sort_by(|one, two| two.cmp(one));
        points
    };
    let percents = || prop::collection::vec(0..=100_u32, 1..6);
    let steps = (direction(), percents(), prop::collection::btree_set(-100..=100_i64, 5)).prop_map(
        move |(direction, percents, thresholds)| {
            let mut thresholds: Vec<Decimal> =
                thresholds.into_iter().map(|it| Decimal::new(it, 1)).collect();
            if direction == UP {
                thresholds.reverse();
            }
            let points = falling(percents);
            let last = points.len() - 1;
            let step = |(place, points): (usize, &Decimal)| Step {
                threshold: (place < last).then(|| thresholds[place]),
                points: *points,
            };
            (
                direction,
                Method::Steps(Steps { steps: points.iter().enumerate().map(step).collect() }),
            )
        },
    );
    let table = prop_oneof![
        percents().prop_map(move |percents| RankTable::Listed(falling(percents))),
        (percents(), 0..=50_u32).prop_map(move |(percents, step)| {
            let points = falling(percents);
            RankTable::Falling {
                start: points[0],
                step: share(step),
                floor: points[points.len() - 1],
            }
        }),
    ];
    let cap =
        prop_oneof![Just(Decimal::ONE), (1000..=2000_i64).prop_map(|cap| Decimal::new(cap, 3))];
    let floor = (-50..=100_i64).prop_map(move |percent| weight * Decimal::new(percent, 2));
    prop_oneof![
        Just((UP, Method::Marks(Marks {}))),
        cap.prop_map(|cap| (UP, Method::Completion(Completion { cap }))),
        Just((DOWN, Method::Control(Control {}))),
        (direction(), bounds(), 0..=99_u32, any::<bool>()).prop_map(
            |(direction, bounds, base, unclamped)| {
                (direction, Method::Efficacy(Efficacy { bounds, base: base.into(), unclamped }))
            }
        ),
        (direction(), bounds(), any::<bool>()).prop_map(|(direction, bounds, unclamped)| (
            direction,
            Method::MinMax(MinMax { bounds, unclamped })
        )),
        steps,
        (direction(), table).prop_map(|(direction, table)| (direction, Method::RankTable(table))),
        (decimal(1, 999), floor).prop_map(|(deduction, floor)| {
            (DOWN, Method::DeductPerEvent(DeductPerEvent { deduction, floor: floor.round_dp(4) }))
        }),
    ]
}

fn rounding() -> impl Strategy<Value = Rounding> {
    let mode = prop_oneof![
        Just(RoundingMode::HalfUp),
        Just(RoundingMode::HalfEven),
        Just(RoundingMode::Down),
        Just(RoundingMode::Up),
        Just(RoundingMode::None),
    ];
    (mode, 0..=6_u32).prop_map(|(mode, places)| Rounding::new(mode, places).unwrap())
}

fn node(weight: Decimal, rule: Rule) -> impl Strategy<Value = Node> {
    let bounds = prop::option::weighted(0.1, (-20..=120_i64, 0..=100_i64));
    (prop::option::weighted(0.3, rounding()), bounds).prop_map(move |(rounding, bounds)| {
        let of = |percent: i64| (weight * Decimal::new(percent, 2)).round_dp(4);
        Node {
            node_id: String::new(),
            display_name: String::new(),
            weight,
            full_marks: None,
            rounding,
            min_points: bounds.map(|(least, _)| of(least)),
            max_points: bounds.map(|(least, more)| of(least + more)),
            least_parts: 0,
            too_few: MissingPolicy::ZeroPoints,
            rule: rule.clone(),
        }
    })
}

fn leaf() -> impl Strategy<Value = Node> {
    let missing = prop_oneof![Just(MissingPolicy::ZeroPoints), Just(MissingPolicy::LeaveOut)];
    let weight = decimal(1, 9999);
    weight.prop_flat_map(|weight| (Just(weight), method(weight))).prop_flat_map(
        move |(weight, (direction, method))| {
            missing.clone().prop_flat_map(move |missing| {
                let leaf =
                    Leaf { indicator: String::new(), direction, missing, method: method.clone() };
                node(weight, Rule::Leaf(leaf))
            })
        },
    )
}

/// Which rules inner nodes have: 0 sum, 1 sum on a scale of its own, 2 weighted mean, 3 minimum,
/// 4 maximum, 5 product, 6 linked sum, 7 geometric mean.
fn tree(rules: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = Node> {
    leaf().prop_recursive(3, 16, 5, move |part| {
        let parts = prop::collection::vec(part, 1..5);
        (parts, rules.clone(), decimal(1, 99_999)).prop_flat_map(|(parts, rule, weight)| {
            let sum: Decimal = parts.iter().map(|part| part.weight).sum();
            let (weight, full_marks, rule) = match rule {
                0 => (sum, None, Rule::Sum(parts)),
                1 => (weight, Some(sum), Rule::Sum(parts)),
                2 => (weight, None, Rule::WeightedMean(parts)),
                3 => (weight, None, Rule::Minimum(parts)),
                4 => (weight, None, Rule::Maximum(parts)),
                5 => (weight, None, Rule::Product(parts)),
                6 if parts.len() > 1 => (sum, None, Rule::LinkedSum(linked(parts, sum))),
                6 => (sum, None, Rule::Sum(parts)),
                _ => (weight, None, Rule::GeometricMean(parts)),
            };
            node(weight, rule).prop_map(move |node| Node { full_marks, ..node })
        })
    })
}

/// The last part discounts the first and, where there are three, caps the second. Ids are the
/// places of parts until the nodes are numbered.
fn linked(children: Vec<Node>, sum: Decimal) -> LinkedSum {
    let last = (children.len() - 1).to_string();
    let depth = (sum % Decimal::ONE).max(Decimal::new(25, 2)).round_dp(4);
    let link = |node: &str, effect| Link { node_id: node.to_owned(), by: last.clone(), effect };
    let mut links = vec![link("0", LinkEffect::Discount { depth })];
    if children.len() > 2 {
        links.push(link("1", LinkEffect::Cap { ratio: Decimal::new(12, 1) }));
    }
    LinkedSum { children, links, silent: Vec::new() }
}

/// Numbers the nodes, and gives every leaf an indicator; some share one of the same direction.
fn named(node: &mut Node, count: &mut usize) {
    *count += 1;
    node.node_id = format!("n{count}");
    match &mut node.rule {
        Rule::Leaf(leaf) => {
            let group = *count % 7;
            leaf.indicator = format!("{group}{}", if leaf.direction == UP { "up" } else { "down" });
        }
        _ => node.children_mut().iter_mut().for_each(|part| named(part, count)),
    }
    if let Rule::LinkedSum(linked) = &mut node.rule {
        let id = |place: &str| linked.children[place.parse::<usize>().unwrap()].node_id.clone();
        for link in &mut linked.links {
            (link.node_id, link.by) = (id(&link.node_id), id(&link.by));
        }
    }
}

/// A track whose inner nodes have the rules of that range, and the sheets of 1 to 6 subjects.
pub fn race(rules: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = (Track, Vec<Sheet>)> {
    let tie_rule =
        prop_oneof![Just(TieRule::Competition), Just(TieRule::Dense), Just(TieRule::Average)];
    let sheets = prop::collection::vec(prop::collection::vec(cell(), 14), 1..7);
    (tree(rules), rounding(), rounding(), tie_rule, any::<bool>(), sheets).prop_map(
        |(mut root, leaf, total, tie_rule, ascending, sheets)| {
            let mut count = 0;
            named(&mut root, &mut count);
            let tie_break = vec![TieBreak::Points(format!("n{count}"))];
            let draft = TrackDraft {
                track_id: "track".to_owned(),
                display_name: "track".to_owned(),
                root,
                ranking: Ranking { tie_rule, tie_break, ascending },
                colouring: None,
                warnings: WarningRules { behind_schedule: Some(Decimal::TEN), lowest_ranks: 2 },
                outcomes: Outcomes::default(),
            };
            let track = Track::check(draft, Roundings { leaf, total }).unwrap();
            let names = ["up", "down"]
                .into_iter()
                .flat_map(|way| (0..7).map(move |group| format!("{group}{way}")));
            let names: Vec<String> = names.collect();
            let sheet = |(number, cells): (usize, Vec<Cell>)| Sheet {
                subject: format!("s{number}"),
                cells: names.iter().cloned().zip(cells).collect::<BTreeMap<_, _>>(),
                ..Sheet::default()
            };
            (track, sheets.into_iter().enumerate().map(sheet).collect())
        },
    )
}
