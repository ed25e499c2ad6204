//! Rows set on pages, with the number of each below.

use kit::{Error, Result};
use krilla::geom::Point;
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::face::Face;

/// A4 in points, and what stays free at its edges.
const PAGE: (u16, u16) = (595, 842);
const TOP: u16 = 105;
const BOTTOM: u16 = 99;
const LEFT: u16 = 79;
const RIGHT: u16 = 74;
const ROOM: u16 = PAGE.0 - LEFT - RIGHT;

/// What numbers of pages are made of, and how they are set.
pub(super) const NUMBER: &str = "— 0123456789 —";
const NUMBER_SIZE: u16 = 14;
const NUMBER_BELOW: u16 = 36;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Left,
    Centre,
    /// Two characters from the edge, as seals stand.
    Right,
}

/// A row before it is broken into lines.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) size: u16,
    pub(super) place: Place,
    pub(super) text: String,
}

/// A line, and how far below the one before it stands.
struct Line {
    size: u16,
    x: u16,
    step: u16,
    text: String,
}

/// Sets rows on as many pages as they need.
pub(super) fn print(face: &Face, rows: Vec<Row>) -> Result<Vec<u8>> {
    let unread = || Error::internal("a font cannot be read twice");
    let font = Font::new(face.data.clone().into(), face.index).ok_or_else(unread)?;
    let mut document = krilla::Document::new();
    let lines: Vec<Line> = rows.iter().flat_map(|row| lines(face, row)).collect();
    let (mut lines, mut number) = (lines.iter().peekable(), 0);
    while lines.peek().is_some() {
        number += 1;
        let settings = PageSettings::from_wh(PAGE.0.into(), PAGE.1.into());
        let settings = settings.ok_or_else(|| Error::internal("a page without a size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut y = TOP;
        while let Some(line) = lines.peek() {
            if y + line.size > PAGE.1 - BOTTOM {
                break;
            }
            // A page does not begin with an empty line.
            if !line.text.is_empty() || y > TOP {
                y += line.step;
                draw(&mut surface, &font, (line.x, y), line.size, &line.text);
            }
            lines.next();
        }
        let number = format!("— {number} —");
        for (text, width) in face.broken(&number, NUMBER_SIZE, ROOM) {
            let place = (LEFT + (ROOM - width) / 2, PAGE.1 - BOTTOM + NUMBER_BELOW);
            draw(&mut surface, &font, place, NUMBER_SIZE, &text);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Error::internal(format!("{error:?}")))
}

fn lines(face: &Face, row: &Row) -> Vec<Line> {
    let size = row.size;
    if row.text.trim().is_empty() {
        // Half a line parts paragraphs.
        return vec![Line { size, x: LEFT, step: size * 7 / 8, text: String::new() }];
    }
    let inset = if row.place == Place::Right { 2 * size } else { 0 };
    let broken = face.broken(&row.text, size, ROOM - inset).into_iter();
    let line = |(text, width): (String, u16)| {
        let free = ROOM.saturating_sub(width + inset);
        let x = match row.place {
            Place::Left => LEFT,
            Place::Centre => LEFT + free / 2,
            Place::Right => LEFT + free,
        };
        Line { size, x, step: size * 7 / 4, text }
    };
    broken.map(line).collect()
}

fn draw(surface: &mut Surface<'_>, font: &Font, (x, y): (u16, u16), size: u16, text: &str) {
    if !text.trim().is_empty() {
        let place = Point::from_xy(x.into(), y.into());
        surface.draw_text(place, font.clone(), size.into(), text, false, TextDirection::Auto);
    }
}
