//! Polls and tallies on the wire.

use std::collections::HashSet;
use std::fmt::Display;

use engine::{BrokenQuota, MarkQuota};
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, decimal};
use proto::scoring::v1 as pb;
use proto::scoring::v1::poll;
use rust_decimal::Decimal;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD};
use crate::poll::{Contents, Form, Group, NAME, Poll, Shown, name};
use crate::rpc::observation::unknown_period;
use crate::rpc::{Rpc, is_bounded};
use crate::subject;

const MOST_SUBJECTS: usize = 500;

impl Rpc {
    /// Holds the subjects of a poll against what the period asks of them. What is refused is
    /// told only when the request is new.
    pub(super) async fn check_subjects(
        &self,
        district: &str,
        contents: &Contents,
    ) -> Result<Fields> {
        let mut fields = Fields::default();
        let read = self.assignments.current(district, &contents.period).await?;
        let Some(definitions) = read else {
            let unknown = unknown_period(district, &contents.period);
            fields.violation("poll.period", unknown.reason, unknown.message);
            return Ok(fields);
        };
        for (index, subject) in contents.subjects.iter().enumerate() {
            let place = definitions.assignment.place_of_poll(subject, &contents.indicator);
            let Err(violation) = place else { continue };
            let field = match violation.field.as_str() {
                "period" => "poll.period".to_owned(),
                _ if violation.reason == "UNKNOWN_INDICATOR" => "poll.indicator".to_owned(),
                _ => format!("poll.subjects[{index}]"),
            };
            fields.violation(&field, violation.reason, violation.message);
            if !field.starts_with("poll.subjects") {
                break; // It is the same for every subject.
            }
        }
        Ok(fields)
    }
}

/// Reads a poll that is to be opened.
pub(super) fn poll(
    request: &pb::CreatePollRequest,
    given: &pb::Poll,
) -> Result<(String, String, Contents)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let id = fields.id("poll_id", &request.poll_id);
    let form = form_of(&mut fields, given);
    let contents = Contents {
        display_name: fields.text("poll.display_name", &given.display_name, 1..=200),
        kind: fields.choice("poll.kind", given.kind),
        indicator: fields.member("poll.indicator", &INDICATOR, &given.indicator, district),
        period: fields.member("poll.period", &PERIOD, &given.period, district),
        subjects: subjects(&mut fields, &given.subjects, district),
        quotas: quotas(&mut fields, &given.quotas, &form),
        form,
        groups: groups(&mut fields, &given.rater_groups),
        smallest_group: match given.smallest_group {
            0 => 5,
            smallest => fields.number("poll.smallest_group", smallest, 2..=100).into(),
        },
    };
    fields.check()?;
    Ok((district.to_owned(), id, contents))
}

fn subjects(fields: &mut Fields, given: &[String], district: &str) -> Vec<String> {
    if !is_bounded(fields, "poll.subjects", given.len(), MOST_SUBJECTS) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let read = |(index, name): (usize, &String)| {
        let field = format!("poll.subjects[{index}]");
        let id = subject::member(fields, &field, name, district);
        once(fields, field, &mut seen, &id);
        id
    };
    given.iter().enumerate().map(read).collect()
}

fn form_of(fields: &mut Fields, given: &pb::Poll) -> Form {
    match (&given.numbers, given.marks.is_empty()) {
        (Some(numbers), true) => Form::Numbers {
            min: fields.decimal("poll.numbers.min", &numbers.min),
            max: fields.decimal("poll.numbers.max", &numbers.max),
            places: fields.number("poll.numbers.places", numbers.places, 0..=2) as u32,
        },
        (None, false) => {
            is_bounded(fields, "poll.marks", given.marks.len(), 20);
            let mut seen = HashSet::new();
            let read = |(index, mark): (usize, &String)| {
                let field = format!("poll.marks[{index}]");
                let mark = fields.text(&field, mark, 1..=20);
                once(fields, field, &mut seen, &mark);
                mark
            };
            Form::Words(given.marks.iter().enumerate().map(read).collect())
        }
        _ => {
            let message = "must have either marks or numbers";
            fields.violation("poll.marks", "FORM", message);
            Form::Words(Vec::new())
        }
    }
}

fn quotas(fields: &mut Fields, given: &[poll::Quota], form: &Form) -> Vec<MarkQuota> {
    let read = |(index, given): (usize, &poll::Quota)| {
        let at = |field: &str| format!("poll.quotas[{index}].{field}");
        if form.mark(&given.mark).is_none() {
            let message = format!("{:?} is not on the form", given.mark);
            fields.violation(at("mark"), "UNKNOWN_MARK", message);
        }
        let mut times = |field: &str, times: Option<i32>| {
            times.map(|times| fields.number(at(field), times, 0..=500) as u32)
        };
        MarkQuota {
            mark: form.mark(&given.mark).unwrap_or_default(),
            at_least: times("at_least", given.at_least),
            at_most: times("at_most", given.at_most),
            at_most_share: share(fields, at("at_most_share"), given),
        }
    };
    given.iter().enumerate().map(read).collect()
}

fn share(fields: &mut Fields, field: String, given: &poll::Quota) -> Option<Decimal> {
    let share = fields.optional_decimal(&field, &given.at_most_share);
    if share.is_some_and(|share| !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&share)) {
        fields.violation(field, "OUT_OF_RANGE", "must be 0 to 100 per cent");
    }
    share
}

