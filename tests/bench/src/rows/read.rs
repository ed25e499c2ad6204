//! Row 8: a unary read of one result, beside a tonic echo of a message as large.

use std::time::Instant;

use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::reconciliation_service_client::ReconciliationServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use proto::scoring::v1::*;

use super::Bench;
use crate::Outcome;
use crate::pair::{Cost, order};
use crate::process::{Process, free_port};
use crate::report::Line;
use crate::suite::{Channel, DISTRICT, Size, Suite, by_four_eyes, define, reach, unit};

const CALLERS: u32 = 8;

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let calls = if bench.smoke { 40 } else { 16_000 };
    let suite = Suite::start(bench.saima()?).await?;
    let name = publish(&suite.channel).await?;
    let listen = format!("127.0.0.1:{}", free_port()?);
    let echo = Process::start(&bench.here, &["peer", "echo", &listen])?;
    let echo_channel = reach(&listen, "").await?;

    read(&suite.channel, &name, calls / 4).await?;
    read(&echo_channel, &name, calls / 4).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        for is_suite in pair {
            let (process, channel) =
                if is_suite { (&suite.process, &suite.channel) } else { (&echo, &echo_channel) };
            let (cpu, wall) = (process.cpu()?, Instant::now());
            read(channel, &name, calls).await?;
            let cost = Cost { wall: wall.elapsed(), cpu: process.cpu()? - cpu };
            if is_suite { ours.push(cost) } else { theirs.push(cost) }
        }
    }
    let names = ["unary GetResult", "bare tonic echo"];
    Ok(Line::costs(8, names, (&ours, &theirs), (calls, "call"), "≥ 0.8").into())
}

pub(super) async fn read(channel: &Channel, name: &str, calls: u32) -> Outcome<()> {
    let callers = (0..CALLERS).map(|_| {
        let (mut client, name) = (RunServiceClient::new(channel.clone()), name.to_owned());
        tokio::spawn(async move {
            for _ in 0..calls / CALLERS {
                client.get_result(GetResultRequest { name: name.clone() }).await?;
            }
            Ok::<_, tonic::Status>(())
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await??;
    }
    Ok(())
}

/// Takes a small district through one month to a published result and names it.
pub(super) async fn publish(channel: &Channel) -> Outcome<String> {
    let size = Size { units: 20, indicators: 10 };
    let month = "2023-01";
    define(channel, size, &[month.into()]).await?;
    super::bulk::fill(channel, size, month).await?;
    let (parent, period) = (DISTRICT.to_owned(), format!("{DISTRICT}/periods/{month}"));
    let listed = ObservationServiceClient::new(channel.clone())
        .list_observations(ListObservationsRequest {
            parent: parent.clone(),
            period: period.clone(),
            page_size: 1000,
            ..Default::default()
        })
        .await?
        .into_inner();
    let mut reconciliation = ReconciliationServiceClient::new(channel.clone());
    reconciliation
        .verify_observations(VerifyObservationsRequest {
            parent: parent.clone(),
            names: listed.observations.into_iter().map(|it| it.name).collect(),
            evaluating_unit: unit(0),
            ..Default::default()
        })
        .await?;
    reconciliation
        .close_reconciliation(CloseReconciliationRequest {
            name: format!("{DISTRICT}/reconciliations/{month}"),
            ..Default::default()
        })
        .await?;
    let mut runs = RunServiceClient::new(channel.clone());
    let scheme = format!("{DISTRICT}/schemes/v1");
    let run = runs
        .create_run(CreateRunRequest {
            parent,
            run: Some(Run { scheme, period, ..Default::default() }),
            ..Default::default()
        })
        .await?
        .into_inner();
    by_four_eyes(channel, async |approval| {
        let name = run.name.clone();
        runs.publish_run(PublishRunRequest { name, approval, ..Default::default() }).await
    })
    .await?;
    Ok(format!("{}/results/u0001", run.name))
}
