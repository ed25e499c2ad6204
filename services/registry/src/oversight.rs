//! Oversight (分管, H7): which leader is in charge of which units, and which unit is the office.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kit::name::Pattern;

/// How a district's oversight is named.
pub(crate) static NAME: Pattern = Pattern::new("oversight", "districts/{district}/oversight");

/// Who is in charge of whom in a district.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Oversight {
    pub(crate) contents: Contents,
    /// None where it was never set.
    pub(crate) update_time: Option<Timestamp>,
    pub(crate) revision: i64,
}

/// What the office says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the assessment office.
    pub(crate) office: Option<String>,
    /// Ids of leaders by the ids of the units they are in charge of.
    pub(crate) charges: BTreeMap<String, String>,
}

impl Oversight {
    /// Takes on other contents and says whether that is a change.
    pub(crate) fn change(&mut self, contents: Contents, now: Timestamp) -> bool {
        if self.contents == contents {
            return false;
        }
        self.contents = contents;
        self.update_time = Some(now);
        self.revision += 1;
        true
    }
}
