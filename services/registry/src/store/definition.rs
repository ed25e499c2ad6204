//! What is there of the collections that definitions name.

use kit::Result;
use kit::db::Tx;

use crate::definition::{Collection, Known};

/// The ids of the district's definitions in `collections`.
pub(crate) async fn known(
    tx: &mut Tx,
    district: &str,
    collections: impl IntoIterator<Item = Collection>,
) -> Result<Known> {
    let mut known = Known::default();
    for collection in collections {
        let rows = kit::query!(tx, (String,), |q| {
            q.push("SELECT id FROM ").push(collection.noun());
            q.push(" WHERE district = ").push_bind(district);
        })?;
        known.extend(collection, rows.into_iter().map(|(id,)| id));
    }
    Ok(known)
}
