//! Issue 3, point 1: formulas are typed and checked when a scheme is saved, and evaluated in exact
//! numbers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{faults, indicator, known, name, node, scheme, track};
use engine::{Cell, Cohort, Fact, Sheet};
use proto::registry::v1 as pb;

fn formula(text: &str) -> pb::Scheme {
    let method = pb::ExpressionPoints { formula: text.to_owned(), unclamped: true };
    let leaf =
        pb::Leaf { method: Some(pb::leaf::Method::Expression(method)), ..pb::Leaf::default() };
    let none = pb::Rounding { mode: pb::rounding::Mode::None.into(), places: 0 };
    pb::Scheme {
        leaf_rounding: Some(none),
        total_rounding: Some(none),
        ..scheme(vec![track(
            "general",
            "general-management",
            node("total", "100", pb::node::Rule::Leaf(leaf)),
        )])
    }
}

fn sheet(subject: &str, revenue: &str, accidents: Option<&str>) -> Sheet {
    let cell = |value: &str| Cell {
        fact: Fact::Value {
            value: value.parse().unwrap(),
            verified: true,
            partial: false,
            sources: Vec::new(),
        },
        target: Some("8".parse().unwrap()),
        last_year: Some("5".parse().unwrap()),
        ..Cell::default()
    };
    let mut sheet = Sheet { subject: subject.to_owned(), ..Sheet::default() };
    sheet.cells.insert(name("indicators", "revenue").into(), cell(revenue));
    if let Some(accidents) = accidents {
        sheet.cells.insert(name("indicators", "accidents").into(), cell(accidents));
    }
    sheet
}

/// The value for revenue 10 and accidents 4, beside one subject with 30 and 2 and one without
/// accidents.
fn value(text: &str) -> String {
    let rulebook = rulebook::parse(&formula(text), &known()).unwrap();
    let sheets =
        vec![sheet("a", "10", Some("4")), sheet("b", "30", Some("2")), sheet("c", "20", None)];
    let result = engine::score(&rulebook.entries[0].track, &Cohort::new(sheets).unwrap()).unwrap();
    let subject = result.subjects.iter().find(|it| it.subject == "a").unwrap();
    assert_eq!(subject.explained.recompute().unwrap(), subject.total, "{text}");
    subject.total.unwrap().to_string()
}

fn found(text: &str) -> Vec<String> {
    let field = "scheme.tracks[0].root.leaf.expression.formula ";
    faults(&formula(text)).into_iter().map(|it| it.replace(field, "")).collect()
}

/// The worked examples in the docs of the engine's method: formula, figures, points.
#[test]
fn points_by_formula() {
    let docs = include_str!("../../engine/src/method/expression_points.rs");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("/// | ")?.strip_suffix(" |"));
    let rows: Vec<Vec<&str>> = rows.skip(1).map(|row| row.split(" | ").collect()).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let [weight, text, figures, wanted] = row[..] else { panic!("{row:?}") };
        let figures: Vec<(&str, &str)> =
            figures.split(", ").map(|figure| figure.split_once(' ').unwrap()).collect();
        let method =
            pb::ExpressionPoints { formula: text.trim_matches('`').to_owned(), unclamped: false };
        let leaf =
            pb::Leaf { method: Some(pb::leaf::Method::Expression(method)), ..pb::Leaf::default() };
        let root = node("total", weight, pb::node::Rule::Leaf(leaf));
        let scheme = scheme(vec![track("general", "general-management", root)]);
        let (up, monthly) = (pb::Direction::HigherIsBetter, pb::Frequency::Monthly);
        let known = |(id, _): &(&str, &str)| indicator(id, up, monthly, pb::Accumulation::Sum);
        let indicators: Vec<_> = figures.iter().map(known).collect();
        let known = rulebook::Indicators::from_proto(&indicators);
        let rulebook = rulebook::parse(&scheme, &known).unwrap();
        let mut sheet = Sheet { subject: "a".to_owned(), ..Sheet::default() };
        for (id, figure) in figures {
            let fact = Fact::Value {
                value: figure.parse().unwrap(),
                verified: true,
                partial: false,
                sources: Vec::new(),
            };
            sheet.cells.insert(name("indicators", id).into(), Cell { fact, ..Cell::default() });
        }
        let cohort = Cohort::new(vec![sheet]).unwrap();
        let result = engine::score(&rulebook.entries[0].track, &cohort).unwrap();
        let wanted = wanted.rsplit(' ').next().unwrap();
        assert_eq!(result.subjects[0].total, Some(wanted.parse().unwrap()), "{row:?}");
    }
}

