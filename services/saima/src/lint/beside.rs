//! What registry judges of a scheme beside the scheme itself: who runs, other series, targets.

use std::collections::{BTreeMap, BTreeSet};

use kit::{Violation, decimal};
use proto::registry::v1::Scheme;
use rulebook::{Rulebook, Span, Subjects};

use crate::names;
use crate::pack::Pack;

/// What is wrong with a scheme beside what the pack holds.
pub(super) fn faults(
    pack: &Pack,
    scheme: &Scheme,
    rulebook: &Rulebook,
    series: &BTreeMap<String, Rulebook>,
) -> Vec<Violation> {
    let mut faults = members(pack, scheme, rulebook);
    let references = rulebook.reference_faults(series).into_iter();
    // Without its district a file may refer to what only registry has.
    let told = |it: &Violation| pack.district.is_some() || it.reason != "UNKNOWN_SERIES";
    faults.extend(references.filter(told));
    faults.extend(targets(pack, rulebook));
    faults
}

/// Who runs on two tracks, and who is named and not there. A kind of subject of which the pack has
/// nobody comes from elsewhere, a table for instance, and is not judged.
fn members(pack: &Pack, scheme: &Scheme, rulebook: &Rulebook) -> Vec<Violation> {
    let subjects = Subjects {
        units: pack.units.iter().map(|it| it.value.clone()).collect(),
        projects: pack.work.projects.iter().map(|it| it.value.clone()).collect(),
        posts: pack.work.posts.iter().map(|it| it.value.clone()).collect(),
    };
    let absent: Vec<&str> = [
        ("UNKNOWN_UNIT", subjects.units.is_empty()),
        ("UNKNOWN_PROJECT", subjects.projects.is_empty()),
        ("UNKNOWN_POST", subjects.posts.is_empty()),
    ]
    .into_iter()
    .filter_map(|(reason, none)| none.then_some(reason))
    .collect();
    let known: BTreeSet<&str> = subjects.units.iter().map(|it| it.name.as_str()).collect();
    let mut faults = rulebook::left_out_faults(scheme, |name| known.contains(name));
    faults.extend(rulebook.select(&subjects).err().unwrap_or_default());
    faults.retain(|fault| !absent.contains(&fault.reason));
    faults
}

/// The leaves that divide by a target of the pack that is not above 0 while the scheme holds.
fn targets(pack: &Pack, rulebook: &Rulebook) -> Vec<Violation> {
    let start = Span::parse(names::id(&rulebook.effective_period)).map(|it| it.first);
    let divisions = rulebook.divisions();
    let mut faults = Vec::new();
    for target in &pack.targets {
        let target = &target.value;
        // Its name ends in `<indicator>.<period>`, and says both by itself.
        let Some((indicator, period)) = names::id(&target.name).rsplit_once('.') else { continue };
        let Some(value) = target.value.as_ref().and_then(|it| decimal::parse(&it.value)) else {
            continue;
        };
        if Span::parse(period).map(|it| it.first) < start {
            continue;
        }
        for leaf in divisions.iter().filter(|leaf| names::id(&leaf.indicator) == indicator) {
            if let Some((reason, message)) = rulebook::target_fault(&leaf.indicator, value) {
                let message = format!("{}: {message}", target.name);
                faults.push(Violation { field: leaf.path.clone(), reason, message });
            }
        }
    }
    faults
}
