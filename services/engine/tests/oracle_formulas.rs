//! G12: random formulas of a scheme's author against a second way to compute them: fractions of
//! whole numbers throughout, logarithm, exponential and root from series of their own. Two
//! thousand where nothing is said; `ORACLE_CASES=10000` for the full goal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::fraction::{Exact, cases, cut, exact, exponential, logarithm, power, whole};
use common::random::amount;
use common::{UNROUNDED, d, draft, node};
use engine::{
    Cell, Comparison, Direction, Expression, ExpressionPoints, Fact, Figure, Function, Leaf,
    Method, MissingPolicy, Name, OfCohort, OfPresent, Operation, Quantity, Rule, Sheet, Track,
    Truth,
};
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The indicators that formulas ask for.
const INDICATORS: [&str; 3] = ["a", "b", "c"];

fn constant() -> impl Strategy<Value = Quantity> {
    (-200..=200_i64, 0..=2_u32)
        .prop_map(|(units, scale)| Quantity::Constant(Decimal::new(units, scale)))
}

fn name() -> impl Strategy<Value = Name> {
    let id = prop::sample::select(INDICATORS.to_vec()).prop_map(str::to_owned);
    (id, 0..6_u32).prop_map(|(id, kind)| match kind {
        0 => Name::Target(id),
        1 => Name::LastYear(id),
        _ => Name::Value(id),
    })
}

/// A name that a subject may lack.
fn uncertain() -> impl Strategy<Value = Name> {
    let id = prop::sample::select(INDICATORS.to_vec()).prop_map(str::to_owned);
    (id, any::<bool>()).prop_map(|(id, now)| if now { Name::Value(id) } else { Name::LastYear(id) })
}

fn boxed(quantity: Quantity) -> Box<Quantity> {
    Box::new(quantity)
}

/// At least so much, so that it may be divided by.
fn above(quantity: Quantity, least: &str) -> Quantity {
    Quantity::Call(Function::Max, vec![quantity, Quantity::Constant(d(least))])
}

/// Within bounds, so that no number outgrows its 28 digits.
fn bounded(quantity: Quantity, least: &str, most: &str) -> Quantity {
    let bounds = [least, most].map(|bound| Quantity::Constant(d(bound)));
    Quantity::Call(Function::Clamp, std::iter::once(quantity).chain(bounds).collect())
}

fn tamed(quantity: Quantity) -> Quantity {
    bounded(quantity, "-1000000", "1000000")
}

fn compared() -> impl Strategy<Value = Comparison> {
    prop::sample::select(vec![
        Comparison::Below,
        Comparison::AtMost,
        Comparison::Above,
        Comparison::AtLeast,
        Comparison::Equal,
        Comparison::Unequal,
    ])
}

fn truth(part: BoxedStrategy<Quantity>) -> BoxedStrategy<Truth> {
    let compare = (compared(), part.clone(), part)
        .prop_map(|(how, one, two)| Truth::Compare(how, boxed(one), boxed(two)));
    let simple = prop_oneof![
        4 => compare,
        2 => uncertain().prop_map(Truth::Present),
        1 => any::<bool>().prop_map(Truth::Constant),
    ];
    simple
        .prop_recursive(2, 4, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Truth::Not(Box::new(one))),
                (inner.clone(), inner.clone())
                    .prop_map(|(one, two)| Truth::And(Box::new(one), Box::new(two))),
                (inner.clone(), inner)
                    .prop_map(|(one, two)| Truth::Or(Box::new(one), Box::new(two))),
            ]
        })
        .boxed()
}

fn call(part: BoxedStrategy<Quantity>) -> BoxedStrategy<Quantity> {
    let several = prop::collection::vec(part.clone(), 1..4);
    let fold = prop::sample::select(vec![Function::Min, Function::Max, Function::Mean]);
    let one = prop_oneof![
        Just(Function::Abs),
        Just(Function::Floor),
        Just(Function::Ceil),
        (0..=4_u32).prop_map(Function::Round),
    ];
    let exponents = vec![d("-2"), d("0.5"), d("1.5"), d("3"), d("0"), d("-0.25")];
    prop_oneof![
        3 => (fold, several).prop_map(|(function, all)| Quantity::Call(function, all)),
        3 => (one, part.clone()).prop_map(|(function, one)| Quantity::Call(function, vec![one])),
        1 => part.clone().prop_map(|one| bounded(one, "-7.5", "120")),
        1 => part.clone().prop_map(|one| Quantity::Call(Function::Ln, vec![above(one, "0.5")])),
        1 => part.clone().prop_map(|one| {
            Quantity::Call(Function::Exp, vec![bounded(one, "-9", "9")])
        }),
        1 => (part, prop::sample::select(exponents)).prop_map(|(one, exponent)| {
            let base = above(one, "0.25");
            tamed(Quantity::Call(Function::Pow, vec![base, Quantity::Constant(exponent)]))
        }),
    ]
    .boxed()
}

