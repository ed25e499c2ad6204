//! What documents say in English where they have words of their own for it.

use std::collections::HashMap;

use kit::Result;
use kit::db::Tx;

use super::{fields_from_text, fields_to_text};
use crate::document::Document;

/// Stores it of new documents.
pub(super) async fn insert(tx: &mut Tx, documents: &[Document]) -> Result<()> {
    let worded = documents.iter().filter(|it| !it.draft.english_contents.is_empty());
    let worded: Vec<&Document> = worded.collect();
    kit::insert_many!(
        tx,
        "INSERT INTO document_english (district, document, fields) ",
        worded,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(fields_to_text(&it.draft.english_contents));
        }
    )?;
    Ok(())
}

/// Reads it into documents, of which there are some.
pub(super) async fn fill(tx: &mut Tx, district: &str, documents: &mut [Document]) -> Result<()> {
    let rows = kit::query!(tx, (i64, String), |q| {
        q.push("SELECT document, fields FROM document_english WHERE district = ");
        q.push_bind(district).push(" AND document IN (");
        let mut list = q.separated(", ");
        for it in documents.iter() {
            list.push_bind(it.sequence);
        }
        q.push(")");
    })?;
    let mut rows: HashMap<i64, String> = rows.into_iter().collect();
    for it in documents {
        if let Some(fields) = rows.remove(&it.sequence) {
            it.draft.english_contents = fields_from_text(&fields)?;
        }
    }
    Ok(())
}
