//! Sheets as a run pins them: what it looked at of one unit and one year, packed as the stored sheet is.

use kit::{Error, Result, decimal};

use super::line;
use crate::cell::Standing;
use crate::report::Reading;
use crate::sheet::packed::{Packed, pack, unpack};
use crate::sheet::{Sheet, Sheets};

/// The cells of one unit whose periods lie in one year. Not kept are lateness, locks and counts of
/// corrections, which change no score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) year: i64,
    pub(crate) unit: String,
    cells: Vec<u8>,
}

impl Pinned {
    /// What is kept of a stored sheet; none when nothing is.
    pub(crate) fn cut(
        (year, unit, cells): (i64, String, Vec<u8>),
        periods: impl Fn(&str) -> bool,
        indicators: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>> {
        let cells = Packed::read(&cells)?.cut(periods, indicators);
        Ok(cells.map(|cells| Self { year, unit, cells }))
    }

    /// Every sheet that was written to.
    pub(crate) fn touched(sheets: &Sheets) -> impl Iterator<Item = Self> {
        let pinned = |(year, unit, sheet): (i64, &str, _)| {
            let cells = pack(sheet);
            Self { year, unit: unit.to_owned(), cells }
        };
        sheets.touched().map(pinned)
    }

    /// What it holds.
    pub(crate) fn read(&self) -> Result<Packed<'_>> {
        Packed::read(&self.cells)
    }

    /// The same to write to.
    pub(crate) fn unpack(&self) -> Result<Sheet> {
        unpack(&self.cells)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let Self { year, unit, cells } = self;
        bytes.extend_from_slice(format!("{year}\t{unit}\t{}\n", cells.len()).as_bytes());
        bytes.extend_from_slice(cells);
    }

    pub(super) fn take(rest: &mut &[u8]) -> Result<Self> {
        let head = line(rest)?;
        let fields: Vec<&str> = head.split('\t').collect();
        let [year, unit, length] = fields[..] else {
            return Err(Error::internal(format!("a pinned sheet of another form: {head}")));
        };
        let length = length.parse().map_err(Error::internal)?;
        let breaks_off = || Error::internal("a pinned sheet breaks off");
        let (cells, after) = rest.split_at_checked(length).ok_or_else(breaks_off)?;
        let year = year.parse().map_err(Error::internal)?;
        let pinned = Self { year, unit: unit.to_owned(), cells: cells.to_vec() };
        *rest = after;
        pinned.read()?;
        Ok(pinned)
    }
}

/// The lines of the forms before sheets were pinned, one a cell.
pub(super) fn of_lines(rest: &mut &[u8], count: usize) -> Result<Vec<Pinned>> {
    let mut sheets = Sheets::default();
    for _ in 0..count {
        let line = line(rest)?;
        let fields: Vec<&str> = line.split('\t').collect();
        let [period, unit, indicator, sequence, standing, value] = fields[..] else {
            return Err(Error::internal(format!("a pinned fact of another form: {line}")));
        };
        let sequence = sequence.parse().map_err(Error::internal)?;
        let reading = match value {
            "-" => Reading::NotApplicable,
            value => Reading::Value(decimal::from_text(value)?),
        };
        let standing = match standing {
            "reported" => Standing::Reported,
            "verified" => Standing::Verified,
            "disputed" => Standing::Disputed,
            other => return Err(Error::internal(format!("a pinned fact that is {other}"))),
        };
        sheets.put([unit, period, indicator], sequence, reading, false);
        sheets.judge([unit, period, indicator], sequence, standing);
    }
    Ok(Pinned::touched(&sheets).collect())
}
