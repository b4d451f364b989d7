//! A loaded city, its server as a process of its own, and people signed in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use app::App;
use identity::Profile;
use platform::Db;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use platform::web::guard::Audience;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Map, Value, json};
use simulators::{People, Simulator};
use tokio::runtime::Runtime;

use super::client::{Connection, request};

/// First argument of the process that is the server.
pub const SERVE: &str = "serve-for-bench";

/// People on line (OPS-005), each with an account and a session of his own.
pub const VISITORS: usize = 5_000;
/// How their ids at the province begin.
pub const VISITOR: &str = "visitor-";
const ITEM: &str = "food-operation-permit";
const SAMPLE: &str = "items/food-operation-permit/samples/valid-new-canteen.json";

/// Kind of database.
#[derive(Clone)]
pub enum Kind {
    /// A file, full durability.
    Sqlite,
    /// A database of its own on this server.
    Postgres(String),
}

/// Everything a set of workloads needs.
pub struct World {
    /// For async work of the workloads.
    pub runtime: Runtime,
    /// Where the server listens.
    pub address: SocketAddr,
    /// Direct way to the database, beside the server.
    pub conn: DatabaseConnection,
    /// A second, empty database of the same kind and schema, for floors.
    pub floor_url: String,
    /// Cookie of a citizen.
    pub citizen: String,
    /// Cookie of a window clerk.
    pub clerk: String,
    /// Cookie of a supervisor.
    pub supervisor: String,
    /// Cookie of the examiner of the item that is filed.
    pub reviewer: String,
    /// Cookie of the clerk who takes lists of applicants.
    pub social: String,
    /// Cookie of the administrator of items.
    pub editor: String,
    /// Cookies of the people on line.
    pub visitors: Vec<String>,
    /// Body of one application.
    pub application: Vec<u8>,
    server: Option<Child>,
    settings: Vec<(&'static str, String)>,
    folder: PathBuf,
    made: Vec<(String, String)>,
    _simulator: Simulator,
}

impl World {
    /// Loads the city, signs people in, starts the server.
    pub fn new(kind: &Kind) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let folder = std::env::temp_dir().join(format!("tongban-bench-{}-{}", std::process::id(), kind.name()));
        std::fs::create_dir_all(&folder)?;
        let packs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs");
        let parts = runtime.block_on(prepare(kind, &folder, &packs))?;
        let Parts { conn, floor_url, settings, made, simulator, citizen, staff, visitors, application } = parts;
        let [clerk, supervisor, reviewer, social, editor] = staff;
        let mut world = Self {
            runtime,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            conn,
            floor_url,
            citizen,
            clerk,
            supervisor,
            reviewer,
            social,
            editor,
            visitors,
            application,
            server: None,
            settings,
            folder,
            made,
            _simulator: simulator,
        };
        world.start()?;
        Ok(world)
    }

    /// Starts the server; returns the milliseconds until it was healthy.
    pub fn start(&mut self) -> anyhow::Result<f64> {
        self.stop();
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(SERVE).env("TONGBAN_LISTEN", self.address.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())));
        let started = Instant::now();
        let mut child = command.spawn().context("the server process")?;
        let health = request("GET", "/api/v1/health", "", &[], &[]);
        let address = self.address;
        self.runtime.block_on(async {
            while started.elapsed() < Duration::from_secs(60) {
                if let Ok(mut connection) = Connection::open(address).await
                    && connection.send(&health).await.is_ok_and(|answer| answer.status == 200)
                {
                    return Ok(());
                }
                if let Some(status) = child.try_wait()? {
                    bail!("the server ended with {status}");
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            bail!("the server did not become healthy")
        })?;
        self.server = Some(child);
        Ok(started.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Ends the server.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Counts the figures beside the cases as `tongban figures` does: rows written past the product are not among those
    /// that the minute's count looks at. The server must not run.
    pub fn count_figures(&self) -> anyhow::Result<()> {
        self.runtime.block_on(async {
            let app = assemble(&self.settings).await?;
            app.casework.check_figures().await?;
            Ok(())
        })
    }

    /// Resident memory of the server, megabytes.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let id = self.server.as_ref().map(Child::id).context("a running server")?;
        crate::machine::resident_megabytes(id).context("the process table")
    }

    /// Waits until the server has handed on every event and has no job due, so that one round does not
    /// carry another's work. Not measured.
    pub fn settle(&self) -> anyhow::Result<()> {
        // What is planned for later today is nobody's wait.
        let soon = match self.backend() {
            DbBackend::Sqlite => "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+2 seconds')",
            _ => "now() + interval '2 seconds'",
        };
        let sql = format!(
            "SELECT (SELECT count(*) FROM outbox WHERE dispatched = false) + \
             (SELECT count(*) FROM jobs WHERE state = 'ready' AND attempts = 0 AND run_at <= {soon}) AS waiting"
        );
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(300) {
            let waiting: i64 = self.runtime.block_on(async {
                let statement = Statement::from_string(self.backend(), sql.clone());
                let row = self.conn.query_one_raw(statement).await?.context("a count")?;
                Ok::<_, anyhow::Error>(row.try_get("", "waiting")?)
            })?;
            if waiting == 0 {
                return Ok(());
            }
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(100)).await });
        }
        bail!("the server does not finish its jobs")
    }

    /// Which database.
    pub fn backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
        for (server, name) in std::mem::take(&mut self.made) {
            let _ = self.runtime.block_on(async {
                let admin = Database::connect(&server).await?;
                admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
            });
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Makes an empty database; gives its address and what to drop afterwards.
    async fn database(&self, folder: &Path, name: &str) -> anyhow::Result<(String, Option<(String, String)>)> {
        match self {
            Self::Sqlite => Ok((format!("sqlite://{}", folder.join(format!("{name}.sqlite")).display()), None)),
            Self::Postgres(server) => {
                let name = format!("tongban_bench_{}_{name}", std::process::id());
                let admin = Database::connect(server).await?;
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                let head = server.rsplit_once('/').map_or(server.as_str(), |(head, _)| head);
                Ok((format!("{head}/{name}"), Some((server.clone(), name))))
            }
        }
    }
}

