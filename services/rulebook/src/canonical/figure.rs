//! Which number a leaf scores; the plain value has no line.

use engine::{Figure, GrowthBy, Otherwise};

use super::Text;

/// Writes a figure.
pub(super) fn write(figure: &Figure, text: &mut Text) {
    if *figure == Figure::Value {
        return;
    }
    text.inside("figure", |text| match figure {
        Figure::Value => {}
        Figure::Growth(GrowthBy::Rate) => text.bare("growth.by", "RATE"),
        Figure::Growth(GrowthBy::Amount) => text.bare("growth.by", "AMOUNT"),
        Figure::BestOf(others) | Figure::WorstOf(others) => {
            for (place, other) in others.iter().enumerate() {
                text.quoted(&format!("{}.indicators[{place}]", figure.name()), other);
            }
        }
        Figure::Reconciled(it) => text.inside("reconciled", |text| {
            text.quoted("verified", &it.verified);
            text.number("tolerance", it.tolerance);
            text.bare("percent", it.percent);
            let otherwise = match it.otherwise {
                Otherwise::Nothing => "NOTHING",
                Otherwise::Verified => "VERIFIED",
                Otherwise::VerifiedLessDifference => "VERIFIED_LESS_DIFFERENCE",
            };
            text.bare("otherwise", otherwise);
        }),
        Figure::Difficulty(it) => text.inside("difficulty", |text| {
            text.quoted("factor", &it.factor);
            text.number("least", it.least);
            text.number("most", it.most);
        }),
        Figure::Points(node) => text.quoted("points_of", node),
        Figure::Expression(expression) => text.quoted("expression", &expression.to_string()),
    });
}
