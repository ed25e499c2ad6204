//! Row 4: one correction until the ranks that it affects can be read, in a nation of one county
//! and in one of many, beside one raw durable transaction.

use std::time::Instant;

use proto::scoring::v1::board_service_client::BoardServiceClient;
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::{
    Board, CorrectObservationRequest, GetBoardRequest, ListObservationsRequest, Observation,
};

use super::Bench;
use super::bulk::{Form, Report, report};
use crate::Outcome;
use crate::pair::{Cost, Spread, order, ratios};
use crate::process::{Conversation, Process};
use crate::report::Line;
use crate::suite::{Channel, Size, Suite, decimal, define_in, indicator_in, unit_in};

const MONTH: &str = "2023-01";

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let (size, corrections) = if bench.smoke {
        (Size { units: 10, indicators: 5 }, 2)
    } else {
        (Size { units: 130, indicators: 50 }, 20)
    };
    let counties = if bench.smoke { 3 } else { bench.counties };
    let one = nation(bench, size, 1).await?;
    let many = nation(bench, size, counties).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("peer.db").to_string_lossy().into_owned();
    let mut peer = Process::converse(&bench.here, &["peer", "sqlite", &file])?;
    let mut costs = [Vec::new(), Vec::new()];
    let mut theirs = Vec::new();
    let mut figures = [
        held(&one.channel, size, corrections).await?,
        held(&many.channel, size, corrections).await?,
    ];
    correct(&one.channel, &mut figures[0]).await?;
    correct(&many.channel, &mut figures[1]).await?;
    durable(&mut peer, corrections)?;
    for pair in order(bench.pairs) {
        let sizes = if pair[0] { [(0, &one), (1, &many)] } else { [(1, &many), (0, &one)] };
        for is_suite in pair {
            if !is_suite {
                let (cpu, wall) = (peer.process.cpu()?, Instant::now());
                durable(&mut peer, corrections)?;
                theirs.push(Cost { wall: wall.elapsed(), cpu: peer.process.cpu()? - cpu });
                continue;
            }
            for (which, suite) in sizes {
                let (cpu, wall) = (suite.process.cpu()?, Instant::now());
                correct(&suite.channel, &mut figures[which]).await?;
                let cpu = suite.process.cpu()? - cpu;
                costs[which].push(Cost { wall: wall.elapsed(), cpu });
            }
        }
    }
    let [alone, among] = &costs;
    let against = "one raw durable transaction";
    let units = (corrections, "correction");
    let mut lines = Vec::new();
    let among_many = format!("correction until ranks are read, {counties} counties");
    for (what, costs) in
        [("correction until ranks are read, 1 county", alone), (&among_many, among)]
    {
        lines.extend(Line::costs(4, [what, against], (costs, &theirs), units, ""));
        let times = ratios(costs, &theirs, |it| it.wall);
        let inverse =
            Spread { min: 1.0 / times.max, median: 1.0 / times.median, max: 1.0 / times.min };
        lines.push(Line::new(4, [what, against], (inverse, "wall, suite ÷ peer"), each(), "≤ 1.5"));
    }
    let growth = ratios(alone, among, |it| it.cpu);
    let names = [among_many.as_str(), "1 county"];
    lines.push(Line::new(4, names, (growth, "CPU, many ÷ one"), each(), "≤ 1.1"));
    let reason = "no program that recalculates a workbook is driven".to_owned();
    lines.push(Line::absent(4, [&among_many, "LibreOffice"], reason));
    Ok(lines)
}

/// Ratios have no figure of their own in the two columns of figures.
fn each() -> [String; 2] {
    [String::new(), String::new()]
}

/// A suite with some counties, each with a month reported.
async fn nation(bench: &Bench, size: Size, counties: u32) -> Outcome<Suite> {
    let suite = Suite::start(bench.saima()?).await?;
    for county in 0..counties {
        let district = county_name(county);
        define_in(&suite.channel, &district, size, &[MONTH.into()]).await?;
        let form = Form::Columns;
        let of_month = Report { district: &district, size, month: MONTH, form, corrects: false };
        report(&suite.channel, of_month).await?;
    }
    Ok(suite)
}

fn county_name(county: u32) -> String {
    format!("districts/county-{county:04}")
}

/// Some figures of the first county, as they are now.
async fn held(channel: &Channel, size: Size, count: u32) -> Outcome<Vec<Observation>> {
    let district = county_name(0);
    let mut observations = ObservationServiceClient::new(channel.clone());
    let mut held = Vec::new();
    for number in 0..count {
        let one = ListObservationsRequest {
            parent: district.clone(),
            unit: unit_in(&district, number % size.units),
            indicator: indicator_in(&district, number % size.indicators),
            ..Default::default()
        };
        held.extend(observations.list_observations(one).await?.into_inner().observations);
    }
    Ok(held)
}

/// Corrects the figures one after another, each until the county's board has it.
async fn correct(channel: &Channel, held: &mut [Observation]) -> Outcome<()> {
    let mut observations = ObservationServiceClient::new(channel.clone());
    let mut boards = BoardServiceClient::new(channel.clone());
    for figure in held {
        let value = figure.value.as_ref().map_or("", |it| &it.value);
        let other = if value == "77.7" { "88.8" } else { "77.7" };
        let correction = CorrectObservationRequest {
            name: figure.name.clone(),
            value: decimal(other),
            reason: "测评".into(),
            request_id: uuid::Uuid::new_v4().to_string(),
            ..Default::default()
        };
        *figure = observations.correct_observation(correction).await?.into_inner();
        let name = format!("{}/boards/v1.{MONTH}", county_name(0));
        let board = boards.get_board(GetBoardRequest { name }).await?.into_inner();
        if board.cut_sequence != figure.sequence || !ranks(&board, &figure.unit) {
            return Err("the board does not have the correction".into());
        }
    }
    Ok(())
}

fn ranks(board: &Board, unit: &str) -> bool {
    let mut entries = board.tracks.iter().flat_map(|track| &track.entries);
    entries.any(|entry| entry.unit == unit && entry.rank.is_some())
}

pub(super) fn durable(peer: &mut Conversation, transactions: u32) -> Outcome<()> {
    let answer = peer.ask(&format!("durable {transactions}"))?;
    if answer == transactions.to_string() { Ok(()) } else { Err(answer.into()) }
}
