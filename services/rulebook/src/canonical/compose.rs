//! The rules of nodes, without their parts.

use engine::{
    Adjustments, AskedPeriods, AskedSubject, Combine, LinkEffect, PartLength, Reference, Rule,
    Side, Worth,
};

use super::{Text, leaf, policy};

/// Writes what a rule says beside its parts.
pub(super) fn write(rule: &Rule, text: &mut Text) {
    match rule {
        Rule::Leaf(it) => leaf(it, text),
        Rule::LinkedSum(it) => {
            for (place, link) in it.links.iter().enumerate() {
                text.inside(format!("links[{place}]"), |text| {
                    text.quoted("node_id", &link.node_id);
                    text.quoted("by", &link.by);
                    match link.effect {
                        LinkEffect::Discount { depth } => text.number("discount.depth", depth),
                        LinkEffect::Cap { ratio } => text.number("cap.ratio", ratio),
                    }
                });
            }
            for (place, silent) in it.silent.iter().enumerate() {
                text.quoted(&format!("silent[{place}]"), silent);
            }
        }
        Rule::Graded(it) => {
            text.quoted("indicator", &it.indicator);
            for (place, aspect) in it.aspects.iter().enumerate() {
                text.inside(format!("aspects[{place}]"), |text| {
                    text.quoted("aspect_id", &aspect.aspect_id);
                    text.quoted("display_name", &aspect.display_name);
                    text.number("weight", aspect.weight);
                    for (place, (mark, factor)) in aspect.factors.iter().enumerate() {
                        text.quoted(&format!("factors[{place}].mark"), mark);
                        text.number(&format!("factors[{place}].factor"), *factor);
                    }
                    text.number("unmarked", aspect.unmarked);
                });
            }
        }
        Rule::Reference(it) => reference(it, text),
        Rule::Adjustments(it) => adjustments(it, text),
        Rule::AwardPoints(it) => {
            for (place, row) in it.rows.iter().enumerate() {
                text.inside(format!("rows[{place}]"), |text| {
                    text.quoted("award", &row.award);
                    text.quoted("class", &row.class);
                    text.quoted("level", &row.level);
                    text.number("points", row.points);
                });
            }
        }
        Rule::Sum(_)
        | Rule::WeightedMean(_)
        | Rule::GeometricMean(_)
        | Rule::Minimum(_)
        | Rule::Maximum(_)
        | Rule::Product(_) => {}
    }
}

fn reference(reference: &Reference, text: &mut Text) {
    text.quoted("series", &reference.of.series);
    text.quoted("node_id", &reference.of.node_id);
    match &reference.of.subject {
        AskedSubject::Own => text.bare("subject", "own"),
        AskedSubject::Unit => text.bare("subject", "unit"),
        AskedSubject::Named(name) => text.quoted("subject.named", name),
    }
    match reference.of.periods {
        AskedPeriods::Same => text.bare("periods", "same"),
        AskedPeriods::Within(part) => {
            let part = match part {
                PartLength::Month => "PART_MONTH",
                PartLength::Quarter => "PART_QUARTER",
                PartLength::HalfYear => "PART_HALF_YEAR",
            };
            text.bare("periods.within", part);
        }
        AskedPeriods::Before(count) => text.bare("periods.before", count),
    }
    match reference.combine {
        Combine::Mean => text.bare("combine", "mean"),
        Combine::Best(best) => text.bare("combine.best", best),
        Combine::Last => text.bare("combine", "last"),
        Combine::Sum => text.bare("combine", "sum"),
    }
    text.bare("missing", policy(reference.missing));
    text.bare("least", reference.least);
}

fn adjustments(ledger: &Adjustments, text: &mut Text) {
    text.number("base", ledger.base);
    for (place, level) in ledger.levels.iter().enumerate() {
        text.quoted(&format!("levels[{place}]"), level);
    }
    for (place, aspect) in ledger.aspects.iter().enumerate() {
        text.inside(format!("aspects[{place}]"), |text| {
            text.quoted("aspect_id", &aspect.aspect_id);
            text.quoted("display_name", &aspect.display_name);
            text.optional("cap", aspect.cap);
        });
    }
    for (place, item) in ledger.items.iter().enumerate() {
        text.inside(format!("items[{place}]"), |text| {
            text.quoted("item_id", &item.item_id);
            text.quoted("display_name", &item.display_name);
            let side = match item.side {
                Side::Bonus => "SIDE_BONUS",
                Side::Deduction => "SIDE_DEDUCTION",
            };
            text.bare("side", side);
            text.quoted("aspect", &item.aspect);
            text.optional("cap", item.cap);
            match &item.worth {
                Worth::Fixed(points) => text.number("points", *points),
                Worth::Range { least, most } => {
                    text.number("range.least", *least);
                    text.number("range.most", *most);
                }
                Worth::Levels(levels) => {
                    for (place, (level, points)) in levels.iter().enumerate() {
                        text.quoted(&format!("levels.levels[{place}].level"), level);
                        text.number(&format!("levels.levels[{place}].points"), *points);
                    }
                }
            }
        });
    }
    text.optional("bonus_cap", ledger.bonus_cap);
    text.optional("deduction_cap", ledger.deduction_cap);
}
