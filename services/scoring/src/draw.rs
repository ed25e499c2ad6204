//! Figures that the office does not ask for because its own ledgers have them (取数): counts of
//! activities (B9), of inspections (H3), of visits (Q8), results given by a higher level (Q10). Drawn, they are
//! observations like any other: verified, disputed, locked, explained.

use std::collections::BTreeMap;

use kit::{Violation, decimal};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::external_result::ExternalResult;
use crate::report::Evidence;
use crate::{activity, inspection};

/// Which ledger a figure is drawn from, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Activities of one kind.
    Activities(String, ActivityMeasure),
    /// Inspections and their findings.
    Inspections(InspectionMeasure),
    /// Results of a higher level that belong to the indicator.
    ExternalResults(ExternalMeasure),
    /// Visits to projects and by leaders.
    Visits(VisitMeasure),
}

kit::numbered! {
    /// What of activities is counted.
    enum ActivityMeasure {
        /// How many they stand for.
        Quantity = 1,
        /// Their amounts, added.
        Amount = 2,
    }
}

kit::numbered! {
    /// What of inspections is counted.
    enum InspectionMeasure {
        /// Inspections.
        Inspections = 1,
        /// Findings that commend.
        Commendable = 2,
        /// Minor findings.
        Minor = 3,
        /// Major findings.
        Major = 4,
        /// Grave findings.
        Grave = 5,
        /// Findings whose correction is not accepted yet.
        Open = 6,
    }
}

kit::numbered! {
    /// What of visits is counted.
    enum VisitMeasure {
        /// Visits on site, joint decisions among them.
        Visits = 1,
        /// Joint decisions on the spot.
        JointDecisions = 2,
        /// Lines of what was decided.
        Decisions = 3,
        /// Weeks with a visit.
        Weeks = 4,
    }
}

kit::numbered! {
    /// What of a result of a higher level is taken.
    enum ExternalMeasure {
        /// The value or score.
        Value = 1,
        /// The rank.
        Rank = 2,
        /// Items done.
        Done = 3,
    }
}

/// A figure of one subject, with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) value: Decimal,
    pub(crate) note: String,
    pub(crate) evidence: Vec<Evidence>,
}

/// Figures by the subject's id.
pub(crate) type Figures = BTreeMap<String, Drawn>;

/// Figures of activities of one kind. Amounts must be in the indicator's unit of measure.
pub(crate) fn of_activities(
    counts: &[activity::Count],
    measure: ActivityMeasure,
    unit_of_measure: &str,
) -> Result<Figures, Violation> {
    let mut figures = Figures::new();
    for count in counts {
        let value = match (measure, count.amount) {
            (ActivityMeasure::Quantity, _) => Decimal::from(count.quantity),
            (ActivityMeasure::Amount, None) => continue,
            (ActivityMeasure::Amount, Some(_)) if count.unit_of_measure != unit_of_measure => {
                let message = format!(
                    "{} has {} of {} in {}; the indicator is measured in {unit_of_measure}",
                    count.unit, count.kind, count.entries, count.unit_of_measure
                );
                return Err(violation("UNIT_OF_MEASURE", message));
            }
            (ActivityMeasure::Amount, Some(amount)) => amount,
        };
        let figure = figures.entry(count.unit.clone()).or_insert_with(|| Drawn::zero("工作台账"));
        figure.value += value;
        let line = format!("{}：{}条，{}项", count.kind, count.entries, count.quantity);
        figure.stands_on("工作台账汇总", &line);
    }
    Ok(figures)
}

/// Figures of inspections.
pub(crate) fn of_inspections(counts: &[inspection::Count], measure: InspectionMeasure) -> Figures {
    let figure = |count: &inspection::Count| {
        let number = match measure {
            InspectionMeasure::Inspections => count.inspections,
            InspectionMeasure::Commendable => count.commendable,
            InspectionMeasure::Minor => count.minor,
            InspectionMeasure::Major => count.major,
            InspectionMeasure::Grave => count.grave,
            InspectionMeasure::Open => count.open,
        };
        let mut figure = Drawn { value: Decimal::from(number), ..Drawn::zero("查核台账") };
        figure.stands_on("查核台账汇总", &format!("查核{}次，计{number}", count.inspections));
        (count.unit.clone(), figure)
    };
    counts.iter().map(figure).collect()
}

