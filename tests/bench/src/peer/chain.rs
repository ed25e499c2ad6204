//! What the chain adds to a bulk report, by itself: rows hashed as scoring hashes them and sealed in
//! a transaction of a database with scoring's schema.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use kit::chain::Value;
use kit::clock::System;
use kit::db::{Db, Source};

use crate::Outcome;
use crate::rows::bulk::value;

const TIME: i64 = 1_700_000_000_000_000;

/// Reads lines `month units indicators`, seals that many rows in one transaction, and answers with
/// their number.
pub(crate) async fn work(folder: &Path) -> Outcome<()> {
    let source = Source::Sqlite { directory: folder.to_owned() };
    let scoring = scoring::SERVICE;
    let db = Db::open(&source, scoring.name, scoring.migrations, Arc::new(System)).await?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let [month, units, indicators] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("not understood: {line}").into());
        };
        let rows = seal(&db, month, units.parse()?, indicators.parse()?).await?;
        writeln!(output, "{rows}")?;
        output.flush()?;
    }
    Ok(())
}

async fn seal(db: &Db, month: &str, units: u32, indicators: u32) -> Outcome<u32> {
    let mut tx = db.begin_write().await?;
    let ledger = tx.ledger("observation").ok_or("scoring has no ledger of observations")?;
    let rows = units * indicators;
    let (mut leaves, mut buffer) = (Vec::with_capacity(rows as usize), Vec::new());
    for unit in 0..units {
        for indicator in 0..indicators {
            let (unit_id, indicator_id) = (format!("u{unit:04}"), format!("i{indicator:03}"));
            let value = value(unit, indicator);
            let leaf = ledger.leaf(&mut buffer, |column| {
                Some(match column {
                    "district" => Value::Text("bench"),
                    "sequence" => Value::Integer((unit * indicators + indicator).into()),
                    "period" => Value::Text(month),
                    "unit" => Value::Text(&unit_id),
                    "indicator" => Value::Text(&indicator_id),
                    "presence" => Value::Integer(1),
                    "value" => Value::Text(&value),
                    "evidence" => Value::Text("[]"),
                    "late" => Value::Integer(0),
                    "report_time" | "create_time" => Value::Integer(TIME),
                    "supersedes" => Value::Null,
                    "note" | "reason" => Value::Text(""),
                    _ => return None,
                })
            })?;
            leaves.push(("bench".to_owned(), leaf));
        }
    }
    tx.record(&ledger, leaves);
    tx.commit().await?;
    Ok(rows)
}
