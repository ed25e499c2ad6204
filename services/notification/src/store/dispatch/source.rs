//! The letter or document that a dispatch carries, asked for its words and for whom it is.
//!
//! A letter is held in its first language, and one that comes back from a contact in that contact's; who
//! will read it is known when it is released.

use kit::Result;
use kit::db::Tx;

use crate::dispatch::Dispatch;
use crate::document::Language;
use crate::{document, letter};

/// The name of the unit that a dispatch is for, as its letter or document has it.
pub(crate) async fn addressee(tx: &mut Tx, it: &Dispatch) -> Result<String> {
    let place = |name: kit::name::Name, noun| name.id(noun).parse::<i64>().unwrap_or_default();
    let (district, unit) = (&it.district, &it.matter.unit);
    let row = if let Some(name) = document::NAME.read(&it.matter.source) {
        kit::fetch_optional!(
            tx,
            (String,),
            "SELECT display_name FROM document_recipient
             WHERE district = $1 AND document = $2 AND unit = $3",
            district,
            place(name, "document"),
            unit
        )?
    } else if let Some(name) = letter::NAME.read(&it.matter.source) {
        kit::fetch_optional!(
            tx,
            (String,),
            "SELECT recipient_display_name FROM letter WHERE district = $1 AND sequence = $2",
            district,
            place(name, "letter")
        )?
    } else {
        None
    };
    let everybody = || if unit.is_empty() { "全区".to_owned() } else { unit.clone() };
    Ok(row.map_or_else(everybody, |(name,)| name))
}

/// Gives what waits for a contact the words of its letter or document in a language; in Chinese where it
/// is not written in that.
pub(super) async fn speak(
    tx: &mut Tx,
    (district, contact): (&str, &str),
    language: Language,
) -> Result<()> {
    // A place is read from names of that noun alone, whichever is looked at first.
    kit::execute!(
        tx,
        "UPDATE dispatch SET subject = t.subject, body = t.body FROM document_text t
         WHERE dispatch.district = $1 AND dispatch.contact = $2 AND dispatch.state = 1
           AND t.district = $1 AND t.language = $3 AND t.document = CASE
               WHEN SUBSTR(dispatch.source, 1, LENGTH($4)) = $4
               THEN CAST(SUBSTR(dispatch.source, LENGTH($4) + 1) AS BIGINT) END
           AND t.body <> dispatch.body",
        district,
        contact,
        language as i64,
        document::NAME.format(&[district, ""])
    )?;
    kit::execute!(
        tx,
        "UPDATE dispatch SET subject = COALESCE(e.subject, t.subject), body = COALESCE(e.body, t.body)
         FROM letter t LEFT JOIN letter_text e
             ON e.district = t.district AND e.letter = t.sequence AND e.language = $3
         WHERE dispatch.district = $1 AND dispatch.contact = $2 AND dispatch.state = 1
           AND t.district = $1 AND t.sequence = CASE
               WHEN SUBSTR(dispatch.source, 1, LENGTH($4)) = $4
               THEN CAST(SUBSTR(dispatch.source, LENGTH($4) + 1) AS BIGINT) END
           AND COALESCE(e.body, t.body) <> dispatch.body",
        district,
        contact,
        language as i64,
        letter::NAME.format(&[district, ""])
    )?;
    Ok(())
}
