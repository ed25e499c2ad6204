//! What must hold of gates, grades, awards and cards before anybody is judged by them.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::condition::{Condition, NumberRange};
use super::gate::GateEffect;
use super::grade::{Grade, Grading, Quota, QuotaRounding};
use super::pick::{Edge, Measure, Pick, Places};
use super::{Gate, Outcomes};
use crate::check::{ID_FORM, is_id};
use crate::fault::Faults;
use crate::node::Node;
use crate::tie::TieBreak;
use crate::track::TrackDraft;

/// Most nodes that are named where none of them was.
const SHOWN: usize = 12;

/// What outcomes may name.
pub(crate) struct Known<'a> {
    nodes: BTreeSet<&'a str>,
    items: BTreeSet<&'a str>,
    pub(crate) ascending: bool,
    /// Most total points.
    most: Option<Decimal>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(draft: &'a TrackDraft, most: Option<Decimal>) -> Known<'a> {
        let trees = std::iter::once(&draft.root).chain(&draft.asides);
        let nodes: Vec<&Node> = trees.flat_map(Node::walk).collect();
        let ledgers = nodes.iter().filter_map(|node| node.adjustments());
        Known {
            items: ledgers.flat_map(|it| &it.items).map(|it| it.item_id.as_str()).collect(),
            nodes: nodes.iter().map(|node| node.node_id.as_str()).collect(),
            ascending: draft.ranking.ascending,
            most,
        }
    }

    /// Why nobody has a total of at least so much, where that is so.
    pub(crate) fn unreachable(&self, limit: Decimal) -> Option<String> {
        let most = self.most.filter(|most| limit > *most && !self.ascending)?;
        Some(format!(
            "no total is above {most}, so nobody reaches {limit}; ask for {most} at most, or let \
             the parts of the tree give more"
        ))
    }

    fn node(&self, field: &str, id: &str, faults: &mut Faults) {
        if !self.nodes.contains(id) {
            let message = format!("the track has no node {id:?}; name one that it has");
            faults.add(field, "UNKNOWN_NODE", message);
        }
    }

    /// Notes what is wrong with a list of tie-breaks that stands in `field`.
    pub(crate) fn tie_break(&self, field: &str, breaks: &[TieBreak], faults: &mut Faults) {
        for (place, tie_break) in breaks.iter().enumerate() {
            let field = format!("{field}[{place}]");
            let unknown = |id: &str, faults: &mut Faults| {
                if !self.nodes.contains(id) {
                    let known: Vec<&str> = self.nodes.iter().take(SHOWN).copied().collect();
                    let more = if known.len() < self.nodes.len() { " …" } else { "" };
                    let known = known.join(", ");
                    let message = format!(
                        "the track has no node {id:?}; name one that it has: {known}{more}"
                    );
                    faults.add(&field, "UNKNOWN_TIE_BREAK", message);
                }
            };
            match tie_break {
                TieBreak::Points(id) => unknown(id, faults),
                TieBreak::Value { indicator, .. } if indicator.is_empty() => {
                    faults.add(&field, "INDICATOR_REQUIRED", "needs the name of an indicator");
                }
                TieBreak::Value { .. } => {}
                TieBreak::CountBack(nodes) if nodes.is_empty() => {
                    faults.add(&field, "NO_NODES", "needs the nodes whose places are counted");
                }
                TieBreak::CountBack(nodes) => nodes.iter().for_each(|id| unknown(id, faults)),
            }
            if breaks[..place].contains(tie_break) {
                faults.add(&field, "DUPLICATE_TIE_BREAK", "stands in the list already");
            }
        }
    }
}

/// Notes everything that is wrong with the outcomes of a track.
pub(crate) fn outcomes(outcomes: &Outcomes, known: &Known<'_>, faults: &mut Faults) {
    let mut ids = BTreeSet::new();
    let mut id = |field: &str, id: &'static str, given: &str, faults: &mut Faults| {
        if !is_id(given) {
            faults.add(field, id, ID_FORM);
        } else if !ids.insert(given.to_owned()) {
            let message = format!("{given} names another gate, award or card of the track");
            faults.add(field, "DUPLICATE_RULE", message);
        }
    };
    for (place, gate) in outcomes.gates.iter().enumerate() {
        faults.inside(format!("gates[{place}]"), |faults| {
            id("gate_id", "GATE_ID", &gate.gate_id, faults);
            self::gate(gate, outcomes.grading.as_ref(), known, faults);
        });
    }
    if let Some(grading) = &outcomes.grading {
        faults.inside("grading", |faults| self::grading(grading, known, faults));
    }
    for (place, award) in outcomes.awards.iter().enumerate() {
        faults.inside(format!("awards[{place}]"), |faults| {
            id("award_id", "AWARD_ID", &award.award_id, faults);
            faults.inside("pick", |faults| pick(&award.pick, known, faults));
        });
    }
    for (place, card) in outcomes.cards.iter().enumerate() {
        faults.inside(format!("cards[{place}]"), |faults| {
            id("card_id", "CARD_ID", &card.card_id, faults);
            faults.inside("pick", |faults| pick(&card.pick, known, faults));
        });
    }
}

