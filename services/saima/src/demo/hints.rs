//! What to try next: requests for a stock client, as they stand.

use std::io::Write;
use std::net::SocketAddr;

use crate::failure::Result;
use crate::hengkou::{QUARTER, SCHEME};

/// The requests, each with what it shows.
pub(super) fn lines(address: SocketAddr) -> Vec<(&'static str, String)> {
    let call = |method: &str, body: &str| {
        format!("grpcurl -plaintext -d '{body}' {address} saima.{method}")
    };
    vec![
        ("what there is", format!("grpcurl -plaintext {address} list")),
        (
            "the tri-colour board (三色榜)",
            call(
                "scoring.v1.BoardService/GetBoard",
                &format!(r#"{{"name": "districts/hengkou/boards/{SCHEME}.{QUARTER}"}}"#),
            ),
        ),
        (
            "the reports of one village",
            call(
                "scoring.v1.ObservationService/ListObservations",
                r#"{"parent": "districts/hengkou", "unit": "districts/hengkou/units/longtan", "show_superseded": true}"#,
            ),
        ),
        (
            "warnings for a low rank (排名靠后)",
            call(
                "scoring.v1.WarningService/ListWarnings",
                r#"{"parent": "districts/hengkou", "kind": "WARNING_KIND_LOW_RANKING"}"#,
            ),
        ),
        (
            "letters nobody has opened yet",
            call(
                "notification.v1.LetterService/ListLetters",
                r#"{"parent": "districts/hengkou", "state": "STATE_DELIVERED", "page_size": 3}"#,
            ),
        ),
        (
            "the monthly bulletin (月通报)",
            call(
                "notification.v1.BulletinService/ListBulletins",
                r#"{"parent": "districts/hengkou", "page_size": 1}"#,
            ),
        ),
        (
            "archive entries (工作实绩档案) of all heads",
            call(
                "cadre.v1.ArchiveService/ListArchiveEntries",
                r#"{"parent": "districts/hengkou/persons/-", "page_size": 3}"#,
            ),
        ),
        (
            "the rulebook (考核方案) in force",
            call(
                "registry.v1.SchemeService/GetScheme",
                &format!(r#"{{"name": "districts/hengkou/schemes/{SCHEME}"}}"#),
            ),
        ),
        (
            "a change refused: the rulebook is immutable",
            call(
                "registry.v1.SchemeService/UpdateScheme",
                &format!(
                    r#"{{"scheme": {{"name": "districts/hengkou/schemes/{SCHEME}", "display_name": "改"}}}}"#
                ),
            ),
        ),
    ]
}

/// Prints them.
pub(super) fn print(out: &mut impl Write, address: SocketAddr) -> Result<()> {
    writeln!(
        out,
        "\nServing on {address} until Ctrl-C. Any gRPC client can look further, for example:\n"
    )?;
    for (what, line) in lines(address) {
        writeln!(out, "  # {what}\n  {line}")?;
    }
    writeln!(out)?;
    Ok(())
}
