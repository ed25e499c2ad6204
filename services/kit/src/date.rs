//! Civil dates at the edges: google.type.Date on the wire, text `yyyy-mm-dd` in SQL.

use jiff::civil::Date;
use proto::google::r#type as wire;

use crate::error::{Error, Result};

/// A date as it is stored.
pub fn to_text(date: Date) -> String {
    date.to_string()
}

/// A date as it was stored. Text that is none is damage, hence `Internal`.
pub fn from_text(text: &str) -> Result<Date> {
    text.parse().map_err(Error::internal)
}

/// A date on the wire.
pub fn to_proto(date: Date) -> wire::Date {
    wire::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// A whole date from the wire; `None` when it is no day of years 1 to 9999.
pub fn from_proto(date: &wire::Date) -> Option<Date> {
    let year = i16::try_from(date.year).ok().filter(|year| (1..=9999).contains(year))?;
    let month = i8::try_from(date.month).ok()?;
    let day = i8::try_from(date.day).ok()?;
    Date::new(year, month, day).ok()
}
