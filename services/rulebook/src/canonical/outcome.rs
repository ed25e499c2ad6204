//! Gates, grades, awards and cards.

use engine::{
    CardKind, Condition, Edge, End, GateEffect, Grading, GroupRule, Measure, NumberRange, Outcomes,
    Pick, Places, Quota, QuotaRounding, TieBreak,
};

use super::Text;

/// Writes what a track decides.
pub(super) fn write(outcomes: &Outcomes, text: &mut Text) {
    for (place, gate) in outcomes.gates.iter().enumerate() {
        text.inside(format!("gates[{place}]"), |text| {
            text.quoted("gate_id", &gate.gate_id);
            text.quoted("display_name", &gate.display_name);
            text.inside("when", |text| condition(&gate.when, text));
            match &gate.effect {
                GateEffect::Zero => text.bare("effect", "zero"),
                GateEffect::LowestGrade => text.bare("effect", "lowest_grade"),
                GateEffect::Bar(grade) => text.quoted("bar_from", grade),
            }
        });
    }
    if let Some(it) = &outcomes.grading {
        text.inside("grading", |text| grading(it, text));
    }
    for (place, award) in outcomes.awards.iter().enumerate() {
        text.inside(format!("awards[{place}]"), |text| {
            text.quoted("award_id", &award.award_id);
            text.quoted("display_name", &award.display_name);
            text.quoted("class", &award.class);
            text.quoted("level", &award.level);
            text.inside("pick", |text| pick(&award.pick, text));
        });
    }
    for (place, card) in outcomes.cards.iter().enumerate() {
        text.inside(format!("cards[{place}]"), |text| {
            text.quoted("card_id", &card.card_id);
            text.quoted("display_name", &card.display_name);
            let kind = match card.kind {
                CardKind::RedFlag => "KIND_RED_FLAG",
                CardKind::YellowCard => "KIND_YELLOW_CARD",
            };
            text.bare("kind", kind);
            text.inside("pick", |text| pick(&card.pick, text));
        });
    }
}

/// Writes a list of tie-breaks; the points of a node as the id alone.
pub(super) fn tie_breaks(field: &str, breaks: &[TieBreak], text: &mut Text) {
    for (place, tie_break) in breaks.iter().enumerate() {
        let field = format!("{field}[{place}]");
        match tie_break {
            TieBreak::Points(node) => text.quoted(&field, node),
            TieBreak::Value { indicator, lower_first } => {
                text.quoted(&format!("{field}.value.indicator"), indicator);
                text.bare(&format!("{field}.value.lower_first"), lower_first);
            }
            TieBreak::CountBack(nodes) => {
                for (place, node) in nodes.iter().enumerate() {
                    text.quoted(&format!("{field}.count_back.node_ids[{place}]"), node);
                }
            }
        }
    }
}

fn grading(grading: &Grading, text: &mut Text) {
    match grading {
        Grading::Groups { count, rule } => {
            text.bare("groups.count", count);
            let rule = match rule {
                GroupRule::RankShare => "RULE_RANK_SHARE",
                GroupRule::Blocks => "RULE_BLOCKS",
            };
            text.bare("groups.rule", rule);
        }
        Grading::Grades { grades, rounding, edge } => text.inside("grades", |text| {
            for (place, grade) in grades.iter().enumerate() {
                text.inside(format!("grades[{place}]"), |text| {
                    text.quoted("grade_id", &grade.grade_id);
                    text.quoted("display_name", &grade.display_name);
                    text.optional("at_least", grade.at_least);
                    if let Some(it) = grade.quota {
                        text.inside("quota", |text| quota(it, text));
                    }
                    for (place, award) in grade.outright.iter().enumerate() {
                        text.quoted(&format!("outright[{place}]"), award);
                    }
                });
            }
            text.bare("rounding", rounding_text(*rounding));
            self::edge(edge, text);
        }),
    }
}

fn pick(pick: &Pick, text: &mut Text) {
    let end = match pick.end {
        End::Best => "END_BEST",
        End::Worst => "END_WORST",
    };
    text.bare("end", end);
    match &pick.by {
        Measure::Ranking => text.bare("by", "ranking"),
        Measure::Pace => text.bare("by", "pace"),
        Measure::Points(node) => text.quoted("by.points", node),
        Measure::Value(indicator) => text.quoted("by.value", indicator),
    }
    match pick.places {
        Places::All => text.bare("places", "all"),
        Places::Within(it, rounding) => {
            text.inside("places", |text| quota(it, text));
            text.bare("rounding", rounding_text(rounding));
        }
    }
    for (field, given) in [("when", &pick.when), ("unless", &pick.unless)] {
        if let Some(given) = given {
            text.inside(field, |text| condition(given, text));
        }
    }
    text.bare("successors", pick.successors);
    edge(&pick.edge, text);
}

fn quota(quota: Quota, text: &mut Text) {
    match quota {
        Quota::Share(share) => text.number("share", share),
        Quota::Count(count) => text.bare("count", count),
    }
}

fn rounding_text(rounding: QuotaRounding) -> &'static str {
    match rounding {
        QuotaRounding::Floor => "FLOOR",
        QuotaRounding::Ceil => "CEIL",
        QuotaRounding::HalfUp => "HALF_UP",
    }
}

fn edge(edge: &Edge, text: &mut Text) {
    match edge {
        Edge::AllIn => text.bare("edge", "all_in"),
        Edge::AllOut => text.bare("edge", "all_out"),
        Edge::TieBreak(breaks) => tie_breaks("edge.tie_break.tie_breaks", breaks, text),
    }
}

fn condition(given: &Condition, text: &mut Text) {
    let list = |field: &str, parts: &[Condition], text: &mut Text| {
        for (place, part) in parts.iter().enumerate() {
            text.inside(format!("{field}.conditions[{place}]"), |text| condition(part, text));
        }
    };
    match given {
        Condition::Total(limits) => text.inside("total", |text| range(limits, text)),
        Condition::Pace(limits) => text.inside("pace", |text| range(limits, text)),
        Condition::Rank(limits) => text.inside("rank", |text| range(limits, text)),
        Condition::Points { node_id, limits, percent } => text.inside("points", |text| {
            text.quoted("node_id", node_id);
            text.inside("limits", |text| range(limits, text));
            text.bare("percent", percent);
        }),
        Condition::Value { indicator, limits } => text.inside("value", |text| {
            text.quoted("indicator", indicator);
            text.inside("limits", |text| range(limits, text));
        }),
        Condition::TargetsMet { indicators } if indicators.is_empty() => {
            text.bare("targets_met", "all");
        }
        Condition::TargetsMet { indicators } => {
            for (place, indicator) in indicators.iter().enumerate() {
                text.quoted(&format!("targets_met.indicators[{place}]"), indicator);
            }
        }
        Condition::Entry { items } => {
            for (place, item) in items.iter().enumerate() {
                text.quoted(&format!("entry.items[{place}]"), item);
            }
        }
        Condition::Flag { node_id, flag } => {
            text.quoted("marked.node_id", node_id);
            text.bare("marked.flag", flag);
        }
        Condition::Award(award) => text.quoted("award", award),
        Condition::Not(part) => text.inside("not", |text| condition(part, text)),
        Condition::All(parts) => list("all", parts, text),
        Condition::Any(parts) => list("any", parts, text),
    }
}

fn range(range: &NumberRange, text: &mut Text) {
    text.optional("at_least", range.at_least);
    text.optional("above", range.above);
    text.optional("at_most", range.at_most);
    text.optional("below", range.below);
}
