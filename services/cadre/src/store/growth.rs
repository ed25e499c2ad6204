//! Everything on record about a person, and the results that nobody's archive has.

use std::collections::HashMap;

use kit::Result;
use kit::db::Tx;
use kit::page::Page;

use super::result::belonging::holds;
use super::{
    appraisal_report, archive, commitment, conduct_entry, consequence, consequence_rule,
    definition, distinction, enrolment, person, placement, result, training,
};
use crate::growth::Records;
use crate::training_post::TrainingPost;

/// The most results that a timeline holds; a lifetime of monthly ones has fewer.
const RESULTS: i64 = 10_000;

/// A published result in nobody's archive.
#[derive(sqlx::FromRow)]
pub(crate) struct Missing {
    pub(crate) source: String,
    pub(crate) unit: String,
    /// How many there were on the period's last day to file it with.
    pub(crate) heads: i64,
}

/// Everything about a person; nothing when the person is not on record.
pub(crate) async fn records(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Records>> {
    let Some(found) = person::find(tx, district, id).await? else { return Ok(None) };
    let filter =
        archive::Filter { district, person: Some(id), period: None, after: None, limit: RESULTS };
    let filed = archive::list(tx, &filter).await?;
    let sources: Vec<&str> = filed.iter().map(|it| it.source.as_str()).collect();
    let ends = result::ends(tx, district, &sources).await?;
    let results = filed.into_iter().map(|it| {
        let end = ends.get(&it.source).copied();
        (it, end)
    });
    let results = results.collect();

    let distinctions = distinction::of_person(tx, district, id).await?;
    let owned = Some(id.to_owned());
    let filter = commitment::Filter { person: owned.clone(), ..Default::default() };
    let commitments = commitment::list(tx, district, &filter, None).await?;
    let filter = conduct_entry::Filter { person: owned.clone(), ..Default::default() };
    let conduct = conduct_entry::list(tx, district, &filter, None).await?;

    let filter = consequence::Filter { person: owned.clone(), ..Default::default() };
    let consequences = consequence::list(tx, district, &filter, None).await?;
    let rules: Vec<&str> = consequences.iter().map(|it| it.proposal.rule.as_str()).collect();
    let names = consequence_rule::names(tx, district, &rules).await?;
    let consequences = consequences.into_iter().map(|it| {
        let name = names.get(&it.proposal.rule).cloned().unwrap_or_default();
        (it, name)
    });
    let consequences = consequences.collect();

    let filter = enrolment::Filter { training: None, person: owned };
    let enrolments = enrolment::list(tx, district, &filter, None).await?;
    let offered = training::of(tx, district, &enrolments).await?;
    let mut by_sequence: HashMap<i64, _> =
        offered.into_iter().map(|it| (it.sequence, it)).collect();
    let trainings = enrolments
        .into_iter()
        .filter_map(|it| Some((by_sequence.remove(&it.training)?, it)))
        .collect();
    let reports = appraisal_report::list(tx, district, id, None, None).await?;
    let filter = placement::Filter { person: Some(id.to_owned()), ..Default::default() };
    let placed = placement::list(tx, district, &filter, None).await?;
    let posts: Vec<&str> = placed.iter().map(|it| it.post.as_str()).collect();
    let posts: Vec<TrainingPost> = definition::of(tx, district, &posts).await?;
    let posts: HashMap<_, _> =
        posts.into_iter().map(|it| (it.id, it.contents.display_name)).collect();
    let placements = placed.into_iter().map(|it| {
        let post = posts.get(&it.post).unwrap_or(&it.post).clone();
        (it, post)
    });
    Ok(Some(Records {
        person: found,
        results,
        distinctions,
        commitments,
        conduct,
        consequences,
        trainings,
        reports,
        placements: placements.collect(),
    }))
}

/// A page of a period's results that are in nobody's archive, by name.
pub(crate) async fn missing(
    tx: &mut Tx,
    district: &str,
    period: &str,
    page: &Page,
) -> Result<Vec<Missing>> {
    kit::fetch_all!(
        tx,
        Missing,
        concat!(
            "SELECT r.source, r.unit,
             (SELECT COUNT(*) FROM posting p
              WHERE p.district = r.district AND p.unit = r.unit AND (p.head OR ",
            holds!(result),
            ")
                AND p.start_date <= r.period_end
                AND (p.end_date IS NULL OR p.end_date >= r.period_end)) AS heads
         FROM published_result r
         WHERE r.district = $1 AND r.period = $2 AND r.source > $3
           AND NOT EXISTS (SELECT 1 FROM archive_entry e
                           WHERE e.district = r.district AND e.source = r.source)
         ORDER BY r.source LIMIT $4"
        ),
        district,
        period,
        page.after().unwrap_or_default(),
        page.limit()
    )
}
