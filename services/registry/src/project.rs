//! Projects (项目): what is built or brought in, and who answers for it (B3, X1, X5, X6, Q3).

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;
use rust_decimal::Decimal;

use crate::definition::{self, Collection, Definition, Reference};

/// How projects are named.
pub(crate) static NAME: Pattern =
    Pattern::new("project", "districts/{district}/projects/{project}");

kit::numbered! {
    /// How much weight the district gives a project.
    enum Class {
        /// Major project (重大项目, X1).
        Major = 1,
        /// Key project (重点项目, X1).
        Key = 2,
        /// Project being brought in by an investment team (招商项目, X6).
        Investment = 3,
        /// Project for people's livelihood (民生项目).
        Livelihood = 4,
        /// Any other.
        Other = 5,
    }
}

kit::numbered! {
    /// How far a project has come (X6).
    enum Stage {
        /// Planned (谋划, 前期).
        Planned = 1,
        /// In talks with an investor (在谈).
        InTalks = 2,
        /// Contract signed (签约).
        Signed = 3,
        /// Construction started (开工).
        Started = 4,
        /// Under construction (在建).
        UnderConstruction = 5,
        /// Completed (竣工).
        Completed = 6,
        /// In operation (投产).
        InOperation = 7,
        /// Suspended (停建).
        Suspended = 8,
        /// Given up (终止).
        Cancelled = 9,
    }
}

/// A project.
pub(crate) type Project = Definition<Contents>;

/// What the office says of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) class: Class,
    /// Id of the unit that leads it (牵头单位).
    pub(crate) lead_unit: String,
    /// Id of the unit on whose land it stands (属地).
    pub(crate) territorial_owner: Option<String>,
    /// Id of the unit whose business it is (属事).
    pub(crate) functional_owner: Option<String>,
    /// Ids of the posts of its project leaders (项目长).
    pub(crate) leader_posts: Vec<String>,
    /// Ids of the posts of the unit heads who carry it through.
    pub(crate) head_posts: Vec<String>,
    /// Ids of the units that work on it.
    pub(crate) member_units: Vec<String>,
    /// Ids of the posts of its stewards.
    pub(crate) steward_posts: Vec<String>,
    /// Ids of the stations that serve it.
    pub(crate) stations: Vec<String>,
    /// Id of the front line it belongs to.
    pub(crate) front: Option<String>,
    /// 产业链 as a short id.
    pub(crate) industry_chain: Option<String>,
    /// 计划总投资, in yuan.
    pub(crate) planned_investment: Option<Decimal>,
    /// First day, as planned.
    pub(crate) start_date: Option<Date>,
    /// Last day, as planned.
    pub(crate) end_date: Option<Date>,
    /// How far it has come by its latest progress entry.
    pub(crate) stage: Stage,
    /// Day on which it came to that stage.
    pub(crate) stage_date: Option<Date>,
    /// 合同引资, in yuan, by the latest entry that says so.
    pub(crate) contract_value: Option<Decimal>,
    /// 完成投资, in yuan, by the latest entry that says so.
    pub(crate) investment_done: Option<Decimal>,
    /// 到位资金, in yuan, by the latest entry that says so.
    pub(crate) capital_in_place: Option<Decimal>,
    /// Day of the latest progress entry.
    pub(crate) progress_date: Option<Date>,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::Project
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.push(Reference::new("lead_unit", Collection::Unit, &self.lead_unit));
        all.extend(Reference::optional(
            "territorial_owner",
            Collection::Unit,
            &self.territorial_owner,
        ));
        all.extend(Reference::optional(
            "functional_owner",
            Collection::Unit,
            &self.functional_owner,
        ));
        all.extend(Reference::list("leader_posts", Collection::Post, &self.leader_posts));
        all.extend(Reference::list("head_posts", Collection::Post, &self.head_posts));
        all.extend(Reference::list("member_units", Collection::Unit, &self.member_units));
        all.extend(Reference::list("steward_posts", Collection::Post, &self.steward_posts));
        all.extend(Reference::list("stations", Collection::Station, &self.stations));
        all.extend(Reference::optional("front", Collection::Front, &self.front));
        all
    }

    fn check(&self, fields: &mut Fields, at: &str) {
        definition::check_dates(fields, at, self.start_date, self.end_date);
    }

    fn keep(&mut self, before: &Self) {
        self.stage = before.stage;
        self.stage_date = before.stage_date;
        self.contract_value = before.contract_value;
        self.investment_done = before.investment_done;
        self.capital_in_place = before.capital_in_place;
        self.progress_date = before.progress_date;
    }
}
