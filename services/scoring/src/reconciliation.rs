//! Reconciliation (对账, B1): what a period still lacks before it can be closed.

use std::cmp::Ordering;
use std::iter::Peekable;

use kit::name::Pattern;
use rust_decimal::Decimal;

use crate::assignment::{Assignment, Indicator, Place};
use crate::cell::{Cell, Standing};

/// How reconciliations are named.
pub(crate) static NAME: Pattern =
    Pattern::new("reconciliation", "districts/{district}/reconciliations/{period}");

/// How far a period has come. All but `corrected` count cells that are due in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// All of them.
    pub(crate) due: i32,
    /// Without a report.
    pub(crate) missing: i32,
    /// Not yet looked at.
    pub(crate) reported: i32,
    /// Agreed.
    pub(crate) verified: i32,
    /// In dispute.
    pub(crate) disputed: i32,
    /// Reported after the due date.
    pub(crate) late: i32,
    /// Corrections made.
    pub(crate) corrected: i64,
}

/// What a cell still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// A report.
    Missing,
    /// The evaluating unit's look.
    Unverified,
    /// The end of a dispute.
    Disputed,
}

/// What is said of an observation or a period, for the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// What is said.
    pub(crate) kind: VerdictKind,
    /// The unit that says so; empty when a period is closed.
    pub(crate) evaluating_unit: String,
    /// The value the evaluating unit counted.
    pub(crate) counted_value: Option<Decimal>,
    /// Why; empty unless disputed.
    pub(crate) reason: String,
}

impl Verdict {
    /// Without value and reason.
    pub(crate) fn plain(kind: VerdictKind, evaluating_unit: &str) -> Self {
        let evaluating_unit = evaluating_unit.to_owned();
        Self { kind, evaluating_unit, counted_value: None, reason: String::new() }
    }
}

/// What a verdict says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VerdictKind {
    /// The evaluating unit agrees.
    Verify,
    /// The evaluating unit disagrees.
    Dispute,
    /// The period is closed.
    Close,
}

/// An observation that somebody wants to judge or correct, as it stands now.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The observation.
    pub(crate) sequence: i64,
    /// Its period.
    pub(crate) period: String,
    /// The unit that reported it.
    pub(crate) unit: String,
    /// Its indicator.
    pub(crate) indicator: String,
    /// What was made of it so far; none when it was superseded.
    pub(crate) standing: Option<Standing>,
    /// Its period is closed.
    pub(crate) is_closed: bool,
}

/// Why a verdict is not taken: a stable reason and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// A stable reason in upper snake case.
    pub(crate) reason: &'static str,
    /// What is in the way.
    pub(crate) message: String,
}

impl Candidate {
    /// Refuses a verdict by another unit than the indicator's evaluating unit, on an
    /// observation that a correction replaced, in a closed period, or agreement said twice.
    pub(crate) fn judge(
        &self,
        verdict: &Verdict,
        indicator: Option<&Indicator>,
    ) -> Result<(), Refusal> {
        let refuse = |reason, message: String| Err(Refusal { reason, message });
        if self.is_closed {
            return refuse("PERIOD_CLOSED", format!("{} is closed", self.period));
        }
        let Some(standing) = self.standing else {
            let message = "a correction took its place; judge that one".to_owned();
            return refuse("SUPERSEDED", message);
        };
        let unit = &verdict.evaluating_unit;
        match indicator.map(|it| &it.evaluating_unit) {
            Some(evaluating) if evaluating == unit => {}
            Some(other) => {
                let message = format!("{} is evaluated by {other}, not by {unit}", self.indicator);
                return refuse("NOT_EVALUATING_UNIT", message);
            }
            None => {
                let message =
                    format!("{} is on no track of {} any more", self.indicator, self.period);
                return refuse("NOT_EVALUATING_UNIT", message);
            }
        }
        if verdict.kind == VerdictKind::Verify && standing == Standing::Verified {
            return refuse("ALREADY_VERIFIED", "it is verified already".to_owned());
        }
        Ok(())
    }
}

/// Every due cell with its report, if there is one, by unit and indicator id. `cells` are
/// those of the period in the same order.
pub(crate) fn due_cells<'a>(
    assignment: &'a Assignment,
    cells: &'a [Cell],
) -> impl Iterator<Item = (Place, Option<&'a Cell>)> {
    let mut cells = cells.iter().peekable();
    assignment.due().map(move |place| {
        let unit = &*assignment.unit(place).id;
        let indicator = &*assignment.indicator(place).id;
        (place, matching(&mut cells, unit, indicator))
    })
}

fn matching<'a>(
    cells: &mut Peekable<std::slice::Iter<'a, Cell>>,
    unit: &str,
    indicator: &str,
) -> Option<&'a Cell> {
    loop {
        let cell = cells.peek()?;
        match (&*cell.unit, &*cell.indicator).cmp(&(unit, indicator)) {
            Ordering::Less => cells.next(),
            Ordering::Equal => return cells.next(),
            Ordering::Greater => return None,
        };
    }
}

/// What a cell still needs; nothing once it is agreed.
pub(crate) fn gap(cell: Option<&Cell>) -> Option<Gap> {
    match cell.map(|cell| cell.standing) {
        None => Some(Gap::Missing),
        Some(Standing::Reported) => Some(Gap::Unverified),
        Some(Standing::Disputed) => Some(Gap::Disputed),
        Some(Standing::Verified) => None,
    }
}

/// Counts a period's cells.
pub(crate) fn progress(assignment: &Assignment, cells: &[Cell]) -> Progress {
    let mut progress = Progress {
        corrected: cells.iter().map(|cell| cell.corrections).sum(),
        ..Progress::default()
    };
    for (_, cell) in due_cells(assignment, cells) {
        progress.due += 1;
        progress.late += i32::from(cell.is_some_and(|cell| cell.late));
        match gap(cell) {
            None => progress.verified += 1,
            Some(Gap::Missing) => progress.missing += 1,
            Some(Gap::Unverified) => progress.reported += 1,
            Some(Gap::Disputed) => progress.disputed += 1,
        }
    }
    progress
}

/// Something that keeps a period from being closed.
#[derive(Debug)]
pub(crate) enum Obstacle<'a> {
    /// A shorter period within it is open.
    Part(&'a str),
    /// A poll of the period takes ballots.
    Poll(&'a str),
    /// An observation is not agreed: not looked at, or in dispute.
    Observation(Gap, &'a Cell),
}

/// The first twenty things that keep a period from being closed: its open parts, its open polls,
/// then its cells. `closed` are the parts that are closed.
pub(crate) fn obstacles<'a>(
    assignment: &'a Assignment,
    closed: &[String],
    polls: &'a [String],
    cells: &'a [Cell],
) -> impl Iterator<Item = Obstacle<'a>> {
    let parts = assignment.parts.iter().map(|part| &*part.id);
    let parts = parts.filter(|id| !closed.iter().any(|closed| closed == id)).map(Obstacle::Part);
    let parts: Vec<_> = parts.collect();
    let open = due_cells(assignment, cells).filter_map(|(_, cell)| match gap(cell)? {
        Gap::Missing => None,
        gap => Some(Obstacle::Observation(gap, cell?)),
    });
    let polls = polls.iter().map(|poll| Obstacle::Poll(poll));
    parts.into_iter().chain(polls).chain(open).take(20)
}
