//! Archives over the wire, and the filing of what is due.

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::{clock, decimal, id};
use proto::cadre::v1 as pb;
use proto::cadre::v1::archive_service_server::ArchiveService;
use proto::cadre::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{DISTRICT, ENTRY, PERIOD, PERSON, Rpc, UNIT, change, recusal};
use crate::archive::Entry;
use crate::store;

const FILED: &str = "saima.cadre.v1.ArchiveEntryFiled";

/// Files every entry that is due for results of these units, and yields them. The caller has taken the units with `headship::lock`.
pub(crate) async fn file(tx: &mut Tx, district: &str, units: &[&str]) -> kit::Result<Vec<Entry>> {
    let due = store::archive::due(tx, district, units).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let first = store::archive::take_sequence(tx, district, due.len()).await?;
    let now = tx.now();
    let entries: Vec<Entry> =
        (first..).zip(due).map(|(sequence, merit)| merit.entry(sequence, id::uid(), now)).collect();
    store::archive::insert(tx, &entries).await?;
    for entry in &entries {
        let entry = to_proto(entry);
        let name = entry.name.clone();
        change::append(tx, district, FILED, &name, Resource::ArchiveEntry(entry));
    }
    Ok(entries)
}

#[tonic::async_trait]
impl ArchiveService for Rpc {
    async fn get_archive_entry(
        &self,
        request: Request<pb::GetArchiveEntryRequest>,
    ) -> Result<Response<pb::ArchiveEntry>, Status> {
        let name = ENTRY.parse("name", &request.into_inner().name)?;
        let mut tx = self.db.begin_read().await?;
        let (district, person) = (name.id("district"), name.id("person"));
        recusal::refuse_reading(&mut tx, &name).await?;
        let found = store::archive::find(&mut tx, district, person, name.id("entry")).await?;
        Ok(Response::new(to_proto(&found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_archive_entries(
        &self,
        request: Request<pb::ListArchiveEntriesRequest>,
    ) -> Result<Response<pb::ListArchiveEntriesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let everybody = request.parent.strip_suffix("/persons/-");
        let parent = match everybody {
            Some(district) => fields.name("parent", &DISTRICT, district),
            None => fields.name("parent", &PERSON, &request.parent),
        };
        let district = parent.id("district");
        let period = fields.optional_member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period],
        )?;
        let filter = store::archive::Filter {
            district,
            person: Some(parent.id("person")).filter(|_| everybody.is_none()),
            period: period.as_deref(),
            after: page.after_number()?,
            limit: page.limit(),
        };
        let mut tx = self.db.begin_read().await?;
        if everybody.is_none() {
            recusal::refuse_reading(&mut tx, &parent).await?;
        }
        let mut entries = store::archive::list(&mut tx, &filter).await?;
        let next_page_token = page.cut(&mut entries, |entry| entry.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut entries, |it| &it.person).await?;
        let archive_entries = entries.iter().map(to_proto).collect();
        Ok(Response::new(pb::ListArchiveEntriesResponse { archive_entries, next_page_token }))
    }
}

pub(super) fn to_proto(entry: &Entry) -> pb::ArchiveEntry {
    let district = &entry.district;
    pb::ArchiveEntry {
        name: ENTRY.format(&[district, &entry.person, &entry.id]),
        kind: pb::ArchiveEntryKind::Result.into(),
        source: entry.source.clone(),
        title: entry.title.clone(),
        unit: UNIT.format(&[district, &entry.unit]),
        post: entry.post.clone(),
        period: PERIOD.format(&[district, &entry.period]),
        score: entry.score.map(decimal::to_proto),
        rank: entry.rank.map(decimal::to_proto),
        track_size: i32::try_from(entry.track_size).unwrap_or(i32::MAX),
        create_time: Some(clock::to_proto(entry.create_time)),
    }
}
