//! Notification's own feed, followed: each letter and document is set on its way to the contacts of
//! its units, or held where there are none; bulletins and documents without recipients go to the
//! contacts of the district.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use kit::boot::Context;
use kit::db::{Db, Tx};
use kit::feed::{self, Change, Filter, Follower, Notice};
use kit::{Result, date};
use prost::Message as _;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::contact::{Language, Role};
use crate::dispatch::Matter;
use crate::district::{self, UNIT};
use crate::document::Kind;
use crate::rpc::dispatch;

const ISSUED: [&str; 3] = [
    "saima.notification.v1.LetterIssued",
    "saima.notification.v1.DocumentIssued",
    "saima.notification.v1.BulletinIssued",
];

/// Whom contacts of no unit are for.
const EVERYBODY: &str = "";

/// Follows until the shutdown, and rings `bell` after each event.
pub(crate) fn letters(context: Context, bell: Arc<Notify>) -> impl Future<Output = ()> {
    let follower = Letters { db: context.db.clone(), shutdown: context.shutdown.clone(), bell };
    feed::follow(context.db, follower, context.shutdown)
}

struct Letters {
    db: Db,
    shutdown: CancellationToken,
    bell: Arc<Notify>,
}

impl Follower for Letters {
    type Event = Vec<u8>;

    fn name(&self) -> &'static str {
        "notification.dispatches-1"
    }

    async fn connect(&self, resume_token: String) -> Result<feed::Changes<Vec<u8>>> {
        let filter = Filter { district: None, kinds: ISSUED.map(str::to_owned).to_vec() };
        let watched = feed::watch(&self.db, filter, &resume_token, self.shutdown.clone()).await?;
        let mut changes = watched.map(|notice| {
            Ok(match notice? {
                Notice::Bookmark { token } => {
                    Change { token, trace_parent: String::new(), event: None }
                }
                Notice::Entry(entry) => Change {
                    token: entry.token,
                    trace_parent: entry.trace_parent,
                    event: Some(entry.payload),
                },
            })
        });
        // The next change is asked for when the one before is committed: the moment to ring.
        let bell = Arc::clone(&self.bell);
        let ringing = stream::poll_fn(move |cx| {
            bell.notify_one();
            changes.poll_next_unpin(cx)
        });
        Ok(ringing.boxed())
    }

    async fn apply(&self, tx: &mut Tx, payload: Vec<u8>) -> Result<()> {
        let change = pb::Change::decode(&*payload).map_err(kit::Error::internal)?;
        match change.resource {
            Some(Resource::Letter(letter)) => self::letter(tx, letter).await,
            Some(Resource::Document(document)) => self::document(tx, document).await,
            Some(Resource::Bulletin(bulletin)) => self::bulletin(tx, bulletin).await,
            _ => Ok(()),
        }
    }
}

async fn letter(tx: &mut Tx, letter: pb::Letter) -> Result<()> {
    // The kinds of letters are the first of those of documents.
    let kind = Kind::try_from(letter.kind)?;
    let unit = UNIT.parse("letter.recipient", &letter.recipient)?;
    let due_date = letter.due_date.as_ref().and_then(date::from_proto);
    let matter = |subject: &str, body: &str| Matter {
        unit: unit.id("unit").to_owned(),
        role: Role::Unit,
        subject: subject.to_owned(),
        body: body.to_owned(),
        due_date,
        source: letter.name.clone(),
    };
    let mut written = vec![(Language::Chinese, matter(&letter.subject, &letter.body))];
    for it in &letter.translations {
        written.push((Language::try_from(it.language)?, matter(&it.subject, &it.body)));
    }
    dispatch::set_out(tx, unit.id("district"), kind, &written).await
}

/// A document goes to each of its recipients, in the language that is spoken there.
async fn document(tx: &mut Tx, document: pb::Document) -> Result<()> {
    let due_date = document.due_date.as_ref().and_then(date::from_proto);
    let kind = Kind::try_from(document.kind)?;
    let district = district::of(&document.name);
    let set_out = async |tx: &mut Tx, unit: &str, role: Role| {
        let written = document.texts.iter().map(|text| {
            let matter = Matter {
                source: document.name.clone(),
                unit: unit.to_owned(),
                role,
                subject: text.subject.clone(),
                body: text.body.clone(),
                due_date,
            };
            Ok((Language::try_from(text.language)?, matter))
        });
        let written = written.collect::<Result<Vec<_>>>()?;
        dispatch::set_out(tx, district, kind, &written).await
    };
    if document.recipients.is_empty() {
        return set_out(tx, EVERYBODY, Role::Unit).await;
    }
    for recipient in &document.recipients {
        let unit = UNIT.parse("document.recipients.unit", &recipient.unit)?;
        for role in std::iter::once(&recipient.role).chain(&recipient.further_roles) {
            set_out(tx, unit.id("unit"), Role::try_from(*role)?).await?;
        }
    }
    Ok(())
}

async fn bulletin(tx: &mut Tx, bulletin: pb::Bulletin) -> Result<()> {
    let matter = |subject: &str, body: &str| Matter {
        source: bulletin.name.clone(),
        unit: EVERYBODY.to_owned(),
        role: Role::Unit,
        subject: subject.to_owned(),
        body: body.to_owned(),
        due_date: None,
    };
    let mut written = vec![(Language::Chinese, matter(&bulletin.subject, &bulletin.body))];
    for it in &bulletin.translations {
        written.push((Language::try_from(it.language)?, matter(&it.subject, &it.body)));
    }
    dispatch::set_out(tx, district::of(&bulletin.name), Kind::MonthlyBulletin, &written).await
}
