//! Waiting until what follows has followed: an archive entry for every result of a unit with
//! a head and of a post that somebody holds, a letter for every warning, a bulletin for every month asked for.
//!
//! The change feeds of cadre and notification say when. Documents that come of a trigger or schedule
//! have no event that says which they are, so they are counted now and then.

use std::collections::HashSet;
use std::time::Duration;

use proto::cadre::v1::ListPersonsRequest;
use proto::notification::v1::DocumentKind;
use proto::scoring::v1::run::State;
use proto::scoring::v1::{ListResultsRequest, ListRunsRequest, ListWarningsRequest};
use proto::{cadre, notification};
use tokio::time::{sleep, timeout};

use super::play::Player;
use crate::client::pages;
use crate::failure::{Failure, Result};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked for what no feed tells.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

impl Player<'_> {
    /// Returns when cadre and notification have followed.
    pub(super) async fn wait(
        &self,
        archives: bool,
        letters: bool,
        bulletins: &[String],
    ) -> Result<()> {
        let results = if archives { self.results_of_heads().await? } else { HashSet::new() };
        let mut subjects = if letters { self.warnings().await? } else { HashSet::new() };
        for period in bulletins {
            subjects.insert(format!("{}/periods/{}", self.parent, self.words.fill(period)?));
        }
        let both = async {
            tokio::try_join!(self.wait_for_archives(results), self.wait_for_letters(subjects))
        };
        match timeout(PATIENCE, both).await {
            Ok(done) => done.map(|_| ()),
            Err(_) => Err(Failure::other("archives and letters did not follow within a minute")),
        }
    }

    /// Returns when there are at least so many documents of each kind.
    pub(super) async fn wait_for_documents(&self, wanted: &[(String, String)]) -> Result<()> {
        for (kind, least) in wanted {
            let name = format!("DOCUMENT_KIND_{kind}");
            let unknown = || Failure::data(format!("`{kind}` is no kind of documents"));
            let kind = DocumentKind::from_str_name(&name).ok_or_else(unknown)?;
            let count = || Failure::data(format!("`{least}` is no number of documents"));
            let least: usize = least.parse().map_err(|_| count())?;
            let written = async {
                while self.documents(kind).await? < least {
                    sleep(PAUSE).await;
                }
                Ok::<(), Failure>(())
            };
            let late = || Failure::other(format!("{least} {name} did not follow within a minute"));
            timeout(PATIENCE, written).await.map_err(|_| late())??;
        }
        Ok(())
    }

    async fn documents(&self, kind: DocumentKind) -> Result<usize> {
        let request = notification::v1::ListDocumentsRequest {
            parent: self.parent.clone(),
            kind: kind.into(),
            ..Default::default()
        };
        Ok(pages!(self.suite.documents(), list_documents, request, documents).len())
    }

    /// Published results of units that somebody heads and of posts that somebody holds.
    async fn results_of_heads(&self) -> Result<HashSet<String>> {
        let parent = self.parent.clone();
        let request = ListPersonsRequest { parent: parent.clone(), ..Default::default() };
        let persons = pages!(self.suite.persons(), list_persons, request, persons);
        let postings = persons.iter().flat_map(|it| &it.postings);
        let mut headed = HashSet::new();
        for it in postings {
            headed.extend(Some(it.unit.clone()).filter(|_| it.head));
            headed.extend(Some(it.position.clone()).filter(|it| !it.is_empty()));
        }
        let published = State::Published.into();
        let request = ListRunsRequest { parent, state: published, ..Default::default() };
        let mut names = HashSet::new();
        for run in pages!(self.suite.runs(), list_runs, request, runs) {
            let request = ListResultsRequest { parent: run.name, ..Default::default() };
            let results = pages!(self.suite.runs(), list_results, request, results);
            names.extend(
                results.into_iter().filter(|it| headed.contains(&it.unit)).map(|it| it.name),
            );
        }
        Ok(names)
    }

    async fn warnings(&self) -> Result<HashSet<String>> {
        let request = ListWarningsRequest { parent: self.parent.clone(), ..Default::default() };
        let warnings = pages!(self.suite.warnings(), list_warnings, request, warnings);
        Ok(warnings.into_iter().map(|it| it.name).collect())
    }

    /// Takes away every result that an archive speaks of, until none is left.
    async fn wait_for_archives(&self, mut results: HashSet<String>) -> Result<()> {
        let request = cadre::v1::WatchChangesRequest {
            parent: self.parent.clone(),
            kinds: vec!["saima.cadre.v1.ArchiveEntryFiled".to_owned()],
            ..Default::default()
        };
        let mut changes = self.suite.cadre_changes().watch_changes(request).await?.into_inner();
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
    async fn wait_for_letters(&self, mut subjects: HashSet<String>) -> Result<()> {
        let request = notification::v1::WatchChangesRequest {
            parent: self.parent.clone(),
            kinds: ["LetterIssued", "BulletinIssued"]
                .map(|it| format!("saima.notification.v1.{it}"))
                .to_vec(),
            ..Default::default()
        };
        let changes = self.suite.notification_changes().watch_changes(request).await?;
        let mut changes = changes.into_inner();
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
}

pub(super) fn ended() -> Failure {
    Failure::other("a change feed ended before everything had followed")
}
