//! Rules of appointment over the wire, and the check of a person against them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kit::field::Fields;
use kit::{Error, clock, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::appointment_rule::Requirement as Given;
use proto::cadre::v1::appointment_rule_service_server::AppointmentRuleService;
use proto::cadre::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::criteria::{choices, texts};
use super::definition::{Listed, Told};
use super::{POST, Rpc};
use crate::appointment_rule::{Appointment, AppointmentRule, Contents, NAME, Requirement};
use crate::definition::Definition;
use crate::person::Person;
use crate::store;

#[tonic::async_trait]
impl AppointmentRuleService for Rpc {
    async fn get_appointment_rule(
        &self,
        request: Request<pb::GetAppointmentRuleRequest>,
    ) -> Result<Response<pb::AppointmentRule>, Status> {
        let request = request.into_inner();
        Ok(Response::new(self.definition::<pb::AppointmentRule>(&request.name).await?))
    }

    async fn list_appointment_rules(
        &self,
        request: Request<pb::ListAppointmentRulesRequest>,
    ) -> Result<Response<pb::ListAppointmentRulesResponse>, Status> {
        let request = request.into_inner();
        let listed = Listed::all(&request.parent, request.page_size, &request.page_token);
        let (appointment_rules, next_page_token) = self.definitions(listed, |_, _| None).await?;
        Ok(Response::new(pb::ListAppointmentRulesResponse { appointment_rules, next_page_token }))
    }

    async fn batch_update_appointment_rules(
        &self,
        request: Request<pb::BatchUpdateAppointmentRulesRequest>,
    ) -> Result<Response<pb::BatchUpdateAppointmentRulesResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
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

impl Told for pb::AppointmentRule {
    type Contents = Contents;

    const EVENTS: [&'static str; 2] =
        ["saima.cadre.v1.AppointmentRuleCreated", "saima.cadre.v1.AppointmentRuleUpdated"];

    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Contents {
        let positions = &given.to_positions;
        fields.number(format_args!("{at}.to_positions"), positions.len(), 0..=100);
        let positions = positions.iter().take(100).enumerate();
        Contents {
            display_name: fields.text(
                format_args!("{at}.display_name"),
                &given.display_name,
                1..=100,
            ),
            basis: fields.paragraph(format_args!("{at}.basis"), &given.basis, 1..=500),
            to_categories: categories(
                fields,
                &format!("{at}.to_categories"),
                &given.to_categories,
                0,
            ),
            to_positions: positions
                .map(|(index, it)| {
                    fields.member(format_args!("{at}.to_positions[{index}]"), &POST, it, district)
                })
                .collect(),
            requirement: requirement(fields, at, given.requirement.as_ref()),
        }
    }

    fn of(district: &str, it: &Definition<Contents>) -> Self {
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
        Self {
            name: NAME.format(&[district, &it.id]),
            display_name: contents.display_name.clone(),
            basis: contents.basis.clone(),
            to_categories: contents.to_categories.clone(),
            to_positions: contents
                .to_positions
                .iter()
                .map(|id| POST.format(&[district, id]))
                .collect(),
            requirement: Some(requirement),
            create_time: Some(clock::to_proto(it.create_time)),
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }

    fn told(self) -> (String, Resource) {
        (self.name.clone(), Resource::AppointmentRule(self))
    }
}
