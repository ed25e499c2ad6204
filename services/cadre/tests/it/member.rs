//! Rosters: who sits on which seat of a body, within the limits that the registry sets.

use kit::testing::{Bed, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::member_service_client::MemberServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::data::{DISTRICT, add, date, head, person};
use crate::ground::{self, name};
use crate::{refused, unmet};

type Day = (i32, i32, i32);

fn members(served: &Served) -> MemberServiceClient<kit::testing::Channel> {
    MemberServiceClient::new(served.channel())
}

fn member(seat: &str, person: &pb::Person, start: Day, end: Option<Day>) -> pb::Member {
    pb::Member {
        seat: name("seats", seat),
        person: person.name.clone(),
        start_date: Some(date(start)),
        end_date: end.map(date),
        ..Default::default()
    }
}

async fn enter(served: &Served, rows: Vec<pb::Member>) -> Result<Vec<pb::Member>, Status> {
    let request = pb::BatchCreateMembersRequest {
        parent: DISTRICT.to_owned(),
        members: rows,
        ..Default::default()
    };
    Ok(members(served).batch_create_members(request).await?.into_inner().members)
}

async fn persons(served: &Served) -> [pb::Person; 4] {
    let deputy = |unit| pb::Posting { head: false, ..head(unit, (2020, 1, 1), None) };
    [
        add(served, person("王", vec![deputy("finance")])).await,
        add(served, person("李", vec![deputy("water")])).await,
        add(served, person("赵", vec![deputy("roads")])).await,
        add(served, person("钱", vec![])).await,
    ]
}

fn end(it: &pb::Member, day: Day) -> pb::EndMemberRequest {
    pb::EndMemberRequest {
        name: it.name.clone(),
        end_date: Some(date(day)),
        reason: "工作调整".to_owned(),
        account: "organisation.zhao".to_owned(),
        ..Default::default()
    }
}

async fn listed(served: &Served, request: pb::ListMembersRequest) -> Vec<String> {
    let request = pb::ListMembersRequest { parent: DISTRICT.to_owned(), ..request };
    let reply = members(served).list_members(request).await.unwrap().into_inner();
    reply.members.into_iter().map(|it| it.person).collect()
}

kit::both! {
    // B3: each member keeps a home unit, the roster is told as of a day, history stays.
    async fn a_roster_is_told_as_of_a_day(bed: &Bed) {
        let served = ground::start(bed).await;
        let [wang, li, zhao, qian] = persons(&served).await;
        let lent = pb::Member { home_unit: name("units", "water"), ..member("smart-cars-flexible", &qian, (2023, 2, 1), None) };
        let made = enter(&served, vec![
            member("smart-cars-convener", &wang, (2023, 1, 1), None),
            member("smart-cars-members", &li, (2023, 1, 1), None),
            member("smart-cars-members", &zhao, (2023, 1, 1), Some((2023, 6, 30))),
            lent,
        ]).await.unwrap();
        assert_eq!((made[0].role(), made[0].unit.as_str(), made[0].home_unit.as_str()), (pb::MemberRole::Convener, name("units", "smart-cars").as_str(), name("units", "finance").as_str()));
        let roster = async |day| {
            let request = pb::GetRosterRequest { unit: name("units", "smart-cars"), date: Some(date(day)) };
            let roster = members(&served).get_roster(request).await.unwrap().into_inner();
            let counts = roster.seats.iter().map(|it| (it.members.len(), it.wanting_count)).collect::<Vec<_>>();
            (counts, roster.wanting_count)
        };
        // Seats by id: convener, flexible, members.
        assert_eq!(roster((2023, 1, 15)).await, (vec![(1, 0), (0, 1), (2, 0)], 1));
        assert_eq!(roster((2023, 3, 1)).await, (vec![(1, 0), (1, 0), (2, 0)], 0));
        assert_eq!(roster((2023, 7, 1)).await, (vec![(1, 0), (1, 0), (1, 1)], 1));

        let mut client = members(&served);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::EndMemberRequest { request_id, etag: made[1].etag.clone(), ..end(&made[1], (2023, 5, 31)) };
        let ended = client.end_member(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.end_member(request).await.unwrap().into_inner(), ended);
        assert_eq!((ended.end_date, ended.steps.len()), (Some(date((2023, 5, 31))), 1));
        assert_eq!(roster((2023, 5, 31)).await.0[2], (2, 0));
        assert_eq!(roster((2023, 6, 1)).await.0[2], (1, 1));
        let stale = pb::EndMemberRequest { etag: made[1].etag.clone(), ..end(&made[1], (2023, 4, 30)) };
        assert_eq!(client.end_member(stale).await.unwrap_err().code(), Code::Aborted);
        refused(client.end_member(end(&made[1], (2023, 5, 31))).await, &[("end_date", "NOT_EARLIER")]);
        refused(client.end_member(end(&made[1], (2022, 12, 31))).await, &[("end_date", "BEFORE_START")]);

        let revoke = pb::RevokeMemberRequest { name: made[3].name.clone(), reason: "录入有误".to_owned(), account: "organisation.zhao".to_owned(), ..Default::default() };
        assert!(client.revoke_member(revoke.clone()).await.unwrap().into_inner().revoked);
        unmet(client.revoke_member(revoke).await, "MEMBER_REVOKED");
        assert_eq!(roster((2023, 3, 1)).await.0[1], (0, 1));

        let day = Some(date((2023, 6, 1)));
        assert_eq!(listed(&served, pb::ListMembersRequest { as_of_date: day, ..Default::default() }).await, [wang.name.clone(), zhao.name.clone()]);
        assert_eq!(listed(&served, pb::ListMembersRequest { person: li.name.clone(), ..Default::default() }).await, [li.name.as_str()]);
        assert_eq!(listed(&served, pb::ListMembersRequest { seat: name("seats", "smart-cars-members"), ..Default::default() }).await.len(), 2);
        let mut request = pb::ListMembersRequest { parent: DISTRICT.to_owned(), page_size: 3, ..Default::default() };
        let first = client.list_members(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let last = client.list_members(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.members.len(), last.members.len(), last.next_page_token.as_str()), (3, 1, ""));
        request.unit = name("units", "smart-cars");
        refused(client.list_members(request).await, &[("page_token", "PAGE_TOKEN")]);
        let request = pb::GetMemberRequest { name: made[1].name.clone() };
        assert_eq!(client.get_member(request).await.unwrap().into_inner(), ended);
        for nobody in ["99", "x"] {
            let request = pb::GetMemberRequest { name: name("members", nobody) };
            assert_eq!(client.get_member(request).await.unwrap_err().code(), Code::NotFound);
        }
    }

    // B3: limits and overlaps are refused, the seat named.
    async fn nobody_sits_where_the_limits_forbid(bed: &Bed) {
        let served = ground::start(bed).await;
        let [wang, li, zhao, qian] = persons(&served).await;
        let start = (2023, 1, 1);
        let faulty = vec![
            member("smart-cars-chair", &wang, start, None),
            member("smart-cars-convener", &pb::Person { name: name("persons", "nobody"), ..Default::default() }, start, None),
            member("smart-cars-members", &qian, start, None),
            member("smart-cars-flexible", &zhao, start, None),
            pb::Member { home_unit: name("units", "moon"), ..member("smart-cars-convener", &li, start, None) },
        ];
        refused(enter(&served, faulty).await, &[
            ("members[0].seat", "UNKNOWN_SEAT"),
            ("members[1].person", "UNKNOWN_PERSON"),
            ("members[2].home_unit", "HOME_UNIT_REQUIRED"),
            ("members[3].home_unit", "NOT_A_PARTNER"),
            ("members[4].home_unit", "UNKNOWN_UNIT"),
        ]);
        refused(enter(&served, vec![]).await, &[("members", "REQUIRED")]);
        refused(enter(&served, vec![member("smart-cars-convener", &wang, start, Some((2022, 1, 1)))]).await, &[("members[0].end_date", "BEFORE_START")]);

        enter(&served, vec![
            member("smart-cars-convener", &wang, start, Some((2023, 3, 31))),
            member("smart-cars-members", &li, start, None),
        ]).await.unwrap();
        let clashing = vec![
            member("smart-cars-convener", &zhao, (2023, 3, 31), None),
            member("smart-cars-flexible", &wang, (2023, 3, 1), None),
            member("new-city-members", &li, (2023, 6, 1), None),
            pb::Member { home_unit: name("units", "water"), ..member("new-city-members", &qian, start, None) },
        ];
        let status = enter(&served, clashing).await.unwrap_err();
        assert!(status.message().contains(&name("seats", "smart-cars-convener")), "{}", status.message());
        refused(Err::<(), _>(status), &[
            ("members[0].seat", "SEAT_FULL"),
            ("members[1].person", "MEMBER_OVERLAP"),
            ("members[2].person", "EXCLUSIVE_SEATS"),
        ]);
        assert_eq!(listed(&served, Default::default()).await.len(), 2, "a batch is all or nothing");
        let next = enter(&served, vec![member("smart-cars-convener", &zhao, (2023, 4, 1), None)]).await.unwrap();
        assert_eq!(next[0].home_unit, name("units", "roads"));
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "DELETE FROM member").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // B3: of many at once as many sit down as the seat lets.
    async fn of_many_at_once_as_many_sit_down_as_may(bed: &Bed) {
        let served = ground::start(bed).await;
        let mut asked = Vec::new();
        for index in 0..8 {
            let posting = pb::Posting { head: false, ..head("finance", (2020, 1, 1), None) };
            let it = add(&served, person(&format!("候选{index}"), vec![posting])).await;
            let request = pb::BatchCreateMembersRequest {
                parent: DISTRICT.to_owned(),
                members: vec![member("smart-cars-members", &it, (2023, 1, 1), None)],
                ..Default::default()
            };
            let mut client = members(&served);
            asked.push(tokio::spawn(async move { client.batch_create_members(request).await }));
        }
        let outcomes = futures::future::join_all(asked).await;
        let seated = outcomes.into_iter().filter(|it| it.as_ref().unwrap().is_ok()).count();
        assert_eq!(seated, 2);
        let request = pb::GetRosterRequest { unit: name("units", "moon"), date: Some(date((2023, 1, 1))) };
        let status = members(&served).get_roster(request).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.get_details_resource_info().unwrap().resource_name, name("units", "moon"));
    }
}
