//! Reconciliations and open cells on the wire.

use kit::error::Unmet;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use proto::scoring::v1 as pb;

use crate::assignment::{Assignment, INDICATOR, PERIOD, Place, UNIT};
use crate::cell::Cell;
use crate::observation;
use crate::poll;
use crate::reconciliation::{Gap, NAME, Obstacle, Progress, due_cells, gap};
use crate::subject;

/// What a list of open cells is narrowed to.
pub(super) struct Filter {
    evaluating_unit: Option<String>,
    unit: Option<String>,
}

/// A due cell that needs somebody.
pub(super) struct Open<'a> {
    place: Place,
    gap: Gap,
    cell: Option<&'a Cell>,
}

/// Reads which open cells are wanted.
pub(super) fn open_cells(request: &pb::ListOpenCellsRequest) -> kit::Result<(Name, Filter, Page)> {
    let mut fields = Fields::default();
    let name = fields.name("parent", &NAME, &request.parent);
    let district = name.id("district");
    let evaluating_unit =
        fields.optional_member("evaluating_unit", &UNIT, &request.evaluating_unit, district);
    let unit = subject::optional_member(&mut fields, "unit", &request.unit, district);
    let filter = Filter { evaluating_unit, unit };
    fields.check()?;
    let bound: [&dyn std::fmt::Display; 3] =
        [&request.parent, &request.evaluating_unit, &request.unit];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((name, filter, page))
}

impl Filter {
    /// The open cells after the last one of the page before, at most `limit`.
    pub(super) fn open<'a>(
        &self,
        assignment: &'a Assignment,
        cells: &'a [Cell],
        page: &Page,
    ) -> Vec<Open<'a>> {
        let after = page.after().and_then(|key| key.split_once(' '));
        let wanted = |place: Place| {
            let (unit, indicator) = (assignment.unit(place), assignment.indicator(place));
            after.is_none_or(|after| (&*unit.id, &*indicator.id) > after)
                && self.unit.as_deref().is_none_or(|it| *it == *unit.id)
                && self.evaluating_unit.as_ref().is_none_or(|it| *it == indicator.evaluating_unit)
        };
        due_cells(assignment, cells)
            .filter(|(place, _)| wanted(*place))
            .filter_map(|(place, cell)| Some(Open { place, gap: gap(cell)?, cell }))
            .take(usize::try_from(page.limit()).unwrap_or_default())
            .collect()
    }
}

impl Open<'_> {
    /// Its place in the list's order.
    pub(super) fn key(&self, assignment: &Assignment) -> String {
        format!("{} {}", assignment.unit(self.place).id, assignment.indicator(self.place).id)
    }

    pub(super) fn to_proto(&self, district: &str, assignment: &Assignment) -> pb::OpenCell {
        let indicator = assignment.indicator(self.place);
        let gap = match self.gap {
            Gap::Missing => pb::CellGap::Missing,
            Gap::Unverified => pb::CellGap::Unverified,
            Gap::Disputed => pb::CellGap::Disputed,
        };
        let held = self.cell.map(|cell| observation::name(district, cell.sequence));
        pb::OpenCell {
            unit: subject::name(district, &assignment.unit(self.place).id),
            indicator: INDICATOR.format(&[district, &indicator.id]),
            evaluating_unit: UNIT.format(&[district, &indicator.evaluating_unit]),
            gap: gap.into(),
            observation: held.unwrap_or_default(),
        }
    }
}

/// How far a period has come.
pub(super) fn to_proto(
    district: &str,
    period: &str,
    progress: &Progress,
    close_time: Option<prost_types::Timestamp>,
) -> pb::Reconciliation {
    let state = match close_time {
        None => pb::reconciliation::State::Open,
        Some(_) => pb::reconciliation::State::Closed,
    };
    pb::Reconciliation {
        name: NAME.format(&[district, period]),
        period: PERIOD.format(&[district, period]),
        state: state.into(),
        due_count: progress.due,
        missing_count: progress.missing,
        reported_count: progress.reported,
        verified_count: progress.verified,
        disputed_count: progress.disputed,
        late_count: progress.late,
        corrected_count: i32::try_from(progress.corrected).unwrap_or(i32::MAX),
        close_time,
    }
}

/// What is in the way of closing a period, as the caller is told.
pub(super) fn unmet(district: &str, assignment: &Assignment, obstacle: Obstacle<'_>) -> Unmet {
    let (reason, cell, message) = match obstacle {
        Obstacle::Part(period) => {
            return Unmet {
                reason: "PART_OPEN",
                subject: NAME.format(&[district, period]),
                message: format!("is open; {} closes after it", assignment.period.id),
            };
        }
        Obstacle::Poll(poll) => {
            return Unmet {
                reason: "POLL_OPEN",
                subject: poll::name(district, poll),
                message: "takes ballots; close it first".to_owned(),
            };
        }
        Obstacle::Observation(Gap::Disputed, cell) => {
            ("DISPUTED", cell, "is in dispute; it is to be corrected or agreed with")
        }
        Obstacle::Observation(_, cell) => {
            ("UNVERIFIED", cell, "has not been looked at by the evaluating unit")
        }
    };
    let message = format!("{} of {} {message}", cell.indicator, cell.unit);
    Unmet { reason, subject: observation::name(district, cell.sequence), message }
}
