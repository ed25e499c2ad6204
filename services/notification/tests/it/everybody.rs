//! What is for everybody: documents without recipients, and bulletins.

use kit::testing::{Bed, Served, eventually, token};
use proto::notification::v1 as pb;
use proto::notification::v1::channel::Setup;
use proto::notification::v1::dispatch::State as Reach;
use proto::notification::v1::document_recipient::State;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::inbox_service_client::InboxServiceClient;
use proto::notification::v1::watch_inbox_response::Item;
use tonic::{Code, Streaming};

use crate::channel::{channel, channels, create, gateway, sms, texts};
use crate::contact::{contacts, creation, force};
use crate::data::{DISTRICT, bulletined, close, put_assignment, put_board, put_units};
use crate::dispatch::{client as dispatching, dispatches, settled};
use crate::document::{issue, list, slip, text};
use crate::{fake, refused};

fn praise() -> pb::Document {
    pb::Document {
        kind: pb::DocumentKind::Commendation.into(),
        fields: vec![
            text("matter", "一季度招商引资工作"),
            list("honours", &["交通局：引进亿元项目3个"]),
            text("call", "望各单位学先进、争先进。"),
        ],
        ..Default::default()
    }
}

async fn bulletin(served: &Served, month: &str, count: usize) -> pb::Bulletin {
    put_assignment(served, DISTRICT, "2023Q2", &["target"]).await;
    put_board(served, DISTRICT, "target", "2023Q2").await;
    close(served, DISTRICT, month).await;
    bulletined(served, DISTRICT, count).await.remove(count - 1)
}

/// The next item of an inbox; bookmarks are passed over.
async fn next(stream: &mut Streaming<pb::WatchInboxResponse>) -> Item {
    loop {
        if let Some(item) = stream.message().await.unwrap().unwrap().item {
            return item;
        }
    }
}

