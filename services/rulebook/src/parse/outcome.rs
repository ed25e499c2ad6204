//! Gates, grades, awards and cards.

use engine::{
    Award, Card, CardKind, Edge, End, Gate, GateEffect, Grade, Grading, GroupRule, Measure,
    Outcomes, Pick, Places, Quota, QuotaRounding, TieBreak,
};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::compose::count_of;
use super::condition::{self, indicator};
use crate::indicators::Indicators;

/// Reads the outcomes of the track at `path`.
pub(super) fn read(
    path: &str,
    given: &pb::Track,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Outcomes {
    let mut reading = Reading { indicators, fields };
    let gates = given.gates.iter().enumerate();
    let awards = given.awards.iter().enumerate();
    let cards = given.cards.iter().enumerate();
    Outcomes {
        gates: gates.map(|(at, it)| reading.gate(&format!("{path}.gates[{at}]"), it)).collect(),
        grading: given
            .grading
            .as_ref()
            .map(|grading| reading.grading(&format!("{path}.grading"), grading)),
        awards: awards.map(|(at, it)| reading.award(&format!("{path}.awards[{at}]"), it)).collect(),
        cards: cards.map(|(at, it)| reading.card(&format!("{path}.cards[{at}]"), it)).collect(),
    }
}

/// Reads the tie-breaks of the list at `path`.
pub(super) fn tie_breaks(
    path: &str,
    given: &[pb::TieBreak],
    indicators: &Indicators,
    fields: &mut Fields,
) -> Vec<TieBreak> {
    use pb::tie_break::By;
    let read = |(place, given): (usize, &pb::TieBreak)| {
        let path = format!("{path}[{place}]");
        match &given.by {
            Some(By::Points(node)) => TieBreak::Points(node.clone()),
            Some(By::Value(value)) => TieBreak::Value {
                indicator: indicator(
                    &format!("{path}.value.indicator"),
                    &value.indicator,
                    indicators,
                    fields,
                ),
                lower_first: value.lower_first,
            },
            Some(By::CountBack(back)) => TieBreak::CountBack(back.node_ids.clone()),
            None => {
                fields.violation(path, "REQUIRED", "must have one of points, value, count_back");
                TieBreak::CountBack(Vec::new())
            }
        }
    };
    given.iter().enumerate().map(read).collect()
}

struct Reading<'a> {
    indicators: &'a Indicators,
    fields: &'a mut Fields,
}

