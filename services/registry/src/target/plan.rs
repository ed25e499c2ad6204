//! Plans (计划进度): how much of a target is to be reached on the way.

use jiff::civil::Date;
use kit::field::Fields;
use rulebook::{Length, Span};
use rust_decimal::Decimal;

/// How much is to be reached by the end of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanShare {
    /// Id of a period within the target's.
    pub(crate) period: String,
    /// Per cent of the target.
    pub(crate) share: Decimal,
}

/// Refuses a plan that leaves the target's period, goes back or ends short of the target. `at` is
/// the field that holds it.
pub(super) fn check(fields: &mut Fields, at: &str, period: &str, plan: &[PlanShare]) {
    // A period that the calendar does not know is refused by the target's name.
    let Some(whole) = Span::parse(period) else { return };
    let mut before: Option<(Date, Decimal)> = None;
    for (row, PlanShare { period, share }) in plan.iter().enumerate() {
        let at = format!("{at}[{row}]");
        let Some(span) = Span::parse(period).filter(|it| whole.covers(it)) else {
            let message = format!("{period} does not lie within {}", whole.id());
            fields.violation(format_args!("{at}.period"), "NOT_WITHIN", message);
            continue;
        };
        if let Some((last, least)) = before {
            if span.last <= last {
                let message = format!("{period} does not end after {last}");
                fields.violation(format_args!("{at}.period"), "PLAN_ORDER", message);
            }
            if *share < least {
                let message = format!("{share} is less than {least} before it");
                fields.violation(format_args!("{at}.share_percent"), "PLAN_ORDER", message);
            }
        }
        if span.last == whole.last && *share != Decimal::ONE_HUNDRED {
            let message = "the whole target is due by the end of its period";
            fields.violation(format_args!("{at}.share_percent"), "PLAN_END", message);
        }
        before = Some((span.last, *share));
    }
}

/// Ids of the longer periods in which one lies, the shortest first. A week has none: a plan by
/// weeks says what is due by them, not what one of them is to bring.
pub(crate) fn around(span: &Span) -> Vec<String> {
    let year = span.first.year();
    let quarters = (1..=4).map(|it| format!("{year:04}Q{it}"));
    let longer = quarters.chain((1..=2).map(|it| format!("{year:04}H{it}")));
    let longer = longer.chain([format!("{year:04}")]).filter_map(|id| Span::parse(&id));
    let longer = longer.filter(|it| it.length > span.length && it.covers(span));
    if span.length == Length::Week { Vec::new() } else { longer.map(|it| it.id()).collect() }
}

/// What the plan of a target of the period `whole` asks of a shorter one, in per cent of it:
/// nothing where the plan has no row that ends where the shorter one ends, or, unless both begin
/// together, just before it begins.
pub(super) fn share(whole: &Span, plan: &[PlanShare], span: &Span) -> Option<Decimal> {
    let by = |day: Date| {
        let row = plan.iter().find(|it| Span::parse(&it.period).is_some_and(|it| it.last == day));
        let whole = (day == whole.last).then_some(Decimal::ONE_HUNDRED);
        row.map(|it| it.share).or(whole)
    };
    if plan.is_empty() {
        return None;
    }
    let before =
        if whole.first == span.first { Decimal::ZERO } else { by(span.first.yesterday().ok()?)? };
    by(span.last)?.checked_sub(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: &str) -> Span {
        Span::parse(id).unwrap_or_else(|| panic!("{id} is no period"))
    }

    #[test]
    fn a_part_has_the_share_between_its_ends() {
        let row = |(period, share): (&str, i64)| PlanShare {
            period: period.to_owned(),
            share: Decimal::from(share),
        };
        let plan: Vec<PlanShare> =
            [("2023Q1", 20), ("2023H1", 55), ("2023-09", 70)].map(row).into();
        let share = |id: &str| share(&span("2023"), &plan, &span(id)).map(|it| it.to_string());
        let found = ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2023H2", "2023-02"].map(share);
        let expected = ["20", "35", "15", "30", "45"].map(|it| Some(it.to_owned()));
        assert_eq!(found[..5], expected);
        assert_eq!(found[5], None, "no row ends with January");
        assert_eq!(around(&span("2023-05")), ["2023Q2", "2023H1", "2023"]);
        assert_eq!(around(&span("2023Q4")), ["2023H2", "2023"]);
        assert!(around(&span("2023-W05")).is_empty());
        assert!(around(&span("2023")).is_empty());
    }

    fn faults(plan: &[(&str, i64)]) -> Vec<String> {
        let row = |(period, share): &(&str, i64)| PlanShare {
            period: (*period).to_owned(),
            share: Decimal::from(*share),
        };
        let plan: Vec<PlanShare> = plan.iter().map(row).collect();
        let mut fields = Fields::default();
        check(&mut fields, "plan", "2023", &plan);
        let faults = fields.into_violations();
        faults.into_iter().map(|it| format!("{} {}", it.field, it.reason)).collect()
    }

    #[test]
    fn a_plan_grows_within_its_period() {
        assert_eq!(
            faults(&[("2023-02", 10), ("2023Q1", 10), ("2023H1", 45), ("2023", 100)]),
            [""; 0]
        );
        assert_eq!(faults(&[("2023Q1", 20), ("2023-03", 30)]), ["plan[1].period PLAN_ORDER"]);
        assert_eq!(faults(&[("2023Q1", 20), ("2023Q2", 10)]), ["plan[1].share_percent PLAN_ORDER"]);
        assert_eq!(
            faults(&[("2024Q1", 20), ("x", 10)]),
            ["plan[0].period NOT_WITHIN", "plan[1].period NOT_WITHIN",]
        );
        assert_eq!(faults(&[("2023Q4", 90)]), ["plan[0].share_percent PLAN_END"]);
    }
}
