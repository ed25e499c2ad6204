//! A district as files: definitions in YAML and targets in CSV, read into messages.
//!
//! A file is a mapping whose keys say what it brings; how definitions are spread over
//! files is the author's choice:
//!
//! | key | brings |
//! |---|---|
//! | `district` | the District, once in the folder |
//! | `units`, `indicators`, `periods`, `targets`, `persons` | lists of these |
//! | `fronts`, `stations`, `posts`, `projects`, `communities`, `pairings`, `seats`, `task_lists`, `tasks`, `plates`, `phases`, `milestones`, `orders`, `whistles`, `lessons`, `inspectors`, `pools`, `training_posts`, `campaigns`, `rest_calendars`, `appointment_rules` | lists of these |
//! | `scheme`, `schemes` | one Scheme, or a list |
//! | `enact` | ids of schemes that are to be in force |
//! | `shared` | nothing by itself: room for anchors that other parts refer to |
//!
//! Messages have the shape of [`crate::message`]. Targets may also stand as tables, in
//! `targets.csv` or `targets/*.csv`: a column `unit`, an optional column `source`, and a
//! column for each `<indicator>.<period>`; an empty cell is no target. Lines that begin
//! with `#` are left out.

mod files;
mod targets;
mod work;

use std::collections::HashSet;
use std::rc::Rc;

use prost::Message;
use proto::cadre::v1::Person;
use proto::registry::v1::{District, Indicator, Period, Scheme, Target, Unit};

pub use files::Source;
pub use work::Work;

use crate::failure::Result;
use crate::message::Reader;
use crate::names;
use crate::problem::{Item, Origin, Problems};
use crate::yaml::{self, Kind, Place, Tree};

/// The district id taken where no file names one.
pub const NO_DISTRICT: &str = "local";

/// Everything the files define.
#[derive(Debug, Default)]
pub struct Pack {
    /// Id of the district.
    pub district_id: String,
    /// The district itself.
    pub district: Option<Item<District>>,
    /// Units.
    pub units: Vec<Item<Unit>>,
    /// Indicators.
    pub indicators: Vec<Item<Indicator>>,
    /// Periods.
    pub periods: Vec<Item<Period>>,
    /// Targets.
    pub targets: Vec<Item<Target>>,
    /// Schemes.
    pub schemes: Vec<Item<Scheme>>,
    /// Ids of the schemes to be in force.
    pub enact: Vec<Item<String>>,
    /// Persons.
    pub persons: Vec<Item<Person>>,
    /// Projects, tasks and what belongs to them.
    pub work: Work,
}

impl Pack {
    /// Reads a pack from its files; every fault of every file is named.
    pub fn read(sources: &[Source]) -> Result<Self> {
        let mut problems = Problems::default();
        let mut parts = Vec::new();
        for source in sources.iter().filter(|it| it.is_yaml()) {
            parts.extend(open(source, &mut problems));
        }
        let district_id = district_id(&parts);
        let mut pack = Self { district_id, ..Self::default() };
        for part in parts {
            pack.take(part, &mut problems);
        }
        for source in sources.iter().filter(|it| it.is_target_table()) {
            pack.targets.extend(targets::read(source, &pack.district_id, &mut problems));
        }
        pack.refuse_repetition(&mut problems);
        problems.check(pack)
    }

    fn take(&mut self, part: Part, problems: &mut Problems) {
        let mut reader = Reader { district: &self.district_id, problems };
        match part.key.as_str() {
            "district" => {
                let district = part.single(&mut reader, "saima.registry.v1.District");
                if let Some(first) = self.district.replace(district) {
                    let at = format!("{}:{}", first.origin.file, first.origin.tree.at);
                    problems.add(
                        &part.file,
                        part.at,
                        "district",
                        format!("the folder has a district already, at {at}"),
                    );
                }
            }
            "units" => self.units.extend(part.list(&mut reader, "saima.registry.v1.Unit")),
            "indicators" => {
                self.indicators.extend(part.list(&mut reader, "saima.registry.v1.Indicator"))
            }
            "periods" => self.periods.extend(part.list(&mut reader, "saima.registry.v1.Period")),
            "targets" => self.targets.extend(part.list(&mut reader, "saima.registry.v1.Target")),
            "scheme" => self.schemes.push(part.single(&mut reader, "saima.registry.v1.Scheme")),
            "schemes" => self.schemes.extend(part.list(&mut reader, "saima.registry.v1.Scheme")),
            "persons" => self.persons.extend(part.list(&mut reader, "saima.cadre.v1.Person")),
            "enact" => self.enact.extend(part.words(problems)),
            "shared" => {}
            _ if self.work.take(&part, &mut reader) => {}
            _ => problems.add(
                &part.file,
                part.at,
                &part.key,
                format!("unknown part; a file has {PARTS}, {}", Work::PARTS.join(", ")),
            ),
        }
    }

