//! What is held about a person, as a document.

use kit::testing::{Bed, Channel, token};
use proto::cadre::v1 as pb;
use proto::cadre::v1::person_export_service_client::PersonExportServiceClient;
use proto::scoring::v1 as scoring;
use tonic::Code;

use crate::commitment::{fact, file, published};
use crate::conduct_entry::{entry, record};
use crate::data::{
    DISTRICT, add, archived, head, person, persons, publish_as_it_is, put_period, put_run, result,
};
use crate::distinction::{card, issue, timeline, withdraw};
use crate::fake;
use crate::recusal::recuse;
use crate::remark::{moderate, remark, remarks};
use crate::training::{offer, training};

pub(crate) type Page = (Vec<pb::PersonDatum>, Vec<pb::WithheldData>);

/// Everything, by pages of one size, and what every page says is withheld.
pub(crate) async fn export(channel: Channel, of: &str, size: i32) -> Result<Page, tonic::Status> {
    let mut client = PersonExportServiceClient::new(channel);
    let (mut all, mut request) = (Vec::new(), pb::ListPersonDataRequest::default());
    request.parent = of.to_owned();
    request.page_size = size;
    loop {
        let page = client.list_person_data(request.clone()).await?.into_inner();
        assert!(page.person_data.len() <= size as usize);
        all.extend(page.person_data);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok((all, page.withheld));
        }
    }
}

