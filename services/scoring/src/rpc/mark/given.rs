//! Marks as they are given, and the rules that they must fit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kit::db::Tx;
use kit::field::Fields;
use kit::{Result, Violation};

use crate::assignment::INDICATOR;
use crate::mark::{Contents, Mark, Object, Standing};
use crate::rpc::Rpc;
use crate::rpc::assignment::Definitions;
use crate::rpc::observation::{refuse_closed, unknown_period};
use crate::{store, subject};

/// What the rules of a period let be marked.
pub(in crate::rpc) struct Graded {
    /// Subjects on a track.
    entered: HashSet<String>,
    /// The marks with a factor, by subject, indicator and aspect.
    marks: HashMap<(String, String, String), BTreeSet<String>>,
}

impl Graded {
    /// By the schemes that hold in the period.
    pub(in crate::rpc) fn of(definitions: &Definitions) -> Self {
        let (mut entered, mut marks) = (HashSet::new(), HashMap::new());
        for entrant in &definitions.wire.entrants {
            let Some(unit) = subject::id(&entrant.unit) else { continue };
            let scheme = entrant.scheme.rsplit('/').next().unwrap_or_default();
            let rulebook = definitions.rulebook(scheme);
            let track = rulebook.and_then(|it| it.track_of(&entrant.track_id, &definitions.wire));
            for graded in track.into_iter().flat_map(engine::Track::graded) {
                let Some(indicator) = INDICATOR.read(&graded.indicator) else { continue };
                for aspect in &graded.aspects {
                    let indicator = indicator.id("indicator").to_owned();
                    let key = (unit.clone(), indicator, aspect.aspect_id.clone());
                    let known: &mut BTreeSet<String> = marks.entry(key).or_default();
                    known.extend(aspect.factors.iter().map(|(mark, _)| mark.clone()));
                }
            }
            entered.insert(unit);
        }
        Self { entered, marks }
    }

    /// Refuses what no rule takes up, be it that there is no mark: `NOT_ENTERED`, `UNKNOWN_ASPECT`, `UNKNOWN_MARK`.
    pub(in crate::rpc) fn check(
        &self,
        object: &Object,
        mark: Option<&str>,
    ) -> std::result::Result<(), Violation> {
        let refuse = |field: &str, reason, message| {
            Err(Violation { field: field.to_owned(), reason, message })
        };
        let Object { period, unit, indicator, aspect } = object;
        if !self.entered.contains(unit) {
            let message = format!("{unit} runs on no track in {period}");
            return refuse("unit", "NOT_ENTERED", message);
        }
        let key = (unit.clone(), indicator.clone(), aspect.clone());
        let Some(known) = self.marks.get(&key) else {
            let message = format!("no rule for {unit} in {period} grades {indicator} by {aspect}");
            return refuse("aspect_id", "UNKNOWN_ASPECT", message);
        };
        if let Some(mark) = mark.filter(|mark| !known.contains(*mark)) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let message = format!("the rule has factors for {}, not for {mark}", known.join(", "));
            return refuse("mark", "UNKNOWN_MARK", message);
        }
        Ok(())
    }
}

impl Rpc {
    /// Holds marks against the rules of their periods.
    pub(super) async fn check_marks(&self, district: &str, marks: &[Contents]) -> Result<Fields> {
        let mut periods: BTreeMap<&str, Option<Graded>> = BTreeMap::new();
        for mark in marks {
            let period = &*mark.object.period;
            if !periods.contains_key(period) {
                let definitions = self.assignments.current(district, period).await?;
                periods.insert(period, definitions.map(|it| Graded::of(&it)));
            }
        }
        let mut fields = Fields::default();
        for (row, mark) in marks.iter().enumerate() {
            let checked = match periods.get(&*mark.object.period).and_then(Option::as_ref) {
                Some(graded) => graded.check(&mark.object, Some(&mark.mark)),
                None => Err(unknown_period(district, &mark.object.period)),
            };
            if let Err(it) = checked {
                let field = format!("marks[{row}].{}", it.field);
                fields.violation(field, it.reason, it.message);
            }
        }
        Ok(fields)
    }
}

/// Adds marks to the ledger.
pub(super) async fn record(tx: &mut Tx, district: &str, marks: Vec<Contents>) -> Result<Vec<Mark>> {
    store::head::lock(tx, district).await?;
    let first = marks.iter().filter(|mark| mark.supersedes.is_none());
    let first: BTreeSet<&str> = first.map(|mark| &*mark.object.period).collect();
    for period in first {
        refuse_closed(tx, district, period).await?;
    }
    let periods: BTreeSet<&str> = marks.iter().map(|mark| &*mark.object.period).collect();
    let periods: Vec<&str> = periods.into_iter().collect();
    let mut standing = Standing::new(store::mark::of_periods(tx, district, &periods).await?);
    let (now, last) = (tx.now(), store::mark::last(tx, district).await?);
    let mut fields = Fields::default();
    for (row, (sequence, contents)) in (last + 1..).zip(&marks).enumerate() {
        if let Err(it) = standing.take(contents, sequence) {
            fields.violation(format!("marks[{row}].{}", it.field), it.reason, it.message);
        }
    }
    fields.check()?;
    let row =
        |(sequence, contents)| Mark { sequence, contents, superseded: false, create_time: now };
    let rows: Vec<Mark> = (last + 1..).zip(marks).map(row).collect();
    store::mark::insert(tx, district, &rows).await?;
    Ok(rows)
}
