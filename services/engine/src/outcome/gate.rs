//! Verdicts whatever the points: veto (一票否决) and bar from excellent (否优).
//!
//! Grades are good from 90, fair from 60, else poor; the gate holds from one accident on:
//!
//! | total | accidents | effect | total | grade |
//! |---|---|---|---|---|
//! | 95 | 0 | Zero | 95 | good |
//! | 95 | 1 | Zero | 0 | poor |
//! | 95 | 1 | LowestGrade | 95 | poor |
//! | 95 | 1 | Bar good | 95 | fair |
//! | 95 | 1 | Bar fair | 95 | poor |
//! | 70 | 1 | Bar good | 70 | fair |
//! | 95 | 1, exempt | Zero | 95 | good |
//!
//! Whatever its effect, nobody for whom a gate holds is picked among the best (取消评优, S5); a
//! yellow card is no honour, and is not spared.

use rust_decimal::Decimal;

use super::condition::{Condition, Ground, Seen};
use crate::fact::Sheet;
use crate::flag::Flag;
use crate::input::Input;
use crate::score::SubjectResult;
use crate::track::Track;

/// A gate: what happens to a subject for which a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Id, unique within the track.
    pub gate_id: String,
    /// Name as printed.
    pub display_name: String,
    /// When it takes effect; cannot ask for the rank, which comes later.
    pub when: Condition,
    /// What it does.
    pub effect: GateEffect,
}

/// What a gate does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateEffect {
    /// The total becomes 0 (否决), and with it the grade the lowest.
    Zero,
    /// The grade becomes the lowest; points and rank stay (否决).
    LowestGrade,
    /// This grade and better ones are closed (否优); points and rank stay.
    Bar(String),
}

/// A gate whose condition holds for a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateResult {
    /// The gate.
    pub gate_id: String,
    /// Name as printed.
    pub display_name: String,
    /// What it does.
    pub effect: GateEffect,
    /// The condition in words.
    pub condition: String,
    /// What it was judged by.
    pub ground: Ground,
    /// Why it has no effect on this subject: the ground of an exemption.
    pub exempt: Option<String>,
}

impl GateResult {
    fn holds(&self) -> bool {
        self.exempt.is_none()
    }
}

/// Judges the gates, and makes the total 0 where one says so.
pub(crate) fn judge(track: &Track, sheet: &Sheet, result: &mut SubjectResult) {
    let mut fired = Vec::new();
    for gate in &track.outcomes().gates {
        let mut ground = Ground::default();
        let seen = Seen { track, sheet, result };
        if gate.when.judge(seen, &mut ground) != Some(true) {
            continue;
        }
        let exemption = sheet.exemptions.iter().find(|it| it.rule == gate.gate_id);
        fired.push(GateResult {
            gate_id: gate.gate_id.clone(),
            display_name: gate.display_name.clone(),
            effect: gate.effect.clone(),
            condition: gate.when.to_string(),
            ground,
            exempt: exemption.map(|it| it.ground.clone()),
        });
    }
    let zero = fired.iter().find(|gate| gate.holds() && gate.effect == GateEffect::Zero);
    if let (Some(gate), Some(_)) = (zero, result.total) {
        let meaning = format!("points by {}, whatever the parts say", gate.display_name);
        result.explained.inputs.push(Input::new("veto", meaning, Decimal::ZERO));
        result.explained.flags.insert(Flag::Vetoed);
        result.explained.points = Some(Decimal::ZERO);
        result.total = Some(Decimal::ZERO);
    }
    result.gates = fired;
}

/// The gate that leaves a subject nothing but the lowest grade.
pub(crate) fn veto(result: &SubjectResult) -> Option<&GateResult> {
    let vetoes = |gate: &&GateResult| !matches!(gate.effect, GateEffect::Bar(_)) && gate.holds();
    result.gates.iter().find(vetoes)
}

/// The gate that keeps a subject from honours: each of the effects closes the best grade.
pub(crate) fn holding(result: &SubjectResult) -> Option<&GateResult> {
    result.gates.iter().find(|gate| gate.holds())
}

/// The gates that close a grade to a subject: those whose bar `covers` it.
pub(crate) fn bars(result: &SubjectResult, covers: impl Fn(&str) -> bool) -> Vec<&GateResult> {
    let bars = result.gates.iter().filter(|gate| match &gate.effect {
        GateEffect::Bar(grade) => gate.holds() && covers(grade),
        GateEffect::Zero | GateEffect::LowestGrade => false,
    });
    bars.collect()
}
