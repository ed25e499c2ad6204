use super::*;

fn reason(kind: Kind, part: Part, source: &str) -> (&'static str, String) {
    match kind.try_out(Language::Chinese, part, source) {
        Ok(()) => ("", String::new()),
        Err(fault) => (fault.reason, fault.message),
    }
}

#[track_caller]
fn refused(source: &str, expected: &str, says: &str) {
    let (reason, message) = reason(Kind::MonthlyBulletin, Part::Body, source);
    assert_eq!(reason, expected, "{source}: {message}");
    assert!(message.contains(says), "{source}: {message}");
}

// H5, H6, H7: what Saima brings obeys its own rules and can be sent back as a district's own.
#[test]
fn what_saima_brings_can_be_used() {
    for kind in Kind::ALL {
        let [Text { subject, body }, _] = kind.built_in();
        assert_eq!(reason(kind, Part::Subject, &subject), ("", String::new()));
        assert_eq!(reason(kind, Part::Body, &body), ("", String::new()));
        let composed = Template::built_in("hengkou", kind)
            .compose(Language::Chinese, &kind.sample(Language::Chinese));
        let text = composed.map(|it| it.text);
        let text = text.as_ref().map_or("", |text| text.body.as_str());
        for expected in
            ["：\n\n", "要求", "恒口示范区目标责任考核工作领导小组办公室", "2023年4月1日"]
        {
            let expected = if kind == Kind::WorkReminder && expected == "要求" {
                "提示"
            } else {
                expected
            };
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
        assert!(!text.contains("\n\n\n"), "{text}");
    }
}

// H5, H7: letters and bulletins are written in English, too.
#[test]
fn what_saima_brings_of_letters_is_english_too() -> kit::Result<()> {
    for kind in Kind::ALL {
        let language = Language::English;
        let [_, Text { subject, body }] = kind.built_in();
        assert_eq!(kind.try_out(language, Part::Subject, &subject), Ok(()));
        assert_eq!(kind.try_out(language, Part::Body, &body), Ok(()));
        let template = Template::built_in("hengkou", kind);
        let Text { subject, body } = template.compose(language, &kind.sample(language))?.text;
        let said = match kind {
            Kind::MonthlyBulletin => {
                ["To all units under evaluation in 恒口示范区", "(2) 经济管理类部门", "Red: "]
            }
            _ => ["To: 恒口示范区交通局", "8 April 2023", "〔2023〕12号\n"],
        };
        for said in said.into_iter().chain(["Assessment Office, 恒口示范区"]) {
            assert!(body.contains(said), "{said} is not in {body}");
        }
        assert!(!subject.contains('关') && !body.contains("\n\n\n"), "{subject}\n{body}");
        assert!(body.ends_with("1 April 2023"), "{body}");
    }
    Ok(())
}

#[test]
fn the_variables_listed_are_those_that_exist() {
    for kind in Kind::ALL {
        for (name, _) in kind.variables() {
            let mut parts = name.split("[].").collect::<Vec<_>>();
            let last = parts.pop().unwrap_or_default();
            let mut source = String::new();
            let mut whole = String::new();
            for (depth, part) in parts.iter().enumerate() {
                source += &format!("{{% for v{depth} in {whole}{part} %}}");
                whole = format!("v{depth}.");
            }
            source += &format!("{{% if {whole}{last} %}}x{{% endif %}}x");
            source += &"{% endfor %}".repeat(parts.len());
            assert_eq!(reason(kind, Part::Body, &source), ("", String::new()), "{source}");
        }
        let top = kind.variables().iter().filter(|(name, _)| !name.contains("[]")).count();
        assert_eq!(kind.sample(Language::Chinese).len(), Some(top));
    }
}

#[test]
fn faults_name_line_and_variable() {
    refused("{{ period }}\n{{ perod }}", "UNKNOWN_VARIABLE", "line 2: there is no variable perod");
    refused(
        "{% for b in boards %}\n{{ b.nam }}{% endfor %}",
        "UNKNOWN_VARIABLE",
        "b has no part nam",
    );
    let hidden = "{% if not boards %}\n\n{{ nobody }}{% endif %}x";
    refused(hidden, "UNKNOWN_VARIABLE", "line 3: there is no variable nobody");
    refused("a\n{% if period %}b", "TEMPLATE_SYNTAX", "line 2");
    refused("{{ period", "TEMPLATE_SYNTAX", "line 1");
    refused("{{ boards }}", "TEMPLATE_SYNTAX", "print its parts");
    refused("{% for a in period %}{% endfor %}", "TEMPLATE_SYNTAX", "this is none");
    refused("{% if false %}x{% endif %}", "TEMPLATE_LIMIT", "no text");
}

#[test]
fn nothing_is_computed_or_called() {
    for source in [
        "{{ period ~ period }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [period] }}",
        "{{ period[0] }}",
        "{{ range(9) }}",
        "{{ period | upper }}",
        "{{ period is defined }}",
        "{% set a = period %}{{ a }}",
        "{% with a = period %}{{ a }}{% endwith %}",
        "{% macro m() %}{% endmacro %}x",
        "{% include 'x' %}",
        "{% for b in boards recursive %}{% endfor %}x",
        "{{ -1 }}",
    ] {
        refused(source, "TEMPLATE_SYNTAX", "line 1");
    }
}

#[test]
fn a_template_that_loops_is_refused() {
    let depth = 25;
    let loops: String = (0..depth).map(|it| format!("{{% for v{it} in boards %}}")).collect();
    let ends = "{% endfor %}".repeat(depth);
    refused(&format!("{loops}{ends}x"), "TEMPLATE_LIMIT", "runs too long");
    let loops: String = (0..8).map(|it| format!("{{% for v{it} in boards %}}")).collect();
    let source = format!("{loops}{}{}", "长".repeat(1000), "{% endfor %}".repeat(8));
    refused(&source, "TEMPLATE_LIMIT", "too long a text");
}

#[test]
fn a_template_that_fails_when_it_matters_gives_way() -> kit::Result<()> {
    let kind = Kind::WorkReminder;
    let broken = Text { subject: "{{ gone }}".to_owned(), body: "x".to_owned() };
    let mut template = Template::built_in("hengkou", kind);
    let [_, english] = kind.built_in();
    assert!(template.change([broken, english], Timestamp::UNIX_EPOCH));
    let composed = template.compose(Language::Chinese, &kind.sample(Language::Chinese))?;
    assert_eq!(composed.fault.map(|it| it.reason), Some("UNKNOWN_VARIABLE"));
    assert_eq!(composed.text.subject, "关于固定资产投资完成额未达时序进度的工作提示函");
    Ok(())
}
