//! Trials of saved triggers: none writes by a rule that was not tried.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kit::db::Tx;
use kit::{Error, Result, clock};
use prost::Message as _;
use proto::notification::v1 as pb;
use sha2::{Digest as _, Sha256};

use crate::store;
use crate::trigger::{Rule, Trial, Trigger};

/// What tells a rule from every other, whatever it is called. What the contract gains later changes it
/// for those rules alone that say it.
pub(super) fn digest(district: &str, rule: &Rule) -> String {
    let rule = Rule { display_name: String::new(), ..rule.clone() };
    let alone = super::said(district, rule);
    STANDARD_NO_PAD.encode(Sha256::digest(alone.encode_to_vec()))
}

/// Refuses to let a trigger write by a rule that was not tried over past events.
pub(super) async fn check(tx: &mut Tx, it: &Trigger) -> Result<()> {
    let digest = digest(&it.district, &it.rule);
    if store::trigger::is_tried(tx, &it.district, &it.id, &digest).await? {
        return Ok(());
    }
    let message = "what it says was not tried over past events: SimulateTrigger with its name, and with \
                   what it is to say where that is not saved yet, tells whom it would have written to";
    Err(Error::precondition("TRIAL_NEEDED", it.name(), message))
}

/// A trial as it is told.
pub(super) fn told(it: &Trial, digest: &str) -> pb::TriggerTrialRecord {
    pb::TriggerTrialRecord {
        revision: it.revision,
        holds: it.digest == digest,
        account: it.account.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
        start_time: it.start.map(clock::to_proto),
        end_time: it.end.map(clock::to_proto),
        event_count: it.events as i32,
        match_count: it.matches as i32,
        fault_count: it.faults as i32,
        truncated: it.truncated,
    }
}
