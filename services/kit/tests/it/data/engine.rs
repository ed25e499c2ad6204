//! What each engine is told, and what its failures mean to a caller.

use kit::Error;
use kit::clock::System;
use kit::db::{Db, Source};
use kit::testing::{Bed, Engine};
use tonic::{Code, Status};

use super::note::{self, Note};

kit::both! {
    async fn durability_and_limits_are_set(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        match bed.engine() {
            Engine::Sqlite => {
                let journal = kit::fetch_one!(tx, (String,), "PRAGMA journal_mode").unwrap();
                assert_eq!(journal.0, "wal");
                let synchronous = kit::fetch_one!(tx, (i64,), "PRAGMA synchronous").unwrap();
                assert_eq!(synchronous.0, 2, "FULL");
                let keys = kit::fetch_one!(tx, (i64,), "PRAGMA foreign_keys").unwrap();
                assert_eq!(keys.0, 1);
                let triggers = kit::fetch_one!(tx, (i64,), "PRAGMA recursive_triggers").unwrap();
                assert_eq!(triggers.0, 1);
            }
            Engine::Postgres => {
                let path = kit::fetch_one!(tx, (String,), "SHOW search_path").unwrap();
                assert_eq!(path.0, "notes");
                let limit = kit::fetch_one!(tx, (String,), "SHOW lock_timeout").unwrap();
                assert_eq!(limit.0, "5s");
                let limit = kit::fetch_one!(tx, (String,), "SHOW statement_timeout").unwrap();
                assert_eq!(limit.0, "15s");
            }
        }
    }

    // G8: a full disk is RESOURCE_EXHAUSTED, reads go on, and it passes.
    async fn a_full_disk_is_exhausted(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        let error = match bed.engine() {
            Engine::Sqlite => {
                let pages = kit::fetch_one!(tx, (i64,), "PRAGMA page_count").unwrap().0;
                cap(&mut tx, pages).await;
                let large = Note { picture: Some(vec![1; 100_000]), ..Note::new(1) };
                large.insert(&mut tx).await.unwrap_err()
            }
            Engine::Postgres => raised(&db, "53100").await,
        };
        assert!(matches!(error, Error::Exhausted { reason: "STORAGE_FULL", .. }), "{error:?}");
        drop(tx);
        assert_eq!(note::count(&db).await, 0);
        let mut tx = db.begin_write().await.unwrap();
        if bed.engine() == Engine::Sqlite {
            cap(&mut tx, 1_000_000).await;
        }
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(note::count(&db).await, 1);
    }

    async fn sql_never_leaves(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        let error = kit::execute!(tx, "SELECT secret_column FROM secret_table").unwrap_err();
        let status = Status::from(error);
        assert_eq!(status.code(), Code::Internal);
        let sent = format!("{} {}", status.message(), String::from_utf8_lossy(status.details()));
        assert!(!sent.contains("secret"), "{sent}");
    }

    // G7 in small: a connection lost is UNAVAILABLE, and the next try finds another.
    async fn a_lost_connection_is_made_anew(bed: &Bed) {
        if bed.engine() == Engine::Sqlite {
            return; // There is no connection to lose.
        }
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        let other = bed.db("other", &note::MIGRATIONS).await;
        let mut killer = other.begin_write().await.unwrap();
        kit::fetch_all!(
            killer,
            (bool,),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'saima-notes' AND datname = current_database()"
        )
        .unwrap();
        let error = tx.commit().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(note::count(&db).await, 1);
    }

    async fn states_of_the_server_have_meanings(bed: &Bed) {
        if bed.engine() == Engine::Sqlite {
            return; // SQLSTATEs are PostgreSQL's.
        }
        let db = note::open(bed).await;
        for state in ["08006", "40001", "40P01", "53300", "55P03", "57P01", "57P03", "25006"] {
            let error = raised(&db, state).await;
            assert!(matches!(error, Error::Unavailable { .. }), "{state}: {error:?}");
        }
        assert!(matches!(raised(&db, "57014").await, Error::Deadline));
        assert!(matches!(raised(&db, "22012").await, Error::Internal(_)));
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres://nobody@localhost/x?host={}", folder.path().display());
    let source = Source::Postgres { url, connections: 1 };
    let clock = std::sync::Arc::new(System);
    let error = Db::open(&source, "notes", &note::MIGRATIONS, clock).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

async fn cap(tx: &mut kit::db::Tx, pages: i64) {
    let set = kit::query!(tx, (i64,), |q| {
        q.push("PRAGMA max_page_count = ").push(pages);
    });
    set.unwrap();
}

async fn raised(db: &Db, state: &str) -> Error {
    let mut tx = db.begin_write().await.unwrap();
    let raise = kit::query!(tx, (i64,), |q| {
        q.push("DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '").push(state);
        q.push("'; END $$");
    });
    raise.unwrap_err()
}
