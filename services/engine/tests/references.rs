//! H4, S4: results of other periods, of another subject, of another series.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    d, draft, faults, marks, node, score, sheet, sum, total, track, tree, troubles, value,
};
use engine::{
    Asked, AskedPeriods, AskedSubject, Combine, Flag, MissingPolicy, Node, PartLength, Reference,
    Referred, Rule, Sheet, Track, TrackResult,
};

fn quarters() -> Reference {
    Reference {
        of: Asked {
            series: String::new(),
            node_id: String::new(),
            subject: AskedSubject::Own,
            periods: AskedPeriods::Within(PartLength::Quarter),
        },
        combine: Combine::Mean,
        missing: MissingPolicy::ZeroPoints,
        least: 0,
    }
}

/// Annual: quarters make 60, the year-end assessment 40.
fn annual(reference: Reference) -> Node {
    let quarters = node("quarters", "60", Rule::Reference(reference));
    sum("annual", "100", vec![quarters, marks("year-end", "40")])
}

fn brought(results: &[Option<&str>]) -> Sheet {
    let result = |(number, points): (usize, &Option<&str>)| Referred {
        slot: format!("2023Q{}", number + 1),
        points: points.map(d),
        full_marks: d("100"),
        sources: points.map(|_| format!("run {}", number + 1)).into_iter().collect(),
    };
    let results = results.iter().enumerate().map(result).collect();
    Sheet {
        results: [("quarters".to_owned(), results)].into(),
        ..sheet("s", &[("year-end", value("30"))])
    }
}

fn run(track: &Track, results: &[Option<&str>]) -> TrackResult {
    let result = score(track, vec![brought(results)]);
    assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
    result
}

const FOUR: [Option<&str>; 4] = [Some("80"), Some("90"), Some("70"), Some("100")];

// H4.
#[test]
fn the_year_is_made_of_its_quarters() {
    let of = |combine| {
        let track = track(annual(Reference { combine, ..quarters() }));
        total(&run(&track, &FOUR), "s")
    };
    // 60·(0.8 + 0.9 + 0.7 + 1)/4 + 30
    assert_eq!(of(Combine::Mean), d("81"));
    assert_eq!(of(Combine::Best(2)), d("87"));
    assert_eq!(of(Combine::Best(9)), d("81"));
    assert_eq!(of(Combine::Last), d("90"));
    // Points as they are, however much the node weighs.
    assert_eq!(of(Combine::Sum), d("370"));
}

// H4.
#[test]
fn an_absent_result_does_what_the_scheme_says() {
    let gap = [Some("80"), None, Some("70"), None];
    let with = |missing, least| track(annual(Reference { missing, least, ..quarters() }));
    let zero = run(&with(MissingPolicy::ZeroPoints, 0), &gap);
    assert_eq!(total(&zero, "s"), d("52.5"));
    assert!(tree(&zero, "s").find("quarters").unwrap().flags.contains(&Flag::Partial));
    let left_out = run(&with(MissingPolicy::LeaveOut, 2), &gap);
    assert_eq!(total(&left_out, "s"), d("75"));
    // Fewer than three: the node is out, and the year-end takes its weight on.
    let out = run(&with(MissingPolicy::LeaveOut, 3), &gap);
    assert_eq!(total(&out, "s"), d("75"));
    assert!(tree(&out, "s").find("quarters").unwrap().flags.contains(&Flag::LeftOut));
    let blocked = with(MissingPolicy::Block, 0);
    let found = troubles(&blocked, vec![brought(&gap)]);
    let reasons: Vec<&str> = found.iter().map(|it| it.reason).collect();
    assert_eq!(reasons, ["MISSING_RESULT", "MISSING_RESULT"]);
    assert!(found[0].message.contains("2023Q2"));
    let provisional = engine::provisional(&blocked, &common::cohort(vec![brought(&gap)])).unwrap();
    assert_eq!(total(&provisional, "s"), d("52.5"));
    // Nothing at all is missing, not zero.
    let nothing = run(&with(MissingPolicy::ZeroPoints, 0), &[]);
    assert!(tree(&nothing, "s").find("quarters").unwrap().flags.contains(&Flag::Missing));
    assert_eq!(total(&nothing, "s"), d("30"));
}

#[test]
fn a_reference_names_where_its_points_come_from() {
    let root = tree(&run(&track(annual(quarters())), &FOUR), "s");
    let lines: Vec<_> = root.children[0]
        .lines
        .iter()
        .map(|line| (line.label.as_str(), line.points, line.full_marks, line.sources[0].as_str()))
        .collect();
    assert_eq!(lines[1], ("2023Q2", Some(d("90")), Some(d("100")), "run 2"));
}

#[test]
fn a_reference_to_itself_is_refused() {
    let with = |change: &dyn Fn(&mut Reference)| {
        let mut reference = quarters();
        change(&mut reference);
        faults(draft(annual(reference)))
    };
    let place = "root.sum.children[0].reference";
    let own = with(&|it| it.of.periods = AskedPeriods::Same);
    assert_eq!(own, [format!("{place} REFERENCE_CYCLE")]);
    assert_eq!(
        with(&|it| it.combine = Combine::Best(0)),
        [format!("{place}.combine.best PARAMETER_RANGE")]
    );
    assert_eq!(
        with(&|it| it.of.periods = AskedPeriods::Before(13)),
        [format!("{place}.periods.before PARAMETER_RANGE")]
    );
    assert_eq!(with(&|it| it.least = 2), [format!("{place}.least LEAST_RESULTS")]);
}
