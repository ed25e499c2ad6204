//! What is known of a person beyond name and posts (B4).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Basic data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Basics {
    /// Day of birth.
    pub(crate) birth: Option<Date>,
    /// Highest education.
    pub(crate) education: Option<Education>,
    /// Rank.
    pub(crate) rank: Option<Rank>,
    /// Since when the rank is held.
    pub(crate) rank_since: Option<Date>,
    /// How the person came into service.
    pub(crate) entry: Option<EntryKind>,
    /// Fields of skill.
    pub(crate) skills: Vec<String>,
}

kit::numbered! {
    /// Highest education, ascending.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Education {
        /// Upper secondary or below (高中及以下).
        Secondary = 1,
        /// Junior college (大专).
        College = 2,
        /// Bachelor (本科).
        Bachelor = 3,
        /// Master (硕士研究生).
        Master = 4,
        /// Doctor (博士研究生).
        Doctor = 5,
    }
}

kit::numbered! {
    /// Rank, ascending.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Rank {
        /// Clerk (科员级).
        Clerk = 1,
        /// Deputy section chief (副科级).
        DeputySection = 2,
        /// Section chief (正科级).
        Section = 3,
        /// Deputy division chief (副处级).
        DeputyDivision = 4,
        /// Division chief (正处级).
        Division = 5,
        /// Deputy bureau director (副厅级).
        DeputyBureau = 6,
    }
}

kit::numbered! {
    /// How somebody came into service.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum EntryKind {
        /// By the civil service examination (公务员考录).
        CivilServant = 1,
        /// Selected graduate (选调生).
        SelectedGraduate = 2,
        /// From an institution or enterprise (调任).
        Transfer = 3,
        /// From the army (军转干部).
        Army = 4,
        /// Staff of a public institution (事业单位人员).
        Institution = 5,
        /// Recruited talent (人才引进).
        Talent = 6,
    }
}

impl Education {
    /// All there are.
    pub(crate) const ALL: [Self; 5] =
        [Self::Secondary, Self::College, Self::Bachelor, Self::Master, Self::Doctor];

    /// In the office's words.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Secondary => "高中及以下",
            Self::College => "大专",
            Self::Bachelor => "本科",
            Self::Master => "硕士研究生",
            Self::Doctor => "博士研究生",
        }
    }
}

impl From<Education> for i64 {
    fn from(it: Education) -> Self {
        it as Self
    }
}

impl Rank {
    /// All there are.
    pub(crate) const ALL: [Self; 6] = [
        Self::Clerk,
        Self::DeputySection,
        Self::Section,
        Self::DeputyDivision,
        Self::Division,
        Self::DeputyBureau,
    ];

    /// In the office's words.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Clerk => "科员级",
            Self::DeputySection => "副科级",
            Self::Section => "正科级",
            Self::DeputyDivision => "副处级",
            Self::Division => "正处级",
            Self::DeputyBureau => "副厅级",
        }
    }
}

impl From<Rank> for i64 {
    fn from(it: Rank) -> Self {
        it as Self
    }
}

impl EntryKind {
    /// All there are.
    pub(crate) const ALL: [Self; 6] = [
        Self::CivilServant,
        Self::SelectedGraduate,
        Self::Transfer,
        Self::Army,
        Self::Institution,
        Self::Talent,
    ];

    /// In the office's words.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::CivilServant => "公务员考录",
            Self::SelectedGraduate => "选调生",
            Self::Transfer => "调任",
            Self::Army => "军转干部",
            Self::Institution => "事业单位人员",
            Self::Talent => "人才引进",
        }
    }
}

impl From<EntryKind> for i64 {
    fn from(it: EntryKind) -> Self {
        it as Self
    }
}
