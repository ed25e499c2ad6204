//! Handlers, one file and one server trait a noun.

pub(crate) mod bulletin;
mod calendar;
mod change;
pub(crate) mod channel;
mod contact;
mod delivery;
pub(crate) mod dispatch;
pub(crate) mod document;
mod document_template;
pub(crate) mod endpoint;
pub(crate) mod event_type;
pub(crate) mod inbox;
pub(crate) mod letter;
mod notice;
mod print;
mod publication;
mod quiet_hours;
pub(crate) mod receipt;
pub(crate) mod rectification;
pub(crate) mod schedule;
mod template;
mod trigger;

use std::path::PathBuf;
use std::sync::Arc;

use kit::boot::Context;
use kit::db::Db;
use kit::name::Name;
use kit::outbound::Outbound;
use kit::page::Page;
use kit::secret::Keyring;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::follow::hear::Feeds;
use crate::follow::peers::Registry;
use crate::follow::public::Public;
use crate::follow::trigger::Sources;

/// Bytes of text in a reply, well below the 4 MiB that a client takes.
const PAGE_TEXT: usize = 2 << 20;

/// Answers every call of notification.
#[derive(Clone)]
pub(crate) struct Rpc {
    db: Db,
    registry: Registry,
    feeds: Feeds,
    sources: Sources,
    public: Public,
    outbound: Outbound,
    font: Option<PathBuf>,
    keys: Keyring,
    /// Rung when something is to be sent.
    bell: Arc<Notify>,
    /// The same for channels.
    mail_bell: Arc<Notify>,
    shutdown: CancellationToken,
}

impl Rpc {
    pub(crate) fn new(context: &Context, bell: Arc<Notify>, mail_bell: Arc<Notify>) -> Self {
        Self {
            db: context.db.clone(),
            registry: Registry::new(&context.peers),
            feeds: Feeds::new(context),
            sources: Sources::new(&context.peers),
            public: Public::new(&context.peers),
            outbound: context.outbound.clone(),
            font: context.font.clone(),
            keys: context.keys.clone(),
            bell,
            mail_bell,
            shutdown: context.shutdown.clone(),
        }
    }
}

/// The position that a name ends in: NOT_FOUND when the service never gave out such a name.
fn sequence(name: &Name, variable: &str) -> kit::Result<i64> {
    let id = name.id(variable);
    match id.parse::<i64>() {
        Ok(sequence) if sequence > 0 && sequence.to_string() == id => Ok(sequence),
        _ => Err(name.not_found()),
    }
}

/// Cuts `rows` to the page, shorter where their texts would make too large a reply, and yields
/// the next page's token. `page` reads the page anew with another size.
fn cut<T>(
    rows: &mut Vec<T>,
    whole: &Page,
    page: impl Fn(i32) -> kit::Result<Page>,
    size: impl Fn(&T) -> usize,
    sequence: impl Fn(&T) -> i64,
) -> kit::Result<String> {
    let key = |row: &T| sequence(row).to_string();
    let mut room = PAGE_TEXT;
    let fits = |row: &&T| match room.checked_sub(size(row)) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let fitting = rows.iter().take_while(fits).count();
    if fitting == rows.len() {
        return Ok(whole.cut(rows, key));
    }
    let fitting = i32::try_from(fitting.max(1)).unwrap_or(i32::MAX);
    Ok(page(fitting)?.cut(rows, key))
}
