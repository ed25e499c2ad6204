//! What became of the occurrences of schedules.

use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock, date};

use crate::schedule::Occurrence;

/// Records what became of an occurrence, once: after a change of its rule a schedule may come to a
/// day again.
pub(crate) async fn record(tx: &mut Tx, it: &Occurrence) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO occurrence (district, schedule, planned_date, due_time, state, late, document,
             create_time)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE NOT EXISTS (SELECT 1 FROM occurrence
                           WHERE district = $1 AND schedule = $2 AND planned_date = $3)",
        &it.district,
        &it.schedule,
        date::to_text(it.planned),
        clock::to_micros(it.due),
        it.state as i64,
        i64::from(it.late),
        it.document,
        clock::to_micros(it.create_time)
    )?;
    Ok(())
}

/// A page of the occurrences of a schedule by their planned days.
pub(crate) async fn occurrences(
    tx: &mut Tx,
    district: &str,
    schedule: &str,
    page: &Page,
) -> Result<Vec<Occurrence>> {
    let rows = kit::fetch_all!(
        tx,
        (String, i64, i64, i64, Option<i64>, i64),
        "SELECT planned_date, due_time, state, late, document, create_time FROM occurrence
         WHERE district = $1 AND schedule = $2 AND planned_date > $3
         ORDER BY planned_date LIMIT $4",
        district,
        schedule,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter()
        .map(|(planned, due, state, late, document, create_time)| {
            Ok(Occurrence {
                district: district.to_owned(),
                schedule: schedule.to_owned(),
                planned: date::from_text(&planned)?,
                due: clock::from_micros(due)?,
                state: state.try_into()?,
                late: late == 1,
                document,
                create_time: clock::from_micros(create_time)?,
            })
        })
        .collect()
}
