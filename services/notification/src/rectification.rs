//! Rectifications (整改, H7): what a unit does about a letter or a problem that a document names to it,
//! and who is spoken to when it is late.

mod place;
mod supervision;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

pub(crate) use place::{Asking, Place};
pub(crate) use supervision::{Title, Urged, Way, supervision};

use crate::document::{Document, Recipient};
use crate::letter::Letter;
use crate::print;

/// How rectifications are named.
pub(crate) static NAME: Pattern =
    Pattern::new("rectification", "districts/{district}/rectifications/{rectification}");

/// Days after the due date on which each level is spoken to.
pub(crate) const ESCALATED: [i64; 3] = [1, 3, 7];
/// Furthest due date, in days from today.
const FURTHEST: i64 = 366;

kit::numbered! {
    /// How far one came.
    enum State {
        /// The unit's plan is awaited.
        AwaitingPlan = 1,
        /// The unit's report is awaited.
        UnderWay = 2,
        /// The office's review is awaited.
        Reported = 3,
        /// Accepted.
        Closed = 4,
    }
}

kit::numbered! {
    /// What was done in a step.
    enum StepKind {
        /// The unit submitted its plan.
        Planned = 1,
        /// The unit reported.
        Reported = 2,
        /// The office accepted it.
        Accepted = 3,
        /// The office sent it back.
        Returned = 4,
        /// It was late, and somebody was spoken to.
        Escalated = 5,
    }
}

/// What a unit does about one letter or problem.
#[derive(Clone, Debug)]
pub(crate) struct Rectification {
    pub(crate) district: String,
    pub(crate) place: Place,
    /// What is to be corrected, where a document named it; empty where the letter says it.
    pub(crate) problem: String,
    /// Id of the unit that owes it.
    pub(crate) recipient: String,
    pub(crate) state: State,
    pub(crate) due_date: Date,
    /// How many levels were spoken to since the due date was set.
    pub(crate) level: i64,
    /// When the next level is spoken to.
    pub(crate) escalate_date: Option<Date>,
    /// How many steps there are.
    pub(crate) steps: i64,
    pub(crate) create_time: Timestamp,
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// 1 for the first.
    pub(crate) number: i64,
    pub(crate) kind: StepKind,
    pub(crate) text: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) due_date: Date,
    /// Who was spoken to; 0 for the other kinds.
    pub(crate) level: i64,
    pub(crate) create_time: Timestamp,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) sha256: String,
    pub(crate) title: String,
}

/// How many of a district's rectifications are where, and how late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ageing {
    /// By state.
    pub(crate) states: [i64; 4],
    /// By at most 7 days, at most 30, and more.
    pub(crate) overdue: [i64; 3],
}

impl Rectification {
    /// What a letter opens.
    pub(crate) fn open(letter: &Letter) -> Result<Self> {
        let place = Place::asked(Asking::Letter(letter.sequence));
        let opened = Self::new(&letter.district, place, &letter.recipient, letter.create_time);
        opened.owing(letter.due_date)
    }

    /// What a document opens: one for each recipient to whom it names a problem.
    pub(crate) fn open_problems(document: &Document) -> Result<Vec<Self>> {
        let Some(due) = document.draft.due_date else { return Ok(Vec::new()) };
        let open = |(place, to): (i64, &Recipient)| {
            let place = Place::asked(Asking::Document(document.sequence, place));
            let opened = Self::new(&document.district, place, &to.unit, document.create_time);
            Self { problem: to.problem.clone(), ..opened }.owing(due)
        };
        let recipients = (1..).zip(&document.draft.recipients);
        recipients.filter(|(_, to)| !to.problem.is_empty()).map(open).collect()
    }

