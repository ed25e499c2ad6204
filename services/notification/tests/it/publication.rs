//! Publications: what everybody may see, withdrawn with a reason, its history kept.

use kit::testing::{Bed, Channel, Served};
use proto::notification::v1 as pb;
use proto::notification::v1::publication_service_client::PublicationServiceClient;
use proto::scoring::v1 as scoring;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::{Code, Status};

use crate::data::{DISTRICT, put_assignment, put_board, put_units};
use crate::document::{issue, list, slip, text};
use crate::{denied, fake, refused};

fn client(served: &Served) -> PublicationServiceClient<Channel> {
    PublicationServiceClient::new(served.channel())
}

pub(crate) async fn publish(
    served: &Served,
    publication: pb::Publication,
) -> Result<pb::Publication, Status> {
    let request = pb::CreatePublicationRequest {
        parent: DISTRICT.to_owned(),
        publication: Some(publication),
        account: "office-clerk".to_owned(),
        request_id: String::new(),
    };
    client(served).create_publication(request).await.map(|it| it.into_inner())
}

fn from(source: &str) -> pb::Publication {
    pb::Publication { source: source.to_owned(), ..Default::default() }
}

pub(crate) fn commitment() -> pb::Publication {
    pb::Publication {
        commitment: true,
        title: "交通局主要负责人2023年公开承诺".to_owned(),
        content: "一、年底前环城路全线通车。\n二、公交准点率达到95%。".to_owned(),
        ..Default::default()
    }
}

pub(crate) async fn withdraw(served: &Served, name: &str) -> Result<pb::Publication, Status> {
    let request = pb::WithdrawPublicationRequest {
        name: name.to_owned(),
        reason: "名次有误，更正后重新公布。".to_owned(),
        account: "office-head".to_owned(),
        request_id: String::new(),
    };
    client(served).withdraw_publication(request).await.map(|it| it.into_inner())
}

