//! One command, one transaction.

use std::sync::Arc;

use platform::Problem;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::work::outbox::Event;
use serde_json::json;
use testkit::backends;

use crate::{fresh, insert, refused, rows};

#[tokio::test]
async fn of_two_hundred_writes_at_once_the_failing_ones_leave_nothing_and_the_others_stay() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let commands = (0..200).map(|at| {
            let id = platform.new_id();
            platform.db.write(platform.now(), move |tx| {
                Box::pin(async move {
                    insert(tx, id, format!("thing {at}")).await?;
                    match at {
                        // Refused by a rule after a row was written.
                        50 => Err(refused()),
                        // Refused by the database itself.
                        100 => insert(tx, id, "the same id again".to_owned()).await.map(|()| at),
                        _ => Ok(at),
                    }
                })
            })
        });
        let answers = futures::future::join_all(commands).await;
        for (at, answer) in answers.iter().enumerate() {
            match at {
                50 => assert_eq!(answer.as_ref().unwrap_err().code(), "refused"),
                100 => assert_eq!(answer.as_ref().unwrap_err().code(), "internal"),
                _ => assert_eq!(*answer.as_ref().unwrap(), at),
            }
        }
        assert_eq!(rows(platform, "things").await, 198, "{backend:?}");
        assert_eq!(rows(platform, "things WHERE name IN ('thing 50', 'thing 100')").await, 0, "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn a_command_undone_leaves_no_event_no_job_and_no_audit_line() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        for kept in [false, true] {
            let ids: [uuid::Uuid; 4] = std::array::from_fn(|_| platform.new_id());
            let outcome = platform
                .db
                .write(platform.now(), move |tx| {
                    Box::pin(async move {
                        insert(tx, ids[0], format!("kept {kept}")).await?;
                        tx.publish(Event { id: ids[1], topic: "t", subject: "thing:1".into(), payload: json!({}) });
                        tx.enqueue(NewJob { id: ids[2], kind: "k", payload: json!({}), run_at: None, key: None });
                        tx.audit(Line {
                            id: ids[3],
                            actor_id: None,
                            actor_name: "test".into(),
                            action: "thing.make",
                            subject: "thing:1".into(),
                            detail: json!({}),
                        });
                        if kept { Ok(()) } else { Err(refused()) }
                    })
                })
                .await;
            assert_eq!(outcome.is_ok(), kept);
            for table in ["things", "outbox", "jobs", "audit_log"] {
                assert_eq!(rows(platform, table).await, i64::from(kept), "{backend:?} {table}");
            }
        }
        test.close().await;
    }
}

#[tokio::test]
async fn a_line_that_can_not_be_written_undoes_the_command() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let (thing, line, beside) = (platform.new_id(), platform.new_id(), platform.new_id());
        let failing = platform.db.write::<(), _>(platform.now(), move |tx| {
            Box::pin(async move {
                insert(tx, thing, "thing".to_owned()).await?;
                for _ in 0..2 {
                    tx.audit(Line {
                        id: line,
                        actor_id: None,
                        actor_name: "test".into(),
                        action: "thing.make",
                        subject: "thing:1".into(),
                        detail: json!({}),
                    });
                }
                Ok(())
            })
        });
        let neighbour = platform
            .db
            .write(platform.now(), move |tx| Box::pin(async move { insert(tx, beside, "beside".to_owned()).await }));
        let (outcome, neighbour): (Result<(), Problem>, _) = futures::future::join(failing, neighbour).await;
        assert!(outcome.is_err() && neighbour.is_ok(), "{backend:?}");
        assert_eq!(rows(platform, "things").await, 1, "{backend:?}: what is committed beside it stays");
        assert_eq!(rows(platform, "audit_log").await, 0, "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn a_command_that_panics_is_undone_and_the_next_ones_are_served() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = Arc::new(test.platform.clone());
        let (first, second) = (platform.new_id(), platform.new_id());
        let panicking = Arc::clone(&platform);
        let outcome = tokio::spawn(async move {
            panicking
                .db
                .write::<(), _>(panicking.now(), move |tx| {
                    Box::pin(async move {
                        insert(tx, first, "first".to_owned()).await?;
                        panic!("a mistake in a command");
                    })
                })
                .await
        })
        .await;
        assert!(!matches!(outcome, Ok(Ok(()))));
        platform
            .db
            .write(platform.now(), move |tx| Box::pin(async move { insert(tx, second, "second".to_owned()).await }))
            .await
            .unwrap();
        assert_eq!(rows(&platform, "things").await, 1, "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn a_step_runs_once_and_a_broken_step_leaves_nothing() {
    use platform::db::migrate::{self, Migration};
    for backend in backends() {
        let test = fresh(backend).await;
        let db = &test.platform.db;
        assert!(migrate::run(db, crate::STEPS, test.platform.now()).await.unwrap().is_empty());
        let broken = [Migration { name: "test_0002", sql: "CREATE TABLE half (id @id PRIMARY KEY); CREATE NONSENSE" }];
        assert!(migrate::run(db, &broken, test.platform.now()).await.is_err());
        assert_eq!(migrate::pending(db, &broken).await.unwrap(), ["test_0002"]);
        let mended = [Migration { name: "test_0002", sql: "CREATE TABLE half (id @id PRIMARY KEY)" }];
        assert_eq!(migrate::run(db, &mended, test.platform.now()).await.unwrap(), ["test_0002"]);
        test.close().await;
    }
}
