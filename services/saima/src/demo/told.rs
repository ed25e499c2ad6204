//! Which chapters a folder of databases has seen, so that they are not played twice.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Result;

/// The chapters that were played to their end in a folder; none in a temporary one.
pub(super) struct Told {
    file: Option<PathBuf>,
    pack: String,
    lines: Vec<String>,
}

impl Told {
    /// Reads what the folder has seen of a pack.
    pub(super) fn open(folder: Option<&Path>, pack: &str) -> Result<Self> {
        let file = folder.map(|it| it.join("told.txt"));
        let text = match &file {
            Some(file) if file.exists() => fs::read_to_string(file)?,
            _ => String::new(),
        };
        Ok(Self { file, pack: pack.to_owned(), lines: text.lines().map(str::to_owned).collect() })
    }

    /// The chapter was played here.
    pub(super) fn has(&self, chapter: &str) -> bool {
        self.lines.contains(&self.line(chapter))
    }

    /// Notes that the chapter was played.
    pub(super) fn add(&mut self, chapter: &str) -> Result<()> {
        if !self.has(chapter) {
            self.lines.push(self.line(chapter));
            if let Some(file) = &self.file {
                fs::write(file, self.lines.join("\n") + "\n")?;
            }
        }
        Ok(())
    }

    fn line(&self, chapter: &str) -> String {
        format!("{} {chapter}", self.pack)
    }
}
