//! Who is calling and may he: session, permission, password; and what sealing and audit cost a command.
//!
//! On SQLite, without HTTP: the goals are times of one check (50 µs, 5 µs), not of a request.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use app::App;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use platform::web::context::Context;
use platform::web::guard::{Audience, Principal};
use platform::work::audit::Line;
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::measure::{Set, Workload};
use crate::report::Kind;

/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(600);
/// Commands at once in the rounds that write.
const TOGETHER: usize = 50;
/// Rows of a command, as many as filing an application writes.
const ROWS: usize = 10;

struct Bench {
    runtime: Runtime,
    app: App,
    token: String,
    caller: Arc<Principal>,
    folder: std::path::PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let bench = Rc::new(Bench::new()?);
    Ok([checks(&bench), sealing(&bench), auditing(&bench)].map(Set::of).into())
}

impl Bench {
    fn new() -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let folder = std::env::temp_dir().join(format!("tongban-bench-{}-identity", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let packs = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs");
        let settings = [
            ("TONGBAN_DATA_DIR", folder.display().to_string()),
            ("TONGBAN_PACKS_DIR", packs.display().to_string()),
            ("TONGBAN_REQUIRE_SECOND_FACTOR", "0".to_owned()),
        ];
        let (app, token, caller) = runtime.block_on(async {
            let config = Config::load(None, |name| {
                settings.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
            })?;
            let app = App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?;
            app.load_city(&packs, app::demo::PASSWORD).await?;
            let clerk = app.identity.staff_by_login("clerk").await?.ok_or_else(|| anyhow!("no clerk"))?;
            let set = app.platform.sessions.start(&app.platform, Audience::Desk, clerk.id).await?;
            let token = set.split_once('=').and_then(|(_, rest)| rest.split(';').next()).context("a token")?.to_owned();
            let caller = app.platform.sessions.resolve(&app.platform, Audience::Desk, &token).await?;
            Ok::<_, anyhow::Error>((app, token, caller.context("a session")?))
        })?;
        Ok(Self { runtime, app, token, caller, folder })
    }
}

/// Repeats for a round; gives the microseconds of one.
fn each(mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let (started, mut count) = (Instant::now(), 0.0);
    while started.elapsed() < ROUND {
        for _ in 0..8 {
            once()?;
        }
        count += 8.0;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / count)
}

/// The time of one, microseconds.
fn microseconds(what: &str, round: impl FnMut() -> anyhow::Result<f64> + 'static) -> Workload {
    Workload::new(what, "µs", Kind::Time, round)
}

fn checks(bench: &Rc<Bench>) -> Vec<Workload> {
    let (warm, cold, may, reach, word) =
        (Rc::clone(bench), Rc::clone(bench), Rc::clone(bench), Rc::clone(bench), Rc::clone(bench));
    let resolve = |bench: &Bench| {
        let sessions = &bench.app.platform.sessions;
        let found = bench.runtime.block_on(sessions.resolve(&bench.app.platform, Audience::Desk, &bench.token))?;
        found.map(drop).context("a session")
    };
    let orgs = bench.caller.visible_orgs.clone();
    vec![
        microseconds("session check, remembered", move || each(|| resolve(&warm))).goal(50.0),
        microseconds("session check, asked of the database", move || {
            each(|| {
                cold.app.platform.sessions.forget_all();
                resolve(&cold)
            })
        }),
        microseconds("permission check of a clerk", move || {
            each(|| {
                std::hint::black_box(may.caller.may(std::hint::black_box("case.accept")));
                Ok(())
            })
        })
        .goal(5.0),
        microseconds("reach of a case: organisation and item", move || {
            let org = orgs.last().copied().unwrap_or_default();
            each(|| {
                std::hint::black_box(reach.caller.reaches(std::hint::black_box(org), "food-operation-permit"));
                Ok(())
            })
        })
        .goal(5.0),
        microseconds("password check (argon2id)", move || {
            word.runtime.block_on(async {
                let hash = platform::passwords::hash("Tongban-2026".to_owned(), [7; 16]).await?;
                let started = Instant::now();
                for _ in 0..5 {
                    let right = platform::passwords::verify("Tongban-2026".to_owned(), hash.clone()).await?;
                    anyhow::ensure!(right, "the password is right");
                }
                Ok(started.elapsed().as_secs_f64() * 1e6 / 5.0)
            })
        }),
    ]
}

/// What one application seals: person, form, delivery, two documents.
fn sealing(bench: &Rc<Bench>) -> Vec<Workload> {
    let (seal, open) = (Rc::clone(bench), Rc::clone(bench));
    let parts: Vec<String> = [350_usize, 1_800, 120, 2_500, 900].iter().map(|size| "字".repeat(size / 3)).collect();
    let sealed: Vec<String> = parts.iter().map(|part| bench.app.platform.seal(part, "case:x:form")).collect();
    vec![
        microseconds("seal what one application holds: five values, 5.6 KB", move || {
            each(|| {
                for part in &parts {
                    std::hint::black_box(seal.app.platform.seal(part, "case:x:form"));
                }
                Ok(())
            })
        }),
        microseconds("open the same", move || {
            each(|| {
                for part in &sealed {
                    std::hint::black_box(open.app.platform.unseal(part, "case:x:form")?);
                }
                Ok(())
            })
        }),
    ]
}

/// What a command of the workload leaves in the log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// Nothing.
    Nothing,
    /// Its own line, as every command of the product; its access is that line.
    Line,
    /// A line, and a read of the same person noted beside it.
    LineAndRead,
}

