//! Tables of worked examples, read from the doc comments of a source.

use rust_decimal::Decimal;

/// One table: its head, and the cells of each row below it.
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Every table in the docs of a source, in their order.
pub fn tables(source: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut within = false;
    for line in source.lines() {
        let line = line.trim_start_matches("//!").trim_start_matches("///").trim();
        let Some(line) = line.strip_prefix('|').and_then(|it| it.strip_suffix('|')) else {
            within = false;
            continue;
        };
        let cells = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        match tables.last_mut().filter(|_| within) {
            Some(_) if line.starts_with("---") => {}
            Some(table) => table.rows.push(cells),
            None => tables.push(Table { head: cells, rows: Vec::new() }),
        }
        within = true;
    }
    assert!(!tables.is_empty(), "there are no worked examples");
    assert!(tables.iter().all(|table| table.rows.len() > 1), "a table of too few examples");
    tables
}

/// The one table in the docs of a source.
pub fn table(source: &str) -> Table {
    let [table] = <[Table; 1]>::try_from(tables(source)).ok().expect("one table");
    table
}

/// The numbers of a text, in their order.
pub fn numbers(text: &str) -> Vec<Decimal> {
    let text = text.replace('−', "-");
    let words = text.split(|it: char| !(it.is_ascii_digit() || it == '.' || it == '-'));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Whether a cell such as `10·40/70 = 5.714…` ends in these points.
pub fn says(cell: &str, points: Decimal) -> bool {
    let word = cell.rsplit(' ').next().unwrap_or_default();
    match word.strip_suffix('…') {
        Some(begins) => points.to_string().starts_with(begins),
        None => numbers(word).first() == Some(&points),
    }
}
