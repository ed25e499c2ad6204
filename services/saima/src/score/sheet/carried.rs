//! Columns of what a unit brings along beside its figures; parts of a cell are divided by `;`.
//!
//! | column | a cell | means |
//! |---|---|---|
//! | `entry:` and an item's id | `2 @city #bridge; + !WAIVED` | entries of a ledger: points, or `+` where the item or the level says how many; `@` level, `#` matter, `!` standing |
//! | `result:` and a node's id | `2023Q1 80/100; 2023Q2 -/100` | results that a reference asks for, in time order: slot, points or `-`, what they are out of |
//! | `award:` and `series/award` | `progress/district` | the award was won: class and level, or `+` |
//! | `mark:` and `indicator:aspect` | `A` | the mark that the commitment was given |
//! | `exempt:` and a rule's id | `flood` | the ground of an exemption from a gate, award or card |

use engine::{Entry, EntryStanding, Exemption, Referred, Sheet, Won};

use super::cell::number;

type Read<T> = Result<T, String>;

/// A column of this kind.
pub(super) enum Carried {
    Entry(String),
    Result(String),
    Award(String),
    Mark { indicator: String, aspect: String },
    Exempt(String),
}

impl Carried {
    /// The column of that title, where it is one of these.
    pub(super) fn of(title: &str) -> Option<Carried> {
        let (kind, id) = title.split_once(':')?;
        let id = id.to_owned();
        Some(match kind {
            "entry" => Carried::Entry(id),
            "result" => Carried::Result(id),
            "award" => Carried::Award(id),
            "mark" => {
                let (indicator, aspect) = id.split_once(':')?;
                Carried::Mark { indicator: indicator.to_owned(), aspect: aspect.to_owned() }
            }
            "exempt" => Carried::Exempt(id),
            _ => return None,
        })
    }

    pub(super) fn title(&self) -> String {
        match self {
            Carried::Entry(id) => format!("entry:{id}"),
            Carried::Result(id) => format!("result:{id}"),
            Carried::Award(id) => format!("award:{id}"),
            Carried::Mark { indicator, aspect } => format!("mark:{indicator}:{aspect}"),
            Carried::Exempt(id) => format!("exempt:{id}"),
        }
    }

    /// Takes a cell that is not empty into the sheet; `source` is where it stands, `prefix` what
    /// goes before an indicator's id.
    pub(super) fn take(
        &self,
        text: &str,
        source: &str,
        prefix: &str,
        sheet: &mut Sheet,
    ) -> Read<()> {
        let sources = vec![source.to_owned()];
        match self {
            Carried::Entry(item) => {
                for (place, part) in parts(text).enumerate() {
                    let name = format!("{source}:{item}:{}", place + 1);
                    sheet.entries.push(entry(item, name, part, &sources)?);
                }
            }
            Carried::Result(node) => {
                let results = parts(text).map(|part| result(part, &sources));
                sheet.results.insert(node.clone(), results.collect::<Read<_>>()?);
            }
            Carried::Award(award) => {
                let (class, level) = text.split_once('/').unwrap_or((text, ""));
                let class = if class == "+" { "" } else { class };
                sheet.awards.push(Won {
                    name: format!("{source}:{award}"),
                    award: award.clone(),
                    class: class.trim().to_owned(),
                    level: level.trim().to_owned(),
                    sources,
                });
            }
            Carried::Mark { indicator, aspect } => {
                let marks = sheet.marks.entry(format!("{prefix}{indicator}")).or_default();
                marks.insert(aspect.clone(), text.to_owned());
            }
            Carried::Exempt(rule) => {
                let (rule, ground) = (rule.clone(), text.to_owned());
                sheet.exemptions.push(Exemption { rule, ground, sources });
            }
        }
        Ok(())
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// `2 @city #bridge !WAIVED`
fn entry(item: &str, name: String, text: &str, sources: &[String]) -> Read<Entry> {
    let mut words = text.split_whitespace();
    let points = match words.next() {
        Some("+") | None => None,
        Some(points) => Some(number(points)?),
    };
    let mut entry = Entry {
        name,
        item: item.to_owned(),
        points,
        level: String::new(),
        matter: String::new(),
        ground: String::new(),
        standing: EntryStanding::Final,
        sources: sources.to_vec(),
    };
    for word in words {
        if let Some(level) = word.strip_prefix('@') {
            entry.level = level.to_owned();
        } else if let Some(matter) = word.strip_prefix('#') {
            entry.matter = matter.to_owned();
        } else if let Some(standing) = word.strip_prefix('!') {
            entry.standing = EntryStanding::parse(standing)
                .ok_or_else(|| format!("`{standing}` is no standing such as FINAL or WAIVED"))?;
        } else {
            return Err(format!(
                "`{word}` is neither `@` a level, `#` a matter nor `!` a standing"
            ));
        }
    }
    Ok(entry)
}

/// `2023Q1 80/100`
fn result(text: &str, sources: &[String]) -> Read<Referred> {
    let parts = text.split_once(' ').and_then(|(slot, rest)| Some((slot, rest.split_once('/')?)));
    let Some((slot, (points, full_marks))) = parts else {
        return Err(format!("`{text}` is no result such as `2023Q1 80/100`"));
    };
    let full_marks = number(full_marks.trim())?;
    if full_marks.is_zero() || full_marks.is_sign_negative() {
        return Err(format!("`{text}`: what a result is out of must be above 0"));
    }
    let points = match points.trim() {
        "-" => None,
        points => Some(number(points)?),
    };
    Ok(Referred { slot: slot.to_owned(), points, full_marks, sources: sources.to_vec() })
}
