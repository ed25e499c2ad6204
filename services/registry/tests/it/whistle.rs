use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::WhistleState;
use tonic::{Code, Status};

use crate::community::community;
use crate::fixture::{DISTRICT, Registry, batch, date, fails, ids, name, refused};

fn whistle(id: &str, units: &[&str]) -> pb::Whistle {
    pb::Whistle {
        name: name("whistles", id),
        community: name("communities", "east"),
        topic: "老旧小区排水改造".to_owned(),
        units: units.iter().map(|id| name("units", id)).collect(),
        raise_date: date(2023, 5, 1),
        due_date: date(2023, 5, 8),
        ..Default::default()
    }
}

impl Registry {
    async fn batch_whistles(
        &mut self,
        whistles: Vec<pb::Whistle>,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(
            self.whistles,
            batch_update_whistles,
            BatchUpdateWhistlesRequest,
            whistles,
            whistles,
            ""
        )
    }

    async fn answer(&mut self, id: &str, unit: &str, day: i32) -> Result<pb::Whistle, Status> {
        let request = pb::AnswerWhistleRequest {
            name: name("whistles", id),
            unit: name("units", unit),
            answer_date: date(2023, 5, day),
            ..Default::default()
        };
        self.whistles.answer_whistle(request).await.map(tonic::Response::into_inner)
    }

    async fn close(&mut self, id: &str, day: i32) -> Result<pb::Whistle, Status> {
        let request = pb::CloseWhistleRequest {
            name: name("whistles", id),
            close_date: date(2023, 5, day),
            ..Default::default()
        };
        self.whistles.close_whistle(request).await.map(tonic::Response::into_inner)
    }
}

kit::both! {
    // X13: asked, answered, closed and late are counted per department.
    async fn a_whistle_is_answered_closed_and_counted(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_communities(vec![community("east", 10)]).await.unwrap();
        let whistles = vec![whistle("w1", &["finance", "audit"]), whistle("w2", &["finance"]), whistle("w3", &["town"])];
        assert_eq!(registry.batch_whistles(whistles).await.unwrap(), (3, 0, 0));
        assert_eq!(registry.answer("w1", "finance", 8).await.unwrap().state(), WhistleState::Open);
        let answered = registry.answer("w1", "audit", 9).await.unwrap();
        assert_eq!((answered.state(), answered.answers.len()), (WhistleState::Answered, 2));
        assert_eq!(registry.close("w1", 10).await.unwrap().state(), WhistleState::Closed);

        let request = pb::ListWhistleTalliesRequest {
            parent: DISTRICT.to_owned(),
            start_date: date(2023, 5, 1),
            end_date: date(2023, 5, 31),
            day: None,
        };
        let tallies = registry.whistles.list_whistle_tallies(request.clone()).await.unwrap().into_inner().tallies;
        let told: Vec<_> = tallies.iter().map(|it| (it.unit.rsplit('/').next().unwrap(), it.asked_count, it.answered_count, it.closed_count, it.late_count)).collect();
        assert_eq!(told, [("audit", 1, 1, 1, 1), ("finance", 2, 1, 1, 1), ("town", 1, 0, 0, 1)]);
        // Judged on the last day of the term nobody was late yet, and one had answered.
        let early = pb::ListWhistleTalliesRequest { day: date(2023, 5, 8), ..request.clone() };
        let tallies = registry.whistles.list_whistle_tallies(early).await.unwrap().into_inner().tallies;
        assert_eq!(tallies.iter().map(|it| (it.answered_count, it.late_count)).collect::<Vec<_>>(), [(0, 0), (1, 0), (0, 0)]);
        let long = pb::ListWhistleTalliesRequest { end_date: date(2025, 5, 31), ..request };
        refused(registry.whistles.list_whistle_tallies(long).await, &[("end_date", "TOO_LONG")]);

        let open = pb::ListWhistlesRequest { parent: DISTRICT.to_owned(), state: WhistleState::Open as i32, ..Default::default() };
        assert_eq!(ids!(registry.whistles, list_whistles, whistles, open), ["w2", "w3"]);
    }

    // X13: a topic only, no citizen's data.
    async fn a_whistle_with_faults_is_refused(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_communities(vec![community("east", 10)]).await.unwrap();
        let given = pb::Whistle { topic: "回电13900000000".to_owned(), due_date: date(2023, 4, 1), ..whistle("w", &["none"]) };
        refused(registry.batch_whistles(vec![given]).await, &[
            ("whistles[0].units[0]", "UNKNOWN_UNIT"),
            ("whistles[0].due_date", "DATE_ORDER"),
            ("whistles[0].topic", "PERSONAL_DATA"),
        ]);
        registry.batch_whistles(vec![whistle("w", &["finance"])]).await.unwrap();
        refused(registry.answer("w", "audit", 2).await, &[("unit", "NOT_ASKED")]);
        let request = pb::AnswerWhistleRequest { name: name("whistles", "w"), unit: name("units", "finance"), answer_date: date(2023, 4, 30), ..Default::default() };
        refused(registry.whistles.answer_whistle(request).await, &[("answer_date", "DATE_ORDER")]);
        registry.answer("w", "finance", 2).await.unwrap();
        fails(registry.answer("w", "finance", 3).await, Code::FailedPrecondition, "WHISTLE_ANSWERED", "finance");
        fails(registry.batch_whistles(vec![whistle("w", &["audit"])]).await, Code::FailedPrecondition, "WHISTLE_ANSWERED", "whistles/w");
        registry.close("w", 4).await.unwrap();
        fails(registry.close("w", 4).await, Code::FailedPrecondition, "WHISTLE_CLOSED", "2023-05-04");
    }
}
