//! Recusals: nobody reads or decides what concerns himself or a relative.

use kit::testing::{Bed, Channel, Served, token};
use proto::cadre::v1 as pb;
use proto::cadre::v1::Kinship;
use proto::cadre::v1::archive_service_client::ArchiveServiceClient;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::change_service_client::ChangeServiceClient;
use proto::cadre::v1::conduct_entry_service_client::ConductEntryServiceClient;
use proto::cadre::v1::consequence_service_client::ConsequenceServiceClient;
use proto::cadre::v1::decide_consequence_request::Decision;
use proto::cadre::v1::growth_service_client::GrowthServiceClient;
use proto::cadre::v1::nominee_service_client::NomineeServiceClient;
use proto::cadre::v1::person_service_client::PersonServiceClient;
use proto::cadre::v1::placement_service_client::PlacementServiceClient;
use proto::cadre::v1::recusal_service_client::RecusalServiceClient;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

use crate::consequence::{decision, enact, grades, list, propose, rule, two_years};
use crate::data::{DISTRICT, add, head, person};
use crate::{conduct_entry, fake, refused, stage, unmet};

/// Somebody of the organisation department.
fn official(served: &Served, account: &str) -> Channel {
    served.channel_as(&token(account, &[&format!("organisation-department@{DISTRICT}")]))
}

fn recusal(person: &str, account: &str, kinship: Kinship) -> pb::CreateRecusalRequest {
    pb::CreateRecusalRequest {
        parent: DISTRICT.to_owned(),
        recusal: Some(pb::Recusal {
            person: person.to_owned(),
            account: account.to_owned(),
            kinship: kinship.into(),
            ground: "个人有关事项报告".to_owned(),
            ..Default::default()
        }),
        request_id: String::new(),
    }
}

async fn declare(
    served: &Served,
    request: pb::CreateRecusalRequest,
) -> Result<pb::Recusal, Status> {
    let mut client = RecusalServiceClient::new(official(served, "commission.sun"));
    client.create_recusal(request).await.map(Response::into_inner)
}

/// Declares somebody a relative of a person.
pub(crate) async fn recuse(served: &Served, person: &str, account: &str) {
    declare(served, recusal(person, account, Kinship::Spouse)).await.unwrap();
}

async fn end(channel: Channel, name: &str) -> Result<pb::Recusal, Status> {
    let request = pb::EndRecusalRequest {
        name: name.to_owned(),
        reason: "关系已解除".to_owned(),
        ..Default::default()
    };
    RecusalServiceClient::new(channel).end_recusal(request).await.map(Response::into_inner)
}

#[track_caller]
fn denied<T: std::fmt::Debug>(outcome: Result<T, Status>, reason: &str) {
    let status = outcome.expect_err("it was done");
    let found = status.get_details_error_info().map(|it| it.reason).unwrap_or_default();
    assert_eq!((status.code(), &*found), (Code::PermissionDenied, reason), "{status:?}");
}

