//! The oversight table.

use std::collections::BTreeMap;

use kit::db::Tx;
use kit::{Error, Result, clock};

use crate::oversight::{Contents, NAME, Oversight};

/// A district's oversight; an empty one where none was set.
pub(crate) async fn get(tx: &mut Tx, district: &str) -> Result<Oversight> {
    let row = kit::fetch_optional!(
        tx,
        (Option<String>, String, i64, i64),
        "SELECT office, charges, update_time, revision FROM oversight WHERE district = $1",
        district
    )?;
    let Some((office, charges, update_time, revision)) = row else {
        return Ok(Oversight::default());
    };
    let pair = |line: &str| {
        let (unit, leader) = line.split_once(' ')?;
        Some((unit.to_owned(), leader.to_owned()))
    };
    let charges: BTreeMap<_, _> = charges.lines().filter_map(pair).collect();
    Ok(Oversight {
        contents: Contents { office, charges },
        update_time: Some(clock::from_micros(update_time)?),
        revision,
    })
}

/// Writes it one revision on; CONFLICT when another was first.
pub(crate) async fn save(tx: &mut Tx, district: &str, it: &Oversight) -> Result<()> {
    let charges: String =
        it.contents.charges.iter().map(|(unit, leader)| format!("{unit} {leader}\n")).collect();
    let saved = kit::execute!(
        tx,
        "INSERT INTO oversight (district, office, charges, update_time, revision)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (district) DO UPDATE SET office = excluded.office,
             charges = excluded.charges, update_time = excluded.update_time,
             revision = excluded.revision
         WHERE oversight.revision = excluded.revision - 1",
        district,
        &it.contents.office,
        charges,
        it.update_time.map(clock::to_micros),
        it.revision
    )?;
    match saved {
        0 => Err(Error::Conflict { name: NAME.format(&[district]) }),
        _ => Ok(()),
    }
}