/// A formula that never divides by zero; with numbers of the cohort where that is asked for.
fn formula(of_cohort: bool) -> BoxedStrategy<Quantity> {
    let leaf = prop_oneof![
        2 => constant(),
        5 => name().prop_map(Quantity::Name),
        1 => (uncertain(), constant()).prop_map(|(name, or)| Quantity::ValueOr(name, boxed(or))),
        1 => prop::collection::vec(uncertain(), 1..4).prop_map(|names| {
            Quantity::OfPresent(OfPresent::Sum, names)
        }),
        1 => prop::collection::vec(uncertain(), 1..4).prop_map(|names| {
            Quantity::OfPresent(OfPresent::Count, names)
        }),
        1 => prop::collection::vec(uncertain(), 1..4).prop_map(|names| {
            Quantity::OfPresent(OfPresent::Mean, names)
        }),
    ];
    let whole = leaf
        .prop_recursive(3, 12, 3, |part| {
            let operation = prop::sample::select(vec![
                Operation::Add,
                Operation::Subtract,
                Operation::Multiply,
                Operation::Divide,
            ]);
            let arithmetic = (operation, part.clone(), part.clone());
            let arithmetic = arithmetic.prop_map(|(operation, one, two)| {
                let two = match operation {
                    Operation::Divide => above(two, "0.5"),
                    _ => two,
                };
                let made = Quantity::Arithmetic(operation, boxed(one), boxed(two));
                match operation {
                    Operation::Add | Operation::Subtract => made,
                    Operation::Multiply | Operation::Divide => tamed(made),
                }
            });
            let branch = (truth(part.clone().boxed()), part.clone(), part.clone());
            let branch = branch.prop_map(|(condition, one, two)| {
                Quantity::If(Box::new(condition), boxed(one), boxed(two))
            });
            prop_oneof![
                4 => arithmetic,
                1 => part.clone().prop_map(|one| Quantity::Negative(boxed(one))),
                2 => branch,
                4 => call(part.boxed()),
            ]
        })
        .boxed();
    if !of_cohort {
        return whole;
    }
    let function = prop::sample::select(vec![
        OfCohort::Count,
        OfCohort::Sum,
        OfCohort::Mean,
        OfCohort::Min,
        OfCohort::Max,
        OfCohort::Rank,
    ]);
    (function, formula(false), whole)
        .prop_map(|(function, inner, rest)| {
            let part = Quantity::OfCohort(function, boxed(inner));
            Quantity::Arithmetic(Operation::Subtract, boxed(part), boxed(rest))
        })
        .boxed()
}

/// What there is of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    Value(Exact),
    Missing,
    NotApplicable,
}

impl Known {
    /// Both are needed: what the office decided comes first.
    fn and(self, other: Known) -> Known {
        match (self, other) {
            (Known::Value(_), other) => other,
            (Known::NotApplicable, _) | (_, Known::NotApplicable) => Known::NotApplicable,
            (Known::Missing, _) => Known::Missing,
        }
    }
}

fn there() -> Known {
    Known::Value(Exact::zero())
}

struct Oracle<'a> {
    sheets: &'a [Sheet],
}

