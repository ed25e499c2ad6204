//! Political check-ups over the wire.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::secret::Personal;
use kit::{Error, clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::political_check_service_server::PoliticalCheckService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERIOD, PERSON, Rpc, UNIT, change, position, recusal};
use crate::political_check::{NAME, PoliticalCheck, Submission, contents, tally};
use crate::political_record::{self, Kind, Record, Sealed};
use crate::store;
use crate::store::political_check::Filter;

const ISSUED: &str = "saima.cadre.v1.PoliticalCheckIssued";
const SUBMITTED: &str = "saima.cadre.v1.PoliticalCheckSubmitted";

/// The most items of one reminder.
const ITEMS: usize = 50;
/// Heads that one call reminds; a district has some hundreds.
const HEADS: i64 = 100_000;

#[tonic::async_trait]
impl PoliticalCheckService for Rpc {
    async fn get_political_check(
        &self,
        request: Request<pb::GetPoliticalCheckRequest>,
    ) -> Result<Response<pb::PoliticalCheck>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        recusal::refuse_reading_of(&mut tx, &name, &found.person).await?;
        let today = tx.now().to_zoned(zone.clone()).date();
        Ok(Response::new(to_proto(district, &found, today, &zone)))
    }

    async fn list_political_checks(
        &self,
        request: Request<pb::ListPoliticalChecksRequest>,
    ) -> Result<Response<pb::ListPoliticalChecksResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequence: None,
            period: fields.optional_member("period", &PERIOD, &request.period, district),
            person: fields.optional_member("person", &PERSON, &request.person, district),
            open: request.open_only,
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period, &request.person, &request.open_only],
        )?;
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone.clone()).date();
        let mut rows =
            store::political_check::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let political_checks = rows.iter().map(|it| to_proto(district, it, today, &zone)).collect();
        Ok(Response::new(pb::ListPoliticalChecksResponse { political_checks, next_page_token }))
    }

    async fn issue_political_checks(
        &self,
        request: Request<pb::IssuePoliticalChecksRequest>,
    ) -> Result<Response<pb::IssuePoliticalChecksResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.member("period", &PERIOD, &request.period, district);
        let due = fields.date("due_date", &request.due_date);
        fields.number("items", request.items.len(), 1..=ITEMS);
        let items = request.items.iter().take(ITEMS).enumerate();
        let items: Vec<String> =
            items.map(|(at, it)| fields.text(format_args!("items[{at}]"), it, 1..=200)).collect();
        fields.check()?;
        let once = Once::new(district, "IssuePoliticalChecks", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::political_check::lock(&mut tx, district).await?;
        let (now, today) = (tx.now(), tx.now().to_zoned(zone.clone()).date());
        if due < today {
            let message = format!("must be {today} or later, is {due}");
            return Err(Error::invalid("due_date", "IN_PAST", message).into());
        }
        let filter = Filter { period: Some(period.clone()), ..Default::default() };
        let issued = store::political_check::list(&mut tx, district, &filter, None).await?;
        if issued.first().is_some_and(|it| it.items != items) {
            let message = format!("the reminders of {period} were issued with other items");
            return Err(Error::invalid("items", "OTHER_ITEMS", message).into());
        }
        let there: BTreeSet<&str> = issued.iter().map(|it| it.person.as_str()).collect();
        let heads = store::headship::heads(&mut tx, district, today, "", HEADS).await?;
        let mut new: Vec<PoliticalCheck> = Vec::new();
        let mut seen = BTreeSet::new();
        for head in &heads {
            if there.contains(head.person.as_str()) || !seen.insert(head.person.as_str()) {
                continue;
            }
            new.push(PoliticalCheck {
                sequence: 0,
                person: head.person.clone(),
                unit: head.unit.clone(),
                period: period.clone(),
                due,
                items: items.clone(),
                submission: None,
                create_time: now,
            });
        }
        store::political_check::insert(&mut tx, district, &mut new).await?;
        for it in &new {
            tell(&mut tx, district, ISSUED, to_proto(district, it, today, &zone));
        }
        let reply = pb::IssuePoliticalChecksResponse {
            issued_count: new.len() as i32,
            unchanged_count: there.len() as i32,
        };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn submit_political_check(
        &self,
        request: Request<pb::SubmitPoliticalCheckRequest>,
    ) -> Result<Response<pb::PoliticalCheck>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let district = name.id("district");
        let recorder = fields.account("account", &request.account, 1..=100);
        let answers = request.answers.iter().take(ITEMS).enumerate().map(|(at, it)| {
            let least = usize::from(!it.met);
            let field = format!("answers[{at}].note");
            (it.met, fields.paragraph(field, &it.note, least..=500))
        });
        let answers: Vec<(bool, String)> = answers.collect();
        fields.check()?;
        let once = Once::new(district, "SubmitPoliticalCheck", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::political_check::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        if found.submission.is_some() {
            let message = "has its checklist";
            return Err(Error::precondition("CHECK_SUBMITTED", name.as_str(), message).into());
        }
        let count = found.items.len();
        if request.answers.len() != count {
            let message = format!("must be {count}, one for each item");
            return Err(Error::invalid("answers", "ITEM_COUNT", message).into());
        }
        let (now, today) = (tx.now(), tx.now().to_zoned(zone.clone()).date());
        let text = contents(&found.items, &answers);
        let sealed = Sealed { contents: Personal::new(text), verdict: None };
        let mut record = Record {
            sequence: 0,
            kind: Kind::Checklist,
            period: found.period.clone(),
            recorder,
            create_time: now,
        };
        let (keys, person) = (&self.keys, &found.person);
        store::political_record::insert(&mut tx, keys, district, person, &mut record, &sealed)
            .await?;
        found.submission = Some(Submission { record: record.sequence, create_time: now });
        let met: Vec<bool> = answers.iter().map(|(met, _)| *met).collect();
        store::political_check::submit(&mut tx, district, &found, &met).await?;
        let reply = to_proto(district, &found, today, &zone);
        tell(&mut tx, district, SUBMITTED, reply.clone());
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_political_check_statistics(
        &self,
        request: Request<pb::GetPoliticalCheckStatisticsRequest>,
    ) -> Result<Response<pb::PoliticalCheckStatistics>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone.clone()).date();
        let filter = Filter { period: Some(period.clone()), ..Default::default() };
        let checks = store::political_check::list(&mut tx, district, &filter, None).await?;
        let counts = store::political_check::counts(&mut tx, district, &period).await?;
        let tally = tally(&checks, today, &zone);
        let items = checks.first().map(|it| it.items.clone()).unwrap_or_default();
        let items = (0..).zip(items).map(|(place, text)| {
            let count = counts.iter().find(|it| it.0 == place);
            let (met, unmet) = count.map_or((0, 0), |it| (it.1, it.2));
            pb::political_check_statistics::Item {
                text,
                met_count: met as i32,
                unmet_count: unmet as i32,
            }
        });
        Ok(Response::new(pb::PoliticalCheckStatistics {
            issued_count: tally.issued,
            submitted_count: tally.submitted,
            late_count: tally.late,
            overdue_count: tally.overdue,
            items: items.collect(),
        }))
    }
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<PoliticalCheck> {
    let filter = Filter { sequence: Some(position(name)?), ..Default::default() };
    let found = store::political_check::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: pb::PoliticalCheck) {
    let name = it.name.clone();
    change::append(tx, district, kind, &name, Resource::PoliticalCheck(it));
}

fn to_proto(
    district: &str,
    it: &PoliticalCheck,
    today: Date,
    zone: &TimeZone,
) -> pb::PoliticalCheck {
    let submission = it.submission.as_ref();
    let record = submission.map(|submission| {
        let sequence = submission.record.to_string();
        political_record::NAME.format(&[district, &it.person, &sequence])
    });
    pb::PoliticalCheck {
        name: it.name(district),
        person: PERSON.format(&[district, &it.person]),
        unit: UNIT.format(&[district, &it.unit]),
        period: PERIOD.format(&[district, &it.period]),
        due_date: Some(date::to_proto(it.due)),
        items: it.items.clone(),
        state: it.state(today, zone) as i32,
        political_record: record.unwrap_or_default(),
        submit_time: submission.map(|it| clock::to_proto(it.create_time)),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
