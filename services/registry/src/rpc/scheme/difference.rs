//! The difference of two schemes, in parts and in words (H13).

use std::collections::{BTreeMap, BTreeSet};

use proto::registry::v1 as pb;
use proto::registry::v1::scheme_change::Kind;

use super::outline::{self, Outlined, Told};

/// Fields of a scheme that say which scheme it is, not what it rules.
const IDENTITY: [&str; 11] = [
    "name",
    "uid",
    "state",
    "supersedes",
    "digest",
    "enact_time",
    "create_time",
    "update_time",
    "etag",
    "adopted_lessons",
    "tracks",
];

/// What `new` rules otherwise than `old`: the scheme itself, then track by track and node by
/// node in the order of `new`, what is gone last.
pub(super) fn difference(old: &pb::Scheme, new: &pb::Scheme) -> Vec<pb::SchemeChange> {
    let mut changes = Vec::new();
    let whole = |it: &pb::Scheme| {
        let mut message = outline::dynamic("saima.registry.v1.Scheme", it)?;
        IDENTITY.iter().for_each(|field| message.clear_field_by_name(field));
        Some(outline::told(&message))
    };
    let at = At { track: None, node: None };
    fields(&at, whole(old).unwrap_or_default(), whole(new).unwrap_or_default(), &mut changes);
    for track in &new.tracks {
        match old.tracks.iter().find(|it| it.track_id == track.track_id) {
            Some(before) => tracks(before, track, &mut changes),
            None => changes.push(At { track: Some(track), node: None }.whole(Kind::Added)),
        }
    }
    for track in &old.tracks {
        if !new.tracks.iter().any(|it| it.track_id == track.track_id) {
            changes.push(At { track: Some(track), node: None }.whole(Kind::Removed));
        }
    }
    changes
}

fn tracks(old: &pb::Track, new: &pb::Track, changes: &mut Vec<pb::SchemeChange>) {
    let rules = |it: &pb::Track| {
        let rest = pb::Track { root: None, ..it.clone() };
        outline::dynamic("saima.registry.v1.Track", &rest).map(|it| outline::told(&it))
    };
    let at = At { track: Some(new), node: None };
    fields(&at, rules(old).unwrap_or_default(), rules(new).unwrap_or_default(), changes);
    let (before, after) = (outline::nodes(old), outline::nodes(new));
    let known: BTreeMap<&str, &Outlined> = before.iter().map(|it| (it.id.as_str(), it)).collect();
    for node in &after {
        let at = At { track: Some(new), node: Some(node) };
        let Some(was) = known.get(node.id.as_str()) else {
            changes.push(at.whole(Kind::Added));
            continue;
        };
        if was.parent != node.parent {
            changes.push(at.moved(was.parent.as_deref(), node.parent.as_deref()));
        }
        fields(&at, outline::told(&was.message), outline::told(&node.message), changes);
    }
    let stay: BTreeSet<&str> = after.iter().map(|it| it.id.as_str()).collect();
    let gone = before.iter().filter(|it| !stay.contains(it.id.as_str()));
    changes.extend(gone.map(|it| At { track: Some(new), node: Some(it) }.whole(Kind::Removed)));
}

/// Fields that say something else, or say something no more.
fn fields(
    at: &At<'_>,
    old: BTreeMap<String, Told>,
    new: BTreeMap<String, Told>,
    changes: &mut Vec<pb::SchemeChange>,
) {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for path in paths {
        let (before, after) = (old.get(path), new.get(path));
        if before != after {
            changes.push(at.field(path, before, after));
        }
    }
}

/// Where in a scheme something changes.
struct At<'a> {
    track: Option<&'a pb::Track>,
    node: Option<&'a Outlined>,
}

impl At<'_> {
    fn place(&self) -> String {
        let track = self.track.map(|it| format!("赛道“{}”", named(&it.display_name, &it.track_id)));
        let node = self.node.map(|it| format!("节点“{}”", named(&it.display_name, &it.id)));
        match (track, node) {
            (Some(track), Some(node)) => format!("{track}{node}"),
            (Some(track), None) => track,
            _ => "方案".to_owned(),
        }
    }

    fn change(&self, kind: Kind, text: String) -> pb::SchemeChange {
        pb::SchemeChange {
            kind: kind as i32,
            track_id: self.track.map(|it| it.track_id.clone()).unwrap_or_default(),
            node_id: self.node.map(|it| it.id.clone()).unwrap_or_default(),
            text,
            ..Default::default()
        }
    }

    fn whole(&self, kind: Kind) -> pb::SchemeChange {
        let word = if kind == Kind::Added { "新增" } else { "取消" };
        let told = self.node.map(|it| outline::told(&it.message));
        let weight = told.as_ref().and_then(|it| it.get("weight"));
        let weight = weight.map(|it| format!("，分值{}", it.text)).unwrap_or_default();
        self.change(kind, format!("{word}{}{weight}", self.place()))
    }

    fn moved(&self, before: Option<&str>, after: Option<&str>) -> pb::SchemeChange {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let text = format!("{}由“{before}”之下移至“{after}”之下", self.place());
        let (before, after) = (before.to_owned(), after.to_owned());
        pb::SchemeChange { before, after, ..self.change(Kind::Moved, text) }
    }

    fn field(&self, path: &str, old: Option<&Told>, new: Option<&Told>) -> pb::SchemeChange {
        let place = self.place();
        let label = new.or(old).map(|it| it.label.as_str()).unwrap_or_default();
        let text = match (old, new) {
            (Some(old), Some(new)) => {
                format!("{place}的{label}由{}改为{}", old.text, new.text)
            }
            (None, Some(new)) => format!("{place}新定{label}：{}", new.text),
            (Some(old), None) => format!("{place}不再定{label}，原为{}", old.text),
            (None, None) => String::new(),
        };
        let said = |it: Option<&Told>| it.map(|it| it.text.clone()).unwrap_or_default();
        pb::SchemeChange {
            field: path.to_owned(),
            before: said(old),
            after: said(new),
            ..self.change(Kind::Changed, text)
        }
    }
}

fn named(display_name: &str, id: &str) -> String {
    if display_name.is_empty() { id.to_owned() } else { display_name.to_owned() }
}
