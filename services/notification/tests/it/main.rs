//! Notification through its clients, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod beside;
mod bulletin;
mod change;
mod channel;
mod contact;
mod data;
mod delivery;
mod digest;
mod dispatch;
mod document;
mod endpoint;
mod event_type;
mod everybody;
mod fake;
mod inbox;
mod ledger;
mod letter;
mod plans;
mod publication;
mod quiet_hours;
mod receipt;
mod receiver;
mod rectification;
mod relation;
mod retention;
mod scene;
mod schedule;
mod standin;
mod suite;
mod template;
mod trial;
mod trigger;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Fails unless a call was refused with INVALID_ARGUMENT for exactly these fields and reasons;
/// yields what it says of the first.
#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &[(&str, &str)]) -> String {
    let status = outcome.expect_err("it was taken");
    let violations = status
        .get_error_details()
        .bad_request()
        .map(|it| it.field_violations.clone())
        .unwrap_or_default();
    let found: Vec<_> =
        violations.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect();
    assert_eq!((status.code(), &*found), (Code::InvalidArgument, expected), "{status:?}");
    violations[0].description.clone()
}

/// Fails unless a call was refused with this code and, if any, this unmet precondition.
#[track_caller]
fn denied<T: std::fmt::Debug>(outcome: Result<T, Status>, code: Code, unmet: &str) {
    let status = outcome.expect_err("it was taken");
    let details = status.get_error_details();
    let found = details.precondition_failure().map(|it| it.violations[0].r#type.clone());
    assert_eq!((status.code(), found.unwrap_or_default().as_str()), (code, unmet), "{status:?}");
}
