//! Many observations over one stream, all or none.
//!
//! Rows are checked and made small as they come; nothing is awaited for a row unless its
//! period is new to the bulk or its unit or indicator unknown.

mod rows;

use std::collections::HashMap;

use kit::boot;
use kit::db::Tx;
use kit::field::Fields;
use kit::request_id::Once;
use kit::{Error, Violation, guard};
use proto::scoring::v1 as pb;
use proto::scoring::v1::bulk_create_observations_request::{Content, Header};
use tonic::Streaming;

use super::Rpc;
use super::change;
use super::observation::{REPORTED, duplicate};
use crate::assignment::DISTRICT;
use crate::bulk::{Bulk, Line};
use crate::observation::name;
use crate::store;
use rows::Reader;

const MOST_ROWS: i32 = 100_000;

impl Rpc {
    pub(super) async fn bulk(
        &self,
        mut stream: Streaming<pb::BulkCreateObservationsRequest>,
    ) -> kit::Result<pb::BulkCreateObservationsResponse> {
        let first = boot::next(&mut stream).await?.and_then(|message| message.content);
        let Some(Content::Header(header)) = first else {
            return Err(Error::invalid("header", "REQUIRED", "must be the first message"));
        };
        let district = district(&header)?;
        let mut reader = Reader::new(self, &district, &header);
        while let Some(message) = boot::next(&mut stream).await? {
            match message.content {
                Some(Content::Rows(rows)) => reader.read(&rows.observations).await?,
                Some(Content::Columns(columns)) => reader.read_columns(&columns).await?,
                Some(Content::Header(_)) => {
                    let message = "must come once, as the first message";
                    return Err(Error::invalid("header", "HEADER_REPEATED", message));
                }
                None => return Err(Error::invalid("rows", "REQUIRED", "must be given")),
            }
        }
        let (mut bulk, digest) = reader.end()?;
        if let Some(own) = guard::units(&district)? {
            bulk.refuse_foreign(&own);
        }
        self.settle(&district, &header, bulk, digest).await
    }

    async fn settle(
        &self,
        district: &str,
        header: &Header,
        mut bulk: Bulk,
        digest: Vec<u8>,
    ) -> kit::Result<pb::BulkCreateObservationsResponse> {
        if !header.validate_only {
            let once = once(district, &header.request_id, &digest)?;
            if let Some(reply) = self.keep(district, header, &mut bulk, &once).await? {
                return Ok(reply);
            }
        }
        let mut tx = self.db.begin_read().await?;
        refuse_closed(&mut tx, district, &mut bulk).await?;
        refuse_taken(&mut tx, district, header, &mut bulk).await?;
        Ok(problems(bulk))
    }

    /// Stores the rows; none when something is wrong with one of them.
    async fn keep(
        &self,
        district: &str,
        header: &Header,
        bulk: &mut Bulk,
        once: &Once,
    ) -> kit::Result<Option<pb::BulkCreateObservationsResponse>> {
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Some(reply));
        }
        if bulk.problem_count() > 0 {
            return Ok(None);
        }
        let mut head = store::head::lock(&mut tx, district).await?;
        if !closed(&mut tx, district, bulk).await?.is_empty() {
            return Ok(None);
        }
        let first = head.observation + 1;
        let mut sheets = store::sheet::load(&mut tx, district, &bulk.sheets()).await?;
        let reason = header.correction_reason.as_str();
        if !bulk.place(&mut sheets, first, tx.now(), !reason.is_empty()) {
            return Ok(None); // The transaction ends here and leaves nothing.
        }
        let lines = bulk.lines(tx.now());
        head.observation += lines.len() as i64;
        store::observation::append(&mut tx, district, first, reason, lines).await?;
        store::sheet::save(&mut tx, district, &sheets).await?;
        store::head::save(&mut tx, district, head).await?;
        let reply = pb::BulkCreateObservationsResponse {
            stored_count: bulk.count(),
            first_sequence: first,
            last_sequence: head.observation,
            ..Default::default()
        };
        change::append(&mut tx, district, REPORTED, &change::observations(district), None);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Some(reply))
    }
}

