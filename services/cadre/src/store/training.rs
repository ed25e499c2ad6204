//! The ledger of trainings.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::enrolment::Enrolment;
use crate::training::{Kind, Training};

/// The ledger's name among the district's.
const LEDGER: &str = "training";

/// What a list of trainings is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequences: Option<Vec<i64>>,
    pub(crate) kind: Option<Kind>,
    /// Id of the person who is the mentor.
    pub(crate) mentor: Option<String>,
    /// Ends on this day or later.
    pub(crate) from: Option<Date>,
}

/// One training.
pub(crate) async fn find(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Training>> {
    let filter = Filter { sequences: Some(vec![sequence]), ..Default::default() };
    Ok(list(tx, district, &filter, None).await?.pop())
}

/// Trainings in the order they were created; all that the filter lets through without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Training>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT sequence, kind, title, content, topics, start_date, end_date, organiser, unit,
                    mentor, places, create_time FROM training WHERE district = ",
        );
        q.push_bind(district);
        if let Some(sequences) = &filter.sequences {
            q.push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for sequence in sequences {
                list.push_bind(*sequence);
            }
            q.push(")");
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind as i64);
        }
        if let Some(mentor) = &filter.mentor {
            q.push(" AND mentor = ").push_bind(mentor);
        }
        if let Some(from) = filter.from {
            q.push(" AND end_date >= ").push_bind(date::to_text(from));
        }
        if let Some(after) = after {
            q.push(" AND sequence > ").push_bind(after);
        }
        q.push(" ORDER BY sequence");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// The trainings of enrolments.
pub(crate) async fn of(tx: &mut Tx, district: &str, of: &[Enrolment]) -> Result<Vec<Training>> {
    let mut found = Vec::with_capacity(of.len());
    for of in of.chunks(500) {
        let sequences = Some(of.iter().map(|it| it.training).collect());
        let filter = Filter { sequences, ..Default::default() };
        found.extend(list(tx, district, &filter, None).await?);
    }
    Ok(found)
}

/// Adds a training and gives it its position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &mut Training) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO training
         (district, sequence, kind, title, content, topics, start_date, end_date, organiser, unit,
          mentor, places, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        district,
        new.sequence,
        new.kind as i64,
        &new.title,
        &new.content,
        serde_json::to_string(&new.topics).map_err(Error::internal)?,
        date::to_text(new.start),
        date::to_text(new.end),
        &new.organiser,
        &new.unit,
        &new.mentor,
        i64::from(new.places),
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    kind: i64,
    title: String,
    content: String,
    topics: String,
    start_date: String,
    end_date: String,
    organiser: String,
    unit: Option<String>,
    mentor: Option<String>,
    places: i64,
    create_time: i64,
}

impl Row {
    fn read(self) -> Result<Training> {
        Ok(Training {
            sequence: self.sequence,
            kind: Kind::try_from(self.kind)?,
            title: self.title,
            content: self.content,
            topics: serde_json::from_str(&self.topics).map_err(Error::internal)?,
            start: date::from_text(&self.start_date)?,
            end: date::from_text(&self.end_date)?,
            organiser: self.organiser,
            unit: self.unit,
            mentor: self.mentor,
            places: self.places as i32,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
