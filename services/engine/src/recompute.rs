//! A printed tree comes to its number by itself.

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::Explained;
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::rule::Whole;
use crate::settle::{Bounds, Settled, settle};
use crate::{method, rule};

impl Explained {
    /// The points, computed again from `inputs`, weights and children alone; absent when the
    /// node is left out. Equal to [`Explained::points`] in every tree the engine makes.
    pub fn recompute(&self) -> Result<Option<Decimal>, Arithmetic> {
        Ok(self.recompute_with(&Ratio::ONE)?.map(|settled| settled.points))
    }

    /// The inputs with the figure computed anew, where there is one.
    fn redrawn(&self) -> Result<Option<Vec<Input>>, Arithmetic> {
        let Some(drawn) = &self.drawn else { return Ok(None) };
        let figure = drawn.figure.value(Inputs(&drawn.inputs))?;
        let mut inputs = self.inputs.clone();
        for input in inputs.iter_mut().filter(|input| matches!(&*input.symbol, "x" | "A")) {
            input.value = Some(figure);
        }
        Ok(Some(inputs))
    }

    fn recompute_with(&self, factor: &Ratio) -> Result<Option<Settled>, Arithmetic> {
        if self.points.is_none() {
            return Ok(None);
        }
        let inputs = Inputs(&self.inputs);
        let bounds = Bounds::of(inputs);
        let nothing = [Flag::Missing, Flag::TargetMissing, Flag::TooFew, Flag::Vetoed];
        if nothing.iter().any(|flag| self.flags.contains(flag)) {
            return Ok(Some(Settled::nothing()));
        }
        if rule::has_lines(self.method) {
            let (points, _) = rule::of_lines(self.method, inputs, &self.lines)?;
            let factor = rule::own_factor(self.weight, factor);
            let raw = (points * factor.clone()).cut()?;
            return settle(raw, &factor, bounds, self.rounding).map(Some);
        }
        if self.children.is_empty() {
            let redrawn = self.redrawn()?;
            let outcome = method::points(self.method, redrawn.as_deref().map_or(inputs, Inputs))?;
            let raw = (outcome.points * factor.clone()).cut()?;
            return settle(raw, factor, bounds, self.rounding).map(Some);
        }
        let full_marks = inputs.value("full");
        let weights = self.children.iter().map(|child| {
            let weight = rule::weight_beside(self.method, inputs, &child.node_id, child.weight);
            (weight, child.points.is_some())
        });
        let below = rule::factor_below(self.method, full_marks.is_some(), factor, weights)?;
        let mut parts = Vec::new();
        for child in &self.children {
            if let Some(settled) = child.recompute_with(&below)? {
                parts.push(rule::part(child, settled.points, &below));
            }
        }
        let weight = Ratio::from(self.weight) * factor.clone();
        let (raw, _) = rule::points(self.method, &Whole { weight, full_marks }, inputs, &parts)?;
        settle(raw, factor, bounds, self.rounding).map(Some)
    }
}
