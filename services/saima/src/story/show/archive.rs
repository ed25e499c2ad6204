//! What was filed in the archives of the units' heads (干部工作实绩档案, H10).

use std::collections::HashSet;

use proto::cadre::v1::{ArchiveEntry, ListArchiveEntriesRequest, ListPersonsRequest};

use super::{Page, Player, decimal};
use crate::client::pages;
use crate::failure::Result;
use crate::table::{Align, Table};

/// The entries of the first of each track, and of units that changed hands in the quarter.
pub(super) async fn show(player: &Player<'_>, page: &mut Page) -> Result<()> {
    let request = ListArchiveEntriesRequest {
        parent: format!("{}/persons/-", player.parent),
        ..Default::default()
    };
    let entries = pages!(player.suite.archives(), list_archive_entries, request, archive_entries);
    let request = ListPersonsRequest { parent: player.parent.clone(), ..Default::default() };
    let persons = pages!(player.suite.persons(), list_persons, request, persons);
    page.title(&format!("工作实绩档案  记入{}条，在册{}人", entries.len(), persons.len()))?;

    let postings = persons.iter().flat_map(|it| &it.postings);
    let left: HashSet<_> = postings.filter(|it| it.end_date.is_some()).map(|it| &it.unit).collect();
    let shown = |it: &&ArchiveEntry| decimal(it.rank.as_ref()) == "1" || left.contains(&it.unit);
    let mut table = Table::new([
        ("姓名（虚构）", Align::Left),
        ("职务", Align::Left),
        ("记载", Align::Left),
        ("", Align::Left),
    ]);
    for entry in entries.iter().filter(shown) {
        let person = persons.iter().find(|it| entry.name.starts_with(&format!("{}/", it.name)));
        let remark = if left.contains(&entry.unit) {
            "季度内到任，结果记入期末在任者"
        } else {
            ""
        };
        table.line([
            person.map(|it| it.display_name.clone()).unwrap_or_default().into(),
            entry.post.as_str().into(),
            entry.title.as_str().into(),
            remark.into(),
        ]);
    }
    page.table(&table)
}
