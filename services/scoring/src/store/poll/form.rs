//! A poll's form as its row holds it: one JSON text, since nobody asks for a part of it.

use engine::MarkQuota;
use kit::{Error, Result, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::poll::{Contents, Form, Group};

/// What the text holds.
pub(super) struct Parts {
    pub(super) subjects: Vec<String>,
    pub(super) form: Form,
    pub(super) quotas: Vec<MarkQuota>,
    pub(super) groups: Vec<Group>,
}

#[derive(Serialize, Deserialize)]
struct Text {
    subjects: Vec<String>,
    words: Vec<String>,
    numbers: Option<Numbers>,
    quotas: Vec<Quota>,
    groups: Vec<GroupText>,
}

#[derive(Serialize, Deserialize)]
struct Numbers {
    min: String,
    max: String,
    places: u32,
}

#[derive(Serialize, Deserialize)]
struct Quota {
    mark: String,
    at_least: Option<u32>,
    at_most: Option<u32>,
    at_most_share: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct GroupText {
    id: String,
    display_name: String,
    size: i64,
}

pub(super) fn to_text(contents: &Contents) -> Result<String> {
    let (words, numbers) = match &contents.form {
        Form::Words(words) => (words.clone(), None),
        Form::Numbers { min, max, places } => {
            let (min, max) = (decimal::to_text(*min), decimal::to_text(*max));
            (Vec::new(), Some(Numbers { min, max, places: *places }))
        }
    };
    let quota = |quota: &MarkQuota| Quota {
        mark: quota.mark.clone(),
        at_least: quota.at_least,
        at_most: quota.at_most,
        at_most_share: quota.at_most_share.map(decimal::to_text),
    };
    let group = |group: &Group| GroupText {
        id: group.id.clone(),
        display_name: group.display_name.clone(),
        size: group.size,
    };
    let text = Text {
        subjects: contents.subjects.clone(),
        words,
        numbers,
        quotas: contents.quotas.iter().map(quota).collect(),
        groups: contents.groups.iter().map(group).collect(),
    };
    serde_json::to_string(&text).map_err(Error::internal)
}

pub(super) fn from_text(text: &str) -> Result<Parts> {
    let text: Text = serde_json::from_str(text).map_err(Error::internal)?;
    let number = |text: String| -> Result<Decimal> { decimal::from_text(&text) };
    let quota = |quota: Quota| {
        Ok(MarkQuota {
            mark: quota.mark,
            at_least: quota.at_least,
            at_most: quota.at_most,
            at_most_share: quota.at_most_share.map(number).transpose()?,
        })
    };
    let group = |group: GroupText| Group {
        id: group.id,
        display_name: group.display_name,
        size: group.size,
    };
    Ok(Parts {
        subjects: text.subjects,
        form: match text.numbers {
            None => Form::Words(text.words),
            Some(Numbers { min, max, places }) => {
                Form::Numbers { min: number(min)?, max: number(max)?, places }
            }
        },
        quotas: text.quotas.into_iter().map(quota).collect::<Result<_>>()?,
        groups: text.groups.into_iter().map(group).collect(),
    })
}
