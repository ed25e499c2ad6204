//! Corrections on the wire.

use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, decimal, etag, guard};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD};
use crate::correction::{Correction, NAME, State, Verdict, Wanted};
use crate::report::Reading;
use crate::rpc::report;
use crate::store::correction::Filter;
use crate::{observation, subject};

/// Reads what is to be corrected, and in which district.
pub(super) fn wanted(request: &pb::CreateCorrectionRequest) -> Result<(String, Wanted)> {
    let given = kit::field::required("correction", request.correction.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let path = "correction.";
    let wanted = Wanted {
        period: fields.member("correction.period", &PERIOD, &given.period, district),
        unit: subject::member(&mut fields, "correction.unit", &given.unit, district),
        indicator: fields.member("correction.indicator", &INDICATOR, &given.indicator, district),
        reading: report::reading(&mut fields, path, given.presence, &given.value),
        reason: fields.paragraph("correction.reason", &given.reason, 1..=500),
        evidence: report::evidence(&mut fields, path, &given.evidence),
        requester: fields.id("correction.requester", &given.requester),
    };
    fields.check()?;
    guard::signs("correction.requester", &wanted.requester)?;
    Ok((district.to_owned(), wanted))
}

/// Reads a decision: which correction, verdict, reason, who.
pub(super) fn decision(
    request: &pb::DecideCorrectionRequest,
) -> Result<(Name, Verdict, String, String)> {
    use pb::decide_correction_request::Decision as Wire;
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let verdict = match fields.choice::<Wire>("decision", request.decision) {
        Wire::Approve => Verdict::Approve,
        Wire::Reject | Wire::Unspecified => Verdict::Reject,
    };
    let reason = fields.paragraph("reason", &request.reason, 1..=500);
    let decider = fields.id("decider", &request.decider);
    fields.check()?;
    guard::signs("decider", &decider)?;
    Ok((name, verdict, reason, decider))
}

/// Reads which corrections are wanted.
pub(super) fn list(request: &pb::ListCorrectionsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let state = fields.optional_choice::<pb::correction::State>("state", request.state);
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        state: state.and_then(|state| match state {
            pb::correction::State::Unspecified => None,
            pb::correction::State::Requested => Some(State::Requested),
            pb::correction::State::Executed => Some(State::Executed),
            pb::correction::State::Rejected => Some(State::Rejected),
        }),
    };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 3] = [&request.parent, &request.period, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// A correction as it stands.
pub(super) fn to_proto(district: &str, row: &Correction) -> pb::Correction {
    let Correction { wanted, decision, .. } = row;
    let (presence, value) = match wanted.reading {
        Reading::Value(value) => (pb::Presence::Value, Some(decimal::to_proto(value))),
        Reading::NotApplicable => (pb::Presence::NotApplicable, None),
    };
    let named = |sequence: Option<i64>| sequence.map(|it| observation::name(district, it));
    let observation = decision.as_ref().and_then(|it| it.observation);
    pb::Correction {
        name: row.name(district),
        unit: subject::name(district, &wanted.unit),
        indicator: INDICATOR.format(&[district, &wanted.indicator]),
        period: PERIOD.format(&[district, &wanted.period]),
        value,
        presence: presence.into(),
        reason: wanted.reason.clone(),
        evidence: wanted.evidence.iter().map(report::evidence_to_proto).collect(),
        requester: wanted.requester.clone(),
        state: row.state() as i32,
        corrects: named(row.corrects).unwrap_or_default(),
        decider: decision.as_ref().map(|it| it.decider.clone()).unwrap_or_default(),
        decision_reason: decision.as_ref().map(|it| it.reason.clone()).unwrap_or_default(),
        decide_time: decision.as_ref().map(|it| clock::to_proto(it.create_time)),
        observation: named(observation).unwrap_or_default(),
        create_time: Some(clock::to_proto(row.create_time)),
        etag: etag::of(row.revision()),
    }
}
