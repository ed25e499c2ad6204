//! What subjects bring along from elsewhere: published results that reference nodes ask for (H4,
//! S4), announced awards (B11, H9), exemptions (B10). A few statements, however many subjects
//! there are, and one more for each run that is referred to.

use std::collections::{BTreeSet, HashMap};

use kit::Result;
use kit::db::Tx;
use rust_decimal::Decimal;

use super::explain;
use crate::assignment::{SCHEME, UNIT};
use crate::award::State;
use crate::input::{Cited, Excused, Honoured, Input};
use crate::result::{NAME, Outcome};
use crate::rpc::assignment::Definitions;
use crate::run::Run;
use crate::{store, subject};

/// The published results that the scheme's references ask for, in the order of asking.
pub(super) async fn cited(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Vec<Cited>> {
    let Some(rulebook) = definitions.rulebook(scheme) else { return Ok(Vec::new()) };
    let assignment = &definitions.assignment;
    let unit_of = |name: &str| {
        let id = subject::id(name)?;
        let answers = assignment.answers_for(&id).filter(|unit| *unit != id)?;
        Some(UNIT.format(&[district, answers]))
    };
    let name = SCHEME.format(&[district, scheme]);
    let wanted = rulebook.wanted(&name, &definitions.wire, unit_of)?;
    let periods: BTreeSet<&str> = wanted.iter().map(|it| it.period.as_str()).collect();
    let periods: Vec<&str> = periods.into_iter().collect();
    let mut published = HashMap::new();
    for standing in store::run::published_in(tx, district, &periods).await? {
        let run = standing.run;
        let key = (run.series.clone(), run.period.clone());
        if wanted.iter().any(|it| it.series == key.0 && it.period == key.1) {
            let nodes = wanted.iter().filter(|it| it.series == key.0 && it.period == key.1);
            let nodes: BTreeSet<&str> = nodes.map(|it| it.of_node.as_str()).collect();
            published.insert(key, Published::read(tx, district, run, &nodes).await?);
        }
    }
    let cite = |it: rulebook::Wanted| {
        let found = published.get(&(it.series, it.period.clone()));
        let whose = subject::id(&it.whose).unwrap_or_default();
        let points = found.and_then(|run| run.points.get(&(whose.clone(), it.of_node)));
        let (points, full_marks) = points.copied().unwrap_or((None, Decimal::ONE));
        let found = found.filter(|run| run.knows.contains(&whose));
        Cited {
            unit: subject::id(&it.subject).unwrap_or_default(),
            node: it.node_id,
            slot: it.period,
            points,
            full_marks,
            result: found
                .map(|it| NAME.format(&[district, &it.run.sequence.to_string(), &whose]))
                .unwrap_or_default(),
            digest: found.map(|it| it.run.output_digest.clone()).unwrap_or_default(),
        }
    };
    Ok(wanted.into_iter().map(cite).collect())
}

/// A published run that is referred to.
struct Published {
    run: Run,
    /// Ids of the subjects it scored.
    knows: BTreeSet<String>,
    /// By subject and node, the total under no node: points and what they are out of.
    points: HashMap<(String, String), (Option<Decimal>, Decimal)>,
}

impl Published {
    /// Reads a run's results; computes it again where a node is asked for that does not stand
    /// directly below the root.
    async fn read(tx: &mut Tx, district: &str, run: Run, nodes: &BTreeSet<&str>) -> Result<Self> {
        let outcomes = store::result::of_run(tx, district, run.sequence).await?;
        let input = Input::from_bytes(&store::run::input(tx, district, run.sequence).await?)?;
        let definitions = Definitions::decode(&input.assignment)?;
        let weight = |track: &str| {
            let rulebook = definitions.rulebook(&run.scheme)?;
            Some(rulebook.track_in(track, &run.period)?.root().weight)
        };
        let mut points = HashMap::new();
        let mut deep = BTreeSet::new();
        for node in nodes {
            for outcome in &outcomes {
                let found = match *node {
                    "" => weight(&outcome.track).map(|weight| (outcome.score, weight)),
                    node => part(outcome, node),
                };
                match found {
                    Some(found) => {
                        points.insert((outcome.unit.clone(), (*node).to_owned()), found);
                    }
                    None => {
                        deep.insert(*node);
                    }
                }
            }
        }
        if !deep.is_empty() {
            let recomputed = explain::recompute(tx, district, &run).await?;
            for (unit, side) in recomputed.sides() {
                for node in &deep {
                    if let Some(found) = side.tree.find(node) {
                        let key = (unit.to_owned(), (*node).to_owned());
                        points.entry(key).or_insert((found.points, found.weight));
                    }
                }
            }
        }
        let knows = outcomes.into_iter().map(|outcome| outcome.unit).collect();
        Ok(Self { run, knows, points })
    }
}

fn part(outcome: &Outcome, node: &str) -> Option<(Option<Decimal>, Decimal)> {
    let part = outcome.parts.iter().find(|part| part.node_id == node)?;
    Some((part.points, part.weight))
}

/// The awards announced for the period and its parts; those of this very ranking come after it.
pub(super) async fn honoured(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Vec<Honoured>> {
    let periods = definitions.assignment.period_ids();
    let announced = store::award::announced(tx, district, Some(&periods)).await?;
    let own = &*definitions.assignment.period.id;
    let elsewhere =
        announced.iter().filter(|it| it.proposal.scheme != scheme || it.proposal.period != own);
    let honoured = elsewhere.map(|award| Honoured {
        unit: award.proposal.unit.clone(),
        name: award.name(district),
        award: format!("{}/{}", award.proposal.series, award.proposal.award),
        class: award.proposal.class.clone(),
        level: award.proposal.level.clone(),
    });
    Ok(honoured.collect())
}

/// Who is exempted from a rule of this very ranking: from an award by the review group, then as it
/// was granted beforehand.
pub(super) async fn excused(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> Result<Vec<Excused>> {
    let period = &*definitions.assignment.period.id;
    let awards = store::award::of_ranking(tx, district, scheme, period).await?;
    let exempted = awards.iter().filter(|award| award.state() == State::Exempted);
    let excused = exempted.map(|award| Excused {
        unit: award.proposal.unit.clone(),
        rule: award.proposal.award.clone(),
        ground: award.decision().map(|step| step.reason.clone()).unwrap_or_default(),
        source: award.name(district),
    });
    let granted = store::exemption::standing(tx, district, scheme, period).await?;
    let granted = granted.into_iter().map(|it| Excused {
        source: it.name(district),
        unit: it.contents.unit,
        rule: it.contents.rule,
        ground: it.contents.reason,
    });
    Ok(excused.chain(granted).collect())
}
