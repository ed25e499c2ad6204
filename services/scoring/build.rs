//! New migration files are embedded only if this crate is compiled again.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
