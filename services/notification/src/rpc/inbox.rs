//! Inboxes.

mod reader;
mod watch;

use std::pin::Pin;

use futures::Stream;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag, guard};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::inbox_service_server::InboxService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::district::UNIT;
use crate::inbox::{Kind, Late, NOTE, Note, RULE, Rule};
use crate::store;

pub(super) use reader::Reader;

const WRITTEN: &str = "saima.notification.v1.NoteWritten";
const READ: &str = "saima.notification.v1.NoteRead";
const RULED: &str = "saima.notification.v1.InboxRuleUpdated";

/// Writes a note to a unit; none where nobody is named.
pub(crate) async fn note(
    tx: &mut Tx,
    (district, unit): (&str, &str),
    kind: Kind,
    source: &str,
    text: String,
) -> kit::Result<()> {
    if unit.is_empty() {
        return Ok(());
    }
    let note = Note {
        district: district.to_owned(),
        sequence: store::inbox::next(tx, district).await?,
        unit: unit.to_owned(),
        kind,
        source: source.to_owned(),
        text,
        create_time: tx.now(),
        read_time: None,
    };
    store::inbox::insert(tx, &note).await?;
    let note = pb::Note::from(note);
    let name = note.name.clone();
    change::append(tx, district, WRITTEN, &name, Resource::Note(note));
    Ok(())
}

#[tonic::async_trait]
impl InboxService for Rpc {
    type WatchInboxStream =
        Pin<Box<dyn Stream<Item = Result<pb::WatchInboxResponse, Status>> + Send>>;

    async fn watch_inbox(
        &self,
        request: Request<pb::WatchInboxRequest>,
    ) -> Result<Response<Self::WatchInboxStream>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let unit = fields.name("parent", &UNIT, &request.parent);
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        guard::for_unit(unit.id("district"), unit.id("unit"))?;
        let items = watch::items(self.clone(), unit, request.resume_token, reader);
        let items = Box::pin(items).await?;
        Ok(Response::new(items))
    }

    async fn list_notes(
        &self,
        request: Request<pb::ListNotesRequest>,
    ) -> Result<Response<pb::ListNotesResponse>, Status> {
        let request = request.into_inner();
        let unit = UNIT.parse("parent", &request.parent)?;
        guard::for_unit(unit.id("district"), unit.id("unit"))?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unread],
        )?;
        let whose = (unit.id("district"), unit.id("unit"));
        let mut tx = self.db.begin_read().await?;
        let mut found = store::inbox::list(&mut tx, whose, request.unread, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.sequence.to_string());
        let notes = found.into_iter().map(pb::Note::from).collect();
        Ok(Response::new(pb::ListNotesResponse { notes, next_page_token }))
    }

    async fn read_note(
        &self,
        request: Request<pb::ReadNoteRequest>,
    ) -> Result<Response<pb::Note>, Status> {
        let request = request.into_inner();
        let name = NOTE.parse("name", &request.name)?;
        let (district, place) = (name.id("district"), sequence(&name, "note")?);
        let once = Once::new(district, "ReadNote", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::inbox::get(&mut tx, district, place).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        guard::for_unit(district, &found.unit)?;
        let first = store::inbox::read(&mut tx, &found).await?;
        let read_time = if first { Some(tx.now()) } else { found.read_time };
        let reply = pb::Note::from(Note { read_time, ..found });
        if first {
            change::append(&mut tx, district, READ, &reply.name, Resource::Note(reply.clone()));
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_inbox_rule(
        &self,
        request: Request<pb::GetInboxRuleRequest>,
    ) -> Result<Response<pb::InboxRule>, Status> {
        let name = RULE.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let rule = store::inbox::rule(&mut tx, name.id("district")).await?;
        Ok(Response::new(shown(name.id("district"), rule)))
    }

    async fn update_inbox_rule(
        &self,
        request: Request<pb::UpdateInboxRuleRequest>,
    ) -> Result<Response<pb::InboxRule>, Status> {
        let request = request.into_inner();
        let given = field::required("inbox_rule", request.inbox_rule.as_ref())?;
        let name = RULE.parse("inbox_rule.name", &given.name)?;
        let district = name.id("district");
        let mutable = [("late_acknowledgement", given.late_acknowledgement != 0)];
        let mask = Mask::parse(&request.update_mask, &mutable)?;
        let mut fields = Fields::default();
        let path = "inbox_rule.late_acknowledgement";
        let late = fields.choice::<Late>(path, given.late_acknowledgement);
        mask.check("inbox_rule", fields)?;
        self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        store::head::lock(&mut tx, district).await?;
        let mut rule = store::inbox::rule(&mut tx, district).await?;
        etag::check(&given.etag, rule.revision, name.as_str())?;
        if !mask.has("late_acknowledgement") || rule.late == late {
            return Ok(Response::new(shown(district, rule)));
        }
        rule = Rule { late, update_time: Some(tx.now()), revision: rule.revision + 1 };
        store::inbox::save_rule(&mut tx, district, &rule).await?;
        let reply = shown(district, rule);
        let resource = Resource::InboxRule(reply.clone());
        change::append(&mut tx, district, RULED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn shown(district: &str, rule: Rule) -> pb::InboxRule {
    pb::InboxRule {
        name: RULE.format(&[district]),
        late_acknowledgement: rule.late as i32,
        update_time: rule.update_time.map(clock::to_proto),
        etag: etag::of(rule.revision),
    }
}

impl From<Note> for pb::Note {
    fn from(it: Note) -> Self {
        Self {
            name: it.name(),
            unit: UNIT.format(&[&it.district, &it.unit]),
            kind: it.kind as i32,
            source: it.source,
            text: it.text,
            read_time: it.read_time.map(clock::to_proto),
            create_time: Some(clock::to_proto(it.create_time)),
        }
    }
}
