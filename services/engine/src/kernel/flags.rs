//! What was special about each subject: a bit for each flag that is set here, and a set for what
//! the tree adds.

use std::collections::{BTreeMap, BTreeSet};

use crate::flag::Flag;

/// Flags by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    bits: Vec<u16>,
    others: BTreeMap<usize, BTreeSet<Flag>>,
}

/// The flags that are set here, in the order of their bits.
const KNOWN: [Flag; 11] = [
    Flag::Missing,
    Flag::TargetMissing,
    Flag::NotApplicable,
    Flag::Unverified,
    Flag::Partial,
    Flag::LeftOut,
    Flag::Spread,
    Flag::Clamped,
    Flag::Bounded,
    Flag::DegenerateCohort,
    Flag::CarriedForward,
];

/// The bit of a flag; 0 for one that only the tree sets.
pub(super) fn bit(flag: Flag) -> u16 {
    let place = KNOWN.iter().position(|known| *known == flag);
    place.map_or(0, |place| 1 << place)
}

impl Flags {
    pub(super) fn reset(&mut self, size: usize) {
        self.bits.clear();
        self.bits.resize(size, 0);
        self.others.clear();
    }

    pub(super) fn insert(&mut self, place: usize, flag: Flag) {
        match bit(flag) {
            0 => {
                self.others.entry(place).or_default().insert(flag);
            }
            bit => self.bits[place] |= bit,
        }
    }

    /// The bits of every place, to be added to.
    pub(super) fn bits(&mut self) -> &mut [u16] {
        &mut self.bits
    }

    pub(super) fn clear(&mut self, place: usize) {
        self.bits[place] = 0;
        self.others.remove(&place);
    }

    pub(super) fn get(&self, place: usize) -> BTreeSet<Flag> {
        let bits = self.bits.get(place).copied().unwrap_or_default();
        let known = KNOWN.into_iter().filter(|flag| bits & bit(*flag) != 0);
        known.chain(self.others.get(&place).into_iter().flatten().copied()).collect()
    }
}
