//! What the handlers of definitions have in common: how they are made equal to what an office
//! sends. What stands in one, its own file says.

use kit::Result;
use kit::db::Tx;
use kit::definition::{Counts, Define};
use kit::field::Fields;
use proto::batch::BatchUpdate;
use proto::registry::v1::change::Resource;

use super::{Rpc, known, revision, rows};
use crate::batch::{Batch, Row};
use crate::definition::{self, Contents, Definition};
use crate::{district, store};

/// A definition as it is sent.
pub(crate) trait Told: From<Definition<Self::Contents>> + Send + Sync {
    /// What stands in it.
    type Contents: Contents + Send + Sync;

    /// What the feed calls a new one, and one that was changed.
    const EVENTS: [&'static str; 2];
    /// Assignments show it, so the district's edition moves with it.
    const SHOWN: bool;

    /// Reads what stands in it, below `at`.
    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Self::Contents;

    /// Its place in the feed.
    fn resource(it: Self) -> Resource;

    /// Those of the ids that are there.
    fn present(
        tx: &mut Tx,
        district: &str,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Definition<Self::Contents>>>> + Send;

    /// Stores what a batch wrote.
    fn save(
        tx: &mut Tx,
        batch: &Batch<Definition<Self::Contents>>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Refuses rows that do not fit what else is there.
    fn check(
        tx: &mut Tx,
        district: &str,
        rows: &[Row<Self::Contents>],
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, district, rows);
        std::future::ready(Ok(()))
    }
}

/// Says of a noun whose file has `contents`, CREATED and UPDATED how it is told in batches.
macro_rules! told {
    ($row:ident, $noun:ident, shown: $shown:literal $(, check: $check:path)?) => {
        impl $crate::rpc::definition::Told for pb::$row {
            type Contents = $crate::$noun::Contents;

            const EVENTS: [&'static str; 2] = [CREATED, UPDATED];
            const SHOWN: bool = $shown;

            fn read(
                fields: &mut kit::field::Fields,
                at: &str,
                given: &Self,
                district: &str,
            ) -> Self::Contents {
                contents(fields, at, given, district)
            }

            fn resource(it: Self) -> proto::registry::v1::change::Resource {
                proto::registry::v1::change::Resource::$row(it)
            }

            async fn present(
                tx: &mut kit::db::Tx,
                district: &str,
                ids: &[String],
            ) -> kit::Result<Vec<$crate::definition::Definition<Self::Contents>>> {
                $crate::store::$noun::of(tx, district, ids).await
            }

            async fn save(
                tx: &mut kit::db::Tx,
                batch: &$crate::batch::Batch<$crate::definition::Definition<Self::Contents>>,
            ) -> kit::Result<()> {
                $crate::store::$noun::save(tx, batch.written()).await
            }

            $(async fn check(
                tx: &mut kit::db::Tx,
                district: &str,
                rows: &[$crate::batch::Row<Self::Contents>],
            ) -> kit::Result<()> {
                $check(tx, district, rows).await
            })?
        }
    };
}
pub(super) use told;

impl Rpc {
    /// Makes definitions equal to the rows of a request.
    pub(super) async fn update<U: BatchUpdate>(&self, request: &U) -> Result<U::Reply>
    where
        U::Row: Told,
    {
        kit::definition::update(self, &self.db, &district::NAME, request).await
    }
}

impl<U> Define<U> for Rpc
where
    U: BatchUpdate,
    U::Row: Told,
{
    type Rows = Vec<Row<<U::Row as Told>::Contents>>;

    fn read(&self, fields: &mut Fields, request: &U, district: &str) -> Self::Rows {
        rows(fields, U::LIST, request.rows(), district, U::key, U::Row::read)
    }

    async fn ask(&self, _: &str, _: &mut Self::Rows) -> Result<()> {
        Ok(())
    }

    async fn write(
        &self,
        tx: &mut Tx,
        district: &str,
        rows: Self::Rows,
        reason: &str,
    ) -> Result<Counts> {
        if U::Row::SHOWN {
            store::district::lock(tx, district).await?;
        } else {
            store::district::hold(tx, district).await?;
        }
        U::Row::check(tx, district, &rows).await?;
        let present = U::Row::present(tx, district, &definition::ids(&rows)).await?;
        let known = known(tx, district, &rows).await?;
        let now = tx.now();
        let batch = definition::merge(U::LIST, district, present, rows, known, reason, now)?;
        let counts = Counts {
            created: batch.created.len(),
            updated: batch.updated.len(),
            unchanged: batch.unchanged,
        };
        U::Row::save(tx, &batch).await?;
        let [created, updated] = U::Row::EVENTS;
        let written = batch.told(created, updated);
        revision::append(tx, district, reason, written, U::Row::resource).await?;
        Ok(counts)
    }
}
