//! What is known of a person beyond name and posts (B4).

use jiff::civil::Date;

/// Basic data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Basics {
    /// Day of birth.
    pub(crate) birth: Option<Date>,
    /// Highest education.
    pub(crate) education: Option<Education>,
    /// Rank.
    pub(crate) rank: Option<Rank>,
    /// How the person came into service.
    pub(crate) entry: Option<EntryKind>,
    /// Fields of skill.
    pub(crate) skills: Vec<String>,
}

kit::numbered! {
    /// Highest education, ascending.
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
