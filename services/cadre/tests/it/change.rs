//! Cadre's own feed.

use kit::testing::Bed;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::change_service_client::ChangeServiceClient;

use crate::data::{DISTRICT, add, archived, head, person, persons, publish, put_run};
use crate::{fake, refused};

kit::both! {
    // A2
    async fn everything_that_happens_is_told_in_order(bed: &Bed) {
        let served = fake::start(bed).await;
        let made = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        publish(&served, DISTRICT, "r1", "finance", 1).await;
        let entry = archived(&served, &made.name, 1).await.remove(0);
        let renamed = pb::Person { display_name: "王五".to_owned(), ..made.clone() };
        let request = pb::UpdatePersonRequest { person: Some(renamed), ..Default::default() };
        let renamed = persons(&served).update_person(request).await.unwrap().into_inner();

        let mut changes = ChangeServiceClient::new(served.channel());
        let request = pb::WatchChangesRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let reply = stream.message().await.unwrap().unwrap();
            seen.extend(reply.change.map(|change| (reply.resume_token, change)));
        }
        let told: Vec<_> = seen.iter().map(|(_, it)| (it.kind.as_str(), it.name.as_str())).collect();
        assert_eq!(told, [
            ("saima.cadre.v1.PersonCreated", made.name.as_str()),
            ("saima.cadre.v1.ArchiveEntryFiled", entry.name.as_str()),
            ("saima.cadre.v1.PersonUpdated", made.name.as_str()),
        ]);
        assert_eq!(seen[1].1.resource, Some(Resource::ArchiveEntry(entry)));
        assert_eq!(seen[2].1.resource, Some(Resource::Person(renamed)));
        assert!(seen[0].1.change_time.is_some());

        let request = pb::WatchChangesRequest {
            parent: "districts/-".to_owned(),
            resume_token: seen[0].0.clone(),
            kinds: vec!["saima.cadre.v1.PersonUpdated".to_owned()],
        };
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let next = stream.message().await.unwrap().unwrap();
        assert_eq!(next.change.unwrap().kind, "saima.cadre.v1.PersonUpdated");
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
