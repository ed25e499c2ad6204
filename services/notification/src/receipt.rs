//! Receipts (签收, H7, Q3, X10) that are owed: of letters and of documents with a due date, and who is
//! spoken to about those that are late.

use jiff::ToSpan as _;
use jiff::Unit;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::document::{self, Draft, Language};
use crate::letter;
use crate::print;
use crate::rectification::{Asking, ESCALATED, Place, Title, Urged, Way, supervision};

/// How receipts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("receipt", "districts/{district}/receipts/{receipt}");

const SIGN: Urged =
    Urged { at_once: ["签收", "acknowledges it"], in_time: ["签收", "acknowledges it"] };

/// A receipt that a unit owes.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    pub(crate) district: String,
    /// What is to be acknowledged.
    pub(crate) asking: Asking,
    pub(crate) kind: Kind,
    pub(crate) title: Title,
    /// Id of the unit.
    pub(crate) unit: String,
    pub(crate) due_date: Date,
    /// How many levels were spoken to.
    pub(crate) level: i64,
    /// Behind this day the next level is spoken to.
    pub(crate) rest_date: Option<Date>,
    /// Why nobody was written to at the last level; empty when somebody was.
    pub(crate) vacancy: String,
    /// The unit opened it.
    pub(crate) opened: bool,
}

/// Which letter or document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Letter(letter::Kind),
    Document(document::Kind),
}

/// How far the recipients of one kind have come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) kind: Kind,
    pub(crate) delivered: i64,
    pub(crate) read: i64,
    pub(crate) acknowledged: i64,
    /// Of those acknowledged.
    pub(crate) late: i64,
    pub(crate) overdue: i64,
}

impl Owed {
    /// Its place, which is also that of the rectification that the same letter or problem opens.
    pub(crate) fn place(&self) -> Place {
        Place::asked(self.asking)
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.place().to_string()])
    }

    /// How many days ago it was due; 0 while it is not late.
    pub(crate) fn days_late(&self, today: Date) -> Result<i32> {
        let since = self.due_date.until((Unit::Day, today)).map_err(Error::internal)?;
        Ok(since.get_days().max(0))
    }

    /// Speaks to the next level; only one a day, however late it is seen.
    pub(crate) fn escalate(&mut self, today: Date) -> Result<()> {
        self.level += 1;
        let next = usize::try_from(self.level).ok().and_then(|level| ESCALATED.get(level));
        let rest = |days: &i64| self.due_date.checked_add((days - 1).days());
        let rest = next.map(rest).transpose().map_err(Error::internal)?;
        self.rest_date = rest.map(|date| date.max(today));
        Ok(())
    }

    /// Leaves it for a day, since something else speaks of the same.
    pub(crate) fn rest(&mut self, today: Date) {
        self.rest_date = Some(today);
    }

    /// The letter to the level that is spoken to; the vacancy when nobody that still works stands
    /// there.
    pub(crate) fn supervision(&self, way: &Way<'_>) -> std::result::Result<Draft, &'static str> {
        let unit = &self.title.unit;
        let addressed = way.addressed(self.level, (&self.unit, unit), SIGN)?;
        let said = |language| {
            let due = print::day_in(language, self.due_date);
            let subject = self.title.subject_in(language);
            match language {
                Language::Chinese => [
                    format!("{unit}逾期未签收"),
                    format!("{unit}应于{due}前书面签收《{subject}》，现已逾期。"),
                ],
                Language::English => [
                    format!("{unit} has not acknowledged a letter"),
                    format!("{unit} was to acknowledge “{subject}” by {due}. This is overdue."),
                ],
            }
        };
        Ok(supervision(
            said,
            addressed,
            Draft {
                source: self.place().source(&self.district),
                cause: self.name(),
                cause_key: Some(format!("{}@{}", self.name(), self.level)),
                ..Draft::default()
            },
        ))
    }
}
