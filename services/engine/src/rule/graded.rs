//! What was taken on is worth more the harder, newer, more useful it is (S2).

use rust_decimal::Decimal;

use super::{Part, Whole, share};
use crate::exact::{Arithmetic, Ratio};
use crate::fact::Sheet;
use crate::fault::Faults;
use crate::input::{Input, Inputs};
use crate::node::Node;

pub(crate) const NAME: &str = "graded";
pub(crate) const FORMULA: &str = "w·p/w·Σ(v·f)/Σv, f the factor of the mark given in an aspect";

/// A part whose points are multiplied by a factor: the mean of the factors of the marks that
/// the subject's commitment was given in each aspect, by the aspects' weights.
///
/// With A worth 1.2, B 1, C 0.8 and no mark 0.9, difficulty weighing 2 and innovation 1:
///
/// | part of 10 | difficulty | innovation | points of 10 |
/// |---|---|---|---|
/// | 8 | B | B | 8 |
/// | 8 | A | C | 8.53 |
/// | 8 | C | C | 6.4 |
/// | 8 | none | none | 7.2 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// The part.
    pub child: Box<Node>,
    /// The indicator whose marks count; see [`Sheet::marks`].
    pub indicator: String,
    /// What was marked, at least one aspect.
    pub aspects: Vec<GradedAspect>,
}

/// One aspect in which a commitment is marked, for example its difficulty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradedAspect {
    /// Id, for example `difficulty`.
    pub aspect_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Relative weight, above 0.
    pub weight: Decimal,
    /// Factors by mark, for example A → 1.2, at least one; each at least 0.
    pub factors: Vec<(String, Decimal)>,
    /// Factor where no mark was given.
    pub unmarked: Decimal,
}

impl Graded {
    pub(crate) fn check(&self, faults: &mut Faults) {
        if self.indicator.is_empty() {
            faults.add("indicator", "INDICATOR_REQUIRED", "needs the indicator that is marked");
        }
        if self.aspects.is_empty() {
            faults.add("aspects", "NO_ASPECTS", "needs at least one aspect");
        }
        for (place, aspect) in self.aspects.iter().enumerate() {
            let before = &self.aspects[..place];
            faults.inside(format!("aspects[{place}]"), |faults| {
                if before.iter().any(|other| other.aspect_id == aspect.aspect_id) {
                    let message = format!("{} stands in the list already", aspect.aspect_id);
                    faults.add("aspect_id", "DUPLICATE_ASPECT", message);
                }
                faults.above("weight", aspect.weight, Decimal::ZERO);
                faults.size("weight", aspect.weight);
                faults.range("unmarked", aspect.unmarked, Decimal::ZERO, Decimal::ONE_HUNDRED);
                faults.size("unmarked", aspect.unmarked);
                if aspect.factors.is_empty() {
                    faults.add("factors", "NO_MARKS", "needs at least one mark with its factor");
                }
                for (place, (mark, factor)) in aspect.factors.iter().enumerate() {
                    let field = format!("factors[{place}]");
                    if aspect.factors[..place].iter().any(|(other, _)| other == mark) {
                        let message = format!("{mark:?} stands in the list already");
                        faults.add(&format!("{field}.mark"), "DUPLICATE_MARK", message);
                    }
                    let field = format!("{field}.factor");
                    faults.range(&field, *factor, Decimal::ZERO, Decimal::ONE_HUNDRED);
                    faults.size(&field, *factor);
                }
            });
        }
    }

    /// Factor and weight of each aspect, the mark named with the factor; and whether a mark is
    /// not there or not known to the scheme.
    pub(crate) fn inputs(&self, sheet: &Sheet) -> (Vec<Input>, bool) {
        let given = sheet.marks.get(&self.indicator);
        let (mut inputs, mut unmarked) = (Vec::new(), false);
        for aspect in &self.aspects {
            let mark = given.and_then(|given| given.get(&aspect.aspect_id));
            let factor = mark
                .and_then(|mark| aspect.factors.iter().find(|(known, _)| known == mark))
                .map(|(_, factor)| *factor);
            unmarked |= factor.is_none();
            let (id, name) = (&aspect.aspect_id, &aspect.display_name);
            let meaning = format!("factor of {name}, marked {}", mark.map_or("nothing", |it| it));
            inputs.push(Input::new(format!("f({id})"), meaning, factor.unwrap_or(aspect.unmarked)));
            let meaning = format!("weight of {name}");
            inputs.push(Input::new(format!("v({id})"), meaning, aspect.weight));
        }
        (inputs, unmarked)
    }
}

/// w·p/w·Σ(v·f)/Σv.
pub(crate) fn points(
    whole: &Whole,
    inputs: Inputs<'_>,
    parts: &[Part<'_>],
) -> Result<Decimal, Arithmetic> {
    let of = |kind: char| {
        let symbols = inputs.0.iter().filter(move |input| {
            input.symbol.strip_prefix(kind).is_some_and(|rest| rest.starts_with('('))
        });
        symbols.filter_map(|input| input.value.map(Ratio::from)).collect::<Vec<_>>()
    };
    let (factors, weights) = (of('f'), of('v'));
    let all: Ratio = weights.iter().cloned().sum();
    let weighed: Ratio = factors.into_iter().zip(weights).map(|(f, v)| f * v).sum();
    let part = parts.first().ok_or(Arithmetic::Absent("its part"))?;
    (whole.weight.clone() * share(part)? * weighed.over(all)?).cut()
}
