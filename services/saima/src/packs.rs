//! The scenario packs: districts with their stories, carried in the binary, or a folder of
//! the same form.
//!
//! A pack is data. Its definitions are files as `saima apply` reads them; `story.yaml` says
//! what happens (see [`crate::story`]), and `story/` holds the tables and later definitions
//! that the story speaks of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;

use crate::failure::{Failure, Result};
use crate::pack::Source;

/// The packs that the binary carries; the first is played where none is named.
pub const NAMES: [&str; 5] = ["hengkou", "bishan", "qingxin", "xingping", "shibei"];

/// A debug build reads them where they are, so that a changed file needs no build.
#[derive(RustEmbed)]
#[folder = "../../examples"]
#[include = "hengkou/*"]
#[include = "bishan/*"]
#[include = "qingxin/*"]
#[include = "xingping/*"]
#[include = "shibei/*"]
struct Carried;

/// The files of one pack.
#[derive(Clone, Debug)]
pub struct Files {
    /// What the pack is called.
    pub name: String,
    /// Text by path within the pack.
    texts: BTreeMap<String, String>,
}

impl Files {
    /// The pack of that name, or the one in the folder of that path.
    pub fn find(name: &str) -> Result<Self> {
        if NAMES.contains(&name) {
            return Self::carried(name);
        }
        match Path::new(name) {
            folder if folder.is_dir() => Self::folder(folder),
            _ => Err(Failure::input(format!(
                "`{name}` is neither a folder nor one of the packs {}",
                NAMES.join(", ")
            ))),
        }
    }

    /// The text at `path` within the pack.
    pub fn text(&self, path: &str) -> Result<&str> {
        let found = self.texts.get(path).map(String::as_str);
        found.ok_or_else(|| Failure::input(format!("{}: no file {path}", self.name)))
    }

    /// The file at `path`, or all files of the folder at `path`, by path.
    pub fn below(&self, path: &str) -> Vec<Source> {
        let folder = format!("{path}/");
        let found = self.texts.iter().filter(|(it, _)| *it == path || it.starts_with(&folder));
        found.map(|(path, text)| self.source(path, text)).collect()
    }

    /// The definitions of the district as it begins: everything outside the story.
    pub fn definitions(&self) -> Vec<Source> {
        let found = self.texts.iter().filter(|(path, _)| {
            let first = path.split('/').next().unwrap_or_default();
            first != "story" && first != "story.yaml"
        });
        found.map(|(path, text)| self.source(path, text)).collect()
    }

    /// The story.
    pub fn story(&self) -> Result<Source> {
        Ok(self.source("story.yaml", self.text("story.yaml")?))
    }

    fn source(&self, path: &str, text: &str) -> Source {
        Source::new(&format!("{}/{path}", self.name), text)
    }

    fn carried(name: &str) -> Result<Self> {
        let folder = format!("{name}/");
        let mut texts = BTreeMap::new();
        for path in Carried::iter().filter(|it| it.starts_with(&folder)) {
            let Some(file) = Carried::get(&path) else { continue };
            let text = String::from_utf8(file.data.into_owned()).map_err(Failure::other)?;
            texts.insert(path[folder.len()..].to_owned(), text);
        }
        Ok(Self { name: name.to_owned(), texts })
    }

    fn folder(folder: &Path) -> Result<Self> {
        let mut texts = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(path) = open.pop() {
            let reading = |error| Failure::input(format!("{}: {error}", path.display()));
            if path.is_dir() {
                for entry in fs::read_dir(&path).map_err(reading)? {
                    open.push(entry.map_err(reading)?.path());
                }
            } else if path.extension().is_some_and(|it| it == "yaml" || it == "csv") {
                let inner = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
                texts.insert(inner.into_owned(), fs::read_to_string(&path).map_err(reading)?);
            }
        }
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
        Ok(Self { name: name.into_owned(), texts })
    }
}
