//! Conduct entries over the wire.

pub(super) mod convert;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kit::approval;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::conduct_entry_service_server::ConductEntryService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERIOD, PERSON, Rpc, SCHEME, change, position, recusal};
use crate::conduct_entry::{ConductEntry, Items, NAME, State, Step};
use crate::store;
use crate::store::conduct_entry::Filter;

const RECORDED: &str = "saima.cadre.v1.ConductEntryRecorded";
const TOLERATED: &str = "saima.cadre.v1.ConductEntryTolerated";
const CLARIFIED: &str = "saima.cadre.v1.ConductEntryClarified";

/// The most entries of one request.
const BATCH: usize = 1000;
/// Schemes asked for at once.
const CONCURRENT: usize = 4;

#[tonic::async_trait]
impl ConductEntryService for Rpc {
    async fn get_conduct_entry(
        &self,
        request: Request<pb::GetConductEntryRequest>,
    ) -> Result<Response<pb::ConductEntry>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        recusal::refuse_reading_of(&mut tx, &name, &found.contents.person).await?;
        Ok(Response::new(convert::to_proto(name.id("district"), &found)))
    }

    async fn list_conduct_entries(
        &self,
        request: Request<pb::ListConductEntriesRequest>,
    ) -> Result<Response<pb::ListConductEntriesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequence: None,
            person: fields.optional_member("person", &PERSON, &request.person, district),
            period: fields.optional_member("period", &PERIOD, &request.period, district),
            side: fields.optional_choice("side", request.side),
            standing: request.standing_only,
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.person,
                &request.period,
                &request.side,
                &request.standing_only,
            ],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::conduct_entry::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.contents.person).await?;
        let conduct_entries = rows.iter().map(|it| convert::to_proto(district, it)).collect();
        Ok(Response::new(pb::ListConductEntriesResponse { conduct_entries, next_page_token }))
    }

    async fn batch_create_conduct_entries(
        &self,
        request: Request<pb::BatchCreateConductEntriesRequest>,
    ) -> Result<Response<pb::BatchCreateConductEntriesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        fields.number("conduct_entries", request.conduct_entries.len(), 1..=BATCH);
        let recorder = fields.text("recorder", &request.recorder, 1..=100);
        let given = request.conduct_entries.iter().take(BATCH).enumerate();
        let mut entries: Vec<ConductEntry> = given
            .map(|(row, given)| convert::read(&mut fields, district, row, &recorder, given))
            .collect();
        fields.check()?;
        let once = Once::new(district, "BatchCreateConductEntries", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;
        let lists = self.lists(district, &entries).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let (now, today) = (tx.now(), tx.now().to_zoned(zone).date());
        let persons: Vec<&str> = entries.iter().map(|it| it.contents.person.as_str()).collect();
        let known = store::person::named(&mut tx, district, &persons).await?;
        let mut fields = Fields::default();
        for (row, it) in entries.iter_mut().enumerate() {
            it.create_time = now;
            let at = format!("conduct_entries[{row}]");
            if !known.contains_key(&it.contents.person) {
                let message = "there is no such person";
                fields.violation(format_args!("{at}.person"), "UNKNOWN_PERSON", message);
            }
            if it.contents.occur_date > today {
                let message = format!("{today} is today");
                fields.violation(format_args!("{at}.occur_date"), "IN_FUTURE", message);
            }
            convert::find_item(&mut fields, &at, &lists, &mut it.contents);
        }
        fields.check()?;
        store::conduct_entry::insert(&mut tx, district, &mut entries).await?;
        let told = entries.iter().map(|it| tell(&mut tx, district, RECORDED, it));
        let reply = pb::BatchCreateConductEntriesResponse { conduct_entries: told.collect() };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn tolerate_conduct_entry(
        &self,
        request: Request<pb::TolerateConductEntryRequest>,
    ) -> Result<Response<pb::ConductEntry>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let why = (&*request.decider, &*request.reason, &*request.evidence);
        let step = convert::step(&mut fields, State::Tolerated, why);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "TolerateConductEntry", &request.request_id, &request)?;
        Ok(Response::new(self.clear(&name, &once, TOLERATED, step, &request.approval).await?))
    }

    async fn clarify_conduct_entry(
        &self,
        request: Request<pb::ClarifyConductEntryRequest>,
    ) -> Result<Response<pb::ConductEntry>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let why = (&*request.decider, &*request.reason, &*request.evidence);
        let step = convert::step(&mut fields, State::Groundless, why);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "ClarifyConductEntry", &request.request_id, &request)?;
        Ok(Response::new(self.clear(&name, &once, CLARIFIED, step, &request.approval).await?))
    }
}

impl Rpc {
    /// The items of the schemes that entries name, by the scheme's id; schemes that are not there
    /// are not among them.
    async fn lists(
        &self,
        district: &str,
        entries: &[ConductEntry],
    ) -> kit::Result<BTreeMap<String, Items>> {
        let named = entries.iter().filter_map(|it| it.contents.item.as_ref());
        let schemes: BTreeSet<String> = named.map(|(scheme, _)| scheme.clone()).collect();
        let asked = schemes.into_iter().map(|id| async move {
            let found = self.registry.items(&SCHEME.format(&[district, &id])).await?;
            Ok::<_, kit::Error>(found.map(|items| (id, items)))
        });
        let found: Vec<_> = stream::iter(asked).buffered(CONCURRENT).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn clear(
        &self,
        name: &Name,
        once: &Once,
        kind: &'static str,
        step: Step,
        approval: &str,
    ) -> kit::Result<pb::ConductEntry> {
        let district = name.id("district");
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::conduct_entry::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, name).await?;
        recusal::refuse_deciding(&mut tx, district, [&*found.contents.person]).await?;
        found.clear(district, Step { create_time: tx.now(), ..step })?;
        approval::consume(&mut tx, district, approval, name.as_str(), "").await?;
        store::conduct_entry::clear(&mut tx, district, &found).await?;
        let reply = tell(&mut tx, district, kind, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<ConductEntry> {
    let sequence = Some(position(name)?);
    let filter = Filter { sequence, ..Default::default() };
    let found = store::conduct_entry::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &ConductEntry) -> pb::ConductEntry {
    let reply = convert::to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::ConductEntry(reply.clone()));
    reply
}
