//! Secrets of endpoints, sealed under a key of each endpoint's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::db::Tx;
use kit::secret::{self, Keyring, Personal};
use kit::{Error, Result, clock};

use crate::secret::Secret;

const FIELD: &str = "key";

fn record(endpoint: &str) -> String {
    format!("endpoints/{endpoint}")
}

/// An endpoint's secrets that are valid now, the newest first.
pub(crate) async fn valid(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    endpoint: &str,
) -> Result<Vec<Secret>> {
    let record = record(endpoint);
    let Some(opener) = secret::read(tx, keys, district, &record).await? else {
        return Ok(Vec::new());
    };
    let now = clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (i64, Vec<u8>, i64, Option<i64>),
        "SELECT sequence, key, create_time, expire_time FROM secret
         WHERE district = $1 AND endpoint = $2 AND (expire_time IS NULL OR expire_time > $3)
         ORDER BY sequence DESC",
        district,
        endpoint,
        now
    )?;
    rows.into_iter()
        .map(|(sequence, sealed, create_time, expire_time)| {
            let key = opener.open(FIELD, &sealed)?;
            Ok(Secret {
                sequence,
                key: STANDARD.decode(key.reveal()).map_err(Error::internal)?,
                create_time: clock::from_micros(create_time)?,
                expire_time: expire_time.map(clock::from_micros).transpose()?,
            })
        })
        .collect()
}

/// Stores a new secret, and forgets those that are not valid any more.
pub(crate) async fn insert(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    endpoint: &str,
    secret: &Secret,
) -> Result<()> {
    let record = record(endpoint);
    let sealer = match secret::read(tx, keys, district, &record).await? {
        Some(key) => key,
        None => secret::create(tx, keys, district, &record).await?,
    };
    let sealed = sealer.seal(FIELD, &Personal::new(STANDARD.encode(&secret.key)))?;
    kit::execute!(
        tx,
        "DELETE FROM secret WHERE district = $1 AND endpoint = $2 AND expire_time <= $3",
        district,
        endpoint,
        clock::to_micros(secret.create_time)
    )?;
    kit::execute!(
        tx,
        "INSERT INTO secret (district, endpoint, sequence, key, create_time, expire_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
        district,
        endpoint,
        secret.sequence,
        sealed,
        clock::to_micros(secret.create_time),
        secret.expire_time.map(clock::to_micros)
    )?;
    Ok(())
}

/// Lets a secret expire.
pub(crate) async fn expire(
    tx: &mut Tx,
    district: &str,
    endpoint: &str,
    secret: &Secret,
) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE secret SET expire_time = $4
         WHERE district = $1 AND endpoint = $2 AND sequence = $3",
        district,
        endpoint,
        secret.sequence,
        secret.expire_time.map(clock::to_micros)
    )?;
    Ok(())
}
