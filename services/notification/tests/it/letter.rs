//! From warnings to letters, and what recipients do about them.

use kit::testing::{Bed, Engine, Served, eventually, token};
use prost::Message as _;
use prost_types::Timestamp;
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::letter::State;
use proto::notification::v1::letter_service_client::LetterServiceClient;
use proto::notification::v1::notice_service_client::NoticeServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;
use tonic::Code;

use crate::data::{
    DISTRICT, OTHER, behind, issued, letters, low, put_district, raise, settled, templates, tray,
};
use crate::{denied, fake, refused};

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn read(name: &str) -> pb::ReadLetterRequest {
    pb::ReadLetterRequest { name: name.to_owned(), ..Default::default() }
}

fn acknowledge(name: &str, text: &str) -> pb::AcknowledgeLetterRequest {
    let (name, text) = (name.to_owned(), text.to_owned());
    pb::AcknowledgeLetterRequest { name, text, ..Default::default() }
}

fn everything(district: &str) -> pb::ListLettersRequest {
    pb::ListLettersRequest { parent: district.to_owned(), ..Default::default() }
}

/// What lies in the tray of the district, at fault or all of it.
async fn lying(served: &Served, only_faulty: bool) -> Vec<pb::Notice> {
    let mut client = NoticeServiceClient::new(served.channel());
    let mut request = pb::ListNoticesRequest {
        parent: DISTRICT.to_owned(),
        page_size: 1,
        only_faulty,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = client.list_notices(request.clone()).await.unwrap().into_inner();
        found.extend(page.notices);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

/// The event that lies in the tray.
async fn payload(served: &Served, source: &str) -> scoring::Change {
    let mut tx = served.db("notification").begin_read().await.unwrap();
    let sql = "SELECT payload FROM notice WHERE source = $1";
    let (payload,) = kit::fetch_one!(tx, (Vec<u8>,), sql, source).unwrap();
    scoring::Change::decode(&*payload).unwrap()
}

/// Lets the database refuse letters to one unit, as it would a text that it cannot hold.
async fn curse(bed: &Bed, served: &Served) {
    let mut tx = served.db("notification").begin_write().await.unwrap();
    match bed.engine() {
        Engine::Sqlite => kit::execute!(
            tx,
            "CREATE TRIGGER curse BEFORE INSERT ON letter WHEN new.recipient = 'cursed'
             BEGIN SELECT RAISE(ABORT, 'cursed'); END"
        ),
        Engine::Postgres => kit::execute!(
            tx,
            "CREATE TRIGGER curse BEFORE INSERT ON letter FOR EACH ROW
             WHEN (new.recipient = 'cursed') EXECUTE FUNCTION insert_only()"
        ),
    }
    .unwrap();
    tx.commit().await.unwrap();
}

/// Takes the curse away.
async fn lift(bed: &Bed, served: &Served) {
    let mut tx = served.db("notification").begin_write().await.unwrap();
    match bed.engine() {
        Engine::Sqlite => kit::execute!(tx, "DROP TRIGGER curse"),
        Engine::Postgres => kit::execute!(tx, "DROP TRIGGER curse ON letter"),
    }
    .unwrap();
    tx.commit().await.unwrap();
}

kit::both! {
    // H7: each series has its numbers, without gaps and from 1 in each year, in the series of documents;
    // a letter is printed for its unit in both languages.
    async fn a_letter_is_numbered_and_printed(bed: &Bed) {
        let served = fake::start(bed).await;
        bed.clock().set("2023-12-31T15:00:00Z".parse().unwrap());
        for warning in [
            behind(DISTRICT, 1, "transport"),
            low(DISTRICT, 2, "transport"),
            behind(OTHER, 1, "transport"),
            behind(DISTRICT, 3, "water"),
            low(DISTRICT, 4, "water"),
        ] {
            raise(&served, warning).await;
        }
        issued(&served, OTHER, 1).await;
        let first = issued(&served, DISTRICT, 4).await.remove(0);
        // The new year begins at the district's midnight.
        bed.clock().set("2023-12-31T16:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 5, "water")).await;
        let found = issued(&served, DISTRICT, 5).await;
        let mut numbers: Vec<_> = found.iter().map(|it| it.number.as_str()).collect();
        assert_eq!(numbers.pop(), Some("提示函〔2024〕1号"));
        numbers.sort_unstable();
        assert_eq!(
            numbers,
            ["提示函〔2023〕1号", "提示函〔2023〕2号", "预警单〔2023〕1号", "预警单〔2023〕2号"]
        );
        for letter in &found {
            assert!(letter.body.starts_with(&format!("{}\n", letter.number)), "{}", letter.body);
        }
        let mut tx = served.db("notification").begin_read().await.unwrap();
        let sql = "SELECT last FROM document_series
                   WHERE district = 'hengkou' AND year = 2023 AND series = '提示函'";
        assert_eq!(kit::fetch_one!(tx, (i64,), sql).unwrap(), (2,));
        drop(tx);

        let request = |format: pb::PrintFormat, language: pb::Language| pb::GetLetterPrintRequest {
            name: format!("{}/print", first.name),
            format: format.into(),
            language: language.into(),
        };
        let of = |unit: &str| {
            let token = token("wang.wei", &[&format!("unit-reporter@{DISTRICT}/units/{unit}")]);
            LetterServiceClient::new(served.channel_as(&token))
        };
        let mut own = of(first.recipient.rsplit('/').next().unwrap());
        let plain = request(pb::PrintFormat::Text, pb::Language::Chinese);
        let plain = own.get_letter_print(plain).await.unwrap().into_inner();
        assert_eq!(plain.name, format!("{}/print", first.name));
        let text = String::from_utf8(plain.content).unwrap();
        assert!(text.starts_with(&first.subject) && text.contains(&first.number), "{text}");
        let page = request(pb::PrintFormat::Html, pb::Language::English);
        let page = own.get_letter_print(page).await.unwrap().into_inner();
        let text = String::from_utf8(page.content).unwrap();
        assert!(text.contains("To: 恒口示范区交通局"), "{text}");
        match own.get_letter_print(request(pb::PrintFormat::Pdf, pb::Language::Chinese)).await {
            Ok(found) => assert!(found.into_inner().content.starts_with(b"%PDF-")),
            refusal => denied(refusal, Code::FailedPrecondition, "FONT_MISSING"),
        }
        let mut other = of("finance");
        let plain = request(pb::PrintFormat::Text, pb::Language::Chinese);
        denied(other.get_letter_print(plain).await, Code::PermissionDenied, "");
        let absent = pb::GetLetterPrintRequest {
            name: format!("{DISTRICT}/letters/9/print"),
            ..Default::default()
        };
        denied(letters(&served).get_letter_print(absent).await, Code::NotFound, "");
    }

    // H5, H7, A1
    async fn a_unit_behind_schedule_gets_a_work_reminder(bed: &Bed) {
        let served = fake::start(bed).await;
        // Midnight has passed in Shanghai: the district's day is the second.
        bed.clock().set("2023-04-01T16:30:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 7, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let expected = pb::Letter {
            name: format!("{DISTRICT}/letters/1"),
            kind: pb::LetterKind::WorkReminder.into(),
            recipient: format!("{DISTRICT}/units/transport"),
            recipient_display_name: "恒口示范区交通局".to_owned(),
            subject: "关于固定资产投资完成额未达时序进度的工作提示函".to_owned(),
            body: letter.body.clone(),
            source: format!("{DISTRICT}/warnings/7"),
            period: format!("{DISTRICT}/periods/2023-03"),
            due_date: Some(Date { year: 2023, month: 4, day: 9 }),
            state: State::Delivered.into(),
            create_time: Some(Timestamp { seconds: 1_680_366_600, nanos: 0 }),
            translations: letter.translations.clone(),
            number: "提示函〔2023〕1号".to_owned(),
            etag: letter.etag.clone(),
            ..Default::default()
        };
        assert_eq!(letter, expected);
        for said in [
            "提示函〔2023〕1号",
            "恒口示范区交通局：",
            "2023年3月",
            "应完成12000.75万元，实际完成8000.5万元，为时序目标的66.67%",
            "请于2023年4月9日前",
            "恒口示范区目标责任考核工作领导小组办公室",
        ] {
            assert!(letter.body.contains(said), "{said} is not in {}", letter.body);
        }
        assert!(letter.body.ends_with("2023年4月2日"), "{}", letter.body);
        let request = pb::GetLetterRequest { name: letter.name.clone(), ..Default::default() };
        assert_eq!(letters(&served).get_letter(request).await.unwrap().into_inner(), letter);
    }

    // H5, H7
    async fn a_unit_low_in_the_ranking_gets_a_warning_sheet(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, low(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(letter.kind(), pb::LetterKind::WarningSheet);
        assert_eq!(letter.subject, "关于2023年第一季度考核排名靠后的预警单");
        let said = "在“经济管理类部门”赛道12个考核对象中列第12名，得分71.35分";
        assert!(letter.body.contains(said), "{}", letter.body);
        assert_eq!(letter.due_date, Some(Date { year: 2023, month: 4, day: 8 }));
    }

    // Q6, H7: who answers for a project or post gets its letter, which names what is warned.
    async fn the_letter_of_a_project_goes_to_the_unit_that_answers(bed: &Bed) {
        let served = fake::start(bed).await;
        for (id, subject) in [(1, "projects/ring-road"), (2, "posts/transport-head")] {
            let warning = scoring::Warning {
                unit: format!("{DISTRICT}/{subject}"),
                unit_display_name: "环城路工程".to_owned(),
                responsible_unit: format!("{DISTRICT}/units/transport"),
                responsible_unit_display_name: "恒口示范区交通局".to_owned(),
                ..low(DISTRICT, id, "transport")
            };
            raise(&served, warning).await;
        }
        for letter in issued(&served, DISTRICT, 2).await {
            assert_eq!(letter.recipient, format!("{DISTRICT}/units/transport"));
            assert_eq!(letter.recipient_display_name, "恒口示范区交通局");
            let said = "在“经济管理类部门（环城路工程）”赛道";
            assert!(letter.body.contains(said), "{}", letter.body);
        }
    }

    // H7, A1: events come at least once and in any order.
    async fn repeated_and_reordered_events_make_one_letter_each(bed: &Bed) {
        let served = fake::start(bed).await;
        for id in [3, 1, 3, 2] {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        raise(&served, low(OTHER, 1, "transport")).await;
        issued(&served, DISTRICT, 3).await;
        settled(&served).await;
        for id in [1, 4, 3] {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        let found = issued(&served, DISTRICT, 4).await;
        settled(&served).await;
        let mut sources: Vec<_> = found.iter().map(|letter| letter.source.as_str()).collect();
        sources.sort_unstable();
        let expected: Vec<_> = (1..=4).map(|id| format!("{DISTRICT}/warnings/{id}")).collect();
        assert_eq!(sources, expected);
        let names: Vec<_> = found.into_iter().map(|letter| letter.name).collect();
        let expected: Vec<_> = (1..=4).map(|id| format!("{DISTRICT}/letters/{id}")).collect();
        assert_eq!(names, expected);
        issued(&served, DISTRICT, 4).await;
        issued(&served, OTHER, 1).await;
    }

    // A1: what was told while notification was away is not lost.
    async fn a_restart_takes_up_where_it_was(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        issued(&served, DISTRICT, 1).await;
        served.stop().await;
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        issued(&served, DISTRICT, 2).await;
    }

    // A1: a peer that is away delays its own district's letters and nobody else's.
    async fn letters_wait_for_the_registry(bed: &Bed) {
        let served = fake::start(bed).await;
        served.refuse("registry", DISTRICT, Code::Unavailable).await;
        served.refuse("registry", "districts/broken", Code::Internal).await;
        raise(&served, behind("districts/broken", 1, "transport")).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        raise(&served, behind(OTHER, 1, "transport")).await;
        issued(&served, OTHER, 1).await;
        assert_eq!(tray(&served).await, 2);
        put_district(&served, DISTRICT, "恒口新区").await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert!(letter.body.contains("恒口新区"), "{}", letter.body);
        assert_eq!(tray(&served).await, 1);
    }

    // H5, A1: what this version cannot read waits for one that can, and nobody waits with it.
    async fn an_unreadable_warning_is_kept_and_holds_nobody_up(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut nothing = behind(DISTRICT, 1, "transport");
        nothing.pace = None;
        raise(&served, nothing).await;
        let mut stranger = behind(DISTRICT, 2, "transport");
        stranger.unit = format!("{OTHER}/units/transport");
        raise(&served, stranger).await;
        let known = behind(DISTRICT, 3, "transport");
        let unknown = scoring::Warning { kind: 3, ..known.clone() };
        raise(&served, unknown.clone()).await;
        raise(&served, behind(DISTRICT, 4, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(letter.source, format!("{DISTRICT}/warnings/4"));
        assert_eq!(tray(&served).await, 3);
        // The office sees what waits, and why.
        let faults = eventually(async || {
            let found = lying(&served, true).await;
            (found.len() == 3).then_some(found)
        })
        .await;
        let told: Vec<_> = faults.iter().map(|it| (it.source.as_str(), it.fault.as_str())).collect();
        let warning = |id: i32| format!("{DISTRICT}/warnings/{id}");
        let sources = [warning(1), warning(2), warning(3)];
        assert_eq!(told.iter().map(|it| it.0).collect::<Vec<_>>(), sources);
        assert!(told[0].1.contains("warning.pace"), "{told:?}");
        assert!(told[1].1.contains("is not in districts/hengkou"), "{told:?}");
        assert!(told[2].1.contains("warning.kind"), "{told:?}");
        assert!(faults.iter().all(|it| it.kind() == pb::notice::Kind::Warning));
        let next = faults[0].next_attempt_time.unwrap();
        assert_eq!(next.seconds - faults[0].create_time.unwrap().seconds, 600);

        let kept = payload(&served, &known.name).await;
        assert_eq!(kept.resource, Some(Resource::Warning(unknown)));
        let readable = scoring::Change { resource: Some(Resource::Warning(known.clone())), ..kept };
        let mut tx = served.db("notification").begin_write().await.unwrap();
        let sql = "UPDATE notice SET payload = $1 WHERE source = $2";
        kit::execute!(tx, sql, readable.encode_to_vec(), &known.name).unwrap();
        tx.commit().await.unwrap();
        raise(&served, behind(DISTRICT, 5, "transport")).await;
        issued(&served, DISTRICT, 2).await;
        assert_eq!(tray(&served).await, 3, "it is put off for a while");
        bed.clock().set("2023-04-01T02:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 6, "transport")).await;
        let found = issued(&served, DISTRICT, 4).await;
        assert!(found.iter().any(|letter| letter.source == known.name));
        assert_eq!(tray(&served).await, 2);
        assert_eq!(lying(&served, false).await.len(), 2);
    }

    // H7, A1: of many letters of one cause the one at fault waits alone.
    async fn one_letter_at_fault_holds_up_none_of_its_batch(bed: &Bed) {
        let served = fake::start(bed).await;
        curse(bed, &served).await;
        served.refuse("registry", DISTRICT, Code::Unavailable).await;
        for (id, unit) in (1..).zip(["water", "cursed", "transport"]) {
            raise(&served, behind(DISTRICT, id, unit)).await;
        }
        put_district(&served, DISTRICT, "恒口示范区").await;
        let found = issued(&served, DISTRICT, 2).await;
        let sources: Vec<_> = found.iter().map(|letter| letter.source.as_str()).collect();
        assert_eq!(sources, [1, 3].map(|id| format!("{DISTRICT}/warnings/{id}")));
        assert_eq!(tray(&served).await, 1);
        lift(bed, &served).await;
        bed.clock().set("2023-04-01T02:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 4, "transport")).await;
        issued(&served, DISTRICT, 4).await;
        assert_eq!(tray(&served).await, 0);
    }

    // H7: hundreds of warnings at once, in batches.
    async fn many_warnings_make_as_many_letters(bed: &Bed) {
        let served = fake::start(bed).await;
        served.refuse("registry", DISTRICT, Code::Unavailable).await;
        for id in 1..=450 {
            raise(&served, behind(DISTRICT, id, &format!("village-{id}"))).await;
        }
        put_district(&served, DISTRICT, "恒口示范区").await;
        issued(&served, DISTRICT, 450).await;
        settled(&served).await;
    }

    // H7: the inbox of a unit.
    async fn an_inbox_is_filtered_and_paged(bed: &Bed) {
        let served = fake::start(bed).await;
        for id in 1..=5 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
            raise(&served, low(DISTRICT, 10 + id, "water")).await;
        }
        let all = issued(&served, DISTRICT, 10).await;
        let mut client = letters(&served);
        let water = format!("{DISTRICT}/units/water");
        let first = all.iter().find(|letter| letter.recipient == water).unwrap();
        client.read_letter(read(&first.name)).await.unwrap();

        let mut inbox = pb::ListLettersRequest {
            recipient: water.clone(),
            page_size: 2,
            ..everything(DISTRICT)
        };
        let mut found = Vec::new();
        loop {
            let page = client.list_letters(inbox.clone()).await.unwrap().into_inner();
            assert!(page.letters.len() <= 2);
            found.extend(page.letters.into_iter().map(|letter| letter.name));
            if page.next_page_token.is_empty() {
                break;
            }
            inbox.page_token = page.next_page_token;
        }
        let expected: Vec<_> =
            all.iter().filter(|it| it.recipient == water).map(|it| it.name.clone()).collect();
        assert_eq!(found, expected);

        let count = async |filter: pb::ListLettersRequest| {
            letters(&served).list_letters(filter).await.unwrap().into_inner().letters.len()
        };
        let kind = pb::LetterKind::WarningSheet.into();
        assert_eq!(count(pb::ListLettersRequest { kind, ..everything(DISTRICT) }).await, 5);
        let period = format!("{DISTRICT}/periods/2023-03");
        assert_eq!(count(pb::ListLettersRequest { period, ..everything(DISTRICT) }).await, 5);
        let state = State::Read.into();
        let filter = pb::ListLettersRequest { state, recipient: water.clone(), ..everything(DISTRICT) };
        assert_eq!(count(filter).await, 1);
        let state = State::Delivered.into();
        assert_eq!(count(pb::ListLettersRequest { state, ..everything(DISTRICT) }).await, 9);
        assert_eq!(count(everything(OTHER)).await, 0);

        // A token belongs to its filter.
        inbox.recipient = format!("{DISTRICT}/units/transport");
        refused(client.list_letters(inbox).await, &[("page_token", "PAGE_TOKEN")]);
        let wrong = pb::ListLettersRequest {
            recipient: format!("{OTHER}/units/water"),
            kind: 9,
            state: 9,
            period: "2023".to_owned(),
            ..everything(DISTRICT)
        };
        refused(client.list_letters(wrong).await, &[
            ("recipient", "OTHER_DISTRICT"),
            ("kind", "UNKNOWN_VALUE"),
            ("state", "UNKNOWN_VALUE"),
            ("period", "NAME_FORMAT"),
        ]);
    }

    // H7: a page of long letters ends before the reply grows too large for a client.
    async fn a_page_of_long_letters_is_shorter(bed: &Bed) {
        let served = fake::start(bed).await;
        let template = pb::Template {
            name: format!("{DISTRICT}/templates/work-reminder"),
            body: "长".repeat(20_000),
            ..Default::default()
        };
        let request = pb::UpdateTemplateRequest { template: Some(template), update_mask: None };
        templates(&served).update_template(request).await.unwrap();
        for id in 1..=80 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        settled(&served).await;
        let mut request = pb::ListLettersRequest { page_size: 1000, ..everything(DISTRICT) };
        let mut pages = Vec::new();
        loop {
            let page = letters(&served).list_letters(request.clone()).await.unwrap().into_inner();
            pages.push(page.letters.len());
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(pages, [34, 34, 12]);
    }

    // H7
    async fn a_letter_is_read_and_acknowledged_once(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let mut client = letters(&served);
        bed.clock().set("2023-04-03T01:00:00Z".parse().unwrap());
        let seen = client.read_letter(read(&letter.name)).await.unwrap().into_inner();
        assert_eq!(seen.state(), State::Read);
        assert_ne!(seen.etag, letter.etag);
        assert_eq!(seen.receipts.len(), 1);
        bed.clock().set("2023-04-04T01:00:00Z".parse().unwrap());
        let again = client.read_letter(read(&letter.name)).await.unwrap().into_inner();
        assert_eq!(again, seen);

        let request = acknowledge(&letter.name, "已制定追赶措施。\n责任人：王局长。");
        let done = client.acknowledge_letter(request.clone()).await.unwrap().into_inner();
        assert_eq!(done.state(), State::Acknowledged);
        let steps: Vec<_> =
            done.receipts.iter().map(|it| (it.state(), it.text.as_str())).collect();
        assert_eq!(steps, [(State::Read, ""), (State::Acknowledged, request.text.as_str())]);
        let second = client.acknowledge_letter(request).await;
        denied(second, Code::FailedPrecondition, "ALREADY_ACKNOWLEDGED");
        let again = client.read_letter(read(&letter.name)).await.unwrap().into_inner();
        assert_eq!(again, done);
        assert_eq!((again.subject, again.body), (letter.subject, letter.body));
    }

    // H7: who signs without having opened it has opened it.
    async fn a_letter_may_be_acknowledged_unread(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let mut client = letters(&served);
        let done = client.acknowledge_letter(acknowledge(&letter.name, "收到")).await.unwrap();
        let again = client.read_letter(read(&letter.name)).await.unwrap();
        assert_eq!(again.get_ref(), done.get_ref());
        assert_eq!(again.get_ref().receipts.len(), 1);
    }

    // H7: the same request sent twice has one effect and one reply.
    async fn receipts_are_replayed_by_request_id(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let mut client = letters(&served);
        let opened = pb::ReadLetterRequest { request_id: uuid(), ..read(&letter.name) };
        let first = client.read_letter(opened.clone()).await.unwrap().into_inner();
        let signed =
            pb::AcknowledgeLetterRequest { request_id: uuid(), ..acknowledge(&letter.name, "收到") };
        let done = client.acknowledge_letter(signed.clone()).await.unwrap().into_inner();
        assert_eq!(client.read_letter(opened).await.unwrap().into_inner(), first);
        assert_eq!(client.acknowledge_letter(signed.clone()).await.unwrap().into_inner(), done);
        let other = pb::AcknowledgeLetterRequest { text: "没收到".to_owned(), ..signed };
        denied(client.acknowledge_letter(other).await, Code::InvalidArgument, "");
    }

    // H7
    async fn receipts_want_a_letter_and_a_text(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = letters(&served);
        for id in ["1", "01", "abc", "99999999999999999999"] {
            let name = format!("{DISTRICT}/letters/{id}");
            denied(client.read_letter(read(&name)).await, Code::NotFound, "");
            denied(client.acknowledge_letter(acknowledge(&name, "x")).await, Code::NotFound, "");
            denied(client.get_letter(pb::GetLetterRequest { name, ..Default::default() }).await, Code::NotFound, "");
        }
        let long = "长".repeat(2001);
        let name = format!("{DISTRICT}/letters/1");
        refused(client.acknowledge_letter(acknowledge(&name, &long)).await, &[("text", "LENGTH")]);
        let both = client.acknowledge_letter(acknowledge("letters/1", "")).await;
        refused(both, &[("name", "NAME_FORMAT"), ("text", "REQUIRED")]);
    }
}
