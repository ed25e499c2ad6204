//! Takes the result of other periods, of another subject, of another series: annual from
//! quarters (H4), a head's from the unit's (S4), a special assessment's (B11).

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::Line;
use crate::fact::{Referred, Sheet};
use crate::fault::Faults;
use crate::input::{Input, Inputs};
use crate::node::{MissingPolicy, Node};

pub(crate) const NAME: &str = "reference";
pub(crate) const FORMULA: &str =
    "w·Σ(p/full)/n; of the n best; w·p/full of the last; or Σp as it is";

/// A node that takes its points from published results.
///
/// | results of 100 each | combined by | absent | points of 60 |
/// |---|---|---|---|
/// | 80, 90, 70, 100 | mean | counts as nothing | 51 |
/// | 80, 90, 70, 100 | best 2 | counts as nothing | 57 |
/// | 80, 90, 70, 100 | last | counts as nothing | 60 |
/// | 80, none, 70, none | mean | counts as nothing | 22.5 |
/// | 80, none, 70, none | mean | left out | 45 |
/// | 80, none, 70, none | last | left out | 42 |
/// | 1.5, 2 | sum | counts as nothing | 3.5 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Which results.
    pub of: Asked,
    /// How they make one.
    pub combine: Combine,
    /// What an absent result does: it counts as nothing, it is left out, no score without it.
    pub missing: MissingPolicy,
    /// With LEAVE_OUT, the fewest results that make points; with fewer the node is left out.
    pub least: u32,
}

/// Which results a reference node asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The series; the scheme's own when empty.
    pub series: String,
    /// A node of the tree there; the total when empty.
    pub node_id: String,
    /// Whose.
    pub subject: AskedSubject,
    /// Of which periods.
    pub periods: AskedPeriods,
}

/// Whose result is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedSubject {
    /// The subject's own.
    Own,
    /// The unit's that the subject, a post, heads, or that leads the subject, a project.
    Unit,
    /// Somebody's by name.
    Named(String),
}

/// The periods whose results are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedPeriods {
    /// The scored period itself.
    Same,
    /// Every month, quarter or half-year within the scored period.
    Within(PartLength),
    /// So many periods of the same length before it, 1–12.
    Before(u32),
}

/// Length of the parts of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartLength {
    /// Months.
    Month,
    /// Quarters.
    Quarter,
    /// Half-years.
    HalfYear,
}

/// How several results make one. Scaled to the node's weight by what each is out of, except
/// for the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The mean of their shares.
    Mean,
    /// The mean of the shares of the n best; of all where there are fewer.
    Best(u32),
    /// The last in time.
    Last,
    /// Their points added as they are.
    Sum,
}

impl Reference {
    pub(crate) fn check(&self, node: &Node, faults: &mut Faults) {
        match self.combine {
            Combine::Best(0) => faults.add("combine.best", "PARAMETER_RANGE", "must be at least 1"),
            Combine::Best(_) | Combine::Mean | Combine::Last | Combine::Sum => {}
        }
        if let AskedPeriods::Before(count) = self.of.periods
            && !(1..=12).contains(&count)
        {
            faults.add(
                "periods.before",
                "PARAMETER_RANGE",
                format!("must lie within 1..12, not {count}"),
            );
        }
        if self.least > 0 && self.missing != MissingPolicy::LeaveOut {
            let message = "only results that may be left out have a least number; \
                           set `missing` to LEAVE_OUT or drop it";
            faults.add("least", "LEAST_RESULTS", message);
        }
        let itself = self.of.series.is_empty()
            && self.of.subject == AskedSubject::Own
            && self.of.periods == AskedPeriods::Same;
        if itself {
            let message = format!(
                "{} asks for the result that it is part of; name another series, subject or period",
                node.node_id
            );
            faults.add("", "REFERENCE_CYCLE", message);
        }
    }

    /// The results asked for that are there, or all of them where an absent one counts.
    fn counted<'a>(&self, node_id: &str, sheet: &'a Sheet) -> Vec<&'a Referred> {
        let all = sheet.results.get(node_id).map(Vec::as_slice).unwrap_or_default();
        let leave_out = self.missing == MissingPolicy::LeaveOut;
        all.iter().filter(|result| !leave_out || result.points.is_some()).collect()
    }

    /// Whether the node is left out for want of results.
    pub(crate) fn left_out(&self, node_id: &str, sheet: &Sheet) -> bool {
        let least = usize::try_from(self.least.max(1)).unwrap_or(usize::MAX);
        self.missing == MissingPolicy::LeaveOut && self.counted(node_id, sheet).len() < least
    }

    /// The results that are absent, none of which may be under BLOCK; the node's own id stands
    /// for all where nothing was brought.
    pub(crate) fn absent<'a>(&self, node_id: &'a str, sheet: &'a Sheet) -> Vec<&'a str> {
        match sheet.results.get(node_id) {
            Some(all) if !all.is_empty() => {
                let absent = all.iter().filter(|result| result.points.is_none());
                absent.map(|result| result.slot.as_str()).collect()
            }
            _ => vec![node_id],
        }
    }

    /// Symbols of the formula, and each result with what it is out of.
    pub(crate) fn inputs(&self, node: &Node, sheet: &Sheet) -> (Vec<Input>, Vec<Line>) {
        let counted = self.counted(&node.node_id, sheet);
        let mut inputs = Vec::new();
        let how = match self.combine {
            Combine::Mean => Some(("n", "number of results", Decimal::from(counted.len()))),
            Combine::Best(best) => Some(("best", "number of best results", Decimal::from(best))),
            Combine::Last => Some(("last", "the last result counts", Decimal::ONE)),
            Combine::Sum => None,
        };
        if self.combine != Combine::Sum {
            inputs.push(Input::new("w", "points at stake", node.weight));
        }
        inputs.extend(how.map(|(symbol, meaning, value)| Input::new(symbol, meaning, value)));
        let all = sheet.results.get(&node.node_id).map(Vec::as_slice).unwrap_or_default();
        let line = |result: &Referred| Line {
            label: result.slot.clone(),
            points: result.points,
            full_marks: Some(result.full_marks),
            counts: counted.iter().any(|it| it.slot == result.slot),
            sources: result.sources.clone(),
            ..Line::default()
        };
        (inputs, all.iter().map(line).collect())
    }
}

/// The points of the results that count, an absent one among them being nothing.
pub(crate) fn points(inputs: Inputs<'_>, lines: &[Line]) -> Result<Ratio, Arithmetic> {
    let counted = lines.iter().filter(|line| line.counts);
    let nothing = Decimal::ZERO;
    let Some(weight) = inputs.find("w") else {
        return Ok(counted.map(|line| Ratio::from(line.points.unwrap_or(nothing))).sum());
    };
    let share = |line: &Line| {
        let full = line.full_marks.ok_or(Arithmetic::Absent("full"))?;
        Ratio::from(line.points.unwrap_or(nothing)).over(full.into())
    };
    let mut shares = counted.map(share).collect::<Result<Vec<Ratio>, Arithmetic>>()?;
    if inputs.has("last") {
        return Ok(weight * shares.pop().unwrap_or(Ratio::ZERO));
    }
    if let Some(best) = inputs.find("best") {
        shares.sort_by(|one, two| two.cmp(one));
        while !shares.is_empty() && Ratio::whole(shares.len() as u64) > best {
            shares.pop();
        }
    }
    if shares.is_empty() {
        return Ok(Ratio::ZERO);
    }
    let count = Ratio::whole(shares.len() as u64);
    (weight * shares.into_iter().sum()).over(count)
}
