//! The guard of a process: callers as their tokens say, decisions as the policies say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use tokio::sync::watch;

use super::act::{Act, Origin};
use super::caller::Caller;
use super::policy::{Policies, Resource};
use super::revoked::{self, Known};
use super::rights::{self, Right};
use crate::error::{Error, Result};
use crate::identity::{Grant, Identity, Place, Trust};

/// Tokens that are remembered. Beyond it they are read anew, which is only slower.
const REMEMBERED: usize = 10_000;

/// What everybody has without a token.
const PUBLIC: &str = "public";

/// Decides about calls. Clones share what it remembers.
#[derive(Clone, Debug)]
pub struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    trust: Trust,
    policies: Arc<Policies>,
    /// Who was cut off.
    revoked: watch::Sender<Arc<Known>>,
    /// Callers and their tokens, by the tokens' signatures; under the empty one, everybody.
    known: Mutex<HashMap<String, (String, Arc<Session>)>>,
    /// Whether everybody may do something, by permission.
    public: Mutex<HashMap<&'static str, bool>>,
}

/// Who comes in.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// A caller whose call is to be answered.
    Caller(Caller),
    /// Whoever it is: no method of the contract was called.
    Nobody,
    /// A caller who may not.
    Refused(Caller, Error),
    /// Somebody without a valid token.
    Unknown(Act, Error),
}

/// How far somebody's permission reaches in a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// What concerns these units.
    Units(Vec<String>),
    /// All of it.
    Whole,
}

/// A caller and what was decided about him.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) identity: Identity,
    /// By permission and district; an empty district is the suite itself.
    decided: Mutex<HashMap<(&'static str, String), Arc<Reach>>>,
}

impl Guard {
    /// A guard that trusts these issuers and goes by these policies.
    pub fn new(trust: Trust, policies: Policies) -> Self {
        Self::remembering_nothing(trust, Arc::new(policies))
    }

