//! The whole product over HTTP, as a process of its own, on each database.
//!
//! Server, database and clients share this machine. Between rounds the server finishes its jobs.

mod bulk;
mod client;
mod day;
mod floor;
mod load;
mod world;

use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use uuid::Uuid;

use self::client::{Answer, request};
pub use self::day::{Visitors, model};
use self::floor::Rows;
use self::load::{Burst, Make, burst};
pub use self::world::SERVE;
use self::world::{Kind, World};
use crate::measure::Workload;

/// Clients that file at once.
const FILING: usize = 50;
/// Clients that read at once.
const READING: usize = 8;
/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(1_500);
/// Cases in the long list.
const CASES: i64 = 1_000_000;
/// One of so many of them is not ended yet.
const OPEN: i64 = 50;
/// Events of each of them.
const EVENTS: i64 = 5;
/// One of so many of them waits for the examiner.
const WAITING: i64 = 500;
/// Cases accepted in one round: each leaves a notice to be drawn.
const ACCEPTED: usize = 300;

/// On SQLite.
pub fn sqlite() -> anyhow::Result<Vec<Vec<Workload>>> {
    sets(&Kind::Sqlite)
}

/// On the PostgreSQL server named by `TONGBAN_BENCH_PG`; nothing without one.
pub fn postgres() -> anyhow::Result<Vec<Vec<Workload>>> {
    match std::env::var("TONGBAN_BENCH_PG").ok().filter(|url| !url.is_empty()) {
        Some(url) => sets(&Kind::Postgres(url)),
        None => {
            println!("postgres   left out: TONGBAN_BENCH_PG names no server");
            Ok(Vec::new())
        }
    }
}

