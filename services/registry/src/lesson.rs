//! Lessons (经验总结) and the changes of the rulebook they propose (Q10).

use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How lessons are named.
pub(crate) static NAME: Pattern = Pattern::new("lesson", "districts/{district}/lessons/{lesson}");

kit::numbered! {
    /// What became of a proposal.
    enum State {
        /// Filed; without a proposal it stays so.
        Filed = 1,
        /// The rulebook was changed.
        Adopted = 2,
        /// The rulebook stays as it is.
        Declined = 3,
    }
}

/// A lesson.
pub(crate) type Lesson = Definition<Contents>;

/// What the office says of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the task it was learnt from.
    pub(crate) task: Option<String>,
    /// Id of the project it was learnt from.
    pub(crate) project: Option<String>,
    /// What was learnt.
    pub(crate) text: String,
    /// Id of the scheme that is to change.
    pub(crate) scheme: Option<String>,
    /// Track of that scheme.
    pub(crate) track_id: Option<String>,
    /// Node of that track.
    pub(crate) node_id: Option<String>,
    /// What is to change.
    pub(crate) proposal: String,
    /// What became of it.
    pub(crate) state: State,
    /// Id of the scheme in which it was adopted.
    pub(crate) adopted_in: Option<String>,
    /// Why it was adopted or declined.
    pub(crate) decision: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Lesson
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Reference::optional("task", Collection::Task, &self.task),
            Reference::optional("project", Collection::Project, &self.project),
            Reference::optional("scheme", Collection::Scheme, &self.scheme),
            Reference::optional("adopted_in", Collection::Scheme, &self.adopted_in),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.scheme.is_some() && self.proposal.is_empty() {
            let message = "a lesson about a scheme says what is to change";
            fields.violation(format_args!("{at}.proposal"), "PROPOSAL_REQUIRED", message);
        }
    }

    fn keep(&mut self, before: &Self) {
        self.state = before.state;
        self.adopted_in.clone_from(&before.adopted_in);
        self.decision.clone_from(&before.decision);
    }

    fn judge(&self, before: &Self, _: &str) -> Result<(), Unfit> {
        before.refuse_resolved()
    }
}

impl Contents {
    /// Takes what became of its proposal.
    pub(crate) fn resolve(
        &mut self,
        adopted_in: Option<String>,
        decision: String,
    ) -> Result<(), Unfit> {
        self.refuse_resolved()?;
        if self.proposal.is_empty() {
            return Err(("NO_PROPOSAL", "proposes no change of the rulebook".to_owned()));
        }
        self.state = if adopted_in.is_some() { State::Adopted } else { State::Declined };
        self.adopted_in = adopted_in;
        self.decision = decision;
        Ok(())
    }

    /// Refuses to go on with one that was resolved.
    pub(crate) fn refuse_resolved(&self) -> Result<(), Unfit> {
        match self.state {
            State::Filed => Ok(()),
            _ => Err(("LESSON_RESOLVED", "was resolved and stays as it is".to_owned())),
        }
    }
}
