use kit::testing::Bed;
use proto::registry::v1 as pb;
use tonic::Status;

use crate::fixture::{DISTRICT, Registry, batch, ids, name, refused};

pub(crate) fn community(id: &str, grid_count: i32) -> pb::Community {
    pb::Community {
        name: name("communities", id),
        display_name: "社区".to_owned(),
        unit: name("units", "finance"),
        grid_count,
        ..Default::default()
    }
}

type Counts = Result<(i32, i32, i32), Status>;

impl Registry {
    pub(crate) async fn batch_communities(&mut self, communities: Vec<pb::Community>) -> Counts {
        batch!(
            self.communities,
            batch_update_communities,
            BatchUpdateCommunitiesRequest,
            communities,
            communities,
            ""
        )
    }

    async fn batch_pairings(&mut self, pairings: Vec<pb::Pairing>) -> Counts {
        batch!(
            self.pairings,
            batch_update_pairings,
            BatchUpdatePairingsRequest,
            pairings,
            pairings,
            ""
        )
    }
}

kit::both! {
    // X1: 18 communities with 176 grids; X13: 233 organisations paired with them, 1,261 members.
    async fn communities_and_their_pairings_are_counts(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        let communities: Vec<_> = (0..18).map(|it| community(&format!("c{it:02}"), if it < 14 { 10 } else { 9 })).collect();
        assert_eq!(communities.iter().map(|it| it.grid_count).sum::<i32>(), 176);
        assert_eq!(registry.batch_communities(communities).await.unwrap(), (18, 0, 0));
        let pairing = |it: i32| pb::Pairing {
            name: name("pairings", &format!("p{it:03}")),
            community: name("communities", &format!("c{:02}", it % 18)),
            organisation: format!("第{it}党支部"),
            member_count: if it < 96 { 6 } else { 5 },
            ..Default::default()
        };
        let pairings: Vec<_> = (0..233).map(pairing).collect();
        assert_eq!(pairings.iter().map(|it| it.member_count).sum::<i32>(), 1261);
        assert_eq!(registry.batch_pairings(pairings).await.unwrap(), (233, 0, 0));
        let request = pb::ListPairingsRequest { parent: DISTRICT.to_owned(), community: name("communities", "c03"), page_size: 5, ..Default::default() };
        assert_eq!(ids!(registry.pairings, list_pairings, pairings, request).len(), 13);

        let stray = pb::Pairing { community: name("communities", "none"), member_count: -1, ..pairing(0) };
        refused(registry.batch_pairings(vec![stray.clone()]).await, &[("pairings[0].member_count", "OUT_OF_RANGE")]);
        let stray = pb::Pairing { member_count: 1, ..stray };
        refused(registry.batch_pairings(vec![stray]).await, &[("pairings[0].community", "UNKNOWN_COMMUNITY")]);
    }
}
