//! What tests need: a clock that stands still, seeded randomness, a fresh database on each of the
//! two kinds, a platform around them.
//!
//! `for backend in testkit::backends()` runs a test on SQLite and, when `TONGBAN_TEST_PG` names a
//! server (the gate always does), on PostgreSQL too.

pub mod kept;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use base::clock::{Clock, Randomness};
use platform::config::Config;
use platform::db::migrate::{self, Migration};
use platform::disclosure::{DisclosurePolicy, Field, Way, Weight};
use platform::files::Files;
use platform::web::guard::Principal;
use platform::{Db, Inner, Platform};
use sea_orm::{ConnectionTrait, Database};
use time::OffsetDateTime;

/// A clock that moves only when told.
pub struct MockClock(AtomicI64);

impl MockClock {
    /// Stands at the given moment.
    pub fn at(moment: OffsetDateTime) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))))
    }

    /// Moves forward.
    pub fn advance(&self, by: time::Duration) {
        self.0.fetch_add(i64::try_from(by.whole_milliseconds()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Moves to a moment.
    pub fn set(&self, moment: OffsetDateTime) {
        self.0.store(i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0.load(Ordering::SeqCst)) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The story's first moment in tests: Monday 2026-09-21 09:00 in China.
pub fn story_start() -> OffsetDateTime {
    time::macros::datetime!(2026-09-21 01:00:00 UTC)
}

/// Reproducible bytes (SplitMix64).
pub struct SeededRandomness(Mutex<u64>);

impl SeededRandomness {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while holding it");
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Kind of database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on the server named by `TONGBAN_TEST_PG`.
    Postgres,
}

/// SQLite always, PostgreSQL when a server is named.
pub fn backends() -> Vec<Backend> {
    let mut all = vec![Backend::Sqlite];
    if std::env::var("TONGBAN_TEST_PG").is_ok_and(|url| !url.is_empty()) {
        all.push(Backend::Postgres);
    }
    all
}

/// Stands in for the classification where only a lower domain is under test: everything is of level 1,
/// so the right alone decides. The product plugs the security domain's policy.
struct ByRight;

#[async_trait::async_trait]
impl DisclosurePolicy for ByRight {
    async fn weigh(&self, _: &Platform, _: &Principal, _: Field<'_>) -> platform::Result<Weight> {
        Ok(Weight { level: 1, may_see: 1, way: Way::Masked })
    }
}

/// A platform on a fresh database. Removes what it made when dropped.
pub struct TestPlatform {
    /// The platform.
    pub platform: Platform,
    /// Its clock.
    pub clock: Arc<MockClock>,
    /// Its folder; gone afterwards.
    pub folder: std::path::PathBuf,
    cleanup: Option<(String, String)>,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A name no other test of this machine uses.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::SeqCst))
}

/// Makes an empty database of a kind; returns its address and, for PostgreSQL, (server, name) to drop.
pub async fn fresh_database(backend: Backend, folder: &std::path::Path) -> (String, Option<(String, String)>) {
    match backend {
        Backend::Sqlite => (format!("sqlite://{}", folder.join("test.sqlite").display()), None),
        Backend::Postgres => {
            let server = std::env::var("TONGBAN_TEST_PG").expect("backends() offers PostgreSQL only when it is set");
            let name = unique("tongban_test");
            let admin = Database::connect(&server).await.expect("the test server answers");
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database is made");
            (address(&server, &name), Some((server.clone(), name)))
        }
    }
}

fn address(server: &str, name: &str) -> String {
    let base = server.rsplit_once('/').map_or(server, |(head, _)| head);
    format!("{base}/{name}")
}

fn new_folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(unique("tongban"));
    std::fs::create_dir_all(&folder).expect("a folder is made");
    folder
}

/// Where a test keeps its data.
pub struct Place {
    /// A folder of its own; on SQLite the database lies in it.
    pub folder: std::path::PathBuf,
    /// Address of its database.
    pub url: String,
    /// (server, name) of a PostgreSQL database to drop afterwards.
    pub cleanup: Option<(String, String)>,
}

impl Place {
    /// An empty folder and an empty database.
    pub async fn fresh(backend: Backend) -> Self {
        let folder = new_folder();
        let (url, cleanup) = fresh_database(backend, &folder).await;
        Self { folder, url, cleanup }
    }
}

async fn make_schema(db: &Db, steps: &[Migration]) {
    let all: Vec<Migration> = platform::work::MIGRATIONS.iter().chain(steps).copied().collect();
    migrate::run(db, &all, story_start()).await.expect("the schema is made");
}

/// The platform of a test and its clock.
fn build(
    db: Db,
    url: String,
    folder: std::path::PathBuf,
    (secrets, seed): (u64, u64),
    mut config: Config,
    files: Option<Files>,
) -> (Platform, Arc<MockClock>) {
    // Both TLS providers are compiled in; reqwest wants one chosen.
    let _ = rustls::crypto::ring::default_provider().install_default();
    config.data_dir = folder;
    config.database_url = url;
    let clock = MockClock::at(story_start());
    let files = files.unwrap_or_else(|| Files::open(&config, clock.clone()).expect("the file store opens"));
    let keys = platform::secrets::SoftKeys::in_memory(&SeededRandomness::new(secrets)).expect("fresh keys are good");
    let platform = Platform::new(Inner {
        clock: clock.clone(),
        randomness: Arc::new(SeededRandomness::new(seed)),
        db,
        files,
        crypto: platform::crypto::Crypto::new(Arc::new(keys)).expect("fresh keys are good"),
        disclosure: Default::default(),
        audit: Default::default(),
        visits: Default::default(),
        metrics: Default::default(),
        live: Default::default(),
        sessions: Default::default(),
        numbers: Default::default(),
        http: reqwest::Client::new(),
        config,
    });
    platform.disclosure.plug(Arc::new(ByRight));
    (platform, clock)
}

/// Drops a database made by [`fresh_database`].
pub async fn drop_database(made: (String, String)) {
    if let Ok(admin) = Database::connect(&made.0).await {
        let _ = admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", made.1)).await;
    }
}

impl TestPlatform {
    /// A platform with the given schema steps, at [`story_start`]. A password alone signs staff in here;
    /// tests of the second factor turn it on in their settings.
    pub async fn new(backend: Backend, steps: &[Migration]) -> Self {
        Self::with_config(backend, steps, Config { require_second_factor: false, ..Config::default() }).await
    }

    /// The same with settings of its own; `data_dir` is replaced by the test's folder.
    pub async fn with_config(backend: Backend, steps: &[Migration], config: Config) -> Self {
        let place = Place::fresh(backend).await;
        let db = Db::open(&place.url).await.expect("the database opens");
        make_schema(&db, steps).await;
        Self::around(db, place, COUNTER.fetch_add(1, Ordering::SeqCst) + 42, config, None)
    }

    /// The same with a place for files of the test's own.
    pub async fn with_files(backend: Backend, steps: &[Migration], files: Files) -> Self {
        let place = Place::fresh(backend).await;
        let db = Db::open(&place.url).await.expect("the database opens");
        make_schema(&db, steps).await;
        Self::around(db, place, COUNTER.fetch_add(1, Ordering::SeqCst) + 42, Config::default(), Some(files))
    }

    /// Several cities in one PostgreSQL database, a schema each; the first one drops the database when closed.
    pub async fn in_schemas(schemas: &[&str], steps: &[Migration]) -> Vec<Self> {
        let Place { folder, url, mut cleanup } = Place::fresh(Backend::Postgres).await;
        let _ = std::fs::remove_dir_all(folder);
        let mut all = Vec::new();
        for schema in schemas {
            let schema = (*schema).to_owned();
            let there = platform::db::Place { url: url.clone(), schema: schema.clone(), ..Default::default() };
            let db = Db::open_at(there).await.expect("the database opens");
            make_schema(&db, steps).await;
            let place = Place { folder: new_folder(), url: url.clone(), cleanup: cleanup.take() };
            let config = Config { require_second_factor: false, database_schema: schema, ..Config::default() };
            all.push(Self::around(db, place, COUNTER.fetch_add(1, Ordering::SeqCst) + 42, config, None));
        }
        all
    }

    /// A platform on a copy of a database that is filled once for all tests of this build (see [`kept`]).
    /// What `fill` seals opens in the copies: they have the same secrets.
    pub async fn kept(
        name: &str,
        backend: Backend,
        sources: &[&std::path::Path],
        steps: &[Migration],
        fill: impl AsyncFnOnce(&Platform),
        config: Config,
    ) -> Self {
        const SECRETS: u64 = 42;
        let place = kept::copy(name, backend, sources, async |place: &Place| {
            let db = Db::open(&place.url).await.expect("the database opens");
            make_schema(&db, steps).await;
            let Place { folder, url, .. } = place;
            let config = Config { require_second_factor: false, ..Config::default() };
            fill(&build(db, url.clone(), folder.clone(), (SECRETS, 7), config, None).0).await;
        })
        .await;
        let db = Db::open(&place.url).await.expect("the database opens");
        Self::around(db, place, SECRETS, config, None)
    }

    fn around(db: Db, place: Place, secrets: u64, config: Config, files: Option<Files>) -> Self {
        let Place { folder, url, cleanup } = place;
        // Ids of a copy must not repeat those of what it was copied from, and are the same in every run.
        static MADE: AtomicU64 = AtomicU64::new(1_000_042);
        let seed = MADE.fetch_add(1, Ordering::SeqCst);
        let (platform, clock) = build(db, url, folder.clone(), (secrets, seed), config, files);
        Self { platform, clock, folder, cleanup }
    }

    /// Drops the database. Without it a PostgreSQL test database stays until the server goes.
    pub async fn close(mut self) {
        if let Some(made) = self.cleanup.take() {
            drop_database(made).await;
        }
    }
}

impl Drop for TestPlatform {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
