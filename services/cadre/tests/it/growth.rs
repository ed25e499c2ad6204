//! Timelines, profiles, appraisal reports, and results that nobody's archive has.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::appraisal_report_service_client::AppraisalReportServiceClient;
use proto::cadre::v1::decide_consequence_request::Decision;
use proto::cadre::v1::growth_service_client::GrowthServiceClient;
use proto::cadre::v1::missing_filing::Cause;
use tonic::Code;

use crate::commitment::published;
use crate::conduct_entry::{conduct, entry, record};
use crate::consequence::{self, two_years};
use crate::data::{DISTRICT, add, archived, date, head, on, person, publish, put_run};
use crate::training::{attend, offered};
use crate::{fake, refused};

fn growth(served: &Served) -> GrowthServiceClient<Channel> {
    GrowthServiceClient::new(served.channel())
}

/// Somebody with a post since March 2023, a result, a commitment, three list entries, a training.
async fn somebody(served: &Served, bed: &Bed) -> String {
    on(bed, (2023, 4, 2));
    let wang = add(served, person("王", vec![head("finance", (2023, 3, 1), None)])).await;
    put_run(served, DISTRICT, "r1", "2023Q1").await;
    publish(served, DISTRICT, "r1", "finance", 1).await;
    archived(served, &wang.name, 1).await;
    published(served).await;
    let sides = [pb::ConductSide::Positive, pb::ConductSide::Negative, pb::ConductSide::Negative];
    let entries = record(served, sides.map(|side| entry(&wang, side)).to_vec()).await.unwrap();
    let clarify = pb::ClarifyConductEntryRequest {
        name: entries[1].name.clone(),
        decider: "commission.qian".to_owned(),
        reason: "查无此事".to_owned(),
        ..Default::default()
    };
    conduct(served).clarify_conduct_entry(clarify).await.unwrap();
    let training = offered(served, "招商大讲堂").await;
    attend(served, &training, &wang.name, (2023, 4, 1)).await;
    wang.name
}

fn report(opinion: &str) -> pb::AppraisalReport {
    pb::AppraisalReport {
        purpose: pb::AppraisalPurpose::Promotion.into(),
        start_date: Some(date((2023, 1, 1))),
        end_date: Some(date((2023, 4, 2))),
        opinion: opinion.to_owned(),
        author: "organisation.zhao".to_owned(),
        ..Default::default()
    }
}

