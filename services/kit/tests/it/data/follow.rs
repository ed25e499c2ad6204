//! Each event takes effect exactly once, whatever breaks (G1, G3 in small).

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use kit::db::Db;
use kit::feed;
use kit::testing::{Bed, eventually};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use proto::google::r#type::Decimal;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::SubscriberExt as _;

use super::feed::{CREATED, append};
use super::follower::Copier;
use super::note;

kit::both! {
    async fn events_take_effect_as_they_come(bed: &Bed) {
        let (copier, copy) = (Copier::of(bed).await, note::open(bed).await);
        append(&copier.origin, "d", CREATED, "before").await;
        let following = start(&copy, &copier);
        copied(&copy, 1).await;
        append(&copier.origin, "d", CREATED, "after").await;
        copied(&copy, 2).await;
        following.stop().await;
    }

    async fn failures_and_broken_streams_change_nothing(bed: &Bed) {
        let copier = Copier { breaks_after: 7, fails_every: 5, ..Copier::of(bed).await };
        let copy = note::open(bed).await;
        for event in 0..30 {
            append(&copier.origin, "d", CREATED, &event.to_string()).await;
        }
        let following = start(&copy, &copier);
        copied(&copy, 30).await;
        following.stop().await;
        // Failures on the way to thirty, each undone and made good.
        assert!(copier.tries.load(Ordering::Relaxed) > 30);
        assert!(copier.connections.load(Ordering::Relaxed) > 4);
    }

    async fn a_backlog_is_applied_in_few_transactions(bed: &Bed) {
        let copier = Copier::of(bed).await;
        let copy = note::open(bed).await;
        let mut tx = copier.origin.begin_write().await.unwrap();
        for event in 0..250 {
            feed::append(&mut tx, "d", CREATED, &event.to_string(), &Decimal::default());
        }
        tx.commit().await.unwrap();
        let following = start(&copy, &copier);
        copied(&copy, 250).await;
        following.stop().await;
        assert_eq!(copier.tries.load(Ordering::Relaxed), 250);
        let instants: BTreeSet<_> = copier.instants.lock().unwrap().iter().copied().collect();
        assert!(instants.len() <= 4, "{instants:?}");
    }

    async fn an_event_that_fails_holds_up_only_what_follows(bed: &Bed) {
        let copier = Copier { refuses: Some(31), ..Copier::of(bed).await };
        let copy = note::open(bed).await;
        for event in 0..40 {
            append(&copier.origin, "d", CREATED, &event.to_string()).await;
        }
        let following = start(&copy, &copier);
        copied(&copy, 30).await;
        following.stop().await;
        let following = start(&copy, &Copier { refuses: None, ..copier.clone() });
        copied(&copy, 40).await;
        following.stop().await;
    }

    async fn a_restart_goes_on_where_it_was(bed: &Bed) {
        let (copier, copy) = (Copier::of(bed).await, note::open(bed).await);
        for round in 1..=3 {
            append(&copier.origin, "d", CREATED, "n").await;
            let following = start(&copy, &copier);
            copied(&copy, round).await;
            following.stop().await;
        }
        assert_eq!(copier.tries.load(Ordering::Relaxed), 3);
    }

    async fn replicas_share_the_work(bed: &Bed) {
        let (copier, copy) = (Copier::of(bed).await, note::open(bed).await);
        let replica = note::open(bed).await;
        let following = [start(&copy, &copier), start(&replica, &copier), start(&copy, &copier)];
        for event in 0..40 {
            append(&copier.origin, "d", CREATED, &event.to_string()).await;
        }
        copied(&copy, 40).await;
        append(&copier.origin, "d", CREATED, "last").await;
        copied(&copy, 41).await;
        for one in following {
            one.stop().await;
        }
        assert_eq!(copier.tries.load(Ordering::Relaxed), 41);
    }

    async fn a_cursor_set_back_is_followed_again(bed: &Bed) {
        let (copier, copy) = (Copier::of(bed).await, note::open(bed).await);
        append(&copier.origin, "d", CREATED, "one").await;
        append(&copier.origin, "d", CREATED, "two").await;
        let following = start(&copy, &copier);
        copied(&copy, 2).await;
        let mut tx = copy.begin_write().await.unwrap();
        kit::execute!(tx, "DELETE FROM note").unwrap();
        kit::execute!(tx, "UPDATE kit_cursor SET position = 0").unwrap();
        tx.commit().await.unwrap();
        append(&copier.origin, "d", CREATED, "three").await;
        copied(&copy, 3).await;
        following.stop().await;
    }

    async fn a_trace_goes_through_the_feed(bed: &Bed) {
        let (copier, copy) = (Copier::of(bed).await, note::open(bed).await);
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let traced = tracing::Dispatch::new(tracing_subscriber::registry().with(layer));
        let origin = copier.origin.clone();
        let (cause, following) = async {
            let span = tracing::info_span!("call");
            let cause = async {
                let mut tx = origin.begin_write().await.unwrap();
                feed::append(&mut tx, "d", CREATED, "n", &Decimal::default());
                tx.commit().await.unwrap();
                kit::telemetry::current_trace_parent().unwrap()
            };
            (cause.instrument(span).await, start(&copy, &copier))
        }
        .with_subscriber(traced)
        .await;
        copied(&copy, 1).await;
        following.stop().await;
        let seen = copier.traces.lock().unwrap()[0].clone();
        assert_eq!(trace_id(&seen), trace_id(&cause));
        assert_ne!(seen, cause, "the effect is a span of its own");
    }
}

struct Following {
    task: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Following {
    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

fn start(copy: &Db, copier: &Copier) -> Following {
    let shutdown = CancellationToken::new();
    let following = feed::follow(copy.clone(), copier.clone(), shutdown.clone());
    Following { task: tokio::spawn(following.with_current_subscriber()), shutdown }
}

async fn copied(copy: &Db, count: i64) {
    eventually(async || (note::count(copy).await == count).then_some(())).await;
}

fn trace_id(parent: &str) -> &str {
    parent.split('-').nth(1).unwrap()
}
