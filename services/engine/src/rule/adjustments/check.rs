//! What must hold of a ledger before anything is entered in it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Adjustments, Item, Worth};
use crate::fault::Faults;

impl Adjustments {
    /// Notes what is wrong; `items` are the ids of the track's items so far.
    pub(crate) fn check<'a>(&'a self, items: &mut BTreeSet<&'a str>, faults: &mut Faults) {
        faults.size("base", self.base);
        for (field, cap) in [("bonus_cap", self.bonus_cap), ("deduction_cap", self.deduction_cap)] {
            positive(field, cap, faults);
        }
        for (place, level) in self.levels.iter().enumerate() {
            if level.is_empty() || self.levels[..place].contains(level) {
                let message = format!("{level:?} must be named, and once only");
                faults.add(&format!("levels[{place}]"), "DUPLICATE_LEVEL", message);
            }
        }
        for (place, aspect) in self.aspects.iter().enumerate() {
            faults.inside(format!("aspects[{place}]"), |faults| {
                let id = &aspect.aspect_id;
                if id.is_empty() || self.aspects[..place].iter().any(|it| it.aspect_id == *id) {
                    let message = format!("{id:?} must be named, and once only");
                    faults.add("aspect_id", "DUPLICATE_ASPECT", message);
                }
                positive("cap", aspect.cap, faults);
            });
        }
        if self.items.is_empty() {
            faults.add("items", "NO_ITEMS", "a list needs at least one item");
        }
        for (place, item) in self.items.iter().enumerate() {
            faults.inside(format!("items[{place}]"), |faults| {
                if !crate::check::is_id(&item.item_id) {
                    faults.add("item_id", "ITEM_ID", crate::check::ID_FORM);
                } else if !items.insert(&item.item_id) {
                    let message = format!("{} names another item of the track", item.item_id);
                    faults.add("item_id", "DUPLICATE_ITEM", message);
                }
                self.item_fits(item, faults);
            });
        }
    }

    fn item_fits(&self, item: &Item, faults: &mut Faults) {
        if !self.aspects.iter().any(|aspect| aspect.aspect_id == item.aspect) {
            let message =
                format!("the ledger has no aspect {:?}; list it or name one", item.aspect);
            faults.add("aspect", "UNKNOWN_ASPECT", message);
        }
        positive("cap", item.cap, faults);
        match &item.worth {
            Worth::Fixed(points) => worth("points", *points, faults),
            Worth::Range { least, most } => {
                worth("range.least", *least, faults);
                worth("range.most", *most, faults);
                if least > most {
                    let message = format!("{least} is above the most points, {most}");
                    faults.add("range.least", "POINTS_ORDER", message);
                }
            }
            Worth::Levels(levels) => {
                if levels.is_empty() {
                    faults.add(
                        "levels.levels",
                        "NO_LEVELS",
                        "needs the points of at least one level",
                    );
                }
                for (place, (level, points)) in levels.iter().enumerate() {
                    if !self.levels.contains(level) {
                        let message = format!("{level:?} is none of the ledger's levels");
                        faults.add(
                            &format!("levels.levels[{place}].level"),
                            "UNKNOWN_LEVEL",
                            message,
                        );
                    } else if levels[..place].iter().any(|(other, _)| other == level) {
                        let message = format!("{level} stands in the list already");
                        faults.add(
                            &format!("levels.levels[{place}].level"),
                            "DUPLICATE_LEVEL",
                            message,
                        );
                    }
                    worth(&format!("levels.levels[{place}].points"), *points, faults);
                }
            }
        }
    }
}

fn worth(field: &str, points: Decimal, faults: &mut Faults) {
    if points < Decimal::ZERO {
        let message = format!("must be at least 0, not {points}: the side says which way");
        faults.add(field, "PARAMETER_RANGE", message);
    }
    faults.size(field, points);
}

fn positive(field: &str, cap: Option<Decimal>, faults: &mut Faults) {
    if let Some(cap) = cap {
        faults.above(field, cap, Decimal::ZERO);
        faults.size(field, cap);
    }
}
