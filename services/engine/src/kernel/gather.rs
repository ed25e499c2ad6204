//! How the columns of shorter periods make the column of a longer one:
//! [`crate::accumulate`], for a whole cohort.

use super::number::{cut, power};
use super::table::{Kind, State, TableColumn};
use super::units::Units;
use crate::accumulate::Accumulation;
use crate::exact::PLACES;

/// One shorter period of a column.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// Places after the point of the values.
    pub scale: u32,
    /// Values in units of the last place; 0 where there is none.
    pub values: &'a [i64],
    /// As in [`TableColumn::states`].
    pub states: &'a [State],
}

/// Sizes of which a sum of 256 stays within 64 bits.
const SMALL: u64 = 1 << 54;

impl TableColumn {
    /// Makes values and states of the parts, in time order, keeping what else the column
    /// holds. `None` when a value does not fit: the column is not to be used then.
    pub fn accumulate(&mut self, how: Accumulation, size: usize, parts: &[Span<'_>]) -> Option<()> {
        self.states.clear();
        let scale = parts.iter().map(|part| part.scale).max().unwrap_or_default();
        let even = parts.iter().all(|part| part.scale == scale && part.states.is_empty());
        let few = !parts.is_empty() && parts.len() < 256;
        if how == Accumulation::Sum && even && few && self.add(size, parts).is_some() {
            self.scale = scale;
            return Some(());
        }
        self.scale = if how == Accumulation::Mean { PLACES } else { scale };
        let mut values = Vec::with_capacity(size);
        for place in 0..size {
            let (value, state) = one(how, scale, place, parts)?;
            values.push(value);
            self.states.push(state);
        }
        self.values = values.into_iter().collect();
        if self.states.iter().all(|state| *state == State::default()) {
            self.states.clear();
        }
        Some(())
    }

    /// Adds parts on one scale of which nothing is missing, as long as they are small.
    fn add(&mut self, size: usize, parts: &[Span<'_>]) -> Option<()> {
        self.values.reset(size);
        let Units::Narrow(sums) = &mut self.values else { return None };
        let mut all = 0;
        for part in parts {
            for (sum, value) in sums.iter_mut().zip(part.values.get(..size)?) {
                // A bit above the small ones is set by any that is not −SMALL..SMALL.
                all |= value.cast_unsigned().wrapping_add(SMALL);
                *sum = sum.wrapping_add(*value);
            }
        }
        (all < 2 * SMALL).then_some(())
    }
}

/// What the parts come to in one place.
fn one(how: Accumulation, scale: u32, place: usize, parts: &[Span<'_>]) -> Option<(i128, State)> {
    let adds = matches!(how, Accumulation::Sum | Accumulation::Mean);
    let (mut sum, mut count, mut held) = (0_i128, 0_i128, State::default());
    let (mut missing, mut unverified_out) = (parts.is_empty(), false);
    for part in parts {
        let state = part.states.get(place).copied().unwrap_or_default();
        match state.kind {
            Kind::Missing => {
                missing = true;
                held.partial |= adds || count > 0;
            }
            Kind::NotApplicable => unverified_out |= state.unverified,
            Kind::Value => {
                if !adds {
                    (sum, count, held) = (0, 0, State::default());
                }
                let value = i128::from(*part.values.get(place)?);
                sum = sum.checked_add(value.checked_mul(power(scale - part.scale)?)?)?;
                count += 1;
                held.unverified |= state.unverified;
                held.partial |= state.partial;
            }
        }
    }
    match (how, count) {
        (_, 0) if missing => Some((0, State { kind: Kind::Missing, ..State::default() })),
        (_, 0) => Some((
            0,
            State { kind: Kind::NotApplicable, unverified: unverified_out, ..State::default() },
        )),
        (Accumulation::Mean, count) => Some((cut(sum, power(scale)?.checked_mul(count)?)?, held)),
        _ => Some((sum, held)),
    }
}
