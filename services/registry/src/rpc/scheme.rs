//! Schemes.

mod difference;
mod draft;
mod ground;
pub(super) mod lessons;
pub(super) mod outline;
mod references;

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, approval, clock, etag};
use prost::Message as _;
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::scheme_service_server::SchemeService;
use tonic::{Request, Response, Status};

pub(super) use ground::{Ground, unmet};

use super::{Rpc, change, optional_id};
use crate::district::District;
use crate::patch::patch;
use crate::scheme::Scheme;
use crate::store::scheme::Filter;
use crate::{consultation, district, period, scheme, store};

const CREATED: &str = "saima.registry.v1.SchemeCreated";
const UPDATED: &str = "saima.registry.v1.SchemeUpdated";
const ENACTED: &str = "saima.registry.v1.SchemeEnacted";
const SUPERSEDED: &str = "saima.registry.v1.SchemeSuperseded";

/// Schemes are large: a page holds fewer of them than of other things.
const PAGE: i32 = 10;
const LARGEST_PAGE: i32 = 50;

#[tonic::async_trait]
impl SchemeService for Rpc {
    async fn get_scheme(
        &self,
        request: Request<pb::GetSchemeRequest>,
    ) -> Result<Response<pb::Scheme>, Status> {
        let name = scheme::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let scheme = store::scheme::get(&mut tx, &name).await?;
        Ok(Response::new(to_proto(scheme)?))
    }

