//! A sheet as it is stored. Numbers are little-endian; the same cells give the same bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form, 1 |
//! | 1 | places: every value is an integer of this many places after the point, 0–6 |
//! | 1 | `V`, bytes of a value: the least of 1, 2, 4, 8, 16 that holds them all |
//! | 1 | `S`, bytes of a position in the ledger: 4, or 8 where one needs them |
//! | 2 | `P`, how many periods |
//! | 2 | `I`, how many indicators |
//! | 4 | `C`, how many cells were corrected |
//! | `P` × | length in 1 byte, id; 1 byte, 1 when the period is locked |
//! | `I` × | length in 1 byte, id |
//! | `P·I` × 1 | flags by period, then indicator: 0 nothing reported; else bit 0, bit 1 not applicable, bit 2 verified, bit 3 disputed (neither: not looked at), bit 4 late |
//! | `P·I` × `V` | values, two's complement; 0 where there is none |
//! | `P·I` × `S` | positions of the current observations; 0 where there is none |
//! | `C` × 8 | place in the order of the flags in 4 bytes, how often corrected in 4 |

use std::sync::Arc;

use kit::{Error, Result};
use rust_decimal::Decimal;

use super::{Entry, Period, Sheet};
use crate::cell::Standing;
use crate::report::{PLACES, Reading};

/// The form that is written, and the only one that is read.
pub(crate) const FORM: u8 = 1;

const REPORTED: u8 = 1;
const NOT_APPLICABLE: u8 = 1 << 1;
const VERIFIED: u8 = 1 << 2;
const DISPUTED: u8 = 1 << 3;
const LATE: u8 = 1 << 4;

