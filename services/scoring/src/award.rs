//! Awards (猛虎奖, 蜗牛奖, B10): a published run proposes them, the review group decides, the
//! office announces.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};
use rust_decimal::Decimal;

/// How awards are named.
pub(crate) static NAME: Pattern = Pattern::new("award", "districts/{district}/awards/{award}");

/// An award and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Award {
    /// Its position in the district's ledger of awards, and its id.
    pub(crate) sequence: i64,
    pub(crate) proposal: Proposal,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// What a run proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) scheme: String,
    pub(crate) series: String,
    pub(crate) period: String,
    pub(crate) track: String,
    pub(crate) track_display_name: String,
    /// Id of the award in the track.
    pub(crate) award: String,
    pub(crate) display_name: String,
    pub(crate) class: String,
    pub(crate) level: String,
    /// The subject.
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    pub(crate) run: i64,
    pub(crate) place: i64,
    pub(crate) score: Option<Decimal>,
    /// What the conditions were judged by.
    pub(crate) ground: Vec<String>,
}

/// A step that an award took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    pub(crate) reason: String,
    /// Account of who decided; empty for a step of the office or of a run.
    pub(crate) decider: String,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// Where an award stands.
    enum State {
        /// Waits for its decision.
        Proposed = 1,
        /// Waits to be announced.
        Confirmed = 2,
        /// The subject does not get it.
        Declined = 3,
        /// The subject is exempted from it.
        Exempted = 4,
        /// It counts.
        Announced = 5,
        /// A later run did not propose it any more.
        Withdrawn = 6,
    }
}

impl Award {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.steps.last().map_or(State::Proposed, |step| step.state)
    }

    /// The step by which it was decided or withdrawn.
    pub(crate) fn decision(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.state != State::Announced)
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.steps.len() as i64
    }

    /// Decides it, once.
    pub(crate) fn decide(&mut self, district: &str, step: Step) -> Result<()> {
        if self.state() != State::Proposed {
            let message = "is no longer proposed";
            return Err(Error::precondition("AWARD_DECIDED", self.name(district), message));
        }
        self.steps.push(step);
        Ok(())
    }

    /// Announces it when it is confirmed.
    pub(crate) fn announce(&mut self, now: Timestamp) -> bool {
        let confirmed = self.state() == State::Confirmed;
        if confirmed {
            self.steps.push(Step {
                state: State::Announced,
                reason: String::new(),
                decider: String::new(),
                create_time: now,
            });
        }
        confirmed
    }
}

/// What a new published run changes: proposals that were not there, and awards that nobody decided
/// and that it does not propose any more, withdrawn in its name.
pub(crate) fn renew(
    held: Vec<Award>,
    proposals: Vec<Proposal>,
    last: i64,
    run: &str,
    now: Timestamp,
) -> (Vec<Award>, Vec<Award>) {
    let key = |it: &Proposal| (it.track.clone(), it.award.clone(), it.unit.clone());
    let proposed: std::collections::HashSet<_> = proposals.iter().map(key).collect();
    let known: std::collections::HashSet<_> = held.iter().map(|it| key(&it.proposal)).collect();
    let new = proposals.into_iter().filter(|it| !known.contains(&key(it)));
    let new = (last + 1..).zip(new).map(|(sequence, proposal)| Award {
        sequence,
        proposal,
        create_time: now,
        steps: Vec::new(),
    });
    let gone = held
        .into_iter()
        .filter(|it| it.state() == State::Proposed && !proposed.contains(&key(&it.proposal)));
    let withdrawn = gone.map(|mut award| {
        award.steps.push(Step {
            state: State::Withdrawn,
            reason: format!("{run} does not propose it"),
            decider: String::new(),
            create_time: now,
        });
        award
    });
    (new.collect(), withdrawn.collect())
}