kit::both! {
    // X11, H10: one timeline of everything on record, each entry linked to its source
    async fn a_timeline_holds_everything_on_record_with_its_source(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = somebody(&served, bed).await;
        let mut request = pb::ListGrowthEntriesRequest { parent: wang.clone(), page_size: 3, ..Default::default() };
        let mut seen = Vec::new();
        loop {
            let page = growth(&served).list_growth_entries(request.clone()).await.unwrap().into_inner();
            seen.extend(page.growth_entries);
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        let told: Vec<_> = seen.iter().map(|it| (it.date.unwrap().month, it.date.unwrap().day, it.kind(), it.title.as_str(), it.standing)).collect();
        assert_eq!(told, [
            (3, 1, pb::GrowthKind::Posting, "任局长（finance）", true),
            (3, 15, pb::GrowthKind::Conduct, "正面清单：牵头化解征迁遗留问题（区委主要领导批示2023年第12号）", true),
            (3, 15, pb::GrowthKind::Conduct, "负面清单：牵头化解征迁遗留问题（区委主要领导批示2023年第12号）（澄清不计）", false),
            (3, 15, pb::GrowthKind::Conduct, "负面清单：牵头化解征迁遗留问题（区委主要领导批示2023年第12号）", true),
            (3, 31, pb::GrowthKind::Result, "2023年第一季度考核88.35分，经济管理类第1名（共8名）", true),
            (4, 1, pb::GrowthKind::Training, "大讲堂：招商大讲堂（出席1天，缺席0天）", true),
            (4, 2, pb::GrowthKind::Commitment, "2023年承诺：新增停车泊位500个（逾期）", true),
        ]);
        assert_eq!(seen[4].source, format!("{DISTRICT}/runs/r1/results/finance"));
        assert_eq!(seen[6].source, format!("{DISTRICT}/commitments/1"));
        let march = pb::ListGrowthEntriesRequest {
            kind: pb::GrowthKind::Conduct.into(),
            start_date: Some(date((2023, 3, 15))),
            end_date: Some(date((2023, 3, 15))),
            page_token: String::new(),
            page_size: 0,
            ..request
        };
        assert_eq!(growth(&served).list_growth_entries(march).await.unwrap().into_inner().growth_entries, seen[1..4]);
        let nobody = pb::ListGrowthEntriesRequest { parent: format!("{DISTRICT}/persons/nobody"), ..Default::default() };
        assert_eq!(growth(&served).list_growth_entries(nobody).await.unwrap_err().code(), Code::NotFound);
    }

    // X11: a profile of a period, and the report that is written from it and never changed
    async fn a_report_is_written_from_the_profile_of_a_period(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = somebody(&served, bed).await;
        let get = |start, end| pb::GetGrowthProfileRequest { name: format!("{wang}/growthProfile"), start_date: Some(date(start)), end_date: Some(date(end)) };
        let it = growth(&served).get_growth_profile(get((2023, 1, 1), (2023, 4, 2))).await.unwrap().into_inner();
        let counts = (it.result_count, it.commitment_count, it.late_commitment_count, it.positive_count, it.negative_count, it.cleared_count, it.training_count);
        assert_eq!(counts, (1, 1, 1, 1, 1, 1, 1));
        assert_eq!((it.entries.len(), it.person.unwrap().name), (7, wang.clone()));
        let backwards = growth(&served).get_growth_profile(get((2023, 4, 2), (2023, 4, 1))).await;
        refused(backwards, &[("end_date", "BEFORE_START")]);

        let mut reports = AppraisalReportServiceClient::new(served.channel());
        let create = |report| pb::CreateAppraisalReportRequest {
            parent: wang.clone(),
            appraisal_report: Some(report),
            request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        };
        let early = pb::AppraisalReport { end_date: Some(date((2023, 4, 3))), ..report("担当作为") };
        refused(reports.create_appraisal_report(create(early)).await, &[("appraisal_report.end_date", "IN_FUTURE")]);
        let made = reports.create_appraisal_report(create(report("担当作为，群众公认。"))).await.unwrap().into_inner();
        assert_eq!(reports.create_appraisal_report(create(report("担当作为，群众公认。"))).await.unwrap().into_inner(), made);
        let lines: Vec<&str> = made.text.lines().collect();
        assert_eq!(lines[..4], ["考察材料", "用途：职级晋升", "姓名：王", "时段：2023-01-01至2023-04-02"]);
        assert!(lines.contains(&"1. 2023-03-31 2023年第一季度考核88.35分，经济管理类第1名（共8名）〔districts/hengkou/runs/r1/results/finance〕"));
        assert_eq!(lines.last(), Some(&"担当作为，群众公认。"));
        assert_eq!(made.sha256.len(), 64);
        let name = made.name.clone();
        assert_eq!(reports.get_appraisal_report(pb::GetAppraisalReportRequest { name }).await.unwrap().into_inner(), made);
        let list = pb::ListAppraisalReportsRequest { parent: wang.clone(), ..Default::default() };
        assert_eq!(reports.list_appraisal_reports(list).await.unwrap().into_inner().appraisal_reports, std::slice::from_ref(&made));
        let filed = pb::ListGrowthEntriesRequest { parent: wang.clone(), kind: pb::GrowthKind::Appraisal.into(), ..Default::default() };
        let filed = growth(&served).list_growth_entries(filed).await.unwrap().into_inner().growth_entries;
        assert_eq!((filed.len(), filed[0].source.as_str()), (1, made.name.as_str()));
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "UPDATE appraisal_report SET text = ''").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // X12, X11: criticism and admonition are on the timeline with their ground, and what was rejected, too
    async fn a_timeline_shows_what_was_decided_with_its_ground(bed: &Bed) {
        let served = fake::start(bed).await;
        let [_, _, zhao] = two_years(&served).await;
        let kinds = [pb::EffectKind::Admonition, pb::EffectKind::Criticism];
        let effects = kinds.map(|kind| consequence::effect(kind, None, 0)).to_vec();
        let rule = consequence::rule("一般等次问责", consequence::grades(&["fair"], 1), effects);
        consequence::enact(&served, "fair", rule).await.unwrap();
        consequence::propose(&served, "fair", "2023").await;
        consequence::propose(&served, "fair", "2022").await;
        let timeline = async || {
            let request = pb::ListGrowthEntriesRequest { parent: zhao.name.clone(), kind: pb::GrowthKind::Consequence.into(), ..Default::default() };
            growth(&served).list_growth_entries(request).await.unwrap().into_inner().growth_entries
        };
        assert!(timeline().await.is_empty(), "what is only proposed is not told");
        let own: Vec<_> = consequence::list(&served, "fair").await.into_iter().filter(|it| it.person == zhao.name).collect();
        for (it, decision) in own.iter().zip([Decision::Accept, Decision::Reject]) {
            consequence::consequences(&served).decide_consequence(consequence::decision(it, decision)).await.unwrap();
        }
        let told: Vec<_> = timeline().await.into_iter().map(|it| (it.source, it.title, it.standing)).collect();
        assert_eq!(told, [
            (own[1].name.clone(), "一般等次问责（不予采纳）：2022年度经济管理类第3名（共3名），88.35分，等次fair".to_owned(), false),
            (own[0].name.clone(), "一般等次问责：2023年度经济管理类第3名（共3名），88.35分，等次fair".to_owned(), true),
        ]);
    }

    // H10, X11: a published result that is in nobody's archive is an alarm
    async fn a_result_without_its_filing_is_listed(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2023, 3, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        for unit in ["roads", "finance", "water"] {
            publish(&served, DISTRICT, "r1", unit, 1).await;
        }
        archived(&served, &wang.name, 1).await;
        let request = |page_size, page_token: &str| pb::CheckCompletenessRequest {
            parent: DISTRICT.to_owned(),
            period: format!("{DISTRICT}/periods/2023Q1"),
            page_size,
            page_token: page_token.to_owned(),
        };
        let page = kit::testing::eventually(async || {
            let page = growth(&served).check_completeness(request(1, "")).await.unwrap().into_inner();
            (page.unsettled_count == 0).then_some(page)
        }).await;
        let last = growth(&served).check_completeness(request(1, &page.next_page_token)).await.unwrap().into_inner();
        let missing: Vec<_> = page.missing_filings.iter().chain(&last.missing_filings).map(|it| (it.result.as_str(), it.cause())).collect();
        assert_eq!(missing, [("districts/hengkou/runs/r1/results/roads", Cause::NoHead), ("districts/hengkou/runs/r1/results/water", Cause::NoHead)]);
        add(&served, person("李", vec![head("roads", (2023, 3, 1), None), head("water", (2023, 3, 1), None)])).await;
        let page = growth(&served).check_completeness(request(0, "")).await.unwrap().into_inner();
        assert!(page.missing_filings.is_empty(), "heads who are recorded later get their results");
    }
}
