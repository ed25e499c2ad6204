//! What is forgotten when its time is over. Letters, documents, receipts, events and attempts
//! stand in ledgers and are kept.

use kit::Result;
use kit::db::Tx;
use kit::retention::{How, Old, Rule};

/// What notification keeps for a time.
pub static RULES: [Rule; 5] = [
    Rule {
        id: "contact-codes",
        subject: "Hashes of the codes by which contacts are verified, from when they were sent on. \
                  The contact remains.",
        days: 1,
        bounds: (1, 30),
        how: How::Rows(|tx, old| Box::pin(codes(tx, old))),
    },
    Rule {
        id: "dispatch-texts",
        subject: "Texts of letters that left by a channel or never arrived (dead), from when they \
                  were set on their way. That and when they were sent remains, and the letter.",
        days: 365,
        bounds: (30, 3650),
        how: How::Rows(|tx, old| Box::pin(texts(tx, old))),
    },
    Rule {
        id: "endpoint-secrets",
        subject: "Secrets of webhooks that signed until a newer one took their place, from the end \
                  of the overlap on.",
        days: 7,
        bounds: (1, 90),
        how: How::Rows(|tx, old| Box::pin(secrets(tx, old))),
    },
    Rule {
        id: "held-events",
        subject: "Events that a trigger could not write about, from when that was due on. Nothing \
                  will be written about them.",
        days: 365,
        bounds: (90, 3650),
        how: How::Rows(|tx, old| Box::pin(held(tx, old))),
    },
    Rule {
        id: "read-notes",
        subject: "Notes in inboxes that were read, from when they were written on.",
        days: 365,
        bounds: (30, 3650),
        how: How::Rows(|tx, old| Box::pin(notes(tx, old))),
    },
];

async fn codes(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    kit::execute!(
        tx,
        "UPDATE contact SET code = $4 WHERE district = $1 AND id IN (
             SELECT id FROM contact WHERE district = $1 AND code <> $4 AND code_time < $2
             LIMIT $3)",
        old.district,
        old.before,
        old.most,
        Vec::<u8>::new()
    )
}

async fn texts(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    kit::execute!(
        tx,
        "UPDATE dispatch SET subject = '', body = '' WHERE district = $1 AND sequence IN (
             SELECT sequence FROM dispatch
             WHERE district = $1 AND state IN (2, 3) AND body <> '' AND create_time < $2
             ORDER BY create_time LIMIT $3)",
        old.district,
        old.before,
        old.most
    )
}

async fn secrets(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    kit::execute!(
        tx,
        "DELETE FROM secret WHERE district = $1 AND (endpoint, sequence) IN (
             SELECT endpoint, sequence FROM secret WHERE district = $1 AND expire_time < $2
             LIMIT $3)",
        old.district,
        old.before,
        old.most
    )
}

async fn held(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    kit::execute!(
        tx,
        "DELETE FROM trigger_task WHERE district = $1 AND (trigger_id, event_key) IN (
             SELECT trigger_id, event_key FROM trigger_task
             WHERE district = $1 AND fault <> '' AND due_time < $2 LIMIT $3)",
        old.district,
        old.before,
        old.most
    )
}

async fn notes(tx: &mut Tx, old: Old<'_>) -> Result<u64> {
    kit::execute!(
        tx,
        "DELETE FROM note WHERE district = $1 AND sequence IN (
             SELECT sequence FROM note
             WHERE district = $1 AND create_time < $2 AND read_time IS NOT NULL
             ORDER BY sequence LIMIT $3)",
        old.district,
        old.before,
        old.most
    )
}
