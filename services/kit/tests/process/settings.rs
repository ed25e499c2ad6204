//! Settings are judged before anything is done.

use std::net::TcpListener;

use super::child::{Child, command};

pub(crate) fn wrong_settings_end_with_64() {
    let wrong = [
        ("--listen", "nowhere"),
        ("--database-url", "mysql://somewhere"),
        ("--database-connections", "0"),
        ("--scoring-url", "scoring:50051"),
        ("--scoring-url", "http://scoring:50051/path"),
        ("--otlp-endpoint", "collector"),
        ("--log-format", "xml"),
        ("--log-level", "saima=loud"),
        ("--request-timeout", "0s"),
        ("--request-timeout", "-1s"),
        ("--request-timeout", "soon"),
        ("--max-requests", "0"),
        ("--outbound-roots", "/nowhere/roots.pem"),
        ("--no-such-flag", "1"),
    ];
    for (flag, value) in wrong {
        let folder = tempfile::tempdir().unwrap();
        let child = Child::spawn(command("back", &folder).arg(format!("{flag}={value}")));
        let (code, log) = child.exit();
        assert_eq!(code, 64, "{flag}={value}: {log}");
        assert!(log.contains(flag), "{flag}={value}: {log}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "something was done");
    }
    // The environment is judged like the flags.
    let folder = tempfile::tempdir().unwrap();
    let child = Child::spawn(command("back", &folder).env("SAIMA_LISTEN", "nowhere"));
    let (code, log) = child.exit();
    assert_eq!(code, 64, "{log}");
    assert!(log.contains("--listen"), "{log}");
}

pub(crate) fn a_missing_peer_ends_with_64() {
    let folder = tempfile::tempdir().unwrap();
    let (code, log) = Child::spawn(&mut command("front", &folder)).exit();
    assert_eq!(code, 64, "{log}");
    assert!(log.contains("--scoring-url") && log.contains("SAIMA_SCORING_URL"), "{log}");
}

pub(crate) fn help_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = command("back", &folder)
        .arg("--help")
        .env("SAIMA_DATABASE_URL", "postgres://saima:secret@db/saima")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(help.contains("--drain-timeout") && help.contains("SAIMA_LISTEN"), "{help}");
    assert!(!help.contains("secret"), "{help}");
}

pub(crate) fn migrate_brings_the_schema_and_exits() {
    let folder = tempfile::tempdir().unwrap();
    let mut migrate = command("back", &folder);
    // A taken port does not matter: none is bound.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    migrate.env("SAIMA_LISTEN", taken.local_addr().unwrap().to_string());
    let child = Child::spawn(migrate.env("SAIMA_MIGRATE", "1"));
    let (code, log) = child.exit();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("the schema is up to date"), "{log}");
    assert!(folder.path().join("scoring.db").exists());
}

pub(crate) fn a_taken_port_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let child = Child::spawn(command("back", &folder).args(["--listen", &address]));
    let (code, log) = child.exit();
    assert_eq!(code, 1, "{log}");
    assert!(log.contains(&format!("cannot listen on {address}")), "{log}");
}
