//! Logs of everything in one form: taken, found, proven, kept for their time.

use std::time::Duration;

use axum::http::StatusCode;
use platform::logs::visits::{self, Answered};
use platform::web::context::Context;
use serde_json::{Value, json};

use super::{World, on_both};
use crate::logs::search::LogFilter;

async fn found(world: &World, filter: LogFilter) -> Vec<(String, String, String)> {
    let (rows, total) = world.security.logs(&filter, None, 50).await.unwrap();
    assert_eq!(total as usize, rows.len());
    rows.into_iter().map(|row| (row.source.to_owned(), row.level.to_owned(), row.message)).collect()
}

async fn send(world: &World, body: Value) -> platform::Result<usize> {
    world.security.collect_logs("fw-1", body.to_string().as_bytes()).await
}

fn two() -> Value {
    json!({ "source": "device", "lines": [
        { "at": "2026-09-21T08:59:00+08:00", "level": "4", "event": "login", "message": "密码错误 13800138000" },
        { "level": "crit", "message": "接口 eth0 断开" },
    ]})
}

/// req: DATASEC-007
#[tokio::test]
async fn lines_of_devices_accesses_and_acts_are_found_in_one_search() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        world.act(&clerk, "10.0.0.9", "case.accept", "case:1", json!({})).await;
        world.act(&clerk, "10.0.0.9", "case.read", "case:1", json!({})).await;
        assert_eq!(send(world, two()).await.unwrap(), 2);
        let all = found(world, LogFilter::default()).await;
        let sources: Vec<&str> = all.iter().map(|(source, ..)| source.as_str()).collect();
        // Newest first; the batch itself is an act of the system.
        assert_eq!(sources.iter().filter(|source| **source == "device").count(), 2);
        assert!(sources.contains(&"access") && sources.contains(&"audit"), "{all:?}");
        let by = |source: &str, level: &str, text: &str| LogFilter {
            source: Some(source.to_owned()).filter(|text| !text.is_empty()),
            level: Some(level.to_owned()).filter(|text| !text.is_empty()),
            text: Some(text.to_owned()).filter(|text| !text.is_empty()),
            ..LogFilter::default()
        };
        let warned = found(world, by("device", "warn", "")).await;
        assert!(warned.len() == 1 && !warned[0].2.contains("13800138000"), "{warned:?}");
        assert_eq!(found(world, by("", "error", "eth0")).await.len(), 1);
        assert_eq!(found(world, by("access", "", "")).await.len(), 1);
        assert_eq!(found(world, by("", "", "case.accept")).await.len(), 1);
        assert_eq!(found(world, by("device", "debug", "")).await, []);
        assert_eq!(found(world, by("", "", "%")).await, [], "a percent sign is no wildcard");
        let early = LogFilter { until: Some(time::macros::datetime!(2026-09-21 00:59:30 UTC)), ..LogFilter::default() };
        assert_eq!(found(world, early).await.len(), 1, "by the time it happened");
        // Pages join without a gap and without a double.
        let (first, total) = world.security.logs(&LogFilter::default(), None, 2).await.unwrap();
        let (rest, _) = world.security.logs(&LogFilter::default(), Some(first[1].id), 50).await.unwrap();
        assert_eq!(total as usize, first.len() + rest.len());
    })
    .await;
}

/// req: DATASEC-007
#[tokio::test]
async fn what_can_not_be_read_or_is_too_much_is_refused_by_name() {
    on_both(async |world| {
        let code = async |body: Value| {
            let refused = send(world, body).await.unwrap_err();
            (
                refused.status().as_u16(),
                refused.field_errors().first().map(|one| one.pointer.clone()).unwrap_or_default(),
            )
        };
        assert_eq!(code(json!({ "lines": [] })).await, (422, "/lines".into()));
        assert_eq!(code(json!({ "rows": 1 })).await, (422, "/lines".into()));
        assert_eq!(
            code(json!({ "lines": [{ "message": "a" }, { "level": "3" }] })).await,
            (422, "/lines/1/message".into())
        );
        assert_eq!(
            code(json!({ "source": "application", "lines": [{ "message": "a" }] })).await,
            (422, "/source".into())
        );
        let many: Vec<Value> = (0..501).map(|n| json!({ "message": n.to_string() })).collect();
        assert_eq!(code(json!({ "lines": many })).await, (422, "/lines".into()));
        assert_eq!(code(json!({ "lines": [{ "message": "长".repeat(200_000) }] })).await.0, 413);
        assert_eq!(found(world, LogFilter { source: Some("device".into()), ..LogFilter::default() }).await, []);
    })
    .await;
}

