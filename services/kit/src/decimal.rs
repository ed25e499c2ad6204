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
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// Adds the canonical text to another one.
pub fn write(text: &mut String, value: Decimal) {
    let mut scale = value.scale() as usize;
    let mut number = value.mantissa().unsigned_abs();
    while scale > 0 && number.is_multiple_of(10) {
        (number, scale) = (number / 10, scale - 1);
    }
    if value.mantissa() < 0 {
        text.push('-');
    }
    let (digits, begin) = digits(number, scale + 1);
    let (whole, places) = digits[begin..].split_at(digits.len() - begin - scale);
    text.extend(whole.iter().copied().map(char::from));
    if !places.is_empty() {
        text.push('.');
        text.extend(places.iter().copied().map(char::from));
    }
}

/// Adds an integer to a text.
pub fn write_integer(text: &mut String, value: i64) {
    if value < 0 {
        text.push('-');
    }
    let (digits, begin) = digits(value.unsigned_abs().into(), 1);
    text.extend(digits[begin..].iter().copied().map(char::from));
}

/// The digits of a number, with zeros before it to be `least` of them, from the place that is told.
fn digits(number: u128, least: usize) -> ([u8; 40], usize) {
    let (mut digits, mut begin) = ([b'0'; 40], 40);
    let mut put = |digit: u8| {
        begin -= 1;
        digits[begin] = b'0' + digit;
    };
    let mut high = number;
    while high > u64::MAX.into() {
        put((high % 10) as u8);
        high /= 10;
    }
    // Most numbers are short, and division of short ones costs a tenth.
    let mut low = high as u64;
    while low > 0 {
        put((low % 10) as u8);
        low /= 10;
    }
    (digits, begin.min(40 - least))
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