fn gate(gate: &Gate, grading: Option<&Grading>, known: &Known<'_>, faults: &mut Faults) {
    condition("when", &gate.when, known, faults);
    if gate.when.walk().iter().any(|it| matches!(it, Condition::Rank(_))) {
        let message = "a gate comes before the order: it cannot ask for the rank";
        faults.add("when", "GATE_ORDER", message);
    }
    let grades = match grading {
        Some(Grading::Grades { grades, .. }) => grades.as_slice(),
        Some(Grading::Groups { .. }) | None => &[],
    };
    match &gate.effect {
        GateEffect::Zero if known.ascending => {
            let message = "the lowest score ranks first here: let the gate give the lowest grade";
            faults.add("zero", "GATE_DIRECTION", message);
        }
        GateEffect::Zero => {}
        GateEffect::LowestGrade if grades.is_empty() => {
            faults.add("lowest_grade", "NO_GRADES", "the track gives no grades; add `grading`");
        }
        GateEffect::LowestGrade => {}
        GateEffect::Bar(grade) => match grades.iter().position(|it| it.grade_id == *grade) {
            None => {
                let message = format!("the track has no grade {grade:?}; name one that it has");
                faults.add("bar_from", "UNKNOWN_GRADE", message);
            }
            Some(place) if place + 1 == grades.len() => {
                let message = "everybody has at least the last grade; bar from a better one";
                faults.add("bar_from", "UNKNOWN_GRADE", message);
            }
            Some(_) => {}
        },
    }
}

fn grading(grading: &Grading, known: &Known<'_>, faults: &mut Faults) {
    let (grades, rounding, rule) = match grading {
        Grading::Groups { count, .. } => {
            if *count < 2 {
                faults.add("groups.count", "PARAMETER_RANGE", "must be at least 2");
            }
            return;
        }
        Grading::Grades { grades, rounding, edge } => (grades, rounding, edge),
    };
    edge("grades.edge", rule, known, faults);
    if grades.len() < 2 {
        faults.add("grades.grades", "TOO_FEW_GRADES", "needs at least two grades, the best first");
    }
    let mut band: Option<Decimal> = None;
    let mut open = false;
    for (place, grade) in grades.iter().enumerate() {
        faults.inside(format!("grades.grades[{place}]"), |faults| {
            let before = &grades[..place];
            if !is_id(&grade.grade_id) {
                faults.add("grade_id", "GRADE_ID", ID_FORM);
            } else if before.iter().any(|it| it.grade_id == grade.grade_id) {
                let message = format!("{} names another grade already", grade.grade_id);
                faults.add("grade_id", "DUPLICATE_GRADE", message);
            }
            if open {
                let message = "the grade before takes everybody; give it a band or a quota";
                faults.add("", "UNREACHABLE_GRADE", message);
            }
            asks_for(grade, &mut band, known, faults);
            let last = place + 1 == grades.len();
            let free = grade.at_least.is_none() && grade.quota.is_none();
            if last && !free {
                let message = "the last grade takes everybody who is left: it asks for nothing";
                faults.add("", "LAST_GRADE", message);
            }
            open |= free;
        });
    }
    let shares = grades.iter().filter_map(|grade| match (grade.at_least, grade.quota) {
        (None, Some(Quota::Share(share))) => Some(share),
        _ => None,
    });
    let (count, sum) = shares
        .fold((0, Decimal::ZERO), |(count, sum), share| (count + 1, sum.saturating_add(share)));
    // What several shares leave of a place goes to the last grade, unless it is rounded up.
    if sum >= Decimal::ONE_HUNDRED && (count == 1 || *rounding == QuotaRounding::Ceil) {
        let message = "the quotas take the whole track, so that the last grade is never given";
        faults.add("grades.grades", "UNREACHABLE_GRADE", message);
    }
}