/// Changed, removed or added: the digest in the chained audit log no longer fits.
///
/// req: DATASEC-007
#[tokio::test]
async fn a_line_is_not_changed_and_a_missing_one_is_found_until_the_retention_lets_the_batch_go() {
    on_both(async |world| {
        send(world, two()).await.unwrap();
        send(world, two()).await.unwrap();
        let whole = world.security.verify_logs(31).await.unwrap();
        assert_eq!((whole.batches, whole.lines, whole.faults.len()), (2, 4, 0));
        assert!(world.sql("UPDATE log_lines SET message = 'nothing happened'").await.is_err(), "the database refuses");
        let any = "DELETE FROM log_lines WHERE no = 2 AND batch_id IN (SELECT id FROM log_batches ORDER BY id LIMIT 1)";
        world.sql(any).await.unwrap();
        let torn = world.security.verify_logs(31).await.unwrap();
        assert_eq!((torn.lines, torn.faults.len()), (3, 1), "{torn:?}");

        // Five months later it is all there, seven months later the lines are gone and the digests stay.
        world.hours(24 * 150);
        world.security.keep_logs().await.unwrap();
        assert_eq!(found(world, LogFilter { source: Some("device".into()), ..LogFilter::default() }).await.len(), 3);
        world.hours(24 * 60);
        world.security.keep_logs().await.unwrap();
        assert_eq!(found(world, LogFilter { source: Some("device".into()), ..LogFilter::default() }).await, []);
        let past = world.security.verify_logs(365).await.unwrap();
        assert!(past.faults.is_empty(), "what was let go is no fault: {past:?}");
    })
    .await;
}

/// req: DATASEC-007
#[tokio::test]
async fn the_product_s_own_lines_come_in_too() {
    on_both(async |world| {
        platform::logs::buffer::push(platform::logs::Raw {
            level: "WARN".into(),
            event: "platform::jobs".into(),
            message: "a job failed".into(),
            ..Default::default()
        });
        world.security.keep_logs().await.unwrap();
        let own = found(world, LogFilter { source: Some("application".into()), ..LogFilter::default() }).await;
        assert!(own.iter().any(|(_, level, message)| level == "warn" && message == "a job failed"), "{own:?}");
    })
    .await;
}

/// A visit as the router notes it.
fn visit(world: &World, route: &str, status: StatusCode, took: Duration, system: bool) {
    let platform = &world.test.platform;
    let context = Context::new("10.0.0.9".parse().ok(), "").of_trace("0199aa00-0000-7000-8000-00000000000a".to_owned());
    if system {
        context.is_called_by_system(platform.new_id());
    }
    let answered = Answered { method: "GET", route, status, bytes: Some(42), took };
    platform.visits.note(platform, &context, &answered);
}

fn visited() -> LogFilter {
    LogFilter { source: Some("access".to_owned()), ..LogFilter::default() }
}

