//! The consequence_rule table.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, decimal};

use crate::consequence_rule::{
    Condition, ConsequenceRule, Count, Counted, Effect, EffectKind, Scope,
};

/// Rules, each with what it counts.
macro_rules! rules {
    () => {
        "SELECT r.id, r.display_name, r.basis, r.series, r.track, r.scope, r.grades, r.in_a_row,
                r.best_share, r.worst_share, r.best_count, r.effects, r.appeal_days,
                r.create_time, c.counted, c.ids, c.at_least, c.periods
         FROM consequence_rule r
         LEFT JOIN consequence_rule_count c ON c.district = r.district AND c.rule = r.id
         WHERE r.district = $1 "
    };
}

/// Stores a new rule; false when the id is taken.
pub(crate) async fn insert(tx: &mut Tx, district: &str, rule: &ConsequenceRule) -> Result<bool> {
    let (mut grades, mut row, mut best, mut worst, mut count) = (None, 0, None, None, 0);
    match &rule.condition {
        Condition::Grades(ids, periods) => {
            grades = Some(serde_json::to_string(ids).map_err(Error::internal)?);
            row = i64::from(*periods);
        }
        Condition::BestShare(share) => best = Some(decimal::to_text(*share)),
        Condition::WorstShare(share) => worst = Some(decimal::to_text(*share)),
        Condition::BestCount(places) => count = i64::from(*places),
        Condition::Count(_) => {}
    }
    let inserted = kit::execute!(
        tx,
        "INSERT INTO consequence_rule
         (district, id, display_name, basis, series, track, scope, grades, in_a_row, best_share,
          worst_share, best_count, effects, appeal_days, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT DO NOTHING",
        district,
        &rule.id,
        &rule.display_name,
        &rule.basis,
        &rule.series,
        &rule.track,
        rule.scope as i64,
        &grades,
        row,
        &best,
        &worst,
        count,
        effects_to_text(&rule.effects)?,
        i64::from(rule.appeal_days),
        clock::to_micros(rule.create_time)
    )?;
    if inserted == 1
        && let Condition::Count(count) = &rule.condition
    {
        kit::execute!(
            tx,
            "INSERT INTO consequence_rule_count (district, rule, counted, ids, at_least, periods)
             VALUES ($1, $2, $3, $4, $5, $6)",
            district,
            &rule.id,
            count.counted as i64,
            serde_json::to_string(&count.ids).map_err(Error::internal)?,
            i64::from(count.at_least),
            i64::from(count.periods)
        )?;
    }
    Ok(inserted == 1)
}

/// One rule.
pub(crate) async fn find(tx: &mut Tx, district: &str, id: &str) -> Result<Option<ConsequenceRule>> {
    let row = kit::fetch_optional!(tx, Row, concat!(rules!(), "AND r.id = $2"), district, id)?;
    row.map(Row::read).transpose()
}

/// The names of rules by their ids.
pub(crate) async fn names(
    tx: &mut Tx,
    district: &str,
    ids: &[&str],
) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(500) {
        let rows = kit::query!(tx, (String, String), |q| {
            q.push("SELECT id, display_name FROM consequence_rule WHERE district = ");
            q.push_bind(district).push(" AND id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// A page of rules by id.
pub(crate) async fn list(tx: &mut Tx, district: &str, page: &Page) -> Result<Vec<ConsequenceRule>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(rules!(), "AND r.id > $2 ORDER BY r.id LIMIT $3"),
        district,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// The rules of a series and track, which bonuses are compared within.
pub(crate) async fn of_track(
    tx: &mut Tx,
    district: &str,
    series: &str,
    track: &str,
) -> Result<Vec<ConsequenceRule>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(rules!(), "AND r.series = $2 AND r.track = $3"),
        district,
        series,
        track
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// Effects as they are stored: a JSON list of kind, per cent and months.
pub(crate) fn effects_to_text(effects: &[Effect]) -> Result<String> {
    let rows: Vec<(i64, Option<String>, i32)> = effects
        .iter()
        .map(|it| (it.kind as i64, it.percent.map(decimal::to_text), it.months))
        .collect();
    serde_json::to_string(&rows).map_err(Error::internal)
}

/// Effects as they were stored.
pub(crate) fn effects_from_text(text: &str) -> Result<Vec<Effect>> {
    let rows: Vec<(i64, Option<String>, i32)> =
        serde_json::from_str(text).map_err(Error::internal)?;
    rows.into_iter()
        .map(|(kind, percent, months)| {
            let percent = percent.as_deref().map(decimal::from_text).transpose()?;
            Ok(Effect { kind: EffectKind::try_from(kind)?, percent, months })
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    display_name: String,
    basis: String,
    series: String,
    track: String,
    scope: i64,
    grades: Option<String>,
    in_a_row: i64,
    best_share: Option<String>,
    worst_share: Option<String>,
    best_count: i64,
    effects: String,
    appeal_days: i64,
    create_time: i64,
    counted: Option<i64>,
    ids: Option<String>,
    at_least: Option<i64>,
    periods: Option<i64>,
}

impl Row {
    fn read(self) -> Result<ConsequenceRule> {
        let condition = if let Some(counted) = self.counted {
            Condition::Count(Count {
                counted: Counted::try_from(counted)?,
                ids: serde_json::from_str(self.ids.as_deref().unwrap_or("[]"))
                    .map_err(Error::internal)?,
                at_least: self.at_least.unwrap_or_default() as i32,
                periods: self.periods.unwrap_or_default() as i32,
            })
        } else if let Some(grades) = &self.grades {
            let grades = serde_json::from_str(grades).map_err(Error::internal)?;
            Condition::Grades(grades, self.in_a_row as i32)
        } else if let Some(share) = &self.best_share {
            Condition::BestShare(decimal::from_text(share)?)
        } else if let Some(share) = &self.worst_share {
            Condition::WorstShare(decimal::from_text(share)?)
        } else {
            Condition::BestCount(self.best_count as i32)
        };
        Ok(ConsequenceRule {
            id: self.id,
            display_name: self.display_name,
            basis: self.basis,
            series: self.series,
            track: self.track,
            scope: Scope::try_from(self.scope)?,
            condition,
            effects: effects_from_text(&self.effects)?,
            appeal_days: self.appeal_days as i32,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
