//! Deliveries.

use kit::clock;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use proto::notification::v1 as pb;
use proto::notification::v1::delivery_service_server::DeliveryService;
use tonic::{Request, Response, Status};

use super::{Rpc, sequence};
use crate::delivery::{Attempt, Delivery, NAME, State};
use crate::endpoint::{self, Endpoint};
use crate::event::Event;
use crate::store;

#[tonic::async_trait]
impl DeliveryService for Rpc {
    async fn get_delivery(
        &self,
        request: Request<pb::GetDeliveryRequest>,
    ) -> Result<Response<pb::Delivery>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let place = sequence(&name, "delivery")?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let mut tx = self.db.begin_read().await?;
        let found = store::endpoint::get(&mut tx, district, id).await?;
        let endpoint = found.ok_or_else(|| name.not_found())?;
        let found = store::delivery::get(&mut tx, district, id, place).await?;
        let delivery = found.ok_or_else(|| name.not_found())?;
        let events = store::event::by_places(&mut tx, district, &[place]).await?;
        let attempts = store::delivery::attempts(&mut tx, &delivery).await?;
        let event = events.into_iter().next().ok_or_else(|| name.not_found())?;
        Ok(Response::new(whole(&endpoint, delivery, &event, attempts)))
    }

    async fn list_deliveries(
        &self,
        request: Request<pb::ListDeliveriesRequest>,
    ) -> Result<Response<pb::ListDeliveriesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("parent", &endpoint::NAME, &request.parent);
        let state = fields.optional_choice::<State>("state", request.state);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.state],
        )?;
        let mut tx = self.db.begin_read().await?;
        store::endpoint::get(&mut tx, district, id).await?.ok_or_else(|| name.not_found())?;
        let mut found = store::delivery::list(&mut tx, district, id, state, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.event.to_string());
        let places: Vec<i64> = found.iter().map(|it| it.event).collect();
        let events = store::event::by_places(&mut tx, district, &places).await?;
        let deliveries = found.into_iter().zip(&events).map(|(it, event)| line(it, event));
        let deliveries = deliveries.collect();
        Ok(Response::new(pb::ListDeliveriesResponse { deliveries, next_page_token }))
    }

    async fn retry_delivery(
        &self,
        request: Request<pb::RetryDeliveryRequest>,
    ) -> Result<Response<pb::Delivery>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let place = sequence(&name, "delivery")?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let once = Once::new(district, "RetryDelivery", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        found.ok_or_else(|| name.not_found())?.check_enabled()?;
        if !store::delivery::retry(&mut tx, district, id, place).await? {
            return Err(name.not_found().into());
        }
        let found = store::delivery::get(&mut tx, district, id, place).await?;
        let delivery = found.ok_or_else(|| name.not_found())?;
        let events = store::event::by_places(&mut tx, district, &[place]).await?;
        let event = events.first().ok_or_else(|| name.not_found())?;
        let reply = line(delivery, event);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.bell.notify_one();
        Ok(Response::new(reply))
    }
}

/// A delivery as it stands in a list.
fn line(it: Delivery, event: &Event) -> pb::Delivery {
    pb::Delivery {
        name: it.name(),
        message_id: event.id.clone(),
        event_type: event.kind.clone(),
        subject: event.subject.clone(),
        event_time: Some(clock::to_proto(event.create_time)),
        state: it.state as i32,
        next_attempt_time: (it.state == State::Pending).then(|| clock::to_proto(it.next_time)),
        attempt_count: it.attempts as i32,
        last_failure: it.last_failure,
        body: String::new(),
        attempts: Vec::new(),
    }
}

fn whole(endpoint: &Endpoint, it: Delivery, event: &Event, attempts: Vec<Attempt>) -> pb::Delivery {
    let attempts = attempts.into_iter().map(pb::Attempt::from).collect();
    let body = event.body(endpoint.wish.include_resource);
    pb::Delivery { attempts, body, ..line(it, event) }
}

impl From<Attempt> for pb::Attempt {
    fn from(it: Attempt) -> Self {
        Self {
            number: it.number as i32,
            attempt_time: Some(clock::to_proto(it.create_time)),
            url: it.url,
            reason: it.reason,
            message: it.message,
            response_status: it.status as i32,
            response_body: it.reply,
            duration_millis: it.duration_millis,
        }
    }
}
