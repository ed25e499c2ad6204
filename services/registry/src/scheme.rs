//! Schemes (考核方案): rulebooks, one after another in a series. What a rulebook may say is
//! judged by the rulebook crate; here stands how schemes come into force and follow each other.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::period::{self, Period};

/// How schemes are named.
pub(crate) static NAME: Pattern = Pattern::new("scheme", "districts/{district}/schemes/{scheme}");

kit::numbered! {
    /// Where a scheme stands.
    enum State {
        /// Being written.
        Draft = 1,
        /// Enacted, the last of its series.
        InForce = 2,
        /// Enacted and followed by another; still holds for its own periods.
        Superseded = 3,
    }
}

/// A scheme.
#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) contents: Contents,
    pub(crate) state: State,
    /// Id of the scheme it was revised from.
    pub(crate) supersedes: Option<String>,
    pub(crate) enactment: Option<Enactment>,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What a draft's author says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) series: String,
    /// Id of the first period for which it is to hold.
    pub(crate) effective_period: String,
    /// First day of that period.
    pub(crate) effective_start: Date,
    /// The whole rulebook, encoded at the edge.
    pub(crate) document: Vec<u8>,
}

/// What enacting adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enactment {
    /// Over the rulebook's canonical text.
    pub(crate) digest: String,
    pub(crate) time: Timestamp,
    /// The district's edition at that time. Of two schemes that hold from the same day, the
    /// one that was enacted later holds.
    pub(crate) edition: i64,
}

/// An indicator that a scheme scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The indicator's id.
    pub(crate) indicator: String,
    /// Some leaf divides by its target, which must then be above 0.
    pub(crate) divides: bool,
}

impl Scheme {
    /// A draft.
    pub(crate) fn new(district: &str, id: String, contents: Contents, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            id,
            uid: kit::id::uid(),
            contents,
            state: State::Draft,
            supersedes: None,
            enactment: None,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// A draft that says the same from another period on, and is to follow this scheme.
    pub(crate) fn revise(&self, id: String, from: &Period, now: Timestamp) -> Self {
        let contents = Contents {
            effective_period: from.id.clone(),
            effective_start: from.span.first,
            ..self.contents.clone()
        };
        let supersedes = Some(self.id.clone());
        Self { supersedes, ..Self::new(&self.district, id, contents, now) }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Its effective period's full name.
    pub(crate) fn effective_period(&self) -> String {
        period::NAME.format(&[&self.district, &self.contents.effective_period])
    }

    /// Refuses to go on with a scheme that was enacted.
    pub(crate) fn refuse_enacted(&self) -> Result<()> {
        match &self.enactment {
            None => Ok(()),
            Some(Enactment { time, .. }) => {
                let message = format!("was enacted at {time} and is immutable; revise it instead");
                Err(Error::precondition("SCHEME_IN_FORCE", self.name(), message))
            }
        }
    }

    /// Replaces a draft's contents and says whether that is a change.
    pub(crate) fn change(&mut self, contents: Contents, now: Timestamp) -> Result<bool> {
        self.refuse_enacted()?;
        if self.contents == contents {
            return Ok(false);
        }
        self.contents = contents;
        self.move_on(now);
        Ok(true)
    }

    /// Puts a draft in force. `before`, the scheme of its series that is in force now, is
    /// superseded; a scheme of the same series that begins later stands in the way.
    pub(crate) fn enact(
        &mut self,
        before: Option<&mut Self>,
        digest: String,
        edition: i64,
        now: Timestamp,
    ) -> Result<()> {
        self.refuse_enacted()?;
        if let Some(before) = before {
            if before.contents.effective_start > self.contents.effective_start {
                let (name, from) = (before.name(), before.effective_period());
                let message =
                    format!("{name} of the same series holds from {from} on, which is later");
                return Err(Error::precondition("SERIES_ORDER", self.name(), message));
            }
            before.state = State::Superseded;
            before.move_on(now);
        }
        self.state = State::InForce;
        self.enactment = Some(Enactment { digest, time: now, edition });
        self.move_on(now);
        Ok(())
    }

    fn move_on(&mut self, now: Timestamp) {
        self.update_time = now;
        self.revision += 1;
    }
}
