use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{PostKind, StationLevel};
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, fails, ids, name, refused};

pub(crate) fn post(id: &str, unit: &str, kind: PostKind) -> pb::Post {
    pb::Post {
        name: name("posts", id),
        display_name: "岗位".to_owned(),
        unit: name("units", unit),
        kind: kind as i32,
        ..Default::default()
    }
}

fn station(id: &str, level: StationLevel) -> pb::Station {
    pb::Station {
        name: name("stations", id),
        display_name: "管家工作站".to_owned(),
        level: level as i32,
        unit: name("units", "finance"),
        ..Default::default()
    }
}

type Counts = Result<(i32, i32, i32), Status>;

impl Registry {
    pub(crate) async fn batch_posts(&mut self, posts: Vec<pb::Post>) -> Counts {
        batch!(self.posts, batch_update_posts, BatchUpdatePostsRequest, posts, posts, "")
    }

    pub(crate) async fn batch_stations(&mut self, stations: Vec<pb::Station>) -> Counts {
        batch!(
            self.stations,
            batch_update_stations,
            BatchUpdateStationsRequest,
            stations,
            stations,
            ""
        )
    }

    pub(crate) async fn batch_fronts(&mut self, fronts: Vec<pb::Front>) -> Counts {
        batch!(self.fronts, batch_update_fronts, BatchUpdateFrontsRequest, fronts, fronts, "")
    }
}

kit::both! {
    // X1: five front lines, each with the unit that manages its posts.
    async fn fronts_are_defined_with_who_manages_them(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let front = |id: &str| pb::Front {
            name: name("fronts", id),
            display_name: "招商引资一线".to_owned(),
            managing_unit: name("units", "finance"),
            ..Default::default()
        };
        let all = ["community", "investment", "petitions", "projects", "rural"];
        let fronts: Vec<_> = all.into_iter().map(front).collect();
        assert_eq!(registry.batch_fronts(fronts.clone()).await.unwrap(), (5, 0, 0));
        assert_eq!(registry.batch_fronts(fronts).await.unwrap(), (0, 0, 5));
        let request = pb::ListFrontsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        assert_eq!(ids!(registry.fronts, list_fronts, fronts, request), all);

        let stray = pb::Front { managing_unit: name("units", "none"), ..front("a") };
        refused(registry.batch_fronts(vec![stray]).await, &[("fronts[0].managing_unit", "UNKNOWN_UNIT")]);
    }

    // X5: stations of the district and of towns, and the stewards' posts at them.
    async fn stations_and_the_posts_of_stewards(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let below = |id: &str| pb::Station { upper: name("stations", "city-01"), ..station(id, StationLevel::Town) };
        let stations = vec![below("town-01"), station("city-01", StationLevel::City), below("town-02")];
        assert_eq!(registry.batch_stations(stations).await.unwrap(), (3, 0, 0));
        let steward = |id: &str| pb::Post { station: name("stations", "town-01"), ..post(id, "finance", PostKind::Steward) };
        let posts = vec![steward("s1"), steward("s2"), post("head", "finance", PostKind::Head)];
        assert_eq!(registry.batch_posts(posts).await.unwrap(), (3, 0, 0));

        let towns = pb::ListStationsRequest { parent: DISTRICT.to_owned(), level: StationLevel::Town as i32, ..Default::default() };
        assert_eq!(ids!(registry.stations, list_stations, stations, towns), ["town-01", "town-02"]);
        let of_station = pb::ListPostsRequest { parent: DISTRICT.to_owned(), station: name("stations", "town-01"), ..Default::default() };
        assert_eq!(ids!(registry.posts, list_posts, posts, of_station), ["s1", "s2"]);
        let heads = pb::ListPostsRequest { parent: DISTRICT.to_owned(), kind: PostKind::Head as i32, ..Default::default() };
        assert_eq!(ids!(registry.posts, list_posts, posts, heads), ["head"]);
        let request = pb::GetPostRequest { name: name("posts", "head") };
        let head = registry.posts.get_post(request).await.unwrap().into_inner();
        assert_eq!((head.places, head.unit), (0, name("units", "finance")));

        let mut odd = below("city-02");
        odd.level = StationLevel::City as i32;
        refused(registry.batch_stations(vec![odd]).await, &[("stations[0].upper", "STATION_ORDER")]);
    }

    // S1: a head's post is there from a day to a day, whoever holds it.
    async fn a_post_with_faults_refuses_the_whole_batch(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        registry.create_department("finance").await;
        let given = pb::Post {
            start_date: date(2023, 3, 1),
            end_date: date(2023, 2, 1),
            front: name("fronts", "none"),
            ..post("a", "finance", PostKind::Head)
        };
        let posts = vec![post("b", "finance", PostKind::Head), given, post("c", "none", PostKind::Head)];
        refused(registry.batch_posts(posts).await, &[
            ("posts[1].front", "UNKNOWN_FRONT"),
            ("posts[1].end_date", "DATE_ORDER"),
            ("posts[2].unit", "UNKNOWN_UNIT"),
        ]);
        let twice = vec![post("b", "finance", PostKind::Head), post("b", "finance", PostKind::Head)];
        refused(registry.batch_posts(twice).await, &[("posts[1].name", "DUPLICATE")]);
        let request = pb::GetPostRequest { name: name("posts", "b") };
        fails(registry.posts.get_post(request).await, Code::NotFound, "NOT_FOUND", "posts/b");
    }
}
