//! Observations on the wire.

use kit::field::Fields;
use kit::{Result, clock, decimal};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD};
use crate::observation::{Seen, State, name};
use crate::report::Reading;
use crate::rpc::report;
use crate::store::observation::Filter;
use crate::subject;

/// Reads what a list is narrowed to.
pub(super) fn list(request: &pb::ListObservationsRequest) -> Result<(String, Filter)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let state = fields.optional_choice::<pb::ObservationState>("state", request.state);
    let filter = Filter {
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        indicator: fields.optional_member("indicator", &INDICATOR, &request.indicator, district),
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        state: state.and_then(|state| match state {
            pb::ObservationState::Unspecified => None,
            pb::ObservationState::Reported => Some(State::Reported),
            pb::ObservationState::Verified => Some(State::Verified),
            pb::ObservationState::Disputed => Some(State::Disputed),
            pb::ObservationState::Locked => Some(State::Locked),
            pb::ObservationState::Superseded => Some(State::Superseded),
        }),
        show_superseded: request.show_superseded,
    };
    fields.check()?;
    Ok((district.to_owned(), filter))
}

/// An observation as it stands.
pub(in crate::rpc) fn to_proto(district: &str, seen: &Seen) -> pb::Observation {
    let row = &seen.observation;
    let (presence, value) = match row.reading {
        Reading::Value(value) => (pb::Presence::Value, Some(decimal::to_proto(value))),
        Reading::NotApplicable => (pb::Presence::NotApplicable, None),
    };
    let state = match seen.state {
        State::Reported => pb::ObservationState::Reported,
        State::Verified => pb::ObservationState::Verified,
        State::Disputed => pb::ObservationState::Disputed,
        State::Locked => pb::ObservationState::Locked,
        State::Superseded => pb::ObservationState::Superseded,
    };
    pb::Observation {
        name: name(district, row.sequence),
        unit: subject::name(district, &row.unit),
        indicator: INDICATOR.format(&[district, &row.indicator]),
        period: PERIOD.format(&[district, &row.period]),
        value,
        presence: presence.into(),
        note: row.note.clone(),
        evidence: row.evidence.iter().map(report::evidence_to_proto).collect(),
        state: state.into(),
        sequence: row.sequence,
        supersedes: row.supersedes.map(|it| name(district, it)).unwrap_or_default(),
        late: row.late,
        reason: seen.reason.clone(),
        report_time: Some(clock::to_proto(row.report_time)),
        create_time: Some(clock::to_proto(row.create_time)),
    }
}
