//! Rectifications between the wire and the domain.

use kit::field::Fields;
use kit::{clock, date, etag};
use proto::notification::v1 as pb;

use crate::district::UNIT;
use crate::rectification::{Evidence, Rectification, Step};

const MOST: usize = 20;

/// One with its steps.
pub(super) fn whole(it: Rectification, steps: Vec<Step>) -> pb::Rectification {
    pb::Rectification { steps: steps.into_iter().map(step).collect(), ..shown(it) }
}

/// One as it stands in a list.
pub(super) fn shown(it: Rectification) -> pb::Rectification {
    pb::Rectification {
        name: it.name(),
        letter: it.place.source(&it.district),
        recipient: UNIT.format(&[&it.district, &it.recipient]),
        state: it.state as i32,
        due_date: Some(date::to_proto(it.due_date)),
        escalation_level: it.level as i32,
        steps: Vec::new(),
        problem: it.problem,
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(1 + it.steps),
    }
}

fn step(it: Step) -> pb::RectificationStep {
    let evidence =
        it.evidence.into_iter().map(|Evidence { sha256, title }| pb::Evidence { title, sha256 });
    pb::RectificationStep {
        number: it.number as i32,
        kind: it.kind as i32,
        text: it.text,
        evidence: evidence.collect(),
        due_date: Some(date::to_proto(it.due_date)),
        level: it.level as i32,
        create_time: Some(clock::to_proto(it.create_time)),
    }
}

/// The documents of a report.
pub(super) fn evidence(fields: &mut Fields, given: &[pb::Evidence]) -> Vec<Evidence> {
    if given.is_empty() {
        fields.violation("evidence", "REQUIRED", "must be given");
    }
    if given.len() > MOST {
        let message = format!("must be at most {MOST}, are {}", given.len());
        fields.violation("evidence", "TOO_MANY", message);
        return Vec::new();
    }
    let mut read = Vec::new();
    for (at, it) in given.iter().enumerate() {
        let title = fields.text(format_args!("evidence[{at}].title"), &it.title, 1..=200);
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if it.sha256.len() != 64 || !it.sha256.bytes().all(hex) {
            let message = "must be 64 lower-case hexadecimal digits";
            fields.violation(format_args!("evidence[{at}].sha256"), "SHA256_FORMAT", message);
        }
        read.push(Evidence { sha256: it.sha256.clone(), title });
    }
    read
}
