//! Orders (责任令) and pledges (军令状): who must reach what by when (Q3, X13).

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How orders are named.
pub(crate) static NAME: Pattern = Pattern::new("order", "districts/{district}/orders/{order}");

kit::numbered! {
    /// What sort of order it is.
    enum Kind {
        /// Responsibility order (责任令, Q3), issued to a lead unit.
        Responsibility = 1,
        /// Pledge (军令状, X13), signed by a team when it sets out.
        Pledge = 2,
    }
}

kit::numbered! {
    /// Where an order stands.
    enum State {
        /// Issued, not yet accepted.
        Issued = 1,
        /// Accepted in writing.
        Accepted = 2,
        /// Fulfilled.
        Fulfilled = 3,
        /// Closed without being fulfilled.
        Unfulfilled = 4,
        /// Withdrawn.
        Withdrawn = 5,
    }
}

/// An order.
pub(crate) type Order = Definition<Contents>;

/// What the office says of a order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) kind: Kind,
    /// Id of the post of the official who issues it.
    pub(crate) issuer_post: String,
    /// Id of the unit it is issued to.
    pub(crate) lead_unit: String,
    /// Ids of the posts of the unit heads who carry it through.
    pub(crate) head_posts: Vec<String>,
    /// Id of the task it is about.
    pub(crate) task: Option<String>,
    /// Id of the project it is about.
    pub(crate) project: Option<String>,
    pub(crate) issue_date: Date,
    /// 完成时间.
    pub(crate) deadline: Date,
    /// 目标效果.
    pub(crate) target_effect: String,
    /// Where it stands.
    pub(crate) state: State,
    /// What the unit wrote when it accepted.
    pub(crate) acceptance: String,
    /// When it was accepted.
    pub(crate) accept_time: Option<Timestamp>,
    /// What came of it.
    pub(crate) conclusion: String,
    /// When it was closed.
    pub(crate) close_time: Option<Timestamp>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Order
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.push(Reference::new("issuer_post", Collection::Post, &self.issuer_post));
        all.push(Reference::new("lead_unit", Collection::Unit, &self.lead_unit));
        all.extend(Reference::list("head_posts", Collection::Post, &self.head_posts));
        all.extend(Reference::optional("task", Collection::Task, &self.task));
        all.extend(Reference::optional("project", Collection::Project, &self.project));
        all
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.deadline < self.issue_date {
            let message = format!("{} is before the issue on {}", self.deadline, self.issue_date);
            fields.violation(format_args!("{at}.deadline"), "DATE_ORDER", message);
        }
    }

    fn keep(&mut self, before: &Self) {
        self.state = before.state;
        self.acceptance.clone_from(&before.acceptance);
        self.accept_time = before.accept_time;
        self.conclusion.clone_from(&before.conclusion);
        self.close_time = before.close_time;
    }

    fn judge(&self, before: &Self, reason: &str) -> Result<(), Unfit> {
        before.refuse_closed()?;
        if reason.is_empty() {
            let message = "an order that was issued changes only for a reason".to_owned();
            return Err(("REASON_REQUIRED", message));
        }
        let parties = |it: &Self| (it.kind, it.issuer_post.clone(), it.lead_unit.clone());
        if before.state == State::Accepted && parties(self) != parties(before) {
            let message = "was accepted by its unit; withdraw it and issue another".to_owned();
            return Err(("ORDER_ACCEPTED", message));
        }
        Ok(())
    }
}

impl Contents {
    /// Takes the unit's written acceptance.
    pub(crate) fn accept(&mut self, acceptance: String, now: Timestamp) -> Result<(), Unfit> {
        self.refuse_closed()?;
        if let Some(time) = self.accept_time {
            return Err(("ORDER_ACCEPTED", format!("was accepted at {time}")));
        }
        self.state = State::Accepted;
        self.acceptance = acceptance;
        self.accept_time = Some(now);
        Ok(())
    }

    /// Closes it. Only what was accepted can be fulfilled or not.
    pub(crate) fn close(
        &mut self,
        end: State,
        conclusion: String,
        now: Timestamp,
    ) -> Result<(), Unfit> {
        self.refuse_closed()?;
        if end != State::Withdrawn && self.accept_time.is_none() {
            let message = "was not accepted; it can only be withdrawn".to_owned();
            return Err(("ORDER_NOT_ACCEPTED", message));
        }
        self.state = end;
        self.conclusion = conclusion;
        self.close_time = Some(now);
        Ok(())
    }

    fn refuse_closed(&self) -> Result<(), Unfit> {
        match self.close_time {
            None => Ok(()),
            Some(time) => Err(("ORDER_CLOSED", format!("was closed at {time}"))),
        }
    }
}
