//! Pages of the ledger. A list of everything goes along the ledger itself. What is narrowed is
//! led by the sheets, which know the position of every current observation, and by the
//! corrections, which know those that they replaced: no index has to be written for it with
//! every row.

use std::collections::BinaryHeap;

use kit::Result;
use kit::db::Tx;
use kit::page::Page;

use super::{Row, seen, select};
use crate::cell::Standing;
use crate::observation::{Seen, State};
use crate::sheet::packed::Packed;
use crate::sheet::{Key, year};
use crate::store::sheet;

/// What a list of observations is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) indicator: Option<String>,
    pub(crate) period: Option<String>,
    pub(crate) state: Option<State>,
    pub(crate) show_superseded: bool,
}

/// A page of the ledger by position.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Seen>> {
    let rows = if filter.is_narrow() {
        let mut first = First::of(page)?;
        current(tx, district, filter, &mut first).await?;
        superseded(tx, district, filter, &mut first).await?;
        at(tx, district, &first.positions()).await?
    } else {
        along(tx, district, filter.show_superseded, page).await?
    };
    seen(tx, district, rows).await
}

/// Everything, in the ledger's order.
async fn along(
    tx: &mut Tx,
    district: &str,
    show_superseded: bool,
    page: &Page,
) -> Result<Vec<Row>> {
    let after = page.after_number()?.unwrap_or_default();
    kit::query!(tx, Row, |q| {
        q.push(concat!(select!(), "WHERE o.district = ")).push_bind(district);
        q.push(" AND o.sequence > ").push_bind(after);
        if !show_superseded {
            q.push(" AND n.sequence IS NULL");
        }
        q.push(" ORDER BY o.sequence LIMIT ").push_bind(page.limit());
    })
}

/// The rows at some positions.
async fn at(tx: &mut Tx, district: &str, positions: &[i64]) -> Result<Vec<Row>> {
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    kit::query!(tx, Row, |q| {
        q.push(concat!(select!(), "WHERE o.district = ")).push_bind(district);
        q.push(" AND o.sequence IN (");
        let mut list = q.separated(", ");
        for position in positions {
            list.push_bind(*position);
        }
        q.push(") ORDER BY o.sequence");
    })
}

/// Current observations, by what the sheets say of them; one year's at a time.
async fn current(tx: &mut Tx, district: &str, filter: &Filter, first: &mut First) -> Result<()> {
    if filter.state == Some(State::Superseded) {
        return Ok(());
    }
    match (&filter.unit, &filter.period) {
        (Some(unit), Some(period)) => {
            let row = sheet::get(tx, district, &Key::of(unit, period)).await?;
            filter.visit(&row.into_iter().collect::<Vec<_>>(), first)
        }
        (Some(unit), None) => filter.visit(&sheet::of_unit(tx, district, unit).await?, first),
        (None, Some(period)) => {
            filter.visit(&sheet::of_year(tx, district, year(period)).await?, first)
        }
        (None, None) => {
            for year in sheet::years(tx, district).await? {
                filter.visit(&sheet::of_year(tx, district, year).await?, first)?;
            }
            Ok(())
        }
    }
}

/// Observations that a correction replaced; it is about the same cell.
async fn superseded(tx: &mut Tx, district: &str, filter: &Filter, first: &mut First) -> Result<()> {
    let wanted = match filter.state {
        Some(state) => state == State::Superseded,
        None => filter.show_superseded,
    };
    if !wanted {
        return Ok(());
    }
    let rows = kit::query!(tx, (i64,), |q| {
        q.push("SELECT s.supersedes FROM observation s WHERE s.district = ").push_bind(district);
        q.push(" AND s.supersedes > ").push_bind(first.after);
        if let Some(unit) = &filter.unit {
            q.push(" AND s.unit = ").push_bind(unit);
        }
        if let Some(indicator) = &filter.indicator {
            q.push(" AND s.indicator = ").push_bind(indicator);
        }
        if let Some(period) = &filter.period {
            q.push(" AND s.period = ").push_bind(period);
        }
        q.push(" ORDER BY s.supersedes LIMIT ").push_bind(first.limit as i64);
    })?;
    for (position,) in rows {
        first.take(position);
    }
    Ok(())
}

impl Filter {
    fn is_narrow(&self) -> bool {
        let cell = self.unit.is_some() || self.indicator.is_some() || self.period.is_some();
        cell || self.state.is_some()
    }

    /// Takes what it wants of some sheets.
    fn visit(&self, rows: &[sheet::Row], first: &mut First) -> Result<()> {
        for (_, _, cells) in rows {
            let packed = Packed::read(cells)?;
            let width = packed.indicators.len();
            for (row, (period, locked)) in packed.periods.iter().enumerate() {
                if self.period.as_ref().is_some_and(|it| it != period) {
                    continue;
                }
                for (column, indicator) in packed.indicators.iter().enumerate() {
                    if self.indicator.as_ref().is_some_and(|it| it != indicator) {
                        continue;
                    }
                    let entry = packed.entry(row * width + column);
                    if let Some(entry) = entry.filter(|it| self.is_in_state(it.standing, *locked)) {
                        first.take(entry.sequence);
                    }
                }
            }
        }
        Ok(())
    }

    fn is_in_state(&self, standing: Standing, locked: bool) -> bool {
        self.state.is_none_or(|state| state == State::of(Some(standing), locked))
    }
}

/// The first positions after the page before.
struct First {
    after: i64,
    limit: usize,
    greatest_on_top: BinaryHeap<i64>,
}

impl First {
    fn of(page: &Page) -> Result<Self> {
        let after = page.after_number()?.unwrap_or_default();
        let limit = usize::try_from(page.limit()).unwrap_or_default();
        Ok(Self { after, limit, greatest_on_top: BinaryHeap::with_capacity(limit + 1) })
    }

    fn take(&mut self, position: i64) {
        let is_full = self.greatest_on_top.len() == self.limit;
        if position <= self.after
            || (is_full && self.greatest_on_top.peek().is_some_and(|last| position >= *last))
        {
            return;
        }
        self.greatest_on_top.push(position);
        if is_full {
            self.greatest_on_top.pop();
        }
    }

    fn positions(self) -> Vec<i64> {
        self.greatest_on_top.into_sorted_vec()
    }
}
