//! What is read and told of milestones beyond their definitions.

use jiff::civil::Date;
use kit::date;
use kit::field::Fields;
use proto::registry::v1 as pb;

use crate::batch::Row;
use crate::milestone::{Contents, Milestone, NAME, Report, back_schedule};
use crate::rpc::{BATCH, is_bounded, refuse_twins};
use crate::store::milestone::Chart;
use crate::{project, task, unit};

/// The most steps of one plan.
const STEPS: usize = 200;

/// The rows of a batch of reports.
pub(super) fn reports(
    fields: &mut Fields,
    given: &[pb::report_milestones_request::Report],
    district: &str,
) -> Vec<Report> {
    if !is_bounded(fields, "reports", given.len(), BATCH) {
        return Vec::new();
    }
    refuse_twins(fields, "reports", given.iter().map(|it| it.name.as_str()));
    let mut reports = Vec::with_capacity(given.len());
    for (index, it) in given.iter().enumerate() {
        let at = format!("reports[{index}]");
        let report = Report {
            id: fields.member(format_args!("{at}.name"), &NAME, &it.name, district),
            forecast: fields.optional_date(format_args!("{at}.forecast_date"), &it.forecast_date),
            actual: fields.optional_date(format_args!("{at}.actual_date"), &it.actual_date),
            note: fields.text(format_args!("{at}.note"), &it.note, 0..=500),
        };
        if it.forecast_date.is_none() && it.actual_date.is_none() {
            let message = "must say when it is expected to be reached, or when it was";
            fields.violation(format_args!("{at}.actual_date"), "REQUIRED", message);
        }
        reports.push(report);
    }
    reports
}

/// The milestones that a plan backwards from its deadline comes to.
pub(super) fn steps(
    fields: &mut Fields,
    given: &pb::BackScheduleMilestonesRequest,
    district: &str,
) -> Vec<Row<Contents>> {
    let project = fields.optional_member("project", &project::NAME, &given.project, district);
    let task = fields.optional_member("task", &task::NAME, &given.task, district);
    let deadline = fields.date("deadline", &given.deadline);
    if !is_bounded(fields, "steps", given.steps.len(), STEPS) {
        return Vec::new();
    }
    refuse_twins(fields, "steps", given.steps.iter().map(|it| it.milestone_id.as_str()));
    let mut durations = Vec::with_capacity(given.steps.len());
    for (index, step) in given.steps.iter().enumerate() {
        let field = format_args!("steps[{index}].duration_days");
        durations.push(fields.number(field, step.duration_days, 1..=3660));
    }
    let Some(spans) = back_schedule(deadline, &durations) else {
        fields.violation("deadline", "OUT_OF_RANGE", "lies too early for these steps");
        return Vec::new();
    };
    let mut rows = Vec::with_capacity(given.steps.len());
    for (index, (step, (start_date, plan_date))) in given.steps.iter().zip(spans).enumerate() {
        let at = format!("steps[{index}]");
        let name = format_args!("{at}.display_name");
        let contents = Contents {
            display_name: fields.text(name, &step.display_name, 1..=200),
            project: project.clone(),
            task: task.clone(),
            unit: fields.optional_member(
                format_args!("{at}.unit"),
                &unit::NAME,
                &step.unit,
                district,
            ),
            points: super::points(fields, &at, &step.points),
            start_date,
            plan_date,
            forecast_date: None,
            actual_date: None,
            note: String::new(),
        };
        let id = fields.id(format_args!("{at}.milestone_id"), &step.milestone_id);
        rows.push(Row { id, contents, etag: String::new() });
    }
    rows
}

/// What a chart is narrowed to.
pub(super) fn filter(
    fields: &mut Fields,
    given: &pb::ListScheduleRequest,
    district: &str,
) -> Chart {
    let project = fields.optional_member("project", &project::NAME, &given.project, district);
    let task = fields.optional_member("task", &task::NAME, &given.task, district);
    if project.is_some() && task.is_some() {
        fields.violation("task", "ONE_OWNER", "a milestone belongs to a project or to a task");
    }
    let project = project.map(|id| format!("projects/{id}"));
    Chart {
        owner: project.or(task.map(|id| format!("tasks/{id}"))),
        unit: fields.optional_member("unit", &unit::NAME, &given.unit, district),
    }
}

/// A milestone as a chart shows it on `day`.
pub(super) fn bar(milestone: Milestone, owner_display_name: String, day: Date) -> pb::ScheduleBar {
    let standing = milestone.contents.standing(day);
    pb::ScheduleBar {
        milestone: Some(milestone.into()),
        owner_display_name,
        state: standing.state as i32,
        slack_days: standing.slack,
        end_date: Some(date::to_proto(standing.end)),
    }
}
