//! What the handlers of definitions have in common: how one is returned, listed, and made equal to
//! what an office sends. What stands in it, its own file says.

use kit::Result;
use kit::db::Tx;
use kit::definition::{Counts, Define};
use kit::field::Fields;
use kit::page::Page;
use proto::batch::BatchUpdate;
use proto::cadre::v1::change::Resource;

use super::{DISTRICT, Rpc, bounded, change};
use crate::definition::{Batch, Contents, Definition, Row, check_once, merge};
use crate::follow::peers::Registry;
use crate::store;

/// A definition as it is sent.
pub(crate) trait Told: Send + Sync + Sized {
    /// What stands in it.
    type Contents: Contents;

    /// What the feed calls a new one, and one that was changed.
    const EVENTS: [&'static str; 2];

    /// Reads what stands in it, below `at`.
    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Self::Contents;

    /// The message of a definition.
    fn of(district: &str, it: &Definition<Self::Contents>) -> Self;

    /// Its place in the feed, with its name.
    fn told(self) -> (String, Resource);

    /// Asks the registry about a batch, and fills in what it alone knows.
    fn resolve(
        registry: &Registry,
        district: &str,
        rows: &mut [Row<Self::Contents>],
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = rows;
        registry.check_district(district)
    }

    /// Refuses a batch that names what is not on record.
    fn check(
        tx: &mut Tx,
        district: &str,
        rows: &[Row<Self::Contents>],
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, district, rows);
        std::future::ready(Ok(()))
    }
}

/// What is asked of a list.
pub(super) struct Listed<'a> {
    pub(super) parent: &'a str,
    pub(super) page_size: i32,
    pub(super) page_token: &'a str,
    /// What narrows it, as its pages are bound to it.
    pub(super) narrowed: String,
}

impl<'a> Listed<'a> {
    /// All of a district.
    pub(super) fn all(parent: &'a str, page_size: i32, page_token: &'a str) -> Self {
        Self { parent, page_size, page_token, narrowed: String::new() }
    }
}

impl Rpc {
    /// One definition.
    pub(super) async fn definition<M: Told>(&self, name: &str) -> Result<M> {
        let name = M::Contents::pattern().parse("name", name)?;
        let (district, id) = (name.id("district"), name.id(name.kind()));
        let mut tx = self.db.begin_read().await?;
        let found = store::definition::find::<M::Contents>(&mut tx, district, id).await?;
        Ok(M::of(district, &found.ok_or_else(|| name.not_found())?))
    }

    /// A page of definitions with the token of the next; `label` reads what narrows them.
    pub(super) async fn definitions<M: Told>(
        &self,
        listed: Listed<'_>,
        label: impl FnOnce(&mut Fields, &str) -> Option<String> + Send,
    ) -> Result<(Vec<M>, String)> {
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, listed.parent);
        let district = parent.id("district");
        let label = label(&mut fields, district);
        fields.check()?;
        let page =
            Page::parse(listed.page_size, listed.page_token, &[&listed.parent, &listed.narrowed])?;
        let mut tx = self.db.begin_read().await?;
        let mut rows =
            store::definition::list::<M::Contents>(&mut tx, district, label.as_deref(), &page)
                .await?;
        let next_page_token = page.cut(&mut rows, |it| it.id.clone());
        Ok((rows.iter().map(|it| M::of(district, it)).collect(), next_page_token))
    }

    /// Makes definitions equal to the rows of a request.
    pub(super) async fn update<U: BatchUpdate>(&self, request: &U) -> Result<U::Reply>
    where
        U::Row: Told,
    {
        kit::definition::update(self, &self.db, &DISTRICT, request).await
    }
}

impl<U> Define<U> for Rpc
where
    U: BatchUpdate,
    U::Row: Told,
{
    type Rows = Vec<Row<<U::Row as Told>::Contents>>;

    fn read(&self, fields: &mut Fields, request: &U, district: &str) -> Self::Rows {
        let given = bounded(fields, U::LIST, request.rows());
        let mut rows = Vec::with_capacity(given.len());
        for (row, it) in given.iter().enumerate() {
            let at = format!("{}[{row}]", U::LIST);
            let (name, etag) = U::key(it);
            let pattern = <U::Row as Told>::Contents::pattern();
            let id = fields.member(format_args!("{at}.name"), pattern, name, district);
            let contents = U::Row::read(fields, &at, it, district);
            rows.push(Row { id, etag: etag.to_owned(), contents });
        }
        check_once(fields, U::LIST, &rows);
        rows
    }

    async fn ask(&self, district: &str, rows: &mut Self::Rows) -> Result<()> {
        U::Row::resolve(&self.registry, district, rows).await
    }

    async fn write(
        &self,
        tx: &mut Tx,
        district: &str,
        rows: Self::Rows,
        reason: &str,
    ) -> Result<Counts> {
        U::Row::check(tx, district, &rows).await?;
        let batch = save(tx, district, rows, reason).await?;
        let counts = Counts {
            created: batch.created.len(),
            updated: batch.updated.len(),
            unchanged: batch.unchanged,
        };
        for (kind, told) in U::Row::EVENTS.into_iter().zip([batch.created, batch.updated]) {
            for it in told {
                let (name, resource) = U::Row::of(district, &it).told();
                change::append(tx, district, kind, &name, resource);
            }
        }
        Ok(counts)
    }
}

async fn save<C: Contents>(
    tx: &mut Tx,
    district: &str,
    rows: Vec<Row<C>>,
    reason: &str,
) -> Result<Batch<C>> {
    store::ledger::lock(tx, district, C::pattern().kind()).await?;
    let ids: Vec<&str> = rows.iter().map(|it| it.id.as_str()).collect();
    let present = store::definition::of(tx, district, &ids).await?;
    let batch = merge(district, present, rows, tx.now())?;
    let written = batch.created.iter().chain(&batch.updated);
    store::definition::insert(tx, district, reason, written).await?;
    Ok(batch)
}
