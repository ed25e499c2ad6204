//! PostgreSQL: statements of some thousand rows, an array for each column. COPY is refused where
//! row-level security stands.

use kit::{Result, clock};
use sqlx::PgConnection;

use super::{Alike, Common};
use crate::bulk::Line;
use crate::store::cell::presence;
use crate::store::observation::evidence;

const CHUNK: usize = 10_000;

/// Rows that have only a value of their own; what they have alike is sent once.
const PLAIN: &str =
    "INSERT INTO observation (district, sequence, period, unit, indicator, presence,
        value, note, evidence, late, report_time, create_time, supersedes, reason)
    SELECT $1::text, own.sequence, $2::text, own.unit, own.indicator, 1, own.value, '', '',
        $3::boolean, $4::bigint, $5::bigint, NULL, ''
    FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[])
        AS own (sequence, unit, indicator, value)";

/// Rows of any kind.
const WHOLE: &str =
    "INSERT INTO observation (district, sequence, period, unit, indicator, presence,
        value, note, evidence, late, report_time, create_time, supersedes, reason)
    SELECT $1::text, own.sequence, own.period, own.unit, own.indicator, own.presence, own.value,
        own.note, own.evidence, own.late, own.report_time, $2::bigint, own.supersedes,
        CASE WHEN own.supersedes IS NULL THEN '' ELSE $3::text END
    FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
            $10::text[], $11::text[], $12::boolean[], $13::bigint[], $14::bigint[])
        AS own (sequence, period, unit, indicator, presence, value, note, evidence, late,
            report_time, supersedes)";

pub(super) async fn insert<'a>(
    connection: &mut PgConnection,
    common: Common<'_>,
    first: i64,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
) -> Result<()> {
    let mut chunk = Vec::with_capacity(CHUNK.min(lines.len()));
    let mut lines = (first..).zip(lines).peekable();
    while lines.peek().is_some() {
        chunk.extend(lines.by_ref().take(CHUNK));
        let alike = chunk.first().and_then(|(_, line)| Alike::of(line));
        let alike = alike.filter(|it| chunk.iter().all(|(_, line)| it.holds(line)));
        match alike {
            Some(alike) => plain(connection, common, &alike, &chunk).await?,
            None => whole(connection, common, &chunk).await?,
        }
        chunk.clear();
    }
    Ok(())
}

async fn plain(
    connection: &mut PgConnection,
    Common { district, now, .. }: Common<'_>,
    alike: &Alike,
    chunk: &[(i64, Line<'_>)],
) -> Result<()> {
    let query = sqlx::query(PLAIN)
        .bind(district)
        .bind(&*alike.period)
        .bind(alike.late)
        .bind(alike.report_time)
        .bind(now)
        .bind(column(chunk, |(sequence, _)| *sequence))
        .bind(column(chunk, |(_, line)| &**line.unit))
        .bind(column(chunk, |(_, line)| &**line.indicator))
        .bind(column(chunk, |(_, line)| presence(&line.reading).1));
    query.execute(connection).await?;
    Ok(())
}

async fn whole(
    connection: &mut PgConnection,
    Common { district, reason, now }: Common<'_>,
    chunk: &[(i64, Line<'_>)],
) -> Result<()> {
    let evidence = chunk.iter().map(|(_, line)| evidence::to_text(line.evidence));
    let evidence = evidence.collect::<Result<Vec<String>>>()?;
    let query = sqlx::query(WHOLE)
        .bind(district)
        .bind(now)
        .bind(reason)
        .bind(column(chunk, |(sequence, _)| *sequence))
        .bind(column(chunk, |(_, line)| &**line.period))
        .bind(column(chunk, |(_, line)| &**line.unit))
        .bind(column(chunk, |(_, line)| &**line.indicator))
        .bind(column(chunk, |(_, line)| presence(&line.reading).0))
        .bind(column(chunk, |(_, line)| presence(&line.reading).1))
        .bind(column(chunk, |(_, line)| line.note.map_or("", |note| &**note)))
        .bind(evidence)
        .bind(column(chunk, |(_, line)| line.late))
        .bind(column(chunk, |(_, line)| clock::to_micros(line.report_time)))
        .bind(column(chunk, |(_, line)| line.supersedes));
    query.execute(connection).await?;
    Ok(())
}

/// One value of each row.
fn column<'a, 'b, T>(
    chunk: &'a [(i64, Line<'b>)],
    of: impl Fn(&'a (i64, Line<'b>)) -> T,
) -> Vec<T> {
    chunk.iter().map(of).collect()
}
