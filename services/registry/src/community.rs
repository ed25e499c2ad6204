//! Communities (社区) and how many grids they have (X1).

use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How communities are named.
pub(crate) static NAME: Pattern =
    Pattern::new("community", "districts/{district}/communities/{community}");

/// A community.
pub(crate) type Community = Definition<Contents>;

/// What the office says of a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the unit that answers for it.
    pub(crate) unit: String,
    /// How many grids (网格) it is split into.
    pub(crate) grid_count: i32,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Community
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [Some(Reference::new("unit", Collection::Unit, &self.unit))].into_iter().flatten().collect()
    }
}
