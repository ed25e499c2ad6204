//! Figures of commitments over the wire.

use kit::decimal;
use kit::field::Fields;
use kit::page::Page;
use proto::cadre::v1 as pb;
use proto::cadre::v1::commitment_figure_service_server::CommitmentFigureService;
use rust_decimal::Decimal;
use tonic::{Request, Response, Status};

use super::{DISTRICT, INDICATOR, PERIOD, Rpc, evidence};
use crate::commitment::Commitment;
use crate::commitment_fact::progress;
use crate::store;
use crate::store::commitment::Filter;

#[tonic::async_trait]
impl CommitmentFigureService for Rpc {
    async fn list_commitment_figures(
        &self,
        request: Request<pb::ListCommitmentFiguresRequest>,
    ) -> Result<Response<pb::ListCommitmentFiguresResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.member("period", &PERIOD, &request.period, district);
        let indicator =
            fields.optional_member("indicator", &INDICATOR, &request.indicator, district);
        let year = period.get(..4).and_then(|it| it.parse().ok());
        if year.is_none() && fields.is_sound() {
            fields.violation("period", "PERIOD_FORMAT", "must begin with its year");
        }
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period, &request.indicator],
        )?;
        let filter = Filter { year, published: true, ..Default::default() };
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::commitment::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let asked = |it: &&Commitment| indicator.is_none() || it.made.indicator == indicator;
        let figures = rows.iter().filter(asked).filter_map(|it| figure(district, it, &period));
        let commitment_figures = figures.collect();
        Ok(Response::new(pb::ListCommitmentFiguresResponse { commitment_figures, next_page_token }))
    }
}

/// What the facts of a period say of a commitment; nothing where they or the indicator are wanting.
fn figure(district: &str, it: &Commitment, period: &str) -> Option<pb::CommitmentFigure> {
    let indicator = it.made.indicator.as_ref()?;
    let found = progress(&it.facts).remove(period)?;
    let facts = it.facts.iter().filter(|fact| fact.period == period);
    let behind = facts.flat_map(|fact| evidence::to_proto(&fact.evidence));
    Some(pb::CommitmentFigure {
        commitment: it.name(district),
        subject: it.subject(district),
        indicator: INDICATOR.format(&[district, indicator]),
        period: PERIOD.format(&[district, period]),
        value: Some(decimal::to_proto(Decimal::from(found.percent?))),
        fact_count: found.facts,
        evidence: behind.collect(),
    })
}
