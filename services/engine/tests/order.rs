//! B2, H5, H6: ranks, colours, pace and the two warnings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::{
    DOWN, UP, cohort, d, draft, leaf, marks, not_applicable, of, policy, score, sheet, sum, value,
};
use engine::{
    Cell, Colour, Colouring, Completion, Control, Fact, Method, MissingPolicy, Share, Sheet,
    TieBreak, TieRule, Track, TrackDraft, TrackResult, Warning,
};

fn checked(draft: TrackDraft) -> Track {
    Track::check(draft, common::USUAL).unwrap()
}

/// Subjects a, b, c … with those totals.
fn race(change: impl Fn(&mut TrackDraft), totals: &[&str]) -> TrackResult {
    let mut draft = draft(marks("m", "100"));
    change(&mut draft);
    let subjects = totals.iter().zip('a'..);
    let sheets = subjects.map(|(total, id)| sheet(&id.to_string(), &[("m", value(total))]));
    score(&checked(draft), sheets.collect())
}

fn ranks(result: &TrackResult) -> Vec<String> {
    result.subjects.iter().map(|it| format!("{}{}", it.subject, it.rank.unwrap())).collect()
}

fn colours(result: &TrackResult) -> String {
    let letter = |colour| match colour {
        Some(Colour::Green) => 'G',
        Some(Colour::Yellow) => 'Y',
        Some(Colour::Red) => 'R',
        None => '-',
    };
    result.subjects.iter().map(|it| letter(it.colour)).collect()
}

#[test]
fn ties_by_every_rule() {
    let totals = ["70", "90", "80", "90", "80", "80", "60"];
    let by = |rule| race(|draft| draft.ranking.tie_rule = rule, &totals);
    assert_eq!(ranks(&by(TieRule::Competition)), ["b1", "d1", "c3", "e3", "f3", "a6", "g7"]);
    assert_eq!(ranks(&by(TieRule::Dense)), ["b1", "d1", "c2", "e2", "f2", "a3", "g4"]);
    assert_eq!(ranks(&by(TieRule::Average)), ["b1.5", "d1.5", "c4", "e4", "f4", "a6", "g7"]);
    let ascending = race(|draft| draft.ranking.ascending = true, &totals);
    assert_eq!(ranks(&ascending), ["g1", "a2", "c3", "e3", "f3", "b6", "d6"]);
}

#[test]
fn totals_tie_as_they_are_rounded() {
    // 79.994 and 79.99 are the same total when two places are published.
    assert_eq!(ranks(&race(|_| {}, &["79.99", "79.994", "79.996"])), ["c1", "a2", "b2"]);
}

#[test]
fn nodes_break_ties_in_their_order() {
    let parts =
        vec![marks("x", "50"), policy(marks("y", "30"), MissingPolicy::LeaveOut), marks("z", "20")];
    let mut draft = draft(sum("t", "100", parts));
    draft.ranking.tie_break = ["y", "x"].map(|it| TieBreak::Points(it.to_owned())).to_vec();
    let subject = |id: &str, x: &str, y: Option<&str>, z: &str| {
        sheet(id, &[("x", value(x)), ("y", y.map_or(Fact::Missing, value)), ("z", value(z))])
    };
    let sheets = || {
        vec![
            subject("a", "40", Some("20"), "10"),
            subject("b", "30", Some("30"), "10"),
            subject("c", "45", Some("20"), "5"),
            subject("d", "40", Some("20"), "10"),
            // 49 of 70 is as good as 70 of 100; without points in y it stands behind those with.
            subject("e", "40", None, "9"),
        ]
    };
    assert_eq!(ranks(&score(&checked(draft.clone()), sheets())), ["b1", "c2", "a3", "d3", "e5"]);
    draft.ranking.ascending = true;
    assert_eq!(ranks(&score(&checked(draft), sheets())), ["a1", "d1", "c3", "b4", "e5"]);
}

#[test]
fn threshold_colours() {
    let rule = Colouring::ByThreshold { green_at_least: d("85"), yellow_at_least: d("60") };
    let result =
        race(|draft| draft.colouring = Some(rule.clone()), &["85", "84.99", "60", "59.99"]);
    assert_eq!(colours(&result), "GYYR");
}

