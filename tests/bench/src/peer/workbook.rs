//! LibreOffice recalculating a county's month as a workbook, where the machine has it.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::pair::Cost;
use crate::process::{Conversation, Process, family};

const OFFICE: &str = "/usr/lib/libreoffice/program/soffice.bin";
const PYTHON: &str = "/usr/bin/python3";
const SCRIPT: &str = include_str!("../../peers/workbook.py");

/// A workbook that is open.
pub(crate) struct Workbook {
    conversation: Conversation,
}

impl Workbook {
    /// Opens it in a folder of its own; the reason when it cannot be had.
    pub(crate) fn open(folder: &Path, [units, indicators]: [u32; 2]) -> Result<Self, String> {
        if !Path::new(OFFICE).exists() {
            return Err(format!("{OFFICE} is not there"));
        }
        let open = || -> Outcome<Self> {
            let script = folder.join("workbook.py");
            std::fs::write(&script, SCRIPT)?;
            let arguments = [&*script.to_string_lossy(), &*folder.to_string_lossy()];
            let mut conversation = Process::converse(Path::new(PYTHON), &arguments)?;
            conversation.ask(&format!("make {units} {indicators}"))?;
            Ok(Self { conversation })
        };
        open().map_err(|error| format!("LibreOffice is not driven: {error}"))
    }

    /// Corrects figures one after another; yields what became of each, rank and hundredths of
    /// the score, and what it cost.
    pub(crate) fn correct(
        &mut self,
        figures: impl Iterator<Item = [u32; 3]>,
    ) -> Outcome<(Vec<String>, Cost)> {
        let (cpu, wall) = (self.cpu()?, Instant::now());
        let answers = figures
            .map(|[unit, indicator, cents]| {
                self.conversation.ask(&format!("correct {unit} {indicator} {cents}"))
            })
            .collect::<Outcome<_>>()?;
        Ok((answers, Cost { wall: wall.elapsed(), cpu: self.cpu()? - cpu }))
    }

    /// LibreOffice is a child of what speaks to it.
    fn cpu(&self) -> Outcome<Duration> {
        family(self.conversation.process.id())
    }
}
