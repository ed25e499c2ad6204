//! The points of a track's parts, packed. What the parts are called stands once a track and
//! run, not once a unit. Numbers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | places: every number is an integer of this many places after the point |
//! | 1 | `W`, bytes of a number: the least of 1, 2, 4, 8, 16 that holds them all |
//! | `W` × | by unit in the order of the board, then by part; the least number of `W` bytes where a part was left out |

use kit::{Error, Result};
use rust_decimal::Decimal;

/// Points of parts, unit by unit; `None` where they have no common scale within 128 bits.
pub(super) fn pack<'a>(
    points: impl Iterator<Item = Option<&'a Decimal>> + Clone,
) -> Option<Vec<u8>> {
    let short = |points: &Decimal| points.normalize();
    let places = points.clone().flatten().map(|it| short(it).scale()).max().unwrap_or_default();
    let scaled = |points: Option<&Decimal>| match points.map(short) {
        Some(it) => {
            let up = 10_i128.checked_pow(places - it.scale())?;
            it.mantissa().checked_mul(up).map(Some)
        }
        None => Some(None),
    };
    let units: Vec<Option<i128>> = points.map(scaled).collect::<Option<_>>()?;
    let width = units.iter().flatten().map(|it| width(*it)).max().unwrap_or(1);
    let absent = i128::MIN >> (128 - 8 * u32::from(width));
    let mut bytes = vec![u8::try_from(places).ok()?, width];
    for it in units {
        bytes.extend_from_slice(&it.unwrap_or(absent).to_le_bytes()[..usize::from(width)]);
    }
    Some(bytes)
}

/// The points of the unit in that place, who has `parts` of them.
pub(super) fn unpack(bytes: &[u8], unit: usize, parts: usize) -> Result<Vec<Option<Decimal>>> {
    let broken = || Error::internal("packed points break off, or are of another form");
    let [places, width, rest @ ..] = bytes else { return Err(broken()) };
    let size = usize::from(*width);
    if !matches!(size, 1 | 2 | 4 | 8 | 16) {
        return Err(broken());
    }
    let row = rest.get(unit * parts * size..(unit + 1) * parts * size).ok_or_else(broken)?;
    let point = |bytes: &[u8]| {
        let sign = if bytes[size - 1] & 0x80 == 0 { 0 } else { 0xff };
        let mut wide = [sign; 16];
        wide[..size].copy_from_slice(bytes);
        let units = i128::from_le_bytes(wide);
        if units == i128::MIN >> (128 - 8 * u32::from(*width)) {
            return Ok(None);
        }
        let decimal = Decimal::try_from_i128_with_scale(units, u32::from(*places));
        decimal.map(|it| Some(it.normalize())).map_err(Error::internal)
    };
    row.chunks(size).map(point).collect()
}

/// Bytes of a number, the least number of that many bytes being taken.
fn width(number: i128) -> u8 {
    let fits = |width: &u8| {
        let least = i128::MIN >> (128 - 8 * u32::from(*width));
        least < number && number <= -(least + 1)
    };
    [1, 2, 4, 8].into_iter().find(fits).unwrap_or(16)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_back_as_they_were() {
        for largest in ["1", "-1.27", "1.28", "327.68", "-21474836.48", "7922816251426433759.5"] {
            let texts = [Some("0"), None, Some("-0.5"), Some(largest), None, Some("12.30")];
            let points = texts.map(|it| it.map(|it| it.parse::<Decimal>().unwrap()));
            let bytes = pack(points.iter().map(Option::as_ref)).unwrap();
            for unit in 0..2 {
                assert_eq!(unpack(&bytes, unit, 3).unwrap(), points[unit * 3..][..3], "{largest}");
            }
            assert!(unpack(&bytes, 2, 3).is_err());
        }
        assert!(unpack(&[2], 0, 1).is_err() && unpack(&[2, 3, 0, 0, 0], 0, 1).is_err());
    }

    #[test]
    fn points_without_a_common_scale_are_not_packed() {
        let points = ["0.0000000000000000000000000001", "7922816251426433759354395033"];
        let points = points.map(|it| it.parse::<Decimal>().unwrap());
        assert!(pack(points.iter().map(Some)).is_none());
    }
}
