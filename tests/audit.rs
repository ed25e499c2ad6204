//! Who did what is on record, and only the auditor reads it.

use std::time::Duration;

use jiff::SignedDuration;
use kit::boot::Service;
use kit::clock::Clock as _;
use kit::config::Limits;
use kit::peers::Peers;
use kit::testing::{Bed, Channel, Served, token};
use proto::access::v1 as access;
use proto::access::v1::audit_record::Outcome;
use proto::access::v1::audit_record_service_client::AuditRecordServiceClient;
use proto::access::v1::caller_service_client::CallerServiceClient;
use proto::cadre::v1 as cadre_pb;
use proto::cadre::v1::person_service_client::PersonServiceClient;
use proto::registry::v1 as registry_pb;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use tonic::{Code, Request};

const SUITE: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];
const DISTRICT: &str = "districts/qingtan";

fn channel(served: &Served, account: &str, role: &str) -> Channel {
    served.channel_as(&token(account, &[&format!("{role}@{DISTRICT}")]))
}

async fn records(served: &Served, service: &str) -> Vec<access::AuditRecord> {
    let auditor = channel(served, "qian.min", "audit-administrator");
    let request = access::ListAuditRecordsRequest {
        parent: DISTRICT.to_owned(),
        service: service.to_owned(),
        ..Default::default()
    };
    let reply = AuditRecordServiceClient::new(auditor).list_audit_records(request).await;
    let mut records = reply.unwrap().into_inner().audit_records;
    // The bed's clock stands still: what happened at one instant is in no order.
    records.sort_by_key(|it| (it.account.clone(), it.outcome));
    records
}

