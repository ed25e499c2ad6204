//! Candidates for higher honours (推荐上级表彰人选, H11), ranked by published results. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;

use crate::consequence::count::Gate;
use crate::consequence::propose::{About, Fact, latest, line};

/// Places after the point that a share keeps.
const PLACES: u32 = 4;

/// A candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// From 1; 0 for who is barred.
    pub(crate) place: i32,
    pub(crate) person: String,
    /// Mean of rank by size of the track, in per cent.
    pub(crate) share: Decimal,
    /// The facts, each with the result it was read from.
    pub(crate) ground: Vec<(String, String)>,
    /// The vetoes and bars of these results, which bar from honours (取消评优, S5), each with the
    /// result that it holds for.
    pub(crate) gates: Vec<(Gate, String)>,
}

/// Whoever has a ranked result in each of the periods, the best first, and at the end who is
/// barred: those of `barred`, and whoever has one of `gates`, by the result's name.
pub(crate) fn candidates(
    about: About<'_>,
    periods: &[String],
    facts: &[Fact],
    gates: &HashMap<String, Vec<Gate>>,
    barred: &HashSet<String>,
) -> Vec<Candidate> {
    let mut of: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in latest(about, facts) {
        if fact.rank.is_some() && fact.track_size > 0 {
            of.entry(&fact.person).or_default().push(fact);
        }
    }
    let complete = |facts: &[&Fact]| {
        periods.iter().all(|period| facts.iter().any(|fact| fact.period == *period))
    };
    let of = of.into_iter().filter(|(_, facts)| complete(facts));
    let mut found: Vec<Candidate> =
        of.map(|(person, facts)| candidate(person, facts, gates)).collect();
    let is_barred = |it: &Candidate| !it.gates.is_empty() || barred.contains(&it.person);
    found.sort_by(|a, b| {
        let key = |it: &Candidate| (is_barred(it), it.share);
        key(a).cmp(&key(b)).then_with(|| a.person.cmp(&b.person))
    });
    let mut before = (0, None);
    for (place, it) in (1..).zip(&mut found) {
        if is_barred(it) {
            continue;
        }
        it.place = if before.1 == Some(it.share) { before.0 } else { place };
        before = (it.place, Some(it.share));
    }
    found
}

fn candidate(person: &str, mut facts: Vec<&Fact>, gates: &HashMap<String, Vec<Gate>>) -> Candidate {
    facts.sort_by(|a, b| b.period.cmp(&a.period).then_with(|| a.source.cmp(&b.source)));
    let share = |it: &&Fact| {
        let share = it.rank.unwrap_or_default() * Decimal::ONE_HUNDRED;
        (share / Decimal::from(it.track_size)).trunc_with_scale(PLACES)
    };
    let sum: Decimal = facts.iter().map(share).sum();
    let share = (sum / Decimal::from(facts.len())).trunc_with_scale(PLACES);
    let ground = facts.iter().map(|it| (line(it), it.source.clone())).collect();
    let of = |fact: &&Fact| {
        let held = gates.get(&fact.source).into_iter().flatten();
        held.map(|gate| (gate.clone(), fact.source.clone())).collect::<Vec<_>>()
    };
    let gates = facts.iter().flat_map(of).collect();
    Candidate { place: 0, person: person.to_owned(), share: share.normalize(), ground, gates }
}
