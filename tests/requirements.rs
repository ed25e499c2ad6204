//! The checklist of requirements (`tests/requirements.md`) against the tests that show them.

use std::collections::BTreeSet;

use crate::house::sources::{files, root, rust};

/// How many requirements each of the five districts, and the suite itself, has.
const CHAPTERS: [(&str, u32); 6] =
    [("B", 11), ("X", 13), ("H", 13), ("Q", 10), ("S", 11), ("A", 4)];

struct Line {
    number: String,
    tests: Vec<String>,
}

/// The rows of the table: `| H1 | what | `test`, `test` |`.
fn lines() -> Vec<Line> {
    let text = std::fs::read_to_string(root().join("tests/requirements.md")).unwrap();
    text.lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let (number, _, shown) = (cells.next()?, cells.next()?, cells.next()?);
            let number = CHAPTERS
                .iter()
                .any(|(chapter, _)| {
                    number.strip_prefix(chapter).is_some_and(|it| it.parse::<u32>().is_ok())
                })
                .then(|| number.to_owned())?;
            let tests = shown.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Some(Line { number, tests })
        })
        .collect()
}

#[test]
fn every_requirement_stands_in_the_checklist_once() {
    let expected: Vec<String> = CHAPTERS
        .iter()
        .flat_map(|(chapter, count)| (1..=*count).map(move |it| format!("{chapter}{it}")))
        .collect();
    let found: Vec<String> = lines().into_iter().map(|it| it.number).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_test_named_in_the_checklist_exists_and_names_its_requirement() {
    let sources = rust();
    let mut faults = Vec::new();
    for line in lines() {
        for test in &line.tests {
            let definition = format!("fn {test}(");
            let found: Vec<_> = sources.iter().filter(|it| it.text.contains(&definition)).collect();
            if found.is_empty() {
                faults.push(format!("{}: there is no test `{test}`", line.number));
            } else if !found.iter().any(|it| names(&it.text, &definition, &line.number)) {
                faults.push(format!("{}: the test `{test}` does not name it", line.number));
            }
        }
    }
    crate::house::sources::none(faults);
}

/// True when the number stands in the eight lines before the test, or the ten from its first line on.
fn names(text: &str, definition: &str, number: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let Some(at) = lines.iter().position(|line| line.contains(definition)) else { return false };
    let from = at.saturating_sub(8);
    let words: BTreeSet<&str> = lines[from..lines.len().min(at + 10)]
        .iter()
        .flat_map(|line| line.split(|it: char| !it.is_ascii_alphanumeric()))
        .collect();
    words.contains(number)
}

#[test]
fn the_contract_and_the_docs_name_no_requirement_that_does_not_exist() {
    let mut faults = Vec::new();
    for source in files("proto/saima", &[".proto"]) {
        for word in source.text.split(|it: char| !it.is_ascii_alphanumeric()) {
            let Some((chapter, last)) =
                CHAPTERS.iter().find(|(chapter, _)| word.starts_with(chapter))
            else {
                continue;
            };
            let Ok(number) = word[chapter.len()..].parse::<u32>() else { continue };
            if number == 0 || number > *last {
                faults.push(format!("{}: {word} is no requirement", source.path));
            }
        }
    }
    crate::house::sources::none(faults);
}
