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
            q.push("SELECT id FROM ").push(table(collection));
            q.push(" WHERE district = ").push_bind(district);
        })?;
        known.extend(collection, rows.into_iter().map(|(id,)| id));
    }
    Ok(known)
}

fn table(collection: Collection) -> &'static str {
    match collection {
        Collection::Community => "community",
        Collection::Consultation => "consultation",
        Collection::Front => "front",
        Collection::Indicator => "indicator",
        Collection::Inspector => "inspector",
        Collection::Lesson => "lesson",
        Collection::Milestone => "milestone",
        Collection::Order => "issued_order",
        Collection::Pairing => "pairing",
        Collection::Period => "period",
        Collection::Phase => "phase",
        Collection::Plate => "plate",
        Collection::Post => "post",
        Collection::Project => "project",
        Collection::Scheme => "scheme",
        Collection::Seat => "seat",
        Collection::Station => "station",
        Collection::Task => "task",
        Collection::TaskList => "task_list",
        Collection::Unit => "unit",
        Collection::Whistle => "whistle",
    }
}
