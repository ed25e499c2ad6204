//! Triggers, every revision of them, and what waits to be written.

mod digest;
mod rule;
mod task;
mod trial;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

pub(crate) use digest::{addresses, count, entries, forget, gather};
pub(crate) use task::{due, due_districts, gathered, hold, queue, take, tasks, withdraw};
pub(crate) use trial::{is_tried, record};

use crate::trigger::Trigger;
use rule::Row;
pub(super) use rule::{recipients_from_text, recipients_to_text};

macro_rules! columns {
    () => {
        "r.district, r.id, r.revision, r.enabled, r.display_name, r.event_type, r.condition, \
         r.document_kind, r.recipients, r.fields, r.delay_hours, r.due_days, \
         COALESCE(g.hours, 0) AS digest_hours, COALESCE(e.fields, '{}') AS english_fields, \
         COALESCE(p.problems, '') AS problems, r.create_time"
    };
}

macro_rules! further {
    () => {
        " LEFT JOIN trigger_digest g
             ON g.district = r.district AND g.id = r.id AND g.revision = r.revision
         LEFT JOIN trigger_english e
             ON e.district = r.district AND e.id = r.id AND e.revision = r.revision
         LEFT JOIN trigger_problem p
             ON p.district = r.district AND p.id = r.id AND p.revision = r.revision "
    };
}

const CURRENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM trigger_rule t JOIN trigger_revision r
         ON r.district = t.district AND r.id = t.id AND r.revision = t.revision",
    further!(),
    " WHERE t.district = "
);

/// A trigger as it stands, and how it was last tried.
pub(crate) async fn get(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Trigger>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(CURRENT).push_bind(district).push(" AND t.id = ").push_bind(id);
    })?;
    Ok(trial::tried(tx, district, rows).await?.pop())
}

/// A page of a district's triggers by their ids, and how each was last tried.
pub(crate) async fn list(tx: &mut Tx, district: &str, page: &Page) -> Result<Vec<Trigger>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(CURRENT).push_bind(district);
        q.push(" AND t.id > ").push_bind(page.after().unwrap_or_default());
        q.push(" ORDER BY t.id LIMIT ").push_bind(page.limit());
    })?;
    trial::tried(tx, district, rows).await
}

/// The triggers of a district that wait for events of a type.
pub(crate) async fn waiting(tx: &mut Tx, district: &str, event_type: &str) -> Result<Vec<Trigger>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(CURRENT).push_bind(district);
        q.push(" AND t.event_type = ").push_bind(event_type);
        q.push(" AND t.enabled = 1 ORDER BY t.id");
    })?;
    rows.into_iter().map(Trigger::try_from).collect()
}

/// The revisions of a trigger behind `after`.
pub(crate) async fn revisions(
    tx: &mut Tx,
    district: &str,
    id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Trigger>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM trigger_revision r",
            further!(),
            "WHERE r.district = $1 AND r.id = $2 AND r.revision > $3
              ORDER BY r.revision LIMIT $4"
        ),
        district,
        id,
        after,
        limit
    )?;
    rows.into_iter().map(Trigger::try_from).collect()
}

/// Those revisions of triggers, one by its id and number each.
pub(crate) async fn at_revisions(
    tx: &mut Tx,
    district: &str,
    wanted: &[(String, i64)],
) -> Result<Vec<Trigger>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM trigger_revision r", further!()));
        q.push("WHERE r.district = ");
        q.push_bind(district).push(" AND (");
        let mut list = q.separated(" OR ");
        for (id, revision) in wanted {
            list.push("(r.id = ").push_bind_unseparated(id);
            list.push_unseparated(" AND r.revision = ").push_bind_unseparated(*revision);
            list.push_unseparated(")");
        }
        q.push(")");
    })?;
    rows.into_iter().map(Trigger::try_from).collect()
}

/// Writes a new revision; CONFLICT when another was first.
pub(crate) async fn save(tx: &mut Tx, it: &Trigger) -> Result<()> {
    let saved = kit::execute!(
        tx,
        "INSERT INTO trigger_rule (district, id, revision, event_type, enabled)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (district, id) DO UPDATE SET revision = excluded.revision,
             event_type = excluded.event_type, enabled = excluded.enabled
         WHERE trigger_rule.revision = excluded.revision - 1",
        &it.district,
        &it.id,
        it.revision,
        &it.rule.event_type,
        i64::from(it.enabled)
    )?;
    if saved == 0 {
        return Err(Error::Conflict { name: it.name() });
    }
    kit::execute!(
        tx,
        "INSERT INTO trigger_revision (district, id, revision, enabled, display_name, event_type,
             condition, document_kind, recipients, fields, delay_hours, due_days, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &it.district,
        &it.id,
        it.revision,
        i64::from(it.enabled),
        &it.rule.display_name,
        &it.rule.event_type,
        &it.rule.condition,
        it.rule.kind as i64,
        rule::recipients_to_text(&it.rule.recipients),
        super::document::fields_to_text(&it.rule.fields),
        it.rule.delay_hours,
        it.rule.due_days,
        clock::to_micros(it.create_time)
    )?;
    if let Some(problems) = rule::problems_to_text(&it.rule.recipients) {
        kit::execute!(
            tx,
            "INSERT INTO trigger_problem (district, id, revision, problems)
             VALUES ($1, $2, $3, $4)",
            &it.district,
            &it.id,
            it.revision,
            problems
        )?;
    }
    if it.rule.digest_hours > 0 {
        kit::execute!(
            tx,
            "INSERT INTO trigger_digest (district, id, revision, hours) VALUES ($1, $2, $3, $4)",
            &it.district,
            &it.id,
            it.revision,
            it.rule.digest_hours
        )?;
    }
    if !it.rule.english_fields.is_empty() {
        kit::execute!(
            tx,
            "INSERT INTO trigger_english (district, id, revision, fields) VALUES ($1, $2, $3, $4)",
            &it.district,
            &it.id,
            it.revision,
            super::document::fields_to_text(&it.rule.english_fields)
        )?;
    }
    Ok(())
}
