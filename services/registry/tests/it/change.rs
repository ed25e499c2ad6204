use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use tonic::{Code, Status, Streaming};

use crate::fixture::{DISTRICT, Registry, fails, indicator, name, refused, target};
use crate::rulebook::scheme;

impl Registry {
    async fn watch(
        &mut self,
        parent: &str,
        resume_token: &str,
        kinds: &[&str],
    ) -> Result<Streaming<pb::WatchChangesResponse>, Status> {
        let request = pb::WatchChangesRequest {
            parent: parent.to_owned(),
            resume_token: resume_token.to_owned(),
            kinds: kinds.iter().map(|kind| format!("saima.registry.v1.{kind}")).collect(),
        };
        self.changes.watch_changes(request).await.map(tonic::Response::into_inner)
    }
}

/// The next changes, bookmarks passed over, with the token after each.
async fn next(
    stream: &mut Streaming<pb::WatchChangesResponse>,
    count: usize,
) -> Vec<(pb::Change, String)> {
    let mut changes = Vec::new();
    while changes.len() < count {
        let reply = stream.message().await.unwrap().unwrap();
        assert!(!reply.resume_token.is_empty());
        changes.extend(reply.change.map(|change| (change, reply.resume_token)));
    }
    changes
}

/// Kinds and ids.
fn told(changes: &[(pb::Change, String)]) -> Vec<String> {
    let line = |(change, _): &(pb::Change, String)| {
        let kind = change.kind.rsplit('.').next().unwrap();
        format!("{kind} {}", change.name.rsplit('/').next().unwrap())
    };
    changes.iter().map(line).collect()
}

kit::both! {
    // A2: integrators follow what is defined.
    async fn changes_come_in_the_order_of_commits(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut stream = registry.watch(DISTRICT, "", &[]).await.unwrap();
        let first = next(&mut stream, 17).await;
        assert_eq!(told(&first)[..3], ["DistrictCreated hengkou", "UnitCreated region", "UnitCreated headquarters"]);
        assert_eq!(told(&first)[7..10], ["IndicatorCreated gdp", "IndicatorCreated party", "IndicatorCreated free"]);
        assert_eq!(told(&first)[16], "PeriodCreated 2023-03");

        // What comes while the watch is open.
        let enacted = registry.enacted("a", scheme("2023Q1")).await;
        registry.enacted("b", scheme("2023Q2")).await;
        let retirement = pb::RetireUnitRequest { name: name("units", "tourism"), ..Default::default() };
        let retired = registry.units.retire_unit(retirement).await.unwrap().into_inner();
        let second = next(&mut stream, 14).await;
        assert_eq!(told(&second), [
            "TargetsUpdated targets",
            "SchemeCreated a",
            "ApprovalRequested registry-1",
            "ApprovalApproved registry-1",
            "ApprovalUsed registry-1",
            "SchemeEnacted a",
            "TargetsUpdated targets",
            "SchemeCreated b",
            "ApprovalRequested registry-2",
            "ApprovalApproved registry-2",
            "ApprovalUsed registry-2",
            "SchemeSuperseded a",
            "SchemeEnacted b",
            "UnitRetired tourism",
        ]);
        let (targets, _) = &second[0];
        assert_eq!((targets.name.as_str(), &targets.resource), ("districts/hengkou/targets", &None));
        assert_eq!(second[5].0.resource, Some(Resource::Scheme(enacted)));
        assert_eq!(second[13].0.resource, Some(Resource::Unit(retired.clone())));
        assert_eq!(second[13].0.change_time, retired.update_time);
    }

    async fn a_watch_resumes_after_its_token(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut stream = registry.watch(DISTRICT, "", &[]).await.unwrap();
        let all = next(&mut stream, 17).await;
        drop(stream);
        registry.create_department("late").await;
        let mut stream = registry.watch(DISTRICT, &all[9].1, &[]).await.unwrap();
        let rest = next(&mut stream, 8).await;
        assert_eq!(rest[..7], all[10..]);
        assert_eq!(told(&rest)[7], "UnitCreated late");

        let outcome = registry.watch(DISTRICT, "nonsense", &[]).await;
        refused(outcome, &[("resume_token", "RESUME_TOKEN")]);
        let outcome = registry.watch("hengkou", "", &[]).await;
        refused(outcome, &[("parent", "NAME_FORMAT")]);
    }

    async fn a_watch_tells_what_it_was_asked_for(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.create_district("other").await;
        let mut stream = registry.watch("districts/-", "", &["DistrictCreated"]).await.unwrap();
        let districts = next(&mut stream, 2).await;
        assert_eq!(told(&districts), ["DistrictCreated hengkou", "DistrictCreated other"]);
        let kinds = ["IndicatorUpdated", "UnitUpdated"];
        let mut stream = registry.watch(DISTRICT, "", &kinds).await.unwrap();
        let changed = pb::Indicator { source: "市考指标".to_owned(), ..indicator("gdp") };
        registry.batch_indicators(vec![changed, indicator("free"), indicator("new")]).await;
        assert_eq!(told(&next(&mut stream, 1).await), ["IndicatorUpdated gdp"]);
    }

    async fn what_changes_nothing_is_not_told(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let rows = vec![target("finance", "gdp", "2023Q1", "1")];
        registry.batch_targets(rows.clone()).await.unwrap();
        registry.batch_targets(rows).await.unwrap();
        let again = registry.create_unit("finance", pb::Unit::default()).await;
        assert!(again.is_err());
        registry.batch_indicators(vec![indicator("gdp")]).await;
        registry.create_department("last").await;
        let mut stream = registry.watch(DISTRICT, "", &[]).await.unwrap();
        let changes = next(&mut stream, 19).await;
        assert_eq!(told(&changes)[17..], ["TargetsUpdated targets", "UnitCreated last"]);
    }

    async fn a_token_older_than_the_feed_has_expired(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut stream = registry.watch(DISTRICT, "", &[]).await.unwrap();
        let all = next(&mut stream, 17).await;
        let mut tx = registry.served.db("registry").begin_write().await.unwrap();
        kit::feed::compact(&mut tx, 10).await.unwrap();
        tx.commit().await.unwrap();
        let outcome = registry.watch(DISTRICT, &all[4].1, &[]).await;
        fails(outcome, Code::OutOfRange, "RESUME_TOKEN_EXPIRED", "");
        let mut stream = registry.watch(DISTRICT, &all[9].1, &[]).await.unwrap();
        assert_eq!(next(&mut stream, 7).await, all[10..]);
    }
}
