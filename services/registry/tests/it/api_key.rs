//! API keys and the tokens they buy.

use jiff::SignedDuration;
use kit::clock::{Clock, System, to_proto};
use kit::testing::{Bed, Channel, eventually, token};
use proto::access::v1 as pb;
use proto::access::v1::api_key_service_client::ApiKeyServiceClient;
use proto::access::v1::caller_service_client::CallerServiceClient;
use proto::access::v1::token_service_client::TokenServiceClient;
use proto::registry::v1 as registry_pb;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, fails, refused, request_id};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn keys(registry: &Registry) -> ApiKeyServiceClient<Channel> {
    let grant = format!("security-administrator@{DISTRICT}");
    ApiKeyServiceClient::new(registry.served.channel_as(&token("wu.gang", &[&grant])))
}

fn creation(bed: &Bed, id: &str) -> pb::CreateApiKeyRequest {
    pb::CreateApiKeyRequest {
        parent: DISTRICT.to_owned(),
        api_key_id: id.to_owned(),
        api_key: Some(pb::ApiKey {
            display_name: "政务平台".to_owned(),
            grants: vec![format!("integrator@{DISTRICT}")],
            expire_time: Some(to_proto(bed.clock().now() + DAY * 300)),
            ..Default::default()
        }),
        request_id: String::new(),
    }
}

async fn issue(registry: &Registry, secret: &str) -> Result<String, Status> {
    let request = pb::IssueTokenRequest { secret: secret.to_owned() };
    let reply = TokenServiceClient::new(registry.served.channel_as("")).issue_token(request).await;
    reply.map(|it| it.into_inner().token)
}

async fn lists(registry: &Registry, token: &str) -> Result<(), Status> {
    let request =
        registry_pb::ListUnitsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
    let units = UnitServiceClient::new(registry.served.channel_as(token)).list_units(request).await;
    units.map(|_| ())
}

