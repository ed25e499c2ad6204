//! G12: the same rulebooks and facts give the same bytes, however many threads score them and in
//! whatever order their subjects come. A few hundred where nothing is said; `ORACLE_CASES=10000`
//! for the full goal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use common::random::{columnar_race, race};
use engine::{Cohort, Sheet, Track};
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The most threads.
const THREADS: usize = 16;

fn count() -> usize {
    std::env::var("ORACLE_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(300)
}

/// So many rulebooks with their facts, the same ones each time.
fn races(count: usize) -> Vec<(Track, Vec<Sheet>)> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (any, columnar) = (race(0..=7), columnar_race(0..=6));
    let mut races = Vec::with_capacity(count);
    for number in 0..count {
        let tree = match number % 2 {
            0 => any.new_tree(&mut runner).map(|it| it.current()),
            _ => columnar.new_tree(&mut runner).map(|it| it.current()),
        };
        races.push(tree.unwrap());
    }
    races
}

/// Everything that scoring says, with the trees and without, as its bytes' digest.
fn digest(track: &Track, sheets: Vec<Sheet>) -> u64 {
    let cohort = Cohort::new(sheets).unwrap();
    let said = format!(
        "{:?}\n{:?}\n{:?}",
        engine::score(track, &cohort),
        engine::summarize(track, &cohort),
        engine::summarize_provisional(track, &cohort)
    );
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    hasher.finish()
}

/// The digests of all races, shared out among threads; each turns the subjects round differently.
fn digests(races: &[(Track, Vec<Sheet>)], threads: usize) -> Vec<u64> {
    let mut all = vec![0; races.len()];
    std::thread::scope(|scope| {
        let mut waiting = Vec::new();
        for thread in 0..threads {
            waiting.push(scope.spawn(move || {
                let own = races.iter().enumerate().skip(thread).step_by(threads);
                let scored = own.map(|(place, (track, sheets))| {
                    let mut sheets = sheets.clone();
                    let turn = (thread + threads) % sheets.len();
                    sheets.rotate_left(turn);
                    if threads.is_multiple_of(2) {
                        sheets.reverse();
                    }
                    (place, digest(track, sheets))
                });
                scored.collect::<Vec<_>>()
            }));
        }
        for thread in waiting {
            for (place, digest) in thread.join().unwrap() {
                all[place] = digest;
            }
        }
    });
    all
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let races = races(count());
    let alone = digests(&races, 1);
    let distinct: std::collections::BTreeSet<u64> = alone.iter().copied().collect();
    assert!(distinct.len() > races.len() / 2, "the rulebooks are hardly random");
    for threads in 2..=THREADS {
        let together = digests(&races, threads);
        let other = alone.iter().zip(&together).position(|(one, two)| one != two);
        assert_eq!(other.map(|place| &races[place]), None, "{threads} threads");
    }
}
