//! A story, played through the public API.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};

use super::book::{Deed, Rows, Step, Story};
use super::settle::Heard;
use super::words::Words;
use super::{call, show, value};
use crate::apply::Plan;
use crate::client::Suite;
use crate::failure::{Failure, Result};
use crate::message::{self, Reader};
use crate::pack::Pack;
use crate::packs::Files;
use crate::problem::{Origin, Problems};
use crate::table;
use crate::yaml::{Kind, Tree};

/// Hour of the day on which a step happens that names a day alone.
const MORNING: i8 = 10;

/// To whom a story is told, and by which clock.
pub struct Telling<'a> {
    /// Where it is printed.
    pub out: &'a mut dyn Write,
    /// The reader sees colours.
    pub painted: bool,
    /// A bar for those who watch.
    pub progress: ProgressBar,
    /// Moves the suite's clock.
    pub move_clock: &'a dyn Fn(Timestamp),
}

/// Plays the story of one pack on one suite.
pub struct Player<'a> {
    pub(super) suite: Suite,
    pub(super) telling: Telling<'a>,
    pub(super) story: Story,
    /// `districts/hengkou`.
    pub(super) parent: String,
    pub(super) words: Words,
    files: Files,
    pub(super) zone: TimeZone,
    /// Where the clock was moved to last.
    pub(super) now: Option<Timestamp>,
    /// What followed so far.
    pub(super) heard: Heard,
    /// What resources are called, by name, as far as somebody asked.
    names: HashMap<String, String>,
    /// What happens has happened before: it is only shown again.
    pub(super) told: bool,
}

impl<'a> Player<'a> {
    /// Gets ready. Every fault of the story is named before anything happens.
    pub fn new(files: Files, suite: Suite, telling: Telling<'a>) -> Result<Self> {
        let story = Story::read(&files.story()?)?;
        let pack = Pack::read(&files.definitions())?;
        let zone = pack.district.map(|it| it.value.time_zone).unwrap_or_default();
        let zone = TimeZone::get(&zone).map_err(Failure::data)?;
        let parent = format!("districts/{}", pack.district_id);
        let mut words = Words::default();
        words.keep("district", parent.clone());
        Ok(Self {
            suite,
            telling,
            story,
            parent,
            words,
            files,
            zone,
            now: None,
            heard: Heard::default(),
            names: HashMap::new(),
            told: false,
        })
    }

