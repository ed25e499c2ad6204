//! What a district's own template may say: print variables, choose with `if`, go through lists
//! with `for`. Nothing in it makes a new text or list, so no template can outgrow its data, and
//! every variable on every path is known before anything is printed.
//!
//! Each expression is walked with the sample value it would have, its shape.

use minijinja::Value;
use minijinja::machinery::ast::{BinOpKind, Expr, ForLoop, Stmt, UnaryOpKind};
use minijinja::machinery::parse;
use minijinja::value::ValueKind;

use super::{Fault, press};

const SYNTAX: &str = "TEMPLATE_SYNTAX";
const UNKNOWN: &str = "UNKNOWN_VARIABLE";

/// Finds the first fault of a template whose data have the shape of `sample`.
pub(crate) fn check(source: &str, sample: &Value) -> Result<(), Fault> {
    let syntax = press::syntax().map_err(|error| press::fault(&error))?;
    let tree = parse(source, "template", syntax).map_err(|error| press::fault(&error))?;
    Walk { sample, scope: Vec::new() }.statement(&tree)
}

struct Walk<'a> {
    sample: &'a Value,
    /// What `for` has named, the innermost last.
    scope: Vec<(&'a str, Value)>,
}

impl<'a> Walk<'a> {
    fn statements(&mut self, statements: &[Stmt<'a>]) -> Result<(), Fault> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt<'a>) -> Result<(), Fault> {
        match statement {
            Stmt::Template(it) => self.statements(&it.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(it) => self.printed(&it.expr),
            Stmt::IfCond(it) => {
                self.shape(&it.expr)?;
                self.statements(&it.true_body)?;
                self.statements(&it.false_body)
            }
            Stmt::ForLoop(it) => self.each(it),
            other => Err(Fault::at(SYNTAX, line(other), "only if and for are statements here")),
        }
    }

    fn each(&mut self, it: &ForLoop<'a>) -> Result<(), Fault> {
        let at = usize::from(it.iter.span().start_line);
        let Expr::Var(target) = &it.target else {
            return Err(Fault::at(SYNTAX, at, "for names one variable"));
        };
        if it.recursive {
            return Err(Fault::at(SYNTAX, at, "for is never recursive here"));
        }
        let list = self.shape(&it.iter)?;
        let Some(first) = first(&list) else {
            return Err(Fault::at(SYNTAX, at, "for goes through a list; this is none"));
        };
        let outside = self.scope.len();
        self.scope.push((target.id, first));
        if let Some(filter) = &it.filter_expr {
            self.shape(filter)?;
        }
        self.scope.push(("loop", position()));
        self.statements(&it.body)?;
        self.scope.truncate(outside);
        self.statements(&it.else_body)
    }

    fn printed(&self, expr: &Expr<'a>) -> Result<(), Fault> {
        let shape = self.shape(expr)?;
        match shape.kind() {
            ValueKind::Seq | ValueKind::Map => {
                let message = "is a list or has parts; print its parts";
                Err(Fault::at(SYNTAX, usize::from(expr.span().start_line), message))
            }
            _ => Ok(()),
        }
    }

    fn shape(&self, expr: &Expr<'a>) -> Result<Value, Fault> {
        let at = usize::from(expr.span().start_line);
        let refused = |message: &str| Err(Fault::at(SYNTAX, at, message));
        match expr {
            Expr::Const(it) => Ok(it.value.clone()),
            Expr::Var(it) => self.variable(it.id).ok_or_else(|| {
                let known = names(self.sample);
                let message = format!("there is no variable {}; there are {known}", it.id);
                Fault::at(UNKNOWN, at, message)
            }),
            Expr::GetAttr(it) => {
                let whole = self.shape(&it.expr)?;
                member(&whole, it.name).ok_or_else(|| {
                    let message = format!("{} has no part {}", path(&it.expr), it.name);
                    Fault::at(UNKNOWN, at, message)
                })
            }
            Expr::UnaryOp(it) => match it.op {
                UnaryOpKind::Not => self.shape(&it.expr).map(|_| Value::from(true)),
                UnaryOpKind::Neg => refused("figures come ready; nothing is computed here"),
            },
            Expr::BinOp(it) => {
                self.shape(&it.left)?;
                self.shape(&it.right)?;
                match it.op {
                    BinOpKind::Add
                    | BinOpKind::Sub
                    | BinOpKind::Mul
                    | BinOpKind::Div
                    | BinOpKind::FloorDiv
                    | BinOpKind::Rem
                    | BinOpKind::Pow
                    | BinOpKind::Concat => refused("figures come ready; nothing is computed here"),
                    _ => Ok(Value::from(true)),
                }
            }
            Expr::Compare(it) => {
                self.shape(&it.expr)?;
                for compared in &it.ops {
                    self.shape(&compared.expr)?;
                }
                Ok(Value::from(true))
            }
            Expr::IfExpr(it) => {
                self.shape(&it.test_expr)?;
                let Some(otherwise) = &it.false_expr else {
                    return refused("a choice in an expression needs its else");
                };
                let (chosen, otherwise) = (self.shape(&it.true_expr)?, self.shape(otherwise)?);
                if chosen.kind() != otherwise.kind() {
                    return refused("both sides of a choice must be of one sort");
                }
                Ok(chosen)
            }
            Expr::Filter(it) => match &it.expr {
                Some(list) if it.name == "length" && it.args.is_empty() => {
                    self.shape(list).map(|_| Value::from(1))
                }
                _ => refused("length is the only filter here"),
            },
            Expr::Test(_) => refused("no tests are needed: every variable is always defined"),
            Expr::Call(_) => refused("nothing can be called here"),
            Expr::GetItem(_) | Expr::Slice(_) => refused("go through a list with for"),
            Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => refused("no lists are made here"),
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let named = self.scope.iter().rev().find(|(known, _)| *known == name);
        named.map(|(_, value)| value.clone()).or_else(|| member(self.sample, name))
    }
}

/// What `loop` knows within a `for`.
fn position() -> Value {
    minijinja::context! { index => 1, index0 => 0, first => true, last => true, length => 1 }
}

fn member(whole: &Value, name: &str) -> Option<Value> {
    let is_map = whole.kind() == ValueKind::Map;
    whole.get_attr(name).ok().filter(|part| is_map && !part.is_undefined())
}

fn first(list: &Value) -> Option<Value> {
    let is_list = list.kind() == ValueKind::Seq;
    if is_list { list.try_iter().ok()?.next() } else { None }
}

fn names(whole: &Value) -> String {
    let keys = whole.try_iter().into_iter().flatten();
    keys.map(|key| key.to_string()).collect::<Vec<_>>().join(", ")
}

fn path(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Var(it) => it.id.to_owned(),
        Expr::GetAttr(it) => format!("{}.{}", path(&it.expr), it.name),
        other => other.description().to_owned(),
    }
}

fn line(statement: &Stmt<'_>) -> usize {
    let span = match statement {
        Stmt::Template(it) => it.span(),
        Stmt::EmitExpr(it) => it.span(),
        Stmt::EmitRaw(it) => it.span(),
        Stmt::ForLoop(it) => it.span(),
        Stmt::IfCond(it) => it.span(),
        Stmt::WithBlock(it) => it.span(),
        Stmt::Set(it) => it.span(),
        Stmt::SetBlock(it) => it.span(),
        Stmt::AutoEscape(it) => it.span(),
        Stmt::FilterBlock(it) => it.span(),
        Stmt::Block(it) => it.span(),
        Stmt::Import(it) => it.span(),
        Stmt::FromImport(it) => it.span(),
        Stmt::Extends(it) => it.span(),
        Stmt::Include(it) => it.span(),
        Stmt::Macro(it) => it.span(),
        Stmt::CallBlock(it) => it.span(),
        Stmt::Do(it) => it.span(),
    };
    usize::from(span.start_line)
}
