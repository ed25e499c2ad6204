//! Numbers as they were written.

use cel::common::ast::{IdedExpr, LiteralValue};
use engine::Quantity;
use rust_decimal::Decimal;

use super::Reader;

impl Reader<'_> {
    pub(super) fn literal(&mut self, given: &IdedExpr, literal: &LiteralValue) -> Quantity {
        let number = match literal {
            LiteralValue::Int(whole) => Some(Decimal::from(**whole)),
            LiteralValue::Double(_) => self.written(given),
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

    /// The digits of a literal, from the text itself. Its place is counted in characters.
    fn written(&self, given: &IdedExpr) -> Option<Decimal> {
        let (start, stop) = self.info.offset_for(given.id)?;
        let start = usize::try_from(start).ok()?;
        let length = usize::try_from(stop).ok()?.checked_sub(start)? + 1;
        let digits: String = self.text.chars().skip(start).take(length).collect();
        // CEL lets a number begin with its point.
        let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits };
        kit::decimal::parse(&digits)
    }
}
