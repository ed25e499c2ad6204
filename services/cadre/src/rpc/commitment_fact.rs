//! Facts about commitments over the wire.

use std::collections::HashMap;

use jiff::Timestamp;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::commitment_fact_service_server::CommitmentFactService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERIOD, Rpc, change, evidence, position};
use crate::commitment::{self, Commitment};
use crate::commitment_fact::{Fact, NAME};
use crate::store;

const FILED: &str = "saima.cadre.v1.CommitmentFactFiled";

/// The most facts of one request.
const BATCH: usize = 1000;

#[tonic::async_trait]
impl CommitmentFactService for Rpc {
    async fn list_commitment_facts(
        &self,
        request: Request<pb::ListCommitmentFactsRequest>,
    ) -> Result<Response<pb::ListCommitmentFactsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let all = request.parent.strip_suffix("/commitments/-");
        let parent = match all {
            Some(district) => fields.name("parent", &DISTRICT, district),
            None => fields.name("parent", &commitment::NAME, &request.parent),
        };
        let district = parent.id("district");
        let period = fields.optional_member("period", &PERIOD, &request.period, district);
        if all.is_some() && period.is_none() {
            fields.violation("period", "REQUIRED", "must be given for all of a district");
        }
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period],
        )?;
        let mut tx = self.db.begin_read().await?;
        let of = match all {
            Some(_) => None,
            None => Some(position(&parent)?),
        };
        let period = period.as_deref();
        let mut rows = store::commitment_fact::list(&mut tx, district, of, period, &page).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let commitment_facts = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListCommitmentFactsResponse { commitment_facts, next_page_token }))
    }

    async fn batch_create_commitment_facts(
        &self,
        request: Request<pb::BatchCreateCommitmentFactsRequest>,
    ) -> Result<Response<pb::BatchCreateCommitmentFactsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        fields.number("commitment_facts", request.commitment_facts.len(), 1..=BATCH);
        let filer = fields.text("filer", &request.filer, 1..=100);
        let given = request.commitment_facts.iter().take(BATCH).enumerate();
        let mut facts: Vec<Fact> =
            given.map(|(row, given)| read(&mut fields, district, row, &filer, given)).collect();
        fields.check()?;
        let once =
            Once::new(district, "BatchCreateCommitmentFacts", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::commitment::lock(&mut tx, district).await?;
        let (now, today) = (tx.now(), tx.now().to_zoned(zone).date());
        let last = store::commitment_fact::take(&mut tx, district, facts.len()).await?;
        let mut sequences: Vec<i64> = facts.iter().map(|it| it.commitment).collect();
        sequences.sort_unstable();
        sequences.dedup();
        let filter = store::commitment::Filter { sequences: Some(sequences), ..Default::default() };
        let found = store::commitment::list(&mut tx, district, &filter, None).await?;
        let mut of: HashMap<i64, Commitment> =
            found.into_iter().map(|it| (it.sequence, it)).collect();
        let mut fields = Fields::default();
        for (row, fact) in facts.iter_mut().enumerate() {
            let at = format!("commitment_facts[{row}]");
            fact.sequence = last + 1 + row as i64;
            fact.create_time = now;
            let Some(commitment) = of.get_mut(&fact.commitment) else {
                let message = "there is no such commitment";
                fields.violation(format_args!("{at}.commitment"), "UNKNOWN_COMMITMENT", message);
                continue;
            };
            match fact.fault(commitment, today) {
                Some(it) => fields.violation(format!("{at}.{}", it.field), it.reason, it.message),
                None => commitment.facts.push(fact.clone()),
            }
        }
        fields.check()?;
        store::commitment_fact::insert(&mut tx, district, &facts).await?;
        let told = facts.iter().map(|it| {
            let fact = to_proto(district, it);
            let resource = Resource::CommitmentFact(fact.clone());
            change::append(&mut tx, district, FILED, &fact.name, resource);
            fact
        });
        let reply = pb::BatchCreateCommitmentFactsResponse { commitment_facts: told.collect() };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn read(
    fields: &mut Fields,
    district: &str,
    row: usize,
    filer: &str,
    given: &pb::CommitmentFact,
) -> Fact {
    let at = format!("commitment_facts[{row}]");
    let field = format!("{at}.commitment");
    let of = fields.member(&field, &commitment::NAME, &given.commitment, district);
    let percent = given.percent.map(|it| fields.number(format_args!("{at}.percent"), it, 0..=100));
    let milestone = fields.number(format_args!("{at}.milestone"), given.milestone, 0..=20);
    Fact {
        sequence: 0,
        commitment: of.parse().unwrap_or_default(),
        period: fields.member(format_args!("{at}.period"), &PERIOD, &given.period, district),
        kind: fields.choice(format_args!("{at}.kind"), given.kind),
        date: fields.date(format_args!("{at}.fact_date"), &given.fact_date),
        text: fields.paragraph(format_args!("{at}.text"), &given.text, 1..=1000),
        percent,
        milestone: Some(milestone).filter(|it| *it > 0),
        evidence: evidence::read(fields, &format!("{at}.evidence"), &given.evidence),
        filer: filer.to_owned(),
        create_time: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn to_proto(district: &str, it: &Fact) -> pb::CommitmentFact {
    let commitment = it.commitment.to_string();
    pb::CommitmentFact {
        name: NAME.format(&[district, &commitment, &it.sequence.to_string()]),
        commitment: commitment::NAME.format(&[district, &commitment]),
        period: PERIOD.format(&[district, &it.period]),
        kind: it.kind as i32,
        fact_date: Some(date::to_proto(it.date)),
        text: it.text.clone(),
        percent: it.percent,
        milestone: it.milestone.unwrap_or_default(),
        evidence: evidence::to_proto(&it.evidence),
        filer: it.filer.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
