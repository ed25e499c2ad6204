//! What is to be issued, read off the wire.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;

use jiff::civil::Date;
use kit::field::Fields;
use proto::notification::v1 as pb;

use crate::district::{self, PERIOD, UNIT, Unit};
use crate::document::{Attachment, Content, Contents, Draft, Kind, Recipient, problem};
use crate::rectification;

const MOST_RECIPIENTS: usize = 500;
const MOST_ATTACHMENTS: usize = 20;
const MOST_ITEMS: usize = 200;

/// Reads a document that is to be issued by hand. The names of its recipients are not known yet.
pub(super) fn read(fields: &mut Fields, given: &pb::Document, district: &str) -> Draft {
    let kind = fields.choice::<Kind>("document.kind", given.kind);
    let (contents, english_contents) = contents(fields, "document.fields", &given.fields);
    let draft = Draft {
        kind,
        issuer: fields.text("document.issuer", &given.issuer, 0..=100),
        recipients: recipients(fields, &given.recipients, district),
        period: fields
            .optional_member("document.period", &PERIOD, &given.period, district)
            .unwrap_or_default(),
        due_date: fields.optional_date("document.due_date", &given.due_date),
        contents,
        english_contents,
        attachments: attachments(fields, &given.attachments),
        source: source(fields, &given.source, district),
        ..Draft::default()
    };
    if given.kind != 0 && fields.is_sound() {
        demanded(fields, &draft);
    }
    draft
}

/// What the kind asks for.
fn demanded(fields: &mut Fields, draft: &Draft) {
    let kind = draft.kind;
    let lacks = [
        ("document.recipients", draft.recipients.is_empty() && !kind.is_for_everybody()),
        ("document.due_date", draft.due_date.is_none() && kind.needs_due_date()),
        ("document.period", draft.period.is_empty() && kind.needs_period()),
    ];
    for (path, lacking) in lacks {
        if lacking {
            let message = format!("must be given for a document of the kind {}", kind.id());
            fields.violation(path, "REQUIRED", message);
        }
    }
    if draft.due_date.is_none() && draft.recipients.iter().any(|it| !it.problem.is_empty()) {
        let message = "must be given where a recipient has a problem to correct";
        fields.violation("document.due_date", "REQUIRED", message);
    }
    for (name, reason, message) in kind.faults(&draft.contents) {
        let path = format!("document.fields[{name}]");
        fields.violation(path, reason, message);
    }
}

fn recipients(
    fields: &mut Fields,
    given: &[pb::DocumentRecipient],
    district: &str,
) -> Vec<Recipient> {
    if given.len() > MOST_RECIPIENTS {
        let message = format!("must be at most {MOST_RECIPIENTS}, are {}", given.len());
        fields.violation("document.recipients", "TOO_MANY", message);
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut recipients = Vec::new();
    for (at, it) in given.iter().enumerate() {
        let path = format!("document.recipients[{at}].unit");
        let unit = fields.member(&path, &UNIT, &it.unit, district);
        if !unit.is_empty() && !seen.insert(unit.clone()) {
            fields.violation(path, "DUPLICATE", "comes twice");
        }
        let path = format!("document.recipients[{at}]");
        let role = fields.optional_choice(format_args!("{path}.role"), it.role);
        recipients.push(Recipient {
            unit,
            role: role.unwrap_or_default(),
            problem: fields.paragraph(
                format_args!("{path}.problem"),
                &it.problem,
                0..=problem::LONGEST,
            ),
            ..Recipient::default()
        });
    }
    recipients
}

/// The fields of a document, or of a rule that writes some; what has an English wording of its own
/// stands in the second.
pub(in crate::rpc) fn contents(
    fields: &mut Fields,
    path: impl Display,
    given: &[pb::DocumentField],
) -> (Contents, Contents) {
    let (mut contents, mut english) = (Contents::new(), Contents::new());
    for (at, it) in given.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let name = fields.text(format_args!("{path}.name"), &it.name, 1..=60);
        let Some(content) = content(fields, &path, ("text", "items"), (&it.text, &it.items)) else {
            continue;
        };
        if !it.english_text.is_empty() || !it.english_items.is_empty() {
            let named = ("english_text", "english_items");
            let given = (it.english_text.as_str(), it.english_items.as_slice());
            let own = self::content(fields, &path, named, given);
            check_form(fields, &path, &content, own.as_ref());
            english.extend(own.map(|own| (name.clone(), own)));
        }
        if contents.insert(name, content).is_some() {
            fields.violation(format_args!("{path}.name"), "DUPLICATE", "comes twice");
        }
    }
    (contents, english)
}

