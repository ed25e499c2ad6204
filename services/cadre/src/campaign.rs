//! Campaigns (选派): for which posts persons are selected, and when what is done (X3).

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::definition::{self, Definition, day};

/// How campaigns are named.
pub(crate) static NAME: Pattern =
    Pattern::new("campaign", "districts/{district}/campaigns/{campaign}");

/// A campaign.
pub(crate) type Campaign = Definition<Contents>;

/// What the office says of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Ids of the training posts.
    pub(crate) posts: Vec<String>,
    pub(crate) phases: Vec<Phase>,
}

/// A part of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phase {
    pub(crate) kind: PhaseKind,
    #[serde(with = "day")]
    pub(crate) start: Option<Date>,
    #[serde(with = "day")]
    pub(crate) end: Option<Date>,
}

kit::numbered! {
    /// What is done in a phase.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum PhaseKind {
        /// Persons are nominated (推荐).
        Nomination = 1,
        /// They are appraised (考察).
        Appraisal = 2,
        /// Placements are proposed and decided (研究决定).
        Decision = 3,
    }
}

impl From<PhaseKind> for i64 {
    fn from(kind: PhaseKind) -> Self {
        kind as Self
    }
}

/// The phases in order.
const ORDER: [PhaseKind; 3] = [PhaseKind::Nomination, PhaseKind::Appraisal, PhaseKind::Decision];

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }
}

impl Contents {
    /// Refuses phases that are not the three in order: `PHASES`, `PHASE_OVERLAP`.
    pub(crate) fn check(&self, fields: &mut Fields, at: &str) {
        if self.phases.iter().map(|it| it.kind).ne(ORDER) {
            let message = "must be nomination, appraisal and decision, once each and in order";
            fields.violation(format_args!("{at}.phases"), "PHASES", message);
        }
        for (index, pair) in self.phases.windows(2).enumerate() {
            if let (Some(end), Some(start)) = (pair[0].end, pair[1].start)
                && start <= end
            {
                let message = format!("begins before the phase before it is over, on {end}");
                let field = format!("{at}.phases[{}].start_date", index + 1);
                fields.violation(field, "PHASE_OVERLAP", message);
            }
        }
    }

    /// Refuses what is done outside its phase: `NOT_IN_PHASE`.
    pub(crate) fn check_phase(&self, name: &str, kind: PhaseKind, today: Date) -> Result<()> {
        let phase = self.phases.iter().find(|it| it.kind == kind);
        let (start, end) = phase.map(|it| (it.start, it.end)).unwrap_or_default();
        let goes_on =
            start.is_some_and(|start| start <= today) && end.is_some_and(|end| today <= end);
        if goes_on {
            return Ok(());
        }
        let shown = |day: Option<Date>| day.map(|it| it.to_string()).unwrap_or_default();
        let message =
            format!("today is {today}; {kind:?} is from {} to {}", shown(start), shown(end));
        Err(Error::precondition("NOT_IN_PHASE", name, message))
    }
}
