//! Random rulebooks and facts, every one of them sound.

use std::collections::BTreeMap;

use engine::{
    Ballots, Bounds, CaseHandling, CaseKind, Cell, Cliff, Completion, Contribution, Control, Curve,
    DeductPerEvent, Difficulty, Direction, Efficacy, Exponential, Fact, Figure, GrowthBy,
    Interpolation, Knot, Lateness, Leaf, Link, LinkEffect, LinkedSum, MarkValue, Marks, Method,
    Milestone, MilestonePoints, Milestones, MinMax, MissingPolicy, Node, Otherwise, Outcomes,
    PacePoints, PlanPoint, Precondition, RankBand, RankBands, RankTable, Ranking, RaterGroup,
    RatioToLeader, Reconciled, Rounding, RoundingMode, Roundings, Rule, Segment, Share, Sheet,
    SlopeSide, Slopes, Step, Steps, Tally, Through, TieBreak, TieRule, Track, TrackDraft,
    WarningRules,
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

fn cell() -> BoxedStrategy<Cell> {
    let last_year = prop::option::weighted(0.8, amount());
    let plan = prop::collection::vec((1..=90_u32, 0..=999_i64), 0..4);
    (fact(), any::<bool>(), decimal(1, 99_999), 0..=90_u32, last_year, plan)
        .prop_map(|(fact, carried, target, done, last_year, mut plan)| {
            plan.sort_unstable();
            plan.dedup_by_key(|(day, _)| *day);
            let point = |(day, value): (u32, i64)| PlanPoint {
                elapsed: Share::new(day, 90),
                value: value.into(),
            };
            Cell {
                carried: carried && fact != Fact::Missing,
                fact,
                target: Some(target),
                elapsed: Share::new(done, 90),
                rounds: Share::new(done / 30, 3),
                plan: plan.into_iter().map(point).collect(),
                last_year,
            }
        })
        .boxed()
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
pub fn method(weight: Decimal) -> BoxedStrategy<(Direction, Method)> {
    prop_oneof![1 => usual(weight, true), 1 => further(weight)].boxed()
}

/// One of the methods that columns know, or a form of it that they do not.
fn usual(weight: Decimal, any_form: bool) -> BoxedStrategy<(Direction, Method)> {
    let share =
        move |percent: u32| (weight * Decimal::from(percent) / Decimal::ONE_HUNDRED).round_dp(4);
    let falling = move |percents: Vec<u32>| {
        let mut points: Vec<Decimal> = percents.into_iter().map(share).collect();
        points.sort_by(|one, two| two.cmp(one));
        points
    };
    let percents = || prop::collection::vec(0..=100_u32, 1..6);
    let steps = (
        direction(),
        percents(),
        prop::collection::btree_set(-100..=100_i64, 5),
        match any_form {
            true => prop::option::weighted(0.3, precondition()).boxed(),
            false => Just(None).boxed(),
        },
    );
    let steps = steps.prop_map(move |(direction, percents, thresholds, precondition)| {
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
            precondition: precondition.clone().filter(|_| place < last),
        };
        (direction, Method::Steps(Steps { steps: points.iter().enumerate().map(step).collect() }))
    });
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
        (direction(), bounds(), 0..=99_u32, any::<bool>(), exponential(any_form)).prop_map(
            |(direction, bounds, base, unclamped, exponential)| {
                (
                    direction,
                    Method::Efficacy(Efficacy {
                        bounds,
                        base: base.into(),
                        // Beyond its bounds an exponential soon has more digits than fit.
                        unclamped: unclamped && exponential.is_none(),
                        exponential,
                    }),
                )
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
    .boxed()
}

fn exponential(any_form: bool) -> BoxedStrategy<Option<Exponential>> {
    if !any_form {
        return Just(None).boxed();
    }
    let form = (1..=10_000_i64, 0..=1000_i64)
        .prop_map(|(a, b)| Exponential { a: Decimal::new(a, 2), b: Decimal::new(b, 2) });
    prop::option::weighted(0.3, form).boxed()
}

fn precondition() -> impl Strategy<Value = Precondition> {
    (0..7_u32, -20..=20_i64, any::<bool>()).prop_map(|(group, bound, least)| {
        let bound = Some(Decimal::from(bound));
        Precondition {
            indicator: format!("{group}up"),
            at_least: bound.filter(|_| least),
            at_most: bound.filter(|_| !least),
        }
    })
}

/// The methods that scoring.md adds to the first eight.
fn further(weight: Decimal) -> BoxedStrategy<(Direction, Method)> {
    let share =
        move |percent: u32| (weight * Decimal::from(percent) / Decimal::ONE_HUNDRED).round_dp(4);
    let falling = move |percents: Vec<u32>| {
        let mut points: Vec<Decimal> = percents.into_iter().map(share).collect();
        points.sort_by(|one, two| two.cmp(one));
        points
    };
    let percents = |size| prop::collection::vec(0..=100_u32, size);
    let bands =
        (direction(), percents(4), prop::collection::btree_set(1..=9_u32, 3), any::<bool>());
    let bands = bands.prop_map(move |(direction, percents, ends, by_rank)| {
        let ends = ends.into_iter().map(|end| match by_rank {
            true => Through::Rank(end),
            false => Through::Percent(Decimal::from(end * 10)),
        });
        let ends = ends.chain([Through::All]);
        let bands =
            ends.zip(falling(percents)).map(|(through, points)| RankBand { through, points });
        (direction, Method::RankBands(RankBands { bands: bands.collect() }))
    });
    let knots = (direction(), percents(4), prop::collection::btree_set(-100..=1000_i64, 4));
    let knots = knots.prop_map(move |(direction, percents, values)| {
        let mut points = falling(percents);
        if direction == UP {
            points.reverse();
        }
        let values = values.into_iter().map(|value| Decimal::new(value, 1));
        let knots = values.zip(points).map(|(value, points)| Knot { value, points });
        (direction, Method::Interpolation(Interpolation { knots: knots.collect() }))
    });
    let side = || {
        let cap = prop::option::of(decimal(0, 999));
        (prop::collection::vec((1..=99_i64, 0..=99_i64), 0..3), cap).prop_map(|(all, cap)| {
            let last = all.len().saturating_sub(1);
            let segment = |(place, (width, slope)): (usize, (i64, i64))| Segment {
                width: (place < last).then(|| Decimal::from(width)),
                slope: Decimal::new(slope, 2),
            };
            SlopeSide { segments: all.into_iter().enumerate().map(segment).collect(), cap }
        })
    };
    let at = || prop::option::of((1..=999_i64).prop_map(|at| Decimal::new(at, 1)));
    let slopes = (direction(), at(), any::<bool>(), 0..=100_u32, side(), side()).prop_map(
        move |(direction, at, percent, base, over, short)| {
            let base = share(base);
            let (over, short) = (Box::new(over), Box::new(short));
            (direction, Method::Slopes(Slopes { at, percent, base, over, short }))
        },
    );
    let cliff = (direction(), at(), any::<bool>(), percents(2), 0..=99_i64).prop_map(
        move |(direction, at, percent, percents, slope)| {
            let points = falling(percents);
            let (base, most, slope) = (points[1], points[0], Decimal::new(slope, 2));
            (direction, Method::Cliff(Cliff { at, percent, base, slope, most }))
        },
    );
    let curve = prop_oneof![
        Just(Curve::ByDay),
        Just(Curve::ByRound),
        Just(Curve::Plan),
        percents(4).prop_map(|mut shares| {
            shares.sort_unstable();
            Curve::Listed(shares.into_iter().map(Decimal::from).collect())
        }),
    ];
    let pace = (curve, 0..=50_i64, 0..=500_i64).prop_map(|(curve, bonus, cap)| {
        let (bonus, bonus_cap) = (Decimal::new(bonus, 2), Decimal::new(cap, 2));
        (UP, Method::PacePoints(PacePoints { curve, bonus, bonus_cap }))
    });
    prop_oneof![
        direction().prop_map(|direction| (direction, Method::RatioToLeader(RatioToLeader {}))),
        Just((UP, Method::Contribution(Contribution {}))),
        bands,
        knots,
        slopes,
        cliff,
        pace,
    ]
    .boxed()
}

/// Methods that score ballots, milestones and cases, which a value alone cannot be.
pub fn of_many() -> BoxedStrategy<(Direction, Method)> {
    let credit = || prop::collection::vec(0..=100_u32, 2);
    let cases = credit().prop_map(|credits| {
        let kind = |(place, credit): (usize, u32)| CaseKind {
            indicator: format!("{place}up"),
            credit: Decimal::from(credit) * Decimal::from(2) - Decimal::ONE_HUNDRED,
        };
        let kinds = credits.into_iter().enumerate().map(kind).collect();
        (UP, Method::CaseHandling(CaseHandling { kinds }))
    });
    let milestones = (credit(), any::<bool>(), any::<[bool; 2]>()).prop_map(
        |(mut all, open, [pending, carry])| {
            all.sort_unstable_by(|one, two| two.cmp(one));
            let late = |(place, credit): (usize, u32)| Lateness {
                within_days: (place == 0 || !open).then_some(5 + 10 * place as u32),
                credit: credit.into(),
            };
            let late = all.into_iter().enumerate().map(late).collect();
            let points = MilestonePoints { late, count_pending: pending, carry_overdue: carry };
            (UP, Method::MilestonePoints(points))
        },
    );
    let ballots =
        (1..=9_i64, 1..=9_i64, prop::option::of(2..=6_u32)).prop_map(|(a, b, trim_above)| {
            let value = |(mark, value): (&str, i64)| MarkValue {
                mark: mark.to_owned(),
                value: value.into(),
            };
            let group = |(group, weight): (&str, i64)| RaterGroup {
                group: group.to_owned(),
                weight: weight.into(),
            };
            let marks = [("good", 100), ("fair", 60), ("poor", 0)].map(value).into();
            let groups = [("leaders", a), ("masses", b)].map(group).into();
            (UP, Method::Ballots(Ballots { marks, groups, full: Decimal::ONE_HUNDRED, trim_above }))
        });
    prop_oneof![cases, milestones, ballots].boxed()
}

fn figure() -> BoxedStrategy<Figure> {
    let other = |direction: &'static str| (0..7_u32).prop_map(move |it| format!("{it}{direction}"));
    let otherwise = prop_oneof![
        Just(Otherwise::Nothing),
        Just(Otherwise::Verified),
        Just(Otherwise::VerifiedLessDifference),
    ];
    let reconciled = (other("up"), 0..=50_i64, any::<bool>(), otherwise).prop_map(
        |(verified, tolerance, percent, otherwise)| {
            let tolerance = Decimal::from(tolerance);
            Figure::Reconciled(Reconciled { verified, tolerance, percent, otherwise })
        },
    );
    let difficulty = other("down").prop_map(|factor| {
        let (least, most) = (Decimal::ONE, Decimal::new(135, 2));
        Figure::Difficulty(Difficulty { factor, least, most })
    });
    prop_oneof![
        12 => Just(Figure::Value),
        1 => Just(Figure::Growth(GrowthBy::Rate)),
        1 => Just(Figure::Growth(GrowthBy::Amount)),
        1 => prop::collection::vec(other("up"), 1..3).prop_map(Figure::BestOf),
        1 => prop::collection::vec(other("down"), 1..3).prop_map(Figure::WorstOf),
        1 => reconciled,
        1 => difficulty,
    ]
    .boxed()
}

pub fn tally() -> impl Strategy<Value = Tally> {
    let marks = || prop::collection::btree_map("good|fair|poor", 0..5_u32, 0..4);
    let group = prop::sample::select(vec!["leaders", "masses", "others"]).prop_map(str::to_owned);
    prop::collection::btree_map(group, marks(), 0..4).prop_map(|groups| Tally {
        groups,
        void: 0,
        sources: Vec::new(),
    })
}

/// First day of what is scored; milestones due before are overdue from former periods.
const SINCE: i64 = 10;

pub fn milestones() -> impl Strategy<Value = Milestones> {
    let one = (1..=50_i64, 0..60_i64, prop::option::of(0..80_i64));
    (prop::collection::vec(one, 0..5), 0..60_i64).prop_map(|(all, as_of)| {
        let milestone =
            |(place, (points, due, reached)): (usize, (i64, i64, Option<i64>))| Milestone {
                milestone_id: format!("m{place}"),
                points: points.into(),
                due,
                reached: reached.filter(|day| *day <= as_of),
                sources: Vec::new(),
            };
        Milestones {
            since: SINCE,
            as_of,
            list: all.into_iter().enumerate().map(milestone).collect(),
        }
    })
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

/// Which leaves a tree has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// All methods and figures.
    Any,
    /// Those that columns know.
    Columnar,
}

fn leaf(leaves: Leaves) -> BoxedStrategy<Node> {
    let missing = prop_oneof![Just(MissingPolicy::ZeroPoints), Just(MissingPolicy::LeaveOut)];
    let weight = decimal(1, 9999);
    let methods = move |weight| match leaves {
        Leaves::Any => prop_oneof![9 => method(weight), 1 => of_many()].boxed(),
        Leaves::Columnar => usual(weight, false),
    };
    let figures = match leaves {
        Leaves::Any => figure(),
        Leaves::Columnar => Just(Figure::Value).boxed(),
    };
    weight
        .prop_flat_map(move |weight| (Just(weight), methods(weight), figures.clone()))
        .prop_flat_map(move |(weight, (direction, method), figure)| {
            missing.clone().prop_flat_map(move |missing| {
                let valued = !matches!(method, Method::Ballots(_) | Method::MilestonePoints(_));
                let figure = if valued { figure.clone() } else { Figure::Value };
                let indicator = String::new();
                let leaf = Leaf { indicator, direction, missing, figure, method: method.clone() };
                node(weight, Rule::Leaf(leaf))
            })
        })
        .boxed()
}

/// Which rules inner nodes have: 0 sum, 1 sum on a scale of its own, 2 weighted mean, 3 minimum,
/// 4 maximum, 5 product, 6 linked sum, 7 geometric mean.
fn tree(rules: std::ops::RangeInclusive<u32>, leaves: Leaves) -> impl Strategy<Value = Node> {
    leaf(leaves).prop_recursive(3, 16, 5, move |part| {
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
    race_of(rules, Leaves::Any)
}

/// The same with leaves that columns know.
pub fn columnar_race(
    rules: std::ops::RangeInclusive<u32>,
) -> impl Strategy<Value = (Track, Vec<Sheet>)> {
    race_of(rules, Leaves::Columnar)
}

fn race_of(
    rules: std::ops::RangeInclusive<u32>,
    leaves: Leaves,
) -> impl Strategy<Value = (Track, Vec<Sheet>)> {
    let tie_rule =
        prop_oneof![Just(TieRule::Competition), Just(TieRule::Dense), Just(TieRule::Average)];
    let counted = prop::collection::vec((tally(), milestones()), 7);
    let sheets = prop::collection::vec((prop::collection::vec(cell(), 14), counted), 1..7);
    (tree(rules, leaves), rounding(), rounding(), tie_rule, any::<bool>(), sheets).prop_map(
        |(mut root, leaf, total, tie_rule, ascending, sheets)| {
            let mut count = 0;
            named(&mut root, &mut count);
            let tie_break = vec![TieBreak::Points(format!("n{count}"))];
            let draft = TrackDraft {
                track_id: "track".to_owned(),
                display_name: "track".to_owned(),
                root,
                asides: Vec::new(),
                limits: BTreeMap::new(),
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
            type Facts = (Vec<Cell>, Vec<(Tally, Milestones)>);
            let sheet = |(number, (cells, counted)): (usize, Facts)| {
                let (tallies, milestones): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
                Sheet {
                    subject: format!("s{number}"),
                    cells: names
                        .iter()
                        .map(|it| it.as_str().into())
                        .zip(cells)
                        .collect::<BTreeMap<_, _>>(),
                    tallies: names.iter().cloned().zip(tallies).collect(),
                    milestones: names.iter().cloned().zip(milestones).collect(),
                    ..Sheet::default()
                }
            };
            (track, sheets.into_iter().enumerate().map(sheet).collect())
        },
    )
}
