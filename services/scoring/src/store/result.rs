//! Results of runs, one row a unit; the points of their parts are packed, a track at a time.

mod packed;
mod part;
mod verdict;

use engine::Colour;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::result::{Outcome, Part};
use part::Parts;

macro_rules! columns {
    () => {
        "unit, unit_display_name, track, position, score, rank, track_size, colour, pace, parts, flags,
         outcome, responsible_unit"
    };
}

/// The result of a unit in a run.
pub(crate) async fn get(
    tx: &mut Tx,
    district: &str,
    run: i64,
    unit: &str,
) -> Result<Option<Outcome>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM result WHERE district = $1 AND run = $2 AND unit = $3"
        ),
        district,
        run,
        unit
    )?;
    let Some(row) = row else { return Ok(None) };
    let parts = match row.is_packed() {
        true => part::get(tx, district, run, &row.track).await?,
        false => None,
    };
    row.outcome(parts.as_slice()).map(Some)
}

/// A page of a run's results by track and rank.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    run: i64,
    track: Option<&str>,
    page: &Page,
) -> Result<Vec<Outcome>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM result WHERE district = "));
        q.push_bind(district).push(" AND run = ").push_bind(run);
        q.push(" AND position > ").push_bind(after);
        if let Some(track) = track {
            q.push(" AND track = ").push_bind(track);
        }
        q.push(" ORDER BY position LIMIT ").push_bind(page.limit());
    })?;
    with_parts(tx, district, run, rows).await
}

/// All results of a run by track and rank.
pub(crate) async fn of_run(tx: &mut Tx, district: &str, run: i64) -> Result<Vec<Outcome>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM result WHERE district = $1 AND run = $2 ORDER BY position"
        ),
        district,
        run
    )?;
    with_parts(tx, district, run, rows).await
}

async fn with_parts(tx: &mut Tx, district: &str, run: i64, rows: Vec<Row>) -> Result<Vec<Outcome>> {
    let parts = match rows.iter().any(Row::is_packed) {
        true => part::of_run(tx, district, run).await?,
        false => Vec::new(),
    };
    rows.into_iter().map(|row| row.outcome(&parts)).collect()
}

/// Adds the results of a run.
pub(crate) async fn insert<'a>(
    tx: &mut Tx,
    district: &str,
    run: i64,
    outcomes: &'a [Outcome],
) -> Result<()> {
    let tracks = outcomes.chunk_by(|one, two| one.track == two.track);
    let parts: Vec<Parts> = tracks.filter_map(Parts::of).collect();
    part::insert(tx, district, run, &parts).await?;
    let packed = |outcome: &'a Outcome| {
        let text = match parts.iter().any(|parts| parts.is_of(&outcome.track)) {
            true => String::new(),
            false => parts_text(&outcome.parts)?,
        };
        Ok((outcome, text, verdict::to_text(outcome)?))
    };
    let rows = outcomes.iter().map(packed).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        concat!("INSERT INTO result (district, run, ", columns!(), ") "),
        rows,
        |row, (outcome, parts, verdict)| {
            row.push_bind(district)
                .push_bind(run)
                .push_bind(&outcome.unit)
                .push_bind(&outcome.unit_display_name)
                .push_bind(&outcome.track)
                .push_bind(outcome.position)
                .push_bind(outcome.score.map(decimal::to_text))
                .push_bind(outcome.rank.map(decimal::to_text))
                .push_bind(outcome.track_size)
                .push_bind(outcome.colour.map_or(0, number))
                .push_bind(outcome.pace.map(decimal::to_text))
                .push_bind(parts)
                .push_bind(outcome.flags.join(" "))
                .push_bind(verdict)
                .push_bind(&outcome.responsible_unit);
        }
    )?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct PartText {
    node: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    weight: String,
}

fn parts_text(parts: &[Part]) -> Result<String> {
    let text = |part: &Part| PartText {
        node: part.node_id.clone(),
        name: part.display_name.clone(),
        points: part.points.map(decimal::to_text),
        weight: decimal::to_text(part.weight),
    };
    let texts: Vec<PartText> = parts.iter().map(text).collect();
    serde_json::to_string(&texts).map_err(Error::internal)
}

fn parts(text: &str) -> Result<Vec<Part>> {
    let texts: Vec<PartText> = serde_json::from_str(text).map_err(Error::internal)?;
    let part = |text: PartText| {
        Ok(Part {
            node_id: text.node,
            display_name: text.name,
            points: optional(text.points)?,
            weight: decimal::from_text(&text.weight)?,
        })
    };
    texts.into_iter().map(part).collect()
}

fn number(colour: Colour) -> i64 {
    match colour {
        Colour::Green => 1,
        Colour::Yellow => 2,
        Colour::Red => 3,
    }
}

fn optional(text: Option<String>) -> Result<Option<Decimal>> {
    text.as_deref().map(decimal::from_text).transpose()
}

#[derive(sqlx::FromRow)]
struct Row {
    unit: String,
    unit_display_name: String,
    track: String,
    position: i64,
    score: Option<String>,
    rank: Option<String>,
    track_size: i64,
    colour: i64,
    pace: Option<String>,
    parts: String,
    flags: String,
    outcome: String,
    responsible_unit: String,
}

impl Row {
    /// Its parts stand with those of its track.
    fn is_packed(&self) -> bool {
        self.parts.is_empty()
    }

    fn outcome(self, tracks: &[Parts]) -> Result<Outcome> {
        let row = self;
        let parts = match row.is_packed() {
            true => {
                let track = tracks.iter().find(|parts| parts.is_of(&row.track));
                let absent = || Error::internal("a result without its parts");
                track.ok_or_else(absent)?.at(row.position)?
            }
            false => parts(&row.parts)?,
        };
        let (grade, gates) = verdict::from_text(&row.outcome)?;
        Ok(Outcome {
            grade,
            gates,
            unit: row.unit,
            unit_display_name: row.unit_display_name,
            responsible_unit: row.responsible_unit,
            track: row.track,
            position: row.position,
            score: optional(row.score)?,
            rank: optional(row.rank)?,
            track_size: row.track_size,
            colour: match row.colour {
                0 => None,
                1 => Some(Colour::Green),
                2 => Some(Colour::Yellow),
                3 => Some(Colour::Red),
                colour => return Err(Error::internal(format!("a result of colour {colour}"))),
            },
            pace: optional(row.pace)?,
            parts,
            flags: row.flags.split_whitespace().map(str::to_owned).collect(),
        })
    }
}
