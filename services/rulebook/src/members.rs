//! Which subjects run on which track: units, projects, leading posts.

use std::collections::{BTreeMap, BTreeSet};

use kit::Violation;
use kit::field::Fields;
use kit::name::Pattern;
use proto::registry::v1 as pb;

use crate::{POST, PROJECT, Rulebook, UNIT};

/// Selects subjects: those listed, and those of a kind of subject that match every condition on
/// that kind. Retired units and groups are never selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    pub(crate) categories: BTreeSet<String>,
    pub(crate) kinds: BTreeSet<i32>,
    pub(crate) units: BTreeSet<String>,
    pub(crate) except_units: BTreeSet<String>,
    pub(crate) project_classes: BTreeSet<i32>,
    pub(crate) projects: BTreeSet<String>,
    pub(crate) except_projects: BTreeSet<String>,
    pub(crate) post_kinds: BTreeSet<i32>,
    pub(crate) post_categories: BTreeSet<String>,
    pub(crate) posts: BTreeSet<String>,
    pub(crate) except_posts: BTreeSet<String>,
}

/// Everything in a district that may be scored.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    /// The units, with those that are never selected.
    pub units: Vec<pb::Unit>,
    /// The projects.
    pub projects: Vec<pb::Project>,
    /// The posts.
    pub posts: Vec<pb::Post>,
}

/// A subject on a track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entrant {
    /// The track.
    pub track_id: String,
    /// The subject's full name.
    pub unit: String,
}

/// One that may be selected.
#[derive(Clone, Copy)]
enum Candidate<'a> {
    Unit(&'a pb::Unit),
    Project(&'a pb::Project),
    /// With the category of its unit.
    Post(&'a pb::Post, &'a str),
}

impl Subjects {
    /// The candidates by name.
    fn by_name(&self) -> BTreeMap<&str, Candidate<'_>> {
        let categories: BTreeMap<&str, &str> =
            self.units.iter().map(|unit| (unit.name.as_str(), unit.category.as_str())).collect();
        let units = self.units.iter().map(|it| (it.name.as_str(), Candidate::Unit(it)));
        let projects = self.projects.iter().map(|it| (it.name.as_str(), Candidate::Project(it)));
        let posts = self.posts.iter().map(|it| {
            let category = categories.get(it.unit.as_str()).copied().unwrap_or_default();
            (it.name.as_str(), Candidate::Post(it, category))
        });
        units.chain(projects).chain(posts).collect()
    }
}

impl Members {
    /// Reads the contract's message, noting faults below `path`.
    pub(crate) fn read(path: &str, members: Option<&pb::Members>, fields: &mut Fields) -> Members {
        let empty = pb::Members::default();
        let given = members.unwrap_or(&empty);
        let read = Members {
            categories: ids(&format!("{path}.categories"), &given.categories, fields),
            kinds: numbered(&format!("{path}.kinds"), &given.kinds, fields, kind),
            units: names(&format!("{path}.units"), &UNIT, &given.units, fields),
            except_units: names(
                &format!("{path}.except_units"),
                &UNIT,
                &given.except_units,
                fields,
            ),
            project_classes: numbered(
                &format!("{path}.project_classes"),
                &given.project_classes,
                fields,
                |field, class, fields| {
                    fields.choice::<pb::ProjectClass>(field, class);
                    class
                },
            ),
            projects: names(&format!("{path}.projects"), &PROJECT, &given.projects, fields),
            except_projects: names(
                &format!("{path}.except_projects"),
                &PROJECT,
                &given.except_projects,
                fields,
            ),
            post_kinds: numbered(
                &format!("{path}.post_kinds"),
                &given.post_kinds,
                fields,
                |field, kind, fields| {
                    fields.choice::<pb::PostKind>(field, kind);
                    kind
                },
            ),
            post_categories: ids(
                &format!("{path}.post_categories"),
                &given.post_categories,
                fields,
            ),
            posts: names(&format!("{path}.posts"), &POST, &given.posts, fields),
            except_posts: names(
                &format!("{path}.except_posts"),
                &POST,
                &given.except_posts,
                fields,
            ),
        };
        if selects_nothing(given) {
            let message = "needs categories, kinds or units, project classes or projects, post kinds, post categories or posts to select";
            fields.violation(path, "MEMBERS_EMPTY", message);
        }
        read
    }

