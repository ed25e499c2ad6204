//! The scenario packs: each district's story, played on both databases, and what must come
//! of it, requirement by requirement.

mod bishan;
mod hengkou;
mod qingxin;
mod shibei;
mod xingping;

use std::collections::BTreeMap;

use indicatif::ProgressBar;
use kit::testing::{Bed, Served};
use saima::client::{Server, Suite};
use saima::packs::Files;
use saima::serve::SERVICES;
use saima::story::{Player, Telling};

/// A district whose story has been told.
struct Played {
    served: Served,
    suite: Suite,
    /// `districts/hengkou`.
    parent: String,
    /// What the office published.
    text: String,
}

/// Plays the first `chapters` of a pack.
async fn play(bed: &Bed, pack: &str, chapters: usize) -> Played {
    let served = bed.start(&SERVICES).await;
    let server = Server::at(format!("http://{}", served.address()).parse().unwrap());
    let suite = Suite::connect(&server, &kit::testing::everybody()).await.unwrap();
    let suite = suite.approved_by(&server, &kit::testing::second()).await.unwrap();
    let mut text = Vec::new();
    let move_clock = |instant| bed.clock().set(instant);
    let telling = Telling {
        out: &mut text,
        painted: false,
        progress: ProgressBar::hidden(),
        move_clock: &move_clock,
    };
    let mut player = Player::new(Files::find(pack).unwrap(), suite.clone(), telling).unwrap();
    for index in 0..chapters {
        let played = player.play(index, false).await;
        played.unwrap_or_else(|it| panic!("{it}"));
    }
    drop(player);
    let text = String::from_utf8(text).unwrap();
    Played { served, suite, parent: format!("districts/{pack}"), text }
}

impl Played {
    #[track_caller]
    fn shows(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.text.contains(part), "{part} is not in\n{}", self.text);
        }
    }

    /// The lines of the table of that title, without its head.
    #[track_caller]
    fn table(&self, title: &str) -> Vec<&str> {
        let mut lines = self.text.lines().skip_while(|it| *it != title);
        assert!(lines.next().is_some(), "{title} is not in\n{}", self.text);
        lines.skip(1).take_while(|it| it.starts_with("  ")).map(str::trim).collect()
    }
}

/// How often each key comes.
fn count<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

#[test]
fn every_pack_can_be_read_before_it_is_played() {
    for name in saima::packs::NAMES {
        let files = Files::find(name).unwrap();
        let story = saima::story::Story::read(&files.story().unwrap()).unwrap();
        assert!(!story.title.is_empty() && !story.line.is_empty() && !story.chapters.is_empty());
        saima::pack::Pack::read(&files.definitions()).unwrap();
    }
}
