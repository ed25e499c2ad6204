//! A track: members, tree, order, colours, warnings.

use engine::{Colouring, Ranking, TieBreak, TieRule, TrackDraft, WarningRules};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use super::{node, outcome};
use crate::indicators::Indicators;
use crate::members::Members;

/// Reads a track at `path`.
pub(super) fn read(
    path: &str,
    given: &pb::Track,
    indicators: &Indicators,
    fields: &mut Fields,
) -> (Members, TrackDraft) {
    let members_path = format!("{path}.members");
    let members = Members::read(&members_path, given.members.as_ref(), fields);
    let draft = TrackDraft {
        track_id: fields.id(format_args!("{path}.track_id"), &given.track_id),
        display_name: fields.text(
            format_args!("{path}.display_name"),
            &given.display_name,
            1..=200,
        ),
        root: node::root(&format!("{path}.root"), given.root.as_ref(), indicators, fields),
        asides: node::asides(&format!("{path}.asides"), &given.asides, indicators, fields),
        limits: indicators.limits(),
        ranking: ranking(path, given.ranking.as_ref(), indicators, fields),
        colouring: colouring(&format!("{path}.colouring"), given.colouring.as_ref(), fields),
        warnings: warnings(&format!("{path}.warnings"), given.warnings.as_ref(), fields),
        outcomes: outcome::read(path, given, indicators, fields),
    };
    (members, draft)
}

fn ranking(
    path: &str,
    given: Option<&pb::Ranking>,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Ranking {
    let empty = pb::Ranking::default();
    let given = given.unwrap_or(&empty);
    let field = format_args!("{path}.ranking.tie_rule");
    let tie_rule = match fields.optional_choice::<pb::ranking::TieRule>(field, given.tie_rule) {
        Some(pb::ranking::TieRule::Dense) => TieRule::Dense,
        Some(pb::ranking::TieRule::Average) => TieRule::Average,
        Some(pb::ranking::TieRule::Competition | pb::ranking::TieRule::Unspecified) | None => {
            TieRule::Competition
        }
    };
    let mut tie_break: Vec<TieBreak> =
        given.tie_break.iter().cloned().map(TieBreak::Points).collect();
    let path = format!("{path}.ranking.tie_breaks");
    tie_break.extend(outcome::tie_breaks(&path, &given.tie_breaks, indicators, fields));
    Ranking { tie_rule, tie_break, ascending: given.ascending }
}

fn colouring(path: &str, given: Option<&pb::Colouring>, fields: &mut Fields) -> Option<Colouring> {
    use pb::colouring::Rule;
    let Some(rule) = &given?.rule else {
        fields.violation(
            path,
            "COLOURING_REQUIRED",
            "must have one of by_pace, by_threshold, by_rank_share",
        );
        return None;
    };
    Some(match rule {
        Rule::ByPace(rule) => Colouring::ByPace {
            yellow_behind: fields
                .optional_decimal(format_args!("{path}.by_pace.yellow_behind"), &rule.yellow_behind)
                .unwrap_or(Decimal::TEN),
            red_behind: fields
                .optional_decimal(format_args!("{path}.by_pace.red_behind"), &rule.red_behind)
                .unwrap_or(Decimal::from(30)),
        },
        Rule::ByThreshold(rule) => Colouring::ByThreshold {
            green_at_least: fields
                .decimal(format_args!("{path}.by_threshold.green_at_least"), &rule.green_at_least),
            yellow_at_least: fields.decimal(
                format_args!("{path}.by_threshold.yellow_at_least"),
                &rule.yellow_at_least,
            ),
        },
        Rule::ByRankShare(rule) => Colouring::ByRankShare {
            green_share: fields
                .decimal(format_args!("{path}.by_rank_share.green_share"), &rule.green_share),
            red_share: fields
                .decimal(format_args!("{path}.by_rank_share.red_share"), &rule.red_share),
        },
    })
}

fn warnings(path: &str, given: Option<&pb::WarningRules>, fields: &mut Fields) -> WarningRules {
    let Some(given) = given else { return WarningRules::default() };
    let behind =
        fields.optional_decimal(format_args!("{path}.behind_schedule"), &given.behind_schedule);
    let lowest = fields.number(format_args!("{path}.lowest_ranks"), given.lowest_ranks, 0..=1000);
    WarningRules { behind_schedule: behind, lowest_ranks: u32::try_from(lowest).unwrap_or(0) }
}
