//! Ballots as they are asked for and brought.

use kit::field::Fields;
use kit::name::Name;
use kit::{Result, id};
use proto::scoring::v1 as pb;

use crate::poll::{Given, Marks, NAME, Poll};
use crate::rpc::is_bounded;
use crate::{run, subject};

const MOST: usize = 1000;

/// Ballots of one group that are to be issued.
pub(super) struct Issue {
    group: String,
    count: i64,
    own: Vec<String>,
}

/// Ballots on paper with the same marks.
pub(super) struct Paper {
    group: String,
    count: i64,
    marks: Vec<Given>,
}

/// Reads which ballots are to be issued.
pub(super) fn issue(request: &pb::IssueBallotsRequest) -> Result<(Name, Vec<Issue>)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district");
    is_bounded(&mut fields, "rows", request.rows.len(), MOST);
    let mut read = |(row, given): (usize, &pb::issue_ballots_request::Row)| Issue {
        group: fields.id(format_args!("rows[{row}].group_id"), &given.group_id),
        count: count(&mut fields, row, given.count),
        own: own(&mut fields, row, &given.own_subjects, district),
    };
    let rows: Vec<Issue> = request.rows.iter().enumerate().map(&mut read).collect();
    let total: i64 = rows.iter().map(|row| row.count).sum();
    if total > MOST as i64 {
        let message = format!("must ask for at most {MOST} ballots, ask for {total}");
        fields.violation("rows", "TOO_MANY", message);
    }
    fields.check()?;
    Ok((name, rows))
}

fn own(fields: &mut Fields, row: usize, given: &[String], district: &str) -> Vec<String> {
    if given.len() > 20 {
        let message = format!("must be at most 20, are {}", given.len());
        fields.violation(format_args!("rows[{row}].own_subjects"), "TOO_MANY", message);
        return Vec::new();
    }
    let read = |(index, name): (usize, &String)| {
        let field = format!("rows[{row}].own_subjects[{index}]");
        subject::member(fields, field, name, district)
    };
    given.iter().enumerate().map(read).collect()
}

/// Makes the tokens.
pub(super) fn give_out(poll: &mut Poll, rows: &[Issue]) -> Result<pb::IssueBallotsResponse> {
    let mut fields = Fields::default();
    let mut issued = Vec::with_capacity(rows.len());
    for (row, Issue { group, count, .. }) in rows.iter().enumerate() {
        if let Err((reason, message)) = poll.issue(group, *count) {
            fields.violation(format_args!("rows[{row}]"), reason, message);
        }
        let tokens = (0..*count).map(|_| id::uid()).collect();
        issued.push(pb::issue_ballots_response::Row { group_id: group.clone(), tokens });
    }
    fields.check()?;
    let issued_count = rows.iter().map(|row| row.count).sum::<i64>() as i32;
    Ok(pb::IssueBallotsResponse { rows: issued, issued_count })
}

/// What is kept of the tokens: digest, group, the holder's own subjects.
pub(super) fn digests<'a>(
    reply: &pb::IssueBallotsResponse,
    rows: &'a [Issue],
) -> Vec<(String, &'a str, &'a [String])> {
    let both = reply.rows.iter().zip(rows);
    let digests = both.flat_map(|(issued, row)| {
        let digest = |token: &String| run::digest(token.as_bytes());
        issued.tokens.iter().map(move |it| (digest(it), row.group.as_str(), row.own.as_slice()))
    });
    digests.collect()
}

/// Reads a ballot.
pub(super) fn cast(request: &pb::CastBallotRequest) -> Result<(Name, Vec<Given>)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let marks = marks(&mut fields, "", &request.marks, name.id("district"));
    fields.check()?;
    Ok((name, marks))
}

/// Reads ballots that were cast on paper.
pub(super) fn paper(request: &pb::CountPaperBallotsRequest) -> Result<(Name, Vec<Paper>)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district");
    is_bounded(&mut fields, "rows", request.rows.len(), MOST);
    let mut read = |(row, given): (usize, &pb::count_paper_ballots_request::Row)| Paper {
        group: fields.id(format_args!("rows[{row}].group_id"), &given.group_id),
        count: count(&mut fields, row, given.count),
        marks: marks(&mut fields, &format!("rows[{row}]."), &given.marks, district),
    };
    let rows = request.rows.iter().enumerate().map(&mut read).collect();
    fields.check()?;
    Ok((name, rows))
}

fn count(fields: &mut Fields, row: usize, given: i32) -> i64 {
    match given {
        0 => 1,
        given => fields.number(format_args!("rows[{row}].count"), given, 1..=100_000).into(),
    }
}

fn marks(fields: &mut Fields, path: &str, given: &[pb::BallotMark], district: &str) -> Vec<Given> {
    if !is_bounded(fields, &format!("{path}marks"), given.len(), MOST) {
        return Vec::new();
    }
    let read = |(index, given): (usize, &pb::BallotMark)| {
        let at = format!("{path}marks[{index}]");
        Given {
            subject: subject::member(
                fields,
                format_args!("{at}.subject"),
                &given.subject,
                district,
            ),
            mark: given.mark.clone(),
            at,
        }
    };
    given.iter().enumerate().map(read).collect()
}

/// Valid ballots: the group, their marks, how many.
type Valid<'a> = Vec<(&'a str, Marks, i64)>;

/// Judges ballots on paper and counts them for their groups.
pub(super) fn take_in<'a>(
    poll: &mut Poll,
    rows: &'a [Paper],
) -> Result<(pb::CountPaperBallotsResponse, Valid<'a>)> {
    let mut fields = Fields::default();
    let mut valid = Valid::new();
    let (mut cast, mut void) = (0, 0);
    for (row, Paper { group, count, marks }) in rows.iter().enumerate() {
        if let Err((reason, message)) = poll.issue(group, *count) {
            fields.violation(format_args!("rows[{row}]"), reason, message);
            continue;
        }
        let marks = poll.contents.marks(&mut fields, &[], marks);
        let is_void = !poll.contents.broken_quotas(&marks).is_empty();
        poll.cast(group, *count, is_void);
        cast += count;
        if is_void {
            void += count;
        } else {
            valid.push((group.as_str(), marks, *count));
        }
    }
    fields.check()?;
    let reply = pb::CountPaperBallotsResponse { cast_count: cast as i32, void_count: void as i32 };
    Ok((reply, valid))
}
