//! Whoever is cut off is out of every service within five seconds, whatever his token says.

use std::time::{Duration, Instant};

use kit::clock::{Clock, System};
use kit::peers::Peers;
use kit::testing::{Bed, Served, eventually, token};
use proto::access::v1 as access;
use proto::access::v1::account_service_client::AccountServiceClient;
use proto::registry::v1 as registry_pb;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::scoring::v1 as scoring_pb;
use proto::scoring::v1::change_service_client::ChangeServiceClient;
use proto::scoring::v1::warning_service_client::WarningServiceClient;
use tonic::{Code, Status};

const DISTRICT: &str = "districts/qingtan";
const SOON: Duration = Duration::from_secs(5);

async fn district(served: &Served) {
    let create = registry_pb::CreateDistrictRequest {
        district_id: "qingtan".to_owned(),
        district: Some(registry_pb::District {
            display_name: "清潭示范区".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    DistrictServiceClient::new(served.channel()).create_district(create).await.unwrap();
}

async fn warnings(served: &Served, token: &str) -> Result<(), Status> {
    let request =
        scoring_pb::ListWarningsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
    let listed = WarningServiceClient::new(served.channel_as(token)).list_warnings(request).await;
    listed.map(|_| ())
}

fn is_revoked(status: &Status) -> bool {
    status.code() == Code::Unauthenticated && status.message().contains("cut off")
}

fn revocation(parent: &str, is_barred: bool) -> access::RevokeAccountRequest {
    access::RevokeAccountRequest {
        parent: parent.to_owned(),
        account: "wang.wei".to_owned(),
        is_barred,
        reason: "dismissed".to_owned(),
        ..Default::default()
    }
}

kit::both! {
    // A1, G13
    async fn who_is_cut_off_is_out_of_every_service_within_five_seconds(bed: &Bed) {
        // Tokens go by the machine's clock, and so does what cuts them off.
        bed.clock().set(System.now());
        let home = bed.start(&[registry::SERVICE]).await;
        district(&home).await;
        let at = format!("http://{}", home.address()).parse().unwrap();
        let peers = Peers::default().with("registry", at);
        let away = bed.start_with(&[scoring::SERVICE], peers, Default::default()).await;
        let office = token("wang.wei", &[&format!("assessment-office@{DISTRICT}")]);
        let platform = token("wang.wei", &[&format!("integrator@{DISTRICT}")]);
        let other = token("li.na", &[&format!("assessment-office@{DISTRICT}")]);
        warnings(&away, &office).await.unwrap();
        let watch = scoring_pb::WatchChangesRequest {
            parent: DISTRICT.to_owned(),
            ..Default::default()
        };
        let mut changes = ChangeServiceClient::new(away.channel_as(&platform));
        let mut stream = changes.watch_changes(watch).await.unwrap().into_inner();

        let security = token("wu.gang", &[&format!("security-administrator@{DISTRICT}")]);
        let mut accounts = AccountServiceClient::new(home.channel_as(&security));
        // A second on, so that the tokens were issued before.
        bed.clock().set(System.now() + jiff::SignedDuration::from_secs(1));
        let began = Instant::now();
        accounts.revoke_account(revocation(DISTRICT, true)).await.unwrap();
        eventually(async || warnings(&away, &office).await.err().filter(is_revoked)).await;
        let ended = loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream ended as if all was told"),
                Err(status) => break status,
            }
        };
        assert!(is_revoked(&ended), "{ended}");
        assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
        // Nobody else is.
        warnings(&away, &other).await.unwrap();
        // In his own process at once, and with every token while he is barred.
        let own = registry_pb::GetDistrictRequest { name: DISTRICT.to_owned() };
        let mut districts = DistrictServiceClient::new(home.channel_as(&office));
        let refused = eventually(async || districts.get_district(own.clone()).await.err()).await;
        assert!(is_revoked(&refused), "{refused}");

        let restore = access::RestoreAccountRequest {
            name: format!("{DISTRICT}/accounts/wang.wei"),
            reason: "mistaken".to_owned(),
            ..Default::default()
        };
        accounts.restore_account(restore).await.unwrap();
        // The old token stays refused; a new one is taken.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let anew = token("wang.wei", &[&format!("assessment-office@{DISTRICT}")]);
        eventually(async || warnings(&away, &anew).await.ok()).await;
        assert!(is_revoked(&warnings(&away, &office).await.unwrap_err()));
        away.stop().await;
        home.stop().await;
    }

    // A1
    async fn a_district_cuts_off_what_is_its_own(bed: &Bed) {
        let served = bed.start(&[registry::SERVICE]).await;
        district(&served).await;
        let two = token("wang.wei", &[
            &format!("assessment-office@{DISTRICT}"),
            "assessment-office@districts/other",
        ]);
        let every = token("wang.wei", &["system-administrator@*"]);
        let security = token("wu.gang", &[&format!("security-administrator@{DISTRICT}")]);
        // A second on, so that the tokens were issued before, however long the start took.
        bed.clock().set(System.now() + jiff::SignedDuration::from_secs(1));
        let mut accounts = AccountServiceClient::new(served.channel_as(&security));
        accounts.revoke_account(revocation(DISTRICT, false)).await.unwrap();
        let get = async |token: &str, name: &str| {
            let request = registry_pb::GetDistrictRequest { name: name.to_owned() };
            let mut districts = DistrictServiceClient::new(served.channel_as(token));
            districts.get_district(request).await.err()
        };
        eventually(async || get(&two, DISTRICT).await.filter(is_revoked)).await;
        // Elsewhere he is whom he was: there is no such district, which he may know.
        assert_eq!(get(&two, "districts/other").await.unwrap().code(), Code::NotFound);
        // In a district that cut him off he does nothing, and neither in all of them at once.
        assert!(is_revoked(&get(&every, DISTRICT).await.unwrap()));
        assert_eq!(get(&every, "districts/other").await.unwrap().code(), Code::NotFound);

        let all = token("zhou.jie", &["security-administrator@*"]);
        let mut accounts = AccountServiceClient::new(served.channel_as(&all));
        accounts.revoke_account(revocation("districts/-", false)).await.unwrap();
        eventually(async || get(&two, "districts/other").await.filter(is_revoked)).await;
        served.stop().await;
    }
}
