//! Reading the rows of a bulk.

mod columns;

use std::collections::HashSet;
use std::sync::Arc;

use kit::field::Fields;
use kit::{Error, Result, Violation};
use prost::Message as _;
use proto::scoring::v1 as pb;
use proto::scoring::v1::bulk_create_observations_request::Header;
use rulebook::Span;
use sha2::{Digest as _, Sha256};

use crate::assignment::{Assignment, Place};
use crate::bulk::Bulk;
use crate::report::Report;
use crate::rpc::Rpc;
use crate::rpc::observation::unknown_period;
use crate::rpc::report::{self, Ids, Names};

/// Reads rows into a bulk.
pub(super) struct Reader<'a> {
    rpc: &'a Rpc,
    district: &'a str,
    names: Names<'a>,
    announced: i32,
    bulk: Bulk,
    /// The periods of the bulk: whether registry was asked afresh, and the last one used.
    asked: Vec<bool>,
    last: usize,
    /// Periods that registry does not know.
    unknown: HashSet<String>,
    /// Of the header and every row; only where the same bulk may come twice.
    digest: Option<Sha256>,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rpc: &'a Rpc, district: &'a str, header: &Header) -> Self {
        let digest = (!header.request_id.is_empty())
            .then(|| Sha256::new_with_prefix(header.encode_to_vec()));
        Self {
            rpc,
            district,
            names: Names::of(district),
            announced: header.row_count,
            bulk: Bulk::of(usize::try_from(header.row_count).unwrap_or_default()),
            asked: Vec::new(),
            last: 0,
            unknown: HashSet::new(),
            digest,
            buffer: Vec::new(),
        }
    }

    /// Takes the rows of one message.
    pub(super) async fn read(&mut self, rows: &[pb::Observation]) -> Result<()> {
        for row in rows {
            if self.bulk.count() == self.announced {
                return Err(self.miscounted("more"));
            }
            self.hash(row);
            let mut fields = Fields::default();
            let ids = self.names.read(&mut fields, "", row);
            let report = report::read(&mut fields, "", row, self.rpc.clock.now());
            if !fields.is_sound() {
                self.bulk.refuse(fields.into_violations());
                continue;
            }
            match self.place(&ids, &report).await? {
                Ok((period, place)) => self.bulk.accept(period, place, report)?,
                Err(violation) => self.bulk.refuse(vec![violation]),
            }
        }
        Ok(())
    }

    /// The whole bulk and its digest.
    pub(super) fn end(self) -> Result<(Bulk, Vec<u8>)> {
        if self.bulk.count() < self.announced {
            let count = self.bulk.count();
            return Err(self.miscounted(&format!("only {count}")));
        }
        let digest = self.digest.map(|digest| digest.finalize().to_vec());
        Ok((self.bulk, digest.unwrap_or_default()))
    }

    async fn place(
        &mut self,
        ids: &Ids<'_>,
        report: &Report,
    ) -> Result<std::result::Result<(usize, Place), Violation>> {
        let Some(period) = self.period(ids.period).await? else {
            return Ok(Err(unknown_period(self.district, ids.period)));
        };
        let mut place = self.at(period).place(&ids.unit, ids.indicator);
        if place.is_err() && self.ask(period).await? {
            place = self.at(period).place(&ids.unit, ids.indicator);
        }
        let bounded = |place| self.at(period).bounds(place, &report.reading).map(|()| place);
        Ok(place.and_then(bounded).map(|place| (period, place)))
    }

    /// Asks registry afresh what a period asks of everybody, once; true when it had news.
    async fn ask(&mut self, period: usize) -> Result<bool> {
        if std::mem::replace(&mut self.asked[period], true) {
            return Ok(false);
        }
        let id = Arc::clone(&self.at(period).period.id);
        let read = self.rpc.assignments.current(self.district, &id).await?;
        let Some(read) = read.filter(|it| !Arc::ptr_eq(&it.assignment, self.at(period))) else {
            return Ok(false);
        };
        self.bulk.reread(period, Arc::clone(&read.assignment));
        Ok(true)
    }

    /// The place of a period among the bulk's; none when registry does not know it.
    async fn period(&mut self, id: &str) -> Result<Option<usize>> {
        let is_it = |it: &Arc<Assignment>| &*it.period.id == id;
        if self.bulk.periods.get(self.last).is_some_and(is_it) {
            return Ok(Some(self.last));
        }
        if let Some(found) = self.bulk.periods.iter().position(is_it) {
            self.last = found;
            return Ok(Some(found));
        }
        if self.unknown.contains(id) || Span::parse(id).is_none() {
            return Ok(None);
        }
        let Some(read) = self.rpc.assignments.recent(self.district, id).await? else {
            self.unknown.insert(id.to_owned());
            return Ok(None);
        };
        self.last = self.bulk.periods.len();
        self.bulk.periods.push(Arc::clone(&read.assignment));
        self.asked.push(false);
        Ok(Some(self.last))
    }

    fn at(&self, period: usize) -> &Arc<Assignment> {
        &self.bulk.periods[period]
    }

    /// Row by row, so that the digest does not depend on how they were cut into messages.
    fn hash(&mut self, row: &pb::Observation) {
        let Some(digest) = &mut self.digest else { return };
        self.buffer.clear();
        if row.encode_length_delimited(&mut self.buffer).is_ok() {
            digest.update(&self.buffer);
        }
    }

    fn miscounted(&self, brought: &str) -> Error {
        let announced = self.announced;
        let message =
            format!("announced {announced} rows, the stream brought {brought}; nothing was stored");
        Error::invalid("header.row_count", "ROW_COUNT", message)
    }
}
