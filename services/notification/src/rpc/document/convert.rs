//! Documents on the wire.

use kit::{clock, date, etag};
use proto::notification::v1 as pb;

use crate::district::{PERIOD, UNIT};
use crate::document::{Content, Contents, Document, Receipt, Recipient, Written};
use crate::trigger;

impl From<Document> for pb::Document {
    fn from(it: Document) -> Self {
        let recipients = it.draft.recipients.iter().map(|to| recipient(&it, to)).collect();
        let (name, etag) = (it.name(), etag::of(it.revision()));
        let period = match it.draft.period.as_str() {
            "" => String::new(),
            period => PERIOD.format(&[&it.district, period]),
        };
        let attachments = it.draft.attachments.into_iter();
        Self {
            name,
            kind: it.draft.kind as i32,
            number: it.number.to_string(),
            issuer: it.draft.issuer,
            recipients,
            missing: it.draft.missing.iter().map(|to| missing(&it.district, to)).collect(),
            period,
            due_date: it.draft.due_date.map(date::to_proto),
            fields: fields(it.draft.contents, it.draft.english_contents),
            attachments: attachments
                .map(|it| pb::Attachment { title: it.title, sha256: it.sha256 })
                .collect(),
            source: it.draft.source,
            cause: it.draft.cause,
            account: it.draft.account,
            texts: it.texts.into_iter().map(text).collect(),
            create_time: Some(clock::to_proto(it.create_time)),
            etag,
        }
    }
}

/// Fields on the wire, each with its English wording.
pub(in crate::rpc) fn fields(contents: Contents, mut english: Contents) -> Vec<pb::DocumentField> {
    let parts = |content| match content {
        Some(Content::Text(text)) => (text, Vec::new()),
        Some(Content::List(items)) => (String::new(), items),
        None => Default::default(),
    };
    let field = |(name, content)| {
        let (english_text, english_items) = parts(english.remove(&name));
        let (text, items) = parts(Some(content));
        pb::DocumentField { name, text, items, english_text, english_items }
    };
    contents.into_iter().map(field).collect()
}

/// A recipient of a trigger on the wire.
pub(in crate::rpc) fn missing(district: &str, it: &trigger::Recipient) -> pb::TriggerRecipient {
    let unit = match it.unit.as_str() {
        "" => String::new(),
        unit => UNIT.format(&[district, unit]),
    };
    pb::TriggerRecipient { relation: it.relation as i32, unit, problem: it.problem.clone() }
}

fn recipient(it: &Document, to: &Recipient) -> pb::DocumentRecipient {
    let receipts = it.receipts.get(&to.unit).into_iter().flatten();
    pb::DocumentRecipient {
        unit: UNIT.format(&[&it.district, &to.unit]),
        unit_display_name: to.display_name.clone(),
        state: it.state(&to.unit) as i32,
        receipts: receipts.map(receipt).collect(),
        role: to.role as i32,
        further_roles: to.further_roles.iter().map(|it| *it as i32).collect(),
        problem: to.problem.clone(),
    }
}

fn receipt(it: &Receipt) -> pb::DocumentReceipt {
    pb::DocumentReceipt {
        state: it.state as i32,
        text: it.text.clone(),
        account: it.account.clone(),
        late: it.late,
        create_time: Some(clock::to_proto(it.create_time)),
    }
}

fn text(it: Written) -> pb::DocumentText {
    pb::DocumentText {
        language: it.language as i32,
        subject: it.text.subject,
        body: it.text.body,
        template_revision: it.template_revision,
        template_fault: it.template_fault,
    }
}
