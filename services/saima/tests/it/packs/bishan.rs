//! Bishan (璧山区).

use kit::testing::Bed;
use proto::scoring::v1::run::State;
use proto::scoring::v1::{ListResultsRequest, ListRunsRequest};

use super::{Played, count, play};

kit::both! {
    // B1, B2, B5, B6, B7, B9
    async fn bishans_bodies_race_for_two_quarters(bed: &Bed) {
        let it = play(bed, "bishan", 2).await;
        // B2: 13 headquarters and 8 task forces; the second quarter has a track more.
        let headquarters = ["area-development", "key-construction"];
        let first = tracks(&it, "2023Q1").await;
        assert_eq!(headquarters.map(|it| first[it]), [5, 8]);
        assert_eq!((first["industry"], first.len()), (8, 3));
        let second = tracks(&it, "2023Q2").await;
        assert_eq!((second["party-leadership"], second.len()), (15, 4));
        // B1: every month is reported and reconciled, some of it late.
        it.shows(&["2023-03 对账  应报110项  逾期4  缺报0", "2023-06 对账  应报155项"]);
        // B9: what the bodies did up to August.
        it.shows(&["例会研讨、招商考察（截至8月7日），共776次", "指挥部会商研判     384", "专班例会研讨       205", "外出招商考察       141", "帮助企业融资        40"]);
        it.served.stop().await;
    }
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