kit::both! {
    // X11: one's own record and a relative's look absent.
    async fn ones_own_record_and_a_relatives_look_absent(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let li = add(&served, person("李", vec![])).await;
        for (account, kinship) in [("commission.wang", Kinship::Self_), ("commission.qian", Kinship::Spouse)] {
            declare(&served, recusal(&wang.name, account, kinship)).await.unwrap();
        }
        for account in ["commission.wang", "commission.qian", "commission.zhou"] {
            let seen = account == "commission.zhou";
            let channel = official(&served, account);
            let mut persons = PersonServiceClient::new(channel.clone());
            let get = persons.get_person(pb::GetPersonRequest { name: wang.name.clone() }).await;
            let request = pb::ListGrowthEntriesRequest { parent: wang.name.clone(), ..Default::default() };
            let growth = GrowthServiceClient::new(channel.clone()).list_growth_entries(request).await;
            let request = pb::ListArchiveEntriesRequest { parent: wang.name.clone(), ..Default::default() };
            let archive = ArchiveServiceClient::new(channel).list_archive_entries(request).await;
            let codes = [get.map(|_| ()), growth.map(|_| ()), archive.map(|_| ())];
            let codes = codes.map(|it| it.err().map(|it| it.code()));
            assert_eq!(codes, [(!seen).then_some(Code::NotFound); 3], "{account}");
            let request = pb::ListPersonsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
            let listed = persons.list_persons(request).await.unwrap().into_inner().persons;
            let names: Vec<&str> = listed.iter().map(|it| &*it.name).collect();
            assert_eq!((names.contains(&&*wang.name), names.contains(&&*li.name)), (seen, true), "{account}");
        }
    }

    // X11: what is about oneself is left out of every list, and looks absent by its name.
    async fn ones_own_matters_are_left_out_of_lists(bed: &Bed) {
        let (served, persons) = stage::set(bed).await;
        let two = &persons[..2];
        let [wang, li] = [&two[0].name, &two[1].name];
        declare(&served, recusal(wang, "commission.wang", Kinship::Self_)).await.unwrap();
        stage::appraised(bed, &served, two).await;
        let proposals = stage::propose(&[(&two[0], "petitions-1"), (&two[1], "petitions-1")]);
        stage::nominees(&served).propose_placements(proposals).await.unwrap();
        let own = pb::DecidePlacementsRequest { decider: "commission.wang".to_owned(), ..stage::decide(&[&two[0]], true) };
        denied(NomineeServiceClient::new(official(&served, "commission.wang")).decide_placements(own).await, "OWN_MATTER");
        let decisions = stage::decide(&[&two[0], &two[1]], true);
        let placements = stage::nominees(&served).decide_placements(decisions).await.unwrap().into_inner().placements;
        stage::on(bed, (2023, 3, 20));
        let entries = two.iter().map(|it| conduct_entry::entry(it, pb::ConductSide::Positive)).collect();
        let entries = conduct_entry::record(&served, entries).await.unwrap();

        for (account, seen) in [("commission.wang", vec![li]), ("commission.zhou", vec![wang, li])] {
            let channel = official(&served, account);
            let parent = DISTRICT.to_owned();
            let request = pb::ListNomineesRequest { parent: stage::campaign(), ..Default::default() };
            let nominees = NomineeServiceClient::new(channel.clone()).list_nominees(request).await.unwrap().into_inner();
            let mut placed = PlacementServiceClient::new(channel.clone());
            let request = pb::ListPlacementsRequest { parent: parent.clone(), ..Default::default() };
            let placing = placed.list_placements(request).await.unwrap().into_inner();
            let mut conduct = ConductEntryServiceClient::new(channel);
            let request = pb::ListConductEntriesRequest { parent, ..Default::default() };
            let listed = conduct.list_conduct_entries(request).await.unwrap().into_inner();
            let lists: [Vec<&String>; 3] = [
                nominees.nominees.iter().map(|it| &it.person).collect(),
                placing.placements.iter().map(|it| &it.person).collect(),
                listed.conduct_entries.iter().map(|it| &it.person).collect(),
            ];
            for mut list in lists {
                list.sort();
                let mut seen = seen.clone();
                seen.sort();
                assert_eq!(list, seen, "{account}");
            }
            let placement = placed.get_placement(pb::GetPlacementRequest { name: placements[0].clone() }).await;
            let entry = conduct.get_conduct_entry(pb::GetConductEntryRequest { name: entries[0].name.clone() }).await;
            let codes = [placement.map(|_| ()), entry.map(|_| ())].map(|it| it.err().map(|it| it.code()));
            assert_eq!(codes, [(seen.len() == 1).then_some(Code::NotFound); 2], "{account}");
        }
    }

    // X11: the feed says that somebody is recused, not who stands close to whom.
    async fn the_feed_tells_nothing_of_kinship(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await;
        let own = declare(&served, recusal(&wang.name, "commission.qian", Kinship::Spouse)).await.unwrap();
        let request = pb::WatchChangesRequest {
            parent: DISTRICT.to_owned(),
            kinds: vec!["saima.cadre.v1.RecusalDeclared".to_owned()],
            ..Default::default()
        };
        let mut changes = ChangeServiceClient::new(served.channel());
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let told = stream.message().await.unwrap().unwrap().change.unwrap();
        let public = pb::Recusal { name: own.name.clone(), create_time: own.create_time, ..Default::default() };
        assert_eq!((told.name, told.resource), (own.name, Some(Resource::Recusal(public))));
    }

    // X12: nobody decides about himself or a relative.
    async fn nobody_decides_about_himself_or_a_relative(bed: &Bed) {
        let served = fake::start(bed).await;
        two_years(&served).await;
        let effects = vec![crate::consequence::effect(pb::EffectKind::NoHonour, None, 12)];
        enact(&served, "fair", rule("一般", grades(&["fair"], 1), effects)).await.unwrap();
        propose(&served, "fair", "2023").await;
        let it = list(&served, "fair").await.remove(0);
        declare(&served, recusal(&it.person, "commission.wang", Kinship::Self_)).await.unwrap();
        declare(&served, recusal(&it.person, "commission.qian", Kinship::Affinity)).await.unwrap();
        let decide = async |account: &str| {
            let request = pb::DecideConsequenceRequest { decider: account.to_owned(), ..decision(&it, Decision::Accept) };
            let mut client = ConsequenceServiceClient::new(official(&served, account));
            client.decide_consequence(request).await.map(Response::into_inner)
        };
        denied(decide("commission.wang").await, "OWN_MATTER");
        denied(decide("commission.qian").await, "RELATIVES_MATTER");
        decide("commission.zhou").await.unwrap();
    }

    // X11, X12: declared, listed, ended by another, with every fault named.
    async fn recusals_are_declared_listed_and_ended_by_another(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await;
        let request = pb::CreateRecusalRequest {
            request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
            ..recusal(&wang.name, "commission.wang", Kinship::Self_)
        };
        let own = declare(&served, request.clone()).await.unwrap();
        assert_eq!(declare(&served, request).await.unwrap(), own);
        assert_eq!((&*own.recorder, own.ended), ("commission.sun", false));
        unmet(declare(&served, recusal(&wang.name, "commission.wang", Kinship::Spouse)).await, "RECUSED");
        let nobody = format!("{DISTRICT}/persons/nobody");
        refused(declare(&served, recusal(&nobody, "a", Kinship::Spouse)).await, &[("recusal.person", "UNKNOWN_PERSON")]);
        refused(declare(&served, recusal(&wang.name, "", Kinship::Unspecified)).await, &[("recusal.account", "REQUIRED"), ("recusal.kinship", "REQUIRED")]);
        let spouse = declare(&served, recusal(&wang.name, "commission.qian", Kinship::Spouse)).await.unwrap();

        let mut client = RecusalServiceClient::new(official(&served, "commission.sun"));
        let list = pb::ListRecusalsRequest { parent: DISTRICT.to_owned(), person: wang.name.clone(), page_size: 1, ..Default::default() };
        let page = client.list_recusals(list.clone()).await.unwrap().into_inner();
        let next = pb::ListRecusalsRequest { page_token: page.next_page_token, ..list };
        let rest = client.list_recusals(next).await.unwrap().into_inner();
        assert_eq!((page.recusals, rest.recusals, rest.next_page_token), (vec![own.clone()], vec![spouse.clone()], String::new()));

        denied(end(official(&served, "commission.wang"), &own.name).await, "OWN_MATTER");
        denied(end(official(&served, "commission.qian"), &spouse.name).await, "RELATIVES_MATTER");
        let ended = end(official(&served, "commission.sun"), &spouse.name).await.unwrap();
        assert_eq!((ended.ended, &*ended.ender), (true, "commission.sun"));
        let get = pb::GetRecusalRequest { name: spouse.name.clone() };
        assert_eq!(client.get_recusal(get).await.unwrap().into_inner(), ended);
        unmet(end(official(&served, "commission.sun"), &spouse.name).await, "RECUSAL_ENDED");
        let mut persons = PersonServiceClient::new(official(&served, "commission.qian"));
        persons.get_person(pb::GetPersonRequest { name: wang.name.clone() }).await.unwrap();
        let absent = end(official(&served, "commission.sun"), &format!("{DISTRICT}/recusals/9")).await;
        assert_eq!(absent.unwrap_err().code(), Code::NotFound);
        for table in ["recusal", "recusal_end"] {
            let mut tx = served.db("cadre").begin_write().await.unwrap();
            let outcome = match table {
                "recusal" => kit::execute!(tx, "UPDATE recusal SET account = 'x'"),
                _ => kit::execute!(tx, "DELETE FROM recusal_end"),
            };
            assert!(format!("{:?}", outcome.unwrap_err()).contains("insert-only"), "{table}");
        }
    }
}
