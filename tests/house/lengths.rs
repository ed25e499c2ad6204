//! Short files: a newcomer finds the line to change in a minute.

use super::sources::{none, rust};

const LONGEST: usize = 400;
const MEDIAN: usize = 150;

#[test]
fn no_file_outside_tests_is_longer_than_four_hundred_lines() {
    let faults = rust()
        .iter()
        .filter(|it| !it.is_test())
        .map(|it| (it.text.lines().count(), &it.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none(faults);
}

#[test]
fn half_of_the_files_are_shorter_than_a_hundred_and_fifty_lines() {
    let sources = rust();
    let mut lengths: Vec<usize> =
        sources.iter().filter(|it| !it.is_test()).map(|it| it.text.lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < MEDIAN, "the median file has {median} lines");
}
