//! Endpoints.

mod condition;
mod replay;
mod secret;
mod settle;
mod wish;

use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::endpoint_service_server::EndpointService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::delivery::Attempt;
use crate::district::UNIT;
use crate::endpoint::{Endpoint, NAME};
use crate::event::Event;
use crate::follow::post::Post;
use crate::lane::Standing;
use crate::secret::{Scheme, Secret};
use crate::{district, store};

pub(crate) use settle::settle;
use wish::Given;

const CREATED: &str = "saima.notification.v1.EndpointCreated";
const UPDATED: &str = "saima.notification.v1.EndpointUpdated";
const DISABLED: &str = "saima.notification.v1.EndpointDisabled";
const ENABLED: &str = "saima.notification.v1.EndpointEnabled";
const ROTATED: &str = "saima.notification.v1.EndpointSecretRotated";
const TESTED: &str = "saima.notification.v1.EndpointTested";

/// Events that one call may set on their way once more.
const REPLAYED: i64 = 10_000;

#[tonic::async_trait]
impl EndpointService for Rpc {
    async fn get_endpoint(
        &self,
        request: Request<pb::GetEndpointRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::endpoint::get(&mut tx, name.id("district"), name.id("endpoint")).await?;
        Ok(Response::new(found.ok_or_else(|| name.not_found())?.into()))
    }

