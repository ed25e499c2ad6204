//! One document for each recipient about the events of a while; several that say which part they are
//! where one would be too long. None grows with the number of events: what it leaves out it counts.

use std::collections::HashSet;

use crate::document::{Content, Contents, Draft, Kind, Language, Part, Recipient};

/// Texts that are named one by one; behind them it is said how many there are.
const NAMED: usize = 3;
/// Events that one document tells of.
pub(crate) const TOLD: usize = 100;
/// Documents that tell a recipient of the events of a while, at most.
const PARTS: usize = 50;
/// Items of one list.
const ITEMS: usize = 1000;
/// Characters of texts that are joined.
const JOINED: usize = 2000;

/// What is to be told to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) trigger: String,
    pub(crate) kind: Kind,
    /// Id of the unit; empty for everybody.
    pub(crate) unit: String,
}

/// The document about an event, once for each of its recipients.
pub(crate) fn of_each(draft: Draft) -> Vec<Draft> {
    if draft.recipients.is_empty() {
        return vec![draft];
    }
    let one = |it: &Recipient| Draft { recipients: vec![it.clone()], ..draft.clone() };
    draft.recipients.iter().map(one).collect()
}

/// How many documents tell of so many events.
pub(crate) fn parts(events: usize) -> usize {
    events.div_ceil(TOLD).min(PARTS)
}

/// Which of them one is; none where there is one alone.
pub(crate) fn part(number: usize, events: usize) -> Option<Part> {
    let of = parts(events);
    let more = if number == of { events.saturating_sub(of * TOLD) } else { 0 };
    (of > 1).then_some(Part { number, of, more })
}

/// One document to a recipient out of those about single events; none out of none.
pub(crate) fn joined(unit: &str, drafts: &[Draft]) -> Option<Draft> {
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
                let to = Recipient::address(&mut recipients, &it.unit, &it.display_name, role);
                to.charge(&it.problem);
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
    let mut items: Vec<&String> = Vec::new();
    let (mut known, mut is_list) = (HashSet::new(), false);
    for content in all {
        match content {
            Content::Text(text) if !texts.contains(&text.as_str()) => texts.push(text),
            Content::Text(_) => {}
            Content::List(more) => {
                is_list = true;
                items.extend(more.iter().filter(|item| known.insert(item.as_str())));
            }
        }
    }
    if is_list {
        let more = items.len().saturating_sub(ITEMS);
        let mut items: Vec<String> = items.into_iter().take(ITEMS).cloned().collect();
        if more > 0 {
            items.push(left_out(language, more));
        }
        return Content::List(items);
    }
    Content::Text(match texts.as_slice() {
        [one] => (*one).to_owned(),
        _ if name == "matter" => named(language, &texts),
        _ => sentences(language, &texts),
    })
}

/// The first few by name, and how many there are.
fn named(language: Language, texts: &[&str]) -> String {
    let first = &texts[..texts.len().min(NAMED)];
    match (language, texts.len() - first.len()) {
        (Language::Chinese, 0) => first.join("、"),
        (Language::Chinese, _) => format!("{}等{}项", first.join("、"), texts.len()),
        (Language::English, 0) => first.join(", "),
        (Language::English, more) => format!("{} and {more} more", first.join(", ")),
    }
}

/// How many there are beyond those that are told.
fn left_out(language: Language, more: usize) -> String {
    match language {
        Language::Chinese => format!("另有{more}项"),
        Language::English => format!("{more} more not shown"),
    }
}

/// Texts one behind the other, as many as have room, and how many more there are.
fn sentences(language: Language, texts: &[&str]) -> String {
    let (end, ended, open) = match language {
        Language::Chinese => ("。", "", "；"),
        Language::English => (".", " ", "; "),
    };
    let mut room = JOINED;
    let fits = |text: &&&str| match room.checked_sub(text.chars().count()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let shown = texts.iter().take_while(fits).count().max(1);
    let (shown, hidden) = texts.split_at(shown.min(texts.len()));
    let ends = shown.iter().all(|text| text.ends_with(end));
    let between = if ends { ended } else { open };
    let mut joined = shown.join(between);
    if !hidden.is_empty() {
        let more = left_out(language, hidden.len());
        let end = if ends { end } else { "" };
        joined.push_str(&format!("{between}{more}{end}"));
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(at: usize) -> Draft {
        let contents = Contents::from([
            ("matter".to_owned(), Content::Text(format!("事项{at}"))),
            ("situation".to_owned(), Content::Text(format!("情况{at}，{}。", "长".repeat(90)))),
            ("demands".to_owned(), Content::List((0..20).map(|it| format!("{at}.{it}")).collect())),
        ]);
        let mut recipients = Vec::new();
        Recipient::address(&mut recipients, "water", "水利局", Default::default())
            .charge(&format!("问题{at}，{}", "大".repeat(40)));
        Draft { kind: Kind::WorkReminder, recipients, contents, ..Draft::default() }
    }

    // Q6: a document about a hundred events has a size, and says what it leaves out.
    #[test]
    fn what_a_digest_leaves_out_it_counts() {
        let drafts: Vec<Draft> = (0..100).map(of).collect();
        let one = joined("water", &drafts).unwrap_or_default();
        let text = |name: &str| match one.contents.get(name) {
            Some(Content::Text(text)) => text.clone(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(text("matter"), "事项0、事项1、事项2等100项");
        assert!(text("situation").ends_with("。另有80项。"), "{}", text("situation"));
        let english = named(Language::English, &["a", "b", "c", "d"]);
        assert_eq!(english, "a, b, c and 1 more");
        let english = sentences(Language::English, &["One.", "Two."]);
        assert_eq!(english, "One. Two.");
        let Some(Content::List(items)) = one.contents.get("demands") else { panic!("{one:?}") };
        assert_eq!((items.len(), items.last().map(String::as_str)), (1001, Some("另有1000项")));
        let problem = &one.recipients[0].problem;
        assert_eq!((problem.chars().count(), problem.ends_with('…')), (1000, true));
    }

    // Q6: the numbers of parts are those of all events, and what no part tells is said by the last.
    #[test]
    fn parts_are_counted_over_all_events() {
        let shown = |number, events| part(number, events).map(|it| (it.number, it.of, it.more));
        assert_eq!((shown(1, 100), parts(0), parts(100)), (None, 0, 1));
        assert_eq!((shown(2, 201), shown(3, 201)), (Some((2, 3, 0)), Some((3, 3, 0))));
        assert_eq!((shown(50, 5000), shown(50, 5001)), (Some((50, 50, 0)), Some((50, 50, 1))));
        assert_eq!(shown(49, 7000), Some((49, 50, 0)));
    }
}
