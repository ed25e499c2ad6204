//! Publications, and what of them was withdrawn.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::publication::{Kind, Piece, Publication, Withdrawal};

const SELECT: &str =
    "SELECT p.district, p.sequence, p.kind, p.source, p.title, p.content, p.account, p.create_time,
         w.reason, w.account AS withdrawer, w.create_time AS withdraw_time
     FROM publication p LEFT JOIN publication_withdrawal w
         ON w.district = p.district AND w.publication = p.sequence
     WHERE p.district = ";

/// Takes a district's publications for this transaction, and yields the last position.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<i64> {
    let (publication,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO publication_head (district, publication) VALUES ($1, 0)
         ON CONFLICT (district) DO UPDATE SET publication = publication_head.publication
         RETURNING publication",
        district
    )?;
    Ok(publication)
}

/// The publication at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Publication>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(SELECT).push_bind(district).push(" AND p.sequence = ").push_bind(sequence);
    })?;
    rows.into_iter().next().map(Publication::try_from).transpose()
}

/// The one made from a source that is not withdrawn.
pub(crate) async fn standing(
    tx: &mut Tx,
    district: &str,
    source: &str,
) -> Result<Option<Publication>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(SELECT).push_bind(district).push(" AND p.source = ").push_bind(source);
        q.push(" AND w.reason IS NULL LIMIT 1");
    })?;
    rows.into_iter().next().map(Publication::try_from).transpose()
}

/// A page of what is not withdrawn, the newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    kind: Option<Kind>,
    page: &Page,
) -> Result<Vec<Publication>> {
    let before = page.after_number()?.unwrap_or(i64::MAX);
    let rows = kit::query!(tx, Row, |q| {
        q.push(SELECT).push_bind(district).push(" AND p.sequence < ").push_bind(before);
        q.push(" AND w.reason IS NULL");
        if let Some(kind) = kind {
            q.push(" AND p.kind = ").push_bind(kind as i64);
        }
        q.push(" ORDER BY p.sequence DESC LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// A page of all that was published, in order.
pub(crate) async fn history(
    tx: &mut Tx,
    district: &str,
    source: Option<&str>,
    page: &Page,
) -> Result<Vec<Publication>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(SELECT).push_bind(district).push(" AND p.sequence > ").push_bind(after);
        if let Some(source) = source {
            q.push(" AND p.source = ").push_bind(source);
        }
        q.push(" ORDER BY p.sequence LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// Stores a new publication, at the district's last position.
pub(crate) async fn insert(tx: &mut Tx, it: &Publication) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE publication_head SET publication = $2 WHERE district = $1",
        &it.district,
        it.sequence
    )?;
    kit::execute!(
        tx,
        "INSERT INTO publication (district, sequence, kind, source, title, content, account,
             create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &it.district,
        it.sequence,
        it.piece.kind as i64,
        &it.piece.source,
        &it.piece.title,
        &it.piece.content,
        &it.account,
        clock::to_micros(it.create_time)
    )?;
    Ok(())
}

/// Stores that one is withdrawn.
pub(crate) async fn withdraw(tx: &mut Tx, it: &Publication, withdrawal: &Withdrawal) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO publication_withdrawal (district, publication, reason, account, create_time)
         VALUES ($1, $2, $3, $4, $5)",
        &it.district,
        it.sequence,
        &withdrawal.reason,
        &withdrawal.account,
        clock::to_micros(withdrawal.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    kind: i64,
    source: String,
    title: String,
    content: String,
    account: String,
    create_time: i64,
    reason: Option<String>,
    withdrawer: Option<String>,
    withdraw_time: Option<i64>,
}

impl TryFrom<Row> for Publication {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let withdrawal = match (row.reason, row.withdrawer, row.withdraw_time) {
            (Some(reason), Some(account), Some(time)) => {
                Some(Withdrawal { reason, account, create_time: clock::from_micros(time)? })
            }
            _ => None,
        };
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            piece: Piece {
                kind: row.kind.try_into()?,
                source: row.source,
                title: row.title,
                content: row.content,
            },
            account: row.account,
            create_time: clock::from_micros(row.create_time)?,
            withdrawal,
        })
    }
}
