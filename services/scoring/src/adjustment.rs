//! The ledger of bonuses and deductions (加减分, S5, X9): entries, and the steps they take. Where
//! an entry stands follows from its steps and from the day (Q7), so that nobody has to be
//! there when a term ends.

use engine::{Entry, EntryStanding};
use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};
use rust_decimal::Decimal;

use crate::report::Evidence;

/// How entries are named.
pub(crate) static NAME: Pattern =
    Pattern::new("adjustment", "districts/{district}/adjustments/{adjustment}");

kit::numbered! {
    /// What an entry goes back to.
    enum Source {
        /// A leader's written instruction.
        Instruction = 1,
        /// A remark made in a meeting.
        MeetingRemark = 2,
        /// A bulletin.
        Bulletin = 3,
        /// An inspection's finding.
        Inspection = 4,
        /// An award or result of a higher level.
        HigherLevel = 5,
        /// A complaint that was looked into.
        Complaint = 6,
        /// Something else.
        Other = 7,
    }
}

/// What somebody enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the subject.
    pub(crate) unit: String,
    pub(crate) period: String,
    pub(crate) scheme: String,
    pub(crate) item: String,
    /// Absent where the item says how many.
    pub(crate) points: Option<Decimal>,
    pub(crate) level: String,
    pub(crate) matter: String,
    pub(crate) ground: String,
    pub(crate) source: Source,
    pub(crate) citation: String,
    /// Position of the inspection, and the finding's number in it.
    pub(crate) finding: Option<(i64, i64)>,
    pub(crate) occur_date: Date,
    pub(crate) evidence: Vec<Evidence>,
    /// The last day of a provisional deduction's term.
    pub(crate) due_date: Option<Date>,
}

/// One entry with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Adjustment {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    pub(crate) track: String,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// A step that an entry took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where it stood from then on.
    pub(crate) standing: EntryStanding,
    pub(crate) reason: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) create_time: Timestamp,
}

impl Step {
    /// The step of a provisional deduction whose term has ended.
    pub(crate) fn due(now: Timestamp) -> Self {
        let reason = "到期未完成，预扣分转为正式扣分".to_owned();
        Self { standing: EntryStanding::Final, reason, evidence: Vec::new(), create_time: now }
    }
}

impl Adjustment {
    /// Where it stands on a day of the district's: by its last step, else by its term, which
    /// includes its last day.
    pub(crate) fn standing(&self, today: Date) -> EntryStanding {
        match (self.steps.last(), self.contents.due_date) {
            (Some(step), _) => step.standing,
            (None, Some(due)) if today <= due => EntryStanding::Provisional,
            (None, _) => EntryStanding::Final,
        }
    }

    /// Takes a step; refused when it does not follow from where the entry stands.
    pub(crate) fn take(&mut self, district: &str, step: Step, today: Date) -> Result<()> {
        let (stands, subject) = (self.standing(today), name(district, self.sequence));
        match step.standing {
            EntryStanding::Lifted if stands != EntryStanding::Provisional => {
                let message = format!("is {}, not provisional", stands.as_str());
                return Err(Error::precondition("NOT_PROVISIONAL", subject, message));
            }
            EntryStanding::Waived | EntryStanding::Groundless if !stands.counts() => {
                let message = format!("is {} and does not count any more", stands.as_str());
                return Err(Error::precondition("NOT_COUNTING", subject, message));
            }
            _ => {}
        }
        self.steps.push(step);
        Ok(())
    }

    /// The entry as the engine takes it, as it stands on a day.
    pub(crate) fn entry(&self, district: &str, today: Date) -> Entry {
        let Contents { item, points, level, matter, ground, citation, .. } = &self.contents;
        let steps = self.steps.iter().flat_map(|step| &step.evidence);
        let documents = self.contents.evidence.iter().chain(steps);
        let cited = std::iter::once(citation.clone());
        Entry {
            name: name(district, self.sequence),
            item: item.clone(),
            points: *points,
            level: level.clone(),
            matter: matter.clone(),
            ground: ground.clone(),
            standing: self.standing(today),
            sources: cited.chain(documents.map(|it| format!("sha256:{}", it.sha256))).collect(),
        }
    }
}

/// The full name of the entry at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provisional() -> Adjustment {
        Adjustment {
            sequence: 1,
            contents: Contents {
                unit: "works".to_owned(),
                period: "2023Q1".to_owned(),
                scheme: "plan".to_owned(),
                item: "late".to_owned(),
                points: None,
                level: String::new(),
                matter: String::new(),
                ground: "进度滞后".to_owned(),
                source: Source::Bulletin,
                citation: "通报第3期".to_owned(),
                finding: None,
                occur_date: Date::constant(2023, 3, 1),
                evidence: Vec::new(),
                due_date: Some(Date::constant(2023, 3, 31)),
            },
            track: "departments".to_owned(),
            create_time: Timestamp::UNIX_EPOCH,
            steps: Vec::new(),
        }
    }

    fn step(standing: EntryStanding) -> Step {
        let create_time = Timestamp::UNIX_EPOCH;
        Step { standing, reason: String::new(), evidence: Vec::new(), create_time }
    }

    #[test]
    fn a_provisional_deduction_is_final_the_day_after_it_was_due() {
        let (last, next) = (Date::constant(2023, 3, 31), Date::constant(2023, 4, 1));
        let mut entry = provisional();
        assert_eq!(entry.standing(last), EntryStanding::Provisional);
        assert_eq!(entry.standing(next), EntryStanding::Final);
        assert!(entry.take("d", step(EntryStanding::Lifted), next).is_err());
        assert!(entry.take("d", step(EntryStanding::Lifted), last).is_ok());
        assert_eq!(entry.standing(next), EntryStanding::Lifted);
        assert!(entry.take("d", step(EntryStanding::Waived), next).is_err());
    }

    #[test]
    fn what_counts_can_be_waived_once() {
        let next = Date::constant(2023, 4, 1);
        let mut entry = provisional();
        assert!(entry.take("d", step(EntryStanding::Final), next).is_ok());
        assert!(entry.take("d", step(EntryStanding::Waived), next).is_ok());
        assert!(entry.take("d", step(EntryStanding::Groundless), next).is_err());
        assert_eq!(entry.entry("d", next).standing, EntryStanding::Waived);
    }
}
