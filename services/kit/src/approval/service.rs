//! `ApprovalService`: asking, approving, rejecting, taking back.

use proto::access::v1 as pb;
use proto::access::v1::approval::State;
use proto::access::v1::approval_service_server::ApprovalService;
use tonic::{Request, Response, Status};

use super::store::{self, Filter};
use super::{Approval, Kind, NAME, REQUESTED, Step, place, record, service_of, tell};
use crate::audit::Book;
use crate::db::Db;
use crate::error::{Error, Result as Kit, Wanted};
use crate::etag;
use crate::field::{self, Fields};
use crate::guard::{self, Right};
use crate::name::{Name, Pattern};
use crate::page::Page;
use crate::request_id::Once;
use crate::retention::{self, APPROVALS};

static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");

/// Answers for the approvals of a process.
#[derive(Clone, Debug)]
pub(crate) struct Approvals(pub(crate) Book);

#[tonic::async_trait]
impl ApprovalService for Approvals {
    async fn get_approval(
        &self,
        request: Request<pb::GetApprovalRequest>,
    ) -> Result<Response<pb::Approval>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (db, sequence) = self.find(&name)?;
        let mut tx = db.begin_read().await?;
        let found = store::get(&mut tx, name.id("district"), sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(found.to_proto(name.as_str().to_owned(), tx.now())))
    }

    async fn list_approvals(
        &self,
        request: Request<pb::ListApprovalsRequest>,
    ) -> Result<Response<pb::ListApprovalsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let db = self.0.found(&mut fields, "service", &request.service);
        let state = fields.optional_choice::<State>("state", request.state);
        fields.check()?;
        let filter = Filter {
            sequence: None,
            permission: &request.permission,
            resource: &request.resource,
            state,
        };
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.service,
                &request.permission,
                &request.resource,
                &request.state,
            ],
        )?;
        let Some(db) = db else { return Ok(Response::new(<_>::default())) };
        let mut tx = db.begin_read().await?;
        let mut rows = store::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let told = |it: &Approval| it.to_proto(name(district, it), tx.now());
        let approvals = rows.iter().map(told).collect();
        Ok(Response::new(pb::ListApprovalsResponse { approvals, next_page_token }))
    }

    async fn request_approval(
        &self,
        request: Request<pb::RequestApprovalRequest>,
    ) -> Result<Response<pb::Approval>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let given = field::required("approval", request.approval.as_ref());
        if given.is_err() {
            // Where one may not act is told before what is missing.
            fields.required("approval", &request.approval);
        }
        let given = given.cloned().unwrap_or_default();
        let (db, wanted) = self.wanted(&mut fields, district, &given);
        let reason = fields.paragraph("approval.reason", &given.reason, 1..=500);
        fields.check()?;
        may_do(&wanted.permission, district)?;
        let once = Once::new(district, "RequestApproval", &request.request_id, &request)?;
        let Some(db) = db else { return Ok(Response::new(<_>::default())) };

        let mut tx = db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let sequence = store::lock(&mut tx, district).await? + 1;
        let days = retention::days(&mut tx, district, &APPROVALS).await?;
        let (requester, request_time, steps) = (account(), tx.now(), Vec::new());
        let row = Approval { sequence, wanted, reason, requester, request_time, days, steps };
        store::insert(&mut tx, district, &row).await?;
        let reply = tell(&mut tx, district, &name(district, &row), &row, REQUESTED);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn approve_approval(
        &self,
        request: Request<pb::ApproveApprovalRequest>,
    ) -> Result<Response<pb::Approval>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let note = fields.paragraph("note", &request.note, 0..=500);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "ApproveApproval", &request.request_id, &request)?;
        let step = (Kind::Approved, note, request.etag.as_str());
        Ok(Response::new(self.step(&name, &once, step).await?))
    }

    async fn reject_approval(
        &self,
        request: Request<pb::RejectApprovalRequest>,
    ) -> Result<Response<pb::Approval>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let note = fields.paragraph("note", &request.note, 1..=500);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "RejectApproval", &request.request_id, &request)?;
        let step = (Kind::Rejected, note, request.etag.as_str());
        Ok(Response::new(self.step(&name, &once, step).await?))
    }

    async fn withdraw_approval(
        &self,
        request: Request<pb::WithdrawApprovalRequest>,
    ) -> Result<Response<pb::Approval>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "WithdrawApproval", &request.request_id, &request)?;
        let step = (Kind::Withdrawn, String::new(), request.etag.as_str());
        Ok(Response::new(self.step(&name, &once, step).await?))
    }
}

