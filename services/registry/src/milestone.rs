//! Milestones (节点): plan, forecast, actual and what lies between them (Q5).

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::field::Fields;
use kit::name::Pattern;
use rust_decimal::Decimal;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How milestones are named.
pub(crate) static NAME: Pattern =
    Pattern::new("milestone", "districts/{district}/milestones/{milestone}");

kit::numbered! {
    /// What a milestone is on a day.
    enum State {
        /// Its work has not begun by plan.
        NotBegun = 1,
        /// Under way and expected in time.
        UnderWay = 2,
        /// Expected after its planned day.
        AtRisk = 3,
        /// Not reached though its planned day has passed.
        Overdue = 4,
        /// Reached by its planned day.
        Reached = 5,
        /// Reached after its planned day.
        ReachedLate = 6,
    }
}

/// The most points of one.
const MOST_POINTS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// A milestone.
pub(crate) type Milestone = Definition<Contents>;

/// What the office says of a milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the project it belongs to.
    pub(crate) project: Option<String>,
    /// Id of the task it belongs to.
    pub(crate) task: Option<String>,
    /// Id of the unit responsible.
    pub(crate) unit: Option<String>,
    /// What it counts in a score, beside the others of its project or unit.
    pub(crate) points: Decimal,
    /// Day on which the work for it begins, as planned.
    pub(crate) start_date: Date,
    /// Day by which it is to be reached, as planned.
    pub(crate) plan_date: Date,
    /// Day on which it is expected to be reached.
    pub(crate) forecast_date: Option<Date>,
    /// Day on which it was reached.
    pub(crate) actual_date: Option<Date>,
    /// What the last report said.
    pub(crate) note: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Milestone
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Reference::optional("project", Collection::Project, &self.project),
            Reference::optional("task", Collection::Task, &self.task),
            Reference::optional("unit", Collection::Unit, &self.unit),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.project.is_some() == self.task.is_some() {
            let message = "must belong to a project or to a task, and to one of them";
            fields.violation(format_args!("{at}.project"), "ONE_OWNER", message);
        }
        if self.points <= Decimal::ZERO || self.points > MOST_POINTS {
            let message = format!("must be above 0 and at most {MOST_POINTS}");
            fields.violation(format_args!("{at}.points"), "OUT_OF_RANGE", message);
        }
        if self.plan_date < self.start_date {
            let message = format!("{} is before the start on {}", self.plan_date, self.start_date);
            fields.violation(format_args!("{at}.plan_date"), "DATE_ORDER", message);
        }
    }

    fn keep(&mut self, before: &Self) {
        self.forecast_date = before.forecast_date;
        self.actual_date = before.actual_date;
        self.note.clone_from(&before.note);
    }

    fn judge(&self, before: &Self, reason: &str) -> Result<(), Unfit> {
        let plan = |it: &Self| (it.start_date, it.plan_date, it.points);
        if plan(self) != plan(before) && reason.is_empty() {
            let message = format!("its plan of {} changes only for a reason", before.plan_date);
            return Err(("REASON_REQUIRED", message));
        }
        Ok(())
    }
}

/// How a milestone stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: State,
    /// Day on which it was or will be reached, as far as is known.
    pub(crate) end: Date,
    /// Days from its end to its planned day: above 0 early, below 0 late.
    pub(crate) slack: i32,
}

impl Contents {
    /// How it stands on `day`.
    pub(crate) fn standing(&self, day: Date) -> Standing {
        let plan = self.plan_date;
        let (state, end) = match self.actual_date.filter(|actual| *actual <= day) {
            Some(actual) if actual <= plan => (State::Reached, actual),
            Some(actual) => (State::ReachedLate, actual),
            None => {
                let forecast = self.forecast_date.unwrap_or(plan);
                let state = if day > plan {
                    State::Overdue
                } else if forecast > plan {
                    State::AtRisk
                } else if day < self.start_date {
                    State::NotBegun
                } else {
                    State::UnderWay
                };
                (state, forecast.max(day))
            }
        };
        Standing { state, end, slack: (plan - end).get_days() }
    }

    /// Takes what is known of it; what a report does not say stays as it was.
    pub(crate) fn report(&mut self, forecast: Option<Date>, actual: Option<Date>, note: String) {
        self.forecast_date = forecast.or(self.forecast_date);
        self.actual_date = actual.or(self.actual_date);
        self.note = note;
    }

    /// Of which project or task it is part, as charts order them.
    pub(crate) fn owner(&self) -> String {
        match (&self.project, &self.task) {
            (Some(project), _) => format!("projects/{project}"),
            (None, task) => format!("tasks/{}", task.as_deref().unwrap_or_default()),
        }
    }
}

