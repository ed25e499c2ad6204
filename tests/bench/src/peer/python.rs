//! Peers from the registry of Python, in an environment of their own under target/.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

const REQUIREMENTS: &str = include_str!("../../peers/requirements.txt");
const SCRIPTS: [(&str, &str); 2] =
    [("requirements.txt", REQUIREMENTS), ("s1.py", include_str!("../../peers/s1.py"))];

/// An environment with the pinned peers in it.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment beside the program, made when it is not there or of other versions.
    /// The reason when it cannot be had, and when it is `only_if_there` and is not: the peers
    /// are then reported absent.
    pub(crate) fn beside(program: &Path, only_if_there: bool) -> Result<Self, String> {
        let folder = program.ancestors().nth(2).unwrap_or(program).join("bench-peers");
        let python = Self { folder };
        if only_if_there && !python.program().exists() {
            return Err("no Python peers: not installed, and nothing is at smoke size".to_owned());
        }
        python.make().map_err(|error| format!("no Python peers: {error}"))?;
        Ok(python)
    }

    /// The interpreter.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.join("bin").join("python")
    }

    /// The path of a script of ours.
    pub(crate) fn script(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }

    fn make(&self) -> Outcome<()> {
        let pinned = self.folder.join("installed.txt");
        if std::fs::read_to_string(&pinned).is_ok_and(|text| text == REQUIREMENTS) {
            return self.write();
        }
        let folder = self.folder.to_string_lossy().into_owned();
        run(Path::new("python3"), &["-m", "venv", &folder])?;
        self.write()?;
        let requirements = self.script("requirements.txt");
        run(&self.program(), &["-m", "pip", "install", "--quiet", "-r", &requirements])?;
        std::fs::write(pinned, REQUIREMENTS)?;
        Ok(())
    }

    fn write(&self) -> Outcome<()> {
        for (name, text) in SCRIPTS {
            std::fs::write(self.folder.join(name), text)?;
        }
        Ok(())
    }
}

fn run(program: &Path, arguments: &[&str]) -> Outcome<()> {
    let done = Command::new(program).args(arguments).output()?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(said.lines().last().unwrap_or("it failed").to_owned().into())
}
