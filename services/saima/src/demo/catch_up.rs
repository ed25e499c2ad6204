//! Waiting until what follows from the run has followed: an archive entry for every result,
//! a letter for every warning, a bulletin for every month.
//!
//! The change feeds of cadre and notification say when; nothing is asked twice and nobody
//! sleeps.

use std::collections::HashSet;
use std::time::Duration;

use proto::scoring::v1::{ListResultsRequest, ListWarningsRequest, Run};
use proto::{cadre, notification};
use tokio::time::timeout;

use super::Story;
use crate::client::pages;
use crate::failure::{Failure, Result};
use crate::hengkou::MONTHS;

const PATIENCE: Duration = Duration::from_secs(60);

/// Returns when cadre and notification have followed the published run.
pub(super) async fn wait(story: &Story, run: &Run) -> Result<()> {
    let results = ListResultsRequest { parent: run.name.clone(), ..Default::default() };
    let results = pages!(story.suite.runs(), list_results, results, results);
    let warnings = ListWarningsRequest { parent: story.parent.clone(), ..Default::default() };
    let warnings = pages!(story.suite.warnings(), list_warnings, warnings, warnings);
    let archives: HashSet<_> = results.into_iter().map(|it| it.name).collect();
    let mut letters: HashSet<_> = warnings.into_iter().map(|it| it.name).collect();
    letters.extend(MONTHS.iter().map(|it| story.name("periods", it)));
    let both = async {
        tokio::try_join!(wait_for_archives(story, archives), wait_for_letters(story, letters))
    };
    match timeout(PATIENCE, both).await {
        Ok(done) => done.map(|_| ()),
        Err(_) => Err(Failure::other(
            "archives and letters did not follow the published run within a minute",
        )),
    }
}

/// Takes away every result that an archive speaks of, until none is left.
async fn wait_for_archives(story: &Story, mut results: HashSet<String>) -> Result<()> {
    let request = cadre::v1::WatchChangesRequest {
        parent: story.parent.clone(),
        kinds: vec!["saima.cadre.v1.ArchiveEntryFiled".to_owned()],
        ..Default::default()
    };
    let mut changes = story.suite.cadre_changes().watch_changes(request).await?.into_inner();
    while !results.is_empty() {
        let change = changes.message().await?.ok_or_else(ended)?.change;
        if let Some(cadre::v1::change::Resource::ArchiveEntry(entry)) =
            change.and_then(|it| it.resource)
        {
            results.remove(&entry.source);
        }
    }
    Ok(())
}

/// Takes away every warning that a letter speaks of and every month that a bulletin is
/// about, until none is left.
async fn wait_for_letters(story: &Story, mut subjects: HashSet<String>) -> Result<()> {
    let request = notification::v1::WatchChangesRequest {
        parent: story.parent.clone(),
        kinds: ["LetterIssued", "BulletinIssued"]
            .map(|it| format!("saima.notification.v1.{it}"))
            .to_vec(),
        ..Default::default()
    };
    let mut changes = story.suite.notification_changes().watch_changes(request).await?.into_inner();
    while !subjects.is_empty() {
        let change = changes.message().await?.ok_or_else(ended)?.change;
        match change.and_then(|it| it.resource) {
            Some(notification::v1::change::Resource::Letter(letter)) => {
                subjects.remove(&letter.source)
            }
            Some(notification::v1::change::Resource::Bulletin(bulletin)) => {
                subjects.remove(&bulletin.period)
            }
            _ => false,
        };
    }
    Ok(())
}

fn ended() -> Failure {
    Failure::other("a change feed ended before everything had followed")
}