async fn public(served: &Served, kind: pb::PublicationKind) -> Vec<pb::Publication> {
    let mut request = pb::ListPublicationsRequest {
        parent: DISTRICT.to_owned(),
        kind: kind.into(),
        page_size: 1,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = client(served).list_publications(request.clone()).await.unwrap().into_inner();
        found.extend(page.publications);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

async fn award(served: &Served, id: i32, state: scoring::award::State) -> String {
    let award = scoring::Award {
        name: format!("{DISTRICT}/awards/{id}"),
        display_name: "猛虎奖".to_owned(),
        unit_display_name: "现代农业专班".to_owned(),
        track_display_name: "产业专班".to_owned(),
        period: format!("{DISTRICT}/periods/2023Q1"),
        state: state.into(),
        ..Default::default()
    };
    served.put("scoring", &award.name, &award).await;
    award.name
}

/// What a browser that shows no token is answered: its head and body.
async fn browsed(served: &Served, path: &str) -> (String, String) {
    let mut io = TcpStream::connect(served.address()).await.unwrap();
    let request =
        format!("GET /notification/v1/{path} HTTP/1.1\r\nhost: saima\r\nconnection: close\r\n\r\n");
    io.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    io.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

kit::both! {
    // B10, S1: whoever reads the public feed as JSON may keep it for a while; a refusal nobody keeps.
    async fn the_public_feed_is_kept_by_caches(bed: &Bed) {
        let served = fake::start(bed).await;
        let promised = publish(&served, commitment()).await.unwrap();
        for path in [promised.name.clone(), format!("{DISTRICT}/publications")] {
            let (head, body) = browsed(&served, &path).await;
            assert!(head.starts_with("http/1.1 200"), "{head}");
            assert!(head.contains("cache-control: public, max-age=60"), "{head}");
            assert!(!head.contains("no-store") && body.contains("公开承诺"), "{head} {body}");
        }
        for (path, code) in [
            (format!("{DISTRICT}/publications/9"), 404),
            (format!("{DISTRICT}/documents"), 401),
        ] {
            let (head, _) = browsed(&served, &path).await;
            assert!(head.starts_with(&format!("http/1.1 {code}")), "{head}");
            assert!(head.contains("cache-control: no-store"), "{head}");
        }
    }

    // B10, H6: what was announced is shown in public the same day, and nothing else.
    async fn boards_and_awards_are_published(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q1", &["target"]).await;
        let board = put_board(&served, DISTRICT, "target", "2023Q1").await;
        let provisional = publish(&served, from(&board)).await;
        denied(provisional, Code::FailedPrecondition, "PROVISIONAL");
        let standing = scoring::Board {
            name: board.clone(),
            tracks: vec![scoring::BoardTrack {
                display_name: "经济管理类".to_owned(),
                entries: vec![scoring::BoardEntry {
                    unit_display_name: "财政局".to_owned(),
                    score: crate::data::decimal("88.355"),
                    rank: crate::data::decimal("1"),
                    colour: scoring::Colour::Green.into(),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        served.put("scoring", &board, &standing).await;
        let shown = publish(&served, from(&board)).await.unwrap();
        assert_eq!(shown.kind(), pb::PublicationKind::Board);
        assert_eq!(shown.title, "考核方案target2023年第一季度三色榜");
        assert_eq!(shown.content, "一、经济管理类\n第1名　财政局　88.36分　绿");
        assert_eq!((shown.publisher.as_str(), shown.sha256.len()), ("", 64));
        let again = publish(&served, from(&board)).await;
        denied(again, Code::FailedPrecondition, "ALREADY_PUBLISHED");

        let waiting = award(&served, 1, scoring::award::State::Confirmed).await;
        denied(publish(&served, from(&waiting)).await, Code::FailedPrecondition, "NOT_ANNOUNCED");
        let tiger = award(&served, 2, scoring::award::State::Announced).await;
        let tiger = publish(&served, from(&tiger)).await.unwrap();
        assert_eq!(tiger.title, "2023年第一季度猛虎奖：现代农业专班");
        let newest: Vec<_> =
            public(&served, pb::PublicationKind::Unspecified).await.into_iter().map(|it| it.name).collect();
        assert_eq!(newest, [tiger.name, shown.name]);
    }

    // S1, S7: commitments and commendations; a letter to a unit is nobody else's.
    async fn commitments_and_commendations_are_published(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let promised = publish(&served, commitment()).await.unwrap();
        assert_eq!(promised.kind(), pb::PublicationKind::Commitment);
        let praise = pb::Document {
            kind: pb::DocumentKind::Commendation.into(),
            fields: vec![
                text("matter", "担当作为好干部"),
                list("honours", &["交通局王某"]),
                text("call", "望再接再厉。"),
            ],
            ..Default::default()
        };
        let praise = issue(&served, praise).await.unwrap();
        let shown = publish(&served, from(&praise.name)).await.unwrap();
        assert_eq!(shown.kind(), pb::PublicationKind::Commendation);
        assert_eq!(shown.content, praise.texts[0].body);
        let private = issue(&served, slip()).await.unwrap();
        let outcome = publish(&served, from(&private.name)).await;
        denied(outcome, Code::FailedPrecondition, "NOT_FOR_THE_PUBLIC");
        assert_eq!(public(&served, pb::PublicationKind::Commitment).await, [promised]);

        for (source, reason) in [
            (format!("{DISTRICT}/letters/1"), "SOURCE_KIND"),
            ("districts/elsewhere/awards/1".to_owned(), "OTHER_DISTRICT"),
            (format!("{DISTRICT}/documents/99"), "UNKNOWN_SOURCE"),
            (format!("{DISTRICT}/bulletins/7"), "UNKNOWN_SOURCE"),
            (format!("{DISTRICT}/awards/7"), "UNKNOWN_SOURCE"),
        ] {
            let outcome = publish(&served, from(&source)).await;
            refused(outcome, &[("publication.source", reason)]);
        }
        let both = pb::Publication { source: praise.name, ..commitment() };
        refused(publish(&served, both).await, &[
            ("publication.title", "NOT_ALLOWED"),
            ("publication.content", "NOT_ALLOWED"),
            ("publication.commitment", "NOT_ALLOWED"),
        ]);
        refused(publish(&served, Default::default()).await, &[
            ("publication.title", "REQUIRED"),
            ("publication.content", "REQUIRED"),
        ]);
    }

    // B10, S1: withdrawn with a reason that everybody sees; nothing is forgotten.
    async fn a_publication_is_withdrawn_and_its_history_kept(bed: &Bed) {
        let served = fake::start(bed).await;
        let tiger = award(&served, 2, scoring::award::State::Announced).await;
        let request = pb::CreatePublicationRequest {
            parent: DISTRICT.to_owned(),
            publication: Some(from(&tiger)),
            account: "office-clerk".to_owned(),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let first = client(&served).create_publication(request.clone()).await.unwrap().into_inner();
        assert_eq!(client(&served).create_publication(request).await.unwrap().into_inner(), first);
        let gone = withdraw(&served, &first.name).await.unwrap();
        assert!(gone.withdrawn && gone.content.is_empty());
        assert_ne!(gone.etag, first.etag);
        denied(withdraw(&served, &first.name).await, Code::FailedPrecondition, "WITHDRAWN");
        assert!(public(&served, pb::PublicationKind::Unspecified).await.is_empty());
        let request = pb::GetPublicationRequest { name: first.name.clone() };
        let seen = client(&served).get_publication(request).await.unwrap();
        assert_eq!(seen.metadata().get("cache-control").unwrap(), "public, max-age=60");
        let seen = seen.into_inner();
        assert_eq!((seen.withdraw_reason.as_str(), seen.withdrawer.as_str()), ("名次有误，更正后重新公布。", ""));
        // It may be published anew.
        let second = publish(&served, from(&tiger)).await.unwrap();
        let mut request = pb::ListPublicationHistoryRequest {
            parent: DISTRICT.to_owned(),
            source: tiger,
            page_size: 1,
            ..Default::default()
        };
        let page = client(&served).list_publication_history(request.clone()).await.unwrap().into_inner();
        let [kept] = &page.publications[..] else { panic!("{page:?}") };
        assert_eq!((&kept.name, &kept.content), (&first.name, &first.content));
        assert_eq!((kept.publisher.as_str(), kept.withdrawer.as_str()), ("office-clerk", "office-head"));
        request.page_token = page.next_page_token;
        let page = client(&served).list_publication_history(request).await.unwrap().into_inner();
        assert_eq!((page.publications[0].name.clone(), page.next_page_token.as_str()), (second.name, ""));
        let request = pb::GetPublicationRequest { name: format!("{DISTRICT}/publications/9") };
        denied(client(&served).get_publication(request).await, Code::NotFound, "");
    }
}
