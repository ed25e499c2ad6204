//! Definitions of all kinds, one row a revision, the contents in JSON.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::definition::{Contents, Definition};

/// Ids per statement.
const CHUNK: usize = 500;

/// The last revisions: no other is newer.
macro_rules! last {
    () => {
        "SELECT id, contents, revision, create_time, update_time FROM definition d
         WHERE NOT EXISTS (SELECT 1 FROM definition n WHERE n.district = d.district
           AND n.kind = d.kind AND n.id = d.id AND n.revision = d.revision + 1)
         AND d.district = "
    };
}

/// One definition.
pub(crate) async fn find<C: Contents>(
    tx: &mut Tx,
    district: &str,
    id: &str,
) -> Result<Option<Definition<C>>> {
    Ok(of(tx, district, &[id]).await?.pop())
}

/// Those of `ids` that are there, by id.
pub(crate) async fn of<C: Contents>(
    tx: &mut Tx,
    district: &str,
    ids: &[&str],
) -> Result<Vec<Definition<C>>> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(last!()).push_bind(district);
            q.push(" AND d.kind = ").push_bind(C::pattern().kind()).push(" AND d.id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(") ORDER BY d.id");
        })?;
        found.extend(rows);
    }
    found.into_iter().map(Row::read).collect()
}

/// All of a kind, by id.
pub(crate) async fn all<C: Contents>(tx: &mut Tx, district: &str) -> Result<Vec<Definition<C>>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(last!()).push_bind(district);
        q.push(" AND d.kind = ").push_bind(C::pattern().kind());
        q.push(" ORDER BY d.id");
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// A page of definitions by id, of a label or of all.
pub(crate) async fn list<C: Contents>(
    tx: &mut Tx,
    district: &str,
    label: Option<&str>,
    page: &Page,
) -> Result<Vec<Definition<C>>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(last!()).push_bind(district);
        q.push(" AND d.kind = ").push_bind(C::pattern().kind());
        if let Some(label) = label {
            q.push(" AND d.label = ").push_bind(label);
        }
        if let Some(after) = page.after() {
            q.push(" AND d.id > ").push_bind(after);
        }
        q.push(" ORDER BY d.id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Row::read).collect()
}

/// Keeps new revisions, each with why it is.
pub(crate) async fn insert<'a, C: Contents + 'a>(
    tx: &mut Tx,
    district: &str,
    reason: &str,
    new: impl IntoIterator<Item = &'a Definition<C>>,
) -> Result<()> {
    let row = |it: &Definition<C>| -> Result<_> {
        let contents = serde_json::to_string(&it.contents).map_err(Error::internal)?;
        let (create, update) = (it.create_time, it.update_time);
        Ok((it.id.clone(), it.revision, it.contents.label(), contents, create, update))
    };
    let rows = new.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO definition
         (district, kind, id, revision, label, contents, reason, create_time, update_time) ",
        &rows,
        |row, (id, revision, label, contents, create_time, update_time)| {
            row.push_bind(district)
                .push_bind(C::pattern().kind())
                .push_bind(id)
                .push_bind(*revision)
                .push_bind(label)
                .push_bind(contents)
                .push_bind(reason)
                .push_bind(clock::to_micros(*create_time))
                .push_bind(clock::to_micros(*update_time));
        }
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    contents: String,
    revision: i64,
    create_time: i64,
    update_time: i64,
}

impl Row {
    fn read<C: Contents>(self) -> Result<Definition<C>> {
        Ok(Definition {
            id: self.id,
            contents: serde_json::from_str(&self.contents).map_err(Error::internal)?,
            revision: self.revision,
            create_time: clock::from_micros(self.create_time)?,
            update_time: clock::from_micros(self.update_time)?,
        })
    }
}
