//! What endpoints and channels, and the queues of what is sent along them, have in common. Their tables
//! are alike, and each says its own names.
//!
//! Who sends along a lane has its lease: a row of the lane, so that taking a batch writes nothing of the
//! queue. On PostgreSQL a lane that another replica is just taking is passed over (SKIP LOCKED), on SQLite
//! there is one writer. A rate is read off the attempts of the last minute, so that all replicas together
//! keep to it.

use jiff::SignedDuration;
use kit::{Error, Result, clock};

use crate::lane::{Health, Standing};

pub(super) const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long there is nothing to look for where all of a minute's are on their way.
pub(super) const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The columns that all lanes have.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    state: i64,
    disable_reason: String,
    failures: i64,
    failing_since: Option<i64>,
    circuit_time: i64,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Standing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            state: row.state.try_into()?,
            disable_reason: row.disable_reason,
            health: Health {
                failures: row.failures,
                failing_since: row.failing_since.map(clock::from_micros).transpose()?,
                circuit_time: clock::from_micros(row.circuit_time)?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// `save_health` for a table of lanes.
macro_rules! health {
    ($lanes:literal) => {
        /// Writes how the last attempts went, which is no revision.
        pub(crate) async fn save_health(
            tx: &mut kit::db::Tx,
            district: &str,
            id: &str,
            health: crate::lane::Health,
        ) -> kit::Result<()> {
            kit::execute!(
                tx,
                concat!(
                    "UPDATE ",
                    $lanes,
                    " SET failures = $3, failing_since = $4, circuit_time = $5
                     WHERE district = $1 AND id = $2"
                ),
                district,
                id,
                health.failures,
                health.failing_since.map(kit::clock::to_micros),
                kit::clock::to_micros(health.circuit_time)
            )?;
            Ok(())
        }
    };
}
pub(super) use health;

/// `seize`, `spent`, `rest`, `renew`, `free` and `settle` for a queue: `lanes` is the table of lanes and
/// the column that names one, `rows` the queue with its items' type and `key`, `attempts` the ledger with
/// its column `of` that names an item, `also` what is counted beside attempts.
macro_rules! queue {
    (
        lanes: $lanes:literal,
        rows: $rows:literal by $key:ident of $item:ty,
        attempts: $attempts:literal of $of:literal,
        also: $also:literal $(,)?
    ) => {
        /// Takes a lane along which nobody is sending; false when somebody is.
        async fn seize(
            tx: &mut kit::db::Tx,
            (district, id): (&str, &str),
            lease: &str,
        ) -> kit::Result<bool> {
            let (now, skips) = (tx.now(), !tx.is_sqlite());
            let rows = kit::query!(tx, (String,), |q| {
                q.push(concat!("UPDATE ", $lanes, " SET lease = ")).push_bind(lease);
                q.push(", lease_time = ");
                q.push_bind(kit::clock::to_micros(now + crate::delivery::LEASE));
                q.push(" WHERE district = ").push_bind(district);
                q.push(concat!(" AND id IN (SELECT id FROM ", $lanes, " WHERE district = "));
                q.push_bind(district).push(" AND id = ").push_bind(id);
                q.push(" AND lease_time <= ").push_bind(kit::clock::to_micros(now));
                q.push(if skips { " FOR UPDATE SKIP LOCKED)" } else { ")" });
                q.push(" RETURNING id");
            })?;
            Ok(!rows.is_empty())
        }

        /// What was sent in the last minute.
        async fn spent(tx: &mut kit::db::Tx, district: &str, id: &str) -> kit::Result<i64> {
            let now = tx.now();
            let (count,) = kit::fetch_one!(
                tx,
                (i64,),
                concat!(
                    "SELECT (SELECT COUNT(*) FROM ",
                    $attempts,
                    " WHERE district = $1 AND ",
                    $lanes,
                    " = $2 AND create_time > $3)",
                    $also
                ),
                district,
                id,
                kit::clock::to_micros(now - crate::store::lane::MINUTE)
            )?;
            Ok(count)
        }

        /// Frees a lane, and lets it rest until the oldest of this minute is a minute old.
        async fn rest(tx: &mut kit::db::Tx, district: &str, id: &str) -> kit::Result<()> {
            use crate::store::lane::{MINUTE, SECOND};
            let now = tx.now();
            kit::execute!(
                tx,
                concat!(
                    "UPDATE ",
                    $lanes,
                    " SET lease = '', lease_time = 0,
                          rest_time = COALESCE((SELECT MIN(create_time) + $4 FROM ",
                    $attempts,
                    " WHERE district = $1 AND ",
                    $lanes,
                    " = $2 AND create_time > $3), $5) WHERE district = $1 AND id = $2"
                ),
                district,
                id,
                kit::clock::to_micros(now - MINUTE),
                i64::try_from(MINUTE.as_micros()).unwrap_or(i64::MAX),
                kit::clock::to_micros(now + SECOND)
            )?;
            Ok(())
        }

        /// Goes on having a lane. One that another took meanwhile is left to it.
        pub(crate) async fn renew(
            tx: &mut kit::db::Tx,
            (district, lane): (&str, &str),
            lease: &str,
        ) -> kit::Result<()> {
            let until = tx.now() + crate::delivery::LEASE;
            kit::execute!(
                tx,
                concat!(
                    "UPDATE ",
                    $lanes,
                    " SET lease_time = $4 WHERE district = $1 AND id = $2 AND lease = $3"
                ),
                district,
                lane,
                lease,
                kit::clock::to_micros(until)
            )?;
            Ok(())
        }

        /// Gives a lane back. One that another took meanwhile is left to it.
        async fn free(
            tx: &mut kit::db::Tx,
            (district, lane): (&str, &str),
            lease: &str,
        ) -> kit::Result<()> {
            kit::execute!(
                tx,
                concat!(
                    "UPDATE ",
                    $lanes,
                    " SET lease = '', lease_time = 0
                      WHERE district = $1 AND id = $2 AND lease = $3"
                ),
                district,
                lane,
                lease
            )?;
            Ok(())
        }

        /// Gives a lane back and writes down what came of a batch. What another has tried or somebody has
        /// set on its way meanwhile is left as it is. Yields the places of what was written down.
        pub(crate) async fn settle(
            tx: &mut kit::db::Tx,
            (district, lane): (&str, &str),
            lease: &str,
            outcomes: &[($item, crate::delivery::Attempt)],
        ) -> kit::Result<std::collections::HashSet<i64>> {
            free(tx, (district, lane), lease).await?;
            if outcomes.is_empty() {
                return Ok(std::collections::HashSet::new());
            }
            let rows = kit::query!(tx, (i64,), |q| {
                q.push(concat!(
                    "UPDATE ",
                    $rows,
                    " SET state = v.column2, next_time = v.column3, tries = v.column4,
                          attempts = v.column5, last_failure = v.column6 FROM ("
                ));
                q.push_values(outcomes, |mut row, (it, _)| {
                    row.push_bind(it.$key)
                        .push_bind(it.state as i64)
                        .push_bind(kit::clock::to_micros(it.next_time))
                        .push_bind(it.tries)
                        .push_bind(it.attempts)
                        .push_bind(&it.last_failure);
                });
                q.push(concat!(") AS v WHERE ", $rows, ".", stringify!($key), " = v.column1"));
                q.push(concat!(" AND ", $rows, ".district = ")).push_bind(district);
                q.push(concat!(" AND ", $rows, ".", $lanes, " = ")).push_bind(lane);
                q.push(concat!(" AND ", $rows, ".state = 1"));
                q.push(concat!(" AND ", $rows, ".tries = v.column4 - 1"));
                q.push(concat!(" AND ", $rows, ".attempts = v.column5 - 1"));
                q.push(concat!(" RETURNING ", $rows, ".", stringify!($key)));
            })?;
            let settled: std::collections::HashSet<i64> =
                rows.into_iter().map(|(place,)| place).collect();
            let is_told = |(it, _): &&($item, _)| settled.contains(&it.$key);
            let told: Vec<_> = outcomes.iter().filter(is_told).collect();
            kit::insert_many!(
                tx,
                concat!(
                    "INSERT INTO ",
                    $attempts,
                    " (district, ",
                    $lanes,
                    ", ",
                    $of,
                    ", number, create_time, url, reason, message, status, reply, duration_millis) "
                ),
                told,
                |row, (it, attempt)| {
                    row.push_bind(district)
                        .push_bind(lane)
                        .push_bind(it.$key)
                        .push_bind(attempt.number)
                        .push_bind(kit::clock::to_micros(attempt.create_time))
                        .push_bind(&attempt.url)
                        .push_bind(&attempt.reason)
                        .push_bind(&attempt.message)
                        .push_bind(attempt.status)
                        .push_bind(&attempt.reply)
                        .push_bind(attempt.duration_millis);
                }
            )?;
            Ok(settled)
        }
    };
}
pub(super) use queue;
