//! The same call made twice has one effect: the reply is stored with the effect,
//! under the caller's request_id and the digest of the request.
//!
//! ```ignore
//! let once = Once::new(district, "CreateUnit", &request.request_id, &request)?;
//! let mut tx = self.db.begin_write().await?;
//! if let Some(reply) = once.replay(&mut tx).await? {
//!     return Ok(Response::new(reply));
//! }
//! // … the effect …
//! once.store(&mut tx, &reply).await?;
//! tx.commit().await?;
//! ```

use prost::Message;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::retention::Old;

/// How long a reply can be had again at least.
pub(crate) const KEPT_DAYS: i32 = 7;

/// One call that must take effect once. Without a request_id it does nothing.
#[derive(Debug)]
pub struct Once {
    district: String,
    method: &'static str,
    request_id: String,
    digest: Vec<u8>,
}

impl Once {
    /// `request` is the whole request message. A request_id that is no UUID is refused with
    /// reason `REQUEST_ID_FORMAT`.
    pub fn new(
        district: &str,
        method: &'static str,
        request_id: &str,
        request: &impl Message,
    ) -> Result<Self> {
        if !request_id.is_empty() && Uuid::try_parse(request_id).is_err() {
            let message = "must be a UUID such as 6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
            return Err(Error::invalid("request_id", "REQUEST_ID_FORMAT", message));
        }
        crate::guard::requested(request_id);
        Ok(Self {
            district: district.to_owned(),
            method,
            request_id: request_id.to_ascii_lowercase(),
            digest: Sha256::digest(request.encode_to_vec()).to_vec(),
        })
    }

    /// The stored reply, when this call was made before. Otherwise claims the id for this
    /// transaction: the same call on another connection waits here for its end.
    /// Refuses the id with another body as `RequestIdReused`.
    pub async fn replay<Reply: Message + Default>(&self, tx: &mut Tx) -> Result<Option<Reply>> {
        if self.request_id.is_empty() || self.claim(tx).await? {
            return Ok(None);
        }
        let (digest, reply) = crate::fetch_one!(
            tx,
            (Vec<u8>, Option<Vec<u8>>),
            "SELECT digest, reply FROM kit_request
             WHERE district = $1 AND method = $2 AND request_id = $3",
            &self.district,
            self.method,
            &self.request_id
        )?;
        if digest != self.digest {
            return Err(Error::RequestIdReused { request_id: self.request_id.clone() });
        }
        let reply =
            reply.ok_or_else(|| Error::internal("a call was committed without its reply"))?;
        tx.settle_seen().await?;
        Reply::decode(&*reply).map(Some).map_err(Error::internal)
    }

    /// Keeps the reply for the next call under the same id; call it after `replay`, before `commit`.
    pub async fn store(&self, tx: &mut Tx, reply: &impl Message) -> Result<()> {
        if self.request_id.is_empty() {
            return Ok(());
        }
        crate::execute!(
            tx,
            "UPDATE kit_request SET reply = $1
             WHERE district = $2 AND method = $3 AND request_id = $4",
            reply.encode_to_vec(),
            &self.district,
            self.method,
            &self.request_id
        )?;
        Ok(())
    }

    async fn claim(&self, tx: &mut Tx) -> Result<bool> {
        let claimed = crate::execute!(
            tx,
            "INSERT INTO kit_request (district, method, request_id, digest, create_time)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            &self.district,
            self.method,
            &self.request_id,
            &self.digest,
            clock::to_micros(tx.now())
        )?;
        Ok(claimed == 1)
    }
}

/// Forgets replies that are old.
pub async fn forget(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    crate::execute!(
        tx,
        "DELETE FROM kit_request WHERE district = $1 AND (method, request_id) IN (
             SELECT method, request_id FROM kit_request WHERE district = $1 AND create_time < $2
             ORDER BY create_time LIMIT $3)",
        old.district,
        old.before,
        old.most
    )
}
