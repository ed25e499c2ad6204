//! The ledger of bonuses and deductions (加减分): the positive and negative list as content of
//! the scheme (S5), and what an entry is worth by it.

mod check;
mod count;

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::fact::Entry;
use crate::input::Input;

pub(crate) use count::points;

pub(crate) const NAME: &str = "adjustments";
pub(crate) const FORMULA: &str =
    "base + Σbonuses − Σdeductions, each within the caps of its item, aspect and side";

/// A node that counts the entries of a subject. It needs no weight of its own: without one its
/// points come on top of what its siblings share out. The same matter counts once on a side,
/// at its highest level; entries that were lifted, waived or found groundless are shown and
/// not counted.
///
/// Bonuses of items x and y under one aspect, y capped at 3, the aspect at 6; deductions of item
/// z:
///
/// | entries | points |
/// |---|---|
/// | x 2, z 1.5 | 0.5 |
/// | y 2, y 2 | 3 |
/// | x 4, y 2, y 2 | 6 |
/// | x 2 #bridge, x 4 #bridge | 4 |
/// | x 2 #bridge, z 1 #bridge | 1 |
/// | z 3 !PROVISIONAL | -3 |
/// | z 3 !LIFTED | 0 |
/// | x 2, z 3 !WAIVED | 2 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustments {
    /// Points before any entry, usually 0; with a weight, where the subject stands without any.
    pub base: Decimal,
    /// Levels at which things happen, the highest first; empty where items have none.
    pub levels: Vec<String>,
    /// Aspects under which items stand, at least one.
    pub aspects: Vec<Aspect>,
    /// What adds and deducts, at least one item.
    pub items: Vec<Item>,
    /// Most points that bonuses add in all.
    pub bonus_cap: Option<Decimal>,
    /// Most points that deductions take in all.
    pub deduction_cap: Option<Decimal>,
}

/// An aspect (方面) of a list, for example 攻坚克难.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aspect {
    /// Id, unique within the ledger.
    pub aspect_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Most points, above 0, that it adds or deducts, each side for itself.
    pub cap: Option<Decimal>,
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Id, unique within the track.
    pub item_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Whether it adds or deducts.
    pub side: Side,
    /// The aspect it stands under.
    pub aspect: String,
    /// What an entry is worth.
    pub worth: Worth,
    /// Most points of all entries under it.
    pub cap: Option<Decimal>,
}

/// Whether an item adds or deducts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// 加分.
    Bonus,
    /// 减分.
    Deduction,
}

/// What an entry under an item is worth, at least 0; the side says which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Always the same; 0 for an item that only vetoes.
    Fixed(Decimal),
    /// What the entry says, within these bounds.
    Range {
        /// Least points.
        least: Decimal,
        /// Most points.
        most: Decimal,
    },
    /// By the level at which it happened, each of the ledger's levels.
    Levels(Vec<(String, Decimal)>),
}

impl Adjustments {
    /// The item of that id.
    pub fn item(&self, item_id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.item_id == item_id)
    }

    /// The caps and the base as symbols.
    /// Most points that it can give; none where bonuses have no cap.
    pub(crate) fn most(&self) -> Option<Ratio> {
        let side = self.aspects.iter().try_fold(Ratio::ZERO, |sum, aspect| {
            let items = self.items.iter().filter(|it| it.aspect == aspect.aspect_id);
            let bonuses = items
                .filter(|it| it.gives())
                .try_fold(Ratio::ZERO, |sum, item| Some(sum + item.cap?.into()));
            Some(sum + least(bonuses, aspect.cap)?)
        });
        Some(least(side, self.bonus_cap)? + self.base.into())
    }

    pub(crate) fn inputs(&self) -> Vec<Input> {
        let mut inputs = vec![Input::new("base", "points before any entry", self.base)];
        for item in &self.items {
            if let Some(cap) = item.cap {
                let meaning = format!("most points of {}", item.display_name);
                inputs.push(Input::new(format!("cap({})", item.item_id), meaning, cap));
            }
        }
        for aspect in &self.aspects {
            if let Some(cap) = aspect.cap {
                let meaning = format!("most points of {}", aspect.display_name);
                inputs.push(Input::new(format!("cap[{}]", aspect.aspect_id), meaning, cap));
            }
        }
        let sides = [("bonus cap", self.bonus_cap), ("deduction cap", self.deduction_cap)];
        for (symbol, cap) in sides {
            inputs.extend(cap.map(|cap| Input::new(symbol, "most points of the side", cap)));
        }
        inputs
    }
}

/// The lesser of those that there are.
fn least(points: Option<Ratio>, cap: Option<Decimal>) -> Option<Ratio> {
    match (points, cap.map(Ratio::from)) {
        (Some(points), Some(cap)) => Some(points.min(cap)),
        (points, cap) => points.or(cap),
    }
}

impl Item {
    /// It can add points.
    fn gives(&self) -> bool {
        let most = match &self.worth {
            Worth::Fixed(points) => Some(*points),
            Worth::Range { most, .. } => Some(*most),
            Worth::Levels(levels) => levels.iter().map(|(_, points)| *points).max(),
        };
        self.side == Side::Bonus && most.is_some_and(|most| most > Decimal::ZERO)
    }

    /// What an entry is worth by this item, or why it is worth nothing: the level is not one of
    /// the item's, points are missing or outside its range.
    ///
    /// ```
    /// use engine::{Item, Side, Worth};
    /// let item = Item {
    ///     item_id: "hard-problem".into(), display_name: "攻坚克难".into(), side: Side::Bonus,
    ///     aspect: "hard".into(), cap: None,
    ///     worth: Worth::Range { least: 1.into(), most: 3.into() },
    /// };
    /// assert_eq!(item.worth_of("", Some(2.into())), Ok(2.into()));
    /// assert_eq!(
    ///     item.worth_of("", Some(5.into())).unwrap_err(),
    ///     "item hard-problem gives 1 to 3 points, not 5",
    /// );
    /// ```
    pub fn worth_of(&self, level: &str, points: Option<Decimal>) -> Result<Decimal, String> {
        let id = &self.item_id;
        let fixed = |worth: Decimal| match points {
            Some(points) if points != worth => {
                Err(format!("item {id} gives {worth} points, not {points}"))
            }
            _ => Ok(worth),
        };
        match &self.worth {
            Worth::Fixed(worth) => fixed(*worth),
            Worth::Range { least, most } => match points {
                None => Err(format!("item {id} needs points, {least} to {most}")),
                Some(points) if points < *least || points > *most => {
                    Err(format!("item {id} gives {least} to {most} points, not {points}"))
                }
                Some(points) => Ok(points),
            },
            Worth::Levels(levels) => {
                let found = levels.iter().find(|(known, _)| known == level);
                let known = || levels.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>();
                let wrong =
                    || format!("item {id} has the levels {}, not {level:?}", known().join(", "));
                found.ok_or_else(wrong).and_then(|(_, worth)| fixed(*worth))
            }
        }
    }

    pub(crate) fn worth_of_entry(&self, entry: &Entry) -> Result<Decimal, String> {
        self.worth_of(&entry.level, entry.points)
    }
}
