//! Event types, described from the contract.

mod schema;

use kit::guard;
use kit::name::Pattern;
use kit::page::Page;
use kit::{Error, Result as Kit};
use prost_reflect::{Kind, MessageDescriptor};
use proto::notification::v1 as pb;
use proto::notification::v1::event_type_service_server::EventTypeService;
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::event::TYPES;

static NAME: Pattern = Pattern::new("event type", "eventTypes/{type}");

/// The message of a service's change feed.
pub(crate) fn change(service: &str) -> Kit<MessageDescriptor> {
    let name = format!("saima.{service}.v1.Change");
    let found = proto::descriptors().get_message_by_name(&name);
    found.ok_or_else(|| Error::internal("the contract cannot be read"))
}

/// Types that begin with the name of another resource than the one they speak of.
const OTHERWISE: [(&str, &str); 2] = [
    ("saima.scoring.v1.CorrectionReported", "Finding"),
    ("saima.scoring.v1.CorrectionReviewed", "Finding"),
];

/// The resource that events of a type speak of: the one of its service's feed whose name the
/// type begins with.
pub(crate) fn resource(event_type: &str) -> Kit<MessageDescriptor> {
    let service = event_type.split('.').nth(1).unwrap_or_default();
    let verb = event_type.rsplit('.').next().unwrap_or_default();
    let other = OTHERWISE.iter().find(|(it, _)| *it == event_type);
    let verb = other.map_or(verb, |(_, resource)| resource);
    let change = change(service)?;
    let resources = change.oneofs().flat_map(|it| it.fields().collect::<Vec<_>>());
    let named = resources.filter_map(|field| match field.kind() {
        Kind::Message(message) if verb.starts_with(message.name()) => Some(message),
        _ => None,
    });
    let longest = named.max_by_key(|message| message.name().len());
    longest.ok_or_else(|| Error::internal(format!("{event_type} has no resource")))
}

#[tonic::async_trait]
impl EventTypeService for Rpc {
    async fn get_event_type(
        &self,
        request: Request<pb::GetEventTypeRequest>,
    ) -> Result<Response<pb::EventType>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let found = TYPES.iter().find(|it| **it == name.id("type"));
        let found = found.ok_or_else(|| name.not_found())?;
        let json_schema = schema::of(found, &resource(found)?);
        Ok(Response::new(pb::EventType { json_schema, ..line(found)? }))
    }

    async fn list_event_types(
        &self,
        request: Request<pb::ListEventTypesRequest>,
    ) -> Result<Response<pb::ListEventTypesResponse>, Status> {
        guard::no_district();
        let request = request.into_inner();
        let page = Page::parse(request.page_size, &request.page_token, &[])?;
        let behind = TYPES.iter().filter(|it| page.after().is_none_or(|after| **it > after));
        let mut found: Vec<&str> = behind.copied().collect();
        let next_page_token = page.cut(&mut found, |it| (*it).to_owned());
        let event_types = found.into_iter().map(line).collect::<Kit<_>>()?;
        Ok(Response::new(pb::ListEventTypesResponse { event_types, next_page_token }))
    }
}

/// An event type as it stands in a list.
fn line(event_type: &str) -> Kit<pb::EventType> {
    Ok(pb::EventType {
        name: NAME.format(&[event_type]),
        resource: resource(event_type)?.full_name().to_owned(),
        json_schema: String::new(),
    })
}
