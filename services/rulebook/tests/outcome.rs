//! B10, H9, Q6: gates, grades, awards and cards are read whole, and what is wrong with them is
//! named at its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{decimal, faults, known, name, plain};
use engine::{
    CardKind, Condition, Edge, End, GateEffect, Grading, GroupRule, Measure, Places, Quota,
    QuotaRounding, TieBreak,
};
use proto::registry::v1 as pb;
use proto::registry::v1::condition::Kind;
use rust_decimal::Decimal;

fn condition(kind: Kind) -> Option<pb::Condition> {
    Some(pb::Condition { kind: Some(kind) })
}

fn below(limit: &str) -> pb::NumberRange {
    pb::NumberRange { below: decimal(limit), ..Default::default() }
}

fn count(count: i32) -> Option<pb::Quota> {
    Some(pb::Quota { size: Some(pb::quota::Size::Count(count)) })
}

fn grade(id: &str, at_least: Option<&str>, quota: Option<pb::Quota>) -> pb::grading::Grade {
    pb::grading::Grade {
        grade_id: id.to_owned(),
        display_name: format!("等次 {id}"),
        at_least: at_least.and_then(decimal),
        quota,
        outright: vec![],
    }
}

/// The plain scheme with a gate, two grades, a Snail and a yellow card.
fn decided() -> pb::Scheme {
    let mut scheme = plain();
    let track = &mut scheme.tracks[0];
    track.gates = vec![pb::Gate {
        gate_id: "safety".to_owned(),
        display_name: "安全生产一票否决".to_owned(),
        when: condition(Kind::Value(pb::condition::Value {
            indicator: name("indicators", "accidents"),
            limits: Some(pb::NumberRange { above: decimal("2"), ..Default::default() }),
        })),
        effect: Some(pb::gate::Effect::BarFrom("good".to_owned())),
    }];
    let share = pb::Quota { size: Some(pb::quota::Size::Share(decimal("30").unwrap())) };
    let mut good = grade("good", Some("90"), Some(share));
    good.outright = vec!["special-investment/first".to_owned()];
    track.grading = Some(pb::Grading {
        rule: Some(pb::grading::Rule::Grades(pb::grading::Grades {
            grades: vec![good, grade("rest", None, None)],
            rounding: pb::quota::Rounding::HalfUp.into(),
            edge: Some(pb::Edge { rule: Some(pb::edge::Rule::AllOut(Default::default())) }),
        })),
    });
    let met = condition(Kind::TargetsMet(Default::default()));
    track.awards = vec![pb::AwardRule {
        award_id: "snail".to_owned(),
        display_name: "蜗牛奖".to_owned(),
        class: "progress".to_owned(),
        level: "district".to_owned(),
        pick: Some(pb::Pick {
            end: pb::pick::End::Worst.into(),
            places: count(1),
            when: condition(Kind::Total(below("60"))),
            unless: met,
            successors: true,
            ..Default::default()
        }),
    }];
    track.cards = vec![pb::CardRule {
        card_id: "yellow".to_owned(),
        display_name: "黄牌".to_owned(),
        kind: pb::card_rule::Kind::YellowCard.into(),
        pick: Some(pb::Pick {
            by: Some(pb::pick::Measure {
                by: Some(pb::pick::measure::By::Pace(pb::pick::measure::Pace {})),
            }),
            when: condition(Kind::Not(Box::new(condition(Kind::Pace(below("80"))).unwrap()))),
            ..Default::default()
        }),
    }];
    scheme
}

#[test]
fn gates_grades_awards_and_cards_are_read() {
    let rulebook = rulebook::parse(&decided(), &known()).unwrap();
    let outcomes = rulebook.entries[0].track.outcomes();
    assert_eq!(outcomes.gates[0].effect, GateEffect::Bar("good".to_owned()));
    assert!(
        matches!(&outcomes.gates[0].when, Condition::Value { limits, .. } if limits.above == Some(Decimal::TWO))
    );
    let Some(Grading::Grades { grades, rounding, edge }) = &outcomes.grading else {
        panic!("no grades")
    };
    assert_eq!(grades[0].quota, Some(Quota::Share(Decimal::from(30))));
    assert_eq!((*rounding, edge), (QuotaRounding::HalfUp, &Edge::AllOut));
    let snail = &outcomes.awards[0].pick;
    assert_eq!((snail.end, snail.successors), (End::Worst, true));
    assert_eq!(snail.places, Places::Within(Quota::Count(1), QuotaRounding::Floor));
    let card = &outcomes.cards[0];
    assert_eq!(
        (card.kind, &card.pick.by, card.pick.places),
        (CardKind::YellowCard, &Measure::Pace, Places::All)
    );
    let canonical = rulebook.canonical();
    for line in [
        "tracks[0].gates[0].when.value.limits.above 2\n",
        "tracks[0].grading.grades.grades[0].outright[0] \"special-investment/first\"\n",
        "tracks[0].awards[0].pick.unless.targets_met all\n",
        "tracks[0].cards[0].pick.when.not.pace.below 80\n",
    ] {
        assert!(canonical.contains(line), "{canonical}");
    }
    // What was digested before there were outcomes keeps its digest.
    let before = rulebook::parse(&plain(), &known()).unwrap();
    assert!(before.canonical().ends_with("tracks[0].warnings.lowest_ranks 0\n"));
}

