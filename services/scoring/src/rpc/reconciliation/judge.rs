//! Verdicts of evaluating units.

use std::collections::BTreeSet;
use std::sync::Arc;

use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::{Error, Result};
use proto::google::r#type as wire;
use proto::scoring::v1 as pb;
use rust_decimal::Decimal;

use crate::assignment::{DISTRICT, Indicator, UNIT};
use crate::cell::Standing;
use crate::observation::{NAME, name};
use crate::reconciliation::{Candidate, Verdict, VerdictKind};
use crate::rpc::assignment::Definitions;
use crate::rpc::{Rpc, report};
use crate::store;

const MOST_NAMES: usize = 5000;

/// The definitions of the periods that some observations are of.
pub(super) struct Known<'a> {
    district: &'a str,
    periods: Vec<Arc<Definitions>>,
}

impl Rpc {
    /// Reads the definitions that verdicts on some observations need.
    pub(super) async fn known<'a>(
        &self,
        district: &'a str,
        sequences: &[i64],
    ) -> Result<Known<'a>> {
        let mut tx = self.db.begin_read().await?;
        let (candidates, _) = store::cell::candidates(&mut tx, district, sequences).await?;
        drop(tx);
        let ids: BTreeSet<&str> = candidates.iter().map(|it| it.period.as_str()).collect();
        let mut periods = Vec::new();
        for id in ids {
            periods.extend(self.assignments.recent(district, id).await?);
        }
        Ok(Known { district, periods })
    }
}

impl Known<'_> {
    /// Takes a verdict on every one of the observations, or on none; yields how many.
    pub(super) async fn judge(
        &self,
        tx: &mut Tx,
        sequences: &[i64],
        verdict: &Verdict,
    ) -> Result<i32> {
        let district = self.district;
        let mut head = store::head::lock(tx, district).await?;
        let (candidates, mut sheets) = store::cell::candidates(tx, district, sequences).await?;
        let found = |sequence| candidates.binary_search_by_key(&sequence, |it| it.sequence).is_ok();
        if let Some(absent) = sequences.iter().find(|sequence| !found(**sequence)) {
            return Err(Error::not_found(NAME.kind(), name(district, *absent)));
        }
        for candidate in &candidates {
            self.allow(candidate, verdict)?;
        }
        let standing = match verdict.kind {
            VerdictKind::Dispute => Standing::Disputed,
            VerdictKind::Verify | VerdictKind::Close => Standing::Verified,
        };
        for Candidate { sequence, period, unit, indicator, .. } in &candidates {
            sheets.judge([unit, period, indicator], *sequence, standing);
        }
        store::sheet::save(tx, district, &sheets).await?;
        let subjects = candidates.iter().map(|it| (Some(it.sequence), it.period.as_str()));
        let subjects: Vec<_> = subjects.collect();
        store::reconciliation::record(tx, district, &mut head, verdict, &subjects).await?;
        store::head::save(tx, district, head).await?;
        Ok(i32::try_from(candidates.len()).unwrap_or(i32::MAX))
    }

    fn allow(&self, candidate: &Candidate, verdict: &Verdict) -> Result<()> {
        let allowed = candidate.judge(verdict, self.indicator(candidate));
        allowed.map_err(|refusal| {
            let subject = name(self.district, candidate.sequence);
            Error::precondition(refusal.reason, subject, refusal.message)
        })
    }

    fn indicator(&self, candidate: &Candidate) -> Option<&Indicator> {
        let period = self.periods.iter().find(|it| *it.assignment.period.id == *candidate.period);
        period?.assignment.indicator_named(&candidate.indicator)
    }
}

/// Reads whom an evaluating unit agrees with: district, positions in order, verdict.
pub(super) fn verification(
    request: &pb::VerifyObservationsRequest,
) -> Result<(String, Vec<i64>, Verdict)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    fields.number("names", request.names.len(), 1..=MOST_NAMES);
    let unit = fields.member("evaluating_unit", &UNIT, &request.evaluating_unit, district);
    let mut names = Vec::with_capacity(request.names.len().min(MOST_NAMES));
    for (index, name) in request.names.iter().take(MOST_NAMES).enumerate() {
        let field = format_args!("names[{index}]");
        fields.member(field, &NAME, name, district);
        names.extend(NAME.read(name));
    }
    fields.check()?;
    let sequences = names.iter().map(|name| crate::rpc::sequence(name, "observation"));
    let mut sequences = sequences.collect::<Result<Vec<i64>>>()?;
    sequences.sort_unstable();
    sequences.dedup();
    Ok((district.to_owned(), sequences, Verdict::plain(VerdictKind::Verify, &unit)))
}

/// Reads what an evaluating unit disagrees with.
pub(super) fn dispute(request: &pb::DisputeObservationRequest) -> Result<(Name, Verdict)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district");
    let verdict = Verdict {
        kind: VerdictKind::Dispute,
        evaluating_unit: fields.member(
            "evaluating_unit",
            &UNIT,
            &request.evaluating_unit,
            district,
        ),
        counted_value: counted(&mut fields, &request.counted_value),
        reason: fields.paragraph("reason", &request.reason, 1..=500),
    };
    fields.check()?;
    Ok((name, verdict))
}

fn counted(fields: &mut Fields, value: &Option<wire::Decimal>) -> Option<Decimal> {
    value.as_ref().map(|_| report::value(fields, "counted_value", value))
}
