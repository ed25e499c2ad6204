//! What results mean for persons: proposed by rules, decided by people, in force on a day.

use jiff::SignedDuration;
use kit::clock::Clock as _;
use kit::testing::{Bed, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::consequence::State;
use proto::cadre::v1::consequence_rule::Condition;
use proto::cadre::v1::consequence_rule_service_client::ConsequenceRuleServiceClient;
use proto::cadre::v1::consequence_service_client::ConsequenceServiceClient;
use proto::cadre::v1::decide_consequence_request::Decision;
use proto::cadre::v1::honour_candidate_service_client::HonourCandidateServiceClient;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{
    DISTRICT, add, archived, date, decimal, head, person, publish_as_it_is, put_period, put_run,
    result,
};
use crate::{fake, refused, unmet};

fn period(id: &str) -> String {
    format!("{DISTRICT}/periods/{id}")
}

pub(crate) fn effect(kind: pb::EffectKind, percent: Option<&str>, months: i32) -> pb::Effect {
    pb::Effect { kind: kind.into(), percent: percent.map(decimal), months }
}

pub(crate) fn rule(
    display_name: &str,
    condition: Condition,
    effects: Vec<pb::Effect>,
) -> pb::ConsequenceRule {
    pb::ConsequenceRule {
        display_name: display_name.to_owned(),
        basis: "结果运用办法第八条".to_owned(),
        scope: pb::ConsequenceScope::Head.into(),
        condition: Some(condition),
        effects,
        ..Default::default()
    }
}

pub(crate) fn grades(ids: &[&str], in_a_row: i32) -> Condition {
    let grade_ids = ids.iter().map(|it| (*it).to_owned()).collect();
    Condition::Grades(pb::GradeCondition { grade_ids, in_a_row })
}

pub(crate) async fn enact(
    served: &Served,
    id: &str,
    rule: pb::ConsequenceRule,
) -> Result<pb::ConsequenceRule, Status> {
    let request = pb::CreateConsequenceRuleRequest {
        parent: DISTRICT.to_owned(),
        consequence_rule_id: id.to_owned(),
        consequence_rule: Some(rule),
        ..Default::default()
    };
    let mut rules = ConsequenceRuleServiceClient::new(served.channel());
    rules.create_consequence_rule(request).await.map(tonic::Response::into_inner)
}

pub(crate) fn consequences(served: &Served) -> ConsequenceServiceClient<kit::testing::Channel> {
    ConsequenceServiceClient::new(served.channel())
}

/// Proposes, and yields how many are new, withdrawn and unchanged.
pub(crate) async fn propose(served: &Served, rule: &str, of: &str) -> (i32, i32, i32) {
    let request = pb::ProposeConsequencesRequest {
        parent: DISTRICT.to_owned(),
        rule: format!("{DISTRICT}/consequenceRules/{rule}"),
        period: period(of),
        ..Default::default()
    };
    let reply = consequences(served).propose_consequences(request).await.unwrap().into_inner();
    (reply.proposed_count, reply.withdrawn_count, reply.unchanged_count)
}

pub(crate) async fn list(served: &Served, rule: &str) -> Vec<pb::Consequence> {
    let rule = format!("{DISTRICT}/consequenceRules/{rule}");
    let request = pb::ListConsequencesRequest {
        parent: DISTRICT.to_owned(),
        rule,
        page_size: 1000,
        ..Default::default()
    };
    consequences(served).list_consequences(request).await.unwrap().into_inner().consequences
}

pub(crate) fn decision(it: &pb::Consequence, decision: Decision) -> pb::DecideConsequenceRequest {
    pb::DecideConsequenceRequest {
        name: it.name.clone(),
        decision: decision.into(),
        decider: "organisation.zhao".to_owned(),
        reason: "部务会研究".to_owned(),
        start_date: Some(date((2024, 2, 1))),
        ..Default::default()
    }
}

async fn publish(served: &Served, run: &str, unit: &str, rank: i32, grade: &str) {
    let grade = scoring::Grade {
        grade_id: grade.to_owned(),
        display_name: grade.to_owned(),
        ..Default::default()
    };
    let result =
        scoring::Result { track_size: 3, grade: Some(grade), ..result(DISTRICT, run, unit, rank) };
    publish_as_it_is(served, result).await;
}

/// Three heads and the results of two years: finance good both times, water good once, roads
/// fair both times.
pub(crate) async fn two_years(served: &Served) -> [pb::Person; 3] {
    let since = |unit| vec![head(unit, (2020, 1, 1), None)];
    let wang = pb::Person { external_id: "001".to_owned(), ..person("王", since("finance")) };
    let heads = [
        add(served, wang).await,
        add(served, person("李", since("water"))).await,
        add(served, person("赵", since("roads"))).await,
    ];
    for (run, of, end) in [("y2", "2022", (2022, 12, 31)), ("y3", "2023", (2023, 12, 31))] {
        put_period(served, DISTRICT, of, end).await;
        put_run(served, DISTRICT, run, of).await;
    }
    // The later year is told first.
    for (run, water) in [("y3", "good"), ("y2", "fair")] {
        publish(served, run, "roads", 3, "fair").await;
        publish(served, run, "finance", 1, "good").await;
        publish(served, run, "water", 2, water).await;
    }
    archived(served, &format!("{DISTRICT}/persons/-"), 6).await;
    heads
}

kit::both! {
    // S7: years in a row, facts named, decided by a person, in force on a day, S8
    async fn two_fair_years_bar_a_promotion_once_it_is_decided(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, _, zhao] = two_years(&served).await;
        let bar = vec![effect(pb::EffectKind::NoPromotion, None, 12), effect(pb::EffectKind::Reassignment, None, 0)];
        enact(&served, "fair-twice", rule("连续两年一般", grades(&["fair"], 2), bar)).await.unwrap();
        let prefer = vec![effect(pb::EffectKind::Preference, None, 24)];
        enact(&served, "good-twice", rule("连续两年好", grades(&["good"], 2), prefer)).await.unwrap();
        assert_eq!(propose(&served, "fair-twice", "2023").await, (1, 0, 0));
        assert_eq!(propose(&served, "fair-twice", "2023").await, (0, 0, 1), "proposed once");
        assert_eq!(propose(&served, "fair-twice", "2022").await, (0, 0, 0), "one year alone");
        assert_eq!(propose(&served, "good-twice", "2023").await, (1, 0, 0));
        let it = list(&served, "fair-twice").await.remove(0);
        assert_eq!((it.person.as_str(), it.state()), (zhao.name.as_str(), State::Proposed));
        assert_eq!(it.ground, ["2023年度经济管理类第3名（共3名），88.35分，等次fair", "2022年度经济管理类第3名（共3名），88.35分，等次fair"]);
        assert_eq!(it.sources, [format!("{DISTRICT}/runs/y3/results/roads"), format!("{DISTRICT}/runs/y2/results/roads")]);

        let eligible = async |person: &str, day| {
            let purpose = pb::check_eligibility_request::Purpose::Promotion.into();
            let request = pb::CheckEligibilityRequest { person: person.to_owned(), purpose, date: Some(date(day)), ..Default::default() };
            consequences(&served).check_eligibility(request).await.unwrap().into_inner()
        };
        assert!(eligible(&zhao.name, (2024, 6, 1)).await.eligible, "a proposal bars nobody");
        let mut client = consequences(&served);
        let other = pb::DecideConsequenceRequest { effects: it.effects.clone(), start_date: None, ..decision(&it, Decision::Accept) };
        refused(client.decide_consequence(other).await, &[("effects", "NOT_CHANGED"), ("start_date", "REQUIRED")]);
        let decided = client.decide_consequence(decision(&it, Decision::Accept)).await.unwrap().into_inner();
        assert_eq!(decided.state(), State::Accepted);
        unmet(client.decide_consequence(decision(&it, Decision::Reject)).await, "CONSEQUENCE_DECIDED");
        let barred = eligible(&zhao.name, (2025, 1, 31)).await;
        assert!(!barred.eligible);
        assert_eq!(barred.hindrances[0].rule, it.rule);
        assert_eq!(barred.hindrances[0].end_date, Some(date((2025, 1, 31))));
        for day in [(2024, 1, 31), (2025, 2, 1)] {
            assert!(eligible(&zhao.name, day).await.eligible, "{day:?}");
        }
        let good = list(&served, "good-twice").await.remove(0);
        client.decide_consequence(decision(&good, Decision::Accept)).await.unwrap();
        let preferred = eligible(&wang.name, (2024, 6, 1)).await;
        assert_eq!((preferred.eligible, preferred.preferences.len()), (true, 1));
    }

    // S7: a decision may be appealed within its term and is resolved by somebody else.
    async fn an_appeal_is_resolved_by_another_within_its_term(bed: &Bed) {
        let served = fake::start(bed).await;
        let heads = two_years(&served).await;
        let criticism = vec![effect(pb::EffectKind::NoHonour, None, 12)];
        enact(&served, "fair", rule("一般", grades(&["fair"], 1), criticism)).await.unwrap();
        assert_eq!(propose(&served, "fair", "2023").await, (1, 0, 0));
        assert_eq!(propose(&served, "fair", "2022").await, (2, 0, 0));
        let all = list(&served, "fair").await;
        let mut client = consequences(&served);
        let appeal = |it: &pb::Consequence| pb::AppealConsequenceRequest { name: it.name.clone(), appellant: "zhao".to_owned(), reason: "数据有误".to_owned(), ..Default::default() };
        let resolve = |it: &pb::Consequence, decider: &str| pb::ResolveConsequenceRequest { name: it.name.clone(), granted: true, decider: decider.to_owned(), reason: "核实".to_owned(), ..Default::default() };
        unmet(client.appeal_consequence(appeal(&all[0])).await, "NOT_IN_FORCE");
        for it in &all[..2] {
            client.decide_consequence(decision(it, Decision::Accept)).await.unwrap();
        }
        unmet(client.resolve_consequence(resolve(&all[0], "commission.qian")).await, "NOT_APPEALED");
        client.appeal_consequence(appeal(&all[0])).await.unwrap();
        unmet(client.resolve_consequence(resolve(&all[0], "organisation.zhao")).await, "SAME_DECIDER");
        let resolved = client.resolve_consequence(resolve(&all[0], "commission.qian")).await.unwrap().into_inner();
        assert_eq!((resolved.state(), resolved.steps.len()), (State::Revoked, 3));
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(24 * 30 + 1));
        unmet(client.appeal_consequence(appeal(&all[1])).await, "APPEAL_TERM");
        let request = pb::CheckEligibilityRequest { person: heads[2].name.clone(), purpose: pb::check_eligibility_request::Purpose::Honour.into(), date: Some(date((2024, 6, 1))), ..Default::default() };
        let reply = client.check_eligibility(request).await.unwrap().into_inner();
        let standing = usize::from(all[1].person == heads[2].name);
        assert_eq!(reply.hindrances.len(), standing, "what was revoked bars nobody");
    }

    // H8: pay by proportion, for everybody in the unit, as a list for payroll
    async fn pay_follows_the_place_of_the_unit(bed: &Bed) {
        let served = fake::start(bed).await;
        let heads = two_years(&served).await;
        let deputy = pb::Posting { head: false, post: "副局长".to_owned(), ..head("finance", (2020, 1, 1), Some((2023, 12, 31))) };
        add(&served, person("钱", vec![deputy])).await;
        let members = |display_name: &str, condition, percent| pb::ConsequenceRule {
            scope: pb::ConsequenceScope::Members.into(),
            ..rule(display_name, condition, vec![effect(pb::EffectKind::Pay, Some(percent), 0)])
        };
        // A third of three places is one; a tenth is none.
        enact(&served, "up", members("上浮", Condition::BestShare(decimal("34")), "10")).await.unwrap();
        enact(&served, "down", members("下调", Condition::WorstShare(decimal("34")), "-10")).await.unwrap();
        enact(&served, "none", members("上浮", Condition::BestShare(decimal("10")), "5")).await.unwrap();
        assert_eq!(propose(&served, "up", "2023").await, (2, 0, 0), "the head and the deputy");
        assert_eq!(propose(&served, "down", "2023").await, (1, 0, 0));
        assert_eq!(propose(&served, "none", "2023").await, (0, 0, 0));
        let mut client = consequences(&served);
        let lines = async || {
            let request = pb::ListPayAdjustmentsRequest { parent: DISTRICT.to_owned(), period: period("2023"), ..Default::default() };
            let reply = consequences(&served).list_pay_adjustments(request).await.unwrap().into_inner();
            let line = |it: pb::PayAdjustment| (it.external_id, it.display_name, it.percent.unwrap().value);
            reply.pay_adjustments.into_iter().map(line).collect::<Vec<_>>()
        };
        assert!(lines().await.is_empty(), "nothing is paid before it is decided");
        for it in list(&served, "up").await.iter().filter(|it| it.person == heads[0].name) {
            client.decide_consequence(decision(it, Decision::Accept)).await.unwrap();
        }
        let changed = list(&served, "down").await.remove(0);
        let half = vec![effect(pb::EffectKind::Pay, Some("-5"), 0)];
        let request = pb::DecideConsequenceRequest { effects: half, ..decision(&changed, Decision::Change) };
        client.decide_consequence(request).await.unwrap();
        let line = |id: &str, name: &str, percent: &str| (id.to_owned(), name.to_owned(), percent.to_owned());
        assert_eq!(lines().await, [line("001", "王", "10"), line("", "赵", "-5")]);
    }

    // S7: a later run of the period changes what was not decided; H10: whoever left before the
    // period's last day is not concerned.
    async fn a_later_run_withdraws_what_nobody_decided(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, li, _] = two_years(&served).await;
        enact(&served, "first", rule("第一名", Condition::BestCount(1), vec![effect(pb::EffectKind::Title, None, 0)])).await.unwrap();
        assert_eq!(propose(&served, "first", "2023").await, (1, 0, 0));
        put_run(&served, DISTRICT, "y3b", "2023").await;
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(1));
        for (unit, rank) in [("water", 1), ("finance", 2), ("roads", 3)] {
            publish(&served, "y3b", unit, rank, "good").await;
        }
        archived(&served, &format!("{DISTRICT}/persons/-"), 9).await;
        assert_eq!(propose(&served, "first", "2023").await, (1, 1, 0));
        let states: Vec<_> = list(&served, "first").await.into_iter().map(|it| (it.person.clone(), it.state())).collect();
        assert_eq!(states, [(wang.name, State::Withdrawn), (li.name, State::Proposed)]);
    }

    // S5: whoever is vetoed is not among the best, however good the place, and gets no honours.
    async fn the_vetoed_get_no_honours(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, li, _] = two_years(&served).await;
        let title = || vec![effect(pb::EffectKind::Title, None, 0)];
        for (id, condition) in [("two", Condition::BestCount(2)), ("share", Condition::BestShare(decimal("67")))] {
            enact(&served, id, rule("评优", condition, title())).await.unwrap();
            assert_eq!(propose(&served, id, "2023").await, (2, 0, 0));
        }
        put_run(&served, DISTRICT, "y3b", "2023").await;
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(1));
        let gate = |exempt: &str| scoring::GateVerdict {
            gate_id: "political-veto".to_owned(),
            display_name: "政治素质一票否决".to_owned(),
            effect: "LOWEST_GRADE".to_owned(),
            exempt: exempt.to_owned(),
            ..Default::default()
        };
        let of = |unit, rank, gates| scoring::Result { track_size: 3, gates, ..result(DISTRICT, "y3b", unit, rank) };
        for told in [of("finance", 1, vec![gate("")]), of("water", 2, vec![gate("不可抗力")]), of("roads", 3, Vec::new())] {
            publish_as_it_is(&served, told).await;
        }
        archived(&served, &format!("{DISTRICT}/persons/-"), 9).await;
        for id in ["two", "share"] {
            propose(&served, id, "2023").await;
            let open = list(&served, id).await.into_iter().filter(|it| it.state() == State::Proposed);
            assert_eq!(open.map(|it| it.person).collect::<Vec<_>>(), std::slice::from_ref(&li.name), "{id}");
        }
        let request = pb::ListHonourCandidatesRequest {
            parent: DISTRICT.to_owned(),
            periods: vec![period("2023")],
            date: Some(date((2024, 6, 1))),
            scope: pb::ConsequenceScope::Head.into(),
            ..Default::default()
        };
        let mut client = HonourCandidateServiceClient::new(served.channel());
        let found = client.list_honour_candidates(request).await.unwrap().into_inner().honour_candidates;
        assert_eq!(found.iter().map(|it| it.place).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!((found[0].person.as_str(), found[2].person.as_str()), (li.name.as_str(), wang.name.as_str()));
        assert_eq!(found[2].vetoes, ["政治素质一票否决"]);
        assert!(found[2].sources.contains(&found[2].veto_sources[0]), "{:?}", found[2]);
    }

    // H8: at least ten points between the bonuses of two grades
    async fn a_rule_is_refused_with_its_fault(bed: &Bed) {
        let served = fake::start(bed).await;
        let bonus = |percent| vec![effect(pb::EffectKind::Bonus, Some(percent), 0)];
        enact(&served, "good", rule("好", grades(&["good"], 1), bonus("120"))).await.unwrap();
        let near = enact(&served, "fair", rule("一般", grades(&["fair"], 1), bonus("111"))).await;
        refused(near, &[("consequence_rule.effects", "BONUS_GAP")]);
        enact(&served, "fair", rule("一般", grades(&["fair"], 1), bonus("110"))).await.unwrap();
        let taken = enact(&served, "good", rule("好", grades(&["good"], 1), bonus("140"))).await;
        assert_eq!(taken.unwrap_err().code(), Code::AlreadyExists);
        let lacking = vec![effect(pb::EffectKind::Pay, None, 0), effect(pb::EffectKind::NoHonour, None, 0)];
        let faulty = pb::ConsequenceRule { condition: None, ..rule("好", Condition::BestCount(1), lacking) };
        refused(enact(&served, "x", faulty).await, &[
            ("consequence_rule.condition", "REQUIRED"),
            ("consequence_rule.effects[0].percent", "PERCENT_REQUIRED"),
            ("consequence_rule.effects[1].months", "MONTHS_REQUIRED"),
        ]);
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "DELETE FROM consequence_rule").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // H11: who is proposed for higher honours is ranked by results, and who is barred has no place.
    async fn candidates_for_honours_are_ranked_by_results(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, li, zhao] = two_years(&served).await;
        let request = pb::ListHonourCandidatesRequest {
            parent: DISTRICT.to_owned(),
            periods: vec![period("2023"), period("2022")],
            date: Some(date((2024, 6, 1))),
            scope: pb::ConsequenceScope::Head.into(),
            ..Default::default()
        };
        let mut client = HonourCandidateServiceClient::new(served.channel());
        let list = async |client: &mut HonourCandidateServiceClient<_>, request: &pb::ListHonourCandidatesRequest| {
            client.list_honour_candidates(request.clone()).await.unwrap().into_inner()
        };
        let told = |it: &pb::HonourCandidate| (it.place, it.person.clone(), it.mean_place_percent.clone().unwrap().value);
        let all = list(&mut client, &request).await.honour_candidates;
        let expected = [(1, &wang, "33.3333"), (2, &li, "66.6666"), (3, &zhao, "100")];
        let expected = expected.map(|(place, it, share)| (place, it.name.clone(), share.to_owned()));
        assert_eq!(all.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(all[0].ground, ["2023年度经济管理类第1名（共3名），88.35分，等次good", "2022年度经济管理类第1名（共3名），88.35分，等次good"]);
        assert_eq!((all[0].external_id.as_str(), all[0].sources[1].as_str()), ("001", format!("{DISTRICT}/runs/y2/results/finance").as_str()));

        let bar = vec![effect(pb::EffectKind::NoHonour, None, 12)];
        enact(&served, "bar", rule("取消评优资格", grades(&["good"], 2), bar)).await.unwrap();
        assert_eq!(propose(&served, "bar", "2023").await, (1, 0, 0));
        let it = self::list(&served, "bar").await.remove(0);
        consequences(&served).decide_consequence(decision(&it, Decision::Accept)).await.unwrap();
        let paged = pb::ListHonourCandidatesRequest { page_size: 2, ..request.clone() };
        let page = list(&mut client, &paged).await;
        assert_eq!(page.honour_candidates.iter().map(|it| (it.place, it.display_name.as_str())).collect::<Vec<_>>(), [(1, "李"), (2, "赵")]);
        let paged = pb::ListHonourCandidatesRequest { page_token: page.next_page_token, ..paged };
        let last = list(&mut client, &paged).await;
        assert_eq!((last.honour_candidates.len(), last.next_page_token.as_str()), (1, ""));
        assert_eq!((last.honour_candidates[0].place, last.honour_candidates[0].hindrances[0].consequence.as_str()), (0, it.name.as_str()));
        // After the bar is over the best is the best again; a period without results has nobody.
        let later = pb::ListHonourCandidatesRequest { date: Some(date((2025, 2, 1))), ..request.clone() };
        assert_eq!(list(&mut client, &later).await.honour_candidates, all);
        let more = pb::ListHonourCandidatesRequest { periods: vec![period("2023"), period("2021")], ..request.clone() };
        assert!(list(&mut client, &more).await.honour_candidates.is_empty());
        let faulty = pb::ListHonourCandidatesRequest { periods: Vec::new(), date: None, scope: 0, ..request };
        refused(client.list_honour_candidates(faulty).await, &[("periods", "OUT_OF_RANGE"), ("date", "REQUIRED"), ("scope", "REQUIRED")]);
    }
}
