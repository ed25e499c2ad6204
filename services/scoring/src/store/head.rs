//! Where each ledger of a district stands. Taking the row is also the district's lock: its
//! writers go one after another, so what one has read still holds when it commits.

use kit::Result;
use kit::db::Tx;

use crate::sheet::packed::FORM;

/// The last positions of a district's ledgers.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub(crate) struct Head {
    pub(crate) observation: i64,
    pub(crate) verdict: i64,
    pub(crate) run: i64,
    pub(crate) warning: i64,
}

/// Takes the district for this transaction.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<Head> {
    kit::fetch_one!(
        tx,
        Head,
        "INSERT INTO head (district, observation, verdict, run, warning, sheets)
         VALUES ($1, 0, 0, 0, 0, $2)
         ON CONFLICT (district) DO UPDATE SET observation = head.observation
         RETURNING observation, verdict, run, warning",
        district,
        i64::from(FORM)
    )
}

/// The positions, without taking the district.
pub(crate) async fn read(tx: &mut Tx, district: &str) -> Result<Head> {
    let head = kit::fetch_optional!(
        tx,
        Head,
        "SELECT observation, verdict, run, warning FROM head WHERE district = $1",
        district
    )?;
    Ok(head.unwrap_or_default())
}

/// Writes the positions reached under the lock.
pub(crate) async fn save(tx: &mut Tx, district: &str, head: Head) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE head SET observation = $2, verdict = $3, run = $4, warning = $5
         WHERE district = $1",
        district,
        head.observation,
        head.verdict,
        head.run,
        head.warning
    )?;
    Ok(())
}
