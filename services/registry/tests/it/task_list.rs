use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{TaskListState, TaskState};
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, fails, ids, name, refused, request_id};
use crate::task::task;

pub(crate) const OFFICES: [&str; 3] = ["finance", "audit", "town"];

pub(crate) fn task_list(id: &str) -> pb::TaskList {
    pb::TaskList {
        name: name("taskLists", id),
        display_name: "考评任务一览表".to_owned(),
        period: name("periods", "2023"),
        offices: OFFICES.map(|id| name("units", id)).to_vec(),
        ..Default::default()
    }
}

impl Registry {
    /// Units, posts, the periods of a year, and a draft of a task list.
    pub(crate) async fn with_task_list(bed: &Bed) -> Self {
        let mut registry = Self::with_units(bed).await;
        for id in ["2023", "2023Q1", "2023Q2", "2023Q3", "2023Q4"] {
            registry.create_period(id).await;
        }
        registry.batch_task_lists(vec![task_list("a")]).await.unwrap();
        registry
    }

    async fn batch_task_lists(
        &mut self,
        lists: Vec<pb::TaskList>,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(
            self.task_lists,
            batch_update_task_lists,
            BatchUpdateTaskListsRequest,
            task_lists,
            lists,
            ""
        )
    }

    pub(crate) async fn consent(
        &mut self,
        office: &str,
        note: Option<&str>,
    ) -> Result<pb::TaskList, Status> {
        let request = pb::ConsentToTaskListRequest {
            name: name("taskLists", "a"),
            office: name("units", office),
            agrees: note.is_none(),
            note: note.unwrap_or_default().to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        self.task_lists.consent_to_task_list(request).await.map(tonic::Response::into_inner)
    }

    async fn task_list(&mut self) -> pb::TaskList {
        let request = pb::GetTaskListRequest { name: name("taskLists", "a") };
        self.task_lists.get_task_list(request).await.unwrap().into_inner()
    }

    async fn close_task(&mut self, id: &str, done: bool) -> Result<pb::Task, Status> {
        let request = pb::CloseTaskRequest {
            name: name("tasks", id),
            done,
            conclusion: "已完成".to_owned(),
            ..Default::default()
        };
        self.tasks.close_task(request).await.map(tonic::Response::into_inner)
    }
}

fn listed(id: &str) -> pb::Task {
    pb::Task { task_list: name("taskLists", "a"), ..task(id) }
}

kit::both! {
    // B5: agreed by three offices before it is in force.
    async fn a_task_list_is_in_force_once_three_offices_agree(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.batch_tasks(vec![listed("t1"), listed("t2")], "").await.unwrap();
        fails(registry.close_task("t1", true).await, Code::FailedPrecondition, "TASK_LIST_DRAFT", "taskLists/a");
        assert_eq!(registry.consent("finance", None).await.unwrap().state(), TaskListState::Draft);
        registry.consent("audit", Some("指标过高")).await.unwrap();
        assert_eq!(registry.consent("town", None).await.unwrap().state(), TaskListState::Draft);
        let agreed = registry.consent("audit", None).await.unwrap();
        assert_eq!(agreed.state(), TaskListState::InForce);
        let said: Vec<_> = agreed.consents.iter().map(|it| (it.office.rsplit('/').next().unwrap(), it.agrees)).collect();
        assert_eq!(said, [("finance", true), ("audit", false), ("town", true), ("audit", true)]);
        assert_eq!(registry.task_list().await, agreed);

        fails(registry.consent("town", None).await, Code::FailedPrecondition, "TASK_LIST_IN_FORCE", "taskLists/a");
        let renamed = pb::TaskList { display_name: "新表".to_owned(), ..task_list("a") };
        fails(registry.batch_task_lists(vec![renamed]).await, Code::FailedPrecondition, "TASK_LIST_IN_FORCE", "taskLists/a");
        let request = pb::ListTaskListsRequest { parent: DISTRICT.to_owned(), state: TaskListState::InForce as i32, ..Default::default() };
        assert_eq!(ids!(registry.task_lists, list_task_lists, task_lists, request), ["a"]);
        assert_eq!(registry.close_task("t1", true).await.unwrap().state(), TaskState::Done);
        fails(registry.close_task("t1", false).await, Code::FailedPrecondition, "TASK_CLOSED", "tasks/t1");
    }

    // B5: consents are to the list as it was read.
    async fn a_change_of_a_draft_voids_the_consents(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.batch_tasks(vec![listed("t1")], "").await.unwrap();
        registry.consent("finance", None).await.unwrap();
        registry.consent("audit", None).await.unwrap();
        let harder = pb::Task { target_effect: "开工率100%".to_owned(), ..listed("t1") };
        registry.batch_tasks(vec![harder.clone()], "").await.unwrap();
        assert!(registry.task_list().await.consents.is_empty());
        // What changes nothing voids nothing.
        registry.consent("finance", None).await.unwrap();
        registry.batch_tasks(vec![harder], "").await.unwrap();
        assert_eq!(registry.task_list().await.consents.len(), 1);
        // A task taken off the list is a change of it too.
        registry.batch_tasks(vec![task("t1")], "").await.unwrap();
        assert!(registry.task_list().await.consents.is_empty());
    }

    // Q5: the list is adjusted while it runs, for a reason that is kept.
    async fn a_task_in_force_changes_only_for_a_reason(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.batch_tasks(vec![listed("t1")], "").await.unwrap();
        for office in OFFICES {
            registry.consent(office, None).await.unwrap();
        }
        let later = pb::Task { target_effect: "年底前开工".to_owned(), ..listed("t1") };
        let silent = registry.batch_tasks(vec![later.clone()], "").await;
        fails(silent, Code::FailedPrecondition, "REASON_REQUIRED", "taskLists/a");
        let added = registry.batch_tasks(vec![listed("t2")], "").await;
        fails(added, Code::FailedPrecondition, "REASON_REQUIRED", "taskLists/a");
        assert_eq!(registry.batch_tasks(vec![later], "征地延期").await.unwrap(), (0, 1, 0));
        let reasons: Vec<_> = registry.revisions_of("tasks/t1").await.into_iter().map(|it| it.reason).collect();
        assert_eq!(reasons, ["", "征地延期"]);
        assert_eq!(registry.task_list().await.state(), TaskListState::InForce);
    }

    async fn only_offices_that_were_asked_consent(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        registry.create_department("other").await;
        refused(registry.consent("other", None).await, &[("office", "NOT_ASKED")]);
        refused(registry.consent("audit", Some("")).await, &[("note", "REQUIRED")]);
        let nobody = pb::TaskList { offices: Vec::new(), period: name("periods", "2022"), ..task_list("b") };
        refused(registry.batch_task_lists(vec![nobody]).await, &[("task_lists[0].offices", "TOO_FEW")]);
        let unknown = pb::TaskList { period: name("periods", "2022"), ..task_list("b") };
        refused(registry.batch_task_lists(vec![unknown]).await, &[("task_lists[0].period", "UNKNOWN_PERIOD")]);
    }
}
