//! From entries to points.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Adjustments, Item, Side};
use crate::exact::{Arithmetic, Ratio};
use crate::explained::Line;
use crate::fact::{Entry, EntryStanding, Sheet};
use crate::input::Inputs;

/// An entry with its item and what it is worth.
struct Held<'a> {
    entry: &'a Entry,
    item: &'a Item,
    worth: Decimal,
}

impl Adjustments {
    /// Every entry under the ledger's items, in the order of items and names, each with whether
    /// it counts and why not; or what is wrong with an entry.
    pub(crate) fn lines(&self, sheet: &Sheet) -> Result<Vec<Line>, (String, String)> {
        let mut held = Vec::new();
        for item in &self.items {
            let mut under: Vec<&Entry> =
                sheet.entries.iter().filter(|entry| entry.item == item.item_id).collect();
            under.sort_by(|one, two| one.name.cmp(&two.name));
            for entry in under {
                let worth = item.worth_of_entry(entry);
                let worth = worth.map_err(|why| (entry.name.clone(), why))?;
                held.push(Held { entry, item, worth });
            }
        }
        let best = self.best_of_matters(&held);
        Ok(held.iter().enumerate().map(|(place, it)| self.line(place, it, &held, &best)).collect())
    }

    /// By side and matter, the place of the entry that counts.
    fn best_of_matters<'a>(&self, held: &[Held<'a>]) -> BTreeMap<(Side, &'a str), usize> {
        let mut best: BTreeMap<(Side, &str), usize> = BTreeMap::new();
        for (place, it) in held.iter().enumerate() {
            if it.entry.matter.is_empty() || !it.entry.standing.counts() {
                continue;
            }
            let holder = best.entry((it.item.side, &it.entry.matter)).or_insert(place);
            if self.is_above(it, &held[*holder]) {
                *holder = place;
            }
        }
        best
    }

    /// A higher level stands above a lower one, then more points above fewer.
    fn is_above(&self, one: &Held<'_>, other: &Held<'_>) -> bool {
        let level = |it: &Held<'_>| {
            let place = self.levels.iter().position(|level| *level == it.entry.level);
            place.unwrap_or(self.levels.len())
        };
        (level(one), other.worth) < (level(other), one.worth)
    }

    fn line(
        &self,
        place: usize,
        it: &Held<'_>,
        held: &[Held<'_>],
        best: &BTreeMap<(Side, &str), usize>,
    ) -> Line {
        let Held { entry, item, worth } = it;
        let holder = best.get(&(item.side, entry.matter.as_str())).copied();
        let counts = entry.standing.counts();
        let remark = match holder {
            _ if !counts => format!("{}: {}", entry.standing.as_str(), entry.ground),
            Some(holder) if holder != place => {
                format!("the matter counts once, as {}", held[holder].entry.name)
            }
            _ => entry.ground.clone(),
        };
        Line {
            label: item.item_id.clone(),
            display_name: item.display_name.clone(),
            group: item.aspect.clone(),
            points: Some(match item.side {
                Side::Bonus => *worth,
                Side::Deduction => Decimal::ZERO - *worth,
            }),
            full_marks: None,
            counts: counts && holder.is_none_or(|holder| holder == place),
            provisional: entry.standing == EntryStanding::Provisional,
            remark,
            sources: [entry.name.clone()].into_iter().chain(entry.sources.clone()).collect(),
        }
    }
}

/// base + Σbonuses − Σdeductions, cut to the caps of items, aspects and sides in this order;
/// and whether a cap took effect.
pub(crate) fn points(inputs: Inputs<'_>, lines: &[Line]) -> Result<(Ratio, bool), Arithmetic> {
    let mut total = inputs.get("base")?;
    let mut capped = false;
    let mut within = |points: Ratio, cap: Option<Ratio>| match cap {
        Some(cap) if points > cap => {
            capped = true;
            cap
        }
        _ => points,
    };
    for (bonus, symbol) in [(true, "bonus cap"), (false, "deduction cap")] {
        let mut items: BTreeMap<(&str, &str), Ratio> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.counts) {
            let points = line.points.unwrap_or_default();
            if points.is_sign_positive() == bonus {
                let held = items.entry((&line.group, &line.label)).or_insert(Ratio::ZERO);
                *held = held.clone() + points.abs().into();
            }
        }
        let mut aspects: BTreeMap<&str, Ratio> = BTreeMap::new();
        for ((aspect, item), points) in items {
            let points = within(points, inputs.find(&format!("cap({item})")));
            let held = aspects.entry(aspect).or_insert(Ratio::ZERO);
            *held = held.clone() + points;
        }
        let mut side = Ratio::ZERO;
        for (aspect, points) in aspects {
            side = side + within(points, inputs.find(&format!("cap[{aspect}]")));
        }
        let side = within(side, inputs.find(symbol));
        total = if bonus { total + side } else { total - side };
    }
    Ok((total, capped))
}
