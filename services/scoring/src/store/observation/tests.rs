#![allow(clippy::unwrap_used)]

use kit::db::Tx;
use kit::testing::{Bed, Engine};

use super::select;
use crate::SERVICE;

/// The steps that SQLite takes for a statement.
macro_rules! steps {
    ($tx:expr, $after:expr $(, $arg:expr)*) => {
        kit::fetch_all!($tx, (i64, i64, i64, String), concat!("EXPLAIN QUERY PLAN ", select!(), $after) $(, $arg)*)
            .unwrap()
    };
}

kit::both! {
    // No step goes through more of a district than it must.
    async fn an_index_leads_to_every_row(bed: &Bed) {
        if bed.engine() == Engine::Postgres {
            return; // Its planner goes by the size of tables, and these are empty.
        }
        let db = bed.db(SERVICE.name, SERVICE.migrations).await;
        let mut tx: Tx = db.begin_read().await.unwrap();
        let plans = [
            steps!(tx, "WHERE o.district = $1 AND o.sequence = $2", "d", 1_i64),
            steps!(tx, "WHERE o.district = $1 AND o.sequence IN ($2, $3) ORDER BY o.sequence", "d", 1_i64, 2_i64),
            steps!(
                tx,
                "WHERE o.district = $1 AND o.sequence > $2 AND n.sequence IS NULL ORDER BY o.sequence LIMIT $3",
                "d",
                1_i64,
                50_i64
            ),
        ];
        for (.., step) in plans.iter().flatten() {
            let whole = step.contains("SCAN") || step.contains("(district=?)") || step.contains("TEMP B-TREE");
            assert!(!whole, "{step}");
        }
    }
}
