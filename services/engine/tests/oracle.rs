//! G12: random rulebooks against a second way to compute them, which shares no arithmetic with
//! the engine: fractions of whole numbers throughout, the cut written down from its
//! description. Two thousand where nothing is said; `ORACLE_CASES=10000` for the full goal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::fraction::{Exact, cases, cut, exact, exponential, whole};
use common::random::race;
use engine::{
    Bounds, Cell, Curve, Direction, Fact, Figure, GrowthBy, Leaf, LinkEffect, LinkedSum, Method,
    Milestone, MilestonePoints, Milestones, MissingPolicy, Node, Otherwise, RankTable, Rounding,
    Rule, Share, Sheet, Step, Through, Track,
};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Whether a milestone is among those that are scored.
fn takes_part(rule: &MilestonePoints, all: &Milestones, one: &Milestone) -> bool {
    let of_the_period = one.due >= all.since;
    let known = rule.count_pending || one.due <= all.as_of || one.reached.is_some();
    if of_the_period { known } else { rule.carry_overdue }
}

/// By the name of the rounding, as it is printed.
fn round(value: Exact, rounding: Rounding) -> Exact {
    let printed = rounding.to_string();
    let Some((mode, places)) = printed.split_once(' ') else { return value };
    let unit = BigInt::from(10).pow(places.parse().unwrap());
    let scaled = value.numer().abs() * &unit;
    let mut kept: BigInt = &scaled / value.denom();
    let part = scaled - &kept * value.denom();
    let twice: BigInt = &part * 2;
    let half = twice.cmp(value.denom());
    let odd = !(&kept % BigInt::from(2)).is_zero();
    let up = match mode {
        "HALF_UP" => half.is_ge(),
        "HALF_EVEN" => half.is_gt() || (half.is_eq() && odd),
        "DOWN" => false,
        "UP" => !part.is_zero(),
        other => panic!("no rounding {other}"),
    };
    kept += i32::from(up);
    let result = Exact::new(kept, unit);
    if value.is_negative() { -result } else { result }
}

struct Oracle<'a> {
    track: &'a Track,
    sheets: &'a [Sheet],
}

