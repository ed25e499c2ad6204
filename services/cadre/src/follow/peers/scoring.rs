//! What scoring is asked by name.

use std::collections::HashMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kit::peers::{Peer, Peers};
use kit::{Error, Result};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::feedback_service_client::FeedbackServiceClient;
use proto::scoring::v1::mark_service_client::MarkServiceClient;
use tonic::Code;

/// Calls under way at once.
const CONCURRENT: usize = 8;

/// Scoring.
#[derive(Clone)]
pub(crate) struct Scoring {
    marks: MarkServiceClient<Peer>,
    feedbacks: FeedbackServiceClient<Peer>,
}

impl Scoring {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            marks: kit::client!(MarkServiceClient, peers.get("scoring")),
            feedbacks: kit::client!(FeedbackServiceClient, peers.get("scoring")),
        }
    }

    /// Marks by their full names; those that are not there are not among them.
    pub(crate) async fn marks(&self, names: &[String]) -> Result<HashMap<String, scoring::Mark>> {
        let asked = names.iter().cloned().map(|name| {
            let mut marks = self.marks.clone();
            async move {
                match marks.get_mark(scoring::GetMarkRequest { name }).await {
                    Ok(found) => Ok(Some(found.into_inner())),
                    Err(status) if status.code() == Code::NotFound => Ok(None),
                    Err(status) => Err(Error::from(status)),
                }
            }
        });
        let found: Vec<Option<scoring::Mark>> =
            stream::iter(asked).buffer_unordered(CONCURRENT).try_collect().await?;
        Ok(found.into_iter().flatten().map(|mark| (mark.name.clone(), mark)).collect())
    }

    /// The feedback of a result by its full name; nothing when scoring has none.
    pub(crate) async fn feedback(&self, result: &str) -> Result<Option<scoring::Feedback>> {
        let name = format!("{result}/feedback");
        let request = scoring::GetFeedbackRequest { name, ..Default::default() };
        match self.feedbacks.clone().get_feedback(request).await {
            Ok(found) => Ok(Some(found.into_inner())),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(Error::from(status)),
        }
    }
}
