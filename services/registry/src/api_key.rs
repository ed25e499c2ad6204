//! API keys: secrets that platforms exchange for tokens. A secret is drawn here, shown once, and
//! known afterwards by its keyed hash alone.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kit::field::Fields;
use kit::guard;
use kit::identity::{Grant, Place};
use kit::name::Pattern;
use kit::{Error, Result};

/// How keys are named.
pub(crate) static NAME: Pattern = Pattern::new("api key", "districts/{district}/apiKeys/{api_key}");

/// What the blind hash of a secret is of.
pub(crate) const FIELD: &str = "api_key.secret";
/// How long the secret before holds when nothing is said.
pub(crate) const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_OVERLAP: SignedDuration = SignedDuration::from_hours(30 * 24);
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
const MOST_GRANTS: usize = 20;
/// What secrets begin with, so that scanners for lost ones know them.
const PREFIX: &str = "saima_";

/// Roles that no key has: those of persons who answer for the suite itself, and of nobody.
const BARRED: [&str; 5] =
    ["service", "public", "system-administrator", "security-administrator", "audit-administrator"];

/// A key after a step.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) grants: Vec<String>,
    pub(crate) expire_time: Timestamp,
    /// The number of the newest secret.
    pub(crate) secret: i64,
    /// Until when the one before holds.
    pub(crate) overlap_end: Timestamp,
    pub(crate) is_disabled: bool,
    pub(crate) author: String,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
    pub(crate) last_use: Option<Date>,
}

impl ApiKey {
    /// Its name, which is the account of whoever calls by it.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Takes a new secret; the one before holds for `overlap`.
    pub(crate) fn rotate(
        &mut self,
        overlap: SignedDuration,
        expire_time: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        self.check_enabled()?;
        if let Some(expire_time) = expire_time {
            self.expire_time = expire_time;
        } else if self.expire_time <= now {
            let message = "the key has expired; name a new end";
            return Err(Error::precondition("API_KEY_EXPIRED", self.name(), message));
        }
        self.secret += 1;
        self.overlap_end = now + overlap;
        Ok(())
    }

    /// Ends it for good.
    pub(crate) fn disable(&mut self) -> Result<()> {
        self.check_enabled()?;
        self.is_disabled = true;
        Ok(())
    }

    /// Notes who took a step.
    pub(crate) fn stepped(&mut self, author: String, now: Timestamp) {
        self.author = author;
        self.update_time = now;
        self.revision += 1;
    }

    /// Whether the secret of that number opens it.
    pub(crate) fn takes(&self, number: i64, now: Timestamp) -> bool {
        let held = number == self.secret || number + 1 == self.secret && now < self.overlap_end;
        held && !self.is_disabled && now < self.expire_time
    }

    fn check_enabled(&self) -> Result<()> {
        match self.is_disabled {
            false => Ok(()),
            true => {
                let message = "the key was disabled; make another one";
                Err(Error::precondition("API_KEY_DISABLED", self.name(), message))
            }
        }
    }
}

/// A new secret. It says its district, so that it is looked for there.
pub(crate) fn draw(district: &str) -> String {
    let half = || kit::id::uid().replace('-', "");
    format!("{PREFIX}{}{}@{district}", half(), half())
}

/// The district that a secret says.
pub(crate) fn district_of(secret: &str) -> Option<&str> {
    secret.strip_prefix(PREFIX)?.split_once('@').map(|(_, district)| district)
}

/// Reads the grants of a key: roles of people in its own district.
pub(crate) fn grants(fields: &mut Fields, given: &[String], district: &str) -> Vec<String> {
    if given.is_empty() {
        fields.violation("api_key.grants", "REQUIRED", "must have at least one grant");
    }
    if given.len() > MOST_GRANTS {
        let message = format!("must have at most {MOST_GRANTS} grants, has {}", given.len());
        fields.violation("api_key.grants", "TOO_MANY", message);
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    for (row, text) in given.iter().enumerate() {
        let at = format!("api_key.grants[{row}]");
        let grant = match text.parse::<Grant>() {
            Ok(grant) => grant,
            Err(message) => {
                fields.violation(at, "GRANT_FORMAT", message);
                continue;
            }
        };
        if !seen.insert(text) {
            fields.violation(&at, "DUPLICATE", "stands there before");
        }
        if !guard::roles().contains(&grant.role.as_str()) {
            fields.violation(&at, "UNKNOWN_ROLE", format!("{:?} is no role", grant.role));
        } else if BARRED.contains(&grant.role.as_str()) {
            fields.violation(&at, "ROLE_BARRED", format!("no key has the role {}", grant.role));
        }
        if grant.place == Place::Everywhere || !grant.covers(district) {
            let message = format!("must be a grant in districts/{district}");
            fields.violation(&at, "OTHER_DISTRICT", message);
        }
    }
    given.to_vec()
}

/// Refuses an end that has passed or lies more than a year ahead.
pub(crate) fn check_expiry(field: &str, at: Timestamp, now: Timestamp) -> Result<()> {
    if at > now && at.duration_since(now) <= LONGEST {
        return Ok(());
    }
    Err(Error::invalid(field, "OUT_OF_RANGE", "must lie ahead, by a year at most"))
}

/// How long the secret before holds.
pub(crate) fn overlap(seconds: Option<i64>) -> Result<SignedDuration> {
    let overlap = seconds.map_or(OVERLAP, SignedDuration::from_secs);
    if (SignedDuration::ZERO..=LONGEST_OVERLAP).contains(&overlap) {
        return Ok(overlap);
    }
    Err(Error::invalid("overlap", "OUT_OF_RANGE", "must be no time or up to thirty days"))
}
