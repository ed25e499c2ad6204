//! Sheets, made anew from the ledgers.

use kit::db::Db;
use kit::name::Name;
use kit::request_id::Once;
use proto::scoring::v1 as pb;
use proto::scoring::v1::sheet_service_server::SheetService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::assignment::DISTRICT;
use crate::store;

const REBUILT: &str = "saima.scoring.v1.SheetsRebuilt";

#[tonic::async_trait]
impl SheetService for Rpc {
    async fn rebuild_sheets(
        &self,
        request: Request<pb::RebuildSheetsRequest>,
    ) -> Result<Response<pb::RebuildSheetsResponse>, Status> {
        let request = request.into_inner();
        let parent: Name = DISTRICT.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let once = Once::new(district, "RebuildSheets", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let rebuilt = store::sheet::rebuild(&mut tx, district).await?;
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let reply = pb::RebuildSheetsResponse {
            sheet_count: count(rebuilt.sheets),
            changed_count: count(rebuilt.changed),
        };
        change::append(&mut tx, district, REBUILT, &format!("districts/{district}/sheets"), None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Makes the sheets that a release before had in another form, or in none, a district at a time.
pub(crate) async fn catch_up(db: &Db) -> kit::Result<()> {
    let outdated = store::sheet::outdated(&mut db.across("sheets").begin_read().await?).await?;
    for district in outdated {
        let mut tx = db.within(&district).begin_write().await?;
        store::head::lock(&mut tx, &district).await?;
        store::sheet::rebuild(&mut tx, &district).await?;
        tx.commit().await?;
    }
    Ok(())
}
