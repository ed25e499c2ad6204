//! The paths of the contract, read from its descriptors.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use http::header::CONTENT_TYPE;
use http::{Method, Request, Uri, Version};
use percent_encoding::percent_decode_str;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use proto::google::api::HttpRule;
use proto::google::api::http_rule::Pattern;

/// How an RPC is called by a path.
pub(super) struct Route {
    /// Where gRPC calls it.
    pub(super) uri: Uri,
    pub(super) input: MessageDescriptor,
    pub(super) output: MessageDescriptor,
    pub(super) streams: bool,
    /// The field that the body holds: `*` the whole message, empty for none.
    pub(super) body: String,
    segments: Vec<Segment>,
    /// Fields that stand in the path, with their segments.
    fields: Vec<(String, Range<usize>)>,
}

enum Segment {
    Word(String),
    Any,
}

/// What tells rules apart before their segments do: method, number of segments, verb.
type Key = (Method, usize, String);

static ROUTES: LazyLock<HashMap<Key, Vec<Route>>> = LazyLock::new(|| {
    let pool = proto::descriptors();
    let Some(http) = pool.get_extension_by_name("google.api.http") else {
        return HashMap::new();
    };
    let mut routes: HashMap<Key, Vec<Route>> = HashMap::new();
    for method in pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
        let options: DynamicMessage = method.options();
        let rule = options.get_extension(&http).as_message().cloned();
        let Some(rule) = rule.and_then(|it| it.transcode_to::<HttpRule>().ok()) else { continue };
        let more = rule.additional_bindings.clone();
        for rule in std::iter::once(rule).chain(more) {
            if let Some((key, route)) = read(&method, rule) {
                routes.entry(key).or_default().push(route);
            }
        }
    }
    for found in routes.values_mut() {
        // The path that says more goes first.
        found.sort_by_key(|route| route.segments.iter().filter(|it| it.is_any()).count());
    }
    routes
});

/// How a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    Grpc,
    /// gRPC-Web, and whatever else is for its layer to refuse.
    Web,
    /// No gRPC at all: one of our paths, or nobody's, which is told in JSON.
    Json,
}

pub(super) fn tongue<B>(request: &Request<B>) -> Tongue {
    let kind = request.headers().get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    let kind = kind.and_then(|it| it.strip_prefix(b"application/grpc"));
    match kind {
        Some(b"" | [b'+' | b';', ..]) if request.version() == Version::HTTP_2 => Tongue::Grpc,
        None => Tongue::Json,
        _ => Tongue::Web,
    }
}

/// The RPC that a path stands for, with the fields that it gives.
pub(super) fn find(
    method: &Method,
    path: &str,
) -> Option<(&'static Route, Vec<(&'static str, String)>)> {
    let mut given = Vec::new();
    for segment in path.strip_prefix('/')?.split('/') {
        let segment = percent_decode_str(segment).decode_utf8().ok()?;
        if segment.contains('/') {
            return None;
        }
        given.push(segment.into_owned());
    }
    let last = given.last_mut()?;
    let verb = match last.rsplit_once(':') {
        None => String::new(),
        Some((word, verb)) => {
            let verb = verb.to_owned();
            *last = word.to_owned();
            verb
        }
    };
    let routes = ROUTES.get(&(method.clone(), given.len(), verb))?;
    let route = routes.iter().find(|it| it.is_at(&given))?;
    let bound = route.fields.iter().map(|(field, at)| {
        let value = given.get(at.clone()).unwrap_or_default().join("/");
        (field.as_str(), value)
    });
    Some((route, bound.collect()))
}

impl Route {
    fn is_at(&self, given: &[String]) -> bool {
        self.segments.iter().zip(given).all(|(segment, given)| match segment {
            Segment::Word(word) => word == given,
            Segment::Any => !given.is_empty(),
        })
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        if text == "*" { Self::Any } else { Self::Word(text.to_owned()) }
    }

    fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

fn read(method: &MethodDescriptor, rule: HttpRule) -> Option<(Key, Route)> {
    let (verb, template) = match rule.pattern? {
        Pattern::Get(path) => (Method::GET, path),
        Pattern::Put(path) => (Method::PUT, path),
        Pattern::Post(path) => (Method::POST, path),
        Pattern::Delete(path) => (Method::DELETE, path),
        Pattern::Patch(path) => (Method::PATCH, path),
        Pattern::Custom(_) => return None,
    };
    let (mut rest, action) = template.split_once(':').unwrap_or((&template, ""));
    let (mut segments, mut fields) = (Vec::new(), Vec::new());
    while let Some(next) = rest.strip_prefix('/') {
        if let Some(inner) = next.strip_prefix('{') {
            let (inner, after) = inner.split_once('}')?;
            let (field, pattern) = inner.split_once('=').unwrap_or((inner, "*"));
            let start = segments.len();
            segments.extend(pattern.split('/').map(Segment::of));
            fields.push((field.to_owned(), start..segments.len()));
            rest = after;
        } else {
            let end = next.find('/').unwrap_or(next.len());
            segments.push(Segment::of(&next[..end]));
            rest = &next[end..];
        }
    }
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let route = Route {
        uri: path.parse().ok()?,
        input: method.input(),
        output: method.output(),
        streams: method.is_client_streaming() || method.is_server_streaming(),
        body: rule.body,
        segments,
        fields,
    };
    Some(((verb, route.segments.len(), action.to_owned()), route))
}
