//! How a command ends when it does not end well: what to tell the person at the
//! terminal, and the exit code for the script that called.

use std::fmt;
use std::io;
use std::process::ExitCode;

use tonic::Status;
use tonic_types::StatusExt;

/// Details of a refusal that are printed; the rest are counted.
const NAMED: usize = 10;

/// Why a command gave up.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

/// What every command returns.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A file is wrong; exit code 65.
    pub fn data(message: impl fmt::Display) -> Self {
        Self::new(65, message)
    }

    /// Something a command needs is not there; exit code 66.
    pub fn input(message: impl fmt::Display) -> Self {
        Self::new(66, message)
    }

    /// The server is not there; exit code 69.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Self::new(69, message)
    }

    /// Anything else; exit code 1.
    pub fn other(message: impl fmt::Display) -> Self {
        Self::new(1, message)
    }

    /// Puts what was being done in front of the message.
    #[must_use]
    pub fn during(self, what: impl fmt::Display) -> Self {
        let message = format!("{what}: {}", self.message);
        Self { message, ..self }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        self.code.into()
    }

    fn new(code: u8, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        Self { code, message }
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::other(format!("{other:?}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

/// A reader that has seen enough, such as `head`, is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(0, ""),
            _ => Self::other(error),
        }
    }
}

impl From<kit::Error> for Failure {
    fn from(error: kit::Error) -> Self {
        Status::from(error).into()
    }
}

/// A refusal by the server, with everything its details name.
impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let code = match status.code() {
            tonic::Code::InvalidArgument | tonic::Code::FailedPrecondition => 65,
            tonic::Code::Unavailable => 69,
            _ => 1,
        };
        let details = status.get_error_details();
        let mut lines = Vec::new();
        if let Some(request) = details.bad_request() {
            let violations = request.field_violations.iter();
            lines.extend(violations.map(|it| format!("{}: {}", it.field, it.description)));
        }
        if let Some(unmet) = details.precondition_failure() {
            lines.extend(
                unmet.violations.iter().map(|it| format!("{}: {}", it.subject, it.description)),
            );
        }
        let more = lines.len().saturating_sub(NAMED);
        lines.truncate(NAMED);
        match (lines.is_empty(), more) {
            (true, _) if status.message().is_empty() => lines.push(status.code().to_string()),
            (true, _) => lines.push(status.message().to_owned()),
            (false, 0) => {}
            (false, more) => lines.push(format!("… and {more} more")),
        }
        Self::new(code, lines.join("\n"))
    }
}
