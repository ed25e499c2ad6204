//! Placements under dual management: terms that end by the calendar, and appraisals of both sides.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::growth_service_client::GrowthServiceClient;
use proto::cadre::v1::member_service_client::MemberServiceClient;
use proto::cadre::v1::placement::State;
use proto::cadre::v1::placement_service_client::PlacementServiceClient;
use tonic::Code;

use crate::data::{DISTRICT, date};
use crate::ground::name;
use crate::stage::{OFFICE, later, on, placed, set};
use crate::{refused, unmet};

fn placements(served: &Served) -> PlacementServiceClient<Channel> {
    PlacementServiceClient::new(served.channel())
}

async fn get(served: &Served, name: &str) -> pb::Placement {
    let request = pb::GetPlacementRequest { name: name.to_owned() };
    placements(served).get_placement(request).await.unwrap().into_inner()
}

async fn listed(served: &Served, request: pb::ListPlacementsRequest) -> Vec<String> {
    let request = pb::ListPlacementsRequest { parent: DISTRICT.to_owned(), ..request };
    let reply = placements(served).list_placements(request).await.unwrap().into_inner();
    reply.placements.into_iter().map(|it| it.name).collect()
}

fn appraise(it: &str, side: pb::PlacementSide, unit: &str) -> pb::AppraisePlacementRequest {
    pb::AppraisePlacementRequest {
        name: it.to_owned(),
        side: side.into(),
        unit: name("units", unit),
        rating: pb::CadreRating::Excellent.into(),
        comment: "表现突出".to_owned(),
        account: format!("{unit}.chief"),
        ..Default::default()
    }
}

fn end(it: &str, day: (i32, i32, i32)) -> pb::EndPlacementRequest {
    pb::EndPlacementRequest {
        name: it.to_owned(),
        end_date: Some(date(day)),
        reason: "工作需要".to_owned(),
        account: OFFICE.to_owned(),
        ..Default::default()
    }
}

