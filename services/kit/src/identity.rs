//! Who is calling: an account and its grants, as a bearer token says them.
//!
//! Deliberately absent: passwords, sessions, a directory of persons. The district's own
//! identity provider has those; the suite checks what it signed.

mod issuer;
mod keys;
mod token;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::name;

pub use issuer::Issuer;
pub use keys::{Provider, Source};
pub use token::Trust;

/// Somebody whose token was checked, or nobody in particular.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The account; empty without a token.
    pub account: String,
    /// What he is, and where.
    pub grants: Vec<Grant>,
    /// When the token was issued.
    pub issue_time: Timestamp,
    /// When it ends.
    pub expire_time: Timestamp,
    /// Whether it is one of the suite's own services.
    pub is_suite: bool,
}

/// The role that the suite's own key alone grants.
pub(crate) const SERVICE: &str = "service";

/// A role in a place: `unit-reporter@districts/hengkou/units/finance`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role, as the policies write it.
    pub role: String,
    /// Where.
    pub place: Place,
}

/// Where a grant holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In every district, and for what belongs to none: `*`.
    Everywhere,
    /// In a district: `districts/hengkou`.
    District(String),
    /// For a unit: `districts/hengkou/units/finance`.
    Unit(String, String),
}

impl Grant {
    /// A role everywhere.
    pub fn everywhere(role: &str) -> Self {
        Self { role: role.to_owned(), place: Place::Everywhere }
    }

    /// True where the grant speaks of this district.
    pub fn covers(&self, district: &str) -> bool {
        match &self.place {
            Place::Everywhere => true,
            Place::District(own) | Place::Unit(own, _) => own == district,
        }
    }

    /// The unit it is bound to.
    pub fn unit(&self) -> Option<&str> {
        match &self.place {
            Place::Unit(_, unit) => Some(unit),
            Place::Everywhere | Place::District(_) => None,
        }
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no grant; it must look like role@districts/ID, \
                 role@districts/ID/units/ID or role@*"
            )
        };
        let (role, place) = text.split_once('@').ok_or_else(wrong)?;
        let place = match place.split('/').collect::<Vec<_>>()[..] {
            ["*"] => Place::Everywhere,
            ["districts", district] if name::is_id(district) => Place::District(district.into()),
            ["districts", district, "units", unit]
                if name::is_id(district) && name::is_id(unit) =>
            {
                Place::Unit(district.into(), unit.into())
            }
            _ => return Err(wrong()),
        };
        Ok(Self { role: role.to_owned(), place })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, place } = self;
        match place {
            Place::Everywhere => write!(out, "{role}@*"),
            Place::District(district) => write!(out, "{role}@districts/{district}"),
            Place::Unit(district, unit) => write!(out, "{role}@districts/{district}/units/{unit}"),
        }
    }
}
