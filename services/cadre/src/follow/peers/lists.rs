//! The positive and negative lists that a scheme holds.

use kit::{Error, Result, decimal};
use proto::registry::v1 as registry;
use proto::registry::v1::adjustment_item::{Side as Given, Worth};
use proto::registry::v1::condition::Kind;
use proto::registry::v1::gate::Effect as GateEffect;
use proto::registry::v1::node::Rule;
use rust_decimal::Decimal;
use tonic::Code;

use super::Registry;
use crate::conduct_entry::{Effect, Item, Items, Side};

impl Registry {
    /// The items of all lists of a scheme, by its full name; nothing when there is no such scheme.
    pub(crate) async fn items(&self, scheme: &str) -> Result<Option<Items>> {
        let request = registry::GetSchemeRequest { name: scheme.to_owned() };
        match self.schemes.clone().get_scheme(request).await {
            Ok(found) => Ok(Some(items(&found.into_inner()))),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(Error::from(status)),
        }
    }
}

fn items(scheme: &registry::Scheme) -> Items {
    let mut items = Items::new();
    for track in &scheme.tracks {
        let mut nodes: Vec<&registry::Node> = track.root.iter().chain(&track.asides).collect();
        while let Some(node) = nodes.pop() {
            nodes.extend(node.children());
            if let Some(Rule::Adjustments(list)) = &node.rule {
                let read = list.items.iter().map(|it| (it.item_id.clone(), item(list, it)));
                items.extend(read);
            }
        }
        for gate in &track.gates {
            for id in gate.when.iter().flat_map(named) {
                let Some(item) = items.get_mut(&id) else { continue };
                match gate.effect {
                    Some(GateEffect::BarFrom(_)) => item.effect.bar = true,
                    _ => item.effect.veto = true,
                }
            }
        }
    }
    items
}

/// The items of which one alone fulfils a condition.
fn named(condition: &registry::Condition) -> Vec<String> {
    match &condition.kind {
        Some(Kind::Entry(entry)) => entry.items.clone(),
        Some(Kind::Any(list)) => list.conditions.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

fn item(list: &registry::Adjustments, given: &registry::AdjustmentItem) -> Item {
    let number = |it: &Option<proto::google::r#type::Decimal>| {
        it.as_ref().and_then(|it| decimal::parse(&it.value)).unwrap_or_default()
    };
    let (least, most): (Decimal, Decimal) = match &given.worth {
        Some(Worth::Points(points)) => {
            let points = number(&Some(points.clone()));
            (points, points)
        }
        Some(Worth::Range(range)) => (number(&range.least), number(&range.most)),
        Some(Worth::Levels(levels)) => {
            let points = || levels.levels.iter().map(|it| number(&it.points));
            (points().min().unwrap_or_default(), points().max().unwrap_or_default())
        }
        None => Default::default(),
    };
    let aspect = list.aspects.iter().find(|it| it.aspect_id == given.aspect);
    Item {
        side: match given.side() {
            Given::Deduction => Side::Negative,
            Given::Bonus | Given::Unspecified => Side::Positive,
        },
        effect: Effect {
            item: given.display_name.clone(),
            aspect: aspect.map(|it| it.display_name.clone()).unwrap_or_default(),
            least,
            most,
            veto: false,
            bar: false,
        },
    }
}
