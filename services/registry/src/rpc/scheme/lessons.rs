//! Lessons that a scheme takes up (Q10): known when it is written, adopted when it is enacted, and
//! only where it rules otherwise than before.

use std::collections::HashMap;

use kit::db::Tx;
use kit::error::Unmet;
use kit::field::Fields;
use kit::{Error, Result};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;

use super::{difference, to_proto};
use crate::lesson::{Contents, Lesson, NAME};
use crate::rpc::lesson::RESOLVED;
use crate::rpc::{members, revision};
use crate::scheme::Scheme;
use crate::store;

/// The most lessons that one scheme takes up.
const MOST: usize = 100;

/// Refuses lessons that are not there or propose nothing: `UNKNOWN_LESSON`, `NO_PROPOSAL`.
pub(super) async fn check(
    tx: &mut Tx,
    fields: &mut Fields,
    district: &str,
    names: &[String],
) -> Result<()> {
    let field = "scheme.adopted_lessons";
    let ids = members(fields, field, &NAME, names, district, 0..=MOST);
    if ids.is_empty() {
        return Ok(());
    }
    let known = store::lesson::of(tx, district, &ids).await?;
    for (place, id) in ids.iter().enumerate().filter(|(_, id)| !id.is_empty()) {
        let at = format_args!("{field}[{place}]");
        match known.iter().find(|it| it.id == *id) {
            None => fields.violation(at, "UNKNOWN_LESSON", format!("there is no lesson {id}")),
            Some(it) if it.contents.proposal.is_empty() => {
                fields.violation(at, "NO_PROPOSAL", format!("lesson {id} proposes no change"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Adopts the lessons that a scheme names, now that it is enacted. One that it adopted already
/// stays as it is; LESSON_RESOLVED and LESSON_NOT_TAKEN_UP name the others that cannot be.
pub(super) async fn adopt(tx: &mut Tx, scheme: &Scheme, new: &pb::Scheme) -> Result<()> {
    let district = &scheme.district;
    let read = |name: &String| Some(NAME.read(name)?.id("lesson").to_owned());
    let ids: Vec<String> = new.adopted_lessons.iter().filter_map(read).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut lessons = store::lesson::of(tx, district, &ids).await?;
    lessons.retain(|it| it.contents.adopted_in.as_deref() != Some(&*scheme.id));
    let about = about(tx, district, &lessons).await?;
    let (now, decision) = (tx.now(), format!("taken up by {}", new.display_name));
    let mut unmet = Vec::new();
    for lesson in &mut lessons {
        if !is_taken_up(&lesson.contents, &scheme.id, &about, new) {
            unmet.push(not_taken_up(lesson, &new.name));
            continue;
        }
        let adopted = Some(scheme.id.clone());
        match lesson.step(now, |it| it.resolve(adopted, decision.clone())) {
            Err(Error::Precondition(more)) => unmet.extend(more),
            other => other?,
        }
    }
    if !unmet.is_empty() {
        return Err(Error::Precondition(unmet));
    }
    store::lesson::save(tx, &lessons).await?;
    let told = lessons.into_iter().map(|it| (RESOLVED, it));
    revision::append(tx, district, &decision, told, Resource::Lesson).await
}

/// Refuses to call a lesson adopted in a scheme that does not take it up: `LESSON_NOT_TAKEN_UP`.
pub(in crate::rpc) async fn refuse_not_taken_up(
    tx: &mut Tx,
    lesson: &Lesson,
    adopting: Scheme,
) -> Result<()> {
    let about = about(tx, &lesson.district, std::slice::from_ref(lesson)).await?;
    let id = adopting.id.clone();
    // Of the draft that a lesson is about nobody knows yet how it will be.
    if lesson.contents.scheme.as_ref() == Some(&id) && adopting.enactment.is_none() {
        return Ok(());
    }
    let new = to_proto(adopting)?;
    match is_taken_up(&lesson.contents, &id, &about, &new) {
        true => Ok(()),
        false => Err(Error::Precondition(vec![not_taken_up(lesson, &new.name)])),
    }
}

/// The schemes that lessons are about, by id.
async fn about(
    tx: &mut Tx,
    district: &str,
    lessons: &[Lesson],
) -> Result<HashMap<String, pb::Scheme>> {
    let mut ids: Vec<&str> =
        lessons.iter().filter_map(|it| it.contents.scheme.as_deref()).collect();
    ids.sort_unstable();
    ids.dedup();
    let schemes = store::scheme::of(tx, district, &ids).await?;
    schemes.into_iter().map(|it| Ok((it.id.clone(), to_proto(it)?))).collect()
}

/// Whether a scheme rules otherwise, where a lesson says so, than the one that the lesson is about.
/// A lesson about no scheme asks for nothing that could be looked up.
fn is_taken_up(
    lesson: &Contents,
    id: &str,
    about: &HashMap<String, pb::Scheme>,
    new: &pb::Scheme,
) -> bool {
    let Some(old) = lesson.scheme.as_ref().and_then(|id| about.get(id)) else { return true };
    // A draft that was written with the lesson in mind is compared with nothing.
    if lesson.scheme.as_deref() == Some(id) {
        return old.enact_time.is_none();
    }
    let said = |asked: &Option<String>, changed: &str| match asked {
        Some(asked) => asked == changed,
        None => true,
    };
    old.series == new.series
        && difference::difference(old, new)
            .iter()
            .any(|it| said(&lesson.track_id, &it.track_id) && said(&lesson.node_id, &it.node_id))
}

fn not_taken_up(lesson: &Lesson, scheme: &str) -> Unmet {
    let Contents { track_id, node_id, .. } = &lesson.contents;
    let place = match (track_id, node_id) {
        (Some(track), Some(node)) => format!("at node {node} of track {track}"),
        (Some(track), None) => format!("in track {track}"),
        _ => "anywhere".to_owned(),
    };
    Unmet {
        reason: "LESSON_NOT_TAKEN_UP",
        subject: lesson.name(),
        message: format!("{scheme} rules nothing otherwise {place} than the lesson's scheme"),
    }
}
