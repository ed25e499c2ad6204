//! What is forgotten when its time is over. Definitions, accounts and keys stand in ledgers and
//! are kept.

use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::retention::{How, Old, Rule};
use kit::{Result, clock, date};

/// What registry keeps for a time.
pub static RULES: [Rule; 1] = [Rule {
    id: "api-key-uses",
    subject: "Days on which tokens were issued for an API key, from that day on. The last one \
              remains.",
    days: 365,
    bounds: (30, 3650),
    how: How::Rows(|tx, old| Box::pin(uses(tx, old))),
}];

async fn uses(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    let before = clock::from_micros(old.before)?.to_zoned(TimeZone::UTC).date();
    kit::execute!(
        tx,
        "DELETE FROM api_key_use WHERE district = $1 AND (id, day) IN (
             SELECT id, day FROM api_key_use u WHERE district = $1 AND day < $2 AND EXISTS (
                 SELECT 1 FROM api_key_use l
                 WHERE l.district = u.district AND l.id = u.id AND l.day > u.day)
             LIMIT $3)",
        old.district,
        date::to_text(before),
        old.most
    )
}
