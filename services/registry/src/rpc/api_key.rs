//! API keys. Nothing of them goes into the feed.

mod token;

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date, etag};
use proto::access::v1 as pb;
use proto::access::v1::api_key_service_server::ApiKeyService;
use tonic::{Request, Response, Status};

use super::Access;
use super::account::author;
use crate::account::Account;
use crate::api_key::{self, ApiKey};
use crate::{district, store};

#[tonic::async_trait]
impl ApiKeyService for Access {
    async fn create_api_key(
        &self,
        request: Request<pb::CreateApiKeyRequest>,
    ) -> Result<Response<pb::ApiKey>, Status> {
        let request = request.into_inner();
        let given = field::required("api_key", request.api_key.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("api_key_id", &request.api_key_id);
        let display_name = fields.text("api_key.display_name", &given.display_name, 1..=200);
        let grants = api_key::grants(&mut fields, &given.grants, district);
        let expire_time = fields.time("api_key.expire_time", &given.expire_time);
        fields.check()?;
        let once = Once::new(district, "CreateApiKey", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let now = tx.now();
        api_key::check_expiry("api_key.expire_time", expire_time, now)?;
        if store::api_key::find(&mut tx, district, &id).await?.is_some() {
            let name = api_key::NAME.format(&[district, &id]);
            return Err(Error::already_exists("api key", name).into());
        }
        let key = ApiKey {
            district: district.to_owned(),
            id,
            display_name,
            grants,
            expire_time,
            secret: 1,
            overlap_end: now,
            is_disabled: false,
            author: author(),
            update_time: now,
            revision: 1,
            last_use: None,
        };
        store::api_key::insert(&mut tx, &key).await?;
        let secret = self.draw(&mut tx, &key).await?;
        let reply = pb::ApiKey::from(key);
        // What is stored for a repetition holds no secret.
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(pb::ApiKey { secret, ..reply }))
    }

    async fn rotate_api_key(
        &self,
        request: Request<pb::RotateApiKeyRequest>,
    ) -> Result<Response<pb::ApiKey>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &api_key::NAME, &request.name);
        let expire_time = fields.optional_time("expire_time", &request.expire_time);
        fields.check()?;
        let overlap = api_key::overlap(request.overlap.as_ref().map(|it| it.seconds))?;
        let once = Once::new(name.id("district"), "RotateApiKey", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let mut key = locked(&mut tx, &name, &request.etag).await?;
        let now = tx.now();
        if let Some(at) = expire_time {
            api_key::check_expiry("expire_time", at, now)?;
        }
        key.rotate(overlap, expire_time, now)?;
        key.stepped(author(), now);
        store::api_key::insert(&mut tx, &key).await?;
        let secret = self.draw(&mut tx, &key).await?;
        let reply = pb::ApiKey::from(key);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(pb::ApiKey { secret, ..reply }))
    }

    async fn disable_api_key(
        &self,
        request: Request<pb::DisableApiKeyRequest>,
    ) -> Result<Response<pb::ApiKey>, Status> {
        let request = request.into_inner();
        let name = api_key::NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "DisableApiKey", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let mut key = locked(&mut tx, &name, &request.etag).await?;
        let now = tx.now();
        key.disable()?;
        key.stepped(author(), now);
        store::api_key::insert(&mut tx, &key).await?;
        // Tokens that are out already end with it.
        let account = key.name();
        let id = crate::account::id_of(&account);
        let before = store::account::find(&mut tx, district, &id).await?;
        let why = (format!("{account} was disabled"), author());
        let barred = Account::revoked(district, &account, before.as_ref(), (now, true), why, now);
        store::account::insert(&mut tx, &barred).await?;
        let reply = pb::ApiKey::from(key);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.revocations.changed();
        Ok(Response::new(reply))
    }

    async fn get_api_key(
        &self,
        request: Request<pb::GetApiKeyRequest>,
    ) -> Result<Response<pb::ApiKey>, Status> {
        let name = api_key::NAME.parse("name", &request.into_inner().name)?;
        let mut tx = self.db.begin_read().await?;
        Ok(Response::new(found(&mut tx, &name).await?.into()))
    }

    async fn list_api_keys(
        &self,
        request: Request<pb::ListApiKeysRequest>,
    ) -> Result<Response<pb::ListApiKeysResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut keys = store::api_key::list(&mut tx, parent.id("district"), &page).await?;
        let next_page_token = page.cut(&mut keys, |key| key.id.clone());
        let api_keys = keys.into_iter().map(pb::ApiKey::from).collect();
        Ok(Response::new(pb::ListApiKeysResponse { api_keys, next_page_token }))
    }
}

impl Access {
    /// Draws a key's newest secret and keeps its hash.
    async fn draw(&self, tx: &mut Tx, key: &ApiKey) -> kit::Result<String> {
        let secret = api_key::draw(&key.district);
        let digest = self.keys.blind(&key.district, api_key::FIELD, &secret)?;
        store::api_key::insert_secret(tx, key, &digest).await?;
        Ok(secret)
    }
}

async fn found(tx: &mut Tx, name: &Name) -> kit::Result<ApiKey> {
    let found = store::api_key::find(tx, name.id("district"), name.id("api_key")).await?;
    found.ok_or_else(|| name.not_found())
}

/// The key as its etag says, with its district held.
async fn locked(tx: &mut Tx, name: &Name, given: &str) -> kit::Result<ApiKey> {
    store::district::hold(tx, name.id("district")).await?;
    let key = found(tx, name).await?;
    etag::check(given, key.revision, name.as_str())?;
    Ok(key)
}

impl From<ApiKey> for pb::ApiKey {
    fn from(it: ApiKey) -> Self {
        let overlaps = it.secret > 1 && !it.is_disabled;
        Self {
            name: it.name(),
            display_name: it.display_name,
            grants: it.grants,
            expire_time: Some(clock::to_proto(it.expire_time)),
            secret: String::new(),
            overlap_end_time: overlaps.then(|| clock::to_proto(it.overlap_end)),
            disable_time: it.is_disabled.then(|| clock::to_proto(it.update_time)),
            last_use_date: it.last_use.map(date::to_proto),
            author: it.author,
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }
}
