//! Several nodes on one database.

use std::sync::Arc;

use platform::db::journal;
use platform::work::jobs::{Handlers, NewJob, run_due};
use platform::work::lease::Lease;
use serde_json::json;
use testkit::{Backend, backends};
use time::Duration;

use crate::{fresh, insert, rows};

/// One node does a task for all; another takes over when it is gone, or at once when it says so. A clock that jumps ahead
/// ends a lease early and no job twice; one that jumps back loses none.
///
/// req: OPS-014
#[tokio::test]
async fn a_task_has_one_node_and_a_clock_that_jumps_loses_no_job() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let (one, two) = (Lease::new(platform, "t", Duration::MINUTE), Lease::new(platform, "t", Duration::MINUTE));
        assert!(one.hold(platform).await.unwrap() && one.hold(platform).await.unwrap());
        assert!(!two.hold(platform).await.unwrap(), "{backend:?}");
        test.clock.advance(Duration::seconds(61));
        assert!(two.hold(platform).await.unwrap(), "{backend:?}: its holder is gone");
        assert!(!one.hold(platform).await.unwrap());
        two.release(platform).await.unwrap();
        assert!(one.hold(platform).await.unwrap(), "{backend:?}: given up");
        // Its node was an hour ahead and is gone: nobody waits an hour for it.
        test.clock.advance(Duration::HOUR);
        assert!(one.hold(platform).await.unwrap());
        test.clock.advance(-Duration::HOUR);
        assert!(two.hold(platform).await.unwrap(), "{backend:?}: made by a clock that was ahead");
        assert!(!one.hold(platform).await.unwrap(), "{backend:?}: an ordinary one again");

        let ran = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&ran);
        let handlers = Handlers::default().with("count", move |_, _| {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        });
        let leave = async || {
            let id = platform.new_id();
            let job = NewJob { id, kind: "count", payload: json!({}), run_at: None, key: None };
            platform
                .db
                .write(platform.now(), move |tx| {
                    Box::pin(async move {
                        tx.enqueue(job);
                        Ok(())
                    })
                })
                .await
                .unwrap();
        };
        leave().await;
        test.clock.advance(Duration::DAY);
        run_due(platform, &handlers, 10).await.unwrap();
        run_due(platform, &handlers, 10).await.unwrap();
        assert_eq!(ran.load(std::sync::atomic::Ordering::SeqCst), 1, "{backend:?}");
        // Set back by two days: what was left before waits for its time, what is left now runs.
        leave().await;
        test.clock.advance(-Duration::days(2));
        leave().await;
        run_due(platform, &handlers, 10).await.unwrap();
        test.clock.advance(Duration::days(2));
        run_due(platform, &handlers, 10).await.unwrap();
        assert_eq!(ran.load(std::sync::atomic::Ordering::SeqCst), 3, "{backend:?}");
        test.close().await;
    }
}

/// What one node writes is told to pages that are open on another.
///
/// req: OPS-014
#[tokio::test]
async fn a_page_on_another_node_learns_of_a_change_once() {
    use platform::work::outbox::{Event, Subscriptions, Tail, dispatch};
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let mut heard = platform.live.subscribe();
        let event = Event { id: platform.new_id(), topic: "t", subject: "thing:1".into(), payload: json!({}) };
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    tx.publish(event);
                    Ok(())
                })
            })
            .await
            .unwrap();
        // Another node dispatched it: here nothing waits any more.
        sea_orm::ConnectionTrait::execute_unprepared(platform.db.read(), "UPDATE outbox SET dispatched = true")
            .await
            .unwrap();
        assert_eq!(dispatch(platform, &Subscriptions::default(), 10).await.unwrap(), 0);
        let mut tail = Tail::default();
        tail.follow(platform).await.unwrap();
        test.clock.advance(Duration::SECOND);
        tail.follow(platform).await.unwrap();
        assert_eq!(heard.try_recv().unwrap().topic, "thing:1");
        assert!(heard.try_recv().is_err(), "once");
        test.close().await;
    }
}

/// The journal of SQLite leads back to each moment, over laps of the log and a start in between.
///
/// req: OPS-011
#[tokio::test]
async fn a_journal_leads_back_to_each_moment() {
    let test = fresh(Backend::Sqlite).await;
    let file = test.folder.join("kept.sqlite");
    let root = test.folder.join("journal");
    let place = || platform::db::Place {
        url: format!("sqlite://{}", file.display()),
        journaled: true,
        ..platform::db::Place::default()
    };
    let steps: Vec<_> = platform::work::MIGRATIONS.iter().chain(crate::STEPS).copied().collect();
    let mut moments = Vec::new();
    for start in 0..2_i64 {
        let db = platform::Db::open_at(place()).await.unwrap();
        platform::db::migrate::run(&db, &steps, test.platform.now()).await.unwrap();
        db.keep_journal(&root, test.clock.clone()).await.unwrap();
        for round in 1..=(2 - start) {
            // Enough for several laps of the log.
            for batch in 0..3 {
                let ids: Vec<_> = (0..5).map(|_| test.platform.new_id()).collect();
                db.write(test.platform.now(), move |tx| {
                    Box::pin(async move {
                        for (at, id) in ids.into_iter().enumerate() {
                            insert(tx, id, format!("{start} {round} {batch} {at} {}", "x".repeat(1_500_000))).await?;
                        }
                        Ok(())
                    })
                })
                .await
                .unwrap();
            }
            let wanted = test.platform.now();
            caught_up(&root, wanted).await;
            moments.push((wanted, (start * 2 + round) * 15));
            test.clock.advance(Duration::MINUTE);
        }
    }
    assert!(
        std::fs::read_dir(&root).unwrap().flatten().any(|entry| entry.path().join("000002.wal").exists()),
        "the log went round"
    );
    for (at, (moment, things)) in moments.into_iter().enumerate() {
        let target = test.folder.join(format!("then-{at}.sqlite"));
        let real = journal::restore(&root, moment + Duration::seconds(30), &target).await.unwrap();
        assert!(real <= moment + Duration::seconds(30));
        let db = platform::Db::open(&format!("sqlite://{}", target.display())).await.unwrap();
        let counted = sea_orm::ConnectionTrait::query_one_raw(
            db.read(),
            sea_orm::Statement::from_string(db.backend(), "SELECT count(*) AS n FROM things"),
        );
        assert_eq!(counted.await.unwrap().unwrap().try_get::<i64>("", "n").unwrap(), things, "{moment}");
    }
    let long_ago = test.platform.now() - Duration::days(1);
    assert!(journal::restore(&root, long_ago, &test.folder.join("never.sqlite")).await.is_err());
    assert_eq!(journal::forget(&root, test.platform.now()).unwrap(), 1, "the newest stays");
    assert_eq!(rows(&test.platform, "things").await, 0);
    test.close().await;
}

/// Waits until the journal has what was written at a moment.
async fn caught_up(root: &std::path::Path, moment: time::OffsetDateTime) {
    let size = || {
        std::fs::read_dir(root)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| std::fs::metadata(entry.path().join("index.jsonl")).ok())
            .map(|about| about.len())
            .sum::<u64>()
    };
    let begun = std::time::Instant::now();
    let mut before = size();
    let mut quiet = 0;
    while quiet < 25 && begun.elapsed().as_secs() < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let now = size();
        quiet = if now == before && now > 0 { quiet + 1 } else { 0 };
        before = now;
    }
    assert!(journal::reach(root).unwrap().is_some_and(|(_, last)| last >= moment), "caught up to {moment}");
}
