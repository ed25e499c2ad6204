//! What an event alone does not say, asked of registry and scoring, and the document that is made of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kit::Result;
use kit::boot::DOCUMENT_LIMIT;
use kit::peers::{Peer, Peers};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::board_service_client::BoardServiceClient;
use proto::scoring::v1::feedback_service_client::FeedbackServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use tokio::sync::OnceCell;

use super::Judge;
use crate::district::{District, Oversight, PERIOD, Unit};
use crate::document::{Content, Draft};
use crate::fact::{Fact, Printed as _};
use crate::follow::message;
use crate::follow::peers::{Registry, found, unit};
use crate::trigger::draft::{Asked, members, subjects};
use crate::trigger::{Heard, Relation, Trigger};

/// The peers that are asked.
#[derive(Clone)]
pub(crate) struct Sources {
    registry: Registry,
    feedbacks: FeedbackServiceClient<Peer>,
    runs: RunServiceClient<Peer>,
    boards: BoardServiceClient<Peer>,
}

/// A district, as far as documents about its events are made in it, asked for once.
pub(crate) struct Place {
    pub(crate) district: District,
    units: BTreeMap<String, Unit>,
    oversight: OnceCell<Oversight>,
}

/// What a trigger makes of an event.
pub(crate) enum Made {
    Document(Box<Draft>),
    /// Nothing: its condition does not hold, now that all is known.
    Nothing,
    /// What there is cannot be written, and why.
    Fault(String),
}

impl Sources {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            registry: Registry::new(peers),
            feedbacks: kit::client!(FeedbackServiceClient, peers.get("scoring")),
            runs: kit::client!(RunServiceClient, peers.get("scoring"))
                .max_decoding_message_size(DOCUMENT_LIMIT),
            boards: kit::client!(BoardServiceClient, peers.get("scoring")),
        }
    }

    /// A district by its id.
    pub(crate) async fn place(&self, id: &str) -> Result<Place> {
        Ok(Place {
            district: self.registry.district(id).await?,
            units: self.registry.units(id).await?,
            oversight: OnceCell::new(),
        })
    }

    /// The document that a trigger writes about an event.
    pub(crate) async fn make(
        &self,
        trigger: &Trigger,
        judge: &Judge,
        event: &Heard,
        place: &Place,
        now: Timestamp,
    ) -> Result<Made> {
        let mut facts = message::facts(event)?;
        self.add(trigger, event, &mut facts).await?;
        if judge.waits() && !judge.holds(&facts) {
            return Ok(Made::Nothing);
        }
        let asked = self.asked(trigger, event, &facts, place).await?;
        let today = place.district.day(now);
        Ok(match trigger.draft(event, &facts, &place.units, &asked, today) {
            Ok(draft) => Made::Document(Box::new(draft)),
            Err(fault) => Made::Fault(fault.to_string()),
        })
    }

    /// Adds what is known beside an event.
    async fn add(&self, trigger: &Trigger, event: &Heard, facts: &mut Fact) -> Result<()> {
        if message::is_result(&event.kind) {
            if names(trigger, message::FEEDBACK.0) {
                let name = format!("{}/feedback", event.name);
                let request = scoring::GetFeedbackRequest { name, ..Default::default() };
                let feedback = self.feedbacks.clone().get_feedback(request).await?.into_inner();
                message::add(facts, message::FEEDBACK, &feedback)?;
            }
            let name = event.name.split("/results/").next().unwrap_or_default().to_owned();
            let request = scoring::GetRunRequest { name };
            let run = self.runs.clone().get_run(request).await?.into_inner();
            message::add(facts, message::RUN, &run)?;
        }
        if message::is_run(&event.kind)
            && names(trigger, message::BOARD.0)
            && let Some(name) = board_of(facts)
        {
            let request = scoring::GetBoardRequest { name };
            let board = self.boards.clone().get_board(request).await?.into_inner();
            message::add(facts, message::BOARD, &board)?;
        }
        Ok(())
    }

    /// What the recipients' relations need.
    async fn asked<'a>(
        &self,
        trigger: &Trigger,
        event: &Heard,
        facts: &Fact,
        place: &'a Place,
    ) -> Result<Asked<'a>> {
        use Relation::{EvaluatingUnit, LeaderInCharge, Named, Office, RaisingUnit};
        let relations: Vec<Relation> =
            trigger.rule.recipients.iter().map(|it| it.relation).collect();
        let wants = |relation| relations.contains(&relation);
        let (subjects, members) = (subjects(facts), members(facts));
        let mut asked = Asked { subjects, members, ..Asked::default() };
        let needs_none =
            |it: &Relation| matches!(it, EvaluatingUnit | Named | Office | RaisingUnit);
        if asked.subjects.is_empty() && !relations.iter().all(needs_none) {
            let answering = self.registry.answering_unit(facts.resource_text("unit")).await?;
            asked.subjects = Vec::from_iter(answering);
        }
        if wants(LeaderInCharge) || wants(Office) {
            asked.oversight = Some(self.oversight(place).await?);
        }
        if wants(EvaluatingUnit) {
            asked.evaluating = self.evaluating(event, facts, place).await?;
        }
        if wants(RaisingUnit) {
            asked.raising = match facts.resource_text("community") {
                "" => unit(facts.resource_text("filing_unit")),
                community => self.registry.community_unit(community).await?,
            };
        }
        Ok(asked)
    }

    async fn oversight<'a>(&self, place: &'a Place) -> Result<&'a Oversight> {
        let ask = || self.registry.oversight(&place.district.id);
        place.oversight.get_or_try_init(ask).await
    }

    /// Ids of the units that evaluate what an event is about.
    async fn evaluating(&self, event: &Heard, facts: &Fact, place: &Place) -> Result<Vec<String>> {
        if let Some(answering) = unit(facts.resource_text("answering_unit")) {
            return Ok(vec![answering]);
        }
        let indicator = facts.resource_text("indicator");
        if !indicator.is_empty() {
            return Ok(Vec::from_iter(self.registry.evaluating_unit(indicator).await?));
        }
        if message::is_objection(&event.kind) {
            return self.of_objection(facts, place).await;
        }
        Ok(Vec::new())
    }

    /// Ids of the units that can say whether an objection holds: who evaluates the indicators of each
    /// node that it is about, and the office for what nobody else evaluates. Nobody answers his own.
    async fn of_objection(&self, facts: &Fact, place: &Place) -> Result<Vec<String>> {
        let nodes = facts.resource_texts("node_ids");
        let filing = unit(facts.resource_text("filing_unit"));
        let mut units = BTreeSet::new();
        let mut is_for_office = nodes.is_empty();
        if !nodes.is_empty() {
            let name = facts.resource_text("result").to_owned();
            let request = scoring::ExplainScoreRequest { name };
            let tree = found(self.runs.clone().explain_score(request).await)?;
            let tree = tree.and_then(|it| it.explanation).unwrap_or_default();
            let mut known = BTreeMap::new();
            for node in nodes {
                let mut is_evaluated = false;
                for indicator in node_of(&tree, node).map(indicators).unwrap_or_default() {
                    if !known.contains_key(indicator) {
                        let unit = self.registry.evaluating_unit(indicator).await?;
                        known.insert(indicator, unit.filter(|it| Some(it) != filing.as_ref()));
                    }
                    let unit = known.get(indicator).cloned().flatten();
                    is_evaluated |= unit.is_some();
                    units.extend(unit);
                }
                is_for_office |= !is_evaluated;
            }
        }
        if is_for_office {
            units.extend(self.oversight(place).await?.office.clone());
        }
        Ok(units.into_iter().collect())
    }
}

