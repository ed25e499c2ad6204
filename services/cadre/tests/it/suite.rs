//! Cadre beside the real registry and the real scoring.

use kit::testing::Bed;
use proto::cadre::v1 as pb;

use crate::data::{DISTRICT, add, archived, create, head, person, persons};
use crate::{refused, scene};

kit::both! {
    // A1, H10: from reports to the archive, over gRPC only.
    async fn a_published_quarter_reaches_the_archives(bed: &Bed) {
        let services = [registry::SERVICE, scoring::SERVICE, cadre::SERVICE];
        let served = bed.start(&services).await;
        scene::define(&served.channel()).await;
        let nowhere = create(person("王", vec![head("moon", (2020, 1, 1), None)]));
        let outcome = persons(&served).create_person(nowhere).await;
        refused(outcome, &[("person.postings[0].unit", "UNKNOWN_UNIT")]);

        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), Some((2023, 3, 31)))])).await;
        add(&served, person("赵", vec![head("finance", (2023, 4, 1), None)])).await;
        let run = scene::publish_quarter(&served.channel()).await;
        let entry = archived(&served, &wang.name, 1).await.remove(0);
        assert_eq!(entry.title, "2023年第一季度考核100分，经济管理类第1名（共2名）");
        assert_eq!(entry.source, format!("{}/results/finance", run.name));

        // The head of water is recorded only now.
        let li = add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        let entry = archived(&served, &li.name, 1).await.remove(0);
        assert_eq!(entry.title, "2023年第一季度考核50分，经济管理类第2名（共2名）");
        assert_eq!(entry.kind(), pb::ArchiveEntryKind::Result);
        archived(&served, &format!("{DISTRICT}/persons/-"), 2).await;
    }
}
