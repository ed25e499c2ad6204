//! One document for each recipient about the events of a while; several that say which part they are
//! where one would be too long.

use std::collections::BTreeMap;

use crate::document::{Content, Contents, Draft, Language, Part, Recipient};

/// Texts that are named one by one; behind them it is said how many there are.
const NAMED: usize = 3;
/// Events that one document tells of.
const TOLD: usize = 100;

/// Makes one document for each recipient out of those of one trigger, in parts of a hundred.
pub(crate) fn gather(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut by_unit: BTreeMap<String, Vec<Draft>> = BTreeMap::new();
    for draft in drafts {
        if draft.recipients.is_empty() {
            by_unit.entry(String::new()).or_default().push(draft);
            continue;
        }
        for recipient in &draft.recipients {
            let recipients = vec![recipient.clone()];
            let one = Draft { recipients, ..draft.clone() };
            by_unit.entry(recipient.unit.clone()).or_default().push(one);
        }
    }
    by_unit.into_iter().flat_map(|(unit, drafts)| parts(&unit, &drafts)).collect()
}

fn parts(unit: &str, drafts: &[Draft]) -> Vec<Draft> {
    let of = drafts.len().div_ceil(TOLD);
    let part = |(number, drafts)| {
        let part = (of > 1).then_some(Part { number, of });
        Some(Draft { part, ..joined(unit, drafts)? })
    };
    (1..).zip(drafts.chunks(TOLD)).filter_map(part).collect()
}

fn joined(unit: &str, drafts: &[Draft]) -> Option<Draft> {
    let first = drafts.first()?;
    let due_date = drafts.iter().filter_map(|it| it.due_date).min();
    let period = match drafts.iter().all(|it| it.period == first.period) {
        true => first.period.clone(),
        false => drafts.iter().map(|it| &it.period).max()?.clone(),
    };
    let (mut contents, mut english_contents) = (Contents::new(), Contents::new());
    for name in first.contents.keys() {
        let all: Vec<&Content> = drafts.iter().filter_map(|it| it.contents.get(name)).collect();
        contents.insert(name.clone(), content(Language::Chinese, name, &all));
        if drafts.iter().all(|it| !it.english_contents.contains_key(name)) {
            continue;
        }
        // Where one has no English words its Chinese ones stand among the others'.
        let own = |it: &'_ Draft| it.english_contents.get(name).or(it.contents.get(name)).cloned();
        let all: Vec<Content> = drafts.iter().filter_map(own).collect();
        let all: Vec<&Content> = all.iter().collect();
        english_contents.insert(name.clone(), content(Language::English, name, &all));
    }
    // Each recipient has his own document about the first event.
    let cause_key = first.cause_key.as_ref().map(|key| format!("{key}@{unit}"));
    let (mut recipients, mut missing) = (Vec::new(), Vec::new());
    for draft in drafts {
        for it in &draft.recipients {
            for role in it.roles() {
                Recipient::address(&mut recipients, &it.unit, &it.display_name, role);
            }
        }
        for it in &draft.missing {
            if !missing.contains(it) {
                missing.push(it.clone());
            }
        }
    }
    Some(Draft {
        recipients,
        missing,
        due_date,
        period,
        contents,
        english_contents,
        cause_key,
        ..first.clone()
    })
}

fn content(language: Language, name: &str, all: &[&Content]) -> Content {
    let mut texts: Vec<&str> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    let mut is_list = false;
    for content in all {
        match content {
            Content::Text(text) if !texts.contains(&text.as_str()) => texts.push(text),
            Content::Text(_) => {}
            Content::List(more) => {
                is_list = true;
                for item in more.iter().filter(|item| !items.contains(*item)).collect::<Vec<_>>() {
                    items.push(item.clone());
                }
            }
        }
    }
    if is_list {
        return Content::List(items);
    }
    Content::Text(match texts.as_slice() {
        [one] => (*one).to_owned(),
        _ if language == Language::English => joined_in_english(name, &texts),
        _ if name == "matter" && texts.len() > NAMED => {
            format!("{}等{}项", texts[..NAMED].join("、"), texts.len())
        }
        _ if name == "matter" => texts.join("、"),
        _ if texts.iter().all(|text| text.ends_with('。')) => texts.concat(),
        _ => texts.join("；"),
    })
}

fn joined_in_english(name: &str, texts: &[&str]) -> String {
    match name {
        "matter" if texts.len() > NAMED => {
            format!("{} and {} more", texts[..NAMED].join(", "), texts.len() - NAMED)
        }
        "matter" => texts.join(", "),
        _ if texts.iter().all(|text| text.ends_with('.')) => texts.join(" "),
        _ => texts.join("; "),
    }
}
