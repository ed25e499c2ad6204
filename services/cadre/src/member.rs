//! Members (组员): who sits on which seat of a body (B3), and the rules among them: as many as the
//! seat lets, once in a body, full-time in one body alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::span::Span;

/// How members are named.
pub(crate) static NAME: Pattern = Pattern::new("member", "districts/{district}/members/{member}");

/// The ledger's name among the heads.
pub(crate) const LEDGER: &str = "member";

kit::numbered! {
    /// What a member does in the body: the seat's role, numbered as in the registry.
    enum Role {
        /// Convener (召集人).
        Convener = 1,
        /// Deputy convener (副召集人).
        DeputyConvener = 2,
        /// Full-time member (全职组员).
        FullTime = 3,
        /// Flexible member lent by a partner unit (柔性参与人员).
        Flexible = 4,
        /// Commander of a headquarters (指挥长).
        Commander = 5,
        /// Who answers for the lead unit (牵头单位负责人).
        Lead = 6,
        /// Official of post grade (职级公务员).
        Official = 7,
        /// Professional (专业人才).
        Professional = 8,
    }
}

/// A seat as the registry defines it.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) id: String,
    pub(crate) unit: String,
    pub(crate) role: Role,
    pub(crate) least: i32,
    pub(crate) most: i32,
    pub(crate) partner_units: Vec<String>,
}

/// Who is to sit where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) seat: String,
    /// The body.
    pub(crate) unit: String,
    pub(crate) role: Role,
    pub(crate) person: String,
    pub(crate) home_unit: String,
    pub(crate) start: Date,
    /// Last day; none while it is open.
    pub(crate) end: Option<Date>,
}

/// A membership with its steps.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    /// As it was entered.
    pub(crate) contents: Contents,
    pub(crate) create_time: Timestamp,
    /// In the order they were taken.
    pub(crate) steps: Vec<Step>,
}

/// A step that a membership took.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    /// The last day, with an end.
    pub(crate) day: Option<Date>,
    pub(crate) account: String,
    pub(crate) reason: String,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// What a step does.
    enum StepKind {
        /// It ends on a day.
        End = 1,
        /// It never was.
        Revoke = 2,
    }
}

impl Contents {
    /// The days it is for.
    pub(crate) fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

impl Member {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// One more with every step.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.steps.len() as i64
    }

    /// It was entered by mistake.
    pub(crate) fn is_revoked(&self) -> bool {
        self.steps.iter().any(|it| it.kind == StepKind::Revoke)
    }

    /// What holds after the steps.
    pub(crate) fn standing(&self) -> Contents {
        let told = self.steps.iter().rev().find_map(|it| it.day);
        Contents { end: told.or(self.contents.end), ..self.contents.clone() }
    }

    /// Takes a step.
    pub(crate) fn take(&mut self, district: &str, step: Step) -> Result<()> {
        if self.is_revoked() {
            let message = "was revoked: it never counted";
            return Err(Error::precondition("MEMBER_REVOKED", self.name(district), message));
        }
        if let Some(day) = step.day {
            let standing = self.standing();
            if day < standing.start {
                let message = format!("must not be before the first day {}", standing.start);
                return Err(Error::invalid("end_date", "BEFORE_START", message));
            }
            if let Some(end) = standing.end.filter(|end| *end <= day) {
                let message = format!("it ends on {end} already; enter a new one to go on");
                return Err(Error::invalid("end_date", "NOT_EARLIER", message));
            }
        }
        self.steps.push(step);
        Ok(())
    }
}

/// Why somebody cannot sit down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    /// Sits in the body already, on this seat.
    Overlap(String),
    /// Is a full-time member already, on this seat.
    Exclusive(String),
    /// Too many on this day.
    Full(Date),
}

/// What is wrong with each row of `asked`, beside what stands and the rows before it.
pub(crate) fn clashes(
    asked: &[Contents],
    standing: &[Contents],
    seats: &BTreeMap<String, Seat>,
) -> Vec<(usize, Clash)> {
    let mut found = Vec::new();
    for (row, it) in asked.iter().enumerate() {
        let others = || standing.iter().chain(&asked[..row]);
        let span = it.span();
        let own = others().filter(|other| other.person == it.person && other.span().meets(&span));
        for other in own {
            if other.unit == it.unit {
                found.push((row, Clash::Overlap(other.seat.clone())));
                break;
            }
            if (other.role, it.role) == (Role::FullTime, Role::FullTime) {
                found.push((row, Clash::Exclusive(other.seat.clone())));
                break;
            }
        }
        let most = seats.get(&it.seat).map_or(0, |seat| seat.most as usize);
        let beside = others().filter(|other| other.seat == it.seat).map(Contents::span);
        if let Some(day) = span.full_day(beside, most) {
            found.push((row, Clash::Full(day)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seat: &str, person: &str, start: &str, end: Option<&str>) -> Contents {
        Contents {
            seat: seat.to_owned(),
            unit: seat.split('.').next().unwrap_or_default().to_owned(),
            role: if seat.ends_with("member") { Role::FullTime } else { Role::Flexible },
            person: person.to_owned(),
            home_unit: "finance".to_owned(),
            start: start.parse().unwrap_or_default(),
            end: end.and_then(|end| end.parse().ok()),
        }
    }

    fn seats(most: i32) -> BTreeMap<String, Seat> {
        let seat = |id: &str| Seat {
            id: id.to_owned(),
            unit: String::new(),
            role: Role::FullTime,
            least: 0,
            most,
            partner_units: Vec::new(),
        };
        ["a.member", "a.lent", "b.member"].map(|id| (id.to_owned(), seat(id))).into()
    }

    #[test]
    fn a_seat_is_full_on_the_day_on_which_most_sit_there() {
        let standing = [
            row("a.member", "1", "2023-01-01", Some("2023-03-31")),
            row("a.member", "2", "2023-03-01", None),
        ];
        let asked = [row("a.member", "3", "2023-02-01", None)];
        let day = "2023-03-01".parse().unwrap_or_default();
        assert_eq!(clashes(&asked, &standing, &seats(2)), [(0, Clash::Full(day))]);
        assert_eq!(clashes(&asked, &standing, &seats(3)), []);
        let later = [row("a.member", "3", "2023-04-01", None)];
        assert_eq!(clashes(&later, &standing, &seats(2)), []);
    }

    #[test]
    fn one_person_sits_once_in_a_body_and_full_time_in_one() {
        let asked = [
            row("a.member", "1", "2023-01-01", None),
            row("a.lent", "1", "2023-06-01", None),
            row("b.member", "1", "2023-06-01", None),
            row("b.member", "2", "2023-06-01", None),
        ];
        let seat = || "a.member".to_owned();
        let expected = [(1, Clash::Overlap(seat())), (2, Clash::Exclusive(seat()))];
        assert_eq!(clashes(&asked, &[], &seats(9)), expected);
    }
}
