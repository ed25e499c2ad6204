//! `saima score`: published tables reproduced to the last digit, and what is wrong named.

use std::collections::HashMap;
use std::fs;

use rust_decimal::Decimal;
use saima::pack::Source;
use saima::score::{Scored, score};

use crate::example;

type Line = HashMap<String, String>;

fn lines(text: &str) -> Vec<Line> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn scored(folder: &str) -> Vec<Scored> {
    let folder = example(folder);
    let data = Source::gather_one(&folder.join("inputs.csv")).unwrap();
    score(&Source::gather(&folder.join("scheme.yaml")).unwrap(), &data, None).unwrap()
}

/// Compares every figure of `expected.csv`: score, rank, grade, or the points of the node of that
/// name; an empty cell was not published. Returns how many there were.
#[track_caller]
fn reproduces(folder: &str) -> usize {
    let expected = lines(&fs::read_to_string(example(folder).join("expected.csv")).unwrap());
    let tracks = scored(folder);
    let subjects: HashMap<[&str; 4], _> = tracks
        .iter()
        .flat_map(|it| {
            let place = [it.result.track_id.as_str(), it.period.as_str(), it.group.as_str()];
            let [track, period, group] = place;
            let subjects = it.result.subjects.iter();
            subjects.map(move |subject| ([track, period, group, &subject.subject], subject))
        })
        .collect();
    let only = tracks[0].result.track_id.as_str();
    let mut figures = 0;
    for line in &expected {
        let of = |column: &str, otherwise| line.get(column).map_or(otherwise, String::as_str);
        let key = [of("track", only), of("period", ""), of("group", ""), of("unit", "")];
        let subject = subjects.get(&key).unwrap_or_else(|| panic!("{folder}: no {key:?}"));
        for (column, text) in line.iter().filter(|(_, text)| !text.is_empty()) {
            let got = match column.as_str() {
                "track" | "period" | "group" | "unit" => continue,
                "score" | "total" if subject.node(column).is_none() => subject.total,
                "rank" => subject.rank,
                "grade" => {
                    let grade = subject.grade.as_ref().map(|it| it.grade_id.as_str());
                    assert_eq!(grade, Some(text.as_str()), "{folder}: grade of {key:?}");
                    figures += 1;
                    continue;
                }
                node => subject.node(node).unwrap().points,
            };
            let published: Decimal = text.parse().unwrap();
            assert_eq!(got, Some(published), "{folder}: {column} of {key:?}");
            figures += 1;
        }
        assert_eq!(subject.explained.recompute().unwrap(), subject.total, "the tree recomputes");
    }
    figures
}

// A3
#[test]
fn sichuan_2011_is_reproduced() {
    let folder = "sichuan-land-openness-2011";
    let figures = reproduces(folder);
    let tracks = scored(folder);
    let subjects = &tracks[0].result.subjects;
    let within = subjects.iter().filter(|it| it.flags().is_empty()).count();
    assert_eq!(figures + within, 63, "21 totals, 21 ranks, 21 times within full marks");
    let tied: Vec<_> = subjects
        .iter()
        .filter(|it| it.rank == Some(9.into()))
        .map(|it| it.subject.as_str())
        .collect();
    assert_eq!(tied, ["泸州市", "阿坝州"]);
}

#[test]
fn published_ties_are_reproduced() {
    assert_eq!(reproduces("rank-tie-conventions"), 70);
}

#[test]
fn worked_examples_are_reproduced() {
    let folders = fs::read_dir(example("worked-examples")).unwrap().map(|it| it.unwrap());
    let folders: Vec<_> = folders.filter(|it| it.path().is_dir()).collect();
    assert_eq!(folders.len(), 10);
    for folder in folders {
        let name = folder.file_name().into_string().unwrap();
        assert!(reproduces(&format!("worked-examples/{name}")) > 0);
    }
}

// A3
// H4, H9, S5, S10, B10, B11: a year's result offline, to grades and prizes.
#[test]
fn a_year_is_scored_from_quarters_lists_and_awards() {
    assert_eq!(reproduces("annual-result"), 36);
    let tracks = scored("annual-result");
    let awards = tracks[0].result.awards.iter();
    let picked: Vec<_> =
        awards.map(|it| (it.award_id.as_str(), it.picked[0].subject.as_str())).collect();
    assert_eq!(picked, [("tiger", "甲"), ("snail", "丁")], "丙 is first, and vetoed");
}

