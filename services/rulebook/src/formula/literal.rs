//! Numbers as they were written.

use cel::common::ast::{IdedExpr, LiteralValue};
use cel::common::types::CelDouble;
use engine::Quantity;
use rust_decimal::Decimal;

use super::Reader;

impl Reader<'_> {
    pub(super) fn literal(&mut self, given: &IdedExpr, literal: &LiteralValue) -> Quantity {
        let number = match literal {
            LiteralValue::Int(whole) => Some(Decimal::from(**whole)),
            LiteralValue::Double(read) => self.written(given, read),
            _ => return self.no_number(given),
        };
        match number {
            Some(number) => Quantity::Constant(number),
            None => {
                let message =
                    format!("{}a number has at most 28 digits and no exponent", self.at(given));
                self.fault("FORMULA_SYNTAX", message);
                Quantity::Constant(Decimal::ZERO)
            }
        }
    }

    /// The number as it was written. Its place is counted in bytes, the sign before it not
    /// counted in; what stands there must be what the parser read.
    fn written(&self, given: &IdedExpr, read: &CelDouble) -> Option<Decimal> {
        let (start, stop) = self.info.offset_for(given.id)?;
        let place = usize::try_from(start).ok()?..=usize::try_from(stop).ok()?;
        let digits = self.text.get(place)?;
        let same = digits.parse().as_ref() == Ok(&read.inner().abs());
        // CEL lets a number begin with its point.
        let point = if digits.starts_with('.') { "0" } else { "" };
        let number = kit::decimal::parse(&format!("{point}{digits}")).filter(|_| same)?;
        Some(if read.inner().is_sign_negative() { Decimal::ZERO - number } else { number })
    }
}
