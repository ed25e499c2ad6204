//! Red flags and yellow cards.

mod convert;
pub(super) mod propose;

use kit::db::Tx;
use kit::request_id::Once;
use kit::{Error, etag};
use proto::scoring::v1 as pb;
use proto::scoring::v1::card_service_server::CardService;
use proto::scoring::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::{Rpc, change, sequence};
use crate::assignment::PERIOD;
use crate::card::{Card, NAME, State, Step};
use crate::{store, subject};

const PROPOSED: &str = "saima.scoring.v1.CardProposed";
const ISSUED: &str = "saima.scoring.v1.CardIssued";
const DECLINED: &str = "saima.scoring.v1.CardDeclined";
const WITHDRAWN: &str = "saima.scoring.v1.CardWithdrawn";

#[tonic::async_trait]
impl CardService for Rpc {
    async fn get_card(
        &self,
        request: Request<pb::GetCardRequest>,
    ) -> Result<Response<pb::Card>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "card")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::card::get(&mut tx, district, sequence).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        Ok(Response::new(convert::to_proto(district, &found)))
    }

    async fn list_cards(
        &self,
        request: Request<pb::ListCardsRequest>,
    ) -> Result<Response<pb::ListCardsResponse>, Status> {
        let (district, filter, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::card::list(&mut tx, &district, &filter, &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.sequence.to_string());
        let cards = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListCardsResponse { cards, next_page_token }))
    }

    async fn create_card(
        &self,
        request: Request<pb::CreateCardRequest>,
    ) -> Result<Response<pb::Card>, Status> {
        let request = request.into_inner();
        let (district, mut contents, decider) = convert::contents(&request)?;
        let once = Once::new(&district, "CreateCard", &request.request_id, &request)?;
        let definitions = self.definitions(&district, &contents.period).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let Some(definitions) = definitions else {
            let message = format!("there is no {}", PERIOD.format(&[&district, &contents.period]));
            return Err(Error::invalid("card.period", "UNKNOWN_PERIOD", message).into());
        };
        let Some(known) = definitions.assignment.unit_named(&contents.unit) else {
            let name = subject::name(&district, &contents.unit);
            let message = format!("{name} has no part in {}", contents.period);
            return Err(Error::invalid("card.unit", "UNKNOWN_UNIT", message).into());
        };
        contents.unit_display_name.clone_from(&known.display_name);
        store::head::lock(&mut tx, &district).await?;
        let now = tx.now();
        let step = Step { state: State::Issued, reason: String::new(), decider, create_time: now };
        let sequence = store::card::last(&mut tx, &district).await? + 1;
        let card = [Card { sequence, contents, origin: None, create_time: now, steps: vec![step] }];
        store::card::insert(&mut tx, &district, &card).await?;
        store::card::take_steps(&mut tx, &district, &card).await?;
        let reply = append(&mut tx, &district, ISSUED, &card[0]);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn decide_card(
        &self,
        request: Request<pb::DecideCardRequest>,
    ) -> Result<Response<pb::Card>, Status> {
        let request = request.into_inner();
        let (name, state, reason, decider) = convert::decision(&request)?;
        let once = Once::new(name.id("district"), "DecideCard", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let step = Step { state, reason, decider, create_time: tx.now() };
        let reply = take(&mut tx, &name, &request.etag, step).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn withdraw_card(
        &self,
        request: Request<pb::WithdrawCardRequest>,
    ) -> Result<Response<pb::Card>, Status> {
        let request = request.into_inner();
        let (name, reason, decider) = convert::withdrawal(&request)?;
        let once = Once::new(name.id("district"), "WithdrawCard", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let step = Step { state: State::Withdrawn, reason, decider, create_time: tx.now() };
        let reply = take(&mut tx, &name, &request.etag, step).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Lets a card take a step and tells of it.
async fn take(
    tx: &mut Tx,
    name: &kit::name::Name,
    given: &str,
    step: Step,
) -> kit::Result<pb::Card> {
    let (district, sequence) = (name.id("district"), sequence(name, "card")?);
    store::head::lock(tx, district).await?;
    let found = store::card::get(tx, district, sequence).await?;
    let mut found = found.ok_or_else(|| name.not_found())?;
    etag::check(given, found.revision(), name.as_str())?;
    let kind = match step.state {
        State::Issued => ISSUED,
        State::Declined | State::Proposed => DECLINED,
        State::Withdrawn => WITHDRAWN,
    };
    found.step(district, step)?;
    let found = [found];
    store::card::take_steps(tx, district, &found).await?;
    Ok(append(tx, district, kind, &found[0]))
}

fn append(tx: &mut Tx, district: &str, kind: &'static str, row: &Card) -> pb::Card {
    let reply = convert::to_proto(district, row);
    change::append(tx, district, kind, &reply.name, Some(Resource::Card(reply.clone())));
    reply
}
