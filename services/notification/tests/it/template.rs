//! Templates: those that Saima brings, and a district's own.

use kit::testing::{Bed, Served};
use prost_types::FieldMask;
use proto::notification::v1 as pb;
use tonic::{Code, Status};

use crate::data::{
    DISTRICT, OTHER, behind, bulletined, close, issued, low, put_assignment, put_board, raise,
    templates,
};
use crate::{denied, fake, refused};

const REMINDER: &str = "districts/hengkou/templates/work-reminder";
const BULLETIN: &str = "districts/hengkou/templates/monthly-bulletin";

async fn get(served: &Served, name: &str) -> pb::Template {
    let request = pb::GetTemplateRequest { name: name.to_owned() };
    templates(served).get_template(request).await.unwrap().into_inner()
}

fn texts(name: &str, subject: &str, body: &str) -> pb::Template {
    pb::Template {
        name: name.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        ..Default::default()
    }
}

async fn set(served: &Served, template: pb::Template) -> Result<pb::Template, Status> {
    let request = pb::UpdateTemplateRequest { template: Some(template), update_mask: None };
    templates(served).update_template(request).await.map(|reply| reply.into_inner())
}

kit::both! {
    // H7
    async fn every_kind_comes_with_a_template(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut request =
            pb::ListTemplatesRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        let first = templates(&served).list_templates(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let second = templates(&served).list_templates(request).await.unwrap().into_inner();
        assert_eq!(second.next_page_token, "");
        let all = [first.templates, second.templates].concat();
        let names: Vec<_> = all.iter().map(|it| it.name.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["work-reminder", "warning-sheet", "monthly-bulletin"]);
        for template in all {
            assert!(template.built_in && template.update_time.is_none());
            assert!(template.variables.contains_key("issue_date"));
            assert_eq!(get(&served, &template.name).await, template);
            // What Saima brings can be made a district's own as it is, without becoming one.
            let sent = pb::Template { etag: template.etag.clone(), ..template.clone() };
            assert_eq!(set(&served, sent).await.unwrap(), template);
        }
        let name = format!("{DISTRICT}/templates/love-letter");
        let request = pb::GetTemplateRequest { name };
        denied(templates(&served).get_template(request).await, Code::NotFound, "");
    }

    // H7
    async fn a_districts_own_template_takes_its_place(bed: &Bed) {
        let served = fake::start(bed).await;
        let subject = "提醒{{ recipient }}";
        let body = "{{ recipient }}：\n{% if pace %}\n  {{ indicator }}完成{{ actual }}。\n{% endif %}\n{{ office }}";
        let own = set(&served, texts(REMINDER, subject, body)).await.unwrap();
        assert!(!own.built_in && own.update_time.is_some());
        assert_eq!((own.subject.as_str(), own.body.as_str()), (subject, body));
        assert_eq!(get(&served, REMINDER).await, own);
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        raise(&served, behind(OTHER, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(letter.subject, "提醒恒口示范区交通局");
        let expected = "恒口示范区交通局：\n  固定资产投资完成额完成8000.5万元。\n恒口示范区目标责任考核工作领导小组办公室";
        assert_eq!((letter.body.as_str(), letter.template_fault.as_str()), (expected, ""));
        let other = issued(&served, OTHER, 1).await.remove(0);
        assert!(other.subject.ends_with("工作提示函"), "{}", other.subject);
        // What was sent stays as it was.
        set(&served, texts(REMINDER, "另一个", "")).await.unwrap();
        assert_eq!(issued(&served, DISTRICT, 1).await, [letter]);
    }

    // H7: values are printed, never read as templates.
    async fn a_name_that_looks_like_a_template_is_printed(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut warning = low(DISTRICT, 1, "transport");
        warning.unit_display_name = "{{ office }}{% if %}<局>&".to_owned();
        raise(&served, warning).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert!(letter.body.contains("{{ office }}{% if %}<局>&："), "{}", letter.body);
    }

    // H7
    async fn updates_name_their_fields_and_their_revision(bed: &Bed) {
        let served = fake::start(bed).await;
        let built_in = get(&served, REMINDER).await;
        let mask = |path: &str| Some(FieldMask { paths: vec![path.to_owned()] });
        let request = pb::UpdateTemplateRequest {
            template: Some(texts(REMINDER, "提醒", "{{ broken")),
            update_mask: mask("subject"),
        };
        let own = templates(&served).update_template(request).await.unwrap().into_inner();
        assert_eq!((own.subject.as_str(), &own.body), ("提醒", &built_in.body));
        assert_ne!(own.etag, built_in.etag);
        let late = pb::Template { etag: built_in.etag, ..texts(REMINDER, "晚了", "晚了") };
        denied(set(&served, late).await, Code::Aborted, "");
        let same = pb::Template { etag: own.etag.clone(), ..texts(REMINDER, "提醒", "") };
        assert_eq!(set(&served, same).await.unwrap(), own);
        let request = pb::UpdateTemplateRequest {
            template: Some(texts(REMINDER, "", "x")),
            update_mask: mask("subject"),
        };
        let outcome = templates(&served).update_template(request).await;
        refused(outcome, &[("template.subject", "REQUIRED")]);
        let request = pb::UpdateTemplateRequest {
            template: Some(texts(REMINDER, "x", "x")),
            update_mask: mask("variables"),
        };
        let outcome = templates(&served).update_template(request).await;
        refused(outcome, &[("update_mask", "UNKNOWN_PATH")]);
        let nowhere = texts("districts/nowhere/templates/work-reminder", "x", "x");
        denied(set(&served, nowhere).await, Code::NotFound, "");
    }

    // H7: tried before it is taken.
    async fn a_faulty_template_is_refused_with_line_and_variable(bed: &Bed) {
        let served = fake::start(bed).await;
        let before = get(&served, REMINDER).await;
        let outcome = set(&served, texts(REMINDER, "{{ indicatr }}", "好\n{% if pace %}\n好")).await;
        let said = refused(outcome, &[
            ("template.subject", "UNKNOWN_VARIABLE"),
            ("template.body", "TEMPLATE_SYNTAX"),
        ]);
        assert!(said.contains("line 1: there is no variable indicatr"), "{said}");
        let hidden = "好\n{% if not pace %}\n{{ rank }}{% endif %}";
        let outcome = set(&served, texts(REMINDER, "x", hidden)).await;
        let said = refused(outcome, &[("template.body", "UNKNOWN_VARIABLE")]);
        assert!(said.contains("line 3"), "{said}");
        for body in ["{{ 'x' * 100000000 }}", "{{ range(9) }}", "{% set a = pace %}{{ a }}"] {
            let outcome = set(&served, texts(REMINDER, "x", body)).await;
            refused(outcome, &[("template.body", "TEMPLATE_SYNTAX")]);
        }
        let outcome = set(&served, texts(REMINDER, &"长".repeat(201), &"长".repeat(20_001))).await;
        refused(outcome, &[("template.subject", "LENGTH"), ("template.body", "LENGTH")]);
        assert_eq!(get(&served, REMINDER).await, before);
    }

    // H7
    async fn a_template_that_loops_is_refused(bed: &Bed) {
        let served = fake::start(bed).await;
        let loops: String = (0..25).map(|it| format!("{{% for v{it} in boards %}}")).collect();
        let body = format!("{loops}{}x", "{% endfor %}".repeat(25));
        let said = refused(
            set(&served, texts(BULLETIN, "x", &body)).await,
            &[("template.body", "TEMPLATE_LIMIT")],
        );
        assert!(said.contains("runs too long"), "{said}");
        let body = "{% if false %}x{% endif %}";
        refused(set(&served, texts(BULLETIN, "x", body)).await, &[("template.body", "TEMPLATE_LIMIT")]);
    }

    // H5, H7: a template that passes the trial and fails later never holds up a letter.
    async fn a_template_that_fails_when_it_matters_gives_way(bed: &Bed) {
        let served = fake::start(bed).await;
        // With the sample's two boards it yields little, with many it is over the limit.
        let loops: String = (0..7).map(|it| format!("{{% for v{it} in boards %}}")).collect();
        let body = format!("{loops}{}{}x", "长".repeat(400), "{% endfor %}".repeat(7));
        set(&served, texts(BULLETIN, "通报", &body)).await.unwrap();
        let schemes = ["a", "b", "c", "d", "e"];
        put_assignment(&served, DISTRICT, "2023Q2", &schemes).await;
        for scheme in schemes {
            put_board(&served, DISTRICT, scheme, "2023Q2").await;
        }
        close(&served, DISTRICT, "2023-04").await;
        let bulletin = bulletined(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(bulletin.subject, "关于2023年4月目标责任考核工作情况的通报");
        assert!(bulletin.template_fault.contains("TEMPLATE_LIMIT"), "{}", bulletin.template_fault);

        // One from before a variable went.
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(
            tx,
            "INSERT INTO template (district, kind, subject, body, update_time, revision)
             VALUES ('hengkou', 1, 'x', '{{ gone }}', 1, 1)"
        )
        .unwrap();
        tx.commit().await.unwrap();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        assert!(letter.subject.ends_with("工作提示函"), "{}", letter.subject);
        assert!(letter.template_fault.contains("no variable gone"), "{}", letter.template_fault);
    }
}
