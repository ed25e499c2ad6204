//! Documents: issued by hand, numbered, acknowledged, printed; and their templates.

use kit::testing::{Bed, Channel, Served};
use prost_types::FieldMask;
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::document_recipient::State;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::document_template_service_client::DocumentTemplateServiceClient;
use proto::notification::v1::inbox_service_client::InboxServiceClient;
use tonic::{Code, Status};

use crate::data::{DISTRICT, OTHER, put_units};
use crate::{denied, fake, refused};

fn client(served: &Served) -> DocumentServiceClient<Channel> {
    DocumentServiceClient::new(served.channel())
}

fn templates(served: &Served) -> DocumentTemplateServiceClient<Channel> {
    DocumentTemplateServiceClient::new(served.channel())
}

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn unit(id: &str) -> String {
    format!("{DISTRICT}/units/{id}")
}

pub(crate) fn text(name: &str, text: &str) -> pb::DocumentField {
    pb::DocumentField { name: name.to_owned(), text: text.to_owned(), ..Default::default() }
}

pub(crate) fn list(name: &str, items: &[&str]) -> pb::DocumentField {
    let items = items.iter().map(|it| (*it).to_owned()).collect();
    pb::DocumentField { name: name.to_owned(), items, ..Default::default() }
}

/// A text with its English wording.
pub(crate) fn both(name: &str, chinese: &str, english: &str) -> pb::DocumentField {
    pb::DocumentField { english_text: english.to_owned(), ..text(name, chinese) }
}

fn to(units: &[&str]) -> Vec<pb::DocumentRecipient> {
    let to = |id: &&str| pb::DocumentRecipient { unit: unit(id), ..Default::default() };
    units.iter().map(to).collect()
}

fn day(month: i32, day: i32) -> Option<Date> {
    Some(Date { year: 2023, month, day })
}

pub(crate) fn slip() -> pb::Document {
    pb::Document {
        kind: pb::DocumentKind::ReminderSlip.into(),
        recipients: to(&["transport", "water"]),
        due_date: day(4, 10),
        fields: vec![
            text("matter", "第一季度政治体检自查"),
            list("items", &["报送自查报告", "更新问题台账 <附后>"]),
        ],
        attachments: vec![pb::Attachment {
            title: "台账模板".to_owned(), sha256: "ab".repeat(32)
        }],
        ..Default::default()
    }
}

fn order() -> pb::Document {
    pb::Document {
        kind: pb::DocumentKind::ResponsibilityOrder.into(),
        recipients: to(&["transport"]),
        due_date: day(12, 20),
        fields: vec![
            text("task", "环城路工程"),
            text("target_effect", "年底前全线通车"),
            text("leader", "王副区长"),
        ],
        source: format!("{DISTRICT}/orders/ring-road"),
        ..Default::default()
    }
}

pub(crate) async fn issue(served: &Served, document: pb::Document) -> Result<pb::Document, Status> {
    let request = pb::IssueDocumentRequest {
        parent: DISTRICT.to_owned(),
        document: Some(document),
        account: "office-clerk".to_owned(),
        request_id: String::new(),
    };
    client(served).issue_document(request).await.map(|it| it.into_inner())
}

/// Gives the reminder slips of the district a series of their own.
pub(crate) async fn own_series(served: &Served) {
    let template = pb::DocumentTemplate {
        name: format!("{DISTRICT}/documentTemplates/reminder-slip"),
        series: "恒考办函".to_owned(),
        ..Default::default()
    };
    let request =
        pb::UpdateDocumentTemplateRequest { document_template: Some(template), update_mask: None };
    templates(served).update_document_template(request).await.unwrap();
}

async fn print(
    served: &Served,
    document: &pb::Document,
    format: pb::PrintFormat,
    language: pb::Language,
) -> Result<pb::Print, Status> {
    let request = pb::GetPrintRequest {
        name: format!("{}/print", document.name),
        format: format.into(),
        language: language.into(),
    };
    client(served).get_print(request).await.map(|it| it.into_inner())
}

