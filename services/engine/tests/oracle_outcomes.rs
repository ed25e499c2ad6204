//! G12: random orders, gates, grades and picks against a second way to decide them, which knows
//! whole numbers only. B10, H9, Q6, S5: what follows from the points.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use common::fraction::cases;
use common::{USUAL, draft, marks, score, sum};
use engine::{
    Award, Cell, Condition, Edge, End, Exemption, Fact, Gate, GateEffect, Grade, Grading, Measure,
    NumberRange, Outcomes, PassedWhy, Pick, Places, Quota, QuotaRounding, Ranking, Sheet, TieBreak,
    TieRule, Track, TrackDraft, Won,
};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

type Drawn = ((i64, i64, Option<i64>), (Option<i64>, bool, bool), Option<&'static str>);

/// A subject in whole numbers: points of the nodes m and n, what is known of v, its target in m,
/// whether it won the award that gives a grade, what it is exempt from.
#[derive(Clone, Debug)]
struct Racer {
    name: String,
    m: i64,
    n: i64,
    v: Option<i64>,
    target: Option<i64>,
    won: bool,
    exempt: Option<&'static str>,
}

fn racers() -> impl Strategy<Value = Vec<Racer>> {
    // Few values, so that many are tied.
    let points = (0..=3_i64, 0..=2_i64, prop::option::weighted(0.8, 0..=2_i64));
    let rest = (prop::option::of(0..=3_i64), any::<bool>(), any::<bool>());
    let exempt = prop::option::weighted(0.2, select(vec!["veto", "bar", "award"]));
    prop::collection::vec((points, rest, exempt), 1..12).prop_map(|all| {
        let racer = |(number, ((m, n, v), (target, won, rare), exempt)): (usize, Drawn)| Racer {
            name: format!("s{number:02}"),
            m: m * 20,
            n: n * 20,
            v,
            target: target.map(|it| it * 20 + 10),
            won: won && rare,
            exempt,
        };
        all.into_iter().enumerate().map(racer).collect()
    })
}

fn sheet(racer: &Racer) -> Sheet {
    let fact = |value: i64| Fact::Value {
        value: value.into(),
        verified: true,
        partial: false,
        sources: Vec::new(),
    };
    let cell = |value: i64, target: Option<i64>| Cell {
        fact: fact(value),
        target: target.map(Decimal::from),
        ..Cell::default()
    };
    let mut sheet = Sheet { subject: racer.name.clone(), ..Sheet::default() };
    sheet.cells.insert("m".into(), cell(racer.m, racer.target));
    sheet.cells.insert("n".into(), cell(racer.n, None));
    if let Some(v) = racer.v {
        sheet.cells.insert("v".into(), cell(v, None));
    }
    if racer.won {
        sheet.awards.push(Won {
            name: "won".to_owned(),
            award: "special/first".to_owned(),
            class: String::new(),
            level: String::new(),
            sources: Vec::new(),
        });
    }
    let exempt = |rule: &str| Exemption {
        rule: rule.to_owned(),
        ground: "flood".to_owned(),
        sources: Vec::new(),
    };
    sheet.exemptions.extend(racer.exempt.map(exempt));
    sheet
}

/// A question, asked in the engine's words and in whole numbers.
#[derive(Clone, Debug)]
enum Ask {
    TotalAtLeast(i64),
    TotalBelow(i64),
    MinePercent(i64),
    ValueAtLeast(i64),
    TargetMet,
    RankAtMost(i64),
    Won,
    Not(Box<Ask>),
    Both(Box<Ask>, Box<Ask>),
    Either(Box<Ask>, Box<Ask>),
}

fn ask(with_rank: bool) -> impl Strategy<Value = Ask> {
    let leaf = prop_oneof![
        (0..=10_i64).prop_map(|it| Ask::TotalAtLeast(it * 10)),
        (0..=10_i64).prop_map(|it| Ask::TotalBelow(it * 10)),
        (0..=100_i64).prop_map(Ask::MinePercent),
        (0..=2_i64).prop_map(Ask::ValueAtLeast),
        Just(Ask::TargetMet),
        (1..=6_i64).prop_map(move |it| if with_rank {
            Ask::RankAtMost(it)
        } else {
            Ask::ValueAtLeast(1)
        }),
        Just(Ask::Won),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|it| Ask::Not(Box::new(it))),
            two().prop_map(|(one, two)| Ask::Both(Box::new(one), Box::new(two))),
            two().prop_map(|(one, two)| Ask::Either(Box::new(one), Box::new(two))),
        ]
    })
}

