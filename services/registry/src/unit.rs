//! Units (单位): the bodies that are evaluated or evaluate, each below at most one other (B2, H1).

mod forest;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result, etag};

pub(crate) use forest::{Forest, Node};

use crate::batch::{Batch, Row};
use crate::patch::patch;

/// How units are named.
pub(crate) static NAME: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");

kit::numbered! {
    /// What sort of body a unit is.
    enum Kind {
        /// 部门.
        Department = 1,
        /// 镇, 街道.
        Town = 2,
        /// 村, 社区.
        Village = 3,
        /// 项目指挥部.
        Headquarters = 4,
        /// 工作专班.
        TaskForce = 5,
        /// 招商小分队.
        Team = 6,
        /// Holds others together and is not evaluated.
        Group = 7,
    }
}

/// A unit.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) contents: Contents,
    pub(crate) retire_time: Option<Timestamp>,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What the office says of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the unit above.
    pub(crate) parent: Option<String>,
    pub(crate) kind: Kind,
    /// Id of the category of evaluation (考核类别).
    pub(crate) category: Option<String>,
}

impl Unit {
    /// A unit that was not there before.
    pub(crate) fn new(district: &str, id: String, contents: Contents, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            id,
            uid: kit::id::uid(),
            contents,
            retire_time: None,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Takes on other contents and says whether that is a change. A retired unit stays as it
    /// is, for its history's sake.
    pub(crate) fn change(&mut self, contents: Contents, now: Timestamp) -> Result<bool> {
        if self.contents == contents {
            return Ok(false);
        }
        self.refuse_retired()?;
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
        Ok(true)
    }

    /// Retires it (撤并). Units below it must have gone before.
    pub(crate) fn retire(&mut self, forest: &Forest, now: Timestamp) -> Result<()> {
        self.refuse_retired()?;
        if let Some(below) = forest.active_below(&self.id) {
            let below = NAME.format(&[&self.district, below]);
            let message = format!("{below} stands below it; move or retire that first");
            return Err(Error::precondition("UNIT_HAS_CHILDREN", self.name(), message));
        }
        self.retire_time = Some(now);
        self.update_time = now;
        self.revision += 1;
        Ok(())
    }

    /// True when it was retired before `day` began in `zone`: it takes part in no period from
    /// that day on, but still in the one in which it was retired.
    pub(crate) fn is_gone(&self, day: Date, zone: &TimeZone) -> bool {
        self.retire_time.is_some_and(|time| time.to_zoned(zone.clone()).date() < day)
    }

    fn refuse_retired(&self) -> Result<()> {
        match self.retire_time {
            None => Ok(()),
            Some(time) => {
                let message = format!("was retired at {time} and cannot be changed any more");
                Err(Error::precondition("UNIT_RETIRED", self.name(), message))
            }
        }
    }
}

impl Contents {
    /// Takes over the fields that are named, as the contract calls them.
    pub(crate) fn patch(&mut self, given: Self, named: impl Fn(&str) -> bool) {
        patch!(self, given, named, display_name parent kind category);
    }
}

/// Works out what `rows` do to the district's units, all rows together: a parent may stand
/// anywhere in the batch. Faults are named by row.
pub(crate) fn merge(
    district: &str,
    known: Vec<Unit>,
    rows: Vec<Row<Contents>>,
    now: Timestamp,
) -> Result<Batch<Unit>> {
    let mut forest = Forest::of(district, &known);
    for row in &rows {
        forest.place(&row.id, row.contents.parent.as_deref());
    }
    let mut fields = Fields::default();
    for (index, row) in rows.iter().enumerate() {
        forest.check(&mut fields, format_args!("units[{index}].parent"), &row.id);
    }
    fields.check()?;

    let mut known: HashMap<String, Unit> =
        known.into_iter().map(|unit| (unit.id.clone(), unit)).collect();
    let mut batch = Batch::default();
    for row in rows {
        let Some(mut unit) = known.remove(&row.id) else {
            let unit = Unit::new(district, row.id, row.contents, now);
            etag::check(&row.etag, 0, &unit.name())?;
            batch.created.push(unit);
            continue;
        };
        etag::check(&row.etag, unit.revision, &unit.name())?;
        let changed = unit.change(row.contents, now);
        batch.take(unit, changed)?;
    }
    batch.check()
}
