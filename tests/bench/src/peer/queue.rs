//! A queue in PostgreSQL as bare as can be: a hundred claimed by SKIP LOCKED, an attempt written for
//! each, one durable transaction for each hundred, over four connections.

use std::io::{BufRead, Write};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::Outcome;

const CONNECTIONS: usize = 4;

const TABLES: &str = "CREATE TABLE job (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state BIGINT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX job_state ON job (state, id);
    CREATE TABLE attempt (job BIGINT NOT NULL, number BIGINT NOT NULL, time BIGINT NOT NULL,
        url TEXT NOT NULL, reply TEXT NOT NULL, PRIMARY KEY (job, number))";

const FILL: &str = "INSERT INTO job (state, body)
    SELECT 1, repeat('x', 300) FROM generate_series(1, $1)";

const CLAIM: &str = "WITH due AS (
        SELECT id FROM job WHERE state = 1 ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED),
    done AS (UPDATE job SET state = 2 FROM due WHERE job.id = due.id RETURNING job.id)
    INSERT INTO attempt (job, number, time, url, reply)
    SELECT id, 1, 1700000000000000, 'http://127.0.0.1/hooks', '' FROM done";

/// Reads lines `fill count` and `drain`, does so, answers with the number of jobs.
pub(crate) async fn work(url: &str) -> Outcome<()> {
    let options: PgConnectOptions = url.parse()?;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(options.connect().await?);
    }
    sqlx::raw_sql(TABLES).execute(&mut connections[0]).await?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let count = match line.split_once(' ') {
            Some(("fill", count)) => {
                let count: i64 = count.parse()?;
                sqlx::query(FILL).bind(count).execute(&mut connections[0]).await?;
                u64::try_from(count)?
            }
            None if line == "drain" => {
                let lines: Vec<_> =
                    connections.drain(..).map(|it| tokio::spawn(drain(it))).collect();
                let mut sum = 0;
                for line in lines {
                    let (connection, count) = line.await??;
                    connections.push(connection);
                    sum += count;
                }
                sum
            }
            _ => return Err(format!("not understood: {line}").into()),
        };
        writeln!(output, "{count}")?;
        output.flush()?;
    }
    Ok(())
}

/// Claims until nothing is left.
async fn drain(mut connection: PgConnection) -> Outcome<(PgConnection, u64)> {
    let mut sum = 0;
    loop {
        let mut transaction = connection.begin().await?;
        let count = sqlx::query(CLAIM).execute(&mut *transaction).await?.rows_affected();
        transaction.commit().await?;
        if count == 0 {
            return Ok((connection, sum));
        }
        sum += count;
    }
}
