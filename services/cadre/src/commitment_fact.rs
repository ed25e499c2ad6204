//! Facts about commitments (S3): what the working group finds each quarter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::Violation;
use kit::name::Pattern;

use crate::commitment::{Commitment, State};
use crate::evidence::Evidence;

/// How facts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("commitment fact", "districts/{district}/commitments/{commitment}/facts/{fact}");

kit::numbered! {
    /// How a fact was found.
    enum Kind {
        /// By a survey.
        Survey = 1,
        /// On site.
        SiteVisit = 2,
        /// At an event.
        Event = 3,
        /// In a talk.
        Talk = 4,
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Its position in the district's ledger of facts, and its id.
    pub(crate) sequence: i64,
    /// Position of the commitment.
    pub(crate) commitment: i64,
    pub(crate) period: String,
    pub(crate) kind: Kind,
    pub(crate) date: Date,
    pub(crate) text: String,
    pub(crate) percent: Option<i32>,
    /// The milestone that was reached, from 1.
    pub(crate) milestone: Option<i32>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) filer: String,
    pub(crate) create_time: Timestamp,
}

/// What is known for one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) facts: i32,
    pub(crate) percent: Option<i32>,
}

/// What the facts say by period.
pub(crate) fn progress(facts: &[Fact]) -> BTreeMap<&str, Progress> {
    let mut periods: BTreeMap<&str, Progress> = BTreeMap::new();
    for fact in facts {
        let progress = periods.entry(&fact.period).or_default();
        progress.facts += 1;
        progress.percent = fact.percent.or(progress.percent);
    }
    periods
}

/// When a milestone was reached, counted from 1.
pub(crate) fn reached(facts: &[Fact], milestone: usize) -> Option<Date> {
    let at = |fact: &&Fact| fact.milestone == i32::try_from(milestone).ok();
    facts.iter().find(at).map(|fact| fact.date)
}

impl Fact {
    /// What stands in the way of filing it under a commitment that has the facts before it.
    pub(crate) fn fault(&self, of: &Commitment, today: Date) -> Option<Violation> {
        let fault = |field: &str, reason, message: String| {
            Some(Violation { field: field.to_owned(), reason, message })
        };
        if !matches!(of.state(), State::Approved | State::Published) {
            let message = "facts are filed from the approval to the verdict".to_owned();
            return fault("commitment", "WRONG_STATE", message);
        }
        if !self.period.starts_with(&format!("{:04}", of.made.year)) {
            let message = format!("is for {}, the period {} is not", of.made.year, self.period);
            return fault("period", "OTHER_YEAR", message);
        }
        if self.date > today {
            return fault("fact_date", "IN_FUTURE", format!("{today} is today"));
        }
        let milestone = usize::try_from(self.milestone?).unwrap_or(usize::MAX);
        let count = of.text().milestones.len();
        if milestone > count {
            return fault("milestone", "UNKNOWN_MILESTONE", format!("there are {count}"));
        }
        let date = reached(&of.facts, milestone)?;
        fault("milestone", "MILESTONE_REACHED", format!("it was reached on {date}"))
    }
}