/// What the server process does.
pub fn serve() -> ExitCode {
    let run = async {
        let config = Config::load(None, |name| std::env::var(name).ok())?;
        let app = app::App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?;
        app.serve(std::future::pending()).await?;
        Ok::<_, anyhow::Error>(())
    };
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from);
    match outcome.and_then(|runtime| runtime.block_on(run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Shared by the workloads of one database.
struct Bench {
    world: RefCell<World>,
    floor: DatabaseConnection,
    rows: Rows,
    /// Filed and not yet accepted.
    filed: RefCell<Vec<String>>,
    last: RefCell<Option<Burst>>,
}

fn sets(kind: &Kind) -> anyhow::Result<Vec<Vec<Workload>>> {
    let world = World::new(kind)?;
    let first = world.runtime.block_on(async {
        let mut connection = client::Connection::open(world.address).await?;
        let answer = connection.send(&filing(&world.citizen, &world.application)).await?.json()?;
        let id = answer.get("id").and_then(serde_json::Value::as_str).context("the case's id")?;
        Ok::<_, anyhow::Error>(id.parse::<Uuid>()?)
    })?;
    let (rows, floor) = world.runtime.block_on(async {
        let floor = platform::Db::open(&world.floor_url).await?;
        Ok::<_, anyhow::Error>((Rows::of(&world.conn, first).await?, floor.read().clone()))
    })?;
    let bench =
        Rc::new(Bench { world: RefCell::new(world), floor, rows, filed: RefCell::default(), last: RefCell::default() });
    Ok(vec![
        filing_set(&bench),
        bulk::set(&bench),
        reading_set(&bench),
        accepting_set(&bench),
        day::set(&bench),
        process_set(&bench),
    ])
}

impl Bench {
    /// A burst on the server.
    fn burst(&self, clients: usize, make: Make, keep: load::Keep) -> anyhow::Result<Burst> {
        let world = self.world.borrow();
        world.runtime.block_on(burst(world.address, clients, ROUND, make, keep))
    }
}

fn workload(
    what: String,
    unit: &'static str,
    floor: Option<&str>,
    round: impl FnMut() -> anyhow::Result<f64> + 'static,
) -> Workload {
    Workload { what, unit, floor: floor.map(str::to_owned), round: Box::new(round) }
}

fn nothing(_: &Answer) -> Option<String> {
    None
}

fn id(answer: &Answer) -> Option<String> {
    answer.json().ok()?.get("id")?.as_str().map(str::to_owned)
}

fn fresh_key() -> Uuid {
    base::id::Ids::default().next(&SystemClock, &SystemRandomness)
}

fn filing(cookie: &str, application: &[u8]) -> Vec<u8> {
    request("POST", "/api/v1/my/cases/file", cookie, &[("Idempotency-Key", &fresh_key().to_string())], application)
}

/// Applications against the same rows by plain SQL.
fn filing_set(bench: &Rc<Bench>) -> Vec<Workload> {
    let floor = format!("plain SQL, the same {} rows", bench.rows.count());
    let (product, plain) = (Rc::clone(bench), Rc::clone(bench));
    let file = move || {
        let (cookie, application) = {
            let world = product.world.borrow();
            (world.citizen.clone(), world.application.clone())
        };
        let make: Make = Arc::new(move |_| Some(filing(&cookie, &application)));
        let done = product.burst(FILING, make, id)?;
        product.filed.borrow_mut().extend(done.kept.iter().cloned());
        let rate = done.rate();
        *product.last.borrow_mut() = Some(done);
        product.world.borrow().settle()?;
        Ok(rate)
    };
    let last = |bench: &Rc<Bench>, percent: usize| {
        let bench = Rc::clone(bench);
        move || Ok(bench.last.borrow().as_ref().map_or(f64::NAN, |burst| burst.percentile(percent)))
    };
    vec![
        workload(format!("file an application over HTTP, {FILING} clients"), "cases/s", Some(&floor), file),
        workload("  of these half within".into(), "ms", None, last(bench, 50)),
        workload("  of these 99 % within".into(), "ms", None, last(bench, 99)),
        workload(floor, "cases/s", None, move || {
            plain.world.borrow().runtime.block_on(floor::write(&plain.floor, &plain.rows, ROUND))
        }),
    ]
}

/// Guides, one case, and the long list.
fn reading_set(bench: &Rc<Bench>) -> Vec<Workload> {
    let get = |path: &'static str, staff: bool| {
        let bench = Rc::clone(bench);
        move || {
            let cookie = if staff { bench.world.borrow().clerk.clone() } else { String::new() };
            let bytes = request("GET", path, &cookie, &[], &[]);
            Ok(bench.burst(READING, Arc::new(move |_| Some(bytes.clone())), nothing)?.rate())
        }
    };
    let (one, long, listed, waiting) = (Rc::clone(bench), Rc::clone(bench), Rc::clone(bench), Rc::clone(bench));
    let one_case = move || {
        let (cookie, cases) = (one.world.borrow().clerk.clone(), one.filed.borrow().clone());
        let make: Make = Arc::new(move |number| {
            let case = cases.get(number % cases.len().max(1))?;
            Some(request("GET", &format!("/api/v1/cases/{case}"), &cookie, &[], &[]))
        });
        Ok(one.burst(READING, make, nothing)?.rate())
    };
    let full = Rc::clone(bench);
    let mut long_case = None;
    let full_case = move || {
        let case = match &long_case {
            Some(case) => String::clone(case),
            None => {
                let world = full.world.borrow();
                let case = full.filed.borrow_mut().pop().context("a filed case")?;
                world.runtime.block_on(lengthen(&world.conn, &case))?;
                long_case.insert(case).clone()
            }
        };
        let bytes = request("GET", &format!("/api/v1/cases/{case}"), &full.world.borrow().clerk, &[], &[]);
        Ok(full.burst(1, Arc::new(move |_| Some(bytes.clone())), nothing)?.percentile(50))
    };
    let mut seeded = false;
    let list = move || {
        if !seeded {
            let world = long.world.borrow();
            let filed = long.filed.borrow_mut().pop().context("a filed case")?;
            world.runtime.block_on(async {
                let accept =
                    request("POST", &format!("/api/v1/cases/{filed}/accept"), &world.clerk, &[], br#"{"version":1}"#);
                let answer = client::Connection::open(world.address).await?.send(&accept).await?;
                anyhow::ensure!((200..300).contains(&answer.status), "accept answered {}", answer.status);
                multiply(&world.conn).await
            })?;
            seeded = true;
        }
        let cookie = long.world.borrow().supervisor.clone();
        let bytes = request("GET", "/api/v1/cases?limit=100", &cookie, &[], &[]);
        let done = long.burst(1, Arc::new(move |_| Some(bytes.clone())), nothing)?;
        let half = done.percentile(50);
        *long.last.borrow_mut() = Some(done);
        Ok(half)
    };
    vec![
        workload(
            format!("health (one trivial query), {READING} clients"),
            "answers/s",
            None,
            get("/api/v1/health", false),
        ),
        workload(
            format!("guide JSON, {READING} clients"),
            "answers/s",
            None,
            get("/api/v1/items/food-operation-permit/guide", false),
        ),
        workload(format!("one case with form, materials and timeline, {READING} clients"), "answers/s", None, one_case),
        workload("one case with 20 materials and 200 events more: half within".into(), "ms", None, full_case),
        workload(format!("list 100 of {CASES} cases, rights, exact total: half within"), "ms", None, list),
        workload("  of these 99 % within".into(), "ms", None, move || {
            Ok(listed.last.borrow().as_ref().map_or(f64::NAN, |burst| burst.percentile(99)))
        }),
        workload(
            format!("work list of an examiner, one of {WAITING} of {CASES} cases, exact total: half within"),
            "ms",
            None,
            move || {
                let cookie = waiting.world.borrow().reviewer.clone();
                let bytes = request("GET", "/api/v1/tasks?limit=20", &cookie, &[], &[]);
                Ok(waiting.burst(1, Arc::new(move |_| Some(bytes.clone())), nothing)?.percentile(50))
            },
        ),
    ]
}

/// Copies a filed case until there are [`CASES`], each with [`EVENTS`] events and the step of an examiner, most of them
/// done; only what the lists read.
async fn multiply(conn: &DatabaseConnection) -> anyhow::Result<()> {
    let backend = conn.get_database_backend();
    let columns = "version, query_code, item_slug, item_version, item_name, handle_item, handle_item_name, org_id, \
         channel, account_id, applicant_kind, applicant_name, applicant_index, personal_sealed, corrected, correction_asked, \
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
    let count = conn.query_one_raw(Statement::from_string(backend, "SELECT count(*) AS n FROM cases")).await?;
    let present: i64 = count.context("a count")?.try_get("", "n")?;
    let more = (CASES - present).max(0);
    let copies = [
        format!(
            "INSERT INTO cases (id, case_number, state, closed_at, {columns}) {series} SELECT {case}, 'copy-' || n.i, \
             CASE WHEN n.i % {OPEN} = 0 THEN state ELSE 'delivered' END, \
             CASE WHEN n.i % {OPEN} = 0 THEN NULL ELSE updated_at END, {columns} \
             FROM n, (SELECT * FROM cases WHERE submitted_at IS NOT NULL LIMIT 1) AS one"
        ),
        format!(
            "INSERT INTO tasks (id, case_id, state, {TASK}) {series} \
             SELECT {task}, {case}, CASE WHEN n.i % {WAITING} = 0 THEN 'open' ELSE 'done' END, {TASK} \
             FROM n, (SELECT {TASK} FROM tasks WHERE stage = 'review' AND state = 'open' LIMIT 1) AS one"
        ),
        format!(
            "INSERT INTO case_events (id, case_id, no, {EVENT}) {series}, k(no) AS (SELECT 1 UNION ALL SELECT 2 UNION ALL \
             SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) SELECT {event}, {case}, k.no, {EVENT} \
             FROM n, k, (SELECT {EVENT} FROM case_events LIMIT 1) AS one"
        ),
    ];
    for sql in copies {
        conn.execute_raw(Statement::from_sql_and_values(backend, sql, [more.into()])).await?;
    }
    conn.execute_unprepared("ANALYZE").await?;
    Ok(())
}

const TASK: &str = "flow_task, element, stage, name, role, org_id, created_at, files, narrowed, joint, every_day";
const EVENT: &str = "kind, at, actor_id, actor_name, text, data, previous_hash, hash";

/// Gives a case as many materials and events as a long life leaves: 20 and 200.
async fn lengthen(conn: &DatabaseConnection, case: &str) -> anyhow::Result<()> {
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
            "INSERT INTO case_events (id, case_id, no, {EVENT}) {} SELECT {new}, {this}, n.i + 100, {EVENT} FROM n, \
             (SELECT {EVENT} FROM case_events WHERE case_id = {this} LIMIT 1) AS one",
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

/// One task further: a clerk accepts, the flow begins, the notice is numbered.
fn accepting_set(bench: &Rc<Bench>) -> Vec<Workload> {
    let bench = Rc::clone(bench);
    let mut share = None;
    let accept = move || {
        let cases: Vec<String> = {
            let mut filed = bench.filed.borrow_mut();
            // On a slow machine few were filed: each round gets its part of them.
            let share = *share.get_or_insert_with(|| ACCEPTED.min(filed.len() / (crate::measure::ROUNDS + 1)));
            let keep = filed.len().saturating_sub(share);
            filed.split_off(keep)
        };
        let cookie = bench.world.borrow().clerk.clone();
        let make: Make = Arc::new(move |number| {
            let case = cases.get(number)?;
            Some(request("POST", &format!("/api/v1/cases/{case}/accept"), &cookie, &[], br#"{"version":1}"#))
        });
        Ok(bench.burst(FILING, make, nothing)?.rate())
    };
    vec![workload(
        format!("accept a case (task done, flow started, notice numbered), {FILING} clients"),
        "cases/s",
        None,
        accept,
    )]
}

/// The process itself.
fn process_set(bench: &Rc<Bench>) -> Vec<Workload> {
    let (used, started) = (Rc::clone(bench), Rc::clone(bench));
    let database = match bench.world.borrow().backend() {
        DbBackend::Sqlite => "SQLite",
        _ => "PostgreSQL",
    };
    // Memory first: the start replaces the process that did the work.
    let mut after_work = None;
    vec![
        workload("resident memory after all this".into(), "MB", None, move || match after_work {
            Some(known) => Ok(known),
            None => {
                let now = used.world.borrow().memory()?;
                after_work = Some(now);
                Ok(now)
            }
        }),
        workload(format!("start on {CASES} cases in {database} until healthy"), "ms", None, move || {
            started.world.borrow_mut().start()
        }),
    ]
}
