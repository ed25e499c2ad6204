//! Receipts over all letters and documents: who owes one, who is spoken to about it, how many were
//! given.

use kit::testing::{Bed, Channel, Served, eventually};
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::change_service_client::ChangeServiceClient;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::receipt_service_client::ReceiptServiceClient;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;

use crate::data::{DISTRICT, OTHER, behind, issued, letters, put_oversight, put_units, raise};
use crate::document::{issue, slip, take_late_ones};
use crate::{fake, refused};

fn client(served: &Served) -> ReceiptServiceClient<Channel> {
    ReceiptServiceClient::new(served.channel())
}

fn unit(id: &str) -> String {
    format!("{DISTRICT}/units/{id}")
}

/// Those that a list yields, by their last segments, two a page.
async fn listed(
    served: &Served,
    request: pb::ListOverdueReceiptsRequest,
) -> Vec<pb::OverdueReceipt> {
    let mut request =
        pb::ListOverdueReceiptsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..request };
    let mut found = Vec::new();
    loop {
        let page = client(served).list_overdue_receipts(request.clone()).await.unwrap();
        let page = page.into_inner();
        found.extend(page.overdue_receipts);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

fn ids(found: &[pb::OverdueReceipt]) -> Vec<&str> {
    let prefix = format!("{DISTRICT}/receipts/");
    found.iter().map(|it| it.name.strip_prefix(&prefix).unwrap()).collect()
}

async fn sign_document(served: &Served, name: &str, id: &str) {
    let request = pb::AcknowledgeDocumentRequest {
        name: name.to_owned(),
        recipient: unit(id),
        text: "收到，按期办结。".to_owned(),
        ..Default::default()
    };
    let mut documents = DocumentServiceClient::new(served.channel());
    documents.acknowledge_document(request).await.unwrap();
}

async fn sign_letter(served: &Served, name: &str) {
    let (name, text) = (name.to_owned(), "收到，立即整改。".to_owned());
    let request = pb::AcknowledgeLetterRequest { name, text, ..Default::default() };
    letters(served).acknowledge_letter(request).await.unwrap();
}

/// Waits until so many supervision letters were written.
async fn supervised(served: &Served, count: usize) -> Vec<pb::Document> {
    let mut documents = DocumentServiceClient::new(served.channel());
    eventually(async || {
        let request = pb::ListDocumentsRequest {
            parent: DISTRICT.to_owned(),
            kind: pb::DocumentKind::SupervisionLetter.into(),
            ..Default::default()
        };
        let found = documents.list_documents(request).await.unwrap().into_inner().documents;
        assert!(found.len() <= count, "{} letters", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

kit::both! {
    // H7, Q3, X10: an office sees at once who has not signed what, and how many have.
    async fn who_has_not_acknowledged_is_listed_and_counted(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        take_late_ones(&served).await;
        for (id, unit) in [(1, "transport"), (2, "water")] {
            raise(&served, behind(DISTRICT, id, unit)).await;
            issued(&served, DISTRICT, id as usize).await;
        }
        let names: Vec<String> =
            issued(&served, DISTRICT, 2).await.into_iter().map(|it| it.name).collect();
        let document = issue(&served, slip()).await.unwrap();
        // Nobody owes a receipt of what has no due date.
        issue(&served, pb::Document { due_date: None, ..slip() }).await.unwrap();
        let all = || pb::ListOverdueReceiptsRequest { with_pending: true, ..Default::default() };
        assert_eq!(ids(&listed(&served, all()).await), ["1", "2", "d1-1", "d1-2"]);
        assert!(listed(&served, Default::default()).await.is_empty());

        let read = pb::ReadLetterRequest { name: names[0].clone(), ..Default::default() };
        letters(&served).read_letter(read).await.unwrap();
        sign_document(&served, &document.name, "water").await;
        // Letters of the first of April are due on the eighth, the slip on the tenth.
        bed.clock().set("2023-04-08T15:59:59Z".parse().unwrap());
        assert!(listed(&served, Default::default()).await.is_empty());
        bed.clock().set("2023-04-08T16:00:00Z".parse().unwrap());
        let found = listed(&served, Default::default()).await;
        let due_date = Some(Date { year: 2023, month: 4, day: 8 });
        let expected = pb::OverdueReceipt {
            name: format!("{DISTRICT}/receipts/1"),
            source: names[0].clone(),
            letter_kind: pb::LetterKind::WorkReminder.into(),
            document_kind: 0,
            subject: found[0].subject.clone(),
            recipient: unit("transport"),
            recipient_display_name: "恒口示范区交通局".to_owned(),
            due_date,
            days_late: 1,
            opened: true,
            escalation_level: 0,
            vacancy: String::new(),
        };
        assert_eq!(found[0], expected);
        assert!(found[0].subject.contains("固定资产投资完成额"), "{}", found[0].subject);
        assert_eq!((ids(&found), found[1].opened), (vec!["1", "2"], false));

        bed.clock().set("2023-04-10T16:00:00Z".parse().unwrap());
        let found = listed(&served, Default::default()).await;
        assert_eq!(ids(&found), ["1", "2", "d1-1"]);
        assert_eq!(found[2].document_kind(), pb::DocumentKind::ReminderSlip);
        assert_eq!((&found[2].source, found[2].days_late), (&document.name, 1));
        let own = |id: &str| pb::ListOverdueReceiptsRequest {
            recipient: unit(id),
            ..Default::default()
        };
        assert_eq!(ids(&listed(&served, own("transport")).await), ["1", "d1-1"]);
        sign_letter(&served, &names[1]).await;
        assert!(listed(&served, own("water")).await.is_empty());
        assert_eq!(ids(&listed(&served, all()).await), ["1", "d1-1"]);

        let request = |period: &str| pb::GetReceiptCountsRequest {
            parent: DISTRICT.to_owned(),
            period: period.to_owned(),
        };
        let counts = client(&served).get_receipt_counts(request("")).await.unwrap().into_inner();
        let of_letters = pb::ReceiptCount {
            letter_kind: pb::LetterKind::WorkReminder.into(),
            read_count: 1,
            acknowledged_count: 1,
            late_count: 1,
            overdue_count: 1,
            ..Default::default()
        };
        let of_slips = pb::ReceiptCount {
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            delivered_count: 3,
            acknowledged_count: 1,
            overdue_count: 1,
            ..Default::default()
        };
        assert_eq!(counts.counts[..2], [of_letters, of_slips]);
        let march = request(&format!("{DISTRICT}/periods/2023-03"));
        let counts = client(&served).get_receipt_counts(march).await.unwrap().into_inner().counts;
        assert_eq!(counts, [of_letters]);
        let foreign = request(&format!("{OTHER}/periods/2023-03"));
        let foreign = client(&served).get_receipt_counts(foreign).await;
        refused(foreign, &[("period", "OTHER_DISTRICT")]);
        let elsewhere =
            pb::ListOverdueReceiptsRequest { parent: OTHER.to_owned(), ..Default::default() };
        let elsewhere = client(&served).list_overdue_receipts(elsewhere).await.unwrap();
        assert!(elsewhere.into_inner().overdue_receipts.is_empty());
    }

    // H7, X10: the unit's head, the leader in charge, the office, each once; and nobody about a receipt
    // whose plan is asked for anyway.
    async fn who_does_not_acknowledge_is_spoken_to_one_level_higher_at_a_time(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        put_oversight(&served, DISTRICT).await;
        let slip = slip();
        let mut to = slip.recipients.clone();
        to[0].unit = unit("road-bureau");
        let document = issue(&served, pb::Document { recipients: to, ..slip }).await.unwrap();
        sign_document(&served, &document.name, "water").await;
        bed.clock().set("2023-04-10T16:00:00Z".parse().unwrap());
        supervised(&served, 1).await;
        // Away for long, it climbs one level a day.
        bed.clock().set("2023-04-30T00:00:00Z".parse().unwrap());
        supervised(&served, 2).await;
        let late = listed(&served, Default::default()).await.remove(0);
        assert_eq!((&*late.name, late.days_late), (&*format!("{DISTRICT}/receipts/d1-1"), 20));
        assert_eq!(late.escalation_level(), pb::EscalationLevel::LeaderInCharge);
        assert_eq!(late.vacancy, "");
        bed.clock().set("2023-05-01T00:00:00Z".parse().unwrap());
        let told = supervised(&served, 3).await;
        let to: Vec<_> = told
            .iter()
            .map(|it| (it.recipients[0].unit_display_name.as_str(), it.recipients[0].role()))
            .collect();
        assert_eq!(
            to,
            [
                ("公路段", pb::RecipientRole::UnitHead),
                ("水利局", pb::RecipientRole::LeaderInCharge),
                ("考核办", pb::RecipientRole::OfficeDuty),
            ]
        );
        assert!(told.iter().all(|it| it.source == document.name && it.due_date.is_none()));
        let body = &told[1].texts[0].body;
        let expected = format!(
            "公路段应于2023年4月10日前书面签收《{}》，现已逾期。",
            document.texts[0].subject
        );
        assert!(body.contains(&expected) && body.contains("请分管领导督促公路段限期签收。"), "{body}");

        let body = &told[1].texts[1].body;
        let expected = format!(
            "公路段 was to acknowledge “{}” by 10 April 2023. This is overdue.",
            document.texts[1].subject
        );
        assert!(body.contains(&expected), "{body}");
        assert!(body.contains("The leader in charge is asked to see that 公路段 acknowledges it"), "{body}");
        assert!(!body.contains("逾期") && !body.contains("督促"), "{body}");

        // Where no office is named nobody is written to, and it says so.
        put_units(&served, OTHER).await;
        let slip = crate::document::slip();
        let to = pb::DocumentRecipient { unit: format!("{OTHER}/units/water"), ..Default::default() };
        let due_date = Some(Date { year: 2023, month: 5, day: 1 });
        let request = pb::IssueDocumentRequest {
            parent: OTHER.to_owned(),
            document: Some(pb::Document { recipients: vec![to], due_date, source: String::new(), ..slip }),
            account: "office-clerk".to_owned(),
            request_id: String::new(),
        };
        DocumentServiceClient::new(served.channel()).issue_document(request).await.unwrap();
        for (day, level) in [(3, 1), (5, 2)] {
            bed.clock().set(format!("2023-05-0{day}T00:00:00Z").parse().unwrap());
            let found = eventually(async || {
                let request =
                    pb::ListOverdueReceiptsRequest { parent: OTHER.to_owned(), ..Default::default() };
                let found = client(&served).list_overdue_receipts(request).await.unwrap();
                let found = found.into_inner().overdue_receipts.remove(0);
                (found.escalation_level == level).then_some(found)
            })
            .await;
            assert_eq!(found.vacancy.contains("未设分管领导"), level == 2, "{found:?}");
        }

        // Each step is told to whoever listens.
        let request = pb::WatchChangesRequest {
            parent: DISTRICT.to_owned(),
            kinds: vec!["saima.notification.v1.OverdueReceiptEscalated".to_owned()],
            ..Default::default()
        };
        let mut changes = ChangeServiceClient::new(served.channel());
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let mut levels = Vec::new();
        while levels.len() < 3 {
            let Some(change) = stream.message().await.unwrap().unwrap().change else { continue };
            let Some(pb::change::Resource::OverdueReceipt(it)) = change.resource else { panic!() };
            assert_eq!(it.name, late.name);
            levels.push(it.escalation_level);
        }
        assert_eq!(levels, [1, 2, 3]);

        // A letter opens a rectification: while its plan is late, too, that alone is spoken of.
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        issued(&served, DISTRICT, 1).await;
        bed.clock().set("2023-05-13T00:00:00Z".parse().unwrap());
        let told = supervised(&served, 4).await.remove(3);
        assert!(told.texts[0].body.contains("前提交整改方案，现已逾期"), "{:?}", told.texts[0]);
        let plan = pb::SubmitPlanRequest {
            name: format!("{DISTRICT}/rectifications/1"),
            text: "成立专班，倒排工期。".to_owned(),
            due_date: Some(Date { year: 2023, month: 6, day: 30 }),
            ..Default::default()
        };
        RectificationServiceClient::new(served.channel()).submit_plan(plan).await.unwrap();
        bed.clock().set("2023-05-14T00:00:00Z".parse().unwrap());
        let told = supervised(&served, 5).await.remove(4);
        assert!(told.texts[0].body.contains("前书面签收《"), "{:?}", told.texts[0]);
        assert_eq!(told.recipients[0].role(), pb::RecipientRole::UnitHead);
    }
}
