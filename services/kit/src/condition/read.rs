//! Conditions, read and checked against the shape of the facts they are asked of.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators};
use cel::parser::Parser;
use rust_decimal::Decimal;

use super::{Condition, Fault, Shape, Sign, Term};

/// Deepest nesting.
const DEEPEST: u16 = 64;

/// Reads a condition; an empty one always holds. Reasons: `CONDITION_SYNTAX`, `CONDITION_TYPE`,
/// `UNKNOWN_FACT`, `UNKNOWN_VALUE`.
pub fn read(text: &str, shape: &Shape) -> Result<Condition, Vec<Fault>> {
    if text.trim().is_empty() {
        return Ok(Condition::Constant(true));
    }
    let parser = Parser::new().max_recursion_depth(DEEPEST);
    let (root, info) = parser.parse_with_source_info(text).map_err(|all| {
        let fault = |error: &cel::parser::ParseError| {
            let (line, column) = error.pos;
            let message = format!("line {line}, column {column}: {}", error.msg.trim());
            Fault { reason: "CONDITION_SYNTAX", message }
        };
        all.errors.iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut reader = Reader { text, info, shape, faults: Vec::new() };
    let condition = reader.condition(&root);
    if reader.faults.is_empty() { Ok(condition) } else { Err(reader.faults) }
}

struct Reader<'a> {
    text: &'a str,
    info: SourceInfo,
    shape: &'a Shape,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn condition(&mut self, given: &IdedExpr) -> Condition {
        match &given.expr {
            Expr::Literal(LiteralValue::Boolean(holds)) => Condition::Constant(**holds),
            Expr::Select(SelectExpr { operand, field, test: true }) => {
                let mut path = self.path(operand).unwrap_or_default();
                path.push(field.clone());
                self.known(given, &path);
                Condition::Present(path)
            }
            Expr::Select(_) | Expr::Ident(_) => {
                let path = self.path(given).unwrap_or_default();
                match self.known(given, &path) {
                    Some(Shape::Flag) | None => {}
                    Some(_) => self.fault(given, "CONDITION_TYPE", "compare it with something"),
                }
                Condition::Flag(path)
            }
            Expr::Call(call) => self.call(given, call),
            _ => {
                let message = "a comparison, has(…) or a combination of such is due here";
                self.fault(given, "CONDITION_TYPE", message);
                Condition::Constant(false)
            }
        }
    }

    fn call(&mut self, given: &IdedExpr, call: &CallExpr) -> Condition {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice(), &call.target) {
            (operators::LOGICAL_AND, [one, two], _) => {
                Condition::And(Box::new(self.condition(one)), Box::new(self.condition(two)))
            }
            (operators::LOGICAL_OR, [one, two], _) => {
                Condition::Or(Box::new(self.condition(one)), Box::new(self.condition(two)))
            }
            (operators::LOGICAL_NOT, [one], _) => Condition::Not(Box::new(self.condition(one))),
            (operators::IN, [one, list], _) => self.one_of(one, list),
            ("startsWith", [begin], Some(one)) => {
                let (term, shape) = self.term(one);
                if !matches!(shape, Shape::Text) {
                    self.fault(one, "CONDITION_TYPE", "startsWith is asked of a text");
                }
                match &begin.expr {
                    Expr::Literal(LiteralValue::String(text)) => {
                        Condition::StartsWith(term, text.inner().to_owned())
                    }
                    _ => {
                        self.fault(begin, "CONDITION_TYPE", "a text in quotes is due here");
                        Condition::Constant(false)
                    }
                }
            }
            (sign, [one, two], None) => match sign_of(sign) {
                Some(sign) => self.compare(given, sign, one, two),
                None => self.no_function(given, name),
            },
            _ => self.no_function(given, name),
        }
    }

    fn no_function(&mut self, given: &IdedExpr, name: &str) -> Condition {
        let message = format!("{name} has no meaning in a condition");
        self.fault(given, "CONDITION_TYPE", message);
        Condition::Constant(false)
    }

    fn compare(
        &mut self,
        given: &IdedExpr,
        sign: Sign,
        one: &IdedExpr,
        two: &IdedExpr,
    ) -> Condition {
        let before = self.faults.len();
        let (mut left, left_shape) = self.term(one);
        let (mut right, right_shape) = self.term(two);
        if self.faults.len() > before {
            // What is unknown is of no sort.
            return Condition::Compare(sign, left, right);
        }
        self.fit(given, (&mut left, &left_shape), (&mut right, &right_shape));
        let ordered = matches!(left_shape, Shape::Number | Shape::Day)
            || matches!(right_shape, Shape::Number | Shape::Day);
        if !ordered && !matches!(sign, Sign::Equal | Sign::Unequal) {
            self.fault(given, "CONDITION_TYPE", "only numbers and days are less or more");
        }
        Condition::Compare(sign, left, right)
    }

    fn one_of(&mut self, one: &IdedExpr, list: &IdedExpr) -> Condition {
        let (mut term, shape) = self.term(one);
        let Expr::List(given) = &list.expr else {
            return self.among(one, (term, &shape), list);
        };
        let mut terms = Vec::new();
        let before = self.faults.len();
        for item in &given.elements {
            let (mut member, member_shape) = self.term(item);
            if self.faults.len() > before {
                break;
            }
            self.fit(item, (&mut term, &shape), (&mut member, &member_shape));
            terms.push(member);
        }
        Condition::In(term, terms)
    }

    fn among(
        &mut self,
        one: &IdedExpr,
        (mut term, shape): (Term, &Shape),
        list: &IdedExpr,
    ) -> Condition {
        let path = self.path(list).unwrap_or_default();
        let known = if path.is_empty() { None } else { self.known(list, &path) };
        match known {
            Some(Shape::List(item)) => {
                let mut member = Term::Fact(path.clone());
                self.fit(one, (&mut term, shape), (&mut member, &*item));
            }
            None if !path.is_empty() => {}
            _ => {
                let message = "a list such as [\"a\", \"b\"], or a fact that is one, is due here";
                self.fault(list, "CONDITION_TYPE", message);
            }
        }
        Condition::Among(term, path)
    }

    /// Sees that two terms are of one sort; a text beside a day is read as a day.
    fn fit(
        &mut self,
        given: &IdedExpr,
        (left, left_shape): (&mut Term, &Shape),
        (right, right_shape): (&mut Term, &Shape),
    ) {
        match (left_shape, right_shape) {
            (Shape::Number, Shape::Number)
            | (Shape::Text, Shape::Text)
            | (Shape::Flag, Shape::Flag)
            | (Shape::Day, Shape::Day)
            | (Shape::Choice(_), Shape::Choice(_)) => {}
            (Shape::Choice(names), Shape::Text) => self.chosen(given, names, right),
            (Shape::Text, Shape::Choice(names)) => self.chosen(given, names, left),
            (Shape::Day, Shape::Text) => self.day(given, right),
            (Shape::Text, Shape::Day) => self.day(given, left),
            (one, two) => {
                let message = format!("{} is no {}", described(one), described(two));
                self.fault(given, "CONDITION_TYPE", message);
            }
        }
    }

    fn chosen(&mut self, given: &IdedExpr, names: &[String], term: &Term) {
        if let Term::Text(text) = term
            && !names.contains(text)
        {
            let message = format!("{text} is no value here; there are {}", names.join(", "));
            self.fault(given, "UNKNOWN_VALUE", message);
        }
    }

    fn day(&mut self, given: &IdedExpr, term: &mut Term) {
        if let Term::Text(text) = term {
            match text.parse() {
                Ok(day) => *term = Term::Day(day),
                Err(_) => {
                    self.fault(given, "CONDITION_TYPE", "a day is written as \"2023-04-01\"");
                }
            }
        }
    }

    fn term(&mut self, given: &IdedExpr) -> (Term, Shape) {
        match &given.expr {
            Expr::Literal(LiteralValue::String(text)) => {
                (Term::Text(text.inner().to_owned()), Shape::Text)
            }
            Expr::Literal(LiteralValue::Boolean(flag)) => (Term::Flag(**flag), Shape::Flag),
            Expr::Literal(LiteralValue::Int(whole)) => {
                (Term::Number(Decimal::from(**whole)), Shape::Number)
            }
            Expr::Literal(LiteralValue::Double(_)) => (self.written(given), Shape::Number),
            Expr::Call(CallExpr { func_name, args, target }) => {
                match (func_name.as_str(), args.as_slice(), target) {
                    ("size", [of], None) => self.size(of),
                    ("size", [], Some(of)) => self.size(of),
                    (operators::NEGATE, [one], _) => match self.term(one) {
                        (Term::Number(number), shape) => {
                            (Term::Number(Decimal::ZERO - number), shape)
                        }
                        _ => self.no_term(given),
                    },
                    _ => self.no_term(given),
                }
            }
            Expr::Ident(_) | Expr::Select(SelectExpr { test: false, .. }) => {
                let Some(path) = self.path(given) else { return self.no_term(given) };
                match self.known(given, &path) {
                    Some(Shape::List(_) | Shape::Parts(_)) => {
                        let message = "has parts or is a list: compare a part, or its size";
                        self.fault(given, "CONDITION_TYPE", message);
                        (Term::Fact(path), Shape::Text)
                    }
                    Some(shape) => (Term::Fact(path), shape),
                    None => (Term::Fact(path), Shape::Text),
                }
            }
            _ => self.no_term(given),
        }
    }

    fn size(&mut self, of: &IdedExpr) -> (Term, Shape) {
        let path = self.path(of).unwrap_or_default();
        match self.known(of, &path) {
            Some(Shape::List(_)) | None => {}
            Some(_) => self.fault(of, "CONDITION_TYPE", "only a list has a size"),
        }
        (Term::Size(path), Shape::Number)
    }

    fn no_term(&mut self, given: &IdedExpr) -> (Term, Shape) {
        let message = "a fact, a number or a text in quotes is due here";
        self.fault(given, "CONDITION_TYPE", message);
        (Term::Flag(false), Shape::Flag)
    }

    /// The number as it was written: the parser's own is binary.
    fn written(&mut self, given: &IdedExpr) -> Term {
        let digits = self.info.offset_for(given.id).and_then(|(start, stop)| {
            let place = usize::try_from(start).ok()?..=usize::try_from(stop).ok()?;
            self.text.get(place)
        });
        let point = if digits.is_some_and(|it| it.starts_with('.')) { "0" } else { "" };
        let number = digits.and_then(|it| crate::decimal::parse(&format!("{point}{it}")));
        if number.is_none() {
            let message = "a number has at most 28 digits and no exponent";
            self.fault(given, "CONDITION_SYNTAX", message);
        }
        Term::Number(number.unwrap_or_default())
    }

    fn path(&self, given: &IdedExpr) -> Option<Vec<String>> {
        match &given.expr {
            Expr::Ident(name) => Some(vec![name.clone()]),
            Expr::Select(SelectExpr { operand, field, test: false }) => {
                let mut path = self.path(operand)?;
                path.push(field.clone());
                Some(path)
            }
            _ => None,
        }
    }

    /// What stands at a path; a fault when there is no such fact.
    fn known(&mut self, given: &IdedExpr, path: &[String]) -> Option<Shape> {
        if let Some(shape) = self.shape.at(path) {
            return Some(shape.clone());
        }
        let known = (0..path.len()).rev().find_map(|end| self.shape.at(&path[..end]));
        let names = known.map(Shape::names).unwrap_or_default();
        let message = format!("there is no {}; there are {names}", path.join("."));
        self.fault(given, "UNKNOWN_FACT", message);
        None
    }

    fn fault(&mut self, given: &IdedExpr, reason: &'static str, message: impl Into<String>) {
        let place = self.info.offset_for(given.id);
        let before = place.and_then(|(start, _)| self.text.get(..usize::try_from(start).ok()?));
        let at = before
            .map_or_else(String::new, |text| format!("character {}: ", text.chars().count() + 1));
        self.faults.push(Fault { reason, message: format!("{at}{}", message.into()) });
    }
}

fn described(shape: &Shape) -> &'static str {
    match shape {
        Shape::Flag => "true or false",
        Shape::Number => "a number",
        Shape::Day => "a day",
        Shape::Text | Shape::Choice(_) => "a text",
        Shape::List(_) | Shape::Parts(_) => "a list",
    }
}

fn sign_of(sign: &str) -> Option<Sign> {
    Some(match sign {
        operators::EQUALS => Sign::Equal,
        operators::NOT_EQUALS => Sign::Unequal,
        operators::LESS => Sign::Below,
        operators::LESS_EQUALS => Sign::AtMost,
        operators::GREATER => Sign::Above,
        operators::GREATER_EQUALS => Sign::AtLeast,
        _ => return None,
    })
}
