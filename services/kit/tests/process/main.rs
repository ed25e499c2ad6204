//! Whole processes: settings, signals, exit codes, and what a collector is told.
//!
//! This binary starts itself as the services under test, which `ROLE` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod child;
mod collector;
#[allow(dead_code)]
#[path = "../it/runtime/desk.rs"]
mod desk;
mod settings;
mod signals;
mod traces;

use std::process::ExitCode;

use futures::FutureExt as _;
use kit::boot::{Context, Service, Wing};
use kit::db::Migrations;
use sqlx::migrate::Migrator;

use desk::{Desk, OPEN};

const ROLE: &str = "TEST_ROLE";

static NO_TABLES: Migrations =
    Migrations { sqlite: Migrator::DEFAULT, postgres: Migrator::DEFAULT };

/// Answers by itself.
const BACK: Service = Service {
    name: "scoring",
    peers: &[],
    migrations: &NO_TABLES,
    policy: OPEN,
    start: |ctx| async move { Ok(wing(&ctx, Desk::new())) }.boxed(),
};

/// Asks the other one.
const FRONT: Service = Service {
    name: "registry",
    peers: &["scoring"],
    migrations: &NO_TABLES,
    policy: OPEN,
    start: |ctx| {
        let mut desk = Desk::new();
        desk.peer = Some(ctx.peers.get("scoring"));
        async move { Ok(wing(&ctx, desk)) }.boxed()
    },
};

fn wing(ctx: &Context, desk: Desk) -> Wing {
    let shutdown = ctx.shutdown.clone();
    desk.wing().task(async move { shutdown.cancelled().await })
}

macro_rules! cases {
    ($($module:ident::$case:ident,)+) => {
        [$((concat!(stringify!($module), "::", stringify!($case)), $module::$case as fn()),)+]
    };
}

fn main() -> ExitCode {
    match std::env::var(ROLE).as_deref() {
        Ok("back") => return kit::boot::main(BACK),
        Ok("front") => return kit::boot::main(FRONT),
        _ => {}
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let cases = cases![
        settings::wrong_settings_end_with_64,
        settings::a_missing_peer_ends_with_64,
        settings::help_is_no_error,
        settings::migrate_brings_the_schema_and_exits,
        settings::a_taken_port_ends_with_1,
        signals::a_signal_drains,
        signals::an_open_stream_does_not_keep_it,
        signals::a_second_signal_ends_at_once,
        traces::a_trace_crosses_two_hops,
        traces::without_a_collector_nothing_is_traced,
    ];
    let mut failed = 0;
    for (name, case) in cases {
        if wanted.as_deref().is_some_and(|wanted| !name.contains(wanted)) {
            continue;
        }
        let passed = std::panic::catch_unwind(case).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += u8::from(!passed);
    }
    ExitCode::from(failed)
}
