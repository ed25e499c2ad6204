//! Row 9: webhooks to ten endpoints, one of them dead, every attempt written down, beside a raw queue
//! in PostgreSQL that claims by a hundred; what the dead endpoint costs the others; and a drain
//! during which the sender is killed, with nothing lost and memory flat (G18).

use std::time::{Duration, Instant};

use proto::notification::v1 as pb;
use proto::notification::v1::delivery::State;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use proto::notification::v1::endpoint_service_client::EndpointServiceClient;
use proto::registry::v1 as registry;
use proto::registry::v1::district_service_client::DistrictServiceClient;

use super::Bench;
use crate::Outcome;
use crate::cluster::Cluster;
use crate::pair::{Cost, Spread, order};
use crate::process::Process;
use crate::report::Line;
use crate::sink::Sink;
use crate::suite::{Channel, DISTRICT, Suite};

/// What tells of events and gets none.
const SOURCE: &str = "source";
const TOLD: &str = "saima.notification.v1.EndpointDisabled";
const DEAD: &str = "dead";
const LIVE: usize = 9;

pub(super) async fn run(bench: &Bench) -> Outcome<Vec<Line>> {
    let events = if bench.smoke { 15 } else { 1_000 };
    let mut lines = queue(bench, events).await?;
    let drained = match bench.smoke {
        true => Drain { events: 45, rounds: 5, kills: 2 },
        false => Drain { events, rounds: 11, kills: 2 },
    };
    lines.push(drain(bench, drained).await?);
    Ok(lines)
}

/// How much is drained: so many events to each endpoint in each round.
pub(crate) struct Drain {
    pub(crate) events: usize,
    pub(crate) rounds: usize,
    /// Rounds in the middle of which the sender is killed.
    pub(crate) kills: usize,
}

impl Drain {
    /// As many rounds as it takes to so many webhooks, one more than the sender is killed at least.
    pub(crate) fn of(webhooks: usize, kills: usize) -> Self {
        let events = 1_000.min(webhooks.div_ceil(LIVE * (kills + 1))).max(1);
        Self { events, rounds: webhooks.div_ceil(events * LIVE).max(kills + 1), kills }
    }
}

