//! What a caller wants of a channel.

use http::HeaderName;
use kit::field::Fields;
use kit::mask::Mask;
use kit::outbound::{Outbound, Refusal, Target};
use kit::secret::Personal;
use kit::{Error, Result};
use prost_types::FieldMask;
use proto::notification::v1 as pb;
use proto::notification::v1::channel::Setup as PbSetup;

use crate::channel::{Channel, DINGTALK_URL, Mail, Secrets, Setup, Sms, WECOM_URL, Wish, fill};
use crate::contact::is_mail;
use crate::district::UNIT;

const USUAL_CHARACTERS: i32 = 200;

/// The fields that an update is about, read.
pub(super) struct Given {
    mask: Mask,
    wish: Wish,
    secrets: Secrets,
}

impl Given {
    /// Reads the fields that `mask` names.
    pub(super) fn parse(
        given: &pb::Channel,
        mask: &Option<FieldMask>,
        outbound: &Outbound,
        district: &str,
    ) -> Result<Self> {
        let kind = given.setup.as_ref().map(path);
        let mutable = [
            ("display_name", !given.display_name.is_empty()),
            ("owner", !given.owner.is_empty()),
            ("rate_per_minute", given.rate_per_minute != 0),
            ("mail", kind == Some("mail")),
            ("dingtalk", kind == Some("dingtalk")),
            ("wecom", kind == Some("wecom")),
            ("sms", kind == Some("sms")),
        ];
        let mask = Mask::parse(mask, &mutable)?;
        let mut fields = Fields::default();
        let (wish, secrets) = read(&mut fields, given, outbound, district);
        mask.check("channel", fields)?;
        let named = ["mail", "dingtalk", "wecom", "sms"].into_iter().find(|it| mask.has(it));
        if let Some(named) = named.filter(|named| kind != Some(named)) {
            return Err(Error::invalid(format!("channel.{named}"), "REQUIRED", "must be given"));
        }
        Ok(Self { mask, wish, secrets })
    }

    /// What the channel is to be, with what was given.
    pub(super) fn patch(self, channel: &Channel) -> Result<(Wish, Secrets)> {
        let Self { mask, wish: given, secrets } = self;
        let mut wish = channel.wish.clone();
        if mask.has("display_name") {
            wish.display_name = given.display_name;
        }
        if mask.has("owner") {
            wish.owner = given.owner;
        }
        if mask.has("rate_per_minute") {
            wish.rate = given.rate;
        }
        if !["mail", "dingtalk", "wecom", "sms"].iter().any(|it| mask.has(it)) {
            return Ok((wish, Secrets::default()));
        }
        if given.setup.kind() != wish.setup.kind() {
            let message = "a channel keeps its kind; create another";
            return Err(Error::invalid("channel.setup", "KIND_FIXED", message));
        }
        wish.setup = given.setup;
        Ok((wish, secrets))
    }
}

fn path(setup: &PbSetup) -> &'static str {
    match setup {
        PbSetup::Mail(_) => "mail",
        PbSetup::Dingtalk(_) => "dingtalk",
        PbSetup::Wecom(_) => "wecom",
        PbSetup::Sms(_) => "sms",
    }
}

/// Reads all fields.
pub(super) fn read(
    fields: &mut Fields,
    given: &pb::Channel,
    outbound: &Outbound,
    district: &str,
) -> (Wish, Secrets) {
    let display_name = fields.text("channel.display_name", &given.display_name, 1..=200);
    let owner = fields.member("channel.owner", &UNIT, &given.owner, district);
    let rate = fields.number("channel.rate_per_minute", given.rate_per_minute, 0..=600);
    let (setup, token, signing) = match &given.setup {
        Some(PbSetup::Mail(it)) => (mail(fields, it, outbound), &it.password, ""),
        Some(PbSetup::Dingtalk(it)) => {
            let url = web(fields, "channel.dingtalk.url", &it.url, DINGTALK_URL, outbound);
            (Setup::Dingtalk { url }, &it.access_token, it.signing_secret.as_str())
        }
        Some(PbSetup::Wecom(it)) => {
            let url = web(fields, "channel.wecom.url", &it.url, WECOM_URL, outbound);
            (Setup::Wecom { url }, &it.key, "")
        }
        Some(PbSetup::Sms(it)) => (sms(fields, it, outbound), &it.secret, ""),
        None => {
            fields.violation("channel.setup", "REQUIRED", "must be given");
            (Setup::default(), &given.name, "")
        }
    };
    let kind = given.setup.as_ref().map_or("setup", path);
    let token = fields.text(format_args!("channel.{kind}.secret"), token, 0..=500);
    let signing = fields.text(format_args!("channel.{kind}.signing_secret"), signing, 0..=500);
    let rate = if rate == 0 { setup.usual_rate() } else { rate.into() };
    let secrets = Secrets { token: Personal::new(token), signing: Personal::new(signing) };
    (Wish { display_name, owner, rate, setup }, secrets)
}

