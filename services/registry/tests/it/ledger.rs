//! The ledgers take rows and never let go of one, on either database.

use kit::db::{Db, Tx};
use kit::testing::{Bed, Engine};
use proto::registry::v1::{ProjectClass, ProjectStage};

use crate::fixture::{Registry, date};
use crate::progress::entry;
use crate::project::project;
use crate::rulebook::{GENERAL, scheme};
use crate::visit::visit;

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

/// Asserts of each ledger, named with a column to write to, that it has rows and keeps them.
async fn kept(bed: &Bed, db: &Db, ledgers: &[(&str, &str)]) {
    for (table, column) in ledgers {
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
                format!("TRUNCATE {table} CASCADE"),
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
}

kit::both! {
    // Q5: what was said of projects and their like is never changed, replaced or removed.
    async fn no_row_of_a_ledger_is_changed_replaced_or_removed(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.consent("finance", None).await.unwrap();
        registry.batch_projects(vec![project("park", ProjectClass::Key)], "").await.unwrap();
        let today = date(2023, 1, 1);
        registry.record(vec![entry("park", today, ProjectStage::Signed)]).await.unwrap();
        registry.visit(vec![visit("park", "leader-1", today)]).await.unwrap();
        let ledgers =
            [("revision", "reason"), ("consent", "note"), ("progress", "note"), ("visit", "note")];
        kept(bed, registry.served.db("registry"), &ledgers).await;
    }

    // H13: neither is what units said of a draft, or what they were answered.
    async fn no_comment_or_answer_is_changed_replaced_or_removed(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("annual", scheme("2023Q1")).await;
        registry.consult("spring", &GENERAL, false).await.unwrap();
        registry.comment(GENERAL[0], "", "").await.unwrap();
        registry.answer_comment("1").await.unwrap();
        kept(bed, registry.served.db("registry"), &[("comment", "text"), ("answer", "text")]).await;
    }

    // A3, issue 4 (G11): whatever an administrator does to a ledger is found, and nothing else.
    async fn whatever_is_done_to_a_ledger_is_found(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.consent("finance", None).await.unwrap();
        registry.batch_projects(vec![project("park", ProjectClass::Key)], "").await.unwrap();
        let today = date(2023, 1, 1);
        registry.record(vec![entry("park", today, ProjectStage::Signed)]).await.unwrap();
        registry.visit(vec![visit("park", "leader-1", today)]).await.unwrap();
        kit::testing::tamper(bed, &::registry::SERVICE, registry.served.db("registry")).await;
    }
}
