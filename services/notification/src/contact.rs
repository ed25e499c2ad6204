//! Contacts: where a unit's letters go by each channel.

use jiff::{SignedDuration, Timestamp};
use kit::name::Pattern;
use kit::secret::Personal;
use kit::{Error, Result};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::channel::Kind;
pub(crate) use crate::document::{Language, Role};

/// How contacts are named.
pub(crate) static NAME: Pattern =
    Pattern::new("contact", "districts/{district}/contacts/{contact}");

/// How long a code holds, how soon there may be another, and how often it may be missed.
const CODE_HOLDS: SignedDuration = SignedDuration::from_mins(30);
const CODE_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const MISSES: i64 = 5;

kit::numbered! {
    /// Whether letters go to a contact.
    enum State {
        /// Not yet.
        Unverified = 1,
        /// They do.
        Verified = 2,
        /// No more.
        Removed = 3,
    }
}

/// Where letters to a unit, to a role in it, or to everybody, go by one channel.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) district: String,
    pub(crate) id: String,
    /// Id of the unit; empty for what is for everybody in the district.
    pub(crate) unit: String,
    /// Id of the channel.
    pub(crate) channel: String,
    /// Empty for a robot, and once removed.
    pub(crate) address: Personal<String>,
    pub(crate) language: Language,
    pub(crate) role: Role,
    pub(crate) state: State,
    pub(crate) code: Code,
    pub(crate) verify_time: Option<Timestamp>,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// A contact as those see it who send there.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    pub(crate) id: String,
    /// Id of the channel.
    pub(crate) channel: String,
    pub(crate) state: State,
    pub(crate) language: Language,
    pub(crate) role: Role,
}

/// Where a letter to a role goes: to the role's verified contacts, else to those of the unit as such.
pub(crate) fn goals(contacts: &[Goal], role: Role) -> Vec<&Goal> {
    let of = |role| {
        let fits = |it: &&Goal| it.state == State::Verified && it.role == role;
        contacts.iter().filter(fits).collect::<Vec<_>>()
    };
    let found = of(role);
    if found.is_empty() { of(Role::Unit) } else { found }
}

/// The code that was sent last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Code {
    /// Its keyed hash; empty for none.
    pub(crate) hash: Vec<u8>,
    pub(crate) sent_time: Timestamp,
    pub(crate) misses: i64,
}

impl Contact {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.id])
    }

    /// Takes a new code; yields until when it holds.
    pub(crate) fn expect(&mut self, hash: Vec<u8>, now: Timestamp) -> Result<Timestamp> {
        self.check_there()?;
        if !self.code.hash.is_empty() && now.duration_since(self.code.sent_time) < CODE_PAUSE {
            let message = "was sent a code less than a minute ago; ask again later";
            return Err(Error::precondition("TOO_SOON", self.name(), message));
        }
        self.code = Code { hash, sent_time: now, misses: 0 };
        Ok(now + CODE_HOLDS)
    }

    /// Compares what somebody read with the code; true when that verified the contact.
    pub(crate) fn verify(&mut self, hash: &[u8], now: Timestamp) -> Result<bool> {
        self.check_there()?;
        let code = &mut self.code;
        if code.hash.is_empty() || now >= code.sent_time + CODE_HOLDS || code.misses >= MISSES {
            let message = "has no code that holds; have one sent";
            return Err(Error::precondition("CODE_EXPIRED", self.name(), message));
        }
        if code.hash != hash {
            code.misses += 1;
            return Ok(false);
        }
        // When it was sent still counts: it was one of the channel's messages of that minute.
        self.code = Code { sent_time: code.sent_time, ..Code::default() };
        self.state = State::Verified;
        self.verify_time = Some(now);
        self.touch(now);
        Ok(true)
    }

    /// Removes it; false when it is so already.
    pub(crate) fn remove(&mut self, now: Timestamp) -> bool {
        if self.state == State::Removed {
            return false;
        }
        self.state = State::Removed;
        self.address = Personal::default();
        self.code = Code { sent_time: self.code.sent_time, ..Code::default() };
        self.touch(now);
        true
    }

    fn check_there(&self) -> Result<()> {
        if self.state != State::Removed {
            return Ok(());
        }
        Err(Error::precondition("CONTACT_REMOVED", self.name(), "was removed; create another"))
    }

    fn touch(&mut self, now: Timestamp) {
        self.update_time = now;
        self.revision += 1;
    }
}

/// A code of six digits.
pub(crate) fn code() -> Result<String> {
    let mut bytes = [0; 4];
    let made = SystemRandom::new().fill(&mut bytes);
    made.map_err(|_| Error::internal("the machine gives no random numbers"))?;
    // A million does not divide the range; the odds of two codes differ by less than a thousandth.
    Ok(format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000))
}

/// What is wrong with an address; nothing when it is one that such a channel reaches.
pub(crate) fn fault(kind: Kind, address: &str) -> Option<&'static str> {
    match kind {
        Kind::Mail => (!is_mail(address)).then_some("must be an e-mail address in ASCII"),
        Kind::Sms => {
            let digits = address.strip_prefix('+').unwrap_or(address);
            let length = digits.len();
            let fits = if digits.len() < address.len() {
                (8..=15).contains(&length)
            } else {
                length == 11
            };
            let sound = fits && digits.bytes().all(|byte| byte.is_ascii_digit());
            (!sound).then_some("must be a mobile number: 11 digits, or + and 8 to 15 digits")
        }
        Kind::Dingtalk | Kind::Wecom => {
            (!address.is_empty()).then_some("must be empty: the robot of a group is where it is")
        }
    }
}

/// True for an address that needs no quoting, which no header or command can be slipped into.
pub(crate) fn is_mail(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let dotted = |text: &str, sound: fn(u8) -> bool| {
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(sound))
    };
    address.len() <= 254
        && local.len() <= 64
        && dotted(local, |byte| {
            byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
        })
        && domain.contains('.')
        && dotted(domain, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An address so that its owner knows it again, and nobody else learns it.
pub(crate) fn masked(address: &str) -> String {
    if let Some((local, domain)) = address.rsplit_once('@') {
        let first: String = local.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    match (address.get(..3), address.len().checked_sub(4).and_then(|at| address.get(at..))) {
        (Some(begin), Some(end)) => format!("{begin}****{end}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // X10: an address is what a channel can reach, and nothing else.
    #[test]
    fn addresses_are_read_strictly_and_shown_masked() {
        for sound in ["z@example.cn", "zhang.san+1@mail.hengkou.gov.cn"] {
            assert_eq!(fault(Kind::Mail, sound), None, "{sound}");
        }
        let bad = [
            "",
            "z",
            "z@",
            "@b.cn",
            "z@b",
            "z@b..cn",
            "z z@b.cn",
            "z@b.cn\r\nRCPT TO:<x@y.cn>",
            "张@b.cn",
            "a..b@b.cn",
        ];
        for bad in bad {
            assert!(fault(Kind::Mail, bad).is_some(), "{bad}");
        }
        for (number, sound) in [
            ("13812345678", true),
            ("+85212345678", true),
            ("1381234567", false),
            ("1381234567x", false),
            ("+1", false),
        ] {
            assert_eq!(fault(Kind::Sms, number).is_none(), sound, "{number}");
        }
        assert_eq!(fault(Kind::Wecom, ""), None);
        assert_eq!(masked("zhang.san@example.cn"), "z***@example.cn");
        assert_eq!(masked("13812345678"), "138****5678");
        assert_eq!(masked(""), "");
    }
}
