//! Consultations (征求意见): a draft goes to the units before it is in force (H13).

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How consultations are named.
pub(crate) static NAME: Pattern =
    Pattern::new("consultation", "districts/{district}/consultations/{consultation}");

/// A consultation.
pub(crate) type Consultation = Definition<Contents>;

/// What a consultation is about, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the draft.
    pub(crate) scheme: String,
    /// Ids of the units that are asked.
    pub(crate) units: Vec<String>,
    pub(crate) due_date: Date,
    /// The draft waits for it.
    pub(crate) binding: bool,
    pub(crate) close_time: Option<Timestamp>,
    pub(crate) comments: i32,
    pub(crate) answered: i32,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Consultation
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = vec![Reference::new("scheme", Collection::Scheme, &self.scheme)];
        all.extend(Reference::list("units", Collection::Unit, &self.units));
        all
    }
}

impl Contents {
    /// Takes no more comments.
    pub(crate) fn close(&mut self, now: Timestamp) -> std::result::Result<(), Unfit> {
        self.refuse_closed()?;
        self.close_time = Some(now);
        Ok(())
    }

    /// Takes one more comment.
    pub(crate) fn hear(&mut self) -> std::result::Result<(), Unfit> {
        self.refuse_closed()?;
        self.comments += 1;
        Ok(())
    }

    fn refuse_closed(&self) -> std::result::Result<(), Unfit> {
        match self.close_time {
            None => Ok(()),
            Some(time) => Err(("CONSULTATION_CLOSED", format!("was closed at {time}"))),
        }
    }
}

/// Refuses to enact a scheme before its binding consultations are closed and answered.
pub(crate) fn check_done(scheme: &str, consultations: &[Consultation]) -> Result<()> {
    for it in consultations.iter().filter(|it| it.contents.binding) {
        let open = it.contents.comments - it.contents.answered;
        let (reason, message) = match it.contents.close_time {
            None => ("CONSULTATION_OPEN", format!("{} is still open", it.name())),
            Some(_) if open > 0 => {
                ("COMMENTS_OPEN", format!("{open} comments of {} wait for an answer", it.name()))
            }
            Some(_) => continue,
        };
        return Err(Error::precondition(reason, scheme, message));
    }
    Ok(())
}
