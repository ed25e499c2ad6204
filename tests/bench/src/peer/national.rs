//! A national recompute from a store to durable scores: for one district after another the
//! sheets of its units are read, scored, and the points of every node, ranks and grades
//! written in one durable transaction.
//!
//! The sheets lie in SQLite in the form of `services/scoring/src/sheet/packed.rs`, written
//! here straight from S1, since a ledger of 222 million rows is not what is measured.

use std::io::{BufRead, Write};
use std::path::Path;

use engine::{Kernel, Points};
use rusqlite::{Connection, params};

use crate::Outcome;
use crate::s1::{self, Checksums, INDICATORS, MONTHS, Scored, TRACK, UNITS, table, track, value};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sheet (
        district TEXT NOT NULL, year INTEGER NOT NULL, unit TEXT NOT NULL, cells BLOB NOT NULL,
        PRIMARY KEY (district, year, unit)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS score (
        district TEXT NOT NULL, run INTEGER NOT NULL, track TEXT NOT NULL, points BLOB NOT NULL,
        PRIMARY KEY (district, run, track)
    ) STRICT, WITHOUT ROWID;";
const YEAR: i64 = 2023;
/// Form 1, two places, values and positions of four bytes.
const HEAD: [u8; 4] = [1, 2, 4, 4];
/// Reported and verified.
const VERIFIED: u8 = 0b101;
const CELLS: usize = INDICATORS * MONTHS;

/// Answers the lines `make COUNTIES` and `score TIMES`.
pub(crate) fn work(file: &Path) -> Outcome<()> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(SCHEMA)?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (word, number) = line.split_once(' ').ok_or("not understood")?;
        let number: usize = number.parse()?;
        let answer = match word {
            "make" => {
                make(&mut connection, number)?;
                "made".to_owned()
            }
            "score" => {
                let mut sums = Checksums::default();
                for _ in 0..number {
                    sums = score(&mut connection)?;
                }
                sums.to_string()
            }
            _ => return Err(format!("not understood: {line}").into()),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn district(t: usize) -> String {
    format!("d{t:04}")
}

fn make(connection: &mut Connection, counties: usize) -> Outcome<()> {
    for t in 0..counties {
        let transaction = connection.transaction()?;
        {
            let sql = "INSERT INTO sheet (district, year, unit, cells) VALUES (?1, ?2, ?3, ?4)";
            let mut statement = transaction.prepare_cached(sql)?;
            for u in 0..UNITS {
                statement.execute(params![district(t), YEAR, format!("u{u:03}"), sheet(t, u)])?;
            }
        }
        transaction.commit()?;
    }
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// A unit's year as scoring stores it.
fn sheet(t: usize, u: usize) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    bytes.extend((MONTHS as u16).to_le_bytes());
    bytes.extend((INDICATORS as u16).to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    for m in 1..=MONTHS {
        let id = format!("2023-{m:02}");
        bytes.push(id.len() as u8);
        bytes.extend(id.as_bytes());
        bytes.push(1);
    }
    for i in 0..INDICATORS {
        bytes.extend([3, b'i', b'0' + (i / 10) as u8, b'0' + (i % 10) as u8]);
    }
    bytes.extend([VERIFIED; CELLS]);
    for m in 0..MONTHS {
        for i in 0..INDICATORS {
            bytes.extend((value(t, u, i, m) as i32).to_le_bytes());
        }
    }
    for at in 0..CELLS {
        bytes.extend(((u * CELLS + at + 1) as u32).to_le_bytes());
    }
    bytes
}

/// Scores every district that has sheets, by a run later than those before.
fn score(connection: &mut Connection) -> Outcome<Checksums> {
    let sql =
        "SELECT count(DISTINCT district), (SELECT coalesce(max(run), 0) + 1 FROM score) FROM sheet";
    let (counties, run): (i64, i64) =
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (track, mut table) = (track()?, table());
    let kernel = Kernel::of(&track);
    let (mut points, mut sums) = (Points::default(), Checksums::default());
    let (mut sheets, mut months) = (vec![0_i32; CELLS * TRACK], vec![0_i64; CELLS * TRACK]);
    for t in 0..usize::try_from(counties)? {
        let transaction = connection.transaction()?;
        {
            let name = district(t);
            let sql = "SELECT cells FROM sheet WHERE district = ?1 AND year = ?2 ORDER BY unit";
            let mut select = transaction.prepare_cached(sql)?;
            let sql = "INSERT INTO score (district, run, track, points) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = transaction.prepare_cached(sql)?;
            let mut rows = select.query(params![name, YEAR])?;
            for k in 0..UNITS / TRACK {
                for sheet in sheets.chunks_mut(CELLS) {
                    let row = rows.next()?.ok_or("a sheet is not there")?;
                    read(row.get_ref(0)?.as_blob()?, sheet)?;
                }
                turn(&sheets, &mut months);
                let scored = s1::score(&kernel, (&mut table, &mut points), &months)?;
                insert.execute(params![name, run, k.to_string(), pack(&points, &scored)?])?;
                sums.add((t, k), &points, &scored)?;
            }
        }
        transaction.commit()?;
    }
    Ok(sums)
}

/// Takes the values off a sheet, by month, then indicator.
fn read(cells: &[u8], sheet: &mut [i32]) -> Outcome<()> {
    let ids = 12 + MONTHS * 9 + INDICATORS * 4;
    let broken = || "a sheet of another form";
    let (flags, rest) =
        cells.get(ids..).and_then(|it| it.split_at_checked(CELLS)).ok_or_else(broken)?;
    if cells[..4] != HEAD || flags.iter().any(|flags| *flags != VERIFIED) {
        return Err(broken().into());
    }
    let (values, _) = rest.split_at_checked(CELLS * 4).ok_or_else(broken)?;
    let (values, _) = values.as_chunks::<4>();
    for (cell, value) in sheet.iter_mut().zip(values) {
        *cell = i32::from_le_bytes(*value);
    }
    Ok(())
}

/// From sheets, one after the other, to columns by indicator, month, unit.
fn turn(sheets: &[i32], months: &mut [i64]) {
    for i in 0..INDICATORS {
        for m in 0..MONTHS {
            let column = &mut months[(i * MONTHS + m) * TRACK..][..TRACK];
            let cell = m * INDICATORS + i;
            for (value, sheet) in column.iter_mut().zip(sheets.chunks(CELLS)) {
                *value = sheet[cell].into();
            }
        }
    }
}

/// Points of every node by subject, then ranks and grades by the order of the board.
fn pack(points: &Points, scored: &Scored) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::with_capacity((INDICATORS + 2) * TRACK * 4);
    for node in 0..=INDICATORS {
        let (_, units) = points.units(node).ok_or("a node is not there")?;
        for units in units.iter() {
            bytes.extend(i32::try_from(units)?.to_le_bytes());
        }
    }
    for (place, at) in scored.order.places.iter().enumerate() {
        let rank = scored.order.rank(place).ok_or("no rank")?;
        let grade = scored.grades[place].ok_or("no grade")?;
        bytes.extend([u8::try_from(*at)?, u8::try_from(rank.mantissa())?, u8::try_from(grade)?]);
    }
    Ok(bytes)
}