    /// A guard of the same trust and policies that remembers nothing.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::remembering_nothing(self.0.trust.clone(), Arc::clone(&self.0.policies))
    }

    fn remembering_nothing(trust: Trust, policies: Arc<Policies>) -> Self {
        Self(Arc::new(Inner {
            trust,
            policies,
            revoked: watch::Sender::default(),
            known: Mutex::default(),
            public: Mutex::default(),
        }))
    }

    /// Where it is told who was cut off.
    pub(super) fn known_revocations(&self) -> &watch::Sender<Arc<Known>> {
        &self.0.revoked
    }

    /// True where somebody lost what he had in a district; see `Known::cuts`.
    pub(super) fn cuts(&self, who: &Identity, district: &str) -> bool {
        self.0.revoked.borrow().cuts(who, district)
    }

    /// Lets a call in whose caller has a grant that may do this somewhere.
    pub(crate) fn admit(&self, path: &str, headers: &HeaderMap, origin: Origin) -> Admitted {
        // Health, reflection and what no contract of ours names have no handler of ours.
        let Some(right) = rights::right(path) else { return Admitted::Nobody };
        let session = match self.session(headers) {
            Ok(session) => session,
            Err(error) => return stranger(right, origin, error),
        };
        if self.cuts(&session.identity, "-") {
            let caller = Caller::new(self.clone(), session, right, origin);
            return Admitted::Refused(caller, revoked::refusal());
        }
        let mut lost = false;
        let somewhere = session.identity.grants.iter().any(|grant| match &grant.place {
            Place::Everywhere => {
                self.reaches(&session, right, "") || self.reaches(&session, right, "-")
            }
            Place::District(district) | Place::Unit(district, _) => {
                let is_cut = self.cuts(&session.identity, district);
                lost |= is_cut;
                !is_cut && self.reaches(&session, right, district)
            }
        });
        let known = !session.identity.account.is_empty();
        if !somewhere && !known {
            let message = "this call needs a token: authorization: Bearer …".to_owned();
            let error = Error::Unauthenticated { reason: "TOKEN_REQUIRED", message };
            return stranger(right, origin, error);
        }
        let silent = right.needs_purpose && origin.purpose.is_empty();
        let caller = Caller::new(self.clone(), session, right, origin);
        match somewhere {
            true if silent => Admitted::Refused(caller, unexplained()),
            true => Admitted::Caller(caller),
            false if lost => Admitted::Refused(caller, revoked::refusal()),
            false => Admitted::Refused(caller, denied(right, "any of your districts")),
        }
    }

    fn reaches(&self, session: &Session, right: &'static Right, district: &str) -> bool {
        *self.reach(session, right, district) != Reach::Nothing
    }

    /// How far the caller's permission reaches in a district; for an empty one, in the suite.
    pub(super) fn reach(
        &self,
        session: &Session,
        right: &'static Right,
        district: &str,
    ) -> Arc<Reach> {
        let key = (right.permission.as_str(), district.to_owned());
        let lock = || session.decided.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reach) = lock().get(&key) {
            return Arc::clone(reach);
        }
        let Identity { account, grants, .. } = &session.identity;
        let reach =
            Arc::new(self.weigh(account, grants, &right.permission, right.by_unit, district));
        let mut decided = lock();
        // Somebody who asks for ever new districts gets no more memory for it.
        if decided.len() >= REMEMBERED {
            decided.clear();
        }
        decided.insert(key, Arc::clone(&reach));
        reach
    }

    /// How far these grants reach.
    pub fn weigh(
        &self,
        account: &str,
        grants: &[Grant],
        permission: &str,
        by_unit: bool,
        district: &str,
    ) -> Reach {
        let mut units = Vec::new();
        for grant in grants {
            if district.is_empty() {
                if grant.place == Place::Everywhere
                    && self.judge(account, grant, permission, Resource::Suite).permitted
                {
                    return Reach::Whole;
                }
                continue;
            }
            if !grant.covers(district) {
                continue;
            }
            if self.judge(account, grant, permission, Resource::District(district)).permitted {
                return Reach::Whole;
            }
            if let Some(unit) = grant.unit().filter(|_| by_unit)
                && self.judge(account, grant, permission, Resource::Unit(district, unit)).permitted
            {
                units.push(unit.to_owned());
            }
        }
        if units.is_empty() { Reach::Nothing } else { Reach::Units(units) }
    }

    /// True for what everybody may do without saying who he is.
    pub(super) fn is_public(&self, right: &'static Right) -> bool {
        let mut public = self.0.public.lock().unwrap_or_else(PoisonError::into_inner);
        *public.entry(&right.permission).or_insert_with(|| {
            let everybody = [Grant::everywhere(PUBLIC)];
            self.weigh("", &everybody, &right.permission, false, "-") == Reach::Whole
        })
    }

    pub(super) fn judge(
        &self,
        account: &str,
        grant: &Grant,
        permission: &str,
        resource: Resource<'_>,
    ) -> super::policy::Verdict {
        let unit = match &grant.place {
            Place::Unit(district, unit) => Some((district.as_str(), unit.as_str())),
            Place::Everywhere | Place::District(_) => None,
        };
        self.0.policies.judge(account, (&grant.role, unit), permission, resource)
    }

    /// Who calls, by the token in the headers.
    fn session(&self, headers: &HeaderMap) -> Result<Arc<Session>> {
        let token = token(headers)?.unwrap_or_default();
        let now = self.0.trust.clock().now();
        let lock = || self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        // All of a token is compared, and its end alone hashed.
        let signature = token.rsplit('.').next().unwrap_or_default();
        if let Some((known, session)) = lock().get(signature)
            && known == token
            && session.identity.expire_time > now
        {
            return Ok(Arc::clone(session));
        }
        let mut identity = match token {
            "" => Identity { expire_time: Timestamp::MAX, ..Identity::default() },
            token => self.0.trust.identify(token)?,
        };
        identity.grants.push(Grant::everywhere(PUBLIC));
        let session = Arc::new(Session { identity, decided: Mutex::default() });
        let mut known = lock();
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, session)| session.identity.expire_time > now);
            if known.len() >= REMEMBERED {
                known.clear();
            }
        }
        known.insert(signature.to_owned(), (token.to_owned(), Arc::clone(&session)));
        Ok(session)
    }
}

/// The bearer token; none where there is no such header.
fn token(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(Error::Unauthenticated {
            reason: "TOKEN_REFUSED",
            message: "the authorization header must be: Bearer and a token".to_owned(),
        });
    }
    Ok(Some(token.trim()))
}

fn stranger(right: &Right, origin: Origin, error: Error) -> Admitted {
    Admitted::Unknown(Act::of_stranger(right, origin, error.reason()), error)
}

fn unexplained() -> Error {
    Error::Denied {
        reason: "PURPOSE_REQUIRED",
        message: "say why in the metadata saima-purpose: records of persons are read for a reason"
            .to_owned(),
    }
}

/// The refusal, the same whether what was asked for is there or not.
pub(super) fn denied(right: &Right, place: &str) -> Error {
    Error::Denied {
        reason: "NOT_PERMITTED",
        message: format!("you may not do this in {place}: it needs {}", right.permission),
    }
}
