//! The rows of the table.

pub(crate) mod bulk;
mod correction;
mod postgres;
mod read;
mod start;

use std::path::PathBuf;

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
}

impl Bench {
    /// Units and indicators of a bulk report.
    fn bulk_size(&self) -> Size {
        let (units, indicators) = if self.smoke { (10, 5) } else { (1000, 100) };
        Size { units, indicators }
    }
}

/// Runs one row.
pub(crate) async fn run(row: u32, bench: &Bench) -> Outcome<Vec<Line>> {
    match row {
        4 => correction::run(bench).await,
        5 => bulk::run(bench).await,
        6 => postgres::run(bench).await,
        8 => read::run(bench).await,
        11 => start::run(bench).await,
        _ => Err(format!("there is no row {row}; there are 4, 5, 6, 8 and 11").into()),
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
