//! Evidence as ledgers hold it: a JSON list of title and digest.

use kit::{Error, Result};

use crate::evidence::Evidence;

/// Evidence as it is stored.
pub(crate) fn to_text(evidence: &[Evidence]) -> Result<String> {
    let rows: Vec<(&str, &str)> =
        evidence.iter().map(|it| (it.title.as_str(), it.sha256.as_str())).collect();
    serde_json::to_string(&rows).map_err(Error::internal)
}

/// Evidence as it was stored.
pub(crate) fn from_text(text: &str) -> Result<Vec<Evidence>> {
    let rows: Vec<(String, String)> = serde_json::from_str(text).map_err(Error::internal)?;
    Ok(rows.into_iter().map(|(title, sha256)| Evidence { title, sha256 }).collect())
}
