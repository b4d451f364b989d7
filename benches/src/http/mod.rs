//! The whole product over HTTP, as a process of its own, on each database.
//!
//! Server, database and clients share this machine. Between rounds the server finishes its jobs. Filing and a list of
//! applicants come first, beside a floor that is as empty; then [`fill`] makes the city as large as one gets, and
//! everything else runs on that.

mod bulk;
mod client;
mod day;
mod fill;
mod floor;
mod items;
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
use sea_orm::{DatabaseConnection, DbBackend};
use uuid::Uuid;

use self::client::{Answer, encoded, request};
pub use self::day::{Visitors, model};
use self::floor::Rows;
use self::load::{Burst, Make, burst};
pub use self::world::SERVE;
use self::world::World;
use crate::measure::{Set, Workload};
use crate::report::Kind;

/// Clients that file at once.
const FILING: usize = 50;
/// Clients that read at once.
const READING: usize = 8;
/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(1_500);
/// Cases accepted in one round: each leaves a notice to be drawn.
const ACCEPTED: usize = 300;

/// On SQLite.
pub fn sqlite() -> anyhow::Result<Vec<Set>> {
    sets(&world::Kind::Sqlite)
}

/// On the PostgreSQL server named by `TONGBAN_BENCH_PG`; nothing without one.
pub fn postgres() -> anyhow::Result<Vec<Set>> {
    match std::env::var("TONGBAN_BENCH_PG").ok().filter(|url| !url.is_empty()) {
        Some(url) => sets(&world::Kind::Postgres(url)),
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

fn sets(kind: &world::Kind) -> anyhow::Result<Vec<Set>> {
    let world = World::new(kind)?;
    // Every person who is new leaves a job.
    world.settle()?;
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

/// The yardstick of what is asked over HTTP: one trivial query, all the way through the server.
fn health(bench: &Rc<Bench>) -> Workload {
    let bench = Rc::clone(bench);
    let what = format!("health (one trivial query), {READING} clients");
    let bytes = request("GET", "/api/v1/health", "", &[], &[]);
    let ask = move || Ok(bench.burst(READING, always(bytes.clone()), nothing)?.rate());
    Workload::new(what, "answers/s", Kind::Rate, ask).into_yardstick()
}

/// The last burst's time within which so many percent were answered.
fn within(bench: &Rc<Bench>, of: &str, percent: usize) -> Workload {
    let bench = Rc::clone(bench);
    let part = if percent == 50 { "half".to_owned() } else { format!("{percent} %") };
    Workload::new(format!("  {of}: {part} within"), "ms", Kind::Time, move || {
        Ok(bench.last.borrow().as_ref().map_or(f64::NAN, |burst| burst.percentile(percent)))
    })
}

fn nothing(_: &Answer) -> Option<String> {
    None
}

fn id(answer: &Answer) -> Option<String> {
    answer.json().ok()?.get("id")?.as_str().map(str::to_owned)
}

/// The same request as often as wanted.
fn always(bytes: Vec<u8>) -> Make {
    Arc::new(move |_| Some(bytes.clone()))
}

fn fresh_key() -> Uuid {
    base::id::Ids::default().next(&SystemClock, &SystemRandomness)
}

fn filing(cookie: &str, application: &[u8]) -> Vec<u8> {
    request("POST", "/api/v1/my/cases/file", cookie, &[("Idempotency-Key", &fresh_key().to_string())], application)
}

/// Applications against the same rows by plain SQL.
fn filing_set(bench: &Rc<Bench>) -> Set {
    let floor = "plain SQL, the same rows";
    let (product, plain) = (Rc::clone(bench), Rc::clone(bench));
    let file = move || -> anyhow::Result<f64> {
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
    let write = move || plain.world.borrow().runtime.block_on(floor::write(&plain.floor, &plain.rows, ROUND));
    let what = format!("file an application over HTTP, {FILING} clients");
    Set::of(vec![
        Workload::new(what, "cases/s", Kind::Rate, file).goal(2_500.0).floor(floor).goal_of_floor(40.0),
        within(bench, "filing", 50),
        within(bench, "filing", 99).goal(50.0),
        Workload::new(floor, "cases/s", Kind::Rate, write).note(format!("{} rows", bench.rows.count())),
        health(bench),
    ])
}

/// Guides, one case, search and the long lists, in a city of full size.
fn reading_set(bench: &Rc<Bench>) -> Set {
    let guide = {
        let bench = Rc::clone(bench);
        let bytes = request("GET", "/api/v1/items/food-operation-permit/guide", "", &[], &[]);
        move || Ok(bench.burst(READING, always(bytes.clone()), nothing)?.rate())
    };
    let one = Rc::clone(bench);
    let one_case = move || -> anyhow::Result<f64> {
        let (cookie, cases) = (one.world.borrow().clerk.clone(), one.filed.borrow().clone());
        let make: Make = Arc::new(move |number| {
            let case = cases.get(number % cases.len().max(1))?;
            Some(request("GET", &format!("/api/v1/cases/{case}"), &cookie, &[], &[]))
        });
        Ok(one.burst(READING, make, nothing)?.rate())
    };
    let full = Rc::clone(bench);
    let mut long_case = None;
    let full_case = move || -> anyhow::Result<f64> {
        let case = match &long_case {
            Some(case) => String::clone(case),
            None => {
                let world = full.world.borrow();
                let case = full.filed.borrow_mut().pop().context("a filed case")?;
                world.runtime.block_on(fill::lengthen(&world.conn, &case))?;
                long_case.insert(case).clone()
            }
        };
        let bytes = request("GET", &format!("/api/v1/cases/{case}"), &full.world.borrow().clerk, &[], &[]);
        Ok(full.burst(1, always(bytes), nothing)?.percentile(50))
    };
    let list = alone(bench, |bench| {
        let cookie = bench.world.borrow().supervisor.clone();
        Ok(always(request("GET", "/api/v1/cases?limit=100", &cookie, &[], &[])))
    });
    let tasks = alone(bench, |bench| {
        let cookie = bench.world.borrow().reviewer.clone();
        Ok(always(request("GET", "/api/v1/tasks?limit=20", &cookie, &[], &[])))
    });
    let workbench = alone(bench, |bench| {
        let cookie = bench.world.borrow().clerk.clone();
        Ok(always(request("GET", "/api/v1/workbench", &cookie, &[], &[])))
    });
    let search = alone(bench, |_| {
        let make: Make = Arc::new(|number: usize| {
            let word = items::SEARCHED.get(number % items::SEARCHED.len())?;
            Some(request("GET", &format!("/api/v1/items?q={}", encoded(word)), "", &[], &[]))
        });
        Ok(make)
    });
    let mut department = None;
    let department_page = alone(bench, move |bench| {
        let org = match &department {
            Some(org) => String::clone(org),
            None => department.insert(a_department(bench)?).clone(),
        };
        Ok(always(request("GET", &format!("/api/v1/items?org={org}&limit=20"), "", &[], &[])))
    });
    let (cases, many, waiting) = (fill::CASES, items::ITEMS, fill::WAITING);
    let time =
        |what: String, round: Box<dyn FnMut() -> anyhow::Result<f64>>| Workload::new(what, "ms", Kind::Time, round);
    let filling = Rc::clone(bench);
    Set::of(vec![
        health(bench),
        Workload::new(format!("guide JSON, {READING} clients"), "answers/s", Kind::Rate, guide).goal(20_000.0),
        Workload::new(
            format!("one case with form, materials and timeline, {READING} clients"),
            "answers/s",
            Kind::Rate,
            one_case,
        )
        .goal(10_000.0),
        time("one case with 20 materials and 200 events more: half within".to_owned(), Box::new(full_case)).goal(50.0),
        time(format!("list 100 of {cases} cases, rights, exact total: half within"), list).goal(20.0),
        within(bench, "long list", 99),
        time(format!("work list of an examiner, one of {waiting} of {cases} cases, exact total: half within"), tasks)
            .goal(20.0),
        time(format!("workbench of a clerk among {cases} cases: half within"), workbench).goal(50.0),
        time(format!("search among {many} items, words of all kinds: half within"), search),
        within(bench, "search", 99),
        time(format!("item list page of a department among {many} items: half within"), department_page),
    ])
    .after(move || fill::fill(&filling))
}

/// One client alone: half of its requests are answered within what this gives.
fn alone(
    bench: &Rc<Bench>,
    mut make: impl FnMut(&Bench) -> anyhow::Result<Make> + 'static,
) -> Box<dyn FnMut() -> anyhow::Result<f64>> {
    let bench = Rc::clone(bench);
    Box::new(move || {
        let make = make(&bench)?;
        let done = bench.burst(1, make, nothing)?;
        let half = done.percentile(50);
        *bench.last.borrow_mut() = Some(done);
        Ok(half)
    })
}

/// Key of a department that offers items, as the list names it.
fn a_department(bench: &Bench) -> anyhow::Result<String> {
    let world = bench.world.borrow();
    let found = world.runtime.block_on(async {
        let mut connection = client::Connection::open(world.address).await?;
        bulk::call(&mut connection, "", "GET", "/api/v1/items?limit=1", None).await
    })?;
    let key = found.pointer("/facets/orgs/0/key").and_then(serde_json::Value::as_str);
    Ok(key.context("a department with items")?.to_owned())
}

/// One task further: a clerk accepts, the flow begins, the notice is numbered.
fn accepting_set(bench: &Rc<Bench>) -> Set {
    let yardstick = health(bench);
    let bench = Rc::clone(bench);
    let mut share = None;
    let accept = move || -> anyhow::Result<f64> {
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
    let what = format!("accept a case (task done, flow started, notice numbered), {FILING} clients");
    Set::of(vec![Workload::new(what, "cases/s", Kind::Rate, accept).goal(2_500.0), yardstick])
}

/// The process itself. Its start is computing and opening files, so it has the yardstick of computing.
fn process_set(bench: &Rc<Bench>) -> Set {
    let (used, started) = (Rc::clone(bench), Rc::clone(bench));
    let database = match bench.world.borrow().backend() {
        DbBackend::Sqlite => "SQLite",
        _ => "PostgreSQL",
    };
    // Memory first: the start replaces the process that did the work.
    let mut after_work = None;
    let memory = move || -> anyhow::Result<f64> {
        match after_work {
            Some(known) => Ok(known),
            None => {
                let now = used.world.borrow().memory()?;
                after_work = Some(now);
                Ok(now)
            }
        }
    };
    let start = move || started.world.borrow_mut().start();
    let what = format!("start on {} cases and {} items in {database} until healthy", fill::CASES, items::ITEMS);
    Set::of(vec![
        Workload::new("resident memory after all this", "MB", Kind::Amount, memory).goal(200.0),
        Workload::new(what, "ms", Kind::Time, start).goal(1_000.0),
    ])
}
