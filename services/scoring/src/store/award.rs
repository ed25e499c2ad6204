//! The ledger of awards, and of the steps that they took.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, decimal};

use crate::award::{Award, Proposal, State, Step};

macro_rules! columns {
    () => {
        "a.sequence, a.scheme, a.series, a.period, a.track, a.track_display_name, a.award,
         a.display_name, a.class, a.level, a.unit, a.unit_display_name, a.run, a.place, a.score,
         a.ground, a.create_time"
    };
}

/// The state of an award is that of its last step; 1 before any.
const STATE: &str = "COALESCE((SELECT s.state FROM award_step s WHERE s.district = a.district
     AND s.award = a.sequence ORDER BY s.step DESC LIMIT 1), 1)";

/// What a list of awards is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) state: Option<State>,
}

/// Those of the awards at some positions that are there, by position.
pub(crate) async fn of(tx: &mut Tx, district: &str, sequences: &[i64]) -> Result<Vec<Award>> {
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM award a WHERE a.district = "));
        q.push_bind(district).push(" AND a.sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") ORDER BY a.sequence");
    })?;
    with_steps(tx, district, rows).await
}

/// A page of a district's awards in the order they were proposed.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Award>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM award a WHERE a.district = "));
        q.push_bind(district).push(" AND a.sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND a.period = ").push_bind(period);
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND a.unit = ").push_bind(unit);
        }
        if let Some(state) = filter.state {
            q.push(" AND ").push(STATE).push(" = ").push_bind(state as i64);
        }
        q.push(" ORDER BY a.sequence LIMIT ").push_bind(page.limit());
    })?;
    with_steps(tx, district, rows).await
}

/// Every award of a scheme and period.
pub(crate) async fn of_ranking(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
    period: &str,
) -> Result<Vec<Award>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM award a WHERE a.district = $1 AND a.period = $2 AND a.scheme = $3
              ORDER BY a.sequence"
        ),
        district,
        period,
        scheme
    )?;
    with_steps(tx, district, rows).await
}

/// The announced awards of some periods, or of all, by position.
pub(crate) async fn announced(
    tx: &mut Tx,
    district: &str,
    periods: Option<&[&str]>,
) -> Result<Vec<Award>> {
    if periods.is_some_and(<[&str]>::is_empty) {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM award a WHERE a.district = "));
        q.push_bind(district);
        if let Some(periods) = periods {
            q.push(" AND a.period IN (");
            let mut list = q.separated(", ");
            for period in periods {
                list.push_bind(*period);
            }
            q.push(")");
        }
        q.push(" AND ").push(STATE).push(" = ").push_bind(State::Announced as i64);
        q.push(" ORDER BY a.sequence");
    })?;
    with_steps(tx, district, rows).await
}

/// The last position of the ledger.
pub(crate) async fn last(tx: &mut Tx, district: &str) -> Result<i64> {
    let (last,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COALESCE(MAX(sequence), 0) FROM award WHERE district = $1",
        district
    )?;
    Ok(last)
}

/// Adds proposals.
pub(crate) async fn insert(tx: &mut Tx, district: &str, awards: &[Award]) -> Result<()> {
    let ground = |award: &Award| serde_json::to_string(&award.proposal.ground);
    let grounds = awards.iter().map(ground).collect::<std::result::Result<Vec<_>, _>>();
    let rows = awards.iter().zip(grounds.map_err(Error::internal)?);
    kit::insert_many!(
        tx,
        "INSERT INTO award (district, sequence, scheme, series, period, track, track_display_name,
             award, display_name, class, level, unit, unit_display_name, run, place, score,
             ground, create_time) ",
        rows,
        |row, (award, ground)| {
            let it = &award.proposal;
            row.push_bind(district)
                .push_bind(award.sequence)
                .push_bind(&it.scheme)
                .push_bind(&it.series)
                .push_bind(&it.period)
                .push_bind(&it.track)
                .push_bind(&it.track_display_name)
                .push_bind(&it.award)
                .push_bind(&it.display_name)
                .push_bind(&it.class)
                .push_bind(&it.level)
                .push_bind(&it.unit)
                .push_bind(&it.unit_display_name)
                .push_bind(it.run)
                .push_bind(it.place)
                .push_bind(it.score.map(decimal::to_text))
                .push_bind(ground)
                .push_bind(clock::to_micros(award.create_time));
        }
    )?;
    Ok(())
}

/// Records the last step of each of the awards.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, awards: &[Award]) -> Result<()> {
    let rows: Vec<(&Award, &Step)> =
        awards.iter().filter_map(|it| Some((it, it.steps.last()?))).collect();
    kit::insert_many!(
        tx,
        "INSERT INTO award_step (district, award, step, state, reason, decider, create_time) ",
        rows,
        |row, (award, step)| {
            row.push_bind(district)
                .push_bind(award.sequence)
                .push_bind(award.steps.len() as i64)
                .push_bind(step.state as i64)
                .push_bind(&step.reason)
                .push_bind(&step.decider)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

async fn with_steps(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Award>> {
    let (Some(first), Some(last)) =
        (rows.iter().map(|row| row.sequence).min(), rows.iter().map(|row| row.sequence).max())
    else {
        return Ok(Vec::new());
    };
    let steps = kit::fetch_all!(
        tx,
        StepRow,
        "SELECT award, state, reason, decider, create_time FROM award_step
         WHERE district = $1 AND award BETWEEN $2 AND $3 ORDER BY award, step",
        district,
        first,
        last
    )?;
    let mut by_award: HashMap<i64, Vec<Step>> = HashMap::new();
    for row in steps {
        let step = Step {
            state: State::try_from(row.state)?,
            reason: row.reason,
            decider: row.decider,
            create_time: clock::from_micros(row.create_time)?,
        };
        by_award.entry(row.award).or_default().push(step);
    }
    let award = |row: Row| {
        let steps = by_award.remove(&row.sequence).unwrap_or_default();
        Award::try_from(row).map(|award| Award { steps, ..award })
    };
    rows.into_iter().map(award).collect()
}

#[derive(sqlx::FromRow)]
struct StepRow {
    award: i64,
    state: i64,
    reason: String,
    decider: String,
    create_time: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    scheme: String,
    series: String,
    period: String,
    track: String,
    track_display_name: String,
    award: String,
    display_name: String,
    class: String,
    level: String,
    unit: String,
    unit_display_name: String,
    run: i64,
    place: i64,
    score: Option<String>,
    ground: String,
    create_time: i64,
}

impl TryFrom<Row> for Award {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            sequence: row.sequence,
            create_time: clock::from_micros(row.create_time)?,
            steps: Vec::new(),
            proposal: Proposal {
                scheme: row.scheme,
                series: row.series,
                period: row.period,
                track: row.track,
                track_display_name: row.track_display_name,
                award: row.award,
                display_name: row.display_name,
                class: row.class,
                level: row.level,
                unit: row.unit,
                unit_display_name: row.unit_display_name,
                run: row.run,
                place: row.place,
                score: row.score.as_deref().map(decimal::from_text).transpose()?,
                ground: serde_json::from_str(&row.ground).map_err(Error::internal)?,
            },
        })
    }
}
