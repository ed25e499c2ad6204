//! Awards and cards that scoring told of, and the vetoes of results.

use kit::db::Tx;
use kit::{Result, clock, date};

use super::result::belonging::{credits, posted};
use crate::archive::PublishedResult;
use crate::consequence_rule::Counted;
use crate::distinction::{Belonging, Held, Told, line};

/// Stores what was told, unless it was told before.
pub(crate) async fn insert(tx: &mut Tx, it: &Told, belonging: &Belonging) -> Result<()> {
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "INSERT INTO distinction
         (district, source, state, kind, rule, title, subject, subject_display_name, unit, series,
          track_id, period, period_end, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT DO NOTHING",
        &it.district,
        &it.source,
        it.state as i64,
        it.kind as i64,
        &it.rule,
        &it.title,
        &it.subject,
        &it.subject_display_name,
        &belonging.unit,
        &belonging.series,
        &it.track_id,
        &it.period,
        date::to_text(belonging.period_end),
        now
    )?;
    Ok(())
}

/// Stores the vetoes and bars of results that are stored, unless they were before.
pub(crate) async fn insert_gates(tx: &mut Tx, results: &[&PublishedResult]) -> Result<()> {
    let mut gates = Vec::new();
    for it in results {
        gates.extend(it.gates.iter().map(|gate| (*it, gate)));
    }
    kit::insert_many!(
        tx,
        "INSERT INTO result_gate (district, source, gate, kind, display_name) ",
        &gates,
        |row, (it, gate)| {
            row.push_bind(&it.district)
                .push_bind(&it.source)
                .push_bind(&gate.id)
                .push_bind(gate.counted as i64)
                .push_bind(&gate.display_name);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}

/// Those on the record of a person: of what he headed, or of the post that he held, on the
/// period's last day.
pub(crate) async fn of_person(tx: &mut Tx, district: &str, person: &str) -> Result<Vec<Held>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT DISTINCT r.source, r.kind, r.title, r.subject_display_name, r.period,
                    r.period_end, r.create_time,
                    EXISTS (SELECT 1 FROM distinction w WHERE w.district = r.district
                            AND w.source = r.source AND w.state = 2) AS withdrawn
             FROM distinction r",
            posted!(),
            " AND ",
            credits!(distinction),
            " WHERE r.district = $1 AND r.state = 1 AND p.person = $2
             ORDER BY r.period_end, r.source"
        ),
        district,
        person
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// The vetoes and bars of results that were filed with a person. One stands while no later result
/// of the same subject, ranking and period is known.
pub(crate) async fn gates_of_person(
    tx: &mut Tx,
    district: &str,
    person: &str,
) -> Result<Vec<Held>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT r.source, g.kind, g.display_name AS title,
                r.track_display_name AS subject_display_name, r.period, r.period_end,
                r.create_time,
                EXISTS (SELECT 1 FROM published_result l
                        WHERE l.district = r.district AND l.unit = r.unit
                          AND l.subject = r.subject AND l.series = r.series
                          AND l.track_id = r.track_id AND l.period = r.period
                          AND l.create_time > r.create_time) AS withdrawn
         FROM archive_entry e
         JOIN published_result r ON r.district = e.district AND r.source = e.source
         JOIN result_gate g ON g.district = e.district AND g.source = e.source
         WHERE e.district = $1 AND e.person = $2
         ORDER BY r.period_end, r.source, g.gate",
        district,
        person
    )?;
    rows.into_iter().map(Row::read).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    source: String,
    kind: i64,
    title: String,
    subject_display_name: String,
    period: String,
    period_end: String,
    create_time: i64,
    withdrawn: bool,
}

impl Row {
    fn read(self) -> Result<Held> {
        Ok(Held {
            kind: Counted::try_from(self.kind)?,
            period_end: date::from_text(&self.period_end)?,
            line: line(&self.period, &self.subject_display_name, &self.title),
            source: self.source,
            stands: !self.withdrawn,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
