//! Which target holds for a scored period, and which are still to be set.

use std::collections::BTreeMap;

use engine::Accumulation;
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
    values: BTreeMap<(&'a str, &'a str, &'a str), Decimal>,
}

impl<'a> Targets<'a> {
    /// Takes the targets of an assignment, noting those that are no decimals.
    pub(crate) fn read(assignment: &'a pb::Assignment, fields: &mut Fields) -> Targets<'a> {
        let mut targets = Targets::default();
        for (place, target) in assignment.targets.iter().enumerate() {
            let value =
                fields.decimal(format_args!("assignment.targets[{place}].value"), &target.value);
            let period = last_segment(&target.period);
            targets.values.insert((&target.unit, &target.indicator, period), value);
        }
        targets
    }

    /// The target of a period: its own; else the sum of its parts' where values are added and
    /// every part has one; else the last part's where values count from the start. Parts are
    /// taken as long as possible, halves before quarters before months.
    pub(crate) fn of(
        &self,
        unit: &str,
        indicator: &str,
        measure: &Measure,
        period: &Span,
    ) -> Option<Decimal> {
        let value = |span: &Span| self.values.get(&(unit, indicator, span.id().as_str())).copied();
        if let Some(own) = value(period) {
            return Some(own);
        }
        let shorter = [Length::HalfYear, Length::Quarter, Length::Month];
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
        let targets = Targets::read(assignment, &mut fields);
        fields.check()?;
        let mut gaps = Fields::default();
        for (place, entry) in self.entries.iter().enumerate() {
            let Some(track) = self.track_in(entry.track.track_id(), &span.id()) else { continue };
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
                    match targets.of(unit, &indicator, measure, &span) {
                        None => {
                            let message =
                                format!("{unit} has no target of {} for {}", indicator, span.id());
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
