//! Seats (席位): how many of which role a body is to have (B3).

use kit::field::Fields;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference};

/// How seats are named.
pub(crate) static NAME: Pattern = Pattern::new("seat", "districts/{district}/seats/{seat}");

kit::numbered! {
    /// What whoever sits there does in the body.
    enum Role {
        /// Convener (召集人), a leading official of the district.
        Convener = 1,
        /// Deputy convener (副召集人).
        DeputyConvener = 2,
        /// Full-time member (全职组员).
        FullTime = 3,
        /// Flexible member lent by a partner unit (柔性参与人员).
        Flexible = 4,
        /// Commander of a headquarters (指挥长).
        Commander = 5,
        /// Who answers for the lead unit (牵头单位负责人).
        Lead = 6,
        /// Official of post grade (职级公务员).
        Official = 7,
        /// Professional (专业人才).
        Professional = 8,
    }
}

/// Seats of one role.
pub(crate) type Seat = Definition<Contents>;

/// What the office says of a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the body.
    pub(crate) unit: String,
    pub(crate) role: Role,
    /// How many there must be.
    pub(crate) least: i32,
    /// How many there may be.
    pub(crate) most: i32,
    /// Ids of the units that lend flexible members.
    pub(crate) partner_units: Vec<String>,
    /// Id of the post that whoever sits there holds.
    pub(crate) post: Option<String>,
    pub(crate) duties: String,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Seat
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.push(Reference::new("unit", Collection::Unit, &self.unit));
        all.extend(Reference::list("partner_units", Collection::Unit, &self.partner_units));
        all.extend(Reference::optional("post", Collection::Post, &self.post));
        all
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        if self.most < self.least {
            let message = format!("at least {} and at most {} cannot be", self.least, self.most);
            fields.violation(format_args!("{at}.most"), "SEAT_LIMITS", message);
        }
        if self.role != Role::Flexible && !self.partner_units.is_empty() {
            let message = "only flexible members are lent by partner units";
            fields.violation(format_args!("{at}.partner_units"), "NOT_FLEXIBLE", message);
        }
    }
}