/// Beside a raw queue, and with nothing or much for the dead endpoint.
async fn queue(bench: &Bench, events: usize) -> Outcome<Vec<Line>> {
    let names = ["webhooks with attempts, 9 endpoints and a dead one", "SKIP LOCKED by 100"];
    let (Some(ours), Some(theirs)) = (Cluster::start()?, Cluster::start()?) else {
        let reason = "there is no PostgreSQL on this machine".to_owned();
        return Ok(vec![Line::absent(9, names, reason)]);
    };
    let url = ours.url();
    let allow = ["--database-url", &url, "--trial-tokens", "--outbound-allow", "127.0.0.1/32"];
    let suite = Suite::start_with(bench.saima()?, &allow).await?;
    let stage = Stage::prepare(&suite.channel, DISTRICT, events, LIVE).await?;
    stage.endpoint_of(DEAD, "http://127.0.0.1:1/", TOLD).await?;
    let mut peer = Process::converse(&bench.here, &["peer", "queue", &theirs.url()])?;
    let count = events * LIVE;

    // One round of each side is not counted.
    stage.round(true).await?;
    peer.ask(&format!("fill {count}"))?;
    peer.ask("drain")?;
    let (mut raw, mut with, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for pair in order(bench.pairs) {
        for is_suite in pair {
            if is_suite {
                for dead in [true, false] {
                    let (cpu, wall) = (suite.process.cpu()? + ours.cpu()?, Instant::now());
                    stage.round(dead).await?;
                    let cpu = suite.process.cpu()? + ours.cpu()? - cpu;
                    let cost = Cost { cpu, wall: wall.elapsed() };
                    if dead { with.push(cost) } else { without.push(cost) }
                }
            } else {
                peer.ask(&format!("fill {count}"))?;
                let (cpu, wall) = (peer.process.cpu()? + theirs.cpu()?, Instant::now());
                let drained = peer.ask("drain")?;
                if drained != count.to_string() {
                    return Err(format!("the peer drained {drained} of {count}").into());
                }
                let cpu = peer.process.cpu()? + theirs.cpu()? - cpu;
                raw.push(Cost { cpu, wall: wall.elapsed() });
            }
        }
    }
    let units = (u32::try_from(count)?, "delivery");
    let [cpu, wall] = Line::costs(9, names, (&with, &raw), units, "");
    let names = ["the same, all of it for the dead one, too", "nothing for the dead one"];
    let [_, dead] = Line::costs(9, names, (&with, &without), units, "");
    Ok(vec![cpu, wall.toward("≥ 0.7"), dead.toward("≥ 0.95")])
}

/// Rounds of all events to all endpoints on the embedded database, the sender killed in the middle
/// of some: every event must come to every endpoint under the id it had before.
pub(crate) async fn drain(bench: &Bench, drained: Drain) -> Outcome<Line> {
    let Drain { events, rounds, kills } = drained;
    let mut suite =
        Suite::start_with(bench.saima()?, &["--outbound-allow", "127.0.0.1/32"]).await?;
    let mut stage = Stage::prepare(&suite.channel, DISTRICT, events, LIVE).await?;
    let known = stage.sink.ids("e0");
    let (mut first, mut peak, mut requests) = (0, 0, 0);
    for round in 0..rounds {
        stage.replay().await?;
        if round > 0 && round <= kills {
            stage.sink.wait(events * LIVE / 3).await?;
            suite = suite.kill_and_restart(bench.saima()?).await?;
            stage.channel = suite.channel.clone();
        }
        stage.sink.wait(events * LIVE).await?;
        stage.check(&known)?;
        requests += stage.sink.requests();
        // The kills begin with a fresh process each; what grows shows behind them.
        if round == kills {
            first = suite.process.peak()?;
        }
        peak = suite.process.peak()?;
    }
    stage.settled().await?;
    let what = format!("{requests} webhooks drained, the sender killed {kills} times: peak memory");
    let ratio = peak as f64 / first.max(1) as f64;
    let spread = Spread::of(vec![ratio]);
    let names = [what.as_str(), "after the first round"];
    let sizes = [format!("{peak} KiB"), format!("{first} KiB")];
    Ok(Line::new(9, names, (spread, "memory, suite ÷ peer"), sizes, "≤ 1.1"))
}

/// A district with endpoints, and events that they were sent once.
pub(super) struct Stage {
    pub(super) channel: Channel,
    pub(super) sink: Sink,
    district: String,
    events: usize,
    live: usize,
}

impl Stage {
    /// Creates the district, its endpoints, and events; waits until all of them came.
    pub(super) async fn prepare(
        channel: &Channel,
        district: &str,
        events: usize,
        live: usize,
    ) -> Outcome<Self> {
        let sink = Sink::start().await?;
        let request = registry::CreateDistrictRequest {
            district_id: district.trim_start_matches("districts/").into(),
            district: Some(registry::District {
                display_name: "测评区".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        DistrictServiceClient::new(channel.clone()).create_district(request).await?;
        let district = district.to_owned();
        let stage = Self { channel: channel.clone(), sink, district, events, live };
        for index in 0..live {
            let id = format!("e{index}");
            stage.endpoint(&id, &stage.sink.url(&id)).await?;
        }
        stage.endpoint_of(SOURCE, &stage.sink.url(SOURCE), "saima.scoring.v1.CardIssued").await?;
        for _ in 0..events {
            stage.tell().await?;
        }
        stage.sink.wait(events * live).await?;
        Ok(stage)
    }

    fn client(&self) -> EndpointServiceClient<Channel> {
        EndpointServiceClient::new(self.channel.clone())
    }

    fn name(&self, id: &str) -> String {
        format!("{}/endpoints/{id}", self.district)
    }

    pub(super) async fn endpoint(&self, id: &str, url: &str) -> Outcome<()> {
        self.endpoint_of(id, url, TOLD).await
    }

    async fn endpoint_of(&self, id: &str, url: &str, event_type: &str) -> Outcome<()> {
        let request = pb::CreateEndpointRequest {
            parent: self.district.clone(),
            endpoint_id: id.into(),
            endpoint: Some(pb::Endpoint {
                display_name: id.into(),
                url: url.into(),
                event_types: vec![event_type.into()],
                ..Default::default()
            }),
            ..Default::default()
        };
        self.client().create_endpoint(request).await?;
        Ok(())
    }

    /// Lets one more event happen.
    pub(super) async fn tell(&self) -> Outcome<()> {
        self.switch(SOURCE, false).await?;
        self.switch(SOURCE, true).await
    }

    async fn switch(&self, id: &str, on: bool) -> Outcome<()> {
        let name = self.name(id);
        if on {
            let request = pb::EnableEndpointRequest { name, ..Default::default() };
            self.client().enable_endpoint(request).await?;
        } else {
            let reason = "测评".to_owned();
            let request = pb::DisableEndpointRequest { name, reason, ..Default::default() };
            self.client().disable_endpoint(request).await?;
        }
        Ok(())
    }

    /// Sets every event on its way to every live endpoint once more.
    pub(super) async fn replay(&self) -> Outcome<()> {
        self.sink.clear();
        for index in 0..self.live {
            self.replay_to(&format!("e{index}")).await?;
        }
        Ok(())
    }

    async fn replay_to(&self, id: &str) -> Outcome<()> {
        let request = pb::ReplayEventsRequest {
            name: self.name(id),
            start_time: Some("1970-01-01T00:00:00Z".parse()?),
            ..Default::default()
        };
        self.client().replay_events(request).await?;
        Ok(())
    }

    /// True when all of a replay came.
    pub(super) fn is_through(&self) -> bool {
        self.sink.count() >= self.events * self.live
    }

    /// One round: every event to every live endpoint, and to the dead one where it is wanted.
    async fn round(&self, dead: bool) -> Outcome<()> {
        if dead {
            self.replay_to(DEAD).await?;
        }
        self.replay().await?;
        self.sink.wait(self.events * self.live).await
    }

    /// Fails unless every live endpoint got the events that are known, all of them.
    fn check(&self, known: &std::collections::HashSet<String>) -> Outcome<()> {
        for index in 0..self.live {
            let found = self.sink.ids(&format!("e{index}"));
            if found != *known {
                let lost = known.difference(&found).count();
                let new = found.difference(known).count();
                return Err(format!("e{index}: {lost} events lost, {new} under new ids").into());
            }
        }
        Ok(())
    }

    /// Waits until the suite itself holds every delivery for done.
    async fn settled(&self) -> Outcome<()> {
        let mut client = DeliveryServiceClient::new(self.channel.clone());
        for index in 0..self.live {
            let mut tries = 0;
            loop {
                let request = pb::ListDeliveriesRequest {
                    parent: self.name(&format!("e{index}")),
                    page_size: 1,
                    state: State::Pending.into(),
                    ..Default::default()
                };
                let reply = client.list_deliveries(request).await?.into_inner();
                if reply.deliveries.is_empty() {
                    break;
                }
                tries += 1;
                if tries > 1_500 {
                    return Err(format!("e{index} still has deliveries that wait").into());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }
}
