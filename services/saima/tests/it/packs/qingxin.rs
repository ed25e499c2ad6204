//! Qingxin (清新区).

use kit::testing::Bed;

use super::play;

kit::both! {
    // Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8
    async fn qingxins_list_plates_and_orders_are_carried_out(bed: &Bed) {
        let it = play(bed, "qingxin", 2).await;
        // Q1: 30 tasks in three classes. Q2: ten plates. Q3: an accepted order for each task.
        it.shows(&["任务榜，共30项", "重要改革     6", "攻城拔寨    14", "底线必保    10", "亮点牌，共10块", "责任令，共30份"]);
        // Q4: three phases with their dates.
        it.shows(&["动员部署阶段  2022-08-25  2022-09-05", "总结提升阶段  2022-12-21  2022-12-31"]);
        // Q7: a provisional deduction is lifted in time, or becomes final.
        it.shows(&["预扣分，共4笔", "2022-11-30  已返还", "2022-12-20  转为正式扣分"]);
        // Q5: five milestones for each of 40 projects.
        it.shows(&["挂图作战（12月10日），共200个节点"]);
        // Q6: red flags and yellow cards each month, for projects and for units.
        for month in ["2022-09", "2022-10", "2022-11", "2022-12"] {
            it.shows(&[&format!("{month} 红旗，共"), &format!("{month} 黄牌，共")]);
        }
        it.shows(&["红旗项目  ", "红旗单位  ", "黄牌项目  ", "黄牌警示  "]);
        // Q8: project leaders come each week and decide on the spot.
        it.shows(&["项目长走访、现场会商", "区领导（项目长12）"]);
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
