//! Jobs, events, idempotency keys.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use platform::work::idempotency;
use platform::work::jobs::{self, Handlers, MAX_ATTEMPTS, NewJob};
use platform::work::outbox::{self, Event, Subscriptions};
use platform::{Platform, Problem};
use serde_json::{Value, json};
use testkit::{TestPlatform, backends};
use time::Duration;

use crate::{fresh, insert, number, refused, rows};

async fn enqueue(platform: &Platform, jobs: Vec<NewJob>) {
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                jobs.into_iter().for_each(|job| tx.enqueue(job));
                Ok(())
            })
        })
        .await
        .unwrap();
}

fn job(platform: &Platform, kind: &'static str, payload: Value) -> NewJob {
    NewJob { id: platform.new_id(), kind, payload, run_at: None, key: None }
}

/// Counts runs by payload.
#[derive(Clone, Default)]
struct Runs(Arc<Mutex<HashMap<String, usize>>>);

impl Runs {
    fn add(&self, payload: &Value) {
        *self.0.lock().unwrap().entry(payload.to_string()).or_default() += 1;
    }

    fn all(&self) -> HashMap<String, usize> {
        self.0.lock().unwrap().clone()
    }

    fn handler(&self, kind: &'static str) -> Handlers {
        let runs = self.clone();
        Handlers::default().with(kind, move |_, payload| {
            runs.add(&payload);
            Box::pin(async { Ok(()) })
        })
    }
}

async fn state(test: &TestPlatform) -> Vec<(String, i64)> {
    jobs::counts(&test.platform).await.unwrap()
}

#[tokio::test]
async fn two_workers_run_each_job_once() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        enqueue(platform, (0..60).map(|at| job(platform, "count", json!({ "at": at }))).collect()).await;
        let runs = Runs::default();
        let handlers = runs.handler("count");
        let worker = || async {
            let mut ran = 0;
            loop {
                match jobs::run_due(platform, &handlers, 7).await.unwrap() {
                    0 => return ran,
                    more => ran += more,
                }
            }
        };
        let (first, second) = tokio::join!(worker(), worker());
        assert_eq!(first + second, 60, "{backend:?}");
        let counted = runs.all();
        assert!(counted.len() == 60 && counted.values().all(|times| *times == 1), "{backend:?}");
        assert_eq!(state(&test).await, [("done".to_owned(), 60)]);
        test.close().await;
    }
}

#[tokio::test]
async fn a_failing_job_waits_longer_each_time_and_is_dead_after_the_last_try() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        enqueue(platform, vec![job(platform, "fail", json!({}))]).await;
        let handlers = Handlers::default().with("fail", |_, _| {
            Box::pin(async { Err(Problem::unavailable("短信通道没有回应。", "timeout")) })
        });
        for attempt in 1..=MAX_ATTEMPTS {
            assert_eq!(jobs::run_due(platform, &handlers, 5).await.unwrap(), 1, "{backend:?} try {attempt}");
            let pause = Duration::seconds(2_i64.pow(u32::try_from(attempt).unwrap()));
            test.clock.advance(pause - Duration::seconds(1));
            assert_eq!(jobs::run_due(platform, &handlers, 5).await.unwrap(), 0, "{backend:?} too early");
            test.clock.advance(Duration::seconds(1));
        }
        assert_eq!(state(&test).await, [("dead".to_owned(), 1)]);
        assert_eq!(number(platform, "SELECT count(*) AS n FROM jobs WHERE last_error LIKE '%timeout%'").await, 1);
        test.close().await;
    }
}

