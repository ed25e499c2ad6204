//! Four eyes: what is done only when a second person approved it.

use kit::testing::{Bed, Channel, everybody, token};
use proto::access::v1 as pb;
use proto::access::v1::approval::State;
use proto::access::v1::approval_service_client::ApprovalServiceClient;
use proto::access::v1::retention_rule_service_client::RetentionRuleServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::adjustment_service_client::AdjustmentServiceClient;
use proto::scoring::v1::exemption_service_client::ExemptionServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

use crate::adjustment;
use crate::district::{DISTRICT, name, unit};
use crate::fixture::{Scoring, fails, refused, request_id, unmet};

const PUBLISH: &str = "scoring.runs.publish";

fn person(scoring: &Scoring, account: &str, role: &str) -> Channel {
    scoring.served.channel_as(&token(account, &[&format!("{role}@{DISTRICT}")]))
}

fn wanted(resource: &str, etag: &str) -> pb::RequestApprovalRequest {
    pb::RequestApprovalRequest {
        parent: DISTRICT.to_owned(),
        approval: Some(pb::Approval {
            permission: PUBLISH.to_owned(),
            resource: resource.to_owned(),
            resource_etag: etag.to_owned(),
            reason: "一季度结果拟发布".to_owned(),
            ..Default::default()
        }),
        request_id: String::new(),
    }
}

async fn ask(channel: &Channel, run: &scoring::Run) -> pb::Approval {
    let mut client = ApprovalServiceClient::new(channel.clone());
    client.request_approval(wanted(&run.name, &run.etag)).await.unwrap().into_inner()
}

async fn approve(channel: &Channel, name: &str) -> Result<pb::Approval, Status> {
    let request = pb::ApproveApprovalRequest { name: name.to_owned(), ..Default::default() };
    let mut client = ApprovalServiceClient::new(channel.clone());
    client.approve_approval(request).await.map(Response::into_inner)
}

async fn reject(channel: &Channel, name: &str, note: &str) -> Result<pb::Approval, Status> {
    let request = pb::RejectApprovalRequest {
        name: name.to_owned(),
        note: note.to_owned(),
        ..Default::default()
    };
    let mut client = ApprovalServiceClient::new(channel.clone());
    client.reject_approval(request).await.map(Response::into_inner)
}

async fn withdraw(channel: &Channel, name: &str) -> Result<pb::Approval, Status> {
    let request = pb::WithdrawApprovalRequest { name: name.to_owned(), ..Default::default() };
    let mut client = ApprovalServiceClient::new(channel.clone());
    client.withdraw_approval(request).await.map(Response::into_inner)
}

async fn publish(channel: &Channel, run: &str, approval: &str) -> Result<scoring::Run, Status> {
    let request = scoring::PublishRunRequest {
        name: run.to_owned(),
        approval: approval.to_owned(),
        ..Default::default()
    };
    let mut client = RunServiceClient::new(channel.clone());
    client.publish_run(request).await.map(Response::into_inner)
}

