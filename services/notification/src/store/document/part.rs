//! What belongs to a document: its texts, whom it is for, and what they did.

use std::collections::HashMap;

use kit::db::Tx;
use kit::{Result, clock};

use super::{english, further};
use crate::document::{Document, Receipt, Recipient, Role, Written};
use crate::template::Text;

/// Stores the texts and recipients of new documents.
pub(super) async fn insert(tx: &mut Tx, documents: &[Document]) -> Result<()> {
    let mut texts = Vec::new();
    let mut recipients = Vec::new();
    for it in documents {
        texts.extend(it.texts.iter().map(|text| (it, text)));
        recipients.extend((1i64..).zip(&it.draft.recipients).map(|to| (it, to)));
    }
    kit::insert_many!(
        tx,
        "INSERT INTO document_text (district, document, language, subject, body,
             template_revision, template_fault) ",
        texts,
        |row, (it, written)| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(written.language as i64)
                .push_bind(&written.text.subject)
                .push_bind(&written.text.body)
                .push_bind(written.template_revision)
                .push_bind(&written.template_fault);
        }
    )?;
    let charged =
        |(_, (_, to)): &(_, (_, &Recipient))| to.role != Role::Unit || !to.problem.is_empty();
    let charges: Vec<_> = recipients.iter().filter(|it| charged(it)).copied().collect();
    kit::insert_many!(
        tx,
        "INSERT INTO document_recipient (district, document, unit, place, display_name) ",
        recipients,
        |row, (it, (place, recipient))| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(&recipient.unit)
                .push_bind(place)
                .push_bind(&recipient.display_name);
        }
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO document_charge (district, document, unit, role, problem) ",
        charges,
        |row, (it, (_, recipient))| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(&recipient.unit)
                .push_bind(recipient.role as i64)
                .push_bind(&recipient.problem);
        }
    )?;
    english::insert(tx, documents).await?;
    further::insert(tx, documents).await
}

/// Stores a receipt.
pub(crate) async fn receive(
    tx: &mut Tx,
    document: &Document,
    unit: &str,
    receipt: &Receipt,
) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO document_receipt (district, document, unit, state, text, account, late,
             create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &document.district,
        document.sequence,
        unit,
        receipt.state as i64,
        &receipt.text,
        &receipt.account,
        i64::from(receipt.late),
        clock::to_micros(receipt.create_time)
    )?;
    Ok(())
}

/// Reads what belongs to documents into them.
pub(super) async fn fill(tx: &mut Tx, district: &str, documents: &mut [Document]) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let places: HashMap<i64, usize> =
        documents.iter().enumerate().map(|(at, it)| (it.sequence, at)).collect();
    macro_rules! parts {
        ($row:ty, $select:literal, $order:literal) => {
            kit::query!(tx, $row, |q| {
                q.push($select);
                q.push_bind(district).push(" AND document IN (");
                let mut list = q.separated(", ");
                for it in documents.iter() {
                    list.push_bind(it.sequence);
                }
                q.push($order);
            })?
        };
    }
    let texts = parts!(
        (i64, i64, String, String, i64, String),
        "SELECT document, language, subject, body, template_revision, template_fault
         FROM document_text WHERE district = ",
        ") ORDER BY document, language"
    );
    for (document, language, subject, body, template_revision, template_fault) in texts {
        let Some(at) = places.get(&document) else { continue };
        documents[*at].texts.push(Written {
            language: language.try_into()?,
            text: Text { subject, body },
            template_revision,
            template_fault,
        });
    }
    let recipients = parts!(
        (i64, String, String),
        "SELECT document, unit, display_name FROM document_recipient WHERE district = ",
        ") ORDER BY document, place"
    );
    let charges = parts!(
        (i64, String, i64, String),
        "SELECT document, unit, role, problem FROM document_charge WHERE district = ",
        ") ORDER BY document, unit"
    );
    let mut charges: HashMap<(i64, String), (i64, String)> = charges
        .into_iter()
        .map(|(document, unit, role, problem)| ((document, unit), (role, problem)))
        .collect();
    for (document, unit, display_name) in recipients {
        let Some(at) = places.get(&document) else { continue };
        let (role, problem) = charges.remove(&(document, unit.clone())).unwrap_or_default();
        let role = role.try_into()?;
        let further_roles = Vec::new();
        let recipient = Recipient { unit, display_name, role, further_roles, problem };
        documents[*at].draft.recipients.push(recipient);
    }
    let receipts = parts!(
        (i64, String, i64, String, String, i64, i64),
        "SELECT document, unit, state, text, account, late, create_time
         FROM document_receipt WHERE district = ",
        ") ORDER BY document, unit, state"
    );
    for (document, unit, state, text, account, late, create_time) in receipts {
        let Some(at) = places.get(&document) else { continue };
        documents[*at].receipts.entry(unit).or_default().push(Receipt {
            state: state.try_into()?,
            text,
            account,
            late: late == 1,
            create_time: clock::from_micros(create_time)?,
        });
    }
    english::fill(tx, district, documents).await?;
    further::fill(tx, district, documents).await
}
