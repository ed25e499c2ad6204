//! What a letter says on each channel, within what the channel takes.

use jiff::civil::Date;

use crate::contact::Language;
use crate::print;

/// Bytes that the operators of robots take.
pub(crate) const DINGTALK_BYTES: usize = 20_000;
pub(crate) const WECOM_BYTES: usize = 4_096;

/// Something to be said to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The same in every attempt, such as `hengkou.7`.
    pub(crate) id: String,
    pub(crate) subject: String,
    /// Empty where the subject says it all.
    pub(crate) body: String,
    /// Until when it is to be acknowledged.
    pub(crate) due_date: Option<Date>,
    pub(crate) language: Language,
}

impl Message {
    /// The whole text, for e-mail.
    pub(crate) fn text(&self) -> String {
        let parts = [self.body.trim_end(), &self.request()];
        let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        if parts.is_empty() { self.subject.clone() } else { parts.join("\n\n") }
    }

    /// Markdown of at most so many bytes.
    pub(crate) fn markdown(&self, most: usize) -> String {
        let heading = format!("### {}\n\n", escaped(&self.subject));
        let request = self.request();
        let foot =
            if request.is_empty() { String::new() } else { format!("\n\n> {}", escaped(&request)) };
        let more = format!("\n\n{}", self.cut_remark());
        let lines: Vec<String> = self.body.trim_end().lines().map(escaped).collect();
        // Two spaces at a line's end keep it a line of its own.
        let body = lines.join("  \n");
        let room = most.saturating_sub(heading.len() + foot.len());
        if body.len() <= room {
            return format!("{heading}{body}{foot}");
        }
        let end = body.floor_char_boundary(room.saturating_sub(more.len()));
        let whole = format!("{heading}{}{more}{foot}", &body[..end]);
        whole[..whole.floor_char_boundary(most)].to_owned()
    }

    /// A text message of at most so many characters, behind its signature.
    pub(crate) fn short(&self, signature: &str, most: usize) -> String {
        let head = format!("【{signature}】");
        let request = self.request();
        let stop = if self.subject.ends_with(['。', '！', '？', '.']) || request.is_empty() {
            ""
        } else {
            "。"
        };
        let foot = format!("{stop}{request}");
        let room = most.saturating_sub(head.chars().count() + foot.chars().count());
        if self.subject.chars().count() <= room {
            return format!("{head}{}{foot}", self.subject);
        }
        let subject: String = self.subject.chars().take(room.saturating_sub(1)).collect();
        let whole = format!("{head}{subject}…{foot}");
        whole.chars().take(most).collect()
    }

    fn request(&self) -> String {
        match (self.due_date, self.language) {
            (None, _) => String::new(),
            (Some(due), Language::Chinese) => {
                format!("请于{}前登录系统查收并签收。", print::day(due))
            }
            (Some(due), Language::English) => {
                format!("Please read it in full and acknowledge it in the system by {due}.")
            }
        }
    }

    fn cut_remark(&self) -> &'static str {
        match self.language {
            Language::Chinese => "（内容较长，全文见系统收件箱）",
            Language::English => "(cut; the whole text is in your inbox)",
        }
    }
}

/// Text that Markdown leaves as it is: nothing in a letter becomes a link or a mention.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for char in line.chars() {
        if matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '@' | '!') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Message {
        Message {
            id: "hengkou.7".to_owned(),
            subject: "工作提示函".to_owned(),
            body: body.to_owned(),
            due_date: Some(Date::constant(2023, 4, 8)),
            language: Language::Chinese,
        }
    }

    // H7: within what the operators of robots take, and nothing becomes a link.
    #[test]
    fn a_message_keeps_to_its_size_and_says_when_it_was_cut() {
        let short = message("第一行\n[点我](http://x)");
        let shown = short.markdown(WECOM_BYTES);
        assert_eq!(
            shown,
            "### 工作提示函\n\n第一行  \n\\[点我\\](http://x)\n\n\\> 请于2023年4月8日前登录系统查收并签收。"
                .replace("\\> ", "> ")
        );
        for length in [1_000, 1_300, 1_350, 1_400, 5_000] {
            let shown = message(&"字".repeat(length)).markdown(WECOM_BYTES);
            assert!(shown.len() <= WECOM_BYTES, "{length}: {}", shown.len());
            let cut = shown.contains("全文见系统收件箱");
            assert_eq!(cut, shown.chars().filter(|it| *it == '字').count() < length, "{length}");
            assert!(shown.ends_with("签收。"));
        }
        let sms = short.short("恒口考核办", 60);
        assert_eq!(sms, "【恒口考核办】工作提示函。请于2023年4月8日前登录系统查收并签收。");
        let long = Message { subject: "很长".repeat(100), ..short };
        let sms = long.short("恒口考核办", 60);
        assert_eq!(sms.chars().count(), 60);
        assert!(sms.contains("…。请于2023年4月8日"), "{sms}");
    }
}