kit::both! {
    // A2
    async fn a_platform_exchanges_its_key_for_tokens(bed: &Bed) {
        bed.clock().set(System.now());
        let registry = Registry::ready(bed).await;
        let mut keys = keys(&registry);
        let request =
            pb::CreateApiKeyRequest { request_id: request_id(), ..creation(bed, "platform") };
        let made = keys.create_api_key(request.clone()).await.unwrap().into_inner();
        assert_eq!(made.name, format!("{DISTRICT}/apiKeys/platform"));
        assert!(made.secret.len() > 64, "{made:?}");
        // It is shown once.
        let again = keys.create_api_key(request).await.unwrap().into_inner();
        assert_eq!(again, pb::ApiKey { secret: String::new(), ..made.clone() });
        let get = pb::GetApiKeyRequest { name: made.name.clone() };
        assert_eq!(keys.get_api_key(get.clone()).await.unwrap().into_inner(), again);
        assert_eq!(again.last_use_date, None);

        let bought = issue(&registry, &made.secret).await.unwrap();
        lists(&registry, &bought).await.unwrap();
        let mut callers = CallerServiceClient::new(registry.served.channel_as(&bought));
        let caller = callers.get_caller(pb::GetCallerRequest {}).await.unwrap().into_inner();
        assert_eq!(caller.account, made.name);
        let held = caller.expire_time.unwrap().seconds - System.now().as_second();
        assert!((200..=301).contains(&held), "{held}");
        assert!(keys.get_api_key(get.clone()).await.unwrap().into_inner().last_use_date.is_some());

        // Two secrets hold at once, for a while.
        let rotate = pb::RotateApiKeyRequest { name: made.name.clone(), ..Default::default() };
        let second = keys.rotate_api_key(rotate.clone()).await.unwrap().into_inner();
        issue(&registry, &made.secret).await.unwrap();
        issue(&registry, &second.secret).await.unwrap();
        let stale = pb::RotateApiKeyRequest { etag: made.etag.clone(), ..rotate.clone() };
        fails(keys.rotate_api_key(stale).await, Code::Aborted, "ETAG_MISMATCH", "platform");
        let third = keys.rotate_api_key(rotate).await.unwrap().into_inner();
        issue(&registry, &second.secret).await.unwrap();
        let told = issue(&registry, &made.secret).await.unwrap_err();
        assert_eq!(told.code(), Code::Unauthenticated);
        bed.clock().set(bed.clock().now() + DAY + SignedDuration::from_secs(1));
        issue(&registry, &second.secret).await.unwrap_err();
        issue(&registry, &third.secret).await.unwrap();
        bed.clock().set(bed.clock().now() + DAY * 300);
        issue(&registry, &third.secret).await.unwrap_err();
        bed.clock().set(System.now() + SignedDuration::from_secs(1));

        // Disabled, it buys nothing, and what it bought is refused.
        lists(&registry, &bought).await.unwrap();
        let disable = pb::DisableApiKeyRequest { name: made.name.clone(), ..Default::default() };
        let ended = keys.disable_api_key(disable.clone()).await.unwrap().into_inner();
        assert!(ended.disable_time.is_some() && ended.secret.is_empty());
        let told = issue(&registry, &third.secret).await.unwrap_err();
        assert_eq!(told.code(), Code::Unauthenticated);
        let told = eventually(async || lists(&registry, &bought).await.err()).await;
        assert_eq!(told.code(), Code::Unauthenticated);
        let twice = keys.disable_api_key(disable).await;
        fails(twice, Code::FailedPrecondition, "API_KEY_DISABLED", "platform");
    }

    // A2
    async fn a_key_with_faults_is_refused(bed: &Bed) {
        let registry = Registry::ready(bed).await;
        let mut keys = keys(&registry);
        let with = |change: &dyn Fn(&mut pb::ApiKey)| {
            let mut request = creation(bed, "platform");
            change(request.api_key.as_mut().unwrap());
            request
        };
        let barred = with(&|it| it.grants = vec![
            "integrator".to_owned(),
            format!("king@{DISTRICT}"),
            format!("service@{DISTRICT}"),
            format!("security-administrator@{DISTRICT}"),
            "integrator@*".to_owned(),
            "integrator@districts/other".to_owned(),
        ]);
        refused(keys.create_api_key(barred).await, &[
            ("api_key.grants[0]", "GRANT_FORMAT"),
            ("api_key.grants[1]", "UNKNOWN_ROLE"),
            ("api_key.grants[2]", "ROLE_BARRED"),
            ("api_key.grants[3]", "ROLE_BARRED"),
            ("api_key.grants[4]", "OTHER_DISTRICT"),
            ("api_key.grants[5]", "OTHER_DISTRICT"),
        ]);
        let bare = with(&|it| *it = pb::ApiKey::default());
        refused(keys.create_api_key(bare).await, &[
            ("api_key.display_name", "REQUIRED"),
            ("api_key.grants", "REQUIRED"),
            ("api_key.expire_time", "REQUIRED"),
        ]);
        for days in [-1, 400] {
            let end = Some(to_proto(bed.clock().now() + DAY * days));
            let request = with(&|it| it.expire_time = end);
            refused(keys.create_api_key(request).await, &[("api_key.expire_time", "OUT_OF_RANGE")]);
        }
        for id in ["b", "a", "c"] {
            keys.create_api_key(creation(bed, id)).await.unwrap();
        }
        let taken = keys.create_api_key(creation(bed, "a")).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", "apiKeys/a");
        let list = |page_token: &str| pb::ListApiKeysRequest {
            parent: DISTRICT.to_owned(),
            page_size: 2,
            page_token: page_token.to_owned(),
        };
        let first = keys.list_api_keys(list("")).await.unwrap().into_inner();
        let rest = keys.list_api_keys(list(&first.next_page_token)).await.unwrap().into_inner();
        let all = first.api_keys.iter().chain(&rest.api_keys);
        let ids: Vec<&str> = all.map(|it| it.name.rsplit('/').next().unwrap()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        for secret in ["nonsense", "saima_0@hengkou", "saima_0@../..", &"x".repeat(200)] {
            let told = issue(&registry, secret).await.unwrap_err();
            assert_eq!(told.code(), Code::Unauthenticated, "{secret}");
        }
        assert_eq!(issue(&registry, "").await.unwrap_err().code(), Code::InvalidArgument);
        let long = pb::RotateApiKeyRequest {
            name: format!("{DISTRICT}/apiKeys/a"),
            overlap: Some(prost_types::Duration { seconds: 31 * 86_400, nanos: 0 }),
            ..Default::default()
        };
        refused(keys.rotate_api_key(long).await, &[("overlap", "OUT_OF_RANGE")]);
        // Who looks after another district makes no key here.
        let other = token("zhou.jie", &["security-administrator@districts/other"]);
        let mut other = ApiKeyServiceClient::new(registry.served.channel_as(&other));
        let denied = other.create_api_key(creation(bed, "d")).await.unwrap_err();
        assert_eq!(denied.code(), Code::PermissionDenied);
    }
}
