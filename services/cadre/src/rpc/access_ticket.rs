//! Tickets over the wire.

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock};
use proto::cadre::v1 as pb;
use proto::cadre::v1::access_ticket_service_server::AccessTicketService;
use proto::cadre::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, change, position, recusal};
use crate::access_ticket::{AccessTicket, Decision, NAME};
use crate::store;
use crate::store::access_ticket::Filter;

const REQUESTED: &str = "saima.cadre.v1.AccessTicketRequested";
const DECIDED: &str = "saima.cadre.v1.AccessTicketDecided";

#[tonic::async_trait]
impl AccessTicketService for Rpc {
    async fn get_access_ticket(
        &self,
        request: Request<pb::GetAccessTicketRequest>,
    ) -> Result<Response<pb::AccessTicket>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::access_ticket::find(&mut tx, district, position(&name)?).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        recusal::refuse_reading_of(&mut tx, &name, &found.person).await?;
        Ok(Response::new(to_proto(district, &found, tx.now())))
    }

    async fn list_access_tickets(
        &self,
        request: Request<pb::ListAccessTicketsRequest>,
    ) -> Result<Response<pb::ListAccessTicketsResponse>, Status> {
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
        let mut rows = store::access_ticket::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let now = tx.now();
        let access_tickets = rows.iter().map(|it| to_proto(district, it, now)).collect();
        Ok(Response::new(pb::ListAccessTicketsResponse { access_tickets, next_page_token }))
    }

    async fn create_access_ticket(
        &self,
        request: Request<pb::CreateAccessTicketRequest>,
    ) -> Result<Response<pb::AccessTicket>, Status> {
        let request = request.into_inner();
        let given = field::required("access_ticket", request.access_ticket.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let mut new = AccessTicket {
            sequence: 0,
            person: fields.member("access_ticket.person", &PERSON, &given.person, district),
            reader: fields.text("access_ticket.reader", &given.reader, 1..=100),
            purpose: fields.paragraph("access_ticket.purpose", &given.purpose, 1..=500),
            hours: fields.number("access_ticket.hours", given.hours, 1..=72),
            decision: None,
            create_time: Timestamp::UNIX_EPOCH,
        };
        fields.check()?;
        let once = Once::new(district, "CreateAccessTicket", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let known = store::person::named(&mut tx, district, &[new.person.as_str()]).await?;
        if known.is_empty() {
            let message = format!("there is no person {}", given.person);
            return Err(Error::invalid("access_ticket.person", "UNKNOWN_PERSON", message).into());
        }
        new.create_time = tx.now();
        store::access_ticket::insert(&mut tx, district, &mut new).await?;
        let reply = tell(&mut tx, district, REQUESTED, &new);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn decide_access_ticket(
        &self,
        request: Request<pb::DecideAccessTicketRequest>,
    ) -> Result<Response<pb::AccessTicket>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let decision = Decision {
            approved: request.approved,
            decider: fields.account("decider", &request.decider, 1..=100),
            reason: fields.paragraph("reason", &request.reason, 1..=500),
            create_time: Timestamp::UNIX_EPOCH,
        };
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "DecideAccessTicket", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::access_ticket::lock(&mut tx, district).await?;
        let found = store::access_ticket::find(&mut tx, district, position(&name)?).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        recusal::refuse_deciding(&mut tx, district, [&*found.person]).await?;
        found.decide(district, Decision { create_time: tx.now(), ..decision })?;
        store::access_ticket::decide(&mut tx, district, &found).await?;
        let reply = tell(&mut tx, district, DECIDED, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &AccessTicket) -> pb::AccessTicket {
    let reply = to_proto(district, it, tx.now());
    change::append(tx, district, kind, &reply.name, Resource::AccessTicket(reply.clone()));
    reply
}

fn to_proto(district: &str, it: &AccessTicket, now: Timestamp) -> pb::AccessTicket {
    let decision = it.decision.as_ref();
    pb::AccessTicket {
        name: it.name(district),
        person: PERSON.format(&[district, &it.person]),
        reader: it.reader.clone(),
        purpose: it.purpose.clone(),
        hours: it.hours,
        state: it.state(now) as i32,
        decider: decision.map(|it| it.decider.clone()).unwrap_or_default(),
        reason: decision.map(|it| it.reason.clone()).unwrap_or_default(),
        expire_time: it.expire_time().map(clock::to_proto),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
