//! What lies in the tray.

use kit::clock;
use kit::page::Page;
use proto::notification::v1 as pb;
use proto::notification::v1::notice_service_server::NoticeService;
use tonic::{Request, Response, Status};

use super::Rpc;
use crate::district;
use crate::notice::Lying;
use crate::store;

#[tonic::async_trait]
impl NoticeService for Rpc {
    async fn list_notices(
        &self,
        request: Request<pb::ListNoticesRequest>,
    ) -> Result<Response<pb::ListNoticesResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.only_faulty],
        )?;
        let whose = (parent.id("district"), request.only_faulty);
        let mut tx = self.db.begin_read().await?;
        let mut found = store::notice::lying(&mut tx, whose, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.source.clone());
        let notices = found.into_iter().map(pb::Notice::from).collect();
        Ok(Response::new(pb::ListNoticesResponse { notices, next_page_token }))
    }
}

impl From<Lying> for pb::Notice {
    fn from(it: Lying) -> Self {
        Self {
            source: it.source,
            kind: it.kind as i32,
            fault: it.fault,
            next_attempt_time: Some(clock::to_proto(it.retry_time)),
            create_time: Some(clock::to_proto(it.create_time)),
        }
    }
}
