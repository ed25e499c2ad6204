//! Placements on the wire.

use jiff::civil::Date;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;

use super::super::{PERSON, UNIT};
use crate::placement::{Act, Assignment, Placement};
use crate::{nominee, training_post};

/// A placement as it stands on a day.
pub(in crate::rpc) fn to_proto(district: &str, it: &Placement, today: Date) -> pb::Placement {
    let (span, now) = (it.span(), it.assignment());
    let mut reply = pb::Placement {
        name: it.name(district),
        person: PERSON.format(&[district, &it.person]),
        nominee: nominee::NAME.format(&[district, &it.campaign, &it.person]),
        batch: it.batch,
        training_post: training_post::NAME.format(&[district, &it.post]),
        home_unit: UNIT.format(&[district, &it.home_unit]),
        managing_unit: UNIT.format(&[district, &it.managing_unit]),
        start_date: Some(date::to_proto(span.start)),
        end_date: span.end.map(date::to_proto),
        state: it.state(today) as i32,
        mentor: mentor(district, now),
        branch: now.branch.clone(),
        group: now.group.clone(),
        appraisal_due_date: it.appraisal_due().map(date::to_proto),
        wanting_appraisals: it.wanting(today).into_iter().map(|it| it as i32).collect(),
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(it.revision()),
        ..Default::default()
    };
    for step in &it.steps {
        let create_time = Some(clock::to_proto(step.create_time));
        let mut told = pb::PlacementStep {
            account: step.account.clone(),
            reason: step.reason.clone(),
            create_time,
            ..Default::default()
        };
        match &step.act {
            Act::Appraise { side, rating } => {
                reply.appraisals.push(pb::PlacementAppraisal {
                    side: *side as i32,
                    unit: UNIT.format(&[district, it.unit(*side)]),
                    rating: *rating as i32,
                    comment: step.reason.clone(),
                    r#final: step.day.is_some_and(|day| it.is_final(day)),
                    account: step.account.clone(),
                    create_time,
                });
                continue;
            }
            Act::Assign(assignment) => {
                told.mentor = mentor(district, assignment);
                told.branch.clone_from(&assignment.branch);
                told.group.clone_from(&assignment.group);
            }
            Act::End => told.end_date = step.day.map(date::to_proto),
        }
        reply.steps.push(told);
    }
    reply
}

fn mentor(district: &str, it: &Assignment) -> String {
    it.mentor.as_ref().map(|id| PERSON.format(&[district, id])).unwrap_or_default()
}
