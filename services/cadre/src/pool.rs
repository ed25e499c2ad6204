//! Pools (干部库): what is asked of who is in them (B4, X3, H10).

use kit::name::Pattern;
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::definition::{self, Definition};

/// How pools are named.
pub(crate) static NAME: Pattern = Pattern::new("pool", "districts/{district}/pools/{pool}");

/// A pool.
pub(crate) type Pool = Definition<Contents>;

/// What the office says of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) kind: Kind,
    /// Field of a pool of specialists.
    pub(crate) field: String,
    pub(crate) criteria: Criteria,
    pub(crate) description: String,
}

kit::numbered! {
    /// What a pool is for.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Kind {
        /// Young cadres (年轻干部库).
        Young = 1,
        /// Specialists of a field (专业人才库).
        Specialist = 2,
        /// Seedlings (青苗人才库).
        Seedling = 3,
        /// Reserve list (后备干部).
        Reserve = 4,
    }
}

impl From<Kind> for i64 {
    fn from(kind: Kind) -> Self {
        kind as Self
    }
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn label(&self) -> String {
        (self.kind as i64).to_string()
    }
}
