//! TaskLists.

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::task_list_service_server::TaskListService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, change, members};
use crate::rpc::revision;
use crate::store::task_list::Filter;
use crate::task_list::{Contents, State, TaskList};
use crate::{district, period, store, task_list, unit};

const CREATED: &str = "saima.registry.v1.TaskListCreated";
pub(super) const UPDATED: &str = "saima.registry.v1.TaskListUpdated";
const CONSENTED: &str = "saima.registry.v1.TaskListConsented";
const AGREED: &str = "saima.registry.v1.TaskListAgreed";

#[tonic::async_trait]
impl TaskListService for Rpc {
    async fn get_task_list(
        &self,
        request: Request<pb::GetTaskListRequest>,
    ) -> Result<Response<pb::TaskList>, Status> {
        let name = task_list::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let task_list = store::task_list::get(&mut tx, &name).await?;
        Ok(Response::new(with_consents(&mut tx, vec![task_list]).await?.remove(0)))
    }

    async fn list_task_lists(
        &self,
        request: Request<pb::ListTaskListsRequest>,
    ) -> Result<Response<pb::ListTaskListsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            period: fields.optional_member("period", &period::NAME, &request.period, district),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period, &request.state],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut task_lists = store::task_list::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut task_lists, |it| it.id.clone());
        let task_lists = with_consents(&mut tx, task_lists).await?;
        Ok(Response::new(pb::ListTaskListsResponse { task_lists, next_page_token }))
    }

    async fn batch_update_task_lists(
        &self,
        request: Request<pb::BatchUpdateTaskListsRequest>,
    ) -> Result<Response<pb::BatchUpdateTaskListsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn consent_to_task_list(
        &self,
        request: Request<pb::ConsentToTaskListRequest>,
    ) -> Result<Response<pb::TaskList>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &task_list::NAME, &request.name);
        let district = name.id("district");
        let office = fields.member("office", &unit::NAME, &request.office, district);
        let least = usize::from(!request.agrees);
        let note = fields.text("note", &request.note, least..=500);
        fields.check()?;
        guard::for_unit(district, &office)?;
        let once = Once::new(district, "ConsentToTaskList", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut list = store::task_list::get(&mut tx, &name).await?;
        etag::check(&request.etag, list.revision, name.as_str())?;
        let consent = list.hear(office, request.agrees, note, tx.now())?;
        store::task_list::say(&mut tx, &consent).await?;
        let said = store::task_list::consents(&mut tx, std::slice::from_ref(&list)).await?;
        let mut agreed = list.contents.clone();
        if agreed.agree(&said) {
            list.replace(agreed, tx.now());
            store::task_list::save(&mut tx, [&list]).await?;
            let told = [(AGREED, list.clone())];
            revision::append(&mut tx, district, "", told, Resource::TaskList).await?;
        }
        let reply = with_consents(&mut tx, vec![list]).await?.remove(0);
        let resource = Resource::TaskList(reply.clone());
        change::append(&mut tx, district, CONSENTED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

told!(TaskList, task_list, shown: false);

impl From<TaskList> for pb::TaskList {
    fn from(task_list: TaskList) -> Self {
        let name = task_list.name();
        let TaskList { district, uid, contents, create_time, update_time, revision, .. } =
            task_list;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            period: period::NAME.format(&[&district, &contents.period]),
            offices: contents
                .offices
                .iter()
                .map(|id| unit::NAME.format(&[&district, id]))
                .collect(),
            state: contents.state as i32,
            consents: Vec::new(),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::TaskList, district: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        period: fields.member(format_args!("{at}.period"), &period::NAME, &given.period, district),
        offices: members(
            fields,
            format_args!("{at}.offices"),
            &unit::NAME,
            &given.offices,
            district,
            1..=10,
        ),
        state: State::Draft,
    }
}

/// Lists with what the offices said of them as they stand.
async fn with_consents(tx: &mut Tx, lists: Vec<TaskList>) -> kit::Result<Vec<pb::TaskList>> {
    let said = store::task_list::consents(tx, &lists).await?;
    let with = |list: TaskList| {
        let of_it = said.iter().filter(|it| it.task_list == list.id);
        let consents = of_it.map(|it| pb::task_list::Consent {
            office: unit::NAME.format(&[&it.district, &it.office]),
            agrees: it.agrees,
            note: it.note.clone(),
            consent_time: Some(clock::to_proto(it.create_time)),
        });
        let consents = consents.collect();
        pb::TaskList { consents, ..list.into() }
    };
    Ok(lists.into_iter().map(with).collect())
}
