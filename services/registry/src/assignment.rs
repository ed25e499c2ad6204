//! Assignments (派账): what one period asks of everybody, read together (B1).

use kit::name::Pattern;

/// How assignments are named.
pub(crate) static NAME: Pattern =
    Pattern::new("assignment", "districts/{district}/periods/{period}/assignment");

/// The tag of what a period's definitions say at an edition of the district. It names the
/// period, so that a tag kept of one period never vouches for another.
pub(crate) fn etag(period: &str, edition: i64) -> String {
    format!("\"{period}.{edition}\"")
}
