//! B1, B5: how months make quarters and years.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use engine::Accumulation::{Cumulative, Latest, Mean, Sum};
use engine::{Accumulation, Arithmetic, Fact, accumulate};

fn value(text: &str) -> Fact {
    fact(text, true, false, &[text])
}

fn fact(text: &str, verified: bool, partial: bool, sources: &[&str]) -> Fact {
    let sources = sources.iter().map(|it| (*it).to_owned()).collect();
    Fact::Value { value: text.parse().unwrap(), verified, partial, sources }
}

fn out(reason: &str, verified: bool) -> Fact {
    Fact::NotApplicable {
        reason: reason.to_owned(),
        verified,
        sources: vec![format!("o-{reason}")],
    }
}

fn made(how: Accumulation, parts: &[Fact]) -> Fact {
    accumulate(how, parts.iter()).unwrap()
}

#[test]
fn each_way_of_its_own() {
    let months = [value("3"), value("-1"), value("5.5")];
    assert_eq!(made(Sum, &months), fact("7.5", true, false, &["3", "-1", "5.5"]));
    assert_eq!(made(Mean, &months), fact("2.5", true, false, &["3", "-1", "5.5"]));
    assert_eq!(made(Cumulative, &months), fact("5.5", true, false, &["5.5"]));
    assert_eq!(made(Latest, &months), fact("5.5", true, false, &["5.5"]));
}

#[test]
fn a_mean_divides_by_what_is_there_and_is_cut_like_any_quotient() {
    let months = [value("1"), Fact::Missing, value("1"), value("0")];
    assert_eq!(made(Mean, &months), fact("0.66666666666666666666", true, true, &["1", "1", "0"]));
    let thousands = [value("12345678901.5"), value("0"), value("0")];
    let Fact::Value { value, .. } = made(Mean, &thousands) else { panic!("no value") };
    assert_eq!(value.to_string(), "4115226300.5");
}

#[test]
fn a_missing_part_is_seen_where_it_matters() {
    let gap_between = [value("1"), Fact::Missing, value("2")];
    let gap_at_end = [value("1"), value("2"), Fact::Missing];
    for (how, between, at_end) in
        [(Sum, true, true), (Mean, true, true), (Cumulative, false, true), (Latest, false, true)]
    {
        let partial =
            |parts: &[Fact]| matches!(made(how, parts), Fact::Value { partial: true, .. });
        assert_eq!((partial(&gap_between), partial(&gap_at_end)), (between, at_end), "{how:?}");
    }
    let inherited = fact("2", true, true, &["b"]);
    assert_eq!(made(Latest, &[value("1"), inherited.clone()]), inherited);
    assert_eq!(made(Latest, &[inherited, value("1")]), value("1"));
}

#[test]
fn verified_means_all_that_it_rests_on() {
    let first = fact("1", false, false, &["a"]);
    assert_eq!(made(Sum, &[first.clone(), value("2")]), fact("3", false, false, &["a", "2"]));
    assert_eq!(made(Latest, &[first, value("2")]), value("2"));
}

#[test]
fn missing_and_not_applicable_stay_what_they_are() {
    for how in [Sum, Mean, Cumulative, Latest] {
        assert_eq!(made(how, &[]), Fact::Missing);
        assert_eq!(made(how, &[Fact::Missing, Fact::Missing]), Fact::Missing);
        assert_eq!(made(how, &[Fact::Missing, out("x", true)]), Fact::Missing);
        // What does not apply in a month is no gap.
        assert_eq!(made(how, &[value("4"), out("x", true)]), value("4"));
        let all = Fact::NotApplicable {
            reason: "x; y".to_owned(),
            verified: false,
            sources: ["o-x", "o-y", "o-x"].map(str::to_owned).to_vec(),
        };
        assert_eq!(made(how, &[out("x", true), out("y", false), out("x", true)]), all);
    }
}

#[test]
fn a_sum_too_long_is_refused() {
    let most = value("9999999999999999999999999999");
    assert_eq!(accumulate(Sum, [most.clone(), most.clone()].iter()), Err(Arithmetic::Overflow));
    assert_eq!(made(Mean, &[most.clone(), most.clone()]), {
        let Fact::Value { value, .. } = most else { panic!("no value") };
        let text = value.to_string();
        fact(&text, true, false, &[&text, &text])
    });
}
