//! Whether a formula can ever divide by zero: where each part of it may lie, from the limits
//! of the indicators and from the conditions under which it is reached.

mod interval;

use rust_decimal::Decimal;

use super::{
    Comparison, Function, Name, OfCohort, OfPresent, Operation, Quantity, Standing, Truth,
};
use crate::exact::{Ratio, natural_exponential, natural_logarithm, power};

use interval::Interval;

/// What is known of a number before any subject is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// It is never less.
    pub least: Option<Decimal>,
    /// It is never more.
    pub most: Option<Decimal>,
    /// It is above `least`, or above 0 where there is no least.
    pub above: bool,
}

/// What may go wrong, each with the part in which it does.
pub(crate) fn analyse(root: &Quantity, limits: &dyn Fn(&Name) -> Limits) -> Vec<(String, String)> {
    let mut analysis = Analysis { root, limits, known: Vec::new(), found: Vec::new() };
    analysis.quantity(root);
    analysis.found
}

struct Analysis<'a> {
    root: &'a Quantity,
    limits: &'a dyn Fn(&Name) -> Limits,
    /// Parts of which a condition says where they lie.
    known: Vec<(Quantity, Interval)>,
    found: Vec<(String, String)>,
}

impl Analysis<'_> {
    fn quantity(&mut self, quantity: &Quantity) -> Interval {
        let own = self.own(quantity);
        let known = self.known.iter().filter(|(part, _)| part == quantity);
        known.fold(own, |so_far, (_, interval)| so_far.intersect(interval))
    }

    fn own(&mut self, quantity: &Quantity) -> Interval {
        match quantity {
            Quantity::Constant(number) => Interval::point((*number).into()),
            Quantity::Name(name) => self.name(name),
            Quantity::ValueOr(name, or) => {
                let or = self.quantity(or);
                self.name(name).union(&or)
            }
            Quantity::Negative(one) => self.quantity(one).negative(),
            Quantity::Arithmetic(operation, one, two) => self.arithmetic(*operation, one, two),
            Quantity::If(condition, one, two) => {
                self.condition(condition);
                let then = self.under(condition, true, |it| it.quantity(one));
                let otherwise = self.under(condition, false, |it| it.quantity(two));
                then.union(&otherwise)
            }
            Quantity::Call(function, all) => self.call(*function, all),
            Quantity::OfPresent(function, names) => {
                let all: Vec<Interval> = names.iter().map(|name| self.name(name)).collect();
                let any = all.iter().cloned().reduce(|one, two| one.union(&two));
                let any = any.unwrap_or_else(Interval::anything);
                match function {
                    OfPresent::Count => Interval::between(0, names.len() as u64),
                    OfPresent::Sum => any.times_any_count(true),
                    OfPresent::Mean => any,
                }
            }
            Quantity::OfCohort(function, one) => self.of_cohort(*function, one),
        }
    }

    fn name(&self, name: &Name) -> Interval {
        let Limits { least, most, above } = (self.limits)(name);
        let least = if above { least.or(Some(Decimal::ZERO)) } else { least };
        Interval::limited(least.map(Ratio::from), above, most.map(Ratio::from))
    }

    fn arithmetic(&mut self, operation: Operation, one: &Quantity, two: &Quantity) -> Interval {
        let (over, under) = (self.quantity(one), self.quantity(two));
        match operation {
            Operation::Add => over.plus(&under),
            Operation::Subtract => over.plus(&under.negative()),
            Operation::Multiply => over.times(&under),
            Operation::Divide => {
                if under.may_be_zero() {
                    self.divides(two, &under);
                }
                over.times(&under.inverse())
            }
        }
    }

    fn divides(&mut self, divisor: &Quantity, interval: &Interval) {
        let message = format!(
            "{divisor} lies {interval} and may be 0: divide only where it is not, as in \
             `{divisor} != 0 ? … / ({divisor}) : 0`, or give its indicator a min_value above 0"
        );
        self.found.push((format!("… / ({divisor})"), message));
    }

    fn not_above_zero(&mut self, function: &str, argument: &Quantity, interval: &Interval) {
        let message = format!(
            "{argument} lies {interval} and may not be above 0: take it only where it is, as in \
             `{argument} > 0 ? {function}({argument}) : 0`, or give its indicator a min_value above 0"
        );
        self.found.push((format!("{function}({argument})"), message));
    }

    fn call(&mut self, function: Function, all: &[Quantity]) -> Interval {
        let lie: Vec<Interval> = all.iter().map(|one| self.quantity(one)).collect();
        let fold = |with: fn(&Interval, &Interval) -> Interval| {
            let all = lie.iter().cloned().reduce(|one, two| with(&one, &two));
            all.unwrap_or_else(Interval::anything)
        };
        match function {
            Function::Min => fold(Interval::least),
            Function::Max => fold(Interval::greatest),
            Function::Mean => {
                let count = Interval::point(Ratio::whole(all.len().max(1) as u64));
                fold(Interval::plus).times(&count.inverse())
            }
            Function::Clamp => match lie.as_slice() {
                [x, least, most] => x.greatest(least).least(most),
                _ => Interval::anything(),
            },
            _ => match (all, lie.as_slice()) {
                ([x, ..], [lies, ..]) if function != Function::Pow => {
                    self.of_one(function, x, lies)
                }
                ([x, y], [lies, exponent]) => self.power(x, lies, y, exponent),
                _ => Interval::anything(),
            },
        }
    }

    fn of_one(&mut self, function: Function, x: &Quantity, lies: &Interval) -> Interval {
        match function {
            Function::Abs => lies.distance(),
            Function::Floor => lies.mapped(|end| Some(end.floor())),
            Function::Ceil => {
                lies.mapped(|end| Some(Ratio::ZERO - (Ratio::ZERO - end.clone()).floor()))
            }
            Function::Round(places) => lies.mapped(|end| Some(end.round(places))),
            Function::Exp => {
                // What is below 40 places is 0.
                let floor = Interval::limited(Some(Ratio::ZERO), false, None);
                lies.mapped(|end| natural_exponential(end).ok()).intersect(&floor)
            }
            Function::Ln => {
                if !lies.is_above_zero() {
                    self.not_above_zero("ln", x, lies);
                }
                lies.mapped(|end| natural_logarithm(end).ok())
            }
            _ => Interval::anything(),
        }
    }

    fn power(&mut self, x: &Quantity, lies: &Interval, y: &Quantity, of: &Interval) -> Interval {
        let exponent = of.only();
        let whole = exponent.as_ref().is_some_and(|it| *it == it.floor());
        let negative = exponent.as_ref().is_none_or(Ratio::is_negative);
        if whole {
            if negative && lies.may_be_zero() {
                self.divides(x, lies);
            }
            let positive = !negative && lies.is_above_zero();
            return match &exponent {
                Some(exponent) if positive => lies.mapped(|end| power(end, exponent).ok()),
                _ => Interval::anything(),
            };
        }
        let sound = if negative { lies.is_above_zero() } else { lies.is_not_below_zero() };
        if !sound {
            let message = format!(
                "{x} lies {lies} and must be {} 0 to be raised to {y}",
                if negative { "above" } else { "at least" }
            );
            self.found.push((format!("pow({x}, {y})"), message));
        }
        match exponent {
            Some(exponent) if !negative => lies
                .mapped(|end| power(end, &exponent).ok())
                .intersect(&Interval::limited(Some(Ratio::ZERO), false, None)),
            _ => Interval::limited(Some(Ratio::ZERO), false, None),
        }
    }

    fn of_cohort(&mut self, function: OfCohort, one: &Quantity) -> Interval {
        let lies = self.quantity_of_others(one);
        // The subject's own value is among them where the formula has a value only with it.
        let filled = self.needs(one);
        match function {
            OfCohort::Rank => Interval::limited(Some(Ratio::ONE), false, None),
            OfCohort::Count => {
                let least = if filled { Ratio::ONE } else { Ratio::ZERO };
                Interval::limited(Some(least), false, None)
            }
            OfCohort::Sum => lies.times_any_count(!filled),
            OfCohort::Mean | OfCohort::Min | OfCohort::Max if filled => lies,
            OfCohort::Mean | OfCohort::Min | OfCohort::Max => {
                lies.union(&Interval::point(Ratio::ZERO))
            }
        }
    }

    /// Conditions speak of the subject alone, and not of the others of its cohort.
    fn quantity_of_others(&mut self, one: &Quantity) -> Interval {
        let known = std::mem::take(&mut self.known);
        let lies = self.quantity(one);
        self.known = known;
        lies
    }

    /// Whether the whole formula has no value when this part has none: then the one takes
    /// part in the other.
    fn needs(&self, part: &Quantity) -> bool {
        let mut names = Vec::new();
        part.visit(&mut |quantity| names.extend(quantity.own_names().into_iter().cloned()));
        let lacks = |missing: &Name| {
            let of = |name: &Name| match name == missing {
                true => Standing::Missing,
                false => Standing::Value,
            };
            part.standing(&of) == Standing::Value || self.root.standing(&of) != Standing::Value
        };
        names.iter().all(lacks)
    }

    fn condition(&mut self, condition: &Truth) {
        match condition {
            Truth::Constant(_) | Truth::Present(_) => {}
            Truth::Compare(_, one, two) => {
                self.quantity(one);
                self.quantity(two);
            }
            Truth::Not(one) => self.condition(one),
            Truth::And(one, two) => {
                self.condition(one);
                self.under(one, true, |it| it.condition(two));
            }
            Truth::Or(one, two) => {
                self.condition(one);
                self.under(one, false, |it| it.condition(two));
            }
        }
    }

    /// What is found where a condition holds, or does not.
    fn under<R>(&mut self, condition: &Truth, holds: bool, find: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.known.len();
        self.suppose(condition, holds);
        let found = find(self);
        self.known.truncate(before);
        found
    }

    fn suppose(&mut self, condition: &Truth, holds: bool) {
        match condition {
            Truth::Constant(_) | Truth::Present(_) => {}
            Truth::Not(one) => self.suppose(one, !holds),
            Truth::And(one, two) if holds => {
                self.suppose(one, true);
                self.suppose(two, true);
            }
            Truth::Or(one, two) if !holds => {
                self.suppose(one, false);
                self.suppose(two, false);
            }
            Truth::And(..) | Truth::Or(..) => {}
            Truth::Compare(comparison, one, two) => {
                let comparison = if holds { *comparison } else { opposite(*comparison) };
                self.compared(comparison, one, two);
                self.compared(mirrored(comparison), two, one);
            }
        }
    }

    /// Notes where `one` and its distance to `two` must lie.
    fn compared(&mut self, comparison: Comparison, one: &Quantity, two: &Quantity) {
        let found = self.found.len();
        let other = self.quantity(two);
        // The condition itself was looked through before.
        self.found.truncate(found);
        let (lies, apart) = other.compared(comparison);
        let distance =
            Quantity::Arithmetic(Operation::Subtract, Box::new(one.clone()), Box::new(two.clone()));
        self.known.push((one.clone(), lies));
        self.known.push((distance, apart));
    }
}

fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Below => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Above,
        Comparison::Above => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Below,
        Comparison::Equal => Comparison::Unequal,
        Comparison::Unequal => Comparison::Equal,
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Below => Comparison::Above,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Above => Comparison::Below,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Equal | Comparison::Unequal => comparison,
    }
}
