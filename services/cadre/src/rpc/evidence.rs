//! Evidence between wire and domain.

use kit::field::Fields;
use proto::cadre::v1 as pb;

use crate::evidence::{Evidence, is_digest};

/// The most documents behind one record.
const MOST: usize = 20;

/// Reads the evidence at a path: `SHA256_FORMAT`.
pub(super) fn read(fields: &mut Fields, path: &str, given: &[pb::Evidence]) -> Vec<Evidence> {
    fields.number(path, given.len(), 0..=MOST);
    let given = given.iter().take(MOST).enumerate();
    let documents = given.map(|(index, given)| {
        let at = format!("{path}[{index}]");
        if !is_digest(&given.sha256) {
            let message = "must be the file's SHA-256 in lower-case hex";
            fields.violation(format_args!("{at}.sha256"), "SHA256_FORMAT", message);
        }
        Evidence {
            title: fields.text(format_args!("{at}.title"), &given.title, 1..=200),
            sha256: given.sha256.clone(),
        }
    });
    documents.collect()
}

/// Evidence on the wire.
pub(super) fn to_proto(evidence: &[Evidence]) -> Vec<pb::Evidence> {
    let document =
        |it: &Evidence| pb::Evidence { title: it.title.clone(), sha256: it.sha256.clone() };
    evidence.iter().map(document).collect()
}
