//! Phases (阶段): how a campaign is cut in time (Q4).

use jiff::civil::Date;
use kit::Error;
use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How phases are named.
pub(crate) static NAME: Pattern = Pattern::new("phase", "districts/{district}/phases/{phase}");

/// A phase.
pub(crate) type Phase = Definition<Contents>;

/// What the office says of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Short id of the campaign.
    pub(crate) campaign: String,
    pub(crate) start_date: Date,
    pub(crate) end_date: Date,
    /// What is to be done.
    pub(crate) duties: Vec<String>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Phase
    }

    fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        definition::check_dates(fields, at, Some(self.start_date), Some(self.end_date));
    }
}

/// Refuses two phases of a campaign that share more than the day on which one follows the other.
pub(crate) fn check_overlap(mut phases: Vec<Phase>) -> kit::Result<()> {
    let order =
        |it: &Phase| (it.contents.campaign.clone(), it.contents.start_date, it.contents.end_date);
    phases.sort_by_key(order);
    for pair in phases.windows(2) {
        let [one, next] = pair else { continue };
        let (a, b) = (&one.contents, &next.contents);
        if a.campaign == b.campaign && b.start_date < a.end_date {
            let message =
                format!("begins on {}, before {} ends on {}", b.start_date, one.id, a.end_date);
            return Err(Error::precondition("PHASES_OVERLAP", next.name(), message));
        }
    }
    Ok(())
}
