//! Red flags and yellow cards (红旗黄牌管理, Q6): proposed by a run or issued by the office, and
//! withdrawn when their ground is gone.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

/// How cards are named.
pub(crate) static NAME: Pattern = Pattern::new("card", "districts/{district}/cards/{card}");

/// A card and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// Its position in the district's ledger of cards, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// The rule and the run that proposed it; none when the office issued it.
    pub(crate) origin: Option<Origin>,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// What a card says.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    pub(crate) kind: Kind,
    pub(crate) period: String,
    /// The subject.
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    pub(crate) display_name: String,
    /// Figure by figure.
    pub(crate) ground: Vec<String>,
}

/// The rule and the run that proposed a card.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) scheme: String,
    pub(crate) track: String,
    /// Id of the rule in the track.
    pub(crate) card: String,
    pub(crate) run: i64,
    pub(crate) place: i64,
}

/// A step that a card took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) state: State,
    pub(crate) reason: String,
    /// Account of who took it; empty for a step of a run.
    pub(crate) decider: String,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// Flags and cards.
    enum Kind {
        /// 红旗: for who is ahead.
        RedFlag = 1,
        /// 黄牌: for who lags.
        YellowCard = 2,
    }
}

kit::numbered! {
    /// Where a card stands.
    enum State {
        /// Waits for its decision.
        Proposed = 1,
        /// It holds.
        Issued = 2,
        /// It was not issued.
        Declined = 3,
        /// It holds no more.
        Withdrawn = 4,
    }
}

impl Card {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        self.steps.last().map_or(State::Proposed, |step| step.state)
    }

    /// When it came to a state.
    pub(crate) fn time_of(&self, state: State) -> Option<Timestamp> {
        self.steps.iter().find(|step| step.state == state).map(|step| step.create_time)
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.steps.len() as i64
    }

    /// Takes a step: a proposal is decided once, an issued card withdrawn.
    pub(crate) fn step(&mut self, district: &str, step: Step) -> Result<()> {
        let (from, reason, message) = match step.state {
            State::Withdrawn => (State::Issued, "NOT_ISSUED", "is not issued"),
            State::Proposed | State::Issued | State::Declined => {
                (State::Proposed, "CARD_DECIDED", "is no longer proposed")
            }
        };
        if self.state() != from {
            return Err(Error::precondition(reason, self.name(district), message));
        }
        self.steps.push(step);
        Ok(())
    }
}

/// What a new published run changes: proposals that were not there, and those that nobody decided
/// and that it does not propose any more, withdrawn in its name.
pub(crate) fn renew(
    held: Vec<Card>,
    proposals: Vec<(Contents, Origin)>,
    last: i64,
    run: &str,
    now: Timestamp,
) -> (Vec<Card>, Vec<Card>) {
    let key = |unit: &str, origin: Option<&Origin>| {
        origin.map(|it| (it.track.clone(), it.card.clone(), unit.to_owned()))
    };
    let proposed: std::collections::HashSet<_> =
        proposals.iter().map(|(card, origin)| key(&card.unit, Some(origin))).collect();
    let of = |card: &Card| key(&card.contents.unit, card.origin.as_ref());
    let known: std::collections::HashSet<_> = held.iter().map(of).collect();
    let new = proposals
        .into_iter()
        .filter(|(card, origin)| !known.contains(&key(&card.unit, Some(origin))));
    let new = (last + 1..).zip(new).map(|(sequence, (contents, origin))| Card {
        sequence,
        contents,
        origin: Some(origin),
        create_time: now,
        steps: Vec::new(),
    });
    let gone =
        held.into_iter().filter(|it| it.state() == State::Proposed && !proposed.contains(&of(it)));
    let withdrawn = gone.map(|mut card| {
        card.steps.push(Step {
            state: State::Withdrawn,
            reason: format!("{run} does not propose it"),
            decider: String::new(),
            create_time: now,
        });
        card
    });
    (new.collect(), withdrawn.collect())
}
