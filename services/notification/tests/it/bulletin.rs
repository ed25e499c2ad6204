//! From closed months to bulletins.

use kit::testing::{Bed, eventually};
use proto::notification::v1 as pb;
use tonic::Code;

use crate::data::{
    DISTRICT, OTHER, bulletined, bulletins, close, put_assignment, put_board, put_district,
    settled, tray,
};
use crate::{denied, fake, refused};

kit::both! {
    // H5, H6, A1
    async fn a_closed_month_gets_a_bulletin_with_its_boards(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q2", &["target", "project"]).await;
        let project = put_board(&served, DISTRICT, "project", "2023Q2").await;
        let target = put_board(&served, DISTRICT, "target", "2023Q2").await;
        bed.clock().set("2023-05-05T16:00:00Z".parse().unwrap());
        close(&served, DISTRICT, "2023-04").await;
        let bulletin = bulletined(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(bulletin.name, format!("{DISTRICT}/bulletins/1"));
        assert_eq!(bulletin.period, format!("{DISTRICT}/periods/2023-04"));
        assert_eq!(bulletin.boards, [target, project]);
        assert_eq!(bulletin.subject, "关于2023年4月目标责任考核工作情况的通报");
        for said in [
            "现将2023年第二季度各赛道推进情况（三色榜）通报如下",
            "一、考核方案target（过程数据",
            "二、考核方案project（过程数据",
            "（一）经济管理类部门（4个考核对象）",
            "绿榜：财政局（第1名，88.36分）。",
            "黄榜：水利局（第2名，88.36分）。",
            "红榜：交通局（第3名，88.36分）。",
            "未列颜色：统计局。",
            "未达时序进度：水利局（为时序目标的88%）、交通局（为时序目标的62.51%）。",
            "恒口示范区目标责任考核工作领导小组办公室",
        ] {
            assert!(bulletin.body.contains(said), "{said} is not in {}", bulletin.body);
        }
        assert!(bulletin.body.ends_with("2023年5月6日"), "{}", bulletin.body);
        let [english] = &bulletin.translations[..] else { panic!("{bulletin:?}") };
        assert_eq!(english.language(), pb::Language::English);
        assert_eq!(english.subject, "Bulletin on the assessment, April 2023");
        for said in [
            "Bulletin 〔2023〕1号",
            "To all units under evaluation in 恒口示范区",
            "each track stands in the second quarter of 2023",
            "2. 考核方案project (figures of the running period",
            "(1) 经济管理类部门 (4 under evaluation)",
            "Green: 财政局 (rank 1, 88.36 points).",
            "Behind schedule: 水利局 (88% of what was due), 交通局 (62.51% of what was due).",
        ] {
            assert!(english.body.contains(said), "{said} is not in {}", english.body);
        }
        assert!(english.body.ends_with("6 May 2023"), "{}", english.body);
        let language = pb::Language::English.into();
        let request = pb::GetBulletinRequest { name: bulletin.name.clone(), language };
        let read = bulletins(&served).get_bulletin(request).await.unwrap().into_inner();
        let expected = pb::Bulletin {
            subject: english.subject.clone(),
            body: english.body.clone(),
            translations: Vec::new(),
            ..bulletin.clone()
        };
        assert_eq!(read, expected);
        let request = pb::ListBulletinsRequest {
            parent: DISTRICT.to_owned(),
            language,
            ..Default::default()
        };
        let listed = bulletins(&served).list_bulletins(request).await.unwrap().into_inner();
        assert_eq!(listed.bulletins, [expected]);
        let request = pb::GetBulletinRequest { name: bulletin.name.clone(), ..Default::default() };
        assert_eq!(bulletins(&served).get_bulletin(request).await.unwrap().into_inner(), bulletin);
    }

    // H5, H6: a bulletin has its number of its own series, and is printed in both languages.
    async fn a_bulletin_is_numbered_and_printed(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q4", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2023Q4").await;
        put_assignment(&served, DISTRICT, "2024Q1", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2024Q1").await;
        for (time, month, count) in [
            ("2023-11-05T00:00:00Z", "2023-10", 1),
            ("2023-12-31T15:59:59Z", "2023-11", 2),
            // The new year begins at the district's midnight, and with it the numbers.
            ("2023-12-31T16:00:00Z", "2023-12", 3),
        ] {
            bed.clock().set(time.parse().unwrap());
            close(&served, DISTRICT, month).await;
            bulletined(&served, DISTRICT, count).await;
        }
        let found = bulletined(&served, DISTRICT, 3).await;
        let numbers: Vec<_> = found.iter().map(|it| it.number.as_str()).collect();
        assert_eq!(numbers, ["通报〔2023〕1号", "通报〔2023〕2号", "通报〔2024〕1号"]);
        assert!(found[2].body.starts_with("通报〔2024〕1号\n"), "{}", found[2].body);

        let print = async |name: &str, format: pb::PrintFormat, language: pb::Language| {
            let request = pb::GetBulletinPrintRequest {
                name: format!("{name}/print"),
                format: format.into(),
                language: language.into(),
            };
            Ok(bulletins(&served).get_bulletin_print(request).await?.into_inner())
        };
        let name = &found[0].name;
        let plain = print(name, pb::PrintFormat::Text, pb::Language::Chinese).await.unwrap();
        let text = String::from_utf8(plain.content).unwrap();
        assert!(text.starts_with(&found[0].subject) && text.contains("绿榜"), "{text}");
        let page = print(name, pb::PrintFormat::Html, pb::Language::English).await.unwrap();
        assert_eq!(page.media_type, "text/html; charset=utf-8");
        let text = String::from_utf8(page.content).unwrap();
        assert!(text.contains("<html lang=\"en\">") && text.contains("Green: "), "{text}");
        match print(name, pb::PrintFormat::Pdf, pb::Language::Chinese).await {
            Ok(found) => assert!(found.content.starts_with(b"%PDF-")),
            refusal => denied(refusal, Code::FailedPrecondition, "FONT_MISSING"),
        }
        let absent = format!("{DISTRICT}/bulletins/9");
        let absent = print(&absent, pb::PrintFormat::Text, pb::Language::Chinese).await;
        denied(absent, Code::NotFound, "");
    }

    // X8: each week that closes has its dispatch, with the boards of its quarter.
    async fn a_closed_week_gets_a_bulletin(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q2", &["target"]).await;
        let board = put_board(&served, DISTRICT, "target", "2023Q2").await;
        bed.clock().set("2023-05-10T00:00:00Z".parse().unwrap());
        close(&served, DISTRICT, "2023-W18").await;
        let bulletin = bulletined(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(bulletin.period, format!("{DISTRICT}/periods/2023-W18"));
        assert_eq!(bulletin.boards, [board]);
        assert_eq!(bulletin.subject, "关于2023年第18周目标责任考核工作情况的通报");
    }

    // H5: one a month, whatever is told twice; longer periods have none.
    async fn there_is_one_bulletin_a_month(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q2", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2023Q2").await;
        for period in ["2023-05", "2023Q2", "2023-04", "2023-05", "2023", "2023H1"] {
            close(&served, DISTRICT, period).await;
        }
        bulletined(&served, DISTRICT, 2).await;
        close(&served, DISTRICT, "2023-04").await;
        close(&served, DISTRICT, "2023-06").await;
        let found = bulletined(&served, DISTRICT, 3).await;
        settled(&served).await;
        bulletined(&served, DISTRICT, 3).await;

        let mut client = bulletins(&served);
        let mut request =
            pb::ListBulletinsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        let first = client.list_bulletins(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token.clone();
        let second = client.list_bulletins(request.clone()).await.unwrap().into_inner();
        assert_eq!([first.bulletins, second.bulletins].concat(), found);
        assert_eq!(second.next_page_token, "");
        request.period = found[2].period.clone();
        refused(client.list_bulletins(request.clone()).await, &[("page_token", "PAGE_TOKEN")]);
        request.page_token.clear();
        let of_month = client.list_bulletins(request).await.unwrap().into_inner().bulletins;
        assert_eq!(of_month, found[2..]);
        for id in ["0", "4", "x"] {
            let name = format!("{DISTRICT}/bulletins/{id}");
            denied(client.get_bulletin(pb::GetBulletinRequest { name, ..Default::default() }).await, Code::NotFound, "");
        }
    }

    // H5: without a quarter, a scheme or a board there is nothing to report.
    async fn a_month_without_a_board_has_no_bulletin(bed: &Bed) {
        let served = fake::start(bed).await;
        put_assignment(&served, DISTRICT, "2023Q2", &[]).await;
        put_assignment(&served, DISTRICT, "2023Q3", &["target"]).await;
        put_assignment(&served, DISTRICT, "2023Q4", &["target", "gone"]).await;
        put_board(&served, DISTRICT, "target", "2023Q4").await;
        for month in ["2023-03", "2023-04", "2023-07", "2023-10"] {
            close(&served, DISTRICT, month).await;
        }
        let bulletin = bulletined(&served, DISTRICT, 1).await.remove(0);
        assert_eq!(bulletin.period, format!("{DISTRICT}/periods/2023-10"));
        settled(&served).await;
        bulletined(&served, DISTRICT, 1).await;
    }

    // A1: a peer that fails delays the bulletin and nobody else's.
    async fn a_bulletin_waits_for_its_board(bed: &Bed) {
        let served = fake::start(bed).await;
        for district in [DISTRICT, OTHER] {
            put_assignment(&served, district, "2023Q2", &["target"]).await;
        }
        let board = format!("{DISTRICT}/boards/target.2023Q2");
        served.refuse("scoring", &board, Code::Unavailable).await;
        put_board(&served, OTHER, "target", "2023Q2").await;
        close(&served, DISTRICT, "2023-04").await;
        close(&served, OTHER, "2023-04").await;
        bulletined(&served, OTHER, 1).await;
        eventually(async || (tray(&served).await == 1).then_some(())).await;
        put_board(&served, DISTRICT, "target", "2023Q2").await;
        bulletined(&served, DISTRICT, 1).await;
    }

    // H5, A1: months that wait for their boards do not keep those behind them waiting.
    async fn many_months_that_wait_hold_up_none(bed: &Bed) {
        let served = fake::start(bed).await;
        served.refuse("registry", DISTRICT, Code::Unavailable).await;
        put_assignment(&served, DISTRICT, "2023Q2", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2023Q2").await;
        for year in 1900..2000 {
            for quarter in ["Q1", "Q2", "Q3"] {
                let name = format!("{DISTRICT}/periods/{year}{quarter}/assignment");
                served.refuse("registry", &name, Code::Unavailable).await;
            }
            for month in ["01", "04", "07"] {
                close(&served, DISTRICT, &format!("{year}-{month}")).await;
            }
        }
        close(&served, DISTRICT, "2023Q1").await;
        close(&served, DISTRICT, "2023-04").await;
        put_district(&served, DISTRICT, "恒口示范区").await;
        bulletined(&served, DISTRICT, 1).await;
        // The quarter is not written about.
        eventually(async || (tray(&served).await == 300).then_some(())).await;
    }
}
