//! How a channel of each kind works.

use serde::{Deserialize, Serialize};

/// Where robots listen when nothing else is said.
pub(crate) const DINGTALK_URL: &str = "https://oapi.dingtalk.com/robot/send";
pub(crate) const WECOM_URL: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send";

/// What operators of robots take a minute, and what is sent where nobody says.
const ROBOT_RATE: i64 = 20;
const USUAL_RATE: i64 = 60;

kit::numbered! {
    /// The kinds.
    enum Kind {
        /// E-mail.
        Mail = 1,
        /// The robot of a DingTalk group.
        Dingtalk = 2,
        /// The robot of a WeCom group.
        Wecom = 3,
        /// Text messages.
        Sms = 4,
    }
}

/// How a channel works, its secrets apart. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Setup {
    Mail(Mail),
    Dingtalk { url: String },
    Wecom { url: String },
    Sms(Sms),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) server: String,
    pub(crate) sender: String,
    pub(crate) sender_display_name: String,
    /// Empty for no login.
    pub(crate) account: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sms {
    pub(crate) url: String,
    pub(crate) body_template: String,
    /// Empty for none.
    pub(crate) secret_header: String,
    pub(crate) signature: String,
    pub(crate) max_characters: i64,
    /// Empty when any 2xx is success.
    pub(crate) success_text: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self::Mail(Mail::default())
    }
}

impl Setup {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Mail(_) => Kind::Mail,
            Self::Dingtalk { .. } => Kind::Dingtalk,
            Self::Wecom { .. } => Kind::Wecom,
            Self::Sms(_) => Kind::Sms,
        }
    }

    /// Messages a minute where nobody says.
    pub(crate) fn usual_rate(&self) -> i64 {
        match self {
            Self::Dingtalk { .. } | Self::Wecom { .. } => ROBOT_RATE,
            Self::Mail(_) | Self::Sms(_) => USUAL_RATE,
        }
    }

    /// Where its messages go first, as it may be shown.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.server,
            Self::Dingtalk { url } | Self::Wecom { url } => url,
            Self::Sms(sms) => &sms.url,
        }
    }
}

/// Fills the placeholders of a body template; the name of the first that `value` does not know
/// else. Braces around anything but a lower-case word are no placeholder, as JSON has them.
pub(crate) fn fill(
    template: &str,
    value: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, behind) = rest.split_at(at);
        filled.push_str(before);
        let end = behind[1..].find(|char: char| !char.is_ascii_lowercase()).map(|it| it + 1);
        match end {
            Some(end) if end > 1 && behind[end..].starts_with('}') => {
                let name = &behind[1..end];
                filled.push_str(&value(name).ok_or(name)?);
                rest = &behind[end + 1..];
            }
            _ => {
                filled.push('{');
                rest = &behind[1..];
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}
