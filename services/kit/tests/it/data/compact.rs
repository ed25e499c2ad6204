//! What a reader learns who comes too late.

use kit::Error;
use kit::db::Db;
use kit::feed::{self, Filter};
use kit::testing::{Bed, Engine};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::feed::{CREATED, append, bookmark, next, open};
use super::note;

kit::both! {
    async fn a_token_before_the_kept_events_has_expired(bed: &Bed) {
        let db = note::open(bed).await;
        let tokens = filled(&db, 10).await;
        assert_eq!(compact(&db, 4).await, 4);

        for token in &tokens[..3] {
            expired(&db, token).await;
        }
        // Position 4 itself was read; what follows is kept.
        assert_eq!(next(&mut open(&db, Filter::default(), &tokens[3]).await).await.position, 5);
        // A new reader begins with what is there.
        assert_eq!(next(&mut open(&db, Filter::default(), "").await).await.position, 5);
    }

    async fn compaction_goes_forwards_and_not_beyond_the_head(bed: &Bed) {
        let db = note::open(bed).await;
        filled(&db, 5).await;
        assert_eq!(compact(&db, 3).await, 3);
        assert_eq!(compact(&db, 3).await, 0);
        assert_eq!(compact(&db, 1).await, 0);
        assert_eq!(compact(&db, 6).await, 0);
        assert_eq!(compact(&db, 5).await, 2);
        append(&db, "d", CREATED, "n").await;
        assert_eq!(next(&mut open(&db, Filter::default(), "").await).await.position, 6);
    }

    async fn a_slow_reader_is_told_of_the_gap(bed: &Bed) {
        let db = note::open(bed).await;
        filled(&db, 250).await;
        let mut watch = open(&db, Filter::default(), "").await;
        assert_eq!(next(&mut watch).await.position, 1);
        compact(&db, 200).await;
        // The batch it holds already is still good.
        let mut last = 1;
        let end = loop {
            match futures::StreamExt::next(&mut watch).await.unwrap() {
                Ok(feed::Notice::Entry(entry)) => {
                    assert_eq!(entry.position, last + 1);
                    last = entry.position;
                }
                Ok(feed::Notice::Bookmark { .. }) => panic!("a bookmark over a gap"),
                Err(error) => break error,
            }
        };
        assert_eq!(end.reason(), "RESUME_TOKEN_EXPIRED");
        assert!(last < 200);
    }

    async fn a_token_of_another_feed_has_expired(bed: &Bed) {
        let db = note::open(bed).await;
        let other = bed.db("other", &note::MIGRATIONS).await;
        filled(&db, 3).await;
        for token in filled(&other, 3).await {
            expired(&db, &token).await;
        }
    }

    // What was told to others can neither be changed nor taken back.
    async fn the_feed_is_insert_only(bed: &Bed) {
        let db = note::open(bed).await;
        filled(&db, 5).await;
        assert_eq!(compact(&db, 3).await, 3);
        for sql in tampering(bed.engine()) {
            let mut tx = db.begin_write().await.unwrap();
            assert!(kit::execute!(tx, sql).is_err(), "{sql}");
        }
        let mut watch = open(&db, Filter::default(), "").await;
        assert_eq!([next(&mut watch).await.name, next(&mut watch).await.name], ["3", "4"]);
    }

    // G21 in small: a copy restored from before the reader's last event is not silently resumed.
    async fn a_token_beyond_the_head_has_expired(bed: &Bed) {
        let db = note::open(bed).await;
        let tokens = filled(&db, 3).await;
        let mut tx = db.begin_write().await.unwrap();
        kit::execute!(tx, "UPDATE kit_feed_head SET position = 1").unwrap();
        tx.commit().await.unwrap();
        expired(&db, &tokens[2]).await;
        let _ = open(&db, Filter::default(), &tokens[0]).await;
    }

    async fn what_is_no_token_is_invalid(bed: &Bed) {
        let db = note::open(bed).await;
        let token = bookmark(&mut open(&db, Filter::default(), "").await).await;
        for text in ["x", "!!", "AAAA", &token[1..], &format!("{token}AAAA"), &token.to_lowercase()] {
            let error = refused(&db, text).await;
            // A damaged feed id is another feed's; everything else is no token at all.
            assert!(matches!(error.reason(), "RESUME_TOKEN" | "RESUME_TOKEN_EXPIRED"), "{text}");
        }
        assert_eq!(refused(&db, "x").await.reason(), "RESUME_TOKEN");
    }
}

fn tampering(engine: Engine) -> [&'static str; 4] {
    let whole = match engine {
        Engine::Postgres => "TRUNCATE kit_feed",
        Engine::Sqlite => {
            "INSERT OR REPLACE INTO kit_feed SELECT position, 'd', kind, name, payload, create_time,
             trace_parent FROM kit_feed"
        }
    };
    [
        "UPDATE kit_feed SET name = 'other' WHERE position = 5",
        "DELETE FROM kit_feed",
        "DELETE FROM kit_feed WHERE position = 4",
        whole,
    ]
}

/// Appends events and yields the token after each.
async fn filled(db: &Db, count: usize) -> Vec<String> {
    for event in 0..count {
        append(db, "d", CREATED, &event.to_string()).await;
    }
    let mut watch = open(db, Filter::default(), "").await;
    let mut tokens = Vec::new();
    for _ in 0..count {
        tokens.push(next(&mut watch).await.token);
    }
    tokens
}

async fn compact(db: &Db, through: i64) -> u64 {
    let mut tx = db.begin_write().await.unwrap();
    let dropped = feed::compact(&mut tx, through).await.unwrap();
    tx.commit().await.unwrap();
    dropped
}

async fn expired(db: &Db, token: &str) {
    let error = refused(db, token).await;
    assert_eq!(error.reason(), "RESUME_TOKEN_EXPIRED");
    assert_eq!(Status::from(error).code(), Code::OutOfRange);
}

async fn refused(db: &Db, token: &str) -> Error {
    let watch = feed::watch(db, Filter::default(), token, CancellationToken::new()).await;
    watch.err().expect("the token must be refused")
}
