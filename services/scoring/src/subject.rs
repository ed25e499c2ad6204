//! Subjects (考核对象): what is scored. A unit, a project, or a leading post, whose holder
//! scoring never knows.
//!
//! In tables, and as the last segment of a result's name, a subject is one id: the unit's own,
//! `projects.{project}` or `posts.{post}`. Everywhere else on the wire it goes by its full name.

use std::fmt::Display;

use kit::field::Fields;
use kit::name::Pattern;

use crate::assignment::UNIT;

static PROJECT: Pattern = Pattern::new("project", "districts/{district}/projects/{project}");
static POST: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");

/// The kinds that are not units: what stands before the dot of their ids, and how they are named.
static OTHERS: [(&str, &Pattern); 2] = [("projects", &PROJECT), ("posts", &POST)];

/// The full name of the subject of an id.
pub(crate) fn name(district: &str, id: &str) -> String {
    let other = id.split_once('.').and_then(|(collection, id)| {
        OTHERS.iter().find(|(it, _)| *it == collection).map(|(_, pattern)| (pattern, id))
    });
    match other {
        Some((pattern, id)) => pattern.format(&[district, id]),
        None => UNIT.format(&[district, id]),
    }
}

/// The id of the subject of a full name; none when it is the name of something else.
pub(crate) fn id(name: &str) -> Option<String> {
    if let Some(unit) = UNIT.read(name) {
        return Some(unit.id("unit").to_owned());
    }
    OTHERS.iter().find_map(|(collection, pattern)| {
        let read = pattern.read(name)?;
        Some(format!("{collection}.{}", read.id(pattern.kind())))
    })
}

/// Reads the id of a subject that must lie in `district`: `REQUIRED`, `NAME_FORMAT`,
/// `OTHER_DISTRICT`.
pub(crate) fn member(
    fields: &mut Fields,
    field: impl Display,
    name: &str,
    district: &str,
) -> String {
    let named = OTHERS.iter().find(|(collection, _)| name.split('/').nth(2) == Some(collection));
    match named {
        Some((collection, pattern)) => {
            let id = fields.member(field, pattern, name, district);
            if id.is_empty() { id } else { format!("{collection}.{id}") }
        }
        None => fields.member(field, &UNIT, name, district),
    }
}

/// Reads the id of a subject that may be left out.
pub(crate) fn optional_member(
    fields: &mut Fields,
    field: impl Display,
    name: &str,
    district: &str,
) -> Option<String> {
    (!name.is_empty()).then(|| member(fields, field, name, district))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_one_id_and_one_name() {
        for (id, name) in [
            ("finance", "districts/hengkou/units/finance"),
            ("v1.2", "districts/hengkou/units/v1.2"),
            ("projects.ring-road", "districts/hengkou/projects/ring-road"),
            ("posts.finance.head", "districts/hengkou/posts/finance.head"),
        ] {
            assert_eq!(super::name("hengkou", id), name);
            assert_eq!(super::id(name).as_deref(), Some(id));
            assert_eq!(member(&mut Fields::default(), "unit", name, "hengkou"), id);
        }
        assert_eq!(super::id("districts/hengkou/indicators/revenue"), None);
    }
}
