//! Four eyes on the command line: what a second person must approve is asked for, and done when
//! it was approved.

use proto::access::v1 as pb;
use proto::access::v1::approval::State;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::client::Suite;
use crate::failure::{Failure, Result};

const REASON: &str = "saima command line";

/// What a call was refused for.
#[derive(Clone, Debug)]
pub struct Wanted(pb::Approval);

impl Wanted {
    /// What the refusal says to ask for; nothing where it was refused for something else.
    pub fn of(refusal: &Status) -> Option<Self> {
        if refusal.code() != Code::FailedPrecondition {
            return None;
        }
        let info = refusal.get_details_error_info()?;
        if info.reason != "APPROVAL_REQUIRED" {
            return None;
        }
        let text = |key: &str| info.metadata.get(key).cloned().unwrap_or_default();
        Some(Self(pb::Approval {
            permission: text("permission"),
            resource: text("resource"),
            resource_etag: text("resource_etag"),
            reason: REASON.to_owned(),
            ..Default::default()
        }))
    }

    /// What it is for.
    pub fn resource(&self) -> &str {
        &self.0.resource
    }
}

impl Suite {
    /// Does what may need four eyes: again with the approval where it was refused for want of one.
    pub async fn by_four_eyes<T>(
        &self,
        mut deed: impl AsyncFnMut(String) -> Result<T, Status>,
    ) -> Result<Result<T, Status>> {
        match deed(String::new()).await {
            Err(refusal) => match Wanted::of(&refusal) {
                Some(wanted) => Ok(deed(self.approval(wanted).await?).await),
                None => Ok(Err(refusal)),
            },
            done => Ok(done),
        }
    }

    /// The name of an approval of what is wanted. Where a second person is at hand, he approves
    /// at once; otherwise it is one that somebody gave before, or is asked for and waited for.
    pub async fn approval(&self, wanted: Wanted) -> Result<String> {
        let Wanted(approval) = wanted;
        let parent = approval.resource.split('/').take(2).collect::<Vec<_>>().join("/");
        if self.second().is_none()
            && let Some(found) = self.given(&parent, &approval).await?
        {
            return match found.state() {
                State::Approved => Ok(found.name),
                _ => Err(Failure::data(format!("{} waits for a second person", found.name))),
            };
        }
        let what = format!("{} with {}", approval.permission, approval.resource);
        let request = pb::RequestApprovalRequest {
            parent,
            approval: Some(approval),
            request_id: kit::id::uid(),
        };
        let name = self.approvals().request_approval(request).await?.into_inner().name;
        let Some(second) = self.second() else {
            return Err(Failure::data(format!(
                "{what} needs a second person: asked for as {name}. When it is approved, run \
                 this again"
            )));
        };
        let request = pb::ApproveApprovalRequest {
            name,
            note: REASON.to_owned(),
            request_id: kit::id::uid(),
            ..Default::default()
        };
        Ok(second.approvals().approve_approval(request).await?.into_inner().name)
    }

    /// One's own approval of just this that can be used, or still waits.
    async fn given(&self, parent: &str, wanted: &pb::Approval) -> Result<Option<pb::Approval>> {
        let service = wanted.permission.split('.').next().unwrap_or_default();
        let caller = self.callers().get_caller(pb::GetCallerRequest {}).await?.into_inner();
        let request = pb::ListApprovalsRequest {
            parent: parent.to_owned(),
            service: service.to_owned(),
            permission: wanted.permission.clone(),
            resource: wanted.resource.clone(),
            ..Default::default()
        };
        let found = crate::client::pages!(self.approvals(), list_approvals, request, approvals);
        let fits = |it: &pb::Approval| {
            it.requester == caller.account && it.resource_etag == wanted.resource_etag
        };
        let open = |state| found.iter().find(|it| fits(it) && it.state() == state).cloned();
        Ok(open(State::Approved).or_else(|| open(State::Pending)))
    }
}
