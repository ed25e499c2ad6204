//! Reports as callers send them.

use std::borrow::Cow;
use std::fmt::Display;

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::{self, Pattern};
use proto::google::r#type as wire;
use proto::scoring::v1 as pb;
use rust_decimal::Decimal;

use crate::assignment::{INDICATOR, PERIOD};
use crate::report::{Evidence, MOST_EVIDENCE, PLACES, Reading, Report, WHOLE_DIGITS, fits};
use crate::subject;

/// The names of one district, for reading many of them: one that fits is cut, not parsed.
pub(super) struct Names<'a> {
    district: &'a str,
    unit: String,
    indicator: String,
    period: String,
}

/// The ids that say which cell a report is for; empty where refused.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    pub(super) unit: Cow<'a, str>,
    pub(super) indicator: &'a str,
    pub(super) period: &'a str,
}

impl<'a> Names<'a> {
    pub(super) fn of(district: &'a str) -> Self {
        let prefix = |collection: &str| format!("districts/{district}/{collection}/");
        Self {
            district,
            unit: prefix("units"),
            indicator: prefix("indicators"),
            period: prefix("periods"),
        }
    }

    /// Reads which cell a report is for. `path` stands before each field's name.
    pub(super) fn read<'b>(
        &self,
        fields: &mut Fields,
        path: &str,
        given: &'b pb::Observation,
    ) -> Ids<'b> {
        Ids {
            unit: self.subject(fields, path, &given.unit),
            indicator: self.indicator(fields, path, &given.indicator),
            period: self.period(fields, path, &given.period),
        }
    }

    /// Reads an indicator's name.
    pub(super) fn indicator<'b>(&self, fields: &mut Fields, path: &str, name: &'b str) -> &'b str {
        cut(name, &self.indicator).unwrap_or_else(|| {
            self.refuse(fields, format_args!("{path}indicator"), &INDICATOR, name);
            ""
        })
    }

    /// Reads a period's name.
    pub(super) fn period<'b>(&self, fields: &mut Fields, path: &str, name: &'b str) -> &'b str {
        cut(name, &self.period).unwrap_or_else(|| {
            self.refuse(fields, format_args!("{path}period"), &PERIOD, name);
            ""
        })
    }

    /// Reads the name of a subject.
    pub(super) fn subject<'b>(
        &self,
        fields: &mut Fields,
        path: &str,
        name: &'b str,
    ) -> Cow<'b, str> {
        match cut(name, &self.unit) {
            Some(id) => Cow::Borrowed(id),
            None => {
                let field = format_args!("{path}unit");
                Cow::Owned(subject::member(fields, field, name, self.district))
            }
        }
    }

    fn refuse(
        &self,
        fields: &mut Fields,
        field: impl Display,
        pattern: &'static Pattern,
        name: &str,
    ) {
        fields.member(field, pattern, name, self.district);
    }
}

/// The id after a prefix.
fn cut<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix).filter(|id| name::is_id(id))
}

/// Reads what a report says. `path` stands before each field's name.
pub(super) fn read(
    fields: &mut Fields,
    path: &str,
    given: &pb::Observation,
    now: Timestamp,
) -> Report {
    let reading = reading(fields, path, given.presence, &given.value);
    let note = note(fields, path, &reading, &given.note);
    let evidence = evidence(fields, path, &given.evidence);
    let report_time = self::report_time(fields, path, &given.report_time, now);
    Report { reading, note, evidence, report_time }
}

/// Reads a note, which must say why where an indicator does not apply.
pub(super) fn note(fields: &mut Fields, path: &str, reading: &Reading, given: &str) -> String {
    match given {
        "" if *reading == Reading::NotApplicable => {
            let message = "must say why the indicator does not apply";
            fields.violation(format_args!("{path}note"), "REQUIRED", message);
            String::new()
        }
        "" => String::new(),
        note => fields.paragraph(format_args!("{path}note"), note, 0..=500),
    }
}

/// Reads when something was handed in.
pub(super) fn report_time(
    fields: &mut Fields,
    path: &str,
    given: &Option<prost_types::Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let report_time = fields.optional_time(format_args!("{path}report_time"), given);
    if let Some(time) = report_time.filter(|time| *time > now) {
        let message = format!("must not be in the future, is {time}");
        fields.violation(format_args!("{path}report_time"), "IN_FUTURE", message);
    }
    report_time
}

/// Reads a value, or the word that there is none to give.
pub(super) fn reading(
    fields: &mut Fields,
    path: &str,
    presence: i32,
    value: &Option<wire::Decimal>,
) -> Reading {
    let presence = fields.optional_choice(format_args!("{path}presence"), presence);
    if presence == Some(pb::Presence::NotApplicable) {
        if value.is_some() {
            let message = "must not be given where the indicator does not apply";
            fields.violation(format_args!("{path}value"), "VALUE_NOT_ALLOWED", message);
        }
        return Reading::NotApplicable;
    }
    Reading::Value(self::value(fields, format_args!("{path}value"), value))
}

/// Reads a value of the length that the ledger keeps.
pub(super) fn value(
    fields: &mut Fields,
    field: impl Display,
    value: &Option<wire::Decimal>,
) -> Decimal {
    let value = fields.decimal(&field, value);
    if !fits(value) {
        too_long(fields, field, value);
    }
    value
}

/// Refuses a value that has more digits than the ledger keeps.
pub(super) fn too_long(fields: &mut Fields, field: impl Display, value: Decimal) {
    let message = format!(
        "must have at most {WHOLE_DIGITS} digits before and {PLACES} after the point, is {value}"
    );
    fields.violation(field, "DECIMAL_FORMAT", message);
}

/// Reads the documents behind a value.
pub(super) fn evidence(fields: &mut Fields, path: &str, given: &[pb::Evidence]) -> Vec<Evidence> {
    if given.len() > MOST_EVIDENCE {
        let message = format!("must be at most {MOST_EVIDENCE}, are {}", given.len());
        fields.violation(format_args!("{path}evidence"), "OUT_OF_RANGE", message);
        return Vec::new();
    }
    let mut one = |(index, given): (usize, &pb::Evidence)| {
        let at = |field| format!("{path}evidence[{index}].{field}");
        sha256(fields, at("sha256"), &given.sha256);
        Evidence {
            title: fields.text(at("title"), &given.title, 1..=200),
            sha256: given.sha256.clone(),
            uri: fields.text(at("uri"), &given.uri, 0..=500),
        }
    };
    given.iter().enumerate().map(&mut one).collect()
}

/// Refuses what is no digest of a file: `SHA256_FORMAT`.
pub(super) fn sha256(fields: &mut Fields, field: impl Display, given: &str) {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if given.len() != 64 || !given.bytes().all(is_digit) {
        fields.violation(field, "SHA256_FORMAT", "must be 64 lower-case hexadecimal digits");
    }
}

/// A document on the wire.
pub(super) fn evidence_to_proto(evidence: &Evidence) -> pb::Evidence {
    pb::Evidence {
        title: evidence.title.clone(),
        sha256: evidence.sha256.clone(),
        uri: evidence.uri.clone(),
    }
}
