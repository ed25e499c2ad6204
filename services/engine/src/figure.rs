//! What a leaf scores: its indicator's value, or a figure made from several.
//!
//! A method says how many points a number is worth; a figure says which number. So the growth
//! over last year, the better of two measures or the points of another part can be ranked,
//! stepped or normalised like any value.

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::exact::{Arithmetic, Ratio};
use crate::expression::{Expression, Name, Standing};
use crate::fault::Faults;
use crate::input::{Input, Inputs};

/// The number that a leaf's method turns into points. Further indicators go by their names.
///
/// | figure | v | beside it | scored |
/// |---|---|---|---|
/// | growth, rate | 12 | last year 10 | 100·(12 − 10)/10 = 20 |
/// | growth, amount | 12 | last year 10 | 12 − 10 = 2 |
/// | best_of | 12 | other 15 | 15 |
/// | worst_of | 12 | other 15 | 12 |
/// | reconciled below 4, else nothing | claimed 12 | verified 15 | 15 |
/// | reconciled below 3, else nothing | claimed 12 | verified 15 | 0 |
/// | reconciled below 3, else verified | claimed 12 | verified 15 | 15 |
/// | reconciled below 3, else less difference | claimed 12 | verified 15 | 15 − 3 = 12 |
/// | reconciled below 25 %, else nothing | claimed 12 | verified 15 | 0 |
/// | reconciled below 26 %, else nothing | claimed 12 | verified 15 | 15 |
/// | difficulty from 1 to 1.35 | 12 | factor 1.2 | 12·1.2 = 14.4 |
/// | difficulty from 1 to 1.35 | 12 | factor 2 | 12·1.35 = 16.2 |
/// | difficulty from 1 to 1.35 | 12 | factor 0.5 | 12·1 = 12 |
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Figure {
    /// The indicator's value.
    #[default]
    Value,
    /// The change on the same period of the year before (同比增长).
    Growth(GrowthBy),
    /// The best of the indicator and of others, as the indicator's direction has it (取优).
    BestOf(Vec<String>),
    /// The worst of the indicator and of others (取劣).
    WorstOf(Vec<String>),
    /// What is credited of a claim (核实值).
    Reconciled(Reconciled),
    /// The value times a factor for its difficulty (难度系数).
    Difficulty(Difficulty),
    /// The points of another node of the track.
    Points(String),
    /// A formula of the scheme's author.
    Expression(Expression),
}

/// How a change is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrowthBy {
    /// In per cent of last year's value, which must be above 0: 100·(x − L)/L.
    Rate,
    /// In the indicator's own unit: x − L.
    Amount,
}

/// A claimed value, credited by what was verified: the indicator holds the claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// The indicator that holds what was verified.
    pub verified: String,
    /// How far apart the two may be, at least 0; equal ones always agree.
    pub tolerance: Decimal,
    /// The tolerance is in per cent of the claim's distance from 0, not in the indicator's unit.
    pub percent: bool,
    /// What is credited when they differ by the tolerance or more.
    pub otherwise: Otherwise,
}

/// What is credited of a claim that was not borne out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing: 0.
    Nothing,
    /// What was verified.
    Verified,
    /// What was verified, less the distance to the claim: what was claimed too much is taken
    /// off once more.
    VerifiedLessDifference,
}

/// A factor for the difficulty of what was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difficulty {
    /// The indicator that holds the factor; 1 where it has no value.
    pub factor: String,
    /// Least factor that counts, above 0; usually 1.
    pub least: Decimal,
    /// Greatest factor that counts; usually 1.35.
    pub most: Decimal,
}