kit::both! {
    // X4: both units see it; a fixed term ends by itself with an appraisal due of both sides.
    async fn a_fixed_term_ends_by_the_calendar_with_an_appraisal_due(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..2]).await;
        let first = get(&served, &made[0]).await;
        assert_eq!((first.state(), first.home_unit.as_str(), first.managing_unit.as_str()), (State::Planned, name("units", "finance").as_str(), name("units", "petitions").as_str()));
        assert_eq!((first.branch.as_str(), first.group.as_str(), first.batch), ("一线第一党支部", "第三小组", 1));
        let mut client = placements(&served);
        let early = appraise(&made[0], pb::PlacementSide::Home, "finance");
        unmet(client.appraise_placement(early.clone()).await, "PLACEMENT_NOT_BEGUN");
        on(bed, (2023, 6, 30));
        assert_eq!(get(&served, &made[0]).await.state(), State::Active, "the last day is one of it");
        on(bed, (2023, 5, 10));
        let interim = client.appraise_placement(early.clone()).await.unwrap().into_inner();
        assert_eq!((interim.appraisals[0].r#final, interim.wanting_appraisals.len()), (false, 0));
        let unappraised = |day| pb::ListPlacementsRequest { unappraised_date: Some(date(day)), ..Default::default() };
        assert!(listed(&served, unappraised((2023, 6, 29))).await.is_empty());
        assert_eq!(listed(&served, unappraised((2023, 7, 1))).await, made);

        on(bed, (2023, 7, 1));
        let over = get(&served, &made[0]).await;
        assert_eq!((over.state(), over.appraisal_due_date), (State::Ended, Some(date((2023, 7, 15)))));
        assert_eq!(over.wanting_appraisals, [pb::PlacementSide::Home as i32, pb::PlacementSide::Managing as i32]);
        refused(client.appraise_placement(appraise(&made[0], pb::PlacementSide::Home, "petitions")).await, &[("unit", "NOT_ITS_UNIT")]);
        let own = pb::AppraisePlacementRequest { account: "61-0".to_owned(), ..early.clone() };
        refused(client.appraise_placement(own).await, &[("account", "OWN_APPRAISAL")]);
        let own = pb::AppraisePlacementRequest { appraiser: persons[0].name.clone(), ..early.clone() };
        refused(client.appraise_placement(own).await, &[("appraiser", "OWN_APPRAISAL")]);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let last = pb::AppraisePlacementRequest { request_id, ..early.clone() };
        let half = client.appraise_placement(last.clone()).await.unwrap().into_inner();
        assert_eq!(client.appraise_placement(last).await.unwrap().into_inner(), half);
        assert_eq!(half.wanting_appraisals, [pb::PlacementSide::Managing as i32]);
        unmet(client.appraise_placement(early).await, "FINAL_APPRAISAL");
        assert_eq!(listed(&served, unappraised((2023, 7, 1))).await, made);
        let done = client.appraise_placement(appraise(&made[0], pb::PlacementSide::Managing, "petitions")).await.unwrap().into_inner();
        assert!(done.wanting_appraisals.is_empty());
        assert_eq!(listed(&served, unappraised((2023, 7, 1))).await, made[1..]);
    }

    // X4: mentor, branch and group may change, the history stays; a placement may end early.
    async fn a_placement_changes_by_steps_alone(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..1]).await.remove(0);
        on(bed, (2023, 4, 3));
        let mut client = placements(&served);
        let assign = pb::AssignPlacementRequest {
            name: made.clone(),
            mentor: persons[1].name.clone(),
            branch: "一线第二党支部".to_owned(),
            reason: "导师调整".to_owned(),
            account: OFFICE.to_owned(),
            etag: get(&served, &made).await.etag,
            ..Default::default()
        };
        let own = pb::AssignPlacementRequest { mentor: persons[0].name.clone(), ..assign.clone() };
        refused(client.assign_placement(own).await, &[("mentor", "OWN_MENTOR")]);
        let nobody = pb::AssignPlacementRequest { mentor: name("persons", "nobody"), ..assign.clone() };
        refused(client.assign_placement(nobody).await, &[("mentor", "UNKNOWN_PERSON")]);
        let changed = client.assign_placement(assign.clone()).await.unwrap().into_inner();
        assert_eq!((changed.mentor.as_str(), changed.group.as_str(), changed.steps.len()), (persons[1].name.as_str(), "", 1));
        assert_eq!(client.assign_placement(assign.clone()).await.unwrap_err().code(), Code::Aborted);

        refused(client.end_placement(end(&made, (2023, 3, 31))).await, &[("end_date", "BEFORE_START")]);
        refused(client.end_placement(end(&made, (2023, 6, 30))).await, &[("end_date", "NOT_EARLIER")]);
        let ended = client.end_placement(end(&made, (2023, 4, 30))).await.unwrap().into_inner();
        assert_eq!((ended.state(), ended.end_date), (State::Active, Some(date((2023, 4, 30)))));
        later(bed, 24 * 28);
        assert_eq!(get(&served, &made).await.state(), State::Ended);
        let late = pb::AssignPlacementRequest { etag: String::new(), ..assign };
        unmet(client.assign_placement(late).await, "PLACEMENT_ENDED");

        let with = |request: pb::ListPlacementsRequest| request;
        let one = std::slice::from_ref(&made);
        let found = [
            with(pb::ListPlacementsRequest { home_unit: name("units", "finance"), ..Default::default() }),
            with(pb::ListPlacementsRequest { managing_unit: name("units", "petitions"), ..Default::default() }),
            with(pb::ListPlacementsRequest { training_post: name("trainingPosts", "petitions-1"), ..Default::default() }),
            with(pb::ListPlacementsRequest { person: persons[0].name.clone(), as_of_date: Some(date((2023, 4, 30))), ..Default::default() }),
        ];
        for request in found {
            assert_eq!(listed(&served, request.clone()).await, one, "{request:?}");
        }
        assert!(listed(&served, pb::ListPlacementsRequest { as_of_date: Some(date((2023, 5, 1))), ..Default::default() }).await.is_empty());
        assert!(listed(&served, pb::ListPlacementsRequest { managing_unit: name("units", "finance"), ..Default::default() }).await.is_empty());
        let request = pb::GetPlacementRequest { name: name("placements", "99") };
        assert_eq!(client.get_placement(request).await.unwrap_err().code(), Code::NotFound);
    }

    // X4, B3: nobody is placed and a full-time member of a body on one day.
    async fn who_is_placed_is_no_full_time_member(bed: &Bed) {
        let (served, persons) = set(bed).await;
        placed(bed, &served, &persons[..1]).await;
        let member = |start| pb::BatchCreateMembersRequest {
            parent: DISTRICT.to_owned(),
            members: vec![pb::Member { seat: name("seats", "new-city-members"), person: persons[0].name.clone(), start_date: Some(date(start)), ..Default::default() }],
            ..Default::default()
        };
        let mut members = MemberServiceClient::new(served.channel());
        refused(members.batch_create_members(member((2023, 6, 30))).await, &[("members[0].person", "EXCLUSIVE_SEATS")]);
        members.batch_create_members(member((2023, 7, 1))).await.unwrap();
    }

    // X4, X11: a placement is on the timeline with what both sides found
    async fn a_timeline_shows_placements(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let made = placed(bed, &served, &persons[..1]).await.remove(0);
        on(bed, (2023, 5, 2));
        let mut client = placements(&served);
        client.appraise_placement(appraise(&made, pb::PlacementSide::Managing, "petitions")).await.unwrap();
        let mut growth = GrowthServiceClient::new(served.channel());
        let request = pb::ListGrowthEntriesRequest {
            parent: persons[0].name.clone(),
            kind: pb::GrowthKind::Placement.into(),
            ..Default::default()
        };
        let found = growth.list_growth_entries(request).await.unwrap().into_inner().growth_entries;
        let told: Vec<_> = found.iter().map(|it| (it.date, it.title.as_str(), it.source.as_str())).collect();
        assert_eq!(told, [
            (Some(date((2023, 4, 1))), "选派任职：petitions-1（petitions管理）", made.as_str()),
            (Some(date((2023, 5, 2))), "主管部门考核优秀：表现突出", made.as_str()),
            (Some(date((2023, 6, 30))), "期满：petitions-1", made.as_str()),
        ]);
        let request = pb::GetGrowthProfileRequest {
            name: format!("{}/growthProfile", persons[0].name),
            start_date: Some(date((2023, 1, 1))),
            end_date: Some(date((2023, 12, 31))),
        };
        assert_eq!(growth.get_growth_profile(request).await.unwrap().into_inner().placement_count, 1);
    }
}
