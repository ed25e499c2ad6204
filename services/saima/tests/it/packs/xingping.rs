//! Xingping (兴平市).

use kit::testing::Bed;

use super::play;

kit::both! {
    // X1, X5, X6, X8, X13
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
        // X13: teams pledge; communities whistle and departments answer.
        it.shows(&["军令状，共11份", "社区，共18个", "吹哨报到", "市住建局        12    12"]);
        // X6: 96 of 145 key projects started, 6.13 billion yuan done; 5 signed, 18 in talks.
        it.shows(&["   145      96      6130000000", "在谈    18", "签约     5", "1238000000"]);
        // X8: weekly dispatch, monthly bulletin, quarterly review.
        it.shows(&["项目建设周调度    12", "2023-03 月通报  应报98项"]);
        it.served.stop().await;
    }
}
