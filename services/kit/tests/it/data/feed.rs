//! Appending and watching.

use futures::StreamExt as _;
use kit::Error;
use kit::db::Db;
use kit::feed::{self, Entry, Filter, Notice, Watch};
use kit::testing::Bed;
use proto::google::r#type::Decimal;
use tokio_util::sync::CancellationToken;

use super::note::{self, Note};

pub(super) const CREATED: &str = "test.v1.Created";
pub(super) const REMOVED: &str = "test.v1.Removed";

kit::both! {
    async fn events_come_in_order_and_whole(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        for word in ["一", "二", "三"] {
            let payload = Decimal { value: word.to_owned() };
            feed::append(&mut tx, "hengkou", CREATED, &format!("notes/{word}"), &payload);
        }
        let now = tx.now();
        tx.commit().await.unwrap();
        append(&db, "ningshan", REMOVED, "四").await;

        let mut watch = open(&db, Filter::default(), "").await;
        let entries = [next(&mut watch).await, next(&mut watch).await, next(&mut watch).await];
        let positions = entries.each_ref().map(|entry| entry.position);
        assert_eq!(positions, [1, 2, 3]);
        let first = &entries[0];
        assert_eq!((first.district.as_str(), first.kind.as_str()), ("hengkou", CREATED));
        assert_eq!((first.name.as_str(), first.create_time), ("notes/一", now));
        let payload = <Decimal as prost::Message>::decode(&*first.payload).unwrap();
        assert_eq!(payload.value, "一");
        assert_eq!(next(&mut watch).await.position, 4);

        let mut resumed = open(&db, Filter::default(), &entries[1].token).await;
        assert_eq!(next(&mut resumed).await.position, 3);
    }

    async fn what_is_not_committed_did_not_happen(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        feed::append(&mut tx, "d", CREATED, "n", &Decimal::default());
        drop(tx);
        append(&db, "d", REMOVED, "n").await;
        let mut watch = open(&db, Filter::default(), "").await;
        let entry = next(&mut watch).await;
        assert_eq!((entry.position, entry.kind.as_str()), (1, REMOVED));
    }

    async fn an_event_stands_and_falls_with_its_effect(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        feed::append(&mut tx, "d", CREATED, "n", &Decimal::default());
        // The feed refuses the event only at the commit; the effect must not stay.
        kit::execute!(tx, "DELETE FROM kit_feed_head").unwrap();
        assert!(tx.commit().await.is_err());
        assert_eq!(note::count(&db).await, 0);
        append(&db, "d", CREATED, "n").await;
    }

    async fn a_watcher_hears_commits_of_its_own_process(bed: &Bed) {
        let db = note::open(bed).await;
        let mut watch = open(&db, Filter::default(), "").await;
        bookmark(&mut watch).await;
        let waiting = tokio::spawn(async move { next(&mut watch).await.position });
        append(&db, "d", CREATED, "n").await;
        assert_eq!(waiting.await.unwrap(), 1);
    }

    async fn a_watcher_hears_commits_of_other_replicas(bed: &Bed) {
        let (here, there) = (note::open(bed).await, note::open(bed).await);
        let mut watch = open(&here, Filter::default(), "").await;
        bookmark(&mut watch).await;
        append(&there, "d", CREATED, "n").await;
        assert_eq!(next(&mut watch).await.position, 1);
        // The poll ended with the last watcher and must begin again with the next.
        drop(watch);
        let mut watch = open(&here, Filter::default(), "").await;
        assert_eq!(next(&mut watch).await.position, 1);
        bookmark(&mut watch).await;
        append(&there, "d", CREATED, "n").await;
        assert_eq!(next(&mut watch).await.position, 2);
    }

    async fn filters_choose_and_bookmarks_pass_over(bed: &Bed) {
        let db = note::open(bed).await;
        for round in 0..150 {
            append(&db, "busy", CREATED, &format!("{round}")).await;
        }
        append(&db, "calm", CREATED, "wanted").await;
        append(&db, "calm", REMOVED, "unwanted").await;
        append(&db, "busy", CREATED, "unwanted").await;
        let filter = Filter {
            district: Some("calm".to_owned()),
            kinds: vec![CREATED.to_owned(), "test.v1.Other".to_owned()],
        };
        let mut watch = open(&db, filter.clone(), "").await;
        let entry = next(&mut watch).await;
        assert_eq!((entry.position, entry.name.as_str()), (151, "wanted"));
        let token = bookmark(&mut watch).await;

        append(&db, "calm", CREATED, "later").await;
        let mut resumed = open(&db, filter, &token).await;
        assert_eq!(next(&mut resumed).await.position, 154);
        let kinds = Filter { kinds: vec![REMOVED.to_owned()], ..Filter::default() };
        assert_eq!(next(&mut open(&db, kinds, "").await).await.position, 152);
    }

    async fn a_watch_from_the_end_brings_what_comes(bed: &Bed) {
        let db = note::open(bed).await;
        for round in 0..2 {
            let end = feed::end(&db).await.unwrap();
            append(&db, "d", CREATED, "new").await;
            let entry = next(&mut open(&db, Filter::default(), &end).await).await;
            assert_eq!(entry.position, round + 1);
        }
    }

    async fn a_filter_of_too_many_or_too_long_kinds_is_refused(bed: &Bed) {
        let db = note::open(bed).await;
        let watch = async |kinds: Vec<String>| {
            let filter = Filter { kinds, ..Filter::default() };
            feed::watch(&db, filter, "", CancellationToken::new()).await.err()
        };
        assert!(watch(vec!["k".repeat(100); 50]).await.is_none());
        for (kinds, reason) in [
            (vec![CREATED.to_owned(); 51], "TOO_MANY"),
            (vec![CREATED.to_owned(), "k".repeat(101)], "LENGTH"),
        ] {
            let error = watch(kinds).await.unwrap();
            assert_eq!((error.code(), error.reason()), (tonic::Code::InvalidArgument, reason));
            assert!(error.to_string().starts_with("kinds: "), "{error}");
        }
    }

    // G1 in small: a reader beside many writers misses nothing and sees nothing twice.
    async fn no_event_hides_behind_a_slower_one(bed: &Bed) {
        let db = note::open(bed).await;
        let mut watch = open(&db, Filter::default(), "").await;
        let writers = (0..6).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                for round in 0..20 {
                    let mut tx = db.begin_write().await.unwrap();
                    for event in 0..3 {
                        let name = format!("{writer}/{round}/{event}");
                        feed::append(&mut tx, "d", CREATED, &name, &Decimal::default());
                    }
                    tokio::task::yield_now().await;
                    tx.commit().await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let mut names = Vec::new();
        for position in 1..=360 {
            let entry = next(&mut watch).await;
            assert_eq!(entry.position, position);
            names.push(entry.name);
        }
        for writer in writers {
            writer.await.unwrap();
        }
        // Events of one transaction stand together.
        for three in names.chunks(3) {
            let stem = three[0].strip_suffix("/0").unwrap();
            assert_eq!(three[1], format!("{stem}/1"));
            assert_eq!(three[2], format!("{stem}/2"));
        }
    }

    async fn a_large_transaction_is_one_run(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        for row in 0..1_201 {
            feed::append(&mut tx, "d", CREATED, &format!("{row}"), &Decimal::default());
        }
        tx.commit().await.unwrap();
        let mut watch = open(&db, Filter::default(), "").await;
        for row in 0..1_201 {
            let entry = next(&mut watch).await;
            assert_eq!((entry.position, entry.name), (row + 1, row.to_string()));
        }
    }

    async fn a_watch_ends_with_the_process(bed: &Bed) {
        let db = note::open(bed).await;
        append(&db, "d", CREATED, "n").await;
        let shutdown = CancellationToken::new();
        let filter = Filter::default();
        let mut watch = feed::watch(&db, filter, "", shutdown.clone()).await.unwrap();
        next(&mut watch).await;
        bookmark(&mut watch).await;
        let waiting = tokio::spawn(async move { (watch.next().await, watch.next().await) });
        shutdown.cancel();
        let (last, end) = waiting.await.unwrap();
        assert!(matches!(last, Some(Err(Error::Unavailable { .. }))), "{last:?}");
        assert!(end.is_none());
    }
}

pub(super) async fn append(db: &Db, district: &str, kind: &'static str, name: &str) {
    let mut tx = db.begin_write().await.unwrap();
    feed::append(&mut tx, district, kind, name, &Decimal::default());
    tx.commit().await.unwrap();
}

pub(super) async fn open(db: &Db, filter: Filter, token: &str) -> Watch {
    feed::watch(db, filter, token, CancellationToken::new()).await.unwrap()
}

/// The next event, bookmarks passed over.
pub(super) async fn next(watch: &mut Watch) -> Entry {
    loop {
        if let Notice::Entry(entry) = watch.next().await.unwrap().unwrap() {
            return entry;
        }
    }
}

/// The next notice, which must be a bookmark.
pub(super) async fn bookmark(watch: &mut Watch) -> String {
    match watch.next().await.unwrap().unwrap() {
        Notice::Bookmark { token } => token,
        Notice::Entry(entry) => panic!("no bookmark but {entry:?}"),
    }
}
