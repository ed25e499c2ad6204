//! Accounts. Nothing of them goes into the feed: who was cut off is no affair of its readers.

use jiff::SignedDuration;
use kit::boot::Context;
use kit::db::Db;
use kit::field::Fields;
use kit::guard::{self, Revocation, Revocations};
use kit::identity::Issuer;
use kit::name::{Pattern, is_id};
use kit::page::Page;
use kit::request_id::Once;
use kit::secret::Keyring;
use kit::{Error, clock, etag};
use proto::access::v1 as pb;
use proto::access::v1::account_service_server::AccountService;
use tonic::{Request, Response, Status};

use crate::account::{self, Account, EVERYWHERE, LONGEST_TOKEN};
use crate::{district, store};

/// All districts at once, as requests name them.
const ALL: &str = "districts/-";
/// By how much clocks may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Answers for those who are let in and those who are not.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(super) db: Db,
    pub(super) revocations: Revocations,
    pub(super) keys: Keyring,
    pub(super) issuer: Option<Issuer>,
}

impl Access {
    pub(crate) fn new(context: &Context) -> kit::Result<Self> {
        let db = context.db.clone();
        let read = db.across("accounts");
        let revocations = Revocations::new(move || Box::pin(in_force(read.clone())));
        let issuer = Issuer::new(&context.keys)?;
        Ok(Self { db, revocations, keys: context.keys.clone(), issuer })
    }

    /// What the guard of this process reads.
    pub(crate) fn revocations(&self) -> Revocations {
        self.revocations.clone()
    }
}

#[tonic::async_trait]
impl AccountService for Access {
    async fn revoke_account(
        &self,
        request: Request<pb::RevokeAccountRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        let request = request.into_inner();
        let district = place("parent", &request.parent)?;
        let mut fields = Fields::default();
        let account = fields.text("account", &request.account, 1..=200);
        let valid_after = fields.optional_time("valid_after", &request.valid_after);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let once = Once::new(&district, "RevokeAccount", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        hold(&mut tx, &district).await?;
        let now = tx.now();
        let valid_after = valid_after.unwrap_or(now);
        if valid_after.duration_since(now) > SKEW {
            let message = "must not lie in the future; bar the account instead";
            return Err(Error::invalid("valid_after", "OUT_OF_RANGE", message).into());
        }
        let before = store::account::find(&mut tx, &district, &account::id_of(&account)).await?;
        let cut = (valid_after, request.is_barred);
        let account =
            Account::revoked(&district, &account, before.as_ref(), cut, (reason, author()), now);
        store::account::insert(&mut tx, &account).await?;
        let reply = pb::Account::from(account);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.revocations.changed();
        Ok(Response::new(reply))
    }

    async fn restore_account(
        &self,
        request: Request<pb::RestoreAccountRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        let request = request.into_inner();
        let (district, id) = named(&request.name)?;
        let mut fields = Fields::default();
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let once = Once::new(&district, "RestoreAccount", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        hold(&mut tx, &district).await?;
        let found = store::account::find(&mut tx, &district, &id).await?;
        let mut account = found.ok_or_else(|| Error::not_found("account", &request.name))?;
        etag::check(&request.etag, account.revision, &request.name)?;
        account.restore(&request.name, (reason, author()), tx.now())?;
        store::account::insert(&mut tx, &account).await?;
        let reply = pb::Account::from(account);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.revocations.changed();
        Ok(Response::new(reply))
    }

    async fn get_account(
        &self,
        request: Request<pb::GetAccountRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        let request = request.into_inner();
        let (district, id) = named(&request.name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::account::find(&mut tx, &district, &id).await?;
        let account = found.ok_or_else(|| Error::not_found("account", &request.name))?;
        Ok(Response::new(account.into()))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Result<Response<pb::ListAccountsResponse>, Status> {
        let request = request.into_inner();
        let district = place("parent", &request.parent)?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.only_barred],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut accounts =
            store::account::list(&mut tx, &district, request.only_barred, &page).await?;
        let next_page_token = page.cut(&mut accounts, |it| it.id.clone());
        let accounts = accounts.into_iter().map(pb::Account::from).collect();
        Ok(Response::new(pb::ListAccountsResponse { accounts, next_page_token }))
    }

    async fn list_revocations(
        &self,
        request: Request<pb::ListRevocationsRequest>,
    ) -> Result<Response<pb::ListRevocationsResponse>, Status> {
        let request = request.into_inner();
        let district = place("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let since = tx.now() - LONGEST_TOKEN;
        let only = (district != EVERYWHERE).then_some(district.as_str());
        let mut accounts = store::account::in_force(&mut tx, only, since, &page).await?;
        let next_page_token = page.cut(&mut accounts, |it| format!("{} {}", it.district, it.id));
        let accounts = accounts.into_iter().map(pb::Account::from).collect();
        Ok(Response::new(pb::ListRevocationsResponse { accounts, next_page_token }))
    }
}

/// What the guard of this process must know.
async fn in_force(db: Db) -> kit::Result<Vec<Revocation>> {
    let mut tx = db.begin_read().await?;
    let since = tx.now() - LONGEST_TOKEN;
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let page = Page::parse(1000, &token, &[])?;
        let mut accounts = store::account::in_force(&mut tx, None, since, &page).await?;
        token = page.cut(&mut accounts, |it| format!("{} {}", it.district, it.id));
        all.extend(accounts.into_iter().map(|it| Revocation {
            district: it.district,
            account: it.account,
            is_barred: it.is_barred,
            valid_after: it.valid_after,
        }));
        if token.is_empty() {
            return Ok(all);
        }
    }
}

/// The district a parent names, or all of them for who may act there.
fn place(field: &str, given: &str) -> kit::Result<String> {
    if given == ALL {
        guard::any_district()?;
        return Ok(EVERYWHERE.to_owned());
    }
    Ok(district::NAME.parse(field, given)?.id("district").to_owned())
}

/// The district and the id that an account's name says.
fn named(given: &str) -> kit::Result<(String, String)> {
    static EVERY: Pattern = Pattern::new("account", "districts/-/accounts/{account}");
    let every = given.strip_prefix("districts/-/accounts/").filter(|id| is_id(id));
    if every.is_some() {
        guard::any_district()?;
        let name = EVERY.parse("name", given)?;
        return Ok((EVERYWHERE.to_owned(), name.id("account").to_owned()));
    }
    let name = account::NAME.parse("name", given)?;
    Ok((name.id("district").to_owned(), name.id("account").to_owned()))
}

/// Makes writers of one district go one after another; those of all districts meet in the ledger.
async fn hold(tx: &mut kit::db::Tx, district: &str) -> kit::Result<()> {
    if district != EVERYWHERE {
        store::district::hold(tx, district).await?;
    }
    Ok(())
}

/// Who is asking, as ledgers keep it.
pub(super) fn author() -> String {
    guard::account().unwrap_or_default()
}

impl From<Account> for pb::Account {
    fn from(it: Account) -> Self {
        Self {
            name: format!("districts/{}/accounts/{}", it.district, it.id),
            account: it.account,
            is_barred: it.is_barred,
            valid_after: Some(clock::to_proto(it.valid_after)),
            reason: it.reason,
            author: it.author,
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }
}
