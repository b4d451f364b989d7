//! The whole product over HTTP, as a process of its own, on each database.
//!
//! Server, database and clients share this machine. Between rounds the server finishes its jobs.

mod client;
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
const CASES: i64 = 100_000;
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
    Ok(vec![filing_set(&bench), reading_set(&bench), accepting_set(&bench), process_set(&bench)])
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
    let (one, long, listed) = (Rc::clone(bench), Rc::clone(bench), Rc::clone(bench));
    let one_case = move || {
        let (cookie, cases) = (one.world.borrow().clerk.clone(), one.filed.borrow().clone());
        let make: Make = Arc::new(move |number| {
            let case = cases.get(number % cases.len().max(1))?;
            Some(request("GET", &format!("/api/v1/cases/{case}"), &cookie, &[], &[]))
        });
        Ok(one.burst(READING, make, nothing)?.rate())
    };
    let mut seeded = false;
    let list = move || {
        if !seeded {
            let world = long.world.borrow();
            world.runtime.block_on(multiply(&world.conn))?;
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
        workload(format!("list 100 of {CASES} cases, rights, exact total: half within"), "ms", None, list),
        workload("  of these 99 % within".into(), "ms", None, move || {
            Ok(listed.last.borrow().as_ref().map_or(f64::NAN, |burst| burst.percentile(99)))
        }),
    ]
}

/// Copies a filed case until there are [`CASES`]; only what the list reads.
async fn multiply(conn: &DatabaseConnection) -> anyhow::Result<()> {
    let backend = conn.get_database_backend();
    let columns = "version, state, query_code, item_slug, item_version, item_name, handle_item, handle_item_name, org_id, \
         channel, account_id, applicant_kind, applicant_name, applicant_index, personal_sealed, corrected, correction_asked, \
         step_name, created_at, updated_at, submitted_at, due_at, event_count, head_hash";
    let (id, series) = match backend {
        DbBackend::Sqlite => {
            ("randomblob(16)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)")
        }
        _ => ("gen_random_uuid()", "WITH n(i) AS (SELECT generate_series(1, $1))"),
    };
    let count = conn.query_one_raw(Statement::from_string(backend, "SELECT count(*) AS n FROM cases")).await?;
    let present: i64 = count.context("a count")?.try_get("", "n")?;
    let sql = format!(
        "INSERT INTO cases (id, case_number, {columns}) {series} \
         SELECT {id}, 'copy-' || n.i, {columns} FROM n, (SELECT * FROM cases WHERE submitted_at IS NOT NULL LIMIT 1) AS one"
    );
    conn.execute_raw(Statement::from_sql_and_values(backend, sql, [(CASES - present).max(0).into()])).await?;
    conn.execute_unprepared("ANALYZE").await?;
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
