//! Notification as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    kit::boot::main(notification::SERVICE)
}
