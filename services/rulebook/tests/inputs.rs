//! B1, H3, H5: members, targets and facts of a period laid out for scoring.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    completion, decimal, deduction, indicators, known, leaf, name, plain, scheme, sum, track, unit,
};
use engine::{Cell, Fact, PlanPoint, Share};
use jiff::civil::{Date, date};
use proto::registry::v1 as pb;
use rulebook::{Facts, Figure, Subjects, track_inputs};
use rust_decimal::Decimal;

fn select(scheme: &pb::Scheme, units: &[pb::Unit]) -> Result<Vec<String>, Vec<String>> {
    let rulebook = rulebook::parse(scheme, &known()).unwrap();
    let subjects = Subjects { units: units.to_vec(), ..Subjects::default() };
    let found = rulebook.select(&subjects);
    if let Ok(found) = &found {
        assert_eq!(&rulebook.place(&subjects), found);
    }
    let entrants = |found: Vec<rulebook::Entrant>| {
        found.iter().map(|it| format!("{} {}", it.track_id, it.unit)).collect()
    };
    let faults = |found: Vec<kit::Violation>| {
        found.iter().map(|it| format!("{} {}", it.field, it.reason)).collect()
    };
    found.map(entrants).map_err(faults)
}

#[test]
fn members_are_those_listed_and_those_that_match() {
    let mut scheme = plain();
    let department = pb::UnitKind::Department;
    let members = pb::Members {
        categories: vec!["general-management".to_owned()],
        kinds: vec![department.into()],
        units: vec![name("units", "station")],
        except_units: vec![name("units", "archive")],
        ..Default::default()
    };
    scheme.tracks[0].members = Some(members);
    let mut team = unit("team", "general-management");
    team.kind = pb::UnitKind::Team.into();
    let mut retired = unit("retired", "general-management");
    retired.retire_time = Some(Default::default());
    let mut group = unit("group", "general-management");
    group.kind = pb::UnitKind::Group.into();
    let units = [
        unit("office", "general-management"),
        unit("archive", "general-management"),
        unit("finance", "economic-management"),
        unit("station", "other"),
        team,
        retired,
        group,
    ];
    let expected = ["office", "station"].map(|id| format!("general {}", name("units", id)));
    assert_eq!(select(&scheme, &units), Ok(expected.to_vec()));

    let members = scheme.tracks[0].members.as_mut().unwrap();
    members.units = ["retired", "group", "nowhere"].map(|id| name("units", id)).to_vec();
    let path = "scheme.tracks[0].members.units";
    let expected = [
        format!("{path} UNIT_GROUP"),
        format!("{path} UNKNOWN_UNIT"),
        format!("{path} UNIT_RETIRED"),
    ];
    assert_eq!(select(&scheme, &units), Err(expected.to_vec()));
}

#[test]
fn no_unit_runs_on_two_tracks() {
    let mut scheme = plain();
    let mut second = scheme.tracks[0].clone();
    second.track_id = "second".to_owned();
    scheme.tracks.push(second);
    let found = select(&scheme, &[unit("office", "general-management")]);
    assert_eq!(found, Err(vec!["scheme.tracks[1].members UNIT_ON_TWO_TRACKS".to_owned()]));
}

#[test]
fn an_enacted_scheme_places_everybody_once_whatever_became_of_the_units() {
    let mut scheme = plain();
    let listed = |track_id: &str, ids: &[&str]| {
        let units = ids.iter().map(|id| name("units", id)).collect();
        let members = pb::Members { units, ..Default::default() };
        pb::Track {
            track_id: track_id.to_owned(),
            members: Some(members),
            ..scheme.tracks[0].clone()
        }
    };
    let second = pb::Track { track_id: "second".to_owned(), ..scheme.tracks[0].clone() };
    let third = listed("third", &["station", "retired", "group", "nowhere"]);
    scheme.tracks.extend([second, third]);
    let mut retired = unit("retired", "other");
    retired.retire_time = Some(Default::default());
    let mut group = unit("group", "other");
    group.kind = pb::UnitKind::Group.into();
    let category = "general-management";
    let units = vec![unit("station", category), unit("office", category), retired, group];
    let subjects = Subjects { units, ..Subjects::default() };
    let found = rulebook::parse(&scheme, &known()).unwrap().place(&subjects);
    let found: Vec<String> =
        found.iter().map(|it| format!("{} {}", it.track_id, it.unit)).collect();
    let expected = ["general office", "third station"].map(|it| {
        let (track, unit) = it.split_once(' ').unwrap();
        format!("{track} {}", name("units", unit))
    });
    assert_eq!(found, expected);
}

