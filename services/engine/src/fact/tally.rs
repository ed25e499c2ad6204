//! Ballots counted (测评票): how often each rater group gave each mark.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// The valid ballots on one subject, counted. Who cast which ballot is nowhere in here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By rater group (测评主体), for example `leaders`: how often each mark was given. A mark
    /// is a word of the form (好) or, on a form of numbers, the number as it was written.
    pub groups: BTreeMap<String, BTreeMap<String, u32>>,
    /// How many ballots were void; they count nowhere.
    pub void: u32,
    /// Names of the forms behind the count, in time order.
    pub sources: Vec<String>,
}

impl Tally {
    /// Adds one valid ballot's mark.
    pub fn add(&mut self, group: &str, mark: &str) {
        let marks = self.groups.entry(group.to_owned()).or_default();
        let count = marks.entry(mark.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// How many valid ballots there are.
    pub fn size(&self) -> u64 {
        self.groups.values().flat_map(BTreeMap::values).map(|count| u64::from(*count)).sum()
    }
}

/// How often a ballot may give one mark over all the subjects it rates (名额限制).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkQuota {
    /// The mark.
    pub mark: String,
    /// It must be given at least so often.
    pub at_least: Option<u32>,
    /// It may be given at most so often.
    pub at_most: Option<u32>,
    /// It may be given to at most this share of the subjects on the ballot, in per cent,
    /// rounded down.
    pub at_most_share: Option<Decimal>,
}

/// A quota that a ballot breaks, which makes the ballot void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenQuota {
    /// The mark.
    pub mark: String,
    /// How often the ballot gave it.
    pub given: u32,
    /// How often it had to, or might at most.
    pub allowed: u32,
}

/// The quotas that a ballot breaks, in the form's order; a ballot that breaks none is valid.
/// `marks` are the ballot's marks, one for each subject that it rates.
///
/// ```
/// use engine::{MarkQuota, broken_quotas};
/// let good = MarkQuota {
///     mark: "好".into(), at_least: None, at_most: None, at_most_share: Some(30.into()),
/// };
/// // 30 % of 8 subjects are 2.4 and of 7 are 2.1, so two may be 好.
/// let ballot = ["好", "好", "好", "一般", "一般", "一般", "一般", "较差"];
/// let broken = broken_quotas(std::slice::from_ref(&good), &ballot);
/// assert_eq!((broken[0].given, broken[0].allowed), (3, 2));
/// assert!(broken_quotas(&[good], &ballot[1..]).is_empty());
/// ```
pub fn broken_quotas(quotas: &[MarkQuota], marks: &[&str]) -> Vec<BrokenQuota> {
    let mut broken = Vec::new();
    for quota in quotas {
        let given = count(marks.iter().filter(|mark| **mark == quota.mark).count());
        let share = quota.at_most_share.map(|share| share_of(share, marks.len()));
        let most = [quota.at_most, share].into_iter().flatten().min();
        let allowed = match (quota.at_least, most) {
            (Some(least), _) if given < least => least,
            (_, Some(most)) if given > most => most,
            _ => continue,
        };
        broken.push(BrokenQuota { mark: quota.mark.clone(), given, allowed });
    }
    broken
}

/// That share of so many, rounded down.
fn share_of(share: Decimal, size: usize) -> u32 {
    let whole = share.max(Decimal::ZERO).min(Decimal::ONE_HUNDRED) * Decimal::from(size);
    u32::try_from((whole / Decimal::ONE_HUNDRED).floor()).unwrap_or(u32::MAX)
}

fn count(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