impl Oracle<'_> {
    fn known(&self, name: &Name, sheet: &Sheet) -> Known {
        match name {
            Name::Value(id) => match &sheet.cells[id.as_str()].fact {
                Fact::Value { value, .. } => Known::Value(exact(*value)),
                Fact::Missing => Known::Missing,
                Fact::NotApplicable { .. } => Known::NotApplicable,
            },
            Name::Target(id) => Known::Value(exact(sheet.cells[id.as_str()].target.unwrap())),
            Name::LastYear(id) => sheet.cells[id.as_str()]
                .last_year
                .map_or(Known::Missing, |it| Known::Value(exact(it))),
            Name::Points(_) => panic!("no formula asks for points here"),
        }
    }

    fn is_there(&self, name: &Name, sheet: &Sheet) -> bool {
        matches!(self.known(name, sheet), Known::Value(_))
    }

    /// Whether it has a value, whatever the value is.
    fn stands(&self, quantity: &Quantity, sheet: &Sheet) -> Known {
        let all = |parts: &[Quantity]| {
            parts.iter().fold(there(), |so_far, it| so_far.and(self.stands(it, sheet)))
        };
        match quantity {
            Quantity::Constant(_) => there(),
            Quantity::Name(name) => self.known(name, sheet),
            Quantity::ValueOr(name, _) if self.is_there(name, sheet) => there(),
            Quantity::ValueOr(_, or) => self.stands(or, sheet),
            Quantity::Negative(one) => self.stands(one, sheet),
            Quantity::Arithmetic(_, one, two) => {
                self.stands(one, sheet).and(self.stands(two, sheet))
            }
            Quantity::If(condition, one, two) => match self.settled(condition, sheet) {
                Some(true) => self.stands(one, sheet),
                Some(false) => self.stands(two, sheet),
                None => {
                    let condition = self.asks(condition, sheet);
                    condition.and(self.stands(one, sheet)).and(self.stands(two, sheet))
                }
            },
            Quantity::Call(_, parts) => all(parts),
            Quantity::OfPresent(OfPresent::Mean, names) => {
                let known: Vec<Known> = names.iter().map(|it| self.known(it, sheet)).collect();
                if known.iter().any(|it| matches!(it, Known::Value(_))) {
                    there()
                } else if known.iter().all(|it| *it == Known::NotApplicable) {
                    Known::NotApplicable
                } else {
                    Known::Missing
                }
            }
            Quantity::OfPresent(..) => there(),
            Quantity::OfCohort(OfCohort::Rank, one) => self.stands(one, sheet),
            Quantity::OfCohort(..) => there(),
        }
    }

    /// What a truth comes to by presence alone.
    fn settled(&self, truth: &Truth, sheet: &Sheet) -> Option<bool> {
        match truth {
            Truth::Constant(holds) => Some(*holds),
            Truth::Present(name) => Some(self.is_there(name, sheet)),
            Truth::Compare(..) => None,
            Truth::Not(one) => self.settled(one, sheet).map(|it| !it),
            Truth::And(one, two) | Truth::Or(one, two) => {
                let decides = matches!(truth, Truth::Or(..));
                match (self.settled(one, sheet), self.settled(two, sheet)) {
                    (Some(one), _) if one == decides => Some(decides),
                    (_, Some(two)) if two == decides => Some(decides),
                    (Some(_), Some(_)) => Some(!decides),
                    _ => None,
                }
            }
        }
    }

    /// Whether the numbers that a truth compares are there.
    fn asks(&self, truth: &Truth, sheet: &Sheet) -> Known {
        match truth {
            Truth::Constant(_) | Truth::Present(_) => there(),
            Truth::Compare(_, one, two) => self.stands(one, sheet).and(self.stands(two, sheet)),
            Truth::Not(one) => self.asks(one, sheet),
            Truth::And(one, two) | Truth::Or(one, two) => {
                let decides = matches!(truth, Truth::Or(..));
                if self.settled(one, sheet) == Some(decides) {
                    return there();
                }
                self.asks(one, sheet).and(self.asks(two, sheet))
            }
        }
    }

    fn holds(&self, truth: &Truth, sheet: &Sheet) -> bool {
        // What presence settles needs no number.
        if let Some(settled) = self.settled(truth, sheet) {
            return settled;
        }
        match truth {
            Truth::Constant(holds) => *holds,
            Truth::Present(name) => self.is_there(name, sheet),
            Truth::Compare(how, one, two) => {
                let (one, two) = (self.value(one, sheet), self.value(two, sheet));
                match how {
                    Comparison::Below => one < two,
                    Comparison::AtMost => one <= two,
                    Comparison::Above => one > two,
                    Comparison::AtLeast => one >= two,
                    Comparison::Equal => one == two,
                    Comparison::Unequal => one != two,
                }
            }
            Truth::Not(one) => !self.holds(one, sheet),
            Truth::And(one, two) => self.holds(one, sheet) && self.holds(two, sheet),
            Truth::Or(one, two) => self.holds(one, sheet) || self.holds(two, sheet),
        }
    }

    fn value(&self, quantity: &Quantity, sheet: &Sheet) -> Exact {
        match quantity {
            Quantity::Constant(number) => exact(*number),
            Quantity::Name(name) => match self.known(name, sheet) {
                Known::Value(value) => value,
                _ => panic!("{name:?} has no value"),
            },
            Quantity::ValueOr(name, or) => match self.known(name, sheet) {
                Known::Value(value) => value,
                _ => self.value(or, sheet),
            },
            Quantity::Negative(one) => -self.value(one, sheet),
            Quantity::Arithmetic(operation, one, two) => {
                let (one, two) = (self.value(one, sheet), self.value(two, sheet));
                match operation {
                    Operation::Add => one + two,
                    Operation::Subtract => one - two,
                    Operation::Multiply => one * two,
                    Operation::Divide => one / two,
                }
            }
            Quantity::If(condition, one, two) => {
                self.value(if self.holds(condition, sheet) { one } else { two }, sheet)
            }
            Quantity::Call(function, parts) => {
                called(*function, parts.iter().map(|it| self.value(it, sheet)).collect())
            }
            Quantity::OfPresent(function, names) => {
                let present: Vec<Exact> = names
                    .iter()
                    .filter_map(|name| match self.known(name, sheet) {
                        Known::Value(value) => Some(value),
                        _ => None,
                    })
                    .collect();
                let count = whole(present.len() as i64);
                match function {
                    OfPresent::Count => count,
                    OfPresent::Sum => present.into_iter().sum(),
                    OfPresent::Mean => present.into_iter().sum::<Exact>() / count,
                }
            }
            Quantity::OfCohort(function, inner) => self.of_cohort(*function, inner, sheet),
        }
    }

    fn of_cohort(&self, function: OfCohort, inner: &Quantity, sheet: &Sheet) -> Exact {
        let has = |sheet: &&Sheet| matches!(self.stands(inner, sheet), Known::Value(_));
        let all = self.sheets.iter().filter(has).map(|sheet| cut(&self.value(inner, sheet)));
        let all: Vec<Exact> = all.collect();
        let size = whole(all.len() as i64);
        let sum = || cut(&all.iter().sum::<Exact>());
        match function {
            OfCohort::Count => size,
            OfCohort::Sum => sum(),
            OfCohort::Mean if all.is_empty() => size,
            OfCohort::Mean => cut(&(sum() / size)),
            OfCohort::Min => all.into_iter().min().unwrap_or_else(Exact::zero),
            OfCohort::Max => all.into_iter().max().unwrap_or_else(Exact::zero),
            OfCohort::Rank => {
                let own = cut(&self.value(inner, sheet));
                whole(1 + all.iter().filter(|it| **it > own).count() as i64)
            }
        }
    }
}

