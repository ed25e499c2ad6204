//! Small writes that become durable together.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use kit::db::{Db, Tx};
use kit::request_id::Once;
use kit::testing::{Bed, Engine, eventually};
use kit::{Error, Result};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::note::{self, Note};

const REQUEST: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

/// A write that waits for its turn while another has it, then takes it and holds it.
struct Second {
    holds: Arc<Notify>,
    go: Arc<Notify>,
    task: JoinHandle<Tx>,
}

impl Second {
    async fn queue(db: &Db, note: Option<i64>) -> Self {
        let [queued, holds, go] = std::array::from_fn(|_| Arc::new(Notify::new()));
        let signals = (Arc::clone(&queued), Arc::clone(&holds), Arc::clone(&go));
        let db = db.clone();
        let task = tokio::spawn(async move {
            let (queued, holds, go) = signals;
            let mut begin = pin!(db.begin_small_write());
            let early = futures::poll!(&mut begin);
            queued.notify_one();
            let mut tx = match early {
                Poll::Ready(tx) => tx.unwrap(),
                Poll::Pending => begin.await.unwrap(),
            };
            if let Some(id) = note {
                Note::new(id).insert(&mut tx).await.unwrap();
            }
            holds.notify_one();
            go.notified().await;
            tx
        });
        queued.notified().await;
        Self { holds, go, task }
    }

    async fn end(self) -> Tx {
        self.go.notify_one();
        self.task.await.unwrap()
    }
}

async fn write(db: &Db, id: i64) -> Tx {
    let mut tx = db.begin_small_write().await.unwrap();
    Note::new(id).insert(&mut tx).await.unwrap();
    tx
}

fn commit(tx: Tx) -> JoinHandle<Result<()>> {
    tokio::spawn(tx.commit())
}

kit::both! {
    // A3, A4: durable together, acknowledged together.
    async fn a_small_write_waits_for_those_who_waited_for_it(bed: &Bed) {
        let db = note::open(bed).await;
        let one = write(&db, 1).await;
        let second = Second::queue(&db, Some(2)).await;
        let one = commit(one);
        second.holds.notified().await;
        if bed.engine() == Engine::Sqlite {
            // The second has its turn, so the group is open: nobody else sees it, nobody was told.
            assert_eq!(note::count(&db).await, 0);
            assert!(!one.is_finished());
        }
        let two = commit(second.end().await);
        one.await.unwrap().unwrap();
        two.await.unwrap().unwrap();
        assert_eq!(note::count(&db).await, 2);
    }

    // A3: all or nothing for each, not for the group.
    async fn a_dropped_small_write_takes_nobody_along(bed: &Bed) {
        let db = note::open(bed).await;
        let one = write(&db, 1).await;
        let second = Second::queue(&db, Some(2)).await;
        let one = commit(one);
        drop(second.end().await);
        one.await.unwrap().unwrap();
        assert_eq!(note::count(&db).await, 1);
        drop(write(&db, 3).await);
        assert_eq!(note::count(&db).await, 1);
    }

    // A3: a statement that failed ends its own write alone.
    async fn a_failed_small_write_is_alone(bed: &Bed) {
        let db = note::open(bed).await;
        let one = write(&db, 1).await;
        let second = Second::queue(&db, None).await;
        let one = commit(one);
        let mut two = second.end().await;
        Note::new(2).insert(&mut two).await.unwrap();
        Note::new(2).insert(&mut two).await.unwrap_err();
        assert!(two.commit().await.is_err());
        one.await.unwrap().unwrap();
        assert_eq!(note::count(&db).await, 1);
    }

    // A3: who hangs up while the fsync is still to come leaves nobody waiting.
    async fn who_hangs_up_leaves_no_group_open(bed: &Bed) {
        if bed.engine() == Engine::Postgres {
            return;
        }
        let db = note::open(bed).await;
        let one = write(&db, 1).await;
        let second = Second::queue(&db, Some(2)).await;
        {
            let mut commit = pin!(one.commit());
            assert!(futures::poll!(&mut commit).is_pending());
        }
        drop(second.end().await);
        eventually(async || (note::count(&db).await == 1).then_some(())).await;

        let three = write(&db, 3).await;
        {
            let mut queued = pin!(db.begin_small_write());
            assert!(futures::poll!(&mut queued).is_pending());
        }
        three.commit().await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        Note::new(4).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(note::count(&db).await, 3);
    }

    // A3: a stored reply is not given again before it is durable.
    async fn a_reply_of_the_same_group_is_durable_before_it_is_repeated(bed: &Bed) {
        let db = note::open(bed).await;
        let once = || Once::new("hengkou", "Test", REQUEST, &7_i64).unwrap();
        let mut one = db.begin_small_write().await.unwrap();
        assert_eq!(once().replay::<i64>(&mut one).await.unwrap(), None);
        Note::new(1).insert(&mut one).await.unwrap();
        once().store(&mut one, &42_i64).await.unwrap();
        let second = Second::queue(&db, None).await;
        let one = commit(one);
        let mut two = second.end().await;
        assert_eq!(once().replay::<i64>(&mut two).await.unwrap(), Some(42));
        assert_eq!(note::count(&db).await, 1);
        one.await.unwrap().unwrap();
    }

    // A3: on a full disk SQLite rolls back by itself; a trigger does the same here.
    async fn a_group_that_was_lost_is_told_so(bed: &Bed) {
        if bed.engine() == Engine::Postgres {
            return;
        }
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        kit::execute!(
            tx,
            "CREATE TRIGGER lost BEFORE DELETE ON note BEGIN SELECT RAISE(ROLLBACK, 'lost'); END"
        )
        .unwrap();
        Note::new(9).insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();

        let one = write(&db, 1).await;
        let second = Second::queue(&db, Some(2)).await;
        let one = commit(one);
        let mut two = second.end().await;
        kit::execute!(two, "DELETE FROM note WHERE id = 9").unwrap_err();
        assert!(two.commit().await.is_err());
        let told = one.await.unwrap();
        assert!(matches!(told, Err(Error::Unavailable { .. })), "{told:?}");
        assert_eq!(note::count(&db).await, 1);
        write(&db, 1).await.commit().await.unwrap();
        assert_eq!(note::count(&db).await, 2);
    }

    // A3, A4: many at once, some of them failing, beside writes of the other kind.
    async fn many_small_writes_are_all_kept_or_all_refused(bed: &Bed) {
        let db = note::open(bed).await;
        let tasks = (1..=60_i64).map(|id| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut tx = match id % 5 {
                    0 => db.begin_write().await?,
                    _ => db.begin_small_write().await?,
                };
                Note::new(id).insert(&mut tx).await?;
                if id % 3 == 0 {
                    // Nothing has that parent.
                    Note { parent: Some(1000), ..Note::new(id + 100) }.insert(&mut tx).await?;
                }
                tx.commit().await
            })
        });
        let mut kept = 0;
        for (id, task) in (1..).zip(tasks.collect::<Vec<_>>()) {
            let outcome = task.await.unwrap();
            assert_eq!(outcome.is_ok(), id % 3 != 0, "{id}: {outcome:?}");
            kept += i64::from(outcome.is_ok());
        }
        assert_eq!(note::count(&db).await, kept);
    }
}
