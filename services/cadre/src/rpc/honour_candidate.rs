//! Candidates for higher honours over the wire.

use std::collections::{HashMap, HashSet};

use kit::decimal;
use kit::field::Fields;
use kit::page::Page;
use proto::cadre::v1 as pb;
use proto::cadre::v1::honour_candidate_service_server::HonourCandidateService;
use tonic::{Request, Response, Status};

use super::consequence::in_force;
use super::{DISTRICT, PERIOD, PERSON, Rpc, recusal, shown};
use crate::consequence::Purpose;
use crate::consequence::propose::About;
use crate::consequence_rule::Scope;
use crate::honour_candidate::candidates;
use crate::period::Window;
use crate::store;

/// The most periods.
const MOST: usize = 20;

#[tonic::async_trait]
impl HonourCandidateService for Rpc {
    async fn list_honour_candidates(
        &self,
        request: Request<pb::ListHonourCandidatesRequest>,
    ) -> Result<Response<pb::ListHonourCandidatesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        fields.number("periods", request.periods.len(), 1..=MOST);
        let given = request.periods.iter().take(MOST).enumerate();
        let periods: Vec<String> = given
            .map(|(index, it)| {
                fields.member(format_args!("periods[{index}]"), &PERIOD, it, district)
            })
            .collect();
        let day = fields.date("date", &request.date);
        let scope: Scope = fields.choice("scope", request.scope);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.periods.join(" "),
                &shown(Some(day)),
                &request.scope,
                &request.series,
                &request.track_id,
            ],
        )?;
        let about = About { series: &request.series, track: &request.track_id, scope };
        let mut tx = self.db.begin_read().await?;
        let window = Window::exact(periods);
        let facts = store::consequence::fact::facts(&mut tx, district, &window).await?;
        let gates = store::consequence::fact::gates(&mut tx, district, &window).await?;
        let persons: HashSet<&str> = facts.iter().map(|it| it.person.as_str()).collect();
        let persons: Vec<&str> = persons.into_iter().collect();
        let mut hindrances: HashMap<String, Vec<pb::EffectInForce>> = HashMap::new();
        for it in store::consequence::of_persons(&mut tx, district, &persons).await? {
            let barring = in_force(district, &it, Purpose::Honour, day).0;
            if !barring.is_empty() {
                hindrances.entry(it.proposal.person.clone()).or_default().extend(barring);
            }
        }
        let barred: HashSet<String> = hindrances.keys().cloned().collect();
        let found = candidates(about, window.ids(), &facts, &gates, &barred);
        let from = page.after_number()?.unwrap_or_default();
        let numbered = (1_i64..).zip(found).skip_while(|(at, _)| *at <= from);
        let mut rows: Vec<_> = numbered.take(page.limit() as usize).collect();
        let next_page_token = page.cut(&mut rows, |it| it.0.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.1.person).await?;
        let ids: Vec<&str> = rows.iter().map(|it| it.1.person.as_str()).collect();
        let names = store::person::named(&mut tx, district, &ids).await?;
        let honour_candidates = rows.iter().map(|(_, it)| {
            let (display_name, external_id) = names.get(&it.person).cloned().unwrap_or_default();
            let (ground, sources) = it.ground.iter().cloned().unzip();
            pb::HonourCandidate {
                place: it.place,
                person: PERSON.format(&[district, &it.person]),
                display_name,
                external_id: external_id.unwrap_or_default(),
                mean_place_percent: Some(decimal::to_proto(it.share)),
                ground,
                sources,
                hindrances: hindrances.get(&it.person).cloned().unwrap_or_default(),
                vetoes: it.gates.iter().map(|(gate, _)| gate.display_name.clone()).collect(),
                veto_sources: it.gates.iter().map(|(_, source)| source.clone()).collect(),
            }
        });
        let honour_candidates = honour_candidates.collect();
        Ok(Response::new(pb::ListHonourCandidatesResponse { honour_candidates, next_page_token }))
    }
}
