//! The scenario pack of Hengkou (恒口示范区), carried in the binary: 32 departments and 96
//! villages in five categories, one set of indicators each (H1, H2, H3).
//!
//! The definitions are the files of `examples/hengkou`; the figures of the first quarter of
//! 2023 come from [`figures`].

pub mod figures;

use crate::failure::Result;
use crate::pack::{Pack, Source};

macro_rules! files {
    ($($path:literal)+) => {
        &[$(($path, include_str!(concat!("../../../examples/hengkou/", $path)))),+]
    };
}

/// Path and text of every definition file of the pack.
pub const FILES: &[(&str, &str)] = files! {
    "district.yaml"
    "units.yaml"
    "indicators.yaml"
    "periods.yaml"
    "persons.yaml"
    "schemes/annual-2023.yaml"
    "targets/concentrated-development.csv"
    "targets/ecological-development.csv"
    "targets/economic-management.csv"
    "targets/general-management.csv"
    "targets/industrial-development.csv"
};

/// The months of the scored quarter.
pub const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];

/// The scored quarter.
pub const QUARTER: &str = "2023Q1";

/// The scheme that it is scored by.
pub const SCHEME: &str = "annual-2023";

/// The pack's definitions.
pub fn pack() -> Result<Pack> {
    let sources: Vec<_> = FILES.iter().map(|(path, text)| Source::new(path, text)).collect();
    Pack::read(&sources)
}
