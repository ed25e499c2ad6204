use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::LessonState;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, fails, ids, name, refused};
use crate::rulebook::{leaf, scheme, sum};

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

/// Asks for a revision that holds from the same period on.
fn request_of(scheme: &pb::Scheme) -> pb::ReviseSchemeRequest {
    pb::ReviseSchemeRequest {
        effective_period: scheme.effective_period.clone(),
        ..Default::default()
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

    // Q10: a revision names the lessons it takes up; they are adopted when it is enacted, and only
    // if it rules otherwise where they said so.
    async fn a_revision_adopts_the_lessons_that_changed_it(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("spring", scheme("2023Q1")).await;
        let about = |id: &str, node: &str| pb::Lesson {
            scheme: name("schemes", "spring"),
            track_id: "general".to_owned(),
            node_id: node.to_owned(),
            proposal: "降低该项分值".to_owned(),
            ..lesson(id)
        };
        let at_large = pb::Lesson { proposal: "精简指标".to_owned(), ..lesson("at-large") };
        let rows = vec![about("weight", "a"), about("other", "a"), at_large, lesson("bare")];
        registry.batch_lessons(rows).await.unwrap();
        fails(registry.resolve("weight", &name("schemes", "spring")).await, Code::FailedPrecondition, "LESSON_NOT_TAKEN_UP", "lessons/weight");

        registry.assign("2023Q2").await;
        let request = pb::ReviseSchemeRequest {
            name: name("schemes", "spring"),
            scheme_id: "summer".to_owned(),
            effective_period: name("periods", "2023Q2"),
            ..Default::default()
        };
        let mut draft = registry.schemes.revise_scheme(request.clone()).await.unwrap().into_inner();
        draft.adopted_lessons = ["weight", "none", "bare", "weight"].map(|id| name("lessons", id)).into();
        let update = |draft: &pb::Scheme| pb::UpdateSchemeRequest { scheme: Some(draft.clone()), update_mask: None };
        refused(registry.schemes.update_scheme(update(&draft)).await, &[
            ("scheme.adopted_lessons[3]", "DUPLICATE"),
            ("scheme.adopted_lessons[1]", "UNKNOWN_LESSON"),
            ("scheme.adopted_lessons[2]", "NO_PROPOSAL"),
        ]);
        draft.adopted_lessons = ["weight", "at-large"].map(|id| name("lessons", id)).into();
        let draft = registry.schemes.update_scheme(update(&draft)).await.unwrap().into_inner();
        assert_eq!(draft.adopted_lessons.len(), 2);

        // Nothing is ruled otherwise yet.
        let enact = pb::EnactSchemeRequest { name: draft.name.clone(), ..Default::default() };
        let early = registry.schemes.enact_scheme(enact.clone()).await;
        fails(early, Code::FailedPrecondition, "LESSON_NOT_TAKEN_UP", "lessons/weight");
        let mut changed = draft.clone();
        let root = || sum("root", "100", vec![leaf("a", "gdp", "50"), leaf("b", "party", "50")]);
        changed.tracks[0].root = Some(root());
        registry.schemes.update_scheme(update(&changed)).await.unwrap();
        let enacted = registry.schemes.enact_scheme(enact).await.unwrap().into_inner();
        let state = |lesson: pb::Lesson| (lesson.state(), lesson.adopted_in);
        for id in ["weight", "at-large"] {
            let get = pb::GetLessonRequest { name: name("lessons", id) };
            let lesson = registry.lessons.get_lesson(get).await.unwrap().into_inner();
            assert_eq!(state(lesson), (LessonState::Adopted, enacted.name.clone()), "{id}");
        }
        // What is taken up says nothing of the rules themselves, and a later revision begins anew.
        let request = pb::CompareSchemesRequest { name: enacted.name.clone(), base: name("schemes", "spring") };
        let changes = registry.schemes.compare_schemes(request).await.unwrap().into_inner().changes;
        assert!(changes.iter().all(|it| it.field != "adopted_lessons"), "{changes:?}");
        let later = pb::ReviseSchemeRequest { name: enacted.name.clone(), scheme_id: "autumn".to_owned(), ..request_of(&enacted) };
        let later = registry.schemes.revise_scheme(later).await.unwrap().into_inner();
        assert_eq!(later.adopted_lessons, [""; 0]);

        // A lesson that was resolved is not taken up by another.
        let again = pb::Scheme { adopted_lessons: vec![name("lessons", "weight")], ..later };
        registry.schemes.update_scheme(update(&again)).await.unwrap();
        let enact = pb::EnactSchemeRequest { name: again.name, ..Default::default() };
        fails(registry.schemes.enact_scheme(enact).await, Code::FailedPrecondition, "LESSON_RESOLVED", "lessons/weight");
        // One that was filed is adopted by name, where the scheme did change there.
        let adopted = registry.resolve("other", &enacted.name).await.unwrap();
        assert_eq!(state(adopted), (LessonState::Adopted, enacted.name));
    }
}
