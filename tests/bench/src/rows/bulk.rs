//! Row 5: a bulk report over gRPC into SQLite, beside an upsert of equal durability
//! through rusqlite.

use std::time::Instant;

use proto::scoring::v1::bulk_create_observations_request::{Columns, Content, Header, Rows};
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::{BulkCreateObservationsRequest, Observation};

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, order};
use crate::process::Process;
use crate::report::Line;
use crate::suite::{Channel, DISTRICT, Size, Suite, decimal, define, indicator_in, unit_in};

/// Rows of a message, one by one and in columns.
const CHUNK: usize = 500;
const LONG_CHUNK: usize = 20_000;

/// How rows lie in a message.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Rows,
    Columns,
}

/// A month's figures of a whole district.
#[derive(Clone, Copy)]
pub(super) struct Report<'a> {
    pub(super) district: &'a str,
    pub(super) size: Size,
    pub(super) month: &'a str,
    pub(super) form: Form,
    /// Other figures, in place of those reported before.
    pub(super) corrects: bool,
}

/// The value of a cell, in hundredths, so that anybody can make it.
fn cents(unit: u32, indicator: u32) -> u32 {
    (unit * 7919 + indicator * 104_729) % 10_007 + 5_000
}

/// The value of a cell.
pub(crate) fn value(unit: u32, indicator: u32) -> String {
    let cents = cents(unit, indicator);
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The months of a calendar from 2023 on.
pub(crate) fn months(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{}-{:02}", 2023 + index / 12, index % 12 + 1)).collect()
}

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for (form, what) in [
        (Form::Columns, "bulk report in columns over gRPC into SQLite"),
        (Form::Rows, "bulk report row by row over gRPC into SQLite"),
    ] {
        lines.extend(run_form(bench, form, what).await?);
    }
    Ok(lines)
}

async fn run_form(bench: &Bench, form: Form, what: &str) -> Outcome<Vec<Line>> {
    let size = bench.bulk_size();
    let rows = size.units * size.indicators;
    let months = months(bench.pairs + 1);
    let suite = Suite::start(bench.saima()?).await?;
    define(&suite.channel, size, &months).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("peer.db").to_string_lossy().into_owned();
    let mut peer = Process::converse(&bench.here, &["peer", "sqlite", &file])?;

    // One batch of each side is not counted.
    let ask = |month: &str| format!("{month} {} {}", size.units, size.indicators);
    let of = |month| Report { district: DISTRICT, size, month, form, corrects: false };
    report(&suite.channel, of(&months[0])).await?;
    peer.ask(&ask(&months[0]))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (pair, month) in order(bench.pairs).zip(&months[1..]) {
        for is_suite in pair {
            let process = if is_suite { &suite.process } else { &peer.process };
            let (cpu, wall) = (process.cpu()?, Instant::now());
            if is_suite {
                report(&suite.channel, of(month)).await?;
                ours.push(Cost { wall: wall.elapsed(), cpu: suite.process.cpu()? - cpu });
            } else {
                let answer = peer.ask(&ask(month))?;
                assert_eq!(answer, rows.to_string(), "the peer stored another number of rows");
                theirs.push(Cost { wall: wall.elapsed(), cpu: peer.process.cpu()? - cpu });
            }
        }
    }
    let names = [what, "rusqlite upsert, equal durability"];
    Ok(Line::costs(5, names, (&ours, &theirs), (rows, "row"), "≥ 0.8").into())
}

/// Reports a month; all of it must be stored.
pub(super) async fn report(channel: &Channel, report: Report<'_>) -> Outcome<()> {
    let Report { size, corrects, .. } = report;
    let header = Header {
        parent: report.district.into(),
        row_count: i32::try_from(size.units * size.indicators)?,
        request_id: uuid::Uuid::new_v4().to_string(),
        correction_reason: if corrects { "测评".into() } else { String::new() },
        ..Default::default()
    };
    let expected = header.row_count;
    let mut contents = vec![Content::Header(header)];
    match report.form {
        Form::Rows => contents.extend(report.rows()),
        Form::Columns => contents.extend(report.columns()),
    }
    send(channel, expected, contents).await
}

/// Sends a report; all of the rows must be stored.
pub(super) async fn send(channel: &Channel, expected: i32, contents: Vec<Content>) -> Outcome<()> {
    let messages = contents
        .into_iter()
        .map(|content| BulkCreateObservationsRequest { content: Some(content) });
    let reply = ObservationServiceClient::new(channel.clone())
        .bulk_create_observations(tokio_stream::iter(messages.collect::<Vec<_>>()))
        .await?
        .into_inner();
    if reply.stored_count != expected {
        let (stored, problem) = (reply.stored_count, reply.problems.first());
        return Err(format!("{stored} of {expected} rows were stored: {problem:?}").into());
    }
    Ok(())
}

impl Report<'_> {
    fn cells(&self) -> Vec<(u32, u32)> {
        let Size { units, indicators } = self.size;
        (0..units).flat_map(|unit| (0..indicators).map(move |it| (unit, it))).collect()
    }

    fn rows(&self) -> Vec<Content> {
        let period = format!("{}/periods/{}", self.district, self.month);
        let row = |&(u, i): &(u32, u32)| Observation {
            unit: unit_in(self.district, u),
            indicator: indicator_in(self.district, i),
            period: period.clone(),
            value: decimal(value(u + u32::from(self.corrects), i)),
            ..Default::default()
        };
        let rows = |cells: &[(u32, u32)]| {
            Content::Rows(Rows { observations: cells.iter().map(row).collect() })
        };
        self.cells().chunks(CHUNK).map(rows).collect()
    }

    fn columns(&self) -> Vec<Content> {
        let names = |name: fn(&str, u32) -> String, count| {
            (0..count).map(|index| name(self.district, index)).collect::<Vec<_>>()
        };
        let columns = |cells: &[(u32, u32)]| {
            Content::Columns(Columns {
                period: format!("{}/periods/{}", self.district, self.month),
                units: names(unit_in, self.size.units),
                indicators: names(indicator_in, self.size.indicators),
                unit_indexes: cells.iter().map(|(u, _)| *u).collect(),
                indicator_indexes: cells.iter().map(|(_, i)| *i).collect(),
                values: cells
                    .iter()
                    .map(|(u, i)| cents(u + u32::from(self.corrects), *i).into())
                    .collect(),
                decimal_places: 2,
                ..Default::default()
            })
        };
        self.cells().chunks(LONG_CHUNK).map(columns).collect()
    }
}

/// Reports one month of a district, for rows that need facts.
pub(super) async fn fill(channel: &Channel, size: Size, month: &str) -> Outcome<()> {
    let form = Form::Columns;
    report(channel, Report { district: DISTRICT, size, month, form, corrects: false }).await
}
