//! Long work that somebody asked for: told once when it has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use platform::messages::{self, InboxItem};
use platform::work::asked::{self, Asked};
use platform::work::jobs::{self, Handlers, MAX_ATTEMPTS, NewJob};
use platform::{Platform, Problem, Tx};
use serde_json::{Value, json};
use testkit::{TestPlatform, backends};
use time::Duration;
use uuid::Uuid;

use crate::{fresh, number};

/// Parts of the work.
const PARTS: i64 = 3;

fn part(platform: &Platform, no: i64) -> NewJob {
    let (id, key) = (platform.new_id(), Some(format!("part:{no}")));
    NewJob { id, kind: "part", payload: json!({ "no": no }), run_at: None, key }
}

/// Somebody asks for the work.
async fn ask(platform: &Platform) -> Uuid {
    let by = platform.new_id();
    let asked = Asked::new(platform.new_id(), by, "导入“旧系统.csv”", "/legacy/1");
    let job = part(platform, 1);
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                tx.ask(asked, job);
                Ok(())
            })
        })
        .await
        .unwrap();
    by
}

async fn write<F>(platform: &Platform, body: F) -> Result<(), Problem>
where
    F: for<'t> FnOnce(&'t Tx) -> futures::future::BoxFuture<'t, Result<(), Problem>> + Send + 'static,
{
    platform.db.write(platform.now(), body).await
}

/// Each part leaves the next one; the last one says what came of it. The second one fails while it is told to.
async fn one_part(platform: Platform, payload: Value, broken: bool) -> Result<(), Problem> {
    let no = payload["no"].as_i64().unwrap();
    if no == 2 && broken {
        return Err(Problem::unavailable("登记机关没有回应。", "timeout"));
    }
    let next = part(&platform, no + 1);
    write(&platform, move |tx| {
        Box::pin(async move {
            if no < PARTS {
                tx.go_on(next);
                return Ok(());
            }
            tx.came_out(false, "新增 1200 条。").await
        })
    })
    .await
}

fn handlers(broken: &Arc<AtomicBool>) -> Handlers {
    let broken = Arc::clone(broken);
    Handlers::default().with("part", move |platform, payload| {
        let broken = broken.load(Ordering::SeqCst);
        Box::pin(one_part(platform, payload, broken))
    })
}

async fn told(test: &TestPlatform, by: Uuid) -> Vec<InboxItem> {
    messages::inbox(&test.platform, &format!("staff:{by}"), 10).await.unwrap()
}

/// Runs what is due; time passes between two jobs.
async fn run(test: &TestPlatform, handlers: &Handlers, pause: Duration) {
    while jobs::run_due(&test.platform, handlers, 1).await.unwrap() > 0 {
        test.clock.advance(pause);
    }
}

/// req: OPS-006
#[tokio::test]
async fn who_asked_for_long_work_is_told_once_when_its_last_part_has_ended() {
    for backend in backends() {
        let test = fresh(backend).await;
        let handlers = handlers(&Arc::default());
        let by = ask(&test.platform).await;
        for _ in 1..PARTS {
            jobs::run_due(&test.platform, &handlers, 1).await.unwrap();
            test.clock.advance(Duration::seconds(asked::WAITED));
            assert_eq!(told(&test, by).await.len(), 0, "{backend:?} a part is not the end");
            let running = asked::under_way(&test.platform, by).await.unwrap();
            assert_eq!((running.len(), running[0].link.as_str()), (1, "/legacy/1"));
        }
        run(&test, &handlers, Duration::ZERO).await;
        // The node was killed after the work and before it was noted: the last part runs again.
        let again = "UPDATE jobs SET state = 'ready', run_at = created_at WHERE dedupe_key = 'part:3'".to_owned();
        test.platform.db.execute_batch(test.platform.now(), vec![again]).await.unwrap();
        run(&test, &handlers, Duration::ZERO).await;
        let all = told(&test, by).await;
        assert_eq!(all.len(), 1, "{backend:?} {all:?}");
        assert_eq!(all[0].text, "导入“旧系统.csv”办完了：新增 1200 条。");
        assert_eq!(all[0].link.as_deref(), Some("/legacy/1"));
        assert!(asked::under_way(&test.platform, by).await.unwrap().is_empty(), "{backend:?}");
        test.close().await;
    }
}

