//! The ledger of cards, and of the steps that they took.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::card::{Card, Contents, Kind, Origin, State, Step};

macro_rules! columns {
    () => {
        "c.sequence, c.kind, c.period, c.unit, c.unit_display_name, c.display_name, c.ground,
         c.scheme, c.track, c.card, c.run, c.place, c.create_time"
    };
}

/// The state of a card is that of its last step; 1 before any.
const STATE: &str = "COALESCE((SELECT s.state FROM card_step s WHERE s.district = c.district
     AND s.card = c.sequence ORDER BY s.step DESC LIMIT 1), 1)";

/// What a list of cards is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) state: Option<State>,
}

/// The card at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Card>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM card c WHERE c.district = $1 AND c.sequence = $2"),
        district,
        sequence
    )?;
    Ok(with_steps(tx, district, row.into_iter().collect()).await?.pop())
}

/// A page of a district's cards in the order they were recorded.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Card>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM card c WHERE c.district = "));
        q.push_bind(district).push(" AND c.sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND c.period = ").push_bind(period);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND c.unit = ").push_bind(unit);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND c.kind = ").push_bind(kind as i64);
        }
        if let Some(state) = filter.state {
            q.push(" AND ").push(STATE).push(" = ").push_bind(state as i64);
        }
        q.push(" ORDER BY c.sequence LIMIT ").push_bind(page.limit());
    })?;
    with_steps(tx, district, rows).await
}

/// Every card that a scheme's runs of a period proposed.
pub(crate) async fn of_ranking(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
    period: &str,
) -> Result<Vec<Card>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM card c WHERE c.district = $1 AND c.period = $2 AND c.scheme = $3
              ORDER BY c.sequence"
        ),
        district,
        period,
        scheme
    )?;
    with_steps(tx, district, rows).await
}

/// The last position of the ledger.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM card WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds cards.
pub(crate) async fn insert(tx: &mut Tx, district: &str, cards: &[Card]) -> Result<()> {
    let ground = |card: &Card| serde_json::to_string(&card.contents.ground);
    let grounds = cards.iter().map(ground).collect::<std::result::Result<Vec<_>, _>>();
    let rows = cards.iter().zip(grounds.map_err(Error::internal)?);
    kit::insert_many!(
        tx,
        "INSERT INTO card (district, sequence, kind, period, unit, unit_display_name,
             display_name, ground, scheme, track, card, run, place, create_time) ",
        rows,
        |row, (card, ground)| {
            let (it, origin) = (&card.contents, card.origin.as_ref());
            row.push_bind(district)
                .push_bind(card.sequence)
                .push_bind(it.kind as i64)
                .push_bind(&it.period)
                .push_bind(&it.unit)
                .push_bind(&it.unit_display_name)
                .push_bind(&it.display_name)
                .push_bind(ground)
                .push_bind(origin.map(|it| &it.scheme))
                .push_bind(origin.map(|it| &it.track))
                .push_bind(origin.map(|it| &it.card))
                .push_bind(origin.map(|it| it.run))
                .push_bind(origin.map(|it| it.place))
                .push_bind(clock::to_micros(card.create_time));
        }
    )?;
    Ok(())
}

/// Records the last step of each of the cards that took one.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, cards: &[Card]) -> Result<()> {
    let rows: Vec<(&Card, &Step)> =
        cards.iter().filter_map(|it| Some((it, it.steps.last()?))).collect();
    kit::insert_many!(
        tx,
        "INSERT INTO card_step (district, card, step, state, reason, decider, create_time) ",
        rows,
        |row, (card, step)| {
            row.push_bind(district)
                .push_bind(card.sequence)
                .push_bind(card.steps.len() as i64)
                .push_bind(step.state as i64)
                .push_bind(&step.reason)
                .push_bind(&step.decider)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Card>> {
    let (Some(first), Some(last)) =
        (rows.iter().map(|row| row.sequence).min(), rows.iter().map(|row| row.sequence).max())
    else {
        return Ok(Vec::new());
    };
    let steps = kit::fetch_all!(
        tx,
        StepRow,
        "SELECT card, state, reason, decider, create_time FROM card_step
         WHERE district = $1 AND card BETWEEN $2 AND $3 ORDER BY card, step",
        district,
        first,
        last
    )?;
    let mut by_card: HashMap<i64, Vec<Step>> = HashMap::new();
    for row in steps {
        let step = Step {
            state: State::try_from(row.state)?,
            reason: row.reason,
            decider: row.decider,
            create_time: clock::from_micros(row.create_time)?,
        };
        by_card.entry(row.card).or_default().push(step);
    }
    let card = |row: Row| {
        let steps = by_card.remove(&row.sequence).unwrap_or_default();
        Card::try_from(row).map(|card| Card { steps, ..card })
    };
    rows.into_iter().map(card).collect()
}

#[derive(sqlx::FromRow)]
struct StepRow {
    card: i64,
    state: i64,
    reason: String,
    decider: String,
    create_time: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    kind: i64,
    period: String,
    unit: String,
    unit_display_name: String,
    display_name: String,
    ground: String,
    scheme: Option<String>,
    track: Option<String>,
    card: Option<String>,
    run: Option<i64>,
    place: Option<i64>,
    create_time: i64,
}

impl TryFrom<Row> for Card {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let origin = match (row.scheme, row.track, row.card, row.run, row.place) {
            (Some(scheme), Some(track), Some(card), Some(run), Some(place)) => {
                Some(Origin { scheme, track, card, run, place })
            }
            _ => None,
        };
        Ok(Self {
            sequence: row.sequence,
            contents: Contents {
                kind: Kind::try_from(row.kind)?,
                period: row.period,
                unit: row.unit,
                unit_display_name: row.unit_display_name,
                display_name: row.display_name,
                ground: serde_json::from_str(&row.ground).map_err(Error::internal)?,
            },
            origin,
            create_time: clock::from_micros(row.create_time)?,
            steps: Vec::new(),
        })
    }
}
