//! Bishan (璧山区).

use kit::testing::Bed;
use proto::scoring::v1::poll_service_client::PollServiceClient;
use proto::scoring::v1::run::State;
use proto::scoring::v1::{
    ListObservationsRequest, ListResultsRequest, ListRunsRequest, ListTalliesRequest, tally,
};

use super::{Played, count, play};

kit::both! {
    // B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11
    async fn bishans_bodies_race_for_two_quarters(bed: &Bed) {
        let it = play(bed, "bishan", 2).await;
        // B2: 13 headquarters and 8 task forces; the second quarter has a track more.
        let headquarters = ["area-development", "key-construction"];
        let first = tracks(&it, "2023Q1").await;
        assert_eq!(headquarters.map(|it| first[it]), [5, 8]);
        assert_eq!((first["industry"], first.len()), (8, 3));
        let second = tracks(&it, "2023Q2").await;
        assert_eq!((second["party-leadership"], second.len()), (15, 4));
        // B3: a task force's seats, lent by four partner units; B5: the task list, agreed by three offices.
        it.shows(&["召集人       1     1", "副召集人     2     2", "全职组员     7     7", "考评任务一览表  已会签施行"]);
        assert_eq!(it.text.matches("柔性参与     0     2  区").count(), 4);
        // B3: a convener, two deputies, seven full-time members and those lent, each with a home unit.
        it.shows(&["指挥部和专班力量，共261人", "智能网联新能源汽车产业专班花名册，共18人", "全职组员     7", "柔性组员     8"]);
        it.shows(&["专班缺员\n  缺员\n     0"]);
        // B4: screened by birth, rank and kind of entry.
        it.shows(&["80后正职人选，共36名", "85后副职人选，共25名"]);
        // B10: three Tigers in the first quarter; a Snail only under the bar, one exempted.
        let awards = |quarter: &str| {
            let from = it.text.find(&format!("{quarter} 猛虎奖、蜗牛奖")).unwrap();
            it.text[from..].lines().skip(2).take_while(|it| it.contains("奖  ")).collect::<Vec<_>>()
        };
        let first = awards("2023Q1");
        let of = |kind: &str| first.iter().filter(|it| it.contains(kind) && it.ends_with("公布")).count();
        assert_eq!((of("猛虎奖"), of("蜗牛奖")), (3, 1));
        assert!(first.iter().any(|it| it.contains("猛虎奖") && it.contains("梦界空间")));
        assert!(first.iter().any(|it| it.contains("文旅产业专班") && it.ends_with("豁免")));
        assert_eq!(awards("2023Q2").iter().filter(|it| it.contains("猛虎奖")).count(), 4);
        // B11: (98.9 + 98.9) ÷ 2 for the quarters, 2 points for each of two Tigers.
        assert!(it.text.contains("成绩榜 2023H1  指挥部  13个"), "{}", it.text);
        assert!(it.text.lines().any(|it| it.contains("梦界空间") && it.contains("102.90")));
        // B1: every month is reported and reconciled, some of it late.
        it.shows(&["2023-03 对账  应报110项  逾期4  缺报0", "2023-06 对账  应报155项"]);
        // B7: named inspectors of each track saw every body each quarter, and followed what they found.
        it.shows(&["2023Q1 一线查核，共21个单位", "2023Q2 一线查核，共21个单位"]);
        it.shows(&["高铁枢纽片区开发指挥部                             1     0     0     0     1       0"]);
        // B7: what they found became figures: one grave finding of the quarter, of this headquarters.
        let grave = drawn(&it, "site-grave", "2023Q1").await;
        assert_eq!(grave.values().filter(|it| *it == "1").count(), 1);
        assert_eq!((grave.len(), grave["hq-station"].as_str()), (21, "1"));
        let commended = drawn(&it, "site-commended", "2023Q1").await;
        assert_eq!(commended.values().filter(|it| *it == "1").count(), 8);
        // B7: who knows the bodies and the leaders in charge said what they think by ballots.
        it.shows(&["2023Q2 评议收票（interviews）", "同事        10    10     0", "分管区领导     5     5     0"]);
        let mut polls = PollServiceClient::new(it.suite.channel());
        for (poll, groups) in [("interviews-2023Q1", vec![10, 10]), ("leader-opinion-2023Q2", vec![5])] {
            let parent = format!("{}/polls/{poll}", it.parent);
            let request = ListTalliesRequest { parent, page_size: 1000, ..Default::default() };
            let tallies = polls.list_tallies(request).await.unwrap().into_inner().tallies;
            assert_eq!(tallies.len(), 21);
            for tally in tallies {
                let marks = |it: &tally::Group| it.marks.iter().map(|it| it.count).sum::<i32>();
                assert_eq!(tally.groups.iter().map(marks).collect::<Vec<_>>(), groups, "{tally:?}");
            }
        }
        // B8: without the late report of an accident progress would not have been discounted.
        it.shows(&["推演：若无迟报事故", "高铁枢纽片区开发指挥部   63.63     74.24       5         5"]);
        it.shows(&["申诉，共1件", "属迟报，维持原结果  不成立"]);
        // B9: what the bodies did up to August.
        it.shows(&["例会研讨、招商考察（截至8月7日），共776次", "指挥部会商研判     384", "专班例会研讨       205", "外出招商考察       141", "帮助企业融资        40"]);
        it.served.stop().await;
    }
}

/// The figures of an indicator that were drawn for a quarter, by unit.
async fn drawn(
    it: &Played,
    indicator: &str,
    quarter: &str,
) -> std::collections::BTreeMap<String, String> {
    let request = ListObservationsRequest {
        parent: it.parent.clone(),
        indicator: format!("{}/indicators/{indicator}", it.parent),
        period: format!("{}/periods/{quarter}", it.parent),
        page_size: 1000,
        ..Default::default()
    };
    let reply = it.suite.observations().list_observations(request).await.unwrap().into_inner();
    let id = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    reply.observations.into_iter().map(|it| (id(&it.unit), it.value.unwrap().value)).collect()
}

/// How many run on each track of the quarter's published run.
async fn tracks(it: &Played, quarter: &str) -> std::collections::BTreeMap<String, usize> {
    let request = ListRunsRequest {
        parent: it.parent.clone(),
        period: format!("{}/periods/{quarter}", it.parent),
        state: State::Published.into(),
        ..Default::default()
    };
    let runs = it.suite.runs().list_runs(request).await.unwrap().into_inner().runs;
    assert_eq!(runs.len(), 1);
    let request =
        ListResultsRequest { parent: runs[0].name.clone(), page_size: 1000, ..Default::default() };
    let results = it.suite.runs().list_results(request).await.unwrap().into_inner().results;
    count(results.into_iter().map(|it| it.track_id))
}
