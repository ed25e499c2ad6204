//! The ledgers take rows and never let go of one, on either database.

use kit::db::{Connection, Db, Tx};
use kit::testing::{Bed, Engine};

use crate::fixture::Scoring;
use crate::{
    activity, adjustment, award, exemption, external_result, inspection, lock, mark, objection,
    poll,
};

/// Every ledger, with a column to write to.
const LEDGERS: [(&str, &str); 31] = [
    ("observation", "note"),
    ("verdict", "reason"),
    ("definitions", "period"),
    ("run", "output_digest"),
    ("run_input", "district"),
    ("result", "flags"),
    ("result_part", "parts"),
    ("warning", "track"),
    ("activity", "note"),
    ("activity_void", "reason"),
    ("objection", "ground"),
    ("objection_answer", "answer"),
    ("objection_settlement", "district"),
    ("correction", "reason"),
    ("correction_decision", "reason"),
    ("award", "ground"),
    ("award_step", "reason"),
    ("card", "ground"),
    ("card_step", "reason"),
    ("poll", "form"),
    ("poll_close", "poll"),
    ("tally", "mark"),
    ("adjustment", "ground"),
    ("adjustment_step", "reason"),
    ("inspection", "summary"),
    ("finding", "body"),
    ("finding_step", "note"),
    ("external_result", "title"),
    ("mark", "ground"),
    ("exemption", "reason"),
    ("exemption_withdrawal", "reason"),
];

/// Takes the triggers away, as only who owns the database could.
pub(crate) async fn disarm(tx: &mut Tx) {
    for table in ["run", "run_input", "result"] {
        let sql = match tx.connection().unwrap() {
            Connection::Sqlite(_) => format!("DROP TRIGGER {table}_update"),
            Connection::Postgres(_) => format!("DROP TRIGGER {table}_insert_only ON {table}"),
        };
        execute(tx, &sql).await.unwrap();
    }
}

async fn execute(tx: &mut Tx, sql: &str) -> kit::Result<()> {
    kit::query!(tx, (i64,), |q| {
        q.push(sql);
    })?;
    Ok(())
}

/// Runs a statement alone and asserts that a trigger refused it in these words.
async fn refused(db: &Db, sql: &str, words: &str) {
    let mut tx = db.begin_write().await.unwrap();
    match execute(&mut tx, sql).await {
        Err(kit::Error::Internal(cause)) => {
            assert!(cause.to_string().contains(words), "{sql}: {cause}");
        }
        other => panic!("{sql} went through: {other:?}"),
    }
}

/// A district with something in every ledger.
async fn with_every_ledger(bed: &Bed) -> Scoring {
    let mut scoring = Scoring::with_quarter(bed).await;
    let run = scoring.run("2023Q1", "").await.unwrap();
    scoring.publish(&run.name).await.unwrap();
    activity::record_and_void(&scoring).await;
    objection::file_and_settle(&mut scoring, &run.name).await;
    lock::request_and_approve(&mut scoring).await;
    award::propose_and_decide(&mut scoring).await;
    poll::open_and_close(&scoring).await;
    adjustment::enter_and_waive(&scoring).await;
    inspection::file_and_report(&scoring).await;
    external_result::file(&scoring).await;
    mark::give_one(&scoring).await;
    exemption::grant_and_withdraw(&scoring).await;
    scoring
}

kit::both! {
    // A3, issue 4 (G11): whatever an administrator does to a ledger is found, and nothing else.
    async fn whatever_is_done_to_a_ledger_is_found(bed: &Bed) {
        let scoring = with_every_ledger(bed).await;
        kit::testing::tamper(bed, &::scoring::SERVICE, scoring.served.db("scoring")).await;
    }

    // A3: reliability rule 1.
    async fn no_ledger_row_is_changed_replaced_or_removed(bed: &Bed) {
        let scoring = with_every_ledger(bed).await;
        let db = scoring.served.db("scoring");
        for (table, column) in LEDGERS {
            let mut tx = db.begin_read().await.unwrap();
            let rows = kit::query!(tx, (i64,), |q| {
                q.push("SELECT count(*) FROM ").push(table);
            });
            assert!(rows.unwrap()[0].0 > 0, "{table} is empty");
            drop(tx);
            let words = format!("{table} is insert-only");
            refused(db, &format!("UPDATE {table} SET {column} = '9'"), &words).await;
            refused(db, &format!("DELETE FROM {table}"), &words).await;
            let others = match bed.engine() {
                Engine::Sqlite => vec![
                    format!("REPLACE INTO {table} SELECT * FROM {table}"),
                    format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
                ],
                Engine::Postgres => vec![
                    format!("TRUNCATE {table}"),
                    format!(
                        "INSERT INTO {table} SELECT * FROM {table}
                         ON CONFLICT ON CONSTRAINT {table}_pkey DO UPDATE SET {column} = '9'"
                    ),
                ],
            };
            for sql in others {
                refused(db, &sql, &words).await;
            }
        }
        // A row that another unique key would push out.
        if bed.engine() == Engine::Sqlite {
            let sql = "REPLACE INTO result SELECT district, run, unit || 'x', unit_display_name,
                track, position, score, rank, track_size, colour, pace, parts, flags, outcome, responsible_unit FROM result";
            refused(db, sql, "result is insert-only").await;
            let sql = "REPLACE INTO result_part SELECT * FROM result_part";
            refused(db, sql, "result_part is insert-only").await;
            // A second correction of one observation, at a position that was never taken.
            let sql = "INSERT OR REPLACE INTO observation SELECT district, sequence + 1000, period, unit,
                indicator, presence, value, note, evidence, late, report_time, 1, reason, create_time
                FROM observation WHERE sequence IN (1, 2)";
            refused(db, sql, "observation is insert-only").await;
        }
    }

    // A run is scored, then published, then superseded, and never goes back.
    async fn a_publication_only_goes_forwards(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let db = scoring.served.db("scoring");
        let mut statements = vec![
            "UPDATE publication SET state = 1, revision = revision + 1",
            "UPDATE publication SET state = 2, revision = revision + 1",
            "UPDATE publication SET state = 3",
            "UPDATE publication SET state = 3, revision = revision + 1, publish_time = 1",
            "UPDATE publication SET run = 7",
            "DELETE FROM publication",
        ];
        match bed.engine() {
            Engine::Sqlite => statements.push("REPLACE INTO publication SELECT * FROM publication"),
            Engine::Postgres => statements.push("TRUNCATE publication"),
        }
        for sql in statements {
            refused(db, sql, "publication only goes forwards").await;
        }
    }

    // What is derived can be made anew from the ledgers.
    async fn closed_periods_follow_from_the_ledgers(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let _ = scoring.run("2023Q1", "").await.unwrap();
        let mut tx = scoring.served.db("scoring").begin_read().await.unwrap();
        let closed = kit::fetch_all!(tx, (String, i64), "SELECT period, close_time FROM reconciliation ORDER BY period");
        let said = kit::fetch_all!(
            tx,
            (String, i64),
            "SELECT period, create_time FROM verdict WHERE kind = 3 ORDER BY period"
        );
        assert_eq!(closed.unwrap(), said.unwrap());
    }
}