/// A text, or the items of a list, by the names of both fields.
fn content(
    fields: &mut Fields,
    path: &str,
    (of_text, of_items): (&str, &str),
    (text, given): (&str, &[String]),
) -> Option<Content> {
    match (text.is_empty(), given.is_empty()) {
        (false, false) => {
            let message = "is a text or a list, not both";
            fields.violation(format_args!("{path}.{of_items}"), "FIELD_FORM", message);
            None
        }
        (true, false) => Some(Content::List(items(fields, format!("{path}.{of_items}"), given))),
        _ => {
            Some(Content::Text(fields.paragraph(format_args!("{path}.{of_text}"), text, 1..=2000)))
        }
    }
}

/// Refuses English words of another form than the Chinese ones.
fn check_form(fields: &mut Fields, path: &str, content: &Content, english: Option<&Content>) {
    match (content, english) {
        (Content::List(_), Some(Content::Text(_))) => {
            let message = "is a list in Chinese: give english_items";
            fields.violation(format_args!("{path}.english_text"), "FIELD_FORM", message);
        }
        (Content::Text(_), Some(Content::List(_))) => {
            let message = "is a text in Chinese: give english_text";
            fields.violation(format_args!("{path}.english_items"), "FIELD_FORM", message);
        }
        _ => {}
    }
}

fn items(fields: &mut Fields, path: String, given: &[String]) -> Vec<String> {
    if given.len() > MOST_ITEMS {
        let message = format!("must be at most {MOST_ITEMS}, are {}", given.len());
        fields.violation(path, "TOO_MANY", message);
        return Vec::new();
    }
    let mut read =
        |(at, it): (usize, &String)| fields.paragraph(format_args!("{path}[{at}]"), it, 1..=1000);
    given.iter().enumerate().map(&mut read).collect()
}

fn attachments(fields: &mut Fields, given: &[pb::Attachment]) -> Vec<Attachment> {
    if given.len() > MOST_ATTACHMENTS {
        let message = format!("must be at most {MOST_ATTACHMENTS}, are {}", given.len());
        fields.violation("document.attachments", "TOO_MANY", message);
        return Vec::new();
    }
    let mut read = Vec::new();
    for (at, it) in given.iter().enumerate() {
        let path = format!("document.attachments[{at}]");
        let title = fields.text(format_args!("{path}.title"), &it.title, 1..=200);
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if it.sha256.len() != 64 || !it.sha256.bytes().all(hex) {
            let message = "must be 64 lower-case hexadecimal digits";
            fields.violation(format_args!("{path}.sha256"), "SHA256_FORMAT", message);
        }
        read.push(Attachment { title, sha256: it.sha256.clone() });
    }
    read
}

fn source(fields: &mut Fields, given: &str, district: &str) -> String {
    let source = fields.text("document.source", given, 0..=300);
    if !source.is_empty() && district::of(&source) != district {
        let message = format!("must name something of districts/{district}");
        fields.violation("document.source", "OTHER_DISTRICT", message);
    }
    source
}

/// Puts in the names of recipients; refuses those that are not there.
pub(super) fn name_recipients(
    draft: &mut Draft,
    units: &BTreeMap<String, Unit>,
) -> kit::Result<()> {
    let mut fields = Fields::default();
    for (at, it) in draft.recipients.iter_mut().enumerate() {
        match units.get(&it.unit) {
            Some(unit) => it.display_name = unit.display_name.clone(),
            None => {
                let message = format!("there is no unit {} that still works", it.unit);
                let path = format!("document.recipients[{at}].unit");
                fields.violation(path, "UNKNOWN_UNIT", message);
            }
        }
    }
    fields.check()
}

/// Refuses a due date that has passed or lies too far off.
pub(super) fn check_due(draft: &Draft, today: Date) -> kit::Result<()> {
    match draft.due_date {
        Some(due) => rectification::check_due("document.due_date", due, today),
        None => Ok(()),
    }
}