/// The band and the quota of one grade; `band` is the last one before it.
fn asks_for(grade: &Grade, band: &mut Option<Decimal>, known: &Known<'_>, faults: &mut Faults) {
    if let Some(limit) = grade.at_least {
        faults.size("at_least", limit);
        if let Some(before) = *band {
            let falls = if known.ascending { limit > before } else { limit < before };
            // A grade of the same band may take those for whom the better one has no place.
            if !(falls || (limit == before && grade.quota.is_none())) {
                let message = format!("{limit} lies in the band of a better grade, from {before}");
                faults.add("at_least", "UNREACHABLE_GRADE", message);
            }
        }
        if let Some(message) = known.unreachable(limit) {
            faults.add("at_least", "UNREACHABLE_GRADE", message);
        }
        *band = Some(limit);
    }
    match grade.quota {
        Some(Quota::Count(0)) if grade.outright.is_empty() => {
            faults.add("quota.count", "UNREACHABLE_GRADE", "a quota of 0 gives nobody the grade");
        }
        Some(Quota::Share(share)) => {
            faults.range("quota.share", share, Decimal::ZERO, Decimal::ONE_HUNDRED);
            faults.size("quota.share", share);
            if share.is_zero() && grade.outright.is_empty() {
                let message = "a quota of 0 gives nobody the grade";
                faults.add("quota.share", "UNREACHABLE_GRADE", message);
            }
        }
        Some(Quota::Count(_)) | None => {}
    }
}

fn pick(pick: &Pick, known: &Known<'_>, faults: &mut Faults) {
    for (field, given) in [("when", &pick.when), ("unless", &pick.unless)] {
        if let Some(given) = given {
            condition(field, given, known, faults);
        }
    }
    match &pick.by {
        Measure::Points(id) => known.node("by.points", id, faults),
        Measure::Value(indicator) if indicator.is_empty() => {
            faults.add("by.value", "INDICATOR_REQUIRED", "needs the name of an indicator");
        }
        Measure::Ranking | Measure::Pace | Measure::Value(_) => {}
    }
    edge("edge", &pick.edge, known, faults);
    match pick.places {
        Places::All if pick.when.is_none() => {
            let message = "without a number of places a condition must say who is meant";
            faults.add("when", "REQUIRED", message);
        }
        Places::Within(Quota::Count(0), _) => {
            faults.add("places.count", "PARAMETER_RANGE", "must be at least 1");
        }
        Places::Within(Quota::Share(share), _) => {
            faults.above("places.share", share, Decimal::ZERO);
            faults.range("places.share", share, Decimal::MIN, Decimal::ONE_HUNDRED);
            faults.size("places.share", share);
        }
        Places::All | Places::Within(Quota::Count(_), _) => {}
    }
}

fn edge(field: &str, edge: &Edge, known: &Known<'_>, faults: &mut Faults) {
    if let Edge::TieBreak(breaks) = edge {
        if breaks.is_empty() {
            faults.add(field, "NO_TIE_BREAK", "needs what breaks the tie");
        }
        known.tie_break(&format!("{field}.tie_break.tie_breaks"), breaks, faults);
    }
}

fn condition(field: &str, given: &Condition, known: &Known<'_>, faults: &mut Faults) {
    for part in given.walk() {
        match part {
            Condition::Total(it) => limits(field, it, faults),
            Condition::Pace(it) | Condition::Rank(it) => limits(field, it, faults),
            Condition::Points { node_id, limits: it, .. } => {
                known.node(field, node_id, faults);
                limits(field, it, faults);
            }
            Condition::Value { limits: it, indicator } => {
                if indicator.is_empty() {
                    faults.add(field, "INDICATOR_REQUIRED", "needs the name of an indicator");
                }
                limits(field, it, faults);
            }
            Condition::Entry { items } => {
                if items.is_empty() {
                    faults.add(field, "NO_ITEMS", "names no item, so it never holds");
                }
                for item in items.iter().filter(|item| !known.items.contains(item.as_str())) {
                    let message = format!("no ledger of the track has an item {item:?}");
                    faults.add(field, "UNKNOWN_ITEM", message);
                }
            }
            Condition::Flag { node_id, .. } if !node_id.is_empty() => {
                known.node(field, node_id, faults);
            }
            Condition::All(parts) | Condition::Any(parts) if parts.is_empty() => {
                faults.add(field, "NO_CONDITIONS", "needs at least one condition");
            }
            _ => {}
        }
    }
}

fn limits(field: &str, limits: &NumberRange, faults: &mut Faults) {
    let low = [limits.at_least, limits.above].into_iter().flatten().max();
    let high = [limits.at_most, limits.below].into_iter().flatten().min();
    match (low, high) {
        (None, None) => {
            faults.add(field, "NO_LIMITS", "needs at least one of at_least, above, at_most, below");
        }
        (Some(low), Some(high)) if low > high => {
            let message = format!("nothing lies between {low} and {high}");
            faults.add(field, "LIMITS_ORDER", message);
        }
        _ => {}
    }
    for limit in [low, high].into_iter().flatten() {
        faults.size(field, limit);
    }
}
