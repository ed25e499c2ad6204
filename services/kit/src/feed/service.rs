//! `WatchChanges` over the wire: the same call in each package.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use prost::Message;
use tonic::Status;

use super::{Notice, Watch};
use crate::error::{Error, Result};

/// The stream of a `WatchChanges` call.
#[doc(hidden)]
pub type Replies<T> = Pin<Box<dyn Stream<Item = std::result::Result<T, Status>> + Send>>;

/// Turns what is read into what is sent.
#[doc(hidden)]
pub fn replies<T: 'static>(
    watch: Watch,
    convert: impl Fn(Notice) -> Result<T> + Send + 'static,
) -> Replies<T> {
    Box::pin(watch.map(move |notice| Ok(convert(notice?)?)))
}

/// Reads an event's payload.
#[doc(hidden)]
pub fn decode<T: Message + Default>(payload: &[u8]) -> Result<T> {
    T::decode(payload).map_err(Error::internal)
}

/// Implements `WatchChanges` of the package `$pb` for `$rpc`, which has `db` and `shutdown`.
/// `$district` is the pattern of a district's name; `districts/-` stands for all of them.
///
/// What the feed itself knows of an event (kind, name, time, trace) is filled in here, so an
/// appended change carries its resource alone.
#[macro_export]
macro_rules! watch_changes {
    ($rpc:ty, $($pb:ident)::+, $district:expr) => {
        const _: () = {
            use $crate::reexport::tonic::{Request, Response, Status, async_trait};
            use $($pb)::+ as pb;

            #[async_trait]
            impl pb::change_service_server::ChangeService for $rpc {
                type WatchChangesStream = $crate::feed::Replies<pb::WatchChangesResponse>;

                async fn watch_changes(
                    &self,
                    request: Request<pb::WatchChangesRequest>,
                ) -> Result<Response<Self::WatchChangesStream>, Status> {
                    let request = request.into_inner();
                    let district = match request.parent.as_str() {
                        "districts/-" => {
                            $crate::guard::any_district()?;
                            None
                        }
                        parent => {
                            let name = $district.parse("parent", parent)?;
                            Some(name.id("district").to_owned())
                        }
                    };
                    let filter = $crate::feed::Filter { district, kinds: request.kinds };
                    let (token, shutdown) = (&request.resume_token, self.shutdown.clone());
                    let watch = $crate::feed::watch(&self.db, filter, token, shutdown).await?;
                    Ok(Response::new($crate::feed::replies(watch, |notice| {
                        let entry = match notice {
                            $crate::feed::Notice::Entry(entry) => entry,
                            $crate::feed::Notice::Bookmark { token } => {
                                let (resume_token, change) = (token, None);
                                return Ok(pb::WatchChangesResponse { resume_token, change });
                            }
                        };
                        let change = pb::Change {
                            kind: entry.kind,
                            name: entry.name,
                            change_time: Some($crate::clock::to_proto(entry.create_time)),
                            trace_parent: entry.trace_parent,
                            ..$crate::feed::decode(&entry.payload)?
                        };
                        let (resume_token, change) = (entry.token, Some(change));
                        Ok(pb::WatchChangesResponse { resume_token, change })
                    })))
                }
            }
        };
    };
}
