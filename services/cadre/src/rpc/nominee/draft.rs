//! What requests say of nominees.

use std::collections::HashSet;

use jiff::civil::Date;
use kit::Result;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use proto::cadre::v1 as pb;

use super::super::criteria::texts;
use super::super::pool_member::once_each;
use super::super::{PERSON, UNIT, bounded, term};
use crate::nominee::{Act, Appraisal, NominationKind, Proposal};
use crate::{campaign, store, training_post};

/// Rows of one request.
pub(super) struct Asked {
    pub(super) campaign: Name,
    /// The field that holds the rows.
    pub(super) field: &'static str,
    pub(super) account: String,
    /// The person who appraises.
    appraiser: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// What is to be done with a person.
pub(super) struct Row {
    pub(super) person: String,
    pub(super) act: Act,
    pub(super) reason: String,
}

impl Asked {
    pub(super) fn district(&self) -> &str {
        self.campaign.id("district")
    }

    /// Whom it is about, row by row.
    pub(super) fn persons(&self) -> Vec<&str> {
        self.rows.iter().map(|it| it.person.as_str()).collect()
    }

    fn finish(self, mut fields: Fields) -> Result<Self> {
        once_each(&mut fields, self.field, &self.persons());
        fields.check()?;
        Ok(self)
    }
}

/// Reads nominations.
pub(super) fn nominations(request: &pb::NominatePersonsRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let campaign = fields.name("campaign", &campaign::NAME, &request.campaign);
    let account = fields.account("account", &request.account, 1..=100);
    let district = campaign.id("district");
    let given = bounded(&mut fields, "nominations", &request.nominations).iter().enumerate();
    let mut rows = Vec::new();
    for (row, it) in given {
        let at = format!("nominations[{row}]");
        let person = fields.member(format_args!("{at}.person"), &PERSON, &it.person, district);
        let kind = fields.choice(format_args!("{at}.kind"), it.kind);
        let unit = fields.optional_member(format_args!("{at}.unit"), &UNIT, &it.unit, district);
        if it.kind != 0 {
            match (kind, &unit) {
                (NominationKind::Own, Some(_)) => {
                    let message = "who nominates himself is no unit";
                    fields.violation(format_args!("{at}.unit"), "NOT_A_UNIT", message);
                }
                (NominationKind::Unit | NominationKind::Organisation, None) => {
                    let message = "name the unit that nominates";
                    fields.violation(format_args!("{at}.unit"), "UNIT_REQUIRED", message);
                }
                _ => {}
            }
        }
        let reason = fields.paragraph(format_args!("{at}.reason"), &it.reason, 1..=1000);
        rows.push(Row { person, act: Act::Nominate { kind, unit }, reason });
    }
    Asked { campaign, field: "nominations", account, appraiser: None, rows }.finish(fields)
}

/// The units that nominate, each with its path in the request.
pub(super) fn units_of_nominations(asked: &Asked) -> Vec<(usize, &'static str, String)> {
    let unit = |(row, it): (usize, &Row)| match &it.act {
        Act::Nominate { unit: Some(unit), .. } => Some((row, "unit", unit.clone())),
        _ => None,
    };
    asked.rows.iter().enumerate().filter_map(unit).collect()
}

/// Reads appraisals.
pub(super) fn appraisals(request: &pb::AppraiseNomineesRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let campaign = fields.name("campaign", &campaign::NAME, &request.campaign);
    let account = fields.account("account", &request.account, 1..=100);
    let district = campaign.id("district");
    let appraiser = &request.appraiser;
    let appraiser = fields.optional_member("appraiser", &PERSON, appraiser, district);
    let given = bounded(&mut fields, "appraisals", &request.appraisals).iter().enumerate();
    let mut rows = Vec::new();
    for (row, it) in given {
        let at = format!("appraisals[{row}]");
        let person = fields.member(format_args!("{at}.person"), &PERSON, &it.person, district);
        let political = &it.political_performance;
        let appraisal = Appraisal {
            rating: fields.choice(format_args!("{at}.rating"), it.rating),
            political: fields.paragraph(
                format_args!("{at}.political_performance"),
                political,
                1..=2000,
            ),
            skills: texts(&mut fields, &format!("{at}.skills"), &it.skills, 0..=20, 100),
            weak_points: texts(
                &mut fields,
                &format!("{at}.weak_points"),
                &it.weak_points,
                0..=20,
                200,
            ),
            record: fields.paragraph(format_args!("{at}.record"), &it.record, 0..=2000),
        };
        rows.push(Row { person, act: Act::Appraise(appraisal), reason: String::new() });
    }
    Asked { campaign, field: "appraisals", account, appraiser, rows }.finish(fields)
}

/// Reads proposals. What the post and the person say is filled in later.
pub(super) fn proposals(request: &pb::ProposePlacementsRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let campaign = fields.name("campaign", &campaign::NAME, &request.campaign);
    let account = fields.account("account", &request.account, 1..=100);
    let batch = fields.number("batch", request.batch, 1..=1000);
    let district = campaign.id("district");
    let given = bounded(&mut fields, "proposals", &request.proposals).iter().enumerate();
    let mut rows = Vec::new();
    for (row, it) in given {
        let at = format!("proposals[{row}]");
        let person = fields.member(format_args!("{at}.person"), &PERSON, &it.person, district);
        let (start, end) = term(&mut fields, &at, &it.start_date, &it.end_date);
        let mut optional = |field: &str, pattern, name: &str| {
            fields.optional_member(format_args!("{at}.{field}"), pattern, name, district)
        };
        let home_unit = optional("home_unit", &UNIT, &it.home_unit);
        let mentor = optional("mentor", &PERSON, &it.mentor);
        if mentor.as_ref() == Some(&person) {
            let message = "nobody is his own mentor";
            fields.violation(format_args!("{at}.mentor"), "OWN_MENTOR", message);
        }
        let post = &it.training_post;
        let proposal = Proposal {
            post: fields.member(
                format_args!("{at}.training_post"),
                &training_post::NAME,
                post,
                district,
            ),
            batch,
            start: Some(start),
            end,
            home_unit: home_unit.unwrap_or_default(),
            managing_unit: String::new(),
            mentor,
            branch: fields.text(format_args!("{at}.branch"), &it.branch, 0..=100),
            group: fields.text(format_args!("{at}.group"), &it.group, 0..=100),
            failed: Vec::new(),
            waiver: fields.paragraph(format_args!("{at}.waiver"), &it.waiver, 0..=500),
        };
        let reason = fields.paragraph(format_args!("{at}.reason"), &it.reason, 1..=1000);
        rows.push(Row { person, act: Act::Propose(proposal), reason });
    }
    Asked { campaign, field: "proposals", account, appraiser: None, rows }.finish(fields)
}

/// The home units named, each with its path in the request.
pub(super) fn home_units(asked: &Asked) -> Vec<(usize, &'static str, String)> {
    let unit = |(row, it): (usize, &Row)| match &it.act {
        Act::Propose(proposal) if !proposal.home_unit.is_empty() => {
            Some((row, "home_unit", proposal.home_unit.clone()))
        }
        _ => None,
    };
    asked.rows.iter().enumerate().filter_map(unit).collect()
}

/// Reads decisions.
pub(super) fn decisions(request: &pb::DecidePlacementsRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let campaign = fields.name("campaign", &campaign::NAME, &request.campaign);
    let account = fields.account("decider", &request.decider, 1..=100);
    let district = campaign.id("district");
    let given = bounded(&mut fields, "decisions", &request.decisions).iter().enumerate();
    let mut rows = Vec::new();
    for (row, it) in given {
        let at = format!("decisions[{row}]");
        rows.push(Row {
            person: fields.member(format_args!("{at}.person"), &PERSON, &it.person, district),
            act: Act::Decide { accepted: it.accepted },
            reason: fields.paragraph(format_args!("{at}.reason"), &it.reason, 1..=1000),
        });
    }
    Asked { campaign, field: "decisions", account, appraiser: None, rows }.finish(fields)
}

/// Refuses persons who are not on record, and whoever would appraise himself.
pub(super) async fn check_persons(tx: &mut Tx, asked: &Asked) -> Result<()> {
    let persons = store::person::of_ids(tx, asked.district(), &asked.persons()).await?;
    let known: HashSet<&str> = persons.iter().map(|it| it.id.as_str()).collect();
    let own: HashSet<&str> = persons
        .iter()
        .filter(|it| it.is(&asked.account) || asked.appraiser.as_ref() == Some(&it.id))
        .map(|it| it.id.as_str())
        .collect();
    let mut fields = Fields::default();
    for (row, it) in asked.rows.iter().enumerate() {
        let path = format!("{}[{row}].person", asked.field);
        if !known.contains(it.person.as_str()) {
            let message = format!("there is no person {}", it.person);
            fields.violation(path, "UNKNOWN_PERSON", message);
        } else if matches!(it.act, Act::Appraise(_)) && own.contains(it.person.as_str()) {
            let message = "nobody appraises himself";
            fields.violation(path, "OWN_APPRAISAL", message);
        }
    }
    fields.check()
}

/// The first day of a proposal.
pub(super) fn start(proposal: &Proposal) -> Date {
    proposal.span().start
}
