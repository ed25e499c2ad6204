//! Exemptions.

mod convert;

use kit::db::Tx;
use kit::field::Fields;
use kit::request_id::Once;
use kit::{Result as Kit, approval, etag};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::exemption_service_server::ExemptionService;
use tonic::{Request, Response, Status};

use super::subject::entered;
use super::{Rpc, change, observation, sequence};
use crate::exemption::{Contents, Exemption, NAME, Withdrawal, refuse_second};
use crate::store;

const GRANTED: &str = "saima.scoring.v1.ExemptionGranted";
const WITHDRAWN: &str = "saima.scoring.v1.ExemptionWithdrawn";

#[tonic::async_trait]
impl ExemptionService for Rpc {
    async fn get_exemption(
        &self,
        request: Request<pb::GetExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "exemption")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::exemption::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_exemptions(
        &self,
        request: Request<pb::ListExemptionsRequest>,
    ) -> Result<Response<pb::ListExemptionsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::exemption::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let exemptions = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListExemptionsResponse { exemptions, next_page_token }))
    }

    async fn create_exemption(
        &self,
        request: Request<pb::CreateExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        let request = request.into_inner();
        let (district, contents) = convert::contents(&request)?;
        let once = Once::new(&district, "CreateExemption", &request.request_id, &request)?;
        let (refused, track) = self.check_exemption(&district, &contents).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        refused.check()?;
        store::head::lock(&mut tx, &district).await?;
        let Contents { scheme, period, .. } = &contents;
        let standing = store::exemption::standing(&mut tx, &district, scheme, period).await?;
        refuse_second(&district, &standing, &contents)?;
        let matter = convert::matter(&district, &contents);
        approval::consume(&mut tx, &district, &request.approval, &matter, "").await?;
        let last = store::exemption::last(&mut tx, &district).await?;
        let exemption = Exemption {
            sequence: last + 1,
            contents,
            track,
            withdrawal: None,
            create_time: tx.now(),
        };
        store::exemption::insert(&mut tx, &district, &exemption).await?;
        let reply = append(&mut tx, &district, GRANTED, &exemption);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn withdraw_exemption(
        &self,
        request: Request<pb::WithdrawExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        let request = request.into_inner();
        let (name, reason, withdrawer) = convert::withdrawal(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "exemption")?);
        let once = Once::new(district, "WithdrawExemption", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::exemption::get(&mut tx, district, sequence).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, found.revision(), &request.name)?;
        found.withdraw(district, Withdrawal { reason, withdrawer, create_time: tx.now() })?;
        store::exemption::withdraw(&mut tx, district, &found).await?;
        let reply = append(&mut tx, district, WITHDRAWN, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl Rpc {
    /// Holds an exemption against the rules of its period, and yields the subject's track. What is
    /// refused is told only when the request is new.
    async fn check_exemption(&self, district: &str, contents: &Contents) -> Kit<(Fields, String)> {
        let mut fields = Fields::default();
        let Contents { unit, period, scheme, rule, .. } = contents;
        let Some(definitions) = self.assignments.current(district, period).await? else {
            let unknown = observation::unknown_period(district, period);
            fields.violation("exemption.period", unknown.reason, unknown.message);
            return Ok((fields, String::new()));
        };
        let track = match entered(&definitions, district, scheme, unit) {
            Ok(track) => track,
            Err(it) => {
                fields.violation(format_args!("exemption.{}", it.field), it.reason, it.message);
                return Ok((fields, String::new()));
            }
        };
        let rules = definitions.rulebook(scheme).and_then(|it| it.track(&track));
        let outcomes = rules.map(engine::Track::outcomes);
        let known = outcomes.is_some_and(|it| {
            it.gates.iter().any(|gate| gate.gate_id == *rule)
                || it.awards.iter().any(|award| award.award_id == *rule)
                || it.cards.iter().any(|card| card.card_id == *rule)
        });
        if !known {
            let message = format!("the track {track} has no gate, award or card {rule}");
            fields.violation("exemption.rule_id", "UNKNOWN_RULE", message);
        }
        Ok((fields, track))
    }
}

fn append(tx: &mut Tx, district: &str, kind: &'static str, row: &Exemption) -> pb::Exemption {
    let reply = convert::to_proto(district, row);
    change::append(tx, district, kind, &reply.name, Some(Resource::Exemption(reply.clone())));
    reply
}
