//! The story of a pack: what a district does over a year, as data.
//!
//! `story.yaml` is a mapping with a `title`, a `line` for the list of packs, `chapters`,
//! requests to `try` afterwards, and room for anchors under `shared`. A chapter has a `name`,
//! a `title` and `steps`. A step is a mapping with one deed:
//!
//! | deed | does |
//! |---|---|
//! | `apply: FOLDER` | makes the district equal to a folder's files; `.` is the pack without its story |
//! | `call: METHOD` | calls an RPC with the message `request`; `keep` names parts of the reply for later |
//! | `load: METHOD` | calls an RPC that takes many: each line of `table` becomes the message `row` in the field `into`, `document.recipients` for one in a message |
//! | `report: TABLES` | bulk reports from tables of a line a subject and a column an indicator |
//! | `verify: PERIODS` | every evaluating unit agrees with what is reported and not disputed |
//! | `for: ROWS` | does the steps under `do` for every line of a table, entry of a list, or item of a list of the suite |
//! | `wait: {…}` | until archives, letters, bulletins and documents have followed |
//! | `show: {…}` | prints what the office would publish |
//!
//! and at will `at`, the instant it happens, to which the demo's clock moves, and `say`, a
//! line to print afterwards. `$word` and `${word}` stand for the columns of the row at hand
//! and for what was kept; `$district` is the district's name. An entry in which a word is
//! empty is left out of a message. `request_id`, and `parent` where it is the district, come by themselves.

mod book;
mod call;
mod load;
mod play;
mod report;
mod settle;
mod show;
mod value;
mod verify;
mod wait;
mod words;

pub use book::{Chapter, Hint, Story};
pub use play::{Player, Telling};
