//! Posts (岗位): what a person can hold, without the person (S1, X5).

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How posts are named.
pub(crate) static NAME: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");

kit::numbered! {
    /// What sort of post it is.
    enum Kind {
        /// A leading official of the district (区领导): a commander, convener, project leader.
        DistrictLeader = 1,
        /// Head of a unit (主要负责人).
        Head = 2,
        /// Deputy head of a unit (副职).
        Deputy = 3,
        /// Member of a body (组员, 工作人员).
        Member = 4,
        /// Official of post grade without a head's duties (职级公务员).
        Official = 5,
        /// Professional (专业人才).
        Professional = 6,
        /// Steward of projects (项目管家, X5).
        Steward = 7,
        /// Inspector on site (考核专员, B7).
        Inspector = 8,
    }
}

/// A post.
pub(crate) type Post = Definition<Contents>;

/// What the office says of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the unit it belongs to.
    pub(crate) unit: String,
    pub(crate) kind: Kind,
    /// 职级; may be empty.
    pub(crate) rank: String,
    /// Id of the front line it serves on.
    pub(crate) front: Option<String>,
    /// Id of the station of a steward.
    pub(crate) station: Option<String>,
    /// How many may hold it at once; 0 stands for one.
    pub(crate) places: i32,
    /// First day on which there is this post.
    pub(crate) start_date: Option<Date>,
    /// Last day on which there is this post.
    pub(crate) end_date: Option<Date>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Post
    }

    fn references(&self) -> Vec<Reference<'_>> {
        [
            Some(Reference::new("unit", Collection::Unit, &self.unit)),
            Reference::optional("front", Collection::Front, &self.front),
            Reference::optional("station", Collection::Station, &self.station),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        definition::check_dates(fields, at, self.start_date, self.end_date);
    }
}
