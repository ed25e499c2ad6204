//! The ledger of recusals, and those that ended.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::recusal::{End, Kinship, Recusal};

/// The ledger's name among the district's.
const LEDGER: &str = "recusal";

/// What a list of recusals is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) person: Option<String>,
}

/// Takes the district's recusals until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// One recusal.
pub(crate) async fn find(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Recusal>> {
    let filter = Filter { sequence: Some(sequence), person: None };
    Ok(list(tx, district, &filter, None).await?.pop())
}

/// Recusals in the order they were declared.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Recusal>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT r.sequence, r.person, r.account, r.kinship, r.ground, r.recorder,
                    r.create_time, e.ender, e.reason, e.create_time AS end_time
             FROM recusal r LEFT JOIN recusal_end e
               ON e.district = r.district AND e.sequence = r.sequence
             WHERE r.district = ",
        );
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND r.sequence = ").push_bind(sequence);
        }
        if let Some(person) = &filter.person {
            q.push(" AND r.person = ").push_bind(person);
        }
        if let Some(after) = after {
            q.push(" AND r.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY r.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// The persons an account keeps away from, and how it stands to each: what was declared, and
/// whoever has it for his id or his key in the personnel system.
pub(crate) async fn of_account(
    tx: &mut Tx,
    district: &str,
    account: &str,
) -> Result<Vec<(String, Kinship)>> {
    let rows = kit::fetch_all!(
        tx,
        (String, i64),
        "SELECT r.person, r.kinship FROM recusal r
         WHERE r.district = $1 AND r.account = $2 AND NOT EXISTS (SELECT 1 FROM recusal_end e
             WHERE e.district = r.district AND e.sequence = r.sequence)
         UNION SELECT id, 1 FROM person WHERE district = $1 AND id = $2
         UNION SELECT id, 1 FROM person WHERE district = $1 AND external_id = $2
         ORDER BY 2",
        district,
        account
    )?;
    let read = |(person, kinship)| Ok((person, Kinship::try_from(kinship)?));
    rows.into_iter().map(read).collect()
}

/// Adds a recusal and gives it its position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut Recusal) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO recusal
         (district, sequence, person, account, kinship, ground, recorder, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        district,
        new.sequence,
        &new.person,
        &new.account,
        new.kinship as i64,
        &new.ground,
        &new.recorder,
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

/// Stores its end.
pub(crate) async fn end(tx: &mut Tx, district: &str, it: &Recusal) -> Result<()> {
    let end = it.end.as_ref().ok_or_else(|| Error::internal("no end"))?;
    kit::execute!(
        tx,
        "INSERT INTO recusal_end (district, sequence, ender, reason, create_time)
         VALUES ($1, $2, $3, $4, $5)",
        district,
        it.sequence,
        &end.ender,
        &end.reason,
        clock::to_micros(end.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    person: String,
    account: String,
    kinship: i64,
    ground: String,
    recorder: String,
    create_time: i64,
    ender: Option<String>,
    reason: Option<String>,
    end_time: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Recusal> {
        let end = self.end_time.map(|time| -> Result<End> {
            Ok(End {
                ender: self.ender.unwrap_or_default(),
                reason: self.reason.unwrap_or_default(),
                create_time: clock::from_micros(time)?,
            })
        });
        Ok(Recusal {
            sequence: self.sequence,
            person: self.person,
            account: self.account,
            kinship: Kinship::try_from(self.kinship)?,
            ground: self.ground,
            recorder: self.recorder,
            create_time: clock::from_micros(self.create_time)?,
            end: end.transpose()?,
        })
    }
}