fn assignment(period: &str, targets: &[(&str, &str, &str)]) -> pb::Assignment {
    let entrant = |unit: &str| pb::Entrant {
        scheme: name("schemes", "2023"),
        track_id: "general".to_owned(),
        unit: name("units", unit),
    };
    let target = |(indicator, period, value): &(&str, &str, &str)| pb::AssignedTarget {
        unit: name("units", "office"),
        indicator: name("indicators", indicator),
        period: name("periods", period),
        value: decimal(value),
        ..pb::AssignedTarget::default()
    };
    pb::Assignment {
        period: Some(pb::Period { name: name("periods", period), ..pb::Period::default() }),
        entrants: vec![entrant("office")],
        indicators: indicators(),
        targets: targets.iter().map(target).collect(),
        ..pb::Assignment::default()
    }
}

fn whole() -> pb::Scheme {
    let marks = || pb::leaf::Method::Marks(pb::Marks {});
    let leaves = vec![
        leaf("revenue", "40", completion(None)),
        leaf("accidents", "30", deduction("2")),
        leaf("satisfaction", "10", marks()),
        leaf("emissions", "10", deduction("1")),
        leaf("yearbook", "10", marks()),
    ];
    scheme(vec![track("general", "general-management", sum("total", "100", leaves))])
}

fn cell(
    assignment: &pb::Assignment,
    facts: &Facts,
    through: Option<Date>,
    indicator: &str,
) -> Cell {
    cell_of(&whole(), assignment, facts, through, indicator)
}

fn cell_of(
    scheme: &pb::Scheme,
    assignment: &pb::Assignment,
    facts: &Facts,
    through: Option<Date>,
    indicator: &str,
) -> Cell {
    let rulebook = rulebook::parse(scheme, &known()).unwrap();
    let inputs =
        track_inputs(assignment, &name("schemes", "2023"), &rulebook, facts, through).unwrap();
    assert_eq!((inputs.len(), inputs[0].track_id.as_str()), (1, "general"));
    let sheet = &inputs[0].cohort.sheets()[0];
    assert_eq!(sheet.subject, name("units", "office"));
    sheet.cells[name("indicators", indicator).as_str()].clone()
}

fn value(text: &str, partial: bool, sources: &[&str]) -> Fact {
    let sources = sources.iter().map(|it| (*it).to_owned()).collect();
    Fact::Value { value: text.parse().unwrap(), verified: true, partial, sources }
}

fn facts(rows: &[(&str, &str, &str)]) -> Facts {
    let mut facts = Facts::citing("o");
    for (sequence, (indicator, period, amount)) in (1..).zip(rows) {
        let value = Some(amount.parse().unwrap());
        let figure = Figure { value, verified: true, sequence };
        let (office, period) = (name("units", "office"), name("periods", period));
        let (periods, indicators) = ([period.as_str()].into_iter(), [*indicator].into_iter());
        facts.insert(&office, periods, indicators, std::iter::once(Some(figure)));
    }
    facts
}

#[test]
fn months_make_a_quarter_each_in_its_own_way() {
    let quarter = assignment("2023Q1", &[]);
    let facts = facts(&[
        ("revenue", "2023-01", "10"),
        ("revenue", "2023-02", "20"),
        ("revenue", "2023-03", "12.5"),
        ("revenue", "2023-04", "999"),
        ("satisfaction", "2023-01", "9"),
        ("satisfaction", "2023-03", "8"),
        ("accidents", "2023-01", "1"),
        ("accidents", "2023-02", "3"),
        ("emissions", "2023Q1", "4"),
    ]);
    let fact = |indicator| cell(&quarter, &facts, None, indicator).fact;
    assert_eq!(fact("revenue"), value("42.5", false, &["o/1", "o/2", "o/3"]));
    assert_eq!(fact("satisfaction"), value("8.5", true, &["o/5", "o/6"]));
    assert_eq!(fact("accidents"), value("3", true, &["o/8"]));
    assert_eq!(fact("emissions"), value("4", false, &["o/9"]));
    let Fact::NotApplicable { reason, verified, .. } = fact("yearbook") else {
        panic!("a year is due for no quarter")
    };
    assert_eq!(
        (reason.as_str(), verified),
        ("reported for a year; nothing is due for a quarter", true)
    );
}

