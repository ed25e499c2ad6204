//! Channels, with their secrets sealed under a key of each channel's own.

use std::collections::{BTreeSet, HashMap};

use kit::db::Tx;
use kit::page::Page;
use kit::secret::{self, Keyring, Personal, RecordKey};
use kit::{Error, Result, clock};

use crate::channel::{Channel, Secrets, Setup, Wish};
use crate::store::lane;

macro_rules! columns {
    () => {
        "district, id, display_name, owner, rate, kind, setup, secrets, state, disable_reason, \
         failures, failing_since, circuit_time, rest_time, create_time, update_time, revision"
    };
}

const FIELD: &str = "secrets";

fn record(channel: &str) -> String {
    format!("channels/{channel}")
}

/// A channel by its id.
pub(crate) async fn get(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    id: &str,
) -> Result<Option<Channel>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM channel WHERE district = $1 AND id = $2"),
        district,
        id
    )?;
    Ok(opened(tx, keys, district, row.into_iter().collect()).await?.pop())
}

/// The same, held until the transaction ends.
pub(crate) async fn lock(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    id: &str,
) -> Result<Option<Channel>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "UPDATE channel SET failures = failures WHERE district = $1 AND id = $2 RETURNING ",
            columns!()
        ),
        district,
        id
    )?;
    Ok(opened(tx, keys, district, row.into_iter().collect()).await?.pop())
}

/// A page of a district's channels by their ids.
pub(crate) async fn list(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    page: &Page,
) -> Result<Vec<Channel>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM channel WHERE district = $1 AND id > $2 ORDER BY id LIMIT $3"
        ),
        district,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    opened(tx, keys, district, rows).await
}

/// Those of the ids whose channels are disabled.
pub(crate) async fn disabled(
    tx: &mut Tx,
    district: &str,
    ids: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT id FROM channel WHERE state = 2 AND district = ").push_bind(district);
        q.push(" AND id IN (");
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(id);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Stores a new channel; false when its id is taken.
pub(crate) async fn insert(tx: &mut Tx, keys: &Keyring, channel: &Channel) -> Result<bool> {
    kit::execute!(
        tx,
        "INSERT INTO dispatch_head (district, dispatch) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        &channel.district
    )?;
    let taken = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT revision FROM channel WHERE district = $1 AND id = $2",
        &channel.district,
        &channel.id
    )?;
    if taken.is_some() {
        return Ok(false);
    }
    let key = secret::create(tx, keys, &channel.district, &record(&channel.id)).await?;
    let inserted = kit::insert_many!(
        tx,
        concat!("INSERT INTO channel (", columns!(), ") "),
        [(channel, written(&channel.wish.setup)?, sealed(&key, &channel.secrets)?)],
        |row, (it, setup, secrets)| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.wish.display_name)
                .push_bind(&it.wish.owner)
                .push_bind(it.wish.rate)
                .push_bind(it.wish.setup.kind() as i64)
                .push_bind(setup)
                .push_bind(secrets)
                .push_bind(it.standing.state as i64)
                .push_bind(&it.standing.disable_reason)
                .push_bind(it.standing.health.failures)
                .push_bind(it.standing.health.failing_since.map(clock::to_micros))
                .push_bind(clock::to_micros(it.standing.health.circuit_time))
                .push_bind(0_i64)
                .push_bind(clock::to_micros(it.standing.create_time))
                .push_bind(clock::to_micros(it.standing.update_time))
                .push_bind(it.standing.revision);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(inserted == 1)
}

/// The units that own a district's channels, each once.
pub(crate) async fn owners(tx: &mut Tx, district: &str) -> Result<Vec<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT owner FROM channel WHERE district = $1 ORDER BY owner",
        district
    )?;
    Ok(rows.into_iter().map(|(owner,)| owner).collect())
}

/// Writes a channel, one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, keys: &Keyring, channel: &Channel) -> Result<()> {
    let key = secret::read(tx, keys, &channel.district, &record(&channel.id)).await?;
    let key = key.ok_or_else(|| Error::internal("a channel without its key"))?;
    let (setup, secrets) = (written(&channel.wish.setup)?, sealed(&key, &channel.secrets)?);
    let saved = kit::execute!(
        tx,
        "UPDATE channel SET display_name = $3, owner = $4, rate = $5, setup = $6, secrets = $7,
             state = $8, disable_reason = $9, update_time = $10, revision = $11, rest_time = 0
         WHERE district = $1 AND id = $2 AND revision = $11 - 1",
        &channel.district,
        &channel.id,
        &channel.wish.display_name,
        &channel.wish.owner,
        channel.wish.rate,
        setup,
        secrets,
        channel.standing.state as i64,
        &channel.standing.disable_reason,
        clock::to_micros(channel.standing.update_time),
        channel.standing.revision
    )?;
    if saved == 0 {
        return Err(Error::Conflict { name: channel.name() });
    }
    save_health(tx, &channel.district, &channel.id, channel.standing.health).await
}

lane::health!("channel");

fn written(setup: &Setup) -> Result<String> {
    serde_json::to_string(setup).map_err(Error::internal)
}

/// Both secrets in one piece, a line each.
fn sealed(key: &RecordKey, secrets: &Secrets) -> Result<Vec<u8>> {
    let text = format!("{}\n{}", secrets.token.reveal(), secrets.signing.reveal());
    key.seal(FIELD, &Personal::new(text))
}

async fn opened(
    tx: &mut Tx,
    keys: &Keyring,
    district: &str,
    rows: Vec<Row>,
) -> Result<Vec<Channel>> {
    let records: Vec<String> = rows.iter().map(|row| record(&row.id)).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let found = secret::read_many(tx, keys, district, &records).await?;
    rows.into_iter().map(|row| row.open(&found)).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    display_name: String,
    owner: String,
    rate: i64,
    setup: String,
    secrets: Vec<u8>,
    #[sqlx(flatten)]
    standing: lane::Row,
}

impl Row {
    fn open(self, found: &HashMap<String, RecordKey>) -> Result<Channel> {
        let key = found.get(&record(&self.id));
        let key = key.ok_or_else(|| Error::internal("a channel without its key"))?;
        let secrets = key.open(FIELD, &self.secrets)?;
        let (token, signing) = secrets.reveal().split_once('\n').unwrap_or_default();
        Ok(Channel {
            wish: Wish {
                display_name: self.display_name,
                owner: self.owner,
                rate: self.rate,
                setup: serde_json::from_str(&self.setup).map_err(Error::internal)?,
            },
            secrets: Secrets {
                token: Personal::new(token.to_owned()),
                signing: Personal::new(signing.to_owned()),
            },
            district: self.district,
            id: self.id,
            standing: self.standing.try_into()?,
        })
    }
}
