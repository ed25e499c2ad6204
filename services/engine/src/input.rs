//! The symbols of a formula and their values: what a formula is evaluated from, and what is printed.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};

/// One symbol of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Symbol, for example `A`.
    pub symbol: Cow<'static, str>,
    /// What it stands for, for example `actual value`.
    pub meaning: Cow<'static, str>,
    /// Its value; absent when there is none.
    pub value: Option<Decimal>,
}

impl Input {
    pub(crate) fn new(
        symbol: impl Into<Cow<'static, str>>,
        meaning: impl Into<Cow<'static, str>>,
        value: Decimal,
    ) -> Input {
        Input::maybe(symbol, meaning, Some(value))
    }

    pub(crate) fn maybe(
        symbol: impl Into<Cow<'static, str>>,
        meaning: impl Into<Cow<'static, str>>,
        value: Option<Decimal>,
    ) -> Input {
        Input { symbol: symbol.into(), meaning: meaning.into(), value }
    }
}

/// The inputs of a node, read by symbol.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a>(pub(crate) &'a [Input]);

impl Inputs<'_> {
    pub(crate) fn get(self, symbol: &'static str) -> Result<Ratio, Arithmetic> {
        self.find(symbol).ok_or(Arithmetic::Absent(symbol))
    }

    pub(crate) fn find(self, symbol: &str) -> Option<Ratio> {
        self.value(symbol).map(Ratio::from)
    }

    pub(crate) fn has(self, symbol: &str) -> bool {
        self.value(symbol).is_some()
    }

    pub(crate) fn value(self, symbol: &str) -> Option<Decimal> {
        self.0.iter().find(|input| input.symbol == symbol)?.value
    }
}
