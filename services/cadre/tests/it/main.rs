//! Cadre through its clients, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod appointment_rule;
mod archive;
mod campaign;
mod change;
mod commitment;
mod conduct_entry;
mod consequence;
mod data;
mod distinction;
mod fake;
mod ground;
mod growth;
mod import;
mod ledger;
mod member;
mod person;
mod person_erasure;
mod person_export;
mod placement;
mod placement_report;
mod plans;
mod political;
mod pool;
mod recusal;
mod remark;
mod rest_calendar;
mod scene;
mod stage;
mod suite;
mod training;
mod unit;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Code, and field with reason of every violation: what a caller's program reads.
fn faults(status: &Status) -> (Code, Vec<(String, String)>) {
    let details = status.get_error_details();
    let fields = details.bad_request().map(|it| it.field_violations.clone()).unwrap_or_default();
    (status.code(), fields.into_iter().map(|it| (it.field, it.reason)).collect())
}

/// Fails unless a call was refused with INVALID_ARGUMENT for exactly these fields and reasons.
#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &[(&str, &str)]) {
    let status = outcome.expect_err("it was taken");
    let (code, fields) = faults(&status);
    let fields: Vec<_> = fields.iter().map(|(f, r)| (f.as_str(), r.as_str())).collect();
    assert_eq!((code, fields.as_slice()), (Code::InvalidArgument, expected), "{status:?}");
}

/// Fails unless a call was refused with FAILED_PRECONDITION for this reason.
#[track_caller]
fn unmet<T: std::fmt::Debug>(outcome: Result<T, Status>, reason: &str) {
    let status = outcome.expect_err("it was taken");
    let details = status.get_error_details();
    let found = details.precondition_failure().map(|it| it.violations[0].r#type.clone());
    let got = (status.code(), found.as_deref());
    assert_eq!(got, (Code::FailedPrecondition, Some(reason)), "{status:?}");
}
