//! Members of pools over the wire.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::pool_member_service_server::PoolMemberService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, bounded, change, criteria, position, recusal, shown};
use crate::person::Person;
use crate::pool::{self, Pool};
use crate::pool_member::{Exit, LEDGER, NAME, PoolMember};
use crate::store;
use crate::store::pool_member::Filter;

const ADMITTED: &str = "saima.cadre.v1.PoolMemberAdmitted";
const DISMISSED: &str = "saima.cadre.v1.PoolMemberDismissed";

#[tonic::async_trait]
impl PoolMemberService for Rpc {
    async fn get_pool_member(
        &self,
        request: Request<pb::GetPoolMemberRequest>,
    ) -> Result<Response<pb::PoolMember>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let filter = Filter { sequence: Some(position(&name)?), ..Default::default() };
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::pool_member::list(&mut tx, district, &filter, None).await?.pop();
        let found = found.ok_or_else(|| name.not_found())?;
        recusal::refuse_reading_of(&mut tx, &name, &found.person).await?;
        Ok(Response::new(to_proto(district, &found)))
    }

    async fn list_pool_members(
        &self,
        request: Request<pb::ListPoolMembersRequest>,
    ) -> Result<Response<pb::ListPoolMembersResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequence: None,
            pool: fields.optional_member("pool", &pool::NAME, &request.pool, district),
            person: fields.optional_member("person", &PERSON, &request.person, district),
            day: fields.optional_date("as_of_date", &request.as_of_date),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.pool, &request.person, &shown(filter.day)],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::pool_member::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let pool_members = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListPoolMembersResponse { pool_members, next_page_token }))
    }

    async fn admit_persons(
        &self,
        request: Request<pb::AdmitPersonsRequest>,
    ) -> Result<Response<pb::AdmitPersonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("pool", &pool::NAME, &request.pool);
        let district = name.id("district");
        let start = fields.date("start_date", &request.start_date);
        let account = fields.account("account", &request.account, 1..=100);
        let mut rows = Vec::new();
        let given = bounded(&mut fields, "admissions", &request.admissions).iter().enumerate();
        for (row, it) in given {
            let at = format!("admissions[{row}]");
            rows.push((
                fields.member(format_args!("{at}.person"), &PERSON, &it.person, district),
                fields.paragraph(format_args!("{at}.reason"), &it.reason, 1..=500),
                fields.paragraph(format_args!("{at}.waiver"), &it.waiver, 0..=500),
            ));
        }
        let ids: Vec<&str> = rows.iter().map(|it| it.0.as_str()).collect();
        once_each(&mut fields, "admissions", &ids);
        fields.check()?;
        let once = Once::new(district, "AdmitPersons", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        recusal::refuse_deciding(&mut tx, district, ids.iter().copied()).await?;
        let last = store::ledger::lock(&mut tx, district, LEDGER).await?;
        let pool = find_pool(&mut tx, &name).await?;
        let persons = store::person::of_ids(&mut tx, district, &ids).await?;
        let asked = &pool.contents.criteria;
        let outcomes = criteria::check(&mut tx, district, asked, &persons, start).await?;
        let persons: HashMap<&str, &Person> =
            persons.iter().map(|it| (it.id.as_str(), it)).collect();
        let held = store::pool_member::of(&mut tx, district, &pool.id, &ids).await?;
        let now = tx.now();
        let mut fields = Fields::default();
        let mut new = Vec::with_capacity(rows.len());
        for (row, (person, reason, waiver)) in rows.iter().enumerate() {
            let at = format!("admissions[{row}]");
            if !persons.contains_key(person.as_str()) {
                let message = format!("there is no person {person}");
                fields.violation(format_args!("{at}.person"), "UNKNOWN_PERSON", message);
                continue;
            }
            if let Some(it) = held.iter().find(|it| it.person == *person && it.lasts_to(start)) {
                let message = format!("is in by {} since {}", it.name(district), it.start);
                fields.violation(format_args!("{at}.person"), "ALREADY_IN_POOL", message);
            }
            let outcomes = outcomes.get(person).map_or(&[][..], Vec::as_slice);
            let failed: Vec<_> = outcomes.iter().filter(|it| !it.passed).collect();
            if !failed.is_empty() && waiver.is_empty() {
                let message = criteria::complaint(failed.iter().copied());
                fields.violation(format_args!("{at}.person"), "CRITERIA_FAILED", message);
            }
            new.push(PoolMember {
                sequence: last + 1 + row as i64,
                pool: pool.id.clone(),
                person: person.clone(),
                start,
                account: account.clone(),
                reason: reason.clone(),
                waiver: if failed.is_empty() { String::new() } else { waiver.clone() },
                failed: failed.iter().map(|it| it.kind).collect(),
                create_time: now,
                exit: None,
            });
        }
        fields.check()?;
        store::pool_member::insert(&mut tx, district, &new).await?;
        let pool_members = tell(&mut tx, district, ADMITTED, &new);
        let reply = pb::AdmitPersonsResponse { pool_members };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn dismiss_persons(
        &self,
        request: Request<pb::DismissPersonsRequest>,
    ) -> Result<Response<pb::DismissPersonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("pool", &pool::NAME, &request.pool);
        let district = name.id("district");
        let end = fields.date("end_date", &request.end_date);
        let account = fields.account("account", &request.account, 1..=100);
        let mut rows = Vec::new();
        let given = bounded(&mut fields, "dismissals", &request.dismissals).iter().enumerate();
        for (row, it) in given {
            let at = format!("dismissals[{row}]");
            rows.push((
                fields.member(format_args!("{at}.person"), &PERSON, &it.person, district),
                fields.paragraph(format_args!("{at}.reason"), &it.reason, 1..=500),
            ));
        }
        let ids: Vec<&str> = rows.iter().map(|it| it.0.as_str()).collect();
        once_each(&mut fields, "dismissals", &ids);
        fields.check()?;
        let once = Once::new(district, "DismissPersons", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, district, LEDGER).await?;
        let pool = find_pool(&mut tx, &name).await?;
        let held = store::pool_member::of(&mut tx, district, &pool.id, &ids).await?;
        let gone = leave(&rows, held, end, &account, tx.now())?;
        store::pool_member::leave(&mut tx, district, &gone).await?;
        let pool_members = tell(&mut tx, district, DISMISSED, &gone);
        let reply = pb::DismissPersonsResponse { pool_members };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The memberships that end, or whom of the rows there is none to end for.
fn leave(
    rows: &[(String, String)],
    held: Vec<PoolMember>,
    end: Date,
    account: &str,
    now: jiff::Timestamp,
) -> kit::Result<Vec<PoolMember>> {
    let mut open: HashMap<String, PoolMember> = held
        .into_iter()
        .filter(|it| it.exit.is_none() && it.start <= end)
        .map(|it| (it.person.clone(), it))
        .collect();
    let mut fields = Fields::default();
    let mut gone = Vec::with_capacity(rows.len());
    for (row, (person, reason)) in rows.iter().enumerate() {
        let Some(mut it) = open.remove(person) else {
            let message = format!("is not in the pool on {end}, or left already");
            fields.violation(format_args!("dismissals[{row}].person"), "NOT_IN_POOL", message);
            continue;
        };
        it.exit = Some(Exit {
            end,
            account: account.to_owned(),
            reason: reason.clone(),
            create_time: now,
        });
        gone.push(it);
    }
    fields.check()?;
    Ok(gone)
}

/// Refuses a person who comes twice: `DUPLICATE`.
pub(super) fn once_each(fields: &mut Fields, field: &str, ids: &[&str]) {
    let mut seen = BTreeSet::new();
    for (row, id) in ids.iter().enumerate() {
        if !id.is_empty() && !seen.insert(id) {
            let message = format!("{id} was given in an earlier row already");
            fields.violation(format_args!("{field}[{row}].person"), "DUPLICATE", message);
        }
    }
}

async fn find_pool(tx: &mut Tx, name: &Name) -> kit::Result<Pool> {
    let found = store::definition::find(tx, name.id("district"), name.id("pool")).await?;
    found.ok_or_else(|| name.not_found())
}

fn tell(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    all: &[PoolMember],
) -> Vec<pb::PoolMember> {
    let told = all.iter().map(|it| {
        let reply = to_proto(district, it);
        change::append(tx, district, kind, &reply.name, Resource::PoolMember(reply.clone()));
        reply
    });
    told.collect()
}

pub(super) fn to_proto(district: &str, it: &PoolMember) -> pb::PoolMember {
    let exit = it.exit.as_ref();
    pb::PoolMember {
        name: it.name(district),
        pool: pool::NAME.format(&[district, &it.pool]),
        person: PERSON.format(&[district, &it.person]),
        start_date: Some(date::to_proto(it.start)),
        end_date: exit.map(|it| date::to_proto(it.end)),
        entry_reason: it.reason.clone(),
        entry_account: it.account.clone(),
        failed_criteria: it.failed.iter().map(|it| *it as i32).collect(),
        waiver: it.waiver.clone(),
        exit_reason: exit.map(|it| it.reason.clone()).unwrap_or_default(),
        exit_account: exit.map(|it| it.account.clone()).unwrap_or_default(),
        create_time: Some(clock::to_proto(it.create_time)),
        exit_time: exit.map(|it| clock::to_proto(it.create_time)),
    }
}
