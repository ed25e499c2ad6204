//! Receipts (签收, H7, Q3, X10) that are owed: of letters and of documents with a due date, and who is
//! spoken to about those that are late.

use jiff::ToSpan as _;
use jiff::Unit;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::document::{self, Content, Draft};
use crate::letter;
use crate::rectification::{Addressed, Asking, ESCALATED, Place, Way};

/// How receipts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("receipt", "districts/{district}/receipts/{receipt}");

/// A receipt that a unit owes.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    pub(crate) district: String,
    /// What is to be acknowledged.
    pub(crate) asking: Asking,
    pub(crate) kind: Kind,
    pub(crate) subject: String,
    /// Id of the unit.
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
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
        let unit = &self.unit_display_name;
        let urged = ["签收", "签收"];
        let Addressed { recipient, demand } =
            way.addressed(self.level, (&self.unit, unit), urged)?;
        let due = self.due_date.strftime("%Y年%-m月%-d日");
        let subject = &self.subject;
        let situation = format!("{unit}应于{due}前书面签收《{subject}》，现已逾期。");
        let contents = [
            ("matter".to_owned(), Content::Text(format!("{unit}逾期未签收"))),
            ("situation".to_owned(), Content::Text(situation)),
            ("demands".to_owned(), Content::List(vec![demand])),
        ];
        Ok(Draft {
            kind: document::Kind::SupervisionLetter,
            recipients: vec![recipient],
            contents: contents.into_iter().collect(),
            source: self.place().source(&self.district),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.name(), self.level)),
            ..Draft::default()
        })
    }
}
