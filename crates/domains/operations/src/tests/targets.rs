//! Promises beside what was measured, on both databases: kept by the day, reported the next morning, an alarm that
//! ends with the next good day.

use std::sync::atomic::Ordering;
use std::time::Duration as Real;

use testkit::backends;
use time::Duration;
use time::macros::date;

use super::World;
use crate::look::State;
use crate::targets::judge::Verdict;
use crate::targets::report::{Measured, Table};

fn of<'a>(table: &'a Table, scope: &str, kind: &str) -> &'a Measured {
    let all = table.rows.iter().chain(&table.steps).chain(&table.loads);
    all.into_iter().find(|row| row.scope == scope && row.kind == kind).unwrap()
}

/// req: OPS-001
/// req: OPS-002
/// req: OPS-003
/// req: OPS-004
/// req: OPS-005
/// req: OPS-008
#[tokio::test(flavor = "multi_thread")]
async fn a_missed_promise_is_in_the_report_of_the_next_morning_and_raises_an_alarm() {
    for backend in backends() {
        let world = World::new(backend).await;
        let metrics = &world.test.platform.metrics;
        let note = |name: &str, ms: u64, often: usize| {
            (0..often).for_each(|_| metrics.requests.note(name, Real::from_millis(ms), false));
        };
        let monday = date!(2026 - 09 - 21);
        let empty = world.operations.targets_between(monday, monday).await.unwrap();
        assert!(empty.is_empty() && empty.count(Verdict::Met) == 0, "nothing measured is nothing kept");

        // A minute of few: one list of a hundred is late, every guide is.
        note("GET /api/v1/cases", 50, 100);
        note("GET /api/v1/cases", 2_500, 1);
        note("POST /api/v1/cases/{id}/accept", 100, 3);
        note("GET /api/v1/items/{slug}/guide", 2_000, 4);
        note("GET /api/v1/captcha", 1_900, 1);
        metrics.problems.note(Real::from_millis(5_001), false);
        world.minutes(1).await;
        // A minute of many: what would be late for few is not for many.
        let under_way: Vec<_> = (0..150).map(|_| metrics.serving.begin()).collect();
        note("GET /api/v1/tasks", 2_000, 1);
        world.disk.0.store(15, Ordering::Relaxed);
        world.minutes(1).await;
        drop(under_way);
        world.disk.0.store(50, Ordering::Relaxed);
        world.minutes(1).await;

        let table = world.operations.targets_between(monday, monday).await.unwrap();
        let lists = of(&table, "acceptance", "query");
        assert_eq!((lists.reading.count, lists.late(), lists.limit_ms, lists.verdict), (102, 1, 2_000, Verdict::Few));
        assert_eq!((lists.reading.most_us, lists.share()), (2_500_000, Some(9_901)));
        assert_eq!(of(&table, "acceptance", "complex").verdict, Verdict::Met);
        let guide = of(&table, "portal", "page");
        assert_eq!((guide.late(), guide.limit_ms, guide.verdict), (4, 1_500, Verdict::Missed));
        // Seniors' pages are served by the same, with a limit of their own; nobody serves what is not there yet.
        let elder = of(&table, "elder", "page");
        assert_eq!((elder.reading.count, elder.limit_ms, elder.verdict), (4, 2_000, Verdict::Met));
        assert_eq!(of(&table, "multiplan", "page").verdict, Verdict::None);
        assert_eq!(of(&table, "step", "login_page").verdict, Verdict::Met);
        assert_eq!(of(&table, "step", "problem").verdict, Verdict::Missed, "an error told after five seconds");
        let (few, many) = (of(&table, "load", "low"), of(&table, "load", "high"));
        assert_eq!((few.verdict, many.reading.count, many.verdict), (Verdict::Missed, 1, Verdict::Met));
        assert_eq!(of(&table, "load", "never").verdict, Verdict::Met, "nothing took longer than three seconds");

        // The next morning the report is there, once, and those who look after the system are told.
        world.test.clock.set(testkit::story_start() + Duration::hours(22));
        world.minutes(3).await;
        let (reports, total) = world.operations.inspections(Some("day"), false, None, 10).await.unwrap();
        assert_eq!((total, reports[0].title.as_str()), (1, "响应和资源日报（2026-09-21）"));
        let (_, content) = world.operations.inspection(reports[0].id).await.unwrap();
        let titles: Vec<&str> = content.sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["子系统响应", "登录和步骤", "同时访问和负荷", "资源使用"]);
        let line = |name: &str| {
            let lines = content.sections.iter().flat_map(|section| &section.lines);
            lines.into_iter().find(|line| line.name == name).unwrap().clone()
        };
        let page = line("统一受理门户：业务页面");
        assert_eq!(page.state, Some(State::Bad));
        assert!(page.value.contains("限 1.5 秒") && page.value.contains("超过的 4 次"), "{}", page.value);
        assert_eq!(line("多规合一").value, "没有访问");
        let crowd = line("同时处理的访问");
        assert_eq!((crowd.value.as_str(), crowd.state), ("最多 150 个，参考负荷 17.13，设计容量 500", Some(State::Ok)));
        assert_eq!(
            (line("磁盘可用").state, line("处理器占用").state),
            (Some(State::Bad), None),
            "15 of 100 for a minute"
        );
        let lasting = world.operations.alarms(Some(true), None, None, 50).await.unwrap().0;
        let alarm = lasting.iter().find(|row| row.rule_key == "targets").unwrap();
        // As many as the report shows: guide, problem, few at once, disk; how busy the connections of this database
        // were is not the test's to say.
        let bad = content.sections.iter().flat_map(|section| &section.lines);
        let bad: Vec<&str> = bad.filter(|line| line.state == Some(State::Bad)).map(|line| line.name.as_str()).collect();
        let certain = bad.iter().filter(|name| **name != "数据库连接占用").count();
        assert_eq!((alarm.value, certain, alarm.fault_id), (i64::try_from(bad.len()).unwrap(), 4, None), "{bad:?}");
        assert!(world.told("operator").await.iter().any(|text| text.contains("前一天的响应没有达标")));

        // A good day ends it; the report of the week tells of both.
        note("GET /api/v1/cases", 20, 5);
        world.minutes(1).await;
        world.test.clock.set(testkit::story_start() + Duration::hours(46));
        world.minutes(3).await;
        assert_eq!(world.operations.inspections(Some("day"), false, None, 10).await.unwrap().1, 2);
        let lasting = world.operations.alarms(Some(true), None, None, 50).await.unwrap().0;
        assert!(lasting.iter().all(|row| row.rule_key != "targets"));
        world.test.clock.set(testkit::story_start() + Duration::days(7));
        world.minutes(1).await;
        let (reports, _) = world.operations.inspections(Some("week"), false, None, 10).await.unwrap();
        let (_, content) = world.operations.inspection(reports[0].id).await.unwrap();
        let kept = content.sections.iter().find(|section| section.title == "响应达标").unwrap();
        assert!(kept.lines.iter().any(|line| line.name == "统一受理门户：业务页面"), "{:?}", kept.lines);
        world.test.close().await;
    }
}

