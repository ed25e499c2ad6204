//! PostgreSQL: one binary COPY.

use kit::{Result, clock};
use sqlx::PgConnection;

use super::Common;
use crate::bulk::Line;
use crate::store::cell::presence;
use crate::store::observation::evidence;

const COPY: &str = "COPY observation (district, sequence, period, unit, indicator, presence, \
    value, note, evidence, late, report_time, create_time, supersedes, reason) \
    FROM STDIN (FORMAT binary)";
const COLUMNS: i16 = 14;

/// Signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// Bytes that are sent at a time.
const CHUNK: usize = 256 << 10;

pub(super) async fn copy<'a>(
    connection: &mut PgConnection,
    common: Common<'_>,
    first: i64,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK + 4096);
    buffer.extend_from_slice(HEADER);
    let mut copy = connection.copy_in_raw(COPY).await?;
    for (sequence, line) in (first..).zip(lines) {
        write(&mut buffer, common, sequence, &line)?;
        if buffer.len() >= CHUNK {
            copy.send(buffer.as_slice()).await?;
            buffer.clear();
        }
    }
    buffer.extend_from_slice(&TRAILER);
    copy.send(buffer.as_slice()).await?;
    copy.finish().await?;
    Ok(())
}

fn write(
    buffer: &mut Vec<u8>,
    Common { district, reason, now }: Common<'_>,
    sequence: i64,
    line: &Line<'_>,
) -> Result<()> {
    let (presence, value) = presence(&line.reading);
    buffer.extend_from_slice(&COLUMNS.to_be_bytes());
    text(buffer, district);
    number(buffer, sequence);
    text(buffer, line.period);
    text(buffer, line.unit);
    text(buffer, line.indicator);
    number(buffer, presence);
    match value {
        Some(value) => text(buffer, &value),
        None => null(buffer),
    }
    text(buffer, line.note.map_or("", |note| &**note));
    text(buffer, &evidence::to_text(line.evidence)?);
    field(buffer, &[u8::from(line.late)]);
    number(buffer, clock::to_micros(line.report_time));
    number(buffer, now);
    match line.supersedes {
        Some(sequence) => {
            number(buffer, sequence);
            text(buffer, reason);
        }
        None => {
            null(buffer);
            text(buffer, "");
        }
    }
    Ok(())
}

fn text(buffer: &mut Vec<u8>, text: &str) {
    field(buffer, text.as_bytes());
}

fn number(buffer: &mut Vec<u8>, number: i64) {
    field(buffer, &number.to_be_bytes());
}

/// Texts are at most some kilobytes: their length fits.
fn field(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    buffer.extend_from_slice(bytes);
}

fn null(buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(-1_i32).to_be_bytes());
}
