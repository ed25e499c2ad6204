//! Periods as an archive prints them.

/// The Chinese title of a period's id: `2023Q1` is 2023年第一季度. An id of another shape
/// stands for itself.
pub(crate) fn title(id: &str) -> String {
    known(id).unwrap_or_else(|| id.to_owned())
}

fn known(id: &str) -> Option<String> {
    let (year, rest) = id.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = match rest {
        "" => "度".to_owned(),
        "H1" => "上半年".to_owned(),
        "H2" => "下半年".to_owned(),
        "Q1" => "第一季度".to_owned(),
        "Q2" => "第二季度".to_owned(),
        "Q3" => "第三季度".to_owned(),
        "Q4" => "第四季度".to_owned(),
        _ => {
            let month: u8 = rest.strip_prefix('-').filter(|it| it.len() == 2)?.parse().ok()?;
            (1..=12).contains(&month).then(|| format!("{month}月"))?
        }
    };
    Some(format!("{year}年{part}"))
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn every_kind_of_period_has_a_title() {
        let titles = ["2023", "2023H2", "2023Q1", "2023-04", "2023-13", "spring"].map(title);
        let expected =
            ["2023年度", "2023年下半年", "2023年第一季度", "2023年4月", "2023-13", "spring"];
        assert_eq!(titles, expected);
    }
}
