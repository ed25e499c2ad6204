//! What is held about a person, as a document.

use kit::testing::{Bed, Channel, token};
use proto::cadre::v1 as pb;
use proto::cadre::v1::person_export_service_client::PersonExportServiceClient;
use tonic::Code;

use crate::conduct_entry::{entry, record};
use crate::data::{DISTRICT, add, head, person, persons};
use crate::fake;
use crate::recusal::recuse;

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
}