    fn lists(&self, name: &str) -> bool {
        [&self.units, &self.projects, &self.posts].iter().any(|names| names.contains(name))
    }

    fn selects(&self, candidate: Candidate<'_>) -> bool {
        let allows = |set: &BTreeSet<i32>, it| set.is_empty() || set.contains(&it);
        match candidate {
            Candidate::Unit(unit) => {
                if !eligible(unit) || self.except_units.contains(&unit.name) {
                    return false;
                }
                let conditions = !self.categories.is_empty() || !self.kinds.is_empty();
                let category =
                    self.categories.is_empty() || self.categories.contains(&unit.category);
                self.units.contains(&unit.name)
                    || (conditions && category && allows(&self.kinds, unit.kind))
            }
            Candidate::Project(project) => {
                !self.except_projects.contains(&project.name)
                    && (self.projects.contains(&project.name)
                        || self.project_classes.contains(&project.class))
            }
            Candidate::Post(post, category) => {
                if self.except_posts.contains(&post.name) {
                    return false;
                }
                let conditions = !self.post_kinds.is_empty() || !self.post_categories.is_empty();
                let categories = &self.post_categories;
                self.posts.contains(&post.name)
                    || (conditions
                        && (categories.is_empty() || categories.contains(category))
                        && allows(&self.post_kinds, post.kind))
            }
        }
    }
}

impl Rulebook {
    /// Who runs where, by track in the scheme's order and subject's name. Refuses a subject on two
    /// tracks (`UNIT_ON_TWO_TRACKS`), a listed subject that is unknown (`UNKNOWN_UNIT`,
    /// `UNKNOWN_PROJECT`, `UNKNOWN_POST`), and a listed unit that is retired (`UNIT_RETIRED`) or a
    /// group (`UNIT_GROUP`).
    pub fn select(&self, subjects: &Subjects) -> Result<Vec<Entrant>, Vec<Violation>> {
        let known = subjects.by_name();
        let mut fields = Fields::default();
        let (mut entrants, mut runs_on) = (Vec::new(), BTreeMap::new());
        for (place, entry) in self.entries.iter().enumerate() {
            let path = format!("scheme.tracks[{place}].members");
            let Members { units, projects, posts, .. } = &entry.members;
            for name in units {
                let unit = match known.get(name.as_str()) {
                    Some(Candidate::Unit(unit)) => Some(*unit),
                    _ => None,
                };
                check_listed(&format!("{path}.units"), name, unit, &mut fields);
            }
            for (list, noun, reason, names) in [
                ("projects", "project", "UNKNOWN_PROJECT", projects),
                ("posts", "post", "UNKNOWN_POST", posts),
            ] {
                for name in names.iter().filter(|name| !known.contains_key(name.as_str())) {
                    let message = format!("there is no {noun} {name}");
                    fields.violation(format_args!("{path}.{list}"), reason, message);
                }
            }
            let track_id = entry.track.track_id();
            for (name, _) in known.iter().filter(|(_, it)| entry.members.selects(**it)) {
                if let Some(other) = runs_on.insert(*name, track_id) {
                    let message = format!("{name} runs on {other} already");
                    fields.violation(&path, "UNIT_ON_TWO_TRACKS", message);
                }
                entrants.push(Entrant { track_id: track_id.to_owned(), unit: (*name).to_owned() });
            }
        }
        if fields.is_sound() { Ok(entrants) } else { Err(fields.into_violations()) }
    }

