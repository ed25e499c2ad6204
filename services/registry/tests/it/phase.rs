use kit::testing::Bed;
use proto::google::r#type::Date;
use proto::registry::v1 as pb;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, fails, ids, name, refused};

fn phase(id: &str, start_date: Option<Date>, end_date: Option<Date>) -> pb::Phase {
    pb::Phase {
        name: name("phases", id),
        display_name: "阶段".to_owned(),
        campaign: "execution-2022".to_owned(),
        start_date,
        end_date,
        duties: vec!["统一思想认识".to_owned(), "成立工作专班".to_owned()],
        ..Default::default()
    }
}

impl Registry {
    async fn batch_phases(&mut self, phases: Vec<pb::Phase>) -> Result<(i32, i32, i32), Status> {
        batch!(self.phases, batch_update_phases, BatchUpdatePhasesRequest, phases, phases, "")
    }
}

kit::both! {
    // Q4: mobilise to 5 September, carry out to 20 December, conclude to 31 December.
    async fn a_campaign_has_phases_that_meet_and_do_not_overlap(bed: &Bed) {
        let mut registry = Registry::start(bed).await;
        let phases = vec![
            phase("1-mobilise", date(2022, 8, 20), date(2022, 9, 5)),
            phase("2-carry-out", date(2022, 9, 5), date(2022, 12, 20)),
            phase("3-conclude", date(2022, 12, 20), date(2022, 12, 31)),
        ];
        assert_eq!(registry.batch_phases(phases.clone()).await.unwrap(), (3, 0, 0));
        assert_eq!(registry.batch_phases(phases).await.unwrap(), (0, 0, 3));
        let list = pb::ListPhasesRequest { parent: DISTRICT.to_owned(), campaign: "execution-2022".to_owned(), ..Default::default() };
        assert_eq!(ids!(registry.phases, list_phases, phases, list), ["1-mobilise", "2-carry-out", "3-conclude"]);
        let request = pb::GetPhaseRequest { name: name("phases", "1-mobilise") };
        assert_eq!(registry.phases.get_phase(request).await.unwrap().into_inner().duties, ["统一思想认识", "成立工作专班"]);

        let longer = phase("2-carry-out", date(2022, 9, 5), date(2022, 12, 21));
        fails(registry.batch_phases(vec![longer]).await, Code::FailedPrecondition, "PHASES_OVERLAP", "phases/3-conclude");
        let elsewhere = pb::Phase { campaign: "execution-2023".to_owned(), ..phase("4", date(2022, 12, 1), date(2023, 1, 31)) };
        assert_eq!(registry.batch_phases(vec![elsewhere]).await.unwrap(), (1, 0, 0));
        let backwards = phase("5", date(2023, 2, 1), date(2023, 1, 31));
        refused(registry.batch_phases(vec![backwards]).await, &[("phases[0].end_date", "DATE_ORDER")]);
    }
}
