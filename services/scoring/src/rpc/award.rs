//! Awards.

mod convert;
mod passed;
pub(super) mod propose;

use kit::db::Tx;
use kit::error::Unmet;
use kit::field::Fields;
use kit::request_id::Once;
use kit::{Error, etag};
use proto::scoring::v1 as pb;
use proto::scoring::v1::award_service_server::AwardService;
use proto::scoring::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::run::explain;
use super::{Rpc, change, sequence};
use crate::assignment::{DISTRICT, PERIOD};
use crate::award::{Award, NAME, Step};
use crate::store;

const PROPOSED: &str = "saima.scoring.v1.AwardProposed";
const WITHDRAWN: &str = "saima.scoring.v1.AwardWithdrawn";
const DECIDED: &str = "saima.scoring.v1.AwardDecided";
const ANNOUNCED: &str = "saima.scoring.v1.AwardAnnounced";

#[tonic::async_trait]
impl AwardService for Rpc {
    async fn get_award(
        &self,
        request: Request<pb::GetAwardRequest>,
    ) -> Result<Response<pb::Award>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "award")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::award::of(&mut tx, district, &[sequence]).await?.pop();
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_awards(
        &self,
        request: Request<pb::ListAwardsRequest>,
    ) -> Result<Response<pb::ListAwardsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::award::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let awards = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListAwardsResponse { awards, next_page_token }))
    }

    async fn decide_award(
        &self,
        request: Request<pb::DecideAwardRequest>,
    ) -> Result<Response<pb::Award>, Status> {
        let request = request.into_inner();
        let (name, state, reason, decider) = convert::decision(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "award")?);
        let once = Once::new(district, "DecideAward", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::award::of(&mut tx, district, &[sequence]).await?.pop();
        let mut found = found.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, found.revision(), &request.name)?;
        found.decide(district, Step { state, reason, decider, create_time: tx.now() })?;
        let found = [found];
        store::award::take_steps(&mut tx, district, &found).await?;
        let reply = append(&mut tx, district, DECIDED, &found[0]);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn announce_awards(
        &self,
        request: Request<pb::AnnounceAwardsRequest>,
    ) -> Result<Response<pb::AnnounceAwardsResponse>, Status> {
        let request = request.into_inner();
        let (district, sequences) = convert::announcement(&request)?;
        let once = Once::new(&district, "AnnounceAwards", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let mut awards = store::award::of(&mut tx, &district, &sequences).await?;
        convert::refuse_unknown(&district, &request.names, &awards)?;
        let now = tx.now();
        let mut unmet = Vec::new();
        for award in &mut awards {
            if !award.announce(now) {
                let subject = award.name(&district);
                let message = "is not confirmed, or was announced".to_owned();
                unmet.push(Unmet { reason: "NOT_CONFIRMED", subject, message });
            }
        }
        if !unmet.is_empty() {
            return Err(Error::Precondition(unmet).into());
        }
        store::award::take_steps(&mut tx, &district, &awards).await?;
        let announced =
            awards.iter().map(|award| append(&mut tx, &district, ANNOUNCED, award)).collect();
        let reply = pb::AnnounceAwardsResponse { awards: announced };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_award_counts(
        &self,
        request: Request<pb::ListAwardCountsRequest>,
    ) -> Result<Response<pb::ListAwardCountsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.optional_member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let periods = period.as_deref().map(|period| [period]);
        let periods = periods.as_ref().map(<[&str; 1]>::as_slice);
        let mut tx = self.db.begin_read().await?;
        let announced = store::award::announced(&mut tx, district, periods).await?;
        let award_counts = convert::counts(district, &announced);
        Ok(Response::new(pb::ListAwardCountsResponse { award_counts }))
    }

    async fn list_passed_subjects(
        &self,
        request: Request<pb::ListPassedSubjectsRequest>,
    ) -> Result<Response<pb::ListPassedSubjectsResponse>, Status> {
        let (name, rule, page) = passed::list(request.get_ref())?;
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let run = standing.ok_or_else(|| name.not_found())?.run;
        let recomputed = explain::recompute(&mut tx, district, &run).await?;
        drop(tx);
        let found = passed::subjects(district, &recomputed, rule.as_deref());
        let from = page.after_number()?.unwrap_or_default();
        let numbered = (1_i64..).zip(found).skip_while(|(at, _)| *at <= from);
        let mut rows: Vec<_> = numbered.take(page.limit() as usize).collect();
        let next_page_token = page.cut(&mut rows, |(at, _)| at.to_string());
        let passed_subjects = rows.into_iter().map(|(_, it)| it).collect();
        Ok(Response::new(pb::ListPassedSubjectsResponse { passed_subjects, next_page_token }))
    }
}

fn append(tx: &mut Tx, district: &str, kind: &'static str, row: &Award) -> pb::Award {
    let reply = convert::to_proto(district, row);
    change::append(tx, district, kind, &reply.name, Some(Resource::Award(reply.clone())));
    reply
}
