//! `saima demo`: the story of a district, played through the public API from the first
//! definition to the last letter.
//!
//! The four services start in this process on the embedded database. Their clock is the
//! story's and moves on with it, so that a late report is late. What is shown is read back
//! from the services, over TCP like everything else.

mod clock;
mod hints;
mod house;
mod told;

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::client::{Server, Suite};
use crate::failure::{Failure, Result};
use crate::packs::{Files, NAMES};
use crate::story::{Player, Story, Telling};

use house::House;
use told::Told;

/// Plays the story of a district and shows what comes of it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The district: a name from --list, or a folder with a story of your own. Without it,
    /// the first chapter of the first
    #[arg(long, value_name = "NAME")]
    pub pack: Option<String>,

    /// List the districts and end
    #[arg(long)]
    pub list: bool,

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

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    crate::block_on(work(args))
}

async fn work(args: &Args) -> Result<()> {
    let mut out = io::stdout();
    if args.list {
        return list(&mut out);
    }
    let files = Files::find(args.pack.as_deref().unwrap_or(NAMES[0]))?;
    // What is wrong with a pack is said before anything is started.
    Story::read(&files.story()?)?;
    let house = House::open(args.data_dir.as_deref(), args.listen).await?;
    let told = tokio::select! {
        told = tell(args, files, &house, &mut out) => told,
        asked = house::asked_to_end() => asked,
    };
    // What went wrong in the story matters more than how the house was closed.
    told.and(house.close().await)
}

fn list(out: &mut impl Write) -> Result<()> {
    for name in NAMES {
        let story = Story::read(&Files::find(name)?.story()?)?;
        writeln!(out, "{name:<10}{}  {}", story.title, story.line)?;
        for chapter in story.chapters {
            writeln!(out, "{:<10}  {}", "", chapter.title)?;
        }
    }
    Ok(())
}

async fn tell(args: &Args, files: Files, house: &House, out: &mut impl Write) -> Result<()> {
    let painted = io::stdout().is_terminal();
    let server = Server::at(house.url()?);
    let suite = Suite::connect(&server, &house.token()?).await?;
    let suite = suite.approved_by(&server, &house.second()?).await?;
    let clock = house.clock();
    let move_clock = |instant| clock.set(instant);
    let mut told = Told::open(args.data_dir.as_deref(), &files.name)?;
    let telling = Telling { out, painted, progress: progress_bar(), move_clock: &move_clock };
    let mut player = Player::new(files, suite, telling)?;
    let chapters: Vec<_> = player.story().chapters.iter().map(|it| it.name.clone()).collect();
    let wanted = if args.pack.is_some() { chapters.len() } else { 1 };
    for (index, chapter) in chapters.iter().take(wanted).enumerate() {
        player.play(index, told.has(chapter)).await?;
        told.add(chapter)?;
    }
    if args.exit {
        return Ok(());
    }
    let hints = hints::lines(&player.story().hints, house.address(), &house.token()?);
    hints::print(&mut io::stdout(), &hints, house.address())?;
    std::future::pending::<Result<(), Failure>>().await
}

/// A bar on standard error; nothing where that is no terminal.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos:>3}/{len} {msg}");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
