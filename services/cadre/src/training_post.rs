//! Training posts (锻炼岗位): what is done there, what is asked, how many places (X2).

use kit::name::Pattern;
use serde::{Deserialize, Serialize};

use crate::criteria::Criteria;
use crate::definition::{self, Definition};

/// How training posts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("training_post", "districts/{district}/trainingPosts/{training_post}");

/// A training post.
pub(crate) type TrainingPost = Definition<Contents>;

/// What the office says of a training post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the registry's front.
    pub(crate) front: String,
    pub(crate) managing_unit: String,
    pub(crate) duties: String,
    pub(crate) field: String,
    pub(crate) criteria: Criteria,
    pub(crate) places: i32,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn label(&self) -> String {
        self.front.clone()
    }
}
