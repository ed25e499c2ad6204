//! A document that is one part of something longer.

use super::Language;

/// Where a document stands among those that together say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// 1 for the first.
    pub(crate) number: usize,
    pub(crate) of: usize,
    /// What none of them tells, of the last one only.
    pub(crate) more: usize,
}

impl Part {
    /// As the title says it.
    pub(super) fn shown(self, language: Language) -> String {
        let Self { number, of, more } = self;
        match (language, more) {
            (Language::Chinese, 0) => format!("（第{number}部分，共{of}部分）"),
            (Language::Chinese, _) => format!("（第{number}部分，共{of}部分，另有{more}项）"),
            (Language::English, 0) => format!(" (part {number} of {of})"),
            (Language::English, _) => format!(" (part {number} of {of}, {more} more)"),
        }
    }
}