impl Reading<'_> {
    fn named(&mut self, path: &str, name: &str) -> String {
        self.fields.text(format_args!("{path}.display_name"), name, 1..=200)
    }

    fn gate(&mut self, path: &str, given: &pb::Gate) -> Gate {
        let effect = match &given.effect {
            Some(pb::gate::Effect::Zero(_)) => GateEffect::Zero,
            Some(pb::gate::Effect::LowestGrade(_)) => GateEffect::LowestGrade,
            Some(pb::gate::Effect::BarFrom(grade)) => GateEffect::Bar(grade.clone()),
            None => {
                let message = "must have one of zero, lowest_grade, bar_from";
                self.fields.violation(path, "REQUIRED", message);
                GateEffect::Zero
            }
        };
        let when = format!("{path}.when");
        Gate {
            gate_id: given.gate_id.clone(),
            display_name: self.named(path, &given.display_name),
            when: condition::required(&when, given.when.as_ref(), self.indicators, self.fields),
            effect,
        }
    }

    fn grading(&mut self, path: &str, given: &pb::Grading) -> Grading {
        match &given.rule {
            Some(pb::grading::Rule::Grades(given)) => {
                let path = format!("{path}.grades");
                let grades = given.grades.iter().enumerate();
                Grading::Grades {
                    grades: grades
                        .map(|(at, it)| self.grade(&format!("{path}.grades[{at}]"), it))
                        .collect(),
                    rounding: self.rounding(&format!("{path}.rounding"), given.rounding),
                    edge: self.edge(&format!("{path}.edge"), given.edge.as_ref()),
                }
            }
            Some(pb::grading::Rule::Groups(given)) => {
                let field = format!("{path}.groups.rule");
                let rule =
                    self.fields.optional_choice::<pb::grading::groups::Rule>(field, given.rule);
                Grading::Groups {
                    count: count_of(
                        &format!("{path}.groups.count"),
                        given.count,
                        1000,
                        self.fields,
                    ),
                    rule: match rule {
                        Some(pb::grading::groups::Rule::Blocks) => GroupRule::Blocks,
                        _ => GroupRule::RankShare,
                    },
                }
            }
            None => {
                self.fields.violation(path, "REQUIRED", "must have one of grades, groups");
                Grading::Groups { count: 2, rule: GroupRule::RankShare }
            }
        }
    }

    fn grade(&mut self, path: &str, given: &pb::grading::Grade) -> Grade {
        let at_least = format!("{path}.at_least");
        Grade {
            grade_id: given.grade_id.clone(),
            display_name: self.named(path, &given.display_name),
            at_least: self.fields.optional_decimal(at_least, &given.at_least),
            quota: self.quota(&format!("{path}.quota"), given.quota.as_ref()),
            outright: given.outright.clone(),
        }
    }

    fn award(&mut self, path: &str, given: &pb::AwardRule) -> Award {
        Award {
            award_id: given.award_id.clone(),
            display_name: self.named(path, &given.display_name),
            class: self.fields.text(format_args!("{path}.class"), &given.class, 0..=63),
            level: self.fields.text(format_args!("{path}.level"), &given.level, 0..=63),
            pick: self.pick(&format!("{path}.pick"), given.pick.as_ref()),
        }
    }

    fn card(&mut self, path: &str, given: &pb::CardRule) -> Card {
        let kind =
            self.fields.choice::<pb::card_rule::Kind>(format_args!("{path}.kind"), given.kind);
        Card {
            card_id: given.card_id.clone(),
            display_name: self.named(path, &given.display_name),
            kind: match kind {
                pb::card_rule::Kind::YellowCard => CardKind::YellowCard,
                pb::card_rule::Kind::RedFlag | pb::card_rule::Kind::Unspecified => {
                    CardKind::RedFlag
                }
            },
            pick: self.pick(&format!("{path}.pick"), given.pick.as_ref()),
        }
    }

    fn pick(&mut self, path: &str, given: Option<&pb::Pick>) -> Pick {
        use pb::pick::measure::By;
        let empty = pb::Pick::default();
        let given = given.unwrap_or_else(|| {
            self.fields.violation(path, "REQUIRED", "must say who is picked");
            &empty
        });
        let end =
            self.fields.optional_choice::<pb::pick::End>(format_args!("{path}.end"), given.end);
        let by = match given.by.as_ref().map(|by| by.by.as_ref()) {
            None => Measure::Ranking,
            Some(Some(By::Pace(_))) => Measure::Pace,
            Some(Some(By::Points(node))) => Measure::Points(node.clone()),
            Some(Some(By::Value(name))) => {
                let field = format!("{path}.by.value");
                Measure::Value(indicator(&field, name, self.indicators, self.fields))
            }
            Some(None) => {
                let message = "must have one of pace, points, value";
                self.fields.violation(format_args!("{path}.by"), "REQUIRED", message);
                Measure::Ranking
            }
        };
        let rounding = self.rounding(&format!("{path}.rounding"), given.rounding);
        let quota = self.quota(&format!("{path}.places"), given.places.as_ref());
        let mut condition = |field: &str, given: &Option<pb::Condition>| {
            let path = format!("{path}.{field}");
            given.as_ref().map(|it| condition::read(&path, it, self.indicators, self.fields))
        };
        let (when, unless) = (condition("when", &given.when), condition("unless", &given.unless));
        Pick {
            end: match end {
                Some(pb::pick::End::Worst) => End::Worst,
                Some(pb::pick::End::Best | pb::pick::End::Unspecified) | None => End::Best,
            },
            by,
            places: quota.map_or(Places::All, |quota| Places::Within(quota, rounding)),
            when,
            unless,
            successors: given.successors,
            edge: self.edge(&format!("{path}.edge"), given.edge.as_ref()),
        }
    }

    fn quota(&mut self, path: &str, given: Option<&pb::Quota>) -> Option<Quota> {
        Some(match &given?.size {
            Some(pb::quota::Size::Share(share)) => {
                Quota::Share(self.fields.decimal_text(format_args!("{path}.share"), &share.value))
            }
            Some(pb::quota::Size::Count(count)) => {
                Quota::Count(count_of(&format!("{path}.count"), *count, 100_000, self.fields))
            }
            None => {
                self.fields.violation(path, "REQUIRED", "must have one of share, count");
                Quota::Share(Decimal::ONE)
            }
        })
    }

    fn rounding(&mut self, field: &str, given: i32) -> QuotaRounding {
        match self.fields.optional_choice::<pb::quota::Rounding>(field, given) {
            Some(pb::quota::Rounding::Ceil) => QuotaRounding::Ceil,
            Some(pb::quota::Rounding::HalfUp) => QuotaRounding::HalfUp,
            Some(pb::quota::Rounding::Floor | pb::quota::Rounding::Unspecified) | None => {
                QuotaRounding::Floor
            }
        }
    }

    fn edge(&mut self, path: &str, given: Option<&pb::Edge>) -> Edge {
        match given.and_then(|given| given.rule.as_ref()) {
            None | Some(pb::edge::Rule::AllIn(_)) => Edge::AllIn,
            Some(pb::edge::Rule::AllOut(_)) => Edge::AllOut,
            Some(pb::edge::Rule::TieBreak(given)) => Edge::TieBreak(tie_breaks(
                &format!("{path}.tie_break.tie_breaks"),
                &given.tie_breaks,
                self.indicators,
                self.fields,
            )),
        }
    }
}
