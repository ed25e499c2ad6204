//! Reading the feed: what was, then what comes, until the process goes down.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use jiff::Timestamp;
use tokio::sync::watch::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::head::Head;
use super::token::Token;
use crate::clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::field::Fields;

/// A quiet feed says this often how far it reaches.
const BOOKMARK: Duration = Duration::from_secs(10);
const BATCH: usize = 100;

const MOST_KINDS: usize = 50;
const LONGEST_KIND: usize = 100;

/// Which events a reader wants. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this district's.
    pub district: Option<String>,
    /// Only these kinds, at most 50 of at most 100 characters; none means every kind.
    pub kinds: Vec<String>,
}

impl Filter {
    fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        if self.kinds.len() > MOST_KINDS {
            let message = format!("must be at most {MOST_KINDS}, are {}", self.kinds.len());
            fields.violation("kinds", "TOO_MANY", message);
        }
        let longest = self.kinds.iter().map(|kind| kind.chars().count()).max().unwrap_or_default();
        if longest > LONGEST_KIND {
            let message = format!("must have at most {LONGEST_KIND} characters each");
            fields.violation("kinds", "LENGTH", message);
        }
        fields.check()
    }
}

/// What a reader is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Something happened.
    Entry(Entry),
    /// Nothing more of interest up to here; sent on catching up and every ten seconds of silence.
    Bookmark {
        /// Where to resume.
        token: String,
    },
}

/// One event of the feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where to resume after this event.
    pub token: String,
    /// Its number: without gaps over the whole feed, not over a filtered one.
    pub position: i64,
    /// The district it happened in.
    pub district: String,
    /// The payload's full type name.
    pub kind: String,
    /// The resource it is about.
    pub name: String,
    /// The encoded message.
    pub payload: Vec<u8>,
    /// When it was recorded.
    pub create_time: Timestamp,
    /// The W3C trace parent of the call that caused it; empty when there was none.
    pub trace_parent: String,
}

/// A reader's stream. It has no end of its own: it ends with an error.
pub type Watch = Pin<Box<dyn Stream<Item = Result<Notice>> + Send>>;

/// Reads the feed after `resume_token`, or from the oldest event kept when it is empty.
///
/// Refuses a filter of too many or too long `kinds`, with `RESUME_TOKEN` what is no token, and
/// with OUT_OF_RANGE `RESUME_TOKEN_EXPIRED` a token whose next event is gone. When `shutdown` fires, the stream ends with UNAVAILABLE.
pub async fn watch(
    db: &Db,
    filter: Filter,
    resume_token: &str,
    shutdown: CancellationToken,
) -> Result<Watch> {
    filter.check()?;
    let bell = db.signal.listen(db);
    let head = Head::read(&mut db.begin_read().await?).await?;
    let position = match resume_token {
        "" => head.compacted,
        token => head.resume(Token::read(token)?)?,
    };
    // The stream outlives its call.
    let db = match &filter.district {
        Some(district) => db.within(district),
        None => db.across("watch"),
    };
    let reader = Reader {
        db,
        filter,
        bell,
        shutdown,
        feed: head.feed,
        position,
        ready: VecDeque::new(),
        bookmark: None,
    };
    Ok(Box::pin(futures::stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await {
            Ok(notice) => Some((Ok(notice), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    })))
}

struct Reader {
    db: Db,
    filter: Filter,
    bell: Receiver<i64>,
    shutdown: CancellationToken,
    feed: Uuid,
    /// Everything up to here has been read, though `ready` may still hold some of it.
    position: i64,
    ready: VecDeque<Entry>,
    /// When the next bookmark is due; none before the first, which is due on catching up.
    bookmark: Option<Instant>,
}

impl Reader {
    async fn next(&mut self) -> Result<Notice> {
        loop {
            if self.shutdown.is_cancelled() {
                return Err(going_down());
            }
            if let Some(entry) = self.ready.pop_front() {
                self.bookmark = self.bookmark.map(|_| Instant::now() + BOOKMARK);
                return Ok(Notice::Entry(entry));
            }
            if !self.read().await? {
                continue;
            }
            let bookmark = self.bookmark.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return Err(going_down()),
                () = news(&mut self.bell, self.position) => {}
                () = tokio::time::sleep_until(bookmark) => {
                    self.bookmark = Some(Instant::now() + BOOKMARK);
                    return Ok(Notice::Bookmark { token: self.token(self.position) });
                }
            }
        }
    }

    /// Reads the next batch; true when there was nothing to deliver up to the feed's head.
    async fn read(&mut self) -> Result<bool> {
        let mut tx = self.db.begin_read().await?;
        let head = Head::read(&mut tx).await?;
        let position = head.resume(Token { feed: self.feed, position: self.position })?;
        if position == head.position {
            return Ok(true);
        }
        let rows = rows(&mut tx, &self.filter, position).await?;
        self.position = match rows.last() {
            Some(last) if rows.len() == BATCH => last.position,
            _ => head.position,
        };
        for row in rows {
            self.ready.push_back(Entry {
                token: self.token(row.position),
                position: row.position,
                district: row.district,
                kind: row.kind,
                name: row.name,
                payload: row.payload,
                create_time: clock::from_micros(row.create_time)?,
                trace_parent: row.trace_parent,
            });
        }
        Ok(self.ready.is_empty())
    }

    fn token(&self, position: i64) -> String {
        Token { feed: self.feed, position }.write()
    }
}

/// Waits until the feed reaches further than `position`. The bell outlives its listeners.
async fn news(bell: &mut Receiver<i64>, position: i64) {
    let _ = bell.wait_for(|known| *known > position).await;
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    district: String,
    kind: String,
    name: String,
    payload: Vec<u8>,
    create_time: i64,
    trace_parent: String,
}

async fn rows(tx: &mut Tx, filter: &Filter, after: i64) -> Result<Vec<Row>> {
    crate::query!(tx, Row, |q| {
        q.push(
            "SELECT position, district, kind, name, payload, create_time, trace_parent
             FROM kit_feed WHERE position > ",
        );
        q.push_bind(after);
        if let Some(district) = &filter.district {
            q.push(" AND district = ").push_bind(district);
        }
        if !filter.kinds.is_empty() {
            q.push(" AND kind IN (");
            let mut kinds = q.separated(", ");
            for kind in &filter.kinds {
                kinds.push_bind(kind);
            }
            q.push(")");
        }
        q.push(" ORDER BY position LIMIT ").push_bind(BATCH as i64);
    })
}

fn going_down() -> Error {
    Error::unavailable("the service is going down; resume the watch at another")
}
