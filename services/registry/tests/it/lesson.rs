use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::LessonState;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, fails, ids, name, refused};
use crate::rulebook::scheme;

fn lesson(id: &str) -> pb::Lesson {
    pb::Lesson {
        name: name("lessons", id),
        text: "进度要看实效，不只看形象进度。".to_owned(),
        ..Default::default()
    }
}

impl Registry {
    async fn batch_lessons(&mut self, lessons: Vec<pb::Lesson>) -> Result<(i32, i32, i32), Status> {
        batch!(self.lessons, batch_update_lessons, BatchUpdateLessonsRequest, lessons, lessons, "")
    }

    async fn resolve(&mut self, id: &str, adopted_in: &str) -> Result<pb::Lesson, Status> {
        let request = pb::ResolveLessonRequest {
            name: name("lessons", id),
            adopted_in: adopted_in.to_owned(),
            decision: "采纳".to_owned(),
            ..Default::default()
        };
        self.lessons.resolve_lesson(request).await.map(tonic::Response::into_inner)
    }
}

kit::both! {
    // Q10: lessons are filed with the task and proposed as changes of the rulebook.
    async fn a_lesson_is_filed_proposed_and_adopted(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("annual", scheme("2023Q1")).await;
        let proposed = pb::Lesson {
            scheme: name("schemes", "annual"),
            track_id: "general".to_owned(),
            node_id: "a".to_owned(),
            proposal: "降低该项分值".to_owned(),
            ..lesson("b")
        };
        assert_eq!(registry.batch_lessons(vec![lesson("a"), proposed.clone()]).await.unwrap(), (2, 0, 0));
        let request = pb::ListLessonsRequest { parent: DISTRICT.to_owned(), scheme: name("schemes", "annual"), ..Default::default() };
        assert_eq!(ids!(registry.lessons, list_lessons, lessons, request), ["b"]);

        fails(registry.resolve("a", "").await, Code::FailedPrecondition, "NO_PROPOSAL", "lessons/a");
        refused(registry.resolve("b", &name("schemes", "none")).await, &[("adopted_in", "UNKNOWN_SCHEME")]);
        let adopted = registry.resolve("b", &name("schemes", "annual")).await.unwrap();
        assert_eq!((adopted.state(), adopted.adopted_in), (LessonState::Adopted, name("schemes", "annual")));
        fails(registry.resolve("b", "").await, Code::FailedPrecondition, "LESSON_RESOLVED", "lessons/b");
        let changed = pb::Lesson { proposal: "提高该项分值".to_owned(), ..proposed };
        fails(registry.batch_lessons(vec![changed]).await, Code::FailedPrecondition, "LESSON_RESOLVED", "lessons/b");
        let bare = pb::Lesson { scheme: name("schemes", "annual"), ..lesson("c") };
        refused(registry.batch_lessons(vec![bare]).await, &[("lessons[0].proposal", "PROPOSAL_REQUIRED")]);
    }
}
