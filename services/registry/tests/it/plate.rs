use kit::testing::Bed;
use proto::registry::v1 as pb;

use crate::fixture::{DISTRICT, Registry, batch, ids, name, refused};
use crate::task::task;

kit::both! {
    // Q2: ten brand projects.
    async fn ten_plates_are_given_to_units(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_tasks(vec![task("t01")], "").await.unwrap();
        let plate = |it: i32| pb::Plate {
            name: name("plates", &format!("plate-{it:02}")),
            display_name: "清新名片".to_owned(),
            unit: name("units", if it < 7 { "finance" } else { "town" }),
            task: name("tasks", "t01"),
            ..Default::default()
        };
        let plates: Vec<_> = (0..10).map(plate).collect();
        let sent = batch!(registry.plates, batch_update_plates, BatchUpdatePlatesRequest, plates, plates.clone(), "");
        assert_eq!(sent.unwrap(), (10, 0, 0));
        let request = pb::ListPlatesRequest { parent: DISTRICT.to_owned(), unit: name("units", "town"), ..Default::default() };
        assert_eq!(ids!(registry.plates, list_plates, plates, request), ["plate-07", "plate-08", "plate-09"]);
        let stray = vec![pb::Plate { task: name("tasks", "none"), ..plate(3) }];
        let sent = batch!(registry.plates, batch_update_plates, BatchUpdatePlatesRequest, plates, stray, "");
        refused(sent, &[("plates[0].task", "UNKNOWN_TASK")]);
    }
}
