//! Tasks.

use std::collections::{BTreeSet, HashMap};

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::task_service_server::TaskService;
use tonic::{Request, Response, Status};

use super::{Rpc, known, members, rows};
use crate::batch::Batch;
use crate::rpc::revision;
use crate::store::task::Filter;
use crate::task::{Contents, Goal, State, Task};
use crate::{definition, district, indicator, period, post, project, store, task, task_list, unit};

const CREATED: &str = "saima.registry.v1.TaskCreated";
const UPDATED: &str = "saima.registry.v1.TaskUpdated";
const CLOSED: &str = "saima.registry.v1.TaskClosed";

/// The most goals of one task.
const GOALS: usize = 12;

#[tonic::async_trait]
impl TaskService for Rpc {
    async fn get_task(
        &self,
        request: Request<pb::GetTaskRequest>,
    ) -> Result<Response<pb::Task>, Status> {
        let name = task::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let task = store::task::get(&mut tx, &name).await?;
        Ok(Response::new(task.into()))
    }

    async fn list_tasks(
        &self,
        request: Request<pb::ListTasksRequest>,
    ) -> Result<Response<pb::ListTasksResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            class: fields.optional_choice("class", request.class),
            task_list: fields.optional_member(
                "task_list",
                &task_list::NAME,
                &request.task_list,
                district,
            ),
            lead_unit: fields.optional_member(
                "lead_unit",
                &unit::NAME,
                &request.lead_unit,
                district,
            ),
            project: fields.optional_member("project", &project::NAME, &request.project, district),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.class,
                &request.task_list,
                &request.lead_unit,
                &request.project,
                &request.state,
            ],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut tasks = store::task::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut tasks, |it| it.id.clone());
        let tasks = tasks.into_iter().map(pb::Task::from).collect();
        Ok(Response::new(pb::ListTasksResponse { tasks, next_page_token }))
    }

    async fn batch_update_tasks(
        &self,
        request: Request<pb::BatchUpdateTasksRequest>,
    ) -> Result<Response<pb::BatchUpdateTasksResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = rows(
            &mut fields,
            "tasks",
            &request.tasks,
            district,
            |it| (&it.name, &it.etag),
            contents,
        );
        fields.check()?;
        let once = Once::new(district, "BatchUpdateTasks", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let present = store::task::of(&mut tx, district, &definition::ids(&rows)).await?;
        let before = lists(&present);
        let known = known(&mut tx, district, &rows).await?;
        let batch = definition::merge("tasks", district, present, rows, known, &reason, tx.now())?;
        let reply = pb::BatchUpdateTasksResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::task::save(&mut tx, batch.written()).await?;
        adjust_lists(&mut tx, district, &before, &batch, &reason).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Task).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_task(
        &self,
        request: Request<pb::CloseTaskRequest>,
    ) -> Result<Response<pb::Task>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &task::NAME, &request.name);
        let conclusion = fields.paragraph("conclusion", &request.conclusion, 1..=2000);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "CloseTask", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut task = store::task::get(&mut tx, &name).await?;
        etag::check(&request.etag, task.revision, name.as_str())?;
        if let Some(list) = &task.contents.task_list {
            for list in store::task_list::of(&mut tx, district, std::slice::from_ref(list)).await? {
                list.contents.refuse_draft(&list.name())?;
            }
        }
        let now = tx.now();
        task.step(now, |it| it.close(request.done, conclusion, now))?;
        store::task::save(&mut tx, [&task]).await?;
        let reply = revision::append_one(&mut tx, "", CLOSED, task, Resource::Task).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Task> for pb::Task {
    fn from(task: Task) -> Self {
        let name = task.name();
        let Task { district, uid, contents, create_time, update_time, revision, .. } = task;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            class: contents.class as i32,
            task_list: contents
                .task_list
                .map(|id| task_list::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            lead_unit: unit::NAME.format(&[&district, &contents.lead_unit]),
            member_units: contents
                .member_units
                .iter()
                .map(|id| unit::NAME.format(&[&district, id]))
                .collect(),
            leader_posts: contents
                .leader_posts
                .iter()
                .map(|id| post::NAME.format(&[&district, id]))
                .collect(),
            project: contents
                .project
                .map(|id| project::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            indicators: contents
                .indicators
                .iter()
                .map(|id| indicator::NAME.format(&[&district, id]))
                .collect(),
            target_effect: contents.target_effect,
            deadline: contents.deadline.map(date::to_proto),
            goals: contents
                .goals
                .into_iter()
                .map(|goal| pb::task::Goal {
                    period: period::NAME.format(&[&district, &goal.period]),
                    text: goal.text,
                })
                .collect(),
            state: contents.state as i32,
            close_time: contents.close_time.map(clock::to_proto),
            conclusion: contents.conclusion,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Task, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        class: fields.choice(format_args!("{at}.class"), given.class),
        task_list: fields.optional_member(
            format_args!("{at}.task_list"),
            &task_list::NAME,
            &given.task_list,
            district,
        ),
        lead_unit: fields.member(
            format_args!("{at}.lead_unit"),
            &unit::NAME,
            &given.lead_unit,
            district,
        ),
        member_units: members(
            fields,
            format_args!("{at}.member_units"),
            &unit::NAME,
            &given.member_units,
            district,
            0..=50,
        ),
        leader_posts: members(
            fields,
            format_args!("{at}.leader_posts"),
            &post::NAME,
            &given.leader_posts,
            district,
            0..=2,
        ),
        project: fields.optional_member(
            format_args!("{at}.project"),
            &project::NAME,
            &given.project,
            district,
        ),
        indicators: members(
            fields,
            format_args!("{at}.indicators"),
            &indicator::NAME,
            &given.indicators,
            district,
            0..=20,
        ),
        target_effect: fields.paragraph(
            format_args!("{at}.target_effect"),
            &given.target_effect,
            0..=2000,
        ),
        deadline: fields.optional_date(format_args!("{at}.deadline"), &given.deadline),
        goals: goals(fields, at, &given.goals, district),
        state: State::Open,
        close_time: None,
        conclusion: String::new(),
    }
}

fn goals(fields: &mut Fields, at: &str, given: &[pb::task::Goal], district: &str) -> Vec<Goal> {
    if given.len() > GOALS {
        let message = format!("must have at most {GOALS}");
        fields.violation(format_args!("{at}.goals"), "TOO_MANY", message);
        return Vec::new();
    }
    let read = |(index, goal): (usize, &pb::task::Goal)| {
        let at = format!("{at}.goals[{index}]");
        let period = format_args!("{at}.period");
        Goal {
            period: fields.member(period, &period::NAME, &goal.period, district),
            text: fields.text(format_args!("{at}.text"), &goal.text, 1..=500),
        }
    };
    given.iter().enumerate().map(read).collect()
}

/// The list of each task, by the task's id.
fn lists(tasks: &[Task]) -> HashMap<String, Option<String>> {
    tasks.iter().map(|it| (it.id.clone(), it.contents.task_list.clone())).collect()
}

/// What a change of tasks means for the lists they stand or stood in: consents to a draft are
/// void, since it is another revision now, and a list in force bears a change only for a reason.
async fn adjust_lists(
    tx: &mut Tx,
    district: &str,
    before: &HashMap<String, Option<String>>,
    batch: &Batch<Task>,
    reason: &str,
) -> kit::Result<()> {
    let stood = batch.updated.iter().filter_map(|it| before.get(&it.id).cloned().flatten());
    let stand = batch.written().filter_map(|it| it.contents.task_list.clone());
    let ids: BTreeSet<String> = stood.chain(stand).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let mut drafts = Vec::new();
    for mut list in store::task_list::of(tx, district, &ids).await? {
        if list.contents.bears_tasks(reason, &list.name())? {
            let same = list.contents.clone();
            list.replace(same, tx.now());
            drafts.push(list);
        }
    }
    store::task_list::save(tx, &drafts).await?;
    let told = drafts.into_iter().map(|it| (super::task_list::UPDATED, it));
    revision::append(tx, district, reason, told, Resource::TaskList).await
}
