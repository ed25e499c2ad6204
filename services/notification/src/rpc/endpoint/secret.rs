//! Secrets that rotate: two are valid at once.

use jiff::ToSpan as _;
use kit::db::Tx;
use kit::name::Name;
use kit::secret::Keyring;
use kit::{Error, Result, clock};
use proto::notification::v1 as pb;

use crate::secret::{Scheme, Secret};
use crate::store;

/// How long the secret before stays valid where nothing is said.
const OVERLAP: i32 = 24;

/// Gives an endpoint a new secret and lets the one before expire after `hours`.
pub(super) async fn rotate(tx: &mut Tx, keys: &Keyring, name: &Name, hours: i32) -> Result<()> {
    let (district, id, now) = (name.id("district"), name.id("endpoint"), tx.now());
    let hours = i64::from(if hours == 0 { OVERLAP } else { hours });
    let valid = store::secret::valid(tx, keys, district, id).await?;
    if let [_, before, ..] = &*valid {
        let until = before.expire_time.map(|it| it.to_string()).unwrap_or_default();
        let message = format!("two secrets are valid until {until}; rotate then");
        return Err(Error::precondition("TOO_MANY_SECRETS", name.as_str(), message));
    }
    let mut sequence = 1;
    for mut before in valid {
        sequence = sequence.max(before.sequence + 1);
        before.expire_time = Some(now.checked_add(hours.hours()).map_err(Error::internal)?);
        store::secret::expire(tx, district, id, &before).await?;
    }
    store::secret::insert(tx, keys, district, id, &Secret::generate(sequence, now)?).await
}

/// A secret as its receiver needs it.
pub(super) fn shown(secret: &Secret, scheme: Scheme) -> Result<pb::Secret> {
    Ok(pb::Secret {
        key: secret.shown(scheme)?,
        create_time: Some(clock::to_proto(secret.create_time)),
        expire_time: secret.expire_time.map(clock::to_proto),
    })
}
