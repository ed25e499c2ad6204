//! Definitions that are told in batches: the way from a request to what it comes to, whatever is
//! defined. How rows are read and written, the service says.

use proto::batch::BatchUpdate;

use crate::Result;
use crate::db::{Db, Tx};
use crate::field::Fields;
use crate::name::Pattern;
use crate::request_id::Once;

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New ones.
    pub created: usize,
    /// Changed ones.
    pub updated: usize,
    /// Equal already.
    pub unchanged: usize,
}

/// A service that keeps what requests of a kind define.
pub trait Define<U: BatchUpdate>: Sync {
    /// The rows of a request.
    type Rows: Send;

    /// Reads the rows.
    fn read(&self, fields: &mut Fields, request: &U, district: &str) -> Self::Rows;

    /// Asks other services about the rows, before any transaction.
    fn ask(&self, district: &str, rows: &mut Self::Rows)
    -> impl Future<Output = Result<()>> + Send;

    /// Stores the rows and tells of them.
    fn write(
        &self,
        tx: &mut Tx,
        district: &str,
        rows: Self::Rows,
        reason: &str,
    ) -> impl Future<Output = Result<Counts>> + Send;
}

/// Makes definitions equal to the rows of a request, once; `district` names its parent.
pub async fn update<U: BatchUpdate, D: Define<U>>(
    service: &D,
    db: &Db,
    district: &'static Pattern,
    request: &U,
) -> Result<U::Reply> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", district, request.parent());
    let district = parent.id("district");
    let reason = fields.text("reason", request.reason(), 0..=500);
    let mut rows = service.read(&mut fields, request, district);
    fields.check()?;
    let once = Once::new(district, U::METHOD, request.request_id(), request)?;
    service.ask(district, &mut rows).await?;

    let mut tx = db.begin_write().await?;
    if let Some(reply) = once.replay(&mut tx).await? {
        return Ok(reply);
    }
    let counts = service.write(&mut tx, district, rows, &reason).await?;
    let [created, updated, unchanged] =
        [counts.created, counts.updated, counts.unchanged].map(|it| it as i32);
    let reply = U::reply(created, updated, unchanged);
    // What was tried is undone with its transaction.
    if !request.validate_only() {
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
    }
    Ok(reply)
}
