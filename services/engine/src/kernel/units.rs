//! A column of whole numbers, 64 bits wide as long as every one fits.

/// Whole numbers by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Units {
    /// All fit 64 bits.
    Narrow(Vec<i64>),
    /// Some may not.
    Wide(Vec<i128>),
}

impl Units {
    /// The number in a place; 0 beyond the end.
    pub fn get(&self, place: usize) -> i128 {
        match self {
            Units::Narrow(units) => units.get(place).copied().unwrap_or_default().into(),
            Units::Wide(units) => units.get(place).copied().unwrap_or_default(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Units::Narrow(units) => units.len(),
            Units::Wide(units) => units.len(),
        }
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = i128> + Clone {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Replaces a number, widening the column where it must.
    pub(super) fn set(&mut self, place: usize, number: i128) {
        match (&mut *self, i64::try_from(number)) {
            (Units::Narrow(units), Ok(number)) => units[place] = number,
            (Units::Wide(units), _) => units[place] = number,
            (Units::Narrow(units), Err(_)) => {
                let mut wide: Vec<i128> = units.iter().map(|number| (*number).into()).collect();
                wide[place] = number;
                *self = Units::Wide(wide);
            }
        }
    }

    /// As many zeros, 64 bits wide, in the memory that is there.
    pub(super) fn reset(&mut self, size: usize) {
        let mut units = match std::mem::take(self) {
            Units::Narrow(units) => units,
            Units::Wide(_) => Vec::new(),
        };
        units.clear();
        units.resize(size, 0);
        *self = Units::Narrow(units);
    }
}

impl Default for Units {
    fn default() -> Units {
        Units::Narrow(Vec::new())
    }
}

impl FromIterator<i128> for Units {
    fn from_iter<I: IntoIterator<Item = i128>>(numbers: I) -> Units {
        let wide: Vec<i128> = numbers.into_iter().collect();
        let narrow = wide.iter().map(|number| i64::try_from(*number));
        match narrow.collect() {
            Ok(narrow) => Units::Narrow(narrow),
            Err(_) => Units::Wide(wide),
        }
    }
}
