//! Documents without recipients, which are for everybody.

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use super::{Filter, Row, columns, whole};
use crate::document::Document;

/// Kinds that may be for everybody, as the index over them says it, and nobody named.
macro_rules! open {
    () => {
        "d.kind IN (8, 9, 11, 12, 13, 14, 15) AND NOT EXISTS (
             SELECT 1 FROM document_recipient x
             WHERE x.district = d.district AND x.document = d.sequence)"
    };
}

/// A page of what a unit was sent and of what is for everybody, in the order of issue.
pub(super) async fn with_those_of(
    tx: &mut Tx,
    district: &str,
    unit: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Document>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        // Either way no more than a page is looked at.
        q.push(concat!("SELECT ", columns!(), " FROM document d WHERE d.district = "));
        q.push_bind(district).push(
            " AND d.sequence IN (SELECT sequence FROM (
                  SELECT d.sequence FROM document_recipient r
                  JOIN document d ON d.district = r.district AND d.sequence = r.document
                  WHERE r.district = ",
        );
        q.push_bind(district).push(" AND r.unit = ").push_bind(unit);
        q.push(" AND r.document > ").push_bind(after);
        narrow!(q, filter);
        q.push(" ORDER BY r.document LIMIT ").push_bind(page.limit());
        q.push(
            ") AS sent UNION ALL SELECT sequence FROM (SELECT d.sequence FROM document d WHERE ",
        );
        q.push(concat!(open!(), " AND d.district = "));
        q.push_bind(district).push(" AND d.sequence > ").push_bind(after);
        narrow!(q, filter);
        q.push(" ORDER BY d.sequence LIMIT ").push_bind(page.limit());
        q.push(") AS told) ORDER BY d.sequence LIMIT ").push_bind(page.limit());
    })?;
    whole(tx, district, rows).await
}

/// A page of what is for everybody and was issued since then.
pub(crate) async fn for_everybody(
    tx: &mut Tx,
    district: &str,
    since: Timestamp,
    page: &Page,
) -> Result<Vec<Document>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM document d WHERE ",
            open!(),
            " AND d.district = $1 AND d.sequence > $2 AND d.create_time >= $3
             ORDER BY d.sequence LIMIT $4"
        ),
        district,
        page.after_number()?.unwrap_or_default(),
        clock::to_micros(since),
        page.limit()
    )?;
    whole(tx, district, rows).await
}

#[cfg(test)]
mod tests {
    use crate::document::Kind;

    // H7: what the statement and its index name are the kinds that may be for everybody.
    #[test]
    fn the_kinds_for_everybody_are_those_of_the_index() {
        let kinds = Kind::ALL.into_iter().filter(|it| it.is_for_everybody());
        let kinds: Vec<_> = kinds.map(|it| (it as i64).to_string()).collect();
        let named = format!("kind IN ({})", kinds.join(", "));
        assert!(open!().contains(&named), "{named}");
        let index = include_str!("../../../migrations/sqlite/0120_everybody.sql");
        assert!(index.contains(&named), "{named}");
    }
}
