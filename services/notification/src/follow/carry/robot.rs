//! Robots of groups. Both operators reply 200 to everything, with a number that says what it was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use kit::outbound::Outbound;
use ring::hmac;
use serde_json::{Value, json};

use super::{Failure, Taken, percent_encoded, post};
use crate::channel::Secrets;
use crate::dispatch::{GATEWAY, RATE_LIMITED};
use crate::message::{DINGTALK_BYTES, Message, WECOM_BYTES};

/// What they say to too many messages.
const TOO_MANY: [i64; 2] = [130_101, 45_009];

pub(super) async fn dingtalk(
    outbound: &Outbound,
    url: &str,
    secrets: &Secrets,
    message: &Message,
    now: Timestamp,
) -> Taken {
    let mut query = format!("access_token={}", percent_encoded(secrets.token.reveal()));
    let secret = secrets.signing.reveal();
    if !secret.is_empty() {
        let time = now.as_millisecond();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = hmac::sign(&key, format!("{time}\n{secret}").as_bytes());
        let signed = percent_encoded(&STANDARD.encode(signed));
        query.push_str(&format!("&timestamp={time}&sign={signed}"));
    }
    let body = json!({
        "msgtype": "markdown",
        "markdown": {"title": message.subject, "text": message.markdown(DINGTALK_BYTES)},
    });
    tell(outbound, &joined(url, &query), body).await
}

pub(super) async fn wecom(
    outbound: &Outbound,
    url: &str,
    secrets: &Secrets,
    message: &Message,
) -> Taken {
    let query = format!("key={}", percent_encoded(secrets.token.reveal()));
    let body = json!({
        "msgtype": "markdown",
        "markdown": {"content": message.markdown(WECOM_BYTES)},
    });
    tell(outbound, &joined(url, &query), body).await
}

fn joined(url: &str, query: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{query}")
}

async fn tell(outbound: &Outbound, url: &str, body: Value) -> Taken {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let answer = post(outbound, url, headers, body.to_string()).await?;
    let reply: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let word = reply["errmsg"].as_str().unwrap_or_default().to_owned();
    match reply["errcode"].as_i64() {
        Some(0) => Ok((answer.status.as_u16().into(), answer.body)),
        Some(code) => {
            let reason = if TOO_MANY.contains(&code) { RATE_LIMITED } else { GATEWAY };
            Err(Failure::of(answer, reason, format!("the robot said {code}: {word}")))
        }
        None => Err(Failure::of(answer, "BROKEN_REPLY", "the reply has no errcode")),
    }
}
