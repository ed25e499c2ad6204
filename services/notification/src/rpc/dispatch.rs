//! Dispatches.

use kit::db::Tx;
use kit::field::Fields;
use kit::page::{MAX_SIZE, Page};
use kit::request_id::Once;
use kit::{Error, clock};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::dispatch_service_server::DispatchService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, inbox, sequence};
use crate::bulletin::NAME as BULLETIN;
use crate::channel::NAME as CHANNEL;
use crate::contact::{self, Goal, Language, NAME as CONTACT, Role};
use crate::dispatch::{Dispatch, Hold, Matter, NAME, REASONS, State};
use crate::district::{self, UNIT};
use crate::document::{Kind, NAME as DOCUMENT};
use crate::inbox::Kind as NoteKind;
use crate::letter::NAME as LETTER;
use crate::store;
use crate::store::dispatch::{Dead, Filter, Wanted};

const HELD: &str = "saima.notification.v1.DispatchHeld";
const GIVEN_UP: &str = "saima.notification.v1.DispatchGivenUp";

/// Sets a letter on its way to every verified contact of its role, else of its unit, in the language
/// spoken there, the first where it is not written in that; held where there is no contact. What is for
/// everybody goes to the district's own contacts, and nowhere where there are none. In a district that
/// never had a channel there is nothing to do. In quiet hours it waits for their end.
pub(crate) async fn set_out(
    tx: &mut Tx,
    district: &str,
    kind: Kind,
    written: &[(Language, Matter)],
) -> kit::Result<()> {
    let Some((_, first)) = written.first() else { return Ok(()) };
    if store::dispatch::take_places(tx, district, 0).await?.is_none() {
        return Ok(());
    }
    // Whoever verifies or removes a contact waits: nothing is held beside an address.
    store::head::lock(tx, district).await?;
    let contacts = store::contact::of_unit(tx, district, &first.unit).await?;
    let now = tx.now();
    let quiet = store::quiet_hours::get(tx, district).await?;
    let urgent = quiet.is_urgent(kind);
    let next_time = if urgent { now } else { quiet.over(now)? };
    let dispatch = |matter: &Matter| Dispatch {
        district: district.to_owned(),
        sequence: 0,
        matter: matter.clone(),
        contact: String::new(),
        channel: String::new(),
        state: State::Held,
        hold: hold(&contacts, first.role),
        next_time,
        tries: 0,
        attempts: 0,
        last_failure: String::new(),
        urgent,
        create_time: now,
    };
    let mut dispatches: Vec<Dispatch> = contact::goals(&contacts, first.role)
        .into_iter()
        .map(|goal| {
            let spoken = written.iter().find(|(language, _)| *language == goal.language);
            Dispatch {
                contact: goal.id.clone(),
                channel: goal.channel.clone(),
                state: State::Pending,
                hold: Hold::No,
                ..dispatch(spoken.map_or(first, |(_, matter)| matter))
            }
        })
        .collect();
    let held = dispatches.is_empty();
    if held && first.unit.is_empty() {
        return Ok(());
    }
    if held {
        dispatches.push(dispatch(first));
    }
    let place = store::dispatch::take_places(tx, district, dispatches.len() as i64).await?;
    for (sequence, it) in (place.unwrap_or(1)..).zip(&mut dispatches) {
        it.sequence = sequence;
    }
    store::dispatch::insert(tx, &dispatches).await?;
    if held {
        tell_held(tx, dispatches).await?;
    }
    Ok(())
}

/// Tells of letters of a district that have nowhere to go, in the feed and to the units that own its
/// channels: what is held has no channel yet, so each of them hears of it.
pub(crate) async fn tell_held(tx: &mut Tx, held: Vec<Dispatch>) -> kit::Result<()> {
    let Some(first) = held.first() else { return Ok(()) };
    let owners = store::channel::owners(tx, &first.district).await?;
    for it in held {
        let lacks = match it.hold {
            Hold::Unverified => "的联系方式均未验证",
            _ => "没有联系方式",
        };
        let unit = store::dispatch::addressee(tx, &it).await?;
        let text = format!("《{}》尚未送出：{unit}{lacks}", it.matter.subject);
        for owner in &owners {
            let (whose, kind) = ((it.district.as_str(), owner.as_str()), NoteKind::DispatchHeld);
            inbox::note(tx, whose, kind, &it.name(), text.clone()).await?;
        }
        tell(tx, HELD, it);
    }
    Ok(())
}