fn called(function: Function, all: Vec<Exact>) -> Exact {
    let first = all[0].clone();
    match function {
        Function::Min => all.into_iter().min().unwrap(),
        Function::Max => all.into_iter().max().unwrap(),
        Function::Mean => {
            let count = whole(all.len() as i64);
            all.into_iter().sum::<Exact>() / count
        }
        Function::Abs => first.abs(),
        Function::Floor => first.floor(),
        Function::Ceil => first.ceil(),
        Function::Round(places) => {
            let unit = whole(10_i64.pow(places));
            let half = Exact::new(1.into(), 2.into());
            let size = (first.abs() * &unit + half).floor() / unit;
            if first.is_negative() { -size } else { size }
        }
        Function::Ln => logarithm(&first),
        Function::Exp => exponential(&first),
        Function::Pow => power(&first, &all[1]),
        Function::Clamp => first.max(all[1].clone()).min(all[2].clone()),
    }
}

fn sheets() -> impl Strategy<Value = Vec<Sheet>> {
    let fact = prop_oneof![
        6 => amount().prop_map(|value| Fact::Value {
            value, verified: true, partial: false, sources: Vec::new(),
        }),
        1 => Just(Fact::Missing),
        1 => Just(Fact::NotApplicable {
            reason: "not here".to_owned(), verified: true, sources: Vec::new(),
        }),
    ];
    let last_year = prop::option::weighted(0.7, amount());
    let cell = (fact, 1..=99_999_i64, last_year).prop_map(|(fact, target, last_year)| Cell {
        fact,
        target: Some(Decimal::new(target, 2)),
        last_year,
        ..Cell::default()
    });
    let cells = prop::collection::vec(cell, INDICATORS.len());
    prop::collection::vec(cells, 1..6).prop_map(|all| {
        let sheet = |(number, cells): (usize, Vec<Cell>)| Sheet {
            subject: format!("s{number}"),
            cells: INDICATORS.map(Into::into).into_iter().zip(cells).collect::<BTreeMap<_, _>>(),
            ..Sheet::default()
        };
        all.into_iter().enumerate().map(sheet).collect()
    })
}

