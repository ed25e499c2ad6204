//! Accounts that were cut off.

use kit::clock::{Clock, System};
use kit::testing::{Bed, Channel, token};
use proto::access::v1 as pb;
use proto::access::v1::account_service_client::AccountServiceClient;
use tonic::Code;

use crate::fixture::{DISTRICT, Registry, fails, refused, request_id};

fn revocation(account: &str) -> pb::RevokeAccountRequest {
    pb::RevokeAccountRequest {
        parent: DISTRICT.to_owned(),
        account: account.to_owned(),
        reason: "调离".to_owned(),
        ..Default::default()
    }
}

fn restoration(name: &str) -> pb::RestoreAccountRequest {
    pb::RestoreAccountRequest {
        name: name.to_owned(),
        reason: "复职".to_owned(),
        ..Default::default()
    }
}

fn accounts(registry: &Registry, account: &str, grant: &str) -> AccountServiceClient<Channel> {
    AccountServiceClient::new(registry.served.channel_as(&token(account, &[grant])))
}

kit::both! {
    // A1: whose account was cut off is on record, step by step.
    async fn an_account_is_cut_off_and_restored(bed: &Bed) {
        let registry = Registry::ready(bed).await;
        let grant = format!("security-administrator@{DISTRICT}");
        let mut accounts = accounts(&registry, "wu.gang", &grant);
        let barred = pb::RevokeAccountRequest {
            is_barred: true,
            request_id: request_id(),
            ..revocation("wang.wei")
        };
        let cut = accounts.revoke_account(barred.clone()).await.unwrap().into_inner();
        assert_eq!(cut.name, format!("{DISTRICT}/accounts/wang.wei"));
        assert_eq!((cut.is_barred, &*cut.author, &*cut.etag), (true, "wu.gang", "\"1\""));
        assert_eq!(cut.valid_after, cut.update_time, "from now on");
        let again = accounts.revoke_account(barred).await.unwrap().into_inner();
        assert_eq!(again, cut, "the same request has one effect");

        // An earlier instant takes nothing back, and without a bar none is lifted.
        let earlier = pb::RevokeAccountRequest {
            valid_after: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..revocation("wang.wei")
        };
        let cut = accounts.revoke_account(earlier).await.unwrap().into_inner();
        assert_eq!((cut.is_barred, cut.valid_after), (true, again.valid_after));

        let stale = pb::RestoreAccountRequest { etag: "\"1\"".to_owned(), ..restoration(&cut.name) };
        fails(accounts.restore_account(stale).await, Code::Aborted, "ETAG_MISMATCH", "wang.wei");
        let back = accounts.restore_account(restoration(&cut.name)).await.unwrap().into_inner();
        assert_eq!((back.is_barred, &*back.reason, &*back.etag), (false, "复职", "\"3\""));
        assert_eq!(back.valid_after, cut.valid_after, "old tokens stay refused");
        let open = accounts.restore_account(restoration(&cut.name)).await;
        fails(open, Code::FailedPrecondition, "ACCOUNT_NOT_BARRED", "wang.wei");
        let get = |name: &str| pb::GetAccountRequest { name: name.to_owned() };
        assert_eq!(accounts.get_account(get(&cut.name)).await.unwrap().into_inner(), back);
        let absent = accounts.get_account(get(&format!("{DISTRICT}/accounts/nobody"))).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "accounts/nobody");
    }

    async fn accounts_are_listed_page_by_page(bed: &Bed) {
        let registry = Registry::ready(bed).await;
        let grant = format!("security-administrator@{DISTRICT}");
        let mut accounts = accounts(&registry, "wu.gang", &grant);
        for (account, is_barred) in [("a", true), ("b", false), ("王伟", true), ("c|d", false)] {
            let request = pb::RevokeAccountRequest { is_barred, ..revocation(account) };
            accounts.revoke_account(request).await.unwrap();
        }
        let list = |only_barred: bool, page_token: &str| pb::ListAccountsRequest {
            parent: DISTRICT.to_owned(),
            only_barred,
            page_size: 3,
            page_token: page_token.to_owned(),
        };
        let first = accounts.list_accounts(list(false, "")).await.unwrap().into_inner();
        let token = first.next_page_token;
        let rest = accounts.list_accounts(list(false, &token)).await.unwrap().into_inner();
        assert_eq!((first.accounts.len(), rest.accounts.len()), (3, 1));
        let all = first.accounts.iter().chain(&rest.accounts);
        let all: std::collections::BTreeSet<&str> = all.map(|it| &*it.account).collect();
        assert_eq!(all, ["a", "b", "c|d", "王伟"].into());
        let barred = accounts.list_accounts(list(true, "")).await.unwrap().into_inner();
        assert_eq!(barred.accounts.len(), 2);
        refused(accounts.list_accounts(list(true, &token)).await, &[("page_token", "PAGE_TOKEN")]);

        // What still matters after a day are the bars.
        let service = kit::testing::service_token(&["service@*"]);
        let mut service = AccountServiceClient::new(registry.served.channel_as(&service));
        let request = pb::ListRevocationsRequest {
            parent: "districts/-".to_owned(),
            ..Default::default()
        };
        let now = service.list_revocations(request.clone()).await.unwrap().into_inner();
        assert_eq!(now.accounts.len(), 4);
        let later = bed.clock().now() + jiff::SignedDuration::from_hours(26);
        bed.clock().set(later);
        let then = service.list_revocations(request).await.unwrap().into_inner();
        assert_eq!(then.accounts, barred.accounts);
    }

    async fn a_revocation_with_faults_is_refused(bed: &Bed) {
        let registry = Registry::ready(bed).await;
        let grant = format!("security-administrator@{DISTRICT}");
        let mut own = accounts(&registry, "wu.gang", &grant);
        let request = pb::RevokeAccountRequest { reason: String::new(), ..revocation("") };
        refused(own.revoke_account(request).await, &[
            ("account", "REQUIRED"),
            ("reason", "REQUIRED"),
        ]);
        let ahead = System.now() + jiff::SignedDuration::from_hours(1);
        let request = pb::RevokeAccountRequest {
            valid_after: Some(kit::clock::to_proto(ahead)),
            ..revocation("wang.wei")
        };
        refused(own.revoke_account(request).await, &[("valid_after", "OUT_OF_RANGE")]);
        // Neither another district nor all of them are his.
        for parent in ["districts/other", "districts/-"] {
            let request = pb::RevokeAccountRequest {
                parent: parent.to_owned(),
                ..revocation("wang.wei")
            };
            let denied = own.revoke_account(request).await.unwrap_err();
            assert_eq!(denied.code(), Code::PermissionDenied, "{denied}");
            let name = format!("{parent}/accounts/wang.wei");
            let denied = own.restore_account(restoration(&name)).await.unwrap_err();
            assert_eq!(denied.code(), Code::PermissionDenied, "{denied}");
        }
        // Of all districts, who has the role in all of them.
        let mut every = accounts(&registry, "zhou.jie", "security-administrator@*");
        let request = pb::RevokeAccountRequest {
            parent: "districts/-".to_owned(),
            is_barred: true,
            ..revocation("wang.wei")
        };
        let cut = every.revoke_account(request).await.unwrap().into_inner();
        assert_eq!(cut.name, "districts/-/accounts/wang.wei");
        every.restore_account(restoration(&cut.name)).await.unwrap();
        let absent = pb::RevokeAccountRequest {
            parent: "districts/none".to_owned(),
            ..revocation("wang.wei")
        };
        fails(every.revoke_account(absent).await, Code::NotFound, "NOT_FOUND", "districts/none");
    }
}
