//! Shibei (市北区).

use kit::testing::Bed;
use proto::scoring::v1::poll_service_client::PollServiceClient;
use proto::scoring::v1::{ListTalliesRequest, Tally};
use saima::client::Line;

use super::play;

kit::both! {
    // S1, S2, S3, S4, S5, S7, S10
    async fn shibeis_heads_keep_their_commitments(bed: &Bed) {
        let it = play(bed, "shibei", 2).await;
        // S1: 98 heads, 294 commitments.
        it.shows(&["公开亮目标的党政正职，共98名", "履职践诺目标，共294项"]);
        // S3: scored each quarter, with a verdict at the end of the year.
        it.shows(&["2023Q1 季度打分  应评392项  缺0", "2023Q4 季度打分  应评392项  缺0"]);
        // S7: verdicts, the first ten, and (S5) the veto.
        it.shows(&["年底评定，共98名", "担当作为好干部，共10名", "一票否决，共1名"]);
        it.shows(&["2023  区管党政正职  98个"]);
        // S4: rated from three sides by ballots; two that broke the form's quota are void.
        it.shows(&[
            "多维测评收票",
            "区领导          12    12     0     0",
            "党政正职互评    98    98     0     0",
            "干部群众代表    62    60     2     2",
        ]);
        // S10: three surveys; one deduction waived, one found groundless, and the result computed anew.
        it.shows(&["三项调研，共16人次", "重点领域专项调研组            突出表现     3"]);
        it.shows(&["区财政局主要负责人          统筹推进不力      容错免除", "洛阳道街道党工委书记        未按规定请示报告  澄清不计"]);
        it.shows(&["重新计算后有变化的，共", "区财政局主要负责人 "]);
        let changed = it.text.lines().find(|it| it.contains("区财政局主要负责人") && it.contains("92.71"));
        assert!(changed.is_some_and(|it| it.contains("91.71")), "{}", it.text);
        let polls = PollServiceClient::new(it.suite.channel());
        let name = format!("{}/polls/rating-2023", it.parent);
        let tallies = tallies(polls, &name).await;
        assert_eq!(tallies.len(), 98);
        // 12 leaders, 97 other heads and 58 valid ballots of staff on each.
        let sums = |at: usize| {
            let marks = |it: &Tally| it.groups[at].marks.iter().map(|it| it.count).sum::<i32>();
            tallies.iter().map(marks).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!([0, 1, 2].map(sums), [[12].into(), [97].into(), [58].into()]);
        it.served.stop().await;
    }
}

/// What was counted for each head.
async fn tallies(mut polls: PollServiceClient<Line>, name: &str) -> Vec<Tally> {
    let request =
        ListTalliesRequest { parent: name.to_owned(), page_size: 1000, ..Default::default() };
    polls.list_tallies(request).await.unwrap().into_inner().tallies
}
