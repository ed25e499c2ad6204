//! The board of each track, in colours where it has them (三色榜, H6).

use proto::scoring::v1::{BoardEntry, BoardTrack, Colour, GetBoardRequest};

use super::{Page, Player, decimal};
use crate::explain;
use crate::failure::Result;
use crate::table::{Align, Cell, Paint, Table, align_points};

/// Entries of a long board that are shown at its head and at its foot.
const HEAD: usize = 8;
const FOOT: usize = 4;

pub(super) async fn show(player: &Player<'_>, board: &str, page: &mut Page) -> Result<()> {
    let request = GetBoardRequest { name: format!("{}/boards/{board}", player.parent) };
    let period = board.rsplit('.').next().unwrap_or_default();
    let board = player.suite.boards().get_board(request).await?.into_inner();
    for track in &board.tracks {
        let count = |colour| track.entries.iter().filter(|it| it.colour() == colour).count();
        let counts = [Colour::Green, Colour::Yellow, Colour::Red].map(count);
        let (title, colours) = match counts {
            [0, 0, 0] => ("成绩榜", String::new()),
            [green, yellow, red] => ("三色榜", format!("  绿{green} 黄{yellow} 红{red}")),
        };
        let size = track.entries.len();
        page.title(&format!("{title} {period}  {}  {size}个{colours}", track.display_name))?;
        page.table(&table(track))?;
    }
    Ok(())
}

fn table(track: &BoardTrack) -> Table {
    let head = ["名次", "单位", "得分", "时序进度", "", "备注"].into_iter();
    let align = [Align::Right, Align::Left, Align::Right, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(head.zip(align));
    let scores = align_points(track.entries.iter().map(|it| decimal(it.score.as_ref())));
    let paces = align_points(track.entries.iter().map(|it| decimal(it.pace.as_ref())));
    let size = track.entries.len();
    for (index, entry) in track.entries.iter().enumerate() {
        if size <= HEAD + FOOT + 4 || index < HEAD || index >= size - FOOT {
            table.line(line(entry, &scores[index], &paces[index]));
        } else if index == HEAD {
            table.line([
                "".into(),
                Cell::new(format!("……另有{}个", size - HEAD - FOOT), Paint::Dim),
            ]);
        }
    }
    table
}

fn line(entry: &BoardEntry, score: &str, pace: &str) -> [Cell; 6] {
    let (colour, paint) = match entry.colour() {
        Colour::Green => ("绿", Paint::Green),
        Colour::Yellow => ("黄", Paint::Yellow),
        Colour::Red => ("红", Paint::Red),
        Colour::Unspecified => ("", Paint::Plain),
    };
    [
        decimal(entry.rank.as_ref()).into(),
        Cell::new(&entry.unit_display_name, paint),
        Cell::new(score, Paint::Bold),
        if pace.is_empty() { "".into() } else { format!("{pace}%").into() },
        Cell::new(colour, paint),
        Cell::new(explain::notable(&entry.flags), Paint::Dim),
    ]
}
