//! Persons to be screened: narrowed by index as far as criteria can be, in the order of their ids.

use jiff::civil::Date;
use kit::db::Tx;
use kit::{Result, clock, date};

use super::super::result::belonging::concerns;
use super::{Row, with_postings};
use crate::criteria::{Criteria, Graded};
use crate::person::Person;

/// Who is to be screened.
pub(crate) struct Candidates<'a> {
    pub(crate) district: &'a str,
    /// Leave out who fails what the person's row tells.
    pub(crate) passing: Option<&'a Criteria>,
    pub(crate) unit: Option<&'a str>,
    /// Only who is in this pool on this day.
    pub(crate) pool: Option<(&'a str, Date)>,
}

/// Up to `limit` candidates behind `after`.
pub(crate) async fn list(
    tx: &mut Tx,
    about: &Candidates<'_>,
    after: &str,
    limit: i64,
) -> Result<Vec<Person>> {
    let district = about.district;
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM person WHERE district = "));
        q.push_bind(district).push(" AND id > ").push_bind(after);
        if let Some(unit) = about.unit {
            q.push(" AND id IN (SELECT person FROM posting WHERE district = ");
            q.push_bind(district).push(" AND unit = ").push_bind(unit).push(")");
        }
        if let Some((pool, day)) = about.pool {
            let day = date::to_text(day);
            q.push(
                " AND id IN (SELECT m.person FROM pool_member m LEFT JOIN pool_exit x
                   ON x.district = m.district AND x.sequence = m.sequence WHERE m.district = ",
            );
            q.push_bind(district).push(" AND m.pool = ").push_bind(pool);
            q.push(" AND m.start_date <= ").push_bind(day.clone());
            q.push(" AND (x.end_date IS NULL OR x.end_date >= ").push_bind(day).push("))");
        }
        if let Some(criteria) = about.passing {
            if let Some(day) = criteria.born_from {
                q.push(" AND birth_date >= ").push_bind(date::to_text(day));
            }
            if let Some(day) = criteria.born_until {
                q.push(" AND birth_date <= ").push_bind(date::to_text(day));
            }
            if let Some(least) = criteria.education {
                q.push(" AND education >= ").push_bind(least as i64);
            }
            if !criteria.ranks.is_empty() {
                q.push(" AND rank IN (");
                let mut list = q.separated(", ");
                for rank in &criteria.ranks {
                    list.push_bind(*rank as i64);
                }
                q.push(")");
            }
            if !criteria.entries.is_empty() {
                q.push(" AND entry_kind IN (");
                let mut list = q.separated(", ");
                for entry in &criteria.entries {
                    list.push_bind(*entry as i64);
                }
                q.push(")");
            }
        }
        q.push(" ORDER BY id LIMIT ").push_bind(limit);
    })?;
    with_postings(tx, district, rows).await
}

/// The graded results of units in which these persons held a post on the period's last day.
pub(crate) async fn graded(tx: &mut Tx, district: &str, persons: &[&str]) -> Result<Vec<Graded>> {
    let mut found = Vec::new();
    for persons in persons.chunks(500) {
        let rows = kit::query!(tx, GradedRow, |q| {
            q.push(concat!(
                "SELECT DISTINCT p.person, r.series, r.track_id, r.unit, r.subject, r.period,
                        r.period_end, r.grade, r.grade_display_name, r.create_time
                 FROM posting p
                 JOIN published_result r ON r.district = p.district AND r.unit = p.unit
                  AND p.start_date <= r.period_end
                  AND (p.end_date IS NULL OR p.end_date >= r.period_end)
                  AND ",
                concerns!(result),
                "
                 WHERE p.district = "
            ));
            q.push_bind(district).push(" AND p.person IN (");
            let mut list = q.separated(", ");
            for person in persons {
                list.push_bind(*person);
            }
            q.push(") ORDER BY p.person, r.period_end, r.create_time");
        })?;
        for row in rows {
            found.push(Graded {
                ranking: [row.series.as_str(), &row.track_id, &row.unit, &row.subject].join("/"),
                person: row.person,
                series: row.series,
                period: row.period,
                period_end: date::from_text(&row.period_end)?,
                grade: row.grade,
                grade_display_name: row.grade_display_name,
                create_time: clock::from_micros(row.create_time)?,
            });
        }
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct GradedRow {
    person: String,
    series: String,
    track_id: String,
    unit: String,
    subject: String,
    period: String,
    period_end: String,
    grade: String,
    grade_display_name: String,
    create_time: i64,
}
