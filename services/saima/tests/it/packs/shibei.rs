//! Shibei (市北区).

use kit::testing::Bed;

use super::play;

kit::both! {
    // S1, S2, S3, S4, S5, S7
    async fn shibeis_heads_keep_their_commitments(bed: &Bed) {
        let it = play(bed, "shibei", 2).await;
        // S1: 98 heads, 294 commitments.
        it.shows(&["公开亮目标的党政正职，共98名", "履职践诺目标，共294项"]);
        // S3: scored each quarter, with a verdict at the end of the year.
        it.shows(&["2023Q1 季度打分  应评392项  缺0", "2023Q4 季度打分  应评392项  缺0"]);
        // S7: verdicts, the first ten, and (S5) the veto.
        it.shows(&["年底评定，共98名", "担当作为好干部，共10名", "一票否决，共1名"]);
        it.shows(&["2023  区管党政正职  98个"]);
        it.served.stop().await;
    }
}
