//! The functions of formulas.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use engine::{Function, Name, OfCohort, OfPresent, Quantity};

use super::Reader;

/// Most places that a formula rounds to.
const MOST_PLACES: i64 = 20;

impl Reader<'_> {
    pub(super) fn call(&mut self, given: &IdedExpr, call: &CallExpr) -> Quantity {
        if call.target.is_some() {
            return self.no_number(given);
        }
        let name = call.func_name.as_str();
        match name {
            "value" | "target" | "last_year" | "points" => Quantity::Name(self.name(given)),
            "value_or" => match call.args.as_slice() {
                [of, or] => Quantity::ValueOr(self.name(of), Box::new(self.quantity(or))),
                _ => self.arguments(given, name, "a name and a number"),
            },
            "round" => self.round(given, &call.args),
            _ => {
                if let Some(function) = of_cohort(name) {
                    return match call.args.as_slice() {
                        [one] => Quantity::OfCohort(function, Box::new(self.quantity(one))),
                        _ => self.arguments(given, name, "one number"),
                    };
                }
                if let Some(function) = of_present(name) {
                    if call.args.is_empty() {
                        return self.arguments(given, name, "one name or more");
                    }
                    let names = call.args.iter().map(|one| self.name(one)).collect();
                    return Quantity::OfPresent(function, names);
                }
                self.function(given, call)
            }
        }
    }

    fn function(&mut self, given: &IdedExpr, call: &CallExpr) -> Quantity {
        let (function, least, most) = match call.func_name.as_str() {
            "min" => (Function::Min, 1, usize::MAX),
            "max" => (Function::Max, 1, usize::MAX),
            "mean" => (Function::Mean, 1, usize::MAX),
            "abs" => (Function::Abs, 1, 1),
            "floor" => (Function::Floor, 1, 1),
            "ceil" => (Function::Ceil, 1, 1),
            "ln" => (Function::Ln, 1, 1),
            "exp" => (Function::Exp, 1, 1),
            "pow" => (Function::Pow, 2, 2),
            "clamp" => (Function::Clamp, 3, 3),
            _ => return self.no_number(given),
        };
        if call.args.len() < least || call.args.len() > most {
            let wanted = match least {
                1 if most == 1 => "one number",
                1 => "one number or more",
                2 => "two numbers",
                _ => "a number, a least and a most",
            };
            return self.arguments(given, &call.func_name, wanted);
        }
        Quantity::Call(function, call.args.iter().map(|one| self.quantity(one)).collect())
    }

    fn round(&mut self, given: &IdedExpr, args: &[IdedExpr]) -> Quantity {
        let places = match args {
            [_] => Some(0),
            [_, places] => match &places.expr {
                Expr::Literal(LiteralValue::Int(places)) => {
                    Some(**places).filter(|places| (0..=MOST_PLACES).contains(places))
                }
                _ => None,
            },
            _ => None,
        };
        match (places.and_then(|places| u32::try_from(places).ok()), args.first()) {
            (Some(places), Some(one)) => {
                Quantity::Call(Function::Round(places), vec![self.quantity(one)])
            }
            _ => self.arguments(given, "round", "a number and the places, 0 to 20"),
        }
    }

    /// What a formula asks of a subject by name.
    pub(super) fn name(&mut self, given: &IdedExpr) -> Name {
        let (function, id) = match &given.expr {
            Expr::Ident(id) => ("value", id.clone()),
            Expr::Call(CallExpr { func_name, args, target: None }) => match args.as_slice() {
                [IdedExpr { expr: Expr::Ident(id), .. }] => (func_name.as_str(), id.clone()),
                [IdedExpr { expr: Expr::Literal(LiteralValue::String(id)), .. }] => {
                    (func_name.as_str(), id.inner().to_owned())
                }
                _ => ("", String::new()),
            },
            _ => ("", String::new()),
        };
        match function {
            "value" => Name::Value(self.indicator(given, &id)),
            "target" => Name::Target(self.indicator(given, &id)),
            "last_year" => Name::LastYear(self.indicator(given, &id)),
            "points" => Name::Points(id),
            _ => {
                let message = format!(
                    "{}a name is due here: an indicator's id, or value, target, last_year or points of \
                     one id",
                    self.at(given)
                );
                self.fault("FORMULA_TYPE", message);
                Name::Value(String::new())
            }
        }
    }

    fn arguments(&mut self, given: &IdedExpr, function: &str, wanted: &str) -> Quantity {
        let message = format!("{}{function} takes {wanted}", self.at(given));
        self.fault("FORMULA_TYPE", message);
        Quantity::Constant(0.into())
    }
}

fn of_present(name: &str) -> Option<OfPresent> {
    Some(match name {
        "count_present" => OfPresent::Count,
        "sum_present" => OfPresent::Sum,
        "mean_present" => OfPresent::Mean,
        _ => return None,
    })
}

fn of_cohort(name: &str) -> Option<OfCohort> {
    Some(match name {
        "count_of" => OfCohort::Count,
        "sum_of" => OfCohort::Sum,
        "mean_of" => OfCohort::Mean,
        "min_of" => OfCohort::Min,
        "max_of" => OfCohort::Max,
        "rank_of" => OfCohort::Rank,
        _ => return None,
    })
}
