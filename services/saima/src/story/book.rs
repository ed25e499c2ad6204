//! A story as it is written: chapters of steps, every fault of it named before it begins.

use std::rc::Rc;

use crate::failure::{Failure, Result};
use crate::message;
use crate::pack::Source;
use crate::problem::Problems;
use crate::yaml::{self, Entry, Kind, Place, Tree};

/// A story.
#[derive(Debug)]
pub struct Story {
    /// What it is called.
    pub title: String,
    /// What it shows, in a line.
    pub line: String,
    /// What happens.
    pub chapters: Vec<Chapter>,
    /// What to try afterwards.
    pub hints: Vec<Hint>,
    /// The file it was read from.
    pub(super) file: Rc<str>,
}

/// A part of a story that is played whole.
#[derive(Debug)]
pub struct Chapter {
    /// Its id.
    pub name: String,
    /// What it is called.
    pub title: String,
    pub(super) steps: Vec<Step>,
}

/// A request for a stock client.
#[derive(Debug)]
pub struct Hint {
    /// What it shows.
    pub what: String,
    /// The RPC, without `saima.`: `scoring.v1.BoardService/GetBoard`.
    pub call: String,
    /// The request as JSON.
    pub request: String,
}

/// One step.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub at: Option<String>,
    pub say: Option<String>,
    pub deed: Deed,
    /// Where it stands.
    pub place: Place,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Makes the district equal to the files of a folder.
    Apply(String),
    /// Calls an RPC.
    Call { method: String, request: Option<Tree>, keep: Vec<(String, String)> },
    /// Calls an RPC that takes many.
    Load(Box<Load>),
    /// Reports in bulk.
    Report(Report),
    /// Agrees with what is reported.
    Verify(Vec<String>),
    /// Repeats steps.
    For { rows: Rows, filter: Vec<(String, String)>, steps: Vec<Step> },
    /// Keeps a word for each entry of a list: what stands at `is`, under `word` and the entry's own
    /// keys, `person/007`.
    Learn { word: String, list: Tree, by: Vec<String>, is: String },
    /// Waits for what follows.
    Wait { archives: bool, letters: bool, bulletins: Vec<String>, documents: Vec<(String, String)> },
    /// Prints something.
    Show(Tree),
    /// Nothing but its line.
    Say,
}

/// Many messages from a table.
#[derive(Clone, Debug)]
pub(super) struct Load {
    pub method: String,
    pub rows: Rows,
    pub filter: Vec<(String, String)>,
    /// The repeated field that takes the messages.
    pub into: String,
    /// The message of a row.
    pub row: Tree,
    /// Everything else of the request.
    pub request: Option<Tree>,
    pub batch: usize,
}

/// Reports from tables.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub tables: String,
    pub period: String,
    pub filter: Vec<(String, String)>,
    /// Indicators that are proven, and by what.
    pub proven: Vec<String>,
    pub evidence: Option<String>,
}

/// Rows of a table, or written in place.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// The path of a table in the pack.
    Table(String),
    /// Mappings of words.
    Written(Vec<Vec<(String, String)>>),
    /// What a list of the suite has: `list`, `request` and `columns` as in a `show`.
    Listed(Tree),
}

/// Messages in one call where a step does not say.
const BATCH: usize = 1000;

impl Story {
    /// Reads a story; every fault is named with its place.
    pub fn read(source: &Source) -> Result<Self> {
        let tree = yaml::parse(&source.text)
            .map_err(|it| Failure::data(format!("{}:{}: {}", source.label, it.at, it.message)))?;
        let mut pen = Pen { file: source.label.clone(), problems: Problems::default() };
        let mut story = Self {
            title: String::new(),
            line: String::new(),
            chapters: Vec::new(),
            hints: Vec::new(),
            file: source.label.clone(),
        };
        for Entry { key, at, value } in pen.map(&tree) {
            match key.as_str() {
                "title" => story.title = pen.text(&value),
                "line" => story.line = pen.text(&value),
                "chapters" => {
                    story.chapters = pen.list(&value).iter().map(|it| pen.chapter(it)).collect()
                }
                "try" => story.hints = pen.list(&value).iter().map(|it| pen.hint(it)).collect(),
                "shared" => {}
                _ => pen.unknown(at, &key, "title, line, chapters, try, shared"),
            }
        }
        pen.problems.check(story)
    }
}

/// Reads trees and notes what is wrong with them.
struct Pen {
    file: Rc<str>,
    problems: Problems,
}

