//! One mapping to `Status`, with details a program can read.

use std::time::Duration;

use kit::error::Unmet;
use kit::{Error, Violation};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

#[test]
fn every_error_has_its_code_and_reason() {
    let name = || "districts/d/units/u".to_owned();
    let message = || "told".to_owned();
    let cases = [
        (Error::invalid("a.b", "LENGTH", "told"), Code::InvalidArgument, "LENGTH"),
        (Error::not_found("unit", name()), Code::NotFound, "NOT_FOUND"),
        (Error::already_exists("unit", name()), Code::AlreadyExists, "ALREADY_EXISTS"),
        (Error::precondition("RETIRED", name(), "told"), Code::FailedPrecondition, "RETIRED"),
        (
            Error::Denied { reason: "FOUR_EYES", message: message() },
            Code::PermissionDenied,
            "FOUR_EYES",
        ),
        (Error::Conflict { name: name() }, Code::Aborted, "ETAG_MISMATCH"),
        (
            Error::RequestIdReused { request_id: message() },
            Code::InvalidArgument,
            "REQUEST_ID_REUSED",
        ),
        (Error::OutOfRange { reason: "GONE", message: message() }, Code::OutOfRange, "GONE"),
        (Error::Exhausted { reason: "FULL", message: message() }, Code::ResourceExhausted, "FULL"),
        (Error::unavailable("told"), Code::Unavailable, "UNAVAILABLE"),
        (Error::Deadline, Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (Error::internal("secret"), Code::Internal, "INTERNAL"),
    ];
    for (error, code, reason) in cases {
        let shown = format!("{error:?}");
        assert_eq!(error.code(), code, "{shown}");
        let status = Status::from(error);
        assert_eq!(status.code(), code, "{shown}");
        assert!(!status.message().is_empty() && !status.message().contains("secret"));
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "saima"), "{shown}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    let violation = |field: &str, reason| Violation {
        field: field.to_owned(),
        reason,
        message: "must be given".to_owned(),
    };
    let error = Error::Invalid(vec![
        violation("unit.display_name", "REQUIRED"),
        violation("rows[12].value", "DECIMAL_FORMAT"),
        violation("rows[13].value", "DECIMAL_FORMAT"),
    ]);
    let status = Status::from(error);
    assert_eq!(status.message(), "unit.display_name: must be given (and 2 more)");
    let fields = status.get_details_bad_request().unwrap().field_violations;
    let seen: Vec<_> = fields.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("unit.display_name", "REQUIRED"),
            ("rows[12].value", "DECIMAL_FORMAT"),
            ("rows[13].value", "DECIMAL_FORMAT"),
        ]
    );
    let info = status.get_error_details().error_info().unwrap().metadata.clone();
    assert_eq!(info["field"], "unit.display_name");
    assert_eq!(info["violations"], "3");
}

#[test]
fn unmet_rules_resources_and_waits_have_details() {
    let rule = |reason| Unmet {
        reason,
        subject: "districts/d/runs/r".to_owned(),
        message: "must be told".to_owned(),
    };
    let status = Status::from(Error::Precondition(vec![rule("OPEN"), rule("UNSIGNED")]));
    let rules = status.get_details_precondition_failure().unwrap().violations;
    assert_eq!(rules[1].r#type, "UNSIGNED");
    assert_eq!(rules[1].subject, "districts/d/runs/r");

    let status = Status::from(Error::not_found("unit", "districts/d/units/u"));
    let resource = status.get_details_resource_info().unwrap();
    assert_eq!(resource.resource_type, "unit");
    assert_eq!(resource.resource_name, "districts/d/units/u");

    let retry_after = Duration::from_secs(7);
    let status = Status::from(Error::Unavailable { message: "later".to_owned(), retry_after });
    let wait = status.get_details_retry_info().unwrap();
    assert_eq!(wait.retry_delay, Some(retry_after));
}

/// Stock clients refuse more than 8 KiB of headers; Chinese text is sent at three bytes a byte.
#[test]
fn a_status_fits_into_headers() {
    let violations = (0..1000).map(|row| Violation {
        field: format!("rows[{row}].value"),
        reason: "DECIMAL_FORMAT",
        message: "数".repeat(300),
    });
    for error in [
        Error::Invalid(violations.collect()),
        Error::not_found("unit", "名".repeat(5000)),
        Error::OutOfRange { reason: "FAR", message: "远".repeat(5000) },
    ] {
        let status = Status::from(error);
        let answer = status.into_http::<tonic::body::Body>();
        let size: usize =
            answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        assert!(size < 8_000, "{size}");
        assert!(size > 300, "{size}");
    }
}

#[test]
fn a_peers_refusal_is_passed_on() {
    let sent = Status::from(Error::precondition("CLOSED", "districts/d", "is closed"));
    let mut met = sent.clone();
    met.metadata_mut().insert("server", "peer".parse().unwrap());
    let passed = Status::from(Error::from(met));
    assert_eq!((passed.code(), passed.message()), (sent.code(), sent.message()));
    assert_eq!(passed.details(), sent.details());
    assert!(passed.metadata().is_empty());
}

#[test]
fn a_peers_silence_is_ours_to_explain() {
    let cases = [
        (Status::unavailable("tcp connect error: 10.0.0.7:50051"), Code::Unavailable),
        (Status::unknown("transport error"), Code::Unavailable),
        (Status::cancelled("Timeout expired"), Code::DeadlineExceeded),
        (Status::deadline_exceeded("late"), Code::DeadlineExceeded),
        (Status::from(Error::internal("theirs")), Code::Internal),
        // What our client says of a reply that it cannot take.
        (Status::out_of_range("Error, decoded message length too large"), Code::Internal),
        (Status::from(Error::invalid("request", "MALFORMED", "theirs")), Code::Internal),
        (
            Status::from(Error::Exhausted {
                reason: "MESSAGE_TOO_LARGE",
                message: "theirs".to_owned(),
            }),
            Code::Internal,
        ),
    ];
    for (met, code) in cases {
        let passed = Status::from(Error::from(met));
        assert_eq!(passed.code(), code);
        assert!(!passed.message().contains("10.0.0.7"));
        assert!(!passed.message().contains("theirs"));
        assert!(passed.get_details_error_info().is_some());
    }
}

/// Whoever refuses without details is no service of the suite, or does not know the method.
#[test]
fn a_bare_refusal_of_a_peer_does_not_blame_the_caller() {
    let own = [Code::Ok, Code::Unknown, Code::Cancelled, Code::DeadlineExceeded, Code::Unavailable];
    for code in (0..=16).map(Code::from_i32).filter(|code| !own.contains(code)) {
        let error = Error::from(Status::new(code, "from a proxy"));
        assert!(matches!(error, Error::Internal(_)), "{code:?}: {error:?}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("from a proxy"), "{cause}");
        let passed = Status::from(error);
        assert_eq!(passed.code(), Code::Internal);
        assert!(!passed.message().contains("proxy"));
    }
}
