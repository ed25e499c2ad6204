//! The cadre service as a process of its own.

fn main() -> std::process::ExitCode {
    kit::boot::main(cadre::SERVICE)
}