/// What registry counted of the visits to a project, or by the holder of a leader's post.
#[derive(Clone, Debug)]
pub(crate) struct Visited {
    /// Id of the project or post as a subject.
    pub(crate) subject: String,
    pub(crate) visits: i32,
    pub(crate) joint_decisions: i32,
    pub(crate) decisions: i32,
    pub(crate) weeks: i32,
}

/// Figures of visits.
pub(crate) fn of_visits(counts: Vec<Visited>, measure: VisitMeasure) -> Figures {
    let figure = |count: Visited| {
        let number = match measure {
            VisitMeasure::Visits => count.visits,
            VisitMeasure::JointDecisions => count.joint_decisions,
            VisitMeasure::Decisions => count.decisions,
            VisitMeasure::Weeks => count.weeks,
        };
        let mut figure = Drawn { value: Decimal::from(number), ..Drawn::zero("走访台账") };
        let Visited { visits, joint_decisions, .. } = count;
        let line = format!("走访{visits}次，其中现场会商{joint_decisions}次，计{number}");
        figure.stands_on("走访台账汇总", &line);
        (count.subject, figure)
    };
    counts.into_iter().map(figure).collect()
}

/// Figures given by a higher level, each with its document. Results without such a figure, and
/// those of the district itself, give none; of several about one subject the last holds.
pub(crate) fn of_results(results: &[ExternalResult], measure: ExternalMeasure) -> Figures {
    let figure = |result: &ExternalResult| {
        let contents = &result.contents;
        let value = match measure {
            ExternalMeasure::Value => contents.value,
            ExternalMeasure::Rank => contents.rank.map(|(rank, _)| rank.into()),
            ExternalMeasure::Done => contents.done.map(|(done, _)| done.into()),
        };
        let drawn = Drawn {
            value: value?,
            note: format!("{}：{}", contents.issuer, contents.title),
            evidence: vec![contents.document.clone()],
        };
        Some((contents.unit.clone()?, drawn))
    };
    results.iter().filter_map(figure).collect()
}

impl Drawn {
    /// Nothing in a ledger is a count of 0, not a figure that is missing.
    pub(crate) fn zero(ledger: &str) -> Self {
        Self { value: Decimal::ZERO, note: format!("由{ledger}汇总"), evidence: Vec::new() }
    }

    /// Names what was counted, with the digest of that line.
    fn stands_on(&mut self, title: &str, line: &str) {
        self.note = format!("{}；{line}", self.note);
        let line = format!("{line}={}", decimal::to_text(self.value));
        let digest = Sha256::digest(line.as_bytes());
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.evidence.push(Evidence { title: title.to_owned(), sha256, uri: line });
    }
}

fn violation(reason: &'static str, message: String) -> Violation {
    Violation { field: "origin".to_owned(), reason, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(
        unit: &str,
        unit_of_measure: &str,
        quantity: i64,
        amount: Option<i64>,
    ) -> activity::Count {
        activity::Count {
            unit: unit.to_owned(),
            kind: "order".to_owned(),
            unit_of_measure: unit_of_measure.to_owned(),
            entries: 1,
            quantity,
            amount: amount.map(Decimal::from),
        }
    }

    #[test]
    fn amounts_are_drawn_in_the_indicators_unit_alone() {
        let counts = [count("a", "", 3, None), count("a", "万元", 2, Some(7))];
        let of = |measure, unit| of_activities(&counts, measure, unit).ok();
        let value = |figures: Option<Figures>| figures.map(|it| it["a"].value);
        assert_eq!(value(of(ActivityMeasure::Quantity, "场")), Some(5.into()));
        assert_eq!(value(of(ActivityMeasure::Amount, "万元")), Some(7.into()));
        assert_eq!(of(ActivityMeasure::Amount, "亿元"), None);
    }
}
