//! Consequences between wire and domain.

use jiff::Timestamp;
use kit::field::Fields;
use kit::{Error, Result, clock, date, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::decide_consequence_request::Decision;

use super::super::consequence_rule::{effect_to_proto, effects};
use super::super::{PERIOD, PERSON, UNIT};
use crate::consequence::{Consequence, State, Step};
use crate::consequence_rule;

/// The step that a decision takes.
pub(super) fn decision(request: &pb::DecideConsequenceRequest, now: Timestamp) -> Result<Step> {
    let mut fields = Fields::default();
    let state = match fields.choice::<Decision>("decision", request.decision) {
        Decision::Accept => State::Accepted,
        Decision::Change => State::Changed,
        Decision::Reject | Decision::Unspecified => State::Rejected,
    };
    let least = usize::from(state == State::Changed);
    let effects = effects(&mut fields, "effects", &request.effects, least);
    if state != State::Changed && !request.effects.is_empty() {
        fields.violation("effects", "NOT_CHANGED", "come with CHANGE alone");
    }
    let start = match state {
        State::Rejected => None,
        _ => Some(fields.date("start_date", &request.start_date)),
    };
    let step = Step {
        state,
        actor: fields.account("decider", &request.decider, 1..=100),
        reason: fields.paragraph("reason", &request.reason, 1..=1000),
        start,
        effects,
        create_time: now,
    };
    fields.check()?;
    Ok(step)
}

/// The step of an appeal or its resolution, with its actor in the field `who`.
pub(super) fn step(
    state: State,
    (who, actor): (&str, &str),
    reason: &str,
    now: Timestamp,
) -> Result<Step> {
    let mut fields = Fields::default();
    let step = Step {
        state,
        actor: fields.text(who, actor, 1..=100),
        reason: fields.paragraph("reason", reason, 1..=1000),
        start: None,
        effects: Vec::new(),
        create_time: now,
    };
    fields.check()?;
    Ok(step)
}

/// The position that an id stands for.
pub(super) fn sequence(name: &kit::name::Name) -> Result<i64> {
    name.id("consequence").parse().map_err(|_| Error::not_found("consequence", name.as_str()))
}

/// The name of a unit; empty for who had no post.
pub(super) fn unit(district: &str, id: &str) -> String {
    if id.is_empty() { String::new() } else { UNIT.format(&[district, id]) }
}

/// A consequence on the wire.
pub(in crate::rpc) fn to_proto(district: &str, it: &Consequence) -> pb::Consequence {
    let proposal = &it.proposal;
    let (ground, sources) = proposal.ground.iter().cloned().unzip();
    pb::Consequence {
        name: it.name(district),
        rule: consequence_rule::NAME.format(&[district, &proposal.rule]),
        person: PERSON.format(&[district, &proposal.person]),
        unit: unit(district, &proposal.unit),
        post: proposal.post.clone(),
        period: PERIOD.format(&[district, &proposal.period]),
        ground,
        sources,
        effects: it.effects().iter().map(effect_to_proto).collect(),
        state: it.state() as i32,
        start_date: it.start().map(date::to_proto),
        steps: it.steps.iter().map(step_to_proto).collect(),
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(it.revision()),
    }
}

fn step_to_proto(step: &Step) -> pb::ConsequenceStep {
    pb::ConsequenceStep {
        state: step.state as i32,
        actor: step.actor.clone(),
        reason: step.reason.clone(),
        create_time: Some(clock::to_proto(step.create_time)),
    }
}
