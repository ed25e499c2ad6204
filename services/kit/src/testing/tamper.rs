//! Everything an administrator of the database could do to the ledgers of a service, done and
//! looked for (G11).

mod arms;
mod console;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Bed, keys};
use crate::boot::Service;
use crate::chain::{self, Fault, Ledger, Signer, Witness};
use crate::clock::Clock;
use crate::db::Db;
use arms::{first, insert, other, small};
use console::Console;

struct Campaign<'a> {
    bed: &'a Bed,
    service: &'a Service,
    console: Console,
    witness: Witness,
    lines: String,
    public_key: String,
    ledgers: BTreeMap<String, Arc<Ledger>>,
    triggers: Vec<String>,
    columns: BTreeMap<String, Vec<String>>,
}

/// Tampers with every column of every ledger of a service in every way there is, and fails when
/// anything goes unseen, or when anything is seen where nothing was done. A ledger that the test
/// has left empty gets the smallest rows it can have. The rows are as before afterwards.
pub async fn tamper(bed: &Bed, service: &Service, db: &Db) {
    let signer = Arc::new(Signer::new(&keys()).unwrap().unwrap());
    let public_key = signer.public_key();
    let witness = Witness::new(db.clone(), service.name, signer, None, None);
    let console = Console::open(bed.source(), service.name).await;
    let ledgers = chain::ledgers(&mut db.begin_read().await.unwrap(), db.suite()).await.unwrap();
    let mut campaign = Campaign {
        bed,
        service,
        console,
        witness,
        lines: String::new(),
        public_key,
        ledgers,
        triggers: Vec::new(),
        columns: BTreeMap::new(),
    };
    campaign.run(db).await;
}