    fn new(district: &str, place: Place, recipient: &str, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            place,
            problem: String::new(),
            recipient: recipient.to_owned(),
            state: State::AwaitingPlan,
            due_date: Date::default(),
            level: 0,
            escalate_date: None,
            steps: 0,
            create_time: now,
        }
    }

    fn owing(mut self, due: Date) -> Result<Self> {
        self.owe(due)?;
        Ok(self)
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.place.to_string()])
    }

    /// Takes the unit's plan.
    pub(crate) fn plan(&mut self, text: String, due: Date, now: Timestamp) -> Result<Step> {
        self.check(State::AwaitingPlan, "a plan is taken once, while it is awaited")?;
        self.state = State::UnderWay;
        self.owe(due)?;
        Ok(self.step(StepKind::Planned, text, Vec::new(), now))
    }

    /// Takes the unit's report.
    pub(crate) fn report(
        &mut self,
        text: String,
        evidence: Vec<Evidence>,
        now: Timestamp,
    ) -> Result<Step> {
        self.check(State::UnderWay, "a report is taken while the rectification is under way")?;
        self.state = State::Reported;
        self.escalate_date = None;
        Ok(self.step(StepKind::Reported, text, evidence, now))
    }

    /// Records the office's review; sent back with a new due date, or accepted.
    pub(crate) fn review(
        &mut self,
        returned: Option<Date>,
        text: String,
        now: Timestamp,
    ) -> Result<Step> {
        self.check(State::Reported, "a review needs a report")?;
        let Some(due) = returned else {
            self.state = State::Closed;
            return Ok(self.step(StepKind::Accepted, text, Vec::new(), now));
        };
        self.state = State::UnderWay;
        self.owe(due)?;
        Ok(self.step(StepKind::Returned, text, Vec::new(), now))
    }

    /// What its unit is told of a review; nothing of other steps.
    pub(crate) fn review_note(step: &Step) -> Option<String> {
        let words = &step.text;
        match step.kind {
            StepKind::Accepted => Some(format!("整改已通过审核，予以销号：{words}")),
            StepKind::Returned => {
                let due = print::day(step.due_date);
                Some(format!("整改被退回，请于{due}前重新报送：{words}"))
            }
            _ => None,
        }
    }

    /// Speaks to the next level, if it is time for that; only one a day, however late it is seen.
    pub(crate) fn escalate(&mut self, today: Date, now: Timestamp) -> Result<Option<Step>> {
        if self.escalate_date.is_none_or(|date| date > today) {
            return Ok(None);
        }
        self.level += 1;
        let tomorrow = today.checked_add(1.day()).map_err(Error::internal)?;
        self.escalate_date = self.next_escalation()?.map(|date| date.max(tomorrow));
        let mut step = self.step(StepKind::Escalated, String::new(), Vec::new(), now);
        step.level = self.level;
        Ok(Some(step))
    }

    /// Sets what the unit owes next, and forgets who was spoken to about what it owed before.
    fn owe(&mut self, due: Date) -> Result<()> {
        self.due_date = due;
        self.level = 0;
        self.escalate_date = self.next_escalation()?;
        Ok(())
    }

    fn next_escalation(&self) -> Result<Option<Date>> {
        let next = usize::try_from(self.level).ok().and_then(|level| ESCALATED.get(level));
        let on = |days: &i64| self.due_date.checked_add(days.days()).map_err(Error::internal);
        next.map(on).transpose()
    }

    fn check(&self, state: State, rule: &str) -> Result<()> {
        if self.state == state {
            return Ok(());
        }
        let is = match self.state {
            State::AwaitingPlan => "awaits its plan",
            State::UnderWay => "is under way",
            State::Reported => "is reported and awaits its review",
            State::Closed => "is closed",
        };
        Err(Error::precondition("WRONG_STATE", self.name(), format!("{rule}; this one {is}")))
    }

    fn step(
        &mut self,
        kind: StepKind,
        text: String,
        evidence: Vec<Evidence>,
        now: Timestamp,
    ) -> Step {
        self.steps += 1;
        let (number, due_date) = (self.steps, self.due_date);
        Step { number, kind, text, evidence, due_date, level: 0, create_time: now }
    }
}

/// Refuses a due date that has passed or lies too far off.
pub(crate) fn check_due(field: &str, due: Date, today: Date) -> Result<()> {
    let last = today.checked_add(FURTHEST.days()).map_err(Error::internal)?;
    if (today..=last).contains(&due) {
        return Ok(());
    }
    let message = format!("must be {today} to {last}, is {due}");
    Err(Error::invalid(field, "OUT_OF_RANGE", message))
}