    /// Who runs where by a scheme that was enacted, in the order of `select`, whatever became of
    /// the subjects since. One that several tracks select runs on the one that lists it by name,
    /// else on the first; where `select` refuses nothing the two say the same.
    pub fn place(&self, subjects: &Subjects) -> Vec<Entrant> {
        let known = subjects.by_name();
        let mut runs_on: Vec<Vec<&str>> = vec![Vec::new(); self.entries.len()];
        for (name, candidate) in known {
            if let Some(place) = self.place_of(name, candidate) {
                runs_on[place].push(name);
            }
        }
        let tracks = self.entries.iter().zip(runs_on);
        let entrants = tracks.flat_map(|(entry, names)| {
            let track_id = entry.track.track_id();
            names
                .into_iter()
                .map(move |name| Entrant { track_id: track_id.to_owned(), unit: name.to_owned() })
        });
        entrants.collect()
    }

    fn place_of(&self, name: &str, candidate: Candidate<'_>) -> Option<usize> {
        let selecting = || {
            let entries = self.entries.iter().enumerate();
            entries.filter(|(_, entry)| entry.members.selects(candidate))
        };
        let listing = selecting().find(|(_, entry)| entry.members.lists(name));
        listing.or_else(|| selecting().next()).map(|(place, _)| place)
    }
}

/// The units that a scheme leaves out and that nobody has (`UNKNOWN_UNIT`). Nobody minds who is
/// left out, but such a name is a slip.
pub fn left_out_faults(scheme: &pb::Scheme, is_known: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut fields = Fields::default();
    for (track, given) in scheme.tracks.iter().enumerate() {
        let names = given.members.iter().flat_map(|members| &members.except_units);
        for (place, name) in names.enumerate() {
            // What is no name at all is refused when the scheme is read.
            if UNIT.read(name).is_some() && !is_known(name) {
                let field = format_args!("scheme.tracks[{track}].members.except_units[{place}]");
                fields.violation(field, "UNKNOWN_UNIT", format!("there is no unit {name}"));
            }
        }
    }
    fields.into_violations()
}

/// True when all that is given leaves somebody out.
fn selects_nothing(given: &pb::Members) -> bool {
    let units = given.categories.len() + given.kinds.len() + given.units.len();
    let projects = given.project_classes.len() + given.projects.len();
    let posts = given.post_kinds.len() + given.post_categories.len() + given.posts.len();
    units + projects + posts == 0
}

fn check_listed(field: &str, name: &str, unit: Option<&pb::Unit>, fields: &mut Fields) {
    match unit {
        None => fields.violation(field, "UNKNOWN_UNIT", format!("there is no unit {name}")),
        Some(unit) if unit.retire_time.is_some() => {
            fields.violation(field, "UNIT_RETIRED", format!("{name} was retired"));
        }
        Some(unit) if unit.kind() == pb::UnitKind::Group => {
            fields.violation(
                field,
                "UNIT_GROUP",
                format!("{name} is a group, which is not evaluated"),
            );
        }
        Some(_) => {}
    }
}

fn eligible(unit: &pb::Unit) -> bool {
    unit.retire_time.is_none() && unit.kind() != pb::UnitKind::Group
}

fn kind(field: String, kind: i32, fields: &mut Fields) -> i32 {
    if fields.choice::<pb::UnitKind>(&field, kind) == pb::UnitKind::Group {
        fields.violation(field, "UNIT_GROUP", "groups are not evaluated");
    }
    kind
}

fn numbered(
    path: &str,
    given: &[i32],
    fields: &mut Fields,
    read: impl Fn(String, i32, &mut Fields) -> i32,
) -> BTreeSet<i32> {
    let given = given.iter().enumerate();
    given.map(|(place, it)| read(format!("{path}[{place}]"), *it, fields)).collect()
}

fn ids(path: &str, given: &[String], fields: &mut Fields) -> BTreeSet<String> {
    let given = given.iter().enumerate();
    given.map(|(place, it)| fields.id(format_args!("{path}[{place}]"), it)).collect()
}

fn names(
    path: &str,
    pattern: &'static Pattern,
    given: &[String],
    fields: &mut Fields,
) -> BTreeSet<String> {
    let read = |(place, name): (usize, &String)| {
        fields.name(format_args!("{path}[{place}]"), pattern, name).as_str().to_owned()
    };
    given.iter().enumerate().map(read).collect()
}
