//! Objections on the wire.

use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, date, etag};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, PERIOD, SCHEME, UNIT};
use crate::objection::{Decision, Filing, NAME, Objection, State};
use crate::result::{self, Outcome};
use crate::rpc::assignment::Definitions;
use crate::rpc::report;
use crate::run::{self, Run};
use crate::store::objection::Filter;
use crate::subject;

const MOST_NODES: usize = 50;

/// Reads what is objected to and why: district, run, subject, filing.
pub(super) fn filing(
    request: &pb::CreateObjectionRequest,
) -> Result<(String, i64, String, Filing)> {
    let given = kit::field::required("objection", request.objection.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    fields.member("objection.result", &result::NAME, &given.result, district);
    fields.number("objection.node_ids", given.node_ids.len(), 0..=MOST_NODES);
    let nodes = given.node_ids.iter().take(MOST_NODES).enumerate();
    let filing = Filing {
        filing_unit: fields.member("objection.filing_unit", &UNIT, &given.filing_unit, district),
        ground: fields.paragraph("objection.ground", &given.ground, 1..=2000),
        node_ids: nodes
            .map(|(place, id)| fields.id(format_args!("objection.node_ids[{place}]"), id))
            .collect(),
        evidence: report::evidence(&mut fields, "objection.", &given.evidence),
    };
    fields.check()?;
    let name = result::NAME.parse("objection.result", &given.result)?;
    let run = crate::rpc::sequence(&name, "run")?;
    Ok((district.to_owned(), run, name.id("unit").to_owned(), filing))
}

/// Refuses an objection by a unit that does not answer for the subject, and to a node that the
/// subject was not scored by.
pub(super) fn check(
    definitions: &Definitions,
    run: &Run,
    result: &Outcome,
    filing: &Filing,
) -> Result<()> {
    let mut fields = Fields::default();
    let answers = definitions.assignment.answers_for(&result.unit);
    if answers != Some(&filing.filing_unit) {
        let message = match answers {
            Some(unit) => format!("{unit} answers for {}", result.unit_display_name),
            None => format!("no unit answers for {}", result.unit_display_name),
        };
        fields.violation("objection.filing_unit", "NOT_THE_SUBJECT", message);
    }
    let rulebook = definitions.rulebook(&run.scheme);
    let track = rulebook.and_then(|rulebook| rulebook.track(&result.track));
    for (place, id) in filing.node_ids.iter().enumerate() {
        if track.and_then(|track| track.node(id)).is_none() {
            let message = format!("the track {} has no node {id}", result.track);
            fields.violation(format_args!("objection.node_ids[{place}]"), "UNKNOWN_NODE", message);
        }
    }
    fields.check()
}

/// Reads an answer: which objection, decision, reasons, answering unit.
pub(super) fn answer(
    request: &pb::AnswerObjectionRequest,
) -> Result<(Name, Decision, String, String)> {
    use pb::answer_objection_request::Decision as Wire;
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let district = name.id("district").to_owned();
    let decision = match fields.choice::<Wire>("decision", request.decision) {
        Wire::Uphold => Decision::Uphold,
        Wire::Dismiss | Wire::Unspecified => Decision::Dismiss,
    };
    let answer = fields.paragraph("answer", &request.answer, 1..=2000);
    let unit = fields.member("answering_unit", &UNIT, &request.answering_unit, &district);
    fields.check()?;
    Ok((name, decision, answer, unit))
}

/// Reads which objections are wanted.
pub(super) fn list(request: &pb::ListObjectionsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let run = fields.optional_member("run", &run::NAME, &request.run, district);
    let state = fields.optional_choice::<pb::objection::State>("state", request.state);
    let filter = Filter {
        // A run that no number names has no objections.
        run: run.map(|run| run.parse().unwrap_or_default()),
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        state: state.and_then(|state| match state {
            pb::objection::State::Unspecified => None,
            pb::objection::State::Filed => Some(State::Filed),
            pb::objection::State::Upheld => Some(State::Upheld),
            pb::objection::State::Dismissed => Some(State::Dismissed),
            pb::objection::State::Settled => Some(State::Settled),
        }),
    };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 4] =
        [&request.parent, &request.run, &request.unit, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// The name of a result.
pub(super) fn result(district: &str, run: i64, unit: &str) -> String {
    result::NAME.format(&[district, &run.to_string(), unit])
}

/// An objection as it stands.
pub(super) fn to_proto(district: &str, row: &Objection) -> pb::Objection {
    let Objection { filing, answer, settlement, .. } = row;
    let answering = answer.as_ref().map(|it| UNIT.format(&[district, &it.answering_unit]));
    let settling = settlement.as_ref().map(|it| run::name(district, it.run));
    pb::Objection {
        name: row.name(district),
        result: result(district, row.run, &row.unit),
        filing_unit: UNIT.format(&[district, &filing.filing_unit]),
        ground: filing.ground.clone(),
        node_ids: filing.node_ids.clone(),
        evidence: filing.evidence.iter().map(report::evidence_to_proto).collect(),
        state: row.state() as i32,
        unit: subject::name(district, &row.unit),
        unit_display_name: row.unit_display_name.clone(),
        period: PERIOD.format(&[district, &row.period]),
        scheme: SCHEME.format(&[district, &row.scheme]),
        term_date: Some(date::to_proto(row.term_date)),
        answering_unit: answering.unwrap_or_default(),
        answer: answer.as_ref().map(|it| it.answer.clone()).unwrap_or_default(),
        answer_time: answer.as_ref().map(|it| clock::to_proto(it.create_time)),
        settling_run: settling.unwrap_or_default(),
        settle_time: settlement.as_ref().map(|it| clock::to_proto(it.create_time)),
        create_time: Some(clock::to_proto(row.create_time)),
        etag: etag::of(row.revision()),
    }
}
