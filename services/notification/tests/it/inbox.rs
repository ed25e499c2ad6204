//! Inboxes: what lies there, what comes, and how late a letter may be acknowledged.

use kit::testing::{Bed, Channel, Served, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::inbox_rule::LateAcknowledgement;
use proto::notification::v1::inbox_service_client::InboxServiceClient;
use proto::notification::v1::letter::State;
use proto::notification::v1::watch_inbox_response::Item;
use tonic::{Code, Streaming};

use crate::data::{DISTRICT, OTHER, behind, issued, letters, raise};
use crate::endpoint::{create, endpoint};
use crate::receiver::Receiver;
use crate::{denied, fake, refused};

pub(crate) fn inboxes(served: &Served) -> InboxServiceClient<Channel> {
    InboxServiceClient::new(served.channel())
}

async fn watch(served: &Served, unit: &str, token: &str) -> Streaming<pb::WatchInboxResponse> {
    let request = pb::WatchInboxRequest {
        parent: format!("{DISTRICT}/units/{unit}"),
        resume_token: token.to_owned(),
        ..Default::default()
    };
    inboxes(served).watch_inbox(request).await.unwrap().into_inner()
}

/// The next letter that a watch tells of, with its token; bookmarks are passed over.
async fn next(stream: &mut Streaming<pb::WatchInboxResponse>) -> (pb::Letter, String) {
    loop {
        let reply = stream.message().await.unwrap().unwrap();
        match reply.item {
            Some(Item::Letter(letter)) => return (letter, reply.resume_token),
            Some(other) => panic!("{other:?}"),
            None => assert!(!reply.resume_token.is_empty()),
        }
    }
}

async fn acknowledge(served: &Served, letter: &pb::Letter) -> Result<pb::Letter, tonic::Status> {
    let request = pb::AcknowledgeLetterRequest {
        name: letter.name.clone(),
        text: "收到".to_owned(),
        ..Default::default()
    };
    Ok(letters(served).acknowledge_letter(request).await?.into_inner())
}

pub(crate) async fn notes(served: &Served, unit: &str, unread: bool) -> Vec<pb::Note> {
    let mut found = Vec::new();
    let mut page_token = String::new();
    loop {
        let parent = format!("{DISTRICT}/units/{unit}");
        let request = pb::ListNotesRequest { parent, page_size: 1, page_token, unread };
        let reply = inboxes(served).list_notes(request).await.unwrap().into_inner();
        found.extend(reply.notes);
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

kit::both! {
    // H7: a unit's inbox as a stream: what lies unread, then what comes and what becomes of it.
    async fn an_inbox_tells_what_lies_there_and_then_what_comes(bed: &Bed) {
        let served = fake::start(bed).await;
        for id in 1..=120 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        raise(&served, behind(DISTRICT, 121, "water")).await;
        let all = issued(&served, DISTRICT, 121).await;
        let request = pb::ReadLetterRequest { name: all[0].name.clone(), ..Default::default() };
        letters(&served).read_letter(request).await.unwrap();

        let mut stream = watch(&served, "transport", "").await;
        for expected in &all[1..120] {
            let (letter, token) = next(&mut stream).await;
            assert_eq!((&letter.name, &*token), (&expected.name, ""));
        }
        raise(&served, behind(DISTRICT, 122, "water")).await;
        raise(&served, behind(OTHER, 1, "transport")).await;
        raise(&served, behind(DISTRICT, 123, "transport")).await;
        let (new, first) = next(&mut stream).await;
        assert_eq!((new.state(), &*new.source), (State::Delivered, &*format!("{DISTRICT}/warnings/123")));
        let done = acknowledge(&served, &new).await.unwrap();
        let (told, _) = next(&mut stream).await;
        assert_eq!(told, done);

        // Whoever was cut off goes on from the token, and misses nothing.
        let mut again = watch(&served, "transport", &first).await;
        assert_eq!(next(&mut again).await.0, done);
        let request = pb::WatchInboxRequest {
            parent: format!("{DISTRICT}/units/transport"),
            resume_token: "yesterday".to_owned(),
            ..Default::default()
        };
        refused(inboxes(&served).watch_inbox(request).await, &[("resume_token", "RESUME_TOKEN")]);
    }

    // H7: documents lie in the inbox, too.
    async fn documents_come_to_the_inbox_of_each_recipient(bed: &Bed) {
        let served = fake::start(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        let first = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        let mut stream = watch(&served, "water", "").await;
        let mut told = Vec::new();
        while told.len() < 2 {
            match stream.message().await.unwrap().unwrap().item {
                Some(Item::Document(document)) => told.push(document),
                None if told.len() == 1 => {
                    crate::document::issue(&served, crate::document::slip()).await.unwrap();
                }
                other => assert_eq!(other, None),
            }
        }
        assert_eq!(told[0], first);
        assert_ne!(told[1].name, first.name);
    }

    // H7: a person reads an inbox in a language of his own, chosen when he opens it.
    async fn an_inbox_is_read_in_a_persons_own_language(bed: &Bed) {
        let served = fake::start(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let document = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        let request = pb::WatchInboxRequest {
            parent: format!("{DISTRICT}/units/transport"),
            language: pb::Language::English.into(),
            ..Default::default()
        };
        let mut stream = inboxes(&served).watch_inbox(request.clone()).await.unwrap().into_inner();
        let english = &letter.translations[0];
        let read = |letter: &pb::Letter| pb::Letter {
            subject: english.subject.clone(),
            body: english.body.clone(),
            translations: Vec::new(),
            ..letter.clone()
        };
        assert_eq!(next(&mut stream).await.0, read(&letter));
        let told = stream.message().await.unwrap().unwrap().item;
        let texts = vec![document.texts[1].clone()];
        assert_eq!(told, Some(Item::Document(pb::Document { texts, ..document })));
        // So does what comes.
        let done = acknowledge(&served, &letter).await.unwrap();
        assert_eq!(next(&mut stream).await.0, read(&done));

        let language = pb::Language::English.into();
        let wanted = pb::GetLetterRequest { name: letter.name.clone(), language };
        assert_eq!(letters(&served).get_letter(wanted).await.unwrap().into_inner(), read(&done));
        let language = pb::Language::Chinese.into();
        let listed = pb::ListLettersRequest { parent: DISTRICT.to_owned(), language, ..Default::default() };
        let listed = letters(&served).list_letters(listed).await.unwrap().into_inner().letters;
        assert_eq!(listed, [pb::Letter { translations: Vec::new(), ..done }]);
        let strange = pb::WatchInboxRequest { language: 9, ..request };
        refused(inboxes(&served).watch_inbox(strange).await, &[("language", "UNKNOWN_VALUE")]);
    }

    // H7: too late is refused with a reason of its own, or recorded as late, as the district rules.
    async fn a_late_acknowledgement_is_refused_or_recorded_as_the_district_rules(bed: &Bed) {
        let served = fake::start(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        let all = issued(&served, DISTRICT, 2).await;
        // Due on the eighth, which ends at 16:00 UTC.
        bed.clock().set("2023-04-08T15:59:59Z".parse().unwrap());
        let done = acknowledge(&served, &all[0]).await.unwrap();
        assert_eq!(done.receipts[0].days_late, 0);
        bed.clock().set("2023-04-10T16:00:00Z".parse().unwrap());
        let late = acknowledge(&served, &all[1]).await;
        denied(late, Code::FailedPrecondition, "DEADLINE_PASSED");
        let again = acknowledge(&served, &all[0]).await;
        denied(again, Code::FailedPrecondition, "ALREADY_ACKNOWLEDGED");

        let name = format!("{DISTRICT}/inboxRule");
        let mut client = inboxes(&served);
        let request = pb::GetInboxRuleRequest { name: name.clone() };
        let usual = client.get_inbox_rule(request).await.unwrap().into_inner();
        assert_eq!(usual.late_acknowledgement(), LateAcknowledgement::Refused);
        assert_eq!(usual.update_time, None);
        let rule = |late: LateAcknowledgement, etag: &str| pb::UpdateInboxRuleRequest {
            inbox_rule: Some(pb::InboxRule {
                name: name.clone(),
                late_acknowledgement: late.into(),
                etag: etag.to_owned(),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask { paths: vec!["late_acknowledgement".to_owned()] }),
        };
        let unset = rule(LateAcknowledgement::Unspecified, "");
        let path = "inbox_rule.late_acknowledgement";
        refused(client.update_inbox_rule(unset).await, &[(path, "REQUIRED")]);
        let set = rule(LateAcknowledgement::Recorded, &usual.etag);
        let ruled = client.update_inbox_rule(set.clone()).await.unwrap().into_inner();
        assert_eq!(ruled.late_acknowledgement(), LateAcknowledgement::Recorded);
        denied(client.update_inbox_rule(set).await, Code::Aborted, "");
        let done = acknowledge(&served, &all[1]).await.unwrap();
        assert_eq!(done.receipts[0].days_late, 3);
        let request = pb::GetLetterRequest { name: all[1].name.clone(), ..Default::default() };
        assert_eq!(letters(&served).get_letter(request).await.unwrap().into_inner(), done);
    }

    // A2: the owner of what was disabled finds that in its inbox.
    async fn whoever_looks_after_an_endpoint_is_told_when_it_is_disabled(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("410 Gone").await;
        for id in ["portal", "archive"] {
            let owner = format!("{DISTRICT}/units/data");
            let wanted = pb::Endpoint { owner, ..endpoint(&receiver.url()) };
            create(&served, DISTRICT, id, wanted).await;
        }
        create(&served, DISTRICT, "nobodys", endpoint(&receiver.url())).await;
        let mut stream = watch(&served, "data", "").await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let told = eventually(async || {
            let found = notes(&served, "data", true).await;
            (found.len() == 2).then_some(found)
        })
        .await;
        assert_eq!(told[0].kind(), pb::note::Kind::EndpointDisabled);
        assert!(told[0].text.contains("“政务服务平台”已停用"), "{}", told[0].text);
        let streamed = loop {
            match stream.message().await.unwrap().unwrap().item {
                Some(Item::Note(note)) => break note,
                other => assert_eq!(other, None),
            }
        };
        assert_eq!(streamed, told[0]);

        let request = pb::ReadNoteRequest {
            name: told[0].name.clone(),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let read = inboxes(&served).read_note(request.clone()).await.unwrap().into_inner();
        assert!(read.read_time.is_some());
        assert_eq!(inboxes(&served).read_note(request).await.unwrap().into_inner(), read);
        let again = pb::ReadNoteRequest { name: read.name.clone(), ..Default::default() };
        assert_eq!(inboxes(&served).read_note(again).await.unwrap().into_inner(), read);
        assert_eq!(notes(&served, "data", true).await, told[1..]);
        assert_eq!(notes(&served, "data", false).await, [read, told[1].clone()]);
        let absent = pb::ReadNoteRequest { name: format!("{DISTRICT}/notes/9"), ..Default::default() };
        denied(inboxes(&served).read_note(absent).await, Code::NotFound, "");
    }
}
