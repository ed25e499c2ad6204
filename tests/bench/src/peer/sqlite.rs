//! rusqlite with the durability that Saima has: WAL, `synchronous=FULL`, one transaction a batch.

use std::io::{BufRead, Write};
use std::path::Path;

use rusqlite::{Connection, params};

use crate::Outcome;
use crate::rows::bulk::value;

const TIME: i64 = 1_700_000_000_000_000;

const UPSERT: &str = "INSERT INTO observation (district, period, unit, indicator, value, note, late, time)
    VALUES (?1, ?2, ?3, ?4, ?5, '', 0, ?6)
    ON CONFLICT (district, period, unit, indicator) DO UPDATE SET value = excluded.value, time = excluded.time";

/// Reads lines `month units indicators`, upserts that many rows in one transaction, or
/// `durable count`, writes one row in each of so many; answers with their number.
pub(crate) fn work(file: &Path) -> Outcome<()> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE observation (
            district TEXT NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL, indicator TEXT NOT NULL,
            value TEXT NOT NULL, note TEXT NOT NULL, late INTEGER NOT NULL, time INTEGER NOT NULL,
            PRIMARY KEY (district, period, unit, indicator)
        ) STRICT, WITHOUT ROWID",
    )?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let rows = match words[..] {
            ["durable", count] => durable(&mut connection, count.parse()?)?,
            [month, units, indicators] => {
                upsert(&mut connection, month, units.parse()?, indicators.parse()?)?
            }
            _ => return Err(format!("not understood: {line}").into()),
        };
        writeln!(output, "{rows}")?;
        output.flush()?;
    }
    Ok(())
}

fn durable(connection: &mut Connection, count: u32) -> Outcome<u32> {
    for number in 0..count {
        let transaction = connection.transaction()?;
        let row =
            params!["bench", "2023-01", format!("u{number:04}"), "i000", value(number, 0), TIME];
        transaction.prepare_cached(UPSERT)?.execute(row)?;
        transaction.commit()?;
    }
    Ok(count)
}

fn upsert(connection: &mut Connection, month: &str, units: u32, indicators: u32) -> Outcome<u32> {
    let transaction = connection.transaction()?;
    {
        let mut statement = transaction.prepare_cached(UPSERT)?;
        for unit in 0..units {
            for indicator in 0..indicators {
                let (unit_id, indicator_id) = (format!("u{unit:04}"), format!("i{indicator:03}"));
                let value = value(unit, indicator);
                statement.execute(params!["bench", month, unit_id, indicator_id, value, TIME])?;
            }
        }
    }
    transaction.commit()?;
    Ok(units * indicators)
}
