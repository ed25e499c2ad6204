//! Relative resource names: what is the same throughout a district need not be written.
//!
//! A value that begins with `districts/` stands as it is. Any other value is the ids
//! alone, with `/` between them: `finance` in `evaluating_unit` is
//! `districts/hengkou/units/finance`, and `finance/fiscal-revenue.2023Q1` as the name of a
//! target is `districts/hengkou/units/finance/targets/fiscal-revenue.2023Q1`.

/// The shape of the names in a field of the contract; `None` where it holds plain text.
fn shape(field: &str) -> Option<&'static str> {
    let (package, field) = field.rsplit_once(".v1.")?;
    Some(match (package, field) {
        ("saima.registry", "District.name") => "districts/{district}",
        ("saima.registry", "Unit.name" | "Unit.parent" | "Indicator.evaluating_unit")
        | ("saima.registry", "Members.units" | "Members.except_units")
        | ("saima.cadre", "Posting.unit") => "districts/{district}/units/{unit}",
        ("saima.registry", "Members.projects" | "Members.except_projects") => {
            "districts/{district}/projects/{project}"
        }
        ("saima.registry", "Members.posts" | "Members.except_posts") => {
            "districts/{district}/posts/{post}"
        }
        (
            "saima.registry",
            "Indicator.name"
            | "Leaf.indicator"
            | "Graded.indicator"
            | "Condition.Value.indicator"
            | "Condition.TargetsMet.indicators"
            | "TieBreak.Value.indicator"
            | "Pick.Measure.value"
            | "Precondition.indicator"
            | "Alternatives.indicators"
            | "Reconciled.verified"
            | "Difficulty.factor"
            | "CaseHandling.Kind.indicator",
        ) => "districts/{district}/indicators/{indicator}",
        ("saima.registry", "Period.name" | "Scheme.effective_period" | "PlanShare.period") => {
            "districts/{district}/periods/{period}"
        }
        ("saima.registry", "Scheme.name") => "districts/{district}/schemes/{scheme}",
        ("saima.registry", "Target.name") => "districts/{district}/units/{unit}/targets/{target}",
        ("saima.registry", field) => return work(field),
        ("saima.cadre", field) => return cadre(field),
        _ => return None,
    })
}

/// The same for the fields of projects, tasks and what belongs to them.
fn work(field: &str) -> Option<&'static str> {
    Some(match field {
        "Front.managing_unit"
        | "Station.unit"
        | "Post.unit"
        | "Project.lead_unit"
        | "Project.territorial_owner"
        | "Project.functional_owner"
        | "Project.member_units"
        | "Community.unit"
        | "Pairing.unit"
        | "Seat.unit"
        | "Seat.partner_units"
        | "TaskList.offices"
        | "Task.lead_unit"
        | "Task.member_units"
        | "Plate.unit"
        | "Milestone.unit"
        | "Order.lead_unit"
        | "Whistle.units" => "districts/{district}/units/{unit}",
        "Post.name"
        | "Project.leader_posts"
        | "Project.head_posts"
        | "Project.steward_posts"
        | "Seat.post"
        | "Task.leader_posts"
        | "Order.issuer_post"
        | "Order.head_posts" => "districts/{district}/posts/{post}",
        "Project.name" | "Task.project" | "Plate.project" | "Milestone.project"
        | "Order.project" | "Lesson.project" => "districts/{district}/projects/{project}",
        "Station.name" | "Station.upper" | "Post.station" | "Project.stations" => {
            "districts/{district}/stations/{station}"
        }
        "Front.name" | "Post.front" | "Project.front" => "districts/{district}/fronts/{front}",
        "Community.name" | "Pairing.community" | "Whistle.community" => {
            "districts/{district}/communities/{community}"
        }
        "TaskList.name" | "Task.task_list" => "districts/{district}/taskLists/{task_list}",
        "Task.name" | "Plate.task" | "Milestone.task" | "Order.task" | "Lesson.task" => {
            "districts/{district}/tasks/{task}"
        }
        "TaskList.period" | "Task.Goal.period" | "Plate.period" => {
            "districts/{district}/periods/{period}"
        }
        "Task.indicators" => "districts/{district}/indicators/{indicator}",
        "Lesson.scheme" => "districts/{district}/schemes/{scheme}",
        "Pairing.name" => "districts/{district}/pairings/{pairing}",
        "Seat.name" => "districts/{district}/seats/{seat}",
        "Plate.name" => "districts/{district}/plates/{plate}",
        "Phase.name" => "districts/{district}/phases/{phase}",
        "Milestone.name" => "districts/{district}/milestones/{milestone}",
        "Order.name" => "districts/{district}/orders/{order}",
        "Whistle.name" => "districts/{district}/whistles/{whistle}",
        "Lesson.name" => "districts/{district}/lessons/{lesson}",
        "Inspector.name" => "districts/{district}/inspectors/{inspector}",
        _ => return None,
    })
}

/// The same for the fields of cadre's definitions.
fn cadre(field: &str) -> Option<&'static str> {
    Some(match field {
        "TrainingPost.managing_unit" | "ExperienceCriterion.units" => {
            "districts/{district}/units/{unit}"
        }
        "TrainingPost.front" => "districts/{district}/fronts/{front}",
        "AppointmentRule.to_positions" => "districts/{district}/posts/{post}",
        "TrainingPost.name" | "Campaign.training_posts" => {
            "districts/{district}/trainingPosts/{training_post}"
        }
        "Pool.name" => "districts/{district}/pools/{pool}",
        "Campaign.name" => "districts/{district}/campaigns/{campaign}",
        "RestCalendar.name" => "districts/{district}/restCalendars/{rest_calendar}",
        "AppointmentRule.name" => "districts/{district}/appointmentRules/{appointment_rule}",
        _ => return None,
    })
}

/// The whole name meant by `text` in `field`; plain text where the field holds no name.
/// The error is the shape that was wanted.
pub fn complete(field: &str, district: &str, text: &str) -> Result<String, &'static str> {
    match shape(field) {
        Some(shape) if !text.starts_with("districts/") && !text.is_empty() => {
            fill(shape, district, text)
        }
        _ => Ok(text.to_owned()),
    }
}

fn fill(shape: &'static str, district: &str, text: &str) -> Result<String, &'static str> {
    let own = shape == "districts/{district}";
    let mut ids = text.split('/');
    let mut name = Vec::new();
    for segment in shape.split('/') {
        name.push(match segment {
            "{district}" if !own => district,
            variable if variable.starts_with('{') => ids.next().ok_or(shape)?,
            literal => literal,
        });
    }
    if ids.next().is_some() { Err(shape) } else { Ok(name.join("/")) }
}

/// The last id of a resource name.
pub fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The id of the district that a resource name stands under; the one taken where no file
/// names any, for a name that is empty.
pub fn district(name: &str) -> &str {
    name.split('/').nth(1).unwrap_or(crate::pack::NO_DISTRICT)
}
