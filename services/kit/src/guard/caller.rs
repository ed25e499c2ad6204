//! The caller of the call being answered.

use std::sync::{Arc, Mutex, PoisonError};

use super::act::{Act, NOWHERE, Origin};
use super::decide::{Guard, Reach, Session, denied};
use super::revoked;
use super::rights::Right;
use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::identity::{Grant, Identity, Place};

tokio::task_local! {
    static CALLER: Arc<Caller>;
}

/// Who passes on what others did, and vouches for who they were.
const VOUCHES: &str = "integrator";

/// Names of a request that are kept.
const NAMES: usize = 3;

/// Somebody whose call is being answered.
#[derive(Debug)]
pub(crate) struct Caller {
    guard: Guard,
    session: Arc<Session>,
    right: &'static Right,
    origin: Origin,
    /// The districts the request has named, and how far the caller reaches there.
    named: Mutex<Vec<(String, Arc<Reach>)>>,
    /// What else it said of itself.
    said: Mutex<Said>,
}

#[derive(Debug, Default)]
struct Said {
    names: Vec<String>,
    request_id: String,
}

impl Caller {
    pub(super) fn new(
        guard: Guard,
        session: Arc<Session>,
        right: &'static Right,
        origin: Origin,
    ) -> Self {
        Self { guard, session, right, origin, named: Mutex::default(), said: Mutex::default() }
    }

    /// The call as the audit keeps it; nothing for what everybody may do, of which no record says
    /// who did it.
    pub(crate) fn act(&self) -> Option<Act> {
        if self.guard.is_public(self.right) {
            return None;
        }
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.session.identity.grants.iter().find_map(|grant| match &grant.place {
            Place::Everywhere => None,
            Place::District(district) | Place::Unit(district, _) => Some(district.as_str()),
        });
        let district = named.iter().map(|(it, _)| it.as_str()).find(|it| !it.is_empty());
        Some(Act {
            district: district.or(own).unwrap_or(NOWHERE).to_owned(),
            account: self.session.identity.account.clone(),
            permission: self.right.permission.clone(),
            about: said.names.join(" "),
            purpose: self.origin.purpose.clone(),
            request_id: said.request_id.clone(),
            source: self.origin.source(),
            trace: self.origin.trace.clone(),
        })
    }

    /// Who is calling, where calls are counted by account; nothing for a service of the suite.
    pub(crate) fn counted(&self) -> Option<&str> {
        let who = &self.session.identity;
        (!who.is_suite).then_some(who.account.as_str())
    }

    /// Whether the call is one of those that are answered for a reason only.
    pub(crate) fn is_told_of_persons(&self) -> bool {
        self.right.needs_purpose
    }

    /// Whether it reads records of persons.
    pub(crate) fn reads_persons(&self) -> bool {
        self.right.needs_purpose && self.right.reads
    }

    /// True once the guard was asked where the call wants to act.
    pub(crate) fn was_placed(&self) -> bool {
        !self.named.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Returns when the caller is cut off from what he is doing.
    pub(crate) async fn cut_off(&self) -> Error {
        let mut told = self.guard.known_revocations().subscribe();
        loop {
            let cut = {
                let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
                let districts = named.iter().map(|(it, _)| it.as_str()).chain(["-"]);
                let who = &self.session.identity;
                districts.into_iter().any(|district| self.guard.cuts(who, district))
            };
            if cut {
                return revoked::refusal();
            }
            if told.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn enter(&self, district: &str) -> Result<Arc<Reach>> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reach)) = named.iter().find(|(it, _)| it == district) {
            return Ok(Arc::clone(reach));
        }
        if self.guard.cuts(&self.session.identity, district) {
            return Err(revoked::refusal());
        }
        let reach = self.guard.reach(&self.session, self.right, district);
        if *reach == Reach::Nothing {
            return Err(match district {
                "" => denied(self.right, "all districts at once"),
                district => denied(self.right, &format!("districts/{district}")),
            });
        }
        named.push((district.to_owned(), Arc::clone(&reach)));
        Ok(reach)
    }
}

/// True when the call may change nothing without a second person's approval.
pub(crate) fn needs_approval() -> bool {
    current(|caller| caller.right.four_eyes).unwrap_or_default()
}

/// True when the caller may do what needs `permission` in a whole district, as work without a
/// caller may.
pub(crate) fn holds(permission: &str, district: &str) -> bool {
    let held = current(|caller| {
        let right = Right::all().get(permission).map(|(_, right)| *right)?;
        Some(*caller.guard.reach(&caller.session, right, district) == Reach::Whole)
    });
    held.is_none_or(|it| it.unwrap_or_default())
}

/// The call being answered, as the audit keeps it.
pub(crate) fn act() -> Option<Act> {
    current(Caller::act).flatten()
}

/// Notes a name that the request gave, and refuses its district as [`in_district`] does.
pub(crate) fn named(name: &str, district: &str) -> Result<()> {
    if district.is_empty() {
        // What belongs to no district is part of the contract, not of anybody's data.
        no_district();
        return Ok(());
    }
    let noted = current(|caller| {
        let mut said = caller.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.names.len() < NAMES {
            said.names.push(name.to_owned());
        }
        drop(said);
        caller.enter(district).map(|_| ())
    });
    noted.unwrap_or(Ok(()))
}

