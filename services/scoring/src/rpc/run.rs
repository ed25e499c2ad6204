//! Runs and their results.

mod carried;
mod convert;
pub(super) mod explain;
pub(super) mod known;
mod make;
pub(super) mod score;

use kit::request_id::Once;
use kit::{Error, approval, etag, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::run_service_server::RunService;
use tonic::{Request, Response, Status};

use super::reconciliation::WARNED;
use super::result::Told;
use super::{Rpc, award, card, change, objection, result, sequence, warning};
use crate::run::NAME;
use crate::{result as outcome, run, store};

const CREATED: &str = "saima.scoring.v1.RunCreated";
const PUBLISHED: &str = "saima.scoring.v1.RunPublished";
const RESULT: &str = "saima.scoring.v1.ResultPublished";

#[tonic::async_trait]
impl RunService for Rpc {
    async fn get_run(
        &self,
        request: Request<pb::GetRunRequest>,
    ) -> Result<Response<pb::Run>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let sequence = sequence(&name, "run")?;
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, name.id("district"), sequence).await?;
        let standing = standing.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(name.id("district"), &standing)))
    }

    async fn list_runs(
        &self,
        request: Request<pb::ListRunsRequest>,
    ) -> Result<Response<pb::ListRunsResponse>, Status> {
        let (district, period, state, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut runs =
            store::run::list(&mut tx, &district, period.as_deref(), state, &page).await?;
        let next_page_token = page.cut(&mut runs, |standing| standing.run.sequence.to_string());
        let runs = runs.iter().map(|standing| convert::to_proto(&district, standing)).collect();
        Ok(Response::new(pb::ListRunsResponse { runs, next_page_token }))
    }

    async fn create_run(
        &self,
        request: Request<pb::CreateRunRequest>,
    ) -> Result<Response<pb::Run>, Status> {
        let request = request.into_inner();
        let wanted = convert::wanted(&request)?;
        let district = &wanted.district;
        let once = Once::new(district, "CreateRun", &request.request_id, &request)?;
        let definitions = make::read(self, &wanted).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let definitions = make::in_force(&wanted, definitions)?;
        let mut head = store::head::lock(&mut tx, district).await?;
        make::refuse_open(&mut tx, district, &definitions.assignment).await?;
        let definitions = make::read_again(self, &mut tx, &wanted, definitions).await?;
        let supersedes = make::supersedes(&mut tx, &wanted).await?;
        let made = make::run(&mut tx, &wanted, definitions, supersedes, head).await?;
        store::run::insert(&mut tx, district, &made.standing, &made.input).await?;
        store::result::insert(&mut tx, district, made.standing.run.sequence, &made.outcomes)
            .await?;
        head.run = made.standing.run.sequence;
        store::head::save(&mut tx, district, head).await?;
        let reply = convert::to_proto(district, &made.standing);
        approval::prepared(&mut tx, district, &reply.name).await?;
        change::append(&mut tx, district, CREATED, &reply.name, Some(Resource::Run(reply.clone())));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn publish_run(
        &self,
        request: Request<pb::PublishRunRequest>,
    ) -> Result<Response<pb::Run>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let once = Once::new(district, "PublishRun", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let mut head = store::head::lock(&mut tx, district).await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let mut standing = standing.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, standing.revision, &request.name)?;
        let run::Run { scheme, period, .. } = &standing.run;
        let mut before = store::run::published(&mut tx, district, scheme, period).await?;
        let now = tx.now();
        let seen = etag::of(standing.revision);
        standing.publish(district, before.as_ref().map(|before| before.run.sequence), now)?;
        approval::consume(&mut tx, district, &request.approval, name.as_str(), &seen).await?;
        if let Some(before) = &mut before {
            before.supersede();
            store::run::update(&mut tx, district, before).await?;
            objection::settle(&mut tx, district, before.run.sequence, sequence).await?;
        }
        store::run::update(&mut tx, district, &standing).await?;
        let recomputed = explain::recompute(&mut tx, district, &standing.run).await?;
        award::propose::propose(&mut tx, district, &standing.run, &recomputed).await?;
        card::propose::propose(&mut tx, district, &standing.run, &recomputed).await?;
        let warnings = recomputed.low_ranking(&standing.run, now);
        let period = &standing.run.period;
        let warnings =
            store::warning::raise(&mut tx, district, &mut head, period, warnings).await?;
        store::head::save(&mut tx, district, head).await?;

        let reply = convert::to_proto(district, &standing);
        let published = Resource::Run(reply.clone());
        change::append(&mut tx, district, PUBLISHED, &reply.name, Some(published));
        for outcome in recomputed.outcomes() {
            let result = result::to_proto(district, sequence, outcome);
            let name = result.name.clone();
            change::append(&mut tx, district, RESULT, &name, Some(Resource::Result(result)));
        }
        for raised in &warnings {
            let raised = warning::to_proto(district, raised);
            let name = raised.name.clone();
            change::append(&mut tx, district, WARNED, &name, Some(Resource::Warning(raised)));
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_result(
        &self,
        request: Request<pb::GetResultRequest>,
    ) -> Result<Response<pb::Result>, Status> {
        let name = outcome::NAME.parse("name", &request.get_ref().name)?;
        let (district, run) = (name.id("district"), sequence(&name, "run")?);
        if let Some(told) = self.results.get(&name) {
            if !guard::is_whole(district)? {
                guard::for_unit(district, &told.answers)?;
            }
            return Ok(Response::new(told.result.clone()));
        }
        let mut tx = self.db.begin_read().await?;
        let found = store::result::get(&mut tx, district, run, name.id("unit")).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        let standing = store::run::get(&mut tx, district, run).await?;
        result::is_open(&name, standing.as_ref(), &found)?;
        let told = result::to_proto(district, run, &found);
        if standing.is_some_and(|it| it.publish_time.is_some()) {
            let answers = result::answers(&found).to_owned();
            self.results.put(Told { answers, result: told.clone() });
        }
        Ok(Response::new(told))
    }

    async fn list_results(
        &self,
        request: Request<pb::ListResultsRequest>,
    ) -> Result<Response<pb::ListResultsResponse>, Status> {
        let request = request.into_inner();
        let (name, track, page) = convert::results(&request)?;
        let (district, run) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        if store::run::get(&mut tx, district, run).await?.is_none() {
            return Err(name.not_found().into());
        }
        if !guard::is_whole(district)? {
            return Err(result::whole_list().into());
        }
        let mut rows = store::result::list(&mut tx, district, run, track.as_deref(), &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.position.to_string());
        let results = rows.iter().map(|row| result::to_proto(district, run, row)).collect();
        Ok(Response::new(pb::ListResultsResponse { results, next_page_token }))
    }

    async fn explain_score(
        &self,
        request: Request<pb::ExplainScoreRequest>,
    ) -> Result<Response<pb::ExplainScoreResponse>, Status> {
        let name = outcome::NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let standing = standing.ok_or_else(|| name.not_found())?;
        let recomputed = explain::recompute(&mut tx, district, &standing.run).await?;
        let explained = recomputed.explain(name.id("unit")).ok_or_else(|| name.not_found())?;
        result::is_open(&name, Some(&standing), explained.outcome)?;
        let evidence =
            store::observation::evidence_sha256(&mut tx, district, &explained.sequences).await?;
        let observations = explained.observations(district, &evidence)?;
        Ok(Response::new(pb::ExplainScoreResponse {
            result: Some(result::to_proto(district, sequence, explained.outcome)),
            explanation: Some(result::explanation(explained.tree)),
            observations,
            marks: explained.marks(district),
            exemptions: explained.exemptions(),
            broken_down_targets: explained.broken_down_targets(district),
        }))
    }

    async fn verify_run(
        &self,
        request: Request<pb::VerifyRunRequest>,
    ) -> Result<Response<pb::VerifyRunResponse>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let standing = standing.ok_or_else(|| name.not_found())?;
        let found = explain::verify(&mut tx, district, &standing.run).await?;
        Ok(Response::new(pb::VerifyRunResponse {
            run: Some(convert::to_proto(district, &standing)),
            repeated: found.repeats(&standing.run),
            input_digest: found.input_digest,
            stored_digest: found.stored_digest,
            output_digest: found.output_digest.unwrap_or_default(),
            engine_edition: found.engine as i32,
            current_engine_edition: engine::EDITION as i32,
        }))
    }
}

/// What is wrong with the request for a run.
fn invalid(field: &str, reason: &'static str, message: String) -> Error {
    Error::invalid(format!("run.{field}"), reason, message)
}
