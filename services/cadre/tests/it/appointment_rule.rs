//! Rules of appointment: what a post asks, and every rule that a person does not meet.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::appointment_rule::Requirement;
use proto::cadre::v1::appointment_rule_service_client::AppointmentRuleServiceClient;
use proto::cadre::v1::check_eligibility_request::Purpose;
use proto::cadre::v1::pool_service_client::PoolServiceClient;
use proto::cadre::v1::screen_persons_request::By;
use proto::registry::v1 as registry;
use tonic::Code;

use crate::consequence::consequences;
use crate::data::{DISTRICT, add, date, head, person};
use crate::ground::name;
use crate::{fake, refused};

fn rules(served: &Served) -> AppointmentRuleServiceClient<Channel> {
    AppointmentRuleServiceClient::new(served.channel())
}

fn rule(id: &str, requirement: Requirement) -> pb::AppointmentRule {
    pb::AppointmentRule {
        name: name("appointmentRules", id),
        display_name: id.to_owned(),
        basis: "选拔任用办法第六条".to_owned(),
        requirement: Some(requirement),
        ..Default::default()
    }
}

fn update(appointment_rules: Vec<pb::AppointmentRule>) -> pb::BatchUpdateAppointmentRulesRequest {
    pb::BatchUpdateAppointmentRulesRequest {
        parent: DISTRICT.to_owned(),
        appointment_rules,
        ..Default::default()
    }
}

fn streets() -> Vec<String> {
    vec!["street".to_owned()]
}

/// Departments and sub-districts, and what is asked of whoever is to lead a department.
async fn set(bed: &Bed) -> Served {
    let served = fake::start(bed).await;
    for (unit, category) in [("finance", "department"), ("water", "street"), ("roads", "street")] {
        let name = name("units", unit);
        let category = category.to_owned();
        let doc = registry::Unit { name: name.clone(), category, ..Default::default() };
        served.put("registry", &name, &doc).await;
    }
    let experience = pb::CategoryExperience { categories: streets(), least_months: 24 };
    let stay = pb::MinimumStay { categories: streets(), heads_only: true, least_months: 24 };
    let front = pb::FrontLine { categories: streets(), within_months: 12 };
    let rank =
        pb::RankRequirement { ranks: vec![pb::PersonRank::Section.into()], least_months: 36 };
    let to_departments =
        |it| pb::AppointmentRule { to_categories: vec!["department".to_owned()], ..it };
    let given = vec![
        to_departments(rule("experience", Requirement::Experience(experience))),
        rule("front-line", Requirement::FrontLine(front)),
        pb::AppointmentRule {
            to_positions: vec![name("posts", "finance-head")],
            ..rule("learned", Requirement::LeastEducation(pb::Education::Master.into()))
        },
        to_departments(rule("rank", Requirement::Rank(rank))),
        rule("stay", Requirement::Stay(stay)),
    ];
    let reply = rules(&served).batch_update_appointment_rules(update(given)).await.unwrap();
    assert_eq!(reply.into_inner().created_count, 5);
    served
}

fn check(
    person: &pb::Person,
    purpose: Purpose,
    unit: &str,
    day: (i32, i32, i32),
) -> pb::CheckEligibilityRequest {
    pb::CheckEligibilityRequest {
        person: person.name.clone(),
        purpose: purpose.into(),
        date: Some(date(day)),
        unit: name("units", unit),
        ..Default::default()
    }
}

