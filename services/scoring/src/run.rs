//! Runs (季度盘账, B1): scoring one period by one scheme. A run pins everything it looked at;
//! where it stands is kept beside it.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};
use sha2::{Digest as _, Sha256};

/// How runs are named.
pub(crate) static NAME: Pattern = Pattern::new("run", "districts/{district}/runs/{run}");

/// One run, as it was made.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Its position in the district's ledger of runs, and its id.
    pub(crate) sequence: i64,
    pub(crate) scheme: String,
    /// The scheme's series, by which others refer to its results.
    pub(crate) series: String,
    pub(crate) period: String,
    /// The published run whose place it is to take.
    pub(crate) supersedes: Option<i64>,
    pub(crate) definitions: Definitions,
    pub(crate) scheme_digest: String,
    /// Last position of the ledger of observations that it took into account.
    pub(crate) cut_sequence: i64,
    pub(crate) input_digest: String,
    pub(crate) output_digest: String,
    pub(crate) result_count: i64,
    /// Tracks in the scheme's order.
    pub(crate) tracks: Vec<Track>,
    pub(crate) create_time: Timestamp,
}

/// By which definitions a run scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definitions {
    /// Those the period was closed with.
    AtClose,
    /// Those that hold when the run is made.
    Current,
}

/// A track, as boards print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) id: String,
    pub(crate) display_name: String,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Computed, seen by the office only.
    Scored,
    /// Published and frozen.
    Published,
    /// A later published run took its place.
    Superseded,
}

/// A run and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) run: Run,
    pub(crate) state: State,
    pub(crate) publish_time: Option<Timestamp>,
    pub(crate) revision: i64,
}

impl Run {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        name(district, self.sequence)
    }
}

impl Standing {
    /// A run that was just made.
    pub(crate) fn new(run: Run) -> Self {
        Self { run, state: State::Scored, publish_time: None, revision: 1 }
    }

    /// Publishes it. `published` is the run of its scheme and period that is published now,
    /// which it must supersede.
    pub(crate) fn publish(
        &mut self,
        district: &str,
        published: Option<i64>,
        now: Timestamp,
    ) -> Result<()> {
        let own = self.run.name(district);
        if self.state != State::Scored {
            let message = "was published already";
            return Err(Error::precondition("RUN_PUBLISHED", own, message));
        }
        if published != self.run.supersedes {
            let message = match (published, self.run.supersedes) {
                (Some(other), _) => format!(
                    "{} is published for this scheme and period; only a run that supersedes it can take its place",
                    name(district, other)
                ),
                (None, Some(other)) => format!("{} is not published", name(district, other)),
                (None, None) => String::new(),
            };
            return Err(Error::precondition("PERIOD_PUBLISHED", own, message));
        }
        self.state = State::Published;
        self.publish_time = Some(now);
        self.revision += 1;
        Ok(())
    }

    /// Gives its place to a later run.
    pub(crate) fn supersede(&mut self) {
        self.state = State::Superseded;
        self.revision += 1;
    }
}

/// The full name of the run at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}

/// Lower-case hex SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let hash = Sha256::digest(bytes);
    let digits =
        hash.iter().flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}
