//! Public commitments (公开承诺, S1–S3): what a post holder promises for a year, and the steps from
//! the promise to the verdict.

pub(crate) mod owed;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

use crate::commitment_fact::Fact;

/// How commitments are named.
pub(crate) static NAME: Pattern =
    Pattern::new("commitment", "districts/{district}/commitments/{commitment}");

kit::numbered! {
    /// What a commitment is about.
    enum Area {
        /// Party building and the team.
        PartyBuilding = 1,
        /// Innovation.
        Innovation = 2,
        /// The district's priorities.
        Priorities = 3,
    }
}

kit::numbered! {
    /// When a commitment is due.
    enum Occasion {
        /// Within a month of taking office.
        Appointment = 1,
        /// In January.
        Annual = 2,
    }
}

kit::numbered! {
    /// Where a commitment stands.
    enum State {
        /// Awaits its review.
        Submitted = 1,
        /// Sent back.
        Returned = 2,
        /// Approved, not published.
        Approved = 3,
        /// Published.
        Published = 4,
        /// Concluded, the verdict not published.
        Concluded = 5,
        /// The verdict published.
        Announced = 6,
    }
}

kit::numbered! {
    /// Whether it was kept.
    enum Verdict {
        /// Kept.
        Kept = 1,
        /// Kept in part.
        PartlyKept = 2,
        /// Not kept.
        NotKept = 3,
    }
}

/// A commitment and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Commitment {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) made: Made,
    /// Each submission, the last one in force.
    pub(crate) texts: Vec<Text>,
    pub(crate) steps: Vec<Step>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) create_time: Timestamp,
}

/// What is fixed when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) person: String,
    pub(crate) unit: String,
    /// Title of the post held in the unit.
    pub(crate) post: String,
    /// The registry's post that is scored, when it is not the unit.
    pub(crate) position: Option<String>,
    pub(crate) indicator: Option<String>,
    pub(crate) year: i16,
    pub(crate) area: Area,
    pub(crate) occasion: Occasion,
    pub(crate) date: Date,
    pub(crate) due: Date,
}

/// What is promised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) title: String,
    pub(crate) content: String,
    pub(crate) target: String,
    /// Each with its last day.
    pub(crate) milestones: Vec<(String, Date)>,
}

/// A step that it took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    pub(crate) actor: String,
    pub(crate) reason: String,
    /// The panel's grades, with a step that grades.
    pub(crate) grades: Vec<Grade>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) create_time: Timestamp,
}

/// A grade, as scoring's mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grade {
    pub(crate) aspect: String,
    pub(crate) grade: String,
    pub(crate) panel: String,
    pub(crate) ground: String,
    /// Full name of the mark.
    pub(crate) mark: String,
}

/// Why a commitment for a year is due, and by which day, from whoever took office on `since`.
pub(crate) fn due(year: i16, since: Date) -> (Occasion, Date) {
    if since.year() == year && (since.month(), since.day()) > (1, 1) {
        (Occasion::Appointment, since.saturating_add(1.month()))
    } else {
        (Occasion::Annual, Date::new(year, 1, 31).unwrap_or(since))
    }
}

impl Commitment {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.steps.last().map_or(State::Submitted, |step| step.state)
    }

    /// One more with every step and fact.
    pub(crate) fn revision(&self) -> i64 {
        (self.steps.len() + self.facts.len()) as i64
    }

    /// What is promised, as it was submitted last.
    pub(crate) fn text(&self) -> Text {
        self.texts.last().cloned().unwrap_or_default()
    }

    /// When everybody could read it first.
    pub(crate) fn publish_time(&self) -> Option<Timestamp> {
        let published = self.steps.iter().find(|step| step.state == State::Published);
        published.map(|step| step.create_time)
    }

    /// The grades, the latest of each aspect.
    pub(crate) fn grades(&self) -> Vec<&Grade> {
        let grades = self.steps.iter().flat_map(|step| &step.grades);
        let by_aspect: BTreeMap<&str, &Grade> = grades.map(|it| (it.aspect.as_str(), it)).collect();
        by_aspect.into_values().collect()
    }

    /// The verdict.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.steps.iter().find_map(|step| step.verdict)
    }

    /// The subject that scoring scores: a post, or else the unit.
    pub(crate) fn subject(&self, district: &str) -> String {
        let (collection, id) = match &self.made.position {
            Some(post) => ("posts", post),
            None => ("units", &self.made.unit),
        };
        format!("districts/{district}/{collection}/{id}")
    }

    /// Takes a step from one of `from`.
    pub(crate) fn step(&mut self, district: &str, from: &[State], step: Step) -> Result<()> {
        self.check(district, from)?;
        self.steps.push(step);
        Ok(())
    }

    /// Refuses unless it stands at one of `from`.
    pub(crate) fn check(&self, district: &str, from: &[State]) -> Result<()> {
        let state = self.state();
        if from.contains(&state) {
            return Ok(());
        }
        let is = match state {
            State::Submitted => "awaits its review",
            State::Returned => "was returned to be revised",
            State::Approved => "is approved and not published",
            State::Published => "is published and has no verdict yet",
            State::Concluded => "is concluded, its verdict not published",
            State::Announced => "is concluded, its verdict published",
        };
        Err(Error::precondition("WRONG_STATE", self.name(district), is))
    }

    /// What publishing leads to.
    pub(crate) fn published(&self) -> State {
        match self.state() {
            State::Concluded => State::Announced,
            _ => State::Published,
        }
    }

    /// Refuses a verdict on what nobody looked into.
    pub(crate) fn check_facts(&self, district: &str) -> Result<()> {
        if self.facts.is_empty() {
            let message = "nobody looked into it; file a fact first";
            return Err(Error::precondition("NO_FACTS", self.name(district), message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_head_has_a_month_and_the_others_january() {
        let day = |text: &str| text.parse::<Date>().unwrap_or_default();
        let cases = [
            ("2023-03-31", Occasion::Appointment, "2023-04-30"),
            ("2023-01-02", Occasion::Appointment, "2023-02-02"),
            ("2023-01-01", Occasion::Annual, "2023-01-31"),
            ("2020-05-01", Occasion::Annual, "2023-01-31"),
        ];
        for (since, occasion, last) in cases {
            assert_eq!(due(2023, day(since)), (occasion, day(last)), "{since}");
        }
    }
}
