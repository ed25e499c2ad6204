//! The political-quality archive (S6, X10): what it holds, and who may open it.

use jiff::Timestamp;
use kit::Error;
use kit::name::Pattern;
use kit::secret::Personal;

use crate::access_ticket::{AccessTicket, State};

/// How records are named.
pub(crate) static NAME: Pattern = Pattern::new(
    "political_record",
    "districts/{district}/persons/{person}/politicalRecords/{political_record}",
);
/// How reads are named.
pub(crate) static READ: Pattern =
    Pattern::new("political_read", "districts/{district}/politicalReads/{political_read}");

kit::numbered! {
    /// What a record is.
    enum Kind {
        /// A forward rating.
        Forward = 1,
        /// A reverse rating.
        Reverse = 2,
        /// A checklist.
        Checklist = 3,
    }
}

kit::numbered! {
    /// What a rating came to.
    enum Verdict {
        /// Passed.
        Passed = 1,
        /// Failed, a veto.
        Failed = 2,
    }
}

/// What is known of a record without opening it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) kind: Kind,
    pub(crate) period: String,
    pub(crate) recorder: String,
    pub(crate) create_time: Timestamp,
}

/// What is sealed of a record.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) contents: Personal<String>,
    pub(crate) verdict: Option<Verdict>,
}

/// A read of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) person: String,
    /// Position of the ticket; none where only the veto was asked for.
    pub(crate) ticket: Option<i64>,
    pub(crate) reader: String,
    pub(crate) count: i64,
    pub(crate) create_time: Timestamp,
}

/// True when the latest forward or the latest reverse rating is a failing one; the records come
/// in the order they were filed.
pub(crate) fn vetoed(records: &[(Record, Option<Sealed>)]) -> bool {
    [Kind::Forward, Kind::Reverse].iter().any(|kind| {
        let latest = records.iter().rev().find(|(record, _)| record.kind == *kind);
        let sealed = latest.and_then(|(_, sealed)| sealed.as_ref());
        sealed.is_some_and(|it| it.verdict == Some(Verdict::Failed))
    })
}

/// Refuses whoever has no good ticket: `NO_TICKET`, `NOT_APPROVED`, `TICKET_EXPIRED`.
pub(crate) fn check_ticket(
    ticket: Option<&AccessTicket>,
    person: &str,
    reader: &str,
    now: Timestamp,
) -> kit::Result<()> {
    let denied = |reason, message: &str| Err(Error::Denied { reason, message: message.to_owned() });
    let fits = |it: &&AccessTicket| it.person == person && it.reader == reader;
    match ticket.filter(fits).map(|it| it.state(now)) {
        None => denied("NO_TICKET", "there is no such ticket for this person and reader"),
        Some(State::Requested | State::Refused) => denied("NOT_APPROVED", "it is not approved"),
        Some(State::Expired) => denied("TICKET_EXPIRED", "its time is over"),
        Some(State::Approved) => Ok(()),
    }
}