#[test]
fn groups_and_tie_breaks_are_read() {
    use pb::tie_break::By;
    let mut scheme = plain();
    let groups = pb::grading::Groups { count: 10, rule: pb::grading::groups::Rule::Blocks.into() };
    scheme.tracks[0].grading = Some(pb::Grading { rule: Some(pb::grading::Rule::Groups(groups)) });
    let value =
        pb::tie_break::Value { indicator: name("indicators", "satisfaction"), lower_first: true };
    let back = pb::tie_break::CountBack { node_ids: vec!["revenue".to_owned()] };
    let breaks = [By::Value(value), By::CountBack(back)];
    scheme.tracks[0].ranking = Some(pb::Ranking {
        tie_break: vec!["revenue".to_owned()],
        tie_breaks: breaks.map(|by| pb::TieBreak { by: Some(by) }).to_vec(),
        ..Default::default()
    });
    let rulebook = rulebook::parse(&scheme, &known()).unwrap();
    let track = &rulebook.entries[0].track;
    let groups = Grading::Groups { count: 10, rule: GroupRule::Blocks };
    assert_eq!(track.outcomes().grading, Some(groups));
    assert_eq!(track.ranking().tie_break.len(), 3);
    assert_eq!(track.ranking().tie_break[2], TieBreak::CountBack(vec!["revenue".to_owned()]));
    // What only breaks ties is asked of the subjects, too.
    assert!(rulebook.indicators().contains(name("indicators", "satisfaction").as_str()));
}

#[test]
fn outcomes_that_cannot_be_are_named_at_their_place() {
    let with = |change: &dyn Fn(&mut pb::Track)| {
        let mut scheme = decided();
        change(&mut scheme.tracks[0]);
        let found = faults(&scheme);
        found.into_iter().map(|it| it.replace("scheme.tracks[0].", "")).collect::<Vec<_>>()
    };
    assert_eq!(with(&|it| it.gates[0].when = None), ["gates[0].when REQUIRED"]);
    assert_eq!(with(&|it| it.gates[0].effect = None), ["gates[0] REQUIRED"]);
    let bar = |grade: &str| Some(pb::gate::Effect::BarFrom(grade.to_owned()));
    assert_eq!(with(&|it| it.gates[0].effect = bar("best")), ["gates[0].bar_from UNKNOWN_GRADE"]);
    let marked = |flag: &str| {
        condition(Kind::Marked(pb::condition::Marked {
            flag: flag.to_owned(),
            ..Default::default()
        }))
    };
    assert_eq!(
        with(&|it| it.gates[0].when = marked("LATE")),
        ["gates[0].when.marked.flag UNKNOWN_FLAG"]
    );
    let unknown = || {
        condition(Kind::Value(pb::condition::Value {
            indicator: name("indicators", "nothing"),
            limits: Some(below("1")),
        }))
    };
    let list = pb::condition::List { conditions: vec![unknown().unwrap()] };
    assert_eq!(
        with(&|it| it.gates[0].when = condition(Kind::Any(list.clone()))),
        ["gates[0].when.any.conditions[0].value.indicator UNKNOWN_INDICATOR"]
    );
    assert_eq!(
        with(&|it| it.awards[0].pick = None),
        ["awards[0].pick REQUIRED", "awards[0].pick.when REQUIRED"]
    );
    assert_eq!(with(&|it| it.cards[0].kind = 0), ["cards[0].kind REQUIRED"]);
    let unreachable = |track: &mut pb::Track| {
        let Some(pb::grading::Rule::Grades(grades)) =
            track.grading.as_mut().and_then(|grading| grading.rule.as_mut())
        else {
            panic!("no grades")
        };
        grades.grades.insert(1, grade("better", Some("95"), None));
    };
    assert_eq!(with(&unreachable), ["grading.grades.grades[1].at_least UNREACHABLE_GRADE"]);
    assert_eq!(
        with(&|it| it.cards[0].card_id = "snail".to_owned()),
        ["cards[0].card_id DUPLICATE_RULE"]
    );
    let ranking = || pb::Ranking {
        tie_break: vec!["revenue".to_owned()],
        tie_breaks: vec![pb::TieBreak { by: Some(pb::tie_break::By::Points("x".to_owned())) }],
        ..Default::default()
    };
    assert_eq!(
        with(&|it| it.ranking = Some(ranking())),
        ["ranking.tie_breaks[0] UNKNOWN_TIE_BREAK"]
    );
}
