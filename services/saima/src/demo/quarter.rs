//! The quarter: three rounds of reconciliation, then the run and its publication (B1, H5).

use std::io::Write;

use proto::scoring::v1::run::State;
use proto::scoring::v1::{CreateRunRequest, ListRunsRequest, PublishRunRequest, Run};

use super::Story;
use super::round::Round;
use crate::client::pages;
use crate::failure::Result;
use crate::hengkou::{MONTHS, QUARTER, SCHEME};

/// The rounds, each with the days on which things happen.
const ROUNDS: [Round; 3] = [
    Round {
        periods: &[MONTHS[0]],
        on_time: "2023-02-04",
        late: "2023-02-07",
        looked_at: "2023-02-08",
        settled: "2023-02-09",
        closed: "2023-02-10",
    },
    Round {
        periods: &[MONTHS[1]],
        on_time: "2023-03-03",
        late: "2023-03-07",
        looked_at: "2023-03-08",
        settled: "2023-03-09",
        closed: "2023-03-10",
    },
    Round {
        periods: &[MONTHS[2], QUARTER],
        on_time: "2023-04-04",
        late: "2023-04-06",
        looked_at: "2023-04-07",
        settled: "2023-04-08",
        closed: "2023-04-09",
    },
];

impl Story {
    /// Plays the quarter and publishes its result; where that was done before, in the same
    /// folder, it is only read.
    pub(super) async fn play(&self, out: &mut impl Write) -> Result<Run> {
        let published = self.published().await?;
        let run = match published {
            Some(run) => run,
            None => {
                let all = ROUNDS.iter().map(|it| it.reports(&self.pack).len()).sum::<usize>();
                self.progress.set_length(2 * all as u64);
                for round in &ROUNDS {
                    self.play_round(round, out).await?;
                }
                self.publish().await?
            }
        };
        self.clock.set("2023-04-12T09:00:00+08:00")?;
        Ok(run)
    }

    async fn published(&self) -> Result<Option<Run>> {
        let request = ListRunsRequest {
            parent: self.parent.clone(),
            period: self.name("periods", QUARTER),
            state: State::Published.into(),
            ..Default::default()
        };
        let runs = pages!(self.suite.runs(), list_runs, request, runs);
        Ok(runs.into_iter().next())
    }

    async fn publish(&self) -> Result<Run> {
        self.clock.set("2023-04-11T09:00:00+08:00")?;
        let run = Run {
            scheme: self.name("schemes", SCHEME),
            period: self.name("periods", QUARTER),
            ..Default::default()
        };
        let create = CreateRunRequest {
            parent: self.parent.clone(),
            run: Some(run),
            request_id: kit::id::uid(),
        };
        let run = self.suite.runs().create_run(create).await?.into_inner();
        let publish =
            PublishRunRequest { name: run.name, etag: run.etag, request_id: kit::id::uid() };
        Ok(self.suite.runs().publish_run(publish).await?.into_inner())
    }

    /// The full name of a resource of the district.
    pub(super) fn name(&self, collection: &str, id: &str) -> String {
        format!("{}/{collection}/{id}", self.parent)
    }
}
