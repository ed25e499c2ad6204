//! `saima demo`: a quarter of Hengkou, played through the public API from the first
//! definition to the last letter.
//!
//! The four services start in this process on the embedded database. Their clock is the
//! story's: it begins in January 2023 and moves on with it, so that a late report is late.
//! What is shown at the end is read back from the services, over TCP like everything else.

mod catch_up;
mod clock;
mod hints;
mod house;
mod quarter;
mod round;
mod show;

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use crate::apply::Plan;
use crate::client::Suite;
use crate::failure::Result;
use crate::hengkou;
use crate::pack::Pack;

use clock::StoryClock;
use house::House;

/// Plays a quarter of a district and shows what comes of it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End after the story instead of serving on
    #[arg(long)]
    pub exit: bool,

    /// Folder of the databases; a temporary one, removed at the end, when not given
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,

    /// Address to listen on; a free port when not given
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

/// What every part of the story stands on.
struct Story {
    suite: Suite,
    clock: Arc<StoryClock>,
    pack: Pack,
    /// `districts/hengkou`.
    parent: String,
    progress: ProgressBar,
}

/// Runs the command.
pub async fn run(args: &Args) -> Result<()> {
    let mut out = io::stdout();
    let painted = out.is_terminal();
    let house = House::open(args.data_dir.as_deref(), args.listen).await?;
    let told = tokio::select! {
        told = tell(args, &house, &mut out, painted) => told,
        asked = house::asked_to_end() => asked,
    };
    // What went wrong in the story matters more than how the house was closed.
    told.and(house.close().await)
}

async fn tell(args: &Args, house: &House, out: &mut impl Write, painted: bool) -> Result<()> {
    let pack = hengkou::pack()?;
    let story = Story {
        suite: Suite::connect(&house.url()?).await?,
        clock: house.clock(),
        parent: format!("districts/{}", pack.district_id),
        pack,
        progress: progress_bar(),
    };
    story.define(out, painted).await?;
    let quarter = story.play(out).await?;
    story.progress.set_message("waiting for archives and letters");
    let caught_up = catch_up::wait(&story, &quarter).await;
    story.progress.finish_and_clear();
    caught_up?;
    show::everything(&story, &quarter, out, painted).await?;
    if args.exit {
        return Ok(());
    }
    hints::print(out, house.address())?;
    std::future::pending().await
}

impl Story {
    /// The definitions, through `apply`.
    async fn define(&self, out: &mut impl Write, painted: bool) -> Result<()> {
        self.clock.set("2023-01-03T09:00:00+08:00")?;
        let plan = Plan::make(&self.pack, &self.suite).await?;
        let mut shown = Vec::new();
        plan.print(&mut shown, painted)?;
        self.say(out, &String::from_utf8_lossy(&shown))?;
        plan.carry_out(&self.suite).await
    }

    /// Prints lines without tearing the progress bar.
    fn say(&self, out: &mut impl Write, text: &str) -> Result<()> {
        self.progress.suspend(|| writeln!(out, "{}", text.trim_end()))?;
        Ok(())
    }
}

/// A bar on standard error; nothing where that is no terminal.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos:>5}/{len} {msg}");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
