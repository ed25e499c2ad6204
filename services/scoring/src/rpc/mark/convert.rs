//! Marks on the wire.

use std::fmt::Display;

use kit::field::Fields;
use kit::page::Page;
use kit::{Result, clock};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD};
use crate::mark::{Contents, Mark, NAME, Object, name};
use crate::rpc::is_bounded;
use crate::store::mark::Filter;
use crate::subject;

const MOST: usize = 1000;

/// Reads which marks are wanted.
pub(super) fn list(request: &pb::ListMarksRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        show_superseded: request.show_superseded,
    };
    fields.check()?;
    let bound: [&dyn Display; 4] =
        [&request.parent, &request.period, &request.unit, &request.show_superseded];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Reads what is recorded.
pub(super) fn marks(request: &pb::BatchCreateMarksRequest) -> Result<(String, Vec<Contents>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    is_bounded(&mut fields, "marks", request.marks.len(), MOST);
    let given = request.marks.iter().take(MOST).enumerate();
    let marks = given.map(|(row, given)| contents(&mut fields, row, given, district)).collect();
    fields.check()?;
    Ok((district.to_owned(), marks))
}

fn contents(fields: &mut Fields, row: usize, given: &pb::Mark, district: &str) -> Contents {
    let at = |field: &str| format!("marks[{row}].{field}");
    let supersedes = fields.optional_member(at("supersedes"), &NAME, &given.supersedes, district);
    Contents {
        object: Object {
            period: fields.member(at("period"), &PERIOD, &given.period, district),
            unit: subject::member(fields, at("unit"), &given.unit, district),
            indicator: fields.member(at("indicator"), &INDICATOR, &given.indicator, district),
            aspect: fields.id(at("aspect_id"), &given.aspect_id),
        },
        mark: fields.text(at("mark"), &given.mark, 1..=63),
        panel: fields.text(at("panel"), &given.panel, 1..=100),
        ground: fields.paragraph(at("ground"), &given.ground, 1..=500),
        supersedes: supersedes.map(|id| id.parse().unwrap_or_default()),
    }
}

/// A mark on the wire.
pub(super) fn to_proto(district: &str, mark: &Mark) -> pb::Mark {
    let Contents { object, mark: given, panel, ground, supersedes } = &mark.contents;
    pb::Mark {
        name: name(district, mark.sequence),
        unit: subject::name(district, &object.unit),
        indicator: INDICATOR.format(&[district, &object.indicator]),
        period: PERIOD.format(&[district, &object.period]),
        aspect_id: object.aspect.clone(),
        mark: given.clone(),
        panel: panel.clone(),
        ground: ground.clone(),
        supersedes: supersedes.map(|sequence| name(district, sequence)).unwrap_or_default(),
        superseded: mark.superseded,
        create_time: Some(clock::to_proto(mark.create_time)),
    }
}
