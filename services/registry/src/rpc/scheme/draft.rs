//! Judging a draft: everything that can be told before it is in force.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::{Error, Result};
use prost::Message as _;
use proto::registry::v1 as pb;
use rulebook::Rulebook;

use super::ground::{Ground, unmet};
use super::{lessons, references};
use crate::district::District;
use crate::period::Period;
use crate::rpc::assignment;
use crate::scheme::{Contents, Scheme, Use};
use crate::unit::Unit;
use crate::{indicator, period, store};

/// How many missing targets are named when a scheme cannot be enacted.
const GAPS: usize = 20;

/// Reads and judges what an author says, every fault at its field.
pub(super) async fn judge(
    tx: &mut Tx,
    district: &District,
    given: &pb::Scheme,
) -> Result<(Contents, Vec<Use>)> {
    let ground = Ground::load(tx, district).await?;
    let mut fields = Fields::default();
    let rulebook = rulebook::read(given, &ground.measures(), &mut fields);
    let known: BTreeSet<String> = ground.units.iter().map(Unit::name).collect();
    for fault in rulebook::left_out_faults(given, |name| known.contains(name)) {
        fields.violation(fault.field, fault.reason, fault.message);
    }
    // What is no name at all was refused just now.
    let period = match period::NAME.read(&given.effective_period) {
        Some(name) => effective(tx, &name, &district.id).await?.map_err(Some),
        None => Err(None),
    };
    if let Err(Some((reason, message))) = &period {
        fields.violation("scheme.effective_period", reason, message);
    }
    let (Some(rulebook), Ok(period)) = (rulebook, period) else {
        fields.check()?;
        return Err(Error::internal("a scheme was neither read nor refused"));
    };
    let start = period.span.first;
    for fault in ground.select(&rulebook, start).err().unwrap_or_default() {
        fields.violation(fault.field, fault.reason, fault.message);
    }
    for fault in references::faults(tx, &district.id, &ground, &rulebook).await? {
        fields.violation(fault.field, fault.reason, fault.message);
    }
    lessons::check(tx, &mut fields, &district.id, &given.adopted_lessons).await?;
    let uses = uses(&rulebook);
    check_targets(tx, &mut fields, &district.id, &rulebook, &uses, start).await?;
    fields.check()?;
    let contents = Contents {
        series: rulebook.series.clone(),
        effective_period: period.id,
        effective_start: start,
        document: document(given, &rulebook).encode_to_vec(),
    };
    Ok((contents, uses))
}

/// Judges once more, now that a draft is to come into force: it still reads, and every target
/// that a leaf needs in the effective period is there. FAILED_PRECONDITION otherwise.
pub(super) async fn judge_again(
    tx: &mut Tx,
    district: &District,
    scheme: &Scheme,
) -> Result<Rulebook> {
    let document = super::to_proto(scheme.clone())?;
    let ground = Ground::load(tx, district).await?;
    let rulebook = ground.read(&document)?;
    if let Err(faults) = ground.select(&rulebook, scheme.contents.effective_start) {
        return Err(unmet(&document.name, faults));
    }
    let faults = references::faults(tx, &district.id, &ground, &rulebook).await?;
    if !faults.is_empty() {
        return Err(unmet(&document.name, faults));
    }
    let period = period::NAME.parse("effective_period", &document.effective_period)?;
    let period = store::period::get(tx, &period).await?;
    let assignment = assignment::assemble(tx, district, period, vec![scheme.clone()]).await?;
    let mut gaps = rulebook.target_gaps(&document.name, &assignment)?;
    gaps.truncate(GAPS);
    if gaps.is_empty() { Ok(rulebook) } else { Err(unmet(&document.name, gaps)) }
}

/// The period that a scheme is to hold from, or the reason and message of its refusal:
/// `OTHER_DISTRICT`, `UNKNOWN_PERIOD`.
pub(super) async fn effective(
    tx: &mut Tx,
    name: &Name,
    district: &str,
) -> Result<std::result::Result<Period, (&'static str, String)>> {
    if name.id("district") != district {
        return Ok(Err(("OTHER_DISTRICT", format!("{name} is not in districts/{district}"))));
    }
    let found = store::period::find(tx, district, name.id("period")).await?;
    Ok(found.ok_or_else(|| ("UNKNOWN_PERIOD", format!("there is no period {name}"))))
}

/// Refuses a scheme that divides by a target that is not above 0 while the scheme holds, at each
/// leaf that does.
async fn check_targets(
    tx: &mut Tx,
    fields: &mut Fields,
    district: &str,
    rulebook: &Rulebook,
    uses: &[Use],
    start: Date,
) -> Result<()> {
    let divided = uses.iter().filter(|it| it.divides).map(|it| it.indicator.as_str());
    let targets = store::target::not_positive(tx, district, &divided.collect(), start).await?;
    let divisions = rulebook.divisions();
    for target in targets {
        let indicator = indicator::NAME.format(&[district, &target.key.indicator]);
        if let Some((reason, message)) = rulebook::target_fault(&indicator, target.contents.value) {
            let message = format!("{}: {message}", target.name());
            for leaf in divisions.iter().filter(|leaf| leaf.indicator == indicator) {
                fields.violation(&leaf.path, reason, &message);
            }
        }
    }
    Ok(())
}

fn uses(rulebook: &Rulebook) -> Vec<Use> {
    let used = rulebook.indicators().into_iter().filter_map(|name| {
        Some(Use {
            indicator: indicator::NAME.read(&name)?.id("indicator").to_owned(),
            divides: rulebook.divides_by_target(&name),
        })
    });
    used.collect()
}

/// What is stored of a scheme beside the columns: the rules in the author's words.
fn document(given: &pb::Scheme, rulebook: &Rulebook) -> pb::Scheme {
    pb::Scheme {
        display_name: rulebook.display_name.clone(),
        leaf_rounding: given.leaf_rounding,
        total_rounding: given.total_rounding,
        objection_days: given.objection_days,
        tracks: given.tracks.clone(),
        themes: given.themes.clone(),
        adopted_lessons: given.adopted_lessons.clone(),
        ..Default::default()
    }
}

/// A stored document that takes up no lessons: those of the scheme it was made from are adopted.
pub(super) fn without_lessons(document: &[u8]) -> Result<Vec<u8>> {
    let mut document = pb::Scheme::decode(document).map_err(Error::internal)?;
    document.adopted_lessons.clear();
    Ok(document.encode_to_vec())
}
