//! What is known of everybody in a period: cells, counted ballots, bonuses and deductions. A few
//! statements, however many subjects there are.

use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::{Error, Result};

use crate::input::{Entered, Facts, Pinned, Rated};
use crate::rpc::assignment::Definitions;
use crate::{poll, store};

/// Reads what is known of the period of an assignment and its parts, entries under one scheme as
/// they stand on the day that it is by the district's clocks.
pub(in crate::rpc) async fn known(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Facts> {
    let zone = TimeZone::get(&definitions.wire.time_zone).map_err(Error::internal)?;
    let today = tx.now().to_zoned(zone).date();
    let periods = definitions.assignment.period_ids();
    let cells = store::cell::of_periods(tx, district, &periods).await?;
    let counted = store::poll::tallies_of_periods(tx, district, &periods).await?;
    let entries = store::adjustment::of_periods(tx, district, scheme, &periods).await?;
    let rated = |((unit, indicator, _), tally)| Rated { unit, indicator, tally };
    let entered = |entry: &crate::adjustment::Adjustment| Entered {
        unit: entry.contents.unit.clone(),
        entry: entry.entry(district, today),
    };
    Ok(Facts {
        cells: cells.into_iter().map(Pinned::from).collect(),
        tallies: poll::tallies(district, &counted).into_iter().map(rated).collect(),
        entries: entries.iter().map(entered).collect(),
    })
}
