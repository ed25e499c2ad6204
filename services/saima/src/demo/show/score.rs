//! One score, explained down to an observation (A3).

use std::io::Write;

use proto::scoring::v1::{
    ExplainScoreRequest, ExplainScoreResponse, GetObservationRequest, ListObservationsRequest,
    ListResultsRequest, Observation, Run,
};

use super::{Story, decimal, title};
use crate::client::pages;
use crate::explain;
use crate::failure::Result;
use crate::names;
use crate::table::{Align, Table};

pub(super) async fn show(
    story: &Story,
    run: &Run,
    out: &mut impl Write,
    painted: bool,
) -> Result<()> {
    let Some((result, corrected)) = choose(story, run).await? else { return Ok(()) };
    let request = ExplainScoreRequest { name: result };
    let explained = story.suite.runs().explain_score(request).await?.into_inner();
    let result = explained.result.clone().unwrap_or_default();
    title(
        out,
        &format!(
            "得分说明  {}  {}分  {}",
            result.unit_display_name,
            decimal(result.score.as_ref()),
            result.name
        ),
        painted,
    )?;
    if let Some(tree) = &explained.explanation {
        explain::print(out, tree, "  ", painted)?;
    }
    observations(story, &explained, &corrected, out, painted).await
}

/// The result of the unit that corrected a report last, and the correction.
async fn choose(story: &Story, run: &Run) -> Result<Option<(String, Observation)>> {
    let request = ListResultsRequest { parent: run.name.clone(), ..Default::default() };
    let results = pages!(story.suite.runs(), list_results, request, results);
    let request = ListObservationsRequest { parent: story.parent.clone(), ..Default::default() };
    let observations = pages!(story.suite.observations(), list_observations, request, observations);
    let mut corrected = observations.into_iter().rev().filter(|it| !it.supersedes.is_empty());
    let found = corrected.find_map(|it| {
        let result = results.iter().find(|result| result.unit == it.unit)?;
        Some((result.name.clone(), it))
    });
    Ok(found)
}

/// The observations behind the corrected indicator, and what one of them replaced.
async fn observations(
    story: &Story,
    explained: &ExplainScoreResponse,
    corrected: &Observation,
    out: &mut impl Write,
    painted: bool,
) -> Result<()> {
    let mut table = Table::new([
        ("周期", Align::Left),
        ("数值", Align::Right),
        ("", Align::Left),
        ("观测", Align::Left),
        ("佐证 SHA-256", Align::Left),
    ]);
    let leaf = explained.explanation.as_ref().and_then(|it| leaf_of(it, &corrected.indicator));
    let behind = |name: &String| explained.observations.iter().find(|it| it.observation == *name);
    for observed in leaf.iter().flat_map(|it| &it.observations).filter_map(behind) {
        let remark = if observed.observation == corrected.name { "更正" } else { "" };
        table.line([
            names::id(&observed.period).into(),
            decimal(observed.value.as_ref()).into(),
            remark.into(),
            names::id(&observed.observation).into(),
            observed
                .evidence_sha256
                .first()
                .map(|it| it.chars().take(16).collect())
                .unwrap_or_else(String::new)
                .into(),
        ]);
    }
    let name = leaf.map(|it| it.display_name.clone()).unwrap_or_default();
    writeln!(out, "\n  {name}：依据的填报")?;
    table.print(out, "  ", painted)?;
    let request = GetObservationRequest { name: corrected.supersedes.clone() };
    let before = story.suite.observations().get_observation(request).await?.into_inner();
    writeln!(
        out,
        "  {} 由 {} 更正为 {}：{}",
        names::id(&corrected.period),
        decimal(before.value.as_ref()),
        decimal(corrected.value.as_ref()),
        corrected.reason
    )?;
    Ok(())
}

fn leaf_of<'a>(
    node: &'a proto::scoring::v1::Explanation,
    indicator: &str,
) -> Option<&'a proto::scoring::v1::Explanation> {
    if node.indicator == indicator {
        return Some(node);
    }
    node.children.iter().find_map(|it| leaf_of(it, indicator))
}