impl Ask {
    fn written(&self) -> Condition {
        let at_least =
            |limit: i64| NumberRange { at_least: Some(limit.into()), ..NumberRange::default() };
        match self {
            Ask::TotalAtLeast(limit) => Condition::Total(at_least(*limit)),
            Ask::TotalBelow(limit) => Condition::Total(NumberRange {
                below: Some((*limit).into()),
                ..NumberRange::default()
            }),
            Ask::MinePercent(limit) => Condition::Points {
                node_id: "m".to_owned(),
                limits: at_least(*limit),
                percent: true,
            },
            Ask::ValueAtLeast(limit) => {
                Condition::Value { indicator: "v".to_owned(), limits: at_least(*limit) }
            }
            Ask::TargetMet => Condition::TargetsMet { indicators: Vec::new() },
            Ask::RankAtMost(limit) => Condition::Rank(NumberRange {
                at_most: Some((*limit).into()),
                ..NumberRange::default()
            }),
            Ask::Won => Condition::Award("special/first".to_owned()),
            Ask::Not(it) => Condition::Not(Box::new(it.written())),
            Ask::Both(one, two) => Condition::All(vec![one.written(), two.written()]),
            Ask::Either(one, two) => Condition::Any(vec![one.written(), two.written()]),
        }
    }