#[test]
fn rank_share_colours_round_down_and_favour_ties() {
    let by = |green, red, totals: &[&str]| {
        let rule = Colouring::ByRankShare { green_share: d(green), red_share: d(red) };
        colours(&race(|draft| draft.colouring = Some(rule.clone()), totals))
    };
    let ten = ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"];
    assert_eq!(by("30", "20", &ten), "GGGYYYYYRR");
    assert_eq!(by("39.9", "19.9", &ten), "GGGYYYYYYR");
    assert_eq!(by("0", "0", &ten), "YYYYYYYYYY");
    assert_eq!(by("50", "50", &ten), "GGGGGRRRRR");
    // The third and fourth tie: both green. The last three tie over an edge of two: none red.
    assert_eq!(by("30", "20", &["10", "9", "8", "8", "6", "5", "4", "3", "3", "3"]), "GGGGYYYYYY");
    assert_eq!(by("50", "50", &["5", "5", "5"]), "GGG");
    assert_eq!(by("30", "30", &["5", "5", "5"]), "YYY");
}

/// A cell of `actual` against `target` after `done` of 100 days.
fn cell(actual: Fact, target: Option<&str>, done: u32) -> Cell {
    Cell { fact: actual, target: target.map(d), elapsed: Share::new(done, 100), ..Cell::default() }
}

fn paced(cells: &[(&str, Cell)]) -> Sheet {
    let cells: BTreeMap<_, _> =
        cells.iter().map(|(id, cell)| ((*id).into(), cell.clone())).collect();
    Sheet { subject: "s".to_owned(), cells, ..Sheet::default() }
}

fn plan() -> TrackDraft {
    let completion = Method::Completion(Completion { cap: d("1") });
    let control = Method::Control(Control {});
    let first = sum(
        "first",
        "80",
        vec![leaf("a", "60", UP, completion.clone()), leaf("b", "20", UP, completion)],
    );
    let mut draft = draft(sum("t", "100", vec![first, leaf("c", "20", DOWN, control)]));
    draft.colouring = Some(Colouring::ByPace { yellow_behind: d("10"), red_behind: d("30") });
    draft.warnings.behind_schedule = Some(d("10"));
    draft
}

#[test]
fn pace_is_what_was_reached_of_what_is_due() {
    // Half the time is gone: 50 of 100 are due.
    let half = |actual: &str| cell(value(actual), Some("100"), 50);
    let pace = |cells: &[(&str, Cell)]| {
        let result = score(&checked(plan()), vec![paced(cells)]);
        let paces: Vec<_> = result.subjects[0]
            .paces
            .iter()
            .map(|it| format!("{} {}", it.node_id, it.pace))
            .collect();
        (paces.join(", "), result.subjects[0].pace.map(|pace| pace.to_string()), colours(&result))
    };
    let text = |paces: &str, mean: &str, colour: &str| {
        (paces.to_owned(), Some(mean.to_owned()), colour.to_owned())
    };
    assert_eq!(
        pace(&[("a", half("50")), ("b", half("50")), ("c", half("50"))]),
        text("a 100, b 100, c 100", "100", "G")
    );
    // (60·80 + 20·100 + 20·90)/100: 150 per cent in b counts as 100, and c is over by a tenth.
    assert_eq!(
        pace(&[("a", half("40")), ("b", half("75")), ("c", half("55"))]),
        text("a 80, b 150, c 90", "86", "Y")
    );
    assert_eq!(
        pace(&[("a", half("20")), ("b", half("50")), ("c", half("200"))]),
        text("a 40, b 100, c 0", "44", "R")
    );
    // Without a value, or with nothing due yet, there is no pace.
    assert_eq!(
        pace(&[
            ("a", half("25")),
            ("b", cell(Fact::Missing, Some("100"), 50)),
            ("c", cell(value("1"), Some("9"), 0))
        ]),
        text("a 50", "50", "R")
    );
    let nothing = cell(not_applicable(), Some("1"), 50);
    assert_eq!(
        pace(&[("a", nothing.clone()), ("b", nothing.clone()), ("c", nothing)]),
        (String::new(), None, "-".to_owned())
    );
}

#[test]
fn pace_colours_at_their_edges() {
    let colour = |actual: &str| {
        let full = cell(value(actual), Some("100"), 100);
        // All three stand at that pace: the third, of which less is better, as far over.
        let over = cell(value(&(d("200") - d(actual)).to_string()), Some("100"), 100);
        colours(&score(
            &checked(plan()),
            vec![paced(&[("a", full.clone()), ("b", full), ("c", over)])],
        ))
    };
    assert_eq!((colour("90.01"), colour("90")), ("G".to_owned(), "Y".to_owned()));
    assert_eq!((colour("70"), colour("69.99")), ("Y".to_owned(), "R".to_owned()));
}

