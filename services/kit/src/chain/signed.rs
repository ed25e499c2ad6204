//! What a witness has kept of one database.

use std::collections::HashMap;

use super::checkpoint::{self, Checkpoint, Stands};
use crate::suite::Hash;

/// The signed heads of one database: by chain and number, and the last of each chain.
#[derive(Default)]
pub(super) struct Signed {
    pub(super) heads: HashMap<(String, String, i64), Hash>,
    pub(super) last: Stands,
}

/// Reads the lines of this database. A line that is not signed makes all of them worthless.
pub(super) fn read(
    lines: &str,
    key: &str,
    service: &str,
    identity: &str,
) -> std::result::Result<(Signed, u64), String> {
    let mut signed = Signed::default();
    let mut count = 0;
    let mut stands = Stands::new();
    let mut previous: Option<(Checkpoint, Hash)> = None;
    for (number, line) in (1..).zip(lines.lines()).filter(|(_, line)| !line.is_empty()) {
        let told = |what: &str| format!("checkpoint in line {number} {what}");
        let point = Checkpoint::read(line, key).map_err(|what| told(&what))?;
        if point.service != service || point.feed != identity {
            continue;
        }
        if point.number == 0 {
            stands.clear();
        } else if !previous.as_ref().is_some_and(|(before, hash)| {
            before.number + 1 == point.number && *hash == point.previous
        }) {
            return Err(told("does not follow the one before: lines are missing"));
        }
        for ((district, ledger), stand) in &point.moved {
            let key = (district.clone(), ledger.clone(), stand.number);
            signed.heads.insert(key, stand.head);
            let last = signed.last.entry((district.clone(), ledger.clone())).or_insert(*stand);
            if stand.number > last.number {
                *last = *stand;
            }
        }
        stands.extend(point.moved.clone());
        if checkpoint::root(point.suite, &stands) != point.root {
            return Err(told("has a root that its chains do not give"));
        }
        count += 1;
        let hash = checkpoint::line_hash(point.suite, line);
        previous = Some((point, hash));
    }
    Ok((signed, count))
}
