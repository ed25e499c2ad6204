//! What rules alone make of recipients: several roles in one unit, and relations that found nobody.

use std::collections::HashMap;

use kit::Result;
use kit::db::Tx;

use crate::document::{Document, Role};
use crate::{schedule, trigger};

/// Stores it of new documents.
pub(super) async fn insert(tx: &mut Tx, documents: &[Document]) -> Result<()> {
    let (mut roles, mut missing) = (Vec::new(), Vec::new());
    for it in documents {
        for to in &it.draft.recipients {
            roles.extend(to.further_roles.iter().map(|role| (it, to, *role)));
        }
        missing.extend((1i64..).zip(&it.draft.missing).map(|(place, whom)| (it, place, whom)));
    }
    kit::insert_many!(
        tx,
        "INSERT INTO document_role (district, document, unit, role) ",
        roles,
        |row, (it, to, role)| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(&to.unit)
                .push_bind(role as i64);
        }
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO document_missing (district, document, place, relation, unit) ",
        missing,
        |row, (it, place, whom)| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(place)
                .push_bind(whom.relation as i64)
                .push_bind(&whom.unit);
        }
    )?;
    Ok(())
}

/// Reads it into documents; nothing is asked where no rule wrote any.
pub(super) async fn fill(tx: &mut Tx, district: &str, documents: &mut [Document]) -> Result<()> {
    let written = documents.iter().enumerate();
    let is_of_rules =
        |cause: &str| trigger::NAME.read(cause).or_else(|| schedule::NAME.read(cause)).is_some();
    let written = written.filter(|(_, it)| is_of_rules(&it.draft.cause));
    let places: HashMap<i64, usize> = written.map(|(at, it)| (it.sequence, at)).collect();
    if places.is_empty() {
        return Ok(());
    }
    macro_rules! parts {
        ($row:ty, $select:literal, $order:literal) => {
            kit::query!(tx, $row, |q| {
                q.push($select);
                q.push_bind(district).push(" AND document IN (");
                let mut list = q.separated(", ");
                for sequence in places.keys() {
                    list.push_bind(*sequence);
                }
                q.push($order);
            })?
        };
    }
    let roles = parts!(
        (i64, String, i64),
        "SELECT document, unit, role FROM document_role WHERE district = ",
        ") ORDER BY document, unit, role"
    );
    for (document, unit, role) in roles {
        let Some(at) = places.get(&document) else { continue };
        let to = documents[*at].draft.recipients.iter_mut().find(|it| it.unit == unit);
        if let Some(to) = to {
            to.further_roles.push(Role::try_from(role)?);
        }
    }
    let missing = parts!(
        (i64, i64, String),
        "SELECT document, relation, unit FROM document_missing WHERE district = ",
        ") ORDER BY document, place"
    );
    for (document, relation, unit) in missing {
        let Some(at) = places.get(&document) else { continue };
        let relation = relation.try_into()?;
        documents[*at].draft.missing.push(trigger::Recipient {
            relation,
            unit,
            problem: String::new(),
        });
    }
    Ok(())
}

/// What wrote a document: the full name of a trigger or schedule, empty by hand; none when there is no
/// such document.
pub(crate) async fn cause(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<String>> {
    let row = kit::fetch_optional!(
        tx,
        (String,),
        "SELECT cause FROM document WHERE district = $1 AND sequence = $2",
        district,
        sequence
    )?;
    Ok(row.map(|(cause,)| cause))
}