kit::both! {
    // Issue 4, four eyes: requested, approved, executed, each on record; nobody approves what he
    // asked for or prepared.
    async fn a_run_is_published_by_two_persons_in_three_steps(bed: &Bed) {
        let scoring = Scoring::with_quarter(bed).await;
        let office = person(&scoring, "li.na", "assessment-office");
        let colleague = person(&scoring, "sun.li", "assessment-office");
        let leader = person(&scoring, "zhao.lei", "office-leader");
        let run = scoring::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(scoring::Run {
                scheme: name("schemes", "plan-2023"),
                period: name("periods", "2023Q1"),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        let mut runs = RunServiceClient::new(person(&scoring, "wu.fang", "assessment-office"));
        let run = runs.create_run(run).await.unwrap().into_inner();

        // The refusal says what to ask for.
        let refusal = publish(&office, &run.name, "").await.unwrap_err();
        let info = refusal.get_details_error_info().unwrap();
        assert_eq!(refusal.code(), Code::FailedPrecondition);
        assert_eq!(info.reason, "APPROVAL_REQUIRED");
        let said = |key: &str| info.metadata[key].clone();
        assert_eq!((said("permission"), said("resource"), said("resource_etag")), (PUBLISH.to_owned(), run.name.clone(), run.etag.clone()));
        unmet(publish(&office, &run.name, "").await, &[("APPROVAL_REQUIRED", &run.name)]);

        let mut client = ApprovalServiceClient::new(office.clone());
        let request = pb::RequestApprovalRequest { request_id: request_id(), ..wanted(&run.name, &run.etag) };
        let asked = client.request_approval(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.request_approval(request).await.unwrap().into_inner(), asked);
        assert_eq!((&*asked.name, asked.state(), &*asked.requester), (&*name("approvals", "scoring-1"), State::Pending, "li.na"));
        let (from, to) = (asked.request_time.unwrap().seconds, asked.expire_time.unwrap().seconds);
        assert_eq!(to - from, 72 * 3600);
        unmet(publish(&office, &run.name, &asked.name).await, &[("APPROVAL_PENDING", &asked.name)]);

        // Who may not approve: whoever asked, whoever prepared it, whoever may not publish himself.
        let both = scoring.served.channel_as(&token("li.na", &[&format!("office-leader@{DISTRICT}")]));
        fails(approve(&both, &asked.name).await, Code::PermissionDenied, "OWN_REQUEST");
        let maker = person(&scoring, "wu.fang", "office-leader");
        fails(approve(&maker, &asked.name).await, Code::PermissionDenied, "OWN_WORK");
        fails(approve(&colleague, &asked.name).await, Code::PermissionDenied, "NOT_PERMITTED");
        let stranger = person(&scoring, "he.ping", "organisation-department");
        fails(approve(&stranger, &asked.name).await, Code::PermissionDenied, "NOT_PERMITTED");
        let request = pb::ApproveApprovalRequest { name: asked.name.clone(), etag: "\"2\"".to_owned(), ..Default::default() };
        let stale = ApprovalServiceClient::new(leader.clone()).approve_approval(request).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH");

        let request = pb::ApproveApprovalRequest { name: asked.name.clone(), note: "同意".to_owned(), etag: asked.etag.clone(), request_id: request_id() };
        let mut of_leader = ApprovalServiceClient::new(leader.clone());
        let approved = of_leader.approve_approval(request.clone()).await.unwrap().into_inner();
        assert_eq!(of_leader.approve_approval(request).await.unwrap().into_inner(), approved);
        assert_eq!((approved.state(), &*approved.approver, &*approved.note), (State::Approved, "zhao.lei", "同意"));
        unmet(approve(&leader, &asked.name).await, &[("APPROVAL_GIVEN", &asked.name)]);

        // Only who asked uses it, for what he asked.
        unmet(publish(&colleague, &run.name, &asked.name).await, &[("APPROVAL_OF_ANOTHER", &asked.name)]);
        let none = name("approvals", "scoring-9");
        fails(publish(&office, &run.name, &none).await, Code::NotFound, "NOT_FOUND");
        let elsewhere = name("approvals", "registry-1");
        unmet(publish(&office, &run.name, &elsewhere).await, &[("APPROVAL_OF_ANOTHER", &elsewhere)]);
        refused(publish(&office, &run.name, "approvals/1").await, &[("approval", "NAME_FORMAT")]);
        let published = publish(&office, &run.name, &asked.name).await.unwrap();
        assert_eq!(published.state(), scoring::run::State::Published);

        let get = pb::GetApprovalRequest { name: asked.name.clone() };
        let used = client.get_approval(get).await.unwrap().into_inner();
        assert_eq!((used.state(), used.end_time.is_some()), (State::Used, true));
        unmet(withdraw(&office, &asked.name).await, &[("APPROVAL_USED", &asked.name)]);

        // All three are told by the audit and by the feed.
        let mut tx = scoring.served.db("scoring").begin_read().await.unwrap();
        let audit = kit::fetch_all!(tx, (String, String), "SELECT account, permission FROM kit_audit WHERE outcome = 1 ORDER BY audit_time, uid").unwrap();
        for (account, permission) in [("li.na", "access.approvals.request"), ("zhao.lei", "access.approvals.approve"), ("li.na", PUBLISH)] {
            assert!(audit.contains(&(account.to_owned(), permission.to_owned())), "{permission}: {audit:?}");
        }
        let told = kit::fetch_all!(tx, (String,), "SELECT kind FROM kit_feed WHERE kind LIKE 'saima.access.%' ORDER BY position").unwrap();
        let told: Vec<&str> = told.iter().map(|(it,)| it.rsplit('.').next().unwrap()).collect();
        assert_eq!(told, ["ApprovalRequested", "ApprovalApproved", "ApprovalUsed"]);
        let request = scoring::WatchChangesRequest { parent: DISTRICT.to_owned(), kinds: vec!["saima.access.v1.ApprovalUsed".to_owned()], ..Default::default() };
        let mut changes = scoring.changes.clone();
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let change = loop {
            if let Some(change) = stream.message().await.unwrap().unwrap().change {
                break change;
            }
        };
        assert_eq!(change.resource, Some(scoring::change::Resource::Approval(used)));
    }

    // A3, four eyes: how long one is waited for is the district's choice, and none is prolonged
    // by a later one.
    async fn a_district_chooses_how_long_approvals_wait(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let office = person(&scoring, "li.na", "assessment-office");
        let leader = person(&scoring, "zhao.lei", "office-leader");
        let system = person(&scoring, "he.gang", "system-administrator");
        let choose = async |days: i32| {
            let name = name("retentionRules", "scoring.approvals");
            let rule = pb::RetentionRule { name, keep_days: days, reason: "人手少".to_owned(), ..Default::default() };
            let request = pb::UpdateRetentionRuleRequest { retention_rule: Some(rule) };
            RetentionRuleServiceClient::new(system.clone()).update_retention_rule(request).await
        };
        let ends = |it: &pb::Approval| it.expire_time.unwrap().seconds - it.request_time.unwrap().seconds;
        let day = 86_400;
        bed.clock().set("2023-04-10T00:00:00Z".parse().unwrap());
        let before = ask(&office, &run).await;
        assert_eq!(ends(&before), 3 * day);
        for days in [0, 31] {
            refused(choose(days).await, &[("retention_rule.keep_days", "OUT_OF_RANGE")]);
        }
        bed.clock().set("2023-04-10T00:00:01Z".parse().unwrap());
        choose(7).await.unwrap();
        bed.clock().set("2023-04-10T00:00:02Z".parse().unwrap());
        let (long, idle) = (ask(&office, &run).await, ask(&office, &run).await);
        assert_eq!((ends(&long), ends(&idle)), (7 * day, 7 * day));
        bed.clock().set("2023-04-10T00:00:03Z".parse().unwrap());
        choose(1).await.unwrap();
        let mut client = ApprovalServiceClient::new(office.clone());
        let get = pb::GetApprovalRequest { name: before.name.clone() };
        assert_eq!(ends(&client.get_approval(get).await.unwrap().into_inner()), 3 * day, "as it was");
        bed.clock().set("2023-04-13T00:00:00Z".parse().unwrap());
        unmet(approve(&leader, &before.name).await, &[("APPROVAL_EXPIRED", &before.name)]);
        let short = ask(&office, &run).await;
        assert_eq!(ends(&short), day);
        bed.clock().set("2023-04-14T00:00:00Z".parse().unwrap());
        unmet(approve(&leader, &short.name).await, &[("APPROVAL_EXPIRED", &short.name)]);
        approve(&leader, &long.name).await.unwrap();
        for (state, expected) in [(State::Expired, vec![&before.name, &short.name]), (State::Approved, vec![&long.name]), (State::Pending, vec![&idle.name])] {
            let request = pb::ListApprovalsRequest { parent: DISTRICT.to_owned(), service: "scoring".to_owned(), state: state.into(), ..Default::default() };
            let found = client.list_approvals(request).await.unwrap().into_inner().approvals;
            assert_eq!(found.iter().map(|it| &it.name).collect::<Vec<_>>(), expected, "{state:?}");
        }
        publish(&office, &run.name, &long.name).await.unwrap();
    }

    // Issue 4, four eyes: an approval ends by the calendar, given or not.
    async fn an_approval_runs_out_by_the_calendar(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let office = person(&scoring, "li.na", "assessment-office");
        let leader = person(&scoring, "zhao.lei", "office-leader");
        bed.clock().set("2023-04-10T00:00:00Z".parse().unwrap());
        let (given, late) = (ask(&office, &run).await, ask(&office, &run).await);
        bed.clock().set("2023-04-12T23:59:59Z".parse().unwrap());
        assert_eq!(approve(&leader, &given.name).await.unwrap().state(), State::Approved);
        bed.clock().set("2023-04-13T00:00:00Z".parse().unwrap());
        unmet(approve(&leader, &late.name).await, &[("APPROVAL_EXPIRED", &late.name)]);
        unmet(publish(&office, &run.name, &given.name).await, &[("APPROVAL_EXPIRED", &given.name)]);
        let list = pb::ListApprovalsRequest { parent: DISTRICT.to_owned(), service: "scoring".to_owned(), ..Default::default() };
        let mut client = ApprovalServiceClient::new(office.clone());
        for (state, count) in [(State::Expired, 2), (State::Approved, 0), (State::Pending, 0)] {
            let request = pb::ListApprovalsRequest { state: state.into(), ..list.clone() };
            let found = client.list_approvals(request).await.unwrap().into_inner().approvals;
            assert_eq!(found.len(), count, "{state:?}");
            assert!(found.iter().all(|it| it.state() == state));
        }
        // Asked again, it is published.
        let again = ask(&office, &run).await;
        approve(&leader, &again.name).await.unwrap();
        publish(&office, &run.name, &again.name).await.unwrap();
    }

    // Issue 4, four eyes: rejected, taken back, listed page by page; what is wrong is named.
    async fn approvals_are_rejected_withdrawn_and_listed(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let office = person(&scoring, "li.na", "assessment-office");
        let leader = person(&scoring, "zhao.lei", "office-leader");
        let (first, second, third) = (ask(&office, &run).await, ask(&office, &run).await, ask(&office, &run).await);
        refused(reject(&leader, &first.name, "").await, &[("note", "REQUIRED")]);
        let rejected = reject(&leader, &first.name, "数据待核").await.unwrap();
        assert_eq!((rejected.state(), &*rejected.note), (State::Rejected, "数据待核"));
        unmet(publish(&office, &run.name, &first.name).await, &[("APPROVAL_REJECTED", &first.name)]);
        approve(&leader, &second.name).await.unwrap();
        fails(withdraw(&leader, &second.name).await, Code::PermissionDenied, "OTHER_REQUEST");
        let colleague = person(&scoring, "sun.li", "assessment-office");
        fails(withdraw(&colleague, &second.name).await, Code::PermissionDenied, "OTHER_REQUEST");
        assert_eq!(withdraw(&office, &second.name).await.unwrap().state(), State::Withdrawn);
        unmet(publish(&office, &run.name, &second.name).await, &[("APPROVAL_WITHDRAWN", &second.name)]);

        let mut client = ApprovalServiceClient::new(office.clone());
        let list = pb::ListApprovalsRequest { parent: DISTRICT.to_owned(), service: "scoring".to_owned(), page_size: 2, ..Default::default() };
        let page = client.list_approvals(list.clone()).await.unwrap().into_inner();
        assert_eq!(page.approvals.iter().map(|it| &it.name).collect::<Vec<_>>(), [&first.name, &second.name]);
        let next = pb::ListApprovalsRequest { page_token: page.next_page_token, ..list.clone() };
        let rest = client.list_approvals(next.clone()).await.unwrap().into_inner();
        assert_eq!((rest.approvals, rest.next_page_token), (vec![third.clone()], String::new()));
        let other = pb::ListApprovalsRequest { resource: run.name.clone(), ..next };
        refused(client.list_approvals(other).await, &[("page_token", "PAGE_TOKEN")]);
        let of = pb::ListApprovalsRequest { permission: PUBLISH.to_owned(), resource: run.name.clone(), state: State::Pending.into(), ..list.clone() };
        assert_eq!(client.list_approvals(of).await.unwrap().into_inner().approvals, [third]);
        let none = pb::ListApprovalsRequest { service: "payroll".to_owned(), ..list };
        refused(client.list_approvals(none).await, &[("service", "UNKNOWN_SERVICE")]);

        let wrong = |permission: &str, resource: &str| {
            let mut request = wanted(resource, "");
            let approval = request.approval.as_mut().unwrap();
            permission.clone_into(&mut approval.permission);
            request
        };
        for (permission, reason) in [("scoring.runs.create", "NEEDS_NO_APPROVAL"), ("scoring.runs.burn", "UNKNOWN_PERMISSION"), ("", "REQUIRED"), ("cadre.conductEntries.tolerate", "UNKNOWN_SERVICE")] {
            refused(client.request_approval(wrong(permission, &run.name)).await, &[("approval.permission", reason)]);
        }
        let foreign = client.request_approval(wrong(PUBLISH, "districts/other/runs/1")).await;
        refused(foreign, &[("approval.resource", "OTHER_DISTRICT")]);
        let empty = pb::RequestApprovalRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let reply = client.request_approval(empty).await.unwrap_err();
        assert_eq!(reply.get_details_bad_request().unwrap().field_violations[0].field, "approval");
        let department = person(&scoring, "he.ping", "organisation-department");
        let asked = ApprovalServiceClient::new(department).request_approval(wanted(&run.name, &run.etag)).await;
        fails(asked, Code::PermissionDenied, "NOT_PERMITTED");
    }

    // S10, four eyes: deductions are waived and cleared, vetoes lifted, by two persons alone;
    // an approval serves once.
    async fn deductions_and_vetoes_are_lifted_by_two_persons_alone(bed: &Bed) {
        let scoring = Scoring::start(bed).await;
        adjustment::define(&scoring).await;
        let alone = scoring.served.channel_as(&everybody());
        let second = kit::testing::second();
        let names = adjustment::two_deductions(&scoring).await;
        let mut client = AdjustmentServiceClient::new(alone.clone());
        let waive = |approval: &str| scoring::WaiveAdjustmentRequest { name: names[0].clone(), reason: "容错".to_owned(), approval: approval.to_owned(), ..Default::default() };
        let refusal = client.waive_adjustment(waive("")).await.unwrap_err();
        unmet(Err::<(), _>(refusal.clone()), &[("APPROVAL_REQUIRED", &names[0])]);
        let waiver = alone.approval(&refusal, &second).await.unwrap();
        let clarify = |approval: &str| scoring::ClarifyAdjustmentRequest { name: names[1].clone(), reason: "不实".to_owned(), approval: approval.to_owned(), ..Default::default() };
        let mixed = client.clarify_adjustment(clarify(&waiver)).await;
        unmet(mixed, &[("APPROVAL_OF_ANOTHER", &waiver)]);
        client.waive_adjustment(waive(&waiver)).await.unwrap();
        let refusal = client.clarify_adjustment(clarify("")).await.unwrap_err();
        unmet(Err::<(), _>(refusal.clone()), &[("APPROVAL_REQUIRED", &names[1])]);
        let clearance = alone.approval(&refusal, &second).await.unwrap();
        client.clarify_adjustment(clarify(&clearance)).await.unwrap();

        let unmade = crate::exemption::ungranted(&scoring).await;
        let mut client = ExemptionServiceClient::new(alone.clone());
        let grant = |approval: &str| scoring::CreateExemptionRequest { approval: approval.to_owned(), ..unmade.clone() };
        let refusal = client.create_exemption(grant("")).await.unwrap_err();
        let matter = [unit("works"), name("periods", "2023Q1"), name("schemes", "race-2023"), "slow".to_owned()].join(" ");
        unmet(Err::<(), _>(refusal.clone()), &[("APPROVAL_REQUIRED", &matter)]);
        let leave = alone.approval(&refusal, &second).await.unwrap();
        let granted = client.create_exemption(grant(&leave)).await.unwrap().into_inner();
        let request = scoring::WithdrawExemptionRequest { name: granted.name, reason: "查明未停工".to_owned(), withdrawer: "zhang.lead".to_owned(), ..Default::default() };
        client.withdraw_exemption(request).await.unwrap();
        unmet(client.create_exemption(grant(&leave)).await, &[("APPROVAL_USED", &leave)]);
    }

    // Issue 4, four eyes: what was asked, approved and used cannot be changed afterwards.
    async fn the_ledgers_of_approvals_take_rows_only(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        for table in ["kit_approval", "kit_approval_step", "kit_preparer"] {
            let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
            let outcome = match table {
                "kit_approval" => kit::execute!(tx, "UPDATE kit_approval SET requester = 'x'"),
                "kit_approval_step" => kit::execute!(tx, "DELETE FROM kit_approval_step"),
                _ => kit::execute!(tx, "DELETE FROM kit_preparer"),
            };
            assert!(format!("{:?}", outcome.unwrap_err()).contains("insert-only"), "{table}");
        }
    }
}
