//! The methods of leaves: one arm each.

use engine::{Bounds, Curve, Method, RankTable, SlopeSide, Through};

use super::Text;

/// Writes a method's parameters.
pub(super) fn write(method: &Method, text: &mut Text) {
    match method {
        Method::Marks(_)
        | Method::Control(_)
        | Method::RatioToLeader(_)
        | Method::Contribution(_) => {}
        Method::Completion(it) => text.number("cap", it.cap),
        Method::Efficacy(it) => {
            bounds(&it.bounds, text);
            text.number("base", it.base);
            text.bare("unclamped", it.unclamped);
            if let Some(form) = &it.exponential {
                text.number("exponential.a", form.a);
                text.number("exponential.b", form.b);
            }
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
                    if let Some(condition) = &step.precondition {
                        text.quoted("precondition.indicator", &condition.indicator);
                        text.optional("precondition.at_least", condition.at_least);
                        text.optional("precondition.at_most", condition.at_most);
                    }
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
        Method::RankBands(it) => list("bands", &it.bands, text, |band, text| {
            match band.through {
                Through::Rank(rank) => text.bare("through", rank),
                Through::Percent(share) => text.number("through_percent", share),
                Through::All => {}
            }
            text.number("points", band.points);
        }),
        Method::Interpolation(it) => list("knots", &it.knots, text, |knot, text| {
            text.number("value", knot.value);
            text.number("points", knot.points);
        }),
        Method::Slopes(it) => {
            text.optional("at", it.at);
            text.bare("percent", it.percent);
            text.number("base", it.base);
            text.inside("over", |text| side(&it.over, text));
            text.inside("short", |text| side(&it.short, text));
        }
        Method::Cliff(it) => {
            text.optional("at", it.at);
            text.bare("percent", it.percent);
            text.number("base", it.base);
            text.number("slope", it.slope);
            text.number("most", it.most);
        }
        Method::PacePoints(it) => {
            match &it.curve {
                Curve::ByDay => text.bare("curve", "by_day"),
                Curve::ByRound => text.bare("curve", "by_round"),
                Curve::Plan => text.bare("curve", "plan"),
                Curve::Listed(shares) => {
                    for (place, share) in shares.iter().enumerate() {
                        text.number(&format!("listed.shares[{place}]"), *share);
                    }
                }
            }
            text.number("bonus", it.bonus);
            text.number("bonus_cap", it.bonus_cap);
        }
        Method::MilestonePoints(it) => {
            list("late", &it.late, text, |late, text| {
                if let Some(days) = late.within_days {
                    text.bare("within_days", days);
                }
                text.number("credit", late.credit);
            });
            text.bare("count_pending", it.count_pending);
            // Schemes of before there was a choice keep their digest.
            if it.carry_overdue {
                text.bare("carry_overdue", true);
            }
        }
        Method::CaseHandling(it) => list("kinds", &it.kinds, text, |kind, text| {
            text.quoted("indicator", &kind.indicator);
            text.number("credit", kind.credit);
        }),
        Method::Ballots(it) => {
            list("marks", &it.marks, text, |mark, text| {
                text.quoted("mark", &mark.mark);
                text.number("value", mark.value);
            });
            list("groups", &it.groups, text, |group, text| {
                text.quoted("group", &group.group);
                text.number("weight", group.weight);
            });
            text.number("full", it.full);
            if let Some(above) = it.trim_above {
                text.bare("trim_above", above);
            }
        }
        Method::ExpressionPoints(it) => text.bare("unclamped", it.unclamped),
    }
}

fn list<T>(field: &str, parts: &[T], text: &mut Text, write: impl Fn(&T, &mut Text)) {
    for (place, part) in parts.iter().enumerate() {
        text.inside(format!("{field}[{place}]"), |text| write(part, text));
    }
}

fn side(side: &SlopeSide, text: &mut Text) {
    list("segments", &side.segments, text, |segment, text| {
        text.optional("width", segment.width);
        text.number("slope", segment.slope);
    });
    text.optional("cap", side.cap);
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
