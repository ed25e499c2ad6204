//! One SQL text on two engines.

use kit::db::{Migrations, is_unique};
use kit::testing::Bed;
use kit::{Error, Result};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{QueryBuilder, SqlSafeStr as _, Sqlite};

use super::note::{self, Note};

kit::both! {
    async fn what_is_written_is_read(bed: &Bed) {
        let db = note::open(bed).await;
        let plain = Note::new(1);
        let full = Note {
            title: "政务服务中心".to_owned(),
            done: true,
            weight: Some("12.50".to_owned()),
            picture: Some(vec![0, 255, 0]),
            parent: Some(1),
            revision: i64::MAX,
            ..Note::new(2)
        };
        let mut tx = db.begin_write().await.unwrap();
        assert_eq!(plain.insert(&mut tx).await.unwrap(), 1);
        assert_eq!(full.insert(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();

        let mut tx = db.begin_read().await.unwrap();
        let all = kit::fetch_all!(tx, Note, "SELECT * FROM note ORDER BY id").unwrap();
        assert_eq!(all, [plain, full.clone()]);
        let one = kit::fetch_optional!(tx, Note, "SELECT * FROM note WHERE id = $1", 2).unwrap();
        assert_eq!(one, Some(full));
        let none = kit::fetch_optional!(tx, (i64,), "SELECT id FROM note WHERE id = $1", 3).unwrap();
        assert_eq!(none, None);
        let done = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM note WHERE done = $1", true);
        assert_eq!(done.unwrap(), (1,));
    }

    async fn a_dropped_transaction_leaves_nothing(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!(note::count(&db).await, 0);
    }

    async fn a_reader_sees_one_state(bed: &Bed) {
        let db = note::open(bed).await;
        let mut reader = db.begin_read().await.unwrap();
        let before = kit::fetch_one!(reader, (i64,), "SELECT COUNT(*) FROM note").unwrap();
        let mut writer = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut writer).await.unwrap();
        writer.commit().await.unwrap();
        let after = kit::fetch_one!(reader, (i64,), "SELECT COUNT(*) FROM note").unwrap();
        assert_eq!(before, after);
        drop(reader);
        assert_eq!(note::count(&db).await, 1);
    }

    async fn a_reader_cannot_write(bed: &Bed) {
        let db = note::open(bed).await;
        let mut reader = db.begin_read().await.unwrap();
        assert!(Note::new(1).insert(&mut reader).await.is_err());
    }

    async fn a_transaction_has_one_instant(bed: &Bed) {
        let db = note::open(bed).await;
        let tx = db.begin_write().await.unwrap();
        let before = tx.now();
        bed.clock().set("2024-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(tx.now(), before);
    }

    async fn constraints_are_told_apart(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();

        let twin = refusal(bed, &Note::new(1)).await;
        assert!(is_unique(&twin));
        let orphan = refusal(bed, &Note { parent: Some(9), ..Note::new(2) }).await;
        assert!(!is_unique(&orphan));
        let negative = refusal(bed, &Note { revision: -1, ..Note::new(3) }).await;
        assert!(!is_unique(&negative));
    }

    // SQLite deletes what REPLACE pushes out, and must ask the triggers as PostgreSQL does.
    async fn triggers_see_every_delete(bed: &Bed) {
        if bed.engine() == kit::testing::Engine::Postgres {
            return;
        }
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        kit::execute!(
            tx,
            "CREATE TRIGGER kept BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'kept'); END"
        )
        .unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let replaced = kit::execute!(
            tx,
            "INSERT OR REPLACE INTO note (id, district, title, done, revision)
             VALUES (1, 'd', 't', FALSE, 0)"
        );
        assert!(replaced.is_err());
    }

    // PostgreSQL answers COMMIT after a failure as if all were well, and keeps nothing.
    async fn a_failure_overlooked_is_not_acknowledged(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap_err();
        assert!(Note::new(2).insert(&mut tx).await.is_err());
        assert!(tx.commit().await.is_err());
        assert_eq!(note::count(&db).await, 0);
    }

    async fn many_rows_go_in_few_statements(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        assert_eq!(insert(&mut tx, 1..1).await.unwrap(), 0);
        assert_eq!(insert(&mut tx, 1..1235).await.unwrap(), 1234);
        assert_eq!(insert(&mut tx, 1000..1500).await.unwrap(), 265);
        tx.commit().await.unwrap();
        assert_eq!(note::count(&db).await, 1499);
    }

    async fn lists_are_filtered_with_bound_values(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        insert(&mut tx, 1..11).await.unwrap();
        let titles = ["第3号", "第7号", "第99号", "' OR 1=1 --"];
        let found = kit::query!(tx, (i64,), |q| {
            q.push("SELECT id FROM note WHERE district = ").push_bind("hengkou");
            q.push(" AND title IN (");
            let mut list = q.separated(", ");
            for title in titles {
                list.push_bind(title);
            }
            q.push(") ORDER BY id LIMIT ").push_bind(50_i64);
        });
        assert_eq!(found.unwrap(), [(3,), (7,)]);
    }

    // G5 in small: compare-and-set loses no update.
    async fn contended_updates_are_not_lost(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let workers = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut won = 0;
                while won < 10 {
                    let mut tx = db.begin_write().await.unwrap();
                    let read = "SELECT revision FROM note WHERE id = 1";
                    let (seen,) = kit::fetch_one!(tx, (i64,), read).unwrap();
                    let set = "UPDATE note SET revision = $1 WHERE id = 1 AND revision = $2";
                    won += kit::execute!(tx, set, seen + 1, seen).unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        let mut tx = db.begin_read().await.unwrap();
        let last = kit::fetch_one!(tx, Note, "SELECT * FROM note").unwrap();
        assert_eq!(last.revision, 80);
    }

    // G20 in small: replicas start together, and the release before starts beside the one after.
    async fn replicas_migrate_one_at_a_time(bed: &Bed) {
        let opened = (0..4).map(|_| note::open(bed));
        futures::future::join_all(opened).await;
        let mut later = note::MIGRATIONS.sqlite.iter().cloned().collect::<Vec<_>>();
        if bed.engine() == kit::testing::Engine::Postgres {
            later = note::MIGRATIONS.postgres.iter().cloned().collect();
        }
        let sql = "CREATE TABLE later (id BIGINT)".into_sql_str();
        later.push(Migration::new(2, "later".into(), MigrationType::Simple, sql, false));
        let later = || Migrator::with_migrations(later.clone());
        let later = Migrations { sqlite: later(), postgres: later() };
        bed.db("notes", &later).await;
        assert_eq!(note::count(&note::open(bed).await).await, 0);
    }

    async fn services_share_a_database_and_no_table(bed: &Bed) {
        let one = bed.db("one", &note::MIGRATIONS).await;
        let two = bed.db("two", &note::MIGRATIONS).await;
        let mut tx = one.begin_write().await.unwrap();
        Note::new(1).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((note::count(&one).await, note::count(&two).await), (1, 0));
    }

    async fn a_closed_database_is_unavailable(bed: &Bed) {
        let db = note::open(bed).await;
        db.close().await;
        assert!(matches!(db.begin_write().await.unwrap_err(), Error::Unavailable { .. }));
        assert!(matches!(db.begin_read().await.unwrap_err(), Error::Unavailable { .. }));
    }
}

async fn refusal(bed: &Bed, note: &Note) -> Error {
    let db = note::open(bed).await;
    let mut tx = db.begin_write().await.unwrap();
    note.insert(&mut tx).await.unwrap_err()
}

async fn insert(tx: &mut kit::db::Tx, ids: std::ops::Range<i64>) -> Result<u64> {
    kit::insert_many!(
        tx,
        "INSERT INTO note (id, district, title, done, revision) ",
        ids.map(Note::new),
        |b, note| {
            b.push_bind(note.id).push_bind(note.district).push_bind(note.title);
            b.push_bind(note.done).push_bind(note.revision);
        },
        "ON CONFLICT DO NOTHING"
    )
}

/// The builder used by `query!` must keep its placeholders apart on SQLite, too.
#[test]
fn sqlite_placeholders_are_positional() {
    let mut q = QueryBuilder::<Sqlite>::new("SELECT ");
    q.push_bind(1_i64).push(", ").push_bind(2_i64);
    assert_eq!(q.sql().as_str(), "SELECT ?, ?");
}