impl Campaign<'_> {
    async fn run(&mut self, db: &Db) {
        assert!(!self.ledgers.is_empty());
        self.fill().await;
        for name in self.ledgers.keys() {
            let sql = match self.console.is_sqlite() {
                true => format!("SELECT name FROM pragma_table_info('{name}')"),
                false => format!(
                    "SELECT column_name::text FROM information_schema.columns
                     WHERE table_schema = current_schema() AND table_name = '{name}'"
                ),
            };
            self.columns.insert(name.clone(), self.console.texts(&sql).await);
        }
        self.checkpoint().await;
        assert_eq!(self.faults().await, [], "nothing was done");
        self.kept(db).await;
        assert_eq!(self.faults().await, [], "nothing came of it");
        self.disarm().await;
        self.copy("then").await;
        self.edits().await;
        let names: Vec<String> = self.ledgers.keys().cloned().collect();
        self.each(&names, "gone", |ledger, _| {
            let first = first(ledger);
            format!("DELETE FROM {} WHERE {first}", ledger.name())
        })
        .await;
        let columns = self.columns.clone();
        self.each(&names, "not as any that was sealed", |ledger, is_sqlite| {
            insert(ledger, &columns[ledger.name()], is_sqlite, true)
        })
        .await;
        self.swaps().await;
        self.each(&names, "cut off", |ledger, _| {
            let name = ledger.name();
            format!(
                "DELETE FROM {name}; DELETE FROM kit_seal WHERE ledger = '{name}';
                 DELETE FROM kit_chain WHERE ledger = '{name}'"
            )
        })
        .await;
        self.each(&names, "gone", |ledger, _| format!("DELETE FROM {}", ledger.name())).await;
        self.rebuild().await;
        self.restore(db).await;

        self.arm().await;
        assert_eq!(self.faults().await, [], "everything was put back");
    }

    /// Gives ledgers without a row two that differ in the last of the key, and has them sealed as
    /// what stood there before is.
    async fn fill(&mut self) {
        self.disarm().await;
        for name in self.empty().await {
            let columns = match self.console.is_sqlite() {
                true => format!("SELECT name || ' ' || type FROM pragma_table_info('{name}')"),
                false => format!(
                    "SELECT column_name || ' ' || data_type FROM information_schema.columns
                     WHERE table_schema = current_schema() AND table_name = '{name}'"
                ),
            };
            let columns = self.console.texts(&columns).await;
            let columns: Vec<_> = columns.iter().map(|it| it.split_once(' ').unwrap()).collect();
            let (_, before) = self.ledgers[&name].key.split_last().unwrap();
            let names: Vec<_> = columns.iter().map(|(column, _)| *column).collect();
            let row = |at: u8| {
                let is_same = |column: &str| before.iter().any(|it| it == column);
                let value = |(column, kind): &(&str, &str)| {
                    small(kind, if is_same(column) { 1 } else { at })
                };
                columns.iter().map(value).collect::<Vec<_>>().join(", ")
            };
            let names = names.join(", ");
            let (one, two) = (row(1), row(2));
            self.console
                .run(&format!(
                    "INSERT INTO {name} ({names}) VALUES ({one});
                     INSERT INTO {name} ({names}) VALUES ({two}) ON CONFLICT DO NOTHING;
                     DELETE FROM kit_ledger WHERE ledger = '{name}'"
                ))
                .await;
        }
        self.arm().await;
        let _ = self.bed.db(self.service.name, self.service.migrations).await;
    }

    /// Asserts that every ledger refuses what is no new row from whoever has the service's
    /// connection.
    async fn kept(&self, db: &Db) {
        for (name, ledger) in &self.ledgers {
            let is_sqlite = self.console.is_sqlite();
            let column = &ledger.columns[0];
            let mut statements = vec![
                format!("UPDATE {name} SET {column} = {column}"),
                format!("DELETE FROM {name}"),
            ];
            let told = ledger.columns.iter().find(|it| !ledger.key.contains(it));
            let values = self.columns[name].iter().map(|it| match Some(it) == told {
                true => other(it, is_sqlite),
                false => it.clone(),
            });
            let (columns, values) =
                (self.columns[name].join(", "), values.collect::<Vec<_>>().join(", "));
            statements.push(match is_sqlite {
                true => format!("REPLACE INTO {name} ({columns}) SELECT {values} FROM {name}"),
                false => format!("TRUNCATE {name} CASCADE"),
            });
            for sql in statements {
                let mut tx = db.begin_write().await.unwrap();
                let outcome = crate::query!(tx, (i64,), |q| {
                    q.push(sql.as_str());
                });
                match outcome {
                    Err(error) => {
                        let told = format!("{error:?}");
                        assert!(told.contains("is insert-only"), "{sql}: {told}");
                    }
                    // A trigger may pass over a row that is there.
                    Ok(_) => {
                        assert!(sql.starts_with("REPLACE"), "{sql} went through");
                        tx.commit().await.unwrap();
                    }
                }
            }
        }
    }

    /// Each column of each ledger, one column of every ledger at a time.
    async fn edits(&mut self) {
        let widest = self.ledgers.values().map(|it| it.columns.len()).max().unwrap_or_default();
        for at in 0..widest {
            let wide = self.ledgers.values().filter(|it| it.columns.len() > at);
            let names: Vec<String> = wide.map(|it| it.name().to_owned()).collect();
            self.each(&names, "not as any that was sealed", |ledger, is_sqlite| {
                let column = &ledger.columns[at];
                let (other, first) = (other(column, is_sqlite), first(ledger));
                format!("UPDATE {} SET {column} = {other} WHERE {first}", ledger.name())
            })
            .await;
        }
    }

    /// Exchanges two rows' places where there are two that differ in the last of the key alone.
    async fn swaps(&mut self) {
        let mut names = Vec::new();
        let mut statements = BTreeMap::new();
        for (name, ledger) in &self.ledgers {
            let (last, before) = ledger.key.split_last().unwrap();
            if before.is_empty() {
                continue;
            }
            let same = before.join(", ");
            let sql = format!(
                "SELECT CAST(MIN({last}) AS TEXT) || '|' || CAST(MAX({last}) AS TEXT) FROM {name}
                 GROUP BY {same} HAVING COUNT(*) > 1 ORDER BY {same} LIMIT 1"
            );
            let Some(pair) = self.console.texts(&sql).await.pop() else { continue };
            let (one, two) = pair.split_once('|').unwrap();
            let of_pair = format!(
                "({same}) = (SELECT {same} FROM {name} GROUP BY {same} HAVING COUNT(*) > 1
                 ORDER BY {same} LIMIT 1)"
            );
            let others = ledger.columns.iter().filter(|it| !ledger.key.contains(it));
            let others = others.cloned().collect::<Vec<_>>().join(", ");
            let differ = format!(
                "SELECT '1' FROM (SELECT DISTINCT {others} FROM {name} WHERE {of_pair} AND
                 CAST({last} AS TEXT) IN ('{one}', '{two}')) AS other"
            );
            if others.is_empty() || self.console.texts(&differ).await.len() < 2 {
                continue;
            }
            // Out of the way first: no key is ever there twice.
            let away = if one.parse::<i64>().is_ok() { "999999999" } else { "'zzz'" };
            let cast = |value: &str| match value.parse::<i64>() {
                Ok(_) => value.to_owned(),
                Err(_) => format!("'{value}'"),
            };
            let (one, two) = (cast(one), cast(two));
            let step = |from: &str, to: &str, of: &str| {
                format!("UPDATE {name} SET {last} = {to} WHERE {last} = {from} AND {of};")
            };
            let moved = [
                step(&one, away, &of_pair),
                // From here on the pair may no longer be the first of its kind.
                format!(
                    "UPDATE {name} SET {last} = {one} WHERE {last} = {two} AND ({same}) =
                     (SELECT {same} FROM {name} WHERE {last} = {away});"
                ),
                format!("UPDATE {name} SET {last} = {two} WHERE {last} = {away};"),
            ];
            statements.insert(name.clone(), moved.concat());
            names.push(name.clone());
        }
        assert!(!names.is_empty(), "no ledger has two rows to exchange");
        self.each(&names, "not as any that was sealed", |ledger, _| {
            statements[ledger.name()].clone()
        })
        .await;
    }

    /// A row is altered and everything that proves it is made anew, as a release would.
    async fn rebuild(&mut self) {
        for ledger in self.ledgers.values() {
            let column = &ledger.columns[0];
            let (other, first) = (other(column, self.console.is_sqlite()), first(ledger));
            let sql = format!("UPDATE {} SET {column} = {other} WHERE {first}", ledger.name());
            self.console.run(&sql).await;
        }
        self.console
            .run("DELETE FROM kit_seal; DELETE FROM kit_chain; DELETE FROM kit_ledger")
            .await;
        self.arm().await;
        let db = self.bed.db(self.service.name, self.service.migrations).await;
        let alone = chain::verify(&db, self.service.name, None).await.unwrap();
        assert_eq!(alone.faults, [], "the forgery is a good one");
        let faults = self.faults().await;
        for name in self.ledgers.keys() {
            let is_seen = faults.iter().any(|it| it.ledger == *name && it.what.contains("signed"));
            assert!(is_seen, "{name} was rebuilt unseen: {faults:#?}");
        }
        self.disarm().await;
        self.put_back("then").await;
    }

    /// Writes a row to every ledger by the rules, has it witnessed, and restores the copy of then.
    async fn restore(&mut self, db: &Db) {
        self.bed.clock().set(self.bed.clock().now() - jiff::SignedDuration::from_hours(24 * 90));
        for ledger in self.ledgers.values() {
            // Past SQLite's triggers and PostgreSQL's role, but through the macros.
            let columns = &self.columns[ledger.name()];
            let sql = insert(ledger, columns, self.console.is_sqlite(), false);
            let sql: &'static str = sql.leak();
            let mut tx = db.begin_write().await.unwrap();
            if let crate::db::Connection::Postgres(connection) = tx.connection().unwrap() {
                let role = "SET LOCAL session_replication_role = replica";
                sqlx::query(role).execute(connection).await.unwrap();
            }
            if let crate::db::Connection::Sqlite(connection) = tx.connection().unwrap() {
                let lax = "PRAGMA defer_foreign_keys = on";
                sqlx::query(lax).execute(connection).await.unwrap();
            }
            // Where something else must be unique, too, another ledger shows the same.
            let Ok(1) = crate::execute!(tx, sql) else { continue };
            if self.console.is_sqlite() {
                // What hangs in the air would not be committed; the rows that carry it may be.
                let loose = crate::fetch_all!(
                    tx,
                    (String,),
                    "SELECT \"table\" FROM pragma_foreign_key_check"
                );
                if loose.unwrap().iter().any(|(table,)| table == ledger.name()) {
                    continue;
                }
            }
            tx.commit().await.unwrap();
        }
        // The clock went back a quarter; the order of the ledger did not.
        self.checkpoint().await;
        self.arm().await;
        assert_eq!(self.faults().await, [], "rows were written by the rules");
        self.disarm().await;
        let before = self.console.texts("SELECT ledger FROM kit_seal").await.len();
        self.put_back("then").await;
        let after = self.console.texts("SELECT ledger FROM kit_seal").await.len();
        self.arm().await;
        let faults = self.faults().await;
        let seen = faults.iter().filter(|it| it.what.contains("an old copy")).count();
        assert_eq!(seen, before - after, "{faults:#?}");
        assert!(seen > 0);
        self.disarm().await;
        // What the later lines witnessed is forgotten with the copy.
        self.lines = self.lines.lines().next().unwrap().to_owned();
    }

    /// Does one thing to each of these ledgers, and expects to read these words of each.
    async fn each(
        &mut self,
        names: &[String],
        words: &str,
        statement: impl Fn(&Ledger, bool) -> String,
    ) {
        let mut done = Vec::new();
        for name in names {
            let sql = statement(&self.ledgers[name], self.console.is_sqlite());
            self.console.run(&sql).await;
            done.push(sql);
        }
        self.arm().await;
        let faults = self.faults().await;
        for (name, sql) in names.iter().zip(&done) {
            let is_seen = faults.iter().any(|it| it.ledger == *name && it.what.contains(words));
            assert!(is_seen, "went unseen: {sql}\n{faults:#?}");
        }
        let untouched = faults.iter().find(|it| !names.contains(&it.ledger));
        assert_eq!(untouched, None, "a false alarm");
        self.disarm().await;
        self.put_back("then").await;
    }

    async fn checkpoint(&mut self) {
        if let Some(line) = self.witness.checkpoint().await.unwrap() {
            self.lines.push_str(&line);
            self.lines.push('\n');
        }
    }

    async fn faults(&self) -> Vec<Fault> {
        let clock = Arc::clone(self.bed.clock()) as Arc<dyn Clock>;
        let db = Db::inspect(self.bed.source(), self.service.name, clock).await.unwrap();
        let checkpoints = Some((self.lines.as_str(), self.public_key.as_str()));
        let report = chain::verify(&db, self.service.name, checkpoints).await.unwrap();
        db.close().await;
        report.faults
    }

    async fn empty(&mut self) -> Vec<String> {
        let mut empty = Vec::new();
        for name in self.ledgers.keys() {
            let rows = self.console.texts(&format!("SELECT '1' FROM {name} LIMIT 1")).await;
            if rows.is_empty() {
                empty.push(name.clone());
            }
        }
        empty
    }
}
