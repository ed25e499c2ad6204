//! Nodes whose points are made of other nodes' in a way of their own, or come from results,
//! ledgers and awards.

use engine::{
    Adjustments, Asked, AskedPeriods, AskedSubject, Aspect, AwardPoints, AwardWorth, Combine,
    GradedAspect, Item, Link, LinkEffect, PartLength, Reference, Side, Worth,
};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::node::missing;
use crate::SUBJECTS;

/// Reads the links of a sum at `path`.
pub(super) fn links(path: &str, given: &[pb::linked_sum::Link], fields: &mut Fields) -> Vec<Link> {
    use pb::linked_sum::link::Effect;
    let mut link = |(place, given): (usize, &pb::linked_sum::Link)| {
        let path = format!("{path}.links[{place}]");
        let effect = match &given.effect {
            Some(Effect::Discount(discount)) => LinkEffect::Discount {
                depth: fields
                    .optional_decimal(format_args!("{path}.discount.depth"), &discount.depth)
                    .unwrap_or(Decimal::ONE),
            },
            Some(Effect::Cap(cap)) => LinkEffect::Cap {
                ratio: fields
                    .optional_decimal(format_args!("{path}.cap.ratio"), &cap.ratio)
                    .unwrap_or(Decimal::ONE),
            },
            None => {
                fields.violation(&path, "REQUIRED", "must have one of discount, cap");
                LinkEffect::Cap { ratio: Decimal::ONE }
            }
        };
        Link { node_id: given.node_id.clone(), by: given.by.clone(), effect }
    };
    given.iter().enumerate().map(&mut link).collect()
}

/// Reads the aspects of a graded node at `path`.
pub(super) fn aspects(
    path: &str,
    given: &[pb::graded::Aspect],
    fields: &mut Fields,
) -> Vec<GradedAspect> {
    let mut aspect = |(place, given): (usize, &pb::graded::Aspect)| {
        let path = format!("{path}.aspects[{place}]");
        let mut factor = |(place, given): (usize, &pb::graded::aspect::Factor)| {
            let path = format!("{path}.factors[{place}]");
            (
                fields.text(format_args!("{path}.mark"), &given.mark, 1..=63),
                fields.decimal(format_args!("{path}.factor"), &given.factor),
            )
        };
        GradedAspect {
            factors: given.factors.iter().enumerate().map(&mut factor).collect(),
            aspect_id: fields.id(format_args!("{path}.aspect_id"), &given.aspect_id),
            display_name: named(&path, &given.display_name, 200, fields),
            weight: fields
                .optional_decimal(format_args!("{path}.weight"), &given.weight)
                .unwrap_or(Decimal::ONE),
            unmarked: fields
                .optional_decimal(format_args!("{path}.unmarked"), &given.unmarked)
                .unwrap_or(Decimal::ONE),
        }
    };
    given.iter().enumerate().map(&mut aspect).collect()
}

/// Reads the reference at `path`.
pub(super) fn reference(path: &str, given: &pb::Reference, fields: &mut Fields) -> Reference {
    use pb::reference::{combine::How, periods::Which, subject::Whose};
    let subject = match given.subject.as_ref().and_then(|subject| subject.whose.as_ref()) {
        Some(Whose::Unit(_)) => AskedSubject::Unit,
        Some(Whose::Named(name)) => {
            let field = format!("{path}.subject.named");
            if !SUBJECTS.iter().any(|pattern| pattern.read(name).is_some()) {
                let message = "must be the full name of a unit, a project or a post";
                fields.violation(field, "NAME_FORMAT", message);
            }
            AskedSubject::Named(name.clone())
        }
        Some(Whose::Own(_)) | None => AskedSubject::Own,
    };
    let periods = match given.periods.as_ref().and_then(|periods| periods.which.as_ref()) {
        Some(Which::Same(_)) => AskedPeriods::Same,
        Some(Which::Within(part)) => AskedPeriods::Within(
            match fields.choice::<pb::reference::periods::Part>(
                format_args!("{path}.periods.within"),
                *part,
            ) {
                pb::reference::periods::Part::Month => PartLength::Month,
                pb::reference::periods::Part::HalfYear => PartLength::HalfYear,
                pb::reference::periods::Part::Quarter
                | pb::reference::periods::Part::Unspecified => PartLength::Quarter,
            },
        ),
        Some(Which::Before(count)) => {
            AskedPeriods::Before(count_of(&format!("{path}.periods.before"), *count, 12, fields))
        }
        None => {
            let message = "must have one of same, within, before";
            fields.violation(format_args!("{path}.periods"), "REQUIRED", message);
            AskedPeriods::Before(1)
        }
    };
    let combine = match given.combine.as_ref().and_then(|combine| combine.how.as_ref()) {
        Some(How::Best(best)) => {
            Combine::Best(count_of(&format!("{path}.combine.best"), *best, 366, fields))
        }
        Some(How::Last(_)) => Combine::Last,
        Some(How::Sum(_)) => Combine::Sum,
        Some(How::Mean(_)) | None => Combine::Mean,
    };
    let series = match given.series.as_str() {
        "" => String::new(),
        series => fields.id(format_args!("{path}.series"), series),
    };
    Reference {
        of: Asked { series, node_id: given.node_id.clone(), subject, periods },
        combine,
        missing: missing(&format!("{path}.missing"), given.missing, fields),
        least: count_of(&format!("{path}.least"), given.least, 366, fields),
    }
}

