//! What an administrator does first: the triggers put out of the way and back, and rows that
//! are as the tables want them.

use super::Campaign;
use crate::chain::Ledger;

impl Campaign<'_> {
    /// SQLite's triggers cannot be switched off, but be taken away and put back.
    pub(super) async fn disarm(&mut self) {
        if !self.console.is_sqlite() {
            return self.unchecked().await;
        }
        let all = "SELECT sql FROM sqlite_master WHERE type = 'trigger'";
        self.triggers = self.console.texts(all).await;
        let names = "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'";
        for drop in self.console.texts(names).await {
            self.console.run(&drop).await;
        }
    }

    pub(super) async fn unchecked(&mut self) {
        for (kind, other) in [
            ("text", "COALESCE($1 || 'x', '7')"),
            ("bigint", "COALESCE($1 + 1000000, 7)"),
            ("boolean", "COALESCE(NOT $1, TRUE)"),
            ("bytea", "COALESCE($1 || '\\x78'::bytea, '\\x78'::bytea)"),
        ] {
            let sql = format!(
                "CREATE OR REPLACE FUNCTION kit_other({kind}) RETURNS {kind} LANGUAGE sql
                 AS $sql$ SELECT {other} $sql$"
            );
            self.console.run(&sql).await;
        }
        let checks = "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', c.relname, o.conname)
            FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND o.contype IN ('c', 'f')";
        for drop in self.console.texts(checks).await {
            self.console.run(&drop).await;
        }
    }

    pub(super) async fn arm(&mut self) {
        for trigger in std::mem::take(&mut self.triggers) {
            self.console.run(&trigger).await;
        }
    }

    pub(super) fn tables(&self) -> Vec<String> {
        let kit = ["kit_seal", "kit_chain", "kit_ledger"].map(str::to_owned);
        self.ledgers.keys().cloned().chain(kit).collect()
    }

    pub(super) async fn copy(&mut self, name: &str) {
        for table in self.tables() {
            self.console
                .run(&format!("CREATE TABLE {name}_{table} AS SELECT * FROM {table}"))
                .await;
        }
    }

    pub(super) async fn put_back(&mut self, name: &str) {
        let mut sql = String::from("BEGIN;");
        for table in self.tables() {
            sql.push_str(&format!(
                "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {name}_{table};"
            ));
        }
        self.console.run(&format!("{sql}COMMIT")).await;
    }
}

/// The first row of a ledger.
pub(super) fn first(ledger: &Ledger) -> String {
    let key = ledger.key.join(", ");
    format!("({key}) = (SELECT {key} FROM {} ORDER BY {key} LIMIT 1)", ledger.name())
}

/// A value of a column's type.
pub(super) fn small(kind: &str, at: u8) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "text" => format!("'x{at}'"),
        "blob" => format!("x'7{at}'"),
        "bytea" => format!("'\\x7{at}'"),
        "boolean" => (at == 1).to_string(),
        _ => at.to_string(),
    }
}

/// Another value of a column's own type.
pub(super) fn other(column: &str, is_sqlite: bool) -> String {
    if is_sqlite {
        return format!(
            "CASE typeof({column}) WHEN 'integer' THEN {column} + 1000000 WHEN 'null' THEN 7
             WHEN 'blob' THEN CAST({column} || 'x' AS BLOB) ELSE {column} || 'x' END"
        );
    }
    // An overload for each type, made beforehand.
    format!("kit_other({column})")
}

/// A row more, like the first but for the last of its key, or but for all but its district.
pub(super) fn insert(ledger: &Ledger, columns: &[String], is_sqlite: bool, all: bool) -> String {
    let (last, name) = (ledger.key.last().unwrap(), ledger.name());
    // What may change is small numbers, and left as it is.
    let is_other =
        |it: &String| it == last || all && it != "district" && ledger.columns.contains(it);
    let values = columns.iter().map(|it| match is_other(it) {
        true => other(it, is_sqlite),
        false => it.clone(),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let columns = columns.join(", ");
    let key = ledger.key.join(", ");
    format!("INSERT INTO {name} ({columns}) SELECT {values} FROM {name} ORDER BY {key} LIMIT 1")
}
