//! The methods of leaves: one arm each.

use engine::{
    Bounds, Completion, Control, DeductPerEvent, Efficacy, Marks, Method, MinMax, RankTable, Step,
    Steps,
};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

/// Reads the method of the leaf at `path`.
pub(super) fn read(path: &str, given: Option<&pb::leaf::Method>, fields: &mut Fields) -> Method {
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
        }),
        Some(Given::MinMax(given)) => Method::MinMax(MinMax {
            bounds: bounds(&format!("{path}.min_max.bounds"), given.bounds.as_ref(), fields),
            unclamped: given.unclamped,
        }),
        Some(Given::Steps(given)) => Method::Steps(steps(&format!("{path}.steps"), given, fields)),
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
        None => {
            let message = "must have one of marks, completion, control, efficacy, min_max, steps, rank_table, \
                           deduct_per_event";
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

fn steps(path: &str, given: &pb::Steps, fields: &mut Fields) -> Steps {
    let mut step = |(place, given): (usize, &pb::steps::Step)| Step {
        threshold: fields
            .optional_decimal(format_args!("{path}.steps[{place}].threshold"), &given.threshold),
        points: fields.decimal(format_args!("{path}.steps[{place}].points"), &given.points),
    };
    Steps { steps: given.steps.iter().enumerate().map(&mut step).collect() }
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
