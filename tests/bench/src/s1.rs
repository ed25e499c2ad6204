//! S1 of performance.md, so plain that anybody can make it: counties × 130 units × 50
//! indicators × 12 months, the values by a formula; four methods in turn, weights, a veto,
//! ranks within tracks of 26, the first fifth of a track graded A. `peers/s1.py` says the same for
//! numpy and DuckDB; the checksums of the three must agree before a time is printed.

pub(crate) mod wire;

use std::collections::BTreeMap;

use engine::{
    Accumulation, Bounds, Completion, Condition, Control, Direction, Edge, Figure, Gate,
    GateEffect, Grade, Grading, Kernel, Leaf, Method, MinMax, MissingPolicy, Node, NumberRange,
    Order, Outcomes, Points, Quota, QuotaRounding, Ranking, Rounding, Roundings, Rule, Span, Step,
    Steps, Table, TableColumn, TieRule, Track, TrackDraft, WarningRules,
};
use rust_decimal::Decimal;

use crate::Outcome;

pub(crate) const UNITS: usize = 130;
pub(crate) const INDICATORS: usize = 50;
pub(crate) const MONTHS: usize = 12;
/// Units of a track.
pub(crate) const TRACK: usize = 26;
/// Values of a county.
pub(crate) const COUNTY: usize = INDICATORS * MONTHS * UNITS;
/// Values of a track.
pub(crate) const COHORT: usize = INDICATORS * MONTHS * TRACK;

/// Target of a year in cents.
const TARGET: i128 = 120_000;
/// Fewer points than these, in cents, for the last indicator are a veto.
const VETO: i64 = 232;

/// The value of a county, unit, indicator and month, in cents.
pub(crate) fn value(t: usize, u: usize, i: usize, m: usize) -> i64 {
    ((t * 7919 + u * 104_729 + i * 1_299_709 + m * 15_485_863) % 10_007 + 5000) as i64
}

/// The values of a county: by track, indicator, month, unit.
pub(crate) fn county(t: usize, values: &mut Vec<i64>) {
    for first in (0..UNITS).step_by(TRACK) {
        for i in 0..INDICATORS {
            for m in 0..MONTHS {
                values.extend((first..first + TRACK).map(|u| value(t, u, i, m)));
            }
        }
    }
}

/// The rulebook: it is the same for every track.
pub(crate) fn track() -> Outcome<Track> {
    let root = Node {
        node_id: "total".into(),
        weight: Decimal::ONE_HUNDRED,
        rule: Rule::Sum((0..INDICATORS).map(leaf).collect()),
        ..blank()
    };
    let draft = TrackDraft {
        track_id: "track".into(),
        display_name: String::new(),
        root,
        ranking: Ranking {
            tie_rule: TieRule::Competition,
            tie_break: Vec::new(),
            ascending: false,
        },
        colouring: None,
        warnings: WarningRules::default(),
        outcomes: outcomes(),
        asides: Vec::new(),
        limits: BTreeMap::new(),
    };
    let usual = Roundings { leaf: Rounding::USUAL, total: Rounding::USUAL };
    Track::check(draft, usual).map_err(|faults| format!("{faults:?}").into())
}

/// A fifth of a track, rounded down, is graded A, ties at the edge stay outside; too few
/// points for the last indicator leave nothing but the lowest grade.
fn outcomes() -> Outcomes {
    let grade = |id: &str, at_least, quota| Grade {
        grade_id: id.into(),
        display_name: String::new(),
        at_least,
        quota,
        outright: Vec::new(),
    };
    let limits = NumberRange { below: Some(Decimal::new(VETO, 2)), ..NumberRange::default() };
    let veto = Gate {
        gate_id: "veto".into(),
        display_name: String::new(),
        when: Condition::Points {
            node_id: format!("n{:02}", INDICATORS - 1),
            limits,
            percent: false,
        },
        effect: GateEffect::LowestGrade,
    };
    Outcomes {
        gates: vec![veto],
        grading: Some(Grading::Grades {
            grades: vec![
                grade("a", None, Some(Quota::Share(20.into()))),
                // Everybody has a point.
                grade("b", Some(Decimal::ONE), None),
                grade("c", None, None),
            ],
            rounding: QuotaRounding::Floor,
            edge: Edge::AllOut,
        }),
        ..Outcomes::default()
    }
}

