//! Text messages, through a gateway that takes them by HTTP.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use kit::outbound::Outbound;

use super::{Failure, Taken, percent_encoded, post};
use crate::channel::{Secrets, Sms, fill};
use crate::dispatch::GATEWAY;
use crate::message::Message;

pub(super) async fn send(
    outbound: &Outbound,
    setup: &Sms,
    secrets: &Secrets,
    message: &Message,
    address: &str,
) -> Taken {
    let most = usize::try_from(setup.max_characters).unwrap_or_default();
    let text = message.short(&setup.signature, most);
    let is_json = setup.body_template.trim_start().starts_with(['{', '[']);
    let body = fill(&setup.body_template, |name| {
        let value = match name {
            "address" => address,
            "text" => &text,
            "id" => &message.id,
            "secret" => secrets.token.reveal(),
            _ => return None,
        };
        Some(if is_json { json_escaped(value) } else { percent_encoded(value) })
    });
    let unknown = |name| Failure::new("NOT_WRITTEN", format!("{{{name}}} is no placeholder"));
    let body = body.map_err(unknown)?;
    let kind = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if !setup.secret_header.is_empty() {
        let name = HeaderName::try_from(setup.secret_header.as_str());
        let value = HeaderValue::from_str(secrets.token.reveal());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(Failure::new("NOT_WRITTEN", "the secret does not fit into its header"));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let answer = post(outbound, &setup.url, headers, body).await?;
    if !answer.body.contains(&setup.success_text) {
        let message = format!("the reply does not say {:?}", setup.success_text);
        return Err(Failure::of(answer, GATEWAY, message));
    }
    Ok((answer.status.as_u16().into(), answer.body))
}

/// A text between the quotes of a JSON string.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
