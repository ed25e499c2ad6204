//! The rows of the table.

pub(crate) mod bulk;
mod chain;
mod correction;
mod county;
mod edge;
mod kernel;
mod national;
mod neighbour;
mod postgres;
mod read;
mod single;
mod start;
pub(crate) mod webhook;

use std::path::{Path, PathBuf};

use proto::scoring::v1::{PartScore, Result as Score};

use crate::Outcome;
use crate::report::Line;
use crate::suite::{Size, decimal};

/// What every row needs to know.
pub(crate) struct Bench {
    /// The binary under test.
    pub(crate) saima: PathBuf,
    /// This program, to be started as a peer.
    pub(crate) here: PathBuf,
    pub(crate) pairs: usize,
    /// Counties of a nation.
    pub(crate) counties: u32,
    pub(crate) smoke: bool,
    /// Counties of S1 that were asked for.
    pub(crate) s1: Option<usize>,
}

impl Bench {
    /// Counties of S1 to work on.
    fn s1(&self, usual: usize, smoke: usize) -> usize {
        self.s1.unwrap_or(if self.smoke { smoke } else { usual })
    }

    /// The binary under test, for the rows that start it.
    pub(crate) fn saima(&self) -> Outcome<&Path> {
        if self.saima.exists() {
            return Ok(&self.saima);
        }
        let saima = self.saima.display();
        Err(format!("{saima} is not there: build it with `cargo build --release`").into())
    }

    /// Units and indicators of a bulk report.
    fn bulk_size(&self) -> Size {
        let (units, indicators) = if self.smoke { (10, 5) } else { (1000, 100) };
        Size { units, indicators }
    }
}

/// Runs one row.
pub(crate) async fn run(row: u32, bench: &Bench) -> Outcome<Vec<Line>> {
    match row {
        1 => {
            let mut lines = county::run(bench).await?;
            lines.extend(national::run(bench).await?);
            Ok(lines)
        }
        2 => kernel::run(bench).await,
        3 => national::growth(bench).await,
        4 => correction::run(bench).await,
        5 => bulk::run(bench).await,
        6 => postgres::run(bench).await,
        7 => single::run(bench).await,
        8 => read::run(bench).await,
        9 => webhook::run(bench).await,
        10 => neighbour::run(bench).await,
        11 => start::run(bench).await,
        12 => edge::run(bench).await,
        13 => chain::run(bench).await,
        _ => Err(format!("there is no row {row}; there are 1 to 13").into()),
    }
}

/// A result as large as a real one.
pub(crate) fn sample(name: String) -> Score {
    Score {
        name,
        unit: "districts/bench/units/u0001".into(),
        unit_display_name: "单位1".into(),
        track_id: "all".into(),
        score: decimal("4.17"),
        rank: decimal(17),
        track_size: 20,
        parts: (0..10)
            .map(|index| PartScore {
                node_id: format!("n{index:03}"),
                display_name: format!("指标{index}"),
                points: decimal("0.42"),
                weight: decimal(1),
            })
            .collect(),
        ..Default::default()
    }
}
