//! Counted ballots, marks and entries of the adjustment ledger, as a run pins them: JSON, a line each.

use std::collections::BTreeMap;

use engine::{Entry, EntryStanding, Tally};
use kit::{Error, Result, decimal};
use serde::{Deserialize, Serialize};

/// The ballots on one subject in one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rated {
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) tally: Tally,
}

/// A bonus or deduction of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) unit: String,
    pub(crate) entry: Entry,
}

/// A mark of what one subject took on (S2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marked {
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) aspect: String,
    pub(crate) mark: String,
    /// Position in the ledger of marks; 0 where it was only asked what would be.
    pub(crate) sequence: i64,
}

#[derive(Serialize, Deserialize)]
struct TallyLine {
    unit: String,
    indicator: String,
    groups: BTreeMap<String, BTreeMap<String, u32>>,
    void: u32,
    sources: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct EntryLine {
    unit: String,
    name: String,
    item: String,
    points: Option<String>,
    level: String,
    matter: String,
    ground: String,
    standing: String,
    sources: Vec<String>,
}

impl Rated {
    pub(super) fn to_line(&self) -> Result<String> {
        let Tally { groups, void, sources } = self.tally.clone();
        let (unit, indicator) = (self.unit.clone(), self.indicator.clone());
        line(&TallyLine { unit, indicator, groups, void, sources })
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        let TallyLine { unit, indicator, groups, void, sources } = read(line)?;
        Ok(Self { unit, indicator, tally: Tally { groups, void, sources } })
    }
}

impl Marked {
    pub(super) fn to_line(&self) -> Result<String> {
        line(self)
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        read(line)
    }
}

impl Entered {
    pub(super) fn to_line(&self) -> Result<String> {
        let entry = self.entry.clone();
        line(&EntryLine {
            unit: self.unit.clone(),
            name: entry.name,
            item: entry.item,
            points: entry.points.map(decimal::to_text),
            level: entry.level,
            matter: entry.matter,
            ground: entry.ground,
            standing: entry.standing.as_str().to_owned(),
            sources: entry.sources,
        })
    }

    pub(super) fn from_line(line: &str) -> Result<Self> {
        let it: EntryLine = read(line)?;
        let standing = EntryStanding::parse(&it.standing);
        let unknown = || Error::internal(format!("a pinned entry that is {}", it.standing));
        Ok(Self {
            unit: it.unit,
            entry: Entry {
                standing: standing.ok_or_else(unknown)?,
                points: it.points.as_deref().map(decimal::from_text).transpose()?,
                name: it.name,
                item: it.item,
                level: it.level,
                matter: it.matter,
                ground: it.ground,
                sources: it.sources,
            },
        })
    }
}

fn line(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(Error::internal)? + "\n")
}

fn read<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T> {
    serde_json::from_str(line).map_err(Error::internal)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::input) fn rated() -> Rated {
        let mut tally = Tally { void: 1, sources: vec!["polls/a".to_owned()], ..Tally::default() };
        tally.add("leaders", "好");
        Rated { unit: "works".to_owned(), indicator: "rating".to_owned(), tally }
    }

    pub(in crate::input) fn marked() -> Marked {
        Marked {
            unit: "posts.works".to_owned(),
            indicator: "market".to_owned(),
            aspect: "difficulty".to_owned(),
            mark: "A".to_owned(),
            sequence: 3,
        }
    }

    pub(in crate::input) fn entered() -> Entered {
        let entry = Entry {
            name: "adjustments/1".to_owned(),
            item: "praise".to_owned(),
            points: Some(rust_decimal::Decimal::new(15, 1)),
            level: "city".to_owned(),
            matter: String::new(),
            ground: "两行\n的\t理由".to_owned(),
            standing: EntryStanding::Waived,
            sources: vec!["通报".to_owned()],
        };
        Entered { unit: "works".to_owned(), entry }
    }
}
