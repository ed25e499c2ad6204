//! What awards, cards, vetoes and entries of lists call for, in whatever order scoring tells of them.

use jiff::SignedDuration;
use kit::clock::Clock as _;
use kit::testing::{Bed, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::Counted;
use proto::cadre::v1::consequence::State;
use proto::cadre::v1::consequence_rule::Condition;
use proto::cadre::v1::decide_consequence_request::Decision;
use proto::cadre::v1::growth_service_client::GrowthServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;

use crate::conduct_entry::{conduct, entry, record};
use crate::consequence::{consequences, decision, effect, enact, list, propose, rule};
use crate::data::{
    DISTRICT, add, archived, date, head, person, publish_as_it_is, put_period, put_run, result,
};
use crate::person_export::export;
use crate::{fake, refused};

fn count(counted: Counted, ids: &[&str], at_least: i32, periods: i32) -> Condition {
    let ids = ids.iter().map(|it| (*it).to_owned()).collect();
    Condition::Count(pb::CountCondition { counted: counted.into(), ids, at_least, periods })
}

fn does(kind: pb::EffectKind) -> Vec<pb::Effect> {
    vec![effect(kind, None, 0)]
}

/// A yellow card of a unit in a month, issued by the office unless a run proposed it.
pub(crate) fn card(id: &str, unit: &str, month: &str) -> scoring::Card {
    scoring::Card {
        name: format!("{DISTRICT}/cards/{id}"),
        kind: scoring::card::Kind::YellowCard.into(),
        unit: format!("{DISTRICT}/units/{unit}"),
        unit_display_name: unit.to_owned(),
        period: format!("{DISTRICT}/periods/{month}"),
        display_name: "黄牌警告".to_owned(),
        ..Default::default()
    }
}

async fn tell(served: &Served, kind: &'static str, name: &str, resource: Resource) {
    // The kind stands in the feed's entry alone.
    let change = scoring::Change { resource: Some(resource), ..Default::default() };
    served.tell("scoring", kind, name, &change).await;
}

pub(crate) async fn issue(served: &Served, card: &scoring::Card) {
    tell(served, "saima.scoring.v1.CardIssued", &card.name, Resource::Card(card.clone())).await;
}

pub(crate) async fn withdraw(served: &Served, card: &scoring::Card) {
    let resource = Resource::Card(card.clone());
    tell(served, "saima.scoring.v1.CardWithdrawn", &card.name, resource).await;
}

/// The cards and awards on a person's timeline, once there are so many: title, and whether it stands.
pub(crate) async fn timeline(served: &Served, person: &str, expected: &[(&str, bool)]) {
    let expected: Vec<_> =
        expected.iter().map(|(it, stands)| ((*it).to_owned(), *stands)).collect();
    kit::testing::eventually(async || {
        let request =
            pb::ListGrowthEntriesRequest { parent: person.to_owned(), ..Default::default() };
        let mut growth = GrowthServiceClient::new(served.channel());
        let entries = growth.list_growth_entries(request).await.unwrap().into_inner();
        let kinds = [pb::GrowthKind::Card, pb::GrowthKind::Award];
        let told = entries.growth_entries.into_iter().filter(|it| kinds.contains(&it.kind()));
        let told: Vec<_> = told.map(|it| (it.title, it.standing)).collect();
        (told == expected).then_some(())
    })
    .await;
}

kit::both! {
    // X12, Q6: cards call for criticism once there are enough of them, whenever they are told of:
    // late, twice, or withdrawn before they were issued. Who left is not charged with his successor's.
    async fn cards_call_for_criticism_in_whatever_order_they_come(bed: &Bed) {
        let served = fake::start(bed).await;
        for (month, end) in [("2023-04", (2023, 4, 30)), ("2023-05", (2023, 5, 31)), ("2023-06", (2023, 6, 30))] {
            put_period(&served, DISTRICT, month, end).await;
        }
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), Some((2023, 5, 15)))])).await;
        let li = add(&served, person("李", vec![head("finance", (2023, 5, 16), None)])).await;
        let zhao = add(&served, person("赵", vec![head("roads", (2020, 1, 1), None)])).await;
        let twice = rule("通报批评", count(Counted::YellowCard, &[], 2, 1), does(pb::EffectKind::Criticism));
        enact(&served, "twice", twice).await.unwrap();
        put_run(&served, DISTRICT, "may", "2023-05").await;

        let of_wang = card("1", "finance", "2023-04");
        let of_li = card("2", "finance", "2023-05");
        let run = format!("{DISTRICT}/runs/may");
        let proposed = scoring::Card { run, card_id: "behind".to_owned(), track_id: "economy".to_owned(), ..card("4", "roads", "2023-05") };
        let (first, gone) = (card("3", "roads", "2023-04"), card("5", "roads", "2023-06"));
        withdraw(&served, &gone).await;
        for it in [&of_li, &of_wang, &proposed, &of_li, &gone] {
            issue(&served, it).await;
        }
        timeline(&served, &wang.name, &[("2023年4月finance：黄牌警告", true)]).await;
        timeline(&served, &li.name, &[("2023年5月finance：黄牌警告", true)]).await;
        timeline(&served, &zhao.name, &[("2023年5月roads：黄牌警告", true), ("2023年6月roads：黄牌警告（已撤销）", false)]).await;
        assert_eq!(propose(&served, "twice", "2023Q2").await, (0, 0, 0), "each has one that stands");

        // April's comes last.
        issue(&served, &first).await;
        let may = ("2023年5月roads：黄牌警告", true);
        timeline(&served, &zhao.name, &[("2023年4月roads：黄牌警告", true), may, ("2023年6月roads：黄牌警告（已撤销）", false)]).await;
        assert_eq!(propose(&served, "twice", "2023Q2").await, (1, 0, 0));
        assert_eq!(propose(&served, "twice", "2023Q2").await, (0, 0, 1), "proposed once");
        let it = list(&served, "twice").await.remove(0);
        assert_eq!((it.person.as_str(), it.post.as_str(), it.effects[0].kind()), (zhao.name.as_str(), "局长", pb::EffectKind::Criticism));
        assert_eq!(it.ground, ["2023年5月roads：黄牌警告", "2023年4月roads：黄牌警告"]);
        assert_eq!(it.sources, [proposed.name.clone(), first.name.clone()]);
        // Two quarters that end with the third, in which nothing happened.
        let half = rule("通报批评", count(Counted::YellowCard, &[], 2, 2), does(pb::EffectKind::Criticism));
        enact(&served, "half", half).await.unwrap();
        assert_eq!(propose(&served, "half", "2023Q3").await, (0, 0, 0), "nothing is proposed for what is past");
        let of_rule = rule("通报批评", count(Counted::YellowCard, &["behind"], 1, 1), does(pb::EffectKind::Criticism));
        enact(&served, "of-rule", of_rule).await.unwrap();
        assert_eq!(propose(&served, "of-rule", "2023-05").await, (1, 0, 0), "by the rule of the card alone");

        // Other facts, another proposal; fewer, none.
        issue(&served, &card("6", "roads", "2023-06")).await;
        withdraw(&served, &first).await;
        timeline(&served, &zhao.name, &[("2023年4月roads：黄牌警告（已撤销）", false), may, ("2023年6月roads：黄牌警告（已撤销）", false), ("2023年6月roads：黄牌警告", true)]).await;
        assert_eq!(propose(&served, "twice", "2023Q2").await, (1, 1, 0));
        let all = list(&served, "twice").await;
        let states: Vec<_> = all.iter().map(|it| (it.state(), it.sources[1].as_str())).collect();
        assert_eq!(states, [(State::Withdrawn, first.name.as_str()), (State::Proposed, proposed.name.as_str())]);
        consequences(&served).decide_consequence(decision(&all[1], Decision::Accept)).await.unwrap();
        withdraw(&served, &proposed).await;
        timeline(&served, &zhao.name, &[("2023年4月roads：黄牌警告（已撤销）", false), ("2023年5月roads：黄牌警告（已撤销）", false), ("2023年6月roads：黄牌警告（已撤销）", false), ("2023年6月roads：黄牌警告", true)]).await;
        assert_eq!(propose(&served, "twice", "2023Q2").await, (0, 0, 0), "what was decided stays");
        assert_eq!(list(&served, "twice").await[1].state(), State::Accepted);
    }

    // B11, X11, X12: awards count for whoever heads the unit that answers for the project; S7: a veto of the
    // latest run counts unless exempted
    async fn awards_and_vetoes_call_for_what_the_rules_say(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let li = add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "q1", "2023Q1").await;
        put_run(&served, DISTRICT, "q2", "2023Q2").await;
        let subject = format!("{DISTRICT}/runs/q1/results/projects.ring-road");
        let ring_road = scoring::Result { responsible_unit: format!("{DISTRICT}/units/finance"), ..Default::default() };
        served.put("scoring", &subject, &ring_road).await;
        let award = |id: &str, award: &str, subject: &str, quarter: &str| scoring::Award {
            name: format!("{DISTRICT}/awards/{id}"),
            award_id: award.to_owned(),
            display_name: if award == "snail" { "蜗牛奖" } else { "猛虎奖" }.to_owned(),
            unit: format!("{DISTRICT}/{subject}"),
            unit_display_name: "环城路".to_owned(),
            period: format!("{DISTRICT}/periods/2023{quarter}"),
            run: format!("{DISTRICT}/runs/{}", quarter.to_lowercase()),
            track_id: "economy".to_owned(),
            ..Default::default()
        };
        for it in [award("1", "snail", "units/finance", "Q2"), award("2", "snail", "projects/ring-road", "Q1"), award("3", "tiger", "units/water", "Q1")] {
            tell(&served, "saima.scoring.v1.AwardAnnounced", &it.name.clone(), Resource::Award(it)).await;
        }
        timeline(&served, &wang.name, &[("2023年第一季度环城路：蜗牛奖", true), ("2023年第二季度环城路：蜗牛奖", true)]).await;
        timeline(&served, &li.name, &[("2023年第一季度环城路：猛虎奖", true)]).await;
        let (told, _) = export(served.channel(), &wang.name, 1000).await.unwrap();
        let told: Vec<_> = told.iter().filter(|it| it.noun == "GrowthEntry").map(|it| it.source.as_str()).collect();
        assert_eq!(told, [format!("{DISTRICT}/awards/2"), format!("{DISTRICT}/awards/1")], "they are exported, too");
        let talk = rule("诫勉谈话", count(Counted::Award, &["snail"], 2, 2), does(pb::EffectKind::Admonition));
        enact(&served, "talk", talk).await.unwrap();
        let praise = pb::ConsequenceRule { track_id: "economy".to_owned(), ..rule("通报表扬", count(Counted::Award, &["tiger"], 1, 1), does(pb::EffectKind::Commendation)) };
        enact(&served, "praise", praise).await.unwrap();
        assert_eq!(propose(&served, "talk", "2023Q1").await, (0, 0, 0));
        assert_eq!(propose(&served, "talk", "2023Q2").await, (1, 0, 0));
        assert_eq!(propose(&served, "praise", "2023").await, (1, 0, 0), "a quarter lies within the year");
        let it = list(&served, "talk").await.remove(0);
        assert_eq!((it.person.as_str(), it.sources), (wang.name.as_str(), vec![format!("{DISTRICT}/awards/1"), format!("{DISTRICT}/awards/2")]));

        let gate = |id: &str, effect: &str, exempt: &str| scoring::GateVerdict {
            gate_id: id.to_owned(),
            display_name: "安全生产一票否决".to_owned(),
            effect: effect.to_owned(),
            exempt: exempt.to_owned(),
            ..Default::default()
        };
        let removal = rule("免职", count(Counted::Veto, &["safety"], 1, 1), does(pb::EffectKind::Removal));
        enact(&served, "removal", removal).await.unwrap();
        enact(&served, "barred", rule("通报批评", count(Counted::Bar, &[], 1, 1), does(pb::EffectKind::Criticism))).await.unwrap();
        let of = |run: &str, unit: &str, gates| scoring::Result { gates, ..result(DISTRICT, run, unit, 1) };
        publish_as_it_is(&served, of("q1", "finance", vec![gate("safety", "LOWEST_GRADE", "")])).await;
        publish_as_it_is(&served, of("q1", "water", vec![gate("safety", "ZERO", "不可抗力"), gate("late", "BAR good", "")])).await;
        archived(&served, &format!("{DISTRICT}/persons/-"), 2).await;
        assert_eq!(propose(&served, "removal", "2023Q1").await, (1, 0, 0));
        assert_eq!(propose(&served, "barred", "2023Q1").await, (1, 0, 0));
        let it = list(&served, "removal").await.remove(0);
        assert_eq!(it.ground, ["2023年第一季度经济管理类第1名（共8名），88.35分，安全生产一票否决"]);
        assert_eq!((it.person.as_str(), it.sources), (wang.name.as_str(), vec![format!("{DISTRICT}/runs/q1/results/finance")]));
        // A later run without the veto takes the proposal back.
        put_run(&served, DISTRICT, "q1b", "2023Q1").await;
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(1));
        for unit in ["finance", "water"] {
            publish_as_it_is(&served, of("q1b", unit, Vec::new())).await;
        }
        archived(&served, &format!("{DISTRICT}/persons/-"), 4).await;
        assert_eq!(propose(&served, "removal", "2023Q1").await, (0, 1, 0));
    }

    // X9, X12: entries of the negative list call for a talk, those that were cleared do not
    async fn negative_entries_call_for_a_talk_while_they_stand(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let qian = add(&served, person("钱", vec![])).await;
        let talk = pb::ConsequenceRule {
            scope: pb::ConsequenceScope::Members.into(),
            ..rule("诫勉谈话", count(Counted::NegativeEntry, &[], 2, 1), does(pb::EffectKind::Admonition))
        };
        enact(&served, "talk", talk.clone()).await.unwrap();
        let heads = pb::ConsequenceRule { scope: pb::ConsequenceScope::Head.into(), ..talk.clone() };
        enact(&served, "heads", heads).await.unwrap();
        let on = |of: &pb::Person, day| pb::ConductEntry { occur_date: Some(date(day)), ..entry(of, pb::ConductSide::Negative) };
        let entries = record(&served, vec![
            on(&wang, (2023, 1, 9)),
            on(&wang, (2023, 3, 31)),
            on(&qian, (2023, 2, 1)),
            on(&qian, (2023, 2, 1)),
            entry(&qian, pb::ConductSide::Positive),
        ]).await.unwrap();
        assert_eq!(propose(&served, "talk", "2023Q1").await, (2, 0, 0));
        assert_eq!(propose(&served, "heads", "2023Q1").await, (1, 0, 0), "who had no post heads nothing");
        assert_eq!(propose(&served, "talk", "2023-03").await, (0, 0, 0), "January is another month");
        let all = list(&served, "talk").await;
        let of_wang = all.iter().find(|it| it.person == wang.name).unwrap();
        assert_eq!(of_wang.ground[0], "2023-03-31负面清单：牵头化解征迁遗留问题（区委主要领导批示2023年第12号）");
        assert_eq!(of_wang.sources, [entries[1].name.clone(), entries[0].name.clone()]);
        let of_qian = all.iter().find(|it| it.person == qian.name).unwrap();
        assert_eq!((of_qian.unit.as_str(), of_qian.post.as_str()), ("", ""));
        let tolerate = pb::TolerateConductEntryRequest { name: entries[0].name.clone(), decider: "commission.qian".to_owned(), reason: "先行先试".to_owned(), ..Default::default() };
        conduct(&served).tolerate_conduct_entry(tolerate).await.unwrap();
        assert_eq!(propose(&served, "talk", "2023Q1").await, (0, 1, 1));

        let wrong = pb::ConsequenceRule { series: "annual".to_owned(), ..talk.clone() };
        refused(enact(&served, "x", wrong).await, &[("consequence_rule.series", "NOT_OF_ENTRIES")]);
        let wrong = pb::ConsequenceRule { condition: Some(count(Counted::Unspecified, &[""], 101, 13)), ..talk };
        refused(enact(&served, "x", wrong).await, &[
            ("consequence_rule.count.counted", "REQUIRED"),
            ("consequence_rule.count.ids[0]", "REQUIRED"),
            ("consequence_rule.count.at_least", "OUT_OF_RANGE"),
            ("consequence_rule.count.periods", "OUT_OF_RANGE"),
        ]);
    }
}
