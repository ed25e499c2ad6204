//! Channels.

mod given;
mod settle;
mod test;

use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::channel::Setup as PbSetup;
use proto::notification::v1::channel_service_server::ChannelService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::channel::{Channel, NAME, Setup};
use crate::district::{self, UNIT};
use crate::lane::Standing;
use crate::store;

use given::Given;
pub(crate) use settle::{reached, settle};

const CREATED: &str = "saima.notification.v1.ChannelCreated";
const UPDATED: &str = "saima.notification.v1.ChannelUpdated";
const DISABLED: &str = "saima.notification.v1.ChannelDisabled";
const ENABLED: &str = "saima.notification.v1.ChannelEnabled";

#[tonic::async_trait]
impl ChannelService for Rpc {
    async fn get_channel(
        &self,
        request: Request<pb::GetChannelRequest>,
    ) -> Result<Response<pb::Channel>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, id) = (name.id("district"), name.id("channel"));
        let mut tx = self.db.begin_read().await?;
        let found = store::channel::get(&mut tx, &self.keys, district, id).await?;
        Ok(Response::new(found.ok_or_else(|| name.not_found())?.into()))
    }

    async fn list_channels(
        &self,
        request: Request<pb::ListChannelsRequest>,
    ) -> Result<Response<pb::ListChannelsResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let district = parent.id("district");
        let mut found = store::channel::list(&mut tx, &self.keys, district, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.id.clone());
        let channels = found.into_iter().map(pb::Channel::from).collect();
        Ok(Response::new(pb::ListChannelsResponse { channels, next_page_token }))
    }

    async fn create_channel(
        &self,
        request: Request<pb::CreateChannelRequest>,
    ) -> Result<Response<pb::Channel>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let id = fields.id("channel_id", &request.channel_id);
        let empty = pb::Channel::default();
        let given = fields.required("channel", &request.channel).unwrap_or(&empty);
        let district = parent.id("district");
        let (wish, secrets) = given::read(&mut fields, given, &self.outbound, district);
        fields.check()?;
        let once = Once::new(district, "CreateChannel", &request.request_id, &request)?;
        self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let channel = Channel {
            district: district.to_owned(),
            id,
            wish,
            secrets,
            standing: Standing::new(tx.now()),
        };
        if !store::channel::insert(&mut tx, &self.keys, &channel).await? {
            return Err(Error::already_exists("channel", channel.name()).into());
        }
        let reply = pb::Channel::from(channel);
        change::append(&mut tx, district, CREATED, &reply.name, Resource::Channel(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_channel(
        &self,
        request: Request<pb::UpdateChannelRequest>,
    ) -> Result<Response<pb::Channel>, Status> {
        let request = request.into_inner();
        let given = field::required("channel", request.channel.as_ref())?;
        let name = NAME.parse("channel.name", &given.name)?;
        let (district, id) = (name.id("district"), name.id("channel"));
        let wanted = Given::parse(given, &request.update_mask, &self.outbound, district)?;

        let mut tx = self.db.begin_write().await?;
        let found = store::channel::lock(&mut tx, &self.keys, district, id).await?;
        let mut channel = found.ok_or_else(|| name.not_found())?;
        etag::check(&given.etag, channel.standing.revision, name.as_str())?;
        let (wish, secrets) = wanted.patch(&channel)?;
        if !channel.change(wish, secrets, tx.now()) {
            return Ok(Response::new(channel.into()));
        }
        store::channel::save(&mut tx, &self.keys, &channel).await?;
        let reply = pb::Channel::from(channel);
        change::append(&mut tx, district, UPDATED, &reply.name, Resource::Channel(reply.clone()));
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }

    async fn disable_channel(
        &self,
        request: Request<pb::DisableChannelRequest>,
    ) -> Result<Response<pb::Channel>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reason = fields.text("reason", &request.reason, 1..=500);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("channel"));
        let once = Once::new(district, "DisableChannel", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::channel::lock(&mut tx, &self.keys, district, id).await?;
        let mut channel = found.ok_or_else(|| name.not_found())?;
        let changed = channel.standing.disable(reason, tx.now());
        if changed {
            store::channel::save(&mut tx, &self.keys, &channel).await?;
        }
        let reply = pb::Channel::from(channel);
        if changed {
            let resource = Resource::Channel(reply.clone());
            change::append(&mut tx, district, DISABLED, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn enable_channel(
        &self,
        request: Request<pb::EnableChannelRequest>,
    ) -> Result<Response<pb::Channel>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, id) = (name.id("district"), name.id("channel"));
        let once = Once::new(district, "EnableChannel", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::channel::lock(&mut tx, &self.keys, district, id).await?;
        let mut channel = found.ok_or_else(|| name.not_found())?;
        let changed = channel.standing.enable(tx.now());
        if changed {
            store::channel::save(&mut tx, &self.keys, &channel).await?;
        }
        let reply = pb::Channel::from(channel);
        if changed {
            let resource = Resource::Channel(reply.clone());
            change::append(&mut tx, district, ENABLED, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }

    async fn test_channel(
        &self,
        request: Request<pb::TestChannelRequest>,
    ) -> Result<Response<pb::TestChannelResponse>, Status> {
        Ok(Response::new(test::run(self, request.into_inner()).await?))
    }
}

impl From<Channel> for pb::Channel {
    fn from(it: Channel) -> Self {
        let name = it.name();
        let standing = it.standing;
        Self {
            name,
            owner: UNIT.format(&[&it.district, &it.wish.owner]),
            display_name: it.wish.display_name,
            rate_per_minute: it.wish.rate as i32,
            setup: Some(shown(it.wish.setup)),
            state: standing.state as i32,
            disable_reason: standing.disable_reason,
            consecutive_failures: standing.health.failures,
            failing_since_time: standing.health.failing_since.map(clock::to_proto),
            circuit_open_time: standing.health.opened_until().map(clock::to_proto),
            create_time: Some(clock::to_proto(standing.create_time)),
            update_time: Some(clock::to_proto(standing.update_time)),
            etag: etag::of(standing.revision),
        }
    }
}

/// How a channel works, without its secrets.
fn shown(setup: Setup) -> PbSetup {
    match setup {
        Setup::Mail(it) => PbSetup::Mail(pb::MailSetup {
            server: it.server,
            sender: it.sender,
            sender_display_name: it.sender_display_name,
            account: it.account,
            password: String::new(),
        }),
        Setup::Dingtalk { url } => {
            PbSetup::Dingtalk(pb::DingtalkSetup { url, ..Default::default() })
        }
        Setup::Wecom { url } => PbSetup::Wecom(pb::WecomSetup { url, ..Default::default() }),
        Setup::Sms(it) => PbSetup::Sms(pb::SmsSetup {
            url: it.url,
            body_template: it.body_template,
            secret_header: it.secret_header,
            secret: String::new(),
            signature: it.signature,
            max_characters: it.max_characters as i32,
            success_text: it.success_text,
        }),
    }
}
