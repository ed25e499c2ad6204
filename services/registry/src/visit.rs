//! Visits (走访): leaders on site, and what they decided there (Q8). A ledger.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{Collection, Reference};

/// How visits are named.
pub(crate) static NAME: Pattern = Pattern::new("visit", "districts/{district}/visits/{visit}");

kit::numbered! {
    /// What sort of visit it was.
    enum Kind {
        /// 走访.
        Site = 1,
        /// 现场会商会办.
        JointDecision = 2,
    }
}

/// A visit.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) district: String,
    /// Counts the visits of the district, from 1.
    pub(crate) sequence: i64,
    /// Id of the project that was visited.
    pub(crate) project: Option<String>,
    /// Id of the task that was visited.
    pub(crate) task: Option<String>,
    /// Id of the post of the leader who came.
    pub(crate) leader_post: String,
    pub(crate) day: Date,
    pub(crate) kind: Kind,
    /// Ids of the units that were there.
    pub(crate) units: Vec<String>,
    pub(crate) decisions: Vec<String>,
    pub(crate) note: String,
    pub(crate) create_time: Timestamp,
}

/// What was counted for one project, task or leader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) visits: i32,
    pub(crate) joint_decisions: i32,
    pub(crate) decisions: i32,
    /// Mondays of the weeks with a visit.
    pub(crate) weeks: BTreeSet<Date>,
}

/// The project or task that a visit was to, projects first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Project(String),
    Task(String),
}

impl Visit {
    /// Every definition it names.
    pub(crate) fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.extend(Reference::optional("project", Collection::Project, &self.project));
        all.extend(Reference::optional("task", Collection::Task, &self.task));
        all.push(Reference::new("leader_post", Collection::Post, &self.leader_post));
        all.extend(Reference::list("units", Collection::Unit, &self.units));
        all
    }

    /// What is wrong with it beyond its single fields, judged on `today`.
    pub(crate) fn check(&self, fields: &mut Fields, at: &str, today: Date) {
        if self.project.is_some() == self.task.is_some() {
            let message = "must be to a project or to a task, and to one of them";
            fields.violation(format_args!("{at}.project"), "ONE_OWNER", message);
        }
        if self.day > today {
            let message = format!("{} is still to come; today is {today}", self.day);
            fields.violation(format_args!("{at}.day"), "FUTURE_DATE", message);
        }
        if self.kind == Kind::JointDecision && self.decisions.is_empty() {
            let message = "a joint decision says what was decided";
            fields.violation(format_args!("{at}.decisions"), "REQUIRED", message);
        }
    }

    fn owner(&self) -> Owner {
        match (&self.project, &self.task) {
            (Some(project), _) => Owner::Project(project.clone()),
            (None, task) => Owner::Task(task.clone().unwrap_or_default()),
        }
    }
}

impl Tally {
    fn take(&mut self, visit: &Visit) {
        self.visits += 1;
        self.joint_decisions += i32::from(visit.kind == Kind::JointDecision);
        self.decisions += visit.decisions.len() as i32;
        self.weeks.insert(monday(visit.day));
    }
}

/// Counts `visits` by what was visited and by leader; `owners` and `leaders` are those that are
/// counted even where nobody came.
pub(crate) fn tally(
    visits: &[Visit],
    owners: impl Iterator<Item = Owner>,
    leaders: impl Iterator<Item = String>,
) -> (BTreeMap<Owner, Tally>, BTreeMap<String, Tally>) {
    let mut by_owner: BTreeMap<Owner, Tally> = owners.map(|it| (it, Tally::default())).collect();
    let mut by_leader: BTreeMap<String, Tally> = leaders.map(|it| (it, Tally::default())).collect();
    for visit in visits {
        by_owner.entry(visit.owner()).or_default().take(visit);
        by_leader.entry(visit.leader_post.clone()).or_default().take(visit);
    }
    (by_owner, by_leader)
}

/// Mondays of the weeks of which some day lies from `first` to `last`.
pub(crate) fn weeks(first: Date, last: Date) -> Vec<Date> {
    let mut week = monday(first);
    let mut weeks = Vec::new();
    while week <= last {
        weeks.push(week);
        week = week.saturating_add(7.days());
    }
    weeks
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_count_by_any_day() {
        // Q8
        let texts = |first, last| -> Vec<String> {
            weeks(first, last).iter().map(Date::to_string).collect()
        };
        assert_eq!(texts(date(2022, 9, 4), date(2022, 9, 4)), ["2022-08-29"]);
        assert_eq!(texts(date(2022, 9, 5), date(2022, 9, 11)), ["2022-09-05"]);
        assert_eq!(
            texts(date(2022, 9, 4), date(2022, 9, 12)),
            ["2022-08-29", "2022-09-05", "2022-09-12"]
        );
        assert!(texts(date(2022, 9, 12), date(2022, 9, 4)).is_empty());
    }
}
