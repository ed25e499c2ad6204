//! Recusals over the wire, and what they keep whom from.

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, guard};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::recusal_service_server::RecusalService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, change, position};
use crate::recusal::{self, End, Kinship, NAME, Recusal};
use crate::store;
use crate::store::recusal::Filter;

const DECLARED: &str = "saima.cadre.v1.RecusalDeclared";
const ENDED: &str = "saima.cadre.v1.RecusalEnded";

#[tonic::async_trait]
impl RecusalService for Rpc {
    async fn get_recusal(
        &self,
        request: Request<pb::GetRecusalRequest>,
    ) -> Result<Response<pb::Recusal>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::recusal::find(&mut tx, district, position(&name)?).await?;
        Ok(Response::new(to_proto(district, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_recusals(
        &self,
        request: Request<pb::ListRecusalsRequest>,
    ) -> Result<Response<pb::ListRecusalsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let person = fields.optional_member("person", &PERSON, &request.person, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.person],
        )?;
        let mut tx = self.db.begin_read().await?;
        let filter = Filter { sequence: None, person };
        let mut rows = store::recusal::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let recusals = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListRecusalsResponse { recusals, next_page_token }))
    }

    async fn create_recusal(
        &self,
        request: Request<pb::CreateRecusalRequest>,
    ) -> Result<Response<pb::Recusal>, Status> {
        let request = request.into_inner();
        let given = field::required("recusal", request.recusal.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let mut new = Recusal {
            sequence: 0,
            person: fields.member("recusal.person", &PERSON, &given.person, district),
            account: fields.text("recusal.account", &given.account, 1..=100),
            kinship: fields.choice("recusal.kinship", given.kinship),
            ground: fields.paragraph("recusal.ground", &given.ground, 1..=500),
            recorder: guard::account().unwrap_or_default(),
            create_time: Timestamp::UNIX_EPOCH,
            end: None,
        };
        fields.check()?;
        let once = Once::new(district, "CreateRecusal", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let known = store::person::named(&mut tx, district, &[new.person.as_str()]).await?;
        if known.is_empty() {
            let message = format!("there is no person {}", given.person);
            return Err(Error::invalid("recusal.person", "UNKNOWN_PERSON", message).into());
        }
        store::recusal::lock(&mut tx, district).await?;
        let held = store::recusal::of_account(&mut tx, district, &new.account).await?;
        if held.iter().any(|(person, _)| *person == new.person) {
            let message = format!("{} is recused from it already", new.account);
            return Err(Error::precondition("RECUSED", &given.person, message).into());
        }
        new.create_time = tx.now();
        store::recusal::insert(&mut tx, district, &mut new).await?;
        let reply = tell(&mut tx, district, DECLARED, &new);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn end_recusal(
        &self,
        request: Request<pb::EndRecusalRequest>,
    ) -> Result<Response<pb::Recusal>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "EndRecusal", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::recusal::lock(&mut tx, district).await?;
        let found = store::recusal::find(&mut tx, district, position(&name)?).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        refuse_deciding(&mut tx, district, [&*found.person]).await?;
        let ender = guard::account().unwrap_or_default();
        found.end(district, End { ender, reason, create_time: tx.now() })?;
        store::recusal::end(&mut tx, district, &found).await?;
        let reply = tell(&mut tx, district, ENDED, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The persons of whom the caller neither reads nor decides anything.
pub(super) async fn barred(tx: &mut Tx, district: &str) -> kit::Result<Vec<(String, Kinship)>> {
    match guard::account() {
        Some(account) if !account.is_empty() => {
            store::recusal::of_account(tx, district, &account).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Has a person's record look absent to himself and his relatives; `name` is that of the record.
pub(super) async fn refuse_reading(tx: &mut Tx, name: &Name) -> kit::Result<()> {
    refuse_reading_of(tx, name, name.id("person")).await
}

/// The same of something that is about a person, without naming him.
pub(super) async fn refuse_reading_of(tx: &mut Tx, name: &Name, person: &str) -> kit::Result<()> {
    let barred = barred(tx, name.id("district")).await?;
    match barred.iter().any(|(it, _)| it == person) {
        true => Err(name.not_found()),
        false => Ok(()),
    }
}

/// Leaves out of a page what is about the caller himself or a relative.
pub(super) async fn leave_out<T>(
    tx: &mut Tx,
    district: &str,
    rows: &mut Vec<T>,
    person: impl Fn(&T) -> &str,
) -> kit::Result<()> {
    let barred = barred(tx, district).await?;
    rows.retain(|row| !barred.iter().any(|(it, _)| it == person(row)));
    Ok(())
}

/// Refuses the caller a decision about himself or a relative.
pub(super) async fn refuse_deciding<'a>(
    tx: &mut Tx,
    district: &str,
    persons: impl IntoIterator<Item = &'a str>,
) -> kit::Result<()> {
    let barred = barred(tx, district).await?;
    if barred.is_empty() {
        return Ok(());
    }
    let near = |person: &str| barred.iter().find(|(it, _)| it == person).map(|(_, it)| *it);
    match persons.into_iter().find_map(near) {
        Some(kinship) => Err(recusal::refused(kinship)),
        None => Ok(()),
    }
}

/// The feed tells that there is one. Who is close to whom is nobody's business who watches.
fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Recusal) -> pb::Recusal {
    let reply = to_proto(district, it);
    let (name, ended, create_time) = (reply.name.clone(), reply.ended, reply.create_time);
    let told = pb::Recusal { name, ended, create_time, ..Default::default() };
    change::append(tx, district, kind, &reply.name, Resource::Recusal(told));
    reply
}

fn to_proto(district: &str, it: &Recusal) -> pb::Recusal {
    let end = it.end.as_ref();
    pb::Recusal {
        name: it.name(district),
        person: PERSON.format(&[district, &it.person]),
        account: it.account.clone(),
        kinship: it.kinship as i32,
        ground: it.ground.clone(),
        recorder: it.recorder.clone(),
        ended: end.is_some(),
        ender: end.map(|it| it.ender.clone()).unwrap_or_default(),
        end_reason: end.map(|it| it.reason.clone()).unwrap_or_default(),
        end_time: end.map(|it| clock::to_proto(it.create_time)),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
