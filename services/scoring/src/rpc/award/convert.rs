//! Awards on the wire.

use std::collections::BTreeMap;

use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, decimal, etag, guard};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::award::{Award, NAME, State};
use crate::rpc::sequence;
use crate::store::award::Filter;
use crate::{run, subject};

const MOST_NAMES: usize = 1000;

/// Reads a decision: which award, what it comes to, reason, who.
pub(super) fn decision(request: &pb::DecideAwardRequest) -> Result<(Name, State, String, String)> {
    use pb::decide_award_request::Decision;
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let state = match fields.choice::<Decision>("decision", request.decision) {
        Decision::Confirm => State::Confirmed,
        Decision::Exempt => State::Exempted,
        Decision::Decline | Decision::Unspecified => State::Declined,
    };
    let least = if state == State::Confirmed { 0 } else { 1 };
    let reason = fields.paragraph("reason", &request.reason, least..=500);
    let decider = fields.id("decider", &request.decider);
    fields.check()?;
    guard::signs("decider", &decider)?;
    Ok((name, state, reason, decider))
}

/// Reads which awards are announced: district, positions.
pub(super) fn announcement(request: &pb::AnnounceAwardsRequest) -> Result<(String, Vec<i64>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    fields.number("names", request.names.len(), 1..=MOST_NAMES);
    let mut sequences = Vec::new();
    for (place, given) in request.names.iter().take(MOST_NAMES).enumerate() {
        fields.member(format_args!("names[{place}]"), &NAME, given, district);
        // A name that no number ends is unknown, which is told when the awards are read.
        sequences.extend(NAME.read(given).and_then(|name| sequence(&name, "award").ok()));
    }
    fields.check()?;
    Ok((district.to_owned(), sequences))
}

/// Refuses names of awards that are not there.
pub(super) fn refuse_unknown(district: &str, names: &[String], found: &[Award]) -> Result<()> {
    let known: Vec<String> = found.iter().map(|award| award.name(district)).collect();
    let mut fields = Fields::default();
    for (place, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(name)) {
        let message = format!("there is no {name}");
        fields.violation(format_args!("names[{place}]"), "UNKNOWN_AWARD", message);
    }
    fields.check()
}

/// Reads which awards are wanted.
pub(super) fn list(request: &pb::ListAwardsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let state = fields.optional_choice::<pb::award::State>("state", request.state);
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        state: state.map(|state| State::try_from(state as i32)).transpose()?,
    };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 4] =
        [&request.parent, &request.period, &request.unit, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Announced awards by scheme, track and award.
pub(super) fn counts(district: &str, announced: &[Award]) -> Vec<pb::AwardCount> {
    let mut counts: BTreeMap<(&str, &str, &str), pb::AwardCount> = BTreeMap::new();
    for award in announced {
        let it = &award.proposal;
        let count =
            counts.entry((&it.scheme, &it.track, &it.award)).or_insert_with(|| pb::AwardCount {
                scheme: SCHEME.format(&[district, &it.scheme]),
                track_id: it.track.clone(),
                award_id: it.award.clone(),
                display_name: it.display_name.clone(),
                count: 0,
            });
        count.count += 1;
    }
    counts.into_values().collect()
}

/// An award as it stands.
pub(super) fn to_proto(district: &str, row: &Award) -> pb::Award {
    let it = &row.proposal;
    let decision = row.decision();
    let announced = row.steps.iter().find(|step| step.state == State::Announced);
    pb::Award {
        name: row.name(district),
        award_id: it.award.clone(),
        display_name: it.display_name.clone(),
        class: it.class.clone(),
        level: it.level.clone(),
        unit: subject::name(district, &it.unit),
        unit_display_name: it.unit_display_name.clone(),
        period: PERIOD.format(&[district, &it.period]),
        scheme: SCHEME.format(&[district, &it.scheme]),
        series: it.series.clone(),
        track_id: it.track.clone(),
        track_display_name: it.track_display_name.clone(),
        run: run::name(district, it.run),
        place: i32::try_from(it.place).unwrap_or(i32::MAX),
        score: it.score.map(decimal::to_proto),
        ground: it.ground.clone(),
        state: row.state() as i32,
        reason: decision.map(|step| step.reason.clone()).unwrap_or_default(),
        decider: decision.map(|step| step.decider.clone()).unwrap_or_default(),
        decide_time: decision.map(|step| clock::to_proto(step.create_time)),
        announce_time: announced.map(|step| clock::to_proto(step.create_time)),
        create_time: Some(clock::to_proto(row.create_time)),
        etag: etag::of(row.revision()),
    }
}
