//! The domain on both databases: minutes measured and rolled up, an alarm raised and cleared, a ticket that
//! raises itself, inspections that make themselves.

mod manual;
mod targets;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration as Real;

use identity::Identity;
use platform::metrics::Trace;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::work::jobs::Handlers;
use sea_orm::EntityTrait;
use testkit::{Backend, TestPlatform, backends};
use time::{Duration, OffsetDateTime};

use crate::Operations;
use crate::faults::model::Grade;
use crate::faults::service::Wanted;
use crate::look::{Finding, State, Watched};
use crate::machine::{Machine, Probe};
use crate::points::Span;
use crate::store::{inspection, trace};

/// A machine whose disk fills as the test says.
struct Disk(AtomicU64);

impl Probe for Disk {
    fn look(&self, _: &Path) -> Machine {
        Machine { disk: Some((100, self.0.load(Ordering::Relaxed))), ..Machine::default() }
    }
    fn name(&self) -> String {
        "test".to_owned()
    }
}

/// A part outside that the test says something about.
struct Outside(Mutex<State>);

#[async_trait::async_trait]
impl Watched for Outside {
    async fn look(&self, _: OffsetDateTime) -> Vec<Finding> {
        let state = *self.0.lock().unwrap();
        vec![Finding::new("outside", "外面", "safety", state, "说明").value("certificate.days", 400)]
    }
}

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs")
}

const STAFF: &str = "schema: tongban-staff/1\nstaff:\n\
    - {login: operator, name: 高峰, org: city-office, phone: '19900000141', roles: [operator]}\n\
    - {login: second, name: 钱进, org: city-office, phone: '19900000142', roles: [operator]}\n";

struct World {
    test: TestPlatform,
    identity: Identity,
    operations: Operations,
    disk: Arc<Disk>,
}

