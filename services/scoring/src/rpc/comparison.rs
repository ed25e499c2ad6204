//! Comparisons of runs, and what would be if.

mod convert;
mod held;
mod simulate;

use std::sync::Arc;

use kit::Error;
use kit::db::Tx;
use proto::scoring::v1 as pb;
use proto::scoring::v1::comparison_service_server::ComparisonService;
use tonic::{Request, Response, Status};

use super::run::explain;
use super::{Rpc, sequence};
use crate::comparison::compare;
use crate::run::Run;
use crate::{run, store};

pub(super) use held::Held;
use held::{Key, Made};

#[tonic::async_trait]
impl ComparisonService for Rpc {
    async fn compare_runs(
        &self,
        request: Request<pb::CompareRunsRequest>,
    ) -> Result<Response<pb::CompareRunsResponse>, Status> {
        let request = request.into_inner();
        let (name, base, page) = convert::comparison(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        let later = store::run::get(&mut tx, district, sequence).await?;
        let later = later.ok_or_else(|| name.not_found())?.run;
        let Some(base) = base.or(later.supersedes) else {
            let message = "must be given: the run supersedes none";
            return Err(Error::invalid("base", "REQUIRED", message).into());
        };
        let Some(earlier) = store::run::get(&mut tx, district, base).await? else {
            let message = format!("there is no {}", run::name(district, base));
            return Err(Error::invalid("base", "UNKNOWN_RUN", message).into());
        };
        let made = self.compared(&mut tx, district, &earlier.run, &later).await?;
        let mut shown = convert::after(&made.differences, &page);
        let next_page_token = page.cut(&mut shown, |(id, _)| id.clone());
        Ok(Response::new(pb::CompareRunsResponse {
            base: run::name(district, base),
            differences: shown.into_iter().map(|(_, it)| it).collect(),
            changed_count: made.differences.len() as i32,
            unchanged_count: made.unchanged as i32,
            next_page_token,
        }))
    }

    async fn simulate_run(
        &self,
        request: Request<pb::SimulateRunRequest>,
    ) -> Result<Response<pb::SimulateRunResponse>, Status> {
        let request = request.into_inner();
        let (name, wanted) = simulate::read(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let scheme = self.scheme(district, wanted.scheme.as_deref()).await?;
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let run = standing.ok_or_else(|| name.not_found())?.run;
        let before = explain::recompute(&mut tx, district, &run).await?;
        let input = store::run::input(&mut tx, district, sequence).await?;
        drop(tx);
        let after = simulate::score_as(district, &input, wanted, scheme).await?;
        let (was, is) = (before.sides(), explain::sides(&after.scored));
        let differences = compare(&was, &is);
        let unchanged = convert::all(&was, &is).saturating_sub(differences.len());
        let differences =
            differences.iter().map(|it| convert::to_proto(district, Some(sequence), None, it));
        Ok(Response::new(pb::SimulateRunResponse {
            differences: differences.collect(),
            unchanged_count: unchanged as i32,
            marks_as_given: after.marks_as_given,
        }))
    }
}

impl Rpc {
    /// What lies between two runs: as it was found before, else computed from their pinned inputs.
    async fn compared(
        &self,
        tx: &mut Tx,
        district: &str,
        earlier: &Run,
        later: &Run,
    ) -> kit::Result<Arc<Made>> {
        let run = |run: &Run| (run.sequence, run.output_digest.clone());
        let (base, later_run) = (run(earlier), run(later));
        let key = Key { district: district.to_owned(), base, later: later_run };
        if let Some(made) = self.comparisons.get(&key) {
            return Ok(made);
        }
        let before = explain::recompute(tx, district, earlier).await?;
        let after = explain::recompute(tx, district, later).await?;
        let (was, is) = (before.sides(), after.sides());
        let (base, later) = (Some(earlier.sequence), Some(later.sequence));
        let all = compare(&was, &is);
        let differences: Vec<_> = all
            .iter()
            .map(|it| {
                let id = convert::key(it).to_owned();
                (id, convert::to_proto(district, base, later, it))
            })
            .collect();
        let unchanged = convert::all(&was, &is).saturating_sub(differences.len());
        Ok(self.comparisons.put(key, Made { differences, unchanged }))
    }
}
