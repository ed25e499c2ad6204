//! Timelines and profiles over the wire, and what is not filed.

use jiff::civil::Date;
use kit::date;
use kit::field::Fields;
use kit::name::Pattern;
use kit::page::Page;
use proto::cadre::v1 as pb;
use proto::cadre::v1::growth_service_server::GrowthService;
use proto::cadre::v1::missing_filing::Cause;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERIOD, PERSON, Rpc, UNIT, person, recusal};
use crate::growth::{Entry, Range, counted};
use crate::store;

/// How profiles are named.
static PROFILE: Pattern =
    Pattern::new("growth profile", "districts/{district}/persons/{person}/growthProfile");

/// The most entries of one profile.
const MOST: usize = 1000;

#[tonic::async_trait]
impl GrowthService for Rpc {
    async fn list_growth_entries(
        &self,
        request: Request<pb::ListGrowthEntriesRequest>,
    ) -> Result<Response<pb::ListGrowthEntriesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &PERSON, &request.parent);
        let range = Range {
            start: fields.optional_date("start_date", &request.start_date),
            end: fields.optional_date("end_date", &request.end_date),
            kind: fields.optional_choice("kind", request.kind),
        };
        fields.check()?;
        let day = |it: Option<Date>| it.map(|it| it.to_string()).unwrap_or_default();
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.kind, &day(range.start), &day(range.end)],
        )?;
        let (district, id) = (parent.id("district"), parent.id("person"));
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &parent).await?;
        let found = store::growth::records(&mut tx, district, id).await?;
        let timeline = found.ok_or_else(|| parent.not_found())?.timeline(range, &zone);
        let from = match page.after() {
            Some(after) => timeline.iter().position(|it| it.key() == after).map_or(0, |it| it + 1),
            None => 0,
        };
        let mut entries: Vec<Entry> =
            timeline.into_iter().skip(from).take(page.limit() as usize).collect();
        let next_page_token = page.cut(&mut entries, Entry::key);
        let growth_entries = entries.iter().map(to_proto).collect();
        Ok(Response::new(pb::ListGrowthEntriesResponse { growth_entries, next_page_token }))
    }

    async fn get_growth_profile(
        &self,
        request: Request<pb::GetGrowthProfileRequest>,
    ) -> Result<Response<pb::GrowthProfile>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &PROFILE, &request.name);
        let (start, end) = days(&mut fields, "", &request.start_date, &request.end_date);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("person"));
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let found = store::growth::records(&mut tx, district, id).await?;
        let records = found.ok_or_else(|| name.not_found())?;
        let range = Range { start: Some(start), end: Some(end), kind: None };
        let entries = records.timeline(range, &zone);
        let counts = counted(&entries);
        let latest = &entries[entries.len().saturating_sub(MOST)..];
        Ok(Response::new(pb::GrowthProfile {
            name: name.as_str().to_owned(),
            person: Some(person::to_proto(&records.person)),
            start_date: Some(date::to_proto(start)),
            end_date: Some(date::to_proto(end)),
            result_count: counts.results,
            commitment_count: counts.commitments,
            late_commitment_count: counts.late,
            kept_commitment_count: counts.kept,
            positive_count: counts.positive,
            negative_count: counts.negative,
            cleared_count: counts.cleared,
            consequence_count: counts.consequences,
            training_count: counts.trainings,
            placement_count: counts.placements,
            award_count: counts.awards,
            red_flag_count: counts.flags,
            yellow_card_count: counts.cards,
            entries: latest.iter().map(to_proto).collect(),
        }))
    }

    async fn check_completeness(
        &self,
        request: Request<pb::CheckCompletenessRequest>,
    ) -> Result<Response<pb::CheckCompletenessResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::growth::missing(&mut tx, district, &period, &page).await?;
        let unsettled = store::notice::count(&mut tx, district).await?;
        let next_page_token = page.cut(&mut rows, |it| it.source.clone());
        let missing = rows.into_iter().map(|it| pb::MissingFiling {
            result: it.source,
            unit: UNIT.format(&[district, &it.unit]),
            cause: if it.heads == 0 { Cause::NoHead } else { Cause::NotFiled }.into(),
        });
        Ok(Response::new(pb::CheckCompletenessResponse {
            missing_filings: missing.collect(),
            next_page_token,
            unsettled_count: i32::try_from(unsettled).unwrap_or(i32::MAX),
        }))
    }
}

/// The first and the last day of a period below `at`: `BEFORE_START`.
pub(super) fn days(
    fields: &mut Fields,
    at: &str,
    start: &Option<proto::google::r#type::Date>,
    end: &Option<proto::google::r#type::Date>,
) -> (Date, Date) {
    let start = fields.date(format_args!("{at}start_date"), start);
    let end = fields.date(format_args!("{at}end_date"), end);
    if fields.is_sound() && end < start {
        let message = format!("must not be before the first day {start}");
        fields.violation(format_args!("{at}end_date"), "BEFORE_START", message);
    }
    (start, end)
}

pub(super) fn to_proto(it: &Entry) -> pb::GrowthEntry {
    pb::GrowthEntry {
        kind: it.kind.into(),
        date: Some(date::to_proto(it.date)),
        title: it.title.clone(),
        source: it.source.clone(),
        standing: it.standing,
    }
}