/// Commands of ten rows with and without audit lines, fifty at once; the lines of all that were noted
/// are written within the round.
fn auditing(bench: &Rc<Bench>) -> Vec<Workload> {
    let rate = |leaves: Leaves| {
        let bench = Rc::clone(bench);
        move || -> anyhow::Result<f64> {
            let started = Instant::now();
            let mut done = 0.0;
            while started.elapsed() < ROUND {
                bench.runtime.block_on(commands(&bench.app, &bench.caller, leaves))?;
                #[expect(clippy::cast_precision_loss, reason = "a small number")]
                let together = TOGETHER as f64;
                done += together;
            }
            bench.runtime.block_on(bench.app.platform.audit.flush(&bench.app.platform))?;
            Ok(done / started.elapsed().as_secs_f64())
        }
    };
    let floor = format!("commands of {ROWS} rows, {TOGETHER} at once, no audit line");
    let of = |what: &str, leaves: Leaves| Workload::new(what, "commands/s", Kind::Rate, rate(leaves));
    vec![
        of("the same, each with its audit line", Leaves::Line).floor(&floor).goal_of_floor(90.0),
        of("the same, each with a line and a read noted", Leaves::LineAndRead).floor(&floor),
        of(&floor, Leaves::Nothing),
    ]
}

async fn commands(app: &App, caller: &Arc<Principal>, leaves: Leaves) -> anyhow::Result<()> {
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..TOGETHER {
        let (platform, caller) = (app.platform.clone(), Arc::clone(caller));
        waiting.spawn(async move {
            let ids: Vec<Uuid> = (0..ROWS).map(|_| platform.new_id()).collect();
            let line = Line::by(&caller, platform.new_id(), "case.accept", format!("case:{}", ids[0]), json!({}));
            let context = Arc::new(Context::new("10.0.0.1".parse().ok(), "Chrome/129"));
            let write = platform.db.write(platform.now(), move |tx| {
                Box::pin(async move {
                    for id in ids {
                        platform::work::idempotency::remember(tx, id, "bench", "bench", id).await?;
                    }
                    if leaves != Leaves::Nothing {
                        tx.audit(line);
                    }
                    Ok(())
                })
            });
            platform::web::context::scope(Arc::clone(&context), write).await?;
            if leaves == Leaves::LineAndRead {
                let read = Line::by(&caller, platform.new_id(), "case.read", "case:1".to_owned(), json!({}));
                platform.audit.note(&platform, context, read.entry(), true).await;
            }
            Ok::<_, platform::Problem>(())
        });
    }
    while let Some(done) = waiting.join_next().await {
        done??;
    }
    Ok(())
}
