//! Row 4: one correction until the ranks that it affects can be read, in a nation of one county
//! and in one of many, beside one raw durable transaction and LibreOffice with the same workbook.

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
use crate::peer::Workbook;
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
    lines.extend(beside_workbook(bench, (&one, &mut figures[0]), size).await?);
    Ok(lines)
}

/// The county as a workbook of LibreOffice: the same corrections, the same ranks and scores.
async fn beside_workbook(
    bench: &Bench,
    (suite, figures): (&Suite, &mut Vec<Observation>),
    size: Size,
) -> Outcome<Vec<Line>> {
    let names = ["correction until ranks are read, 1 county", "LibreOffice recalculating it"];
    let folder = tempfile::tempdir()?;
    let mut workbook = match Workbook::open(folder.path(), [size.units, size.indicators]) {
        Ok(workbook) => workbook,
        Err(reason) => return Ok(vec![Line::absent(4, names, reason)]),
    };
    let corrections = u32::try_from(figures.len())?;
    let cells =
        |cents| (0..corrections).map(move |it| [it % size.units, it % size.indicators, cents]);
    // The suite's figures have been corrected an even or odd number of times by now.
    let mut cents = next(&figures[0]).1;
    let before = if cents == 7770 { 8880 } else { 7770 };
    workbook.correct(cells(before))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        let mut told = [Vec::new(), Vec::new()];
        for is_suite in pair {
            let told = &mut told[usize::from(is_suite)];
            if is_suite {
                let (cpu, wall) = (suite.process.cpu()?, Instant::now());
                *told = correct(&suite.channel, figures).await?;
                ours.push(Cost { wall: wall.elapsed(), cpu: suite.process.cpu()? - cpu });
            } else {
                let (answers, cost) = workbook.correct(cells(cents))?;
                *told = answers;
                theirs.push(cost);
            }
        }
        let [theirs, ours] = told;
        if ours != theirs {
            return Err(format!("the suite says {ours:?}, the workbook {theirs:?}").into());
        }
        cents = if cents == 7770 { 8880 } else { 7770 };
    }
    Ok(Line::costs(4, names, (&ours, &theirs), (corrections, "correction"), "≥ 10").into())
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

/// What a figure is corrected to, as text and in hundredths.
fn next(figure: &Observation) -> (&'static str, u32) {
    match figure.value.as_ref() {
        Some(value) if value.value == "77.7" => ("88.8", 8880),
        _ => ("77.7", 7770),
    }
}

/// Corrects the figures one after another, each until the county's board has it; yields its unit's
/// rank and the hundredths of its score each time.
async fn correct(channel: &Channel, held: &mut [Observation]) -> Outcome<Vec<String>> {
    let mut observations = ObservationServiceClient::new(channel.clone());
    let mut boards = BoardServiceClient::new(channel.clone());
    let mut told = Vec::new();
    for figure in held {
        let correction = CorrectObservationRequest {
            name: figure.name.clone(),
            value: decimal(next(figure).0),
            reason: "测评".into(),
            request_id: uuid::Uuid::new_v4().to_string(),
            ..Default::default()
        };
        *figure = observations.correct_observation(correction).await?.into_inner();
        let name = format!("{}/boards/v1.{MONTH}", county_name(0));
        let board = boards.get_board(GetBoardRequest { name }).await?.into_inner();
        if board.cut_sequence != figure.sequence {
            return Err("the board does not have the correction".into());
        }
        told.push(place(&board, &figure.unit).ok_or("the board does not rank the unit")?);
    }
    Ok(told)
}

/// A unit's rank and the hundredths of its score.
fn place(board: &Board, unit: &str) -> Option<String> {
    let mut entries = board.tracks.iter().flat_map(|track| &track.entries);
    let entry = entries.find(|entry| entry.unit == unit)?;
    let mut score: rust_decimal::Decimal = entry.score.as_ref()?.value.parse().ok()?;
    score.rescale(2);
    Some(format!("{} {}", entry.rank.as_ref()?.value, score.mantissa()))
}

pub(super) fn durable(peer: &mut Conversation, transactions: u32) -> Outcome<()> {
    let answer = peer.ask(&format!("durable {transactions}"))?;
    if answer == transactions.to_string() { Ok(()) } else { Err(answer.into()) }
}
