//! `RetentionRuleService`: what holds in a district, and choosing it.

use std::collections::BTreeMap;

use proto::access::v1 as pb;
use proto::access::v1::retention_rule_service_server::RetentionRuleService;
use tonic::{Request, Response, Status};

use super::store::{self, Choice};
use super::{How, Rule, all};
use crate::audit::Book;
use crate::db::Db;
use crate::error::Error;
use crate::field::{self, Fields};
use crate::name::{Name, Pattern};
use crate::page::Page;
use crate::{clock, etag, guard};

static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");
static NAME: Pattern =
    Pattern::new("retention rule", "districts/{district}/retentionRules/{retention_rule}");

/// Answers for the rules of a process's services.
#[derive(Clone, Debug)]
pub(crate) struct Retention {
    pub(crate) book: Book,
    /// What each service forgets beside what all do.
    pub(crate) rules: BTreeMap<&'static str, &'static [Rule]>,
}

#[tonic::async_trait]
impl RetentionRuleService for Retention {
    async fn list_retention_rules(
        &self,
        request: Request<pb::ListRetentionRulesRequest>,
    ) -> Result<Response<pb::ListRetentionRulesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let db = self.book.found(&mut fields, "service", &request.service);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.service],
        )?;
        let Some(db) = db else { return Ok(Response::new(<_>::default())) };
        let district = parent.id("district");
        let chosen = store::list(&mut db.begin_read().await?, district).await?;
        let mut rules = self.of(&request.service);
        rules.retain(|rule| page.after().is_none_or(|after| rule.id > after));
        rules.truncate(page.limit() as usize);
        let next_page_token = page.cut(&mut rules, |rule| rule.id.to_owned());
        let told = rules.into_iter().map(|rule| {
            let chosen = chosen.iter().find(|it| it.rule == rule.id);
            shown((district, &request.service), rule, chosen)
        });
        Ok(Response::new(pb::ListRetentionRulesResponse {
            retention_rules: told.collect::<Result<_, Error>>()?,
            next_page_token,
            ledgers: db.ledgers(),
        }))
    }

    async fn update_retention_rule(
        &self,
        request: Request<pb::UpdateRetentionRuleRequest>,
    ) -> Result<Response<pb::RetentionRule>, Status> {
        let request = request.into_inner();
        let given = field::required("retention_rule", request.retention_rule.as_ref())?;
        let mut fields = Fields::default();
        let name = fields.name("retention_rule.name", &NAME, &given.name);
        let reason = fields.paragraph("retention_rule.reason", &given.reason, 1..=500);
        fields.check()?;
        let (service, rule, db) = self.find(&name).ok_or_else(|| name.not_found())?;
        let (least, most) = rule.bounds;
        let mut fields = Fields::default();
        fields.number("retention_rule.keep_days", given.keep_days, least..=most);
        fields.check()?;
        let district = name.id("district");

        let mut tx = db.begin_write().await?;
        let before = store::latest(&mut tx, district, rule.id).await?;
        let revision = before.map_or(0, |it| it.revision);
        etag::check(&given.etag, revision, name.as_str())?;
        let choice = Choice {
            rule: rule.id.to_owned(),
            revision: revision + 1,
            keep_days: given.keep_days.into(),
            reason,
            account: guard::account().unwrap_or_default(),
            set_time: clock::to_micros(tx.now()),
        };
        if !store::insert(&mut tx, district, &choice).await? {
            return Err(Error::Conflict { name: name.as_str().to_owned() }.into());
        }
        tx.commit().await?;
        Ok(Response::new(shown((district, service), rule, Some(&choice))?))
    }
}

impl Retention {
    fn of(&self, service: &str) -> Vec<&'static Rule> {
        all(self.rules.get(service).copied().unwrap_or_default())
    }

    /// The service and the rule that a name says, and the service's database.
    fn find<'a>(&'a self, name: &'a Name) -> Option<(&'a str, &'static Rule, &'a Db)> {
        let (service, id) = name.id("retention_rule").split_once('.')?;
        let rule = self.of(service).into_iter().find(|rule| rule.id == id)?;
        Some((service, rule, self.book.db(service)?))
    }
}

fn shown(
    (district, service): (&str, &str),
    rule: &Rule,
    chosen: Option<&Choice>,
) -> Result<pb::RetentionRule, Error> {
    let update_time = chosen.map(|it| clock::from_micros(it.set_time)).transpose()?;
    Ok(pb::RetentionRule {
        name: NAME.format(&[district, &format!("{service}.{}", rule.id)]),
        subject: rule.subject.to_owned(),
        keep_days: rule.days(chosen.map(|it| it.keep_days)) as i32,
        least_days: rule.bounds.0,
        most_days: rule.bounds.1,
        default_days: rule.days,
        by_people: matches!(rule.how, How::People),
        reason: chosen.map(|it| it.reason.clone()).unwrap_or_default(),
        author: chosen.map(|it| it.account.clone()).unwrap_or_default(),
        update_time: update_time.map(clock::to_proto),
        etag: etag::of(chosen.map_or(0, |it| it.revision)),
    })
}
