//! Whistles (吹哨报到): what a community needs, and who answered when (X13).

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How whistles are named.
pub(crate) static NAME: Pattern =
    Pattern::new("whistle", "districts/{district}/whistles/{whistle}");

kit::numbered! {
    /// Where a whistle stands.
    enum State {
        /// Some department has not answered yet.
        Open = 1,
        /// Every department has answered.
        Answered = 2,
        /// Closed by the community.
        Closed = 3,
    }
}

/// A whistle.
pub(crate) type Whistle = Definition<Contents>;

/// A department's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Id of the department.
    pub(crate) unit: String,
    pub(crate) date: Date,
}

/// How one department answers, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) asked: i32,
    pub(crate) answered: i32,
    pub(crate) closed: i32,
    pub(crate) late: i32,
}

/// What the office says of a whistle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the community.
    pub(crate) community: String,
    /// What is needed, as a topic.
    pub(crate) topic: String,
    /// Ids of the departments that must answer.
    pub(crate) units: Vec<String>,
    pub(crate) raise_date: Date,
    pub(crate) due_date: Date,
    /// Where it stands.
    pub(crate) state: State,
    /// Who answered when.
    pub(crate) answers: Vec<Answer>,
    /// Day on which the community closed it.
    pub(crate) close_date: Option<Date>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Whistle
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.push(Reference::new("community", Collection::Community, &self.community));
        all.extend(Reference::list("units", Collection::Unit, &self.units));
        all
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.due_date < self.raise_date {
            let message =
                format!("{} is before it was raised on {}", self.due_date, self.raise_date);
            fields.violation(format_args!("{at}.due_date"), "DATE_ORDER", message);
        }
        if holds_personal_number(&self.topic) {
            let message = "holds a long number; a topic names no person, telephone or identity";
            fields.violation(format_args!("{at}.topic"), "PERSONAL_DATA", message);
        }
    }

    fn keep(&mut self, before: &Self) {
        self.state = before.state;
        self.answers.clone_from(&before.answers);
        self.close_date = before.close_date;
    }

    fn judge(&self, before: &Self, _: &str) -> Result<(), Unfit> {
        if before.answers.is_empty() && before.close_date.is_none() {
            return Ok(());
        }
        Err(("WHISTLE_ANSWERED", "was answered or closed and stays as it is".to_owned()))
    }
}

impl Contents {
    /// Takes a department's answer.
    pub(crate) fn answer(&mut self, unit: &str, date: Date) -> Result<(), Unfit> {
        if let Some(closed) = self.close_date {
            return Err(("WHISTLE_CLOSED", format!("was closed on {closed}")));
        }
        if let Some(answer) = self.answers.iter().find(|it| it.unit == unit) {
            return Err(("WHISTLE_ANSWERED", format!("{unit} answered it on {}", answer.date)));
        }
        self.answers.push(Answer { unit: unit.to_owned(), date });
        if self.answers.len() == self.units.len() {
            self.state = State::Answered;
        }
        Ok(())
    }

    /// Takes the community's word that it is done with.
    pub(crate) fn close(&mut self, date: Date) -> Result<(), Unfit> {
        if let Some(closed) = self.close_date {
            return Err(("WHISTLE_CLOSED", format!("was closed on {closed}")));
        }
        self.state = State::Closed;
        self.close_date = Some(date);
        Ok(())
    }
}

/// How each department answers `whistles`, judged on `day`.
pub(crate) fn tally(whistles: &[Whistle], day: Date) -> BTreeMap<&str, Tally> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for Contents { units, answers, due_date, close_date, .. } in
        whistles.iter().map(|it| &it.contents)
    {
        for unit in units {
            let tally = tallies.entry(unit).or_default();
            let answer = answers.iter().find(|it| it.unit == *unit && it.date <= day);
            tally.asked += 1;
            tally.answered += i32::from(answer.is_some());
            tally.closed += i32::from(close_date.is_some_and(|it| it <= day));
            tally.late += i32::from(answer.map_or(day, |it| it.date) > *due_date);
        }
    }
    tallies
}

/// True when the text holds seven digits in a row or more: a telephone or an identity number.
fn holds_personal_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|char| {
        run = if char.is_numeric() { run + 1 } else { 0 };
        run >= 7
    })
}