// A3
#[test]
fn numbers_are_exact() {
    for (text, expected) in [
        ("0.1 + 0.2", "0.3"),
        ("revenue / 3 * 3", "10"),
        ("1 - -2.50", "3.5"),
        ("round(revenue / 3, 2)", "3.33"),
        ("round(-0.5)", "-1"),
        ("floor(-1.5) + ceil(-1.5)", "-3"),
        ("ln(exp(2))", "2"),
        ("pow(2, 0.5) * pow(2, 0.5)", "2"),
        ("pow(revenue, 3)", "1000"),
        ("pow(4, 0.5)", "2"),
        ("ln(10)", "2.302585092994045684"),
        ("clamp(revenue, 0, 7.5)", "7.5"),
        ("min(revenue, accidents, 3) + max(1, 2) + mean(1, 2) + abs(-1)", "7.5"),
        ("revenue > 5 && !(accidents == 4) ? 1 : 2", "2"),
        ("target(revenue) + last_year(revenue)", "13"),
        ("value(\"revenue\")", "10"),
        ("sum_of(revenue) + count_of(accidents) + max_of(revenue) + min_of(accidents)", "94"),
        ("rank_of(revenue) + mean_of(revenue)", "23"),
        ("ceil(rank_of(revenue) * 10 / count_of(revenue))", "10"),
        ("value_or(accidents, 0) + count_present(accidents, revenue)", "6"),
        ("mean_present(accidents, satisfaction) + sum_present(satisfaction, accidents)", "8"),
        ("present(satisfaction) ? satisfaction : 1", "1"),
    ] {
        let got = value(text);
        let expected: rust_decimal::Decimal = expected.parse().unwrap();
        let got: rust_decimal::Decimal = got.parse().unwrap();
        assert_eq!(got.round_dp(18), expected, "{text}");
    }
}

#[test]
fn a_formula_with_chinese_text_keeps_its_numbers() {
    // The places of literals are counted in characters.
    let found = found("value(\"收入\") + 0.25");
    assert_eq!(found, ["UNKNOWN_INDICATOR"]);
    assert_eq!(value("(present(accidents) ? 0.25 : 0.75) + 0.5"), "0.75");
}

#[test]
fn what_may_divide_by_zero_is_refused() {
    let zero = ["DIVISION_BY_ZERO"];
    for text in [
        "1 / revenue",
        "1 / (revenue - accidents)",
        "ln(revenue)",
        "1 / max(revenue, 0)",
        "revenue > 0 ? 1 / accidents : 0",
        "revenue >= 0 ? 1 / revenue : 0",
        "1 / sum_of(revenue)",
        "pow(revenue, -1)",
        "pow(revenue, 0.5)",
        "1 / points(other)",
    ] {
        assert!(found(text).contains(&zero[0].to_owned()), "{text}: {:?}", found(text));
    }
}

#[test]
fn what_never_does_is_not() {
    for text in [
        "1 / max(revenue, 1)",
        "revenue > 0 ? 1 / revenue : 0",
        "revenue != 0 && 1 / revenue > 2 ? 1 : 0",
        "revenue == 0 || 1 / revenue > 2 ? 1 : 0",
        "revenue > accidents ? 1 / (revenue - accidents) : 0",
        "!(revenue <= 2) ? ln(revenue) : 0",
        "accidents / target(revenue)",
        "revenue / count_of(revenue)",
        "1 / (1 + abs(revenue))",
        "1 / exp(clamp(revenue, 0, 3))",
        "revenue / (1 + pow(max(revenue, 0), 0.5))",
    ] {
        assert_eq!(found_or_sound(text), Vec::<String>::new(), "{text}");
    }
}

fn found_or_sound(text: &str) -> Vec<String> {
    match rulebook::parse(&formula(text), &known()) {
        Ok(_) => Vec::new(),
        Err(error) => vec![format!("{error:?}")],
    }
}

#[test]
fn names_types_and_syntax_are_checked() {
    assert_eq!(found("revenue + lost"), ["UNKNOWN_INDICATOR"]);
    assert_eq!(found("points(nowhere)"), ["UNKNOWN_NODE"]);
    assert_eq!(found("points(total) + 1"), ["CYCLE"]);
    assert_eq!(found("revenue > 1"), ["FORMULA_TYPE"]);
    assert_eq!(found("revenue ? 1 : 2"), ["FORMULA_TYPE"]);
    assert_eq!(found("shell(revenue)"), ["FORMULA_TYPE"]);
    assert_eq!(found("[revenue].map(x, x)[0]"), ["FORMULA_TYPE"]);
    assert_eq!(found("round(revenue, 21)"), ["FORMULA_TYPE"]);
    assert_eq!(found("1e400 + revenue"), ["FORMULA_SYNTAX"]);
    assert!(found("revenue +").contains(&"FORMULA_SYNTAX".to_owned()));
    assert_eq!(found(""), ["FORMULA_SYNTAX"]);
    assert_eq!(found(&"1 + ".repeat(600)), ["FORMULA_SYNTAX"]);
}

#[test]
fn equal_formulas_have_one_digest() {
    let digest = |text: &str| rulebook::parse(&formula(text), &known()).unwrap().digest();
    assert_eq!(digest("(revenue)*2+1.50"), digest("revenue * 2 + 1.5"));
    assert_ne!(digest("revenue * 2 + 1.5"), digest("revenue * (2 + 1.5)"));
}