/// Two nodes and two minutes add up to one row of the day; days too old are forgotten.
///
/// req: OPS-001
#[tokio::test(flavor = "multi_thread")]
async fn minutes_add_up_and_old_days_go() {
    for backend in backends() {
        let world = World::new(backend).await;
        let platform = &world.test.platform;
        let today = base::zone::china_date(platform.now());
        for ms in [10, 4_000] {
            platform.metrics.requests.note("GET /api/v1/cases", Real::from_millis(ms), ms > 10);
            world.minutes(1).await;
        }
        let other = crate::Operations { node: "second:1".to_owned(), ..world.operations.clone() };
        platform.metrics.requests.note("GET /api/v1/cases", Real::from_millis(20), false);
        other.upkeep().await.unwrap();
        let rows = world.operations.answered(today, today, Some("acceptance")).await.unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        let reading = &rows[0].reading;
        assert_eq!((reading.count, reading.errors, reading.most_us), (3, 1, 4_000_000));
        assert_eq!((reading.beyond_ms(3_000), reading.beyond_ms(4_000)), (Some(1), Some(0)));
        assert_eq!(reading.buckets.iter().sum::<u64>(), 3);
        assert!(world.operations.answered(today, today, Some("portal")).await.unwrap().is_empty());
        world.test.clock.advance(Duration::days(1_101));
        world.minutes(1).await;
        assert!(world.operations.answered(today, today, None).await.unwrap().is_empty());
        world.test.close().await;
    }
}
