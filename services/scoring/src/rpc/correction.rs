//! Corrections of closed periods.

mod convert;

use kit::db::Tx;
use kit::request_id::Once;
use kit::{Error, etag, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::correction_service_server::CorrectionService;
use tonic::{Request, Response, Status};

use super::observation::{CORRECTED, below, sheets, unknown_period};
use super::{Rpc, change, sequence};
use crate::cell::Standing;
use crate::correction::{self, Correction, Decision, NAME, Verdict, Wanted};
use crate::reconciliation::{self, VerdictKind};
use crate::{observation, store};

const REQUESTED: &str = "saima.scoring.v1.CorrectionRequested";
const DECIDED: &str = "saima.scoring.v1.CorrectionDecided";

#[tonic::async_trait]
impl CorrectionService for Rpc {
    async fn get_correction(
        &self,
        request: Request<pb::GetCorrectionRequest>,
    ) -> Result<Response<pb::Correction>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "correction")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::correction::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_corrections(
        &self,
        request: Request<pb::ListCorrectionsRequest>,
    ) -> Result<Response<pb::ListCorrectionsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::correction::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let corrections = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListCorrectionsResponse { corrections, next_page_token }))
    }

    async fn create_correction(
        &self,
        request: Request<pb::CreateCorrectionRequest>,
    ) -> Result<Response<pb::Correction>, Status> {
        let request = request.into_inner();
        let (district, wanted) = convert::wanted(&request)?;
        let once = Once::new(&district, "CreateCorrection", &request.request_id, &request)?;
        let definitions = self.definitions(&district, &wanted.period).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, &district).await?;
        let unknown = || below("correction.", unknown_period(&district, &wanted.period));
        let definitions = definitions.ok_or_else(unknown)?;
        let assignment = &definitions.assignment;
        guard::for_unit(&district, assignment.answers(&wanted.unit))?;
        let place = assignment.place(&wanted.unit, &wanted.indicator);
        let place = place.and_then(|place| assignment.bounds(place, &wanted.reading));
        place.map_err(|violation| below("correction.", violation))?;
        let corrects = allow(&mut tx, &district, &wanted).await?;
        let row = Correction {
            sequence: store::correction::last(&mut tx, &district).await? + 1,
            wanted,
            corrects,
            create_time: tx.now(),
            decision: None,
        };
        store::correction::insert(&mut tx, &district, &row).await?;
        let reply = append(&mut tx, &district, REQUESTED, &row);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn decide_correction(
        &self,
        request: Request<pb::DecideCorrectionRequest>,
    ) -> Result<Response<pb::Correction>, Status> {
        let request = request.into_inner();
        let (name, verdict, reason, decider) = convert::decision(&request)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "correction")?);
        let once = Once::new(district, "DecideCorrection", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let mut head = store::head::lock(&mut tx, district).await?;
        let found = store::correction::get(&mut tx, district, sequence).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, found.revision(), &request.name)?;
        found.may_be_decided(district, &decider)?;
        let observation = match verdict {
            Verdict::Approve => Some(execute(&mut tx, district, &mut head, &found).await?),
            Verdict::Reject => None,
        };
        let decision = Decision { verdict, reason, decider, observation, create_time: tx.now() };
        store::correction::decide(&mut tx, district, sequence, &decision).await?;
        store::head::save(&mut tx, district, head).await?;
        found.decision = Some(decision);
        let reply = append(&mut tx, district, DECIDED, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Refuses to correct a period that is open, and a value that another request waits for; yields
/// the observation that counts now.
async fn allow(tx: &mut Tx, district: &str, wanted: &Wanted) -> kit::Result<Option<i64>> {
    let Wanted { period, unit, indicator, .. } = wanted;
    if store::reconciliation::close_time(tx, district, period).await?.is_none() {
        let subject = reconciliation::NAME.format(&[district, period]);
        let message = "is open; report or correct there";
        return Err(Error::precondition("PERIOD_OPEN", subject, message));
    }
    if let Some(pending) = store::correction::pending(tx, district, wanted).await? {
        let subject = correction::name(district, pending);
        let message = "waits for its decision";
        return Err(Error::precondition("CORRECTION_PENDING", subject, message));
    }
    let sheets = sheets(tx, district, unit, period).await?;
    Ok(sheets.entry(unit, period, indicator).map(|entry| entry.sequence))
}

/// Puts an approved value into the ledger, verified by the office, and yields its position.
async fn execute(
    tx: &mut Tx,
    district: &str,
    head: &mut store::head::Head,
    correction: &Correction,
) -> kit::Result<i64> {
    let Wanted { period, unit, indicator, .. } = &correction.wanted;
    let mut sheets = sheets(tx, district, unit, period).await?;
    let current = sheets.entry(unit, period, indicator).map(|entry| entry.sequence);
    if current != correction.corrects {
        return Err(Error::Conflict { name: correction.name(district) });
    }
    let before = match current {
        Some(current) => store::observation::get(tx, district, current).await?,
        None => None,
    };
    head.observation += 1;
    let before = before.map(|seen| seen.observation);
    let row = correction.execute(head.observation, before.as_ref(), tx.now());
    store::observation::insert(tx, district, &row).await?;
    let cell = [unit.as_str(), period, indicator];
    sheets.put(cell, row.sequence, row.reading, row.late);
    sheets.judge(cell, row.sequence, Standing::Verified);
    sheets.open_for(unit, period).lock(period);
    store::sheet::save(tx, district, &sheets).await?;
    let verdict = reconciliation::Verdict::plain(VerdictKind::Verify, "");
    let subject = [(Some(row.sequence), period.as_str())];
    store::reconciliation::record(tx, district, head, &verdict, &subject).await?;
    change::append(tx, district, CORRECTED, &observation::name(district, row.sequence), None);
    Ok(row.sequence)
}

fn append(tx: &mut Tx, district: &str, kind: &'static str, row: &Correction) -> pb::Correction {
    let reply = convert::to_proto(district, row);
    change::append(tx, district, kind, &reply.name, Some(Resource::Correction(reply.clone())));
    reply
}
