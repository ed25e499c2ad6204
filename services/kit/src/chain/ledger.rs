//! Which tables are ledgers, and what of them is hashed: read from the schema itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::leaf::{self, Value};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::suite::{Hash, Suite};

/// The feed is no ledger: what it tells of stands in ledgers, and it may be compacted.
const FEED: &str = "kit_feed";

/// The ledgers of a service by name.
pub(crate) type Ledgers = BTreeMap<String, Arc<Ledger>>;

/// A ledger as this release writes it.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) name: String,
    /// Columns that are hashed, in the order of their names.
    pub(crate) columns: Vec<String>,
    /// Columns that name a row, in the order of the primary key.
    pub(crate) key: Vec<String>,
    pub(crate) suite: Suite,
    form: Hash,
}

impl Ledger {
    pub(super) fn new(name: &str, columns: Vec<String>, key: Vec<String>, suite: Suite) -> Self {
        let form = leaf::form(suite, name, &columns);
        Self { name: name.to_owned(), columns, key, suite, form }
    }

    /// The same ledger, hashed by another family of algorithms.
    pub(crate) fn under(&self, suite: Suite) -> Self {
        Self::new(&self.name, self.columns.clone(), self.key.clone(), suite)
    }

    /// Its table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its hashed columns as they stand in a statement.
    #[doc(hidden)]
    pub fn listed(&self) -> String {
        self.columns.join(", ")
    }

    /// Hashes a row; `value` is asked for every hashed column by name. Rows past the macros
    /// are handed to `Tx::record` this way.
    pub fn leaf<'a>(
        &self,
        buffer: &mut Vec<u8>,
        mut value: impl FnMut(&str) -> Option<Value<'a>>,
    ) -> Result<Hash> {
        let mut missing = None;
        let values = self.columns.iter().map(|column| {
            value(column).unwrap_or_else(|| {
                missing = Some(column.clone());
                Value::Null
            })
        });
        let hash = leaf::leaf(self.suite, &self.form, values, buffer);
        match missing {
            None => Ok(hash),
            Some(column) => {
                Err(Error::internal(format!("{}.{column} is written past the chain", self.name)))
            }
        }
    }

    /// Hashes a row of values in the order of the columns.
    pub(super) fn hash<'a>(
        &self,
        buffer: &mut Vec<u8>,
        values: impl Iterator<Item = Value<'a>>,
    ) -> Hash {
        leaf::leaf(self.suite, &self.form, values, buffer)
    }
}

/// Reads the schema.
pub(crate) async fn read(tx: &mut Tx, suite: Suite) -> Result<Ledgers> {
    let (triggers, columns) = if tx.is_sqlite() { sqlite(tx).await? } else { postgres(tx).await? };
    let mut fixed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for (table, definition) in &triggers {
        let definition = definition.split_whitespace().collect::<Vec<_>>().join(" ");
        let head = definition.split(" BEGIN ").next().unwrap_or_default();
        if table == FEED || head.contains(" WHEN ") {
            continue;
        }
        if head.contains(" DELETE") {
            found.insert(table.as_str());
        }
        if let Some((_, list)) = head.split_once("UPDATE OF ") {
            let list = list.split(" ON ").next().unwrap_or_default();
            let list = list.split(" OR ").next().unwrap_or_default();
            let names = list.split(',').map(|name| name.trim().to_owned());
            fixed.entry(table).or_default().extend(names);
        }
    }
    let mut ledgers = Ledgers::new();
    for table in found {
        let of_table = columns.iter().filter(|(name, ..)| name == table);
        let mut key: Vec<_> = of_table.clone().filter(|it| it.2 > 0).collect();
        key.sort_by_key(|it| it.2);
        let key = key.into_iter().map(|it| it.1.clone()).collect();
        let is_fixed = |column: &String| fixed.get(table).is_none_or(|it| it.contains(column));
        let mut names: Vec<_> = of_table.map(|it| it.1.clone()).filter(is_fixed).collect();
        names.sort();
        ledgers.insert(table.to_owned(), Arc::new(Ledger::new(table, names, key, suite)));
    }
    Ok(ledgers)
}

type Schema = (Vec<(String, String)>, Vec<(String, String, i64)>);

async fn sqlite(tx: &mut Tx) -> Result<Schema> {
    let triggers = crate::fetch_all!(
        tx,
        (String, String),
        "SELECT tbl_name, sql FROM sqlite_master
         WHERE type = 'trigger' AND sql LIKE '%is insert-only''%'"
    )?;
    let columns = crate::fetch_all!(
        tx,
        (String, String, i64),
        "SELECT m.name, p.name, p.pk FROM sqlite_master m JOIN pragma_table_info(m.name) p
         WHERE m.type = 'table'"
    )?;
    Ok((triggers, columns))
}

async fn postgres(tx: &mut Tx) -> Result<Schema> {
    let triggers = crate::fetch_all!(
        tx,
        (String, String),
        "SELECT c.relname::text, pg_get_triggerdef(t.oid) FROM pg_trigger t
         JOIN pg_class c ON c.oid = t.tgrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE n.nspname = current_schema() AND NOT t.tgisinternal
             AND p.prosrc LIKE '%is insert-only%'"
    )?;
    let columns = crate::fetch_all!(
        tx,
        (String, String, i64),
        "SELECT c.relname::text, a.attname::text,
             COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint
         FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
         WHERE n.nspname = current_schema() AND c.relkind = 'r'"
    )?;
    Ok((triggers, columns))
}