fn district(header: &Header) -> kit::Result<String> {
    let mut fields = Fields::default();
    let parent = fields.name("header.parent", &DISTRICT, &header.parent);
    fields.number("header.row_count", header.row_count, 1..=MOST_ROWS);
    if !header.correction_reason.is_empty() {
        fields.paragraph("header.correction_reason", &header.correction_reason, 1..=500);
    }
    fields.check()?;
    once("", &header.request_id, &[])?; // Refused before the rows are read.
    Ok(parent.id("district").to_owned())
}

/// The call that must take effect once, with the header's field named where it is wrong.
fn once(district: &str, request_id: &str, digest: &[u8]) -> kit::Result<Once> {
    let once = Once::new(district, "BulkCreateObservations", request_id, &digest.to_vec());
    once.map_err(|error| match error {
        Error::Invalid(violations) => {
            let below = |it: Violation| Violation { field: format!("header.{}", it.field), ..it };
            Error::Invalid(violations.into_iter().map(below).collect())
        }
        other => other,
    })
}

/// Those of the periods that are closed.
async fn closed(tx: &mut Tx, district: &str, bulk: &Bulk) -> kit::Result<Vec<String>> {
    let periods: Vec<&str> = bulk.periods.iter().map(|it| &*it.period.id).collect();
    store::reconciliation::closed(tx, district, &periods).await
}

async fn refuse_closed(tx: &mut Tx, district: &str, bulk: &mut Bulk) -> kit::Result<()> {
    let closed = closed(tx, district, bulk).await?;
    let refuse = |(index, line): (usize, Line<'_>)| {
        let period = closed.iter().find(|closed| **closed == **line.period)?;
        let violation = Violation {
            field: "period".to_owned(),
            reason: "PERIOD_CLOSED",
            message: format!("{period} is closed; its figures are locked"),
        };
        Some((index, violation))
    };
    let refused: Vec<_> = bulk.lines(tx.now()).enumerate().filter_map(refuse).collect();
    bulk.reject(refused);
    Ok(())
}

/// Some cells are taken: by earlier reports, or by earlier rows of the bulk itself.
async fn refuse_taken(
    tx: &mut Tx,
    district: &str,
    header: &Header,
    bulk: &mut Bulk,
) -> kit::Result<()> {
    let corrects = !header.correction_reason.is_empty();
    let periods: Vec<&str> = bulk.periods.iter().map(|it| &*it.period.id).collect();
    let cells = store::cell::of_periods(tx, district, &periods).await?;
    let taken = cells.iter().map(|it| ((&*it.period, &*it.unit, &*it.indicator), it.sequence));
    let taken: HashMap<_, _> = taken.collect();
    let mut first = HashMap::new();
    let mut refused = Vec::new();
    for (index, Line { period, unit, indicator, .. }) in bulk.lines(tx.now()).enumerate() {
        let cell = (&**period, &**unit, &**indicator);
        if let Some(taken) = taken.get(&cell).filter(|_| !corrects) {
            refused.push((index, duplicate(&name(district, *taken))));
            continue;
        }
        let earlier = *first.entry(cell).or_insert(index);
        if earlier != index {
            let message = format!("row {} reports the same cell", bulk.row_at(earlier));
            refused.push((index, Violation { message, ..duplicate("") }));
        }
    }
    bulk.reject(refused);
    Ok(())
}

fn problems(bulk: Bulk) -> pb::BulkCreateObservationsResponse {
    let problem_count = i32::try_from(bulk.problem_count()).unwrap_or(i32::MAX);
    let problems = bulk.into_problems().into_iter().map(|problem| pb::RowProblem {
        row: problem.row,
        field: problem.violation.field,
        reason: problem.violation.reason.to_owned(),
        message: problem.violation.message,
    });
    pb::BulkCreateObservationsResponse {
        problems: problems.collect(),
        problem_count,
        ..Default::default()
    }
}
