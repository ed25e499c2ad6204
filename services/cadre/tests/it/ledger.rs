//! The ledgers take rows and never let go of one, on either database.

use kit::testing::Bed;

use crate::stage;

kit::both! {
    // A3, issue 4 (G11): whatever an administrator does to a ledger is found, and nothing else.
    async fn whatever_is_done_to_a_ledger_is_found(bed: &Bed) {
        let (served, persons) = stage::set(bed).await;
        stage::placed(bed, &served, &persons[..2]).await;
        served.stop().await;
        let db = bed.db("cadre", &cadre::MIGRATIONS).await;
        kit::testing::tamper(bed, &cadre::SERVICE, &db).await;
    }
}
