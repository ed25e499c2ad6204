//! How triggers were tried.

use std::collections::HashMap;

use kit::db::Tx;
use kit::{Result, clock};

use super::rule::Row;
use crate::trigger::{Trial, Trigger};

/// Records a trial of a trigger.
pub(crate) async fn record(tx: &mut Tx, district: &str, trigger: &str, it: &Trial) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO trigger_trial (district, trigger_id, sequence, revision, digest, account,
             start_time, end_time, events, matches, faults, truncated, create_time)
         SELECT $1, $2, COALESCE(MAX(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         FROM trigger_trial WHERE district = $1 AND trigger_id = $2",
        district,
        trigger,
        it.revision,
        &it.digest,
        &it.account,
        it.start.map(clock::to_micros),
        it.end.map(clock::to_micros),
        it.events,
        it.matches,
        it.faults,
        i64::from(it.truncated),
        clock::to_micros(it.create_time)
    )?;
    Ok(())
}

/// True when a trigger was tried with the rule of this digest.
pub(crate) async fn is_tried(
    tx: &mut Tx,
    district: &str,
    trigger: &str,
    digest: &str,
) -> Result<bool> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT sequence FROM trigger_trial
         WHERE district = $1 AND trigger_id = $2 AND digest = $3 LIMIT 1",
        district,
        trigger,
        digest
    )?;
    Ok(row.is_some())
}

/// Triggers of a district, each with its last trial.
pub(super) async fn tried(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Trigger>> {
    let mut triggers = rows.into_iter().map(Trigger::try_from).collect::<Result<Vec<_>>>()?;
    if triggers.is_empty() {
        return Ok(triggers);
    }
    let found = kit::query!(tx, TrialRow, |q| {
        q.push(
            "SELECT t.trigger_id, t.revision, t.digest, t.account, t.start_time, t.end_time,
                 t.events, t.matches, t.faults, t.truncated, t.create_time
             FROM trigger_trial t WHERE t.sequence = (
                 SELECT MAX(x.sequence) FROM trigger_trial x
                 WHERE x.district = t.district AND x.trigger_id = t.trigger_id)
             AND t.district = ",
        );
        q.push_bind(district).push(" AND t.trigger_id IN (");
        let mut list = q.separated(", ");
        for it in &triggers {
            list.push_bind(&it.id);
        }
        q.push(")");
    })?;
    let read = |row: TrialRow| Ok((row.trigger_id.clone(), Trial::try_from(row)?));
    let mut found = found.into_iter().map(read).collect::<Result<HashMap<_, _>>>()?;
    for it in &mut triggers {
        it.last_trial = found.remove(&it.id);
    }
    Ok(triggers)
}

#[derive(sqlx::FromRow)]
struct TrialRow {
    trigger_id: String,
    revision: i64,
    digest: String,
    account: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    events: i64,
    matches: i64,
    faults: i64,
    truncated: i64,
    create_time: i64,
}

impl TryFrom<TrialRow> for Trial {
    type Error = kit::Error;

    fn try_from(row: TrialRow) -> Result<Self> {
        Ok(Self {
            revision: row.revision,
            digest: row.digest,
            account: row.account,
            start: row.start_time.map(clock::from_micros).transpose()?,
            end: row.end_time.map(clock::from_micros).transpose()?,
            events: row.events,
            matches: row.matches,
            faults: row.faults,
            truncated: row.truncated == 1,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
