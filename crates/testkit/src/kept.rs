//! Databases that are filled once for all tests of a build. Every test has a process of its own, so
//! what they share lies on disk: a folder (with the SQLite file in it) or a PostgreSQL database.
//!
//! [`copy`] is the whole face. What is kept belongs to one build of one test program and to the
//! state of the files it was filled from; anything else is filled anew, and old ones are removed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

use crate::{Backend, Place, address, new_folder, unique};

/// How long something kept is left alone when another build no longer uses it.
const LEFT: Duration = Duration::from_secs(3 * 3600);

/// A copy of the database and folder that `fill` made, which runs once per build of this program,
/// kind of database and state of `sources` (files and folders it reads).
pub async fn copy(name: &str, backend: Backend, sources: &[&Path], fill: impl AsyncFnOnce(&Place)) -> Place {
    let key = key(sources);
    let store = std::env::temp_dir().join("tongban-test-kept");
    std::fs::create_dir_all(&store).expect("the folder of what is kept is made");
    // One process fills, the others wait for it.
    let lock = std::fs::File::create(store.join(format!("{name}.lock"))).expect("the lock is made");
    lock.lock().expect("the lock is given");
    match backend {
        Backend::Sqlite => {
            let kept = store.join(format!("{name}-{key:016x}"));
            if !kept.exists() {
                forget_folders(&store, name);
                let made = Place::fresh(backend).await;
                fill(&made).await;
                fold_log(&made.url).await;
                let half = store.join(unique("half"));
                copy_folder(&made.folder, &half);
                std::fs::rename(&half, &kept).expect("what was filled is kept");
                let _ = std::fs::remove_dir_all(&made.folder);
            }
            drop(lock);
            let folder = new_folder();
            copy_folder(&kept, &folder);
            let url = format!("sqlite://{}", folder.join("test.sqlite").display());
            Place { folder, url, cleanup: None }
        }
        Backend::Postgres => {
            let server = std::env::var("TONGBAN_TEST_PG").expect("backends() offers PostgreSQL only when it is set");
            let admin = Database::connect(&server).await.expect("the test server answers");
            let kept = format!("kept_{}_{key:016x}", name.replace('-', "_"));
            let files = store.join(&kept);
            if !(exists(&admin, &kept).await && files.exists()) {
                run(&admin, &format!("DROP DATABASE IF EXISTS {kept} WITH (FORCE)")).await;
                forget_databases(&admin, &store, name).await;
                let made = Place::fresh(backend).await;
                fill(&made).await;
                let _ = std::fs::remove_dir_all(&files);
                copy_folder(&made.folder, &files);
                let _ = std::fs::remove_dir_all(&made.folder);
                close(&admin, &made.cleanup.expect("a database of its own").1, &kept).await;
            }
            drop(lock);
            let folder = new_folder();
            copy_folder(&files, &folder);
            let database = unique("tongban_test");
            run(&admin, &format!("CREATE DATABASE {database} TEMPLATE {kept} STRATEGY FILE_COPY")).await;
            Place { folder, url: address(&server, &database), cleanup: Some((server, database)) }
        }
    }
}

/// Of this build of the program and the files it reads: a newer time or another size is another key.
fn key(sources: &[&Path]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let program = std::env::current_exe().expect("a test knows its program");
    stamp(&program, &mut hasher);
    for source in sources {
        stamp(source, &mut hasher);
    }
    hasher.finish()
}

fn stamp(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(about) = std::fs::metadata(path) else { return };
    path.hash(hasher);
    if about.is_dir() {
        let mut inside: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        inside.sort();
        inside.iter().for_each(|path| stamp(path, hasher));
    } else {
        about.len().hash(hasher);
        about.modified().ok().hash(hasher);
    }
}

/// Everything in a folder except what SQLite keeps beside an open database.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("the folder is read").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let beside = path.extension().is_some_and(|kind| kind == "sqlite-wal" || kind == "sqlite-shm");
        if path.is_dir() {
            copy_folder(&path, &target);
        } else if !beside {
            std::fs::copy(&path, &target).expect("a file is copied");
        }
    }
}

async fn fold_log(url: &str) {
    let db = Database::connect(url).await.expect("the database opens");
    run(&db, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    db.close().await.expect("the database closes");
}

/// A database somebody is connected to can't be copied. Under its last name it is complete.
async fn close(admin: &DatabaseConnection, made: &str, kept: &str) {
    run(admin, &format!("ALTER DATABASE {made} WITH ALLOW_CONNECTIONS false")).await;
    let end = format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{made}'");
    run(admin, &end).await;
    run(admin, &format!("ALTER DATABASE {made} RENAME TO {kept}")).await;
}

async fn exists(admin: &DatabaseConnection, database: &str) -> bool {
    !names(admin, &format!("SELECT datname FROM pg_database WHERE datname = '{database}'")).await.is_empty()
}

async fn names(admin: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = admin
        .query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql))
        .await
        .expect("the server answers");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[expect(clippy::disallowed_methods, reason = "how old a file of this machine is; no rule of the product")]
fn old(path: &Path) -> bool {
    let made = std::fs::metadata(path).and_then(|about| about.modified());
    made.is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age > LEFT))
}

fn forget_folders(store: &Path, name: &str) {
    for entry in std::fs::read_dir(store).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name().to_string_lossy().starts_with(&format!("{name}-")) && old(&path) {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

async fn forget_databases(admin: &DatabaseConnection, store: &Path, name: &str) {
    let like = format!("SELECT datname FROM pg_database WHERE datname LIKE 'kept\\_{}\\_%'", name.replace('-', "\\_"));
    for database in names(admin, &like).await {
        let files = store.join(&database);
        if !files.exists() || old(&files) {
            run(admin, &format!("DROP DATABASE {database} WITH (FORCE)")).await;
            let _ = std::fs::remove_dir_all(files);
        }
    }
}
