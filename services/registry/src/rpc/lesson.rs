//! Lessons.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::lesson_service_server::LessonService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::scheme::lessons;
use super::{Rpc, optional_id};
use crate::lesson::{Contents, Lesson, State};
use crate::rpc::revision;
use crate::store::lesson::Filter;
use crate::{district, lesson, project, scheme, store, task};

const CREATED: &str = "saima.registry.v1.LessonCreated";
const UPDATED: &str = "saima.registry.v1.LessonUpdated";
pub(super) const RESOLVED: &str = "saima.registry.v1.LessonResolved";

#[tonic::async_trait]
impl LessonService for Rpc {
    async fn get_lesson(
        &self,
        request: Request<pb::GetLessonRequest>,
    ) -> Result<Response<pb::Lesson>, Status> {
        let name = lesson::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let lesson = store::lesson::get(&mut tx, &name).await?;
        Ok(Response::new(lesson.into()))
    }

    async fn list_lessons(
        &self,
        request: Request<pb::ListLessonsRequest>,
    ) -> Result<Response<pb::ListLessonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            task: fields.optional_member("task", &task::NAME, &request.task, district),
            scheme: fields.optional_member("scheme", &scheme::NAME, &request.scheme, district),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.task, &request.scheme, &request.state],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut lessons = store::lesson::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut lessons, |it| it.id.clone());
        let lessons = lessons.into_iter().map(pb::Lesson::from).collect();
        Ok(Response::new(pb::ListLessonsResponse { lessons, next_page_token }))
    }

    async fn batch_update_lessons(
        &self,
        request: Request<pb::BatchUpdateLessonsRequest>,
    ) -> Result<Response<pb::BatchUpdateLessonsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn resolve_lesson(
        &self,
        request: Request<pb::ResolveLessonRequest>,
    ) -> Result<Response<pb::Lesson>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &lesson::NAME, &request.name);
        let district = name.id("district");
        let field = "adopted_in";
        let adopted_in =
            fields.optional_member(field, &scheme::NAME, &request.adopted_in, district);
        let decision = fields.paragraph("decision", &request.decision, 1..=2000);
        fields.check()?;
        let once = Once::new(district, "ResolveLesson", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut lesson = store::lesson::get(&mut tx, &name).await?;
        etag::check(&request.etag, lesson.revision, name.as_str())?;
        if let Some(scheme) = scheme::NAME.read(&request.adopted_in) {
            let scheme = store::scheme::get(&mut tx, &scheme)
                .await
                .map_err(|error| unknown_scheme(error, field))?;
            lesson.contents.refuse_resolved().map_err(|unfit| lesson.forbidden(unfit))?;
            lessons::refuse_not_taken_up(&mut tx, &lesson, scheme).await?;
        }
        let now = tx.now();
        lesson.step(now, |it| it.resolve(adopted_in, decision.clone()))?;
        store::lesson::save(&mut tx, [&lesson]).await?;
        let reply =
            revision::append_one(&mut tx, &decision, RESOLVED, lesson, Resource::Lesson).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

told!(Lesson, lesson, shown: false);

impl From<Lesson> for pb::Lesson {
    fn from(lesson: Lesson) -> Self {
        let name = lesson.name();
        let Lesson { district, uid, contents, create_time, update_time, revision, .. } = lesson;
        Self {
            name,
            uid,
            task: contents.task.map(|id| task::NAME.format(&[&district, &id])).unwrap_or_default(),
            project: contents
                .project
                .map(|id| project::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            text: contents.text,
            scheme: contents
                .scheme
                .map(|id| scheme::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            track_id: contents.track_id.unwrap_or_default(),
            node_id: contents.node_id.unwrap_or_default(),
            proposal: contents.proposal,
            state: contents.state as i32,
            adopted_in: contents
                .adopted_in
                .map(|id| scheme::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            decision: contents.decision,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Lesson, district: &str) -> Contents {
    Contents {
        task: fields.optional_member(format_args!("{at}.task"), &task::NAME, &given.task, district),
        project: fields.optional_member(
            format_args!("{at}.project"),
            &project::NAME,
            &given.project,
            district,
        ),
        text: fields.paragraph(format_args!("{at}.text"), &given.text, 1..=4000),
        scheme: fields.optional_member(
            format_args!("{at}.scheme"),
            &scheme::NAME,
            &given.scheme,
            district,
        ),
        track_id: optional_id(fields, format_args!("{at}.track_id"), &given.track_id),
        node_id: optional_id(fields, format_args!("{at}.node_id"), &given.node_id),
        proposal: fields.paragraph(format_args!("{at}.proposal"), &given.proposal, 0..=2000),
        state: State::Filed,
        adopted_in: None,
        decision: String::new(),
    }
}

/// A scheme that is not there is a fault of the field that names it.
fn unknown_scheme(error: Error, field: &str) -> Error {
    match error {
        Error::NotFound { name, .. } => {
            Error::invalid(field, "UNKNOWN_SCHEME", format!("there is no scheme {name}"))
        }
        error => error,
    }
}