impl Figure {
    /// Its name in the contract; empty for the plain value.
    pub fn name(&self) -> &'static str {
        match self {
            Figure::Value => "",
            Figure::Growth(_) => "growth",
            Figure::BestOf(_) => "best_of",
            Figure::WorstOf(_) => "worst_of",
            Figure::Reconciled(_) => "reconciled",
            Figure::Difficulty(_) => "difficulty",
            Figure::Points(_) => "points_of",
            Figure::Expression(_) => "expression",
        }
    }

    /// Its formula, for the reader; empty for the plain value.
    pub(crate) fn formula(&self) -> String {
        match self {
            Figure::Value => String::new(),
            Figure::Growth(GrowthBy::Rate) => "100·(v − L)/L".to_owned(),
            Figure::Growth(GrowthBy::Amount) => "v − L".to_owned(),
            Figure::BestOf(_) => "best of v".to_owned(),
            Figure::WorstOf(_) => "worst of v".to_owned(),
            Figure::Reconciled(_) => {
                "v where |c − v| < tolerance, otherwise as the scheme says".to_owned()
            }
            Figure::Difficulty(_) => "v·min(max(factor, least), most)".to_owned(),
            Figure::Points(node) => Name::Points(node.clone()).to_string(),
            Figure::Expression(expression) => expression.text().to_owned(),
        }
    }

    /// Everything it asks of a subject; `own` is the leaf's indicator.
    pub(crate) fn names(&self, own: &str) -> Vec<Name> {
        let value = |indicator: &str| Name::Value(indicator.to_owned());
        match self {
            Figure::Value => vec![value(own)],
            Figure::Growth(_) => vec![value(own), Name::LastYear(own.to_owned())],
            Figure::BestOf(others) | Figure::WorstOf(others) => {
                std::iter::once(own).chain(others.iter().map(String::as_str)).map(value).collect()
            }
            Figure::Reconciled(it) => vec![value(own), value(&it.verified)],
            Figure::Difficulty(it) => vec![value(own), value(&it.factor)],
            Figure::Points(node) => vec![Name::Points(node.clone())],
            Figure::Expression(expression) => expression.names(),
        }
    }

    pub(crate) fn standing(&self, own: &str, of: &dyn Fn(&Name) -> Standing) -> Standing {
        let value = |indicator: &str| of(&Name::Value(indicator.to_owned()));
        match self {
            Figure::Value | Figure::Difficulty(_) => value(own),
            Figure::BestOf(others) | Figure::WorstOf(others) => {
                others.iter().fold(value(own), |so_far, other| so_far.or(value(other)))
            }
            Figure::Expression(expression) => expression.root().standing(of),
            Figure::Growth(_) | Figure::Reconciled(_) | Figure::Points(_) => {
                let needed = self.names(own);
                needed.iter().fold(Standing::Value, |so_far, name| so_far.and(of(name)))
            }
        }
    }

    /// Every number of its formula, each name as the subject has it.
    pub(crate) fn inputs(
        &self,
        indicator: &str,
        direction: Direction,
        of: &dyn Fn(&Name) -> Option<Decimal>,
    ) -> Vec<Input> {
        let own = of(&Name::Value(indicator.to_owned()));
        let value = |indicator: &str| of(&Name::Value(indicator.to_owned()));
        match self {
            Figure::Value => Vec::new(),
            Figure::Growth(by) => {
                let last_year = of(&Name::LastYear(indicator.to_owned()));
                let mut inputs = vec![
                    Input::maybe("v", "actual value", own),
                    Input::maybe("L", "value of the year before", last_year),
                ];
                if *by == GrowthBy::Rate {
                    inputs.push(Input::new("rate", "in per cent of last year's", Decimal::ONE));
                }
                inputs
            }
            Figure::BestOf(others) | Figure::WorstOf(others) => {
                let best = matches!(self, Figure::BestOf(_));
                let greatest = best == (direction == Direction::HigherIsBetter);
                let symbol = if greatest { "greatest" } else { "least" };
                let mut inputs = vec![Input::maybe("v1", "actual value", own)];
                inputs.extend(others.iter().zip(2..).map(|(other, number)| {
                    Input::maybe(format!("v{number}"), format!("value of {other}"), value(other))
                }));
                inputs.push(Input::new(symbol, "which of them counts", Decimal::ONE));
                inputs
            }
            Figure::Reconciled(it) => it.inputs(own, value(&it.verified)),
            Figure::Difficulty(it) => vec![
                Input::maybe("v", "actual value", own),
                Input::maybe("factor", "factor for the difficulty", value(&it.factor)),
                Input::new("least", "least factor", it.least),
                Input::new("most", "greatest factor", it.most),
            ],
            Figure::Points(node) => {
                let name = Name::Points(node.clone());
                vec![crate::expression::named(&name, of(&name))]
            }
            Figure::Expression(expression) => {
                let names = expression.names();
                names.iter().map(|name| crate::expression::named(name, of(name))).collect()
            }
        }
    }

    /// The figure, from its inputs alone.
    pub(crate) fn value(&self, inputs: Inputs<'_>) -> Result<Decimal, Arithmetic> {
        let value = match self {
            Figure::Value => return Err(Arithmetic::Absent("a figure")),
            Figure::Growth(_) => {
                let (value, last_year) = (inputs.get("v")?, inputs.get("L")?);
                let change = value - last_year.clone();
                match inputs.has("rate") {
                    true => (change * Ratio::HUNDRED).over(last_year)?,
                    false => change,
                }
            }
            Figure::BestOf(others) | Figure::WorstOf(others) => {
                let all = (1..=others.len() + 1).filter_map(|it| inputs.find(&format!("v{it}")));
                let found = if inputs.has("greatest") { all.max() } else { all.min() };
                found.ok_or(Arithmetic::Absent("v"))?
            }
            Figure::Reconciled(_) => reconciled(inputs)?,
            Figure::Difficulty(_) => {
                let factor = inputs.find("factor").unwrap_or(Ratio::ONE);
                let (factor, _) = factor.within(inputs.get("least")?, inputs.get("most")?);
                inputs.get("v")? * factor
            }
            Figure::Points(_) => {
                let points = inputs.0.first().and_then(|input| input.value);
                points.ok_or(Arithmetic::Absent("points"))?.into()
            }
            Figure::Expression(expression) => expression.value(inputs)?,
        };
        value.cut()
    }

    pub(crate) fn check(&self, indicator: &str, faults: &mut Faults) {
        if indicator.is_empty() && !matches!(self, Figure::Points(_) | Figure::Expression(_)) {
            faults.add("indicator", "INDICATOR_REQUIRED", "a leaf needs an indicator");
        }
        match self {
            Figure::BestOf(others) | Figure::WorstOf(others) if others.is_empty() => {
                let message = "needs at least one other indicator";
                faults.add(&format!("figure.{}.indicators", self.name()), "FIGURE", message);
            }
            Figure::Reconciled(it) => faults.inside("figure.reconciled", |faults| {
                let most = if it.percent { Decimal::ONE_HUNDRED } else { Decimal::MAX };
                faults.range("tolerance", it.tolerance, Decimal::ZERO, most);
                faults.size("tolerance", it.tolerance);
            }),
            Figure::Difficulty(it) => faults.inside("figure.difficulty", |faults| {
                faults.above("least", it.least, Decimal::ZERO);
                faults.range("most", it.most, it.least, Decimal::from(1000));
                faults.size("least", it.least);
                faults.size("most", it.most);
            }),
            _ => {}
        }
    }
}

