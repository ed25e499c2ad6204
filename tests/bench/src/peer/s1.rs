//! S1 in memory: the engine's kernel over the values of many counties, and beside it one
//! read of them.

use std::hint::black_box;
use std::io::{BufRead, Write};

use engine::{Kernel, Points};

use crate::Outcome;
use crate::s1::{COHORT, COUNTY, Checksums, TRACK, UNITS, county, score, table, track};

/// Answers the lines `make COUNTIES`, `read TIMES` and `score TIMES`, as `peers/s1.py` does.
pub(crate) fn work() -> Outcome<()> {
    let mut values = Vec::new();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (word, number) = line.split_once(' ').ok_or("not understood")?;
        let number: usize = number.parse()?;
        let answer = match word {
            "make" => {
                values = Vec::with_capacity(number * COUNTY);
                (0..number).for_each(|t| county(t, &mut values));
                "made".to_owned()
            }
            "read" => (0..number).fold(0, |_, _| black_box(read(black_box(&values)))).to_string(),
            "score" => scored(&values, number)?.to_string(),
            _ => return Err(format!("not understood: {line}").into()),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

/// One pass over the memory.
fn read(values: &[i64]) -> i64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

fn scored(values: &[i64], times: usize) -> Outcome<Checksums> {
    let (track, mut table) = (track()?, table());
    let kernel = Kernel::of(&track);
    let (mut points, mut sums) = (Points::default(), Checksums::default());
    for _ in 0..times {
        sums = Checksums::default();
        for (number, values) in black_box(values).chunks(COHORT).enumerate() {
            let at = (number / (UNITS / TRACK), number % (UNITS / TRACK));
            let scored = score(&kernel, (&mut table, &mut points), values)?;
            sums.add(at, &points, &scored)?;
        }
    }
    Ok(sums)
}