#[test]
fn what_is_brought_along_is_refused_where_the_scheme_has_no_place_for_it() {
    let sources = Source::gather(&example("annual-result").join("scheme.yaml")).unwrap();
    let fault = |title: &str, cell: &str| {
        let data = format!("unit,year-end,{title}\n甲,30,{cell}\n");
        score(&sources, &Source::new("d.csv", &data), None).err().expect("a refusal").to_string()
    };
    for (title, cell, why) in [
        ("entry:nothing", "1", "no such item in a ledger of the scheme"),
        ("entry:late", "1 WAIVED", "neither `@` a level"),
        ("entry:late", "1 !GONE", "no standing such as"),
        ("entry:late", "9", "item late gives 0.5 to 3 points, not 9"),
        ("result:year-end", "2023Q1 80/100", "no such reference in the scheme"),
        ("result:quarters", "80", "no result such as"),
        ("mark:nothing:difficulty", "A", "no such indicator in the scheme"),
    ] {
        let fault = fault(title, cell);
        assert!(fault.contains(why), "{fault}");
    }
}

#[test]
fn league_tables_are_reproduced() {
    assert_eq!(reproduces("football-epl-2000-2022"), 880, "440 points and 440 ranks");
}

// A3
#[test]
fn the_human_development_index_is_reproduced() {
    assert_eq!(reproduces("undp-hdi-1990-2022"), 6171 + 193 + 192, "values, ranks and groups");
}

#[test]
fn appraisals_with_goal_trees_are_reproduced() {
    assert_eq!(reproduces("frappe-hrms-appraisal"), 29);
}

const SCHEME: &str = "\
scheme:
  tracks:
    - track_id: t
      root:
        node_id: total
        weight: 10
        sum:
          children:
            - {node_id: a, weight: 6, leaf: {indicator: a, completion: {}}}
            - {node_id: b, weight: 4, leaf: {indicator: b, marks: {}}}
";

#[track_caller]
fn refused(scheme: &str, data: &str, expected: &[&str]) {
    let sources = [Source::new("s.yaml", scheme)];
    let fault =
        score(&sources, &Source::new("d.csv", data), None).err().expect("a refusal").to_string();
    assert_eq!(fault.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn missing_and_not_applicable_are_not_zero() {
    let data = "unit,a,target:a,b\n甲,5,10,4\n乙,,10,4\n丙,n/a 无此项任务,,4\n丁,0,10,4\n";
    let tracks =
        score(&[Source::new("s.yaml", SCHEME)], &Source::new("d.csv", data), None).unwrap();
    let shown: Vec<_> = tracks[0]
        .result
        .subjects
        .iter()
        .map(|it| {
            let flags: Vec<_> = it.flags().iter().map(ToString::to_string).collect();
            format!("{} {} {}", it.subject, it.total.unwrap(), flags.join(" "))
        })
        .collect();
    assert_eq!(shown, ["丙 10 NOT_APPLICABLE LEFT_OUT SPREAD", "甲 7 ", "丁 4 ", "乙 4 MISSING"]);
}

#[test]
fn faults_of_a_scheme_stand_where_they_were_written() {
    let scheme = SCHEME.replace("weight: 6", "weight: 5");
    let sources = [Source::new("s.yaml", &scheme)];
    let fault =
        score(&sources, &Source::new("d.csv", "unit,a,b\n"), None).err().unwrap().to_string();
    assert!(fault.starts_with("s.yaml:"), "{fault}");
    assert!(fault.contains("scheme.tracks[0].root"), "{fault}");
}

#[test]
fn faults_of_a_table_name_line_and_column() {
    refused(
        SCHEME,
        "unit,a,c\n甲,1,2\n",
        &[
            "d.csv:1:3: c: neither `unit`, `track`, `period`, `group`, nor an indicator that the scheme looks at, \
             nor `target:` and the like before one; `note:` before a title keeps a column that does not count",
            "d.csv:1:1: no column for the indicator `b`",
        ],
    );
    refused(
        SCHEME,
        "unit,a,target:a,b\n甲,x,10,1\n,1,10,1\n乙,1,10\n",
        &[
            "d.csv:2:2: a: `x` is no decimal of at most 28 digits, nor empty, nor `n/a`",
            "d.csv:3:1: unit: names no unit",
            "d.csv:4:1: has 3 cells, the first line has 4",
        ],
    );
    refused(
        SCHEME,
        "unit,a,target:a,b\n甲,1,10,1\n甲,1,10,1\n",
        &["d.csv: 甲 stands twice on the track"],
    );
    refused(
        SCHEME,
        "unit,a,b\n甲,1,1\n",
        &["d.csv: 甲 has no target of districts/local/indicators/a, and node a needs one"],
    );
    refused("units: []\n", "unit\n", &["s.yaml: no scheme"]);
}