/// A stored sheet, read where it lies.
#[derive(Debug)]
pub(crate) struct Packed<'a> {
    /// Ids in order, and which are locked.
    pub(crate) periods: Vec<(&'a str, bool)>,
    /// Ids in order.
    pub(crate) indicators: Vec<&'a str>,
    places: u32,
    value_width: usize,
    sequence_width: usize,
    flags: &'a [u8],
    values: &'a [u8],
    sequences: &'a [u8],
    corrections: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Takes a stored sheet apart. Anything that `pack` does not write is damage, hence `Internal`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut rest = bytes;
        let head: [u8; 12] = *take(&mut rest, 12)?.first_chunk().ok_or_else(broken)?;
        let [form, places, value_width, sequence_width, p0, p1, i0, i1, c0, c1, c2, c3] = head;
        let sound = form == FORM
            && u32::from(places) <= PLACES
            && matches!(value_width, 1 | 2 | 4 | 8 | 16)
            && matches!(sequence_width, 4 | 8);
        if !sound {
            return Err(Error::internal(format!("a sheet of another form: {head:?}")));
        }
        let mut periods = Vec::new();
        for _ in 0..u16::from_le_bytes([p0, p1]) {
            periods.push((id(&mut rest)?, take(&mut rest, 1)? == [1]));
        }
        let mut indicators = Vec::new();
        for _ in 0..u16::from_le_bytes([i0, i1]) {
            indicators.push(id(&mut rest)?);
        }
        let (value_width, sequence_width) = (value_width.into(), sequence_width.into());
        let cells = periods.len() * indicators.len();
        let corrected = u32::from_le_bytes([c0, c1, c2, c3]) as usize;
        let packed = Self {
            periods,
            indicators,
            places: places.into(),
            value_width,
            sequence_width,
            flags: take(&mut rest, cells)?,
            values: take(&mut rest, cells * value_width)?,
            sequences: take(&mut rest, cells * sequence_width)?,
            corrections: take(&mut rest, corrected * 8)?,
        };
        let fits = |at| Decimal::try_from_i128_with_scale(packed.value(at), packed.places).is_ok();
        let sound = value_width < 16 || (0..cells).all(fits);
        if rest.is_empty() && sound { Ok(packed) } else { Err(broken()) }
    }

    /// What counts in the cell at a place: period times the number of indicators, plus indicator.
    pub(crate) fn entry(&self, at: usize) -> Option<Entry> {
        let flags = self.flags[at];
        if flags & REPORTED == 0 {
            return None;
        }
        let reading = if flags & NOT_APPLICABLE != 0 {
            Reading::NotApplicable
        } else {
            Reading::Value(Decimal::from_i128_with_scale(self.value(at), self.places))
        };
        let standing = match (flags & VERIFIED, flags & DISPUTED) {
            (0, 0) => Standing::Reported,
            (_, 0) => Standing::Verified,
            _ => Standing::Disputed,
        };
        Some(Entry {
            sequence: integer(self.sequences, self.sequence_width, at) as i64,
            reading,
            standing,
            late: flags & LATE != 0,
            corrections: self.corrections(at),
        })
    }

    /// What counts in every cell with a report: period, indicator, entry.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str, Entry)> {
        let places = (0..self.flags.len()).filter_map(|at| Some((at, self.entry(at)?)));
        places.map(|(at, entry)| {
            let (row, column) = (at / self.indicators.len(), at % self.indicators.len());
            (self.periods[row].0, self.indicators[column], entry)
        })
    }

    /// How many cells there are, with a report or not.
    pub(crate) fn len(&self) -> usize {
        self.flags.len()
    }

    /// The indicators of cells in dispute.
    pub(crate) fn disputed(&self) -> Vec<&'a str> {
        let places = (0..self.flags.len()).filter(|at| self.flags[*at] & DISPUTED != 0);
        places.map(|at| self.indicators[at % self.indicators.len()]).collect()
    }

    /// The cells of some periods and indicators as a sheet of their own, without lateness, locks
    /// and counts of corrections; none when there are no such cells.
    pub(crate) fn cut(
        &self,
        periods: impl Fn(&str) -> bool,
        indicators: impl Fn(&str) -> bool,
    ) -> Option<Vec<u8>> {
        let is_whole = self.periods.iter().all(|(id, _)| periods(id))
            && self.indicators.iter().all(|id| indicators(id));
        if is_whole {
            return Some(self.bare());
        }
        let mut sheet = Sheet::default();
        for (period, indicator, entry) in self.cells() {
            if periods(period) && indicators(indicator) {
                sheet.put(period, indicator, entry.sequence, entry.reading, false);
                sheet.judge(period, indicator, entry.sequence, entry.standing);
            }
        }
        (!sheet.entries.is_empty()).then(|| pack(&sheet))
    }

    /// All cells, without lateness, locks and counts of corrections.
    fn bare(&self) -> Vec<u8> {
        let widths = [self.places as u8, self.value_width as u8, self.sequence_width as u8];
        let cells = self.flags.len() + self.values.len() + self.sequences.len();
        let ids = 32 * (self.periods.len() + self.indicators.len());
        let mut bytes = Vec::with_capacity(cells + ids);
        head(&mut bytes, widths, [self.periods.len(), self.indicators.len()], 0);
        for (id, _) in &self.periods {
            text(&mut bytes, id);
            bytes.push(0);
        }
        for id in &self.indicators {
            text(&mut bytes, id);
        }
        bytes.extend(self.flags.iter().map(|flags| flags & !LATE));
        bytes.extend_from_slice(self.values);
        bytes.extend_from_slice(self.sequences);
        bytes
    }

    /// The value at a place, in units of its last place; 0 where there is none.
    fn value(&self, at: usize) -> i128 {
        integer(self.values, self.value_width, at)
    }

    fn corrections(&self, at: usize) -> u32 {
        let (pairs, _) = self.corrections.as_chunks::<8>();
        let place = |pair: &[u8; 8]| u32::from_le_bytes([pair[0], pair[1], pair[2], pair[3]]);
        match pairs.binary_search_by_key(&at, |pair| place(pair) as usize) {
            Ok(found) => {
                let [.., a, b, c, d] = pairs[found];
                u32::from_le_bytes([a, b, c, d])
            }
            Err(_) => 0,
        }
    }
}

