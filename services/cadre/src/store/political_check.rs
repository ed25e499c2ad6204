//! The ledger of political check-ups, the checklists that came, and counts by item.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::political_check::{PoliticalCheck, Submission};

/// The ledger's name among the district's.
const LEDGER: &str = "political_check";

/// What a list of check-ups is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) period: Option<String>,
    pub(crate) person: Option<String>,
    /// Only those without a checklist.
    pub(crate) open: bool,
}

/// Takes the district's check-ups until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// Check-ups in the order they were issued; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<PoliticalCheck>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT c.sequence, c.person, c.unit, c.period, c.due_date, c.items, c.create_time,
                    s.record, s.create_time AS submit_time
             FROM political_check c LEFT JOIN political_checklist s
               ON s.district = c.district AND s.sequence = c.sequence
             WHERE c.district = ",
        );
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND c.sequence = ").push_bind(sequence);
        }
        if let Some(period) = &filter.period {
            q.push(" AND c.period = ").push_bind(period);
        }
        if let Some(person) = &filter.person {
            q.push(" AND c.person = ").push_bind(person);
        }
        if filter.open {
            q.push(" AND s.record IS NULL");
        }
        if let Some(after) = after {
            q.push(" AND c.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY c.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// Adds check-ups and gives them their positions.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut [PoliticalCheck]) -> Result<()> {
    let last = super::ledger::take(tx, district, LEDGER, new.len()).await?;
    for (sequence, it) in (last + 1..).zip(new.iter_mut()) {
        it.sequence = sequence;
    }
    let items = |it: &PoliticalCheck| serde_json::to_string(&it.items).map_err(Error::internal);
    let items = new.iter().map(items).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO political_check
         (district, sequence, person, unit, period, due_date, items, create_time) ",
        new.iter().zip(&items),
        |row, (it, items)| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.person)
                .push_bind(&it.unit)
                .push_bind(&it.period)
                .push_bind(date::to_text(it.due))
                .push_bind(items)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// Stores that a checklist came, and counts what it says by item.
pub(crate) async fn submit(
    tx: &mut Tx,
    district: &str,
    it: &PoliticalCheck,
    met: &[bool],
) -> Result<()> {
    let submission = it.submission.as_ref().ok_or_else(|| Error::internal("no checklist"))?;
    kit::execute!(
        tx,
        "INSERT INTO political_checklist (district, sequence, record, create_time)
         VALUES ($1, $2, $3, $4)",
        district,
        it.sequence,
        submission.record,
        clock::to_micros(submission.create_time)
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO political_count (district, period, item, met, unmet) ",
        met.iter().enumerate(),
        |row, (item, met)| {
            row.push_bind(district)
                .push_bind(&it.period)
                .push_bind(item as i64)
                .push_bind(i64::from(*met))
                .push_bind(i64::from(!*met));
        },
        "ON CONFLICT (district, period, item) DO UPDATE SET
         met = political_count.met + excluded.met, unmet = political_count.unmet + excluded.unmet"
    )?;
    Ok(())
}

/// How many checklists of a period meet each item and how many do not, by the item's place.
pub(crate) async fn counts(
    tx: &mut Tx,
    district: &str,
    period: &str,
) -> Result<Vec<(i64, i64, i64)>> {
    kit::fetch_all!(
        tx,
        (i64, i64, i64),
        "SELECT item, met, unmet FROM political_count
         WHERE district = $1 AND period = $2 ORDER BY item",
        district,
        period
    )
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    person: String,
    unit: String,
    period: String,
    due_date: String,
    items: String,
    create_time: i64,
    record: Option<i64>,
    submit_time: Option<i64>,
}

impl Row {
    fn read(self) -> Result<PoliticalCheck> {
        let submission = self.record.zip(self.submit_time).map(|(record, time)| {
            let create_time = clock::from_micros(time)?;
            Ok::<_, Error>(Submission { record, create_time })
        });
        Ok(PoliticalCheck {
            sequence: self.sequence,
            person: self.person,
            unit: self.unit,
            period: self.period,
            due: date::from_text(&self.due_date)?,
            items: serde_json::from_str(&self.items).map_err(Error::internal)?,
            submission: submission.transpose()?,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
