//! Qingxin (清新区).

use kit::testing::Bed;

use super::play;

kit::both! {
    // Q1, Q2, Q3, Q4, Q5, Q6
    async fn qingxins_list_plates_and_orders_are_carried_out(bed: &Bed) {
        let it = play(bed, "qingxin", 2).await;
        // Q1: 30 tasks in three classes. Q2: ten plates. Q3: an accepted order for each task.
        it.shows(&["任务榜，共30项", "重要改革     6", "攻城拔寨    14", "底线必保    10", "亮点牌，共10块", "责任令，共30份"]);
        // Q5: five milestones for each of 40 projects.
        it.shows(&["挂图作战（12月10日），共200个节点"]);
        // Q6: the composite index of each month, by class.
        it.shows(&[
            "三色榜 2022-12  重要改革  6个",
            "三色榜 2022-12  攻城拔寨  14个",
            "三色榜 2022-12  底线必保  10个",
            "三色榜 2022-12  十大亮点品牌  10个",
            "三色榜 2022-12  镇  8个",
            "三色榜 2022-12  区直部门  19个",
        ]);
        it.served.stop().await;
    }
}
