//! Commitments that are made.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::request_id::Once;
use kit::{Result, guard};
use proto::cadre::v1 as pb;

use super::super::{DISTRICT, INDICATOR, PERSON, POST, Rpc, UNIT};
use super::{MADE, convert, tell};
use crate::commitment::{Area, Commitment, Made, State, Step, Text, due};
use crate::person::HeldPost;
use crate::store;

/// The most commitments of one request.
const BATCH: usize = 1000;

/// A row of the request.
struct Draft {
    person: Option<String>,
    unit: String,
    position: Option<String>,
    indicator: Option<String>,
    year: i32,
    area: Area,
    text: Text,
}

impl Rpc {
    pub(super) async fn create_commitments(
        &self,
        request: pb::BatchCreateCommitmentsRequest,
    ) -> Result<pb::BatchCreateCommitmentsResponse> {
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        fields.number("commitments", request.commitments.len(), 1..=BATCH);
        let account = fields.account("account", &request.account, 1..=100);
        let given = request.commitments.iter().take(BATCH).enumerate();
        let drafts: Vec<Draft> =
            given.map(|(row, given)| read(&mut fields, district, row, given)).collect();
        fields.check()?;
        for draft in &drafts {
            guard::for_unit(district, &draft.unit)?;
        }
        let once = Once::new(district, "BatchCreateCommitments", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        let now = tx.now();
        let today = now.to_zoned(zone).date();
        let mut units: Vec<&str> = drafts.iter().map(|it| it.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        let held = store::headship::held(&mut tx, district, &units, today).await?;
        let mut fields = Fields::default();
        let rows = drafts.into_iter().enumerate();
        let made = rows.filter_map(|(row, draft)| {
            let made = draft.made(&mut fields, row, &held, today)?;
            Some(submitted(made.0, made.1, &account, now))
        });
        let mut made: Vec<Commitment> = made.collect();
        fields.check()?;
        store::commitment::insert(&mut tx, district, &mut made).await?;
        let commitments = made.iter().map(|it| tell(&mut tx, district, MADE, it)).collect();
        let reply = pb::BatchCreateCommitmentsResponse { commitments };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

fn read(fields: &mut Fields, district: &str, row: usize, given: &pb::Commitment) -> Draft {
    let at = format!("commitments[{row}]");
    let person = format!("{at}.person");
    let position = format!("{at}.position");
    let indicator = format!("{at}.indicator");
    Draft {
        person: fields.optional_member(person, &PERSON, &given.person, district),
        unit: fields.member(format_args!("{at}.unit"), &UNIT, &given.unit, district),
        position: fields.optional_member(position, &POST, &given.position, district),
        indicator: fields.optional_member(indicator, &INDICATOR, &given.indicator, district),
        year: given.year,
        area: fields.choice(format_args!("{at}.area"), given.area),
        text: convert::text(
            fields,
            &format!("{at}."),
            (&given.title, &given.content, &given.target),
            &given.milestones,
        ),
    }
}

impl Draft {
    /// What is made today by whoever holds the post; nothing with a fault.
    fn made(
        self,
        fields: &mut Fields,
        row: usize,
        held: &[HeldPost],
        today: Date,
    ) -> Option<(Made, Text)> {
        let at = format!("commitments[{row}]");
        let this = i32::from(today.year());
        let year = fields.number(format_args!("{at}.year"), self.year, this..=this + 1);
        let year = i16::try_from(year).unwrap_or(today.year());
        convert::check_year(fields, &format!("{at}."), &self.text, year);
        let mut of_unit = held.iter().filter(|it| it.unit == self.unit);
        let post = match &self.person {
            Some(person) => {
                let mut own: Vec<_> = of_unit.filter(|it| it.person == *person).collect();
                own.sort_by_key(|it| (!it.head, it.start));
                own.first().copied()
            }
            None => of_unit.find(|it| it.head),
        };
        let Some(post) = post else {
            if self.person.is_some() {
                let message = format!("holds no post in {} on {today}", self.unit);
                fields.violation(format_args!("{at}.person"), "NOT_IN_POST", message);
            } else {
                let message = format!("{} has no head on {today}; name a person", self.unit);
                fields.violation(format_args!("{at}.unit"), "NO_HEAD", message);
            }
            return None;
        };
        let (occasion, due) = due(year, post.start);
        let made = Made {
            person: post.person.clone(),
            post: post.post.clone(),
            unit: self.unit,
            position: self.position,
            indicator: self.indicator,
            year,
            area: self.area,
            occasion,
            date: today,
            due,
        };
        Some((made, self.text))
    }
}

fn submitted(made: Made, text: Text, account: &str, now: Timestamp) -> Commitment {
    let step = Step {
        state: State::Submitted,
        actor: account.to_owned(),
        reason: String::new(),
        grades: Vec::new(),
        verdict: None,
        create_time: now,
    };
    Commitment {
        sequence: 0,
        made,
        texts: vec![text],
        steps: vec![step],
        facts: Vec::new(),
        create_time: now,
    }
}
