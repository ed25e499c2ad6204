//! Row 7: single reports, each durable before it is acknowledged, from 64 callers at once,
//! beside one connection that makes one durable transaction after the other.

use std::time::{Duration, Instant};

use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::{CreateObservationRequest, Observation};

use super::bulk::{months, value};
use super::{Bench, correction};
use crate::Outcome;
use crate::pair::{Cost, Spread, order};
use crate::process::Process;
use crate::report::Line;
use crate::suite::{Channel, DISTRICT, Size, Suite, decimal, define, indicator_in, reach, unit_in};

const CALLERS: u32 = 64;
/// Each caller a connection of its own would measure connections; so many share one.
const CONNECTIONS: u32 = 8;

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let size = Size { units: 128, indicators: 50 };
    let each = if bench.smoke { 2 } else { 32 };
    let (reports, months) = (CALLERS * each, months(bench.pairs + 1));
    let suite = Suite::start(bench.saima()?).await?;
    define(&suite.channel, size, &months).await?;
    let mut channels = Vec::new();
    for _ in 0..CONNECTIONS {
        channels.push(reach(&suite.address, &suite.token).await?);
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("peer.db").to_string_lossy().into_owned();
    let mut peer = Process::converse(&bench.here, &["peer", "sqlite", &file])?;

    // One round of each side is not counted.
    round(&channels, &months[0], each).await?;
    correction::durable(&mut peer, reports)?;
    let (mut ours, mut theirs, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
    for (pair, month) in order(bench.pairs).zip(&months[1..]) {
        for is_suite in pair {
            let process = if is_suite { &suite.process } else { &peer.process };
            let (cpu, wall) = (process.cpu()?, Instant::now());
            if is_suite {
                slowest.push(round(&channels, month, each).await?);
                ours.push(Cost { wall: wall.elapsed(), cpu: suite.process.cpu()? - cpu });
            } else {
                correction::durable(&mut peer, reports)?;
                theirs.push(Cost { wall: wall.elapsed(), cpu: peer.process.cpu()? - cpu });
            }
        }
    }
    let names = ["single durable reports from 64 callers", "one connection, one by one"];
    let [cpu, wall] = Line::costs(7, names, (&ours, &theirs), (reports, "report"), "");
    // What the callers see is how many reports there are in a second.
    let mut lines = vec![cpu, wall.toward("≥ 20")];
    // The peer's transaction is little but its fsync.
    let fsyncs = slowest.iter().zip(&theirs).map(|(slow, peer)| {
        slow.as_secs_f64() / (peer.wall.as_secs_f64() / f64::from(reports)).max(1e-9)
    });
    let spread = Spread::of(fsyncs.collect());
    let names = ["the slowest of a hundred waits", "one raw durable transaction"];
    let none = [String::new(), String::new()];
    lines.push(Line::new(7, names, (spread, "wall, suite ÷ peer"), none, "≤ 5"));
    Ok(lines)
}

/// Every caller reports `each` figures, one after another; yields the wait that 99 of 100 stay below.
async fn round(channels: &[Channel], month: &str, each: u32) -> Outcome<Duration> {
    let callers = (0..CALLERS).zip(channels.iter().cycle()).map(|(caller, channel)| {
        let (client, month) = (ObservationServiceClient::new(channel.clone()), month.to_owned());
        tokio::spawn(report(client, month, caller, each))
    });
    let mut waits = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        waits.extend(caller.await??);
    }
    waits.sort();
    waits.get(waits.len() * 99 / 100).copied().ok_or_else(|| "nobody reported".into())
}

async fn report(
    mut client: ObservationServiceClient<Channel>,
    month: String,
    caller: u32,
    each: u32,
) -> Result<Vec<Duration>, tonic::Status> {
    let mut waits = Vec::new();
    for number in 0..each {
        // Two units a caller, so that no two callers report the same cell.
        let (unit, indicator) = (caller * 2 + number % 2, number / 2);
        let observation = Observation {
            unit: unit_in(DISTRICT, unit),
            indicator: indicator_in(DISTRICT, indicator),
            period: format!("{DISTRICT}/periods/{month}"),
            value: decimal(value(unit, indicator)),
            ..Default::default()
        };
        let request = CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(observation),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let began = Instant::now();
        client.create_observation(request).await?;
        waits.push(began.elapsed());
    }
    Ok(waits)
}
