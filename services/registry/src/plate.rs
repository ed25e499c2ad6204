//! Plates (亮点牌): a district's highlights (Q2).

use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How plates are named.
pub(crate) static NAME: Pattern = Pattern::new("plate", "districts/{district}/plates/{plate}");

/// A plate.
pub(crate) type Plate = Definition<Contents>;

/// What the office says of a plate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the unit it was given to.
    pub(crate) unit: String,
    /// Id of the task it stands for.
    pub(crate) task: Option<String>,
    /// Id of the project it stands for.
    pub(crate) project: Option<String>,
    /// Id of the period it holds for.
    pub(crate) period: Option<String>,
    pub(crate) description: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Plate
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Some(Reference::new("unit", Collection::Unit, &self.unit)),
            Reference::optional("task", Collection::Task, &self.task),
            Reference::optional("project", Collection::Project, &self.project),
            Reference::optional("period", Collection::Period, &self.period),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