/// req: OPS-006
#[tokio::test]
async fn nobody_is_told_of_what_was_over_before_anybody_could_go_away() {
    for backend in backends() {
        let test = fresh(backend).await;
        let by = ask(&test.platform).await;
        run(&test, &handlers(&Arc::default()), Duration::ZERO).await;
        assert!(told(&test, by).await.is_empty(), "{backend:?}");
        assert!(asked::under_way(&test.platform, by).await.unwrap().is_empty(), "{backend:?}");
        test.close().await;
    }
}

/// req: OPS-006
#[tokio::test]
async fn a_failure_is_told_with_the_way_out_and_the_end_after_it_was_mended_too() {
    for backend in backends() {
        let test = fresh(backend).await;
        let broken = Arc::new(AtomicBool::new(true));
        let handlers = handlers(&broken);
        let by = ask(&test.platform).await;
        for _ in 0..=MAX_ATTEMPTS {
            assert!(told(&test, by).await.is_empty(), "{backend:?} what is tried again has not failed yet");
            jobs::run_due(&test.platform, &handlers, 5).await.unwrap();
            test.clock.advance(Duration::minutes(10));
        }
        let all = told(&test, by).await;
        let text = "导入“旧系统.csv”没有成功：登记机关没有回应。运维人员已经收到告警，修好以后接着办，不用重新发起。";
        assert_eq!((all.len(), all[0].text.as_str()), (1, text), "{backend:?}");

        broken.store(false, Ordering::SeqCst);
        assert_eq!(jobs::revive(&test.platform).await.unwrap(), 1);
        assert_eq!(asked::under_way(&test.platform, by).await.unwrap().len(), 1, "{backend:?} under way again");
        run(&test, &handlers, Duration::ZERO).await;
        let all = told(&test, by).await;
        assert_eq!(all.len(), 2, "{backend:?} {all:?}");
        assert!(all[0].text.contains("办完了"), "{all:?}");
        test.close().await;
    }
}

/// Many parts at once, two nodes: the one that ends last tells, and only that one.
///
/// req: OPS-006
#[tokio::test]
async fn parts_ended_by_two_nodes_at_once_are_told_once() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let by = ask(platform).await;
        let fan = Handlers::default().with("part", |platform, payload| {
            Box::pin(async move {
                if payload["no"] != 1 {
                    return Ok(());
                }
                let parts: Vec<NewJob> = (2..42).map(|no| part(&platform, no)).collect();
                write(&platform, move |tx| {
                    Box::pin(async move {
                        parts.into_iter().for_each(|job| tx.go_on(job));
                        Ok(())
                    })
                })
                .await
            })
        });
        jobs::run_due(platform, &fan, 1).await.unwrap();
        test.clock.advance(Duration::minutes(1));
        let node = || async { while jobs::run_due(platform, &fan, 1).await.unwrap() > 0 {} };
        tokio::join!(node(), node());
        assert_eq!(told(&test, by).await.len(), 1, "{backend:?}");
        test.close().await;
    }
}

/// req: OPS-006
#[tokio::test]
async fn a_job_that_is_there_already_is_not_asked_for_twice() {
    for backend in backends() {
        let test = fresh(backend).await;
        let first = ask(&test.platform).await;
        let second = ask(&test.platform).await;
        assert_eq!(number(&test.platform, "SELECT count(*) AS n FROM asked").await, 1, "{backend:?}");
        assert_eq!(asked::under_way(&test.platform, first).await.unwrap().len(), 1, "{backend:?}");
        assert!(asked::under_way(&test.platform, second).await.unwrap().is_empty(), "{backend:?}");
        test.close().await;
    }
}