kit::both! {
    // X11, issue 4 (a person's own data): all of it, nobody else's, each with its source and time
    async fn what_is_held_about_a_person_is_exported(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王秀兰", vec![head("finance", (2022, 1, 1), None)])).await;
        let other = add(&served, person("李他人", vec![])).await;
        let renamed = pb::Person { display_name: "王秀蘭".to_owned(), ..wang.clone() };
        let update = pb::UpdatePersonRequest { person: Some(renamed), reason: "更正".to_owned(), ..Default::default() };
        persons(&served).update_person(update).await.unwrap();
        let rows = vec![entry(&wang, pb::ConductSide::Positive), entry(&other, pb::ConductSide::Negative), entry(&wang, pb::ConductSide::Negative)];
        record(&served, rows).await.unwrap();

        let keeper = || served.channel_as(&token("keeper.wu", &[&format!("record-keeper@{DISTRICT}")]));
        let (all, withheld) = export(keeper(), &wang.name, 1000).await.unwrap();
        let nouns: Vec<&str> = all.iter().map(|it| it.noun.as_str()).collect();
        assert_eq!(nouns, ["Person", "PersonRevision", "PersonRevision", "ConductEntry", "ConductEntry"]);
        let sources: Vec<&str> = all.iter().map(|it| it.source.as_str()).collect();
        let (one, three) = (format!("{DISTRICT}/conductEntries/1"), format!("{DISTRICT}/conductEntries/3"));
        let revision = |number| format!("{}/revisions/{number}", wang.name);
        assert_eq!(sources, [&wang.name, &revision(1), &revision(2), &one, &three]);
        assert!(all.iter().all(|it| it.record_time.is_some() && !it.json.contains('\n')));
        let told: String = all.iter().map(|it| it.json.as_str()).collect();
        assert!(told.contains(r#""displayName":"王秀蘭""#) && told.contains("王秀兰") && told.contains("2023年第12号"), "{told}");
        for foreign in ["李他人", "inspection.sun", &other.name] {
            assert!(!told.contains(foreign), "{foreign} in {told}");
        }
        assert!(withheld.iter().any(|it| it.subject.contains("political") && it.ask.contains("AccessTicketService")));
        for size in [1, 2, 3] {
            assert_eq!(export(keeper(), &wang.name, size).await.unwrap().0, all, "by {size}");
        }
        let nobody = export(keeper(), &format!("{DISTRICT}/persons/nobody"), 10).await.unwrap_err();
        assert_eq!(nobody.code(), Code::NotFound);
        recuse(&served, &wang.name, "keeper.wu").await;
        assert_eq!(export(keeper(), &wang.name, 10).await.unwrap_err().code(), Code::NotFound, "a relative's");
        let office = served.channel_as(&token("office.li", &[&format!("assessment-office@{DISTRICT}")]));
        assert_eq!(export(office, &wang.name, 10).await.unwrap_err().code(), Code::PermissionDenied);
    }

    // X11, issue 4 (a person's own data): what stands on his record by way of others, too: cards and
    // vetoes, facts and remarks about his commitments, trainings of which he is the mentor
    async fn an_export_holds_what_others_wrote_of_him(bed: &Bed) {
        let served = fake::start(bed).await;
        put_period(&served, DISTRICT, "2023-04", (2023, 4, 30)).await;
        put_period(&served, DISTRICT, "2023-05", (2023, 5, 31)).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let li = add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        let (kept, gone, of_li) = (card("1", "finance", "2023-04"), card("2", "finance", "2023-05"), card("3", "water", "2023-05"));
        for it in [&kept, &gone, &of_li] {
            issue(&served, it).await;
        }
        withdraw(&served, &gone).await;
        timeline(&served, &wang.name, &[("2023年4月finance：黄牌警告", true), ("2023年5月finance：黄牌警告（已撤销）", false)]).await;
        timeline(&served, &li.name, &[("2023年5月water：黄牌警告", true)]).await;
        let veto = scoring::GateVerdict {
            gate_id: "safety".to_owned(),
            display_name: "安全生产一票否决".to_owned(),
            effect: "LOWEST_GRADE".to_owned(),
            ..Default::default()
        };
        put_run(&served, DISTRICT, "q1", "2023Q1").await;
        for unit in ["finance", "water"] {
            let gates = vec![veto.clone()];
            publish_as_it_is(&served, scoring::Result { gates, ..result(DISTRICT, "q1", unit, 1) }).await;
        }
        archived(&served, &format!("{DISTRICT}/persons/-"), 2).await;
        let made = published(&served).await;
        file(&served, vec![fact(&made, "2023Q1")]).await.unwrap();
        for (text, shown) in [("我们小区还没有动工", true), ("李某不好", false)] {
            let it = remarks(&served).create_remark(remark(&made, text)).await.unwrap().into_inner();
            remarks(&served).moderate_remark(moderate(&it.name, shown)).await.unwrap();
        }
        let led = pb::Training { mentor: wang.name.clone(), ..training(pb::TrainingKind::Mentoring, "传帮带") };
        let led = offer(&served, led).await.unwrap();
        offer(&served, training(pb::TrainingKind::Lecture, "讲座")).await.unwrap();

        let keeper = served.channel_as(&token("keeper.wu", &[&format!("record-keeper@{DISTRICT}")]));
        let (all, withheld) = export(keeper.clone(), &wang.name, 1000).await.unwrap();
        let of = |noun: &str| -> Vec<serde_json::Value> {
            all.iter().filter(|it| it.noun == noun).map(|it| serde_json::from_str(&it.json).unwrap()).collect()
        };
        let text = |it: &serde_json::Value, field: &str| it[field].as_str().unwrap_or_default().to_owned();
        let cards: Vec<_> = of("GrowthEntry").iter().map(|it| text(it, "source")).collect();
        assert_eq!(cards, [kept.name, gone.name]);
        let gates: Vec<_> = of("ResultGate").iter().map(|it| (text(it, "name"), text(it, "kind"), it["standing"] == true)).collect();
        assert_eq!(gates, [(format!("{DISTRICT}/runs/q1/results/finance"), "COUNTED_VETO".to_owned(), true)]);
        assert_eq!(of("CommitmentFact")[0]["commitment"], made.name.as_str());
        assert_eq!(of("Remark").iter().map(|it| it["text"].as_str().unwrap()).collect::<Vec<_>>(), ["我们小区还没有动工"]);
        assert_eq!(of("Training").iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(), [led.name]);
        assert!(all.iter().all(|it| !it.source.is_empty() && (it.record_time.is_some() || it.noun == "GrowthEntry")), "{all:?}");
        for subject in ["approvals", "letters", "held back"] {
            assert!(withheld.iter().any(|it| it.subject.contains(subject)), "{subject}");
        }
        assert_eq!(export(keeper.clone(), &wang.name, 2).await.unwrap().0, all);
        let (of_li, _) = export(keeper, &li.name, 1000).await.unwrap();
        let nouns: Vec<&str> = of_li.iter().map(|it| it.noun.as_str()).collect();
        assert_eq!(nouns, ["Person", "PersonRevision", "ArchiveEntry", "GrowthEntry", "ResultGate"]);
    }
}