fn groups(fields: &mut Fields, given: &[poll::RaterGroup]) -> Vec<Group> {
    is_bounded(fields, "poll.rater_groups", given.len(), 20);
    let mut seen = HashSet::new();
    let read = |(index, given): (usize, &poll::RaterGroup)| {
        let at = |field: &str| format!("poll.rater_groups[{index}].{field}");
        let id = fields.id(at("group_id"), &given.group_id);
        once(fields, at("group_id"), &mut seen, &id);
        Group {
            id,
            display_name: fields.text(at("display_name"), &given.display_name, 1..=100),
            size: fields.number(at("size"), given.size, 1..=100_000).into(),
        }
    };
    given.iter().enumerate().map(read).collect()
}

/// Refuses what comes a second time: `DUPLICATE`.
fn once(fields: &mut Fields, field: impl Display, seen: &mut HashSet<String>, text: &str) {
    if !text.is_empty() && !seen.insert(text.to_owned()) {
        fields.violation(field, "DUPLICATE", format!("{text} was given already"));
    }
}

/// Reads which polls are wanted.
pub(super) fn list(request: &pb::ListPollsRequest) -> Result<(String, Option<String>, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let period = fields.optional_member("period", &PERIOD, &request.period, district);
    fields.check()?;
    let bound: [&dyn Display; 2] = [&request.parent, &request.period];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), period, page))
}

/// Reads whose tallies are wanted.
pub(super) fn tallies(request: &pb::ListTalliesRequest) -> Result<(Name, Page)> {
    let name = NAME.parse("parent", &request.parent)?;
    let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
    Ok((name, page))
}

/// A poll on the wire.
pub(super) fn to_proto(district: &str, poll: &Poll) -> pb::Poll {
    let contents = &poll.contents;
    let state = match poll.close_time {
        None => poll::State::Open,
        Some(_) => poll::State::Closed,
    };
    let (marks, numbers) = form_to_proto(&contents.form);
    let group = |group: &Group| {
        let turnout = poll.turnout(&group.id);
        poll::RaterGroup {
            group_id: group.id.clone(),
            display_name: group.display_name.clone(),
            size: group.size as i32,
            issued_count: turnout.issued as i32,
            cast_count: turnout.cast as i32,
            void_count: turnout.void as i32,
            missing_count: (group.size - turnout.cast) as i32,
        }
    };
    pb::Poll {
        name: name(district, &poll.id),
        display_name: contents.display_name.clone(),
        kind: contents.kind as i32,
        indicator: INDICATOR.format(&[district, &contents.indicator]),
        period: PERIOD.format(&[district, &contents.period]),
        subjects: contents.subjects.iter().map(|id| subject::name(district, id)).collect(),
        marks,
        numbers,
        quotas: contents.quotas.iter().map(quota_to_proto).collect(),
        rater_groups: contents.groups.iter().map(group).collect(),
        smallest_group: contents.smallest_group as i32,
        state: state.into(),
        close_time: poll.close_time.map(clock::to_proto),
        create_time: Some(clock::to_proto(poll.create_time)),
    }
}

/// The form as its rater sees it.
pub(super) fn form(district: &str, poll: &Poll, group: String, own: &[String]) -> pb::BallotForm {
    let contents = &poll.contents;
    let (marks, numbers) = form_to_proto(&contents.form);
    let subjects = contents.subjects_for(own).into_iter();
    pb::BallotForm {
        display_name: contents.display_name.clone(),
        group_id: group,
        subjects: subjects.map(|id| subject::name(district, id)).collect(),
        marks,
        numbers,
        quotas: contents.quotas.iter().map(quota_to_proto).collect(),
    }
}

fn form_to_proto(form: &Form) -> (Vec<String>, Option<poll::Numbers>) {
    match form {
        Form::Words(words) => (words.clone(), None),
        Form::Numbers { min, max, places } => {
            let numbers = poll::Numbers {
                min: Some(decimal::to_proto(*min)),
                max: Some(decimal::to_proto(*max)),
                places: *places as i32,
            };
            (Vec::new(), Some(numbers))
        }
    }
}

fn quota_to_proto(quota: &MarkQuota) -> poll::Quota {
    poll::Quota {
        mark: quota.mark.clone(),
        at_least: quota.at_least.map(|it| it as i32),
        at_most: quota.at_most.map(|it| it as i32),
        at_most_share: quota.at_most_share.map(decimal::to_proto),
    }
}

/// What came of a ballot.
pub(super) fn cast(broken: &[BrokenQuota]) -> pb::CastBallotResponse {
    let broken_quotas = broken.iter().map(|it| pb::BrokenQuota {
        mark: it.mark.clone(),
        given_count: it.given as i32,
        allowed_count: it.allowed as i32,
    });
    pb::CastBallotResponse { void: !broken.is_empty(), broken_quotas: broken_quotas.collect() }
}

/// A tally on the wire.
pub(super) fn tally(district: &str, shown: &Shown) -> pb::Tally {
    let marks = |marks: &[(String, i64)]| -> Vec<pb::tally::MarkCount> {
        let count = |(mark, count): &(String, i64)| pb::tally::MarkCount {
            mark: mark.clone(),
            count: *count as i32,
        };
        marks.iter().map(count).collect()
    };
    let group = |(id, given): &(String, Option<Vec<(String, i64)>>)| pb::tally::Group {
        group_id: id.clone(),
        withheld: given.is_none(),
        marks: given.as_deref().map(marks).unwrap_or_default(),
    };
    pb::Tally {
        subject: subject::name(district, &shown.unit),
        groups: shown.groups.iter().map(group).collect(),
        pooled: marks(&shown.pooled),
    }
}
