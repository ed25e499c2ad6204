//! Objections.

mod convert;

use kit::db::Tx;
use kit::request_id::Once;
use kit::{Error, etag, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::objection_service_server::ObjectionService;
use tonic::{Request, Response, Status};

use super::assignment::Definitions;
use super::{Rpc, change, sequence};
use crate::input::Input;
use crate::objection::{self, Answer, NAME, Objection, Settlement};
use crate::run::Run;
use crate::store;

const FILED: &str = "saima.scoring.v1.ObjectionFiled";
const ANSWERED: &str = "saima.scoring.v1.ObjectionAnswered";
const SETTLED: &str = "saima.scoring.v1.ObjectionSettled";

#[tonic::async_trait]
impl ObjectionService for Rpc {
    async fn get_objection(
        &self,
        request: Request<pb::GetObjectionRequest>,
    ) -> Result<Response<pb::Objection>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "objection")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::objection::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        self.reaches(district, &found.period, &found.unit).await?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_objections(
        &self,
        request: Request<pb::ListObjectionsRequest>,
    ) -> Result<Response<pb::ListObjectionsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        guard::only_own(&district, filter.unit.as_deref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::objection::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let objections = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListObjectionsResponse { objections, next_page_token }))
    }

    async fn create_objection(
        &self,
        request: Request<pb::CreateObjectionRequest>,
    ) -> Result<Response<pb::Objection>, Status> {
        let request = request.into_inner();
        let (district, run, unit, filing) = convert::filing(&request)?;
        let once = Once::new(&district, "CreateObjection", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let standing = store::run::get(&mut tx, &district, run).await?;
        let result = store::result::get(&mut tx, &district, run, &unit).await?;
        let (Some(standing), Some(result)) = (standing, result) else {
            let message = format!("there is no {}", convert::result(&district, run, &unit));
            return Err(Error::invalid("objection.result", "UNKNOWN_RESULT", message).into());
        };
        let answers = result.responsible_unit.as_str();
        guard::for_unit(&district, if answers.is_empty() { &unit } else { answers })?;
        let definitions = pinned(&mut tx, &district, &standing.run).await?;
        convert::check(&definitions, &standing.run, &result, &filing)?;
        let days = definitions.objection_days(&standing.run.scheme);
        let zone = &definitions.assignment.zone;
        let term_date = objection::term(&district, &standing, days, zone, tx.now())?;
        if let Some(taken) = store::objection::to_result(&mut tx, &district, run, &unit).await? {
            let name = NAME.format(&[&district, &taken.to_string()]);
            return Err(Error::already_exists(NAME.kind(), name).into());
        }
        let row = Objection {
            sequence: store::objection::last(&mut tx, &district).await? + 1,
            run,
            unit,
            unit_display_name: result.unit_display_name,
            period: standing.run.period,
            scheme: standing.run.scheme,
            filing,
            term_date,
            create_time: tx.now(),
            answer: None,
            settlement: None,
        };
        store::objection::insert(&mut tx, &district, &row).await?;
        let reply = append(&mut tx, &district, FILED, &row);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn answer_objection(
        &self,
        request: Request<pb::AnswerObjectionRequest>,
    ) -> Result<Response<pb::Objection>, Status> {
        let request = request.into_inner();
        let (name, decision, answer, answering_unit) = convert::answer(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "objection")?);
        let once = Once::new(district, "AnswerObjection", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::objection::get(&mut tx, district, sequence).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, found.revision(), &request.name)?;
        let answer = Answer { decision, answer, answering_unit, create_time: tx.now() };
        found.answer(district, answer.clone())?;
        store::objection::answer(&mut tx, district, sequence, &answer).await?;
        let reply = append(&mut tx, district, ANSWERED, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Settles the objections that were upheld to results of a run by the run that takes its place.
pub(super) async fn settle(tx: &mut Tx, district: &str, before: i64, by: i64) -> kit::Result<()> {
    let settlement = Settlement { run: by, create_time: tx.now() };
    let mut upheld = store::objection::upheld(tx, district, before).await?;
    store::objection::settle(tx, district, &upheld, &settlement).await?;
    for objection in &mut upheld {
        objection.settlement = Some(settlement.clone());
        append(tx, district, SETTLED, objection);
    }
    Ok(())
}

/// The definitions that a run pinned.
async fn pinned(tx: &mut Tx, district: &str, run: &Run) -> kit::Result<Definitions> {
    let input = Input::from_bytes(&store::run::input(tx, district, run.sequence).await?)?;
    Definitions::decode(&input.assignment)
}

fn append(tx: &mut Tx, district: &str, kind: &'static str, row: &Objection) -> pb::Objection {
    let reply = convert::to_proto(district, row);
    change::append(tx, district, kind, &reply.name, Some(Resource::Objection(reply.clone())));
    reply
}
