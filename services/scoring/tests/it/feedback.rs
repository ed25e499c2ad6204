use kit::testing::Bed;
use proto::scoring::v1 as pb;
use tonic::Code;

use crate::district::unit;
use crate::fixture::{Scoring, fails, refused, text};

fn lines(points: &[pb::FeedbackPoint]) -> Vec<String> {
    let line = |it: &pb::FeedbackPoint| {
        format!(
            "{} {} {}/{} mean {} behind {} lost {} best {} {}",
            it.path.join("/"),
            it.node_id,
            text(&it.points),
            text(&it.weight),
            text(&it.track_mean),
            text(&it.behind),
            text(&it.lost),
            it.best_unit_display_name,
            text(&it.best_points)
        )
    };
    points.iter().map(line).collect()
}

kit::both! {
    // H12: where a subject fell behind its track, and who shows how it is done.
    async fn a_subject_is_told_its_weak_points(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let name = format!("{}/results/works/feedback", run.name);
        let request = pb::GetFeedbackRequest { name: name.clone(), limit: 0 };
        let feedback = scoring.feedbacks.get_feedback(request.clone()).await.unwrap().into_inner();
        assert_eq!(feedback.name, name);
        assert_eq!(feedback.result.unwrap().unit, unit("works"));
        // Revenue: finance 40, works 33.33, health 40 of 80. Survey: 9, 8, 0.
        assert_eq!(lines(&feedback.weak_points), [
            "总分/目标进度 investment 30/40 mean 35 behind 5 lost 10 best 财政局 40",
            "总分/目标进度 revenue 33.33/40 mean 37.78 behind 4.45 lost 6.67 best 财政局 40",
            "总分/日常考核 incidents 4/10 mean 8 behind 4 lost 6 best 财政局 10",
        ]);
        assert_eq!(lines(&feedback.strong_points), [
            "总分/日常考核 survey 8/10 mean 5.67 behind -2.33 lost 2 best 财政局 9",
        ]);
        let one = pb::GetFeedbackRequest { limit: 1, ..request.clone() };
        let feedback = scoring.feedbacks.get_feedback(one).await.unwrap().into_inner();
        assert_eq!((feedback.weak_points.len(), &*feedback.weak_points[0].node_id), (1, "investment"));

        let absent = pb::GetFeedbackRequest { name: format!("{}/results/office/feedback", run.name), limit: 0 };
        fails(scoring.feedbacks.get_feedback(absent).await, Code::NotFound, "NOT_FOUND");
        let many = pb::GetFeedbackRequest { limit: 101, ..request };
        refused(scoring.feedbacks.get_feedback(many).await, &[("limit", "OUT_OF_RANGE")]);
    }
}
