//! Dispatches: a letter goes to every address of its unit, and is held where there is none.

use kit::testing::{Channel, Served, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::dispatch::State;
use proto::notification::v1::dispatch_service_client::DispatchServiceClient;
use tonic::Status;

use crate::data::DISTRICT;

pub(crate) fn client(served: &Served) -> DispatchServiceClient<Channel> {
    DispatchServiceClient::new(served.channel())
}

pub(crate) async fn dispatches(served: &Served, state: State) -> Vec<pb::Dispatch> {
    let request = pb::ListDispatchesRequest {
        parent: DISTRICT.to_owned(),
        page_size: 1000,
        state: state.into(),
        ..Default::default()
    };
    client(served).list_dispatches(request).await.unwrap().into_inner().dispatches
}

/// Waits until so many dispatches are in a state.
pub(crate) async fn settled(served: &Served, state: State, count: usize) -> Vec<pb::Dispatch> {
    eventually(async || {
        let found = dispatches(served, state).await;
        (found.len() == count).then_some(found)
    })
    .await
}

pub(crate) async fn get(served: &Served, name: &str) -> pb::Dispatch {
    let request = pb::GetDispatchRequest { name: name.to_owned() };
    client(served).get_dispatch(request).await.unwrap().into_inner()
}

pub(crate) async fn retry(
    served: &Served,
    request: pb::RetryDispatchRequest,
) -> Result<pb::Dispatch, Status> {
    Ok(client(served).retry_dispatch(request).await?.into_inner())
}