impl Pen {
    fn chapter(&mut self, tree: &Tree) -> Chapter {
        let mut chapter = Chapter { name: String::new(), title: String::new(), steps: Vec::new() };
        for Entry { key, at, value } in self.map(tree) {
            match key.as_str() {
                "name" => chapter.name = self.text(&value),
                "title" => chapter.title = self.text(&value),
                "steps" => chapter.steps = self.steps(&value),
                _ => self.unknown(at, &key, "name, title, steps"),
            }
        }
        chapter
    }

    fn hint(&mut self, tree: &Tree) -> Hint {
        let mut hint = Hint { what: String::new(), call: String::new(), request: String::new() };
        for Entry { key, at, value } in self.map(tree) {
            match key.as_str() {
                "what" => hint.what = self.text(&value),
                "call" => hint.call = self.text(&value),
                "request" => hint.request = self.text(&value),
                _ => self.unknown(at, &key, "what, call, request"),
            }
        }
        hint
    }

    /// A list of steps; a list within it is spliced in.
    fn steps(&mut self, tree: &Tree) -> Vec<Step> {
        let mut steps = Vec::new();
        for item in self.list(tree) {
            match &item.kind {
                Kind::List(_) => steps.extend(self.steps(&item)),
                _ => steps.extend(self.step(&item)),
            }
        }
        steps
    }

    fn step(&mut self, tree: &Tree) -> Option<Step> {
        let mut fields = Fields(self.map(tree));
        let at = fields.take("at").map(|it| self.text(&it));
        let say = fields.take("say").map(|it| self.text(&it));
        let deed = if let Some(folder) = fields.take("apply") {
            Deed::Apply(self.text(&folder))
        } else if let Some(method) = fields.take("call") {
            let keep = fields.take("keep").map(|it| self.words(&it)).unwrap_or_default();
            Deed::Call { method: self.method(&method), request: fields.take("request"), keep }
        } else if let Some(method) = fields.take("load") {
            Deed::Load(Box::new(self.load(&method, &mut fields, tree)?))
        } else if let Some(tables) = fields.take("report") {
            Deed::Report(self.report(&tables, &mut fields))
        } else if let Some(periods) = fields.take("verify") {
            Deed::Verify(self.texts(&periods))
        } else if let Some(rows) = fields.take("for") {
            let rows = self.rows(&rows);
            let filter = fields.take("when").map(|it| self.words(&it)).unwrap_or_default();
            let steps = fields.take("do").map(|it| self.steps(&it)).unwrap_or_default();
            Deed::For { rows, filter, steps }
        } else if let Some(word) = fields.take("learn") {
            let (Some(list), Some(by)) = (fields.take("from"), fields.take("by")) else {
                self.fault(tree.at, "`learn` needs `from` and `by`");
                return None;
            };
            let is = fields.take("is").map(|it| self.text(&it)).unwrap_or("name".to_owned());
            Deed::Learn { word: self.text(&word), list, by: self.texts(&by), is }
        } else if let Some(what) = fields.take("wait") {
            self.wait(&what)
        } else if let Some(what) = fields.take("show") {
            Deed::Show(what)
        } else if say.is_some() || at.is_some() {
            Deed::Say
        } else {
            let deeds = "apply, call, load, report, verify, for, learn, wait, show, say or at";
            self.fault(tree.at, format!("a step needs one of {deeds}"));
            return None;
        };
        for Entry { key, at, .. } in fields.0 {
            self.fault(at, format!("`{key}` does not belong to this step"));
        }
        Some(Step { at, say, deed, place: tree.at })
    }

    fn load(&mut self, method: &Tree, fields: &mut Fields, step: &Tree) -> Option<Load> {
        let rows = fields.take("table").map(|it| self.rows(&it));
        let into = fields.take("into").map(|it| self.text(&it));
        let (Some(rows), Some(into), Some(row)) = (rows, into, fields.take("row")) else {
            self.fault(step.at, "`load` needs `table`, `into` and `row`");
            return None;
        };
        let batch = fields.take("batch").map(|it| self.text(&it));
        Some(Load {
            method: self.method(method),
            rows,
            into,
            row,
            filter: fields.take("when").map(|it| self.words(&it)).unwrap_or_default(),
            request: fields.take("request"),
            batch: batch.and_then(|it| it.parse().ok()).unwrap_or(BATCH),
        })
    }