impl Oracle<'_> {
    fn out(&self, node: &Node, sheet: &Sheet) -> bool {
        match node.leaf() {
            None => node.children().iter().all(|child| self.out(child, sheet)),
            Some(leaf) => match self.known(leaf, sheet) {
                Known::Value(_) => false,
                Known::Missing => leaf.missing == MissingPolicy::LeaveOut,
                Known::NotApplicable => true,
            },
        }
    }

    /// Points of a node whose own terms grow by `factor`; `None` when it is out.
    fn points(&self, node: &Node, sheet: &Sheet, factor: &Exact) -> Option<Exact> {
        if self.out(node, sheet) {
            return None;
        }
        let mut points = match &node.rule {
            Rule::Leaf(leaf) => match self.known(leaf, sheet) {
                Known::Value(value) => cut(&(self.leaf(node, leaf, sheet, &value) * factor)),
                _ => return Some(Exact::zero()),
            },
            _ => cut(&self.inner(node, sheet, factor)),
        };
        if let Some(least) = node.min_points {
            points = points.max(cut(&(exact(least) * factor)));
        }
        if let Some(most) = node.max_points {
            points = points.min(cut(&(exact(most) * factor)));
        }
        Some(round(points, self.track.rounding(node)))
    }

    fn inner(&self, node: &Node, sheet: &Sheet, factor: &Exact) -> Exact {
        let present: Vec<&Node> =
            node.children().iter().filter(|child| !self.out(child, sheet)).collect();
        let weight = |nodes: &[&Node]| nodes.iter().map(|node| exact(node.weight)).sum::<Exact>();
        let all: Vec<&Node> = node.children().iter().collect();
        let add = |factor: &Exact| {
            present.iter().map(|child| self.points(child, sheet, factor).unwrap()).sum::<Exact>()
        };
        let worth = exact(node.weight) * factor;
        match (&node.rule, node.full_marks) {
            (Rule::Sum(_), None) => add(&(factor * weight(&all) / weight(&present))),
            (Rule::Sum(_), Some(full)) => {
                worth * add(&(weight(&all) / weight(&present))) / exact(full)
            }
            (Rule::WeightedMean(_), _) => worth * add(&Exact::one()) / weight(&present),
            (Rule::Minimum(_), _) => worth * self.shares(&present, sheet).min().unwrap(),
            (Rule::Maximum(_), _) => worth * self.shares(&present, sheet).max().unwrap(),
            (Rule::Product(_), _) => worth * self.shares(&present, sheet).product::<Exact>(),
            (Rule::LinkedSum(linked), _) => {
                self.linked(linked, &present, sheet, &(factor * weight(&all) / weight(&present)))
            }
            _ => panic!("roots are tested elsewhere"),
        }
    }

    fn shares(&self, present: &[&Node], sheet: &Sheet) -> impl Iterator<Item = Exact> {
        let share =
            |node: &&Node| self.points(node, sheet, &Exact::one()).unwrap() / exact(node.weight);
        present.iter().map(share).collect::<Vec<_>>().into_iter()
    }

    /// Links in their order: a discount takes the depth's part of what the other missed, a cap
    /// lets no more through than the other reached.
    fn linked(
        &self,
        linked: &LinkedSum,
        present: &[&Node],
        sheet: &Sheet,
        factor: &Exact,
    ) -> Exact {
        let mut points: Vec<Exact> =
            present.iter().map(|child| self.points(child, sheet, factor).unwrap()).collect();
        let place = |id: &str| present.iter().position(|child| child.node_id == id);
        for link in &linked.links {
            let (Some(on), Some(by)) = (place(&link.node_id), place(&link.by)) else { continue };
            if !points[on].is_positive() {
                continue;
            }
            let reached = &points[by] / (exact(present[by].weight) * factor);
            let reached = reached.max(Exact::zero()).min(Exact::one());
            let acted = match link.effect {
                LinkEffect::Discount { depth } => {
                    &points[on] - &points[on] * exact(depth) * (Exact::one() - reached)
                }
                LinkEffect::Cap { ratio } => points[on]
                    .clone()
                    .min(exact(ratio) * exact(present[on].weight) * factor * reached),
            };
            points[on] = round(cut(&acted), self.track.rounding(present[on]));
        }
        points.into_iter().sum()
    }

    /// What a leaf has to score, from the rules in words.
    fn known(&self, leaf: &Leaf, sheet: &Sheet) -> Known {
        let fact = |indicator: &str| match &sheet.cells[indicator].fact {
            Fact::Value { value, .. } => Known::Value(exact(*value)),
            Fact::Missing => Known::Missing,
            Fact::NotApplicable { .. } => Known::NotApplicable,
        };
        let own = fact(&leaf.indicator);
        if let Method::Ballots(it) = &leaf.method {
            let tally = &sheet.tallies[&leaf.indicator];
            let counted = it.groups.iter().filter_map(|group| tally.groups.get(&group.group));
            let any = counted.flat_map(|marks| marks.values()).any(|count| *count > 0);
            return own.or_given(any, Known::Missing);
        }
        if let Method::MilestonePoints(it) = &leaf.method {
            let all = &sheet.milestones[&leaf.indicator];
            let any = all.list.iter().any(|one| takes_part(it, all, one));
            let otherwise = if all.list.is_empty() { Known::Missing } else { Known::NotApplicable };
            return own.or_given(any, otherwise);
        }
        let figure = self.figure(leaf, sheet, own, &fact);
        let Method::CaseHandling(it) = &leaf.method else { return figure };
        it.kinds
            .iter()
            .fold(figure, |so_far, kind| so_far.with(fact(&kind.indicator), |own, _| own))
    }

    fn figure(
        &self,
        leaf: &Leaf,
        sheet: &Sheet,
        own: Known,
        fact: &dyn Fn(&str) -> Known,
    ) -> Known {
        let last_year = sheet.cells[leaf.indicator.as_str()].last_year.map(exact);
        let up = leaf.direction == Direction::HigherIsBetter;
        match &leaf.figure {
            Figure::Value => own,
            Figure::Growth(by) => {
                let rate = *by == GrowthBy::Rate;
                let base = last_year.filter(|base| !rate || base.is_positive());
                let base = base.map_or(Known::Missing, Known::Value);
                own.with(base, |own, base| match rate {
                    true => cut(&((own - &base) * whole(100) / base)),
                    false => cut(&(own - base)),
                })
            }
            Figure::BestOf(others) | Figure::WorstOf(others) => {
                let greatest = up == matches!(leaf.figure, Figure::BestOf(_));
                let all = others.iter().map(|other| fact(other)).chain([own]);
                all.reduce(|one, two| match (one, two) {
                    (Known::Value(one), Known::Value(two)) if (one > two) == greatest => {
                        Known::Value(one)
                    }
                    (Known::Value(_), Known::Value(two)) => Known::Value(two),
                    (Known::Value(one), _) | (_, Known::Value(one)) => Known::Value(one),
                    (Known::NotApplicable, Known::NotApplicable) => Known::NotApplicable,
                    _ => Known::Missing,
                })
                .unwrap()
            }
            Figure::Reconciled(it) => own.with(fact(&it.verified), |claimed, verified| {
                let apart = (&claimed - &verified).abs();
                let tolerance = match it.percent {
                    true => claimed.abs() * exact(it.tolerance) / whole(100),
                    false => exact(it.tolerance),
                };
                let agree = apart.is_zero() || apart < tolerance;
                match it.otherwise {
                    _ if agree => verified,
                    Otherwise::Verified => verified,
                    Otherwise::Nothing => Exact::zero(),
                    Otherwise::VerifiedLessDifference => cut(&(verified - apart)),
                }
            }),
            Figure::Difficulty(it) => match (own, fact(&it.factor)) {
                (Known::Value(own), Known::Value(factor)) => {
                    Known::Value(cut(&(own * factor.max(exact(it.least)).min(exact(it.most)))))
                }
                (own, _) => own,
            },
            Figure::Points(_) | Figure::Expression(_) => panic!("formulas are tested elsewhere"),
        }
    }

    /// What is due by now of a target.
    fn due(&self, curve: &Curve, cell: &Cell) -> Exact {
        let (target, ninetieths) = (exact(cell.target.unwrap()), elapsed(cell));
        let by_day = || target.clone() * Exact::new(ninetieths.into(), 90.into());
        // Common to all of the random facts: three rounds of thirty days.
        let rounds = ninetieths / 30;
        match curve {
            Curve::ByDay => by_day(),
            Curve::ByRound => target * Exact::new(rounds.into(), 3.into()),
            Curve::Listed(shares) => {
                let ended = rounds as usize * shares.len() / 3;
                ended.checked_sub(1).map_or(Exact::zero(), |place| {
                    exact(cell.target.unwrap()) * exact(shares[place]) / whole(100)
                })
            }
            Curve::Plan if cell.plan.is_empty() => by_day(),
            Curve::Plan => {
                let now = Exact::new(ninetieths.into(), 90.into());
                let mut points = vec![(Exact::zero(), Exact::zero())];
                points.extend(cell.plan.iter().map(|it| (share(it.elapsed), exact(it.value))));
                let after = points.iter().position(|(at, _)| *at >= now && !at.is_zero());
                let Some(after) = after else { return points.last().unwrap().1.clone() };
                let ((a, from), (b, to)) = (&points[after - 1], &points[after]);
                cut(&(from + (to - from) * (now - a) / (b - a)))
            }
        }
    }

    fn leaf(&self, node: &Node, leaf: &Leaf, sheet: &Sheet, x: &Exact) -> Exact {
        let known = self.sheets.iter().map(|sheet| self.known(leaf, sheet));
        let others: Vec<Exact> = known.filter_map(Known::value).collect();
        let up = leaf.direction == Direction::HigherIsBetter;
        let w = exact(node.weight);
        let cell = &sheet.cells[leaf.indicator.as_str()];
        let target = || exact(cell.target.unwrap());
        let within = |value: Exact, low: Exact, high: Exact| value.max(low).min(high);
        let better =
            || others.iter().filter(|other| if up { *other > x } else { *other < x }).count();
        let beyond = |at: Option<Decimal>, percent: bool| {
            let at = at.map_or_else(target, exact);
            let apart = if up { x - &at } else { &at - x };
            if percent { apart * whole(100) / at } else { apart }
        };
        let share = |bounds: &Bounds, unclamped: bool| {
            let (low, high) = match bounds {
                Bounds::Fixed { low, high } => (exact(*low), exact(*high)),
                Bounds::Cohort => {
                    (others.iter().min().unwrap().clone(), others.iter().max().unwrap().clone())
                }
            };
            if low == high {
                return Exact::one();
            }
            let share = if up { (x - &low) / (&high - &low) } else { (&high - x) / (&high - &low) };
            if unclamped { share } else { within(share, Exact::zero(), Exact::one()) }
        };
        match &leaf.method {
            Method::Marks(_) => within(x.clone(), Exact::zero(), w),
            Method::Completion(it) => w * within(x / target(), Exact::zero(), exact(it.cap)),
            Method::Control(_) => w * within(whole(2) - x / target(), Exact::zero(), Exact::one()),
            Method::Efficacy(it) if it.exponential.is_some() => {
                let form = it.exponential.unwrap();
                let growth = exponential(&(exact(form.b) * share(&it.bounds, false)));
                within(&w * exact(form.a) * growth / whole(100), Exact::zero(), w)
            }
            Method::Efficacy(it) => {
                let base = exact(it.base) / whole(100);
                w * (&base + (Exact::one() - &base) * share(&it.bounds, it.unclamped))
            }
            Method::MinMax(it) => w * share(&it.bounds, it.unclamped),
            Method::Steps(it) => {
                let met = |step: &Step| {
                    step.precondition.as_ref().is_none_or(|it| {
                        match &sheet.cells[it.indicator.as_str()].fact {
                            Fact::Value { value, .. } => {
                                it.at_least.is_none_or(|least| *value >= least)
                                    && it.at_most.is_none_or(|most| *value <= most)
                            }
                            _ => false,
                        }
                    })
                };
                let reached = it.steps.iter().find(|step| match step.threshold {
                    None => true,
                    Some(threshold) if up => *x >= exact(threshold) && met(step),
                    Some(threshold) => *x <= exact(threshold) && met(step),
                });
                exact(reached.unwrap().points)
            }
            Method::RankTable(table) => match table {
                RankTable::Listed(points) => {
                    exact(*points.get(better()).or(points.last()).unwrap())
                }
                RankTable::Falling { start, step, floor } => {
                    (exact(*start) - exact(*step) * whole(better() as i64)).max(exact(*floor))
                }
            },
            Method::DeductPerEvent(it) => within(&w - x * exact(it.deduction), exact(it.floor), w),
            Method::RatioToLeader(_) => {
                let leader = if up { others.iter().max() } else { others.iter().min() }.unwrap();
                let (over, under) = if up { (x, leader) } else { (leader, x) };
                let share = match (x == leader, under.is_positive()) {
                    (true, _) => Exact::one(),
                    (_, true) => over / under,
                    (_, false) => Exact::zero(),
                };
                w * within(share, Exact::zero(), Exact::one())
            }
            Method::Contribution(_) => {
                let sum: Exact = others.iter().filter(|other| other.is_positive()).sum();
                if sum.is_zero() || others.len() == 1 {
                    return w;
                }
                w * x.clone().max(Exact::zero()) / cut(&sum)
            }
            Method::RankBands(it) => {
                let (rank, size) = (better() + 1, others.len());
                if others.iter().all(|other| other == x) {
                    return exact(it.bands[0].points);
                }
                let holds = |band: &&engine::RankBand| match band.through {
                    Through::Rank(last) => rank <= last as usize,
                    Through::Percent(share) => {
                        whole(rank as i64) * whole(100) <= exact(share) * whole(size as i64)
                    }
                    Through::All => true,
                };
                exact(it.bands.iter().find(holds).unwrap().points)
            }
            Method::Interpolation(it) => {
                let knots = &it.knots;
                let (first, last) = (knots.first().unwrap(), knots.last().unwrap());
                if *x <= exact(first.value) {
                    return exact(first.points);
                }
                let Some(after) = knots.iter().position(|knot| exact(knot.value) >= *x) else {
                    return exact(last.points);
                };
                let (low, high) = (&knots[after - 1], &knots[after]);
                let share = (x - exact(low.value)) / (exact(high.value) - exact(low.value));
                exact(low.points) * (Exact::one() - &share) + exact(high.points) * share
            }
            Method::Slopes(it) => {
                let beyond = beyond(it.at, it.percent);
                let side = |side: &engine::SlopeSide, distance: Exact| {
                    let mut from = Exact::zero();
                    let mut sum = Exact::zero();
                    for segment in &side.segments {
                        let to = segment.width.map(|width| &from + exact(width));
                        let end =
                            to.clone().map_or(distance.clone(), |to| to.min(distance.clone()));
                        sum += (end - &from).max(Exact::zero()) * exact(segment.slope);
                        from = to.unwrap_or(from);
                    }
                    side.cap.map_or(sum.clone(), |cap| sum.min(exact(cap)))
                };
                let points =
                    exact(it.base) + side(&it.over, beyond.clone()) - side(&it.short, -beyond);
                points.max(Exact::zero())
            }
            Method::Cliff(it) => {
                let beyond = beyond(it.at, it.percent);
                if beyond.is_negative() {
                    return Exact::zero();
                }
                (exact(it.base) + beyond * exact(it.slope)).min(exact(it.most))
            }
            Method::PacePoints(it) => {
                let due = self.due(&it.curve, cell);
                if !due.is_positive() {
                    return w;
                }
                let reached = x / due;
                let over = (&reached - Exact::one()).max(Exact::zero()) * whole(100);
                w * within(reached, Exact::zero(), Exact::one())
                    + (over * exact(it.bonus)).min(exact(it.bonus_cap))
            }
            Method::MilestonePoints(it) => {
                let all = &sheet.milestones[&leaf.indicator];
                let (mut earned, mut possible) = (Exact::zero(), Exact::zero());
                for one in &all.list {
                    if !takes_part(it, all, one) {
                        continue;
                    }
                    possible += exact(one.points);
                    let Some(reached) = one.reached else { continue };
                    let days = reached - one.due;
                    let late = it.late.iter().find(|late| {
                        late.within_days.is_none_or(|within| days <= i64::from(within))
                    });
                    let credit = match late {
                        _ if days <= 0 => Exact::one(),
                        Some(late) => exact(late.credit) / whole(100),
                        None => Exact::zero(),
                    };
                    earned += exact(one.points) * credit;
                }
                w * earned / possible
            }
            Method::CaseHandling(it) => {
                if !x.is_positive() {
                    return w;
                }
                let credited =
                    it.kinds.iter().map(|kind| match &sheet.cells[kind.indicator.as_str()].fact {
                        Fact::Value { value, .. } => {
                            exact(*value) * exact(kind.credit) / whole(100)
                        }
                        _ => panic!("a leaf without its counts is missing"),
                    });
                w * within(credited.sum::<Exact>() / x, Exact::zero(), Exact::one())
            }
            Method::Ballots(it) => {
                let tally = &sheet.tallies[&leaf.indicator];
                let (mut sum, mut weights) = (Exact::zero(), Exact::zero());
                for group in &it.groups {
                    let marks = tally.groups.get(&group.group).into_iter().flatten();
                    let value = |mark: &str| {
                        exact(it.marks.iter().find(|it| it.mark == mark).unwrap().value)
                    };
                    let mut ballots: Vec<Exact> = marks
                        .flat_map(|(mark, count)| vec![value(mark); *count as usize])
                        .collect();
                    ballots.sort();
                    if it.trim_above.is_some_and(|above| ballots.len() > above as usize) {
                        ballots.pop();
                        ballots.remove(0);
                    }
                    if !ballots.is_empty() {
                        let size = whole(ballots.len() as i64);
                        sum += exact(group.weight) * ballots.into_iter().sum::<Exact>() / size;
                        weights += exact(group.weight);
                    }
                }
                w * sum / weights / exact(it.full)
            }
            Method::ExpressionPoints(_) => panic!("formulas are tested elsewhere"),
        }
    }
}

