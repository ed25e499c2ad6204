//! What a caller wants of an endpoint.

use kit::Result;
use kit::field::Fields;
use kit::mask::Mask;
use kit::outbound::Outbound;
use prost_types::FieldMask;
use proto::notification::v1 as pb;

use super::condition;
use crate::district::UNIT;
use crate::endpoint::Wish;
use crate::event::{EVERY, TYPES};

const MOST_TYPES: usize = 50;

/// The fields that an update is about, read.
pub(super) struct Given {
    mask: Mask,
    wish: Wish,
}

impl Given {
    /// Reads all fields.
    pub(super) fn read(
        fields: &mut Fields,
        given: &pb::Endpoint,
        outbound: &Outbound,
        district: &str,
    ) -> Wish {
        let owner = fields.optional_member("endpoint.owner", &UNIT, &given.owner, district);
        let rate = fields.number("endpoint.rate_per_minute", given.rate_per_minute, 0..=6000);
        let url = fields.text("endpoint.url", &given.url, 1..=1000);
        if let Some(refusal) = (!url.is_empty()).then(|| outbound.target(&url).err()).flatten() {
            fields.violation("endpoint.url", refusal.reason.as_str(), refusal.message);
        }
        Wish {
            display_name: fields.text("endpoint.display_name", &given.display_name, 1..=200),
            url,
            event_types: event_types(fields, &given.event_types),
            subject_prefix: fields.text("endpoint.subject_prefix", &given.subject_prefix, 0..=200),
            include_resource: given.include_resource,
            ordered: given.ordered,
            owner: owner.unwrap_or_default(),
            rate: rate.into(),
            conditions: condition::read(fields, given),
        }
    }

    /// Reads the fields that `mask` names.
    pub(super) fn parse(
        given: &pb::Endpoint,
        mask: &Option<FieldMask>,
        outbound: &Outbound,
        district: &str,
    ) -> Result<Self> {
        let mutable = [
            ("display_name", !given.display_name.is_empty()),
            ("url", !given.url.is_empty()),
            ("event_types", !given.event_types.is_empty()),
            ("subject_prefix", !given.subject_prefix.is_empty()),
            ("include_resource", given.include_resource),
            ("ordered", given.ordered),
            ("owner", !given.owner.is_empty()),
            ("rate_per_minute", given.rate_per_minute != 0),
            ("conditions", !given.conditions.is_empty()),
        ];
        let mask = Mask::parse(mask, &mutable)?;
        let mut fields = Fields::default();
        let wish = Self::read(&mut fields, given, outbound, district);
        mask.check("endpoint", fields)?;
        Ok(Self { mask, wish })
    }

    /// `wish` with what was given.
    pub(super) fn patch(self, mut wish: Wish) -> Wish {
        let Self { mask, wish: given } = self;
        if mask.has("display_name") {
            wish.display_name = given.display_name;
        }
        if mask.has("url") {
            wish.url = given.url;
        }
        if mask.has("event_types") {
            wish.event_types = given.event_types;
        }
        if mask.has("subject_prefix") {
            wish.subject_prefix = given.subject_prefix;
        }
        if mask.has("include_resource") {
            wish.include_resource = given.include_resource;
        }
        if mask.has("ordered") {
            wish.ordered = given.ordered;
        }
        if mask.has("owner") {
            wish.owner = given.owner;
        }
        if mask.has("rate_per_minute") {
            wish.rate = given.rate;
        }
        if mask.has("conditions") {
            wish.conditions = given.conditions;
        }
        wish
    }
}

fn event_types(fields: &mut Fields, given: &[String]) -> Vec<String> {
    let path = "endpoint.event_types";
    if given.is_empty() {
        fields.violation(path, "REQUIRED", "must be given; * alone for every type");
    }
    if given.len() > MOST_TYPES {
        let message = format!("must be at most {MOST_TYPES}, are {}", given.len());
        fields.violation(path, "TOO_MANY", message);
        return Vec::new();
    }
    for (at, it) in given.iter().enumerate() {
        let known = TYPES.contains(&it.as_str()) || (it == EVERY && given.len() == 1);
        if !known {
            let message =
                format!("is no type that can be subscribed to; these can: {}", TYPES.join(", "));
            fields.violation(format_args!("{path}[{at}]"), "UNKNOWN_EVENT_TYPE", message);
        }
    }
    let mut types = given.to_vec();
    types.sort_unstable();
    types.dedup();
    types
}
