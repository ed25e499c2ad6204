//! The ledger of reports of persons placed.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use super::ledger;
use crate::placement_report::{Kind, LEDGER, Report};

macro_rules! columns {
    () => {
        "sequence, placement, kind, day, done, plan, problems, account, create_time"
    };
}

/// What a list of reports is narrowed to.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) sequence: Option<i64>,
    pub(crate) placement: Option<i64>,
    pub(crate) kind: Option<Kind>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) home_unit: Option<String>,
    pub(crate) managing_unit: Option<String>,
}

/// A page of reports in the order they were filed; all without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<Report>> {
    let after = page.map(Page::after_number).transpose()?.flatten();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM placement_report WHERE district = "));
        q.push_bind(district);
        if let Some(sequence) = filter.sequence {
            q.push(" AND sequence = ").push_bind(sequence);
        }
        if let Some(placement) = filter.placement {
            q.push(" AND placement = ").push_bind(placement);
        }
        for (column, unit) in
            [("home_unit", &filter.home_unit), ("managing_unit", &filter.managing_unit)]
        {
            if let Some(unit) = unit {
                q.push(" AND placement IN (SELECT p.sequence FROM placement p WHERE p.district = ");
                q.push_bind(district).push(" AND p.").push(column).push(" = ");
                q.push_bind(unit).push(")");
            }
        }
        if let Some(kind) = filter.kind {
            q.push(" AND kind = ").push_bind(kind as i64);
        }
        if let Some(from) = filter.from {
            q.push(" AND day >= ").push_bind(date::to_text(from));
        }
        if let Some(until) = filter.until {
            q.push(" AND day <= ").push_bind(date::to_text(until));
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

/// The reports of some placements about days from the first to the last.
pub(crate) async fn of(
    tx: &mut Tx,
    district: &str,
    placements: &[i64],
    (from, until): (Date, Date),
) -> Result<Vec<Report>> {
    let mut found = Vec::new();
    for placements in placements.chunks(500) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM placement_report WHERE district = "));
            q.push_bind(district).push(" AND day >= ").push_bind(date::to_text(from));
            q.push(" AND day <= ").push_bind(date::to_text(until)).push(" AND placement IN (");
            let mut list = q.separated(", ");
            for placement in placements {
                list.push_bind(*placement);
            }
            q.push(") ORDER BY sequence");
        })?;
        found.extend(rows);
    }
    found.into_iter().map(Row::read).collect()
}

/// Adds reports behind the last position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[Report]) -> Result<()> {
    let Some(last) = new.last() else { return Ok(()) };
    kit::insert_many!(
        tx,
        "INSERT INTO placement_report
         (district, sequence, placement, kind, day, done, plan, problems, account, create_time) ",
        new,
        |row, it| {
            row.push_bind(district)
                .push_bind(it.sequence)
                .push_bind(it.placement)
                .push_bind(it.kind as i64)
                .push_bind(date::to_text(it.day))
                .push_bind(&it.done)
                .push_bind(&it.plan)
                .push_bind(&it.problems)
                .push_bind(&it.account)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    ledger::advance(tx, district, LEDGER, last.sequence).await
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    placement: i64,
    kind: i64,
    day: String,
    done: String,
    plan: String,
    problems: String,
    account: String,
    create_time: i64,
}

impl Row {
    fn read(self) -> Result<Report> {
        Ok(Report {
            sequence: self.sequence,
            placement: self.placement,
            kind: self.kind.try_into()?,
            day: date::from_text(&self.day)?,
            done: self.done,
            plan: self.plan,
            problems: self.problems,
            account: self.account,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
