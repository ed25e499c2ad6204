//! Tasks (任务榜): what a district resolves to do (B5, Q1).

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How tasks are named.
pub(crate) static NAME: Pattern = Pattern::new("task", "districts/{district}/tasks/{task}");

kit::numbered! {
    /// What sort of task it is (Q1).
    enum Class {
        /// Key reform (重要改革).
        Reform = 1,
        /// Assault (攻城拔寨).
        Assault = 2,
        /// Bottom line (底线必保).
        BottomLine = 3,
        /// Key work of the district (重点工作, X1).
        KeyWork = 4,
    }
}

kit::numbered! {
    /// Where a task stands.
    enum State {
        /// Under way.
        Open = 1,
        /// Done.
        Done = 2,
        /// Ended without being done.
        NotDone = 3,
    }
}

/// A task.
pub(crate) type Task = Definition<Contents>;

/// What is to be reached in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    /// Id of the period.
    pub(crate) period: String,
    pub(crate) text: String,
}

/// What the office says of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) class: Class,
    /// Id of the list on which offices agree.
    pub(crate) task_list: Option<String>,
    /// Id of the unit that leads it (牵头单位).
    pub(crate) lead_unit: String,
    /// Ids of the units that work on it.
    pub(crate) member_units: Vec<String>,
    /// Ids of the posts of the leading officials who take it on.
    pub(crate) leader_posts: Vec<String>,
    /// Id of the project it is about.
    pub(crate) project: Option<String>,
    /// Ids of the indicators by which it is measured.
    pub(crate) indicators: Vec<String>,
    /// 目标效果.
    pub(crate) target_effect: String,
    /// 完成时限.
    pub(crate) deadline: Option<Date>,
    pub(crate) goals: Vec<Goal>,
    /// Where it stands.
    pub(crate) state: State,
    /// When it was closed.
    pub(crate) close_time: Option<Timestamp>,
    /// What came of it.
    pub(crate) conclusion: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Task
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.extend(Reference::optional("task_list", Collection::TaskList, &self.task_list));
        all.push(Reference::new("lead_unit", Collection::Unit, &self.lead_unit));
        all.extend(Reference::list("member_units", Collection::Unit, &self.member_units));
        all.extend(Reference::list("leader_posts", Collection::Post, &self.leader_posts));
        all.extend(Reference::optional("project", Collection::Project, &self.project));
        all.extend(Reference::list("indicators", Collection::Indicator, &self.indicators));
        all.extend(self.goals.iter().enumerate().map(|(index, goal)| {
            let field = format!("goals[{index}].period");
            Reference::new(&field, Collection::Period, &goal.period)
        }));
        all
    }

    fn keep(&mut self, before: &Self) {
        self.state = before.state;
        self.close_time = before.close_time;
        self.conclusion.clone_from(&before.conclusion);
    }

    fn judge(&self, before: &Self, _: &str) -> Result<(), Unfit> {
        before.refuse_closed()
    }
}

impl Contents {
    /// Closes it with what came of it.
    pub(crate) fn close(
        &mut self,
        is_done: bool,
        conclusion: String,
        now: Timestamp,
    ) -> Result<(), Unfit> {
        self.refuse_closed()?;
        self.state = if is_done { State::Done } else { State::NotDone };
        self.conclusion = conclusion;
        self.close_time = Some(now);
        Ok(())
    }

    fn refuse_closed(&self) -> Result<(), Unfit> {
        match self.close_time {
            None => Ok(()),
            Some(time) => Err(("TASK_CLOSED", format!("was closed at {time}"))),
        }
    }
}
