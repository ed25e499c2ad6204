//! Pools, the screening of persons, and who is in a pool from when to when.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::pool_member_service_client::PoolMemberServiceClient;
use proto::cadre::v1::pool_service_client::PoolServiceClient;
use proto::cadre::v1::screen_persons_request::By;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{
    DISTRICT, add, archived, date, head, person, publish_as_it_is, put_period, put_run, result,
};
use crate::ground::name;
use crate::{fake, refused};

fn pools(served: &Served) -> PoolServiceClient<Channel> {
    PoolServiceClient::new(served.channel())
}

fn members(served: &Served) -> PoolMemberServiceClient<Channel> {
    PoolMemberServiceClient::new(served.channel())
}

fn pool(id: &str, kind: pb::PoolKind, criteria: pb::Criteria) -> pb::Pool {
    pb::Pool {
        name: name("pools", id),
        display_name: id.to_owned(),
        kind: kind.into(),
        criteria: Some(criteria),
        ..Default::default()
    }
}

async fn define(served: &Served, pools: Vec<pb::Pool>) -> Result<(i32, i32, i32), Status> {
    let request = pb::BatchUpdatePoolsRequest {
        parent: DISTRICT.to_owned(),
        pools,
        reason: "年度调整".to_owned(),
        ..Default::default()
    };
    let it = self::pools(served).batch_update_pools(request).await?.into_inner();
    Ok((it.created_count, it.updated_count, it.unchanged_count))
}

/// Who leads a new force: born in the 1980s, section chief, selected graduate or civil servant.
fn chief() -> pb::Criteria {
    pb::Criteria {
        born_from: Some(date((1980, 1, 1))),
        born_until: Some(date((1989, 12, 31))),
        ranks: vec![pb::PersonRank::Section.into()],
        entry_kinds: vec![
            pb::EntryKind::CivilServant.into(),
            pb::EntryKind::SelectedGraduate.into(),
        ],
        skills: vec!["招商引资".to_owned(), "项目建设".to_owned()],
        ..Default::default()
    }
}

fn known(display_name: &str, born: i32, rank: pb::PersonRank, skills: &[&str]) -> pb::Person {
    pb::Person {
        birth_date: Some(date((born, 6, 1))),
        rank: rank.into(),
        entry_kind: pb::EntryKind::CivilServant.into(),
        education: pb::Education::Bachelor.into(),
        skills: skills.iter().map(|it| (*it).to_owned()).collect(),
        ..person(display_name, vec![])
    }
}

fn screen(by: By) -> pb::ScreenPersonsRequest {
    pb::ScreenPersonsRequest {
        parent: DISTRICT.to_owned(),
        by: Some(by),
        date: Some(date((2023, 4, 1))),
        page_size: 1000,
        ..Default::default()
    }
}

async fn screened(served: &Served, request: pb::ScreenPersonsRequest) -> Vec<pb::PersonScreening> {
    let mut found = pools(served).screen_persons(request).await.unwrap().into_inner().screenings;
    found.sort_by(|a, b| a.display_name.cmp(&b.display_name));
    found
}

fn line(it: &pb::CriterionOutcome) -> (pb::CriterionKind, bool, &str) {
    (it.criterion(), it.passed, it.value.as_str())
}

fn admit(pool: &str, rows: &[(&pb::Person, &str)]) -> pb::AdmitPersonsRequest {
    let admission = |(person, waiver): &(&pb::Person, &str)| pb::Admission {
        person: person.name.clone(),
        reason: "组织推荐".to_owned(),
        waiver: (*waiver).to_owned(),
    };
    pb::AdmitPersonsRequest {
        pool: name("pools", pool),
        admissions: rows.iter().map(admission).collect(),
        start_date: Some(date((2023, 4, 1))),
        account: "organisation.zhao".to_owned(),
        ..Default::default()
    }
}

fn dismiss(pool: &str, rows: &[&pb::Person], end: (i32, i32, i32)) -> pb::DismissPersonsRequest {
    let dismissal = |it: &&pb::Person| pb::Dismissal {
        person: it.name.clone(),
        reason: "提拔任用".to_owned(),
    };
    pb::DismissPersonsRequest {
        pool: name("pools", pool),
        dismissals: rows.iter().map(dismissal).collect(),
        end_date: Some(date(end)),
        account: "organisation.zhao".to_owned(),
        ..Default::default()
    }
}

