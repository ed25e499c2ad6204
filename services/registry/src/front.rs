//! Fronts (一线): the lines on which a district's work is done (X1).

use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How fronts are named.
pub(crate) static NAME: Pattern = Pattern::new("front", "districts/{district}/fronts/{front}");

/// A front line.
pub(crate) type Front = Definition<Contents>;

/// What the office says of a front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the unit that manages its posts (锻炼岗位主管部门).
    pub(crate) managing_unit: String,
    pub(crate) description: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Front
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [Some(Reference::new("managing_unit", Collection::Unit, &self.managing_unit))]
            .into_iter()
            .flatten()
            .collect()
    }
}
