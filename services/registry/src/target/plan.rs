//! Plans (计划进度): how much of a target is to be reached on the way.

use jiff::civil::Date;
use kit::field::Fields;
use rulebook::Span;
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

#[cfg(test)]
mod tests {
    use super::*;

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
