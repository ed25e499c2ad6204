//! Assignments as registry sends them: asked for by etag, held for a second, made ready for
//! look-ups. Those of closed periods are read from where the close stored them.

mod convert;
mod flight;
mod held;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kit::boot::{Context, DOCUMENT_LIMIT};
use kit::clock::Clock;
use kit::db::Tx;
use kit::peers::Peer;
use kit::{Error, Result};
use prost::Message as _;
use proto::registry::v1 as registry;
use proto::registry::v1::assignment_service_client::AssignmentServiceClient;
use rulebook::Rulebook;
use tonic::Code;

use super::Rpc;
use crate::assignment::Assignment;
use crate::objection;
use crate::store;
use flight::Flights;
use held::{Copy, Held};

/// How long a copy is good for checking reports.
const FRESH_SECONDS: i64 = 1;

/// One period's definitions in the three forms they are needed in.
pub(super) struct Definitions {
    /// For look-ups.
    pub(super) assignment: Arc<Assignment>,
    /// As registry sent them; what a run pins.
    pub(super) wire: registry::Assignment,
    /// The rulebook of each scheme, by the scheme's id.
    pub(super) rulebooks: Vec<(String, Rulebook)>,
    /// How large it came.
    bytes: usize,
}

impl Definitions {
    /// What was pinned as it came from registry.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        Self::try_from(registry::Assignment::decode(bytes).map_err(Error::internal)?)
    }

    /// The bytes to pin; the same definitions give the same.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.wire.encode_to_vec()
    }

    /// Days after publication within which a result by a scheme can be objected to.
    pub(super) fn objection_days(&self, scheme: &str) -> i32 {
        self.rulebook(scheme).and_then(|it| it.objection_days).unwrap_or(objection::TERM_DAYS)
    }

    /// The rulebook of a scheme that holds in the period.
    pub(super) fn rulebook(&self, scheme: &str) -> Option<&Rulebook> {
        self.rulebooks.iter().find(|(id, _)| id == scheme).map(|(_, rulebook)| rulebook)
    }
}

/// Reads assignments from registry, and those that periods were closed with.
pub(super) struct Assignments {
    registry: AssignmentServiceClient<Peer>,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
    closed: Mutex<Held>,
    flights: Flights,
}

impl Rpc {
    /// The definitions that hold for a period: those it was closed with, else registry's, at
    /// most a second old; none when registry knows no such period.
    pub(super) async fn definitions(
        &self,
        district: &str,
        period: &str,
    ) -> Result<Option<Arc<Definitions>>> {
        let closed = self.closed_with(&mut self.db.begin_read().await?, district, period).await?;
        match closed {
            Some(definitions) => Ok(Some(definitions)),
            None => self.assignments.recent(district, period).await,
        }
    }

    /// The definitions that a period was closed with; none while it is open.
    pub(super) async fn closed_with(
        &self,
        tx: &mut Tx,
        district: &str,
        period: &str,
    ) -> Result<Option<Arc<Definitions>>> {
        let held = &self.assignments.closed;
        if let Some(copy) = lock(held).get(district, period) {
            return Ok(Some(copy.definitions));
        }
        let stored = store::reconciliation::definitions(tx, district, period).await?;
        let Some(bytes) = stored else { return Ok(None) };
        let definitions = Arc::new(Definitions::decode(&bytes)?);
        lock(held).put(district, period, Copy::of(Arc::clone(&definitions)));
        Ok(Some(definitions))
    }
}

impl Assignments {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            registry: kit::client!(AssignmentServiceClient, context.peers.get("registry"))
                .max_decoding_message_size(DOCUMENT_LIMIT),
            clock: Arc::clone(&context.clock),
            held: Mutex::default(),
            closed: Mutex::default(),
            flights: Flights::default(),
        }
    }

    /// The assignment of a period, at most a second old; none when registry knows no such
    /// period. What is not in it may have been defined since: ask for `current` then.
    pub(super) async fn recent(
        &self,
        district: &str,
        period: &str,
    ) -> Result<Option<Arc<Definitions>>> {
        let is_fresh = |copy: &Copy| copy.is_fresh(self.clock.now());
        self.read(district, period, is_fresh).await
    }

    /// The assignment of a period as it is now; none when registry knows no such period.
    pub(super) async fn current(
        &self,
        district: &str,
        period: &str,
    ) -> Result<Option<Arc<Definitions>>> {
        let called = self.flights.turn();
        self.read(district, period, |copy| copy.turn > called).await
    }

    /// The copy that is held if it will do, else what registry says. One call at a time asks
    /// about a period; those that waited for it look at its copy first.
    async fn read(
        &self,
        district: &str,
        period: &str,
        will_do: impl Fn(&Copy) -> bool,
    ) -> Result<Option<Arc<Definitions>>> {
        let held = || lock(&self.held).get(district, period);
        if let Some(copy) = held().filter(&will_do) {
            return Ok(Some(copy.definitions));
        }
        let flight = self.flights.of(district, period);
        let _flight = flight.lock().await;
        match held() {
            Some(copy) if will_do(&copy) => Ok(Some(copy.definitions)),
            copy => self.ask(district, period, copy).await,
        }
    }

    async fn ask(
        &self,
        district: &str,
        period: &str,
        copy: Option<Copy>,
    ) -> Result<Option<Arc<Definitions>>> {
        let (turn, asked) = (self.flights.turn(), self.clock.now());
        let request = registry::GetAssignmentRequest {
            name: format!("districts/{district}/periods/{period}/assignment"),
            etag: copy.as_ref().map(|copy| copy.etag.clone()).unwrap_or_default(),
        };
        let reply = match self.registry.clone().get_assignment(request).await {
            Ok(reply) => reply.into_inner(),
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            Err(status) => return Err(status.into()),
        };
        let definitions = match (reply.assignment, copy) {
            (Some(assignment), _) => Arc::new(Definitions::try_from(assignment)?),
            (None, Some(copy)) if reply.unchanged => copy.definitions,
            (None, _) => return Err(Error::internal("registry sent no assignment")),
        };
        let copy = Copy { etag: reply.etag, asked, turn, definitions: Arc::clone(&definitions) };
        lock(&self.held).put(district, period, copy);
        Ok(Some(definitions))
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Copy {
    /// A copy of what never changes again.
    fn of(definitions: Arc<Definitions>) -> Self {
        Self { etag: String::new(), asked: Timestamp::default(), turn: 0, definitions }
    }

    /// A clock that was set back makes a copy old, too.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (0..=FRESH_SECONDS * 1_000_000)
            .contains(&(now.as_microsecond() - self.asked.as_microsecond()))
    }
}

impl fmt::Debug for Assignments {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Assignments").finish_non_exhaustive()
    }
}
