//! Four eyes: what one person may do only because another approved it, once.
//!
//! An approval is asked for, given, and used in the very transaction of what it is for, so it
//! lies in the database of the service that does it. A handler uses it with [`consume`]; a
//! method that declares `four_eyes` commits nothing otherwise. Where it stands follows from its
//! steps and the time, not from a job that ran.
//!
//! Deliberately absent: approvals by more than one, and standing approvals.

mod service;
mod store;

use jiff::{SignedDuration, Timestamp};
use proto::access::v1 as pb;
use proto::access::v1::approval::State;

use crate::db::Tx;
use crate::error::{Error, Result, Wanted};
use crate::name::{Name, Pattern};
use crate::{clock, etag, feed, guard};

pub(crate) use service::Approvals;

static NAME: Pattern = Pattern::new("approval", "districts/{district}/approvals/{approval}");

const REQUESTED: &str = "saima.access.v1.ApprovalRequested";
const APPROVED: &str = "saima.access.v1.ApprovalApproved";
const REJECTED: &str = "saima.access.v1.ApprovalRejected";
const WITHDRAWN: &str = "saima.access.v1.ApprovalWithdrawn";
const USED: &str = "saima.access.v1.ApprovalUsed";

/// What was asked for, and what became of it.
#[derive(Clone, Debug)]
struct Approval {
    sequence: i64,
    wanted: Wanted,
    reason: String,
    requester: String,
    request_time: Timestamp,
    /// For how many days it can be given and used, as the district had it when it was asked for.
    days: i64,
    /// At most two: a decision, and an end.
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    account: String,
    note: String,
    step_time: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Approved = 1,
    Rejected = 2,
    Withdrawn = 3,
    Used = 4,
}

impl Kind {
    fn of(number: i64) -> Option<Self> {
        let all = [Self::Approved, Self::Rejected, Self::Withdrawn, Self::Used];
        all.into_iter().find(|it| *it as i64 == number)
    }

    fn event(self) -> &'static str {
        match self {
            Self::Approved => APPROVED,
            Self::Rejected => REJECTED,
            Self::Withdrawn => WITHDRAWN,
            Self::Used => USED,
        }
    }
}

impl Approval {
    fn expire_time(&self) -> Timestamp {
        let held = SignedDuration::from_hours(24 * self.days);
        self.request_time.checked_add(held).unwrap_or(Timestamp::MAX)
    }

    fn revision(&self) -> i64 {
        self.steps.len() as i64 + 1
    }

    fn state(&self, now: Timestamp) -> State {
        match self.steps.last().map(|it| it.kind) {
            Some(Kind::Used) => State::Used,
            Some(Kind::Withdrawn) => State::Withdrawn,
            Some(Kind::Rejected) => State::Rejected,
            _ if now >= self.expire_time() => State::Expired,
            Some(Kind::Approved) => State::Approved,
            None => State::Pending,
        }
    }

    /// Takes a step, where the approval stands so that it may be taken.
    fn take(&mut self, name: &str, kind: Kind, step: Step) -> Result<()> {
        let state = self.state(step.step_time);
        let fits = match kind {
            Kind::Approved | Kind::Rejected => state == State::Pending,
            Kind::Withdrawn => matches!(state, State::Pending | State::Approved),
            Kind::Used => state == State::Approved,
        };
        if !fits {
            let (reason, message) = standing(state);
            return Err(Error::precondition(reason, name, message));
        }
        self.steps.push(step);
        Ok(())
    }

    fn to_proto(&self, name: String, now: Timestamp) -> pb::Approval {
        let decided = self.steps.iter();
        let decided = decided.clone().find(|it| matches!(it.kind, Kind::Approved | Kind::Rejected));
        let ended = self.steps.iter().find(|it| matches!(it.kind, Kind::Withdrawn | Kind::Used));
        pb::Approval {
            name,
            permission: self.wanted.permission.clone(),
            resource: self.wanted.resource.clone(),
            resource_etag: self.wanted.etag.clone(),
            reason: self.reason.clone(),
            state: self.state(now).into(),
            requester: self.requester.clone(),
            approver: decided.map(|it| it.account.clone()).unwrap_or_default(),
            note: decided.map(|it| it.note.clone()).unwrap_or_default(),
            request_time: Some(clock::to_proto(self.request_time)),
            decide_time: decided.map(|it| clock::to_proto(it.step_time)),
            end_time: ended.map(|it| clock::to_proto(it.step_time)),
            expire_time: Some(clock::to_proto(self.expire_time())),
            etag: etag::of(self.revision()),
        }
    }
}

