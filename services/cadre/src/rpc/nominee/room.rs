//! Whether there is room for who is to be placed: on the post, and in the person's own days.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::Result;
use kit::db::Tx;
use kit::field::Fields;

use super::super::criteria::{complaint, graded};
use super::super::placement;
use super::draft::{Asked, start};
use crate::campaign::Campaign;
use crate::member::Role;
use crate::nominee::{Act, Nominee, Proposal, State};
use crate::person::Person;
use crate::placement::{Assignment, LEDGER, Placement};
use crate::span::Span;
use crate::store;
use crate::training_post::TrainingPost;

/// Fills into proposals what post and person say, and refuses those of whom something is missing.
pub(super) async fn complete(tx: &mut Tx, campaign: &Campaign, asked: &mut Asked) -> Result<()> {
    let district = asked.district().to_owned();
    let posts = posts(tx, &district, campaign).await?;
    let mentors = asked.rows.iter().filter_map(|it| match &it.act {
        Act::Propose(proposal) => proposal.mentor.as_deref(),
        _ => None,
    });
    let ids: Vec<&str> = asked.persons().into_iter().chain(mentors).collect();
    let persons = store::person::of_ids(tx, &district, &ids).await?;
    let criteria: Vec<_> = posts.values().map(|it| &it.contents.criteria).collect();
    let graded = graded(tx, &district, &criteria, &persons).await?;
    let persons: HashMap<String, Person> =
        persons.into_iter().map(|it| (it.id.clone(), it)).collect();
    let mut fields = Fields::default();
    for (row, it) in asked.rows.iter_mut().enumerate() {
        let Act::Propose(proposal) = &mut it.act else { continue };
        let at = format!("proposals[{row}]");
        if proposal.mentor.as_ref().is_some_and(|id| !persons.contains_key(id)) {
            let message = "there is no such person";
            fields.violation(format_args!("{at}.mentor"), "UNKNOWN_PERSON", message);
        }
        let Some(post) = posts.get(&proposal.post) else {
            let message = format!("{} is no post of the campaign", proposal.post);
            fields.violation(format_args!("{at}.training_post"), "UNKNOWN_TRAINING_POST", message);
            continue;
        };
        proposal.managing_unit.clone_from(&post.contents.managing_unit);
        // Who is no person on record is no nominee either, which is refused next.
        let Some(person) = persons.get(&it.person) else { continue };
        if proposal.home_unit.is_empty() {
            match person.home_unit(start(proposal)) {
                Some(unit) => unit.clone_into(&mut proposal.home_unit),
                None => {
                    let message = "no one posting on the first day tells it; name the unit";
                    fields.violation(format!("{at}.home_unit"), "HOME_UNIT_REQUIRED", message);
                }
            }
        }
        let results = graded.get(&it.person).map_or(&[][..], Vec::as_slice);
        let outcomes = post.contents.criteria.check(person, results, start(proposal));
        let failed: Vec<_> = outcomes.iter().filter(|it| !it.passed).collect();
        if failed.is_empty() {
            proposal.waiver.clear();
        } else if proposal.waiver.is_empty() {
            let message = complaint(failed.iter().copied());
            fields.violation(format_args!("{at}.person"), "CRITERIA_FAILED", message);
        }
        proposal.failed = failed.iter().map(|it| it.kind).collect();
    }
    fields.check()
}

/// Refuses proposals for which there is no room.
pub(super) async fn check_proposals(tx: &mut Tx, campaign: &Campaign, asked: &Asked) -> Result<()> {
    let district = asked.district();
    let waiting =
        store::nominee::list(tx, district, &campaign.id, Some(State::Proposed), None).await?;
    let waiting = waiting.iter().filter_map(Nominee::open_proposal);
    let waiting: Vec<(String, Span)> =
        waiting.map(|(it, _)| (it.post.clone(), it.span())).collect();
    let wanted = asked.rows.iter().enumerate().filter_map(|(row, it)| match &it.act {
        Act::Propose(proposal) => Some((row, it.person.as_str(), proposal)),
        _ => None,
    });
    check(tx, asked, wanted.collect(), waiting, "training_post").await
}