/// Tells of a letter that was given up, in the feed and to the unit that owns its channel.
pub(crate) async fn tell_given_up(tx: &mut Tx, it: Dispatch, owner: &str) -> kit::Result<()> {
    let unit = store::dispatch::addressee(tx, &it).await?;
    let text = format!("《{}》未能送达{unit}：{}", it.matter.subject, it.last_failure);
    let (whose, kind) = ((it.district.as_str(), owner), NoteKind::DispatchGivenUp);
    inbox::note(tx, whose, kind, &it.name(), text).await?;
    tell(tx, GIVEN_UP, it);
    Ok(())
}

/// Why a letter to a role is held for a unit that has these contacts.
fn hold(contacts: &[Goal], role: Role) -> Hold {
    let concerned = |it: &Goal| it.role == role || it.role == Role::Unit;
    if contacts.iter().any(concerned) { Hold::Unverified } else { Hold::NoContact }
}

/// Appends to the feed what happened to a dispatch.
fn tell(tx: &mut Tx, kind: &'static str, it: Dispatch) {
    let district = it.district.clone();
    let it = line(it);
    let name = it.name.clone();
    change::append(tx, &district, kind, &name, Resource::Dispatch(it));
}

#[tonic::async_trait]
impl DispatchService for Rpc {
    async fn get_dispatch(
        &self,
        request: Request<pb::GetDispatchRequest>,
    ) -> Result<Response<pb::Dispatch>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, place) = (name.id("district"), sequence(&name, "dispatch")?);
        let mut tx = self.db.begin_read().await?;
        let found = store::dispatch::get(&mut tx, district, place).await?;
        let mut found = found.ok_or_else(|| name.not_found())?;
        say_disabled(&mut tx, district, std::slice::from_mut(&mut found)).await?;
        let attempts = store::dispatch::attempts(&mut tx, &found).await?;
        let attempts = attempts.into_iter().map(pb::Attempt::from).collect();
        Ok(Response::new(pb::Dispatch { attempts, ..line(found) }))
    }

    async fn list_dispatches(
        &self,
        request: Request<pb::ListDispatchesRequest>,
    ) -> Result<Response<pb::ListDispatchesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let source = Some(request.letter.clone()).filter(|it| !it.is_empty());
        if DOCUMENT.read(&request.letter).or_else(|| BULLETIN.read(&request.letter)).is_none() {
            fields.optional_member("letter", &LETTER, &request.letter, district);
        }
        let filter = Filter {
            source,
            unit: fields.optional_member("unit", &UNIT, &request.unit, district),
            channel: fields.optional_member("channel", &CHANNEL, &request.channel, district),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.letter, &request.unit, &request.channel, &request.state],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::dispatch::list(&mut tx, district, &filter, &page).await?;
        say_disabled(&mut tx, district, &mut found).await?;
        let next_page_token = page.cut(&mut found, |it| it.sequence.to_string());
        let dispatches = found.into_iter().map(line).collect();
        Ok(Response::new(pb::ListDispatchesResponse { dispatches, next_page_token }))
    }

    async fn retry_dispatch(
        &self,
        request: Request<pb::RetryDispatchRequest>,
    ) -> Result<Response<pb::Dispatch>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, place) = (name.id("district"), sequence(&name, "dispatch")?);
        let once = Once::new(district, "RetryDispatch", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::dispatch::get(&mut tx, district, place).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        if found.state == State::Held {
            let message = "has nowhere to go; verify a contact of its role or unit";
            return Err(Error::precondition("HELD", found.name(), message).into());
        }
        if found.matter.body.is_empty() {
            let message = "its text was forgotten when its time was over";
            return Err(Error::precondition("TEXT_FORGOTTEN", found.name(), message).into());
        }
        let channel = store::channel::lock(&mut tx, &self.keys, district, &found.channel).await?;
        channel.ok_or_else(|| name.not_found())?.check_enabled()?;
        store::dispatch::retry(&mut tx, district, place).await?;
        let found = store::dispatch::get(&mut tx, district, place).await?;
        let reply = line(found.ok_or_else(|| name.not_found())?);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }

    async fn replay_dispatches(
        &self,
        request: Request<pb::ReplayDispatchesRequest>,
    ) -> Result<Response<pb::ReplayDispatchesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &CHANNEL, &request.parent);
        let wanted = Wanted {
            start: fields.optional_time("start_time", &request.start_time),
            end: fields.optional_time("end_time", &request.end_time),
            reason: reason(&mut fields, &request.reason),
        };
        fields.check()?;
        let page = page(&request, &wanted)?;
        let (district, id) = (parent.id("district"), parent.id("channel"));
        let once = Once::new(district, "ReplayDispatches", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let channel = store::channel::lock(&mut tx, &self.keys, district, id).await?;
        channel.ok_or_else(|| parent.not_found())?.check_enabled()?;
        let mut dead = store::dispatch::dead(&mut tx, (district, id), &wanted, &page).await?;
        let next_page_token = page.cut(&mut dead, |it| it.sequence.to_string());
        dead.retain(Dead::is_wanted);
        let sendable = dead.iter().filter(|it| it.is_sendable());
        let sendable: Vec<i64> = sendable.map(|it| it.sequence).collect();
        let count = store::dispatch::replay(&mut tx, district, &sendable).await?;
        let reply = pb::ReplayDispatchesResponse {
            count: count as i64,
            skipped_count: (dead.len() - count) as i64,
            next_page_token,
        };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }
}

