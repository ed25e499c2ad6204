//! How nominees fit a training post, for those who decide.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::{Error, Result};
use proto::cadre::v1 as pb;

use super::super::criteria::{graded, outcomes_to_proto};
use super::convert;
use crate::criteria::months_in;
use crate::nominee::{Nominee, State};
use crate::person::Person;
use crate::store;
use crate::training_post::{self, TrainingPost};

/// How each of the nominees of one campaign fits a post on a day, in their order.
pub(super) async fn of(
    tx: &mut Tx,
    district: &str,
    post: &str,
    nominees: &[Nominee],
    day: Date,
) -> Result<Vec<pb::Fit>> {
    let name = training_post::NAME.format(&[district, post]);
    let found = store::definition::find(tx, district, post).await?;
    let found: TrainingPost =
        found.ok_or_else(|| Error::not_found("training_post", name.clone()))?;
    let asked = &found.contents;
    let ids: Vec<&str> = nominees.iter().map(|it| it.person.as_str()).collect();
    let persons = store::person::of_ids(tx, district, &ids).await?;
    let graded = graded(tx, district, &[&asked.criteria], &persons).await?;
    let persons: HashMap<&str, &Person> = persons.iter().map(|it| (it.id.as_str(), it)).collect();
    let campaign = nominees.first().map(|it| it.campaign.as_str()).unwrap_or_default();
    let waiting = store::nominee::list(tx, district, campaign, Some(State::Proposed), None).await?;
    let waiting =
        waiting.iter().filter_map(Nominee::open_proposal).filter(|(it, _)| it.post == post);
    let waiting = waiting.filter(|(it, _)| it.span().holds(day)).count();
    let standing = store::placement::beside(tx, district, &[], &[post]).await?;
    let standing = standing.iter().filter(|it| it.span().holds(day)).count();
    let free_places = (asked.places - (waiting + standing) as i32).max(0);
    let fit = |nominee: &Nominee| {
        let person = persons.get(nominee.person.as_str())?;
        let results = graded.get(&nominee.person).map_or(&[][..], Vec::as_slice);
        let outcomes = asked.criteria.check(person, results, day);
        let found = nominee.appraisal().map(|it| it.skills.as_slice()).unwrap_or_default();
        let field_matches =
            person.basics.skills.contains(&asked.field) || found.contains(&asked.field);
        Some(pb::Fit {
            nominee: nominee.name(district),
            training_post: name.clone(),
            criteria_met: outcomes.iter().all(|it| it.passed),
            outcomes: outcomes_to_proto(&outcomes),
            field_matches,
            months_in_service: months_in(person, |_| true, day),
            months_in_managing_unit: months_in(person, |unit| unit == asked.managing_unit, day),
            appraisal: convert::to_proto(district, nominee).appraisals.pop(),
            free_places,
        })
    };
    Ok(nominees.iter().filter_map(fit).collect())
}