/// Writes a sheet.
pub(crate) fn pack(sheet: &Sheet) -> Vec<u8> {
    let mut places = 0;
    let mut last = 0;
    let mut corrected = 0_u32;
    for entry in sheet.entries.iter().flatten() {
        places = places.max(value(entry).scale());
        last = last.max(entry.sequence);
        corrected += u32::from(entry.corrections > 0);
    }
    let scaled = |entry: &Option<Entry>| entry.as_ref().map_or(0, |entry| scaled(entry, places));
    let value_width = sheet.entries.iter().map(|it| width(scaled(it))).max().unwrap_or(1);
    let sequence_width: u8 = if i32::try_from(last).is_ok() { 4 } else { 8 };

    let cells = sheet.entries.len() * (1 + usize::from(value_width) + usize::from(sequence_width));
    let mut bytes = Vec::with_capacity(cells + 32 * (sheet.periods.len() + sheet.indicators.len()));
    let widths = [places as u8, value_width, sequence_width];
    head(&mut bytes, widths, [sheet.periods.len(), sheet.indicators.len()], corrected);
    for Period { id, locked } in &sheet.periods {
        text(&mut bytes, id);
        bytes.push(u8::from(*locked));
    }
    for id in &sheet.indicators {
        text(&mut bytes, id);
    }
    bytes.extend(sheet.entries.iter().map(|it| it.as_ref().map_or(0, flags)));
    for entry in &sheet.entries {
        bytes.extend_from_slice(&scaled(entry).to_le_bytes()[..value_width.into()]);
    }
    for entry in &sheet.entries {
        let sequence = entry.as_ref().map_or(0, |entry| entry.sequence);
        bytes.extend_from_slice(&sequence.to_le_bytes()[..sequence_width.into()]);
    }
    for (at, entry) in (0_u32..).zip(&sheet.entries) {
        if let Some(Entry { corrections: times @ 1.., .. }) = entry {
            bytes.extend(at.to_le_bytes());
            bytes.extend(times.to_le_bytes());
        }
    }
    bytes
}

fn head(bytes: &mut Vec<u8>, widths: [u8; 3], counts: [usize; 2], corrected: u32) {
    bytes.push(FORM);
    bytes.extend(widths);
    bytes.extend(counts.iter().flat_map(|count| (*count as u16).to_le_bytes()));
    bytes.extend(corrected.to_le_bytes());
}

/// Reads a sheet to write to it.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Sheet> {
    let packed = Packed::read(bytes)?;
    let period = |(id, locked): &(&str, bool)| Period { id: (*id).into(), locked: *locked };
    Ok(Sheet {
        periods: packed.periods.iter().map(period).collect(),
        indicators: packed.indicators.iter().map(|id| Arc::from(*id)).collect(),
        entries: (0..packed.flags.len()).map(|at| packed.entry(at)).collect(),
    })
}

/// A value without zeros at its end; zero for what does not apply.
fn value(entry: &Entry) -> Decimal {
    match entry.reading {
        Reading::Value(value) => value.normalize(),
        Reading::NotApplicable => Decimal::ZERO,
    }
}

/// A value of at most 18 digits before the point and 6 after it fits whatever the places.
fn scaled(entry: &Entry, places: u32) -> i128 {
    let value = value(entry);
    value.mantissa() * 10_i128.pow(places - value.scale())
}

fn flags(entry: &Entry) -> u8 {
    let standing = match entry.standing {
        Standing::Reported => 0,
        Standing::Verified => VERIFIED,
        Standing::Disputed => DISPUTED,
    };
    let presence = if entry.reading == Reading::NotApplicable { NOT_APPLICABLE } else { 0 };
    REPORTED | presence | standing | if entry.late { LATE } else { 0 }
}

fn width(value: i128) -> u8 {
    // One bit for the sign.
    let bits = 129 - if value < 0 { value.leading_ones() } else { value.leading_zeros() };
    (bits.div_ceil(8) as u8).next_power_of_two()
}

/// The integer at a place of a column.
fn integer(column: &[u8], width: usize, at: usize) -> i128 {
    let bytes = &column[at * width..(at + 1) * width];
    match *bytes {
        [a] => i8::from_le_bytes([a]).into(),
        [a, b] => i16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]).into(),
        _ => bytes.first_chunk().map_or(0, |bytes| i128::from_le_bytes(*bytes)),
    }
}

fn text(bytes: &mut Vec<u8>, id: &str) {
    bytes.push(id.len() as u8);
    bytes.extend_from_slice(id.as_bytes());
}

fn id<'a>(rest: &mut &'a [u8]) -> Result<&'a str> {
    let length = take(rest, 1)?[0];
    std::str::from_utf8(take(rest, length.into())?).map_err(Error::internal)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count).ok_or_else(broken)?;
    *rest = after;
    Ok(taken)
}

fn broken() -> Error {
    Error::internal("a sheet breaks off, goes on, or holds what is no value")
}
