//! SQL, one file a noun. Nothing here decides: it reads what the domain asks for and
//! writes what the domain decided. Under the lock of the district a writer is alone in it.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod comment;
pub(crate) mod community;
pub(crate) mod consultation;
pub(crate) mod definition;
pub(crate) mod district;
pub(crate) mod front;
pub(crate) mod indicator;
pub(crate) mod inspector;
pub(crate) mod lesson;
pub(crate) mod milestone;
pub(crate) mod order;
pub(crate) mod oversight;
pub(crate) mod pairing;
pub(crate) mod period;
pub(crate) mod phase;
pub(crate) mod plate;
pub(crate) mod post;
pub(crate) mod progress;
pub(crate) mod project;
pub(crate) mod retention;
pub(crate) mod revision;
pub(crate) mod scheme;
pub(crate) mod seat;
pub(crate) mod station;
pub(crate) mod target;
pub(crate) mod task;
pub(crate) mod task_list;
pub(crate) mod unit;
pub(crate) mod visit;
pub(crate) mod whistle;

/// A list of short texts as one column holds it: a line each. None of them holds a line break.
fn lines(texts: &[String]) -> String {
    texts.join("\n")
}

fn from_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
