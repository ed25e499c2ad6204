//! The ledger of commitments, what they say, and the steps they took.

mod history;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::commitment_fact;
use crate::commitment::{Area, Commitment, Made, Occasion, State};

/// The ledger's name among the district's.
const LEDGER: &str = "commitment";

/// What a list of commitments is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequences: Option<Vec<i64>>,
    pub(crate) person: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) year: Option<i16>,
    pub(crate) state: Option<State>,
    /// Only what everybody may see.
    pub(crate) published: bool,
}

/// Takes the district's commitments until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<()> {
    super::ledger::lock(tx, district, LEDGER).await?;
    Ok(())
}

/// One commitment.
pub(crate) async fn find(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Commitment>> {
    let filter = Filter { sequences: Some(vec![sequence]), ..Default::default() };
    Ok(list(tx, district, &filter, None).await?.pop())
}

/// Commitments in the order they were made; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Commitment>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT c.sequence, c.person, c.unit, c.post, c.position, c.indicator, c.year, c.area,
                    c.occasion, c.make_date, c.due_date, c.create_time
             FROM commitment c JOIN commitment_state s
               ON s.district = c.district AND s.sequence = c.sequence
             WHERE c.district = ",
        );
        q.push_bind(district);
        if let Some(sequences) = &filter.sequences {
            q.push(" AND c.sequence IN (");
            let mut list = q.separated(", ");
            for sequence in sequences {
                list.push_bind(*sequence);
            }
            q.push(")");
        }
        if let Some(person) = &filter.person {
            q.push(" AND c.person = ").push_bind(person);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND c.unit = ").push_bind(unit);
        }
        if let Some(year) = filter.year {
            q.push(" AND c.year = ").push_bind(i64::from(year));
        }
        if let Some(state) = filter.state {
            q.push(" AND s.state = ").push_bind(state as i64);
        }
        if filter.published {
            q.push(" AND s.published");
        }
        if let Some(after) = after {
            q.push(" AND c.sequence > ").push_bind(after);
        }
        q.push(" ORDER BY c.sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    let mut found = rows.into_iter().map(Row::read).collect::<Result<Vec<_>>>()?;
    history::complete(tx, district, &mut found).await?;
    commitment_fact::complete(tx, district, &mut found).await?;
    Ok(found)
}

/// Person and area of what was made for a year by any of `persons`.
pub(crate) async fn areas(
    tx: &mut Tx,
    district: &str,
    year: i16,
    persons: &[&str],
) -> Result<Vec<(String, Area)>> {
    let mut found = Vec::new();
    for persons in persons.chunks(500) {
        let rows = kit::query!(tx, (String, i64), |q| {
            q.push("SELECT DISTINCT person, area FROM commitment WHERE district = ");
            q.push_bind(district).push(" AND year = ").push_bind(i64::from(year));
            q.push(" AND person IN (");
            let mut list = q.separated(", ");
            for person in persons {
                list.push_bind(*person);
            }
            q.push(")");
        })?;
        for (person, area) in rows {
            found.push((person, Area::try_from(area)?));
        }
    }
    Ok(found)
}

/// Adds commitments, each as it was submitted, and gives them their positions.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut [Commitment]) -> Result<()> {
    let last = super::ledger::take(tx, district, LEDGER, new.len()).await?;
    for (sequence, it) in (last + 1..).zip(new.iter_mut()) {
        it.sequence = sequence;
    }
    kit::insert_many!(
        tx,
        "INSERT INTO commitment
         (district, sequence, person, unit, post, position, indicator, year, area, occasion,
          make_date, due_date, create_time) ",
        &*new,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(&it.made.person)
                .push_bind(&it.made.unit)
                .push_bind(&it.made.post)
                .push_bind(&it.made.position)
                .push_bind(&it.made.indicator)
                .push_bind(i64::from(it.made.year))
                .push_bind(it.made.area as i64)
                .push_bind(it.made.occasion as i64)
                .push_bind(date::to_text(it.made.date))
                .push_bind(date::to_text(it.made.due))
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    history::write_texts(tx, district, new).await?;
    take_steps(tx, district, new).await
}

/// Stores a new submission, the last text of each.
pub(crate) async fn revise(tx: &mut Tx, district: &str, revised: &[Commitment]) -> Result<()> {
    history::write_texts(tx, district, revised).await?;
    take_steps(tx, district, revised).await
}

/// Stores the last step of each, and where it stands by it.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, stepped: &[Commitment]) -> Result<()> {
    history::write_steps(tx, district, stepped).await?;
    kit::insert_many!(
        tx,
        "INSERT INTO commitment_state (district, sequence, state, published) ",
        stepped,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(it.state() as i64)
                .push_bind(it.publish_time().is_some());
        },
        "ON CONFLICT (district, sequence) DO UPDATE SET state = excluded.state,
         published = excluded.published"
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    person: String,
    unit: String,
    post: String,
    position: Option<String>,
    indicator: Option<String>,
    year: i64,
    area: i64,
    occasion: i64,
    make_date: String,
    due_date: String,
    create_time: i64,
}

impl Row {
    fn read(self) -> Result<Commitment> {
        let day = |text: &str| -> Result<Date> { date::from_text(text) };
        let made = Made {
            person: self.person,
            unit: self.unit,
            post: self.post,
            position: self.position,
            indicator: self.indicator,
            year: i16::try_from(self.year).map_err(Error::internal)?,
            area: Area::try_from(self.area)?,
            occasion: Occasion::try_from(self.occasion)?,
            date: day(&self.make_date)?,
            due: day(&self.due_date)?,
        };
        Ok(Commitment {
            sequence: self.sequence,
            made,
            texts: Vec::new(),
            steps: Vec::new(),
            facts: Vec::new(),
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