/// req: OPS-034
#[tokio::test]
async fn visits_wait_in_memory_are_written_in_a_batch_and_found_by_what_was_answered() {
    on_both(async |world| {
        let platform = &world.test.platform;
        let quick = Duration::from_millis(7);
        visit(world, "/api/v1/cases/{id}", StatusCode::OK, quick, false);
        visit(world, "/api/v1/cases", StatusCode::FORBIDDEN, quick, true);
        visit(world, "/api/v1/items", StatusCode::OK, Duration::from_secs(5), false);
        visit(world, "/api/v1/items/{slug}", StatusCode::BAD_GATEWAY, quick, false);
        // A probe that is answered well is no visit; one that is not is.
        visit(world, "/api/v1/health", StatusCode::OK, quick, false);
        visit(world, "/api/v1/health", StatusCode::SERVICE_UNAVAILABLE, quick, false);
        assert_eq!(visits::flush(platform).await.unwrap(), 5);
        assert_eq!(visits::flush(platform).await.unwrap(), 0, "written once");

        let all = found(world, visited()).await;
        assert_eq!(all.len(), 5);
        assert_eq!(all[0].2, "GET /api/v1/health：503，7 毫秒，42 字节", "newest first");
        let warned = found(world, LogFilter { level: Some("warn".to_owned()), ..visited() }).await;
        assert_eq!(warned.len(), 3, "failed or slow: {warned:?}");
        assert_eq!(found(world, LogFilter { level: Some("error".to_owned()), ..visited() }).await, []);
        let by = |filter: LogFilter| async move { found(world, filter).await.len() };
        assert_eq!(by(LogFilter { route: Some("/items".to_owned()), ..LogFilter::default() }).await, 2);
        assert_eq!(by(LogFilter { route: Some("/items_".to_owned()), ..LogFilter::default() }).await, 0, "no wildcard");
        assert_eq!(by(LogFilter { status: Some((500, 599)), ..LogFilter::default() }).await, 2);
        assert_eq!(by(LogFilter { status: Some((403, 403)), ..LogFilter::default() }).await, 1);
        assert_eq!(by(LogFilter { visitor: Some("system".to_owned()), ..LogFilter::default() }).await, 1);
        let trace = "0199aa00-0000-7000-8000-00000000000a".to_owned();
        assert_eq!(by(LogFilter { text: Some(trace), ..visited() }).await, 5, "by the trace id");
        let (rows, _) = world.security.logs(&visited(), None, 50).await.unwrap();
        let said = rows.last().and_then(|row| row.response.clone()).unwrap();
        assert_eq!((said.method.as_str(), said.status, said.took_ms, said.bytes), ("GET", 200, 7, Some(42)));
        assert_eq!((rows[0].actor.as_str(), rows[0].address.as_str()), ("未登录", "10.0.0.9"));
        // Pages join without a gap and without a double.
        let (first, total) = world.security.logs(&visited(), None, 2).await.unwrap();
        let (rest, _) = world.security.logs(&visited(), Some(first[1].id), 50).await.unwrap();
        assert_eq!(total as usize, first.len() + rest.len());
        // Without a first day the last week is looked at; with one, whatever is kept.
        world.hours(24 * 8);
        assert_eq!(by(visited()).await, 0);
        let since = testkit::story_start() - time::Duration::DAY;
        assert_eq!(by(LogFilter { from: Some(since), ..visited() }).await, 5);
    })
    .await;
}

/// req: OPS-034
#[tokio::test]
async fn a_visit_is_not_changed_a_missing_one_is_found_and_all_go_after_their_time() {
    on_both(async |world| {
        for _ in 0..3 {
            visit(world, "/api/v1/cases", StatusCode::OK, Duration::ZERO, false);
        }
        visits::flush(&world.test.platform).await.unwrap();
        let whole = world.security.verify_logs(31).await.unwrap();
        assert_eq!((whole.lines, whole.faults.len()), (3, 0), "{whole:?}");
        assert!(world.sql("UPDATE visit_lines SET status = 500").await.is_err(), "the database refuses");
        world.sql("DELETE FROM visit_lines WHERE no = 2").await.unwrap();
        let torn = world.security.verify_logs(31).await.unwrap();
        assert_eq!((torn.lines, torn.faults.len()), (2, 1), "{torn:?}");

        let since = testkit::story_start() - time::Duration::DAY;
        let kept = async || found(world, LogFilter { from: Some(since), ..visited() }).await.len();
        world.hours(24 * 150);
        world.security.keep_logs().await.unwrap();
        assert_eq!(kept().await, 2, "five months later they are there");
        world.hours(24 * 60);
        world.security.keep_logs().await.unwrap();
        assert_eq!(kept().await, 0);
    })
    .await;
}

/// req: OPS-034
#[tokio::test]
async fn an_export_masks_who_and_where_tells_its_limit_and_leaves_a_line() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        world.act(&clerk, "10.0.0.9", "case.read", "case:1", json!({})).await;
        visit(world, "/api/v1/cases", StatusCode::OK, Duration::ZERO, false);
        let auditor = world.staff("auditor").await;
        let rows = world.security.export_logs(&auditor, &visited()).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.address == "10.0.0.*" && !row.actor.contains("陈志远")), "{rows:?}");
        assert!(rows.iter().any(|row| row.actor == "未登录"), "a kind of visitor is no name: {rows:?}");
        let left = LogFilter { text: Some("log.export".to_owned()), ..LogFilter::default() };
        assert_eq!(found(world, left).await.len(), 1);
        for _ in 0..5_001 {
            visit(world, "/api/v1/cases", StatusCode::OK, Duration::ZERO, false);
        }
        let refused = world.security.export_logs(&auditor, &visited()).await.unwrap_err();
        assert_eq!((refused.code(), refused.field_errors()[0].pointer.as_str()), ("invalid", "/from"));
    })
    .await;
}