impl World {
    async fn new(backend: Backend) -> Self {
        let steps = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let identity = Identity::new(test.platform.clone());
        let city = |file: &str| std::fs::read_to_string(packs().join("city").join(file)).unwrap();
        identity.import_regions(identity::import::regions_from_city(&city("city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&city("orgs.yaml")).await.unwrap();
        identity.import_staff(STAFF, "Open-Sesame-1").await.unwrap();
        let disk = Arc::new(Disk(AtomicU64::new(50)));
        let outside = Arc::new(Outside(Mutex::new(State::Ok)));
        let operations = Operations::new(
            test.platform.clone(),
            identity.clone(),
            &packs().join("platform"),
            "0.0.0",
            disk.clone(),
            vec![outside],
        )
        .unwrap();
        Self { test, identity, operations, disk }
    }

    async fn desk(&self, login: &str) -> Principal {
        let staff = self.identity.staff_by_login(login).await.unwrap().unwrap();
        PrincipalSource::principal(&self.identity, &self.test.platform, Audience::Desk, staff.id)
            .await
            .unwrap()
            .unwrap()
    }

    /// Minutes pass, each with its upkeep and its jobs.
    async fn minutes(&self, count: i64) {
        for _ in 0..count {
            self.test.clock.advance(Duration::MINUTE);
            self.operations.upkeep().await.unwrap();
            self.work().await;
        }
    }

    async fn work(&self) {
        let handlers = self.operations.jobs(Handlers::default());
        while platform::work::jobs::run_due(&self.test.platform, &handlers, 50).await.unwrap() > 0 {}
    }

    /// Words left for somebody, newest first.
    async fn told(&self, login: &str) -> Vec<String> {
        self.work().await;
        let id = self.desk(login).await.id;
        let inbox = platform::messages::inbox(&self.test.platform, &format!("staff:{id}"), 50).await.unwrap();
        inbox.into_iter().map(|item| item.text).collect()
    }
}

/// Disk running full raises one alarm after its minutes, opens one ticket, tells whoever is on duty; the alarm
/// clears above its clearing value, the ticket only when a person says so; left alone it raises itself.
///
/// req: OPS-013
/// req: OPS-033
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_becomes_an_alarm_and_a_ticket_that_raises_itself() {
    for backend in backends() {
        let world = World::new(backend).await;
        let operator = world.desk("operator").await;
        let second = world.desk("second").await;
        // The clock of the test is not that of the database's machine.
        let known =
            world.operations.rules().await.unwrap().into_iter().find(|known| known.rule.key == "clock").unwrap();
        let off = crate::alarms::rules::RuleChange {
            version: 0,
            enabled: false,
            limit: known.rule.limit,
            clear: known.rule.clear,
            minutes: known.rule.minutes,
            grade: known.rule.grade,
            reason: "演示".to_owned(),
        };
        world.operations.change_rule(&operator, "clock", off).await.unwrap();
        let today = base::zone::china_date(world.test.platform.now());
        world.operations.add_duty(&operator, second.id, (today, today), None).await.unwrap();
        world.minutes(5).await;
        assert_eq!(world.operations.alarms(None, None, None, 10).await.unwrap().1, 0, "all is well");
        world.disk.0.store(8, Ordering::Relaxed);
        world.minutes(2).await;
        assert_eq!(world.operations.alarms(None, None, None, 10).await.unwrap().1, 0, "two minutes are not three");
        world.minutes(3).await;
        let (alarms, total) = world.operations.alarms(Some(true), None, None, 10).await.unwrap();
        assert_eq!((total, alarms[0].rule_key.as_str(), alarms[0].value), (1, "disk", 8), "one, however long it lasts");
        let fault = alarms[0].fault_id.unwrap();
        let opened = world.operations.fault(fault).await.unwrap();
        assert!(opened.row.number.starts_with("GZ20260921"), "{}", opened.row.number);
        assert_eq!((opened.row.grade.as_str(), opened.row.state.as_str()), ("severe", "open"));
        assert!(world.told("second").await[0].contains("磁盘空间不足"));
        assert_eq!(world.told("operator").await.len(), 0, "only who is on duty");

        // Nobody looks for 40 minutes: told once. After two hours it is major, after another hour told again.
        world.minutes(40).await;
        let told = world.operations.fault(fault).await.unwrap();
        let acts =
            |whole: &crate::faults::service::Whole| whole.steps.iter().map(|step| step.act.clone()).collect::<Vec<_>>();
        assert_eq!(acts(&told), ["open", "late"]);
        world.test.clock.advance(Duration::hours(2));
        world.minutes(2).await;
        let raised = world.operations.fault(fault).await.unwrap();
        assert_eq!((raised.row.grade.as_str(), raised.row.first_grade.as_str()), ("major", "severe"));
        assert_eq!(acts(&raised)[2..], ["overdue", "late"], "raised, and nobody on the spot");
        let page = world.operations.faults(&Wanted { q: Some("磁盘".to_owned()), ..Wanted::default() }, None, 10).await;
        assert_eq!(page.unwrap().1, 1);

        // Above the limit is not yet well; the alarm clears at its clearing value and the ticket learns of it.
        world.disk.0.store(12, Ordering::Relaxed);
        world.minutes(4).await;
        assert_eq!(world.operations.alarms(Some(true), None, None, 10).await.unwrap().1, 1);
        world.disk.0.store(40, Ordering::Relaxed);
        world.minutes(4).await;
        assert_eq!(world.operations.alarms(Some(true), None, None, 10).await.unwrap().1, 0);
        let mut whole = world.operations.fault(fault).await.unwrap();
        assert_eq!(whole.steps.last().unwrap().text, "告警解除：已恢复正常");
        assert_eq!(whole.row.state, "open");

        // A person restores and repairs; an old page and a wrong order are refused.
        let operations = &world.operations;
        let refused = operations.restore_fault(&operator, fault, whole.row.version, "清理了日志").await.unwrap_err();
        assert_eq!(refused.code(), "wrong_state");
        operations.acknowledge_fault(&operator, fault, whole.row.version).await.unwrap();
        let stale = operations.arrive_at_fault(&operator, fault, whole.row.version).await.unwrap_err();
        assert_eq!(stale.code(), "stale_version");
        operations.arrive_at_fault(&operator, fault, whole.row.version + 1).await.unwrap();
        operations.restore_fault(&operator, fault, whole.row.version + 2, "清理了旧备份").await.unwrap();
        let bare = operations.close_fault(&operator, fault, whole.row.version + 3, " ").await.unwrap_err();
        assert_eq!(bare.field_errors()[0].pointer, "/text");
        operations.close_fault(&operator, fault, whole.row.version + 3, "备份没有清理，已设保留七份").await.unwrap();
        whole = operations.fault(fault).await.unwrap();
        assert_eq!((whole.row.state.as_str(), whole.row.rank / 1_000), ("closed", 2));
        let figures =
            operations.fault_figures(world.test.platform.now() - Duration::days(1), world.test.platform.now()).await;
        let figures = figures.unwrap();
        assert_eq!((figures.tickets, figures.raised, figures.by_alarm, figures.down), (1, 1, 1, 0));
        assert_eq!((figures.grades[0].tickets, figures.grades[0].acknowledged_in_time), (1, 0));

        // A threshold changed on the desk counts at once; one that fits nothing is refused.
        let mut change = crate::alarms::rules::RuleChange {
            version: 0,
            enabled: true,
            limit: 45,
            clear: 30,
            minutes: 2,
            grade: Grade::General,
            reason: "扩容以前".to_owned(),
        };
        let wrong = operations.change_rule(&operator, "disk", change.clone()).await.unwrap_err();
        assert_eq!(wrong.field_errors()[0].pointer, "/clear");
        change.clear = 60;
        operations.change_rule(&operator, "disk", change.clone()).await.unwrap();
        assert_eq!(operations.change_rule(&operator, "disk", change).await.unwrap_err().code(), "stale_version");
        world.minutes(2).await;
        let (alarms, _) = operations.alarms(Some(true), None, None, 10).await.unwrap();
        assert_eq!((alarms[0].grade.as_str(), alarms[0].limit_value), ("general", 45));
        world.test.close().await;
    }
}

/// Minutes roll up to hours and days and old ones go; chains are kept within their bounds; inspections and the
/// report of the week make themselves, once.
///
/// req: OPS-019
/// req: OPS-033
/// req: OPS-035
#[tokio::test(flavor = "multi_thread")]
async fn minutes_become_history_and_history_reports() {
    for backend in backends() {
        let world = World::new(backend).await;
        let platform = &world.test.platform;
        let kept = Trace {
            trace: "0199aa00-0000-7000-8000-000000000001".to_owned(),
            kind: "request",
            name: "GET /api/v1/cases".to_owned(),
            began: platform.now(),
            took_us: 2_000_000,
            waited_us: 500_000,
            statements: 3,
            status: 200,
            failed: false,
            spans: Vec::new(),
            more: 0,
            why: "slow",
        };
        platform.metrics.put(kept);
        for hour in 0..30 {
            platform.metrics.requests.note("GET /api/v1/cases", Real::from_millis(30), false);
            platform.metrics.requests.note("GET /api/v1/cases", Real::from_millis(3_000), hour % 10 == 0);
            world.operations.upkeep().await.unwrap();
            world.test.clock.advance(Duration::HOUR);
        }
        world.operations.upkeep().await.unwrap();
        let start = testkit::story_start();
        let hours = world.operations.values_since(Span::Hour, start).await.unwrap();
        assert_eq!(hours.len(), 30);
        assert_eq!((hours[0].1["http.requests"].1, hours[10].1["http.errors"].1), (2, 1));
        assert_eq!(hours[5].1["http.p95_ms"].3, 3_000);
        let days = world.operations.values_since(Span::Day, start - Duration::days(1)).await.unwrap();
        assert_eq!(days.len(), 1, "the second day is not over");
        let weakest = world.operations.weakest(start).await.unwrap();
        assert_eq!(
            (weakest[0].name.as_str(), weakest[0].reading.count, weakest[0].reading.errors),
            ("GET /api/v1/cases", 60, 3)
        );
        assert_eq!(weakest[0].reading.over_ms(1_000), 30);
        let chain = world.operations.chain("0199aa00-0000-7000-8000-000000000001").await.unwrap();
        assert_eq!((chain.len(), chain[0].statements), (1, 3));

        // Inspections of 11, 15 and 20 of the first day and of the hours of the second.
        let spots = world.operations.inspections(Some("spot"), false, None, 100).await.unwrap();
        assert!((5..=7).contains(&spots.1), "{}", spots.1);
        assert_eq!(world.operations.inspections(Some("week"), false, None, 10).await.unwrap().1, 0, "nothing before");
        world.test.clock.set(testkit::story_start() + Duration::days(7));
        world.operations.upkeep().await.unwrap();
        world.operations.upkeep().await.unwrap();
        let (reports, total) = world.operations.inspections(Some("week"), false, None, 10).await.unwrap();
        assert_eq!((total, reports[0].title.as_str()), (1, "周巡检报告（2026-09-21 至 2026-09-27）"));
        let (_, content) = world.operations.inspection(reports[0].id).await.unwrap();
        let titles: Vec<&str> = content.sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["可用性", "运行数据", "响应达标", "告警", "故障", "问题清单", "巡检", "备份和演练"]);
        assert_eq!(content.sections[0].lines[0].state, Some(State::Warn), "it ran a few minutes of a week");

        // A drill from the command line is found with the others and no longer missing.
        let id = platform.new_id();
        crate::inspections::keep_restore_drill(&platform.db, id, platform.now(), 95, None).await.unwrap();
        let drills = world.operations.drills(platform.now()).await.unwrap();
        assert_eq!((drills[0].state, drills[1].state), (Some(State::Ok), Some(State::Warn)));

        platform.db.tune(platform.now()).await.unwrap();
        // A month later the chains are gone and minutes too; two nodes never make one report twice.
        world.test.clock.advance(Duration::days(31));
        world.operations.upkeep().await.unwrap();
        assert_eq!(trace::Entity::find().all(platform.db.read()).await.unwrap().len(), 0);
        assert_eq!(world.operations.values_since(Span::Minute, start).await.unwrap().len(), 1);
        let all = inspection::Entity::find().all(platform.db.read()).await.unwrap();
        let mut keys: Vec<&String> = all.iter().filter_map(|row| row.period_key.as_ref()).collect();
        let before = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), before);
        world.test.close().await;
    }
}
