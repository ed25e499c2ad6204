//! Enrolments (S9, H10): a person's part in a training.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;

/// How enrolments are named; the last segment is the person's id.
pub(crate) static NAME: Pattern =
    Pattern::new("enrolment", "districts/{district}/trainings/{training}/enrolments/{enrolment}");

kit::numbered! {
    /// Whether somebody was there.
    enum Presence {
        /// There.
        Present = 1,
        /// Away with leave.
        Leave = 2,
        /// Away without leave.
        Absent = 3,
    }
}

kit::numbered! {
    /// What came of a training.
    enum Outcome {
        /// Passed.
        Passed = 1,
        /// Passed with distinction.
        Excellent = 2,
        /// Not passed.
        Failed = 3,
        /// Left before the end.
        Withdrawn = 4,
    }
}

/// A person's part in a training.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    /// Its position in the district's ledger.
    pub(crate) sequence: i64,
    /// Position of the training.
    pub(crate) training: i64,
    pub(crate) person: String,
    /// The latest record of each day.
    pub(crate) attendance: BTreeMap<Date, (Presence, String)>,
    /// The latest.
    pub(crate) outcome: Option<Result>,
    pub(crate) create_time: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Result {
    pub(crate) outcome: Outcome,
    /// The place in an arena; 0 for none.
    pub(crate) place: i32,
    pub(crate) note: String,
}

impl Enrolment {
    /// Days on which the person was there, and was not.
    pub(crate) fn days(&self) -> (i32, i32) {
        let there = |(presence, _): &&(Presence, String)| *presence == Presence::Present;
        let present = self.attendance.values().filter(there).count();
        (present as i32, (self.attendance.len() - present) as i32)
    }
}

/// The name of an outcome as records print it.
pub(crate) fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "合格",
        Outcome::Excellent => "优秀",
        Outcome::Failed => "不合格",
        Outcome::Withdrawn => "退出",
    }
}