impl Approvals {
    /// The database an approval lies in, and where.
    fn find(&self, name: &Name) -> Kit<(&Db, i64)> {
        let (service, sequence) = place(name)?;
        let db = self.0.db(service).ok_or_else(|| name.not_found())?;
        Ok((db, sequence))
    }

    /// What is asked for, and the database of the service that would do it.
    fn wanted(
        &self,
        fields: &mut Fields,
        district: &str,
        given: &pb::Approval,
    ) -> (Option<&Db>, Wanted) {
        let permission = fields.text("approval.permission", &given.permission, 1..=100);
        let resource = fields.text("approval.resource", &given.resource, 1..=600);
        let etag = match &*given.resource_etag {
            "" => String::new(),
            given => fields.text("approval.resource_etag", given, 1..=100),
        };
        if !resource.is_empty() && !resource.starts_with(&format!("districts/{district}/")) {
            let message = format!("{resource} is not in districts/{district}");
            fields.violation("approval.resource", "OTHER_DISTRICT", message);
        }
        let db = match Right::all().get(permission.as_str()) {
            _ if permission.is_empty() => None,
            None => {
                let message = format!("no RPC declares {permission:?}");
                fields.violation("approval.permission", "UNKNOWN_PERMISSION", message);
                None
            }
            Some((_, right)) if !right.four_eyes => {
                let message = format!("{permission} needs no second person");
                fields.violation("approval.permission", "NEEDS_NO_APPROVAL", message);
                None
            }
            Some(_) => self.0.found(fields, "approval.permission", service_of(&permission)),
        };
        (db, Wanted { permission, resource, etag })
    }

    async fn step(
        &self,
        name: &Name,
        once: &Once,
        (kind, note, etag): (Kind, String, &str),
    ) -> Kit<pb::Approval> {
        let district = name.id("district");
        let (db, sequence) = self.find(name)?;
        let mut tx = db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::lock(&mut tx, district).await?;
        let found = store::get(&mut tx, district, sequence).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        let account = account();
        if kind == Kind::Withdrawn {
            if found.requester != account {
                return Err(denied("OTHER_REQUEST", "only who asked for it takes it back"));
            }
        } else {
            if found.requester == account {
                return Err(denied("OWN_REQUEST", "you asked for it: another person decides"));
            }
            may_do(&found.wanted.permission, district)?;
            let resource = &found.wanted.resource;
            if store::is_preparer(&mut tx, district, resource, &account).await? {
                return Err(denied("OWN_WORK", "you prepared it: another person decides"));
            }
        }
        etag::check(etag, found.revision(), name.as_str())?;
        let step_time = tx.now();
        found.take(name.as_str(), kind, Step { kind, account, note, step_time })?;
        let reply = record(&mut tx, district, name.as_str(), &found, kind).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

fn name(district: &str, it: &Approval) -> String {
    let service = service_of(&it.wanted.permission);
    NAME.format(&[district, &format!("{service}-{}", it.sequence)])
}

fn account() -> String {
    guard::account().unwrap_or_default()
}

/// Refuses whoever may not himself do what the approval is for.
fn may_do(permission: &str, district: &str) -> Kit<()> {
    if guard::holds(permission, district) {
        return Ok(());
    }
    Err(denied("NOT_PERMITTED", format!("you may not do this yourself: it needs {permission}")))
}

fn denied(reason: &'static str, message: impl Into<String>) -> Error {
    Error::Denied { reason, message: message.into() }
}