#[test]
fn a_lagging_indicator_is_warned_of_with_its_figures() {
    let cells = [
        ("a", cell(value("31"), Some("120"), 31)),
        ("b", cell(value("90"), Some("100"), 100)),
        ("c", cell(value("109.99"), Some("100"), 100)),
    ];
    let track = checked(plan());
    let warnings = engine::behind_schedule(&track, &cohort(vec![paced(&cells)])).unwrap();
    let found: Vec<String> = warnings
        .iter()
        .map(|warning| match warning {
            Warning::BehindSchedule { subject, pace } => {
                format!(
                    "{subject} {} {} of {}: {}",
                    pace.indicator, pace.actual, pace.due, pace.pace
                )
            }
            Warning::LowRanking { .. } => panic!("nobody was ranked"),
        })
        .collect();
    assert_eq!(found, ["s a 31 of 37.2: 83.33", "s b 90 of 100: 90"]);
    assert_eq!(score(&track, vec![paced(&cells)]).warnings, warnings);
}

#[test]
fn an_indicator_on_two_leaves_warns_once() {
    let completion = Method::Completion(Completion { cap: d("1") });
    let mut second = leaf("second", "50", UP, completion.clone());
    if let engine::Rule::Leaf(leaf) = &mut second.rule {
        leaf.indicator = "a".to_owned();
    }
    let mut draft = draft(sum("t", "100", vec![leaf("a", "50", UP, completion), second]));
    draft.warnings.behind_schedule = Some(d("1"));
    let result = score(&checked(draft), vec![paced(&[("a", cell(value("1"), Some("100"), 100))])]);
    assert_eq!((result.warnings.len(), result.subjects[0].paces.len()), (1, 2));
}

fn lowest(count: u32, totals: &[&str]) -> String {
    let result = race(|draft| draft.warnings.lowest_ranks = count, totals);
    let warned = result.warnings.iter().map(|warning| match warning {
        Warning::LowRanking { subject, rank, score } => {
            let standing = of(&result, subject);
            assert_eq!((standing.rank, standing.total), (Some(*rank), Some(*score)));
            subject.as_str()
        }
        Warning::BehindSchedule { .. } => panic!("no plan"),
    });
    warned.collect()
}

#[test]
fn the_lowest_are_warned_with_those_tied_and_never_more_than_half() {
    let six = ["60", "50", "40", "30", "20", "10"];
    assert_eq!(lowest(0, &six), "");
    assert_eq!(lowest(2, &six), "fe");
    assert_eq!(lowest(9, &six), "fed");
    // d and e tie at the edge: both are warned, since they make no more than half with f.
    assert_eq!(lowest(2, &["60", "50", "40", "20", "20", "10"]), "fed");
    // Three tied at the edge would make four of six: only the last is warned.
    assert_eq!(lowest(2, &["60", "50", "20", "20", "20", "10"]), "f");
    assert_eq!(lowest(1, &["10", "10", "10"]), "");
    assert_eq!(lowest(3, &["10"]), "");
    assert_eq!(lowest(1, &["10", "9"]), "b");
}

#[test]
fn those_without_a_score_are_not_ranked_and_not_warned() {
    let mut draft = draft(policy(marks("m", "100"), MissingPolicy::LeaveOut));
    draft.warnings.lowest_ranks = 1;
    draft.colouring = Some(Colouring::ByRankShare { green_share: d("50"), red_share: d("50") });
    let sheets =
        vec![sheet("a", &[]), sheet("b", &[("m", value("1"))]), sheet("c", &[("m", value("2"))])];
    let result = score(&checked(draft), sheets);
    assert_eq!((result.ranked, colours(&result)), (2, "GR-".to_owned()));
    assert!(
        matches!(&result.warnings[..], [Warning::LowRanking { subject, .. }] if subject == "b")
    );
}

#[test]
fn an_empty_track_is_scored_too() {
    let result = score(&checked(plan()), Vec::new());
    assert_eq!((result.ranked, result.subjects.len(), result.warnings.len()), (0, 0, 0));
}

#[test]
fn a_board_shows_what_a_run_would_refuse() {
    let completion = Method::Completion(Completion { cap: d("1") });
    let blocking = policy(marks("m", "40"), MissingPolicy::Block);
    let track = checked(draft(sum("t", "100", vec![leaf("a", "60", UP, completion), blocking])));
    let facts = || cohort(vec![sheet("s", &[("a", value("5"))])]);
    let reasons: Vec<_> =
        engine::score(&track, &facts()).unwrap_err().iter().map(|it| it.reason).collect();
    assert_eq!(reasons, ["TARGET_MISSING", "MISSING_VALUE"]);
    let board = engine::provisional(&track, &facts()).unwrap();
    let flags: Vec<_> = board.subjects[0].flags().iter().map(|flag| flag.as_str()).collect();
    assert_eq!((board.subjects[0].total, flags), (Some(d("0")), vec!["MISSING", "TARGET_MISSING"]));
    assert_eq!(board.subjects[0].explained.recompute(), Ok(Some(d("0"))));
}