    /// `total` and twice the rank, as far as they are known by then.
    fn holds(&self, racer: &Racer, total: i64, twice_rank: i64) -> Option<bool> {
        match self {
            Ask::TotalAtLeast(limit) => Some(total >= *limit),
            Ask::TotalBelow(limit) => Some(total < *limit),
            Ask::MinePercent(limit) => Some(racer.m * 100 >= limit * 60),
            Ask::ValueAtLeast(limit) => racer.v.map(|v| v >= *limit),
            Ask::TargetMet => racer.target.map(|target| racer.m >= target),
            Ask::RankAtMost(limit) => Some(twice_rank <= 2 * limit),
            Ask::Won => Some(racer.won),
            Ask::Not(it) => it.holds(racer, total, twice_rank).map(|it| !it),
            Ask::Both(one, two) => {
                match (one.holds(racer, total, twice_rank), two.holds(racer, total, twice_rank)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            Ask::Either(one, two) => {
                match (one.holds(racer, total, twice_rank), two.holds(racer, total, twice_rank)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
        }
    }
}

/// Tie-breaks as numbers of these.
fn breaks() -> impl Strategy<Value = Vec<TieBreak>> {
    let all = vec![
        TieBreak::Points("n".to_owned()),
        TieBreak::Value { indicator: "v".to_owned(), lower_first: true },
        TieBreak::Value { indicator: "v".to_owned(), lower_first: false },
        TieBreak::CountBack(vec!["m".to_owned(), "n".to_owned()]),
    ];
    prop::sample::subsequence(all, 0..=2)
}

fn edge() -> impl Strategy<Value = Edge> {
    let some = breaks().prop_filter("at least one", |it| !it.is_empty());
    prop_oneof![Just(Edge::AllIn), Just(Edge::AllOut), some.prop_map(Edge::TieBreak)]
}

fn quota() -> impl Strategy<Value = Quota> {
    prop_oneof![
        (1..=5_u32).prop_map(Quota::Count),
        (1..=99_i64).prop_map(|share| Quota::Share(share.into())),
    ]
}

fn rounding() -> impl Strategy<Value = QuotaRounding> {
    select(vec![QuotaRounding::Floor, QuotaRounding::Ceil, QuotaRounding::HalfUp])
}

fn places(quota: Quota, rounding: QuotaRounding, size: usize) -> usize {
    let Quota::Share(share) = quota else {
        let Quota::Count(count) = quota else { unreachable!() };
        return count as usize;
    };
    let hundredths = share.mantissa() as usize * size;
    match rounding {
        QuotaRounding::Floor => hundredths / 100,
        QuotaRounding::Ceil => hundredths.div_ceil(100),
        QuotaRounding::HalfUp => (hundredths + 50) / 100,
    }
}

/// What one scheme decides.
#[derive(Clone, Debug)]
struct Scheme {
    ascending: bool,
    tie_rule: TieRule,
    tie_break: Vec<TieBreak>,
    veto: Ask,
    zero: bool,
    bar: Ask,
    /// Limit and quota of the best two grades; the third takes the rest.
    grades: [(Option<i64>, Option<Quota>); 2],
    rounding: QuotaRounding,
    edge: Edge,
    pick: Picking,
}

#[derive(Clone, Debug)]
struct Picking {
    end: End,
    by: u8,
    places: Option<(Quota, QuotaRounding)>,
    when: Option<Ask>,
    unless: Option<Ask>,
    successors: bool,
    edge: Edge,
}

fn picking() -> impl Strategy<Value = Picking> {
    let asks = (prop::option::of(ask(true)), prop::option::of(ask(true)));
    let places = prop::option::weighted(0.8, (quota(), rounding()));
    (select(vec![End::Best, End::Worst]), 0..3_u8, places, asks, any::<bool>(), edge()).prop_map(
        |(end, by, places, (when, unless), successors, edge)| {
            // Without places a condition says who is meant.
            let when = if places.is_none() { when.or(Some(Ask::Won)) } else { when };
            Picking { end, by, places, when, unless, successors, edge }
        },
    )
}

fn scheme() -> impl Strategy<Value = Scheme> {
    let order = (
        any::<bool>(),
        select(vec![TieRule::Competition, TieRule::Dense, TieRule::Average]),
        breaks(),
    );
    let gates = (ask(false), any::<bool>(), ask(false));
    let limits = (prop::option::of(6..=9_i64), prop::option::of(1..=5_i64));
    let quotas = (prop::option::of(quota()), prop::option::of(quota()));
    (order, gates, limits, quotas, (rounding(), edge()), picking()).prop_map(
        |(order, gates, (one, two), quotas, (rounding, edge), pick)| {
            let (ascending, tie_rule, tie_break) = order;
            let limit =
                |at: Option<i64>| at.map(|at| if ascending { (10 - at) * 10 } else { at * 10 });
            // A grade asks for something.
            let first = quotas.0.or(one.is_none().then_some(Quota::Count(2)));
            let second = quotas.1.or(two.is_none().then_some(Quota::Count(3)));
            // Two shares that leave nothing for the last grade are refused.
            let second = match (one, two, first, second) {
                (None, None, Some(Quota::Share(a)), Some(Quota::Share(b)))
                    if a + b >= Decimal::ONE_HUNDRED =>
                {
                    Some(Quota::Count(2))
                }
                (.., second) => second,
            };
            Scheme {
                ascending,
                tie_rule,
                tie_break,
                veto: gates.0,
                zero: gates.1 && !ascending,
                bar: gates.2,
                grades: [(limit(one), first), (limit(two), second)],
                rounding,
                edge,
                pick,
            }
        },
    )
}

fn written(scheme: &Scheme) -> Track {
    let gate = |id: &str, when: &Ask, effect| Gate {
        gate_id: id.to_owned(),
        display_name: id.to_owned(),
        when: when.written(),
        effect,
    };
    let grade = |id: &str, at_least: Option<i64>, quota| Grade {
        grade_id: id.to_owned(),
        display_name: id.to_owned(),
        at_least: at_least.map(Decimal::from),
        quota,
        outright: if id == "good" { vec!["special/first".to_owned()] } else { vec![] },
    };
    let [good, fair] = scheme.grades;
    let veto = if scheme.zero { GateEffect::Zero } else { GateEffect::LowestGrade };
    let pick = &scheme.pick;
    let award = Award {
        award_id: "award".to_owned(),
        display_name: "award".to_owned(),
        class: String::new(),
        level: String::new(),
        pick: Pick {
            end: pick.end,
            by: match pick.by {
                0 => Measure::Ranking,
                1 => Measure::Points("m".to_owned()),
                _ => Measure::Value("v".to_owned()),
            },
            places: pick.places.map_or(Places::All, |(quota, how)| Places::Within(quota, how)),
            when: pick.when.as_ref().map(Ask::written),
            unless: pick.unless.as_ref().map(Ask::written),
            successors: pick.successors,
            edge: pick.edge.clone(),
        },
    };
    let outcomes = Outcomes {
        gates: vec![
            gate("veto", &scheme.veto, veto),
            gate("bar", &scheme.bar, GateEffect::Bar("good".to_owned())),
        ],
        grading: Some(Grading::Grades {
            grades: vec![
                grade("good", good.0, good.1),
                grade("fair", fair.0, fair.1),
                grade("poor", None, None),
            ],
            rounding: scheme.rounding,
            edge: scheme.edge.clone(),
        }),
        awards: vec![award],
        cards: vec![],
    };
    let ranking = Ranking {
        tie_rule: scheme.tie_rule,
        tie_break: scheme.tie_break.clone(),
        ascending: scheme.ascending,
    };
    let root = sum("t", "100", vec![marks("m", "60"), marks("n", "40")]);
    Track::check(TrackDraft { ranking, outcomes, ..draft(root) }, USUAL).unwrap()
}

/// Keys by which the better subject comes first; equal keys are a tie.
type Keys = Vec<Vec<i64>>;

/// Who was passed over, at which place, why.
type PassedOver = BTreeSet<(usize, usize, &'static str)>;

struct Oracle<'a> {
    scheme: &'a Scheme,
    racers: &'a [Racer],
    totals: Vec<i64>,
}

impl Oracle<'_> {
    fn new<'a>(scheme: &'a Scheme, racers: &'a [Racer]) -> Oracle<'a> {
        let total = |racer: &Racer| {
            let sum = racer.m + racer.n;
            let vetoed = scheme.veto.holds(racer, sum, 0) == Some(true);
            if scheme.zero && vetoed && racer.exempt != Some("veto") { 0 } else { sum }
        };
        Oracle { scheme, racers, totals: racers.iter().map(total).collect() }
    }

    fn signed(&self, points: i64) -> i64 {
        if self.scheme.ascending { points } else { -points }
    }

    fn keys(&self, at: usize, breaks: &[TieBreak]) -> Keys {
        let racer = &self.racers[at];
        let place = |points: &dyn Fn(&Racer) -> i64| {
            let own = self.signed(points(racer));
            self.racers.iter().filter(|other| self.signed(points(other)) < own).count() as i64
        };
        let key = |tie_break: &TieBreak| match tie_break {
            TieBreak::Points(_) => vec![self.signed(racer.n)],
            // Who has none comes last.
            TieBreak::Value { lower_first, .. } => match racer.v {
                Some(v) => vec![0, if *lower_first { v } else { -v }],
                None => vec![1],
            },
            TieBreak::CountBack(_) => {
                let mut places = vec![place(&|it| it.m), place(&|it| it.n)];
                places.sort_unstable();
                places
            }
        };
        breaks.iter().map(key).collect()
    }

    /// What the ranking compares.
    fn standing(&self, at: usize) -> (i64, Keys) {
        (self.signed(self.totals[at]), self.keys(at, &self.scheme.tie_break))
    }

    fn board(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.racers.len()).collect();
        order.sort_by_key(|at| (self.standing(*at), self.racers[*at].name.clone()));
        order
    }

    fn twice_rank(&self, at: usize) -> i64 {
        let own = self.standing(at);
        let all: Vec<_> = (0..self.racers.len()).map(|at| self.standing(at)).collect();
        let before = all.iter().filter(|it| **it < own).count() as i64;
        let equal = all.iter().filter(|it| **it == own).count() as i64;
        match self.scheme.tie_rule {
            TieRule::Competition => 2 * (before + 1),
            TieRule::Dense => {
                let better: BTreeSet<_> = all.iter().filter(|it| **it < own).collect();
                2 * (better.len() as i64 + 1)
            }
            TieRule::Average => 2 * before + 1 + equal,
        }
    }

    /// The first of groups of equals within so many places; and who is cut by the edge.
    fn first(
        &self,
        groups: &[Vec<usize>],
        places: usize,
        edge: &Edge,
        worst: bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut within = Vec::new();
        for group in groups {
            if within.len() >= places {
                break;
            }
            if within.len() + group.len() <= places || *edge == Edge::AllIn {
                within.extend(group);
                continue;
            }
            let Edge::TieBreak(breaks) = edge else { return (within, group.clone()) };
            let keys: BTreeSet<Keys> = group.iter().map(|at| self.keys(*at, breaks)).collect();
            let mut keys: Vec<Keys> = keys.into_iter().collect();
            if worst {
                keys.reverse();
            }
            for key in keys {
                let equals: Vec<usize> =
                    group.iter().copied().filter(|at| self.keys(*at, breaks) == key).collect();
                if within.len() + equals.len() > places {
                    break;
                }
                within.extend(equals);
            }
            let out = group.iter().copied().filter(|at| !within.contains(at)).collect();
            return (within, out);
        }
        (within, Vec::new())
    }

    fn groups<K: Ord>(&self, of: &[usize], key: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
        let mut groups: Vec<(K, Vec<usize>)> = Vec::new();
        for at in of {
            match groups.iter_mut().find(|(known, _)| *known == key(*at)) {
                Some((_, group)) => group.push(*at),
                None => groups.push((key(*at), vec![*at])),
            }
        }
        groups.sort_by(|(one, _), (two, _)| one.cmp(two));
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// Gates come before the veto has made a total 0.
    fn fires(&self, ask: &Ask, rule: &str, at: usize) -> bool {
        let racer = &self.racers[at];
        ask.holds(racer, racer.m + racer.n, 0) == Some(true) && racer.exempt != Some(rule)
    }

    fn grades(&self) -> Vec<&'static str> {
        let (scheme, size) = (self.scheme, self.racers.len());
        let fires = |ask: &Ask, rule: &str, at: usize| self.fires(ask, rule, at);
        let mut given: Vec<Option<&'static str>> =
            (0..size).map(|at| fires(&scheme.veto, "veto", at).then_some("poor")).collect();
        for (place, name) in ["good", "fair", "poor"].into_iter().enumerate() {
            let barred = |at: usize| place == 0 && fires(&scheme.bar, "bar", at);
            if place == 0 {
                for (at, given) in given.iter_mut().enumerate() {
                    if given.is_none() && self.racers[at].won && !barred(at) {
                        *given = Some(name);
                    }
                }
            }
            let (limit, quota) = scheme.grades.get(place).copied().unwrap_or((None, None));
            let reaches = |at: usize| {
                limit.is_none_or(|limit| self.signed(self.totals[at]) <= self.signed(limit))
            };
            let open: Vec<usize> = self
                .board()
                .into_iter()
                .filter(|at| given[*at].is_none() && reaches(*at) && !barred(*at))
                .collect();
            let within = match quota {
                None => open,
                Some(quota) => {
                    let groups = self.groups(&open, |at| self.standing(at));
                    let places = places(quota, scheme.rounding, size);
                    self.first(&groups, places, &scheme.edge, false).0
                }
            };
            within.into_iter().for_each(|at| given[at] = Some(name));
        }
        given.into_iter().map(Option::unwrap).collect()
    }

    /// Picked with their places; and passed over with their places and the reason.
    fn picks(&self) -> (BTreeSet<(usize, usize)>, PassedOver) {
        let pick = &self.scheme.pick;
        let figure = |at: usize| match pick.by {
            1 => Some(self.racers[at].m),
            _ => self.racers[at].v,
        };
        let board = self.board();
        let mut groups = if pick.by == 0 {
            self.groups(&board, |at| self.standing(at))
        } else {
            let known: Vec<usize> = board.into_iter().filter(|at| figure(*at).is_some()).collect();
            self.groups(&known, |at| Reverse(figure(at)))
        };
        if pick.end == End::Worst {
            groups.reverse();
        }
        let size: usize = groups.iter().map(Vec::len).sum();
        let open = pick.places.map_or(size, |(quota, how)| places(quota, how, size));
        let why = |at: usize| {
            let racer = &self.racers[at];
            let holds =
                |ask: &Ask| ask.holds(racer, self.totals[at], self.twice_rank(at)) == Some(true);
            let gated = self.fires(&self.scheme.veto, "veto", at)
                || self.fires(&self.scheme.bar, "bar", at);
            match (&pick.when, &pick.unless) {
                (Some(when), _) if !holds(when) => Some("condition"),
                _ if pick.end == End::Best && gated => Some("vetoed"),
                (_, Some(unless)) if holds(unless) => Some("exclusion"),
                _ => (racer.exempt == Some("award")).then_some("exempt"),
            }
        };
        let fitting: Vec<Vec<usize>> = groups
            .iter()
            .map(|group| {
                let fits = |at: &usize| !pick.successors || why(*at).is_none();
                group.iter().copied().filter(fits).collect::<Vec<_>>()
            })
            .filter(|group| !group.is_empty())
            .collect();
        let (within, cut) = self.first(&fitting, open, &pick.edge, pick.end == End::Worst);
        let (mut picked, mut passed) = (BTreeSet::new(), BTreeSet::new());
        let mut before = 0;
        let reached = groups.iter().rposition(|group| group.iter().any(|at| within.contains(at)));
        for (number, group) in groups.iter().enumerate() {
            for at in group {
                let place = before + 1;
                match why(*at) {
                    None if within.contains(at) => drop(picked.insert((*at, place))),
                    None if cut.contains(at) => drop(passed.insert((*at, place, "edge"))),
                    None => {}
                    Some("condition") if pick.places.is_none() => {}
                    Some(why) if !pick.successors && within.contains(at) => {
                        passed.insert((*at, place, why));
                    }
                    // Whoever stands before somebody who was picked was asked first.
                    Some(why)
                        if pick.successors
                            && (within.len() < open
                                || reached.is_some_and(|last| number < last)) =>
                    {
                        passed.insert((*at, place, why));
                    }
                    Some(_) => {}
                }
            }
            before += group.len();
        }
        (picked, passed)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    // B10, H9, Q6, S5.
    #[test]
    fn outcomes_agree_with_whole_numbers(racers in racers(), scheme in scheme()) {
        let result = score(&written(&scheme), racers.iter().map(sheet).collect());
        let oracle = Oracle::new(&scheme, &racers);
        let at = |name: &str| racers.iter().position(|it| it.name == name).unwrap();
        let board: Vec<usize> = result.subjects.iter().map(|it| at(&it.subject)).collect();
        prop_assert_eq!(&board, &oracle.board());
        let grades = oracle.grades();
        for subject in &result.subjects {
            let at = at(&subject.subject);
            prop_assert_eq!(subject.total, Some(oracle.totals[at].into()));
            let twice = subject.rank.unwrap() * Decimal::TWO;
            prop_assert_eq!(twice, oracle.twice_rank(at).into(), "rank of {}", subject.subject);
            let grade = &subject.grade.as_ref().unwrap().grade_id;
            prop_assert_eq!(grade, grades[at], "grade of {}", subject.subject);
        }
        let (picked, passed) = oracle.picks();
        let award = &result.awards[0];
        let found: BTreeSet<_> = award.picked.iter().map(|it| (at(&it.subject), it.place)).collect();
        prop_assert_eq!(found, picked);
        let why = |why: &PassedWhy| match why {
            PassedWhy::Condition => "condition",
            PassedWhy::Exclusion => "exclusion",
            PassedWhy::Vetoed(_) => "vetoed",
            PassedWhy::Exempt(_) => "exempt",
            PassedWhy::Edge => "edge",
        };
        // A tied group is listed by name within itself: who of it comes after the last one
        // picked was not asked any more, and is compared only where its group is.
        let found: BTreeSet<_> =
            award.passed.iter().map(|it| (at(&it.subject), it.place, why(&it.why))).collect();
        let last = award.picked.iter().map(|it| it.place).max().unwrap_or_default();
        let apart = |set: &PassedOver| {
            let sure = |it: &&(usize, usize, &str)| !scheme.pick.successors || it.1 != last || it.2 == "edge";
            set.iter().filter(sure).copied().collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(apart(&found), apart(&passed));
    }
}
