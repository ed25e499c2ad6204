//! YAML as text with positions: no scalar is interpreted here, so a number reaches
//! its field in the very digits that were written.
//!
//! Anchors and aliases work, and expand to a bounded number of nodes. Refused: tags,
//! keys that are not scalars, a key given twice, a second document in one file.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, SpannedEventReceiver};

/// Nodes that one file may come to once its aliases are expanded.
const LARGEST: usize = 200_000;

/// A node of a YAML file and where it stands.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Its first character.
    pub at: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar in its source text.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Tree>),
    /// A mapping in the order written.
    Map(Vec<Entry>),
}

/// The text of a scalar.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// What was written, quotes and escapes resolved.
    pub text: String,
    /// It stood without quotes.
    pub plain: bool,
}

/// One key of a mapping and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub at: Place,
    /// The value.
    pub value: Tree,
}

/// A place in a text file, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// Text that is not YAML, or not the YAML understood here.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where.
    pub at: Place,
    /// What is wrong.
    pub message: String,
}

/// Reads the one document of `text`; an empty file is an empty mapping.
pub fn parse(text: &str) -> Result<Tree, Malformed> {
    let mut builder = Builder::default();
    Parser::new_from_str(text).load(&mut builder, true)?;
    if let Some(fault) = builder.fault {
        return Err(fault);
    }
    let empty = Tree { at: Place { line: 1, column: 1 }, kind: Kind::Map(Vec::new()) };
    Ok(builder.document.filter(|it| !it.is_null()).unwrap_or(empty))
}

impl Tree {
    /// Nothing was written, or `null` or `~`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(it) if it.plain && matches!(it.text.as_str(), "" | "~" | "null"))
    }

    /// What it is, in an error's words.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar(_) => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

impl From<Marker> for Place {
    fn from(mark: Marker) -> Self {
        Self { line: mark.line(), column: mark.col() + 1 }
    }
}

impl From<ScanError> for Malformed {
    fn from(error: ScanError) -> Self {
        Self {
            at: (*error.marker()).into(),
            message: format!("not well-formed YAML: {}", error.info()),
        }
    }
}

/// Builds the tree from the parser's events.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Tree, usize)>,
    document: Option<Tree>,
    nodes: usize,
    fault: Option<Malformed>,
}

/// A collection whose end has not come yet.
struct Open {
    at: Place,
    anchor: usize,
    first_node: usize,
    content: Content,
}

enum Content {
    List(Vec<Tree>),
    Map(Vec<Entry>, Option<(String, Place)>),
}

impl<'input> SpannedEventReceiver<'input> for Builder {
    fn on_event(&mut self, event: Event<'input>, span: Span) {
        if self.fault.is_none() {
            let at = span.start.into();
            if let Err(message) = self.take(event, at) {
                self.fault = Some(Malformed { at, message });
            }
        }
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: Place) -> Result<(), String> {
        match event {
            Event::Scalar(_, _, _, Some(tag))
            | Event::SequenceStart(_, Some(tag))
            | Event::MappingStart(_, Some(tag)) => {
                Err(format!("the tag `{tag}` is not understood"))
            }
            Event::Scalar(text, style, anchor, None) => {
                let scalar = Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                let kind = Kind::Scalar(scalar);
                self.add(Tree { at, kind }, anchor, 1)
            }
            Event::SequenceStart(anchor, None) => {
                self.begin(at, anchor, Content::List(Vec::new()));
                Ok(())
            }
            Event::MappingStart(anchor, None) => {
                self.begin(at, anchor, Content::Map(Vec::new(), None));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((tree, size)) => self.add(tree, 0, size),
                None => Err("this alias lies within what it names".to_owned()),
            },
            Event::DocumentStart(_) if self.document.is_some() => {
                Err("a file holds one document; put the second into a file of its own".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: Place, anchor: usize, content: Content) {
        let first_node = self.nodes;
        self.open.push(Open { at, anchor, first_node, content });
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(done) = self.open.pop() else {
            return Ok(());
        };
        let kind = match done.content {
            Content::List(items) => Kind::List(items),
            Content::Map(entries, _) => Kind::Map(entries),
        };
        let size = self.nodes - done.first_node + 1;
        self.nodes = done.first_node;
        self.add(Tree { at: done.at, kind }, done.anchor, size)
    }

    fn add(&mut self, tree: Tree, anchor: usize, size: usize) -> Result<(), String> {
        self.nodes += size;
        if self.nodes > LARGEST {
            return Err(format!(
                "more than {LARGEST} nodes, aliases counted as often as they stand"
            ));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (tree.clone(), size));
        }
        match self.open.last_mut().map(|it| &mut it.content) {
            None => self.document = Some(tree),
            Some(Content::List(items)) => items.push(tree),
            Some(Content::Map(entries, key)) => match key.take() {
                Some((key, at)) => entries.push(Entry { key, at, value: tree }),
                None => *key = Some(as_key(entries, tree)?),
            },
        }
        Ok(())
    }
}

fn as_key(entries: &[Entry], tree: Tree) -> Result<(String, Place), String> {
    let Kind::Scalar(scalar) = tree.kind else {
        return Err("a key must be a single value".to_owned());
    };
    match entries.iter().find(|it| it.key == scalar.text) {
        Some(first) => {
            Err(format!("the key `{}` stands on line {} already", scalar.text, first.at.line))
        }
        None => Ok((scalar.text, tree.at)),
    }
}

#[cfg(test)]
mod tests;
