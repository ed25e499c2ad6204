//! What PostgreSQL itself can do: a first load by COPY in its binary form, corrections by an
//! upsert from UNNEST, each one durable transaction over one connection.

use std::io::{BufRead, Write};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::Outcome;
use crate::rows::bulk::value;

const TABLE: &str = r#"CREATE TABLE observation (
    district TEXT COLLATE "C" NOT NULL, period TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C" NOT NULL, indicator TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL, note TEXT NOT NULL, late BOOLEAN NOT NULL, time BIGINT NOT NULL,
    PRIMARY KEY (district, period, unit, indicator)
)"#;

const COPY: &str = "COPY observation (district, period, unit, indicator, value, note, late, time)
    FROM STDIN (FORMAT binary)";

const UPSERT: &str = "INSERT INTO observation (district, period, unit, indicator, value, note, late, time)
    SELECT 'bench', $1, unit, indicator, value, '', FALSE, $2
    FROM UNNEST($3::text[], $4::text[], $5::text[]) AS row (unit, indicator, value)
    ON CONFLICT (district, period, unit, indicator) DO UPDATE SET value = excluded.value, time = excluded.time";

const TIME: i64 = 1_700_000_000_000_000;
const CHUNK: usize = 256 << 10;

/// Reads lines `copy|upsert month units indicators`, does so, answers with the number of rows.
pub(crate) async fn work(url: &str) -> Outcome<()> {
    let options: PgConnectOptions = url.parse()?;
    let mut connection = options.connect().await?;
    sqlx::query(TABLE).execute(&mut connection).await?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let [what, month, units, indicators] = words[..] else {
            return Err(format!("not understood: {line}").into());
        };
        let (units, indicators) = (units.parse()?, indicators.parse()?);
        match what {
            "copy" => copy(&mut connection, month, units, indicators).await?,
            _ => upsert(&mut connection, month, units, indicators).await?,
        }
        writeln!(output, "{}", units * indicators)?;
        output.flush()?;
    }
    Ok(())
}

fn cells(units: u32, indicators: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..units).flat_map(move |unit| (0..indicators).map(move |indicator| (unit, indicator)))
}

async fn copy(
    connection: &mut PgConnection,
    month: &str,
    units: u32,
    indicators: u32,
) -> Outcome<()> {
    let mut transaction = connection.begin().await?;
    let mut copy = transaction.copy_in_raw(COPY).await?;
    let mut buffer = Vec::with_capacity(CHUNK + 4096);
    buffer.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    for (u, i) in cells(units, indicators) {
        buffer.extend_from_slice(&8_i16.to_be_bytes());
        for text in ["bench", month, &format!("u{u:04}"), &format!("i{i:03}"), &value(u, i), ""] {
            field(&mut buffer, text.as_bytes());
        }
        field(&mut buffer, &[0]);
        field(&mut buffer, &TIME.to_be_bytes());
        if buffer.len() > CHUNK {
            copy.send(buffer.as_slice()).await?;
            buffer.clear();
        }
    }
    buffer.extend_from_slice(&(-1_i16).to_be_bytes());
    copy.send(buffer.as_slice()).await?;
    copy.finish().await?;
    Ok(transaction.commit().await?)
}

fn field(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    buffer.extend_from_slice(bytes);
}

async fn upsert(
    connection: &mut PgConnection,
    month: &str,
    units: u32,
    indicators: u32,
) -> Outcome<()> {
    let mut transaction = connection.begin().await?;
    let all: Vec<(u32, u32)> = cells(units, indicators).collect();
    for chunk in all.chunks(10_000) {
        let unit: Vec<String> = chunk.iter().map(|(u, _)| format!("u{u:04}")).collect();
        let indicator: Vec<String> = chunk.iter().map(|(_, i)| format!("i{i:03}")).collect();
        let value: Vec<String> = chunk.iter().map(|(u, i)| value(*u + 1, *i)).collect();
        sqlx::query(UPSERT)
            .bind(month)
            .bind(TIME)
            .bind(unit)
            .bind(indicator)
            .bind(value)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}
