//! Rules of appointment over the wire, and the check of a person against them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::appointment_rule::Requirement as Given;
use proto::cadre::v1::appointment_rule_service_server::AppointmentRuleService;
use proto::cadre::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::criteria::{choices, texts};
use super::{DISTRICT, POST, Rpc, change, definition};
use crate::appointment_rule::{Appointment, AppointmentRule, Contents, NAME, Requirement};
use crate::person::Person;
use crate::store;

const CREATED: &str = "saima.cadre.v1.AppointmentRuleCreated";
const UPDATED: &str = "saima.cadre.v1.AppointmentRuleUpdated";

#[tonic::async_trait]
impl AppointmentRuleService for Rpc {
    async fn get_appointment_rule(
        &self,
        request: Request<pb::GetAppointmentRuleRequest>,
    ) -> Result<Response<pb::AppointmentRule>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::definition::find(&mut tx, district, name.id("appointment_rule")).await?;
        Ok(Response::new(to_proto(district, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_appointment_rules(
        &self,
        request: Request<pb::ListAppointmentRulesRequest>,
    ) -> Result<Response<pb::ListAppointmentRulesResponse>, Status> {
        let request = request.into_inner();
        let parent = DISTRICT.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::definition::list(&mut tx, district, None, &page).await?;
        let next_page_token = page.cut(&mut rows, |it: &AppointmentRule| it.id.clone());
        let appointment_rules = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListAppointmentRulesResponse { appointment_rules, next_page_token }))
    }

    async fn batch_update_appointment_rules(
        &self,
        request: Request<pb::BatchUpdateAppointmentRulesRequest>,
    ) -> Result<Response<pb::BatchUpdateAppointmentRulesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let given = &request.appointment_rules;
        let key = |it: &pb::AppointmentRule| (it.name.clone(), it.etag.clone());
        let list = "appointment_rules";
        let rows = definition::rows(&mut fields, list, given, district, key, contents);
        fields.check()?;
        let once =
            Once::new(district, "BatchUpdateAppointmentRules", &request.request_id, &request)?;
        self.registry.check_district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let batch = definition::save(&mut tx, district, rows, &reason).await?;
        let reply = pb::BatchUpdateAppointmentRulesResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        for (kind, told) in [(CREATED, &batch.created), (UPDATED, &batch.updated)] {
            for it in told {
                let rule = to_proto(district, it);
                let name = rule.name.clone();
                change::append(&mut tx, district, kind, &name, Resource::AppointmentRule(rule));
            }
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The post that somebody is thought of for.
pub(super) struct Asked {
    pub(super) unit: String,
    pub(super) position: Option<String>,
    pub(super) promotes: bool,
    pub(super) day: Date,
}

impl Rpc {
    /// The rules that stand in the way of an appointment, each with the fact compared.
    pub(super) async fn failures(
        &self,
        district: &str,
        person: &Person,
        asked: &Asked,
    ) -> kit::Result<Vec<pb::AppointmentFailure>> {
        let mut units: BTreeSet<String> =
            person.postings.iter().map(|it| it.unit.clone()).collect();
        units.insert(asked.unit.clone());
        let categories = self.registry.categories(district, units).await?;
        let Some(category) = categories.get(&asked.unit) else {
            let message = format!("there is no unit {}", asked.unit);
            return Err(Error::invalid("unit", "UNKNOWN_UNIT", message));
        };
        let to = Appointment {
            day: asked.day,
            category,
            position: asked.position.as_deref(),
            promotes: asked.promotes,
            categories: &categories,
        };
        let mut tx = self.db.begin_read().await?;
        let rules: Vec<AppointmentRule> = store::definition::all(&mut tx, district).await?;
        let failure = |it: &AppointmentRule| {
            let found = it.contents.failure(person, &to)?;
            Some(pb::AppointmentFailure {
                rule: NAME.format(&[district, &it.id]),
                display_name: it.contents.display_name.clone(),
                basis: it.contents.basis.clone(),
                value: found.value,
                wanted: found.wanted,
            })
        };
        Ok(rules.iter().filter_map(failure).collect())
    }
}

fn contents(
    fields: &mut Fields,
    at: &str,
    given: &pb::AppointmentRule,
    district: &str,
) -> Contents {
    let positions = &given.to_positions;
    fields.number(format_args!("{at}.to_positions"), positions.len(), 0..=100);
    let positions = positions.iter().take(100).enumerate();
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=100),
        basis: fields.paragraph(format_args!("{at}.basis"), &given.basis, 1..=500),
        to_categories: categories(fields, &format!("{at}.to_categories"), &given.to_categories, 0),
        to_positions: positions
            .map(|(index, it)| {
                fields.member(format_args!("{at}.to_positions[{index}]"), &POST, it, district)
            })
            .collect(),
        requirement: requirement(fields, at, given.requirement.as_ref()),
    }
}

fn requirement(fields: &mut Fields, at: &str, given: Option<&Given>) -> Requirement {
    match given {
        None => {
            fields.violation(format_args!("{at}.requirement"), "REQUIRED", "must ask something");
            Requirement::Rank { ranks: Vec::new(), months: 0 }
        }
        Some(Given::Experience(it)) => Requirement::Experience {
            categories: categories(
                fields,
                &format!("{at}.experience.categories"),
                &it.categories,
                1,
            ),
            months: fields.number(
                format_args!("{at}.experience.least_months"),
                it.least_months,
                1..=600,
            ),
        },
        Some(Given::Stay(it)) => Requirement::Stay {
            categories: categories(fields, &format!("{at}.stay.categories"), &it.categories, 0),
            heads: it.heads_only,
            months: fields.number(format_args!("{at}.stay.least_months"), it.least_months, 1..=600),
        },
        Some(Given::FrontLine(it)) => Requirement::FrontLine {
            categories: categories(
                fields,
                &format!("{at}.front_line.categories"),
                &it.categories,
                1,
            ),
            months: fields.number(
                format_args!("{at}.front_line.within_months"),
                it.within_months,
                1..=600,
            ),
        },
        Some(Given::Rank(it)) => {
            fields.number(format_args!("{at}.rank.ranks"), it.ranks.len(), 1..=10);
            Requirement::Rank {
                ranks: choices(fields, &format!("{at}.rank.ranks"), &it.ranks),
                months: fields.number(
                    format_args!("{at}.rank.least_months"),
                    it.least_months,
                    0..=600,
                ),
            }
        }
        Some(Given::LeastEducation(it)) => {
            Requirement::Education(fields.choice(format_args!("{at}.least_education"), *it))
        }
    }
}

fn categories(fields: &mut Fields, at: &str, given: &[String], least: usize) -> Vec<String> {
    texts(fields, at, given, least..=20, 63)
}

fn to_proto(district: &str, it: &AppointmentRule) -> pb::AppointmentRule {
    let contents = &it.contents;
    let requirement = match contents.requirement.clone() {
        Requirement::Experience { categories, months } => {
            Given::Experience(pb::CategoryExperience { categories, least_months: months })
        }
        Requirement::Stay { categories, heads, months } => {
            Given::Stay(pb::MinimumStay { categories, heads_only: heads, least_months: months })
        }
        Requirement::FrontLine { categories, months } => {
            Given::FrontLine(pb::FrontLine { categories, within_months: months })
        }
        Requirement::Rank { ranks, months } => Given::Rank(pb::RankRequirement {
            ranks: ranks.iter().map(|it| *it as i32).collect(),
            least_months: months,
        }),
        Requirement::Education(least) => Given::LeastEducation(least as i32),
    };
    pb::AppointmentRule {
        name: NAME.format(&[district, &it.id]),
        display_name: contents.display_name.clone(),
        basis: contents.basis.clone(),
        to_categories: contents.to_categories.clone(),
        to_positions: contents.to_positions.iter().map(|id| POST.format(&[district, id])).collect(),
        requirement: Some(requirement),
        create_time: Some(clock::to_proto(it.create_time)),
        update_time: Some(clock::to_proto(it.update_time)),
        etag: etag::of(it.revision),
    }
}
