//! The parts of results, packed a track at a time.

use kit::db::Tx;
use kit::{Error, Result, decimal};
use serde::{Deserialize, Serialize};

use super::packed::{pack, unpack};
use crate::result::{Outcome, Part};

/// The parts of one track's results in a run.
pub(super) struct Parts {
    track: String,
    /// The position of the first result of the track.
    first: i64,
    heads: Vec<Head>,
    points: Vec<u8>,
}

/// What a part is called and what it is worth.
#[derive(Serialize, Deserialize, PartialEq)]
struct Head {
    node: String,
    name: String,
    weight: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    track: String,
    first: i64,
    parts: String,
    points: Vec<u8>,
}

impl Parts {
    /// The parts of a track's results, which stand in the order of the board; `None` when they do
    /// not have the same parts, or points that do not fit.
    pub(super) fn of(outcomes: &[Outcome]) -> Option<Parts> {
        let outcome = outcomes.first()?;
        let heads: Vec<Head> = outcome.parts.iter().map(head).collect();
        let alike = |it: &Outcome| {
            it.parts.len() == heads.len()
                && it.parts.iter().map(head).zip(&heads).all(|(a, b)| a == *b)
        };
        let in_order = outcomes.windows(2).all(|pair| pair[0].position + 1 == pair[1].position);
        let points = outcomes.iter().flat_map(|it| it.parts.iter().map(|it| it.points.as_ref()));
        let points =
            if in_order && outcomes.iter().all(alike) { pack(points)? } else { return None };
        Some(Parts { track: outcome.track.clone(), first: outcome.position, heads, points })
    }

    /// The parts of the result in that position.
    pub(super) fn at(&self, position: i64) -> Result<Vec<Part>> {
        let unit = usize::try_from(position - self.first).map_err(Error::internal)?;
        let points = unpack(&self.points, unit, self.heads.len())?;
        let part = |(head, points): (&Head, _)| {
            Ok(Part {
                node_id: head.node.clone(),
                display_name: head.name.clone(),
                points,
                weight: decimal::from_text(&head.weight)?,
            })
        };
        self.heads.iter().zip(points).map(part).collect()
    }

    pub(super) fn is_of(&self, track: &str) -> bool {
        self.track == track
    }
}

fn head(part: &Part) -> Head {
    Head {
        node: part.node_id.clone(),
        name: part.display_name.clone(),
        weight: decimal::to_text(part.weight),
    }
}

/// The packed parts of a run.
pub(super) async fn of_run(tx: &mut Tx, district: &str, run: i64) -> Result<Vec<Parts>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT track, first, parts, points FROM result_part WHERE district = $1 AND run = $2",
        district,
        run
    )?;
    rows.into_iter().map(Parts::try_from).collect()
}

/// The packed parts of one track of a run.
pub(super) async fn get(
    tx: &mut Tx,
    district: &str,
    run: i64,
    track: &str,
) -> Result<Option<Parts>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        "SELECT track, first, parts, points FROM result_part
         WHERE district = $1 AND run = $2 AND track = $3",
        district,
        run,
        track
    )?;
    row.map(Parts::try_from).transpose()
}

pub(super) async fn insert(tx: &mut Tx, district: &str, run: i64, parts: &[Parts]) -> Result<()> {
    let text = |it: &'_ Parts| serde_json::to_string(&it.heads).map_err(Error::internal);
    let texts = parts.iter().map(text).collect::<Result<Vec<_>>>()?;
    let rows = parts.iter().zip(texts);
    kit::insert_many!(
        tx,
        "INSERT INTO result_part (district, run, track, first, parts, points) ",
        rows,
        |row, (parts, heads)| {
            row.push_bind(district)
                .push_bind(run)
                .push_bind(&parts.track)
                .push_bind(parts.first)
                .push_bind(heads)
                .push_bind(&parts.points);
        }
    )?;
    Ok(())
}

impl TryFrom<Row> for Parts {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let Row { track, first, parts, points } = row;
        let heads = serde_json::from_str(&parts).map_err(Error::internal)?;
        Ok(Self { track, first, heads, points })
    }
}
