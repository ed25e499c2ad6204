//! What to try next: requests for a stock client, as they stand.

use std::io::Write;
use std::net::SocketAddr;

use crate::failure::Result;
use crate::story::Hint;

/// The requests, each with what it shows.
pub(super) fn lines(hints: &[Hint], address: SocketAddr, token: &str) -> Vec<(String, String)> {
    let mut lines = vec![
        ("who you are, for twelve hours".to_owned(), format!("export SAIMA_TOKEN={token}")),
        ("what there is".to_owned(), format!("grpcurl -plaintext {address} list")),
    ];
    let bearer = r#"-H "authorization: Bearer $SAIMA_TOKEN" -H "saima-purpose: a look""#;
    lines.extend(hints.iter().map(|Hint { what, call, request }| {
        (what.clone(), format!("grpcurl -plaintext {bearer} -d '{request}' {address} saima.{call}"))
    }));
    lines
}

/// Prints them.
pub(super) fn print(
    out: &mut impl Write,
    lines: &[(String, String)],
    address: SocketAddr,
) -> Result<()> {
    writeln!(
        out,
        "\nServing on {address} until Ctrl-C. Any gRPC client can look further, for example:\n"
    )?;
    for (what, line) in lines {
        writeln!(out, "  # {what}\n  {line}")?;
    }
    writeln!(out)?;
    Ok(())
}
