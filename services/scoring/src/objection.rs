//! Objections (异议申诉): a subject says that its published result is wrong, within a term, and
//! is answered.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

use crate::report::Evidence;
use crate::run::{self, Standing};

/// How objections are named.
pub(crate) static NAME: Pattern =
    Pattern::new("objection", "districts/{district}/objections/{objection}");

/// Days of the term where the scheme says nothing.
pub(crate) const TERM_DAYS: i32 = 7;

/// One objection and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Objection {
    /// Its position in the district's ledger of objections, and its id.
    pub(crate) sequence: i64,
    /// The run whose result it is about.
    pub(crate) run: i64,
    /// The subject.
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    pub(crate) period: String,
    pub(crate) scheme: String,
    pub(crate) filing: Filing,
    /// Last day on which it could be filed.
    pub(crate) term_date: Date,
    pub(crate) create_time: Timestamp,
    pub(crate) answer: Option<Answer>,
    pub(crate) settlement: Option<Settlement>,
}

/// What is said when an objection is filed.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    /// The unit that files it.
    pub(crate) filing_unit: String,
    pub(crate) ground: String,
    /// The whole result when empty.
    pub(crate) node_ids: Vec<String>,
    pub(crate) evidence: Vec<Evidence>,
}

kit::numbered! {
    /// What an objection is answered with.
    enum Decision {
        /// It holds.
        Uphold = 1,
        /// It does not.
        Dismiss = 2,
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) decision: Decision,
    pub(crate) answer: String,
    /// The unit that answers.
    pub(crate) answering_unit: String,
    pub(crate) create_time: Timestamp,
}

/// The run that took the place of the one objected to.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(crate) run: i64,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// Where an objection stands.
    enum State {
        /// Waits for its answer.
        Filed = 1,
        /// Waits for a new run.
        Upheld = 2,
        /// The result stands.
        Dismissed = 3,
        /// A new run was published.
        Settled = 4,
    }
}

impl Objection {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        match (&self.answer, &self.settlement) {
            (_, Some(_)) => State::Settled,
            (None, None) => State::Filed,
            (Some(answer), None) if answer.decision == Decision::Uphold => State::Upheld,
            (Some(_), None) => State::Dismissed,
        }
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + i64::from(self.answer.is_some()) + i64::from(self.settlement.is_some())
    }

    /// Answers it, once, by another unit than the one that objects.
    pub(crate) fn answer(&mut self, district: &str, answer: Answer) -> Result<()> {
        if answer.answering_unit == self.filing.filing_unit {
            let message = format!("{} cannot answer its own objection", answer.answering_unit);
            return Err(Error::invalid("answering_unit", "OWN_OBJECTION", message));
        }
        if self.answer.is_some() {
            let message = "was answered already";
            return Err(Error::precondition("OBJECTION_ANSWERED", self.name(district), message));
        }
        self.answer = Some(answer);
        Ok(())
    }
}

/// The last day on which a run's results can be objected to: so many days after the day of
/// publication by the district's clocks. Refuses a run that is not the published one, and a
/// term that is over.
pub(crate) fn term(
    district: &str,
    standing: &Standing,
    days: i32,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Date> {
    let name = standing.run.name(district);
    let published = standing.publish_time.filter(|_| standing.state == run::State::Published);
    let Some(published) = published else {
        let message = "is not the published run; only a published result is objected to";
        return Err(Error::precondition("NOT_PUBLISHED", name, message));
    };
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let last = day(published).checked_add(days.days()).map_err(Error::internal)?;
    if day(now) > last {
        let message = format!("could be objected to until {last}");
        return Err(Error::precondition("TERM_OVER", name, message));
    }
    Ok(last)
}
