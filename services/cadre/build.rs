//! Migrations are compiled in; a new file must be seen.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
