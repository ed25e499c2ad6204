//! Xingping (兴平市).

use kit::testing::Bed;
use proto::cadre::v1::ListPlacementsRequest;
use proto::cadre::v1::placement_service_client::PlacementServiceClient;
use proto::scoring::v1::objection_service_client::ObjectionServiceClient;
use proto::scoring::v1::{ListObjectionsRequest, VerifyRunRequest};

use super::play;

kit::both! {
    // X1, X2, X3, X4, X5, X6, X7, X8, X13
    async fn xingpings_front_lines_are_manned_and_reviewed(bed: &Bed) {
        let it = play(bed, "xingping", 1).await;
        // X1: the bodies of three fronts, each on a track of its own.
        it.shows(&[
            "三色榜 2023Q1  重大项目工作专班  15个",
            "成绩榜 2023Q1  招商小分队  11个",
            "三色榜 2023Q1  产业重点村工作专班  3个",
        ]);
        // X5: 15 stations of the city and 47 of towns, 124 stewards.
        it.shows(&["项目工作站，共62个", "市派管理                15", "镇办（部门）派驻管家    47"]);
        it.shows(&["项目建设  项目管家   124"]);
        // X3: 132 nominees of three kinds, five pools of specialists, fit shown, 101 placed.
        it.shows(&["推荐人选，共132名", "个人自荐    38", "单位推荐    57", "组织选派    37"]);
        it.shows(&["专业干部信息库，共132人", "人岗相适：10项重点工作督导组，比选132名", "   132   101    31"]);
        // X2: 33 training posts: 7 to each supervision group, 30 to project offices, 33 to teams, 13 to villages, 3 to an office.
        it.shows(&["锻炼岗位，共33个", "supervision-projects      7     7", "supervision-works         7     7", "rural-office              3     3"]);
        let placed = |post: &str| {
            let lines = it.text.lines().map(str::trim).filter(|it| it.starts_with(post));
            lines.filter_map(|it| it.rsplit(' ').next()?.parse::<usize>().ok()).sum::<usize>()
        };
        assert_eq!(["project-office-", "recruiter-", "village-member-"].map(placed), [30, 33, 13]);
        // X4: five branches, 26 groups, a mentor for each.
        let groups = it.text.lines().filter(|it| it.contains("临时党小组 ") || it.contains("临时党小组一") || it.contains("临时党小组二"));
        assert_eq!(groups.count(), 26);
        assert_eq!(it.text.lines().filter(|it| it.contains("功能型党支部 ")).count(), 5);
        let request = ListPlacementsRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
        let mut placements = PlacementServiceClient::new(it.suite.channel());
        let placements = placements.list_placements(request).await.unwrap().into_inner().placements;
        assert!(placements.len() == 101 && placements.iter().all(|it| !it.mentor.is_empty()));
        // X7: weekly reports and daily check-ins, late and missing ones flagged.
        // X7: five days a week, four where one is a public holiday.
        it.shows(&["清明当周应签到，共101人", "     4   101"]);
        it.shows(&["周报，共101人", "     3     3                            75", "签到，共101人", "     5     5    82"]);
        // X13: teams pledge; communities whistle and departments answer.
        it.shows(&["军令状，共11份", "社区，共18个", "吹哨报到", "市住建局        12    12"]);
        // X6: 96 of 145 key projects started, 6.13 billion yuan done; 5 signed, 18 in talks.
        it.shows(&["   145      96      6130000000", "在谈    18", "签约     5", "1238000000"]);
        // X8: weekly dispatch, monthly bulletin, quarterly review.
        it.shows(&["项目建设周调度    12", "2023-03 月通报  应报98项"]);
        it.served.stop().await;
    }

    // X4, X6, X8, X9, X12, Q5, H7, A3
    async fn xingpings_projects_are_ranked_and_observed_at_half_year(bed: &Bed) {
        let it = play(bed, "xingping", 2).await;
        // X6, Q5: 15 major and 145 key projects ranked by money spent and milestones reached.
        it.shows(&[
            "二季度重大项目排名，共15个",
            "     1  航空零部件产业园项目     106",
            "    15  绿色食品加工园项目      62.6",
            "二季度重点项目排名，共145个",
            "挂图作战（6月30日），共335个节点",
        ]);
        // X4: three months on petitions work end by themselves, and both sides appraise.
        it.shows(&["期满待考核，共8人", "信访维稳轮训  已期满  2023-05-15     8", "  已期满  良好          良好             8"]);
        // H7: of 15 findings on site five demanded correction, and all five were closed.
        it.shows(&["现场督查发现，共15项", "亮点  记录在案     4", "较重  整改销号     5"]);
        // X8: 25 weekly dispatches, and a half-year observation made of quarters and ballots.
        it.shows(&["项目建设周调度    25", "成绩榜 2023H1  重大项目工作专班  15个"]);
        it.shows(&["     1  职业教育实训基地项目推进服务专班  92.08"]);
        // X9: lists from instructions, meetings and bulletins, beside the result: none moves it.
        it.shows(&["平时绩效清单，共10条", "正面：批示肯定  领导批示  兴督批〔2023〕12号"]);
        it.shows(&["     1  三航产业招商小分队          95.98"]);
        // X12: nine entries of persons call for praise, criticism, a talk and removal, each with its facts.
        it.shows(&["奖惩，共7件", "通报表扬  已决定     1", "通报批评  已决定     3", "诫勉谈话  已决定     2", "召回调整  已决定     1"]);
        it.shows(&["2023-06-20负面清单：包抓项目问题隐瞒不报（督查通报2023年第8期）"]);
        // A3: of two objections one was upheld; after the correction three places move.
        it.shows(&[
            "异议，共2件",
            "维持原结果      不成立",
            "重新计算后有变化的单位，共3个",
            "绿色食品加工园项目推进服务专班     80.61   85.23      15      13",
        ]);
        let mut objections = ObjectionServiceClient::new(it.suite.channel());
        let request = ListObjectionsRequest { parent: it.parent.clone(), ..Default::default() };
        let filed = objections.list_objections(request).await.unwrap().into_inner().objections;
        let settled = filed.iter().find(|it| !it.settling_run.is_empty()).unwrap();
        let request = VerifyRunRequest { name: settled.settling_run.clone() };
        let verified = it.suite.runs().verify_run(request).await.unwrap().into_inner();
        assert!(verified.repeated);
        it.served.stop().await;
    }
}
