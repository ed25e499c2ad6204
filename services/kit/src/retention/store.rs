//! What districts chose.

use crate::db::Tx;
use crate::error::Result;

/// What somebody chose.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Choice {
    pub(super) rule: String,
    pub(super) revision: i64,
    pub(super) keep_days: i64,
    pub(super) reason: String,
    pub(super) account: String,
    pub(super) set_time: i64,
}

/// The last choice about each rule.
pub(super) async fn list(tx: &mut Tx, district: &str) -> Result<Vec<Choice>> {
    crate::fetch_all!(
        tx,
        Choice,
        "SELECT rule, revision, keep_days, reason, account, set_time FROM kit_retention r
         WHERE district = $1 AND revision = (SELECT MAX(revision) FROM kit_retention l
             WHERE l.district = r.district AND l.rule = r.rule)
         ORDER BY rule",
        district
    )
}

pub(super) async fn latest(tx: &mut Tx, district: &str, rule: &str) -> Result<Option<Choice>> {
    crate::fetch_optional!(
        tx,
        Choice,
        "SELECT rule, revision, keep_days, reason, account, set_time FROM kit_retention
         WHERE district = $1 AND rule = $2 ORDER BY revision DESC LIMIT 1",
        district,
        rule
    )
}

/// False when somebody else chose meanwhile.
pub(super) async fn insert(tx: &mut Tx, district: &str, it: &Choice) -> Result<bool> {
    let inserted = crate::execute!(
        tx,
        "INSERT INTO kit_retention (district, rule, revision, keep_days, reason, account, set_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        district,
        &it.rule,
        it.revision,
        it.keep_days,
        &it.reason,
        &it.account,
        it.set_time
    );
    match inserted {
        Err(error) if crate::db::is_unique(&error) => Ok(false),
        inserted => inserted.map(|count| count == 1),
    }
}

/// Every district in which something was ever written to a ledger.
pub(super) async fn districts(tx: &mut Tx) -> Result<Vec<String>> {
    let rows = crate::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district FROM kit_chain WHERE district <> '-' ORDER BY district"
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}
