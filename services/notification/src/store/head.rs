//! Where the letters and bulletins of a district have come to. Taking the row is also the
//! district's lock: what one has read under it still holds when it commits.

use kit::Result;
use kit::db::Tx;

/// The last positions.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Head {
    pub(crate) letter: i64,
    pub(crate) bulletin: i64,
}

/// Takes the district for this transaction.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<Head> {
    kit::fetch_one!(
        tx,
        Head,
        "INSERT INTO head (district, letter, bulletin) VALUES ($1, 0, 0)
         ON CONFLICT (district) DO UPDATE SET letter = head.letter
         RETURNING letter, bulletin",
        district
    )
}

/// Writes the positions reached under the lock.
pub(crate) async fn save(tx: &mut Tx, district: &str, head: Head) -> Result<()> {
    kit::execute!(
        tx,
        "UPDATE head SET letter = $2, bulletin = $3 WHERE district = $1",
        district,
        head.letter,
        head.bulletin
    )?;
    Ok(())
}
