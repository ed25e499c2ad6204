//! Published results, once it is known what they mean.

pub(crate) mod belonging;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use kit::db::Tx;
use kit::{Result, clock, date, decimal};

use crate::archive::{Meaning, PublishedResult};

/// Those of the sources that are settled.
pub(crate) async fn known(
    tx: &mut Tx,
    district: &str,
    sources: &[&str],
) -> Result<HashSet<String>> {
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT source FROM published_result WHERE district = ").push_bind(district);
        q.push(" AND source IN (");
        let mut list = q.separated(", ");
        for source in sources {
            list.push_bind(*source);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

/// The last day of the period of each of the sources that are settled.
pub(crate) async fn ends(
    tx: &mut Tx,
    district: &str,
    sources: &[&str],
) -> Result<HashMap<String, Date>> {
    let mut found = HashMap::new();
    for sources in sources.chunks(500) {
        let rows = kit::query!(tx, (String, String), |q| {
            q.push("SELECT source, period_end FROM published_result WHERE district = ");
            q.push_bind(district).push(" AND source IN (");
            let mut list = q.separated(", ");
            for source in sources {
                list.push_bind(*source);
            }
            q.push(")");
        })?;
        for (source, end) in rows {
            found.insert(source, date::from_text(&end)?);
        }
    }
    Ok(found)
}

/// Stores results of one run with what they mean.
pub(crate) async fn insert(
    tx: &mut Tx,
    results: &[&PublishedResult],
    meaning: &Meaning,
) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO published_result
         (district, source, run, unit, track_id, track_display_name, score, rank, track_size,
          period, period_end, create_time, subject, series, grade, grade_display_name) ",
        results,
        |row, result| {
            row.push_bind(&result.district)
                .push_bind(&result.source)
                .push_bind(&result.run)
                .push_bind(&result.unit)
                .push_bind(&result.track_id)
                .push_bind(meaning.track(&result.track_id))
                .push_bind(result.score.map(decimal::to_text))
                .push_bind(result.rank.map(decimal::to_text))
                .push_bind(result.track_size)
                .push_bind(&meaning.period)
                .push_bind(date::to_text(meaning.period_end))
                .push_bind(clock::to_micros(result.create_time))
                .push_bind(&result.subject)
                .push_bind(&meaning.series)
                .push_bind(&result.grade)
                .push_bind(&result.grade_display_name);
        }
    )?;
    Ok(())
}
