//! Tables for the terminal, aligned by what a reader sees: a Chinese character is two
//! columns wide. And how tables of text are read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::failure::{Failure, Result};
use crate::pack::Source;
use crate::yaml::Place;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How a cell is painted on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// As everything else.
    #[default]
    Plain,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Red.
    Red,
    /// Set back.
    Dim,
    /// Set forth.
    Bold,
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    paint: Paint,
}

/// A table whose columns are as wide as their widest cell.
#[derive(Clone, Debug)]
pub struct Table {
    head: Vec<(String, Align)>,
    lines: Vec<Vec<Cell>>,
}

impl Cell {
    /// A cell in colour.
    pub fn new(text: impl Into<String>, paint: Paint) -> Self {
        Self { text: text.into(), paint }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Paint::Plain)
    }
}

impl Table {
    /// A table without lines.
    pub fn new<T: Into<String>>(head: impl IntoIterator<Item = (T, Align)>) -> Self {
        let head = head.into_iter().map(|(title, align)| (title.into(), align)).collect();
        Self { head, lines: Vec::new() }
    }

    /// Adds a line. Cells beyond the columns are left out.
    pub fn line(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.lines.push(cells.into_iter().take(self.head.len()).collect());
    }

    /// Prints it, painted or not, each line behind `indent`.
    pub fn print(&self, out: &mut impl Write, indent: &str, painted: bool) -> io::Result<()> {
        let widths = self.widths();
        let head: Vec<Cell> =
            self.head.iter().map(|(title, _)| Cell::new(title, Paint::Dim)).collect();
        for line in std::iter::once(&head).chain(&self.lines) {
            let mut text = indent.to_owned();
            for (index, width) in widths.iter().enumerate() {
                let cell = line.get(index).cloned().unwrap_or_default();
                let room = " ".repeat(width - cell.text.width());
                let shown = paint(&cell.text, if painted { cell.paint } else { Paint::Plain });
                let gap = if index == 0 { "" } else { "  " };
                text += &match self.head[index].1 {
                    Align::Left => format!("{gap}{shown}{room}"),
                    Align::Right => format!("{gap}{room}{shown}"),
                };
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        Ok(())
    }

    fn widths(&self) -> Vec<usize> {
        let width = |index: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(index));
            let widest = cells.map(|cell| cell.text.width()).max().unwrap_or(0);
            widest.max(self.head[index].0.width())
        };
        (0..self.head.len()).map(width).collect()
    }
}

/// `text` between the codes that paint it.
pub fn paint(text: &str, paint: Paint) -> String {
    let code = match paint {
        _ if text.is_empty() => return String::new(),
        Paint::Plain => return text.to_owned(),
        Paint::Green => "32",
        Paint::Yellow => "33",
        Paint::Red => "31",
        Paint::Dim => "2",
        Paint::Bold => "1",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Numbers with their points below each other: zeros are added up to the longest fraction.
pub fn align_points(numbers: impl Iterator<Item = String>) -> Vec<String> {
    let fraction = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let numbers: Vec<String> = numbers.collect();
    let places = numbers.iter().map(|it| fraction(it)).max().unwrap_or(0);
    let fill = |text: String| {
        let point = if text.contains('.') || places == 0 { "" } else { "." };
        let zeros = "0".repeat(places - fraction(&text));
        if text.is_empty() { text } else { format!("{text}{point}{zeros}") }
    };
    numbers.into_iter().map(fill).collect()
}

/// How every table of text is read: the first line too, cells trimmed, `#` lines left out.
pub fn csv_reader(text: &[u8]) -> csv::Reader<&[u8]> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text)
}

/// The lines of a table by the titles of its columns.
pub fn csv_rows(source: &Source) -> Result<Vec<BTreeMap<String, String>>> {
    let mut reader = csv_reader(source.text.as_bytes());
    let mut titles: Option<csv::StringRecord> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let at = csv_place(error.position(), 0);
            Failure::data(format!("{}:{at}: {}", source.label, csv_words(&error)))
        })?;
        match &titles {
            None => titles = Some(record),
            Some(titles) => {
                let cells = titles.iter().zip(&record);
                rows.push(cells.map(|(title, it)| (title.to_owned(), it.to_owned())).collect());
            }
        }
    }
    Ok(rows)
}

/// Where a cell stands: its line, and its number as the column.
pub fn csv_place(position: Option<&csv::Position>, index: usize) -> Place {
    let line = position.map_or(0, |it| usize::try_from(it.line()).unwrap_or(0));
    Place { line, column: index + 1 }
}

/// What is wrong with a line, without the place.
pub fn csv_words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells, the first line has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "is not in UTF-8".to_owned(),
        _ => "is not well-formed CSV".to_owned(),
    }
}

#[cfg(test)]
mod tests;
