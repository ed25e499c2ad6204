//! Rules of use of results (结果运用办法, S7, H8): which results, over how many periods, call for
//! what. Data, never changed.

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Pattern;
use rust_decimal::Decimal;

/// How rules are named.
pub(crate) static NAME: Pattern =
    Pattern::new("consequence_rule", "districts/{district}/consequenceRules/{consequence_rule}");

/// Bonuses of two grades are so many points apart (H8).
const BONUS_GAP: i64 = 10;

/// A rule.
#[derive(Clone, Debug)]
pub(crate) struct ConsequenceRule {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// The article it stands in.
    pub(crate) basis: String,
    /// Series of schemes; all when empty.
    pub(crate) series: String,
    /// Track; all when empty.
    pub(crate) track: String,
    pub(crate) scope: Scope,
    pub(crate) condition: Condition,
    pub(crate) effects: Vec<Effect>,
    pub(crate) appeal_days: i32,
    pub(crate) create_time: Timestamp,
}

/// Which results call for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Any of these grades, so many periods running.
    Grades(Vec<String>, i32),
    /// The first so many per cent of each track.
    BestShare(Decimal),
    /// The last so many per cent of each track.
    WorstShare(Decimal),
    /// The first so many of each track.
    BestCount(i32),
    /// So many of a kind within some periods.
    Count(Count),
}

/// So many of a kind within some periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) counted: Counted,
    /// Ids of awards, rules of cards, gates or items of lists; any when empty.
    pub(crate) ids: Vec<String>,
    pub(crate) at_least: i32,
    /// How many periods, the last one being proposed for.
    pub(crate) periods: i32,
}

/// One thing that a consequence does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    pub(crate) percent: Option<Decimal>,
    /// How long it lasts; 0 for what happens once.
    pub(crate) months: i32,
}

kit::numbered! {
    /// What is counted.
    enum Counted {
        /// Announced awards.
        Award = 1,
        /// Red flags.
        RedFlag = 2,
        /// Yellow cards.
        YellowCard = 3,
        /// Vetoes of results.
        Veto = 4,
        /// Bars of results.
        Bar = 5,
        /// Entries of the positive list.
        PositiveEntry = 6,
        /// Entries of the negative list.
        NegativeEntry = 7,
    }
}

impl Counted {
    /// It stands on a person's own list, and is of no series and track.
    pub(crate) fn is_entry(self) -> bool {
        matches!(self, Self::PositiveEntry | Self::NegativeEntry)
    }
}

kit::numbered! {
    /// Whom a rule is about.
    enum Scope {
        /// The unit's head.
        Head = 1,
        /// Everybody with a post in the unit.
        Members = 2,
    }
}

kit::numbered! {
    /// What an effect is.
    enum EffectKind {
        /// Performance pay of the period.
        Pay = 1,
        /// Annual bonus.
        Bonus = 2,
        /// A title.
        Title = 3,
        /// Commendation.
        Commendation = 4,
        /// Preference in rank promotion.
        Preference = 5,
        /// No promotion.
        NoPromotion = 6,
        /// No honours.
        NoHonour = 7,
        /// No appointment to another leading post.
        NoAppointment = 8,
        /// Admonition talk.
        Admonition = 9,
        /// Public criticism.
        Criticism = 10,
        /// Written self-examination.
        SelfExamination = 11,
        /// Reassignment.
        Reassignment = 12,
        /// Demotion by a level.
        Demotion = 13,
        /// Removal from the post.
        Removal = 14,
    }
}

impl Effect {
    /// Payroll is to hear of it.
    pub(crate) fn pays(&self) -> bool {
        matches!(self.kind, EffectKind::Pay | EffectKind::Bonus)
    }

    /// Refuses an effect that lacks what its kind needs.
    pub(crate) fn check(&self, fields: &mut Fields, at: &str) {
        let lasts = matches!(
            self.kind,
            EffectKind::Preference
                | EffectKind::NoPromotion
                | EffectKind::NoHonour
                | EffectKind::NoAppointment
        );
        if self.pays() && self.percent.is_none() {
            let message = "pay and bonus are moved by per cent";
            fields.violation(format_args!("{at}.percent"), "PERCENT_REQUIRED", message);
        }
        if lasts && self.months == 0 {
            let message = "lasts for a number of months";
            fields.violation(format_args!("{at}.months"), "MONTHS_REQUIRED", message);
        }
    }
}

impl ConsequenceRule {
    /// How many periods it looks at, the last one being proposed for.
    pub(crate) fn periods(&self) -> i32 {
        match &self.condition {
            Condition::Grades(_, periods) | Condition::Count(Count { periods, .. }) => *periods,
            _ => 1,
        }
    }

    /// The rule of `others` whose bonus is too near to this one's.
    pub(crate) fn too_near<'a>(&self, others: &'a [Self]) -> Option<&'a Self> {
        let bonus = |rule: &Self| {
            let found = rule.effects.iter().find(|it| it.kind == EffectKind::Bonus);
            found.and_then(|it| it.percent)
        };
        let own = bonus(self)?;
        others.iter().find(|it| {
            let near = |other: Decimal| (own - other).abs() < Decimal::from(BONUS_GAP);
            it.series == self.series && it.track == self.track && bonus(it).is_some_and(near)
        })
    }
}
