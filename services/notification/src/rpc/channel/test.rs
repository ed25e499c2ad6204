//! Trying a channel with a message to one contact.

use kit::field::Fields;
use kit::{Error, Result};
use proto::notification::v1 as pb;

use crate::channel::NAME;
use crate::contact::{Language, NAME as CONTACT, State};
use crate::follow::carry::Carrier;
use crate::message::Message;
use crate::rpc::Rpc;
use crate::store;

pub(super) async fn run(
    rpc: &Rpc,
    request: pb::TestChannelRequest,
) -> Result<pb::TestChannelResponse> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district");
    let contact = fields.member("contact", &CONTACT, &request.contact, district);
    fields.check()?;
    let mut tx = rpc.db.begin_read().await?;
    let found = store::channel::get(&mut tx, &rpc.keys, district, name.id("channel")).await?;
    let channel = found.ok_or_else(|| name.not_found())?;
    let found = store::contact::get(&mut tx, &rpc.keys, district, &contact).await?;
    let contact = found.ok_or_else(|| Error::not_found("contact", &request.contact))?;
    let now = tx.now();
    drop(tx);
    if contact.channel != channel.id {
        let message = format!("is reached by the channel {}", contact.channel);
        return Err(Error::invalid("contact", "OTHER_CHANNEL", message));
    }
    if contact.state != State::Verified {
        let message = "is not verified; verify it first";
        return Err(Error::precondition("UNVERIFIED", request.contact, message));
    }
    let subject = match contact.language {
        Language::Chinese => "渠道测试，收到请忽略。",
        Language::English => "A test of the channel. No answer is needed.",
    };
    let message = Message {
        id: format!("test.{}", kit::id::uid()),
        subject: subject.to_owned(),
        body: String::new(),
        due_date: None,
        language: contact.language,
    };
    let carrier = Carrier::new(&rpc.outbound, &channel);
    let attempt = carrier.send(&message, &contact.address, 1, now).await;
    Ok(pb::TestChannelResponse {
        delivered: attempt.succeeded(),
        response_status: attempt.status as i32,
        reason: attempt.reason,
        message: attempt.message,
        response_body: attempt.reply,
        duration_millis: attempt.duration_millis,
    })
}