/// A page of dead letters, as large as it may be unless it is told otherwise.
fn page(request: &pb::ReplayDispatchesRequest, wanted: &Wanted) -> kit::Result<Page> {
    let size = match request.page_size {
        0 => MAX_SIZE as i32,
        size => size,
    };
    let start = wanted.start.map_or(i64::MIN, clock::to_micros);
    let end = wanted.end.map_or(i64::MAX, clock::to_micros);
    Page::parse(size, &request.page_token, &[&request.parent, &start, &end, &wanted.reason])
}

/// Why attempts failed; empty for any reason.
fn reason(fields: &mut Fields, given: &str) -> String {
    let reason = fields.text("reason", given, 0..=60);
    if !reason.is_empty() && !REASONS.contains(&reason.as_str()) {
        let message =
            format!("{reason} is no reason of attempts; there are {}", REASONS.join(", "));
        fields.violation("reason", "UNKNOWN_REASON", message);
    }
    reason
}

/// Says of those that wait for a channel that is disabled that they do.
async fn say_disabled(tx: &mut Tx, district: &str, found: &mut [Dispatch]) -> kit::Result<()> {
    let mut waiting: Vec<_> = found.iter_mut().filter(|it| it.state == State::Pending).collect();
    let channels = waiting.iter().map(|it| it.channel.clone()).collect();
    let disabled = store::channel::disabled(tx, district, &channels).await?;
    for it in waiting.iter_mut().filter(|it| disabled.contains(&it.channel)) {
        it.hold = Hold::Disabled;
    }
    Ok(())
}

/// A dispatch as it stands in a list.
fn line(it: Dispatch) -> pb::Dispatch {
    let named = |pattern: &kit::name::Pattern, id: &str| {
        if id.is_empty() { String::new() } else { pattern.format(&[&it.district, id]) }
    };
    pb::Dispatch {
        name: it.name(),
        unit: named(&UNIT, &it.matter.unit),
        role: it.matter.role as i32,
        contact: named(&CONTACT, &it.contact),
        channel: named(&CHANNEL, &it.channel),
        letter: it.matter.source.clone(),
        state: it.state as i32,
        hold_reason: it.hold as i32,
        next_attempt_time: (it.state == State::Pending).then(|| clock::to_proto(it.next_time)),
        attempt_count: it.attempts as i32,
        last_failure: it.last_failure.clone(),
        attempts: Vec::new(),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
