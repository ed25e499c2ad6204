//! `AuditRecordService`: the audit, for the auditor.

use proto::access::v1 as pb;
use proto::access::v1::audit_record::Outcome as Told;
use proto::access::v1::audit_record_service_server::AuditRecordService;
use tonic::{Request, Response, Status};

use super::store::{self, Filter};
use super::{Book, Outcome, Record};
use crate::clock;
use crate::field::Fields;
use crate::guard;
use crate::name::Pattern;
use crate::page::Page;

static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");

/// Where refusals of callers are kept who belong to no district.
const NOWHERE: &str = "-";

/// Answers for the audits of a process.
#[derive(Clone, Debug)]
pub(crate) struct Auditor(pub(crate) Book);

#[tonic::async_trait]
impl AuditRecordService for Auditor {
    async fn list_audit_records(
        &self,
        request: Request<pb::ListAuditRecordsRequest>,
    ) -> Result<Response<pb::ListAuditRecordsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let district = match request.parent.as_str() {
            "districts/-" => {
                guard::any_district()?;
                NOWHERE.to_owned()
            }
            parent => fields.name("parent", &DISTRICT, parent).id("district").to_owned(),
        };
        let db = self.0.found(&mut fields, "service", &request.service);
        let outcome = fields.optional_choice::<Told>("outcome", request.outcome);
        let from = fields.optional_time("start_time", &request.start_time);
        let before = fields.optional_time("end_time", &request.end_time);
        if let (Some(from), Some(before)) = (from, before)
            && from >= before
        {
            fields.violation("end_time", "OUT_OF_RANGE", "must be after start_time");
        }
        fields.check()?;
        let filter = Filter {
            account: &request.account,
            permission: &request.permission,
            outcome: outcome.and_then(|it| Outcome::of(i64::from(it as i32))),
            from: from.map(clock::to_micros),
            before: before.map(clock::to_micros),
        };
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.service,
                &request.account,
                &request.permission,
                &request.outcome,
                &filter.from.unwrap_or_default(),
                &filter.before.unwrap_or_default(),
            ],
        )?;
        let Some(db) = db else { return Ok(Response::new(<_>::default())) };
        let mut records =
            store::list(&mut db.begin_read().await?, &district, &filter, &page).await?;
        let next_page_token =
            page.cut(&mut records, |it| format!("{} {}", clock::to_micros(it.audit_time), it.uid));
        let audit_records = records.into_iter().map(pb::AuditRecord::from).collect();
        Ok(Response::new(pb::ListAuditRecordsResponse { audit_records, next_page_token }))
    }
}

impl From<Record> for pb::AuditRecord {
    fn from(record: Record) -> Self {
        Self {
            audit_time: Some(clock::to_proto(record.audit_time)),
            uid: record.uid,
            account: record.account,
            permission: record.permission,
            outcome: match record.outcome {
                Outcome::Done => Told::Done,
                Outcome::Read => Told::Read,
                Outcome::Refused => Told::Refused,
                Outcome::Alarm => Told::Alarm,
            }
            .into(),
            about: record.about,
            purpose: record.purpose,
            request_id: record.request_id,
            source: record.source,
            trace_parent: record.trace,
        }
    }
}
