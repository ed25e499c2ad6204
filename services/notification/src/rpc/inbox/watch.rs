//! What lies in an inbox unread, then what comes.
//!
//! What is for everybody is read by nobody in particular, so of that the last two months lie there.
//! The feed's end is read before what lies unread: what comes in between is told twice rather than
//! never.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;
use kit::feed::{self, Filter, Notice};
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result};
use prost::Message as _;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::watch_inbox_response::Item;
use tonic::Status;

use super::{READ, Reader, WRITTEN};
use crate::document;
use crate::letter::State;
use crate::rpc::Rpc;
use crate::store;

/// Letters, documents, bulletins or notes read at once.
const PAGE: i32 = 50;
/// For how long what is for everybody lies in an inbox.
const LYING: SignedDuration = SignedDuration::from_hours(60 * 24);
const KINDS: [&str; 9] = [
    "saima.notification.v1.BulletinIssued",
    "saima.notification.v1.LetterIssued",
    "saima.notification.v1.LetterRead",
    "saima.notification.v1.LetterAcknowledged",
    "saima.notification.v1.DocumentIssued",
    "saima.notification.v1.DocumentRead",
    "saima.notification.v1.DocumentAcknowledged",
    WRITTEN,
    READ,
];

type Items =
    Pin<Box<dyn Stream<Item = std::result::Result<pb::WatchInboxResponse, Status>> + Send>>;

/// Which page of what lies unread comes next.
enum Shelf {
    Letters(String),
    Documents(String),
    ForEverybody(String),
    Bulletins(String),
    Notes(String),
    Empty,
}

pub(super) async fn items(
    rpc: Rpc,
    unit: Name,
    resume_token: String,
    reader: Reader,
) -> Result<Items> {
    // The stream outlives its call.
    let rpc = Rpc { db: rpc.db.within(unit.id("district")), ..rpc };
    let fresh = resume_token.is_empty();
    let token = if fresh { feed::end(&rpc.db).await? } else { resume_token };
    let filter = Filter {
        district: Some(unit.id("district").to_owned()),
        kinds: KINDS.map(str::to_owned).to_vec(),
    };
    let watched = feed::watch(&rpc.db, filter, &token, rpc.shutdown.clone()).await?;
    let whose = unit.as_str().to_owned();
    let coming = watched.filter_map(move |notice| {
        let told = notice.and_then(|notice| told(notice, &whose)).transpose();
        let read = |it: pb::WatchInboxResponse| {
            let item = it.item.map(|item| reader.item(item));
            pb::WatchInboxResponse { item, ..it }
        };
        let told = told.map(|told| told.map(read).map_err(Status::from));
        async { told }
    });
    if !fresh {
        return Ok(Box::pin(coming));
    }
    let lying = stream::try_unfold(Shelf::Letters(String::new()), move |shelf| {
        let (rpc, unit) = (rpc.clone(), unit.clone());
        async move { unread(&rpc, &unit, shelf).await }
    });
    let lying = lying
        .map_ok(move |items: Vec<Item>| {
            let replies = items.into_iter().map(move |item| pb::WatchInboxResponse {
                resume_token: String::new(),
                item: Some(reader.item(item)),
            });
            stream::iter(replies.map(Ok))
        })
        .try_flatten()
        .map_err(|error: Error| Status::from(error));
    Ok(Box::pin(lying.chain(coming)))
}

/// The next page of what lies unread, and where to go on.
async fn unread(rpc: &Rpc, unit: &Name, shelf: Shelf) -> Result<Option<(Vec<Item>, Shelf)>> {
    let (district, id) = (unit.id("district"), unit.id("unit"));
    let mut tx = rpc.db.begin_read().await?;
    match shelf {
        Shelf::Letters(token) => {
            let filter = store::letter::Filter {
                recipient: Some(id.to_owned()),
                state: Some(State::Delivered),
                ..Default::default()
            };
            let page = Page::parse(PAGE, &token, &[])?;
            let mut found = store::letter::list(&mut tx, district, &filter, &page).await?;
            let next = page.cut(&mut found, |it| it.sequence.to_string());
            let items = found.into_iter().map(|it| Item::Letter(it.into())).collect();
            let next = if next.is_empty() { Shelf::Documents(next) } else { Shelf::Letters(next) };
            Ok(Some((items, next)))
        }
        Shelf::Documents(token) => {
            let filter = store::document::Filter {
                recipient: Some(id.to_owned()),
                state: Some(document::State::Delivered),
                ..Default::default()
            };
            let page = Page::parse(PAGE, &token, &[])?;
            let mut found = store::document::list(&mut tx, district, &filter, &page).await?;
            let next = page.cut(&mut found, |it| it.sequence.to_string());
            let items = found.into_iter().map(|it| Item::Document(it.into())).collect();
            let done = next.is_empty();
            let next = if done { Shelf::ForEverybody(next) } else { Shelf::Documents(next) };
            Ok(Some((items, next)))
        }
        Shelf::ForEverybody(token) => {
            let page = Page::parse(PAGE, &token, &[])?;
            let since = tx.now() - LYING;
            let found = store::document::for_everybody(&mut tx, district, since, &page);
            let mut found = found.await?;
            let next = page.cut(&mut found, |it| it.sequence.to_string());
            let items = found.into_iter().map(|it| Item::Document(it.into())).collect();
            let done = next.is_empty();
            let next = if done { Shelf::Bulletins(next) } else { Shelf::ForEverybody(next) };
            Ok(Some((items, next)))
        }
        Shelf::Bulletins(token) => {
            let filter =
                store::bulletin::Filter { since: Some(tx.now() - LYING), ..Default::default() };
            let page = Page::parse(PAGE, &token, &[])?;
            let mut found = store::bulletin::list(&mut tx, district, &filter, &page).await?;
            let next = page.cut(&mut found, |it| it.sequence.to_string());
            let items = found.into_iter().map(|it| Item::Bulletin(it.into())).collect();
            let next = if next.is_empty() { Shelf::Notes(next) } else { Shelf::Bulletins(next) };
            Ok(Some((items, next)))
        }
        Shelf::Notes(token) => {
            let page = Page::parse(PAGE, &token, &[])?;
            let mut found = store::inbox::list(&mut tx, (district, id), true, &page).await?;
            let next = page.cut(&mut found, |it| it.sequence.to_string());
            let items = found.into_iter().map(|it| Item::Note(it.into())).collect();
            let next = if next.is_empty() { Shelf::Empty } else { Shelf::Notes(next) };
            Ok(Some((items, next)))
        }
        Shelf::Empty => Ok(None),
    }
}

/// What a notice of the feed is to a unit; nothing when it is another's.
fn told(notice: Notice, unit: &str) -> Result<Option<pb::WatchInboxResponse>> {
    let entry = match notice {
        Notice::Bookmark { token } => {
            return Ok(Some(pb::WatchInboxResponse { resume_token: token, item: None }));
        }
        Notice::Entry(entry) => entry,
    };
    let change = pb::Change::decode(&*entry.payload).map_err(Error::internal)?;
    let item = match change.resource {
        Some(Resource::Letter(letter)) if letter.recipient == unit => Item::Letter(letter),
        Some(Resource::Document(document))
            if document.recipients.is_empty()
                || document.recipients.iter().any(|it| it.unit == unit) =>
        {
            Item::Document(document)
        }
        Some(Resource::Bulletin(bulletin)) => Item::Bulletin(bulletin),
        Some(Resource::Note(note)) if note.unit == unit => Item::Note(note),
        _ => return Ok(None),
    };
    Ok(Some(pb::WatchInboxResponse { resume_token: entry.token, item: Some(item) }))
}
