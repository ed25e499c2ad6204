//! Made twice, effective once (G1: no duplicate effects).

use kit::clock;
use kit::db::Db;
use kit::id;
use kit::request_id::{self, Once};
use kit::retention::Old;
use kit::testing::Bed;
use kit::{Error, Result};
use proto::google::r#type::{Date, Decimal};

use super::note::{self, Note};

kit::both! {
    async fn the_second_call_gets_the_first_reply(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        assert_eq!(create(&db, "d", &call, 1).await.unwrap(), "1");
        assert_eq!(create(&db, "d", &call.to_uppercase(), 1).await.unwrap(), "1");
        assert_eq!(note::count(&db).await, 1);
    }

    async fn another_body_is_refused(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        create(&db, "d", &call, 1).await.unwrap();
        let error = create(&db, "d", &call, 2).await.unwrap_err();
        assert!(matches!(&error, Error::RequestIdReused { request_id } if *request_id == call));
        assert_eq!(note::count(&db).await, 1);
    }

    async fn an_id_counts_within_district_and_method(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        create(&db, "d", &call, 1).await.unwrap();
        create(&db, "e", &call, 2).await.unwrap();
        let once = Once::new("d", "DeleteNote", &call, &body(3)).unwrap();
        let mut tx = db.begin_write().await.unwrap();
        assert_eq!(once.replay::<Decimal>(&mut tx).await.unwrap(), None);
    }

    async fn a_call_undone_may_come_again(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        let once = Once::new("d", "CreateNote", &call, &body(1)).unwrap();
        let mut tx = db.begin_write().await.unwrap();
        assert_eq!(once.replay::<Decimal>(&mut tx).await.unwrap(), None);
        drop(tx);
        assert_eq!(create(&db, "d", &call, 1).await.unwrap(), "1");
    }

    async fn twins_at_once_have_one_effect(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        let twins = (0..4).map(|_| {
            let (db, call) = (db.clone(), call.clone());
            tokio::spawn(async move { create(&db, "d", &call, 1).await })
        });
        for twin in twins.collect::<Vec<_>>() {
            assert_eq!(twin.await.unwrap().unwrap(), "1");
        }
        assert_eq!(note::count(&db).await, 1);
    }

    async fn without_an_id_nothing_is_kept(bed: &Bed) {
        let db = note::open(bed).await;
        create(&db, "d", "", 1).await.unwrap();
        create(&db, "d", "", 2).await.unwrap();
        assert_eq!(note::count(&db).await, 2);
    }

    async fn old_replies_are_forgotten(bed: &Bed) {
        let db = note::open(bed).await;
        let call = id::uid();
        create(&db, "d", &call, 1).await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let now = clock::to_micros(tx.now());
        let old = |district, before| Old { district, before, most: 10 };
        assert_eq!(request_id::forget(&mut tx, old("d", now)).await.unwrap(), 0);
        assert_eq!(request_id::forget(&mut tx, old("e", now + 1)).await.unwrap(), 0);
        assert_eq!(request_id::forget(&mut tx, old("d", now + 1)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(create(&db, "d", &call, 2).await.unwrap(), "2");
    }
}

#[test]
fn an_id_must_be_a_uuid() {
    let error = Once::new("d", "CreateNote", "call-1", &body(1)).unwrap_err();
    assert_eq!(error.reason(), "REQUEST_ID_FORMAT");
}

fn body(note: i64) -> Date {
    Date { year: note as i32, month: 1, day: 1 }
}

/// A handler in small.
async fn create(db: &Db, district: &str, request_id: &str, note: i64) -> Result<String> {
    let once = Once::new(district, "CreateNote", request_id, &body(note))?;
    let mut tx = db.begin_write().await?;
    if let Some(reply) = once.replay::<Decimal>(&mut tx).await? {
        return Ok(reply.value);
    }
    Note::new(note).insert(&mut tx).await?;
    let reply = Decimal { value: note.to_string() };
    once.store(&mut tx, &reply).await?;
    tx.commit().await?;
    Ok(reply.value)
}