async fn all(served: &Served, request: pb::ListDocumentsRequest) -> Vec<pb::Document> {
    let mut request = pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..request };
    let mut found = Vec::new();
    loop {
        let page = client(served).list_documents(request.clone()).await.unwrap().into_inner();
        found.extend(page.documents);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

/// Has the district take what is acknowledged behind its due date.
pub(crate) async fn take_late_ones(served: &Served) {
    let rule = pb::InboxRule {
        name: format!("{DISTRICT}/inboxRule"),
        late_acknowledgement: pb::inbox_rule::LateAcknowledgement::Recorded.into(),
        ..Default::default()
    };
    let request = pb::UpdateInboxRuleRequest { inbox_rule: Some(rule), update_mask: None };
    let mut inboxes = InboxServiceClient::new(served.channel());
    inboxes.update_inbox_rule(request).await.unwrap();
}

kit::both! {
    // H7, H11, X10, Q3, Q9: each kind by its template, in two languages, numbered by series and year.
    async fn documents_of_every_kind_are_issued_by_hand(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let first = issue(&served, slip()).await.unwrap();
        assert_eq!(first.number, "考核办函〔2023〕1号");
        assert_eq!((first.account.as_str(), first.cause.as_str()), ("office-clerk", ""));
        let names: Vec<_> =
            first.recipients.iter().map(|it| (it.unit_display_name.as_str(), it.state())).collect();
        assert_eq!(names, [("交通局", State::Delivered), ("水利局", State::Delivered)]);
        let [chinese, english] = &first.texts[..] else { panic!("{:?}", first.texts) };
        assert_eq!(chinese.subject, "关于第一季度政治体检自查的提醒单");
        for said in [
            "考核办函〔2023〕1号",
            "交通局、水利局：",
            "（2）更新问题台账 <附后>",
            "请于2023年4月10日前",
            "恒口示范区目标责任考核工作领导小组办公室",
        ] {
            assert!(chinese.body.contains(said), "{said} is not in {}", chinese.body);
        }
        assert!(english.body.contains("by 10 April 2023"), "{}", english.body);

        let second = issue(&served, order()).await.unwrap();
        assert_eq!(second.number, "责任令〔2023〕1号");
        let third = issue(&served, slip()).await.unwrap();
        assert_eq!(third.number, "考核办函〔2023〕2号");
        // Commendations and the like may be for everybody.
        let praise = pb::Document {
            kind: pb::DocumentKind::Commendation.into(),
            fields: vec![
                text("matter", "一季度招商引资工作"),
                list("honours", &["交通局：引进亿元项目3个"]),
                text("call", "望各单位学先进、争先进。"),
            ],
            issuer: "恒口示范区管委会".to_owned(),
            ..Default::default()
        };
        let praise = issue(&served, praise).await.unwrap();
        assert_eq!(praise.number, "考核办通报〔2023〕1号");
        assert!(praise.texts[0].body.contains("各考核对象："), "{}", praise.texts[0].body);
        assert!(praise.texts[0].body.contains("恒口示范区管委会"), "{}", praise.texts[0].body);

        // The new year begins at the district's midnight, and with it the numbers.
        bed.clock().set("2023-12-31T16:00:00Z".parse().unwrap());
        let late = pb::Document { due_date: None, ..slip() };
        assert_eq!(issue(&served, late).await.unwrap().number, "考核办函〔2024〕1号");
        let request = pb::GetDocumentRequest { name: first.name.clone(), ..Default::default() };
        assert_eq!(client(&served).get_document(request).await.unwrap().into_inner(), first);
    }

    // H7: a refused document takes no number, and one issue under a request id is one.
    async fn numbers_have_no_gaps(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let request = pb::IssueDocumentRequest {
            parent: DISTRICT.to_owned(),
            document: Some(slip()),
            account: "office-clerk".to_owned(),
            request_id: uuid(),
        };
        let first = client(&served).issue_document(request.clone()).await.unwrap().into_inner();
        let again = client(&served).issue_document(request.clone()).await.unwrap().into_inner();
        assert_eq!(again, first);
        let other = pb::IssueDocumentRequest { document: Some(order()), ..request };
        denied(client(&served).issue_document(other).await, Code::InvalidArgument, "");
        for _ in 0..3 {
            let stranger = pb::Document { recipients: to(&["nobody"]), ..slip() };
            let outcome = issue(&served, stranger).await;
            refused(outcome, &[("document.recipients[0].unit", "UNKNOWN_UNIT")]);
        }
        let work = (0..8).map(|_| issue(&served, slip()));
        for outcome in futures::future::join_all(work).await {
            outcome.unwrap();
        }
        let mut numbers: Vec<_> =
            all(&served, Default::default()).await.into_iter().map(|it| it.number).collect();
        numbers.sort();
        let mut expected: Vec<_> = (1..=9).map(|it| format!("考核办函〔2023〕{it}号")).collect();
        expected.sort();
        assert_eq!(numbers, expected);
    }

    // H7: what is missing or unknown is named.
    async fn a_document_with_faults_is_refused(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let wrong = pb::Document {
            fields: vec![text("items", "一项"), text("mater", "自查")],
            recipients: Vec::new(),
            ..slip()
        };
        refused(issue(&served, wrong).await, &[
            ("document.recipients", "REQUIRED"),
            ("document.fields[items]", "FIELD_FORM"),
            ("document.fields[mater]", "UNKNOWN_FIELD"),
            ("document.fields[matter]", "REQUIRED"),
        ]);
        let wrong = pb::Document {
            kind: 99,
            recipients: to(&["water", "water"]),
            due_date: Some(Date { year: 2023, month: 2, day: 30 }),
            attachments: vec![pb::Attachment { title: String::new(), sha256: "AB".to_owned() }],
            source: format!("{OTHER}/cards/1"),
            ..slip()
        };
        refused(issue(&served, wrong).await, &[
            ("document.kind", "UNKNOWN_VALUE"),
            ("document.recipients[1].unit", "DUPLICATE"),
            ("document.due_date", "DATE_FORMAT"),
            ("document.attachments[0].title", "REQUIRED"),
            ("document.attachments[0].sha256", "SHA256_FORMAT"),
            ("document.source", "OTHER_DISTRICT"),
        ]);
        let endless = pb::Document { due_date: None, ..order() };
        refused(issue(&served, endless).await, &[("document.due_date", "REQUIRED")]);
        let past = pb::Document { due_date: day(3, 31), ..order() };
        refused(issue(&served, past).await, &[("document.due_date", "OUT_OF_RANGE")]);
        assert!(all(&served, Default::default()).await.is_empty());
    }

    // H7: what a document says in English where it has words for it, for whoever reads that.
    async fn a_document_has_words_of_its_own_in_english(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let items = ["Report on the review".to_owned(), "Bring the list up to date".to_owned()];
        let mut worded = slip();
        worded.fields[0] = both("matter", "第一季度政治体检自查", "the review of the first quarter");
        worded.fields[1].english_items = items.to_vec();
        let issued = issue(&served, worded.clone()).await.unwrap();
        let [chinese, english] = &issued.texts[..] else { panic!("{:?}", issued.texts) };
        assert!(chinese.body.contains("第一季度政治体检自查"), "{chinese:?}");
        assert!(english.body.contains("the review of the first quarter"), "{english:?}");
        assert!(items.iter().all(|it| english.body.contains(it)), "{english:?}");
        assert!(!english.body.contains("更新问题台账"), "{english:?}");
        let mut fields = worded.fields.clone();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(issued.fields, fields);

        // Without English words the Chinese ones stand there; the same said twice is said once.
        worded.fields[1].english_items.clear();
        worded.fields[0].english_text = worded.fields[0].text.clone();
        let second = issue(&served, worded.clone()).await.unwrap();
        assert!(second.texts[1].body.contains("更新问题台账"), "{:?}", second.texts);
        assert!(second.fields.iter().all(|it| it.english_text.is_empty()), "{:?}", second.fields);

        // Whoever reads one language is told in that.
        let wish = |language: pb::Language| pb::ListDocumentsRequest {
            language: language.into(),
            ..Default::default()
        };
        let request = pb::GetDocumentRequest {
            name: issued.name.clone(),
            language: pb::Language::English.into(),
        };
        let alone = client(&served).get_document(request).await.unwrap().into_inner();
        assert_eq!(alone, pb::Document { texts: vec![english.clone()], ..issued.clone() });
        assert_eq!(all(&served, wish(pb::Language::English)).await[0], alone);
        let told = all(&served, wish(pb::Language::Chinese)).await;
        assert!(told.iter().all(|it| it.texts.len() == 1 && it.texts[0].language == 1), "{told:?}");
        assert_eq!(all(&served, Default::default()).await, [issued, second]);

        worded.fields[0].english_text.clear();
        worded.fields[0].english_items = vec!["one".to_owned()];
        worded.fields[1].english_text = "one".to_owned();
        refused(issue(&served, worded.clone()).await, &[
            ("document.fields[0].english_items", "FIELD_FORM"),
            ("document.fields[1].english_text", "FIELD_FORM"),
        ]);
        worded.fields[0].english_text = "one".to_owned();
        worded.fields[1].english_text.clear();
        worded.fields[1].english_items = vec!["x".repeat(1001)];
        refused(issue(&served, worded).await, &[
            ("document.fields[0].english_items", "FIELD_FORM"),
            ("document.fields[1].english_items[0]", "LENGTH"),
        ]);
        let lists = pb::ListDocumentsRequest {
            parent: DISTRICT.to_owned(),
            state: State::Delivered.into(),
            ..Default::default()
        };
        let outcome = client(&served).list_documents(lists).await;
        let said = refused(outcome, &[("recipient", "REQUIRED")]);
        assert!(said.contains("ListOverdueReceipts"), "{said}");
    }

    // H7, Q3: each recipient for itself, in writing, once, and late only where the district takes that.
    async fn recipients_read_and_acknowledge_a_document(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let document = issue(&served, slip()).await.unwrap();
        let read = pb::ReadDocumentRequest {
            name: document.name.clone(),
            recipient: unit("water"),
            account: "water-clerk".to_owned(),
            request_id: uuid(),
        };
        let seen = client(&served).read_document(read.clone()).await.unwrap().into_inner();
        assert_eq!(seen.recipients[1].state(), State::Read);
        assert_eq!(seen.recipients[0].state(), State::Delivered);
        let again = pb::ReadDocumentRequest { request_id: String::new(), ..read.clone() };
        assert_eq!(client(&served).read_document(again).await.unwrap().into_inner(), seen);
        let stranger = pb::ReadDocumentRequest {
            recipient: unit("office"),
            request_id: String::new(),
            ..read.clone()
        };
        let outcome = client(&served).read_document(stranger).await;
        denied(outcome, Code::FailedPrecondition, "NOT_A_RECIPIENT");

        // The tenth is the last day; the eleventh begins at 16:00 UTC.
        bed.clock().set("2023-04-10T16:00:00Z".parse().unwrap());
        let sign = pb::AcknowledgeDocumentRequest {
            name: document.name.clone(),
            recipient: unit("water"),
            text: "已收悉，按期报送。".to_owned(),
            ..Default::default()
        };
        let late = client(&served).acknowledge_document(sign.clone()).await;
        denied(late, Code::FailedPrecondition, "DEADLINE_PASSED");
        take_late_ones(&served).await;
        let done = client(&served).acknowledge_document(sign.clone()).await.unwrap().into_inner();
        let [opened, signed] = &done.recipients[1].receipts[..] else { panic!("{done:?}") };
        assert!(!opened.late && signed.late);
        assert_eq!((signed.state(), signed.text.as_str()), (State::Acknowledged, &*sign.text));
        let twice = client(&served).acknowledge_document(sign).await;
        denied(twice, Code::FailedPrecondition, "ALREADY_ACKNOWLEDGED");
        assert_eq!(client(&served).read_document(read).await.unwrap().into_inner(), seen);

        issue(&served, pb::Document { due_date: None, ..slip() }).await.unwrap();
        let of = async |recipient: &str, state: State| {
            let request = pb::ListDocumentsRequest {
                recipient: unit(recipient),
                state: state.into(),
                kind: pb::DocumentKind::ReminderSlip.into(),
                page_size: 1,
                ..Default::default()
            };
            all(&served, request).await.len()
        };
        assert_eq!(of("water", State::Acknowledged).await, 1);
        assert_eq!(of("water", State::Delivered).await, 1);
        assert_eq!(of("transport", State::Delivered).await, 2);
        let lonely = pb::ListDocumentsRequest {
            parent: DISTRICT.to_owned(),
            state: State::Read.into(),
            ..Default::default()
        };
        refused(client(&served).list_documents(lonely).await, &[("recipient", "REQUIRED")]);
        let absent = pb::GetDocumentRequest { name: format!("{DISTRICT}/documents/9"), ..Default::default() };
        denied(client(&served).get_document(absent).await, Code::NotFound, "");
    }

    // H7: HTML is escaped, needs nothing beside it and runs nothing.
    async fn a_document_is_printed(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let document = issue(&served, slip()).await.unwrap();
        let plain = print(&served, &document, pb::PrintFormat::Text, pb::Language::Chinese).await;
        let plain = String::from_utf8(plain.unwrap().content).unwrap();
        assert!(plain.starts_with(&document.texts[0].subject), "{plain}");
        assert!(plain.contains(&format!("附件1：台账模板 (SHA-256 {}", "ab".repeat(32))), "{plain}");
        let page = print(&served, &document, pb::PrintFormat::Html, pb::Language::English).await;
        let page = page.unwrap();
        assert_eq!(page.media_type, "text/html; charset=utf-8");
        let page = String::from_utf8(page.content).unwrap();
        assert!(page.contains("更新问题台账 &lt;附后&gt;"), "{page}");
        for absent in ["<script", "http://", "https://", "src=", "<附后>"] {
            assert!(!page.contains(absent), "{absent} is in {page}");
        }
        // A machine with a Chinese font prints it; another says what is missing.
        match print(&served, &document, pb::PrintFormat::Pdf, pb::Language::Chinese).await {
            Ok(found) => {
                assert_eq!(found.media_type, "application/pdf");
                assert!(found.content.starts_with(b"%PDF-"));
            }
            refusal => denied(refusal, Code::FailedPrecondition, "FONT_MISSING"),
        }
        let absent = pb::Document { name: format!("{DISTRICT}/documents/7"), ..document };
        let outcome = print(&served, &absent, pb::PrintFormat::Text, pb::Language::Chinese).await;
        denied(outcome, Code::NotFound, "");
    }

    // H7, H12: a district's own templates, every revision of them kept.
    async fn templates_of_documents_have_revisions(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let mut request = pb::ListDocumentTemplatesRequest {
            parent: DISTRICT.to_owned(),
            page_size: 7,
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let page = templates(&served).list_document_templates(request.clone()).await;
            let page = page.unwrap().into_inner();
            found.extend(page.document_templates);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(found.len(), 16);
        assert!(found.iter().all(|it| it.built_in && !it.variables.is_empty()));
        let name = format!("{DISTRICT}/documentTemplates/reminder-slip");
        let update = async |template: pb::DocumentTemplate, path: &str| {
            let paths = vec![path.to_owned()];
            let request = pb::UpdateDocumentTemplateRequest {
                document_template: Some(pb::DocumentTemplate { name: name.clone(), ..template }),
                update_mask: Some(FieldMask { paths }),
            };
            templates(&served).update_document_template(request).await.map(|it| it.into_inner())
        };
        let faulty = pb::DocumentTemplate { body: "{{ situation }}".to_owned(), ..Default::default() };
        let said = refused(update(faulty, "body").await, &[("document_template.body", "UNKNOWN_VARIABLE")]);
        assert!(said.contains("no variable situation"), "{said}");
        let series = pb::DocumentTemplate { series: "恒考办函".to_owned(), ..Default::default() };
        let own = update(series.clone(), "series").await.unwrap();
        assert_eq!((own.revision, own.built_in), (1, false));
        let subject = pb::DocumentTemplate {
            subject: "提醒单：{{ matter }}".to_owned(),
            etag: own.etag.clone(),
            ..Default::default()
        };
        assert_eq!(update(subject.clone(), "subject").await.unwrap().revision, 2);
        denied(update(subject, "subject").await, Code::Aborted, "");
        let document = issue(&served, slip()).await.unwrap();
        assert_eq!(document.number, "恒考办函〔2023〕1号");
        assert_eq!(document.texts[0].subject, "提醒单：第一季度政治体检自查");
        assert_eq!(document.texts[0].template_revision, 2);

        let mut request = pb::ListDocumentTemplateRevisionsRequest {
            name: name.clone(),
            page_size: 1,
            ..Default::default()
        };
        let page = templates(&served).list_document_template_revisions(request.clone()).await;
        let page = page.unwrap().into_inner();
        assert_eq!(page.document_templates, [own]);
        request.page_token = page.next_page_token;
        let page = templates(&served).list_document_template_revisions(request).await;
        let page = page.unwrap().into_inner();
        assert_eq!((page.document_templates[0].revision, page.next_page_token.as_str()), (2, ""));
        let request = pb::GetDocumentTemplateRequest {
            name: format!("{DISTRICT}/documentTemplates/love-letter"),
        };
        denied(templates(&served).get_document_template(request).await, Code::NotFound, "");
    }
}