fn leaf(i: usize) -> Node {
    let weight = Decimal::new(2 + (i % 5) as i64, 0) / Decimal::TWO;
    let step = |threshold: Option<i64>, tenths: i64| Step {
        threshold: threshold.map(Decimal::from),
        points: weight * Decimal::new(tenths, 1),
        precondition: None,
    };
    let (direction, method) = match i % 4 {
        0 => (Direction::HigherIsBetter, Method::Completion(Completion { cap: Decimal::ONE })),
        1 => (Direction::LowerIsBetter, Method::Control(Control {})),
        2 => {
            let bounds = Bounds::Cohort;
            (Direction::HigherIsBetter, Method::MinMax(MinMax { bounds, unclamped: false }))
        }
        _ => {
            let steps = [(Some(1300), 10), (Some(1200), 8), (Some(1100), 6), (None, 3)];
            let steps = steps.map(|(threshold, tenths)| step(threshold, tenths)).to_vec();
            (Direction::HigherIsBetter, Method::Steps(Steps { steps }))
        }
    };
    let leaf = Leaf {
        indicator: indicator(i),
        direction,
        missing: MissingPolicy::ZeroPoints,
        figure: Figure::Value,
        method,
    };
    Node { node_id: format!("n{i:02}"), weight, rule: Rule::Leaf(leaf), ..blank() }
}

fn blank() -> Node {
    Node {
        node_id: String::new(),
        display_name: String::new(),
        weight: Decimal::ONE,
        full_marks: None,
        rounding: None,
        min_points: None,
        max_points: None,
        least_parts: 0,
        too_few: MissingPolicy::ZeroPoints,
        rule: Rule::Sum(Vec::new()),
    }
}

fn indicator(i: usize) -> String {
    format!("i{i:02}")
}

/// An empty table of a track; its columns are filled county by county.
pub(crate) fn table() -> Table {
    let column = |i: usize| TableColumn {
        indicator: indicator(i),
        target_scale: 2,
        targets: std::iter::repeat_n(TARGET, TRACK).collect(),
        ..TableColumn::default()
    };
    Table {
        subjects: (0..TRACK).map(|u| format!("u{u:02}")).collect(),
        columns: (0..INDICATORS).map(column).collect(),
    }
}

/// What the first three counties come to, by numpy and by DuckDB.
pub(crate) const THREE: &str = "1446074160 2426665 403146";

/// What the counties scored so far add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checksums {
    scores: i128,
    ranks: i128,
    grades: i128,
}

impl std::fmt::Display for Checksums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.scores, self.ranks, self.grades)
    }
}

/// One track, scored.
pub(crate) struct Scored {
    pub(crate) order: Order,
    /// By place of the order: the place of the grade among A, B, C.
    pub(crate) grades: Vec<Option<usize>>,
}

/// Scores a track whose values lie as [`county`] puts them.
pub(crate) fn score(
    kernel: &Kernel<'_>,
    (table, points): (&mut Table, &mut Points),
    values: &[i64],
) -> Outcome<Scored> {
    let month = |i: usize, m: usize| {
        let first = (i * MONTHS + m) * TRACK;
        Span { scale: 2, values: &values[first..first + TRACK], states: &[] }
    };
    for (i, column) in table.columns.iter_mut().enumerate() {
        let months: [Span<'_>; MONTHS] = std::array::from_fn(|m| month(i, m));
        column.accumulate(Accumulation::Sum, TRACK, &months).ok_or("a value does not fit")?;
    }
    kernel.score(table, points).ok_or("the kernel has no answer")?;
    let order = kernel.order(points).ok_or("the kernel has no order")?;
    let grades = kernel.grades(points, &order).ok_or("the kernel has no grades")?;
    Ok(Scored { order, grades })
}

impl Checksums {
    /// Adds track `k` of county `t`.
    pub(crate) fn add(
        &mut self,
        (t, k): (usize, usize),
        points: &Points,
        scored: &Scored,
    ) -> Outcome<()> {
        let (_, totals) = points.units(0).ok_or("no total")?;
        for (place, at) in scored.order.places.iter().enumerate() {
            let rank = scored.order.rank(place).ok_or("no rank")?;
            let grade = scored.grades[place].ok_or("no grade")?;
            let unit = (t, k * TRACK + at);
            self.add_one(unit, totals.get(*at), rank.mantissa(), 3 - grade as i128);
        }
        Ok(())
    }

    /// Adds unit `u` of county `t`: points in cents, rank, and grade, 3 for A.
    pub(crate) fn add_one(&mut self, (t, u): (usize, usize), total: i128, rank: i128, grade: i128) {
        let mark = ((t * 131 + u * 17 + 1) % 1009) as i128;
        self.scores += total * mark;
        self.ranks += rank * mark;
        self.grades += grade * mark;
    }
}
