//! Whether a formula has a value for a subject.

use super::{Name, OfCohort, OfPresent, Quantity, Truth};

/// Whether a subject's figures let a formula have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Value,
    Missing,
    NotApplicable,
}

impl Standing {
    /// Of a whole of which both are needed: what the office decided comes first.
    pub(crate) fn and(self, other: Standing) -> Standing {
        match (self, other) {
            (Standing::Value, other) => other,
            (Standing::NotApplicable, _) | (_, Standing::NotApplicable) => Standing::NotApplicable,
            (Standing::Missing, _) => Standing::Missing,
        }
    }

    /// Of a whole for which either will do.
    pub(crate) fn or(self, other: Standing) -> Standing {
        match (self, other) {
            (Standing::Value, _) | (_, Standing::Value) => Standing::Value,
            (Standing::NotApplicable, Standing::NotApplicable) => Standing::NotApplicable,
            _ => Standing::Missing,
        }
    }
}

impl Quantity {
    /// Whether it has a value, which follows from what is there and never from how much it is.
    /// Where a branch depends on numbers, both branches are needed.
    pub(crate) fn standing(&self, of: &dyn Fn(&Name) -> Standing) -> Standing {
        match self {
            Quantity::Constant(_) => Standing::Value,
            Quantity::Name(name) => of(name),
            Quantity::ValueOr(name, or) => match of(name) {
                Standing::Value => Standing::Value,
                Standing::Missing | Standing::NotApplicable => or.standing(of),
            },
            Quantity::Negative(one) => one.standing(of),
            Quantity::Arithmetic(_, one, two) => one.standing(of).and(two.standing(of)),
            Quantity::If(condition, one, two) => match condition.settled(of) {
                Some(true) => one.standing(of),
                Some(false) => two.standing(of),
                None => condition.standing(of).and(one.standing(of)).and(two.standing(of)),
            },
            Quantity::Call(_, all) => {
                all.iter().fold(Standing::Value, |so_far, one| so_far.and(one.standing(of)))
            }
            Quantity::OfPresent(OfPresent::Mean, names) => {
                let all = names.iter().map(of);
                all.reduce(Standing::or).unwrap_or(Standing::Missing)
            }
            Quantity::OfPresent(OfPresent::Count | OfPresent::Sum, _) => Standing::Value,
            Quantity::OfCohort(OfCohort::Rank, one) => one.standing(of),
            Quantity::OfCohort(..) => Standing::Value,
        }
    }
}

impl Truth {
    /// Whether it holds, where that follows from what is there alone.
    fn settled(&self, of: &dyn Fn(&Name) -> Standing) -> Option<bool> {
        match self {
            Truth::Constant(holds) => Some(*holds),
            Truth::Present(name) => Some(of(name) == Standing::Value),
            Truth::Compare(..) => None,
            Truth::Not(one) => one.settled(of).map(|holds| !holds),
            Truth::And(one, two) => match (one.settled(of), two.settled(of)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Truth::Or(one, two) => match (one.settled(of), two.settled(of)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    fn standing(&self, of: &dyn Fn(&Name) -> Standing) -> Standing {
        match self {
            Truth::Constant(_) | Truth::Present(_) => Standing::Value,
            Truth::Compare(_, one, two) => one.standing(of).and(two.standing(of)),
            Truth::Not(one) => one.standing(of),
            // Where presence settles one side, the other is needed only if it can be reached.
            Truth::And(one, two) => match one.settled(of) {
                Some(false) => Standing::Value,
                _ => one.standing(of).and(two.standing(of)),
            },
            Truth::Or(one, two) => match one.settled(of) {
                Some(true) => Standing::Value,
                _ => one.standing(of).and(two.standing(of)),
            },
        }
    }
}