/// Places who was accepted, and yields the names of the placements.
pub(super) async fn place(
    tx: &mut Tx,
    asked: &Asked,
    decided: &[Nominee],
    today: Date,
) -> Result<Vec<String>> {
    let district = asked.district();
    let last = store::ledger::lock(tx, district, LEDGER).await?;
    let accepted = decided.iter().enumerate().filter(|(_, it)| it.state() == State::Placed);
    let wanted = accepted.filter_map(|(row, it)| {
        let proposal = it.steps.iter().rev().find_map(|step| match &step.act {
            Act::Propose(proposal) => Some(proposal),
            _ => None,
        });
        Some((row, it.person.as_str(), proposal?))
    });
    let wanted: Vec<_> = wanted.collect();
    check(tx, asked, wanted.clone(), Vec::new(), "person").await?;
    let now = tx.now();
    let placed = (last + 1..).zip(&wanted).map(|(sequence, (_, person, it))| Placement {
        sequence,
        campaign: asked.campaign.id("campaign").to_owned(),
        person: (*person).to_owned(),
        batch: it.batch,
        post: it.post.clone(),
        home_unit: it.home_unit.clone(),
        managing_unit: it.managing_unit.clone(),
        term: it.span(),
        assigned: Assignment {
            mentor: it.mentor.clone(),
            branch: it.branch.clone(),
            group: it.group.clone(),
        },
        create_time: now,
        steps: Vec::new(),
    });
    let placed: Vec<Placement> = placed.collect();
    store::placement::insert(tx, district, &placed).await?;
    let told = placed.iter().map(|it| placement::tell(tx, district, placement::DECIDED, it, today));
    Ok(told.map(|it| it.name).collect())
}

async fn posts(
    tx: &mut Tx,
    district: &str,
    campaign: &Campaign,
) -> Result<HashMap<String, TrainingPost>> {
    let ids: Vec<&str> = campaign.contents.posts.iter().map(String::as_str).collect();
    let found: Vec<TrainingPost> = store::definition::of(tx, district, &ids).await?;
    Ok(found.into_iter().map(|it| (it.id.clone(), it)).collect())
}

/// Refuses rows whose person has other duties on some day, and rows beyond a post's places.
async fn check(
    tx: &mut Tx,
    asked: &Asked,
    wanted: Vec<(usize, &str, &Proposal)>,
    mut taken: Vec<(String, Span)>,
    post_field: &str,
) -> Result<()> {
    let district = asked.district();
    let persons: Vec<&str> = wanted.iter().map(|it| it.1).collect();
    let posts: Vec<&str> = wanted.iter().map(|it| it.2.post.as_str()).collect();
    let standing = store::placement::beside(tx, district, &persons, &posts).await?;
    let seats = store::member::beside(tx, district, &persons, &[]).await?;
    let places: Vec<TrainingPost> = store::definition::of(tx, district, &posts).await?;
    let places: HashMap<&str, i32> =
        places.iter().map(|it| (it.id.as_str(), it.contents.places)).collect();
    taken.extend(standing.iter().map(|it| (it.post.clone(), it.span())));
    let mut fields = Fields::default();
    for (row, person, proposal) in wanted {
        let at = format!("{}[{row}]", asked.field);
        let span = proposal.span();
        let elsewhere = standing.iter().find(|it| it.person == person && it.span().meets(&span));
        if let Some(it) = elsewhere {
            let message = format!("is placed by {} already", it.name(district));
            fields.violation(format_args!("{at}.person"), "PLACEMENT_OVERLAP", message);
        }
        let seat = seats.iter().find(|it| {
            let seat = it.standing();
            let is_full_time = seat.role == Role::FullTime && !it.is_revoked();
            seat.person == person && is_full_time && seat.span().meets(&span)
        });
        if let Some(it) = seat {
            let message = format!("is a full-time member by {}", it.name(district));
            fields.violation(format_args!("{at}.person"), "EXCLUSIVE_SEATS", message);
        }
        let most = places.get(proposal.post.as_str()).copied().unwrap_or_default();
        let others = taken.iter().filter(|(post, _)| *post == proposal.post).map(|it| it.1);
        if let Some(day) = span.full_day(others, most as usize) {
            let message = format!("{} has {most} places, all taken on {day}", proposal.post);
            fields.violation(format_args!("{at}.{post_field}"), "NO_PLACE", message);
        }
        taken.push((proposal.post.clone(), span));
    }
    fields.check()
}
