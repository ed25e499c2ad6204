//! Any RPC of the suite by its name, with messages known at run time only.

use std::time::Duration;

use http::uri::PathAndQuery;
use kit::Error;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, Value};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Status};

use crate::approval::Wanted;
use crate::client::{Line, Suite};
use crate::failure::{Failure, Result};

/// How often a call is tried that a busy suite puts off, and how long is waited between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// Calls an RPC that takes one message and answers with one, again where the suite says that it
/// is too busy.
pub(super) async fn unary(
    channel: Line,
    method: &MethodDescriptor,
    request: DynamicMessage,
) -> Result<DynamicMessage> {
    Ok(attempt(channel, method, request).await??)
}

/// The same where a second person may have to approve first: yields what was approved, too.
pub(super) async fn by_four_eyes(
    suite: &Suite,
    method: &MethodDescriptor,
    mut request: DynamicMessage,
) -> Result<(DynamicMessage, Option<Wanted>)> {
    let refusal = match attempt(suite.channel(), method, request.clone()).await? {
        Ok(reply) => return Ok((reply, None)),
        Err(refusal) => refusal,
    };
    let Some(wanted) = Wanted::of(&refusal) else { return Err(refusal.into()) };
    let approval = suite.approval(wanted.clone()).await?;
    request.set_field_by_name("approval", Value::String(approval));
    Ok((unary(suite.channel(), method, request).await?, Some(wanted)))
}

async fn attempt(
    channel: Line,
    method: &MethodDescriptor,
    request: DynamicMessage,
) -> Result<Result<DynamicMessage, Status>> {
    let mut tries = 1;
    loop {
        // A line is asked whether it is ready before each call.
        let mut grpc = client(channel.clone()).await?;
        let request = Request::new(request.clone());
        match grpc.unary(request, path(method)?, Plain::of(method)).await {
            Err(status) if status.code() == Code::Unavailable && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return Ok(outcome.map(tonic::Response::into_inner)),
        }
    }
}

/// Calls an RPC that takes a stream and answers with one message.
pub(super) async fn stream(
    channel: Line,
    method: &MethodDescriptor,
    requests: Vec<DynamicMessage>,
) -> Result<DynamicMessage> {
    let mut grpc = client(channel).await?;
    let requests = Request::new(futures::stream::iter(requests));
    let reply = grpc.client_streaming(requests, path(method)?, Plain::of(method)).await?;
    Ok(reply.into_inner())
}

async fn client(channel: Line) -> Result<tonic::client::Grpc<Line>> {
    let mut grpc = tonic::client::Grpc::new(channel)
        .max_decoding_message_size(kit::boot::DOCUMENT_LIMIT)
        .max_encoding_message_size(kit::boot::BATCH_DECODE_LIMIT);
    grpc.ready().await.map_err(|_| Failure::unavailable("the suite does not answer"))?;
    Ok(grpc)
}

fn path(method: &MethodDescriptor) -> Result<PathAndQuery> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    path.parse().map_err(Failure::other)
}

/// Protobuf, with the reply's type known at run time.
struct Plain {
    reply: MessageDescriptor,
}

impl Plain {
    fn of(method: &MethodDescriptor) -> Self {
        Self { reply: method.output() }
    }
}

impl Codec for Plain {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Writer;
    type Decoder = Reader;

    fn encoder(&mut self) -> Writer {
        Writer
    }

    fn decoder(&mut self) -> Reader {
        Reader(self.reply.clone())
    }
}

struct Writer;

impl Encoder for Writer {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, message: DynamicMessage, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(into).map_err(|it| Error::internal(it).into())
    }
}

struct Reader(MessageDescriptor);

impl Decoder for Reader {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        DynamicMessage::decode(self.0.clone(), from)
            .map(Some)
            .map_err(|it| Error::internal(it).into())
    }
}
