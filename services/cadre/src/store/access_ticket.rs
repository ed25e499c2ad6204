//! The ledger of tickets, and what was decided about them.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::access_ticket::{AccessTicket, Decision};

/// The ledger's name among the district's.
const LEDGER: &str = "access_ticket";

/// What a list of tickets is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) person: Option<String>,
}

/// Takes the district's tickets until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// One ticket.
pub(crate) async fn find(
    tx: &mut Tx,
    district: &str,
    sequence: i64,
) -> Result<Option<AccessTicket>> {
    let filter = Filter { sequence: Some(sequence), person: None };
    Ok(list(tx, district, &filter, None).await?.pop())
}

/// Tickets in the order they were asked for; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<AccessTicket>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT t.sequence, t.person, t.reader, t.purpose, t.hours, t.create_time, d.approved,
                    d.decider, d.reason, d.create_time AS decide_time
             FROM access_ticket t LEFT JOIN access_decision d
               ON d.district = t.district AND d.sequence = t.sequence
             WHERE t.district = ",
        );
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND t.sequence = ").push_bind(sequence);
        }
        if let Some(person) = &filter.person {
            q.push(" AND t.person = ").push_bind(person);
        }
        if let Some(after) = after {
            q.push(" AND t.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY t.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// Adds a ticket and gives it its position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut AccessTicket) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO access_ticket
         (district, sequence, person, reader, purpose, hours, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        new.sequence,
        &new.person,
        &new.reader,
        &new.purpose,
        i64::from(new.hours),
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

/// Stores what was decided.
pub(crate) async fn decide(tx: &mut Tx, district: &str, it: &AccessTicket) -> Result<()> {
    let decision = it.decision.as_ref().ok_or_else(|| Error::internal("no decision"))?;
    kit::execute!(
        tx,
        "INSERT INTO access_decision
         (district, sequence, approved, decider, reason, create_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
        district,
        it.sequence,
        i64::from(decision.approved),
        &decision.decider,
        &decision.reason,
        clock::to_micros(decision.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    person: String,
    reader: String,
    purpose: String,
    hours: i64,
    create_time: i64,
    approved: Option<i64>,
    decider: Option<String>,
    reason: Option<String>,
    decide_time: Option<i64>,
}

impl Row {
    fn read(self) -> Result<AccessTicket> {
        let decided = self.approved.zip(self.decide_time);
        let decision = decided.map(|(approved, time)| -> Result<Decision> {
            Ok(Decision {
                approved: approved == 1,
                decider: self.decider.unwrap_or_default(),
                reason: self.reason.unwrap_or_default(),
                create_time: clock::from_micros(time)?,
            })
        });
        Ok(AccessTicket {
            sequence: self.sequence,
            person: self.person,
            reader: self.reader,
            purpose: self.purpose,
            hours: self.hours as i32,
            decision: decision.transpose()?,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
