//! Channels: the ways by which letters reach people beside the inbox.

mod setup;

use jiff::Timestamp;
use kit::Result;
use kit::name::Pattern;
use kit::secret::Personal;

use crate::lane::Standing;

pub(crate) use setup::{DINGTALK_URL, Kind, Mail, Setup, Sms, WECOM_URL, fill};

/// How channels are named.
pub(crate) static NAME: Pattern =
    Pattern::new("channel", "districts/{district}/channels/{channel}");

/// What may be changed of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) display_name: String,
    /// Id of the unit that is told when it is disabled.
    pub(crate) owner: String,
    /// Messages a minute.
    pub(crate) rate: i64,
    pub(crate) setup: Setup,
}

/// What opens the other side's door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    /// A password, a token, a key or a secret: what the kind wants.
    pub(crate) token: Personal<String>,
    /// What messages are signed with.
    pub(crate) signing: Personal<String>,
}

/// A way by which letters reach people.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) wish: Wish,
    pub(crate) secrets: Secrets,
    pub(crate) standing: Standing,
}

impl Channel {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Changes it; secrets that are not given stay. False when it is so already.
    pub(crate) fn change(&mut self, wish: Wish, secrets: Secrets, now: Timestamp) -> bool {
        let mut kept = self.secrets.clone();
        for (kept, given) in
            [(&mut kept.token, secrets.token), (&mut kept.signing, secrets.signing)]
        {
            if !given.reveal().is_empty() {
                *kept = given;
            }
        }
        if self.wish == wish && self.secrets == kept {
            return false;
        }
        (self.wish, self.secrets) = (wish, kept);
        self.standing.touch(now);
        true
    }

    /// Refuses to send while it is disabled.
    pub(crate) fn check_enabled(&self) -> Result<()> {
        self.standing.check_enabled("CHANNEL_DISABLED", self.name())
    }
}
