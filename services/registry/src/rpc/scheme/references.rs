//! References from one series of schemes to another, judged when a draft is saved.

use std::collections::BTreeMap;

use kit::db::Tx;
use kit::{Result, Violation};
use rulebook::Rulebook;

use super::ground::Ground;
use crate::store;

/// Most series that references may lead to, however many steps away.
const MAX_SERIES: usize = 50;

/// What is wrong with a rulebook's references beside the other series of the district: of each
/// the scheme in force, or the draft where none is.
pub(super) async fn faults(
    tx: &mut Tx,
    district: &str,
    ground: &Ground,
    rulebook: &Rulebook,
) -> Result<Vec<Violation>> {
    let mut others: BTreeMap<String, Rulebook> = BTreeMap::new();
    let mut open: Vec<String> = rulebook.referred_series().into_iter().map(str::to_owned).collect();
    while let Some(series) = open.pop() {
        if series == rulebook.series || others.contains_key(&series) || others.len() == MAX_SERIES {
            continue;
        }
        let Some(scheme) = store::scheme::of_series(tx, district, &series).await? else { continue };
        // A draft that no longer reads is refused when it is enacted.
        let Ok(other) = ground.read(&super::to_proto(scheme)?) else { continue };
        open.extend(other.referred_series().into_iter().map(str::to_owned));
        others.insert(series, other);
    }
    Ok(rulebook.reference_faults(&others))
}