fn scored_by(formula: &Quantity) -> Track {
    let leaf = Leaf {
        indicator: "a".to_owned(),
        direction: Direction::HigherIsBetter,
        missing: MissingPolicy::LeaveOut,
        figure: Figure::Expression(Expression::new(String::new(), formula.clone())),
        method: Method::ExpressionPoints(ExpressionPoints { unclamped: true }),
    };
    Track::check(draft(node("root", "100", Rule::Leaf(leaf))), UNROUNDED).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn formulas_agree_with_exact_fractions(
        formula in prop_oneof![3 => formula(false), 1 => formula(true)],
        sheets in sheets(),
    ) {
        let track = scored_by(&formula);
        let oracle = Oracle { sheets: &sheets };
        let expected: Vec<(String, Option<Exact>)> = sheets
            .iter()
            .map(|sheet| {
                let value = match oracle.stands(&formula, sheet) {
                    Known::Value(_) => Some(oracle.value(&formula, sheet)),
                    _ => None,
                };
                (sheet.subject.clone(), value)
            })
            .collect();
        let result = common::score(&track, sheets.clone());
        for (subject, value) in expected {
            let total = common::of(&result, &subject).total;
            prop_assert_eq!(total.map(exact), value.map(|it| cut(&it)), "{} {:?}", subject, formula);
        }
    }

    // The functions by themselves, over a wider range than formulas reach.
    #[test]
    fn functions_agree_with_their_series(units in 1..=9_999_999_i64, places in 0..=6_u32) {
        let x = Quantity::Constant(Decimal::new(units, places));
        let value = exact(Decimal::new(units, places));
        let points = |function, all: Vec<Quantity>| {
            let track = scored_by(&Quantity::Call(function, all));
            common::score(&track, vec![common::sheet("s", &[])]).subjects[0].total.map(exact)
        };
        prop_assert_eq!(points(Function::Ln, vec![x.clone()]), Some(cut(&logarithm(&value))));
        let root = vec![x, Quantity::Constant(d("0.5"))];
        let half = Exact::new(1.into(), 2.into());
        prop_assert_eq!(points(Function::Pow, root), Some(cut(&power(&value, &half))));
        let small = Decimal::new(units % 60_000 - 30_000, 3);
        let exponent = vec![Quantity::Constant(small)];
        prop_assert_eq!(points(Function::Exp, exponent), Some(cut(&exponential(&exact(small)))));
    }
}

#[test]
fn presence_settles_a_truth_whatever_number_is_absent() {
    let name = |id: &str| Name::Value(id.to_owned());
    let number = |text| boxed(Quantity::Constant(d(text)));
    let above = Truth::Compare(Comparison::Above, boxed(Quantity::Name(name("a"))), number("1"));
    let has = || Box::new(Truth::Present(name("b")));
    let points = |truth: Truth| {
        let formula = Quantity::If(Box::new(truth), number("7"), number("3"));
        common::score(&scored_by(&formula), vec![common::sheet("s", &[])]).subjects[0].total
    };
    assert_eq!(points(Truth::And(Box::new(above.clone()), has())), Some(d("3")));
    let absent = Box::new(Truth::Not(has()));
    assert_eq!(points(Truth::Or(Box::new(above.clone()), absent)), Some(d("7")));
    // Where nothing settles it, the number is missing and the leaf left out.
    assert_eq!(points(Truth::Or(Box::new(above), has())), None);
}

#[test]
fn the_series_know_what_everybody_knows() {
    let places = |text: &str| exact(text.parse::<Decimal>().unwrap());
    assert_eq!(cut(&exponential(&Exact::one())), places("2.71828182845904523536"));
    assert_eq!(cut(&logarithm(&whole(2))), places("0.69314718055994530941"));
    assert_eq!(power(&whole(9), &Exact::new(1.into(), 2.into())), whole(3));
    assert_eq!(exponential(&Exact::zero()), Exact::one());
    assert_eq!(logarithm(&Exact::one()), Exact::zero());
}
