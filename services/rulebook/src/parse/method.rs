//! The methods of leaves: one arm each.

mod further;

use engine::{
    Bounds, Completion, Contribution, Control, DeductPerEvent, Efficacy, Exponential,
    ExpressionPoints, Marks, Method, MinMax, Precondition, RankTable, RatioToLeader, Step, Steps,
};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::figure;
use crate::indicators::Indicators;

/// Reads the method of the leaf at `path`, whose node has so many points at stake.
pub(super) fn read(
    path: &str,
    given: Option<&pb::leaf::Method>,
    weight: Decimal,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Method {
    use pb::leaf::Method as Given;
    match given {
        Some(Given::Marks(pb::Marks {})) => Method::Marks(Marks {}),
        Some(Given::Completion(given)) => Method::Completion(Completion {
            cap: fields
                .optional_decimal(format_args!("{path}.completion.cap"), &given.cap)
                .unwrap_or(Decimal::ONE),
        }),
        Some(Given::Control(pb::Control {})) => Method::Control(Control {}),
        Some(Given::Efficacy(given)) => Method::Efficacy(Efficacy {
            bounds: bounds(&format!("{path}.efficacy.bounds"), given.bounds.as_ref(), fields),
            base: fields
                .optional_decimal(format_args!("{path}.efficacy.base"), &given.base)
                .unwrap_or(Decimal::from(60)),
            unclamped: given.unclamped,
            exponential: given.exponential.as_ref().map(|form| Exponential {
                a: fields.decimal(format_args!("{path}.efficacy.exponential.a"), &form.a),
                b: fields.decimal(format_args!("{path}.efficacy.exponential.b"), &form.b),
            }),
        }),
        Some(Given::MinMax(given)) => Method::MinMax(MinMax {
            bounds: bounds(&format!("{path}.min_max.bounds"), given.bounds.as_ref(), fields),
            unclamped: given.unclamped,
        }),
        Some(Given::Steps(given)) => {
            Method::Steps(steps(&format!("{path}.steps"), given, indicators, fields))
        }
        Some(Given::RankTable(given)) => {
            Method::RankTable(rank_table(&format!("{path}.rank_table"), given, fields))
        }
        Some(Given::DeductPerEvent(given)) => Method::DeductPerEvent(DeductPerEvent {
            deduction: {
                let field = format!("{path}.deduct_per_event.deduction");
                fields.decimal(field, &given.deduction)
            },
            floor: fields
                .optional_decimal(format_args!("{path}.deduct_per_event.floor"), &given.floor)
                .unwrap_or(Decimal::ZERO),
        }),
        Some(Given::RatioToLeader(pb::RatioToLeader {})) => Method::RatioToLeader(RatioToLeader {}),
        Some(Given::Contribution(pb::Contribution {})) => Method::Contribution(Contribution {}),
        Some(Given::Expression(given)) => {
            // The formula itself is the leaf's figure.
            Method::ExpressionPoints(ExpressionPoints { unclamped: given.unclamped })
        }
        Some(Given::RankBands(given)) => {
            Method::RankBands(further::rank_bands(&format!("{path}.rank_bands"), given, fields))
        }
        Some(Given::Interpolation(given)) => {
            let path = format!("{path}.interpolation");
            Method::Interpolation(further::interpolation(&path, given, fields))
        }
        Some(Given::Slopes(given)) => {
            Method::Slopes(further::slopes(&format!("{path}.slopes"), given, weight, fields))
        }
        Some(Given::Cliff(given)) => {
            Method::Cliff(further::cliff(&format!("{path}.cliff"), given, weight, fields))
        }
        Some(Given::Pace(given)) => {
            Method::PacePoints(further::pace(&format!("{path}.pace"), given, fields))
        }
        Some(Given::Milestones(given)) => {
            let path = format!("{path}.milestones");
            Method::MilestonePoints(further::milestones(&path, given, fields))
        }
        Some(Given::CaseHandling(given)) => {
            let path = format!("{path}.case_handling");
            Method::CaseHandling(further::case_handling(&path, given, indicators, fields))
        }
        Some(Given::Ballots(given)) => {
            Method::Ballots(further::ballots(&format!("{path}.ballots"), given, fields))
        }
        None => {
            let message = "must have one of marks, completion, control, efficacy, min_max, steps, rank_table, \
                           deduct_per_event, ratio_to_leader, rank_bands, interpolation, slopes, cliff, pace, \
                           milestones, case_handling, ballots, contribution, expression";
            fields.violation(path, "METHOD_REQUIRED", message);
            Method::Marks(Marks {})
        }
    }
}

fn bounds(path: &str, given: Option<&pb::Bounds>, fields: &mut Fields) -> Bounds {
    match given.and_then(|given| given.source.as_ref()) {
        Some(pb::bounds::Source::Fixed(fixed)) => Bounds::Fixed {
            low: fields.decimal(format_args!("{path}.fixed.low"), &fixed.low),
            high: fields.decimal(format_args!("{path}.fixed.high"), &fixed.high),
        },
        Some(pb::bounds::Source::Cohort(_)) => Bounds::Cohort,
        None => {
            fields.violation(path, "REQUIRED", "must have one of fixed, cohort");
            Bounds::Cohort
        }
    }
}

fn steps(path: &str, given: &pb::Steps, indicators: &Indicators, fields: &mut Fields) -> Steps {
    let step = |(place, given): (usize, &pb::steps::Step)| {
        let path = format!("{path}.steps[{place}]");
        let threshold = fields.optional_decimal(format_args!("{path}.threshold"), &given.threshold);
        let points = fields.decimal(format_args!("{path}.points"), &given.points);
        let precondition = given.precondition.as_ref().map(|given| {
            let path = format!("{path}.precondition");
            Precondition {
                indicator: figure::other(
                    format!("{path}.indicator"),
                    &given.indicator,
                    indicators,
                    fields,
                ),
                at_least: fields.optional_decimal(format_args!("{path}.at_least"), &given.at_least),
                at_most: fields.optional_decimal(format_args!("{path}.at_most"), &given.at_most),
            }
        });
        Step { threshold, points, precondition }
    };
    Steps { steps: given.steps.iter().enumerate().map(step).collect() }
}

fn rank_table(path: &str, given: &pb::RankTable, fields: &mut Fields) -> RankTable {
    let falls = given.start.is_some() || given.step.is_some() || given.floor.is_some();
    if !given.points.is_empty() && falls {
        let message = "either points are listed, or they fall from start by step to floor";
        fields.violation(path, "RANK_TABLE", message);
    }
    if !falls {
        let points = given.points.iter().enumerate();
        let read = |(place, it): (usize, &proto::google::r#type::Decimal)| {
            fields.decimal_text(format_args!("{path}.points[{place}]"), &it.value)
        };
        return RankTable::Listed(points.map(read).collect());
    }
    RankTable::Falling {
        start: fields.decimal(format_args!("{path}.start"), &given.start),
        step: fields.decimal(format_args!("{path}.step"), &given.step),
        floor: fields
            .optional_decimal(format_args!("{path}.floor"), &given.floor)
            .unwrap_or(Decimal::ZERO),
    }
}
