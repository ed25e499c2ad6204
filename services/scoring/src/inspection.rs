//! Inspections on site (现场查核, B7; 平时督查, H3) and what became of their findings.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::report::Evidence;

/// How inspections are named.
pub(crate) static NAME: Pattern =
    Pattern::new("inspection", "districts/{district}/inspections/{inspection}");
/// How findings are named.
pub(crate) static FINDING: Pattern =
    Pattern::new("finding", "districts/{district}/inspections/{inspection}/findings/{finding}");

kit::numbered! {
    /// How grave a finding is.
    enum Severity {
        /// Something done well.
        Commendable = 1,
        /// Worth a remark.
        Minor = 2,
        /// To be corrected.
        Major = 3,
        /// Grave.
        Grave = 4,
    }
}

kit::numbered! {
    /// Where a finding stands.
    enum State {
        /// No correction is demanded.
        Noted = 1,
        /// Correction is demanded.
        Demanded = 2,
        /// The subject says that it is corrected.
        Reported = 3,
        /// The correction was accepted.
        Accepted = 4,
    }
}

/// What somebody files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the subject.
    pub(crate) unit: String,
    pub(crate) period: String,
    pub(crate) scheme: String,
    pub(crate) date: Date,
    pub(crate) unannounced: bool,
    pub(crate) inspectors: Vec<Inspector>,
    pub(crate) summary: String,
}

/// Who inspected: a unit or post and how the office calls them, never a person's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inspector {
    /// Id of the unit or post.
    pub(crate) subject: String,
    pub(crate) label: String,
    /// Empty where nobody asked for it.
    pub(crate) account: String,
}

/// A photograph taken on site; the file itself stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Photograph {
    pub(crate) title: String,
    /// Lower-case hex SHA-256 of the file.
    pub(crate) sha256: String,
    pub(crate) media_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) uri: String,
}

/// One inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    pub(crate) track: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) create_time: Timestamp,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) severity: Severity,
    pub(crate) text: String,
    pub(crate) indicator: Option<String>,
    /// Position of the reported value that was looked into.
    pub(crate) observation: Option<i64>,
    pub(crate) photographs: Vec<Photograph>,
    /// Last day of the term in which it is to be corrected.
    pub(crate) correction_due: Option<Date>,
}

/// One finding, with the steps of its correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Position of the inspection.
    pub(crate) inspection: i64,
    /// Its number in the inspection, from 1.
    pub(crate) number: i64,
    /// Id of the subject that was inspected.
    pub(crate) unit: String,
    pub(crate) found: Found,
    pub(crate) steps: Vec<Step>,
    /// Positions of the entries that cite it.
    pub(crate) adjustments: Vec<i64>,
}

/// A step of a finding's correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where it stood from then on.
    pub(crate) state: State,
    pub(crate) note: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) create_time: Timestamp,
}

/// What inspections of one subject came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Id of the subject.
    pub(crate) unit: String,
    pub(crate) inspections: i64,
    pub(crate) unannounced: i64,
    pub(crate) commendable: i64,
    pub(crate) minor: i64,
    pub(crate) major: i64,
    pub(crate) grave: i64,
    /// Findings that are to be corrected and not accepted yet.
    pub(crate) open: i64,
}

impl Finding {
    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        match self.steps.last() {
            Some(step) => step.state,
            None if self.found.correction_due.is_some() => State::Demanded,
            None => State::Noted,
        }
    }

    /// Takes a step of its correction; refused when it does not follow from where it stands.
    pub(crate) fn take(&mut self, district: &str, step: Step) -> Result<()> {
        let (from, reason, message) = match step.state {
            State::Reported => (State::Demanded, "NOT_DEMANDED", "no correction of it is demanded"),
            State::Noted | State::Demanded | State::Accepted => {
                (State::Reported, "NOT_REPORTED", "nobody says that it is corrected")
            }
        };
        if self.state() != from {
            let subject = finding_name(district, self.inspection, self.number);
            return Err(Error::precondition(reason, subject, message));
        }
        self.steps.push(step);
        Ok(())
    }
}

/// The full name of the inspection at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}

/// The full name of a finding.
pub(crate) fn finding_name(district: &str, inspection: i64, number: i64) -> String {
    FINDING.format(&[district, &inspection.to_string(), &number.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(correction_due: Option<Date>) -> Finding {
        let found = Found {
            severity: Severity::Major,
            text: "围挡缺失".to_owned(),
            indicator: None,
            observation: None,
            photographs: Vec::new(),
            correction_due,
        };
        let unit = "works".to_owned();
        Finding { inspection: 1, number: 1, unit, found, steps: vec![], adjustments: vec![] }
    }

    fn step(state: State) -> Step {
        let create_time = Timestamp::UNIX_EPOCH;
        Step { state, note: String::new(), evidence: Vec::new(), create_time }
    }

    #[test]
    fn a_correction_is_demanded_reported_and_reviewed_until_it_is_accepted() {
        let mut finding = finding(Some(Date::constant(2023, 3, 31)));
        assert!(finding.take("d", step(State::Accepted)).is_err());
        for state in [State::Reported, State::Demanded, State::Reported, State::Accepted] {
            assert!(finding.take("d", step(state)).is_ok());
            assert_eq!(finding.state(), state);
        }
        assert!(finding.take("d", step(State::Reported)).is_err());
    }

    #[test]
    fn what_is_only_noted_needs_no_correction() {
        let mut finding = finding(None);
        assert_eq!(finding.state(), State::Noted);
        assert!(finding.take("d", step(State::Reported)).is_err());
    }
}
