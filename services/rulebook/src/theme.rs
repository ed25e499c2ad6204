//! Themes (季度主题, B5): parts of the year in which nodes weigh otherwise than usual.

use std::collections::BTreeMap;

use engine::Track;
use rust_decimal::Decimal;

use crate::span::{Length, Span};

/// A theme and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Id, unique within the scheme.
    pub theme_id: String,
    /// Name as printed, for example 开门红.
    pub display_name: String,
    /// Parts of any year, as period ids end: `Q1`, `H1`, `07`.
    pub parts: Vec<String>,
    /// By track and node, what the node weighs here.
    pub(crate) weights: BTreeMap<(usize, String), Shifted>,
}

/// What a node weighs under a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shifted {
    /// Points at stake; 0 takes the node out.
    pub(crate) weight: Decimal,
    /// Full marks of a sum, where they differ too.
    pub(crate) full_marks: Option<Decimal>,
}

/// The tracks of a rulebook as they are under a theme.
#[derive(Clone, Debug)]
pub(crate) struct Themed {
    pub(crate) theme: Theme,
    pub(crate) tracks: Vec<Track>,
}

impl Theme {
    /// Whether a period lies in one of the theme's parts.
    pub(crate) fn holds_in(&self, period_id: &str) -> bool {
        let Some(period) = Span::parse(period_id) else { return false };
        // A week lies where its last day does.
        let first = if period.length == Length::Week { period.last } else { period.first };
        let year = format!("{:04}", first.year());
        let parts = self.parts.iter().filter_map(|part| part_of(&year, part));
        parts.into_iter().any(|part| part.first <= first && period.last <= part.last)
    }
}

/// The days of a part of a year.
pub(crate) fn part_of(year: &str, part: &str) -> Option<Span> {
    let month = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let id = if month { format!("{year}-{part}") } else { format!("{year}{part}") };
    Span::parse(&id).filter(|_| !part.is_empty())
}
