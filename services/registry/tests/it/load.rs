use kit::testing::Bed;
use proto::registry::v1 as pb;
use tonic::Code;

use crate::fixture::{Registry, fails, name};
use crate::rulebook::{ECONOMIC, GENERAL, leaf, scheme, sum, track};

kit::both! {
    // H13: what can be dropped is dropped: how many indicators each unit carries, which overlap.
    async fn loads_name_what_overlaps(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.enacted("annual", scheme("2023Q1")).await;
        let root = sum("root", "10", vec![leaf("x", "gdp", "5"), leaf("y", "free", "5")]);
        let special = pb::Scheme {
            series: "special".to_owned(),
            tracks: vec![track("growth", "economic", root)],
            ..scheme("2023Q1")
        };
        registry.enacted("special", special).await;
        let request = pb::ListLoadsRequest { parent: name("periods", "2023Q1") };
        let loads = registry.loads.list_loads(request).await.unwrap().into_inner().loads;
        assert_eq!(loads.len(), GENERAL.len() + ECONOMIC.len());
        let (heavy, light) = loads.split_at(ECONOMIC.len());
        for load in heavy {
            assert_eq!((load.track_count, load.indicator_count, load.place_count), (2, 3, 4));
            let told: Vec<_> = load.overlaps.iter().map(|it| (it.indicator.clone(), it.places.join(" "))).collect();
            assert_eq!(told, [(name("indicators", "gdp"), "annual/economic/a special/growth/x".to_owned())]);
        }
        for load in light {
            assert_eq!((load.track_count, load.indicator_count, load.place_count), (1, 2, 2));
            assert!(load.overlaps.is_empty());
        }
        let request = pb::ListLoadsRequest { parent: name("periods", "2024") };
        fails(registry.loads.list_loads(request).await, Code::NotFound, "NOT_FOUND", "periods/2024");
    }
}
