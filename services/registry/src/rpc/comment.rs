//! Comments.

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::comment_service_server::CommentService;
use tonic::{Request, Response, Status};

use super::scheme::{self as schemes, outline};
use super::{Rpc, change, optional_id};
use crate::comment::{Answer, Comment};
use crate::consultation::Consultation;
use crate::{comment, consultation, scheme, store, unit};

const MADE: &str = "saima.registry.v1.CommentMade";
const ANSWERED: &str = "saima.registry.v1.CommentAnswered";

#[tonic::async_trait]
impl CommentService for Rpc {
    async fn list_comments(
        &self,
        request: Request<pb::ListCommentsRequest>,
    ) -> Result<Response<pb::ListCommentsResponse>, Status> {
        let request = request.into_inner();
        let parent = consultation::NAME.parse("parent", &request.parent)?;
        let (district, id) = (parent.id("district"), parent.id("consultation"));
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;

        let mut tx = self.db.begin_read().await?;
        store::consultation::get(&mut tx, &parent).await?;
        let mut comments = store::comment::list(&mut tx, district, id, &page).await?;
        let next_page_token = page.cut(&mut comments, |it| it.number.to_string());
        let comments = comments.into_iter().map(pb::Comment::from).collect();
        Ok(Response::new(pb::ListCommentsResponse { comments, next_page_token }))
    }

    async fn create_comment(
        &self,
        request: Request<pb::CreateCommentRequest>,
    ) -> Result<Response<pb::Comment>, Status> {
        let request = request.into_inner();
        let given = field::required("comment", request.comment.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &consultation::NAME, &request.parent);
        let district = parent.id("district");
        let unit = fields.member("comment.unit", &unit::NAME, &given.unit, district);
        let track_id = optional_id(&mut fields, "comment.track_id", &given.track_id);
        let node_id = optional_id(&mut fields, "comment.node_id", &given.node_id);
        let text = fields.paragraph("comment.text", &given.text, 1..=2000);
        fields.check()?;
        guard::for_unit(district, &unit)?;
        let once = Once::new(district, "CreateComment", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut consultation = store::consultation::get(&mut tx, &parent).await?;
        check_place(&mut tx, &consultation, &unit, given).await?;
        consultation.step(tx.now(), |it| it.hear())?;
        store::consultation::save(&mut tx, &consultation).await?;
        let comment = Comment {
            district: district.to_owned(),
            consultation: consultation.id,
            number: i64::from(consultation.contents.comments),
            unit,
            track_id,
            node_id,
            text,
            create_time: tx.now(),
            answer: None,
        };
        store::comment::insert(&mut tx, &comment).await?;
        let reply = append(&mut tx, MADE, comment);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn answer_comment(
        &self,
        request: Request<pb::AnswerCommentRequest>,
    ) -> Result<Response<pb::Comment>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &comment::NAME, &request.name);
        let verdict = fields.choice("verdict", request.verdict);
        let text = fields.paragraph("answer", &request.answer, 1..=2000);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("consultation"));
        let once = Once::new(district, "AnswerComment", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut comment = find(&mut tx, &name).await?;
        if let Some(Answer { time, .. }) = comment.answer {
            let message = format!("was answered at {time}");
            return Err(Error::precondition("COMMENT_ANSWERED", name.as_str(), message).into());
        }
        let parent = consultation::NAME.format(&[district, id]);
        let parent = consultation::NAME.parse("name", &parent)?;
        let mut consultation = store::consultation::get(&mut tx, &parent).await?;
        consultation.step(tx.now(), |it| {
            it.answered += 1;
            Ok(())
        })?;
        store::consultation::save(&mut tx, &consultation).await?;
        let answer = Answer { verdict, text, time: tx.now() };
        store::comment::answer(&mut tx, &comment, &answer).await?;
        comment.answer = Some(answer);
        let reply = append(&mut tx, ANSWERED, comment);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Comment> for pb::Comment {
    fn from(comment: Comment) -> Self {
        let Comment { district, consultation, number, .. } = &comment;
        let answer = comment.answer.as_ref();
        Self {
            name: comment::NAME.format(&[district, consultation, &number.to_string()]),
            unit: unit::NAME.format(&[district, &comment.unit]),
            verdict: answer.map_or(0, |it| it.verdict as i32),
            answer: answer.map(|it| it.text.clone()).unwrap_or_default(),
            answer_time: answer.map(|it| clock::to_proto(it.time)),
            track_id: comment.track_id.unwrap_or_default(),
            node_id: comment.node_id.unwrap_or_default(),
            text: comment.text,
            create_time: Some(clock::to_proto(comment.create_time)),
        }
    }
}

/// Refuses a unit that was not asked, and a place that the draft does not have: `NOT_ASKED`,
/// `UNKNOWN_TRACK`, `UNKNOWN_NODE`.
async fn check_place(
    tx: &mut Tx,
    consultation: &Consultation,
    unit: &String,
    given: &pb::Comment,
) -> kit::Result<()> {
    let mut fields = Fields::default();
    if !consultation.contents.units.contains(unit) {
        fields.violation("comment.unit", "NOT_ASKED", format!("{} was not asked", given.unit));
    }
    let name = scheme::NAME.format(&[&consultation.district, &consultation.contents.scheme]);
    let name = scheme::NAME.parse("parent", &name)?;
    let draft = schemes::to_proto(store::scheme::get(tx, &name).await?)?;
    let track = draft.tracks.iter().find(|it| it.track_id == given.track_id);
    let has_node =
        |track: &pb::Track| outline::nodes(track).iter().any(|it| it.id == given.node_id);
    if track.is_none() && !(given.track_id.is_empty() && given.node_id.is_empty()) {
        let message = format!("{name} has no track {:?}", given.track_id);
        fields.violation("comment.track_id", "UNKNOWN_TRACK", message);
    } else if !given.node_id.is_empty() && !track.is_some_and(has_node) {
        let message = format!("the track {} has no node {}", given.track_id, given.node_id);
        fields.violation("comment.node_id", "UNKNOWN_NODE", message);
    }
    fields.check()
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Comment> {
    let number = name.id("comment").parse().map_err(|_| name.not_found())?;
    let (district, consultation) = (name.id("district"), name.id("consultation"));
    let comment = store::comment::find(tx, district, consultation, number).await?;
    comment.ok_or_else(|| name.not_found())
}

fn append(tx: &mut Tx, kind: &'static str, comment: Comment) -> pb::Comment {
    let district = comment.district.clone();
    let reply = pb::Comment::from(comment);
    change::append(tx, &district, kind, &reply.name, Resource::Comment(reply.clone()));
    reply
}
