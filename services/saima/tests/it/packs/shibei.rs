//! Shibei (市北区).

use kit::testing::Bed;
use proto::cadre::v1::commitment::State;
use proto::cadre::v1::commitment_service_client::CommitmentServiceClient;
use proto::cadre::v1::{Commitment, ListCommitmentsRequest};
use proto::scoring::v1::poll_service_client::PollServiceClient;
use proto::scoring::v1::run;
use proto::scoring::v1::{
    ExplainScoreRequest, ExplainScoreResponse, Explanation, ListRunsRequest, ListTalliesRequest,
    Tally,
};
use saima::client::Line;

use super::{Played, count, play};

kit::both! {
    // S1, S2, S3, S4, S5, S7, S8, S10
    async fn shibeis_heads_keep_their_commitments(bed: &Bed) {
        let it = play(bed, "shibei", 2).await;
        // S1: 98 heads, 294 commitments.
        it.shows(&["公开亮目标的党政正职，共98名", "履职践诺目标，共294项"]);
        // S3: scored each quarter, with a verdict at the end of the year.
        it.shows(&["2023Q1 季度打分  应评392项  缺0", "2023Q4 季度打分  应评392项  缺0"]);
        // S3: each quarter has a score of its own, whose mean counts in the year.
        for quarter in ["2023Q1", "2023Q2", "2023Q3", "2023Q4"] {
            it.shows(&[&format!("{quarter} 履职践诺得分，共98名")]);
        }
        let quarters = published(&it, "commitments-2023").await;
        assert_eq!(quarters.len(), 4);
        let mut scores = Vec::new();
        for run in &quarters {
            let explained = explain(&it, run, "posts.head-dept-29").await;
            scores.push(explained.result.unwrap().score.unwrap().value);
        }
        // At 22, 23 and 23 % of the year in March: (25 × 22 + 30 × 23 + 45 × 23) ÷ 25.
        assert_eq!(scores, ["91", "91.4", "92.33", "92.5"]);
        let year = published(&it, "heads-2023").await;
        let explained = explain(&it, &year[0], "posts.head-dept-29").await;
        let quarters = node(&explained.explanation.unwrap(), "quarters").unwrap();
        // A tenth of their mean, 91.8075.
        assert_eq!(quarters.points.unwrap().value, "9.18");
        // S1: made in January, published for everybody; one was sent back and made again.
        it.shows(&["本月应作承诺的，共98名", "公开承诺，共294项"]);
        let made = commitments(&it).await;
        assert_eq!(count(made.iter().map(|it| it.area())).into_values().collect::<Vec<_>>(), [98; 3]);
        assert!(made.iter().all(|it| !it.late && it.state() == State::Announced && it.steps.len() >= 6));
        assert_eq!(made.iter().filter(|it| it.steps.iter().any(|step| step.state() == State::Returned)).count(), 1);
        // S2: each graded by the panel in three aspects, as scoring's marks say.
        assert!(made.iter().all(|it| it.grades.len() == 3));
        // S3: looked into each quarter, and kept, kept in part or not kept.
        assert!(made.iter().all(|it| it.progress.len() == 4));
        it.shows(&["承诺兑现，共294项", "兑现       269", "基本兑现    19", "未兑现       6"]);
        // S7: verdicts, the first ten, and (S5) the veto.
        it.shows(&["年底评定，共98名", "担当作为好干部，共9名", "一票否决，共2名"]);
        // S5: the ninth by points is vetoed: passed over for the title, whose place stays empty.
        let passed = it.table("成绩在前10名而不授予的，共1名");
        assert!(passed[0].starts_with("9  登云街道党工委书记  96.13  一票否决  政治素质一票否决"), "{passed:?}");
        let titled = it.table("担当作为好干部，共9名");
        assert!(titled.len() == 9 && titled.iter().all(|it| !it.contains("登云街道")), "{titled:?}");
        assert!(titled[8].starts_with("10  延安道街道党工委书记"), "{titled:?}");
        it.shows(&["登云街道党工委书记          96.13  较差  政治素质一票否决"]);
        it.shows(&["2023  区管党政正职  98个"]);
        // S7: what the verdicts lead to: proposed by rules, decided by people.
        it.shows(&["top-ten 提出9名", "good 提出87名", "good-thrice 提出0名", "fair 提出8名", "poor 提出3名"]);
        it.shows(&["结果运用，共107件", "担当作为好干部  已决定         9", "诫勉谈话        已决定         8", "通报批评        调整后决定     3"]);
        // S7, S8: who was admonished is not promoted for a year.
        it.shows(&["诫勉谈话  不得提拔  2025-01-31"]);
        // S8: who is to be moved is held to the rules of appointment, each failure with its fact.
        it.shows(&["拟交流到部门任职时核查，不符合2项", "14个月"]);
        // S4: rated from three sides by ballots; two that broke the form's quota are void.
        it.shows(&[
            "多维测评收票",
            "区领导          12    12     0     0",
            "党政正职互评    98    98     0     0",
            "干部群众代表    62    60     2     2",
        ]);
        // S10: three surveys; one deduction waived, one found groundless, and the result computed anew.
        it.shows(&["三项调研，共16人次", "重点领域专项调研组            突出表现     3"]);
        it.shows(&["区财政局主要负责人          统筹推进不力                容错免除", "洛阳道街道党工委书记        未按规定请示报告            澄清不计"]);
        it.shows(&["重新计算后有变化的，共", "区财政局主要负责人 "]);
        let changed = it.text.lines().find(|it| it.contains("区财政局主要负责人") && it.contains("91.68"));
        assert!(changed.is_some_and(|it| it.contains("92.68")), "{}", it.text);
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

/// What was promised.
async fn commitments(it: &Played) -> Vec<Commitment> {
    let request =
        ListCommitmentsRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
    let mut client = CommitmentServiceClient::new(it.suite.channel());
    client.list_commitments(request).await.unwrap().into_inner().commitments
}

/// The published runs of a scheme, by period.
async fn published(it: &Played, scheme: &str) -> Vec<String> {
    let request = ListRunsRequest {
        parent: it.parent.clone(),
        state: run::State::Published.into(),
        page_size: 1000,
        ..Default::default()
    };
    let mut runs = it.suite.runs().list_runs(request).await.unwrap().into_inner().runs;
    runs.retain(|it| it.scheme.ends_with(&format!("/{scheme}")));
    runs.sort_by(|one, other| one.period.cmp(&other.period));
    runs.into_iter().map(|it| it.name).collect()
}

async fn explain(it: &Played, run: &str, subject: &str) -> ExplainScoreResponse {
    let request = ExplainScoreRequest { name: format!("{run}/results/{subject}") };
    it.suite.runs().explain_score(request).await.unwrap().into_inner()
}

/// The node of that id, wherever it stands.
fn node(tree: &Explanation, id: &str) -> Option<Explanation> {
    if tree.node_id == id {
        return Some(tree.clone());
    }
    tree.children.iter().find_map(|it| node(it, id))
}
