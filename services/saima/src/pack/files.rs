//! Where a pack's files come from: a folder, one file, or the binary itself.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use crate::failure::{Failure, Result};

/// A file of a pack.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path, as errors call it.
    pub label: Rc<str>,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A file that is at hand as text.
    pub fn new(label: &str, text: &str) -> Self {
        Self { label: label.into(), text: text.to_owned() }
    }

    /// The file at `path`, or all files of the folder at `path` and its folders, by path.
    /// Only files a pack can hold are read: a story (`story.yaml`, `story/`) defines nothing.
    pub fn gather(path: &Path) -> Result<Vec<Self>> {
        let mut sources = Vec::new();
        match path.metadata() {
            Err(error) => return Err(Failure::input(format!("{}: {error}", path.display()))),
            Ok(_) => collect(path, &mut sources)?,
        }
        sources.sort_by(|one, other| one.label.cmp(&other.label));
        match sources.len() {
            0 => Err(Failure::input(format!("{}: no .yaml file here", path.display()))),
            _ => Ok(sources),
        }
    }

    /// The one file at `path`, whatever it holds.
    pub fn gather_one(path: &Path) -> Result<Self> {
        let reading = |error| Failure::input(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(reading)?;
        Ok(Self::new(&path.to_string_lossy(), &text))
    }

    /// It holds definitions.
    pub fn is_yaml(&self) -> bool {
        self.label.ends_with(".yaml") || self.label.ends_with(".yml")
    }

    /// It is a table of targets: `targets.csv`, or any table in a folder `targets`.
    pub fn is_target_table(&self) -> bool {
        let path = Path::new(&*self.label);
        let folder = path.parent().and_then(Path::file_name);
        path.extension().is_some_and(|it| it == "csv")
            && (path.file_stem().is_some_and(|it| it == "targets")
                || folder.is_some_and(|it| it == "targets"))
    }
}

fn collect(path: &Path, sources: &mut Vec<Source>) -> Result<()> {
    if path.is_dir() {
        let reading = |error| Failure::input(format!("{}: {error}", path.display()));
        for entry in fs::read_dir(path).map_err(reading)? {
            let entry = entry.map_err(reading)?.path();
            if entry.file_stem().is_none_or(|it| it != "story") {
                collect(&entry, sources)?;
            }
        }
        return Ok(());
    }
    let name = Source::new(&path.to_string_lossy(), "");
    if name.is_yaml() || name.is_target_table() {
        sources.push(Source::gather_one(path)?);
    }
    Ok(())
}
