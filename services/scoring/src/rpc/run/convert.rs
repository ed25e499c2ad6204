//! Runs on the wire.

use kit::clock;
use kit::etag;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::run::{Definitions, NAME, Standing, State, name};

/// What a run is asked for.
pub(super) struct Wanted {
    pub(super) district: String,
    pub(super) scheme: String,
    pub(super) period: String,
    /// Id of the run whose place it is to take.
    pub(super) supersedes: Option<String>,
    pub(super) definitions: Definitions,
}

/// Reads what a run is asked for.
pub(super) fn wanted(request: &pb::CreateRunRequest) -> kit::Result<Wanted> {
    let given = kit::field::required("run", request.run.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let definitions = fields.optional_choice("run.definitions", given.definitions);
    let wanted = Wanted {
        definitions: match definitions {
            Some(pb::run::Definitions::Current) => Definitions::Current,
            Some(pb::run::Definitions::Unspecified | pb::run::Definitions::AtClose) | None => {
                Definitions::AtClose
            }
        },
        district: district.to_owned(),
        scheme: fields.member("run.scheme", &SCHEME, &given.scheme, district),
        period: fields.member("run.period", &PERIOD, &given.period, district),
        supersedes: fields.optional_member("run.supersedes", &NAME, &given.supersedes, district),
    };
    fields.check()?;
    Ok(wanted)
}

/// Reads which runs are wanted: district, period, state, page.
pub(super) fn list(
    request: &pb::ListRunsRequest,
) -> kit::Result<(String, Option<String>, Option<State>, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let period = fields.optional_member("period", &PERIOD, &request.period, district);
    let state = fields.optional_choice::<pb::run::State>("state", request.state);
    fields.check()?;
    let state = state.and_then(|state| match state {
        pb::run::State::Unspecified => None,
        pb::run::State::Scored => Some(State::Scored),
        pb::run::State::Published => Some(State::Published),
        pb::run::State::Superseded => Some(State::Superseded),
    });
    let bound: [&dyn std::fmt::Display; 3] = [&request.parent, &request.period, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), period, state, page))
}

/// Reads which results are wanted: run, track, page.
pub(super) fn results(
    request: &pb::ListResultsRequest,
) -> kit::Result<(Name, Option<String>, Page)> {
    let mut fields = Fields::default();
    let name = fields.name("parent", &NAME, &request.parent);
    let track = (!request.track_id.is_empty()).then(|| fields.id("track_id", &request.track_id));
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 2] = [&request.parent, &request.track_id];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((name, track, page))
}

/// A run and where it stands.
pub(super) fn to_proto(district: &str, standing: &Standing) -> pb::Run {
    let run = &standing.run;
    let state = match standing.state {
        State::Scored => pb::run::State::Scored,
        State::Published => pb::run::State::Published,
        State::Superseded => pb::run::State::Superseded,
    };
    pb::Run {
        name: run.name(district),
        scheme: SCHEME.format(&[district, &run.scheme]),
        period: PERIOD.format(&[district, &run.period]),
        supersedes: run.supersedes.map(|it| name(district, it)).unwrap_or_default(),
        state: state.into(),
        definitions: match run.definitions {
            Definitions::AtClose => pb::run::Definitions::AtClose.into(),
            Definitions::Current => pb::run::Definitions::Current.into(),
        },
        scheme_digest: run.scheme_digest.clone(),
        cut_sequence: run.cut_sequence,
        input_digest: run.input_digest.clone(),
        output_digest: run.output_digest.clone(),
        result_count: i32::try_from(run.result_count).unwrap_or(i32::MAX),
        publish_time: standing.publish_time.map(clock::to_proto),
        create_time: Some(clock::to_proto(run.create_time)),
        etag: etag::of(standing.revision),
    }
}
