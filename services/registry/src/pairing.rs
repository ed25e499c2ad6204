//! Pairings (结对帮扶) of organisations with communities (X13).

use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How pairings are named.
pub(crate) static NAME: Pattern =
    Pattern::new("pairing", "districts/{district}/pairings/{pairing}");

/// A pairing.
pub(crate) type Pairing = Definition<Contents>;

/// What the office says of a pairing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the community.
    pub(crate) community: String,
    pub(crate) organisation: String,
    /// Id of the unit it belongs to.
    pub(crate) unit: Option<String>,
    /// How many members take part.
    pub(crate) member_count: i32,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Pairing
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Some(Reference::new("community", Collection::Community, &self.community)),
            Reference::optional("unit", Collection::Unit, &self.unit),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