    fn report(&mut self, tables: &Tree, fields: &mut Fields) -> Report {
        Report {
            tables: self.text(tables),
            period: fields.take("period").map(|it| self.text(&it)).unwrap_or_default(),
            filter: fields.take("when").map(|it| self.words(&it)).unwrap_or_default(),
            proven: fields.take("proven").map(|it| self.texts(&it)).unwrap_or_default(),
            evidence: fields.take("evidence").map(|it| self.text(&it)),
        }
    }

    fn wait(&mut self, tree: &Tree) -> Deed {
        let mut fields = Fields(self.map(tree));
        let mut truth = |word| fields.take(word).is_some_and(|it| self.text(&it) == "true");
        let (archives, letters) = (truth("archives"), truth("letters"));
        let bulletins = fields.take("bulletins").map(|it| self.texts(&it)).unwrap_or_default();
        let documents = fields.take("documents").map(|it| self.words(&it)).unwrap_or_default();
        for Entry { key, at, .. } in fields.0 {
            self.unknown(at, &key, "archives, letters, bulletins, documents");
        }
        Deed::Wait { archives, letters, bulletins, documents }
    }

    fn rows(&mut self, tree: &Tree) -> Rows {
        match &tree.kind {
            Kind::List(items) => Rows::Written(items.iter().map(|it| self.words(it)).collect()),
            Kind::Map(_) => Rows::Listed(tree.clone()),
            _ => Rows::Table(self.text(tree)),
        }
    }

    /// The name of an RPC that there is.
    fn method(&mut self, tree: &Tree) -> String {
        let name = self.text(tree);
        if message::method(&name).is_none() {
            self.fault(tree.at, format!("`{name}` is no RPC, or one of several services"));
        }
        name
    }

    fn words(&mut self, tree: &Tree) -> Vec<(String, String)> {
        self.map(tree).into_iter().map(|it| (it.key, self.text(&it.value))).collect()
    }

    fn texts(&mut self, tree: &Tree) -> Vec<String> {
        match tree.kind {
            Kind::List(_) => self.list(tree).iter().map(|it| self.text(it)).collect(),
            _ => vec![self.text(tree)],
        }
    }

    fn text(&mut self, tree: &Tree) -> String {
        match &tree.kind {
            Kind::Scalar(scalar) => scalar.text.clone(),
            _ => {
                self.fault(tree.at, format!("needs a single value, this is {}", tree.describe()));
                String::new()
            }
        }
    }

    fn list(&mut self, tree: &Tree) -> Vec<Tree> {
        match &tree.kind {
            Kind::List(items) => items.clone(),
            _ => {
                self.fault(tree.at, format!("needs a list, this is {}", tree.describe()));
                Vec::new()
            }
        }
    }

    fn map(&mut self, tree: &Tree) -> Vec<Entry> {
        match &tree.kind {
            Kind::Map(entries) => entries.clone(),
            _ => {
                self.fault(tree.at, format!("needs a mapping, this is {}", tree.describe()));
                Vec::new()
            }
        }
    }

    fn unknown(&mut self, at: Place, key: &str, known: &str) {
        self.fault(at, format!("`{key}` is none of {known}"));
    }

    fn fault(&mut self, at: Place, message: impl std::fmt::Display) {
        self.problems.add(&self.file, at, "", message);
    }
}

/// Fields of a mapping that nobody has taken yet.
struct Fields(Vec<Entry>);

impl Fields {
    fn take(&mut self, key: &str) -> Option<Tree> {
        let at = self.0.iter().position(|it| it.key == key)?;
        Some(self.0.remove(at).value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Story;
    use crate::pack::Source;

    #[test]
    fn every_fault_of_a_story_is_named_before_it_begins() {
        let text = "\
title: 某区
chapters:
  - name: one
    steps:
      - {at: 2023-01-03, aply: .}
      - {call: PublishAll}
      - {gallop: fast}
      - {load: BatchUpdateUnits, table: story/units.csv}
      - {say: 好, loud: true}
";
        let fault = Story::read(&Source::new("story.yaml", text)).unwrap_err().to_string();
        let expected = [
            "story.yaml:5:26: `aply` does not belong to this step",
            "story.yaml:6:16: `PublishAll` is no RPC, or one of several services",
            "story.yaml:7:9: a step needs one of apply, call, load, report, verify, for, learn, wait, show, say or at",
            "story.yaml:8:9: `load` needs `table`, `into` and `row`",
            "story.yaml:9:18: `loud` does not belong to this step",
        ];
        assert_eq!(fault.lines().collect::<Vec<_>>(), expected);
    }
}