#[test]
fn the_last_level_of_twelve_months_holds_on_where_the_scheme_says_so() {
    let mut carrying = whole();
    let root = carrying.tracks[0].root.as_mut().unwrap();
    let Some(pb::node::Rule::Sum(sum)) = &mut root.rule else { panic!("no sum") };
    for place in [2, 3] {
        let Some(pb::node::Rule::Leaf(leaf)) = &mut sum.children[place].rule else { panic!() };
        leaf.set_missing(pb::MissingPolicy::CarryForward);
    }
    let rulebook = rulebook::parse(&carrying, &known()).unwrap();
    let carried: Vec<String> = rulebook.carried().into_iter().collect();
    assert_eq!(carried, ["emissions", "satisfaction"].map(|id| name("indicators", id)));
    assert!(rulebook.canonical().contains("CARRY_FORWARD"));
    let held = |period: &str, rows: &[(&str, &str, &str)], indicator: &str| {
        let cell = cell_of(&carrying, &assignment(period, &[]), &facts(rows), None, indicator);
        (cell.fact, cell.carried)
    };
    let before = [("satisfaction", "2022-11", "7"), ("satisfaction", "2022-12", "8")];
    let newest = (value("8", false, &["o/2"]), true);
    assert_eq!(held("2023Q1", &before, "satisfaction"), newest);
    assert_eq!(held("2023-12", &before, "satisfaction"), newest);
    // Thirteen months back is too long ago; what lies ahead holds nothing.
    assert_eq!(held("2024-01", &before, "satisfaction"), (Fact::Missing, false));
    assert_eq!(held("2022-10", &before, "satisfaction"), (Fact::Missing, false));
    assert_eq!(
        held("2023Q1", &[("emissions", "2022Q1", "4")], "emissions"),
        (value("4", false, &["o/1"]), true)
    );
    let own = [before.as_slice(), &[("satisfaction", "2023-02", "9")]].concat();
    assert_eq!(
        held("2023Q1", &own, "satisfaction"),
        (value("9", true, &["o/3"]), false),
        "one month of three is known"
    );
    // Under the scheme that does not say so nothing holds on.
    let quarter = assignment("2023Q1", &[]);
    assert_eq!(cell(&quarter, &facts(&before), None, "satisfaction").fact, Fact::Missing);
}

#[test]
fn what_is_not_yet_due_is_not_missed() {
    let year = assignment("2023", &[("revenue", "2023", "365")]);
    let facts = facts(&[
        ("revenue", "2023-01", "10"),
        ("revenue", "2023-02", "20"),
        ("accidents", "2023-06", "1"),
    ]);
    let through = Some(date(2023, 2, 28));
    let revenue = cell(&year, &facts, through, "revenue");
    assert_eq!(revenue.fact, value("30", false, &["o/1", "o/2"]));
    assert_eq!((revenue.target, revenue.elapsed), (Some(Decimal::from(365)), Share::new(59, 365)));
    // A report before its time counts.
    assert_eq!(cell(&year, &facts, through, "accidents").fact, value("1", false, &["o/3"]));
    // A level is due as it is from the first day on.
    assert_eq!(cell(&year, &facts, through, "satisfaction").elapsed, Share::WHOLE);
    assert_eq!(
        cell(&year, &facts, Some(date(2022, 12, 31)), "revenue").elapsed,
        Share::new(0, 365)
    );
    assert_eq!(cell(&year, &facts, None, "revenue").fact, value("30", true, &["o/1", "o/2"]));
}

#[test]
fn a_target_is_the_periods_own_or_made_of_its_parts() {
    let target = |period, indicator, targets: &[(&str, &str, &str)]| {
        let target = cell(&assignment(period, targets), &Facts::default(), None, indicator).target;
        target.map(|target| target.to_string())
    };
    let own = [("revenue", "2023Q1", "100"), ("revenue", "2023-01", "5")];
    assert_eq!(target("2023Q1", "revenue", &own), Some("100".to_owned()));
    let months =
        [("revenue", "2023-01", "5"), ("revenue", "2023-02", "6"), ("revenue", "2023-03", "7.5")];
    assert_eq!(target("2023Q1", "revenue", &months), Some("18.5".to_owned()));
    assert_eq!(target("2023Q1", "revenue", &months[..2]), None);
    let halves =
        [("revenue", "2023H1", "40"), ("revenue", "2023H2", "60"), ("revenue", "2023Q1", "1")];
    assert_eq!(target("2023", "revenue", &halves), Some("100".to_owned()));
    let last = [("accidents", "2023-03", "4"), ("accidents", "2023-01", "9")];
    assert_eq!(target("2023Q1", "accidents", &last), Some("4".to_owned()));
    assert_eq!(target("2023Q1", "accidents", &last[1..]), None);
    assert_eq!(target("2023Q1", "satisfaction", &[("satisfaction", "2023-03", "9")]), None);
}

