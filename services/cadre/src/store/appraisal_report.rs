//! The ledger of appraisal reports.

use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use crate::appraisal_report::{AppraisalReport, Purpose};

/// The ledger's name among the district's.
const LEDGER: &str = "appraisal_report";

/// Reports of a person, the first one first; one of them, or all without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    person: &str,
    sequence: Option<i64>,
    page: Option<&Page>,
) -> Result<Vec<AppraisalReport>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(
            "SELECT sequence, purpose, start_date, end_date, opinion, author, text, sha256,
                    create_time FROM appraisal_report WHERE district = ",
        );
        q.push_bind(district).push(" AND person = ").push_bind(person);
        if let Some(sequence) = sequence {
            q.push(" AND sequence = ").push_bind(sequence);
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

/// Adds a report and gives it its position.
pub(crate) async fn insert(
    tx: &mut Tx,
    district: &str,
    person: &str,
    new: &mut AppraisalReport,
) -> Result<()> {
    new.sequence = super::ledger::take(tx, district, LEDGER, 1).await? + 1;
    kit::execute!(
        tx,
        "INSERT INTO appraisal_report
         (district, sequence, person, purpose, start_date, end_date, opinion, author, text, sha256,
          create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        district,
        new.sequence,
        person,
        new.purpose as i64,
        date::to_text(new.start),
        date::to_text(new.end),
        &new.opinion,
        &new.author,
        &new.text,
        &new.sha256,
        clock::to_micros(new.create_time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    purpose: i64,
    start_date: String,
    end_date: String,
    opinion: String,
    author: String,
    text: String,
    sha256: String,
    create_time: i64,
}

impl Row {
    fn read(self) -> Result<AppraisalReport> {
        Ok(AppraisalReport {
            sequence: self.sequence,
            purpose: Purpose::try_from(self.purpose)?,
            start: date::from_text(&self.start_date)?,
            end: date::from_text(&self.end_date)?,
            opinion: self.opinion,
            author: self.author,
            text: self.text,
            sha256: self.sha256,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
