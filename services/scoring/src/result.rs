//! Results: what each unit came to in a run, in the order boards print them.

use engine::{Colour, GateEffect, GradeBy, Node, Track, TrackSummary};
use kit::decimal;
use kit::name::Pattern;
use rust_decimal::Decimal;

/// How results are named.
pub(crate) static NAME: Pattern =
    Pattern::new("result", "districts/{district}/runs/{run}/results/{unit}");

/// The score of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) unit: String,
    pub(crate) unit_display_name: String,
    /// Id of the unit that answers for it. Not in the canonical text: results of before have none.
    pub(crate) responsible_unit: String,
    pub(crate) track: String,
    /// Place in the order by track and rank, from 1.
    pub(crate) position: i64,
    /// Absent when every part was left out.
    pub(crate) score: Option<Decimal>,
    pub(crate) rank: Option<Decimal>,
    pub(crate) track_size: i64,
    pub(crate) colour: Option<Colour>,
    /// Per cent of what was due.
    pub(crate) pace: Option<Decimal>,
    pub(crate) parts: Vec<Part>,
    pub(crate) flags: Vec<String>,
    pub(crate) grade: Option<Grade>,
    /// Gates whose condition holds.
    pub(crate) gates: Vec<Gate>,
}

/// A grade (等次) and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grade {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// `BAND`, `QUOTA`, `OUTRIGHT`, `VETO`, `REST` or `GROUP`.
    pub(crate) by: String,
    /// A line a figure, gate or award.
    pub(crate) ground: Vec<String>,
}

/// A gate whose condition holds (否决, 否优).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// `ZERO`, `LOWEST_GRADE`, or `BAR` and the grade that is closed.
    pub(crate) effect: String,
    /// A line a figure or source.
    pub(crate) ground: Vec<String>,
    /// Why it has no effect; empty when it has.
    pub(crate) exempt: String,
}

/// Points of one part directly below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) node_id: String,
    pub(crate) display_name: String,
    pub(crate) points: Option<Decimal>,
    pub(crate) weight: Decimal,
}

/// How a subject goes by.
pub(crate) struct Named {
    /// Its id.
    pub(crate) id: String,
    /// Its name in the office's words.
    pub(crate) display_name: String,
    /// Id of the unit that answers for it.
    pub(crate) responsible_unit: String,
}

/// The outcomes of the tracks, each with its rules, by track and rank. `named` says how a subject
/// goes by.
pub(crate) fn outcomes<'a>(
    tracks: impl Iterator<Item = (&'a Track, &'a TrackSummary)>,
    named: impl Fn(&str) -> Named,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (track, summary) in tracks {
        let parts = Parts::of(track);
        for subject in &summary.subjects {
            let named = named(&subject.subject);
            outcomes.push(Outcome {
                unit: named.id,
                unit_display_name: named.display_name,
                responsible_unit: named.responsible_unit,
                track: summary.track_id.clone(),
                position: outcomes.len() as i64 + 1,
                score: subject.total,
                rank: subject.rank,
                track_size: summary.ranked as i64,
                colour: subject.colour,
                pace: subject.pace,
                parts: parts.with(&subject.points),
                flags: subject.flags.iter().map(ToString::to_string).collect(),
                grade: subject.grade.as_ref().map(grade),
                gates: subject.gates.iter().map(gate).collect(),
            });
        }
    }
    outcomes
}

/// The nodes directly below the root, each with its place in the walk over all.
struct Parts<'a>(Vec<(usize, &'a Node)>);

impl<'a> Parts<'a> {
    fn of(track: &'a Track) -> Self {
        let mut place = 1;
        let part = |node: &'a Node| {
            let here = place;
            place += node.walk().len();
            (here, node)
        };
        Self(track.root().children().iter().map(part).collect())
    }

    fn with(&self, points: &[Option<Decimal>]) -> Vec<Part> {
        let part = |&(place, node): &(usize, &Node)| Part {
            node_id: node.node_id.clone(),
            display_name: node.display_name.clone(),
            points: points.get(place).copied().flatten(),
            weight: node.weight,
        };
        self.0.iter().map(part).collect()
    }
}

fn grade(grade: &engine::GradeResult) -> Grade {
    let (by, award) = match &grade.by {
        GradeBy::Band => ("BAND", None),
        GradeBy::Quota => ("QUOTA", None),
        GradeBy::Outright(award) => ("OUTRIGHT", Some(award.clone())),
        GradeBy::Veto => ("VETO", None),
        GradeBy::Rest => ("REST", None),
        GradeBy::Group => ("GROUP", None),
    };
    let figures = grade.figures.iter().map(figure);
    Grade {
        id: grade.grade_id.clone(),
        display_name: grade.display_name.clone(),
        by: by.to_owned(),
        ground: figures.chain(award).chain(grade.gates.iter().cloned()).collect(),
    }
}

fn gate(gate: &engine::GateResult) -> Gate {
    let effect = match &gate.effect {
        GateEffect::Zero => "ZERO".to_owned(),
        GateEffect::LowestGrade => "LOWEST_GRADE".to_owned(),
        GateEffect::Bar(grade) => format!("BAR {grade}"),
    };
    Gate {
        id: gate.gate_id.clone(),
        display_name: gate.display_name.clone(),
        effect,
        ground: ground(&gate.ground),
        exempt: gate.exempt.clone().unwrap_or_default(),
    }
}

/// What conditions were judged by, a line a figure, then a line a source.
pub(crate) fn ground(ground: &engine::Ground) -> Vec<String> {
    ground.figures.iter().map(figure).chain(ground.sources.iter().cloned()).collect()
}

fn figure(input: &engine::Input) -> String {
    let value = input.value.map_or_else(|| "-".to_owned(), decimal::to_text);
    format!("{} = {value} ({})", input.symbol, input.meaning)
}

/// The outcomes as one canonical text, a line each with its fields parted by tabs: what the
/// output digest is taken of.
pub(crate) fn canonical(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(|outcome| outcome.canonical() + "\n").collect()
}

impl Outcome {
    /// Its line in the canonical text. Grade and gates have fields of their own where the track
    /// gives any, so that lines of tracks without are as they were before there were grades.
    pub(crate) fn canonical(&self) -> String {
        let number =
            |value: Option<Decimal>| value.map_or_else(|| "-".to_owned(), decimal::to_text);
        let colour = self.colour.map_or("-", |colour| match colour {
            Colour::Green => "green",
            Colour::Yellow => "yellow",
            Colour::Red => "red",
        });
        let parts = self.parts.iter().map(|part| {
            let weight = decimal::to_text(part.weight);
            format!("{}={}/{weight}", part.node_id, number(part.points))
        });
        let mut fields = vec![
            self.track.clone(),
            self.unit.clone(),
            self.unit_display_name.clone(),
            number(self.score),
            number(self.rank),
            self.track_size.to_string(),
            colour.to_owned(),
            number(self.pace),
            parts.collect::<Vec<_>>().join(","),
            self.flags.join(","),
        ];
        if let Some(grade) = &self.grade {
            fields.push(format!("grade={}/{}/{}", grade.id, grade.by, grade.ground.join(";")));
        }
        fields.extend(self.gates.iter().map(|gate| {
            let ground = gate.ground.join(";");
            format!("gate={}/{}/{}/{ground}", gate.id, gate.effect, gate.exempt)
        }));
        fields.join("\t")
    }
}
