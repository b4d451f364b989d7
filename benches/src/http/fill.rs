//! A city of full size: cases with their events and the steps of an examiner, items on offer, the figures of reports.

use anyhow::Context;
use base::clock::Clock;
use platform::system::SystemClock;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, Value};
use time::Duration;

use super::client::{Connection, request};
use super::world::{VISITOR, VISITORS};
use super::{Bench, items};

/// Cases in the long list.
pub(super) const CASES: i64 = 1_000_000;
/// One of so many of them is not ended yet.
const OPEN: i64 = 50;
/// Events of each of them.
const EVENTS: i64 = 5;
/// One of so many of them waits for the examiner.
pub(super) const WAITING: i64 = 500;

/// Fills the city while its server stands still, so that nothing is measured beside it, and starts the server again.
///
/// # Errors
/// When no case was filed before, or the database refuses.
pub(super) fn fill(bench: &Bench) -> anyhow::Result<()> {
    let filed = bench.filed.borrow_mut().pop().context("a filed case")?;
    let mut world = bench.world.borrow_mut();
    world.runtime.block_on(async {
        let accept = request("POST", &format!("/api/v1/cases/{filed}/accept"), &world.clerk, &[], br#"{"version":1}"#);
        let answer = Connection::open(world.address).await?.send(&accept).await?;
        anyhow::ensure!((200..300).contains(&answer.status), "accept answered {}", answer.status);
        Ok::<_, anyhow::Error>(())
    })?;
    world.settle()?;
    world.stop();
    world.runtime.block_on(async {
        multiply(&world.conn).await?;
        items::fill(&world.conn).await
    })?;
    world.count_figures()?;
    world.runtime.block_on(async { world.conn.execute_unprepared("ANALYZE").await })?;
    world.start()?;
    Ok(())
}

/// Copies a filed case until there are [`CASES`], each with [`EVENTS`] events and the step of an examiner, most of them
/// done; only what the lists read.
async fn multiply(conn: &DatabaseConnection) -> anyhow::Result<()> {
    let backend = conn.get_database_backend();
    let columns = "version, query_code, item_slug, item_version, item_name, handle_item, handle_item_name, org_id, \
         channel, applicant_kind, applicant_name, applicant_index, personal_sealed, corrected, correction_asked, \
         step_name, created_at, updated_at, submitted_at, due_at, event_count, head_hash";
    let series = match backend {
        DbBackend::Sqlite => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)",
        _ => "WITH n(i) AS (SELECT generate_series(1, $1))",
    };
    // Ids grow with time, as those of the product do.
    let id = |number: String| match backend {
        DbBackend::Sqlite => format!("unhex(printf('%032x', {number}))"),
        _ => format!("CAST(lpad(to_hex(CAST({number} AS bigint)), 32, '0') AS uuid)"),
    };
    let case = id("n.i".to_owned());
    let task = id(format!("n.i + {CASES}"));
    let event = id(format!("n.i * {EVENTS} + k.no + {CASES} * 2"));
    let at = match backend {
        DbBackend::Sqlite => "$2",
        _ => "CAST($2 AS timestamptz)",
    };
    let count = conn.query_one_raw(Statement::from_string(backend, "SELECT count(*) AS n FROM cases")).await?;
    let present: i64 = count.context("a count")?.try_get("", "n")?;
    let more = (CASES - present).max(0);
    // The minute's count looks at the events of the last minutes: not at a million copies, over and over. And not
    // yesterday's, for days that are over get a root of all their events.
    let now = SystemClock.now();
    let then = (now - Duration::hours(1)).max(base::zone::start_of_day(base::zone::china_date(now)));
    // They belong to the people who are on line, in equal parts.
    let owners = format!(
        "owner(no, owned_by) AS (SELECT row_number() OVER (ORDER BY id) - 1, id FROM accounts WHERE subject LIKE '{VISITOR}%')"
    );
    let copies: [(String, Vec<Value>); 3] = [
        (
            format!(
                "INSERT INTO cases (id, case_number, state, closed_at, account_id, {columns}) {series}, {owners} \
                 SELECT {case}, 'copy-' || n.i, CASE WHEN n.i % {OPEN} = 0 THEN state ELSE 'delivered' END, \
                 CASE WHEN n.i % {OPEN} = 0 THEN NULL ELSE updated_at END, owned_by, {columns} \
                 FROM n JOIN owner ON owner.no = n.i % {VISITORS}, \
                 (SELECT * FROM cases WHERE submitted_at IS NOT NULL LIMIT 1) AS one"
            ),
            vec![more.into()],
        ),
        (
            format!(
                "INSERT INTO tasks (id, case_id, state, {TASK}) {series} \
                 SELECT {task}, {case}, CASE WHEN n.i % {WAITING} = 0 THEN 'open' ELSE 'done' END, {TASK} \
                 FROM n, (SELECT {TASK} FROM tasks WHERE stage = 'review' AND state = 'open' LIMIT 1) AS one"
            ),
            vec![more.into()],
        ),
        (
            format!(
                "INSERT INTO case_events (id, case_id, no, at, {EVENT}) {series}, k(no) AS (SELECT 1 UNION ALL \
                 SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) \
                 SELECT {event}, {case}, k.no, {at}, {EVENT} \
                 FROM n, k, (SELECT {EVENT} FROM case_events LIMIT 1) AS one"
            ),
            vec![more.into(), then.into()],
        ),
    ];
    for (sql, values) in copies {
        conn.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

const TASK: &str = "flow_task, element, stage, name, role, org_id, created_at, files, narrowed, joint, every_day, item_slug, \
     taken_at, case_due_at";
const EVENT: &str = "kind, actor_id, actor_name, text, data, previous_hash, hash";

/// Gives a case as many materials and events as a long life leaves: 20 and 200.
pub(super) async fn lengthen(conn: &DatabaseConnection, case: &str) -> anyhow::Result<()> {
    let backend = conn.get_database_backend();
    let (this, new) = match backend {
        DbBackend::Sqlite => (format!("x'{}'", case.replace('-', "")), "randomblob(16)"),
        _ => (format!("CAST('{case}' AS uuid)"), "gen_random_uuid()"),
    };
    let series = |to: usize| match backend {
        DbBackend::Sqlite => format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {to})"),
        _ => format!("WITH n(i) AS (SELECT generate_series(1, {to}))"),
    };
    let material = "name, handing, files, checks, note, updated_at";
    let all = [
        format!(
            "INSERT INTO case_events (id, case_id, no, at, {EVENT}) {} SELECT {new}, {this}, n.i + 100, at, {EVENT} \
             FROM n, (SELECT at, {EVENT} FROM case_events WHERE case_id = {this} LIMIT 1) AS one",
            series(200)
        ),
        format!(
            "INSERT INTO case_materials (case_id, key, {material}) {} SELECT {this}, 'copy-' || n.i, {material} FROM n, \
             (SELECT {material} FROM case_materials WHERE case_id = {this} LIMIT 1) AS one",
            series(20)
        ),
    ];
    for sql in all {
        conn.execute_unprepared(&sql).await?;
    }
    Ok(())
}
