//! What names are found by.

use kit::Result;
use kit::db::{Db, Tx};

use crate::person::{Person, name_key};

/// Persons of one pass of `complete`.
const BATCH: i64 = 500;

/// Stores the keys of new persons.
pub(super) async fn insert(tx: &mut Tx, persons: &[Person]) -> Result<()> {
    let named = persons.iter().map(|it| (&*it.district, &*it.id, &*it.display_name));
    insert_keys(tx, named).await
}

/// Stores the keys of a changed name.
pub(super) async fn replace(tx: &mut Tx, person: &Person) -> Result<()> {
    forget(tx, &person.district, &person.id).await?;
    insert(tx, std::slice::from_ref(person)).await
}

/// Forgets a person's keys.
pub(crate) async fn forget(tx: &mut Tx, district: &str, person: &str) -> Result<()> {
    kit::execute!(
        tx,
        "DELETE FROM name_key WHERE district = $1 AND person = $2",
        district,
        person
    )?;
    Ok(())
}

/// Gives keys to whoever was put on record by a version that knew none.
pub(crate) async fn complete(db: &Db) -> Result<()> {
    let db = db.across("name keys");
    loop {
        let mut tx = db.begin_write().await?;
        let rows = kit::fetch_all!(
            tx,
            (String, String, String),
            "SELECT district, id, display_name FROM person p WHERE p.display_name <> '' AND NOT EXISTS (
                 SELECT 1 FROM name_key k WHERE k.district = p.district AND k.person = p.id)
             LIMIT $1",
            BATCH
        )?;
        if rows.is_empty() {
            return Ok(());
        }
        insert_keys(&mut tx, rows.iter().map(|(a, b, c)| (&**a, &**b, &**c))).await?;
        tx.commit().await?;
    }
}

async fn insert_keys<'a>(
    tx: &mut Tx,
    named: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> Result<()> {
    let rows: Vec<_> = named
        .flat_map(|(district, id, name)| {
            name_key::keys(name).into_iter().map(move |key| (district, key, id))
        })
        .collect();
    kit::insert_many!(
        tx,
        "INSERT INTO name_key (district, key, person) ",
        &rows,
        |row, (district, key, person)| {
            row.push_bind(*district).push_bind(key).push_bind(*person);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}