/// The node of that id in a tree.
fn node_of<'a>(tree: &'a scoring::Explanation, id: &str) -> Option<&'a scoring::Explanation> {
    match tree.node_id == id {
        true => Some(tree),
        false => tree.children.iter().find_map(|it| node_of(it, id)),
    }
}

/// The indicators of a node and all below it.
fn indicators(node: &scoring::Explanation) -> BTreeSet<&str> {
    let own = Some(node.indicator.as_str()).filter(|it| !it.is_empty());
    own.into_iter().chain(node.children.iter().flat_map(indicators)).collect()
}

/// True where a trigger may name what is known beside an event. Names stand in its texts as they are.
fn names(trigger: &Trigger, name: &str) -> bool {
    let rule = &trigger.rule;
    let of = |content: &Content| match content {
        Content::Text(text) => text.contains(name),
        Content::List(items) => items.iter().any(|it| it.contains(name)),
    };
    rule.condition.contains(name)
        || rule.fields.values().chain(rule.english_fields.values()).any(of)
        || rule.recipients.iter().any(|it| it.problem.contains(name))
}

/// Name of the board that a run is shown on.
fn board_of(run: &Fact) -> Option<String> {
    let (scheme, period) = (run.resource_text("scheme"), PERIOD.read(run.resource_text("period"))?);
    let (parent, scheme) = scheme.rsplit_once("/schemes/")?;
    Some(format!("{parent}/boards/{scheme}.{}", period.id("period")))
}
