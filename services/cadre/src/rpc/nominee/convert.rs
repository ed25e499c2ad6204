//! Nominees on the wire.

use kit::{clock, date};
use proto::cadre::v1 as pb;

use super::super::{PERSON, UNIT};
use crate::nominee::{Act, Appraisal, Nominee, Proposal, Step};
use crate::training_post;

/// A nominee with what was done, sorted by what it was.
pub(in crate::rpc) fn to_proto(district: &str, it: &Nominee) -> pb::Nominee {
    let person = PERSON.format(&[district, &it.person]);
    let mut reply = pb::Nominee {
        name: it.name(district),
        person: person.clone(),
        state: it.state() as i32,
        create_time: Some(clock::to_proto(it.create_time)),
        ..Default::default()
    };
    for step in &it.steps {
        let create_time = Some(clock::to_proto(step.create_time));
        match &step.act {
            Act::Nominate { kind, unit } => reply.nominations.push(pb::Nomination {
                person: person.clone(),
                kind: *kind as i32,
                unit: unit.as_ref().map(|id| UNIT.format(&[district, id])).unwrap_or_default(),
                reason: step.reason.clone(),
                account: step.account.clone(),
                create_time,
            }),
            Act::Appraise(it) => reply.appraisals.push(appraisal(&person, it, step)),
            Act::Propose(it) => reply.proposals.push(proposal(district, &person, it, step)),
            Act::Decide { accepted } => {
                if let Some(proposal) = reply.proposals.last_mut() {
                    proposal.decision = Some(pb::PlacementDecision {
                        person: person.clone(),
                        accepted: *accepted,
                        reason: step.reason.clone(),
                        decider: step.account.clone(),
                        create_time,
                    });
                }
            }
        }
    }
    reply
}

fn appraisal(person: &str, it: &Appraisal, step: &Step) -> pb::NomineeAppraisal {
    pb::NomineeAppraisal {
        person: person.to_owned(),
        rating: it.rating as i32,
        political_performance: it.political.clone(),
        skills: it.skills.clone(),
        weak_points: it.weak_points.clone(),
        record: it.record.clone(),
        account: step.account.clone(),
        create_time: Some(clock::to_proto(step.create_time)),
    }
}

fn proposal(district: &str, person: &str, it: &Proposal, step: &Step) -> pb::PlacementProposal {
    pb::PlacementProposal {
        person: person.to_owned(),
        training_post: training_post::NAME.format(&[district, &it.post]),
        start_date: it.start.map(date::to_proto),
        end_date: it.end.map(date::to_proto),
        home_unit: UNIT.format(&[district, &it.home_unit]),
        mentor: it.mentor.as_ref().map(|id| PERSON.format(&[district, id])).unwrap_or_default(),
        branch: it.branch.clone(),
        group: it.group.clone(),
        reason: step.reason.clone(),
        waiver: it.waiver.clone(),
        managing_unit: UNIT.format(&[district, &it.managing_unit]),
        failed_criteria: it.failed.iter().map(|it| *it as i32).collect(),
        batch: it.batch,
        account: step.account.clone(),
        create_time: Some(clock::to_proto(step.create_time)),
        decision: None,
    }
}
