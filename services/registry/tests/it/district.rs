use kit::testing::Bed;
use proto::registry::v1 as pb;
use tonic::Code;

use crate::fixture::{DISTRICT, Registry, fails, mask, refused, request_id};

fn hengkou() -> pb::District {
    pb::District { display_name: "恒口示范区".to_owned(), ..Default::default() }
}

fn creation(id: &str, district: pb::District) -> pb::CreateDistrictRequest {
    pb::CreateDistrictRequest {
        district_id: id.to_owned(),
        district: Some(district),
        request_id: String::new(),
    }
}

fn update(district: pb::District, paths: &[&str]) -> pb::UpdateDistrictRequest {
    let update_mask = if paths.is_empty() { None } else { mask(paths) };
    pb::UpdateDistrictRequest { district: Some(district), update_mask }
}

kit::both! {
    // H1
    async fn a_district_is_created_once(bed: &Bed) {
        let mut registry = Registry::empty(bed).await;
        let mut request = creation("hengkou", hengkou());
        request.request_id = request_id();
        let created = registry.districts.create_district(request.clone()).await.unwrap().into_inner();
        assert_eq!(created.name, DISTRICT);
        assert_eq!(created.time_zone, "Asia/Shanghai");
        assert_eq!(created.create_time, created.update_time);
        assert!(!created.uid.is_empty() && !created.etag.is_empty());

        let again = registry.districts.create_district(request.clone()).await.unwrap().into_inner();
        assert_eq!(again, created, "the same request has one effect and one reply");
        request.district.as_mut().unwrap().display_name = "另一个".to_owned();
        let reused = registry.districts.create_district(request).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED", "request_id");
        let taken = registry.districts.create_district(creation("hengkou", hengkou())).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS", DISTRICT);

        let get = pb::GetDistrictRequest { name: DISTRICT.to_owned() };
        let found = registry.districts.get_district(get).await.unwrap().into_inner();
        assert_eq!(found, created);
        let get = pb::GetDistrictRequest { name: "districts/none".to_owned() };
        let absent = registry.districts.get_district(get).await;
        fails(absent, Code::NotFound, "NOT_FOUND", "districts/none");
    }

    async fn a_district_with_faults_is_refused_whole(bed: &Bed) {
        let mut registry = Registry::empty(bed).await;
        let district = pb::District {
            display_name: " ".to_owned(),
            time_zone: "Asia/Nowhere".to_owned(),
            ..Default::default()
        };
        let outcome = registry.districts.create_district(creation("-", district)).await;
        refused(outcome, &[
            ("district_id", "ID_FORMAT"),
            ("district.time_zone", "TIME_ZONE"),
            ("district.display_name", "REQUIRED"),
        ]);
        let request = pb::CreateDistrictRequest { district_id: "a".to_owned(), ..Default::default() };
        refused(registry.districts.create_district(request).await, &[("district", "REQUIRED")]);
        let long = pb::District { display_name: "长".repeat(201), ..Default::default() };
        let outcome = registry.districts.create_district(creation("a", long)).await;
        refused(outcome, &[("district.display_name", "LENGTH")]);
        let mut request = creation("a", hengkou());
        request.request_id = "not-a-uuid".to_owned();
        let outcome = registry.districts.create_district(request).await;
        refused(outcome, &[("request_id", "REQUEST_ID_FORMAT")]);
        let get = pb::GetDistrictRequest { name: "units/a".to_owned() };
        refused(registry.districts.get_district(get).await, &[("name", "NAME_FORMAT")]);
    }

    async fn districts_are_listed_by_id_page_by_page(bed: &Bed) {
        let mut registry = Registry::empty(bed).await;
        for id in ["b", "a", "C", "d"] {
            registry.create_district(id).await;
        }
        let mut seen = Vec::new();
        let mut page_token = String::new();
        for _ in 0..2 {
            let request = pb::ListDistrictsRequest { page_size: 2, page_token };
            let page = registry.districts.list_districts(request).await.unwrap().into_inner();
            seen.extend(page.districts.into_iter().map(|district| district.name));
            page_token = page.next_page_token;
        }
        assert_eq!(seen, ["districts/C", "districts/a", "districts/b", "districts/d"]);
        assert_eq!(page_token, "");

        let request = pb::ListDistrictsRequest { page_size: -1, ..Default::default() };
        let outcome = registry.districts.list_districts(request).await;
        refused(outcome, &[("page_size", "OUT_OF_RANGE")]);
        let page_token = "nonsense".to_owned();
        let request = pb::ListDistrictsRequest { page_token, ..Default::default() };
        let outcome = registry.districts.list_districts(request).await;
        refused(outcome, &[("page_token", "PAGE_TOKEN")]);
    }

    async fn a_district_is_renamed(bed: &Bed) {
        let mut registry = Registry::empty(bed).await;
        let created = registry.create_district("hengkou").await;
        bed.clock().set("2023-04-02T08:00:00Z".parse().unwrap());
        let mut given = pb::District { display_name: "恒口".to_owned(), ..created.clone() };
        let renamed =
            registry.districts.update_district(update(given.clone(), &["display_name"])).await;
        let renamed = renamed.unwrap().into_inner();
        assert_eq!(renamed.display_name, "恒口");
        assert_ne!(renamed.etag, created.etag);
        assert_ne!(renamed.update_time, created.update_time);
        assert_eq!(renamed.create_time, created.create_time);

        given.display_name = "恒口镇".to_owned();
        let stale = registry.districts.update_district(update(given.clone(), &[])).await;
        fails(stale, Code::Aborted, "ETAG_MISMATCH", DISTRICT);
        let outcome = registry.districts.update_district(update(given, &["name"])).await;
        refused(outcome, &[("update_mask", "UNKNOWN_PATH")]);
    }

    async fn the_time_zone_is_fixed_once_periods_exist(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let given = |zone: &str| pb::District {
            name: DISTRICT.to_owned(),
            time_zone: zone.to_owned(),
            ..Default::default()
        };
        let moved = registry.districts.update_district(update(given("Asia/Urumqi"), &[])).await;
        assert_eq!(moved.unwrap().into_inner().time_zone, "Asia/Urumqi");
        registry.create_period("2023Q1").await;
        let late = registry.districts.update_district(update(given("Asia/Tokyo"), &[])).await;
        fails(late, Code::FailedPrecondition, "TIME_ZONE_FIXED", "Asia/Urumqi");
        let mut renamed = given("Asia/Urumqi");
        renamed.display_name = "恒口".to_owned();
        registry.districts.update_district(update(renamed, &[])).await.unwrap();
    }
}
