//! Figures beside the cases: after any life of cases they are what a count of the cases gives.

use std::collections::BTreeMap;

use casework::cases::service::lists::{DepartmentFigures, Moment};
use casework::statistics::report::CaseStatisticsFilter;
use platform::web::guard::Principal;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use sea_orm::{ConnectionTrait, Statement};
use testkit::Backend;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::any_order::{Act, act, run};
use crate::world::{FOOD, World, on_both, pointers};

/// A case as its row tells.
struct Row {
    org_id: Uuid,
    item: String,
    taken_at: Option<Uuid>,
    state: String,
    closing: Option<String>,
    submitted: Option<OffsetDateTime>,
    accepted: Option<OffsetDateTime>,
    decided: Option<OffsetDateTime>,
    closed: Option<OffsetDateTime>,
    delivered: Option<OffsetDateTime>,
    due: Option<OffsetDateTime>,
}

/// Every case handed in that somebody sees, read from `cases` and nowhere else.
async fn rows(world: &World, caller: &Principal) -> Vec<Row> {
    let db = &world.casework.platform.db;
    let sql = "SELECT * FROM cases WHERE state <> 'draft'";
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
    rows.iter()
        .map(|row| Row {
            org_id: row.try_get("", "org_id").unwrap(),
            item: row.try_get("", "item_slug").unwrap(),
            taken_at: row.try_get("", "taken_at").unwrap(),
            state: row.try_get("", "state").unwrap(),
            closing: row.try_get("", "closing").unwrap(),
            submitted: row.try_get("", "submitted_at").unwrap(),
            accepted: row.try_get("", "accepted_at").unwrap(),
            decided: row.try_get("", "decided_at").unwrap(),
            closed: row.try_get("", "closed_at").unwrap(),
            delivered: row.try_get("", "delivered_at").unwrap(),
            due: row.try_get("", "due_at").unwrap(),
        })
        .filter(|row| caller.reaches_taken(row.org_id, &row.item, row.taken_at))
        .collect()
}

/// Periods around the story: before it, its first weeks cut by days, and the rest.
fn edges() -> Vec<OffsetDateTime> {
    let first = base::zone::start_of_day(base::zone::china_date(testkit::story_start()));
    [-30, 0, 1, 3, 7, 14, 200].map(|days| first + Duration::days(days)).to_vec()
}

fn on_time(row: &Row) -> bool {
    row.due.is_none_or(|due| row.decided.or(row.closed).is_some_and(|at| at <= due))
}