/// Notes the request id of the call.
pub(crate) fn requested(id: &str) {
    current(|caller| {
        let mut said = caller.said.lock().unwrap_or_else(PoisonError::into_inner);
        id.clone_into(&mut said.request_id);
    });
}

/// Answers a call as this caller's.
pub(crate) async fn within<F: Future>(caller: Option<Arc<Caller>>, answer: F) -> F::Output {
    match caller {
        Some(caller) => CALLER.scope(caller, answer).await,
        None => answer.await,
    }
}

fn current<T>(with: impl FnOnce(&Caller) -> T) -> Option<T> {
    CALLER.try_with(|caller| with(caller)).ok()
}

/// Refuses a district in which the caller may not do what he asked for. Reading a name in a
/// request does it by itself.
pub fn in_district(district: &str) -> Result<()> {
    current(|caller| caller.enter(district).map(|_| ())).unwrap_or(Ok(()))
}

/// Refuses whoever may not do this in all districts at once.
pub fn any_district() -> Result<()> {
    current(|caller| caller.enter("").map(|_| ())).unwrap_or(Ok(()))
}

/// The districts that the call being answered has named so far, an empty one for all at once.
pub(crate) fn named_districts() -> Vec<String> {
    let named = current(|caller| {
        let named = caller.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.iter().map(|(district, _)| district.clone()).collect()
    });
    named.unwrap_or_default()
}

/// Says that the call is about no district: what is answered concerns the caller alone.
pub fn no_district() {
    current(|caller| {
        let mut named = caller.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.push(("-".to_owned(), Arc::new(Reach::Nothing)));
    });
}

/// Refuses a caller bound to units who wants to act for another: reason `OTHER_UNIT`.
pub fn for_unit(district: &str, unit: &str) -> Result<()> {
    match units(district)? {
        Some(own) if !own.iter().any(|it| it == unit) => Err(Error::Denied {
            reason: "OTHER_UNIT",
            message: format!(
                "you may act for {} only",
                own.iter()
                    .map(|it| format!("districts/{district}/units/{it}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }),
        _ => Ok(()),
    }
}

/// The units the caller is bound to; nothing where he reaches the whole district.
pub fn units(district: &str) -> Result<Option<Vec<String>>> {
    let reach = current(|caller| caller.enter(district)).transpose()?;
    Ok(match reach.as_deref() {
        Some(Reach::Units(units)) => Some(units.clone()),
        Some(Reach::Nothing) => Some(Vec::new()),
        Some(Reach::Whole) | None => None,
    })
}

/// Refuses a caller bound to units a list that he does not narrow to one of them.
pub fn only_own(district: &str, unit: Option<&str>) -> Result<()> {
    match (units(district)?, unit) {
        (None, _) => Ok(()),
        (Some(_), Some(unit)) => for_unit(district, unit),
        (Some(_), None) => Err(Error::Denied {
            reason: "OTHER_UNIT",
            message: "you may list what concerns your own unit only: name it in the filter"
                .to_owned(),
        }),
    }
}

/// The districts in which the caller may do this; nothing where he may in all.
pub fn districts() -> Result<Option<Vec<String>>> {
    if any_district().is_ok() {
        return Ok(None);
    }
    let own = current(|caller| {
        let grants = &caller.session.identity.grants;
        let places = grants.iter().filter_map(|grant| match &grant.place {
            Place::Everywhere => None,
            Place::District(district) | Place::Unit(district, _) => Some(district.clone()),
        });
        let places: std::collections::BTreeSet<String> = places.collect();
        places.into_iter().filter(|it| caller.enter(it).is_ok()).collect::<Vec<_>>()
    });
    match own {
        Some(own) if own.is_empty() => any_district().map(|()| None),
        own => Ok(own),
    }
}

/// True where the caller reaches the whole district, as work without a caller does.
pub fn is_whole(district: &str) -> Result<bool> {
    Ok(units(district)?.is_none())
}

/// The caller's account; nothing for work without a caller.
pub fn account() -> Option<String> {
    current(|caller| caller.session.identity.account.clone())
}

/// Refuses an account in a request that is not the caller's own (`NOT_YOURSELF`): who decides
/// signs for himself.
pub fn signs(field: &str, account: &str) -> Result<()> {
    if may_sign(account) {
        return Ok(());
    }
    let message = "must be your own account: nobody signs for another";
    Err(Error::invalid(field, "NOT_YOURSELF", message))
}

/// True for the caller's own account, and for any where a platform passes on what its users did
/// in the districts that the request named.
pub(crate) fn may_sign(account: &str) -> bool {
    let may = current(|caller| {
        let Identity { account: own, grants, .. } = &caller.session.identity;
        let named = caller.named.lock().unwrap_or_else(PoisonError::into_inner);
        let mut vouching = grants.iter().filter(|it| it.role == VOUCHES);
        own == account || vouching.any(|grant| named.iter().all(|(it, _)| grant.covers(it)))
    });
    may.unwrap_or(true)
}

/// The caller as he is shown to himself.
pub(super) struct CallerRef {
    pub(super) account: String,
    pub(super) grants: Vec<Grant>,
    pub(super) expire_time: Timestamp,
}

pub(super) fn current_caller() -> Option<CallerRef> {
    current(|caller| {
        let Identity { account, grants, expire_time, .. } = caller.session.identity.clone();
        CallerRef { account, grants, expire_time }
    })
}
