//! One score, explained down to an observation (A3).

use proto::scoring::v1::run::State;
use proto::scoring::v1::{
    ExplainScoreRequest, ExplainScoreResponse, Explanation, GetObservationRequest, ListRunsRequest,
    Observation,
};

use super::{Page, Player, decimal, field};
use crate::client::pages;
use crate::explain;
use crate::failure::{Failure, Result};
use crate::names;
use crate::table::{Align, Table};
use crate::yaml::Tree;

/// `of` names the result by its scheme, period and subject, and the indicator whose reports
/// are shown.
pub(super) async fn show(player: &Player<'_>, of: &Tree, page: &mut Page) -> Result<()> {
    let text = |key| field(of, key).unwrap_or_default();
    let result = published(player, text("scheme"), text("period"), text("subject")).await?;
    let request = ExplainScoreRequest { name: result };
    let explained = player.suite.runs().explain_score(request).await?.into_inner();
    let result = explained.result.clone().unwrap_or_default();
    page.title(&format!(
        "得分说明  {}  {}分  {}",
        result.unit_display_name,
        decimal(result.score.as_ref()),
        result.name
    ))?;
    if let Some(tree) = &explained.explanation {
        explain::print(&mut page.out, tree, "  ", page.painted)?;
    }
    let indicator = format!("{}/indicators/{}", player.parent, text("indicator"));
    match explained.explanation.as_ref().and_then(|it| leaf_of(it, &indicator)) {
        Some(leaf) => observations(player, &explained, leaf, page).await,
        None => Ok(()),
    }
}

/// Name of the subject's result in the run that is published.
async fn published(
    player: &Player<'_>,
    scheme: &str,
    period: &str,
    subject: &str,
) -> Result<String> {
    let parent = player.parent.clone();
    let request = ListRunsRequest {
        period: format!("{parent}/periods/{period}"),
        state: State::Published.into(),
        parent,
        ..Default::default()
    };
    let runs = pages!(player.suite.runs(), list_runs, request, runs);
    let run = runs.into_iter().find(|it| names::id(&it.scheme) == scheme);
    let run =
        run.ok_or_else(|| Failure::data(format!("no run of {scheme} in {period} is published")));
    Ok(format!("{}/results/{subject}", run?.name))
}

/// The observations behind the leaf, and what those that correct others replaced.
async fn observations(
    player: &Player<'_>,
    explained: &ExplainScoreResponse,
    leaf: &Explanation,
    page: &mut Page,
) -> Result<()> {
    let mut table = Table::new([
        ("周期", Align::Left),
        ("数值", Align::Right),
        ("观测", Align::Left),
        ("佐证 SHA-256", Align::Left),
    ]);
    let mut corrections = Vec::new();
    let behind = |name: &String| explained.observations.iter().find(|it| it.observation == *name);
    for observed in leaf.observations.iter().filter_map(behind) {
        let digest = observed.evidence_sha256.first();
        table.line([
            names::id(&observed.period).into(),
            decimal(observed.value.as_ref()).into(),
            names::id(&observed.observation).into(),
            digest.map(|it| it.chars().take(16).collect()).unwrap_or_else(String::new).into(),
        ]);
        let observation = get(player, &observed.observation).await?;
        if !observation.supersedes.is_empty() {
            let before = get(player, &observation.supersedes).await?;
            corrections.push(format!(
                "  {} 由 {} 更正为 {}：{}",
                names::id(&observation.period),
                decimal(before.value.as_ref()),
                decimal(observation.value.as_ref()),
                observation.reason
            ));
        }
    }
    page.line(&format!("\n  {}：依据的填报", leaf.display_name))?;
    page.table(&table)?;
    corrections.iter().try_for_each(|it| page.line(it))
}

async fn get(player: &Player<'_>, name: &str) -> Result<Observation> {
    let request = GetObservationRequest { name: name.to_owned() };
    Ok(player.suite.observations().get_observation(request).await?.into_inner())
}

fn leaf_of<'a>(node: &'a Explanation, indicator: &str) -> Option<&'a Explanation> {
    if node.indicator == indicator {
        return Some(node);
    }
    node.children.iter().find_map(|it| leaf_of(it, indicator))
}
