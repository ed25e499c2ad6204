//! Row 5: a bulk report over gRPC into SQLite, beside an upsert of equal durability
//! through rusqlite.

use std::time::Instant;

use proto::scoring::v1::bulk_create_observations_request::{Content, Header, Rows};
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::{BulkCreateObservationsRequest, Observation};
use tonic::transport::Channel;

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, order};
use crate::process::Process;
use crate::report::Line;
use crate::suite::{DISTRICT, Size, Suite, decimal, define, indicator, unit};

const CHUNK: usize = 500;

/// The value of a cell, in hundredths, so that anybody can make it.
pub(crate) fn value(unit: u32, indicator: u32) -> String {
    let cents = (unit * 7919 + indicator * 104_729) % 10_007 + 5_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The months of a calendar from 2023 on.
pub(crate) fn months(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{}-{:02}", 2023 + index / 12, index % 12 + 1)).collect()
}

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let size = if bench.smoke {
        Size { units: 10, indicators: 5 }
    } else {
        Size { units: 1000, indicators: 100 }
    };
    let rows = size.units * size.indicators;
    let months = months(bench.pairs + 1);
    let suite = Suite::start(&bench.saima).await?;
    define(&suite.channel, size, &months).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("peer.db").to_string_lossy().into_owned();
    let mut peer = Process::converse(&bench.here, &["peer", "sqlite", &file])?;

    // One batch of each side is not counted.
    let ask = |month: &str| format!("{month} {} {}", size.units, size.indicators);
    report(&suite.channel, size, &months[0]).await?;
    peer.ask(&ask(&months[0]))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (pair, month) in order(bench.pairs).zip(&months[1..]) {
        for is_suite in pair {
            let process = if is_suite { &suite.process } else { &peer.process };
            let (cpu, wall) = (process.cpu()?, Instant::now());
            if is_suite {
                report(&suite.channel, size, month).await?;
                ours.push(Cost { wall: wall.elapsed(), cpu: suite.process.cpu()? - cpu });
            } else {
                let answer = peer.ask(&ask(month))?;
                assert_eq!(answer, rows.to_string(), "the peer stored another number of rows");
                theirs.push(Cost { wall: wall.elapsed(), cpu: peer.process.cpu()? - cpu });
            }
        }
    }
    let names = ["bulk report over gRPC into SQLite", "rusqlite upsert, equal durability"];
    Ok(Line::costs(5, names, (&ours, &theirs), (rows, "row"), "≥ 0.8"))
}

async fn report(channel: &Channel, size: Size, month: &str) -> Outcome<()> {
    let period = format!("{DISTRICT}/periods/{month}");
    let observations: Vec<Observation> = (0..size.units)
        .flat_map(|unit| (0..size.indicators).map(move |indicator| (unit, indicator)))
        .map(|(u, i)| Observation {
            unit: unit(u),
            indicator: indicator(i),
            period: period.clone(),
            value: decimal(value(u, i)),
            ..Default::default()
        })
        .collect();
    let header = Header {
        parent: DISTRICT.into(),
        row_count: i32::try_from(observations.len())?,
        request_id: uuid::Uuid::new_v4().to_string(),
        ..Default::default()
    };
    let expected = header.row_count;
    let mut messages =
        vec![BulkCreateObservationsRequest { content: Some(Content::Header(header)) }];
    messages.extend(observations.chunks(CHUNK).map(|chunk| BulkCreateObservationsRequest {
        content: Some(Content::Rows(Rows { observations: chunk.to_vec() })),
    }));
    let reply = ObservationServiceClient::new(channel.clone())
        .bulk_create_observations(tokio_stream::iter(messages))
        .await?
        .into_inner();
    if reply.stored_count != expected {
        return Err(format!(
            "{} of {expected} rows were stored: {:?}",
            reply.stored_count,
            reply.problems.first()
        )
        .into());
    }
    Ok(())
}

/// Reports one month of a district, for rows that need facts.
pub(super) async fn fill(channel: &Channel, size: Size, month: &str) -> Outcome<()> {
    report(channel, size, month).await
}
