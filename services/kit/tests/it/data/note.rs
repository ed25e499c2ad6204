//! A small table to try the kit on.

use kit::Result;
use kit::db::{Db, Migrations, Tx};
use kit::testing::Bed;

pub(super) static MIGRATIONS: Migrations = Migrations {
    sqlite: sqlx::migrate!("tests/migrations/sqlite"),
    postgres: sqlx::migrate!("tests/migrations/postgres"),
};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) district: String,
    pub(super) title: String,
    pub(super) done: bool,
    pub(super) weight: Option<String>,
    pub(super) picture: Option<Vec<u8>>,
    pub(super) parent: Option<i64>,
    pub(super) revision: i64,
}

impl Note {
    pub(super) fn new(id: i64) -> Self {
        Self {
            id,
            district: "hengkou".to_owned(),
            title: format!("第{id}号"),
            done: false,
            weight: None,
            picture: None,
            parent: None,
            revision: 0,
        }
    }

    pub(super) async fn insert(&self, tx: &mut Tx) -> Result<u64> {
        kit::execute!(
            tx,
            "INSERT INTO note (id, district, title, done, weight, picture, parent, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.id,
            &self.district,
            &self.title,
            self.done,
            &self.weight,
            &self.picture,
            self.parent,
            self.revision
        )
    }
}

pub(super) async fn open(bed: &Bed) -> Db {
    bed.db("notes", &MIGRATIONS).await
}

pub(super) async fn count(db: &Db) -> i64 {
    let mut tx = db.begin_read().await.unwrap();
    kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM note").unwrap().0
}
