use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::TaskClass;
use tonic::Status;

use crate::fixture::{DISTRICT, Registry, batch, date, ids, name, refused};

pub(crate) fn task(id: &str) -> pb::Task {
    pb::Task {
        name: name("tasks", id),
        display_name: "国家城乡融合发展试验区改革".to_owned(),
        class: TaskClass::Reform as i32,
        lead_unit: name("units", "finance"),
        ..Default::default()
    }
}

fn goal(period: &str, text: &str) -> pb::task::Goal {
    pb::task::Goal { period: name("periods", period), text: text.to_owned() }
}

impl Registry {
    pub(crate) async fn batch_tasks(
        &mut self,
        tasks: Vec<pb::Task>,
        reason: &str,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(self.tasks, batch_update_tasks, BatchUpdateTasksRequest, tasks, tasks, reason)
    }
}

kit::both! {
    // Q1: 30 key tasks in three classes; X1: ten key works beside them.
    async fn thirty_tasks_stand_in_three_classes(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        let classes = [TaskClass::Reform, TaskClass::Assault, TaskClass::BottomLine, TaskClass::KeyWork];
        let tasks = (0..40).map(|it| pb::Task { class: classes[it / 10] as i32, ..task(&format!("t{it:02}")) });
        assert_eq!(registry.batch_tasks(tasks.collect(), "").await.unwrap(), (40, 0, 0));
        for class in classes {
            let request = pb::ListTasksRequest { parent: DISTRICT.to_owned(), class: class as i32, page_size: 7, ..Default::default() };
            assert_eq!(ids!(registry.tasks, list_tasks, tasks, request).len(), 10);
        }
    }

    // B5: cut by quarter, each quarter with its theme.
    async fn a_task_has_a_goal_for_each_quarter(bed: &Bed) {
        let mut registry = Registry::with_task_list(bed).await;
        let quarters = ["2023Q1", "2023Q2", "2023Q3", "2023Q4"];
        let goals: Vec<_> = quarters.into_iter().zip(["开工 3 个", "过半", "清零", "收官"]).map(|(period, text)| goal(period, text)).collect();
        let given = pb::Task {
            goals: goals.clone(),
            leader_posts: vec![name("posts", "leader-1")],
            deadline: date(2023, 12, 31),
            task_list: name("taskLists", "a"),
            ..task("t1")
        };
        registry.batch_tasks(vec![given], "").await.unwrap();
        let request = pb::GetTaskRequest { name: name("tasks", "t1") };
        let found = registry.tasks.get_task(request).await.unwrap().into_inner();
        assert_eq!((found.goals, found.deadline), (goals, date(2023, 12, 31)));

        let stray = pb::Task {
            goals: vec![goal("2024Q1", "开工")],
            indicators: vec![name("indicators", "none")],
            project: name("projects", "none"),
            task_list: name("taskLists", "none"),
            ..task("t2")
        };
        refused(registry.batch_tasks(vec![stray], "").await, &[
            ("tasks[0].task_list", "UNKNOWN_TASK_LIST"),
            ("tasks[0].project", "UNKNOWN_PROJECT"),
            ("tasks[0].indicators[0]", "UNKNOWN_INDICATOR"),
            ("tasks[0].goals[0].period", "UNKNOWN_PERIOD"),
        ]);
    }
}
