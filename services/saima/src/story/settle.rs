//! Days that are settled before the clock goes on.
//!
//! The clock of a story leaps over days, while letters, bulletins and steps upwards follow by
//! themselves and are dated by the day on which they come. So before a day is left, what it led to is
//! waited for; and before anything happens on a new day, what that day itself brings: schedules
//! write, and who is late is spoken to. A story so comes out the same on every machine.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::rectification::State;
use proto::registry::v1::ListSchemesRequest;
use proto::scoring::v1::{GetBoardRequest, ListWarningsRequest};
use rulebook::Span;
use tokio::time::{sleep, timeout};
use tonic::Code;

use super::play::Player;
use super::wait::{PATIENCE, PAUSE, ended};
use crate::client::pages;
use crate::failure::{Failure, Result};
use crate::names::id;

/// Days after the due date on which each level is spoken to, as RectificationService says.
const LEVELS: [i64; 3] = [1, 3, 7];

/// What was told to follow, and what followed.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Where the feed is read on.
    token: String,
    /// Months and weeks that were closed, each of which gets a bulletin.
    closed: HashSet<String>,
    /// Warnings with a letter, and months and weeks with a bulletin.
    written: HashSet<String>,
    /// Who was spoken to, and when.
    spoken: HashSet<(String, Date)>,
}