struct Parts {
    conn: DatabaseConnection,
    floor_url: String,
    settings: Vec<(&'static str, String)>,
    made: Vec<(String, String)>,
    simulator: Simulator,
    citizen: String,
    staff: [String; 5],
    visitors: Vec<String>,
    application: Vec<u8>,
}

async fn prepare(kind: &Kind, folder: &Path, packs: &Path) -> anyhow::Result<Parts> {
    let read = |name: &str| std::fs::read_to_string(packs.join(name)).with_context(|| name.to_owned());
    let people = People::from_yaml(&read("city/citizens.yaml")?)?;
    let simulator = Simulator::start(people.clone()).await?;
    let (url, main) = kind.database(folder, "main").await?;
    let (floor_url, floor) = kind.database(folder, "floor").await?;
    let floor_db = Db::open(&floor_url).await?;
    let now = base::clock::Clock::now(&SystemClock);
    platform::db::migrate::run(&floor_db, &app::migrations(), now).await?;
    drop(floor_db);

    let settings = vec![
        ("TONGBAN_DATABASE_URL", url.clone()),
        ("TONGBAN_DATA_DIR", folder.join("data").display().to_string()),
        ("TONGBAN_PACKS_DIR", packs.display().to_string()),
        ("TONGBAN_IDENTITY_URL", simulator.url("identity")),
        ("TONGBAN_SMS_URL", simulator.url("sms")),
        ("TONGBAN_COURIER_URL", simulator.url("courier")),
        ("TONGBAN_REGISTRY_URL", simulator.url("registry")),
        ("TONGBAN_REQUIRE_SECOND_FACTOR", "0".to_owned()),
    ];
    let app = assemble(&settings).await?;
    app.load_city(packs, app::demo::PASSWORD).await?;

    let sample: Value = serde_json::from_str(&read(SAMPLE)?)?;
    let uscc = sample.pointer("/applicant/uscc").and_then(Value::as_str).unwrap_or_default();
    let body = people.enterprises.iter().find(|body| body.uscc == uscc).context("the sample's enterprise")?;
    let login = people.login(&body.key).context("the sample's applicant")?;
    let profile: Profile = serde_json::from_value(serde_json::to_value(&login)?)?;
    let account = app.identity.mirror(profile).await?;
    let citizen = cookie(&app, Audience::Portal, account.id).await?;
    let mut staff = Vec::new();
    for login in ["clerk", "supervisor", "reviewer", "clerk-social", "editor"] {
        let one = app.identity.staff_by_login(login).await?.ok_or_else(|| anyhow!("no staff {login}"))?;
        staff.push(cookie(&app, Audience::Desk, one.id).await?);
    }
    let staff = <[String; 5]>::try_from(staff).map_err(|_| anyhow!("five staff"))?;
    let mut visitors = Vec::with_capacity(VISITORS);
    for number in 0..VISITORS {
        let one = app.identity.mirror(visitor(number)?).await?;
        visitors.push(cookie(&app, Audience::Portal, one.id).await?);
    }
    let application = application(&app, &sample, account.id).await?;
    let conn = app.platform.db.read().clone();
    Ok(Parts {
        conn,
        floor_url,
        settings,
        made: [main, floor].into_iter().flatten().collect(),
        simulator,
        citizen,
        staff,
        visitors,
        application,
    })
}

/// The product on the world's database, in this process.
async fn assemble(settings: &[(&'static str, String)]) -> anyhow::Result<App> {
    let config =
        Config::load(None, |name| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))?;
    Ok(App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
}

/// A person as the province tells of him.
fn visitor(number: usize) -> anyhow::Result<Profile> {
    Ok(serde_json::from_value(json!({
        "sub": format!("{VISITOR}{number:04}"),
        "kind": "person",
        "name": format!("访客{number:04}"),
        "id_type": "id_card",
        "id_number": format!("33010019900101{number:04}"),
    }))?)
}

async fn cookie(app: &App, audience: Audience, id: uuid::Uuid) -> anyhow::Result<String> {
    let set = app.platform.sessions.start(&app.platform, audience, id).await?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}

/// The sample as one request, its materials uploaded before.
async fn application(app: &App, sample: &Value, owner: uuid::Uuid) -> anyhow::Result<Vec<u8>> {
    let item = app.catalogue.published(ITEM).await?;
    let handle_item = sample["handle_item"].as_str().unwrap_or_default();
    let conditions: Map<String, Value> = item
        .item
        .conditions
        .iter()
        .filter(|one| one.handle_items.is_empty() || one.handle_items.iter().any(|key| key == handle_item))
        .filter_map(|one| Some((one.key.clone(), json!(one.options.iter().find(|option| option.met)?.key))))
        .collect();
    let mut materials = Map::new();
    for key in sample["materials"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let pdf = app.casework.sample_paper(key).await?;
        let name = format!("{key}.pdf");
        let file = platform::files::store(&app.platform, Some(owner), "material", &name, pdf.into()).await?;
        materials.insert(key.to_owned(), json!({ "handing": "upload", "files": [file.id] }));
    }
    Ok(serde_json::to_vec(&json!({
        "item_slug": ITEM,
        "handle_item": handle_item,
        "conditions": conditions,
        "situations": sample["situations"],
        "consents": { "authorised": true, "agreed": true },
        "form": sample["form"],
        "materials": materials,
        "delivery": { "way": "electronic" },
    }))?)
}
