//! Evidence in a ledger row: a JSON list, empty text when there is none.

use kit::db::Tx;
use kit::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::report::Evidence;

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    title: std::borrow::Cow<'a, str>,
    sha256: std::borrow::Cow<'a, str>,
    uri: std::borrow::Cow<'a, str>,
}

pub(in crate::store) fn to_text(evidence: &[Evidence]) -> Result<String> {
    if evidence.is_empty() {
        return Ok(String::new());
    }
    let lines: Vec<Line<'_>> = evidence
        .iter()
        .map(|it| Line {
            title: it.title.as_str().into(),
            sha256: it.sha256.as_str().into(),
            uri: it.uri.as_str().into(),
        })
        .collect();
    serde_json::to_string(&lines).map_err(Error::internal)
}

pub(in crate::store) fn from_text(text: &str) -> Result<Vec<Evidence>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<Line<'_>> = serde_json::from_str(text).map_err(Error::internal)?;
    let evidence = lines.into_iter().map(|it| Evidence {
        title: it.title.into_owned(),
        sha256: it.sha256.into_owned(),
        uri: it.uri.into_owned(),
    });
    Ok(evidence.collect())
}

/// The digests of the evidence behind observations, by position.
pub(crate) async fn sha256(
    tx: &mut Tx,
    district: &str,
    sequences: &[i64],
) -> Result<Vec<(i64, Vec<String>)>> {
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, (i64, String), |q| {
        q.push("SELECT sequence, evidence FROM observation WHERE district = ").push_bind(district);
        q.push(" AND evidence <> '' AND sequence IN (");
        let mut list = q.separated(", ");
        for sequence in sequences {
            list.push_bind(*sequence);
        }
        q.push(") ORDER BY sequence");
    })?;
    rows.into_iter()
        .map(|(sequence, text)| {
            let digests = from_text(&text)?.into_iter().map(|it| it.sha256).collect();
            Ok((sequence, digests))
        })
        .collect()
}
