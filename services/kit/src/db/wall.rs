//! The second wall on PostgreSQL: row-level security by the district. Every statement names its
//! district by itself; where one forgot to, the database shows and takes the rows of the
//! transaction's districts alone.
//!
//! A transaction is told its districts by the message that begins it, so the wall costs no round
//! trip. In a call they are those that the guard was asked about, so what the wall lets through
//! was permitted before; work without a caller names its district ([`Db::within`]) or itself
//! ([`Db::across`]), and else sees nothing.
//!
//! A session that never heard of the setting is none of this release's: an administrator's, who
//! could take the wall down as well, or one of the release before, which works on beside this one.
//!
//! Deliberately absent: SQLite, which has no such thing.

use std::sync::Arc;

use sqlx::{PgConnection, Postgres, QueryBuilder, SqlStr};

use super::Db;
use crate::error::Result;
use crate::guard;
use crate::name::is_id;

/// The setting by which a transaction is told its districts, with commas between them.
pub(super) const SETTING: &str = "saima.district";
/// What stands for all districts.
const ALL: &str = "*";
/// The district of what belongs to none.
const NONE: &str = "-";

/// Every table with a district that has no wall, or has it for others than its owner only.
const BARE: &str = "SELECT format('%I', c.relname), p.oid IS NOT NULL FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district' AND NOT a.attisdropped
    LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'kit_district'
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND p.oid IS NOT NULL)
    ORDER BY c.relname";

/// A CASE, since the planner takes no number of rows from it: what a statement says of the
/// district itself goes on leading to its index.
const POLICY: &str = " USING (CASE
        WHEN district = current_setting('saima.district', true) THEN true
        WHEN current_setting('saima.district', true) = '*' THEN true
        WHEN current_setting('saima.district', true) IS NULL THEN true
        ELSE district = ANY (string_to_array(current_setting('saima.district', true), ','))
    END)";

/// Whose rows the transactions of a [`Db`] see.
#[derive(Clone, Debug, Default)]
pub(super) enum Scope {
    /// Those of the districts that the call being answered has named.
    #[default]
    Call,
    /// Those of one district.
    District(Arc<str>),
    /// All, for a pass of this name.
    Across(#[allow(dead_code)] &'static str),
}

impl Db {
    /// The same database for work on one district, whoever calls for it.
    #[must_use]
    pub fn within(&self, district: &str) -> Self {
        Self { scope: Scope::District(district.into()), ..self.clone() }
    }

    /// The same database for a pass over all districts. `tests/house/passes.rs` lists them all, with what
    /// each is for.
    #[must_use]
    pub fn across(&self, pass: &'static str) -> Self {
        Self { scope: Scope::Across(pass), ..self.clone() }
    }

    /// What begins a transaction on PostgreSQL.
    pub(super) fn opening(&self, begin: &str) -> SqlStr {
        let mut sql = QueryBuilder::<Postgres>::new(begin);
        sql.push("; SET LOCAL saima.district = '").push(self.scope.districts()).push("'");
        sql.into_sql()
    }
}

impl Scope {
    /// As the setting has them. Nothing but ids gets into it.
    fn districts(&self) -> String {
        let of = |districts: &[String]| {
            let sound = districts.iter().filter(|it| is_id(it) || *it == NONE);
            sound.map(String::as_str).collect::<Vec<_>>().join(",")
        };
        match self {
            Self::Across(_) => ALL.to_owned(),
            Self::District(district) => of(&[district.to_string()]),
            Self::Call => match guard::named_districts() {
                named if named.iter().any(String::is_empty) => ALL.to_owned(),
                named => of(&named),
            },
        }
    }
}

/// Gives every table of the schema that has districts its wall, each in a transaction of its own,
/// so that no two are locked at once; tables that have it are not touched.
pub(super) async fn raise(connection: &mut PgConnection) -> Result<()> {
    if !bare(connection).await?.is_empty() {
        // Another process may be at it, too; the lock ends with the connection.
        sqlx::query("SELECT pg_advisory_lock(hashtext('saima.wall'))")
            .execute(&mut *connection)
            .await?;
        let mut sql = QueryBuilder::<Postgres>::new("SET lock_timeout = '20s'; ");
        for (table, has_policy) in bare(connection).await? {
            sql.push("BEGIN; ALTER TABLE ").push(&table);
            sql.push(" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; ");
            if has_policy {
                sql.push("DROP POLICY kit_district ON ").push(&table).push("; ");
            }
            sql.push("CREATE POLICY kit_district ON ").push(&table).push(POLICY);
            sql.push("; COMMIT; ");
        }
        sqlx::raw_sql(sql.into_sql()).execute(&mut *connection).await?;
    }
    let above = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
    if sqlx::query_scalar(above).fetch_one(connection).await? {
        tracing::warn!(
            "row-level security does not hold the database role that was given: \
             connect as an ordinary role that owns the database"
        );
    }
    Ok(())
}

/// Tables without a wall, and whether they have its policy.
async fn bare(connection: &mut PgConnection) -> Result<Vec<(String, bool)>> {
    Ok(sqlx::query_as(BARE).fetch_all(connection).await?)
}
