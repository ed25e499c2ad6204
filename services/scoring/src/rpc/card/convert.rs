//! Cards on the wire.

use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, etag, guard};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::card::{Card, Contents, Kind, NAME, State};
use crate::store::card::Filter;
use crate::{run, subject};

const MOST_LINES: usize = 20;

/// Reads a card that the office issues: district, contents without the subject's name, who.
pub(super) fn contents(request: &pb::CreateCardRequest) -> Result<(String, Contents, String)> {
    let given = kit::field::required("card", request.card.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    fields.number("card.ground", given.ground.len(), 1..=MOST_LINES);
    let lines = given.ground.iter().take(MOST_LINES).enumerate();
    let contents = Contents {
        kind: kind(fields.choice("card.kind", given.kind)),
        period: fields.member("card.period", &PERIOD, &given.period, district),
        unit: subject::member(&mut fields, "card.unit", &given.unit, district),
        unit_display_name: String::new(),
        display_name: fields.text("card.display_name", &given.display_name, 1..=200),
        ground: lines
            .map(|(place, it)| fields.text(format_args!("card.ground[{place}]"), it, 1..=500))
            .collect(),
    };
    let decider = fields.id("decider", &request.decider);
    fields.check()?;
    guard::signs("decider", &decider)?;
    Ok((district.to_owned(), contents, decider))
}

fn kind(kind: pb::card::Kind) -> Kind {
    match kind {
        pb::card::Kind::YellowCard => Kind::YellowCard,
        pb::card::Kind::RedFlag | pb::card::Kind::Unspecified => Kind::RedFlag,
    }
}

/// Reads a decision: which card, what it comes to, reason, who.
pub(super) fn decision(request: &pb::DecideCardRequest) -> Result<(Name, State, String, String)> {
    use pb::decide_card_request::Decision;
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let state = match fields.choice::<Decision>("decision", request.decision) {
        Decision::Issue => State::Issued,
        Decision::Decline | Decision::Unspecified => State::Declined,
    };
    let least = if state == State::Issued { 0 } else { 1 };
    let reason = fields.paragraph("reason", &request.reason, least..=500);
    let decider = fields.id("decider", &request.decider);
    fields.check()?;
    guard::signs("decider", &decider)?;
    Ok((name, state, reason, decider))
}

/// Reads a withdrawal: which card, reason, who.
pub(super) fn withdrawal(request: &pb::WithdrawCardRequest) -> Result<(Name, String, String)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let reason = fields.paragraph("reason", &request.reason, 1..=500);
    let decider = fields.id("decider", &request.decider);
    fields.check()?;
    guard::signs("decider", &decider)?;
    Ok((name, reason, decider))
}

/// Reads which cards are wanted.
pub(super) fn list(request: &pb::ListCardsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let wanted = fields.optional_choice::<pb::card::Kind>("kind", request.kind);
    let state = fields.optional_choice::<pb::card::State>("state", request.state);
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        kind: wanted.map(kind),
        state: state.and_then(|state| match state {
            pb::card::State::Unspecified => None,
            pb::card::State::Proposed => Some(State::Proposed),
            pb::card::State::Issued => Some(State::Issued),
            pb::card::State::Declined => Some(State::Declined),
            pb::card::State::Withdrawn => Some(State::Withdrawn),
        }),
    };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 5] =
        [&request.parent, &request.period, &request.unit, &request.kind, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// A card as it stands.
pub(super) fn to_proto(district: &str, row: &Card) -> pb::Card {
    let (it, origin) = (&row.contents, row.origin.as_ref());
    let last = row.steps.last();
    let place = origin.map_or(0, |origin| origin.place);
    pb::Card {
        name: row.name(district),
        kind: it.kind as i32,
        unit: subject::name(district, &it.unit),
        period: PERIOD.format(&[district, &it.period]),
        display_name: it.display_name.clone(),
        ground: it.ground.clone(),
        unit_display_name: it.unit_display_name.clone(),
        card_id: origin.map(|it| it.card.clone()).unwrap_or_default(),
        scheme: origin.map(|it| SCHEME.format(&[district, &it.scheme])).unwrap_or_default(),
        track_id: origin.map(|it| it.track.clone()).unwrap_or_default(),
        run: origin.map(|it| run::name(district, it.run)).unwrap_or_default(),
        place: i32::try_from(place).unwrap_or(i32::MAX),
        state: row.state() as i32,
        reason: last.map(|step| step.reason.clone()).unwrap_or_default(),
        decider: last.map(|step| step.decider.clone()).unwrap_or_default(),
        issue_time: row.time_of(State::Issued).map(clock::to_proto),
        withdraw_time: row.time_of(State::Withdrawn).map(clock::to_proto),
        create_time: Some(clock::to_proto(row.create_time)),
        etag: etag::of(row.revision()),
    }
}
