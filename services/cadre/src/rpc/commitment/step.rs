//! The steps of commitments: replay, lock, load, decide, store, tell.

use std::collections::BTreeSet;

use kit::field::Fields;
use kit::request_id::Once;
use kit::{Result, etag};
use prost::Message;
use proto::cadre::v1 as pb;
use proto::scoring::v1 as scoring;

use super::super::Rpc;
use super::super::recusal::refuse_deciding;
use super::{GRADED, convert, find, tell};
use crate::commitment::{Commitment, Grade, NAME, State, Step};
use crate::store;

/// A request for a step, as far as every step asks the same.
pub(super) struct Asked<'a, Body> {
    method: &'static str,
    kind: &'static str,
    body: &'a Body,
    name: &'a str,
    request_id: &'a str,
    etag: &'a str,
}

impl<'a, Body> Asked<'a, Body> {
    pub(super) fn new(
        method: &'static str,
        kind: &'static str,
        body: &'a Body,
        name: &'a str,
    ) -> Self {
        Self { method, kind, body, name, request_id: "", etag: "" }
    }

    pub(super) fn once(mut self, request_id: &'a str) -> Self {
        self.request_id = request_id;
        self
    }

    pub(super) fn etag(mut self, etag: &'a str) -> Self {
        self.etag = etag;
        self
    }
}

impl Rpc {
    /// Takes a step from one of `from`, after what `more` does or refuses.
    pub(super) async fn step_commitment<Body: Message>(
        &self,
        mut fields: Fields,
        asked: Asked<'_, Body>,
        step: Step,
        from: &[State],
        more: impl Fn(&mut Commitment, &str) -> Result<()> + Send,
    ) -> Result<pb::Commitment> {
        let name = fields.name("name", &NAME, asked.name);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, asked.method, asked.request_id, asked.body)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::commitment::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        etag::check(asked.etag, found.revision(), name.as_str())?;
        found.check(district, from)?;
        // Whoever promises writes it; all else is another's.
        if step.state != State::Submitted {
            refuse_deciding(&mut tx, district, [&*found.made.person]).await?;
        }
        let texts = found.texts.len();
        more(&mut found, district)?;
        let state = if step.state == State::Published { found.published() } else { step.state };
        let step = Step { state, create_time: tx.now(), ..step };
        found.step(district, from, step)?;
        let changed = [found];
        if changed[0].texts.len() > texts {
            store::commitment::revise(&mut tx, district, &changed).await?;
        } else {
            store::commitment::take_steps(&mut tx, district, &changed).await?;
        }
        let reply = tell(&mut tx, district, asked.kind, &changed[0]);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }

    /// Puts a panel's grades to a commitment, as scoring's marks say.
    pub(super) async fn grade(
        &self,
        request: pb::GradeCommitmentRequest,
    ) -> Result<pb::Commitment> {
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let district = name.id("district");
        fields.number("marks", request.marks.len(), 1..=10);
        let account = fields.account("account", &request.account, 1..=100);
        fields.check()?;
        let once = Once::new(district, "GradeCommitment", &request.request_id, &request)?;
        let marks = self.scoring.marks(&request.marks).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::commitment::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        let from = [State::Approved, State::Published];
        found.check(district, &from)?;
        refuse_deciding(&mut tx, district, [&*found.made.person]).await?;
        let mut fields = Fields::default();
        let mut aspects = BTreeSet::new();
        let mut grades = Vec::with_capacity(request.marks.len());
        for (index, name) in request.marks.iter().enumerate() {
            let Some(mark) = marks.get(name) else {
                let message = format!("scoring has no mark {name}");
                fields.violation(format_args!("marks[{index}]"), "UNKNOWN_MARK", message);
                continue;
            };
            if !aspects.insert(&mark.aspect_id) {
                let message = format!("{} is graded twice", mark.aspect_id);
                fields.violation(format_args!("marks[{index}]"), "DUPLICATE", message);
            }
            grades.push(graded(&mut fields, index, district, &found, mark));
        }
        fields.check()?;
        let step = Step {
            state: found.state(),
            actor: account,
            reason: String::new(),
            grades,
            verdict: None,
            create_time: tx.now(),
        };
        found.step(district, &from, step)?;
        let changed = [found];
        store::commitment::take_steps(&mut tx, district, &changed).await?;
        let reply = tell(&mut tx, district, GRADED, &changed[0]);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

fn graded(
    fields: &mut Fields,
    index: usize,
    district: &str,
    of: &Commitment,
    mark: &scoring::Mark,
) -> Grade {
    let at = format!("marks[{index}]");
    if mark.superseded {
        fields.violation(&at, "NOT_STANDING", "another mark took its place");
    }
    let prefix = format!("districts/{district}/periods/{:04}", of.made.year);
    if mark.unit != of.subject(district)
        || Some(&mark.indicator) != convert::indicator(district, of).as_ref()
        || !mark.period.starts_with(&prefix)
    {
        let message = format!(
            "is of {} and {} for {}, which the commitment is not",
            mark.unit, mark.indicator, mark.period
        );
        fields.violation(&at, "NOT_OF_COMMITMENT", message);
    }
    Grade {
        aspect: mark.aspect_id.clone(),
        grade: mark.mark.clone(),
        panel: mark.panel.clone(),
        ground: mark.ground.clone(),
        mark: mark.name.clone(),
    }
}
