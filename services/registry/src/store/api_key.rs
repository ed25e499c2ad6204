//! The ledgers of API keys and of their secrets, and the days of their use.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::api_key::ApiKey;

macro_rules! columns {
    () => {
        "district, id, revision, display_name, grants, expire_time, secret, overlap_end, \
         is_disabled, author, create_time"
    };
}

macro_rules! read {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", (SELECT MAX(day) FROM api_key_use u WHERE u.district = s.district AND u.id = s.id)
                AS last_use FROM api_key_step s
              WHERE NOT EXISTS (SELECT 1 FROM api_key_step t
                  WHERE t.district = s.district AND t.id = s.id AND t.revision > s.revision)
              AND district = "
        )
    };
}

/// The key of that id, if there is one.
pub(crate) async fn find(tx: &mut Tx, district: &str, id: &str) -> Result<Option<ApiKey>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(read!()).push_bind(district).push(" AND id = ").push_bind(id);
    })?;
    rows.into_iter().next().map(ApiKey::try_from).transpose()
}

/// A page of a district's keys by id.
pub(crate) async fn list(tx: &mut Tx, district: &str, page: &Page) -> Result<Vec<ApiKey>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(read!()).push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// The key that has a secret with one of these hashes, and the secret's number.
pub(crate) async fn by_secret(
    tx: &mut Tx,
    district: &str,
    digests: &[Vec<u8>; 2],
) -> Result<Option<(ApiKey, i64)>> {
    let found = kit::fetch_optional!(
        tx,
        (String, i64),
        "SELECT id, number FROM api_key_secret WHERE district = $1 AND digest IN ($2, $3)",
        district,
        &digests[0],
        &digests[1]
    )?;
    let Some((id, number)) = found else { return Ok(None) };
    Ok(find(tx, district, &id).await?.map(|key| (key, number)))
}

/// Writes a step down for good. `AlreadyExists` for a first one where there is a key.
pub(crate) async fn insert(tx: &mut Tx, it: &ApiKey) -> Result<()> {
    kit::execute!(
        tx,
        concat!(
            "INSERT INTO api_key_step (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        &it.district,
        &it.id,
        it.revision,
        &it.display_name,
        super::lines(&it.grants),
        clock::to_micros(it.expire_time),
        it.secret,
        clock::to_micros(it.overlap_end),
        i64::from(it.is_disabled),
        &it.author,
        clock::to_micros(it.update_time)
    )?;
    Ok(())
}

/// Keeps the hash of a key's newest secret.
pub(crate) async fn insert_secret(tx: &mut Tx, it: &ApiKey, digest: &[u8]) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO api_key_secret (district, id, number, digest, create_time)
         VALUES ($1, $2, $3, $4, $5)",
        &it.district,
        &it.id,
        it.secret,
        digest,
        clock::to_micros(it.update_time)
    )?;
    Ok(())
}

/// Notes that a key was used on a day.
pub(crate) async fn used(tx: &mut Tx, it: &ApiKey, day: Date) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO api_key_use (district, id, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &it.district,
        &it.id,
        kit::date::to_text(day)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    revision: i64,
    display_name: String,
    grants: String,
    expire_time: i64,
    secret: i64,
    overlap_end: i64,
    is_disabled: i64,
    author: String,
    create_time: i64,
    last_use: Option<String>,
}

impl TryFrom<Row> for ApiKey {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let time = |micros: i64| -> Result<Timestamp> { clock::from_micros(micros) };
        let day = |text: &str| text.parse::<Date>().map_err(Error::internal);
        Ok(Self {
            grants: super::from_lines(&row.grants),
            expire_time: time(row.expire_time)?,
            overlap_end: time(row.overlap_end)?,
            is_disabled: row.is_disabled != 0,
            update_time: time(row.create_time)?,
            last_use: row.last_use.as_deref().map(day).transpose()?,
            district: row.district,
            id: row.id,
            display_name: row.display_name,
            secret: row.secret,
            author: row.author,
            revision: row.revision,
        })
    }
}
