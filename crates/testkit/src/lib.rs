//! What tests need: a clock that stands still, seeded randomness, a fresh database on each of the
//! two kinds, a platform around them.
//!
//! `for backend in testkit::backends()` runs a test on SQLite and, when `TONGBAN_TEST_PG` names a
//! server (the gate always does), on PostgreSQL too.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use base::clock::{Clock, Randomness};
use platform::config::Config;
use platform::db::migrate::{self, Migration};
use platform::disclosure::{DisclosurePolicy, Field, Way, Weight};
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
    secrets: u64,
}

/// A filled database from which [`TestPlatform::copy`] makes fresh ones in milliseconds.
pub struct Template {
    content: Content,
    secrets: u64,
}

enum Content {
    Sqlite(Vec<u8>),
    /// (server, name of the database copied from)
    Postgres(String, String),
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

async fn place(backend: Backend) -> (std::path::PathBuf, String, Option<(String, String)>) {
    let folder = new_folder();
    let (url, cleanup) = fresh_database(backend, &folder).await;
    (folder, url, cleanup)
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
        let (folder, url, cleanup) = place(backend).await;
        let db = Db::open(&url).await.expect("the database opens");
        let all: Vec<Migration> = platform::work::MIGRATIONS.iter().chain(steps).copied().collect();
        migrate::run(&db, &all, story_start()).await.expect("the schema is made");
        let secrets = COUNTER.fetch_add(1, Ordering::SeqCst) + 42;
        Self::around(db, url, folder, cleanup, secrets, config)
    }

    /// A platform on a copy of a filled database, with the same secrets, so that sealed values open.
    pub async fn copy(template: &Template, config: Config) -> Self {
        let (folder, url, cleanup) = match &template.content {
            Content::Sqlite(bytes) => {
                let (folder, url, cleanup) = place(Backend::Sqlite).await;
                std::fs::write(folder.join("test.sqlite"), bytes).expect("the copy is written");
                (folder, url, cleanup)
            }
            Content::Postgres(server, source) => {
                let name = unique("tongban_test");
                let admin = Database::connect(server).await.expect("the test server answers");
                admin
                    .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {source}"))
                    .await
                    .expect("a database is copied");
                (new_folder(), address(server, &name), Some((server.clone(), name)))
            }
        };
        let db = Db::open(&url).await.expect("the database opens");
        Self::around(db, url, folder, cleanup, template.secrets, config)
    }

    /// Ends this platform and keeps its database to copy from.
    pub async fn into_template(mut self) -> Template {
        let content = match self.cleanup.take() {
            None => {
                let read = self.platform.db.read();
                read.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("the log is folded in");
                Content::Sqlite(std::fs::read(self.folder.join("test.sqlite")).expect("the database is read"))
            }
            Some((server, name)) => {
                // A database somebody is connected to can't be copied.
                let admin = Database::connect(&server).await.expect("the test server answers");
                let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
                admin
                    .execute_unprepared(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
                    .await
                    .expect("the database is closed");
                admin.execute_unprepared(&end).await.expect("its connections end");
                Content::Postgres(server, name)
            }
        };
        Template { content, secrets: self.secrets }
    }

    fn around(
        db: Db,
        url: String,
        folder: std::path::PathBuf,
        cleanup: Option<(String, String)>,
        seed: u64,
        mut config: Config,
    ) -> Self {
        // Both TLS providers are compiled in; reqwest wants one chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
        config.data_dir = folder.clone();
        config.database_url = url;
        let clock = MockClock::at(story_start());
        let keys = platform::secrets::SoftKeys::in_memory(&SeededRandomness::new(seed)).expect("fresh keys are good");
        // Ids of a copy must not repeat those of its template.
        let randomness = Arc::new(SeededRandomness::new(COUNTER.fetch_add(1, Ordering::SeqCst) + 1_000_042));
        let platform = Platform::new(Inner {
            clock: clock.clone(),
            randomness,
            db,
            files: platform::files::Files::in_folder(&folder.join("files")).expect("the file store opens"),
            crypto: platform::crypto::Crypto::new(Arc::new(keys)).expect("fresh keys are good"),
            disclosure: Default::default(),
            audit: Default::default(),
            live: Default::default(),
            sessions: Default::default(),
            numbers: Default::default(),
            http: reqwest::Client::new(),
            config,
        });
        platform.disclosure.plug(Arc::new(ByRight));
        Self { platform, clock, folder, cleanup, secrets: seed }
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