    /// The story.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// Plays the chapter `index`; what was `told` before, on the same databases, is only shown.
    pub async fn play(&mut self, index: usize, told: bool) -> Result<()> {
        let Some(chapter) = self.story.chapters.get(index) else { return Ok(()) };
        let (title, steps) = (chapter.title.clone(), chapter.steps.clone());
        self.told = told;
        self.telling.progress.set_message(title);
        self.telling.progress.set_length(steps.len() as u64);
        self.telling.progress.set_position(0);
        for step in &steps {
            self.step(step).await?;
            self.telling.progress.inc(1);
        }
        self.telling.progress.finish_and_clear();
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<()> {
        let place = format!("{}:{}", self.story.file, step.place);
        let done = self.do_step(step).await;
        // What stands within a step that repeats others has said where it stands.
        let located = |it: &Failure| it.to_string().starts_with(&*self.story.file);
        done.map_err(|it| if located(&it) { it } else { it.during(place) })
    }

    async fn do_step(&mut self, step: &Step) -> Result<()> {
        if let Some(at) = &step.at {
            let at = self.instant(&self.words.fill(at)?)?;
            self.move_to(at).await?;
        }
        if self.told && !step.deed.only_reads() {
            return Ok(());
        }
        match &step.deed {
            Deed::Apply(folder) => self.apply(folder).await?,
            Deed::Call { method, request, keep } => {
                let reply = self.deed(method, request.as_ref()).await?;
                for (word, path) in keep {
                    let text = value::text_at(&reply, path).filter(|it| !it.is_empty());
                    let text = text.ok_or_else(|| {
                        Failure::data(format!("the reply of {method} has no `{path}`"))
                    })?;
                    self.words.keep(word, text);
                }
            }
            Deed::Load(load) => self.load(load).await?,
            Deed::Report(report) => self.report(report).await?,
            Deed::Verify(periods) => self.verify(periods).await?,
            Deed::For { rows, filter, steps } => {
                for row in self.rows(rows, filter).await? {
                    self.words.enter(row);
                    for step in steps {
                        Box::pin(self.step(step)).await?;
                    }
                    self.words.leave();
                }
            }
            Deed::Learn { word, list, by, is } => {
                let list = self.words.fill_tree(list)?;
                for (key, text) in show::learn(self, &list, by, is).await? {
                    self.words.keep(&format!("{word}/{key}"), text);
                }
            }
            Deed::Wait { archives, letters, bulletins, documents } => {
                self.wait(*archives, *letters, bulletins).await?;
                self.wait_for_documents(documents).await?
            }
            Deed::Show(what) => {
                let what = self.words.fill_tree(what)?;
                show::show(self, &what).await?;
            }
            Deed::Say => {}
        }
        match &step.say {
            Some(line) => self.say(&self.words.fill(line)?),
            None => Ok(()),
        }
    }

    /// The definitions of a folder, through `apply`.
    async fn apply(&mut self, folder: &str) -> Result<()> {
        let sources = match folder {
            "." => self.files.definitions(),
            // Whose they are is said once, in the pack's own file.
            _ => [self.files.below(folder), self.files.below("district.yaml")].concat(),
        };
        let plan = Plan::make(&Pack::read(&sources)?, &self.suite).await?;
        let mut shown = Vec::new();
        plan.print(&mut shown, self.telling.painted)?;
        self.say(&String::from_utf8_lossy(&shown))?;
        plan.carry_out(&self.suite).await
    }

    /// Calls an RPC, after a second person approved where it needs that, which is told.
    async fn deed(&mut self, method: &str, request: Option<&Tree>) -> Result<DynamicMessage> {
        let method = self.method(method)?;
        let request = self.request(&method, request)?;
        let closes = method.name() == "CloseReconciliation";
        let closed = closes.then(|| value::text_at(&request, "name")).flatten();
        let (reply, wanted) = call::by_four_eyes(&self.suite, &method, request).await?;
        if let Some(closed) = closed {
            self.was_closed(&closed).await?;
        }
        if let Some(wanted) = wanted {
            let (verb, on) = (method.name(), wanted.resource());
            self.say(&format!("双人复核：{verb} 由另一账号批准（{on}）"))?;
        }
        Ok(reply)
    }

    pub(super) fn method(&self, name: &str) -> Result<MethodDescriptor> {
        message::method(name).ok_or_else(|| Failure::data(format!("`{name}` is no RPC")))
    }

    /// The request as the story has it, with what comes by itself.
    pub(super) fn request(
        &self,
        method: &MethodDescriptor,
        tree: Option<&Tree>,
    ) -> Result<DynamicMessage> {
        let input = method.input();
        let mut request = match tree {
            Some(tree) => self.message(&input, &self.words.fill_tree(tree)?)?,
            None => DynamicMessage::new(input),
        };
        self.complete(&mut request);
        Ok(request)
    }

    pub(super) fn complete(&self, request: &mut DynamicMessage) {
        let by_itself = [("request_id", kit::id::uid()), ("parent", self.parent.clone())];
        for (name, text) in by_itself {
            let field = request.descriptor().get_field_by_name(name);
            if let Some(field) = field.filter(|it| !request.has_field(it)) {
                request.set_field(&field, Value::String(text));
            }
        }
    }

    pub(super) fn message(
        &self,
        descriptor: &prost_reflect::MessageDescriptor,
        tree: &Tree,
    ) -> Result<DynamicMessage> {
        let mut problems = Problems::default();
        let district = self.parent.rsplit('/').next().unwrap_or_default();
        let mut reader = Reader { district, problems: &mut problems };
        let origin =
            Origin { file: self.story.file.clone(), path: String::new(), tree: tree.clone() };
        let message = reader.dynamic(descriptor, &origin);
        problems.check(message)
    }

    /// The rows of a table or a list that the filter lets through.
    pub(super) async fn rows(
        &self,
        rows: &Rows,
        filter: &[(String, String)],
    ) -> Result<Vec<BTreeMap<String, String>>> {
        let mut found = Vec::new();
        match rows {
            Rows::Table(path) => {
                for source in self.tables(path)? {
                    found.extend(table::csv_rows(&source)?);
                }
            }
            Rows::Written(rows) => {
                for row in rows {
                    let fill =
                        |(key, text): &(String, String)| Ok((key.clone(), self.words.fill(text)?));
                    found.push(row.iter().map(fill).collect::<Result<_>>()?);
                }
            }
            Rows::Listed(list) => {
                let list = self.words.fill_tree(list)?;
                found.extend(show::rows(self, &list).await?);
            }
        }
        let mut wanted = Vec::new();
        for (key, text) in filter {
            wanted.push((key, self.words.fill(text)?));
        }
        let empty = String::new();
        found
            .retain(|row| wanted.iter().all(|(key, text)| row.get(*key).unwrap_or(&empty) == text));
        Ok(found)
    }

    /// The table at `path`, or every table of the folder.
    fn tables(&self, path: &str) -> Result<Vec<crate::pack::Source>> {
        let path = self.words.fill(path)?;
        let found = self.files.below(&path);
        if found.is_empty() {
            return Err(Failure::input(format!("{}: no table {path}", self.files.name)));
        }
        Ok(found)
    }

    /// An instant in the district's time: `2023-02-04`, `2023-02-04T16:30`.
    fn instant(&self, text: &str) -> Result<Timestamp> {
        let civil = text.parse::<Date>().map(|it| it.at(MORNING, 0, 0, 0));
        let civil = match text.contains('T') {
            true => text.parse::<DateTime>(),
            false => civil,
        };
        let civil = civil.map_err(|_| Failure::data(format!("`{text}` is no 2023-01-31T09:00")))?;
        let zoned = civil.to_zoned(self.zone.clone()).map_err(Failure::data)?;
        Ok(zoned.timestamp())
    }

    /// Asks what everything is called that boards and lists speak of.
    pub(super) async fn learn_names(&mut self) -> Result<()> {
        const LISTS: [&str; 5] =
            ["ListUnits", "ListIndicators", "ListProjects", "ListPosts", "ListPersons"];
        for list in LISTS {
            for item in show::items(self, list, None).await? {
                let text = |path| value::text_at(&item, path).unwrap_or_default();
                self.names.insert(text("name"), text("display_name"));
            }
        }
        Ok(())
    }

    /// What the resource of that name is called; a period is called by its id.
    pub(super) fn name_of<'t>(&'t self, name: &'t str) -> Option<&'t str> {
        let period = name.split_once("/periods/").map(|(_, id)| id);
        self.names.get(name).map(String::as_str).or(period)
    }

    /// The day, in the district's time, of an instant.
    pub(super) fn day(&self, instant: &str) -> String {
        let instant = instant.parse::<Timestamp>();
        let day = instant.map(|it| it.to_zoned(self.zone.clone()).date().to_string());
        day.unwrap_or_default()
    }

    /// Prints lines without tearing the progress bar.
    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        let out = &mut self.telling.out;
        self.telling.progress.suspend(|| writeln!(out, "{}", text.trim_end()))?;
        Ok(())
    }
}

impl Deed {
    /// It changes nothing, and shows something or finds what will be shown.
    fn only_reads(&self) -> bool {
        match self {
            Deed::Show(_) | Deed::For { .. } | Deed::Learn { .. } => true,
            Deed::Call { method, .. } => {
                let name = method.rsplit('/').next().unwrap_or(method);
                ["Get", "List"].iter().any(|it| name.starts_with(it))
            }
            _ => false,
        }
    }
}

/// A field of a mapping, as text.
pub(super) fn field<'t>(tree: &'t Tree, key: &str) -> Option<&'t str> {
    let Kind::Map(entries) = &tree.kind else { return None };
    match &entries.iter().find(|it| it.key == key)?.value.kind {
        Kind::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}
