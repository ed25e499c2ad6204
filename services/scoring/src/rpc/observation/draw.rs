//! Observations drawn from the office's own ledgers.

use std::collections::HashMap;
use std::sync::Arc;

use kit::db::Tx;
use kit::field::Fields;
use kit::request_id::Once;
use kit::{Error, Violation, date};
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;
use proto::scoring::v1::draw_observations_request::Origin as Wire;
use rulebook::Span;

use super::{REPORTED, below, refuse_closed, unknown_period};
use crate::assignment::{Assignment, DISTRICT, INDICATOR, PERIOD, Place};
use crate::bulk::Bulk;
use crate::draw::{self, Drawn, Figures, Origin, Visited};
use crate::report::{Reading, Report, fits};
use crate::rpc::{Rpc, change};
use crate::{activity, store, subject};

/// What is to be drawn.
struct Wanted {
    district: String,
    indicator: String,
    period: String,
    origin: Origin,
    reason: String,
}

impl Rpc {
    /// Draws an indicator's figures of a period: new observations, corrections of those that say
    /// something else, nothing where they say the same.
    pub(super) async fn draw(
        &self,
        request: pb::DrawObservationsRequest,
    ) -> kit::Result<pb::DrawObservationsResponse> {
        let wanted = read(&request)?;
        let district = &wanted.district;
        let once = Once::new(district, "DrawObservations", &request.request_id, &request)?;
        let definitions = self.assignments.current(district, &wanted.period).await?;
        // Visits lie in registry, which is asked before anything is locked.
        let visits = match wanted.origin {
            Origin::Visits(_) => self.visits(district, &wanted.period).await?,
            _ => Vec::new(),
        };

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        let unknown = || below("", unknown_period(district, &wanted.period));
        let assignment = Arc::clone(&definitions.ok_or_else(unknown)?.assignment);
        let places = places(&assignment, &wanted).map_err(|it| below("", it))?;
        let mut head = store::head::lock(&mut tx, district).await?;
        refuse_closed(&mut tx, district, &wanted.period).await?;
        let unit_of_measure = &assignment.indicator(places[0]).unit_of_measure;
        let figures = figures(&mut tx, &wanted, visits, unit_of_measure).await?;
        let mut drawn = compare(&mut tx, &wanted, assignment, &places, figures).await?;
        let reply = drawn.reply;
        if request.validate_only {
            return Ok(reply);
        }
        let first = head.observation + 1;
        let mut sheets = store::sheet::load(&mut tx, district, &drawn.bulk.sheets()).await?;
        if !drawn.bulk.place(&mut sheets, first, tx.now(), true) {
            return Err(Error::internal("a figure was drawn twice"));
        }
        let lines = drawn.bulk.lines(tx.now());
        let count = lines.len() as i64;
        store::observation::append(&mut tx, district, first, &wanted.reason, lines).await?;
        store::sheet::save(&mut tx, district, &sheets).await?;
        head.observation += count;
        store::head::save(&mut tx, district, head).await?;
        if count > 0 {
            change::append(&mut tx, district, REPORTED, &change::observations(district), None);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

impl Rpc {
    /// What registry counts of the visits of a period, to each project and by each leader.
    async fn visits(&self, district: &str, period: &str) -> kit::Result<Vec<Visited>> {
        let span = Span::parse(period);
        let span = span.ok_or_else(|| below("", unknown_period(district, period)))?;
        let request = registry::ListVisitTalliesRequest {
            parent: DISTRICT.format(&[district]),
            start_date: Some(date::to_proto(span.first)),
            end_date: Some(date::to_proto(span.last)),
        };
        let told = self.visits.clone().list_visit_tallies(request).await?.into_inner();
        let counted = told.owners.into_iter().chain(told.leaders);
        // Tasks are no subjects.
        let visited = counted.filter_map(|it| {
            Some(Visited {
                subject: subject::id(&it.subject)?,
                visits: it.visit_count,
                joint_decisions: it.joint_decision_count,
                decisions: it.decision_count,
                weeks: it.week_count,
            })
        });
        Ok(visited.collect())
    }
}

fn read(request: &pb::DrawObservationsRequest) -> kit::Result<Wanted> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let origin = match &request.origin {
        Some(Wire::Activities(given)) => Origin::Activities(
            fields.id("activities.kind", &given.kind),
            fields.choice("activities.measure", given.measure),
        ),
        Some(Wire::Inspections(given)) => {
            Origin::Inspections(fields.choice("inspections.measure", given.measure))
        }
        Some(Wire::Visits(given)) => Origin::Visits(fields.choice("visits.measure", given.measure)),
        Some(Wire::ExternalResults(given)) => {
            Origin::ExternalResults(fields.choice("external_results.measure", given.measure))
        }
        None => {
            fields.violation("origin", "REQUIRED", "must say which ledger to draw from");
            Origin::Inspections(Default::default())
        }
    };
    let wanted = Wanted {
        indicator: fields.member("indicator", &INDICATOR, &request.indicator, district),
        period: fields.member("period", &PERIOD, &request.period, district),
        reason: fields.paragraph("reason", &request.reason, 1..=500),
        district: district.to_owned(),
        origin,
    };
    fields.check()?;
    Ok(wanted)
}

/// Everybody who owes the indicator in the period; refused when nobody does.
fn places(assignment: &Assignment, wanted: &Wanted) -> Result<Vec<Place>, Violation> {
    let id = &wanted.indicator;
    let owed = |place: &Place| *assignment.indicator(*place).id == **id;
    let places: Vec<Place> = assignment.due().filter(owed).collect();
    if !places.is_empty() {
        return Ok(places);
    }
    let (field, reason, message) = match assignment.indicator_named(id) {
        None => {
            let message = format!("no track of {} has an indicator {id}", wanted.period);
            ("indicator", "UNKNOWN_INDICATOR", message)
        }
        Some(indicator) => {
            let message = format!("{id} is reported for a {}", indicator.frequency.noun());
            ("period", "PERIOD_KIND", message)
        }
    };
    Err(Violation { field: field.to_owned(), reason, message })
}

/// The figures of everybody, in one or two statements.
async fn figures(
    tx: &mut Tx,
    wanted: &Wanted,
    visits: Vec<Visited>,
    unit_of_measure: &str,
) -> kit::Result<Figures> {
    let Wanted { district, indicator, period, .. } = wanted;
    match &wanted.origin {
        Origin::Activities(kind, measure) => {
            let span = Span::parse(period);
            let span = span.ok_or_else(|| below("", unknown_period(district, period)))?;
            let days = (span.first, span.last);
            let tied = store::activity::tied(tx, district, days, None, Some(kind)).await?;
            let counts = activity::counts(tied)?;
            draw::of_activities(&counts, *measure, unit_of_measure).map_err(|it| below("", it))
        }
        Origin::Inspections(measure) => {
            let counts = store::inspection::counts(tx, district, period).await?;
            Ok(draw::of_inspections(&counts, *measure))
        }
        Origin::Visits(measure) => Ok(draw::of_visits(visits, *measure)),
        Origin::ExternalResults(measure) => {
            let results =
                store::external_result::of_indicator(tx, district, period, indicator).await?;
            Ok(draw::of_results(&results, *measure))
        }
    }
}

/// What is to be written, and what the caller is told.
struct Comparison {
    bulk: Bulk,
    reply: pb::DrawObservationsResponse,
}

/// Holds the figures against what the cells say now. Who has no figure has a count of 0; a
/// higher level that said nothing of somebody leaves the cell as it is.
async fn compare(
    tx: &mut Tx,
    wanted: &Wanted,
    assignment: Arc<Assignment>,
    places: &[Place],
    mut figures: Figures,
) -> kit::Result<Comparison> {
    let cells = store::cell::of_periods(tx, &wanted.district, &[&wanted.period]).await?;
    let cells = cells.iter().filter(|cell| *cell.indicator == *wanted.indicator);
    let said: HashMap<&str, Reading> = cells.map(|cell| (&*cell.unit, cell.reading)).collect();
    let mut bulk = Bulk::of(places.len());
    bulk.periods.push(Arc::clone(&assignment));
    let mut reply = pb::DrawObservationsResponse::default();
    let mut faults = Vec::new();
    for place in places {
        let unit = &assignment.unit(*place).id;
        let drawn = match (figures.remove(&**unit), &wanted.origin) {
            (Some(drawn), _) => drawn,
            (None, Origin::Activities(..)) => Drawn::zero("工作台账"),
            (None, Origin::Inspections(_)) => Drawn::zero("查核台账"),
            (None, Origin::Visits(_)) => Drawn::zero("走访台账"),
            (None, Origin::ExternalResults(_)) => continue,
        };
        let Drawn { value, note, evidence } = drawn;
        let reading = Reading::Value(value);
        match said.get(&**unit) {
            Some(before) if *before == reading => {
                reply.unchanged_count += 1;
                continue;
            }
            Some(_) => reply.corrected_count += 1,
            None => reply.created_count += 1,
        }
        let bounds = assignment.bounds(*place, &reading);
        let long = || Violation {
            field: "value".to_owned(),
            reason: "DECIMAL_FORMAT",
            message: format!("{value} has more digits than the ledger keeps"),
        };
        let fit = bounds.and_then(|()| if fits(value) { Ok(()) } else { Err(long()) });
        if let Err(violation) = fit {
            let message = format!("the figure of {unit} {}", violation.message);
            faults.push(Violation { field: "origin".to_owned(), message, ..violation });
        }
        let note = note.chars().take(500).collect();
        bulk.accept(0, *place, Report { reading, note, evidence, report_time: None })?;
    }
    if faults.is_empty() { Ok(Comparison { bulk, reply }) } else { Err(Error::Invalid(faults)) }
}
