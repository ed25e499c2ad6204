//! What schemes stand on: a district's subjects and indicators, as the rulebook crate reads them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::error::Unmet;
use kit::{Error, Result, Violation};
use proto::registry::v1 as pb;
use rulebook::{Entrant, Indicators, Rulebook, Subjects};

use crate::district::District;
use crate::post::Post;
use crate::project::Project;
use crate::store;
use crate::unit::Unit;

/// A district's subjects and indicators.
pub(crate) struct Ground {
    zone: TimeZone,
    pub(crate) units: Vec<Unit>,
    pub(crate) projects: Vec<Project>,
    pub(crate) posts: Vec<Post>,
    pub(crate) indicators: Vec<pb::Indicator>,
}

impl Ground {
    pub(crate) async fn load(tx: &mut Tx, district: &District) -> Result<Self> {
        let indicators = store::indicator::all(tx, &district.id).await?;
        Ok(Self {
            zone: district.zone()?,
            units: store::unit::all(tx, &district.id).await?,
            projects: store::project::all(tx, &district.id).await?,
            posts: store::post::all(tx, &district.id).await?,
            indicators: indicators.into_iter().map(pb::Indicator::from).collect(),
        })
    }

    /// The indicators, for reading a scheme.
    pub(crate) fn measures(&self) -> Indicators {
        Indicators::from_proto(&self.indicators)
    }

    /// Reads a scheme that was found sound when it was stored. The ground may have moved under
    /// a draft since: FAILED_PRECONDITION.
    pub(crate) fn read(&self, scheme: &pb::Scheme) -> Result<Rulebook> {
        rulebook::parse(scheme, &self.measures()).map_err(|error| match error {
            Error::Invalid(violations) => unmet(&scheme.name, violations),
            error => error,
        })
    }

    /// Who runs by a scheme that holds from `start` on, or why that cannot be told.
    pub(crate) fn select(
        &self,
        rulebook: &Rulebook,
        start: Date,
    ) -> std::result::Result<Vec<Entrant>, Vec<Violation>> {
        rulebook.select(&self.at(start))
    }

    /// Who runs by an enacted scheme that holds from `start` on, whatever became of the units.
    pub(crate) fn place(&self, rulebook: &Rulebook, start: Date) -> Vec<Entrant> {
        rulebook.place(&self.at(start))
    }

    /// The subjects as a scheme that holds from `start` on sees them: a unit that was retired
    /// since then is still there.
    fn at(&self, start: Date) -> Subjects {
        let seen = self.units.iter().map(|unit| {
            let mut seen = pb::Unit::from(unit.clone());
            if !unit.is_gone(start, &self.zone) {
                seen.retire_time = None;
            }
            seen
        });
        Subjects {
            units: seen.collect(),
            projects: self.projects.iter().cloned().map(pb::Project::from).collect(),
            posts: self.posts.iter().cloned().map(pb::Post::from).collect(),
        }
    }

    /// Names of the units and posts that take no part in a period that begins on `start`.
    pub(crate) fn gone(&self, start: Date) -> BTreeSet<String> {
        let units = self.units.iter().filter(|unit| unit.is_gone(start, &self.zone));
        let ended = |post: &&Post| post.contents.end_date.is_some_and(|end| end < start);
        units.map(Unit::name).chain(self.posts.iter().filter(ended).map(Post::name)).collect()
    }
}

/// What is wrong with a stored scheme, as rules that the present state does not meet.
pub(crate) fn unmet(scheme: &str, violations: Vec<Violation>) -> Error {
    let rules = violations.into_iter().map(|it| Unmet {
        reason: it.reason,
        subject: scheme.to_owned(),
        message: format!("{}: {}", it.field, it.message),
    });
    Error::Precondition(rules.collect())
}