impl Player<'_> {
    /// Moves the clock. A day that nobody plays, since it was told before, is not settled.
    pub(super) async fn move_to(&mut self, at: Timestamp) -> Result<()> {
        let before = self.now.replace(at).map(|it| self.date(it));
        let today = self.date(at);
        if self.told || before.is_none_or(|before| before >= today) {
            (self.telling.move_clock)(at);
            return Ok(());
        }
        let settled = async {
            self.leave().await?;
            let late = self.late(today).await?;
            (self.telling.move_clock)(at);
            self.hear(|heard| late.iter().all(|it| heard.spoken.contains(&(it.clone(), today))))
                .await?;
            self.keep_schedules(at).await
        };
        match timeout(PATIENCE, settled).await {
            Ok(done) => done,
            Err(_) => Err(Failure::other(format!(
                "letters, bulletins, steps upwards and schedules of {today} did not follow within a minute"
            ))),
        }
    }

    /// Notes that a reconciliation of that name was closed: of a month or week there will be a
    /// bulletin, not of longer periods, whose ids have no dash, nor where no board stands for the
    /// quarter.
    pub(super) async fn was_closed(&mut self, reconciliation: &str) -> Result<()> {
        let period = id(reconciliation);
        let Some(span) = Span::parse(period).filter(|_| period.contains('-')) else {
            return Ok(());
        };
        let last = span.last;
        let quarter = format!("{}Q{}", last.year(), (last.month() - 1) / 3 + 1);
        let request = ListSchemesRequest { parent: self.parent.clone(), ..Default::default() };
        for scheme in pages!(self.suite.schemes(), list_schemes, request, schemes) {
            let name = format!("{}/boards/{}.{quarter}", self.parent, id(&scheme.name));
            match self.suite.boards().get_board(GetBoardRequest { name }).await {
                Err(status) if status.code() == Code::NotFound => {}
                Err(status) => return Err(status.into()),
                Ok(_) => {
                    let period = reconciliation.replace("/reconciliations/", "/periods/");
                    self.heard.closed.insert(period);
                    break;
                }
            }
        }
        Ok(())
    }

    fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Waits for a letter for each warning and a bulletin for each month and week that was closed.
    async fn leave(&mut self) -> Result<()> {
        let request = ListWarningsRequest { parent: self.parent.clone(), ..Default::default() };
        let warnings = pages!(self.suite.warnings(), list_warnings, request, warnings);
        let mut wanted: HashSet<String> = warnings.into_iter().map(|it| it.name).collect();
        wanted.extend(self.heard.closed.iter().cloned());
        self.hear(|heard| wanted.is_subset(&heard.written)).await
    }

    /// Names of the rectifications and receipts about which somebody is spoken to on `day`, which
    /// is still to come.
    async fn late(&self, day: Date) -> Result<Vec<String>> {
        let parent = self.parent.clone();
        let (mut late, mut awaiting) = (Vec::new(), HashSet::new());
        for state in [State::AwaitingPlan, State::UnderWay] {
            let request = pb::ListRectificationsRequest {
                parent: parent.clone(),
                state: state.into(),
                ..Default::default()
            };
            let rectifications = self.suite.rectifications();
            let found = pages!(rectifications, list_rectifications, request, rectifications);
            for it in found {
                if is_due(it.due_date, it.escalation_level, day) {
                    late.push(it.name.clone());
                }
                if state == State::AwaitingPlan {
                    awaiting.insert(id(&it.name).to_owned());
                }
            }
        }
        let request =
            pb::ListOverdueReceiptsRequest { parent, with_pending: true, ..Default::default() };
        let owed = pages!(self.suite.receipts(), list_overdue_receipts, request, overdue_receipts);
        // While the plan about the same is awaited, nothing is said of the receipt.
        let owed = owed.into_iter().filter(|it| !awaiting.contains(id(&it.name)));
        let owed = owed.filter(|it| is_due(it.due_date, it.escalation_level, day));
        late.extend(owed.map(|it| it.name));
        Ok(late)
    }

    /// Reads on in the feed until it told what is asked.
    async fn hear(&mut self, is_enough: impl Fn(&Heard) -> bool) -> Result<()> {
        if is_enough(&self.heard) {
            return Ok(());
        }
        const KINDS: [&str; 4] =
            ["LetterIssued", "BulletinIssued", "RectificationEscalated", "OverdueReceiptEscalated"];
        let request = pb::WatchChangesRequest {
            parent: self.parent.clone(),
            resume_token: self.heard.token.clone(),
            kinds: KINDS.map(|it| format!("saima.notification.v1.{it}")).to_vec(),
        };
        let changes = self.suite.notification_changes().watch_changes(request).await?;
        let mut changes = changes.into_inner();
        while !is_enough(&self.heard) {
            let reply = changes.message().await?.ok_or_else(ended)?;
            self.heard.token = reply.resume_token;
            let Some(change) = reply.change else { continue };
            let told = change.change_time.as_ref().and_then(kit::clock::from_proto);
            let day = self.date(told.unwrap_or_default());
            match change.resource {
                Some(Resource::Letter(it)) => self.heard.written.insert(it.source),
                Some(Resource::Bulletin(it)) => self.heard.written.insert(it.period),
                Some(Resource::Rectification(it)) => self.heard.spoken.insert((it.name, day)),
                Some(Resource::OverdueReceipt(it)) => self.heard.spoken.insert((it.name, day)),
                _ => false,
            };
        }
        Ok(())
    }

    /// Waits until no schedule has an occurrence left that is due at `at`, but for one that says why
    /// it cannot be kept.
    async fn keep_schedules(&self, at: Timestamp) -> Result<()> {
        loop {
            let parent = self.parent.clone();
            let request = pb::ListSchedulesRequest { parent, ..Default::default() };
            let found = pages!(self.suite.schedules(), list_schedules, request, schedules);
            let next = |it: &pb::Schedule| it.next_time.as_ref().and_then(kit::clock::from_proto);
            let is_due = |it: &pb::Schedule| next(it).is_some_and(|next| next <= at);
            if !found.iter().any(|it| it.fault.is_empty() && is_due(it)) {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }
}

/// True when the next level is spoken to on `day`, or should have been before.
fn is_due(due: Option<proto::google::r#type::Date>, level: i32, day: Date) -> bool {
    let due = due.as_ref().and_then(kit::date::from_proto);
    let wait = usize::try_from(level).ok().and_then(|level| LEVELS.get(level));
    let (Some(due), Some(wait)) = (due, wait) else { return false };
    due.until(day).is_ok_and(|it| i64::from(it.get_days()) >= *wait)
}