/// What is known of a milestone since it was planned.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) forecast: Option<Date>,
    pub(crate) actual: Option<Date>,
    pub(crate) note: String,
}

/// Works out what `reports` change; `present` are those of the milestones that are there.
/// Faults are named by row.
pub(crate) fn report(
    present: Vec<Milestone>,
    reports: Vec<Report>,
    today: Date,
    now: Timestamp,
) -> kit::Result<Vec<Milestone>> {
    let mut present: HashMap<String, Milestone> =
        present.into_iter().map(|it| (it.id.clone(), it)).collect();
    let (mut fields, mut changed) = (Fields::default(), Vec::new());
    for (index, Report { id, forecast, actual, note }) in reports.into_iter().enumerate() {
        if let Some(actual) = actual.filter(|actual| *actual > today) {
            let message = format!("{actual} is still to come; today is {today}");
            fields.violation(format_args!("reports[{index}].actual_date"), "FUTURE_DATE", message);
        }
        let Some(mut milestone) = present.remove(&id) else {
            let message = format!("there is no milestone {id}");
            fields.violation(format_args!("reports[{index}].name"), "UNKNOWN_MILESTONE", message);
            continue;
        };
        let mut contents = milestone.contents.clone();
        contents.report(forecast, actual, note);
        if contents != milestone.contents {
            milestone.replace(contents, now);
            changed.push(milestone);
        }
    }
    fields.check()?;
    Ok(changed)
}

/// First and last day of steps that take so many days one after another, the last ending on
/// `deadline`; `None` when that begins before the calendar does.
pub(crate) fn back_schedule(deadline: Date, durations: &[i32]) -> Option<Vec<(Date, Date)>> {
    let mut end = deadline;
    let mut spans = Vec::with_capacity(durations.len());
    for days in durations.iter().rev() {
        let start = end.checked_sub((days - 1).days()).ok()?;
        spans.push((start, end));
        end = start.yesterday().ok()?;
    }
    spans.reverse();
    Some(spans)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn milestone(forecast: Option<&str>, actual: Option<&str>) -> Contents {
        Contents {
            display_name: String::new(),
            project: None,
            task: None,
            unit: None,
            points: Decimal::ONE,
            start_date: day("2022-09-05"),
            plan_date: day("2022-12-20"),
            forecast_date: forecast.map(day),
            actual_date: actual.map(day),
            note: String::new(),
        }
    }

    #[test]
    fn a_plan_runs_backwards_from_its_deadline_without_gaps() {
        // Q5
        let spans = back_schedule(day("2022-12-31"), &[10, 1, 31]).unwrap();
        let texts: Vec<_> = spans.iter().map(|(a, b)| format!("{a} {b}")).collect();
        assert_eq!(
            texts,
            ["2022-11-20 2022-11-29", "2022-11-30 2022-11-30", "2022-12-01 2022-12-31"]
        );
        assert_eq!(back_schedule(day("2022-12-31"), &[]), Some(Vec::new()));
        assert_eq!(back_schedule(day("-009999-01-05"), &[10]), None);
    }

    #[test]
    fn a_milestone_stands_by_what_is_known_on_the_day() {
        // Q5
        for (forecast, actual, on, state, end, slack) in [
            (None, None, "2022-09-04", State::NotBegun, "2022-12-20", 0),
            (None, None, "2022-09-05", State::UnderWay, "2022-12-20", 0),
            (None, None, "2022-12-20", State::UnderWay, "2022-12-20", 0),
            (None, None, "2022-12-21", State::Overdue, "2022-12-21", -1),
            (Some("2022-12-01"), None, "2022-10-01", State::UnderWay, "2022-12-01", 19),
            (Some("2022-12-01"), None, "2022-12-10", State::UnderWay, "2022-12-10", 10),
            (Some("2022-12-25"), None, "2022-10-01", State::AtRisk, "2022-12-25", -5),
            (Some("2022-12-25"), None, "2022-12-28", State::Overdue, "2022-12-28", -8),
            (Some("2022-12-25"), Some("2022-12-18"), "2022-12-19", State::Reached, "2022-12-18", 2),
            (None, Some("2022-12-22"), "2022-12-31", State::ReachedLate, "2022-12-22", -2),
            (None, Some("2022-12-22"), "2022-12-21", State::Overdue, "2022-12-21", -1),
        ] {
            let found = milestone(forecast, actual).standing(day(on));
            assert_eq!(
                found,
                Standing { state, end: day(end), slack },
                "{forecast:?} {actual:?} {on}"
            );
        }
    }
}
