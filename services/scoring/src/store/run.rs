//! The ledger of runs, their pinned inputs, and where each stands.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};
use serde::{Deserialize, Serialize};

use crate::run::{Definitions, Run, Standing, State, Track};

macro_rules! columns {
    () => {
        "r.sequence, r.scheme, r.series, r.period, r.supersedes, r.definitions, r.scheme_digest, r.cut_sequence,
         r.input_digest, r.output_digest, r.result_count, r.tracks, r.create_time,
         p.state, p.publish_time, p.revision
         FROM run r JOIN publication p ON p.district = r.district AND p.run = r.sequence "
    };
}

/// The run at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Standing>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), "WHERE r.district = $1 AND r.sequence = $2"),
        district,
        sequence
    )?;
    row.map(Standing::try_from).transpose()
}

/// The published run of a scheme and period.
pub(crate) async fn published(
    tx: &mut Tx,
    district: &str,
    scheme: &str,
    period: &str,
) -> Result<Option<Standing>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            "WHERE p.district = $1 AND p.period = $2 AND p.scheme = $3 AND p.state = 2"
        ),
        district,
        period,
        scheme
    )?;
    row.map(Standing::try_from).transpose()
}

/// The published runs of some periods.
pub(crate) async fn published_in(
    tx: &mut Tx,
    district: &str,
    periods: &[&str],
) -> Result<Vec<Standing>> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE p.district = ")).push_bind(district);
        q.push(" AND p.state = 2 AND p.period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY r.sequence");
    })?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// A page of a district's runs, the latest first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    period: Option<&str>,
    state: Option<State>,
    page: &Page,
) -> Result<Vec<Standing>> {
    let before = page.after_number()?.unwrap_or(i64::MAX);
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE r.district = ")).push_bind(district);
        q.push(" AND r.sequence < ").push_bind(before);
        if let Some(period) = period {
            q.push(" AND r.period = ").push_bind(period);
        }
        if let Some(state) = state {
            q.push(" AND p.state = ").push_bind(number(state));
        }
        q.push(" ORDER BY r.sequence DESC LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// Adds a run with its pinned input.
pub(crate) async fn insert(
    tx: &mut Tx,
    district: &str,
    standing: &Standing,
    input: &[u8],
) -> Result<()> {
    let run = &standing.run;
    kit::execute!(
        tx,
        "INSERT INTO run (district, sequence, scheme, period, supersedes, definitions, scheme_digest,
             cut_sequence, input_digest, output_digest, result_count, tracks, create_time, series)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        district,
        run.sequence,
        &run.scheme,
        &run.period,
        run.supersedes,
        match run.definitions {
            Definitions::AtClose => 1_i64,
            Definitions::Current => 2,
        },
        &run.scheme_digest,
        run.cut_sequence,
        &run.input_digest,
        &run.output_digest,
        run.result_count,
        tracks_text(&run.tracks)?,
        clock::to_micros(run.create_time),
        &run.series
    )?;
    kit::execute!(
        tx,
        "INSERT INTO run_input (district, run, input) VALUES ($1, $2, $3)",
        district,
        run.sequence,
        input
    )?;
    kit::execute!(
        tx,
        "INSERT INTO publication (district, run, scheme, period, state, publish_time, revision)
         VALUES ($1, $2, $3, $4, $5, NULL, $6)",
        district,
        run.sequence,
        &run.scheme,
        &run.period,
        number(standing.state),
        standing.revision
    )?;
    Ok(())
}

/// Writes where a run stands, one revision on.
pub(crate) async fn update(tx: &mut Tx, district: &str, standing: &Standing) -> Result<()> {
    let updated = kit::execute!(
        tx,
        "UPDATE publication SET state = $3, publish_time = $4, revision = $5
         WHERE district = $1 AND run = $2 AND revision = $5 - 1",
        district,
        standing.run.sequence,
        number(standing.state),
        standing.publish_time.map(clock::to_micros),
        standing.revision
    )?;
    match updated {
        0 => Err(Error::Conflict { name: standing.run.name(district) }),
        _ => Ok(()),
    }
}

/// What a run looked at.
pub(crate) async fn input(tx: &mut Tx, district: &str, sequence: i64) -> Result<Vec<u8>> {
    let (input,) = kit::fetch_one!(
        tx,
        (Vec<u8>,),
        "SELECT input FROM run_input WHERE district = $1 AND run = $2",
        district,
        sequence
    )?;
    Ok(input)
}

#[derive(Serialize, Deserialize)]
struct TrackText {
    id: String,
    display_name: String,
}

fn tracks_text(tracks: &[Track]) -> Result<String> {
    let text = |track: &Track| TrackText {
        id: track.id.clone(),
        display_name: track.display_name.clone(),
    };
    let texts: Vec<TrackText> = tracks.iter().map(text).collect();
    serde_json::to_string(&texts).map_err(Error::internal)
}

fn tracks(text: &str) -> Result<Vec<Track>> {
    let texts: Vec<TrackText> = serde_json::from_str(text).map_err(Error::internal)?;
    let track = |text: TrackText| Track { id: text.id, display_name: text.display_name };
    Ok(texts.into_iter().map(track).collect())
}

fn number(state: State) -> i64 {
    match state {
        State::Scored => 1,
        State::Published => 2,
        State::Superseded => 3,
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    scheme: String,
    series: String,
    period: String,
    supersedes: Option<i64>,
    definitions: i64,
    scheme_digest: String,
    cut_sequence: i64,
    input_digest: String,
    output_digest: String,
    result_count: i64,
    tracks: String,
    create_time: i64,
    state: i64,
    publish_time: Option<i64>,
    revision: i64,
}

impl TryFrom<Row> for Standing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            state: match row.state {
                1 => State::Scored,
                2 => State::Published,
                3 => State::Superseded,
                state => return Err(Error::internal(format!("a run in state {state}"))),
            },
            publish_time: row.publish_time.map(clock::from_micros).transpose()?,
            revision: row.revision,
            run: Run {
                sequence: row.sequence,
                scheme: row.scheme,
                series: row.series,
                period: row.period,
                supersedes: row.supersedes,
                definitions: match row.definitions {
                    1 => Definitions::AtClose,
                    2 => Definitions::Current,
                    it => return Err(Error::internal(format!("a run by definitions {it}"))),
                },
                scheme_digest: row.scheme_digest,
                cut_sequence: row.cut_sequence,
                input_digest: row.input_digest,
                output_digest: row.output_digest,
                result_count: row.result_count,
                tracks: tracks(&row.tracks)?,
                create_time: clock::from_micros(row.create_time)?,
            },
        })
    }
}
