//! `CallerService`: whom the process takes somebody for, and why he may do something.

use proto::access::v1 as pb;
use proto::access::v1::caller_service_server::CallerService;
use proto::access::v1::explain_permission_response::Reach as Told;
use tonic::{Request, Response, Status};

use super::caller::{CallerRef, current_caller};
use super::decide::{Guard, Reach};
use super::policy::Resource;
use super::rights::{Right, roles};
use crate::clock;
use crate::field::Fields;
use crate::identity::{Grant, Place};

/// Answers about callers.
#[derive(Clone, Debug)]
pub(crate) struct Callers(pub(crate) Guard);

#[tonic::async_trait]
impl CallerService for Callers {
    async fn get_caller(
        &self,
        _: Request<pb::GetCallerRequest>,
    ) -> Result<Response<pb::Caller>, Status> {
        super::no_district();
        let caller =
            current_caller().map(|CallerRef { account, grants, expire_time }| pb::Caller {
                expire_time: (!account.is_empty()).then(|| clock::to_proto(expire_time)),
                grants: grants.iter().map(ToString::to_string).collect(),
                account,
            });
        Ok(Response::new(caller.unwrap_or_default()))
    }

    async fn explain_permission(
        &self,
        request: Request<pb::ExplainPermissionRequest>,
    ) -> Result<Response<pb::ExplainPermissionResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let all = Right::all();
        let found = all.get(request.permission.as_str());
        if found.is_none() {
            let message = format!("no RPC declares {:?}", request.permission);
            fields.violation("permission", "UNKNOWN_PERMISSION", message);
        }
        let grant = request.grant.parse::<Grant>();
        match &grant {
            Err(message) => fields.violation("grant", "GRANT_FORMAT", message.as_str()),
            Ok(grant) if !roles().contains(&grant.role.as_str()) => {
                let message =
                    format!("{:?} is no role; there are {}", grant.role, roles().join(", "));
                fields.violation("grant", "UNKNOWN_ROLE", message);
            }
            Ok(_) => {}
        }
        fields.check()?;
        let (Some((methods, right)), Ok(grant)) = (found, grant) else {
            return Ok(Response::new(pb::ExplainPermissionResponse::default()));
        };
        super::in_district(match &grant.place {
            Place::Everywhere => "",
            Place::District(district) | Place::Unit(district, _) => district,
        })?;
        Ok(Response::new(self.explain(&request, methods, right, &grant)))
    }
}

impl Callers {
    fn explain(
        &self,
        request: &pb::ExplainPermissionRequest,
        methods: &[&str],
        right: &Right,
        grant: &Grant,
    ) -> pb::ExplainPermissionResponse {
        let mut policies = Vec::new();
        let mut permits = |resource| {
            let verdict = self.0.judge(&request.account, grant, &right.permission, resource);
            policies.extend(verdict.policies);
            verdict.permitted
        };
        let reach = match &grant.place {
            Place::Everywhere if permits(Resource::Suite) => Reach::Whole,
            Place::District(district) | Place::Unit(district, _)
                if permits(Resource::District(district)) =>
            {
                Reach::Whole
            }
            Place::Unit(district, unit)
                if right.by_unit && permits(Resource::Unit(district, unit)) =>
            {
                Reach::Units(vec![unit.clone()])
            }
            _ => Reach::Nothing,
        };
        let told = match reach {
            Reach::Nothing => Told::None,
            Reach::Units(_) => Told::Unit,
            Reach::Whole => Told::District,
        };
        pb::ExplainPermissionResponse {
            reach: told.into(),
            policies,
            methods: methods.iter().map(ToString::to_string).collect(),
        }
    }
}
