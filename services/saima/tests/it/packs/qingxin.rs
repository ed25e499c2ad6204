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

    // Q5, Q9, Q10, A3
    async fn qingxins_year_is_concluded_and_its_lessons_filed(bed: &Bed) {
        let it = play(bed, "qingxin", 3).await;
        // Q9: of eight findings four demanded correction; three are closed, one is still open.
        it.shows(&["督查发现，共8项", "较重  整改销号     2", "严重  整改销号     1", "较重  限期整改     1"]);
        // Q10: first of 85 towns, 21 of 30 items done, grade A, first in the city, each with its document.
        it.shows(&["上级考核结果，共4项"]);
        let has = |parts: &[&str]| {
            let found = it.text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
            assert!(found, "{parts:?} is not in\n{}", it.text);
        };
        has(&["禾田镇", "疫苗首剂接种完成率", " 1    85 "]);
        has(&["区供电局", "“获得电力”", " 1     8    21    30"]);
        has(&["区市场监督管理局", "质量工作考核", "A"]);
        has(&["区委政法委", "平安清远建设考评", " 1     8 "]);
        // A3: a locked value changes once a second person approves, and the run is made anew.
        it.shows(&["封账后更正申请，共2件", "区水利局  漏计碧道验收  验收单齐全         已更正", "事项发生在次年1月  不予更正"]);
        it.shows(&["重新计算后有变化的，共2个", "区水利局      86    88.5      19      17"]);
        // Q10: a change is tried, proposed and written into the next year's draft; another is declined.
        it.shows(&["推演：攻城拔寨节点完成由20分提到30分，有变化的14个", "经验做法，共2条", "采纳    execution-2023"]);
        has(&["task-27", "取消走访次数得分", "不采纳"]);
        it.served.stop().await;
    }
}
