//! What a subject is to reach along the way: points of a plan, and milestones.

use rust_decimal::Decimal;

use super::Share;

/// A point of a subject's own plan (计划进度): so much is to be reached by the time that this
/// share of the period has elapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanPoint {
    /// The share of the period.
    pub elapsed: Share,
    /// The value to be reached by then, counted from the start of the period.
    pub value: Decimal,
}

/// A day, counted from any one day; only the distance between days matters.
pub type Day = i64;

/// The milestones of one subject (倒排工期) on the day for which it is scored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Milestones {
    /// The first day of what is scored: what was due before is overdue from former periods.
    pub since: Day,
    /// The last day that has elapsed.
    pub as_of: Day,
    /// In the order of the plan.
    pub list: Vec<Milestone>,
}

/// One milestone (节点).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its id, unique in the list.
    pub milestone_id: String,
    /// Its points, above 0, on whatever scale the list uses.
    pub points: Decimal,
    /// The last day on which it is on time.
    pub due: Day,
    /// The day on which it was reached; absent while it is not.
    pub reached: Option<Day>,
    /// Names of the observations behind it.
    pub sources: Vec<String>,
}
