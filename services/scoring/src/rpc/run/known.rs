//! What is known of everybody in a period: cells, counted ballots, bonuses and deductions, and
//! what is brought along from other runs. A few statements, however many subjects there are.

use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::{Error, Result};
use rulebook::{Rulebook, Span};

use super::carried;
use crate::assignment::INDICATOR;
use crate::input::{Entered, Facts, Marked, Pinned, Rated};
use crate::mark::Mark;
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
    let mut sheets = year_before(tx, district, definitions, scheme).await?;
    sheets.extend(months_before(tx, district, definitions, scheme).await?);
    sheets.extend(store::sheet::pinned(tx, district, &periods, |_| true).await?);
    let counted = store::poll::tallies_of_periods(tx, district, &periods).await?;
    let entries = store::adjustment::of_periods(tx, district, scheme, &periods).await?;
    let rated = |((unit, indicator, _), tally)| Rated { unit, indicator, tally };
    let entered = |entry: &crate::adjustment::Adjustment| Entered {
        unit: entry.contents.unit.clone(),
        entry: entry.entry(district, today),
    };
    let period = &*definitions.assignment.period.id;
    let marks = store::mark::of_periods(tx, district, &[period]).await?;
    Ok(Facts {
        sheets,
        tallies: poll::tallies(district, &counted).into_iter().map(rated).collect(),
        entries: entries.iter().map(entered).collect(),
        results: carried::cited(tx, district, definitions, scheme).await?,
        awards: carried::honoured(tx, district, definitions, scheme).await?,
        exemptions: carried::excused(tx, district, definitions, scheme).await?,
        marks: marks.into_iter().map(marked).collect(),
    })
}

fn marked(mark: Mark) -> Marked {
    let object = mark.contents.object;
    Marked {
        unit: object.unit,
        indicator: object.indicator,
        aspect: object.aspect,
        mark: mark.contents.mark,
        sequence: mark.sequence,
    }
}

/// The cells of the year before that the scheme compares with.
async fn year_before(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Vec<Pinned>> {
    let compared = definitions.rulebook(scheme).map(Rulebook::last_year).unwrap_or_default();
    if compared.is_empty() {
        return Ok(Vec::new());
    }
    let before = |id: &str| Some(Span::parse(id)?.year_before()?.id());
    let periods: Vec<String> =
        definitions.assignment.period_ids().into_iter().filter_map(before).collect();
    let periods: Vec<&str> = periods.iter().map(String::as_str).collect();
    let asked = |id: &str| compared.contains(&INDICATOR.format(&[district, id]));
    store::sheet::pinned(tx, district, &periods, asked).await
}

/// The cells of the twelve months before that hold on where the period has none.
async fn months_before(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Vec<Pinned>> {
    let carried = definitions.rulebook(scheme).map(Rulebook::carried).unwrap_or_default();
    if carried.is_empty() {
        return Ok(Vec::new());
    }
    let span = Span::parse(&definitions.assignment.period.id);
    let months = span.and_then(|span| span.months_before());
    let periods: Vec<String> = months.iter().flat_map(Span::every_part).map(|it| it.id()).collect();
    let periods: Vec<&str> = periods.iter().map(String::as_str).collect();
    let asked = |id: &str| carried.contains(&INDICATOR.format(&[district, id]));
    store::sheet::pinned(tx, district, &periods, asked).await
}
