//! Adds parts of which one caps or discounts another (B8): work done fast and badly is not
//! worth what it says.

use rust_decimal::Decimal;

use super::{Part, share};
use crate::exact::{Arithmetic, Ratio};
use crate::fault::Faults;
use crate::input::{Input, Inputs};
use crate::node::Node;

pub(crate) const NAME: &str = "linked_sum";
pub(crate) const FORMULA: &str = "Σp, p of a discounted part p·(1 − d·(1 − p'/w')), of a capped part min(p, c·w·p'/w'), where ' is the part that discounts or caps";

/// Parts that are added after some of them have acted on others.
///
/// | progress of 80 | safety of 20 | safety acts by | points of 100 |
/// |---|---|---|---|
/// | 60 | 20 | discount 0.5 | 80 |
/// | 60 | 10 | discount 0.5 | 55 |
/// | 60 | 0 | discount 0.5 | 30 |
/// | 60 | 0 | discount 1 | 0 |
/// | 60 | 10 | cap 1.2 | 58 |
/// | 40 | 10 | cap 1.2 | 50 |
/// | 60 | n/a | discount 0.5 | 75 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedSum {
    /// Parts. Those that are not silent carry the node's weight between them.
    pub children: Vec<Node>,
    /// What acts on what, applied in this order.
    pub links: Vec<Link>,
    /// Ids of parts whose own points are not added: they only act on others.
    pub silent: Vec<String>,
}

/// One part acting on another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Id of the part that is acted on.
    pub node_id: String,
    /// Id of the part that acts, by the share of its own points that it reached.
    pub by: String,
    /// How.
    pub effect: LinkEffect,
}

/// How one part acts on another. With p'/w' the share that the acting part reached, within
/// 0..1:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEffect {
    /// p·(1 − depth·(1 − p'/w')): at most `depth` of the points is lost, 0 < depth ≤ 1.
    Discount {
        /// Share of the points that is lost when the acting part reached nothing.
        depth: Decimal,
    },
    /// min(p, ratio·w·p'/w'): the part is worth no more than so much of its weight, ratio > 0.
    Cap {
        /// Times the share that the acting part reached; 1 lets both go in step.
        ratio: Decimal,
    },
}

impl LinkedSum {
    pub(crate) fn is_silent(&self, node_id: &str) -> bool {
        self.silent.iter().any(|silent| silent == node_id)
    }

    pub(crate) fn check(&self, faults: &mut Faults) {
        let known = |id: &str| self.children.iter().any(|child| child.node_id == id);
        if self.links.is_empty() {
            faults.add("links", "NO_LINKS", "without links a plain sum says the same");
        }
        for (place, link) in self.links.iter().enumerate() {
            faults.inside(format!("links[{place}]"), |faults| {
                for (field, id) in [("node_id", &link.node_id), ("by", &link.by)] {
                    if !known(id) {
                        let message = format!("{id:?} is no part of this node; name one that is");
                        faults.add(field, "UNKNOWN_PART", message);
                    }
                }
                if link.node_id == link.by {
                    faults.add("by", "LINK_CYCLE", "a part cannot act on itself");
                } else if self.links[..place].iter().any(|before| before.node_id == link.by) {
                    let message = format!(
                        "{} was itself acted on before; let the one that acts stand free",
                        link.by
                    );
                    faults.add("by", "LINK_CYCLE", message);
                } else if self.links[..place].iter().any(|before| before.by == link.node_id) {
                    let message = format!("{} acts on another part already", link.node_id);
                    faults.add("node_id", "LINK_CYCLE", message);
                }
                if self.is_silent(&link.node_id) {
                    let message = format!("{} is silent: its points are not added", link.node_id);
                    faults.add("node_id", "SILENT_PART", message);
                }
                match link.effect {
                    LinkEffect::Discount { depth } => {
                        faults.above("discount.depth", depth, Decimal::ZERO);
                        faults.range("discount.depth", depth, Decimal::MIN, Decimal::ONE);
                        faults.size("discount.depth", depth);
                    }
                    LinkEffect::Cap { ratio } => {
                        faults.above("cap.ratio", ratio, Decimal::ZERO);
                        faults.size("cap.ratio", ratio);
                    }
                }
            });
        }
        for (place, id) in self.silent.iter().enumerate() {
            if !self.links.iter().any(|link| link.by == *id) {
                let message = format!("{id:?} acts on no other part, so it would have no effect");
                faults.add(&format!("silent[{place}]"), "SILENT_PART", message);
            }
        }
    }

    /// The links as symbols: `d(part, by)` a depth, `c(part, by)` a ratio, `s(part)` silent.
    pub(crate) fn inputs(&self) -> Vec<Input> {
        let link = |link: &Link| {
            let Link { node_id, by, .. } = link;
            match link.effect {
                LinkEffect::Discount { depth } => {
                    Input::new(format!("d({node_id}, {by})"), "depth of the discount", depth)
                }
                LinkEffect::Cap { ratio } => {
                    Input::new(format!("c({node_id}, {by})"), "ratio of the cap", ratio)
                }
            }
        };
        let silent =
            |id: &String| Input::new(format!("s({id})"), "acts and is not added", Decimal::ONE);
        self.links.iter().map(link).chain(self.silent.iter().map(silent)).collect()
    }
}

/// The parts' points after the links, and whether a link changed any. A link of which a part
/// was left out has no effect; points below 0 are not acted on.
pub(crate) fn points(
    inputs: Inputs<'_>,
    parts: &[Part<'_>],
) -> Result<(Decimal, bool), Arithmetic> {
    let mut points: Vec<Decimal> = parts.iter().map(|part| part.points).collect();
    let place = |id: &str| parts.iter().position(|part| part.id == id);
    let mut silent = vec![false; parts.len()];
    for input in inputs.0 {
        let Some((kind, ids)) = input.symbol.strip_suffix(')').and_then(|it| it.split_once('('))
        else {
            continue;
        };
        if kind == "s" {
            place(ids).into_iter().for_each(|place| silent[place] = true);
            continue;
        }
        let Some((on, by)) = ids.split_once(", ") else { continue };
        let (Some(on), Some(by), Some(value)) = (place(on), place(by), input.value) else {
            continue;
        };
        if points[on] <= Decimal::ZERO {
            continue;
        }
        let reached = share(&parts[by])?.within(Ratio::ZERO, Ratio::ONE).0;
        let acted = match kind {
            "d" => {
                let lost = Ratio::from(value) * (Ratio::ONE - reached);
                Ratio::from(points[on]) * (Ratio::ONE - lost)
            }
            _ => {
                let most = Ratio::from(value) * parts[on].worth.clone() * reached;
                Ratio::from(points[on]).min(most)
            }
        };
        points[on] = parts[on].rounding.apply(acted.cut()?);
    }
    let changed = parts.iter().zip(&points).any(|(part, points)| part.points != *points);
    let added = points.into_iter().zip(silent).filter(|(_, silent)| !silent);
    let sum: Ratio = added.map(|(points, _)| Ratio::from(points)).sum();
    Ok((sum.cut()?, changed))
}
