//! Campaigns over the wire.

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::field::Fields;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::campaign_service_server::CampaignService;
use proto::cadre::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::definition::{Listed, Told};
use super::{Rpc, term};
use crate::campaign::{Campaign, Contents, NAME, Phase};
use crate::definition::{Definition, Row};
use crate::nominee::State;
use crate::store;
use crate::training_post::{self, TrainingPost};

#[tonic::async_trait]
impl CampaignService for Rpc {
    async fn get_campaign(
        &self,
        request: Request<pb::GetCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        let request = request.into_inner();
        Ok(Response::new(self.definition::<pb::Campaign>(&request.name).await?))
    }

    async fn list_campaigns(
        &self,
        request: Request<pb::ListCampaignsRequest>,
    ) -> Result<Response<pb::ListCampaignsResponse>, Status> {
        let request = request.into_inner();
        let listed = Listed::all(&request.parent, request.page_size, &request.page_token);
        let (campaigns, next_page_token) = self.definitions(listed, |_, _| None).await?;
        Ok(Response::new(pb::ListCampaignsResponse { campaigns, next_page_token }))
    }

    async fn batch_update_campaigns(
        &self,
        request: Request<pb::BatchUpdateCampaignsRequest>,
    ) -> Result<Response<pb::BatchUpdateCampaignsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn get_campaign_progress(
        &self,
        request: Request<pb::GetCampaignProgressRequest>,
    ) -> Result<Response<pb::CampaignProgress>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, id) = (name.id("district"), name.id("campaign"));
        let mut tx = self.db.begin_read().await?;
        let found = store::definition::find(&mut tx, district, id).await?;
        let campaign: Campaign = found.ok_or_else(|| name.not_found())?;
        let nominees = store::nominee::list(&mut tx, district, id, None, None).await?;
        let placed = store::placement::count(&mut tx, district, id).await?;
        let ids: Vec<&str> = campaign.contents.posts.iter().map(String::as_str).collect();
        let posts: Vec<TrainingPost> = store::definition::of(&mut tx, district, &ids).await?;
        let mut proposed: HashMap<&str, i32> = HashMap::new();
        for (proposal, _) in nominees.iter().filter_map(|it| it.open_proposal()) {
            *proposed.entry(proposal.post.as_str()).or_default() += 1;
        }
        let count = |state| nominees.iter().filter(|it| it.state() == state).count() as i32;
        let post = |it: &TrainingPost| pb::CampaignPost {
            training_post: training_post::NAME.format(&[district, &it.id]),
            places: it.contents.places,
            proposed_count: proposed.get(it.id.as_str()).copied().unwrap_or_default(),
            placed_count: placed.get(&it.id).copied().unwrap_or_default() as i32,
        };
        Ok(Response::new(pb::CampaignProgress {
            campaign: name.as_str().to_owned(),
            nominee_count: nominees.len() as i32,
            appraised_count: count(State::Appraised),
            proposed_count: count(State::Proposed),
            placed_count: count(State::Placed),
            declined_count: count(State::Declined),
            posts: posts.iter().map(post).collect(),
        }))
    }
}

impl Told for pb::Campaign {
    type Contents = Contents;

    const EVENTS: [&'static str; 2] =
        ["saima.cadre.v1.CampaignCreated", "saima.cadre.v1.CampaignUpdated"];

    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Contents {
        fields.number(format_args!("{at}.training_posts"), given.training_posts.len(), 1..=500);
        let posts = given.training_posts.iter().take(500).enumerate();
        let posts = posts.map(|(index, post)| {
            let at = format!("{at}.training_posts[{index}]");
            fields.member(at, &training_post::NAME, post, district)
        });
        let posts = posts.collect();
        let mut phases = Vec::new();
        for (index, it) in given.phases.iter().take(10).enumerate() {
            let at = format!("{at}.phases[{index}]");
            let kind = fields.choice(format_args!("{at}.kind"), it.kind);
            let (start, end) = term(fields, &at, &it.start_date, &it.end_date);
            fields.required(format_args!("{at}.end_date"), &it.end_date);
            phases.push(Phase { kind, start: Some(start), end });
        }
        let display_name =
            fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200);
        let contents = Contents { display_name, posts, phases };
        contents.check(fields, at);
        contents
    }

    fn of(district: &str, it: &Definition<Contents>) -> Self {
        let post = |id: &String| training_post::NAME.format(&[district, id]);
        let phase = |it: &Phase| pb::CampaignPhase {
            kind: it.kind as i32,
            start_date: it.start.map(date::to_proto),
            end_date: it.end.map(date::to_proto),
        };
        Self {
            name: NAME.format(&[district, &it.id]),
            display_name: it.contents.display_name.clone(),
            training_posts: it.contents.posts.iter().map(post).collect(),
            phases: it.contents.phases.iter().map(phase).collect(),
            create_time: Some(clock::to_proto(it.create_time)),
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }

    fn told(self) -> (String, Resource) {
        (self.name.clone(), Resource::Campaign(self))
    }

    async fn check(tx: &mut Tx, district: &str, rows: &[Row<Contents>]) -> kit::Result<()> {
        let named: HashSet<&str> =
            rows.iter().flat_map(|it| &it.contents.posts).map(String::as_str).collect();
        let named: Vec<&str> = named.into_iter().collect();
        let known: Vec<TrainingPost> = store::definition::of(tx, district, &named).await?;
        let known: HashSet<&str> = known.iter().map(|it| it.id.as_str()).collect();
        let mut fields = Fields::default();
        for (row, it) in rows.iter().enumerate() {
            for (index, post) in it.contents.posts.iter().enumerate() {
                if !known.contains(post.as_str()) {
                    let field = format!("campaigns[{row}].training_posts[{index}]");
                    let message = format!("there is no training post {post}");
                    fields.violation(field, "UNKNOWN_TRAINING_POST", message);
                }
            }
        }
        fields.check()
    }
}
