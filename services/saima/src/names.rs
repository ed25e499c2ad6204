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
        ("saima.registry", "Period.name" | "Scheme.effective_period") => {
            "districts/{district}/periods/{period}"
        }
        ("saima.registry", "Scheme.name") => "districts/{district}/schemes/{scheme}",
        ("saima.registry", "Target.name") => "districts/{district}/units/{unit}/targets/{target}",
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