#[tokio::test]
async fn a_job_refused_for_good_is_dead_at_once_and_holds_up_nobody() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        enqueue(platform, vec![job(platform, "refuse", json!({})), job(platform, "count", json!({}))]).await;
        let runs = Runs::default();
        let handlers = runs.handler("count").with("refuse", |_, _| Box::pin(async { Err(refused()) }));
        jobs::run_due(platform, &handlers, 5).await.unwrap();
        let mut states = state(&test).await;
        states.sort();
        assert_eq!(states, [("dead".to_owned(), 1), ("done".to_owned(), 1)], "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn the_job_of_a_node_that_died_is_taken_over_after_its_lease() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        enqueue(platform, vec![job(platform, "work", json!({}))]).await;
        let stuck = Handlers::default().with("work", |_, _| Box::pin(std::future::pending()));
        let died =
            tokio::time::timeout(std::time::Duration::from_millis(500), jobs::run_due(platform, &stuck, 1)).await;
        assert!(died.is_err());
        let runs = Runs::default();
        let handlers = runs.handler("work");
        assert_eq!(jobs::run_due(platform, &handlers, 1).await.unwrap(), 0, "{backend:?} still leased");
        test.clock.advance(Duration::seconds(120));
        assert_eq!(jobs::run_due(platform, &handlers, 1).await.unwrap(), 1, "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn a_job_waits_for_its_time_and_a_second_one_with_the_same_key_is_not_written() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let run_at = Some(platform.now() + Duration::hours(1));
        for _ in 0..2 {
            let later = NewJob { run_at, key: Some("remind:1".into()), ..job(platform, "count", json!({})) };
            enqueue(platform, vec![later]).await;
        }
        let runs = Runs::default();
        let handlers = runs.handler("count");
        assert_eq!(jobs::run_due(platform, &handlers, 5).await.unwrap(), 0);
        test.clock.advance(Duration::hours(1));
        assert_eq!(jobs::run_due(platform, &handlers, 5).await.unwrap(), 1, "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn an_event_reaches_each_subscriber_once_although_it_is_dispatched_again() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let events: Vec<Event> = (0..5)
            .map(|at| Event {
                id: platform.new_id(),
                topic: if at == 4 { "case.other" } else { "case.closed" },
                subject: format!("case:{at}"),
                payload: json!({ "at": at }),
            })
            .collect();
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    events.into_iter().for_each(|event| tx.publish(event));
                    Ok(())
                })
            })
            .await
            .unwrap();
        let subscriptions = Subscriptions::default().on("case.closed", "rate").on("case.closed", "notify");
        // Two nodes at the same moment, then a third that read the rows before they were marked.
        let (first, second) = tokio::join!(
            outbox::dispatch(platform, &subscriptions, 100),
            outbox::dispatch(platform, &subscriptions, 100)
        );
        first.unwrap();
        second.unwrap();
        let unmark = vec!["UPDATE outbox SET dispatched = false".to_owned()];
        platform.db.execute_batch(platform.now(), unmark).await.unwrap();
        assert_eq!(outbox::dispatch(platform, &subscriptions, 100).await.unwrap(), 5);
        assert_eq!(outbox::dispatch(platform, &subscriptions, 100).await.unwrap(), 0);

        let (rated, notified) = (Runs::default(), Runs::default());
        let counted = notified.clone();
        let handlers = rated.handler("rate").with("notify", move |_, payload| {
            counted.add(&payload);
            Box::pin(async { Ok(()) })
        });
        jobs::run_due(platform, &handlers, 100).await.unwrap();
        for runs in [rated.all(), notified.all()] {
            assert!(runs.len() == 4 && runs.values().all(|times| *times == 1), "{backend:?} {runs:?}");
        }
        test.close().await;
    }
}

/// Makes a thing under a key; the id of the thing that the key made.
async fn make(platform: &Platform, caller: uuid::Uuid, action: &'static str, key: &str) -> Result<uuid::Uuid, Problem> {
    let (id, key) = (platform.new_id(), key.to_owned());
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                if let Some(made) = idempotency::earlier(tx, caller, action, &key).await? {
                    return Ok(made);
                }
                insert(tx, id, id.to_string()).await?;
                idempotency::remember(tx, caller, action, &key, id).await?;
                Ok(id)
            })
        })
        .await
}

#[tokio::test]
async fn the_same_creating_request_makes_one_thing_also_when_sent_at_once() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let (caller, other) = (platform.new_id(), platform.new_id());
        let answers = futures::future::join_all((0..20).map(|_| make(platform, caller, "case.create", "key-1"))).await;
        let made = make(platform, caller, "case.create", "key-1").await.unwrap();
        assert!(answers.into_iter().flatten().all(|id| id == made), "{backend:?}");
        assert_eq!(rows(platform, "things").await, 1, "{backend:?}");

        let reused = make(platform, caller, "case.submit", "key-1").await.unwrap_err();
        assert_eq!(reused.code(), "idempotency_key_reused");
        assert_ne!(make(platform, other, "case.create", "key-1").await.unwrap(), made, "a key is its caller's own");
        test.close().await;
    }
}
