//! Which number a leaf scores.

use std::fmt::Display;

use engine::{Difficulty, Figure, GrowthBy, Otherwise, Reconciled};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::formula;
use crate::indicators::Indicators;

/// The figure that a leaf was given.
pub(super) struct Read {
    pub(super) figure: Figure,
    /// It needs no indicator of the leaf's own.
    pub(super) stands_alone: bool,
}

/// Reads the figure of the leaf at `path`: its own, or the formula that is its method.
pub(super) fn read(
    path: &str,
    given: &pb::Leaf,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Read {
    let source = given.figure.as_ref().map(|figure| figure.source.as_ref());
    if let Some(pb::leaf::Method::Expression(method)) = &given.method {
        if source.is_some() {
            let message = "the formula is the figure: leave this out, or take another method";
            fields.violation(format_args!("{path}.figure"), "FIGURE", message);
        }
        let field = format!("{path}.expression.formula");
        return expression(&field, &method.formula, indicators, fields);
    }
    match source {
        None => Read { figure: Figure::Value, stands_alone: false },
        Some(None) => {
            let message = "must have one of growth, best_of, worst_of, reconciled, difficulty, expression, points_of";
            fields.violation(format_args!("{path}.figure"), "FIGURE_REQUIRED", message);
            Read { figure: Figure::Value, stands_alone: true }
        }
        Some(Some(pb::figure::Source::Expression(text))) => {
            expression(&format!("{path}.figure.expression"), text, indicators, fields)
        }
        Some(Some(pb::figure::Source::PointsOf(node))) => {
            Read { figure: Figure::Points(node.clone()), stands_alone: true }
        }
        Some(Some(source)) => {
            let figure = of_indicators(&format!("{path}.figure"), source, indicators, fields);
            Read { figure, stands_alone: false }
        }
    }
}

fn expression(field: &str, text: &str, indicators: &Indicators, fields: &mut Fields) -> Read {
    let figure = match formula::read(text, indicators) {
        Ok(expression) => Figure::Expression(expression),
        Err(faults) => {
            for fault in faults {
                fields.violation(field, fault.reason, fault.message);
            }
            Figure::Value
        }
    };
    Read { figure, stands_alone: true }
}

fn of_indicators(
    path: &str,
    source: &pb::figure::Source,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Figure {
    use pb::figure::Source;
    let mut all = |name: &str, given: &pb::Alternatives| {
        let given = given.indicators.iter().enumerate();
        let read = |(place, it): (usize, &String)| {
            other(format!("{path}.{name}.indicators[{place}]"), it, indicators, fields)
        };
        given.map(read).collect()
    };
    match source {
        Source::BestOf(given) => Figure::BestOf(all("best_of", given)),
        Source::WorstOf(given) => Figure::WorstOf(all("worst_of", given)),
        Source::Growth(given) => {
            let by = fields
                .optional_choice::<pb::growth::By>(format_args!("{path}.growth.by"), given.by);
            Figure::Growth(match by {
                Some(pb::growth::By::Amount) => GrowthBy::Amount,
                Some(pb::growth::By::Rate | pb::growth::By::Unspecified) | None => GrowthBy::Rate,
            })
        }
        Source::Reconciled(given) => {
            let path = format!("{path}.reconciled");
            let otherwise = fields.optional_choice::<pb::reconciled::Otherwise>(
                format_args!("{path}.otherwise"),
                given.otherwise,
            );
            use pb::reconciled::Otherwise as Given;
            Figure::Reconciled(Reconciled {
                verified: other(format!("{path}.verified"), &given.verified, indicators, fields),
                tolerance: fields
                    .optional_decimal(format_args!("{path}.tolerance"), &given.tolerance)
                    .unwrap_or(Decimal::ZERO),
                percent: given.percent,
                otherwise: match otherwise {
                    Some(Given::Verified) => Otherwise::Verified,
                    Some(Given::VerifiedLessDifference) => Otherwise::VerifiedLessDifference,
                    Some(Given::Nothing | Given::Unspecified) | None => Otherwise::Nothing,
                },
            })
        }
        Source::Difficulty(given) => {
            let path = format!("{path}.difficulty");
            Figure::Difficulty(Difficulty {
                factor: other(format!("{path}.factor"), &given.factor, indicators, fields),
                least: fields
                    .optional_decimal(format_args!("{path}.least"), &given.least)
                    .unwrap_or(Decimal::ONE),
                most: fields
                    .optional_decimal(format_args!("{path}.most"), &given.most)
                    .unwrap_or(Decimal::new(135, 2)),
            })
        }
        Source::Expression(_) | Source::PointsOf(_) => Figure::Value,
    }
}

/// A further indicator by its name, which must be known.
pub(super) fn other(
    field: String,
    name: &str,
    indicators: &Indicators,
    fields: &mut Fields,
) -> String {
    if indicators.get(name).is_none() {
        unknown(field, name, fields);
    }
    name.to_owned()
}

/// Notes that there is no indicator of that name.
pub(super) fn unknown(field: impl Display, name: &str, fields: &mut Fields) {
    let (reason, message) = match name {
        "" => ("REQUIRED", "must be an indicator name".to_owned()),
        name => ("UNKNOWN_INDICATOR", format!("there is no indicator {name}")),
    };
    fields.violation(field, reason, message);
}
