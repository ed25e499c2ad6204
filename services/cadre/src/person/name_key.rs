//! What a name is found by: its characters, its pinyin and its pinyin initials.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

/// A name with many polyphonic characters is found by so many readings.
const READINGS: usize = 32;

/// Every key of a name. A query finds the name when a key begins with it.
pub(crate) fn keys(name: &str) -> BTreeSet<String> {
    let name = query(name);
    let mut readings = vec![(String::new(), String::new())];
    for (char, sounds) in name.chars().zip(name.as_str().to_pinyin_multi()) {
        let mut sounds: Vec<String> = match sounds {
            Some(sounds) => sounds.into_iter().map(|sound| plain(sound.plain())).collect(),
            None => vec![char.to_string()],
        };
        sounds.sort_unstable();
        sounds.dedup();
        let longer = readings.iter().flat_map(|(full, initials)| {
            sounds.iter().map(move |sound| {
                let initial: String = sound.chars().take(1).collect();
                (format!("{full}{sound}"), format!("{initials}{initial}"))
            })
        });
        readings = longer.take(READINGS).collect();
    }
    let mut keys: BTreeSet<String> =
        readings.into_iter().flat_map(|(full, initials)| [full, initials]).collect();
    keys.insert(name);
    keys.remove("");
    keys
}

/// A query as keys are written: in lower case, without spaces and dots, `v` for `ü`.
pub(crate) fn query(text: &str) -> String {
    let kept = text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '·' | '\'' | '-'));
    plain(&kept.collect::<String>())
}

/// The first text behind every text that begins with `prefix`.
pub(crate) fn behind(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

fn plain(sound: &str) -> String {
    sound.to_lowercase().replace('ü', "v")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(name: &str, by: &str) {
        let query = query(by);
        assert!(keys(name).iter().any(|key| key.starts_with(&query)), "{by}: {:?}", keys(name));
    }

    #[test]
    fn a_name_is_found_by_characters_pinyin_and_initials() {
        for by in ["王", "王建国", "wangjianguo", "Wang Jian", "wjg", "WJ"] {
            found("王建国", by);
        }
        assert!(!keys("王建国").iter().any(|key| key.starts_with("jg")));
    }

    #[test]
    fn a_surname_of_two_readings_is_found_by_either() {
        for by in ["zengli", "cengli", "zl", "cl"] {
            found("曾丽", by);
        }
        found("吕伟", "lvwei");
        found("阿依古丽·买买提", "阿依古丽买");
    }
}
