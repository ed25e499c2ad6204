//! Messages as the contract writes them in JSON.

use prost::Message;
use prost_reflect::DynamicMessage;
use serde_json::Value;

use crate::error::{Error, Result};

/// A message of this full name, as the gateway would show it.
pub fn value(name: &str, message: &impl Message) -> Result<Value> {
    let descriptor = proto::descriptors().get_message_by_name(name);
    let descriptor =
        descriptor.ok_or_else(|| Error::internal(format!("the contract has no message {name}")))?;
    let message = DynamicMessage::decode(descriptor, &*message.encode_to_vec());
    serde_json::to_value(message.map_err(Error::internal)?).map_err(Error::internal)
}
