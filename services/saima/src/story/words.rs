//! Words that stand for others: `$unit`, `${front-line}`, and `${person/$id}`, whose own words are
//! filled first.

use std::collections::BTreeMap;

use crate::failure::{Failure, Result};
use crate::yaml::{Entry, Kind, Scalar, Tree};

/// What words stand for. The innermost row comes first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    kept: BTreeMap<String, String>,
    rows: Vec<BTreeMap<String, String>>,
}

impl Words {
    /// Keeps a word for the rest of the story.
    pub(crate) fn keep(&mut self, word: &str, text: String) {
        self.kept.insert(word.to_owned(), text);
    }

    /// Puts a row before everything else.
    pub(crate) fn enter(&mut self, row: BTreeMap<String, String>) {
        self.rows.push(row);
    }

    /// Takes the innermost row away.
    pub(crate) fn leave(&mut self) {
        self.rows.pop();
    }

    fn get(&self, word: &str) -> Option<&str> {
        let row = self.rows.iter().rev().find_map(|it| it.get(word));
        row.or_else(|| self.kept.get(word)).map(String::as_str)
    }

    /// The text with every word replaced.
    pub(crate) fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        self.each(text, |before, meant| {
            filled.push_str(before);
            filled.push_str(meant.unwrap_or_default());
        })?;
        Ok(filled)
    }

    /// The tree with every word replaced; entries and items in which a word is empty are left out.
    pub(crate) fn fill_tree(&self, tree: &Tree) -> Result<Tree> {
        let kind = match &tree.kind {
            Kind::Scalar(it) => {
                Kind::Scalar(Scalar { text: self.fill(&it.text)?, plain: it.plain })
            }
            Kind::List(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for item in items {
                    filled.extend(self.fill_part(item)?);
                }
                Kind::List(filled)
            }
            Kind::Map(entries) => {
                let mut filled = Vec::with_capacity(entries.len());
                for Entry { key, at, value } in entries {
                    if let Some(value) = self.fill_part(value)? {
                        filled.push(Entry { key: key.clone(), at: *at, value });
                    }
                }
                Kind::Map(filled)
            }
        };
        Ok(Tree { at: tree.at, kind })
    }

    fn fill_part(&self, part: &Tree) -> Result<Option<Tree>> {
        match &part.kind {
            Kind::Scalar(it) if self.lacks(&it.text)? => Ok(None),
            _ => self.fill_tree(part).map(Some),
        }
    }

    /// A word of the text stands for nothing to be said.
    fn lacks(&self, text: &str) -> Result<bool> {
        let mut lacks = false;
        self.each(text, |_, meant| lacks |= meant.is_some_and(str::is_empty))?;
        Ok(lacks)
    }

    /// Tells the pieces of the text: what stands there, and what each word after it means.
    fn each(&self, text: &str, mut tell: impl FnMut(&str, Option<&str>)) -> Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let before = &rest[..at];
            rest = &rest[at + 1..];
            let (word, after) = match braced(rest) {
                Some(braced) => braced,
                None => rest.split_at(rest.find(|it| !is_of_word(it)).unwrap_or(rest.len())),
            };
            if word.contains('$') && self.lacks(word)? {
                // What is looked up by nothing stands for nothing.
                tell(before, Some(""));
                rest = after;
                continue;
            }
            let inner = if word.contains('$') { self.fill(word)? } else { word.to_owned() };
            let meant = self.get(&inner).ok_or_else(|| {
                Failure::data(format!("`${word}` stands for nothing here: `{text}`"))
            })?;
            tell(before, Some(meant));
            rest = after;
        }
        tell(rest, None);
        Ok(())
    }
}

/// What stands within the braces with which the text begins, and what comes after them.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, it) in text.char_indices() {
        match it {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        match (at, depth) {
            (0, 0) => return None,
            (_, 0) => return Some((&text[1..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn is_of_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use super::Words;

    #[test]
    fn the_innermost_row_comes_first_and_unknown_words_are_refused() {
        let mut words = Words::default();
        words.keep("district", "districts/d".to_owned());
        words.keep("unit", "kept".to_owned());
        words.enter(BTreeMap::from([
            ("unit".to_owned(), "finance".to_owned()),
            ("fiscal-revenue".to_owned(), "12.50".to_owned()),
        ]));
        let filled = words.fill("$district/units/$unit: ${fiscal-revenue}万元").unwrap();
        assert_eq!(filled, "districts/d/units/finance: 12.50万元");
        words.leave();
        assert_eq!(words.fill("$unit").unwrap(), "kept");
        words.keep("person/007", "districts/d/persons/x".to_owned());
        words.keep("placed/districts/d/persons/x", "3".to_owned());
        words.keep("id", "007".to_owned());
        words.keep("none", String::new());
        assert_eq!(words.fill("${placed/${person/$id}}.").unwrap(), "3.");
        assert_eq!(words.fill("${person/$none}").unwrap(), "");
        assert_eq!(
            words.fill("${person/8}").unwrap_err().to_string(),
            "`$person/8` stands for nothing here: `${person/8}`"
        );
        let fault = words.fill("$nobody").unwrap_err().to_string();
        assert_eq!(fault, "`$nobody` stands for nothing here: `$nobody`");
    }

    #[test]
    fn what_has_an_empty_word_is_left_out() {
        let mut words = Words::default();
        words.keep("note", String::new());
        words.keep("value", "3".to_owned());
        let tree = crate::yaml::parse("{value: $value, note: $note, about: districts/$note, plain: '', list: [$note, $value]}").unwrap();
        let filled = words.fill_tree(&tree).unwrap();
        let crate::yaml::Kind::Map(entries) = filled.kind else { unreachable!() };
        let keys: Vec<_> = entries.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["value", "plain", "list"]);
        let crate::yaml::Kind::List(items) = &entries[2].value.kind else { unreachable!() };
        assert_eq!(items.len(), 1);
    }
}
