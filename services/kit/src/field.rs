//! Reading a request's fields: every problem is collected, with its path, before any is reported.
//!
//! ```ignore
//! let mut fields = Fields::default();
//! let display_name = fields.text("unit.display_name", &unit.display_name, 1..=200);
//! let kind = fields.choice::<pb::UnitKind>("unit.kind", unit.kind);
//! let weight = fields.decimal("unit.weight", &unit.weight);
//! for (row, given) in request.rows.iter().enumerate() {
//!     fields.text(format_args!("rows[{row}].note"), &given.note, 0..=500);
//! }
//! fields.check()?;
//! ```
//!
//! A refused field yields its type's empty value, so that the reading can go on; nothing
//! may be done with the values before `check`.

mod text;

use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;
use proto::google::r#type as wire;
use rust_decimal::Decimal;

use crate::error::{Error, Result, Violation};
use crate::name::{self, Name, Pattern};
use crate::{clock, date, decimal, guard};

/// Beyond this many problems the rest is not written down.
const MOST: usize = 1_000;

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Fields {
    violations: Vec<Violation>,
    /// The caller may not act where the request says, whatever else is wrong with it.
    denied: Option<Error>,
}

impl Fields {
    /// Ends the reading: `Denied` where the caller may not act in a district that was named,
    /// else `Invalid` with every problem, if there is one.
    pub fn check(self) -> Result<()> {
        if let Some(denied) = self.denied {
            return Err(denied);
        }
        if self.violations.is_empty() { Ok(()) } else { Err(Error::Invalid(self.violations)) }
    }

