use kit::testing::Bed;
use proto::scoring::v1 as pb;
use tonic::Status;

use crate::district::{DISTRICT, name};
use crate::fixture::{Scoring, refused, text};

impl Scoring {
    async fn measure(&mut self, runs: &[&str]) -> Result<Vec<pb::NodeDiscrimination>, Status> {
        let runs = runs.iter().map(|it| (*it).to_owned()).collect();
        let request = pb::MeasureDiscriminationRequest { parent: DISTRICT.to_owned(), runs };
        let reply = self.discriminations.measure_discrimination(request).await?;
        Ok(reply.into_inner().nodes)
    }
}

fn lines(nodes: &[pb::NodeDiscrimination]) -> Vec<String> {
    let spread = |it: &pb::RunSpread| {
        let (least, most) = (text(&it.least_points), text(&it.most_points));
        format!(
            "{} of {} {least}..{most}/{}",
            it.distinct_count,
            it.subject_count,
            text(&it.weight)
        )
    };
    let line = |it: &pb::NodeDiscrimination| {
        let spreads: Vec<String> = it.spreads.iter().map(spread).collect();
        let (told, runs) = (it.separating_run_count, it.run_count);
        format!("{} {} {told}/{runs} {}", it.track_id, it.node_id, spreads.join(", "))
    };
    nodes.iter().map(line).collect()
}

kit::both! {
    // H13: what never separates anybody can be dropped.
    async fn what_never_separates_anybody_is_named(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap().name;
        refused(scoring.measure(&[&run]).await, &[("runs[0]", "NOT_PUBLISHED")]);
        scoring.publish(&run).await.unwrap();
        let nodes = scoring.measure(&[&run]).await.unwrap();
        // Both villages were scored alike; health has no value in the survey, and no investments.
        assert_eq!(lines(&nodes), [
            "villages survey 0/1 1 of 2 95.5..95.5/100",
            "departments incidents 1/1 2 of 3 4..10/10",
            "departments investment 1/1 2 of 2 30..40/40",
            "departments revenue 1/1 2 of 3 33.33..40/40",
            "departments survey 1/1 2 of 2 8..9/10",
        ]);
        let never = nodes.iter().filter(|it| it.never_separated);
        assert_eq!(never.map(|it| &*it.node_id).collect::<Vec<_>>(), ["survey"]);
        assert_eq!(nodes[0].spreads[0].run, run);
        assert!(nodes.iter().all(|it| it.indicator.starts_with(DISTRICT)));

        refused(scoring.measure(&[]).await, &[("runs", "REQUIRED")]);
        refused(scoring.measure(&[&run, &run]).await, &[("runs[1]", "DUPLICATE")]);
        refused(scoring.measure(&[run.as_str(); 13]).await, &[("runs", "TOO_MANY")]);
        let absent = name("runs", "99");
        refused(scoring.measure(&[&absent]).await, &[("runs[0]", "UNKNOWN_RUN")]);
        let elsewhere = "districts/other/runs/1";
        refused(scoring.measure(&[elsewhere]).await, &[("runs[0]", "OTHER_DISTRICT")]);
    }
}
