//! Subjects (考核对象): what can be scored and has targets. A unit, a project or a post; each goes
//! by one id in tables: the unit's own, `projects.{project}` or `posts.{post}`.

use kit::name::{Pattern, is_id};

use crate::{post, project, unit};

/// The kinds that are not units: what stands before the dot of their ids, and how they are named.
static OTHERS: [(&str, &Pattern); 2] = [("projects", &project::NAME), ("posts", &post::NAME)];

/// The full name of the subject of an id.
pub(crate) fn name(district: &str, id: &str) -> String {
    match other(id) {
        Some((pattern, id)) => pattern.format(&[district, id]),
        None => unit::NAME.format(&[district, id]),
    }
}

/// District and id of the subject of a full name; none when it names something else, or when the
/// id would be longer than an id may be.
pub(crate) fn read(name: &str) -> Option<(String, String)> {
    if let Some(unit) = unit::NAME.read(name) {
        return Some((unit.id("district").to_owned(), unit.id("unit").to_owned()));
    }
    OTHERS.iter().find_map(|(collection, pattern)| {
        let read = pattern.read(name)?;
        let id = format!("{collection}.{}", read.id(pattern.kind()));
        is_id(&id).then(|| (read.id("district").to_owned(), id))
    })
}

/// What the subject of an id is called, and the reason by which one that is not there is refused.
pub(crate) fn noun(id: &str) -> (&'static str, &'static str) {
    match other(id).map(|(pattern, _)| pattern.kind()) {
        Some("project") => ("project", "UNKNOWN_PROJECT"),
        Some(_) => ("post", "UNKNOWN_POST"),
        None => ("unit", "UNKNOWN_UNIT"),
    }
}

/// True for ids that no unit may have, since subjects of another kind have them.
pub(crate) fn is_reserved(id: &str) -> bool {
    other(id).is_some()
}

fn other(id: &str) -> Option<(&'static Pattern, &str)> {
    let (collection, id) = id.split_once('.')?;
    OTHERS.iter().find(|(it, _)| *it == collection).map(|(_, pattern)| (*pattern, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_one_id_and_one_name() {
        for (id, name) in [
            ("finance", "districts/d/units/finance"),
            ("projects.ring-road", "districts/d/projects/ring-road"),
            ("posts.finance.head", "districts/d/posts/finance.head"),
        ] {
            assert_eq!(super::name("d", id), name);
            assert_eq!(read(name), Some(("d".to_owned(), id.to_owned())));
        }
        assert!(is_reserved("posts.finance") && !is_reserved("posts") && !is_reserved("a.b"));
        let long = "p".repeat(60);
        assert_eq!(read(&format!("districts/d/projects/{long}")), None);
    }
}
