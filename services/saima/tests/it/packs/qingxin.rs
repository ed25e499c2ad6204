//! Qingxin (清新区).

use kit::testing::Bed;
use proto::scoring::v1::ListObservationsRequest;

use super::play;

/// How many there are of a card, and some of those who have it.
type Cards = (usize, &'static [&'static str]);

/// Red flags and yellow cards of each month.
const CARDS: [(&str, Cards, Cards); 4] = [
    (
        "2022-09",
        (11, &["红旗项目  现代物流园建设", "红旗单位  平岗镇", "红旗单位  区委政法委"]),
        (4, &["黄牌项目  农民持续增收体制机制改革", "黄牌项目  防洪排涝工程"]),
    ),
    (
        "2022-10",
        (10, &["红旗项目  光伏产业集聚", "红旗单位  竹溪镇", "红旗单位  区市场监督管理局"]),
        (6, &["黄牌项目  数字经济培育", "黄牌警示  龙塘镇", "黄牌警示  区水利局"]),
    ),
    (
        "2022-11",
        (10, &["红旗项目  龙头企业落户", "红旗单位  竹溪镇", "红旗单位  区自然资源分局"]),
        (6, &["黄牌项目  专精特新培育", "黄牌警示  龙塘镇", "黄牌警示  区文化广电旅游体育局"]),
    ),
    (
        "2022-12",
        (10, &["红旗项目  营商环境提升", "红旗单位  平岗镇", "红旗单位  区市场监督管理局"]),
        (2, &["黄牌项目  农民持续增收体制机制改革", "黄牌项目  防洪排涝工程"]),
    ),
];

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
        for (month, flags, cards) in CARDS {
            let of = |title: &str, count: usize, named: &[&str]| {
                let lines = it.table(&format!("{month} {title}"));
                assert_eq!(lines.len(), count, "{lines:?}");
                for name in named {
                    assert!(lines.contains(name), "{month}: {name} is not in {lines:?}");
                }
            };
            of(&format!("红旗，共{}面", flags.0), flags.0, flags.1);
            of(&format!("黄牌，共{}张", cards.0), cards.0, cards.1);
        }
        // Q7: the month of the lifted deduction is published anew, with its 3 points back.
        let anew = it.table("返还预扣分后，10月结果有变化的，共2个");
        assert!(anew.contains(&"区水利局    72.7    75.7      19      19"), "{anew:?}");
        assert!(anew.contains(&"龙塘镇      71.8    71.8       8       8"), "{anew:?}");
        // Q5: scored by the days its milestones are late; Q8: by visits counted from the register.
        let request = ListObservationsRequest {
            parent: it.parent.clone(),
            indicator: format!("{}/indicators/visits", it.parent),
            page_size: 1000,
            ..Default::default()
        };
        let reply = it.suite.observations().list_observations(request).await.unwrap().into_inner();
        let visits: Vec<_> = reply.observations.iter().map(|it| it.value.clone().unwrap()).collect();
        assert_eq!(visits.len(), 160);
        assert_eq!(visits.iter().map(|it| it.value.parse::<u32>().unwrap()).sum::<u32>(), 593);
        assert!(reply.observations.iter().all(|it| it.note.contains("走访台账")), "drawn, not typed");
        // Q5: of one due in November and reached 24 days late half counts in December.
        it.shows(&["节点完成      3.33   20  milestones", "p1 = 1, late1 = 24, p2 = 1, p3 = 1"]);
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
