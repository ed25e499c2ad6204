//! Endpoints: where a district's events go, and how it goes with them.

mod condition;

use jiff::Timestamp;
use kit::Result;
use kit::name::Pattern;

pub(crate) use condition::{Condition, Operator};

use crate::lane::Standing;
use crate::secret::Scheme;

/// How endpoints are named.
pub(crate) static NAME: Pattern =
    Pattern::new("endpoint", "districts/{district}/endpoints/{endpoint}");

/// What may be changed of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) display_name: String,
    pub(crate) url: String,
    /// In the order of the alphabet.
    pub(crate) event_types: Vec<String>,
    pub(crate) subject_prefix: String,
    pub(crate) include_resource: bool,
    pub(crate) ordered: bool,
    /// Id of the unit that is told when it is disabled; empty for nobody.
    pub(crate) owner: String,
    /// Events a minute; 0 for any number.
    pub(crate) rate: i64,
    /// All of them must hold.
    pub(crate) conditions: Vec<Condition>,
}

impl Wish {
    /// True when the endpoint wants events about such a resource; empty for one too large to
    /// be kept, which is wanted rather than missed.
    pub(crate) fn wants(&self, resource: &str) -> bool {
        wants(&self.conditions, resource)
    }
}

/// True when all conditions hold for a resource in JSON.
pub(crate) fn wants(conditions: &[Condition], resource: &str) -> bool {
    match serde_json::from_str(resource) {
        Ok(resource) => conditions.iter().all(|condition| condition.holds(&resource)),
        Err(_) => true,
    }
}

/// Where events go.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) wish: Wish,
    pub(crate) scheme: Scheme,
    pub(crate) standing: Standing,
}

impl Endpoint {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Changes it; false when it is so already.
    pub(crate) fn change(&mut self, wish: Wish, now: Timestamp) -> bool {
        if self.wish == wish {
            return false;
        }
        self.wish = wish;
        self.standing.touch(now);
        true
    }

    /// Refuses to send while it is disabled.
    pub(crate) fn check_enabled(&self) -> Result<()> {
        self.standing.check_enabled("ENDPOINT_DISABLED", self.name())
    }
}