fn standing(state: State) -> (&'static str, &'static str) {
    match state {
        State::Pending | State::Unspecified => ("APPROVAL_PENDING", "waits for a second person"),
        State::Approved => ("APPROVAL_GIVEN", "was approved already"),
        State::Rejected => ("APPROVAL_REJECTED", "was rejected"),
        State::Withdrawn => ("APPROVAL_WITHDRAWN", "was taken back"),
        State::Expired => ("APPROVAL_EXPIRED", "its time ran out; ask again"),
        State::Used => ("APPROVAL_USED", "was used before; ask again"),
    }
}

/// The service and the position that an approval's id says.
fn place(name: &Name) -> Result<(&str, i64)> {
    let place = name.id("approval").rsplit_once('-');
    let place = place.and_then(|(service, number)| Some((service, number.parse().ok()?)));
    place.filter(|(_, number)| *number > 0).ok_or_else(|| name.not_found())
}

fn service_of(permission: &str) -> &str {
    permission.split('.').next().unwrap_or_default()
}

/// Uses the approval that the request names for what the call is about to do with `resource` at
/// `etag`, or refuses with what is wrong with it. To be called when all else was found right:
/// the refusal of a call without an approval says what to ask for.
pub async fn consume(
    tx: &mut Tx,
    district: &str,
    approval: &str,
    resource: &str,
    etag: &str,
) -> Result<()> {
    // Work that nobody called for is nobody's to approve.
    let Some(act) = guard::act() else { return Ok(()) };
    let wanted =
        Wanted { permission: act.permission, resource: resource.to_owned(), etag: etag.to_owned() };
    if approval.is_empty() {
        return Err(Error::Unapproved(wanted));
    }
    let name = NAME.parse("approval", approval)?;
    let (service, sequence) = place(&name)?;
    let another = |message: &str| Error::precondition("APPROVAL_OF_ANOTHER", approval, message);
    if name.id("district") != district || service != service_of(&wanted.permission) {
        return Err(another("is of another district or service"));
    }
    store::lock(tx, district).await?;
    let found = store::get(tx, district, sequence).await?;
    let mut found = found.ok_or_else(|| name.not_found())?;
    if found.requester != act.account {
        return Err(another("was asked for by somebody else, who alone may use it"));
    }
    if (&found.wanted.permission, &found.wanted.resource) != (&wanted.permission, &wanted.resource)
    {
        let Wanted { permission, resource, .. } = &found.wanted;
        return Err(another(&format!("allows {permission} with {resource}, nothing else")));
    }
    let (account, note, step_time) = (act.account, String::new(), tx.now());
    found.take(approval, Kind::Used, Step { kind: Kind::Used, account, note, step_time })?;
    if found.wanted.etag != wanted.etag {
        let message = format!("{} has changed since; ask again", wanted.resource);
        return Err(Error::precondition("APPROVAL_STALE", approval, message));
    }
    record(tx, district, approval, &found, Kind::Used).await?;
    tx.approve();
    Ok(())
}

/// Notes that the caller prepared a resource: he may not approve what is done with it.
pub async fn prepared(tx: &mut Tx, district: &str, resource: &str) -> Result<()> {
    match guard::account() {
        Some(account) => store::prepared(tx, district, resource, &account).await,
        None => Ok(()),
    }
}

/// Keeps the last step of an approval and tells the feed.
async fn record(
    tx: &mut Tx,
    district: &str,
    name: &str,
    found: &Approval,
    kind: Kind,
) -> Result<pb::Approval> {
    store::step(tx, district, found).await?;
    Ok(tell(tx, district, name, found, kind.event()))
}

fn tell(
    tx: &mut Tx,
    district: &str,
    name: &str,
    found: &Approval,
    event: &'static str,
) -> pb::Approval {
    let reply = found.to_proto(name.to_owned(), tx.now());
    feed::append(tx, district, event, name, &Told { approval: Some(reply.clone()) });
    reply
}

/// The change of every package's feed, as far as an approval fills it in: the field has the same
/// number in all of them.
#[derive(Clone, PartialEq, prost::Message)]
struct Told {
    #[prost(message, optional, tag = "90")]
    approval: Option<pb::Approval>,
}
