//! What a follower has received, applied in one transaction with one move of the cursor.

use futures::{FutureExt as _, StreamExt as _};
use tracing::Instrument as _;
use uuid::Uuid;

use super::follow::{Change, Changes, Follower};
use super::token::Token;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::telemetry;

const MOST: usize = 100;

/// A change and its place in the feed.
pub(super) type Placed<Event> = (Token, Change<Event>);

/// What was received, in order.
pub(super) struct Batch<Event> {
    pub(super) changes: Vec<Placed<Event>>,
    /// How the stream broke behind them, if it did.
    pub(super) end: Result<()>,
}

/// Takes what has been received by now, `first` before it.
pub(super) fn gather<F: Follower>(
    first: Change<F::Event>,
    stream: &mut Changes<F::Event>,
) -> Result<Batch<F::Event>> {
    let mut changes = vec![place(first)?];
    while changes.len() < MOST {
        let Some(next) = stream.next().now_or_never() else { break };
        match next.unwrap_or_else(|| Err(ended())).and_then(place) {
            Ok(placed) => changes.push(placed),
            Err(error) => return Ok(Batch { changes, end: Err(error) }),
        }
    }
    Ok(Batch { changes, end: Ok(()) })
}

fn place<Event>(change: Change<Event>) -> Result<Placed<Event>> {
    let token = Token::read(&change.token).map_err(Error::internal)?;
    Ok((token, change))
}

/// Applies a batch at once or, where that fails, change by change.
pub(super) async fn take<F: Follower>(
    db: &Db,
    follower: &F,
    cursor: &mut Option<Token>,
    batch: &[Placed<F::Event>],
) -> Result<()> {
    let outcome = apply(db, follower, cursor, batch).await;
    let (Err(error), true) = (&outcome, batch.len() > 1) else { return outcome };
    let cause = crate::error::chain(error);
    tracing::debug!(feed = follower.name(), error = cause, "applying change by change");
    for change in batch.chunks(1) {
        apply(db, follower, cursor, change).await?;
    }
    Ok(())
}

/// Applies the changes that no other replica has applied and moves the cursor behind the last.
async fn apply<F: Follower>(
    db: &Db,
    follower: &F,
    cursor: &mut Option<Token>,
    batch: &[Placed<F::Event>],
) -> Result<()> {
    loop {
        let fresh = fresh(*cursor, batch);
        let Some((last, _)) = fresh.last() else { return Ok(()) };
        let mut tx = db.begin_write().await?;
        if advance(&mut tx, follower.name(), *cursor, *last).await? {
            for (_, change) in &fresh {
                let Some(event) = change.event.clone() else { continue };
                let span = tracing::info_span!("follow", feed = follower.name());
                let parent = Some(change.trace_parent.as_str()).filter(|it| !it.is_empty());
                telemetry::with_trace_parent(parent, &span);
                follower.apply(&mut tx, event).instrument(span).await?;
            }
            tx.commit().await?;
            *cursor = Some(*last);
            return Ok(());
        }
        // Another replica moved the cursor. Forwards, its place is as good as ours; anywhere
        // else someone set it by hand, and the stream must begin there.
        let stored = load(&mut tx, follower.name()).await?;
        let forwards = match (*cursor, stored) {
            (None, Some(stored)) => stored.feed == last.feed,
            (Some(known), Some(stored)) => {
                stored.feed == known.feed && stored.position > known.position
            }
            (_, None) => false,
        };
        if !forwards {
            return Err(Error::unavailable("the cursor was set elsewhere"));
        }
        *cursor = stored;
    }
}

/// The changes of `batch` behind `cursor`, each once.
fn fresh<Event>(cursor: Option<Token>, batch: &[Placed<Event>]) -> Vec<&Placed<Event>> {
    let mut reached = cursor;
    let mut is_news = |token: Token| {
        let is_known =
            reached.is_some_and(|it| it.feed == token.feed && it.position >= token.position);
        if !is_known {
            reached = Some(token);
        }
        !is_known
    };
    batch.iter().filter(|(token, _)| is_news(*token)).collect()
}

/// How far the follower has come; `None` before its first event.
pub(super) async fn load(tx: &mut Tx, name: &str) -> Result<Option<Token>> {
    let row = crate::fetch_optional!(
        tx,
        (String, i64),
        "SELECT feed, position FROM kit_cursor WHERE name = $1",
        name
    )?;
    row.map(|(feed, position)| {
        let feed = Uuid::try_parse(&feed).map_err(Error::internal)?;
        Ok(Token { feed, position })
    })
    .transpose()
}

/// Moves the cursor from `from` to `to`; false when it is not at `from` any more. The row stays
/// locked, so another replica waits for this transaction's end and then finds it moved.
async fn advance(tx: &mut Tx, name: &str, from: Option<Token>, to: Token) -> Result<bool> {
    let feed = to.feed.simple().to_string();
    let moved = match from {
        None => crate::execute!(
            tx,
            "INSERT INTO kit_cursor (name, feed, position) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            name,
            feed,
            to.position
        )?,
        Some(from) => crate::execute!(
            tx,
            "UPDATE kit_cursor SET position = $1 WHERE name = $2 AND feed = $3 AND position = $4",
            to.position,
            name,
            feed,
            from.position
        )?,
    };
    Ok(moved == 1)
}

pub(super) fn ended() -> Error {
    Error::unavailable("the stream of changes ended")
}
