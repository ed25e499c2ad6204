//! The methods with parameters of many parts.

use engine::{
    Ballots, CaseHandling, CaseKind, Cliff, Curve, Interpolation, Knot, Lateness, MarkValue,
    MilestonePoints, PacePoints, RankBand, RankBands, RaterGroup, Segment, SlopeSide, Slopes,
    Through,
};
use kit::field::Fields;
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::indicators::Indicators;
use crate::parse::figure;

pub(super) fn rank_bands(path: &str, given: &pb::RankBands, fields: &mut Fields) -> RankBands {
    let band = |(place, given): (usize, &pb::rank_bands::Band)| {
        let path = format!("{path}.bands[{place}]");
        let percent =
            fields.optional_decimal(format_args!("{path}.through_percent"), &given.through_percent);
        let through = match (given.through, percent) {
            (0, None) => Through::All,
            (0, Some(percent)) => Through::Percent(percent),
            (_, Some(_)) => {
                let message = "a band reaches to a rank or to a share of the ranked, not to both";
                fields.violation(format_args!("{path}.through_percent"), "RANK_BANDS", message);
                Through::All
            }
            (rank, None) => {
                let rank = fields.number(format_args!("{path}.through"), rank, 1..=1_000_000);
                Through::Rank(u32::try_from(rank).unwrap_or(1))
            }
        };
        let points = fields.decimal(format_args!("{path}.points"), &given.points);
        RankBand { through, points }
    };
    RankBands { bands: given.bands.iter().enumerate().map(band).collect() }
}

pub(super) fn interpolation(
    path: &str,
    given: &pb::Interpolation,
    fields: &mut Fields,
) -> Interpolation {
    let knot = |(place, given): (usize, &pb::interpolation::Knot)| Knot {
        value: fields.decimal(format_args!("{path}.knots[{place}].value"), &given.value),
        points: fields.decimal(format_args!("{path}.knots[{place}].points"), &given.points),
    };
    Interpolation { knots: given.knots.iter().enumerate().map(knot).collect() }
}

pub(super) fn slopes(
    path: &str,
    given: &pb::Slopes,
    weight: Decimal,
    fields: &mut Fields,
) -> Slopes {
    Slopes {
        at: fields.optional_decimal(format_args!("{path}.at"), &given.at),
        percent: given.percent,
        base: or(format!("{path}.base"), &given.base, weight, fields),
        over: side(&format!("{path}.over"), given.over.as_ref(), fields),
        short: side(&format!("{path}.short"), given.short.as_ref(), fields),
    }
}

fn side(path: &str, given: Option<&pb::slopes::Side>, fields: &mut Fields) -> Box<SlopeSide> {
    let Some(given) = given else { return Box::default() };
    let cap = fields.optional_decimal(format_args!("{path}.cap"), &given.cap);
    let segment = |(place, given): (usize, &pb::slopes::Segment)| Segment {
        width: fields
            .optional_decimal(format_args!("{path}.segments[{place}].width"), &given.width),
        slope: fields.decimal(format_args!("{path}.segments[{place}].slope"), &given.slope),
    };
    Box::new(SlopeSide { segments: given.segments.iter().enumerate().map(segment).collect(), cap })
}

pub(super) fn cliff(path: &str, given: &pb::Cliff, weight: Decimal, fields: &mut Fields) -> Cliff {
    Cliff {
        at: fields.optional_decimal(format_args!("{path}.at"), &given.at),
        percent: given.percent,
        base: or(format!("{path}.base"), &given.base, weight, fields),
        slope: or(format!("{path}.slope"), &given.slope, Decimal::ZERO, fields),
        most: or(format!("{path}.most"), &given.most, weight, fields),
    }
}

pub(super) fn pace(path: &str, given: &pb::PacePoints, fields: &mut Fields) -> PacePoints {
    use pb::pace_points::Curve as Given;
    let curve = match &given.curve {
        Some(Given::ByDay(_)) | None => Curve::ByDay,
        Some(Given::ByRound(_)) => Curve::ByRound,
        Some(Given::Plan(_)) => Curve::Plan,
        Some(Given::Listed(listed)) => {
            let read = |(place, it): (usize, &wire::Decimal)| {
                fields.decimal_text(format_args!("{path}.listed.shares[{place}]"), &it.value)
            };
            Curve::Listed(listed.shares.iter().enumerate().map(read).collect())
        }
    };
    PacePoints {
        curve,
        bonus: or(format!("{path}.bonus"), &given.bonus, Decimal::ZERO, fields),
        bonus_cap: or(format!("{path}.bonus_cap"), &given.bonus_cap, Decimal::ZERO, fields),
    }
}

pub(super) fn milestones(
    path: &str,
    given: &pb::MilestonePoints,
    fields: &mut Fields,
) -> MilestonePoints {
    let lateness = |(place, given): (usize, &pb::milestone_points::Lateness)| {
        let path = format!("{path}.late[{place}]");
        let days = fields.number(format_args!("{path}.within_days"), given.within_days, 0..=3660);
        Lateness {
            within_days: u32::try_from(days).ok().filter(|days| *days > 0),
            credit: fields.decimal(format_args!("{path}.credit"), &given.credit),
        }
    };
    let late = given.late.iter().enumerate().map(lateness).collect();
    MilestonePoints { late, count_pending: given.count_pending, carry_overdue: given.carry_overdue }
}

pub(super) fn case_handling(
    path: &str,
    given: &pb::CaseHandling,
    indicators: &Indicators,
    fields: &mut Fields,
) -> CaseHandling {
    let kind = |(place, given): (usize, &pb::case_handling::Kind)| {
        let path = format!("{path}.kinds[{place}]");
        let field = format!("{path}.indicator");
        CaseKind {
            indicator: figure::other(field, &given.indicator, indicators, fields),
            credit: fields.decimal(format_args!("{path}.credit"), &given.credit),
        }
    };
    CaseHandling { kinds: given.kinds.iter().enumerate().map(kind).collect() }
}

pub(super) fn ballots(path: &str, given: &pb::BallotPoints, fields: &mut Fields) -> Ballots {
    let full = or(format!("{path}.full"), &given.full, Decimal::ONE_HUNDRED, fields);
    let trim = given.trim_above.map(|above| {
        let above = fields.number(format_args!("{path}.trim_above"), above, 2..=1_000_000);
        u32::try_from(above).unwrap_or(2)
    });
    let mark = |(place, given): (usize, &pb::ballot_points::MarkValue)| MarkValue {
        mark: given.mark.clone(),
        value: fields.decimal(format_args!("{path}.marks[{place}].value"), &given.value),
    };
    let marks = given.marks.iter().enumerate().map(mark).collect();
    let group = |(place, given): (usize, &pb::ballot_points::RaterGroup)| RaterGroup {
        group: given.group.clone(),
        weight: fields.decimal(format_args!("{path}.groups[{place}].weight"), &given.weight),
    };
    let groups = given.groups.iter().enumerate().map(group).collect();
    Ballots { marks, groups, full, trim_above: trim }
}

/// The decimal, or the one that stands for it.
fn or(
    field: String,
    given: &Option<wire::Decimal>,
    otherwise: Decimal,
    fields: &mut Fields,
) -> Decimal {
    fields.optional_decimal(field, given).unwrap_or(otherwise)
}