    async fn list_endpoints(
        &self,
        request: Request<pb::ListEndpointsRequest>,
    ) -> Result<Response<pb::ListEndpointsResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::endpoint::list(&mut tx, parent.id("district"), &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.id.clone());
        let endpoints = found.into_iter().map(pb::Endpoint::from).collect();
        Ok(Response::new(pb::ListEndpointsResponse { endpoints, next_page_token }))
    }

    async fn create_endpoint(
        &self,
        request: Request<pb::CreateEndpointRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let id = fields.id("endpoint_id", &request.endpoint_id);
        let empty = pb::Endpoint::default();
        let given = fields.required("endpoint", &request.endpoint).unwrap_or(&empty);
        let district = parent.id("district");
        let wish = Given::read(&mut fields, given, &self.outbound, district);
        let scheme = fields.optional_choice("endpoint.signature_scheme", given.signature_scheme);
        fields.check()?;
        let once = Once::new(district, "CreateEndpoint", &request.request_id, &request)?;
        self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let endpoint = Endpoint {
            district: district.to_owned(),
            id: id.clone(),
            wish,
            scheme: scheme.unwrap_or(Scheme::Symmetric),
            standing: Standing::new(tx.now()),
        };
        if !store::endpoint::insert(&mut tx, &endpoint).await? {
            return Err(Error::already_exists("endpoint", endpoint.name()).into());
        }
        let secret = Secret::generate(1, tx.now())?;
        store::secret::insert(&mut tx, &self.keys, district, &id, &secret).await?;
        let reply = pb::Endpoint::from(endpoint);
        let resource = Resource::Endpoint(reply.clone());
        change::append(&mut tx, district, CREATED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_endpoint(
        &self,
        request: Request<pb::UpdateEndpointRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let request = request.into_inner();
        let given = field::required("endpoint", request.endpoint.as_ref())?;
        let name = NAME.parse("endpoint.name", &given.name)?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let wish = Given::parse(given, &request.update_mask, &self.outbound, district)?;

        let mut tx = self.db.begin_write().await?;
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        let mut endpoint = found.ok_or_else(|| name.not_found())?;
        etag::check(&given.etag, endpoint.standing.revision, name.as_str())?;
        if !endpoint.change(wish.patch(endpoint.wish.clone()), tx.now()) {
            return Ok(Response::new(endpoint.into()));
        }
        store::endpoint::save(&mut tx, &endpoint).await?;
        let reply = pb::Endpoint::from(endpoint);
        let resource = Resource::Endpoint(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn disable_endpoint(
        &self,
        request: Request<pb::DisableEndpointRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reason = fields.text("reason", &request.reason, 1..=500);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let once = Once::new(district, "DisableEndpoint", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        let mut endpoint = found.ok_or_else(|| name.not_found())?;
        let changed = endpoint.standing.disable(reason, tx.now());
        if changed {
            store::endpoint::save(&mut tx, &endpoint).await?;
        }
        let reply = pb::Endpoint::from(endpoint);
        if changed {
            let resource = Resource::Endpoint(reply.clone());
            change::append(&mut tx, district, DISABLED, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn enable_endpoint(
        &self,
        request: Request<pb::EnableEndpointRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let once = Once::new(district, "EnableEndpoint", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        let mut endpoint = found.ok_or_else(|| name.not_found())?;
        let changed = endpoint.standing.enable(tx.now());
        if changed {
            store::endpoint::save(&mut tx, &endpoint).await?;
        }
        let reply = pb::Endpoint::from(endpoint);
        if changed {
            let resource = Resource::Endpoint(reply.clone());
            change::append(&mut tx, district, ENABLED, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.bell.notify_one();
        Ok(Response::new(reply))
    }

    async fn rotate_secret(
        &self,
        request: Request<pb::RotateSecretRequest>,
    ) -> Result<Response<pb::Endpoint>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let hours = fields.number("overlap_hours", request.overlap_hours, 0..=168);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let once = Once::new(district, "RotateSecret", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        let reply = pb::Endpoint::from(found.ok_or_else(|| name.not_found())?);
        secret::rotate(&mut tx, &self.keys, &name, hours).await?;
        let resource = Resource::Endpoint(reply.clone());
        change::append(&mut tx, district, ROTATED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_secrets(
        &self,
        request: Request<pb::ListSecretsRequest>,
    ) -> Result<Response<pb::ListSecretsResponse>, Status> {
        let name = NAME.parse("parent", &request.get_ref().parent)?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let mut tx = self.db.begin_read().await?;
        let found = store::endpoint::get(&mut tx, district, id).await?;
        let scheme = found.ok_or_else(|| name.not_found())?.scheme;
        let secrets = store::secret::valid(&mut tx, &self.keys, district, id).await?;
        let secrets = secrets.iter().map(|it| secret::shown(it, scheme));
        let secrets = secrets.collect::<kit::Result<_>>()?;
        Ok(Response::new(pb::ListSecretsResponse { secrets }))
    }

    async fn test_endpoint(
        &self,
        request: Request<pb::TestEndpointRequest>,
    ) -> Result<Response<pb::TestEndpointResponse>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let mut tx = self.db.begin_read().await?;
        let found = store::endpoint::get(&mut tx, district, id).await?;
        let endpoint = found.ok_or_else(|| name.not_found())?;
        let secrets = store::secret::valid(&mut tx, &self.keys, district, id).await?;
        let now = tx.now();
        drop(tx);
        let event = Event {
            district: district.to_owned(),
            sequence: 0,
            id: format!("msg_{}", kit::id::uid()),
            kind: TESTED.to_owned(),
            subject: endpoint.name(),
            happen_time: now,
            create_time: now,
            resource: String::new(),
            trace_parent: String::new(),
        };
        let attempt = Post::new(&self.outbound, &endpoint, &secrets).send(&event, 1, now).await;
        Ok(Response::new(outcome(event, attempt)))
    }

    async fn replay_events(
        &self,
        request: Request<pb::ReplayEventsRequest>,
    ) -> Result<Response<pb::ReplayEventsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let start = fields.time("start_time", &request.start_time);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("endpoint"));
        let once = Once::new(district, "ReplayEvents", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::endpoint::lock(&mut tx, district, id).await?;
        let endpoint = found.ok_or_else(|| name.not_found())?;
        endpoint.check_enabled()?;
        let end = store::event::beyond(&mut tx, district, start, REPLAYED).await?;
        let count = replay::events(&mut tx, &endpoint, (start, end)).await?;
        let reply = pb::ReplayEventsResponse {
            count: i64::try_from(count).map_err(Error::internal)?,
            next_start_time: end.map(clock::to_proto),
        };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.bell.notify_one();
        Ok(Response::new(reply))
    }
}

fn outcome(event: Event, attempt: Attempt) -> pb::TestEndpointResponse {
    pb::TestEndpointResponse {
        message_id: event.id,
        delivered: attempt.succeeded(),
        response_status: attempt.status as i32,
        reason: attempt.reason,
        message: attempt.message,
        response_body: attempt.reply,
        duration_millis: attempt.duration_millis,
    }
}

impl From<Endpoint> for pb::Endpoint {
    fn from(it: Endpoint) -> Self {
        let name = it.name();
        let standing = it.standing;
        let owner = match it.wish.owner.as_str() {
            "" => String::new(),
            owner => UNIT.format(&[&it.district, owner]),
        };
        let conditions = it.wish.conditions.iter().map(condition::shown).collect();
        Self {
            name,
            display_name: it.wish.display_name,
            url: it.wish.url,
            event_types: it.wish.event_types,
            subject_prefix: it.wish.subject_prefix,
            include_resource: it.wish.include_resource,
            ordered: it.wish.ordered,
            owner,
            rate_per_minute: it.wish.rate as i32,
            conditions,
            signature_scheme: it.scheme as i32,
            state: standing.state as i32,
            disable_reason: standing.disable_reason,
            consecutive_failures: standing.health.failures,
            failing_since_time: standing.health.failing_since.map(clock::to_proto),
            circuit_open_time: standing.health.opened_until().map(clock::to_proto),
            create_time: Some(clock::to_proto(standing.create_time)),
            update_time: Some(clock::to_proto(standing.update_time)),
            etag: etag::of(standing.revision),
        }
    }
}
