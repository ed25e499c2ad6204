//! Decimals at the edges: google.type.Decimal on the wire, canonical text in SQL,
//! `rust_decimal::Decimal` inside. Never a float.

use proto::google::r#type as wire;
use rust_decimal::Decimal;

use crate::error::{Error, Result};

/// The most significant digits, and the most places after the point.
pub const DIGITS: usize = 28;

const LONGEST: usize = 64;

/// Reads `[+-]digits[.digits][e[+-]digits]`, exactly; `None` when the text is not a decimal
/// or has more than 28 significant digits or 28 places.
pub fn parse(text: &str) -> Option<Decimal> {
    if text.len() > LONGEST {
        return None;
    }
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, small_integer(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(Decimal::ZERO);
    }
    // The value is significant × 10^-places.
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let places = fraction.len() as i64 - trailing as i64 - exponent;
    let zeros = usize::try_from(-places).unwrap_or(0);
    if significant.len() + zeros > DIGITS || places > DIGITS as i64 {
        return None;
    }
    let number: i128 = format!("{significant}{}", "0".repeat(zeros)).parse().ok()?;
    let number = if negative { -number } else { number };
    Decimal::try_from_i128_with_scale(number, u32::try_from(places).unwrap_or(0)).ok()
}

/// The canonical text: no exponent, no trailing zeros, no plus sign, `0` for zero.
pub fn to_text(value: Decimal) -> String {
    plain(value).to_string()
}

/// A decimal that is written as [`to_text`] does: no zeros at its end, and one zero.
pub fn plain(value: Decimal) -> Decimal {
    let value = value.normalize();
    if value.is_zero() { Decimal::ZERO } else { value }
}

/// A decimal as it was stored. Text that is none is damage, hence `Internal`.
pub fn from_text(text: &str) -> Result<Decimal> {
    parse(text).ok_or_else(|| Error::internal(format!("stored text {text:?} is no decimal")))
}

/// A decimal on the wire.
pub fn to_proto(value: Decimal) -> wire::Decimal {
    wire::Decimal { value: to_text(value) }
}

fn small_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sound = (1..=3).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}
