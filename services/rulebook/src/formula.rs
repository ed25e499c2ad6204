//! Formulas as authors write them: the syntax of the Common Expression Language, read by its
//! maintained parser, turned into the engine's terms with every name and type checked.
//!
//! CEL's own numbers are binary; none is taken from the parser. A literal is read again from
//! the very digits that were written, and the engine evaluates in exact numbers.

mod call;
mod literal;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use cel::parser::Parser;
use engine::{Comparison, Expression, Name, Operation, Quantity, Truth};

use crate::indicators::Indicators;

/// Longest formula, in characters.
const LONGEST: usize = 2000;
/// Deepest nesting.
const DEEPEST: u16 = 64;

/// What is wrong with a formula.
pub(crate) struct Fault {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

/// Reads a formula whose value is a number. Reasons: `FORMULA_SYNTAX`, `FORMULA_TYPE`,
/// `UNKNOWN_INDICATOR`.
pub(crate) fn read(text: &str, indicators: &Indicators) -> Result<Expression, Vec<Fault>> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > LONGEST {
        let message = format!("must have 1 to {LONGEST} characters, has {length}");
        return Err(vec![Fault { reason: "FORMULA_SYNTAX", message }]);
    }
    let parser = Parser::new().max_recursion_depth(DEEPEST);
    let (root, info) = parser.parse_with_source_info(text).map_err(|all| {
        let fault = |error: &cel::parser::ParseError| {
            let (line, column) = error.pos;
            let message = format!("line {line}, column {column}: {}", error.msg.trim());
            Fault { reason: "FORMULA_SYNTAX", message }
        };
        all.errors.iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut reader = Reader { text, info, indicators, faults: Vec::new() };
    let quantity = reader.quantity(&root);
    match reader.faults.is_empty() {
        true => Ok(Expression::new(text.trim(), quantity)),
        false => Err(reader.faults),
    }
}

struct Reader<'a> {
    text: &'a str,
    info: SourceInfo,
    indicators: &'a Indicators,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn quantity(&mut self, given: &IdedExpr) -> Quantity {
        match &given.expr {
            Expr::Literal(literal) => self.literal(given, literal),
            Expr::Ident(id) => Quantity::Name(Name::Value(self.indicator(given, id))),
            Expr::Call(call) => match call.func_name.as_str() {
                operators::CONDITIONAL => match call.args.as_slice() {
                    [condition, one, two] => Quantity::If(
                        Box::new(self.condition(condition)),
                        Box::new(self.quantity(one)),
                        Box::new(self.quantity(two)),
                    ),
                    _ => self.no_number(given),
                },
                operators::NEGATE => match call.args.as_slice() {
                    [one] => Quantity::Negative(Box::new(self.quantity(one))),
                    _ => self.no_number(given),
                },
                sign => match (operation(sign), call.args.as_slice()) {
                    (Some(operation), [one, two]) => Quantity::Arithmetic(
                        operation,
                        Box::new(self.quantity(one)),
                        Box::new(self.quantity(two)),
                    ),
                    _ => self.call(given, call),
                },
            },
            _ => self.no_number(given),
        }
    }

    fn condition(&mut self, given: &IdedExpr) -> Truth {
        match &given.expr {
            Expr::Literal(LiteralValue::Boolean(holds)) => Truth::Constant(**holds),
            Expr::Call(CallExpr { func_name, args, .. }) => {
                match (func_name.as_str(), args.as_slice()) {
                    (operators::LOGICAL_AND, [one, two]) => {
                        Truth::And(Box::new(self.condition(one)), Box::new(self.condition(two)))
                    }
                    (operators::LOGICAL_OR, [one, two]) => {
                        Truth::Or(Box::new(self.condition(one)), Box::new(self.condition(two)))
                    }
                    (operators::LOGICAL_NOT, [one]) => Truth::Not(Box::new(self.condition(one))),
                    ("present", [name]) => Truth::Present(self.name(name)),
                    (sign, [one, two]) => match comparison(sign) {
                        Some(comparison) => Truth::Compare(
                            comparison,
                            Box::new(self.quantity(one)),
                            Box::new(self.quantity(two)),
                        ),
                        None => self.no_truth(given),
                    },
                    _ => self.no_truth(given),
                }
            }
            _ => self.no_truth(given),
        }
    }

    /// The name of the indicator of that id.
    fn indicator(&mut self, given: &IdedExpr, id: &str) -> String {
        match self.indicators.by_id(id) {
            Some(name) => name.to_owned(),
            None => {
                let message = format!(
                    "{}there is no indicator {id}: define it, or write value(\"…\") where its id is \
                     no word",
                    self.at(given)
                );
                self.fault("UNKNOWN_INDICATOR", message);
                id.to_owned()
            }
        }
    }

    fn no_number(&mut self, given: &IdedExpr) -> Quantity {
        let message = format!("{}a number is due here: {}", self.at(given), described(&given.expr));
        self.fault("FORMULA_TYPE", message);
        Quantity::Constant(0.into())
    }

    fn no_truth(&mut self, given: &IdedExpr) -> Truth {
        let message = format!(
            "{}a comparison, present(…) or a combination of such is due here: {}",
            self.at(given),
            described(&given.expr)
        );
        self.fault("FORMULA_TYPE", message);
        Truth::Constant(false)
    }

    fn fault(&mut self, reason: &'static str, message: String) {
        self.faults.push(Fault { reason, message });
    }

    /// The place, for the beginning of a message.
    fn at(&self, given: &IdedExpr) -> String {
        let place = self.info.offset_for(given.id);
        let before = place.and_then(|(start, _)| self.text.get(..usize::try_from(start).ok()?));
        before.map_or_else(String::new, |text| format!("character {}: ", text.chars().count() + 1))
    }
}

fn described(given: &Expr) -> String {
    match given {
        Expr::Call(call) => format!("there is no function {} for it", call.func_name),
        Expr::Ident(id) => format!("{id} is none"),
        Expr::Literal(_) => "this literal is none".to_owned(),
        Expr::Select(select) => format!("a field such as .{} has no meaning", select.field),
        _ => "lists, maps and macros have no place in a formula".to_owned(),
    }
}

fn operation(sign: &str) -> Option<Operation> {
    Some(match sign {
        operators::ADD => Operation::Add,
        operators::SUBSTRACT => Operation::Subtract,
        operators::MULTIPLY => Operation::Multiply,
        operators::DIVIDE => Operation::Divide,
        _ => return None,
    })
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        operators::LESS => Comparison::Below,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::Above,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::Unequal,
        _ => return None,
    })
}
