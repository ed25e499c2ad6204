//! Rules of use of results over the wire.

use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, decimal};
use proto::cadre::v1 as pb;
use proto::cadre::v1::consequence_rule::Condition as Given;
use proto::cadre::v1::consequence_rule_service_server::ConsequenceRuleService;
use rust_decimal::Decimal;
use tonic::{Request, Response, Status};

use super::{DISTRICT, Rpc};
use crate::consequence_rule::{Condition, ConsequenceRule, Count, Effect, NAME};
use crate::store;

#[tonic::async_trait]
impl ConsequenceRuleService for Rpc {
    async fn get_consequence_rule(
        &self,
        request: Request<pb::GetConsequenceRuleRequest>,
    ) -> Result<Response<pb::ConsequenceRule>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, id) = (name.id("district"), name.id("consequence_rule"));
        let mut tx = self.db.begin_read().await?;
        let found = store::consequence_rule::find(&mut tx, district, id).await?;
        Ok(Response::new(to_proto(district, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_consequence_rules(
        &self,
        request: Request<pb::ListConsequenceRulesRequest>,
    ) -> Result<Response<pb::ListConsequenceRulesResponse>, Status> {
        let request = request.into_inner();
        let parent = DISTRICT.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut rules = store::consequence_rule::list(&mut tx, district, &page).await?;
        let next_page_token = page.cut(&mut rules, |it| it.id.clone());
        let consequence_rules = rules.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListConsequenceRulesResponse { consequence_rules, next_page_token }))
    }

    async fn create_consequence_rule(
        &self,
        request: Request<pb::CreateConsequenceRuleRequest>,
    ) -> Result<Response<pb::ConsequenceRule>, Status> {
        let request = request.into_inner();
        let given = field::required("consequence_rule", request.consequence_rule.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let id = fields.id("consequence_rule_id", &request.consequence_rule_id);
        let draft = read(&mut fields, id, given);
        fields.check()?;
        let once = Once::new(district, "CreateConsequenceRule", &request.request_id, &request)?;
        self.registry.check_district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::consequence::lock(&mut tx, district).await?;
        let rule = ConsequenceRule { create_time: tx.now(), ..draft };
        let (series, track) = (&rule.series, &rule.track);
        let others = store::consequence_rule::of_track(&mut tx, district, series, track).await?;
        if let Some(near) = rule.too_near(&others).filter(|near| near.id != rule.id) {
            let near = NAME.format(&[district, &near.id]);
            let message = format!("bonuses of two grades are 10 points apart or more; see {near}");
            let field = "consequence_rule.effects";
            return Err(Error::invalid(field, "BONUS_GAP", message).into());
        }
        if !store::consequence_rule::insert(&mut tx, district, &rule).await? {
            let name = NAME.format(&[district, &rule.id]);
            return Err(Error::already_exists("consequence rule", name).into());
        }
        let reply = to_proto(district, &rule);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn read(fields: &mut Fields, id: String, given: &pb::ConsequenceRule) -> ConsequenceRule {
    let at = "consequence_rule";
    let optional = |fields: &mut Fields, field: &str, id: &str| {
        if id.is_empty() { String::new() } else { fields.id(format_args!("{at}.{field}"), id) }
    };
    let appeal_days = if given.appeal_days == 0 { 30 } else { given.appeal_days };
    ConsequenceRule {
        id,
        display_name: fields.text("consequence_rule.display_name", &given.display_name, 1..=100),
        basis: fields.paragraph("consequence_rule.basis", &given.basis, 1..=500),
        series: optional(fields, "series", &given.series),
        track: optional(fields, "track_id", &given.track_id),
        scope: fields.choice("consequence_rule.scope", given.scope),
        condition: condition(fields, given),
        effects: effects(fields, "consequence_rule.effects", &given.effects, 1),
        appeal_days: fields.number("consequence_rule.appeal_days", appeal_days, 1..=365),
        create_time: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn condition(fields: &mut Fields, rule: &pb::ConsequenceRule) -> Condition {
    match rule.condition.as_ref() {
        None => {
            fields.violation("consequence_rule.condition", "REQUIRED", "must be given");
            Condition::BestCount(0)
        }
        Some(Given::Grades(grades)) => {
            let count = grades.grade_ids.len();
            fields.number("consequence_rule.grades.grade_ids", count, 1..=20);
            let periods = if grades.in_a_row == 0 { 1 } else { grades.in_a_row };
            let path = |at: usize| format!("consequence_rule.grades.grade_ids[{at}]");
            let ids = grades.grade_ids.iter().enumerate();
            let ids = ids.map(|(at, it)| fields.text(path(at), it, 1..=63)).collect();
            let path = "consequence_rule.grades.in_a_row";
            Condition::Grades(ids, fields.number(path, periods, 1..=10))
        }
        Some(Given::BestShare(it)) => Condition::BestShare(share(fields, "best_share", &it.value)),
        Some(Given::WorstShare(it)) => {
            Condition::WorstShare(share(fields, "worst_share", &it.value))
        }
        Some(Given::BestCount(count)) => {
            Condition::BestCount(fields.number("consequence_rule.best_count", *count, 1..=1000))
        }
        Some(Given::Count(given)) => {
            let count = count(fields, given);
            for (field, id) in [("series", &rule.series), ("track_id", &rule.track_id)] {
                if count.counted.is_entry() && !id.is_empty() {
                    let field = format_args!("consequence_rule.{field}");
                    fields.violation(field, "NOT_OF_ENTRIES", "no list of persons has one");
                }
            }
            Condition::Count(count)
        }
    }
}

fn count(fields: &mut Fields, given: &pb::CountCondition) -> Count {
    let at = "consequence_rule.count";
    fields.number(format_args!("{at}.ids"), given.ids.len(), 0..=20);
    let ids = given.ids.iter().take(20).enumerate();
    let or_one = |number: i32| if number == 0 { 1 } else { number };
    Count {
        counted: fields.choice(format_args!("{at}.counted"), given.counted),
        ids: ids
            .map(|(row, it)| fields.text(format_args!("{at}.ids[{row}]"), it, 1..=63))
            .collect(),
        at_least: fields.number(format_args!("{at}.at_least"), or_one(given.at_least), 1..=100),
        periods: fields.number(format_args!("{at}.periods"), or_one(given.periods), 1..=12),
    }
}

fn share(fields: &mut Fields, field: &str, text: &str) -> Decimal {
    let path = format!("consequence_rule.{field}");
    let share = fields.decimal_text(&path, text);
    if share.is_zero() && fields.is_sound() {
        fields.violation(&path, "OUT_OF_RANGE", "must be above 0");
    }
    fields.number(&path, share, Decimal::ZERO..=Decimal::ONE_HUNDRED)
}

/// Reads effects: at least `least`, at most ten.
pub(super) fn effects(
    fields: &mut Fields,
    path: &str,
    given: &[pb::Effect],
    least: usize,
) -> Vec<Effect> {
    fields.number(path, given.len(), least..=10);
    let effects = given.iter().take(10).enumerate().map(|(index, given)| {
        let at = format!("{path}[{index}]");
        let percent = fields.optional_decimal(format_args!("{at}.percent"), &given.percent);
        let (least, most) = (Decimal::from(-100), Decimal::from(1000));
        let effect = Effect {
            kind: fields.choice(format_args!("{at}.kind"), given.kind),
            percent: percent
                .map(|it| fields.number(format_args!("{at}.percent"), it, least..=most)),
            months: fields.number(format_args!("{at}.months"), given.months, 0..=120),
        };
        if given.kind != 0 {
            effect.check(fields, &at);
        }
        effect
    });
    effects.collect()
}

/// An effect on the wire.
pub(super) fn effect_to_proto(effect: &Effect) -> pb::Effect {
    pb::Effect {
        kind: effect.kind as i32,
        percent: effect.percent.map(decimal::to_proto),
        months: effect.months,
    }
}

fn to_proto(district: &str, rule: &ConsequenceRule) -> pb::ConsequenceRule {
    pb::ConsequenceRule {
        name: NAME.format(&[district, &rule.id]),
        display_name: rule.display_name.clone(),
        basis: rule.basis.clone(),
        series: rule.series.clone(),
        track_id: rule.track.clone(),
        scope: rule.scope as i32,
        condition: Some(match &rule.condition {
            Condition::Grades(ids, in_a_row) => {
                Given::Grades(pb::GradeCondition { grade_ids: ids.clone(), in_a_row: *in_a_row })
            }
            Condition::BestShare(share) => Given::BestShare(decimal::to_proto(*share)),
            Condition::WorstShare(share) => Given::WorstShare(decimal::to_proto(*share)),
            Condition::BestCount(count) => Given::BestCount(*count),
            Condition::Count(count) => Given::Count(pb::CountCondition {
                counted: count.counted as i32,
                ids: count.ids.clone(),
                at_least: count.at_least,
                periods: count.periods,
            }),
        }),
        effects: rule.effects.iter().map(effect_to_proto).collect(),
        appeal_days: rule.appeal_days,
        create_time: Some(clock::to_proto(rule.create_time)),
    }
}