/// Every figure that reports show is the one that the cases give.
async fn same_as_the_cases(world: &World, who: &str) {
    let casework = &world.casework;
    let caller = world.staff(who).await;
    let rows = rows(world, &caller).await;
    let edges = edges();
    for moment in Moment::ALL {
        let mut expected: BTreeMap<(String, Uuid, Option<Uuid>, i64), i64> = BTreeMap::new();
        for row in &rows {
            let at = match moment {
                Moment::Filed => row.submitted,
                Moment::Accepted => row.accepted,
                Moment::Closed => row.closed,
                Moment::Delivered => row.delivered,
            };
            let period = edges.windows(2).position(|pair| at.is_some_and(|at| pair[0] <= at && at < pair[1]));
            if let Some(period) = period {
                *expected.entry((row.item.clone(), row.org_id, row.taken_at, period as i64)).or_default() += 1;
            }
        }
        let found = casework.volumes(&caller, moment, &edges).await.unwrap();
        let found: BTreeMap<_, _> =
            found.into_iter().map(|one| ((one.item_slug, one.org_id, one.taken_at, one.bucket), one.count)).collect();
        assert_eq!(found, expected, "{moment:?} as {who} sees them");
    }
    for (from, until) in [(edges[0], edges[6]), (edges[1], edges[4]), (edges[3], edges[6])] {
        let within = |at: Option<OffsetDateTime>| at.is_some_and(|at| from <= at && at < until);
        let now = casework.platform.now();
        let open = ["submitted", "pre_reviewed", "correction", "accepted", "in_review", "special", "decided"];
        let mut expected: BTreeMap<Uuid, DepartmentFigures> = BTreeMap::new();
        for row in &rows {
            let one = expected.entry(row.org_id).or_default();
            one.org_id = row.org_id;
            one.filed += i64::from(within(row.submitted));
            one.ended += i64::from(within(row.submitted) && !open.contains(&row.state.as_str()));
            one.closed += i64::from(within(row.closed));
            one.on_time += i64::from(within(row.closed) && on_time(row));
            let clocked = open.contains(&row.state.as_str()) && row.state != "correction";
            one.overdue += i64::from(clocked && row.due.is_some_and(|due| due <= now));
        }
        let found = casework.department_figures(&caller, from, until).await.unwrap();
        assert_eq!(found, expected.into_values().collect::<Vec<_>>(), "departments as {who} sees them");
    }
    let mut by_state: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_result: BTreeMap<String, u64> = BTreeMap::new();
    for row in &rows {
        *by_state.entry(row.state.clone()).or_default() += 1;
        if row.closed.is_some() {
            *by_result.entry(row.closing.clone().unwrap_or_default()).or_default() += 1;
        }
    }
    let report = async |by: &str| {
        let filter = CaseStatisticsFilter {
            from: Some("2026-08-01".into()),
            to: Some("2027-12-31".into()),
            by: Some(by.into()),
            item: None,
        };
        casework.case_statistics(&caller, &filter).await.unwrap()
    };
    let found = report("state").await.items.into_iter().map(|one| (one.key, one.filed)).collect::<BTreeMap<_, _>>();
    assert_eq!(found, by_state, "states as {who} sees them");
    let found = report("result").await.items.into_iter().map(|one| (one.key, one.closed)).collect::<BTreeMap<_, _>>();
    assert_eq!(found, by_result, "results as {who} sees them");
    for by in ["item", "org", "area", "channel", "month"] {
        let total = report(by).await.total;
        assert_eq!((total.filed, total.closed), (rows.len() as u64, by_result.values().sum::<u64>()), "{who}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Life(Act),
    /// The minute's count.
    Count,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![5 => act().prop_map(Step::Life), 1 => Just(Step::Count)]
}

async fn play(world: &World, steps: &[Step]) {
    // The clock goes back to the begin of the story: what is written from here on is found all the same.
    world.test.clock.set(testkit::story_start());
    world.casework.count_cases().await.unwrap();
    let id = world.filled("self").await;
    for step in steps {
        match step {
            // Whether it is refused does not matter here.
            Step::Life(act) => drop(run(world, id, *act).await),
            Step::Count => {
                world.casework.count_cases().await.unwrap();
            }
        }
    }
    // With changes that are not counted yet, and with all of them counted.
    same_as_the_cases(world, "supervisor").await;
    world.casework.count_cases().await.unwrap();
    same_as_the_cases(world, "supervisor").await;
    same_as_the_cases(world, "clerk-social").await;
}

fn search(backend: Backend, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = runtime.block_on(World::new(backend));
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config =
        Config { cases: wanted.unwrap_or(cases), failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let lives =
        proptest::collection::vec(step(), 4..28).prop_map(|steps| [vec![Step::Life(Act::Submit)], steps].concat());
    let outcome = runner.run(&lives, |steps| {
        runtime.block_on(play(&world, &steps));
        Ok(())
    });
    let checked = runtime.block_on(world.casework.check_figures()).unwrap();
    runtime.block_on(world.test.close());
    match outcome {
        Ok(()) => assert_eq!((checked.differing, checked.cells), (0, 0), "nothing was left to mend: {checked:?}"),
        Err(TestError::Fail(reason, steps)) => panic!("{reason}\n{steps:?}"),
        Err(other) => panic!("{other}"),
    }
}

/// req: OPS-007
#[test]
fn figures_are_those_of_the_cases_after_any_lives_on_sqlite() {
    search(Backend::Sqlite, 16);
}

/// req: OPS-007
#[test]
fn figures_are_those_of_the_cases_after_any_lives_on_postgresql() {
    if testkit::backends().contains(&Backend::Postgres) {
        search(Backend::Postgres, 6);
    }
}

/// Before the first count reports are read from the cases; then from the figures alone: they stay when the cases are
/// not there to be read.
///
/// req: OPS-007
#[tokio::test]
async fn a_report_over_counted_days_reads_no_case() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        same_as_the_cases(world, "supervisor").await;
        assert!(casework.figures_standing().await.unwrap().is_none(), "nobody counted yet");
        let first = casework.count_cases().await.unwrap();
        assert_eq!((first.cases, first.ready), (1, true));
        let again = casework.count_cases().await.unwrap();
        assert_eq!(again.cases, 0, "a case that did not change is not counted again");
        world.step(id, "pass").await.unwrap();
        same_as_the_cases(world, "supervisor").await;
        assert_eq!(casework.count_cases().await.unwrap().cases, 1);
        world.forward(Duration::hours(1));
        casework.count_cases().await.unwrap();
        world.sql("DELETE FROM cases".to_owned()).await;
        let caller = world.staff("supervisor").await;
        let volumes = casework.volumes(&caller, Moment::Accepted, &edges()).await.unwrap();
        assert_eq!(volumes.iter().map(|one| (one.item_slug.as_str(), one.count)).collect::<Vec<_>>(), [(FOOD, 1)]);
        let stranger = world.staff("clerk-social").await;
        assert!(casework.volumes(&stranger, Moment::Accepted, &edges()).await.unwrap().is_empty(), "reach holds here");
    })
    .await;
}

