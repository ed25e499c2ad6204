//! Who stood within the places of an award or card and is not proposed, and why.

use engine::{Passed, PassedWhy};
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, decimal};
use proto::scoring::v1 as pb;
use proto::scoring::v1::passed_subject::Why;

use crate::result::ground;
use crate::rpc::run::explain::Recomputed;
use crate::{run, subject};

/// Reads who is wanted: of which run, of which award or card.
pub(super) fn list(
    request: &pb::ListPassedSubjectsRequest,
) -> Result<(Name, Option<String>, Page)> {
    let mut fields = Fields::default();
    let name = fields.name("parent", &run::NAME, &request.parent);
    let rule = (!request.rule_id.is_empty()).then(|| fields.id("rule_id", &request.rule_id));
    fields.check()?;
    let page =
        Page::parse(request.page_size, &request.page_token, &[&request.parent, &request.rule_id])?;
    Ok((name, rule, page))
}

/// Everybody who was passed over, by track and rule, awards before cards.
pub(super) fn subjects(
    district: &str,
    recomputed: &Recomputed,
    rule: Option<&str>,
) -> Vec<pb::PassedSubject> {
    let mut found = Vec::new();
    for (results, track) in recomputed.results().iter().zip(recomputed.tracks()) {
        let outcomes = track.outcomes();
        let awards = results.awards.iter().map(|it| {
            let award = outcomes.awards.iter().find(|award| award.award_id == it.award_id);
            let name = award.map(|award| award.display_name.as_str());
            (it.award_id.as_str(), name, &it.passed)
        });
        let cards = results.cards.iter().map(|it| {
            let card = outcomes.cards.iter().find(|card| card.card_id == it.card_id);
            (it.card_id.as_str(), card.map(|card| card.display_name.as_str()), &it.passed)
        });
        let wanted = awards.chain(cards).filter(|(id, ..)| rule.is_none_or(|rule| rule == *id));
        for (id, name, passed) in wanted {
            let of = pb::PassedSubject {
                rule_id: id.to_owned(),
                rule_display_name: name.unwrap_or_default().to_owned(),
                track_id: results.track_id.clone(),
                track_display_name: track.display_name().to_owned(),
                ..Default::default()
            };
            found.extend(passed.iter().filter_map(|it| one(district, recomputed, &of, it)));
        }
    }
    found
}

fn one(
    district: &str,
    recomputed: &Recomputed,
    of: &pb::PassedSubject,
    passed: &Passed,
) -> Option<pb::PassedSubject> {
    let unit = subject::id(&passed.subject)?;
    let outcome = recomputed.outcomes().iter().find(|it| it.unit == unit)?;
    let (why, reason) = match &passed.why {
        PassedWhy::Condition => (Why::Condition, ""),
        PassedWhy::Exclusion => (Why::Exclusion, ""),
        PassedWhy::Vetoed(gate) => (Why::Vetoed, gate.as_str()),
        PassedWhy::Exempt(ground) => (Why::Exempt, ground.as_str()),
        PassedWhy::Edge => (Why::Edge, ""),
    };
    Some(pb::PassedSubject {
        unit: subject::name(district, &unit),
        unit_display_name: outcome.unit_display_name.clone(),
        place: i32::try_from(passed.place).unwrap_or(i32::MAX),
        score: outcome.score.map(decimal::to_proto),
        why: why.into(),
        reason: reason.to_owned(),
        ground: ground(&passed.ground),
        ..of.clone()
    })
}
