//! Row-level security: what a statement does that forgot its district.

use std::sync::Arc;

use kit::Error;
use kit::clock::Clock;
use kit::db::Db;
use kit::testing::{Bed, Engine};

use super::note::{self, Note, count};

async fn put(db: &Db, id: i64, district: &str) -> kit::Result<u64> {
    let mut tx = db.begin_write().await?;
    let note = Note { district: district.to_owned(), ..Note::new(id) };
    let written = note.insert(&mut tx).await?;
    tx.commit().await?;
    Ok(written)
}

/// How many rows a statement without a district touches.
async fn mark(db: &Db) -> u64 {
    let mut tx = db.begin_small_write().await.unwrap();
    let touched = kit::execute!(tx, "UPDATE note SET done = true").unwrap();
    tx.commit().await.unwrap();
    touched
}

fn is_refused(outcome: &Result<u64, Error>) -> bool {
    let Err(Error::Internal(cause)) = outcome else { return false };
    cause.to_string().contains("row-level security")
}

kit::both! {
    // A1, the second wall
    async fn a_statement_that_forgot_its_district_stays_within_it(bed: &Bed) {
        let db = note::open(bed).await;
        for (id, district) in [(1, "hengkou"), (2, "bishan"), (3, "bishan"), (4, "-")] {
            assert_eq!(put(&db, id, district).await.unwrap(), 1);
        }
        if bed.engine() == Engine::Sqlite {
            // There is no such wall: the statement's own words are the only one.
            assert_eq!(count(&db.within("hengkou")).await, 4);
            return;
        }
        let clock = Arc::clone(bed.clock()) as Arc<dyn Clock>;
        // As a service opens it, and nobody said where it is to act.
        let nowhere = Db::open(bed.source(), "notes", &note::MIGRATIONS, clock).await.unwrap();
        let (hengkou, bishan) = (nowhere.within("hengkou"), nowhere.within("bishan"));
        let seen = [&nowhere, &hengkou, &bishan, &nowhere.within("-"), &nowhere.across("test")];
        for (db, expected) in seen.into_iter().zip([0, 1, 2, 1, 4]) {
            assert_eq!(count(db).await, expected, "{db:?}");
            assert_eq!(mark(db).await, expected as u64, "{db:?}");
        }
        // The connection forgets where it was: it is one of few, and was everywhere.
        for _ in 0..10 {
            assert_eq!(count(&nowhere).await, 0);
        }
        for wrong in ["*", "hengkou,bishan", "x' OR 'a' = 'a", ""] {
            assert_eq!(count(&nowhere.within(wrong)).await, 0, "{wrong}");
        }
        for (id, db) in (10..).zip([&nowhere, &hengkou, &nowhere.within("-")]) {
            let outcome = put(db, id, "bishan").await;
            assert!(is_refused(&outcome), "{db:?}: {outcome:?}");
        }
        let mut tx = hengkou.begin_write().await.unwrap();
        let moved = kit::execute!(tx, "UPDATE note SET district = 'bishan'");
        assert!(is_refused(&moved), "{moved:?}");
        drop(tx);
        assert_eq!(put(&bishan, 20, "bishan").await.unwrap(), 1);
        assert_eq!(count(&db).await, 5);
        nowhere.close().await;
    }
}
