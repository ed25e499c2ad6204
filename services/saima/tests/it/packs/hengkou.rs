//! Hengkou (恒口示范区).

use kit::testing::Bed;
use proto::cadre::v1::ListArchiveEntriesRequest;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;
use proto::notification::v1::{
    Document, DocumentKind, ListBulletinsRequest, ListDocumentsRequest, ListLettersRequest,
    ListRectificationsRequest,
};
use proto::registry::v1::consultation_service_client::ConsultationServiceClient;
use proto::registry::v1::target_service_client::TargetServiceClient;
use proto::registry::v1::{GetConsultationRequest, ListTargetsRequest};
use proto::scoring::v1::poll_service_client::PollServiceClient;
use proto::scoring::v1::{
    ListObservationsRequest, ListTalliesRequest, ListWarningsRequest, ObservationState, Tally,
};

use rust_decimal::Decimal;

use super::{Played, count, play};

/// How often is asked whether all documents are there that follow by themselves.
const TRIES: u32 = 300;

kit::both! {
    // H1, H3, H5, H6, H7, H10
    async fn hengkous_first_quarter_is_reported_scored_and_told(bed: &Bed) {
        let it = play(bed, "hengkou", 1).await;
        // H1: 32 departments and 96 villages in five categories.
        it.shows(&[
            "三色榜 2023Q1  综合管理类部门  16个",
            "三色榜 2023Q1  经济管理类部门  16个",
            "三色榜 2023Q1  聚集发展类村（社区）  28个",
            "三色榜 2023Q1  产业发展类村  40个",
            "三色榜 2023Q1  生态发展类村  28个",
        ]);
        // B1: 32 disputes, 25 of them corrected, none left open.
        it.shows(&[
            "2023-01 对账  应报1664项  逾期82  缺报4  更正12",
            "2023-02 对账  应报1664项  逾期125  缺报8  更正6",
            "2023-03 对账  应报1664项  逾期83  缺报6  更正7",
            "2023Q1 对账  应报944项  逾期12  缺报0  更正0",
            // H3: what ten leaders think of each unit is what their ballots say.
            "2023Q1 领导评议  收票10张  缺0",
        ]);
        let request = ListObservationsRequest {
            parent: it.parent.clone(),
            state: ObservationState::Superseded.into(),
            show_superseded: true,
            page_size: 1000,
            ..Default::default()
        };
        let superseded = it.suite.observations().list_observations(request).await.unwrap();
        assert_eq!(superseded.into_inner().observations.len(), 25);

        // H3: problems open at the month's end are counted from the register of inspections.
        let request = ListObservationsRequest {
            parent: it.parent.clone(),
            indicator: format!("{}/indicators/inspection-problems", it.parent),
            period: format!("{}/periods/2023-03", it.parent),
            page_size: 1000,
            ..Default::default()
        };
        let drawn = it.suite.observations().list_observations(request).await.unwrap().into_inner();
        let drawn = count(drawn.observations.into_iter().map(|it| it.value.unwrap().value));
        assert_eq!(drawn, [("0".to_owned(), 120), ("1".to_owned(), 2), ("2".to_owned(), 6)].into());

        // H5, H7: a letter for each of 25 warnings, a bulletin for each month.
        let request = ListWarningsRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
        let warnings = it.suite.warnings().list_warnings(request).await.unwrap().into_inner().warnings;
        let kinds = count(warnings.iter().map(|it| it.kind().as_str_name()));
        assert_eq!(kinds["WARNING_KIND_BEHIND_SCHEDULE"], 17);
        assert_eq!(kinds["WARNING_KIND_LOW_RANKING"], 8);
        let request = ListLettersRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
        let letters = it.suite.letters().list_letters(request).await.unwrap().into_inner().letters;
        let sources = count(letters.iter().map(|it| it.source.as_str()));
        assert_eq!(sources, count(warnings.iter().map(|it| it.name.as_str())));
        let request = ListBulletinsRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
        let bulletins = it.suite.bulletins().list_bulletins(request).await.unwrap().into_inner();
        assert_eq!(bulletins.bulletins.len(), 3);
        it.shows(&["排名靠后", "未达时序", "得分说明", "已签收"]);

        // H10: the head of each of 128 units has the result on file.
        let parent = format!("{}/persons/-", it.parent);
        let request = ListArchiveEntriesRequest { parent, page_size: 1000, ..Default::default() };
        let entries = it.suite.archives().list_archive_entries(request).await.unwrap().into_inner();
        assert_eq!(entries.archive_entries.len(), 128);
        it.served.stop().await;
    }

    // H2, H3, H4, H5, H7, H8, H9, H11, H12, H13, A3
    async fn hengkous_year_ends_with_special_assessments_outside_the_quota(bed: &Bed) {
        let it = play(bed, "hengkou", 2).await;
        // H4: four quarters, then the year of 128 units.
        it.shows(&["2023Q2 对账", "2023Q3 对账", "2023Q4 对账", "年度考核，共128个"]);
        // H7: 18 problems that two bulletins fed back, each followed from its plan to the review.
        it.shows(&["反馈问题，共9项", "待报方案     9", "问题整改情况，共9项", "复核销号     9"]);
        let request = ListRectificationsRequest { parent: it.parent.clone(), page_size: 1000, ..Default::default() };
        let mut rectifications = RectificationServiceClient::new(it.suite.channel());
        let found = rectifications.list_rectifications(request).await.unwrap().into_inner();
        let problems = found.rectifications.iter().filter(|it| !it.problem.is_empty());
        let states = count(problems.clone().map(|it| it.state().as_str_name()));
        assert_eq!(states, [("STATE_CLOSED", 18)].into());
        let letters = count(problems.map(|it| it.letter.as_str()));
        assert!(letters.len() == 2 && letters.values().all(|count| *count == 9), "{letters:?}");
        // H7: 2 special bulletins, 15 letters; who is late is written to, level by level.
        it.shows(&["专项通报，共2期", "人工印发的公文，共17份", "工作提示函    11", "预警单         4"]);
        assert_eq!(it.table("逾期督办，共114份"), ["督办函   114"]);
        // H2: the city's targets and the district's own rank in the city.
        it.shows(&["市考指标，共3项", "固定资产投资      180000  191500         3    11"]);
        // H2: the city's figure is broken down to 16 departments, and their shares make the whole.
        it.shows(&["市定固定资产投资任务，分解到16个部门"]);
        let request = ListTargetsRequest {
            parent: format!("{}/units/-", it.parent),
            indicator: format!("{}/indicators/fixed-asset-investment", it.parent),
            period: format!("{}/periods/2023Q2", it.parent),
            page_size: 1000,
            ..Default::default()
        };
        let mut targets = TargetServiceClient::new(it.suite.channel());
        let found = targets.list_targets(request).await.unwrap().into_inner().targets;
        let higher: Vec<_> = found.into_iter().filter_map(|it| it.higher).collect();
        assert!(higher.iter().all(|it| it.value.as_ref().unwrap().value == "94000"));
        let shares = higher.iter().map(|it| it.share_percent.clone().unwrap().value);
        let shares = shares.map(|it| it.parse::<Decimal>().unwrap()).sum::<Decimal>();
        assert_eq!((higher.len(), shares), (16, Decimal::ONE_HUNDRED));
        // H5: an inspection bulletin each second month, of what ordinary inspections found.
        let bulletins = documents(&it, DocumentKind::InspectionBulletin, 6).await;
        let november = "关于2023年11—12月督查情况的通报";
        let november = bulletins.iter().find(|it| it.texts[0].subject == november).unwrap();
        assert!(november.texts[0].body.contains("问题2个"), "{november:?}");
        // H12: each department is told its weak points, and from whom to learn.
        let feedback = documents(&it, DocumentKind::ResultFeedback, 32).await;
        let says = |said: &str| feedback.iter().filter(|it| it.texts[0].body.contains(said)).count();
        assert_eq!(says("2023年度考核结果反馈如下"), 32);
        assert!(says("向纪检监察工委学习年终考核") > 0, "{:?}", feedback[0]);
        it.shows(&["向交通运输局反馈的短板，共5项"]);
        it.shows(&["考核结果反馈，共32份"]);
        // H3: the leaders' ballots of each quarter are on record, ten on each unit.
        let mut polls = PollServiceClient::new(it.suite.channel());
        for (quarter, rated) in [("2023Q1", 127), ("2023Q2", 127), ("2023Q3", 128), ("2023Q4", 126)] {
            let parent = format!("{}/polls/leaders-{quarter}", it.parent);
            let request = ListTalliesRequest { parent, page_size: 1000, ..Default::default() };
            let tallies = polls.list_tallies(request).await.unwrap().into_inner().tallies;
            assert_eq!(tallies.len(), rated);
            let ballots = |it: &Tally| it.groups[0].marks.iter().map(|it| it.count).sum::<i32>();
            assert!(tallies.iter().all(|it| ballots(it) == 10));
        }
        // H13: 32 departments are asked, and every comment answered before the rule is in force.
        let name = format!("{}/consultations/annual-result-2023", it.parent);
        let mut consultations = ConsultationServiceClient::new(it.suite.channel());
        let request = GetConsultationRequest { name };
        let asked = consultations.get_consultation(request).await.unwrap().into_inner();
        assert!(asked.binding && asked.close_time.is_some() && asked.units.len() == 32);
        it.shows(&["收到6条，答复6条", "未采纳并说明     1"]);
        // H13: what each subject carries, and what never separates anybody.
        it.shows(&["两个季度都没有拉开差距的指标，共2处", "general-management   公用经费支出"]);
        it.shows(&["考核负担（四季度），共855个对象"]);
        // A3: an upheld objection moves one result; other weights are tried and nothing is stored.
        it.shows(&["二季度重新计算后有变化的，共1个", "卫生健康局   89.59   89.84      12      12"]);
        it.shows(&["推演：重点任务由20分提到26分，有变化的16个"]);
        // H9: the firsts of the special assessments are excellent outright, 2 units, 31 in all.
        it.shows(&["优秀    31", "直接定为优秀，共2个", "自然资源局", "投资公司"]);
        // H11: six task forces are commended, the best three of four in two special assessments.
        let commended = it.table("先进工作专班，共6个");
        assert_eq!(commended.len(), 6);
        assert!(commended.iter().all(|it| !it.contains("四专班")), "{commended:?}");
        // H9: judged and rewarded down to task force and person.
        it.shows(&["成绩榜 2023  重点项目建设：专班  4个", "成绩榜 2023  招商引资：个人  4个"]);
        it.shows(&["专项先进个人，共6名", "统计专员（1）  “五上”企业培育先进个人  90.8"]);
        // H11: heads in office all year, ranked by their four quarters, for higher honours.
        let ranked = it.text.split("推荐上级表彰人选，共").nth(1).unwrap();
        assert!(ranked.lines().nth(2).is_some_and(|it| it.trim_start().starts_with("1 ")), "{ranked}");
        // H8: over 100 of the staff excellent, over 60 poor, by proportion, quarter by quarter.
        assert_eq!(it.text.matches("优秀（绩效工资上浮10%）   105").count(), 4);
        assert_eq!(it.text.matches("较差（绩效工资下浮10%）    63").count(), 4);
        // H8: each decided and on the list for payroll; the bonus by grade, ten points apart.
        for quarter in ["2023Q1", "2023Q2", "2023Q3", "2023Q4"] {
            let list = it.table(&format!("{quarter} 绩效工资调整清单，共168人"));
            assert_eq!(list[..2], ["10   105", "-10    63"]);
        }
        it.shows(&["年终奖兑现清单，共128人", "          120    31", "          110    97"]);
        it.served.stop().await;
    }
}

/// The documents of a kind, once there are so many: they follow what happened.
async fn documents(it: &Played, kind: DocumentKind, wanted: usize) -> Vec<Document> {
    let mut client = DocumentServiceClient::new(it.suite.channel());
    let mut found = Vec::new();
    for _ in 0..TRIES {
        let request = ListDocumentsRequest {
            parent: it.parent.clone(),
            kind: kind.into(),
            page_size: 1000,
            ..Default::default()
        };
        found = client.list_documents(request).await.unwrap().into_inner().documents;
        if found.len() >= wanted {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(found.len(), wanted, "{kind:?}");
    found
}