/// Reads the ledger at `path`.
pub(super) fn adjustments(path: &str, given: &pb::Adjustments, fields: &mut Fields) -> Adjustments {
    let aspect = |(place, given): (usize, &pb::AdjustmentAspect), fields: &mut Fields| {
        let path = format!("{path}.aspects[{place}]");
        Aspect {
            aspect_id: fields.id(format_args!("{path}.aspect_id"), &given.aspect_id),
            display_name: named(&path, &given.display_name, 200, fields),
            cap: fields.optional_decimal(format_args!("{path}.cap"), &given.cap),
        }
    };
    let aspects = given.aspects.iter().enumerate();
    let items = given.items.iter().enumerate();
    Adjustments {
        base: fields
            .optional_decimal(format_args!("{path}.base"), &given.base)
            .unwrap_or(Decimal::ZERO),
        levels: given.levels.clone(),
        aspects: aspects.map(|it| aspect(it, fields)).collect(),
        items: items
            .map(|(place, it)| item(&format!("{path}.items[{place}]"), it, fields))
            .collect(),
        bonus_cap: fields.optional_decimal(format_args!("{path}.bonus_cap"), &given.bonus_cap),
        deduction_cap: fields
            .optional_decimal(format_args!("{path}.deduction_cap"), &given.deduction_cap),
    }
}

fn item(path: &str, given: &pb::AdjustmentItem, fields: &mut Fields) -> Item {
    use pb::adjustment_item::{Side as GivenSide, Worth as Given};
    let level = |(place, given): (usize, &pb::adjustment_item::levels::Level),
                 fields: &mut Fields| {
        let field = format!("{path}.levels.levels[{place}].points");
        (given.level.clone(), fields.decimal(field, &given.points))
    };
    let worth = match &given.worth {
        Some(Given::Points(points)) => {
            Worth::Fixed(fields.decimal_text(format_args!("{path}.points"), &points.value))
        }
        Some(Given::Range(range)) => Worth::Range {
            least: fields.decimal(format_args!("{path}.range.least"), &range.least),
            most: fields.decimal(format_args!("{path}.range.most"), &range.most),
        },
        Some(Given::Levels(levels)) => {
            let levels = levels.levels.iter().enumerate();
            Worth::Levels(levels.map(|it| level(it, fields)).collect())
        }
        None => {
            fields.violation(path, "REQUIRED", "must have one of points, range, levels");
            Worth::Fixed(Decimal::ZERO)
        }
    };
    Item {
        item_id: given.item_id.clone(),
        display_name: named(path, &given.display_name, 500, fields),
        side: match fields.choice::<GivenSide>(format_args!("{path}.side"), given.side) {
            GivenSide::Deduction => Side::Deduction,
            GivenSide::Bonus | GivenSide::Unspecified => Side::Bonus,
        },
        aspect: given.aspect.clone(),
        worth,
        cap: fields.optional_decimal(format_args!("{path}.cap"), &given.cap),
    }
}

/// Reads what awards are worth at `path`.
pub(super) fn award_points(
    path: &str,
    given: &pb::AwardPoints,
    fields: &mut Fields,
) -> AwardPoints {
    let row = |(place, given): (usize, &pb::award_points::Row)| AwardWorth {
        award: given.award.clone(),
        class: given.class.clone(),
        level: given.level.clone(),
        points: fields.decimal(format_args!("{path}.rows[{place}].points"), &given.points),
    };
    AwardPoints { rows: given.rows.iter().enumerate().map(row).collect() }
}

fn named(path: &str, name: &str, most: usize, fields: &mut Fields) -> String {
    fields.text(format_args!("{path}.display_name"), name, 1..=most)
}

/// A count from 0 to `most`.
pub(super) fn count_of(field: &str, given: i32, most: i32, fields: &mut Fields) -> u32 {
    u32::try_from(fields.number(field, given, 0..=most)).unwrap_or(0)
}
