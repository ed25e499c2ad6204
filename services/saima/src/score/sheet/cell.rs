//! Cells that hold more than a number; parts are divided by `;`.
//!
//! | column | a cell | means |
//! |---|---|---|
//! | `plan:` | `31/90 20; 59/90 50` | 20 by the 31st of 90 days, 50 by the 59th |
//! | `ballots:` | `leaders 好 4; leaders 一般 1; masses 好 15` | rater group, mark, how often |
//! | `milestones:` | `design 40 2023-03-31 2023-03-28; permit 60 2023-05-31` | id, points, due, reached |

use engine::{Day, Milestone, Milestones, PlanPoint, Share, Tally};
use jiff::civil::Date;
use rust_decimal::Decimal;

type Read<T> = Result<T, String>;

pub(super) fn number(text: &str) -> Read<Decimal> {
    kit::decimal::parse(text)
        .ok_or_else(|| format!("`{text}` is no decimal of at most 28 digits, nor empty, nor `n/a`"))
}

/// `31/90`; the whole where nothing is written.
pub(super) fn share(text: &str) -> Read<Share> {
    if text.is_empty() {
        return Ok(Share::WHOLE);
    }
    let parts = text.split_once('/').and_then(|(done, whole)| {
        Some((done.trim().parse::<u32>().ok()?, whole.trim().parse::<u32>().ok()?))
    });
    match parts {
        Some((done, whole)) if whole > 0 && done <= whole => Ok(Share::new(done, whole)),
        _ => Err(format!("`{text}` is no share such as 31/90")),
    }
}

/// Days since 1970-01-01.
pub(super) fn day(text: &str) -> Read<Day> {
    let date: Date = text.parse().map_err(|_| format!("`{text}` is no day such as 2023-01-31"))?;
    let epoch = Date::constant(1970, 1, 1);
    let days = date.since(epoch).map(|span| span.get_days());
    days.map(i64::from).map_err(|_| format!("`{text}` is too far away"))
}

pub(super) fn plan(text: &str) -> Read<Vec<PlanPoint>> {
    parts(text, |words| match words {
        [elapsed, value] => Ok(PlanPoint { elapsed: share(elapsed)?, value: number(value)? }),
        _ => Err("a point of a plan is a share and a value, such as `31/90 20`".to_owned()),
    })
}

pub(super) fn ballots(text: &str) -> Read<Tally> {
    let counted = parts(text, |words| match words {
        [group, mark, count] => {
            let count: u32 =
                count.parse().map_err(|_| format!("`{count}` is no number of ballots"))?;
            Ok(((*group).to_owned(), (*mark).to_owned(), count))
        }
        _ => {
            Err("ballots are a rater group, a mark and a number, such as `leaders 好 4`".to_owned())
        }
    })?;
    let mut tally = Tally::default();
    for (group, mark, count) in counted {
        *tally.groups.entry(group).or_default().entry(mark).or_default() += count;
    }
    Ok(tally)
}

pub(super) fn milestones(text: &str) -> Read<Milestones> {
    let list = parts(text, |words| {
        let (id, points, due, reached) = match words {
            [id, points, due] => (id, points, due, None),
            [id, points, due, reached] => (id, points, due, Some(day(reached)?)),
            _ => {
                return Err(
                    "a milestone is an id, its points, the day it is due and, if it was reached, that day".to_owned()
                );
            }
        };
        let points = number(points)?;
        if points <= Decimal::ZERO {
            return Err(format!("the points of `{id}` must be above 0"));
        }
        Ok(Milestone {
            milestone_id: (*id).to_owned(),
            points,
            due: day(due)?,
            reached,
            sources: Vec::new(),
        })
    })?;
    Ok(Milestones { since: i64::MIN, as_of: 0, list })
}

fn parts<T>(text: &str, read: impl Fn(&[&str]) -> Read<T>) -> Read<Vec<T>> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| read(&part.split_whitespace().collect::<Vec<_>>())).collect()
}
