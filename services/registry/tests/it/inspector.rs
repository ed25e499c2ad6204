use kit::testing::Bed;
use proto::registry::v1 as pb;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, fails, ids, name, refused, request_id};
use crate::rulebook::scheme;

fn inspector(id: &str, account: &str, track: &str) -> pb::Inspector {
    pb::Inspector {
        name: name("inspectors", id),
        account: account.to_owned(),
        label: "第二督查组".to_owned(),
        series: "annual-target".to_owned(),
        track_id: track.to_owned(),
        start_date: date(2023, 1, 1),
        ..Default::default()
    }
}

impl Registry {
    async fn batch_inspectors(
        &mut self,
        inspectors: Vec<pb::Inspector>,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(
            self.inspectors,
            batch_update_inspectors,
            BatchUpdateInspectorsRequest,
            inspectors,
            inspectors,
            "轮换"
        )
    }
}

kit::both! {
    // B7: named inspectors for each track, for a time.
    async fn a_track_has_a_roster_of_inspectors(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("annual", scheme("2023Q1")).await;
        let rows = vec![
            inspector("a", "li.wei", "general"),
            inspector("b", "li.wei", "economic"),
            inspector("c", "wang.fang", "general"),
        ];
        assert_eq!(registry.batch_inspectors(rows.clone()).await.unwrap(), (3, 0, 0));
        assert_eq!(registry.batch_inspectors(rows.clone()).await.unwrap(), (0, 0, 3));
        let get = pb::GetInspectorRequest { name: rows[0].name.clone() };
        let found = registry.inspectors.get_inspector(get.clone()).await.unwrap().into_inner();
        assert_eq!((&*found.account, &*found.track_id, found.end_date), ("li.wei", "general", None));

        let all = pb::ListInspectorsRequest { parent: DISTRICT.to_owned(), page_size: 1, ..Default::default() };
        assert_eq!(ids!(registry.inspectors, list_inspectors, inspectors, all.clone()), ["a", "b", "c"]);
        let of_track = pb::ListInspectorsRequest {
            series: "annual-target".to_owned(),
            track_id: "general".to_owned(),
            ..all.clone()
        };
        assert_eq!(ids!(registry.inspectors, list_inspectors, inspectors, of_track), ["a", "c"]);
        let of_account = pb::ListInspectorsRequest { account: "li.wei".to_owned(), ..all };
        assert_eq!(ids!(registry.inspectors, list_inspectors, inspectors, of_account), ["a", "b"]);

        // It ends; how it stood before is kept.
        let ended = pb::Inspector { end_date: date(2023, 3, 31), etag: found.etag.clone(), ..rows[0].clone() };
        assert_eq!(registry.batch_inspectors(vec![ended.clone()]).await.unwrap(), (0, 1, 0));
        let stale = pb::Inspector { end_date: date(2023, 4, 30), ..ended };
        fails(registry.batch_inspectors(vec![stale]).await, Code::Aborted, "ETAG_MISMATCH", "inspectors/a");
        let request = pb::ListRevisionsRequest {
            parent: DISTRICT.to_owned(),
            resource: rows[0].name.clone(),
            ..Default::default()
        };
        let revisions = registry.revisions.list_revisions(request).await.unwrap().into_inner().revisions;
        let told = |it: &pb::Revision| {
            let change = it.change.as_ref().unwrap();
            format!("{} {}", change.kind.rsplit('.').next().unwrap(), it.reason)
        };
        assert_eq!(revisions.iter().map(told).collect::<Vec<_>>(), ["InspectorCreated 轮换", "InspectorUpdated 轮换"]);
        let absent = pb::GetInspectorRequest { name: name("inspectors", "z") };
        fails(registry.inspectors.get_inspector(absent).await, Code::NotFound, "NOT_FOUND", "inspectors/z");
    }

    // B7: what is wrong with a roster is named by its row, and nothing of the batch is stored.
    async fn a_roster_with_faults_is_refused(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("annual", scheme("2023Q1")).await;
        let bare = pb::Inspector { label: String::new(), start_date: None, ..inspector("a", "", "general") };
        refused(registry.batch_inspectors(vec![bare]).await, &[
            ("inspectors[0].account", "REQUIRED"),
            ("inspectors[0].label", "REQUIRED"),
            ("inspectors[0].start_date", "REQUIRED"),
        ]);
        let rows = vec![
            inspector("a", "li.wei", "general"),
            pb::Inspector { series: "other".to_owned(), ..inspector("b", "li.wei", "general") },
            inspector("c", "li.wei", "none"),
        ];
        refused(registry.batch_inspectors(rows).await, &[
            ("inspectors[1].series", "UNKNOWN_SERIES"),
            ("inspectors[2].track_id", "UNKNOWN_TRACK"),
        ]);
        let early = pb::Inspector { end_date: date(2022, 12, 31), ..inspector("a", "li.wei", "general") };
        refused(registry.batch_inspectors(vec![early]).await, &[("inspectors[0].end_date", "DATE_ORDER")]);
        let all = pb::ListInspectorsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert_eq!(ids!(registry.inspectors, list_inspectors, inspectors, all), [""; 0]);

        let request = pb::BatchUpdateInspectorsRequest {
            parent: DISTRICT.to_owned(),
            inspectors: vec![inspector("a", "li.wei", "general")],
            request_id: request_id(),
            ..Default::default()
        };
        let first = registry.inspectors.batch_update_inspectors(request.clone()).await.unwrap().into_inner();
        let again = registry.inspectors.batch_update_inspectors(request).await.unwrap().into_inner();
        assert_eq!((first.created_count, first), (1, again));
    }
}
