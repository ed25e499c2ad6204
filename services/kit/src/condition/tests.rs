use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;

fn shape() -> Shape {
    let parts = [
        ("kind", Shape::Choice(vec!["KIND_LOW".to_owned(), "KIND_BEHIND".to_owned()])),
        ("pace", Shape::Number),
        ("due_date", Shape::Day),
        ("unit", Shape::Text),
        ("late", Shape::Flag),
        ("findings", Shape::List(Box::new(Shape::Text))),
    ];
    let resource = parts.map(|(name, shape)| (name.to_owned(), shape)).into();
    Shape::Parts(BTreeMap::from([("resource".to_owned(), Shape::Parts(resource))]))
}

fn event() -> Fact {
    let parts = [
        ("kind", Fact::Text("KIND_BEHIND".to_owned())),
        ("pace", Fact::Number(Decimal::new(7999, 2))),
        ("due_date", Fact::Day(date(2023, 4, 8))),
        ("unit", Fact::Text("districts/a/units/b".to_owned())),
        ("findings", Fact::List(vec![Fact::Text("x".to_owned())])),
    ];
    let resource = parts.map(|(name, fact)| (name.to_owned(), fact)).into();
    Fact::Parts(BTreeMap::from([("resource".to_owned(), Fact::Parts(resource))]))
}

// H5, Q6: conditions are exact and know what is absent.
#[test]
fn conditions_hold_or_not() {
    for (text, expected) in [
        ("", true),
        ("resource.pace < 80.0 && resource.kind == 'KIND_BEHIND'", true),
        ("resource.pace < 79.99", false),
        ("resource.pace <= 79.99", true),
        ("resource.pace >= -1", true),
        ("!(resource.kind in ['KIND_LOW'])", true),
        ("resource.due_date > '2023-04-07'", true),
        ("resource.unit.startsWith('districts/a/')", true),
        ("size(resource.findings) == 1 || false", true),
        ("'x' in resource.findings", true),
        ("resource.unit in resource.findings", false),
        ("has(resource.late)", false),
        ("resource.late", false),
        ("resource.late == false", false),
        ("has(resource.pace) && resource.unit != 'x'", true),
    ] {
        let read = read(text, &shape());
        let condition = read.unwrap_or(Condition::Constant(!expected));
        assert_eq!(condition.holds(&event()), expected, "{text}");
    }
}

#[test]
fn faults_of_conditions_are_named() {
    for (text, reason, says) in [
        ("resource.pace <", "CONDITION_SYNTAX", "line 1"),
        ("resource.pce < 1", "UNKNOWN_FACT", "no resource.pce; there are due_date, findings, kind"),
        ("true && resource.kind == 'LOW'", "UNKNOWN_VALUE", "LOW is no value here"),
        ("resource.pace == 'x'", "CONDITION_TYPE", "a number is no a text"),
        ("resource.unit < 'x'", "CONDITION_TYPE", "only numbers and days"),
        ("resource.due_date < 'soon'", "CONDITION_TYPE", "a day is written"),
        ("resource.pace", "CONDITION_TYPE", "compare it"),
        ("resource.findings == 'x'", "CONDITION_TYPE", "compare a part"),
        ("'x' in resource.pace", "CONDITION_TYPE", "a fact that is one"),
        ("resource.pace in resource.findings", "CONDITION_TYPE", "a number is no a text"),
        ("matches(resource.unit, 'x')", "CONDITION_TYPE", "has no meaning"),
        ("resource.pace + 1 > 2", "CONDITION_TYPE", "is due here"),
        ("resource.findings.all(it, it == 'x')", "CONDITION_TYPE", "is due here"),
    ] {
        let faults = read(text, &shape()).err().unwrap_or_default();
        let found = faults.iter().any(|it| it.reason == reason && it.message.contains(says));
        assert!(found, "{text}: {faults:?}");
    }
}