fn mail(fields: &mut Fields, it: &pb::MailSetup, outbound: &Outbound) -> Setup {
    let path = "channel.mail.server";
    let server = fields.text(path, &it.server, 1..=1000);
    check(fields, path, &server, |url| outbound.mail_target(url));
    let sender = fields.text("channel.mail.sender", &it.sender, 1..=254);
    if !sender.is_empty() && !is_mail(&sender) {
        let message = "must be an e-mail address in ASCII";
        fields.violation("channel.mail.sender", "ADDRESS_FORMAT", message);
    }
    let (path, name) = ("channel.mail.sender_display_name", &it.sender_display_name);
    let sender_display_name = fields.text(path, name, 0..=100);
    let account = fields.text("channel.mail.account", &it.account, 0..=254);
    Setup::Mail(Mail { server, sender, sender_display_name, account })
}

fn sms(fields: &mut Fields, it: &pb::SmsSetup, outbound: &Outbound) -> Setup {
    let url = web(fields, "channel.sms.url", &it.url, "", outbound);
    let body_template = template(fields, &it.body_template);
    let secret_header = fields.text("channel.sms.secret_header", &it.secret_header, 0..=100);
    if !secret_header.is_empty() && HeaderName::try_from(secret_header.as_str()).is_err() {
        let message = "must be the name of a header, such as authorization";
        fields.violation("channel.sms.secret_header", "HEADER_FORMAT", message);
    }
    let signature = fields.text("channel.sms.signature", &it.signature, 1..=20);
    let most = if it.max_characters == 0 { USUAL_CHARACTERS } else { it.max_characters };
    let most = fields.number("channel.sms.max_characters", most, 30..=1000);
    let success_text = fields.text("channel.sms.success_text", &it.success_text, 0..=200);
    let max_characters = most.into();
    Setup::Sms(Sms { url, body_template, secret_header, signature, max_characters, success_text })
}

/// A body with its placeholders, tried out.
fn template(fields: &mut Fields, given: &str) -> String {
    let path = "channel.sms.body_template";
    let text = fields.paragraph(path, given, 1..=2000);
    if text.is_empty() {
        return text;
    }
    const KNOWN: [&str; 4] = ["address", "text", "id", "secret"];
    match fill(&text, |name| KNOWN.contains(&name).then(|| "x".to_owned())) {
        Err(name) => {
            let message = format!("{{{name}}} is none of {{{}}}", KNOWN.join("}, {"));
            fields.violation(path, "UNKNOWN_PLACEHOLDER", message);
        }
        Ok(filled) if text.starts_with(['{', '[']) => {
            if let Err(error) = serde_json::from_str::<serde_json::Value>(&filled) {
                fields.violation(path, "TEMPLATE_FORMAT", format!("is no JSON: {error}"));
            }
        }
        Ok(filled) if !filled.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let message = "must be JSON, or a form such as to={address}&text={text}";
            fields.violation(path, "TEMPLATE_FORMAT", message);
        }
        Ok(_) => {}
    }
    for needed in ["{address}", "{text}"].iter().filter(|it| !text.contains(**it)) {
        fields.violation(path, "MISSING_PLACEHOLDER", format!("must hold {needed}"));
    }
    text
}

fn web(fields: &mut Fields, path: &str, given: &str, usual: &str, outbound: &Outbound) -> String {
    let given = if given.is_empty() { usual } else { given };
    let url = fields.text(path, given, 1..=1000);
    check(fields, path, &url, |url| outbound.target(url));
    url
}

fn check(
    fields: &mut Fields,
    path: &str,
    url: &str,
    read: impl Fn(&str) -> std::result::Result<Target, Refusal>,
) {
    if let Some(refusal) = (!url.is_empty()).then(|| read(url).err()).flatten() {
        fields.violation(path, refusal.reason.as_str(), refusal.message);
    }
}