kit::both! {
    // B4, X3: each criterion is explained with the value that was compared.
    async fn screening_explains_each_criterion_for_each_person(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, known("甲", 1985, pb::PersonRank::Section, &["招商引资"])).await;
        add(&served, known("乙", 1979, pb::PersonRank::Section, &["党务"])).await;
        add(&served, person("丙", vec![])).await;
        let all = screened(&served, screen(By::Criteria(chief()))).await;
        let passed: Vec<_> = all.iter().map(|it| (it.display_name.as_str(), it.passed)).collect();
        assert_eq!(passed, [("丙", false), ("乙", false), ("甲", true)]);
        let lines: Vec<_> = all[1].outcomes.iter().map(line).collect();
        assert_eq!(lines, [
            (pb::CriterionKind::Birth, false, "1979-06-01"),
            (pb::CriterionKind::Rank, true, "正科级"),
            (pb::CriterionKind::Entry, true, "公务员考录"),
            (pb::CriterionKind::Skill, false, "党务"),
        ]);
        assert_eq!(all[1].outcomes[0].wanted, "1980-01-01～1989-12-31");
        assert!(all[0].outcomes.iter().all(|it| !it.passed && it.value == "未登记"));
        let passing = pb::ScreenPersonsRequest { passing_only: true, ..screen(By::Criteria(chief())) };
        let found = screened(&served, passing).await;
        assert_eq!(found.iter().map(|it| it.display_name.as_str()).collect::<Vec<_>>(), ["甲"]);

        assert_eq!(define(&served, vec![pool("chiefs", pb::PoolKind::Young, chief())]).await.unwrap(), (1, 0, 0));
        let by_pool = screened(&served, screen(By::Pool(name("pools", "chiefs")))).await;
        assert_eq!(by_pool, all);
        let mut client = pools(&served);
        let nothing = pb::ScreenPersonsRequest { by: None, date: None, ..screen(By::Pool(String::new())) };
        refused(client.screen_persons(nothing).await, &[("by", "REQUIRED"), ("date", "REQUIRED")]);
        let nowhere = screen(By::Pool(name("pools", "moon")));
        assert_eq!(client.screen_persons(nowhere).await.unwrap_err().code(), Code::NotFound);
        let inverted = pb::Criteria { born_until: Some(date((1979, 1, 1))), experience: Some(Default::default()), ..chief() };
        refused(client.screen_persons(screen(By::Criteria(inverted))).await, &[
            ("criteria.born_until", "BIRTH_SPAN"),
            ("criteria.experience.units", "OUT_OF_RANGE"),
            ("criteria.experience.least_months", "OUT_OF_RANGE"),
        ]);
    }

    // B4, X3: what no filter says is said in CEL, explained by the facts that it was read from.
    async fn a_condition_in_the_offices_words_is_screened(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, known("甲", 1985, pb::PersonRank::Section, &["招商引资"])).await;
        add(&served, known("乙", 1979, pb::PersonRank::DeputyDivision, &["党务"])).await;
        add(&served, person("丙", vec![])).await;
        let asked = |condition: &str| pb::Criteria { condition: condition.to_owned(), ..Default::default() };
        let young = asked("age < 40 && ('招商引资' in skills || rank == '副处级')");
        let all = screened(&served, screen(By::Criteria(young.clone()))).await;
        let told: Vec<_> = all.iter().map(|it| (it.display_name.as_str(), it.passed, it.outcomes[0].value.as_str())).collect();
        assert_eq!(told, [
            ("丙", false, "age=未登记、rank=未登记、skills=未登记"),
            ("乙", false, "age=43、rank=副处级、skills=党务"),
            ("甲", true, "age=37、rank=正科级、skills=招商引资"),
        ]);
        assert_eq!((all[0].outcomes[0].criterion(), &all[0].outcomes[0].wanted), (pb::CriterionKind::Condition, &young.condition));
        assert_eq!(define(&served, vec![pool("young", pb::PoolKind::Young, young.clone())]).await.unwrap(), (1, 0, 0));
        assert_eq!(define(&served, vec![pool("young", pb::PoolKind::Young, young)]).await.unwrap(), (0, 0, 1));
        assert_eq!(screened(&served, screen(By::Pool(name("pools", "young")))).await, all);
        for (condition, reason) in [
            ("age <", "CONDITION_SYNTAX"),
            ("age < 'x'", "CONDITION_TYPE"),
            ("wage > 1", "UNKNOWN_FACT"),
            ("rank == '局长'", "UNKNOWN_VALUE"),
        ] {
            let refusal = pools(&served).screen_persons(screen(By::Criteria(asked(condition)))).await;
            refused(refusal, &[("criteria.condition", reason)]);
        }
    }

    // B4, H10: time in posts and units and past results count.
    async fn time_and_results_are_screened(bed: &Bed) {
        let served = fake::start(bed).await;
        let postings = vec![
            pb::Posting { head: false, ..head("roads", (2020, 1, 1), Some((2020, 12, 31))) },
            head("finance", (2021, 1, 1), None),
        ];
        let wang = add(&served, person("王", postings)).await;
        for (run, period, grade, end) in [("r1", "2022", "good", (2022, 12, 31)), ("r2", "2022", "fair", (2022, 12, 31)), ("r3", "2021", "good", (2021, 12, 31))] {
            put_period(&served, DISTRICT, period, end).await;
            put_run(&served, DISTRICT, run, period).await;
            let grade = scoring::Grade { grade_id: grade.to_owned(), display_name: if grade == "good" { "好" } else { "一般" }.to_owned(), ..Default::default() };
            publish_as_it_is(&served, scoring::Result { grade: Some(grade), ..result(DISTRICT, run, "finance", 1) }).await;
            let so_far = match run { "r1" => 1, "r2" => 2, _ => 3 };
            archived(&served, &wang.name, so_far).await;
            bed.clock().set("2023-04-02T00:00:00Z".parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_hours(so_far as i64));
        }
        let criteria = pb::Criteria {
            least_months_in_post: 28,
            experience: Some(pb::ExperienceCriterion { units: vec![name("units", "roads"), name("units", "water")], least_months: 12 }),
            results: Some(pb::ResultCriterion { grade_ids: vec!["good".to_owned()], least_count: 2, ..Default::default() }),
            ..Default::default()
        };
        let found = screened(&served, screen(By::Criteria(criteria))).await;
        let lines: Vec<_> = found[0].outcomes.iter().map(line).collect();
        // The later run of 2022 took the good grade back.
        assert_eq!(lines, [
            (pb::CriterionKind::MonthsInPost, false, "局长27个月"),
            (pb::CriterionKind::Experience, true, "12个月"),
            (pb::CriterionKind::Results, false, "2021年度好"),
        ]);
    }

    // B4, H10: entry and exit with reasons, membership as of a day.
    async fn who_is_in_a_pool_is_told_as_of_a_day(bed: &Bed) {
        let served = fake::start(bed).await;
        let young = add(&served, known("甲", 1985, pb::PersonRank::Section, &["招商引资"])).await;
        let old = add(&served, known("乙", 1979, pb::PersonRank::Section, &["招商引资"])).await;
        define(&served, vec![pool("chiefs", pb::PoolKind::Young, chief()), pool("seedlings", pb::PoolKind::Seedling, Default::default())]).await.unwrap();
        let mut client = members(&served);
        let nobody = pb::Person { name: name("persons", "nobody"), ..Default::default() };
        let status = client.admit_persons(admit("chiefs", &[(&young, ""), (&old, ""), (&nobody, "")])).await.unwrap_err();
        assert!(status.message().contains("1979-06-01"), "{}", status.message());
        refused(Err::<(), _>(status), &[("admissions[1].person", "CRITERIA_FAILED"), ("admissions[2].person", "UNKNOWN_PERSON")]);
        refused(client.admit_persons(admit("chiefs", &[(&young, ""), (&young, "")])).await, &[("admissions[1].person", "DUPLICATE")]);

        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::AdmitPersonsRequest { request_id, ..admit("chiefs", &[(&young, ""), (&old, "急需专业人才")]) };
        let made = client.admit_persons(request.clone()).await.unwrap().into_inner().pool_members;
        assert_eq!(client.admit_persons(request).await.unwrap().into_inner().pool_members, made);
        assert_eq!((made[1].failed_criteria.as_slice(), made[1].waiver.as_str()), ([pb::CriterionKind::Birth as i32].as_slice(), "急需专业人才"));
        refused(client.admit_persons(admit("chiefs", &[(&young, "")])).await, &[("admissions[0].person", "ALREADY_IN_POOL")]);
        client.admit_persons(admit("seedlings", &[(&young, "")])).await.unwrap();

        refused(client.dismiss_persons(dismiss("chiefs", &[&young], (2023, 3, 31))).await, &[("dismissals[0].person", "NOT_IN_POOL")]);
        let gone = client.dismiss_persons(dismiss("chiefs", &[&young], (2023, 9, 30))).await.unwrap().into_inner().pool_members;
        assert_eq!((gone[0].end_date, gone[0].exit_reason.as_str()), (Some(date((2023, 9, 30))), "提拔任用"));
        refused(client.dismiss_persons(dismiss("chiefs", &[&young], (2023, 10, 31))).await, &[("dismissals[0].person", "NOT_IN_POOL")]);
        let inside = async |day| {
            let request = pb::ListPoolMembersRequest { parent: DISTRICT.to_owned(), pool: name("pools", "chiefs"), as_of_date: Some(date(day)), ..Default::default() };
            let found = members(&served).list_pool_members(request).await.unwrap().into_inner().pool_members;
            found.into_iter().map(|it| it.person).collect::<Vec<_>>()
        };
        assert_eq!(inside((2023, 3, 31)).await, Vec::<String>::new());
        assert_eq!(inside((2023, 9, 30)).await, [young.name.clone(), old.name.clone()]);
        assert_eq!(inside((2023, 10, 1)).await, [old.name.as_str()]);
        // Whoever is in though not all is met is found by screening the pool's own members.
        let review = pb::ScreenPersonsRequest { member_of: name("pools", "chiefs"), ..screen(By::Pool(name("pools", "chiefs"))) };
        let found = screened(&served, review).await;
        assert_eq!(found.iter().map(|it| (it.display_name.as_str(), it.passed)).collect::<Vec<_>>(), [("乙", false), ("甲", true)]);

        let mut request = pb::ListPoolMembersRequest { parent: DISTRICT.to_owned(), person: young.name.clone(), page_size: 1, ..Default::default() };
        let first = client.list_pool_members(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let last = client.list_pool_members(request).await.unwrap().into_inner();
        assert_eq!((last.pool_members[0].pool.as_str(), last.next_page_token.as_str()), (name("pools", "seedlings").as_str(), ""));
        let request = pb::GetPoolMemberRequest { name: gone[0].name.clone() };
        assert_eq!(client.get_pool_member(request).await.unwrap().into_inner(), gone[0]);
    }

    // B4: every revision of a pool is kept, an equal one is none.
    async fn pools_are_revised_with_a_reason(bed: &Bed) {
        let served = fake::start(bed).await;
        let first = pool("chiefs", pb::PoolKind::Young, chief());
        let other = pool("reserve", pb::PoolKind::Reserve, Default::default());
        assert_eq!(define(&served, vec![first.clone(), other.clone()]).await.unwrap(), (2, 0, 0));
        let wider = pb::Pool { description: "正职人选".to_owned(), etag: "\"1\"".to_owned(), ..first.clone() };
        assert_eq!(define(&served, vec![wider.clone(), other.clone()]).await.unwrap(), (0, 1, 1));
        assert_eq!(define(&served, vec![wider.clone()]).await.unwrap_err().code(), Code::Aborted);
        refused(define(&served, vec![other.clone(), other.clone()]).await, &[("pools[1].name", "DUPLICATE")]);
        refused(define(&served, vec![pb::Pool { kind: 0, display_name: String::new(), ..other }]).await, &[("pools[0].display_name", "REQUIRED"), ("pools[0].kind", "REQUIRED")]);
        let request = pb::GetPoolRequest { name: first.name.clone() };
        let found = pools(&served).get_pool(request).await.unwrap().into_inner();
        assert_eq!((found.description.as_str(), found.etag.as_str(), found.criteria), ("正职人选", "\"2\"", Some(chief())));
        let request = pb::ListPoolsRequest { parent: DISTRICT.to_owned(), kind: pb::PoolKind::Young.into(), ..Default::default() };
        let found = pools(&served).list_pools(request).await.unwrap().into_inner().pools;
        assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), [first.name.as_str()]);
        let mut request = pb::ListPoolsRequest { parent: DISTRICT.to_owned(), page_size: 1, ..Default::default() };
        let page = pools(&served).list_pools(request.clone()).await.unwrap().into_inner();
        request.page_token = page.next_page_token;
        assert_eq!(pools(&served).list_pools(request).await.unwrap().into_inner().pools.len(), 1);
    }

    // B4: a page of passing persons is filled however rare they are.
    async fn a_page_of_passing_persons_is_full(bed: &Bed) {
        let served = fake::start(bed).await;
        let row = |at: usize| {
            let skills: &[&str] = if at.is_multiple_of(300) { &["招商引资"] } else { &["党务"] };
            known(&format!("第{at}人"), 1985, pb::PersonRank::Section, skills)
        };
        for thousand in 0..2 {
            let persons = (0..1000).map(|at| row(thousand * 1000 + at)).collect();
            let request = pb::BatchCreatePersonsRequest { parent: DISTRICT.to_owned(), persons, ..Default::default() };
            crate::data::persons(&served).batch_create_persons(request).await.unwrap();
        }
        let mut request = pb::ScreenPersonsRequest { passing_only: true, page_size: 4, ..screen(By::Criteria(chief())) };
        let first = pools(&served).screen_persons(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let last = pools(&served).screen_persons(request.clone()).await.unwrap().into_inner();
        assert_eq!((first.screenings.len(), last.screenings.len(), last.next_page_token.as_str()), (4, 3, ""));
        request.passing_only = false;
        refused(pools(&served).screen_persons(request).await, &[("page_token", "PAGE_TOKEN")]);
    }
}
