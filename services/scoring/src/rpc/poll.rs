//! Polls and their ballots. No handler that takes a ballot stores its request, its reply or an
//! event: any of them would tie the ballot to an instant.

mod ballot;
mod convert;

use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::request_id::Once;
use kit::{Error, field};
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;
use proto::scoring::v1::poll_service_server::PollService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, observation};
use crate::poll::{self, NAME, Poll};
use crate::{run, store};

const OPENED: &str = "saima.scoring.v1.PollOpened";
const ISSUED: &str = "saima.scoring.v1.BallotsIssued";
const WITHDRAWN: &str = "saima.scoring.v1.BallotsWithdrawn";
const COUNTED: &str = "saima.scoring.v1.PaperBallotsCounted";
const CLOSED: &str = "saima.scoring.v1.PollClosed";

#[tonic::async_trait]
impl PollService for Rpc {
    async fn get_poll(
        &self,
        request: Request<pb::GetPollRequest>,
    ) -> Result<Response<pb::Poll>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let poll = poll(&mut self.db.begin_read().await?, &name).await?;
        Ok(Response::new(convert::to_proto(name.id("district"), &poll)))
    }

    async fn list_polls(
        &self,
        request: Request<pb::ListPollsRequest>,
    ) -> Result<Response<pb::ListPollsResponse>, Status> {
        let (district, period, page) = convert::list(request.get_ref())?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::poll::list(&mut tx, &district, period.as_deref(), &page).await?;
        let next_page_token = page.cut(&mut rows, |row| row.id.clone());
        let polls = rows.iter().map(|row| convert::to_proto(&district, row)).collect();
        Ok(Response::new(pb::ListPollsResponse { polls, next_page_token }))
    }

    async fn create_poll(
        &self,
        request: Request<pb::CreatePollRequest>,
    ) -> Result<Response<pb::Poll>, Status> {
        let request = request.into_inner();
        let given = field::required("poll", request.poll.as_ref())?;
        let (district, id, contents) = convert::poll(&request, given)?;
        let once = Once::new(&district, "CreatePoll", &request.request_id, &request)?;
        let owed = self.check_subjects(&district, &contents).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        owed.check()?;
        store::head::lock(&mut tx, &district).await?;
        observation::refuse_closed(&mut tx, &district, &contents.period).await?;
        if store::poll::get(&mut tx, &district, &id).await?.is_some() {
            return Err(Error::already_exists(NAME.kind(), poll::name(&district, &id)).into());
        }
        let (turnouts, create_time) = (Default::default(), tx.now());
        let poll = Poll { id, contents, close_time: None, create_time, turnouts };
        store::poll::insert(&mut tx, &district, &poll).await?;
        let reply = convert::to_proto(&district, &poll);
        tell(&mut tx, &district, OPENED, &reply);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn issue_ballots(
        &self,
        request: Request<pb::IssueBallotsRequest>,
    ) -> Result<Response<pb::IssueBallotsResponse>, Status> {
        let request = request.into_inner();
        let (name, rows) = ballot::issue(&request)?;
        let district = name.id("district");
        let once = Once::new(district, "IssueBallots", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let mut poll = open_poll(&mut tx, &name).await?;
        let reply = ballot::give_out(&mut poll, &rows)?;
        let digests = ballot::digests(&reply, &rows);
        store::poll::keep_tokens(&mut tx, district, &poll.id, &digests).await?;
        store::poll::save_turnouts(&mut tx, district, &poll).await?;
        tell(&mut tx, district, ISSUED, &convert::to_proto(district, &poll));
        // The tokens themselves are told once and stand nowhere.
        let kept = pb::IssueBallotsResponse { rows: Vec::new(), ..reply };
        once.store(&mut tx, &kept).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn withdraw_ballots(
        &self,
        request: Request<pb::WithdrawBallotsRequest>,
    ) -> Result<Response<pb::WithdrawBallotsResponse>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, group) = (name.id("district"), &request.group_id);
        let once = Once::new(district, "WithdrawBallots", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let mut poll = open_poll(&mut tx, &name).await?;
        poll.issue(group, 0).map_err(|(reason, it)| Error::invalid("group_id", reason, it))?;
        let count = store::poll::withdraw(&mut tx, district, &poll.id, group).await?;
        poll.issue(group, -(count as i64))
            .map_err(|(reason, it)| Error::invalid("group_id", reason, it))?;
        store::poll::save_turnouts(&mut tx, district, &poll).await?;
        let reply = pb::WithdrawBallotsResponse { withdrawn_count: count as i32 };
        tell(&mut tx, district, WITHDRAWN, &convert::to_proto(district, &poll));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_ballot_form(
        &self,
        request: Request<pb::GetBallotFormRequest>,
    ) -> Result<Response<pb::BallotForm>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let mut tx = self.db.begin_read().await?;
        let poll = open_poll(&mut tx, &name).await?;
        let (group, own) = holder(&mut tx, &name, &request.token).await?;
        Ok(Response::new(convert::form(name.id("district"), &poll, group, &own)))
    }

    async fn cast_ballot(
        &self,
        request: Request<pb::CastBallotRequest>,
    ) -> Result<Response<pb::CastBallotResponse>, Status> {
        let request = request.into_inner();
        let (name, given) = ballot::cast(&request)?;
        let district = name.id("district");

        let mut tx = self.db.begin_write().await?;
        store::head::lock(&mut tx, district).await?;
        let mut poll = open_poll(&mut tx, &name).await?;
        let (group, own) = holder(&mut tx, &name, &request.token).await?;
        let mut faults = Fields::default();
        let marks = poll.contents.marks(&mut faults, &own, &given);
        faults.check()?;
        let broken = poll.contents.broken_quotas(&marks);
        let reply = convert::cast(&broken);
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        poll.cast(&group, 1, reply.void);
        let digest = run::digest(request.token.as_bytes());
        store::poll::use_token(&mut tx, district, &poll.id, &digest).await?;
        store::poll::save_turnouts(&mut tx, district, &poll).await?;
        if !reply.void {
            store::poll::count(&mut tx, district, &poll.id, &[(&group, marks, 1)]).await?;
        }
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn count_paper_ballots(
        &self,
        request: Request<pb::CountPaperBallotsRequest>,
    ) -> Result<Response<pb::CountPaperBallotsResponse>, Status> {
        let request = request.into_inner();
        let (name, rows) = ballot::paper(&request)?;
        let district = name.id("district");
        let once = Once::new(district, "CountPaperBallots", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let mut poll = open_poll(&mut tx, &name).await?;
        let (reply, valid) = ballot::take_in(&mut poll, &rows)?;
        store::poll::save_turnouts(&mut tx, district, &poll).await?;
        store::poll::count(&mut tx, district, &poll.id, &valid).await?;
        tell(&mut tx, district, COUNTED, &convert::to_proto(district, &poll));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_poll(
        &self,
        request: Request<pb::ClosePollRequest>,
    ) -> Result<Response<pb::Poll>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "ClosePoll", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let poll = open_poll(&mut tx, &name).await?;
        store::poll::close(&mut tx, district, &poll.id).await?;
        let poll = Poll { close_time: Some(tx.now()), ..poll };
        let reply = convert::to_proto(district, &poll);
        tell(&mut tx, district, CLOSED, &reply);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_tallies(
        &self,
        request: Request<pb::ListTalliesRequest>,
    ) -> Result<Response<pb::ListTalliesResponse>, Status> {
        let (name, page) = convert::tallies(request.get_ref())?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let poll = poll(&mut tx, &name).await?;
        if poll.close_time.is_none() {
            let message = "is open; nobody sees how it is going";
            return Err(Error::precondition("POLL_OPEN", name.to_string(), message).into());
        }
        let counted = store::poll::tally(&mut tx, district, &poll.id).await?;
        let mut shown = poll::shown(&poll.contents, &counted);
        shown.retain(|tally| page.after().is_none_or(|after| tally.unit.as_str() > after));
        let next_page_token = page.cut(&mut shown, |tally| tally.unit.clone());
        let tallies = shown.iter().map(|tally| convert::tally(district, tally)).collect();
        Ok(Response::new(pb::ListTalliesResponse { tallies, next_page_token }))
    }
}

/// The poll of a name; NOT_FOUND when there is none.
async fn poll(tx: &mut Tx, name: &Name) -> kit::Result<Poll> {
    let poll = store::poll::get(tx, name.id("district"), name.id("poll")).await?;
    poll.ok_or_else(|| name.not_found())
}

/// The same, which must be open.
async fn open_poll(tx: &mut Tx, name: &Name) -> kit::Result<Poll> {
    let poll = poll(tx, name).await?;
    poll.expect_open(name.id("district"))?;
    Ok(poll)
}

/// The group and the own subjects of whoever holds a token.
async fn holder(tx: &mut Tx, name: &Name, token: &str) -> kit::Result<(String, Vec<String>)> {
    let digest = run::digest(token.as_bytes());
    let found = store::poll::token(tx, name.id("district"), name.id("poll"), &digest).await?;
    found.ok_or_else(|| {
        let message = "was never issued for this poll, was used or taken back";
        Error::invalid("token", "UNKNOWN_TOKEN", message)
    })
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, poll: &pb::Poll) {
    change::append(tx, district, kind, &poll.name, Some(Resource::Poll(poll.clone())));
}
