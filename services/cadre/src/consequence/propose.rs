//! What a rule calls for over published results. Pure: the same results, the same proposals.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Consequence, Proposal, State, Step};
use crate::consequence_rule::{Condition, ConsequenceRule, Scope};

/// A published result and somebody who held a post in its unit on the period's last day.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) source: String,
    pub(crate) run: String,
    pub(crate) series: String,
    pub(crate) track: String,
    pub(crate) track_display_name: String,
    pub(crate) period: String,
    /// Its last day.
    pub(crate) period_end: Date,
    pub(crate) unit: String,
    /// What was scored, as printed; empty when it was the unit itself.
    pub(crate) subject: String,
    pub(crate) score: Option<Decimal>,
    pub(crate) rank: Option<Decimal>,
    pub(crate) track_size: i64,
    pub(crate) grade: String,
    pub(crate) grade_display_name: String,
    /// When it was told, which says which of two runs is the later.
    pub(crate) create_time: Timestamp,
    pub(crate) person: String,
    pub(crate) post: String,
    pub(crate) head: bool,
}

/// Everything that the rule calls for over the first of `periods`, one proposal a person.
/// `gated` are the results with a veto or bar.
pub(crate) fn proposals(
    rule: &ConsequenceRule,
    periods: &[String],
    facts: &[Fact],
    gated: &HashSet<String>,
) -> Vec<Proposal> {
    let meets = |fact: &Fact| meets(rule, fact, gated.contains(&fact.source));
    let current = latest(About::of(rule), facts);
    let Some(period) = periods.first() else { return Vec::new() };
    let mut found: BTreeMap<&str, Proposal> = BTreeMap::new();
    for fact in current.iter().filter(|it| it.period == *period && meets(it)) {
        let earlier = periods[1..].iter().map(|period| {
            let same = |it: &&&Fact| it.person == fact.person && it.period == *period;
            current.iter().filter(same).find(|it| meets(it)).copied()
        });
        let Some(earlier) = earlier.collect::<Option<Vec<_>>>() else { continue };
        let ground: Vec<_> =
            [*fact].into_iter().chain(earlier).map(|it| (line(it), it.source.clone())).collect();
        let proposal = found.entry(&fact.person).or_insert_with(|| Proposal {
            rule: rule.id.clone(),
            person: fact.person.clone(),
            period: period.clone(),
            unit: fact.unit.clone(),
            post: fact.post.clone(),
            ground: Vec::new(),
            effects: rule.effects.clone(),
        });
        for fact in ground {
            if !proposal.ground.contains(&fact) {
                proposal.ground.push(fact);
            }
        }
    }
    found.into_values().collect()
}

/// Which facts somebody asks for.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    /// Series of schemes; all when empty.
    pub(crate) series: &'a str,
    /// Track; all when empty.
    pub(crate) track: &'a str,
    pub(crate) scope: Scope,
}

impl<'a> About<'a> {
    /// Those that a rule asks for.
    pub(crate) fn of(rule: &'a ConsequenceRule) -> Self {
        Self { series: &rule.series, track: &rule.track, scope: rule.scope }
    }
}

/// The facts that are asked for, of the latest run of each ranking alone.
pub(crate) fn latest<'a>(asked: About<'_>, facts: &'a [Fact]) -> Vec<&'a Fact> {
    let about = |it: &&Fact| {
        (asked.series.is_empty() || it.series == asked.series)
            && (asked.track.is_empty() || it.track == asked.track)
            && (asked.scope == Scope::Members || it.head)
    };
    let ranking = |it: &'a Fact| (it.series.as_str(), it.track.as_str(), it.period.as_str());
    let mut last: BTreeMap<_, (Timestamp, &str)> = BTreeMap::new();
    for fact in facts.iter().filter(about) {
        let told = (fact.create_time, fact.run.as_str());
        let known = last.entry(ranking(fact)).or_insert(told);
        *known = (*known).max(told);
    }
    let run = |it: &&'a Fact| last.get(&ranking(it)).is_some_and(|(_, run)| *run == it.run);
    facts.iter().filter(about).filter(run).collect()
}

/// Whoever is vetoed or barred is not among the best, however many points (取消评优, S5); the
/// place stays empty.
fn meets(rule: &ConsequenceRule, fact: &Fact, gated: bool) -> bool {
    let size = Decimal::from(fact.track_size);
    let places = |share: &Decimal| (size * share / Decimal::ONE_HUNDRED).floor();
    match (&rule.condition, fact.rank) {
        (Condition::Grades(grades, _), _) => grades.contains(&fact.grade),
        (Condition::BestShare(_) | Condition::BestCount(_), _) if gated => false,
        (Condition::BestShare(share), Some(rank)) => rank <= places(share),
        (Condition::WorstShare(share), Some(rank)) => rank > size - places(share),
        (Condition::BestCount(count), Some(rank)) => rank <= Decimal::from(*count),
        (Condition::Count(_), _) | (_, None) => false,
    }
}

/// A fact as printed, for example 2023年度经济管理类第2名（共8名），88.35分，等次好.
pub(crate) fn line(fact: &Fact) -> String {
    let period = crate::period::title(&fact.period);
    let mut line = format!("{}{period}{}", fact.subject, fact.track_display_name);
    if let Some(rank) = fact.rank {
        line.push_str(&format!("第{}名（共{}名）", rank.normalize(), fact.track_size));
    }
    if let Some(score) = fact.score {
        line.push_str(&format!("，{}分", score.normalize()));
    }
    if !fact.grade_display_name.is_empty() {
        line.push_str(&format!("，等次{}", fact.grade_display_name));
    }
    line
}

/// What renewed proposals change: those that are new, those held that nobody decided and that are
/// no longer called for or rest on other facts by now, and how many stay.
pub(crate) fn renew(
    held: Vec<Consequence>,
    proposals: Vec<Proposal>,
    last: i64,
    now: Timestamp,
) -> (Vec<Consequence>, Vec<Consequence>, usize) {
    let called: HashMap<&str, &Proposal> =
        proposals.iter().map(|it| (it.person.as_str(), it)).collect();
    let gone = |it: &Consequence| {
        if it.state() != State::Proposed {
            return None;
        }
        match called.get(it.proposal.person.as_str()) {
            None => Some("the latest results do not call for it"),
            Some(afresh) if afresh.ground != it.proposal.ground => {
                Some("it rests on other facts by now")
            }
            Some(_) => None,
        }
    };
    let (mut stays, mut withdrawn) = (HashSet::new(), Vec::new());
    for mut it in held {
        if let Some(reason) = gone(&it) {
            it.steps.push(Step {
                state: State::Withdrawn,
                actor: String::new(),
                reason: reason.to_owned(),
                start: None,
                effects: Vec::new(),
                create_time: now,
            });
            withdrawn.push(it);
        } else if it.state() != State::Withdrawn {
            // One that was withdrawn is proposed afresh when it is called for again.
            stays.insert(it.proposal.person);
        }
    }
    let unchanged = called.keys().filter(|it| stays.contains(**it)).count();
    let new = proposals.into_iter().filter(|it| !stays.contains(&it.person));
    let new = (last + 1..).zip(new).map(|(sequence, proposal)| Consequence {
        sequence,
        proposal,
        create_time: now,
        steps: Vec::new(),
    });
    (new.collect(), withdrawn, unchanged)
}
