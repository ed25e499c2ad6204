//! Notification beside the real registry and the real scoring.

use kit::testing::Bed;
use proto::notification::v1::LetterKind;

use crate::data::{DISTRICT, bulletined, issued};
use crate::scene;

kit::both! {
    // A1, H5, H6, H7: from reports to letters and bulletins, over gRPC only.
    async fn a_month_and_a_quarter_are_told(bed: &Bed) {
        let services = [registry::SERVICE, scoring::SERVICE, notification::SERVICE];
        let served = bed.start(&services).await;
        scene::define(&served.channel()).await;
        scene::publish_quarter(&served.channel()).await;

        let letters = issued(&served, DISTRICT, 4).await;
        let (sheets, reminders): (Vec<_>, Vec<_>) =
            letters.into_iter().partition(|it| it.kind() == LetterKind::WarningSheet);
        assert_eq!((sheets.len(), reminders.len()), (1, 3));
        assert!(reminders.iter().chain(&sheets).all(|it| it.recipient_display_name == "水利局"));
        // A third of the quarter's 300 is due after 31 of its 90 days.
        assert!(reminders[0].body.contains("应完成103.33万元，实际完成50万元"), "{}", reminders[0].body);
        let said = "在“经济管理类”赛道2个考核对象中列第2名，得分50分";
        assert!(sheets[0].body.contains(said), "{}", sheets[0].body);

        let bulletins = bulletined(&served, DISTRICT, 3).await;
        let january = &bulletins[0];
        assert_eq!(january.period, format!("{DISTRICT}/periods/2023-01"));
        assert_eq!(january.boards, [format!("{DISTRICT}/boards/plan-2023.2023Q1")]);
        for said in ["2023年第一季度", "财政局（第1名，", "水利局（第2名，"] {
            assert!(january.body.contains(said), "{said} is not in {}", january.body);
        }
    }
}