kit::both! {
    // S8: sub-district experience, two years in office, the newly promoted to the front line; each
    // failure with the fact compared.
    async fn an_appointment_is_checked_against_every_rule(bed: &Bed) {
        let served = set(bed).await;
        let since = pb::Person {
            rank: pb::PersonRank::Section.into(),
            rank_date: Some(date((2023, 3, 1))),
            education: pb::Education::Bachelor.into(),
            ..person("王", vec![head("water", (2023, 3, 1), None)])
        };
        let wang = add(&served, since).await;
        assert_eq!(wang.rank_date, Some(date((2023, 3, 1))));
        let mut client = consequences(&served);
        let to_finance = pb::CheckEligibilityRequest {
            position: name("posts", "finance-head"),
            ..check(&wang, Purpose::Appointment, "finance", (2024, 1, 1))
        };
        let told = client.check_eligibility(to_finance.clone()).await.unwrap().into_inner();
        let failures: Vec<_> = told.failures.iter().map(|it| (it.display_name.as_str(), it.value.as_str(), it.wanted.as_str())).collect();
        assert_eq!(failures, [
            ("experience", "10个月", "在street工作满24个月"),
            ("front-line", "2023-03-01新提拔，拟任department", "新提拔的先到street"),
            ("learned", "本科", "硕士研究生及以上"),
            ("rank", "正科级10个月", "正科级满36个月"),
            ("stay", "局长10个月", "任现职满24个月"),
        ]);
        assert!(!told.eligible && told.hindrances.is_empty());
        assert_eq!((told.failures[0].rule.as_str(), told.failures[0].basis.as_str()), (name("appointmentRules", "experience").as_str(), "选拔任用办法第六条"));
        // Three years later nothing but the degree stands in the way; another post asks for none.
        let later = pb::CheckEligibilityRequest { date: Some(date((2026, 3, 1))), ..to_finance.clone() };
        let told = client.check_eligibility(later.clone()).await.unwrap().into_inner();
        assert_eq!(told.failures.iter().map(|it| it.display_name.as_str()).collect::<Vec<_>>(), ["learned"]);
        let other = pb::CheckEligibilityRequest { position: String::new(), ..later };
        assert!(client.check_eligibility(other).await.unwrap().into_inner().eligible);
        // A promotion leads to the front line whenever the last one was.
        let told = client.check_eligibility(check(&wang, Purpose::Promotion, "finance", (2026, 3, 1))).await.unwrap().into_inner();
        assert_eq!(told.failures[0].value, "提拔，拟任department");
        assert!(client.check_eligibility(check(&wang, Purpose::Promotion, "roads", (2026, 3, 1))).await.unwrap().into_inner().eligible);
        // Without a post no rule of appointment is asked.
        let bare = pb::CheckEligibilityRequest { unit: String::new(), position: String::new(), ..to_finance.clone() };
        assert!(client.check_eligibility(bare).await.unwrap().into_inner().eligible);

        let nowhere = check(&wang, Purpose::Appointment, "moon", (2024, 1, 1));
        refused(client.check_eligibility(nowhere).await, &[("unit", "UNKNOWN_UNIT")]);
        let without = pb::CheckEligibilityRequest { unit: String::new(), ..to_finance };
        refused(client.check_eligibility(without).await, &[("unit", "REQUIRED")]);
        let honour = check(&wang, Purpose::Honour, "finance", (2024, 1, 1));
        refused(client.check_eligibility(honour).await, &[("unit", "NOT_AN_APPOINTMENT")]);
    }

    // S8: rules are data, revised with a reason
    async fn rules_of_appointment_are_revised_and_listed(bed: &Bed) {
        let served = set(bed).await;
        let mut client = rules(&served);
        let stay = pb::MinimumStay { least_months: 36, ..Default::default() };
        let changed = rule("stay", Requirement::Stay(stay));
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::BatchUpdateAppointmentRulesRequest { reason: "修订".to_owned(), request_id, ..update(vec![changed.clone()]) };
        for _ in 0..2 {
            assert_eq!(client.batch_update_appointment_rules(request.clone()).await.unwrap().into_inner().updated_count, 1);
        }
        let get = pb::GetAppointmentRuleRequest { name: changed.name.clone() };
        assert_eq!(client.get_appointment_rule(get).await.unwrap().into_inner().requirement, changed.requirement);
        let stale = pb::AppointmentRule { etag: "\"1\"".to_owned(), ..changed };
        assert_eq!(client.batch_update_appointment_rules(update(vec![stale])).await.unwrap_err().code(), Code::Aborted);
        let mut list = pb::ListAppointmentRulesRequest { parent: DISTRICT.to_owned(), page_size: 3, ..Default::default() };
        let page = client.list_appointment_rules(list.clone()).await.unwrap().into_inner();
        assert_eq!(page.appointment_rules.len(), 3);
        list.page_token = page.next_page_token;
        let last = client.list_appointment_rules(list).await.unwrap().into_inner();
        assert_eq!((last.appointment_rules.len(), last.next_page_token.as_str()), (2, ""));
        let faulty = vec![
            pb::AppointmentRule { requirement: None, ..rule("a", Requirement::LeastEducation(0)) },
            pb::AppointmentRule { display_name: String::new(), ..rule("b", Requirement::LeastEducation(0)) },
            rule("c", Requirement::Rank(pb::RankRequirement::default())),
        ];
        refused(client.batch_update_appointment_rules(update(faulty)).await, &[
            ("appointment_rules[0].requirement", "REQUIRED"),
            ("appointment_rules[1].display_name", "REQUIRED"),
            ("appointment_rules[1].least_education", "REQUIRED"),
            ("appointment_rules[2].rank.ranks", "OUT_OF_RANGE"),
        ]);
    }

    // B4: who has held his rank long enough
    async fn years_in_a_rank_are_screened(bed: &Bed) {
        let served = fake::start(bed).await;
        let since = |display_name: &str, day| pb::Person {
            rank: pb::PersonRank::Section.into(),
            rank_date: day,
            ..person(display_name, Vec::new())
        };
        let long = add(&served, since("王", Some(date((2019, 12, 31))))).await;
        add(&served, since("李", Some(date((2021, 1, 1))))).await;
        add(&served, since("赵", None)).await;
        let criteria = pb::Criteria { least_months_in_rank: 36, ..Default::default() };
        let request = pb::ScreenPersonsRequest {
            parent: DISTRICT.to_owned(),
            by: Some(By::Criteria(criteria)),
            date: Some(date((2023, 1, 1))),
            ..Default::default()
        };
        let mut pools = PoolServiceClient::new(served.channel());
        let all = pools.screen_persons(request.clone()).await.unwrap().into_inner().screenings;
        let mut told: Vec<_> = all.iter().map(|it| (it.display_name.as_str(), it.passed, it.outcomes[0].value.as_str())).collect();
        told.sort();
        assert_eq!(told, [("李", false, "正科级24个月"), ("王", true, "正科级36个月"), ("赵", false, "未登记")]);
        let passing = pb::ScreenPersonsRequest { passing_only: true, ..request };
        let found = pools.screen_persons(passing).await.unwrap().into_inner().screenings;
        assert_eq!(found.iter().map(|it| it.person.as_str()).collect::<Vec<_>>(), [long.name.as_str()]);
    }
}
