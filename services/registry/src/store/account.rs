//! The ledger of accounts that were cut off.

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::account::Account;

macro_rules! columns {
    () => {
        "district, id, revision, account, is_barred, valid_after, reason, author, create_time"
    };
}

/// How an account stands, if it was ever cut off here.
pub(crate) async fn find(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Account>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM account_step WHERE district = $1 AND id = $2 ORDER BY revision DESC LIMIT 1"
        ),
        district,
        id
    )?;
    row.map(Account::try_from).transpose()
}

/// A page of a district's accounts by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    only_barred: bool,
    page: &Page,
) -> Result<Vec<Account>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM account_step s WHERE district = "));
        q.push_bind(district).push(LAST);
        if only_barred {
            q.push(" AND is_barred = 1");
        }
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Account::try_from).collect()
}

/// A page of those that are barred or were cut off after `since`, of one district or of all.
pub(crate) async fn in_force(
    tx: &mut Tx,
    district: Option<&str>,
    since: Timestamp,
    page: &Page,
) -> Result<Vec<Account>> {
    let after = page.after().and_then(|it| it.split_once(' '));
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM account_step s WHERE (is_barred = 1"));
        q.push(" OR valid_after > ").push_bind(clock::to_micros(since)).push(")").push(LAST);
        if let Some(district) = district {
            q.push(" AND district = ").push_bind(district);
        }
        if let Some((district, id)) = after {
            q.push(" AND (district, id) > (").push_bind(district);
            q.push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY district, id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Only the last step of an account.
const LAST: &str = " AND NOT EXISTS (SELECT 1 FROM account_step t
    WHERE t.district = s.district AND t.id = s.id AND t.revision > s.revision)";

/// Writes a step down for good. `Conflict` where somebody else took it meanwhile.
pub(crate) async fn insert(tx: &mut Tx, it: &Account) -> Result<()> {
    let inserted = kit::execute!(
        tx,
        concat!(
            "INSERT INTO account_step (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
        ),
        &it.district,
        &it.id,
        it.revision,
        &it.account,
        i64::from(it.is_barred),
        clock::to_micros(it.valid_after),
        &it.reason,
        &it.author,
        clock::to_micros(it.update_time)
    )?;
    match inserted {
        0 => Err(Error::Conflict { name: it.account.clone() }),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    revision: i64,
    account: String,
    is_barred: i64,
    valid_after: i64,
    reason: String,
    author: String,
    create_time: i64,
}

impl TryFrom<Row> for Account {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            account: row.account,
            is_barred: row.is_barred != 0,
            valid_after: clock::from_micros(row.valid_after)?,
            reason: row.reason,
            author: row.author,
            update_time: clock::from_micros(row.create_time)?,
            revision: row.revision,
        })
    }
}
