//! The methods of leaves: one arm each.

use engine::{Bounds, Method, RankTable};

use super::Text;

/// Writes a method's parameters.
pub(super) fn write(method: &Method, text: &mut Text) {
    match method {
        Method::Marks(_) | Method::Control(_) => {}
        Method::Completion(it) => text.number("cap", it.cap),
        Method::Efficacy(it) => {
            bounds(&it.bounds, text);
            text.number("base", it.base);
            text.bare("unclamped", it.unclamped);
        }
        Method::MinMax(it) => {
            bounds(&it.bounds, text);
            text.bare("unclamped", it.unclamped);
        }
        Method::Steps(it) => {
            for (place, step) in it.steps.iter().enumerate() {
                text.inside(format!("steps[{place}]"), |text| {
                    text.optional("threshold", step.threshold);
                    text.number("points", step.points);
                });
            }
        }
        Method::RankTable(RankTable::Listed(points)) => {
            for (place, points) in points.iter().enumerate() {
                text.number(&format!("points[{place}]"), *points);
            }
        }
        Method::RankTable(RankTable::Falling { start, step, floor }) => {
            text.number("start", *start);
            text.number("step", *step);
            text.number("floor", *floor);
        }
        Method::DeductPerEvent(it) => {
            text.number("deduction", it.deduction);
            text.number("floor", it.floor);
        }
    }
}

fn bounds(bounds: &Bounds, text: &mut Text) {
    match bounds {
        Bounds::Fixed { low, high } => {
            text.number("bounds.fixed.low", *low);
            text.number("bounds.fixed.high", *high);
        }
        Bounds::Cohort => text.bare("bounds", "cohort"),
    }
}