#[test]
fn a_scheme_says_which_targets_it_still_lacks() {
    let rulebook = rulebook::parse(&plain(), &known()).unwrap();
    let gaps = |targets: &[(&str, &str, &str)]| {
        let gaps =
            rulebook.target_gaps(&name("schemes", "2023"), &assignment("2023Q1", targets)).unwrap();
        gaps.iter().map(|gap| format!("{} {}", gap.field, gap.reason)).collect::<Vec<_>>()
    };
    assert_eq!(gaps(&[]), ["scheme.tracks[0] node revenue TARGET_MISSING"]);
    assert_eq!(
        gaps(&[("revenue", "2023Q1", "0")]),
        ["scheme.tracks[0] node revenue TARGET_NOT_POSITIVE"]
    );
    assert!(gaps(&[("revenue", "2023Q1", "1")]).is_empty());
    assert_eq!(rulebook::target_fault("revenue", Decimal::ZERO).unwrap().0, "TARGET_NOT_POSITIVE");
    assert!(rulebook::target_fault("revenue", Decimal::ONE).is_none());
}

#[test]
fn an_assignment_that_cannot_be_read_is_refused() {
    let mut broken = assignment("2023Q9", &[("revenue", "2023Q1", "many")]);
    broken.targets[0].value = None;
    let rulebook = rulebook::parse(&plain(), &known()).unwrap();
    let found = track_inputs(&broken, &name("schemes", "2023"), &rulebook, &Facts::default(), None);
    let Err(kit::Error::Invalid(violations)) = found else { panic!("not refused") };
    let found: Vec<_> = violations.iter().map(|it| format!("{} {}", it.field, it.reason)).collect();
    assert_eq!(
        found,
        ["assignment.period.name NAME_FORMAT", "assignment.targets[0].value REQUIRED"]
    );
}

#[test]
fn a_unit_that_runs_twice_on_a_track_is_refused() {
    let mut twice = assignment("2023Q1", &[]);
    twice.entrants.push(twice.entrants[0].clone());
    let rulebook = rulebook::parse(&plain(), &known()).unwrap();
    let found = track_inputs(&twice, &name("schemes", "2023"), &rulebook, &Facts::default(), None);
    let Err(kit::Error::Precondition(unmet)) = found else { panic!("not refused") };
    assert_eq!(
        (unmet[0].reason, unmet[0].subject.as_str()),
        ("DUPLICATE_SUBJECT", "districts/hengkou/units/office")
    );
}

/// Gives the target in a place a plan: period and per cent.
fn plan(assignment: &mut pb::Assignment, place: usize, rows: &[(&str, &str)]) {
    let row = |(period, share): &(&str, &str)| pb::PlanShare {
        period: name("periods", period),
        share_percent: decimal(share),
    };
    assignment.targets[place].plan = rows.iter().map(row).collect();
}

fn points(rows: &[(u32, u32, &str)]) -> Vec<PlanPoint> {
    let point = |(done, whole, value): &(u32, u32, &str)| PlanPoint {
        elapsed: Share::new(*done, *whole),
        value: value.parse().unwrap(),
    };
    rows.iter().map(point).collect()
}

#[test]
fn a_plan_says_what_is_due_on_the_way() {
    let none = Facts::default();
    let through = Some(date(2023, 2, 14));
    let plan_of = |assignment: &pb::Assignment| cell(assignment, &none, through, "revenue").plan;
    let mut own = assignment("2023Q1", &[("revenue", "2023Q1", "90")]);
    assert_eq!(plan_of(&own), []);
    plan(&mut own, 0, &[("2023-01", "10"), ("2023-02", "62.5")]);
    // The whole target by the end, though the plan does not say it.
    assert_eq!(plan_of(&own), points(&[(31, 90, "9"), (59, 90, "56.25"), (90, 90, "90")]));

    // Of a sum of parts, one after another; a part without a plan grows evenly.
    let months =
        [("revenue", "2023-01", "10"), ("revenue", "2023-02", "20"), ("revenue", "2023-03", "30")];
    let mut parts = assignment("2023Q1", &months);
    assert_eq!(plan_of(&parts), []);
    plan(&mut parts, 1, &[("2023-02", "100")]);
    assert_eq!(plan_of(&parts), points(&[(31, 90, "10"), (59, 90, "30"), (90, 90, "60")]));

    plan(&mut own, 0, &[("2023-13", "10")]);
    let rulebook = rulebook::parse(&whole(), &known()).unwrap();
    let refused = track_inputs(&own, &name("schemes", "2023"), &rulebook, &none, through);
    assert!(refused.unwrap_err().to_string().contains("plan[0].period"));
}
