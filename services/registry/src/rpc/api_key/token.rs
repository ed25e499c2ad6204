//! Tokens for those who have a key.

use jiff::tz::TimeZone;
use kit::field::Fields;
use kit::identity::Grant;
use kit::name::is_id;
use kit::{Error, clock, guard};
use proto::access::v1 as pb;
use proto::access::v1::token_service_server::TokenService;
use tonic::{Request, Response, Status};

use crate::api_key;
use crate::rpc::Access;
use crate::store;

#[tonic::async_trait]
impl TokenService for Access {
    async fn issue_token(
        &self,
        request: Request<pb::IssueTokenRequest>,
    ) -> Result<Response<pb::IssueTokenResponse>, Status> {
        guard::no_district();
        let request = request.into_inner();
        let mut fields = Fields::default();
        let secret = fields.text("secret", &request.secret, 1..=200);
        fields.check()?;
        let district = api_key::district_of(&secret).filter(|it| is_id(it)).ok_or_else(refused)?;
        let issuer = self.issuer.as_ref().ok_or_else(|| {
            Error::internal("tokens are signed by the deployment's key, and there is none")
        })?;
        let digests = self.keys.blinds(district, api_key::FIELD, &secret)?;
        let db = self.db.within(district);
        let mut tx = db.begin_read().await?;
        let now = tx.now();
        let found = store::api_key::by_secret(&mut tx, district, &digests).await?;
        let key = found.filter(|(key, number)| key.takes(*number, now)).map(|(key, _)| key);
        let key = key.ok_or_else(refused)?;
        drop(tx);
        let today = now.to_zoned(TimeZone::UTC).date();
        if key.last_use < Some(today) {
            let mut tx = db.begin_small_write().await?;
            store::api_key::used(&mut tx, &key, today).await?;
            tx.commit().await?;
        }
        let grants: Vec<Grant> = key.grants.iter().filter_map(|it| it.parse().ok()).collect();
        let (token, end) = issuer.key(&key.name(), &grants, (now, key.expire_time))?;
        let expire_time = Some(clock::to_proto(end));
        Ok(Response::new(pb::IssueTokenResponse { token, expire_time }))
    }
}

/// The refusal, the same whatever is wrong with the secret.
fn refused() -> Error {
    Error::Unauthenticated {
        reason: "API_KEY_REFUSED",
        message: "the secret opens no key: it is unknown, replaced, expired or disabled".to_owned(),
    }
}
