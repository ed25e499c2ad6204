//! Conduct entries between wire and domain.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{clock, date, decimal};
use proto::cadre::v1 as pb;

use super::super::{PERIOD, PERSON, SCHEME, evidence};
use crate::conduct_entry::{ConductEntry, Contents, Items, State, Step};

/// Scoring's entries.
static ADJUSTMENT: Pattern =
    Pattern::new("adjustment", "districts/{district}/adjustments/{adjustment}");

/// Reads a row of a request.
pub(super) fn read(
    fields: &mut Fields,
    district: &str,
    row: usize,
    recorder: &str,
    given: &pb::ConductEntry,
) -> ConductEntry {
    let at = format!("conduct_entries[{row}]");
    let scheme = format!("{at}.scheme");
    let scheme = fields.optional_member(scheme, &SCHEME, &given.scheme, district);
    let item = scheme.map(|scheme| {
        let item = fields.text(format_args!("{at}.item_id"), &given.item_id, 1..=63);
        (scheme, item)
    });
    let adjustment = format!("{at}.adjustment");
    let contents = Contents {
        person: fields.member(format_args!("{at}.person"), &PERSON, &given.person, district),
        period: fields.member(format_args!("{at}.period"), &PERIOD, &given.period, district),
        side: fields.choice(format_args!("{at}.side"), given.side),
        item,
        effect: None,
        ground: fields.paragraph(format_args!("{at}.ground"), &given.ground, 1..=1000),
        source: fields.choice(format_args!("{at}.source"), given.source),
        citation: fields.text(format_args!("{at}.citation"), &given.citation, 1..=200),
        occur_date: fields.date(format_args!("{at}.occur_date"), &given.occur_date),
        evidence: evidence::read(fields, &format!("{at}.evidence"), &given.evidence),
        adjustment: fields.optional_member(adjustment, &ADJUSTMENT, &given.adjustment, district),
        recorder: recorder.to_owned(),
    };
    ConductEntry { sequence: 0, contents, step: None, create_time: Timestamp::UNIX_EPOCH }
}

/// Takes in what the item of a scheme's list does: `UNKNOWN_SCHEME`, `UNKNOWN_ITEM`, `WRONG_SIDE`.
pub(super) fn find_item(
    fields: &mut Fields,
    at: &str,
    lists: &BTreeMap<String, Items>,
    contents: &mut Contents,
) {
    let Some((scheme, id)) = &contents.item else { return };
    let Some(items) = lists.get(scheme) else {
        let message = format!("registry has no scheme {scheme}");
        return fields.violation(format_args!("{at}.scheme"), "UNKNOWN_SCHEME", message);
    };
    let Some(item) = items.get(id) else {
        let message = format!("no list of {scheme} has the item {id}");
        return fields.violation(format_args!("{at}.item_id"), "UNKNOWN_ITEM", message);
    };
    if item.side != contents.side {
        let message = format!("{id} is on the other list");
        fields.violation(format_args!("{at}.side"), "WRONG_SIDE", message);
    }
    contents.effect = Some(item.effect.clone());
}

/// The step that clears an entry: who decides, why, and the evidence.
pub(super) fn step(
    fields: &mut Fields,
    state: State,
    (decider, reason, evidence): (&str, &str, &[pb::Evidence]),
) -> Step {
    Step {
        state,
        actor: fields.account("decider", decider, 1..=100),
        reason: fields.paragraph("reason", reason, 1..=1000),
        evidence: super::super::evidence::read(fields, "evidence", evidence),
        create_time: Timestamp::UNIX_EPOCH,
    }
}

/// An entry on the wire.
pub(in crate::rpc) fn to_proto(district: &str, it: &ConductEntry) -> pb::ConductEntry {
    let contents = &it.contents;
    let (scheme, item_id) = contents.item.clone().unzip();
    pb::ConductEntry {
        name: it.name(district),
        person: PERSON.format(&[district, &contents.person]),
        period: PERIOD.format(&[district, &contents.period]),
        side: contents.side as i32,
        scheme: scheme.map(|id| SCHEME.format(&[district, &id])).unwrap_or_default(),
        item_id: item_id.unwrap_or_default(),
        ground: contents.ground.clone(),
        source: contents.source as i32,
        citation: contents.citation.clone(),
        occur_date: Some(date::to_proto(contents.occur_date)),
        evidence: evidence::to_proto(&contents.evidence),
        adjustment: contents
            .adjustment
            .as_ref()
            .map(|id| ADJUSTMENT.format(&[district, id]))
            .unwrap_or_default(),
        effect: contents.effect.as_ref().map(|it| pb::ConductEffect {
            item_display_name: it.item.clone(),
            aspect_display_name: it.aspect.clone(),
            least_points: Some(decimal::to_proto(it.least)),
            most_points: Some(decimal::to_proto(it.most)),
            veto: it.veto,
            bar: it.bar,
        }),
        state: it.state() as i32,
        recorder: contents.recorder.clone(),
        step: it.step.as_ref().map(|step| pb::ConductStep {
            actor: step.actor.clone(),
            reason: step.reason.clone(),
            evidence: evidence::to_proto(&step.evidence),
            create_time: Some(clock::to_proto(step.create_time)),
        }),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