/// A first count that broke off goes on where it stopped, and one that was done twice counted nothing twice.
///
/// req: OPS-007
#[tokio::test]
async fn a_count_that_broke_off_goes_on() {
    on_both(async |world| {
        let casework = &world.casework;
        for _ in 0..3 {
            world.submitted().await;
        }
        casework.count_cases().await.unwrap();
        // As if the node had gone after its second case: the rows are there, the mark stands before them.
        let nil = crate::world::id_literal(world, Uuid::nil());
        let sql = match casework.platform.db.backend() {
            sea_orm::DbBackend::Sqlite => format!("UPDATE case_counting SET ready = 0, after_id = {nil}"),
            _ => format!("UPDATE case_counting SET ready = false, after_id = {nil}"),
        };
        world.sql(sql).await;
        world.accepted().await;
        let done = casework.count_cases().await.unwrap();
        assert_eq!((done.cases, done.ready), (1, true));
        same_as_the_cases(world, "supervisor").await;
        let checked = casework.check_figures().await.unwrap();
        assert_eq!((checked.cases, checked.differing, checked.cells), (4, 0, 0));
    })
    .await;
}

/// The reconciliation finds what was changed past the product, mends it and tells; it is done once a day.
///
/// req: OPS-007
#[tokio::test]
async fn what_differs_is_told_and_mended() {
    on_both(async |world| {
        let casework = &world.casework;
        world.submitted().await;
        world.accepted().await;
        casework.count_cases().await.unwrap();
        world.forward(Duration::hours(1));
        casework.count_cases().await.unwrap();
        world.sql("UPDATE cases SET channel = 'window' WHERE state = 'submitted'".to_owned()).await;
        let checked = casework.check_figures().await.unwrap();
        assert_eq!((checked.cases, checked.differing, checked.cells), (2, 1, 0));
        world.sql("UPDATE case_days SET number = number + 5 WHERE moment = 'accepted'".to_owned()).await;
        world.sql("DELETE FROM case_days WHERE channel = 'window'".to_owned()).await;
        casework.check_figures_daily().await.unwrap();
        assert_eq!(casework.figures_standing().await.unwrap().unwrap().differing, 1, "once a day");
        world.days(1);
        casework.check_figures_daily().await.unwrap();
        let standing = casework.figures_standing().await.unwrap().unwrap();
        assert_eq!((standing.ready, standing.differing), (true, 2));
        same_as_the_cases(world, "supervisor").await;
        assert_eq!(casework.check_figures().await.unwrap().cells, 0);
    })
    .await;
}

/// req: OPS-007
#[tokio::test]
async fn a_report_that_can_not_be_made_names_the_field() {
    on_both(async |world| {
        let caller = world.staff("supervisor").await;
        let asked = async |filter: CaseStatisticsFilter| world.casework.case_statistics(&caller, &filter).await;
        let by = CaseStatisticsFilter { by: Some("weather".into()), ..Default::default() };
        assert_eq!(pointers(asked(by).await, 422), ["/by"]);
        let from = CaseStatisticsFilter { from: Some("2030-01-01".into()), ..Default::default() };
        assert_eq!(pointers(asked(from).await, 422), ["/from"]);
    })
    .await;
}
