//! Nominees (推荐人选) of a campaign: what was done with each, step by step (X3).

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use serde::{Deserialize, Serialize};

use crate::criteria;
use crate::definition::day;
use crate::span::Span;

/// How nominees are named.
pub(crate) static NAME: Pattern =
    Pattern::new("nominee", "districts/{district}/campaigns/{campaign}/nominees/{nominee}");

/// The name of the lock of its writers among the heads.
pub(crate) const LEDGER: &str = "nominee";

/// A nominee, with what was done.
#[derive(Clone, Debug)]
pub(crate) struct Nominee {
    pub(crate) campaign: String,
    pub(crate) person: String,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) act: Act,
    pub(crate) account: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Nominate { kind: NominationKind, unit: Option<String> },
    Appraise(Appraisal),
    Propose(Proposal),
    Decide { accepted: bool },
}

/// What an appraisal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Appraisal {
    pub(crate) rating: Rating,
    pub(crate) political: String,
    pub(crate) skills: Vec<String>,
    pub(crate) weak_points: Vec<String>,
    pub(crate) record: String,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proposal {
    pub(crate) post: String,
    pub(crate) batch: i32,
    #[serde(with = "day")]
    pub(crate) start: Option<Date>,
    #[serde(with = "day")]
    pub(crate) end: Option<Date>,
    pub(crate) home_unit: String,
    pub(crate) managing_unit: String,
    pub(crate) mentor: Option<String>,
    pub(crate) branch: String,
    pub(crate) group: String,
    pub(crate) failed: Vec<criteria::Kind>,
    pub(crate) waiver: String,
}

kit::numbered! {
    /// Who nominates.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum NominationKind {
        /// The person (个人自荐).
        Own = 1,
        /// The person's unit (单位推荐).
        Unit = 2,
        /// The organisation department (组织举荐).
        Organisation = 3,
    }
}

kit::numbered! {
    /// An overall rating.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Rating {
        /// Excellent (优秀).
        Excellent = 1,
        /// Good (良好).
        Good = 2,
        /// Fair (一般).
        Fair = 3,
        /// Poor (较差).
        Poor = 4,
    }
}

kit::numbered! {
    /// Where a nominee stands.
    enum State {
        /// Nominated.
        Nominated = 1,
        /// Appraised.
        Appraised = 2,
        /// Proposed for a post.
        Proposed = 3,
        /// Placed.
        Placed = 4,
        /// Declined; may be proposed again.
        Declined = 5,
    }
}

impl From<NominationKind> for i64 {
    fn from(kind: NominationKind) -> Self {
        kind as Self
    }
}

impl From<Rating> for i64 {
    fn from(rating: Rating) -> Self {
        rating as Self
    }
}

/// Why a step cannot be taken: reason and message.
pub(crate) type Refusal = (&'static str, String);

impl Nominee {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.campaign, &self.person])
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        let appraised = self.appraisal().is_some();
        let last = self.steps.iter().rev().find_map(|step| match &step.act {
            Act::Propose(_) => Some(State::Proposed),
            Act::Decide { accepted: true } => Some(State::Placed),
            Act::Decide { accepted: false } => Some(State::Declined),
            Act::Nominate { .. } | Act::Appraise(_) => None,
        });
        last.unwrap_or(if appraised { State::Appraised } else { State::Nominated })
    }

    /// The last appraisal.
    pub(crate) fn appraisal(&self) -> Option<&Appraisal> {
        self.steps.iter().rev().find_map(|step| match &step.act {
            Act::Appraise(appraisal) => Some(appraisal),
            _ => None,
        })
    }

    /// The proposal that waits for its decision, and who made it.
    pub(crate) fn open_proposal(&self) -> Option<(&Proposal, &Step)> {
        let decisive = |it: &&Step| matches!(it.act, Act::Propose(_) | Act::Decide { .. });
        match self.steps.iter().rev().find(decisive)? {
            step @ Step { act: Act::Propose(proposal), .. } => Some((proposal, step)),
            _ => None,
        }
    }

    /// Refuses a step that may not follow those taken.
    pub(crate) fn check(&self, act: &Act, account: &str) -> Result<(), Refusal> {
        let refuse = |reason, message: &str| Err((reason, message.to_owned()));
        if self.state() == State::Placed {
            return match act {
                Act::Decide { .. } => refuse("NOT_PROPOSED", "is placed already"),
                _ => refuse("ALREADY_PLACED", "is placed already"),
            };
        }
        match act {
            Act::Nominate { kind, .. } if self.is_nominated_by(*kind) => {
                refuse("ALREADY_NOMINATED", "is nominated that way already")
            }
            Act::Propose(_) if self.appraisal().is_none() => {
                refuse("NOT_APPRAISED", "is to be appraised before anything is proposed")
            }
            Act::Propose(_) if self.state() == State::Proposed => {
                refuse("ALREADY_PROPOSED", "has a proposal that waits for its decision")
            }
            Act::Nominate { .. } | Act::Appraise(_) | Act::Propose(_) => Ok(()),
            Act::Decide { .. } => match self.open_proposal() {
                None => refuse("NOT_PROPOSED", "has no proposal to decide"),
                Some((_, step)) if step.account == account => {
                    let message = format!("{account} proposed it; somebody else decides");
                    Err(("SAME_DECIDER", message))
                }
                Some(_) => Ok(()),
            },
        }
    }

    fn is_nominated_by(&self, kind: NominationKind) -> bool {
        self.steps.iter().any(|it| matches!(it.act, Act::Nominate { kind: by, .. } if by == kind))
    }
}

impl Proposal {
    /// The days it is for.
    pub(crate) fn span(&self) -> Span {
        Span { start: self.start.unwrap_or_default(), end: self.end }
    }
}