kit::both! {
    // A3
    async fn what_callers_do_is_on_record(bed: &Bed) {
        let served = bed.start(&SUITE).await;
        let office = channel(&served, "li.na", "assessment-office");
        let create = registry_pb::CreateDistrictRequest {
            district_id: "qingtan".to_owned(),
            district: Some(registry_pb::District {
                display_name: "清潭示范区".to_owned(),
                ..Default::default()
            }),
            request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        };
        DistrictServiceClient::new(office.clone()).create_district(create).await.unwrap();

        // A unit may not create units; that it tried is kept before it is told.
        let reporter = token("wang.wei", &[&format!("unit-reporter@{DISTRICT}/units/east")]);
        let reporter = served.channel_as(&reporter);
        let request = registry_pb::CreateUnitRequest {
            parent: DISTRICT.to_owned(),
            unit_id: "mine".to_owned(),
            unit: Some(registry_pb::Unit::default()),
            ..Default::default()
        };
        let tried = UnitServiceClient::new(reporter).create_unit(request).await.unwrap_err();
        assert_eq!(tried.code(), Code::PermissionDenied);

        let seen = records(&served, "registry").await;
        let told: Vec<_> = seen
            .iter()
            .map(|it| (&*it.account, &*it.permission, it.outcome(), &*it.request_id))
            .collect();
        assert_eq!(told, [
            ("li.na", "registry.districts.create", Outcome::Done,
                "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
            ("wang.wei", "registry.units.create", Outcome::Refused, ""),
        ]);
        assert!(seen.iter().all(|it| it.source == "127.0.0.1" && it.audit_time.is_some()));

        // Nobody else reads it, and it does not leave its district.
        let request = access::ListAuditRecordsRequest {
            parent: DISTRICT.to_owned(),
            service: "registry".to_owned(),
            ..Default::default()
        };
        let denied = AuditRecordServiceClient::new(office).list_audit_records(request.clone()).await;
        assert_eq!(denied.unwrap_err().code(), Code::PermissionDenied);
        let foreign = token("zhou.jie", &["audit-administrator@districts/other"]);
        let mut foreign = AuditRecordServiceClient::new(served.channel_as(&foreign));
        let denied = foreign.list_audit_records(request.clone()).await;
        assert_eq!(denied.unwrap_err().code(), Code::PermissionDenied);
        let auditor = channel(&served, "qian.min", "audit-administrator");
        let mut auditor = AuditRecordServiceClient::new(auditor);
        let nowhere = access::ListAuditRecordsRequest { service: "pay".to_owned(), ..request };
        let denied = auditor.list_audit_records(nowhere).await.unwrap_err();
        assert_eq!(denied.code(), Code::InvalidArgument);
        served.stop().await;
    }

    // A3
    async fn who_shows_no_valid_token_is_on_record(bed: &Bed) {
        let served = bed.start(&SUITE).await;
        for token in ["", "for.ged.token", "for.ged.token"] {
            let mut stranger = UnitServiceClient::new(served.channel_as(token));
            let request = registry_pb::GetUnitRequest { name: format!("{DISTRICT}/units/east") };
            let refused = stranger.get_unit(request).await.unwrap_err();
            assert_eq!(refused.code(), Code::Unauthenticated);
        }
        // The first is there at once; how many followed, once a minute or when the process ends.
        let strangers = async |served: &Served| {
            let auditor = served.channel_as(&token("qian.min", &["audit-administrator@*"]));
            let request = access::ListAuditRecordsRequest {
                parent: "districts/-".to_owned(),
                service: "registry".to_owned(),
                ..Default::default()
            };
            let reply = AuditRecordServiceClient::new(auditor).list_audit_records(request).await;
            let mut told = reply.unwrap().into_inner().audit_records;
            assert!(told.iter().all(|it| {
                it.account.is_empty()
                    && it.permission == "registry.units.get"
                    && it.outcome() == Outcome::Refused
                    && it.source == "127.0.0.1"
            }));
            // The bed's clock stands still.
            told.sort_by(|one, two| two.about.cmp(&one.about));
            told.into_iter().map(|it| it.about).collect::<Vec<_>>()
        };
        assert_eq!(strangers(&served).await, ["TOKEN_REQUIRED"]);
        served.stop().await;
        let served = bed.start(&SUITE).await;
        let told = strangers(&served).await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], "TOKEN_REQUIRED");
        assert!(told[1].starts_with("TOKEN_REFUSED, and 2 more within "), "{told:?}");
        served.stop().await;
    }

    // X11, H10
    async fn a_persons_record_is_read_for_a_reason_and_on_record(bed: &Bed) {
        let served = bed.start(&SUITE).await;
        let office = channel(&served, "li.na", "assessment-office");
        let create = registry_pb::CreateDistrictRequest {
            district_id: "qingtan".to_owned(),
            district: Some(registry_pb::District {
                display_name: "清潭示范区".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        DistrictServiceClient::new(office.clone()).create_district(create).await.unwrap();
        let list = || cadre_pb::ListPersonsRequest {
            parent: DISTRICT.to_owned(),
            ..Default::default()
        };
        let mut keeper = PersonServiceClient::new(channel(&served, "sun.yi", "record-keeper"));
        let mut silent = Request::new(list());
        silent.metadata_mut().insert("saima-purpose", "".parse().unwrap());
        let refused = keeper.list_persons(silent).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert!(refused.message().contains("saima-purpose"), "{refused}");
        let mut because = Request::new(list());
        because.metadata_mut().insert("saima-purpose", "promotion 2023-7".parse().unwrap());
        keeper.list_persons(because).await.unwrap();
        let mut curious = PersonServiceClient::new(channel(&served, "wang.wei", "unit-head"));
        assert_eq!(curious.list_persons(list()).await.unwrap_err().code(), Code::PermissionDenied);

        let seen = records(&served, "cadre").await;
        let told: Vec<_> =
            seen.iter().map(|it| (&*it.account, it.outcome(), &*it.purpose)).collect();
        assert_eq!(told, [
            ("sun.yi", Outcome::Read, "promotion 2023-7"),
            ("sun.yi", Outcome::Refused, ""),
            ("wang.wei", Outcome::Refused, "test"),
        ]);
        assert!(seen.iter().all(|it| it.permission == "cadre.persons.list"));
        assert_eq!(seen[0].about, DISTRICT);
        served.stop().await;
    }
}

kit::both! {
    // X11, H10
    async fn who_reads_of_too_many_persons_is_stopped_and_told_of(bed: &Bed) {
        let limits = Limits {
            persons_per_hour: 10.try_into().unwrap(),
            drain_wait: Duration::ZERO,
            ..Limits::default()
        };
        let served = bed.start_with(&SUITE, Peers::default(), limits.clone()).await;
        let create = registry_pb::CreateDistrictRequest {
            district_id: "qingtan".to_owned(),
            district: Some(registry_pb::District {
                display_name: "清潭示范区".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        DistrictServiceClient::new(served.channel()).create_district(create).await.unwrap();
        let mut department =
            PersonServiceClient::new(channel(&served, "sun.yi", "organisation-department"));
        let person = |number: usize| cadre_pb::Person {
            display_name: format!("干部{number}"),
            ..Default::default()
        };
        let request = cadre_pb::BatchCreatePersonsRequest {
            parent: DISTRICT.to_owned(),
            persons: (0..12).map(person).collect(),
            ..Default::default()
        };
        department.batch_create_persons(request).await.unwrap();
        let list = |page_size: i32, page_token: &str| cadre_pb::ListPersonsRequest {
            parent: DISTRICT.to_owned(),
            page_size,
            page_token: page_token.to_owned(),
            ..Default::default()
        };
        let mut keeper = PersonServiceClient::new(channel(&served, "li.na", "record-keeper"));
        let first = keeper.list_persons(list(6, "")).await.unwrap().into_inner();
        assert_eq!(first.persons.len(), 6);
        // The same ones again, and one by one, are no more persons.
        keeper.list_persons(list(6, "")).await.unwrap();
        let name = first.persons[0].name.clone();
        keeper.get_person(cadre_pb::GetPersonRequest { name: name.clone() }).await.unwrap();
        let second = list(6, &first.next_page_token);
        let stopped = keeper.list_persons(second.clone()).await.unwrap_err();
        assert_eq!(stopped.code(), Code::ResourceExhausted);
        assert!(stopped.message().contains("10 persons"), "{stopped}");
        keeper.get_person(cadre_pb::GetPersonRequest { name }).await.unwrap();
        // Another process of the same deployment counts on.
        let replica = bed.start_with(&SUITE, Peers::default(), limits).await;
        let mut elsewhere = PersonServiceClient::new(channel(&replica, "li.na", "record-keeper"));
        let stopped = elsewhere.list_persons(second.clone()).await.unwrap_err();
        assert_eq!(stopped.code(), Code::ResourceExhausted);
        elsewhere.list_persons(list(6, "")).await.unwrap();
        replica.stop().await;
        // Others read on.
        let mut other = PersonServiceClient::new(channel(&served, "zhou.jie", "record-keeper"));
        other.list_persons(second).await.unwrap();

        let seen = records(&served, "cadre").await;
        let alarms: Vec<_> = seen.iter().filter(|it| it.outcome() == Outcome::Alarm).collect();
        assert_eq!(alarms.len(), 2, "{alarms:?}");
        for alarm in alarms {
            assert_eq!((&*alarm.account, &*alarm.permission), ("li.na", "cadre.persons.list"));
        }

        // An hour later he begins anew, and nothing is kept of whom he read.
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(1));
        let served_db = served.db("cadre");
        kit::retention::turn(served_db, &[]).await.unwrap();
        let mut tx = served_db.begin_read().await.unwrap();
        let (left,) = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM kit_person_read").unwrap();
        assert_eq!(left, 0);
        drop(tx);
        keeper.list_persons(list(6, &first.next_page_token)).await.unwrap();
        served.stop().await;
    }
}

// A2
#[test]
fn callers_are_told_who_they_are_and_why_they_may() {
    kit::testing::run(kit::testing::Engine::Sqlite, async |bed| {
        let served = bed.start(&SUITE).await;
        let mut nobody = CallerServiceClient::new(served.channel_as(""));
        let caller = nobody.get_caller(access::GetCallerRequest {}).await.unwrap().into_inner();
        assert_eq!((&*caller.account, caller.expire_time), ("", None));
        let office = channel(&served, "li.na", "assessment-office");
        let mut office = CallerServiceClient::new(office);
        let caller = office.get_caller(access::GetCallerRequest {}).await.unwrap().into_inner();
        assert_eq!(caller.account, "li.na");
        assert!(caller.grants.contains(&format!("assessment-office@{DISTRICT}")));

        let ask = |permission: &str, grant: &str| access::ExplainPermissionRequest {
            permission: permission.to_owned(),
            grant: grant.to_owned(),
            account: String::new(),
        };
        let security = channel(&served, "wu.gang", "security-administrator");
        let mut security = CallerServiceClient::new(security);
        let grant = format!("office-leader@{DISTRICT}");
        let told = security.explain_permission(ask("scoring.runs.publish", &grant)).await.unwrap();
        let told = told.into_inner();
        assert_eq!(told.reach(), access::explain_permission_response::Reach::District);
        assert_eq!(told.policies, ["scoring.office-leader"]);
        assert_eq!(told.methods, ["saima.scoring.v1.RunService/PublishRun"]);
        let unknown = security.explain_permission(ask("scoring.runs.burn", &grant)).await;
        assert!(unknown.unwrap_err().message().contains("permission"));
        let denied = office.explain_permission(ask("scoring.runs.publish", &grant)).await;
        assert_eq!(denied.unwrap_err().code(), Code::PermissionDenied);
        served.stop().await;
    });
}
