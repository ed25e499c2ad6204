//! Notification's own feed.

use kit::testing::Bed;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::change_service_client::ChangeServiceClient;

use crate::data::{
    DISTRICT, behind, bulletined, close, issued, letters, put_assignment, put_board, raise,
    settled, templates,
};
use crate::{fake, refused};

kit::both! {
    // H7, A1, A2
    async fn everything_that_happens_is_told_in_order(bed: &Bed) {
        let served = fake::start(bed).await;
        let template = pb::Template {
            name: format!("{DISTRICT}/templates/work-reminder"),
            subject: "提醒".to_owned(),
            ..Default::default()
        };
        let request = pb::UpdateTemplateRequest { template: Some(template), update_mask: None };
        let template = templates(&served).update_template(request).await.unwrap().into_inner();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let name = letter.name.clone();
        let mut client = letters(&served);
        let request = pb::ReadLetterRequest { name: name.clone(), ..Default::default() };
        let read = client.read_letter(request.clone()).await.unwrap().into_inner();
        client.read_letter(request).await.unwrap();
        let text = "收到".to_owned();
        let request = pb::AcknowledgeLetterRequest { name: name.clone(), text, ..Default::default() };
        let done = client.acknowledge_letter(request).await.unwrap().into_inner();
        put_assignment(&served, DISTRICT, "2023Q2", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2023Q2").await;
        close(&served, DISTRICT, "2023-04").await;
        let bulletin = bulletined(&served, DISTRICT, 1).await.remove(0);
        settled(&served).await;

        let mut changes = ChangeServiceClient::new(served.channel());
        let request = pb::WatchChangesRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let mut seen = Vec::new();
        let mut tokens = Vec::new();
        while seen.len() < 5 {
            let reply = stream.message().await.unwrap().unwrap();
            if let Some(change) = reply.change {
                assert!(change.change_time.is_some());
                seen.push((change.kind, change.name, change.resource.unwrap()));
                tokens.push(reply.resume_token);
            }
        }
        let told = |kind: &str, name: &str, resource| {
            (format!("saima.notification.v1.{kind}"), name.to_owned(), resource)
        };
        assert_eq!(seen, [
            told("TemplateUpdated", &template.name, Resource::Template(template.clone())),
            told("LetterIssued", &name, Resource::Letter(letter)),
            told("LetterRead", &name, Resource::Letter(read)),
            told("LetterAcknowledged", &name, Resource::Letter(done)),
            told("BulletinIssued", &bulletin.name, Resource::Bulletin(bulletin.clone())),
        ]);

        let request = pb::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            resume_token: tokens[1].clone(),
            kinds: vec!["saima.notification.v1.LetterAcknowledged".to_owned()],
        };
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let next = stream.message().await.unwrap().unwrap();
        assert_eq!(next.change.unwrap().kind, "saima.notification.v1.LetterAcknowledged");
    }

    async fn a_watch_wants_a_district_and_a_token_of_its_own(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut changes = ChangeServiceClient::new(served.channel());
        let request = pb::WatchChangesRequest { parent: "hengkou".to_owned(), ..Default::default() };
        refused(changes.watch_changes(request).await, &[("parent", "NAME_FORMAT")]);
        let request = pb::WatchChangesRequest {
            parent: DISTRICT.to_owned(),
            resume_token: "yesterday".to_owned(),
            ..Default::default()
        };
        refused(changes.watch_changes(request).await, &[("resume_token", "RESUME_TOKEN")]);
    }
}
