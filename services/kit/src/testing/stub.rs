//! Peers that say only what a test has put there: documents by name, refusals by name, and pages
//! of the documents that lie below a parent. Whatever RPC is added to a service, its stub
//! need not know of it.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::task::{Context as Task, Poll};

use futures::future::BoxFuture;
use prost::Message;
use prost::bytes::{Buf as _, BufMut as _};
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService};
use tonic::{Code, Request, Response, Status};

use super::Served;
use crate::boot::Context;
use crate::db::{Db, Migrations};
use crate::feed;

/// The schema of a service that is stubbed.
pub static DOCS: Migrations = Migrations {
    sqlite: sqlx::migrate!("src/testing/stub/sqlite"),
    postgres: sqlx::migrate!("src/testing/stub/postgres"),
};

/// So many documents a page, so that a test with dozens of them sees several pages.
const PAGE: i64 = 10;

/// Answers the unary calls of a service: `Stub::<UnitServiceServer<()>>::of(&ctx)`.
///
/// A request is answered with the document of its `name`; one without by that of the longest
/// name in it followed by the reply's list, `districts/d/units` for ListUnits, and if there is none
/// with a page of the documents below that. What is not there is NOT_FOUND.
pub struct Stub<S> {
    db: Db,
    service: PhantomData<fn() -> S>,
}

impl<S> Stub<S> {
    /// Answers from the documents of the service that is started.
    pub fn of(ctx: &Context) -> Self {
        Self { db: ctx.db.clone(), service: PhantomData }
    }
}

impl<S> Clone for Stub<S> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), service: PhantomData }
    }
}

impl<S> std::fmt::Debug for Stub<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stub")
    }
}

impl<S: NamedService> NamedService for Stub<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> tower::Service<http::Request<Body>> for Stub<S> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let (db, path) = (self.db.clone(), request.uri().path().to_owned());
        let answer = tower::service_fn(move |request: Request<Vec<u8>>| {
            let (db, path) = (db.clone(), path.clone());
            async move { answer(&db, &path, &request.into_inner()).await.map(Response::new) }
        });
        Box::pin(async move { Ok(Grpc::new(Plain).unary(answer, request).await) })
    }
}

impl Served {
    /// Lets a stub answer with this document under its name.
    pub async fn put(&self, service: &str, name: &str, doc: &impl Message) {
        keep(self.db(service), name, doc.encode_to_vec(), Code::Ok).await;
    }

    /// Lets a stub refuse whoever asks for this name.
    pub async fn refuse(&self, service: &str, name: &str, code: Code) {
        keep(self.db(service), name, Vec::new(), code).await;
    }

    /// Appends to a service's feed what happened to a resource of a district.
    pub async fn tell(&self, service: &str, kind: &'static str, name: &str, change: &impl Message) {
        let mut tx = self.db(service).begin_write().await.unwrap();
        feed::append(&mut tx, name.split('/').nth(1).unwrap(), kind, name, change);
        tx.commit().await.unwrap();
    }
}

async fn keep(db: &Db, name: &str, body: Vec<u8>, code: Code) {
    let mut tx = db.begin_write().await.unwrap();
    crate::execute!(
        tx,
        "INSERT INTO doc (name, body, code) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET body = excluded.body, code = excluded.code",
        name,
        body,
        i64::from(i32::from(code))
    )
    .unwrap();
    tx.commit().await.unwrap();
}

async fn answer(db: &Db, path: &str, request: &[u8]) -> Result<Vec<u8>, Status> {
    crate::guard::no_district();
    let method = method(path).ok_or_else(|| Status::unimplemented(path.to_owned()))?;
    let asked = DynamicMessage::decode(method.input(), request).unwrap();
    let name = text(&asked, "name");
    let list = if name.is_empty() { list(&method.output()) } else { None };
    let key = match &list {
        Some((_, collection)) => format!("{}/{collection}", parent(&asked)),
        None if name.is_empty() => parent(&asked),
        None => name,
    };
    let mut tx = db.begin_read().await?;
    let found = crate::fetch_optional!(
        tx,
        (Vec<u8>, i64),
        "SELECT body, code FROM doc WHERE name = $1",
        &key
    )?;
    match (found, list) {
        (Some((body, 0)), _) => Ok(body),
        (Some((_, code)), _) => {
            Err(Status::new(Code::from_i32(code as i32), "as the test wants it"))
        }
        (None, Some((field, _))) => {
            let rows = crate::fetch_all!(
                tx,
                (String, Vec<u8>),
                "SELECT name, body FROM doc WHERE name LIKE $1 AND name > $2 AND code = 0
                 ORDER BY name LIMIT $3",
                format!("{key}/%"),
                text(&asked, "page_token"),
                PAGE
            )?;
            Ok(page(&method.output(), field, &rows))
        }
        (None, None) => Err(crate::Error::not_found("document", &key).into()),
    }
}

fn method(path: &str) -> Option<MethodDescriptor> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    proto::descriptors().get_service_by_name(service)?.methods().find(|it| it.name() == method)
}

/// Number and JSON name of the field that holds a reply's list.
fn list(reply: &MessageDescriptor) -> Option<(u32, String)> {
    let list = reply.fields().find(|it| it.is_list() && it.kind().as_message().is_some())?;
    Some((list.number(), list.json_name().to_owned()))
}

fn text(asked: &DynamicMessage, field: &str) -> String {
    let value = asked.get_field_by_name(field);
    value.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The longest name in a request.
fn parent(asked: &DynamicMessage) -> String {
    let fields = asked.fields().filter(|(field, _)| field.name() != "page_token");
    let texts = fields.filter_map(|(_, value)| value.as_str().map(str::to_owned));
    let names = texts.filter(|it| it.starts_with("districts/"));
    names.max_by_key(String::len).unwrap_or_default()
}

/// A reply with these documents in its list.
fn page(reply: &MessageDescriptor, field: u32, rows: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (_, doc) in rows {
        prost::encoding::bytes::encode(field, doc, &mut body);
    }
    let token = reply.get_field_by_name("next_page_token");
    if let (Some(token), Some((last, _))) = (token, rows.get(PAGE as usize - 1)) {
        prost::encoding::string::encode(token.number(), last, &mut body);
    }
    body
}

/// Messages as they are on the wire.
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}