    async fn list_schemes(
        &self,
        request: Request<pb::ListSchemesRequest>,
    ) -> Result<Response<pb::ListSchemesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            series: optional_id(&mut fields, "series", &request.series),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let size = match request.page_size {
            0 => PAGE,
            size => size.min(LARGEST_PAGE),
        };
        let page = Page::parse(
            size,
            &request.page_token,
            &[&request.parent, &request.series, &request.state],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut schemes = store::scheme::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut schemes, |scheme| scheme.id.clone());
        let schemes = schemes.into_iter().map(to_proto).collect::<kit::Result<_>>()?;
        Ok(Response::new(pb::ListSchemesResponse { schemes, next_page_token }))
    }

    async fn create_scheme(
        &self,
        request: Request<pb::CreateSchemeRequest>,
    ) -> Result<Response<pb::Scheme>, Status> {
        let request = request.into_inner();
        let given = field::required("scheme", request.scheme.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("scheme_id", &request.scheme_id);
        fields.check()?;
        let once = Once::new(district, "CreateScheme", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let locked = store::district::lock(&mut tx, district).await?;
        let (contents, uses) = draft::judge(&mut tx, &locked, given).await?;
        let scheme = Scheme::new(district, id, contents, tx.now());
        store::scheme::insert(&mut tx, &scheme).await?;
        store::scheme::save_uses(&mut tx, &scheme, &uses).await?;
        let reply = append(&mut tx, CREATED, scheme)?;
        approval::prepared(&mut tx, district, &reply.name).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_scheme(
        &self,
        request: Request<pb::UpdateSchemeRequest>,
    ) -> Result<Response<pb::Scheme>, Status> {
        let request = request.into_inner();
        let given = field::required("scheme", request.scheme)?;
        let name = scheme::NAME.parse("scheme.name", &given.name)?;
        let update = Mask::parse(&request.update_mask, &mutable(&given))?;

        let mut tx = self.db.begin_write().await?;
        let locked = store::district::lock(&mut tx, name.id("district")).await?;
        let mut scheme = store::scheme::get(&mut tx, &name).await?;
        etag::check(&given.etag, scheme.revision, name.as_str())?;
        scheme.refuse_enacted()?;
        let patched = patch(to_proto(scheme.clone())?, given, &update);
        let (contents, uses) = draft::judge(&mut tx, &locked, &patched).await?;
        if !scheme.change(contents, tx.now())? {
            return Ok(Response::new(to_proto(scheme)?));
        }
        store::scheme::update(&mut tx, &scheme).await?;
        store::scheme::save_uses(&mut tx, &scheme, &uses).await?;
        let reply = append(&mut tx, UPDATED, scheme)?;
        approval::prepared(&mut tx, name.id("district"), &reply.name).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn enact_scheme(
        &self,
        request: Request<pb::EnactSchemeRequest>,
    ) -> Result<Response<pb::Scheme>, Status> {
        let request = request.into_inner();
        let name = scheme::NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "EnactScheme", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let locked = store::district::lock(&mut tx, district).await?;
        let mut scheme = store::scheme::get(&mut tx, &name).await?;
        etag::check(&request.etag, scheme.revision, name.as_str())?;
        scheme.refuse_enacted()?;
        let consulted =
            store::consultation::of_scheme(&mut tx, district, name.id("scheme")).await?;
        consultation::check_done(name.as_str(), &consulted)?;
        let rulebook = draft::judge_again(&mut tx, &locked, &scheme).await?;
        lessons::adopt(&mut tx, &scheme, &to_proto(scheme.clone())?).await?;
        let mut before = store::scheme::last_of(&mut tx, district, &scheme.contents.series).await?;
        let seen = etag::of(scheme.revision);
        scheme.enact(before.as_mut(), rulebook.digest(), locked.edition, tx.now())?;
        approval::consume(&mut tx, district, &request.approval, name.as_str(), &seen).await?;
        if let Some(before) = before {
            store::scheme::update(&mut tx, &before).await?;
            append(&mut tx, SUPERSEDED, before)?;
        }
        store::scheme::update(&mut tx, &scheme).await?;
        let reply = append(&mut tx, ENACTED, scheme)?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn compare_schemes(
        &self,
        request: Request<pb::CompareSchemesRequest>,
    ) -> Result<Response<pb::CompareSchemesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &scheme::NAME, &request.name);
        fields.member("base", &scheme::NAME, &request.base, name.id("district"));
        fields.check()?;
        let base = scheme::NAME.parse("base", &request.base)?;

        let mut tx = self.db.begin_read().await?;
        let old = to_proto(store::scheme::get(&mut tx, &base).await?)?;
        let new = to_proto(store::scheme::get(&mut tx, &name).await?)?;
        let changes = difference::difference(&old, &new);
        Ok(Response::new(pb::CompareSchemesResponse { changes }))
    }

    async fn revise_scheme(
        &self,
        request: Request<pb::ReviseSchemeRequest>,
    ) -> Result<Response<pb::Scheme>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &scheme::NAME, &request.name);
        let district = name.id("district");
        let id = fields.id("scheme_id", &request.scheme_id);
        let field = "effective_period";
        let period = fields.name(field, &period::NAME, &request.effective_period);
        fields.check()?;
        let once = Once::new(district, "ReviseScheme", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let revised = store::scheme::get(&mut tx, &name).await?;
        let period = draft::effective(&mut tx, &period, district).await?;
        let period = period.map_err(|(reason, message)| Error::invalid(field, reason, message))?;
        let mut scheme = revised.revise(id, &period, tx.now());
        scheme.contents.document = draft::without_lessons(&scheme.contents.document)?;
        store::scheme::insert(&mut tx, &scheme).await?;
        store::scheme::copy_uses(&mut tx, &revised, &scheme).await?;
        let reply = append(&mut tx, CREATED, scheme)?;
        approval::prepared(&mut tx, district, &reply.name).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// A scheme as the contract says it: the document and what the columns know better.
pub(super) fn to_proto(scheme: Scheme) -> kit::Result<pb::Scheme> {
    let document = pb::Scheme::decode(&*scheme.contents.document).map_err(Error::internal)?;
    let name = |id: &str| scheme::NAME.format(&[&scheme.district, id]);
    let enactment = scheme.enactment.as_ref();
    Ok(pb::Scheme {
        name: scheme.name(),
        uid: scheme.uid.clone(),
        series: scheme.contents.series.clone(),
        effective_period: scheme.effective_period(),
        state: scheme.state as i32,
        supersedes: scheme.supersedes.as_deref().map(name).unwrap_or_default(),
        digest: enactment.map(|it| it.digest.clone()).unwrap_or_default(),
        enact_time: enactment.map(|it| clock::to_proto(it.time)),
        create_time: Some(clock::to_proto(scheme.create_time)),
        update_time: Some(clock::to_proto(scheme.update_time)),
        etag: etag::of(scheme.revision),
        ..document
    })
}

/// Refuses a change of units by which a scheme that holds today or later would no longer tell
/// who runs where. Those that others have followed bind nobody, though periods that began under
/// them are still read by them: nothing in them can be mended any more, and a unit of today is
/// not to be bound by the tracks of years ago. A unit that comes to stand on two of their tracks
/// is placed by a rule instead (`Rulebook::place`), so that no assignment ever fails.
pub(super) async fn check_units(tx: &mut Tx, district: &District) -> kit::Result<()> {
    let today = tx.now().to_zoned(district.zone()?).date();
    let schemes = store::scheme::holding_from(tx, &district.id, today).await?;
    if schemes.is_empty() {
        return Ok(());
    }
    let ground = Ground::load(tx, district).await?;
    for scheme in schemes {
        let start = scheme.contents.effective_start;
        let scheme = to_proto(scheme)?;
        let selected = ground.select(&ground.read(&scheme)?, start);
        let mut faults = selected.err().unwrap_or_default();
        // Retired after the scheme was enacted and before it begins: it just takes no part.
        faults.retain(|fault| fault.reason != "UNIT_RETIRED");
        if !faults.is_empty() {
            return Err(unmet(&scheme.name, faults));
        }
    }
    Ok(())
}

fn append(tx: &mut Tx, kind: &'static str, scheme: Scheme) -> kit::Result<pb::Scheme> {
    let district = scheme.district.clone();
    let reply = to_proto(scheme)?;
    change::append(tx, &district, kind, &reply.name, Resource::Scheme(reply.clone()));
    Ok(reply)
}

fn mutable(given: &pb::Scheme) -> [(&'static str, bool); 9] {
    [
        ("display_name", !given.display_name.is_empty()),
        ("series", !given.series.is_empty()),
        ("effective_period", !given.effective_period.is_empty()),
        ("leaf_rounding", given.leaf_rounding.is_some()),
        ("total_rounding", given.total_rounding.is_some()),
        ("tracks", !given.tracks.is_empty()),
        ("objection_days", given.objection_days != 0),
        ("themes", !given.themes.is_empty()),
        ("adopted_lessons", !given.adopted_lessons.is_empty()),
    ]
}

fn patch(mut scheme: pb::Scheme, given: pb::Scheme, update: &Mask) -> pb::Scheme {
    let named = |field: &str| update.has(field);
    patch!(scheme, given, named,
        display_name series effective_period leaf_rounding total_rounding tracks themes
        objection_days adopted_lessons);
    scheme
}