    fn refuse_repetition(&self, problems: &mut Problems) {
        unique(&self.units, problems, |it| &it.name);
        unique(&self.indicators, problems, |it| &it.name);
        unique(&self.periods, problems, |it| &it.name);
        unique(&self.targets, problems, |it| &it.name);
        unique(&self.schemes, problems, |it| &it.name);
        unique(&self.persons, problems, |it| &it.external_id);
        self.work.refuse_repetition(problems);
    }
}

const PARTS: &str =
    "district, units, indicators, periods, targets, scheme, schemes, enact, persons, shared";

/// What stands below one key of a file.
struct Part {
    file: Rc<str>,
    key: String,
    at: Place,
    tree: Tree,
}

impl Part {
    fn single<T: Message + Default>(&self, reader: &mut Reader<'_>, message: &str) -> Item<T> {
        item(reader, message, self.origin())
    }

    fn list<T: Message + Default>(&self, reader: &mut Reader<'_>, message: &str) -> Vec<Item<T>> {
        let origins = self.origins(reader.problems);
        origins.into_iter().map(|it| item(reader, message, it)).collect()
    }

    fn words(&self, problems: &mut Problems) -> Vec<Item<String>> {
        let mut words = Vec::new();
        for origin in self.origins(problems) {
            match &origin.tree.kind {
                Kind::Scalar(word) => words.push(Item { value: word.text.clone(), origin }),
                _ => problems.add_below(&origin, "", "needs an id"),
            }
        }
        words
    }

    fn origins(&self, problems: &mut Problems) -> Vec<Origin> {
        let Kind::List(items) = &self.tree.kind else {
            problems.add_below(
                &self.origin(),
                "",
                format!("needs a list, this is {}", self.tree.describe()),
            );
            return Vec::new();
        };
        let origin = |(index, tree): (usize, &Tree)| Origin {
            file: self.file.clone(),
            path: format!("{}[{index}]", self.key),
            tree: tree.clone(),
        };
        items.iter().enumerate().map(origin).collect()
    }

    fn origin(&self) -> Origin {
        Origin { file: self.file.clone(), path: self.key.clone(), tree: self.tree.clone() }
    }
}

fn item<T: Message + Default>(reader: &mut Reader<'_>, message: &str, origin: Origin) -> Item<T> {
    let value = reader.message(message, &origin);
    Item { value, origin }
}

fn open(source: &Source, problems: &mut Problems) -> Vec<Part> {
    let tree = match yaml::parse(&source.text) {
        Ok(tree) => tree,
        Err(fault) => {
            problems.add(&source.label, fault.at, "", fault.message);
            return Vec::new();
        }
    };
    let Kind::Map(entries) = tree.kind else {
        problems.add(&source.label, tree.at, "", "a file is a mapping of its parts");
        return Vec::new();
    };
    let part = |it: yaml::Entry| Part {
        file: source.label.clone(),
        key: it.key,
        at: it.at,
        tree: it.value,
    };
    entries.into_iter().map(part).collect()
}

/// The id under which everything stands; needed before anything else is read.
fn district_id(parts: &[Part]) -> String {
    let district = parts.iter().find(|it| it.key == "district").map(|it| &it.tree.kind);
    let name = match district {
        Some(Kind::Map(entries)) => {
            entries.iter().find(|it| it.key == "name").map(|it| &it.value.kind)
        }
        _ => None,
    };
    match name {
        Some(Kind::Scalar(name)) => names::id(&name.text).to_owned(),
        _ => NO_DISTRICT.to_owned(),
    }
}

fn unique<T>(items: &[Item<T>], problems: &mut Problems, key: fn(&T) -> &String) {
    let mut seen = HashSet::new();
    for item in items.iter().filter(|it| !key(&it.value).is_empty()) {
        if !seen.insert(key(&item.value)) {
            problems.add_below(
                &item.origin,
                "",
                format!("`{}` is defined twice", names::id(key(&item.value))),
            );
        }
    }
}

#[cfg(test)]
mod tests;