kit::both! {
    // H7, H11: whoever reports for a unit reads what is for everybody, and nothing that went to others.
    async fn what_is_for_everybody_is_read_by_each_unit(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let first = issue(&served, praise()).await.unwrap();
        let sent = issue(&served, slip()).await.unwrap();
        let second = issue(&served, praise()).await.unwrap();

        let unit = |id: &str| format!("{DISTRICT}/units/{id}");
        let reporter = token("wang.wei", &[&format!("unit-reporter@{}", unit("road-bureau"))]);
        let mut own = DocumentServiceClient::new(served.channel_as(&reporter));
        let get = |it: &pb::Document| pb::GetDocumentRequest { name: it.name.clone(), ..Default::default() };
        assert_eq!(own.get_document(get(&first)).await.unwrap().into_inner(), first);
        let print = |it: &pb::Document| pb::GetPrintRequest {
            name: format!("{}/print", it.name),
            ..Default::default()
        };
        let printed = own.get_print(print(&first)).await.unwrap().into_inner();
        assert!(String::from_utf8(printed.content).unwrap().contains(&first.texts[0].subject));
        for status in [
            own.get_document(get(&sent)).await.unwrap_err(),
            own.get_print(print(&sent)).await.unwrap_err(),
        ] {
            assert_eq!(status.code(), Code::PermissionDenied);
        }

        let listed = async |request: pb::ListDocumentsRequest| {
            let mut client = DocumentServiceClient::new(served.channel());
            let parent = DISTRICT.to_owned();
            let mut request = pb::ListDocumentsRequest { parent, page_size: 1, ..request };
            let mut found = Vec::new();
            loop {
                let page = client.list_documents(request.clone()).await.unwrap().into_inner();
                found.extend(page.documents.into_iter().map(|it| it.name));
                request.page_token = page.next_page_token;
                if request.page_token.is_empty() {
                    return found;
                }
            }
        };
        let to = |id: &str| pb::ListDocumentsRequest { recipient: unit(id), ..Default::default() };
        let (first, sent, second) = (first.name, sent.name, second.name);
        assert_eq!(listed(to("road-bureau")).await, [first.clone(), second.clone()]);
        assert_eq!(listed(to("water")).await, [first.clone(), sent.clone(), second.clone()]);
        let kind = pb::DocumentKind::Commendation.into();
        let of_kind = pb::ListDocumentsRequest { kind, ..to("water") };
        assert_eq!(listed(of_kind).await, [first.clone(), second.clone()]);
        // Nobody acknowledges what is for everybody.
        let state = State::Delivered.into();
        assert_eq!(listed(pb::ListDocumentsRequest { state, ..to("water") }).await, [sent]);
        let request = pb::ListDocumentsRequest {
            parent: DISTRICT.to_owned(),
            ..to("road-bureau")
        };
        let page = own.list_documents(request).await.unwrap().into_inner();
        assert_eq!(page.documents.len(), 2);
    }

    // H5, H7: what is for everybody lies in each inbox for two months, and comes there.
    async fn what_is_for_everybody_comes_to_each_inbox(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let told = issue(&served, praise()).await.unwrap();
        issue(&served, slip()).await.unwrap();
        let monthly = bulletin(&served, "2023-04", 1).await;
        let watch = async || {
            let request = pb::WatchInboxRequest {
                parent: format!("{DISTRICT}/units/road-bureau"),
                ..Default::default()
            };
            InboxServiceClient::new(served.channel()).watch_inbox(request).await.unwrap().into_inner()
        };
        let mut stream = watch().await;
        assert_eq!(next(&mut stream).await, Item::Document(told));
        assert_eq!(next(&mut stream).await, Item::Bulletin(monthly));
        let told = issue(&served, praise()).await.unwrap();
        assert_eq!(next(&mut stream).await, Item::Document(told));
        let monthly = bulletin(&served, "2023-05", 2).await;
        assert_eq!(next(&mut stream).await, Item::Bulletin(monthly));

        bed.clock().set("2023-05-31T00:00:01Z".parse().unwrap());
        let told = issue(&served, praise()).await.unwrap();
        let monthly = bulletin(&served, "2023-06", 3).await;
        let mut stream = watch().await;
        assert_eq!(next(&mut stream).await, Item::Document(told));
        assert_eq!(next(&mut stream).await, Item::Bulletin(monthly));
    }

    // H5, H7, H11: it goes to the district's own contacts in their language; where there are none
    // nothing is held, and what went to units does not go there.
    async fn what_is_for_everybody_goes_to_the_contacts_of_the_district(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let gateway = gateway().await;
        let by = create(&served, "sms", channel(Setup::Sms(sms(gateway.url("http", "/send"))))).await;
        let contact = |address: &str, language: pb::Language| pb::Contact {
            channel: by.name.clone(),
            address: address.to_owned(),
            language: language.into(),
            ..Default::default()
        };
        let wrong = pb::Contact {
            role: pb::RecipientRole::UnitHead.into(),
            ..contact("13800000001", pb::Language::Chinese)
        };
        let wrong = contacts(&served).create_contact(creation("all", wrong)).await;
        refused(wrong, &[("contact.role", "NOT_ALLOWED")]);

        issue(&served, praise()).await.unwrap();
        let recipients = vec![slip().recipients.remove(0)];
        issue(&served, pb::Document { recipients, ..slip() }).await.unwrap();
        assert!(!settled(&served, Reach::Held, 1).await.remove(0).unit.is_empty());
        force(&served, "all", contact("13800000001", pb::Language::Chinese)).await;
        force(&served, "foreign", contact("+85212345678", pb::Language::English)).await;
        let told = issue(&served, praise()).await.unwrap();
        let sent = settled(&served, Reach::Sent, 2).await;
        assert!(sent.iter().all(|it| it.letter == told.name && it.unit.is_empty()), "{sent:?}");
        let messages = texts(&gateway.took(2).await);
        for (to, text) in [("13800000001", &told.texts[0]), ("+85212345678", &told.texts[1])] {
            let found = messages.iter().find(|it| it.0 == to).unwrap();
            assert!(found.1.contains(&text.subject), "{found:?}");
        }
        let monthly = bulletin(&served, "2023-04", 1).await;
        settled(&served, Reach::Sent, 4).await;
        let request = pb::ListDispatchesRequest {
            parent: DISTRICT.to_owned(),
            letter: monthly.name,
            ..Default::default()
        };
        let found = dispatching(&served).list_dispatches(request).await.unwrap().into_inner();
        assert_eq!(found.dispatches.len(), 2);
        let messages = texts(&gateway.took(4).await);
        for (to, subject) in [
            ("13800000001", &monthly.subject),
            ("+85212345678", &monthly.translations[0].subject),
        ] {
            assert!(messages.iter().any(|it| it.0 == to && it.1.contains(subject)), "{messages:?}");
        }
        assert_eq!(dispatches(&served, Reach::Held).await.len(), 1);

        // What has not reached a contact that is removed waits for no other.
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        channels(&served).disable_channel(disable).await.unwrap();
        issue(&served, praise()).await.unwrap();
        settled(&served, Reach::Pending, 2).await;
        let name = format!("{DISTRICT}/contacts/all");
        let removal = pb::RemoveContactRequest { name, ..Default::default() };
        let removed = contacts(&served).remove_contact(removal).await.unwrap().into_inner();
        assert_eq!(removed.unit, "");
        let dead = eventually(async || dispatches(&served, Reach::Dead).await.pop()).await;
        assert_eq!(dead.last_failure, "the contact was removed");
        assert_eq!(dispatches(&served, Reach::Pending).await.len(), 1);
    }
}
