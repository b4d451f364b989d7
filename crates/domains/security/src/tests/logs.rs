//! Logs of everything in one form: taken, found, proven, kept for their time.

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
