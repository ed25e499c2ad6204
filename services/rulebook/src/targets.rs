//! Which target holds for a scored period, and which are still to be set.

use std::collections::BTreeMap;

use engine::{Accumulation, PlanPoint, Share};
use jiff::civil::Date;
use kit::Violation;
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::Rulebook;
use crate::indicators::Measure;
use crate::inputs::{entrants, last_segment};
use crate::span::{Length, Span};

/// The targets of an assignment by unit, indicator and period id.
#[derive(Debug, Default)]
pub(crate) struct Targets<'a> {
    values: BTreeMap<&'a str, BTreeMap<&'a str, Sets<'a>>>,
}

/// What a subject is to reach in one indicator, by period id.
#[derive(Debug, Default)]
pub(crate) struct Sets<'a>(BTreeMap<&'a str, Set>);

/// A target with the plan on the way to it.
#[derive(Debug)]
struct Set {
    value: Decimal,
    /// Per cent of it by the end of a day.
    plan: Vec<(Date, Decimal)>,
}

impl Set {
    /// The points of a plan of the period that `own` is a part of, `before` being due before it.
    fn points(&self, period: &Span, own: &Span, before: Decimal) -> Vec<PlanPoint> {
        let point = |last: Date, share: Decimal| PlanPoint {
            elapsed: Share::new(period.days_through(last), period.days()),
            value: before.saturating_add(self.value * (share / Decimal::ONE_HUNDRED)),
        };
        let mut points: Vec<PlanPoint> =
            self.plan.iter().map(|(last, share)| point(*last, *share)).collect();
        if self.plan.last().is_none_or(|(last, _)| *last < own.last) {
            points.push(point(own.last, Decimal::ONE_HUNDRED));
        }
        points
    }
}

impl<'a> Targets<'a> {
    /// Takes the targets of an assignment, noting those that are no decimals.
    pub(crate) fn read(assignment: &'a pb::Assignment, fields: &mut Fields) -> Targets<'a> {
        let mut targets = Targets::default();
        for (place, target) in assignment.targets.iter().enumerate() {
            let value =
                fields.decimal(format_args!("assignment.targets[{place}].value"), &target.value);
            let period = last_segment(&target.period);
            let mut plan = Vec::with_capacity(target.plan.len());
            for (row, given) in target.plan.iter().enumerate() {
                let at = format!("assignment.targets[{place}].plan[{row}]");
                let share =
                    fields.decimal(format_args!("{at}.share_percent"), &given.share_percent);
                match Span::parse(last_segment(&given.period)) {
                    Some(span) => plan.push((span.last, share)),
                    None => {
                        let message = "must end in an id such as 2023-02";
                        fields.violation(format_args!("{at}.period"), "NAME_FORMAT", message);
                    }
                }
            }
            let subject = targets.values.entry(&target.unit).or_default();
            let indicator = subject.entry(&target.indicator).or_default();
            indicator.0.insert(period, Set { value, plan });
        }
        targets
    }

    /// What a subject is to reach, by the indicator's name.
    pub(crate) fn of_subject(&self, unit: &str) -> Option<&BTreeMap<&'a str, Sets<'a>>> {
        self.values.get(unit)
    }
}

impl Sets<'_> {
    /// The target of a period: its own; else the sum of its parts' where values are added and
    /// every part has one; else the last part's where values count from the start. Parts are
    /// taken as long as possible, halves before quarters before months before weeks.
    /// `id` is the period's.
    pub(crate) fn of(&self, measure: &Measure, period: &Span, id: &str) -> Option<Decimal> {
        if let Some(own) = self.0.get(id) {
            return Some(own.value);
        }
        let value = |span: &Span| self.0.get(span.id().as_str()).map(|it| it.value);
        let shorter = [Length::HalfYear, Length::Quarter, Length::Month, Length::Week];
        let mut lengths = shorter.into_iter().filter(|length| *length < period.length);
        lengths.find_map(|length| {
            let mut parts = period.parts(length);
            match measure.accumulation {
                Accumulation::Sum => {
                    parts.try_fold(Decimal::ZERO, |sum, part| sum.checked_add(value(&part)?))
                }
                Accumulation::Cumulative => value(&parts.last()?),
                Accumulation::Mean | Accumulation::Latest => None,
            }
        })
    }

    /// The plan on the way to the target of a period, where there is one: its own, or those of its
    /// parts one after another where the target is their sum.
    pub(crate) fn plan(&self, measure: &Measure, period: &Span, id: &str) -> Vec<PlanPoint> {
        let none = Vec::new;
        let set = |span: &Span| self.0.get(span.id().as_str());
        if let Some(own) = self.0.get(id) {
            return if own.plan.is_empty() {
                none()
            } else {
                own.points(period, period, Decimal::ZERO)
            };
        }
        if measure.accumulation != Accumulation::Sum {
            return none();
        }
        let shorter = [Length::HalfYear, Length::Quarter, Length::Month, Length::Week];
        for length in shorter.into_iter().filter(|length| *length < period.length) {
            let parts = period.parts(length);
            let sets: Option<Vec<(Span, &Set)>> =
                parts.map(|part| Some((part, set(&part)?))).collect();
            let Some(sets) = sets else { continue };
            if sets.iter().all(|(_, set)| set.plan.is_empty()) {
                return none();
            }
            let mut before = Decimal::ZERO;
            let mut points = Vec::new();
            for (part, set) in sets {
                points.extend(set.points(period, &part, before));
                before = before.saturating_add(set.value);
            }
            return points;
        }
        none()
    }
}

impl Rulebook {
    /// The targets that leaves need and do not have (`TARGET_MISSING`) or that are not above 0
    /// (`TARGET_NOT_POSITIVE`), one violation each, `field` naming the leaf's node.
    pub fn target_gaps(
        &self,
        scheme: &str,
        assignment: &pb::Assignment,
    ) -> kit::Result<Vec<Violation>> {
        let mut fields = Fields::default();
        let (span, indicators) = crate::inputs::definitions(assignment, &mut fields);
        let (targets, period) = (Targets::read(assignment, &mut fields), span.id());
        fields.check()?;
        let mut gaps = Fields::default();
        for (place, entry) in self.entries.iter().enumerate() {
            let Some(track) = self.track_in(entry.track.track_id(), &period) else { continue };
            let leaves = track.all_leaves().into_iter();
            let needed = leaves.flat_map(|(node, leaf)| {
                leaf.targets().into_iter().map(move |indicator| (node, indicator))
            });
            for (node, indicator) in needed {
                let Some(measure) = indicators.get(&indicator) else { continue };
                if measure.frequency > span.length {
                    continue;
                }
                let field = format!("scheme.tracks[{place}] node {}", node.node_id);
                for unit in entrants(assignment, scheme, entry.track.track_id()) {
                    let sets = targets.of_subject(unit).and_then(|it| it.get(&*indicator));
                    match sets.and_then(|sets| sets.of(measure, &span, &period)) {
                        None => {
                            let message =
                                format!("{unit} has no target of {indicator} for {period}");
                            gaps.violation(&field, "TARGET_MISSING", message);
                        }
                        Some(value) if value <= Decimal::ZERO => {
                            let message = format!(
                                "the target of {unit} in {} must be above 0, not {value}",
                                indicator
                            );
                            gaps.violation(&field, "TARGET_NOT_POSITIVE", message);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        Ok(gaps.into_violations())
    }
}
