//! Members of pools (入库干部): entries and exits, as of a day.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;

use crate::criteria::Kind;

/// How memberships are named.
pub(crate) static NAME: Pattern =
    Pattern::new("pool_member", "districts/{district}/poolMembers/{pool_member}");

/// The ledger's name among the heads.
pub(crate) const LEDGER: &str = "pool_member";

/// A person's time in a pool.
#[derive(Clone, Debug)]
pub(crate) struct PoolMember {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) pool: String,
    pub(crate) person: String,
    pub(crate) start: Date,
    pub(crate) account: String,
    pub(crate) reason: String,
    /// Criteria that were not met on the first day.
    pub(crate) failed: Vec<Kind>,
    /// Why they were waived.
    pub(crate) waiver: String,
    pub(crate) create_time: Timestamp,
    pub(crate) exit: Option<Exit>,
}

/// How it ended.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    /// The last day.
    pub(crate) end: Date,
    pub(crate) account: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

impl PoolMember {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// It holds on a day or later.
    pub(crate) fn lasts_to(&self, day: Date) -> bool {
        self.exit.as_ref().is_none_or(|it| day <= it.end)
    }
}
