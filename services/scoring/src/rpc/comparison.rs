//! Comparisons of runs, and what would be if.

mod convert;
mod simulate;

use kit::Error;
use proto::scoring::v1 as pb;
use proto::scoring::v1::comparison_service_server::ComparisonService;
use tonic::{Request, Response, Status};

use super::run::explain;
use super::{Rpc, sequence};
use crate::comparison::compare;
use crate::{run, store};

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
        let before = explain::recompute(&mut tx, district, &earlier.run).await?;
        let after = explain::recompute(&mut tx, district, &later).await?;
        drop(tx);
        let (was, is) = (before.sides(), after.sides());
        let all = compare(&was, &is);
        let changed = all.len();
        let mut shown = convert::after(all, &page);
        let next_page_token = page.cut(&mut shown, |it| convert::key(it).to_owned());
        let differences =
            shown.iter().map(|it| convert::to_proto(district, Some(base), Some(sequence), it));
        Ok(Response::new(pb::CompareRunsResponse {
            base: run::name(district, base),
            differences: differences.collect(),
            changed_count: changed as i32,
            unchanged_count: convert::all(&was, &is).saturating_sub(changed) as i32,
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
        let (was, is) = (before.sides(), explain::sides(&after));
        let differences = compare(&was, &is);
        let unchanged = convert::all(&was, &is).saturating_sub(differences.len());
        let differences =
            differences.iter().map(|it| convert::to_proto(district, Some(sequence), None, it));
        Ok(Response::new(pb::SimulateRunResponse {
            differences: differences.collect(),
            unchanged_count: unchanged as i32,
        }))
    }
}