    /// True while nothing was refused.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty() && self.denied.is_none()
    }

    /// The problems found so far, for replies that list them instead of failing.
    pub fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    /// Adds a problem that only the caller can see.
    pub fn violation(
        &mut self,
        field: impl Display,
        reason: &'static str,
        message: impl Into<String>,
    ) {
        if self.violations.len() < MOST {
            self.violations.push(Violation {
                field: field.to_string(),
                reason,
                message: message.into(),
            });
        }
    }

    /// A message that must be there: `REQUIRED`.
    pub fn required<'a, T>(&mut self, field: impl Display, value: &'a Option<T>) -> Option<&'a T> {
        if value.is_none() {
            self.violation(field, "REQUIRED", "must be given");
        }
        value.as_ref()
    }

    /// One line of text, trimmed and in NFC, of `length` characters: `REQUIRED`, `LENGTH`,
    /// `CHARACTER` (control, format and line-breaking characters).
    pub fn text(
        &mut self,
        field: impl Display,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> String {
        self.accept_text(field, value, length, text::is_refused_in_line)
    }

    /// The account of whoever signs for what is asked: as `text`, and `NOT_YOURSELF` where it is
    /// another than the caller's. To be read behind the name that says where.
    pub fn account(
        &mut self,
        field: impl Display,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> String {
        let account = self.text(&field, value, length);
        if !account.is_empty() && !guard::may_sign(&account) {
            let message = "must be your own account: nobody signs for another";
            self.violation(field, "NOT_YOURSELF", message);
        }
        account
    }

    /// Text that may have line breaks and tabs; otherwise as `text`.
    pub fn paragraph(
        &mut self,
        field: impl Display,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> String {
        self.accept_text(field, value, length, text::is_refused_in_paragraph)
    }

    /// A resource id, `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`: `REQUIRED`, `ID_FORMAT`.
    pub fn id(&mut self, field: impl Display, value: &str) -> String {
        if value.is_empty() {
            self.violation(field, "REQUIRED", "must be given");
        } else if name::is_id(value) {
            return value.to_owned();
        } else {
            let message = "must be 1 to 63 ASCII letters, digits, '.', '_', '-', beginning with a letter or digit";
            self.violation(field, "ID_FORMAT", message);
        }
        String::new()
    }

    /// A resource name of one kind: `REQUIRED`, `NAME_FORMAT`.
    pub fn name(&mut self, field: impl Display, pattern: &'static Pattern, value: &str) -> Name {
        if value.is_empty() {
            self.violation(field, "REQUIRED", format!("must be a {} name", pattern.kind()));
            return Name::default();
        }
        let Some(name) = pattern.cut(value) else {
            self.violation(field, "NAME_FORMAT", pattern.complaint(value));
            return Name::default();
        };
        if let Err(denied) = guard::named(value, name.id("district")) {
            self.denied.get_or_insert(denied);
        }
        name
    }

    /// The id of a resource that must lie in `district`: also `OTHER_DISTRICT`.
    pub fn member(
        &mut self,
        field: impl Display,
        pattern: &'static Pattern,
        name: &str,
        district: &str,
    ) -> String {
        let name = self.name(&field, pattern, name);
        if !name.as_str().is_empty() && !district.is_empty() && name.id("district") != district {
            let message = format!("{name} is not in districts/{district}");
            self.violation(field, "OTHER_DISTRICT", message);
        }
        name.id(pattern.kind()).to_owned()
    }

    /// The id of a resource of `district` that may be left out.
    pub fn optional_member(
        &mut self,
        field: impl Display,
        pattern: &'static Pattern,
        name: &str,
        district: &str,
    ) -> Option<String> {
        (!name.is_empty()).then(|| self.member(field, pattern, name, district))
    }

    /// An enum value that must be given and known: `REQUIRED`, `UNKNOWN_VALUE`.
    pub fn choice<E>(&mut self, field: impl Display, value: i32) -> E
    where
        E: TryFrom<i32> + Default,
    {
        if value == 0 {
            self.violation(field, "REQUIRED", "must be given");
            return E::default();
        }
        E::try_from(value).unwrap_or_else(|_| {
            let message = format!("{value} is no value this version of the service knows");
            self.violation(field, "UNKNOWN_VALUE", message);
            E::default()
        })
    }

    /// An enum value that may be left unspecified: `UNKNOWN_VALUE`.
    pub fn optional_choice<E>(&mut self, field: impl Display, value: i32) -> Option<E>
    where
        E: TryFrom<i32> + Default,
    {
        (value != 0).then(|| self.choice(field, value))
    }

    /// A whole number within bounds: `OUT_OF_RANGE`.
    pub fn number<N>(&mut self, field: impl Display, value: N, bounds: RangeInclusive<N>) -> N
    where
        N: PartialOrd + Display + Copy,
    {
        if !bounds.contains(&value) {
            let (least, most) = (bounds.start(), bounds.end());
            self.violation(field, "OUT_OF_RANGE", format!("must be {least} to {most}, is {value}"));
        }
        value
    }

    /// A decimal that must be given: `REQUIRED`, `DECIMAL_FORMAT`.
    pub fn decimal(&mut self, field: impl Display, value: &Option<wire::Decimal>) -> Decimal {
        match value {
            Some(value) => self.decimal_text(field, &value.value),
            None => {
                self.violation(field, "REQUIRED", "must be given");
                Decimal::ZERO
            }
        }
    }

    /// A decimal that may be left out: `DECIMAL_FORMAT`.
    pub fn optional_decimal(
        &mut self,
        field: impl Display,
        value: &Option<wire::Decimal>,
    ) -> Option<Decimal> {
        value.as_ref().map(|value| self.decimal_text(field, &value.value))
    }

    /// A decimal as text, e.g. of a spreadsheet's cell: `DECIMAL_FORMAT`.
    pub fn decimal_text(&mut self, field: impl Display, value: &str) -> Decimal {
        decimal::parse(value).unwrap_or_else(|| {
            let shown: String = value.chars().take(80).collect();
            let message =
                format!("{shown:?} is no decimal number of at most {} digits", decimal::DIGITS);
            self.violation(field, "DECIMAL_FORMAT", message);
            Decimal::ZERO
        })
    }

    /// A whole civil date that must be given: `REQUIRED`, `DATE_FORMAT`.
    pub fn date(&mut self, field: impl Display, value: &Option<wire::Date>) -> Date {
        let Some(value) = value else {
            self.violation(field, "REQUIRED", "must be given");
            return Date::default();
        };
        date::from_proto(value).unwrap_or_else(|| {
            let wire::Date { year, month, day } = value;
            let message = format!("{year}-{month}-{day} is no day of the calendar");
            self.violation(field, "DATE_FORMAT", message);
            Date::default()
        })
    }

    /// A civil date that may be left out: `DATE_FORMAT`.
    pub fn optional_date(
        &mut self,
        field: impl Display,
        value: &Option<wire::Date>,
    ) -> Option<Date> {
        value.as_ref().map(|_| self.date(field, value))
    }

    /// An instant that must be given, cut to microseconds: `REQUIRED`, `TIME_FORMAT`.
    pub fn time(
        &mut self,
        field: impl Display,
        value: &Option<prost_types::Timestamp>,
    ) -> Timestamp {
        let Some(value) = value else {
            self.violation(field, "REQUIRED", "must be given");
            return Timestamp::default();
        };
        clock::from_proto(value).unwrap_or_else(|| {
            self.violation(
                field,
                "TIME_FORMAT",
                "must lie in years 1 to 9999, with 0 to 999999999 nanos",
            );
            Timestamp::default()
        })
    }

    /// An instant that may be left out: `TIME_FORMAT`.
    pub fn optional_time(
        &mut self,
        field: impl Display,
        value: &Option<prost_types::Timestamp>,
    ) -> Option<Timestamp> {
        value.as_ref().map(|_| self.time(field, value))
    }

    fn accept_text(
        &mut self,
        field: impl Display,
        value: &str,
        length: RangeInclusive<usize>,
        refused: fn(char) -> bool,
    ) -> String {
        let clean = text::normalized(value);
        if let Some(bad) = clean.chars().find(|char| refused(*char)) {
            let message = format!("must not contain the invisible character U+{:04X}", bad as u32);
            self.violation(field, "CHARACTER", message);
            return String::new();
        }
        let count = clean.chars().count();
        if length.contains(&count) {
            return clean;
        }
        if count == 0 {
            self.violation(field, "REQUIRED", "must be given");
        } else {
            let (least, most) = (length.start(), length.end());
            let message = format!("must have {least} to {most} characters, has {count}");
            self.violation(field, "LENGTH", message);
        }
        String::new()
    }
}

/// The message inside a request that nothing can be done without: `REQUIRED`.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::invalid(field, "REQUIRED", "must be given"))
}
