//! Commitments between wire and domain.

use jiff::Timestamp;
use kit::field::Fields;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;

use super::super::{INDICATOR, PERIOD, PERSON, POST, UNIT};
use crate::commitment::{Commitment, Grade, State, Step, Text};
use crate::commitment_fact::{Fact, progress, reached};

/// The most milestones of one commitment.
const MOST: usize = 20;

/// Reads title, content, target and milestones below `at`.
pub(super) fn text(
    fields: &mut Fields,
    at: &str,
    (title, content, target): (&str, &str, &str),
    milestones: &[pb::CommitmentMilestone],
) -> Text {
    fields.number(format_args!("{at}milestones"), milestones.len(), 1..=MOST);
    let title = fields.text(format_args!("{at}title"), title, 1..=100);
    let content = fields.paragraph(format_args!("{at}content"), content, 1..=2000);
    let target = fields.paragraph(format_args!("{at}target"), target, 1..=500);
    let milestones = milestones.iter().take(MOST).enumerate();
    let milestones = milestones.map(|(index, given)| {
        let at = format!("{at}milestones[{index}]");
        let title = fields.text(format_args!("{at}.title"), &given.title, 1..=200);
        (title, fields.date(format_args!("{at}.due_date"), &given.due_date))
    });
    Text { milestones: milestones.collect(), title, content, target }
}

/// Refuses milestones outside the year: `OUT_OF_YEAR`.
pub(super) fn check_year(fields: &mut Fields, at: &str, text: &Text, year: i16) {
    for (index, (_, due)) in text.milestones.iter().enumerate() {
        if due.year() != year {
            let field = format!("{at}milestones[{index}].due_date");
            fields.violation(field, "OUT_OF_YEAR", format!("must be in {year}, is {due}"));
        }
    }
}

/// A step that leads to `state`, with its actor in the field `who`; its time is the transaction's.
pub(super) fn step(fields: &mut Fields, state: State, (who, actor): (&str, &str)) -> Step {
    Step {
        state,
        actor: fields.account(who, actor, 1..=100),
        reason: String::new(),
        grades: Vec::new(),
        verdict: None,
        create_time: Timestamp::UNIX_EPOCH,
    }
}

/// The step with its reason.
pub(super) fn because(fields: &mut Fields, step: Step, reason: &str) -> Step {
    Step { reason: fields.paragraph("reason", reason, 1..=1000), ..step }
}

/// The indicator by which a commitment is scored.
pub(super) fn indicator(district: &str, it: &Commitment) -> Option<String> {
    it.made.indicator.as_ref().map(|id| INDICATOR.format(&[district, id]))
}

/// Milestones on the wire, with when they were reached.
pub(in super::super) fn milestones_to_proto(
    text: &Text,
    facts: &[Fact],
) -> Vec<pb::CommitmentMilestone> {
    let milestones = (1..).zip(&text.milestones);
    let milestones = milestones.map(|(number, (title, due))| pb::CommitmentMilestone {
        title: title.clone(),
        due_date: Some(date::to_proto(*due)),
        reach_date: reached(facts, number).map(date::to_proto),
    });
    milestones.collect()
}

/// A commitment on the wire.
pub(in crate::rpc) fn to_proto(district: &str, it: &Commitment) -> pb::Commitment {
    let (made, text) = (&it.made, it.text());
    let position = made.position.as_ref().map(|id| POST.format(&[district, id]));
    let progress = progress(&it.facts).into_iter().map(|(period, it)| pb::CommitmentProgress {
        period: PERIOD.format(&[district, period]),
        fact_count: it.facts,
        percent: it.percent,
    });
    pb::Commitment {
        name: it.name(district),
        person: PERSON.format(&[district, &made.person]),
        unit: UNIT.format(&[district, &made.unit]),
        year: made.year.into(),
        area: made.area as i32,
        milestones: milestones_to_proto(&text, &it.facts),
        title: text.title,
        content: text.content,
        target: text.target,
        position: position.unwrap_or_default(),
        indicator: indicator(district, it).unwrap_or_default(),
        post: made.post.clone(),
        occasion: made.occasion as i32,
        make_date: Some(date::to_proto(made.date)),
        due_date: Some(date::to_proto(made.due)),
        late: made.date > made.due,
        state: it.state() as i32,
        grades: it.grades().into_iter().map(grade_to_proto).collect(),
        progress: progress.collect(),
        verdict: it.verdict().map_or(0, |it| it as i32),
        steps: it.steps.iter().map(step_to_proto).collect(),
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(it.revision()),
    }
}

fn grade_to_proto(grade: &Grade) -> pb::CommitmentGrade {
    pb::CommitmentGrade {
        aspect_id: grade.aspect.clone(),
        grade: grade.grade.clone(),
        panel: grade.panel.clone(),
        ground: grade.ground.clone(),
        mark: grade.mark.clone(),
    }
}

fn step_to_proto(step: &Step) -> pb::CommitmentStep {
    pb::CommitmentStep {
        state: step.state as i32,
        actor: step.actor.clone(),
        reason: step.reason.clone(),
        create_time: Some(clock::to_proto(step.create_time)),
    }
}