impl Reconciled {
    fn inputs(&self, claimed: Option<Decimal>, verified: Option<Decimal>) -> Vec<Input> {
        let mut inputs = vec![
            Input::maybe("c", "claimed value", claimed),
            Input::maybe("v", "verified value", verified),
            Input::new("tolerance", "how far apart the two may be", self.tolerance),
        ];
        if self.percent {
            inputs.push(Input::new("percent", "in per cent of the claim", Decimal::ONE));
        }
        match self.otherwise {
            Otherwise::Nothing => {}
            Otherwise::Verified => {
                inputs.push(Input::new("verified", "verified counts in any case", Decimal::ONE));
            }
            Otherwise::VerifiedLessDifference => {
                let meaning = "verified less the difference counts otherwise";
                inputs.push(Input::new("less", meaning, Decimal::ONE));
            }
        }
        inputs
    }
}

fn reconciled(inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
    let (claimed, verified) = (inputs.get("c")?, inputs.get("v")?);
    let apart = (claimed.clone() - verified.clone()).abs();
    let tolerance = inputs.get("tolerance")?;
    let tolerance = match inputs.has("percent") {
        true => (claimed.abs() * tolerance).over(Ratio::HUNDRED)?,
        false => tolerance,
    };
    if apart.is_zero() || apart < tolerance || inputs.has("verified") {
        Ok(verified)
    } else if inputs.has("less") {
        Ok(verified - apart)
    } else {
        Ok(Ratio::ZERO)
    }
}