/// What there is to score.
enum Known {
    Value(Exact),
    Missing,
    NotApplicable,
}

impl Known {
    fn value(self) -> Option<Exact> {
        match self {
            Known::Value(value) => Some(value),
            Known::Missing | Known::NotApplicable => None,
        }
    }

    /// Two that are both needed: what does not apply comes first, then what is missing.
    fn with(self, other: Known, make: impl FnOnce(Exact, Exact) -> Exact) -> Known {
        match (self, other) {
            (Known::NotApplicable, _) | (_, Known::NotApplicable) => Known::NotApplicable,
            (Known::Value(one), Known::Value(two)) => Known::Value(make(one, two)),
            _ => Known::Missing,
        }
    }

    /// Of ballots and milestones: a value where there are any, unless none applies.
    fn or_given(self, any: bool, otherwise: Known) -> Known {
        match self {
            Known::NotApplicable => Known::NotApplicable,
            _ if any => Known::Value(Exact::zero()),
            _ => otherwise,
        }
    }
}

/// The share of the period elapsed, as its debug form tells it, in ninetieths.
fn elapsed(cell: &Cell) -> u32 {
    (share(cell.elapsed) * whole(90)).to_integer().try_into().unwrap()
}

fn share(share: Share) -> Exact {
    let text = format!("{share:?}");
    let mut numbers = text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty());
    let mut next = || numbers.next().unwrap().parse::<i64>().unwrap();
    whole(next()) / whole(next())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn totals_agree_with_exact_fractions((track, sheets) in race(0..=6)) {
        let result = common::score(&track, sheets.clone());
        let oracle = Oracle { track: &track, sheets: &sheets };
        for subject in &result.subjects {
            let sheet = sheets.iter().find(|sheet| sheet.subject == subject.subject).unwrap();
            let expected = oracle.points(track.root(), sheet, &Exact::one());
            prop_assert_eq!(subject.total.map(exact), expected, "{}", subject.subject);
        }
    }
}
