//! Backup, restore and drill with real cases and their files, on both databases.

use app::App;
use app::backup::{self, Done};
use platform::config::Config;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::{MockClock, Place, SeededRandomness, drop_database};
use time::Duration;

use crate::fees::file;
use crate::world::World;

/// An empty place for a restore, with the master key brought by hand.
async fn empty_place(world: &World, backend: testkit::Backend) -> (Config, Place) {
    let place = Place::fresh(backend).await;
    let here = &world.app.platform.config;
    let config = Config {
        data_dir: place.folder.join("data"),
        database_url: place.url.clone(),
        master_key_file: here.master_key(),
        ..here.clone()
    };
    (config, place)
}

async fn leave(place: Place) {
    std::fs::remove_dir_all(&place.folder).unwrap();
    if let Some(made) = place.cleanup {
        drop_database(made).await;
    }
}

async fn cases(config: &Config) -> i64 {
    let app = App::assemble(config.clone(), MockClock::at(testkit::story_start()), Arc::new(SeededRandomness::new(3)))
        .await
        .unwrap();
    let conn = app.platform.db.read();
    let sql = Statement::from_string(conn.get_database_backend(), "SELECT count(*) AS n FROM cases");
    conn.query_one_raw(sql).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// Every stored object of a vault.
fn objects(vault: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for head in std::fs::read_dir(vault.join("objects")).unwrap() {
        found.extend(std::fs::read_dir(head.unwrap().path()).unwrap().map(|entry| entry.unwrap().path()));
    }
    found.sort();
    found
}

/// What was there when a backup was taken is there after its restore, what came later is not; a drill says so without
/// touching what is in use. A damaged backup is named and restored nowhere; a place that holds something is not
/// overwritten. Old backups go, what newer ones need stays.
///
/// req: OPS-011, OPS-012
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_as_it_was_taken_and_a_damaged_one_is_refused() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let vault = world.app.platform.config.data_dir.join("vault");
        let config = world.app.platform.config.clone();
        let now = world.app.platform.now();
        let citizen = world.citizen("li-ming").await;
        file(&citizen, json!({})).await;
        world.settle().await;
        let first = backup::take(&config, &vault, now).await.unwrap();
        assert_eq!((first.rows["cases"], backup::verify(&vault, &first).unwrap()), (1, vec![]));
        assert!(
            !std::fs::read_dir(vault.join(&first.name)).unwrap().any(|one| one.unwrap().file_name() == "master.key")
        );

        file(&citizen, json!({})).await;
        world.settle().await;
        let before = objects(&vault);
        let second = backup::take(&config, &vault, now + Duration::HOUR).await.unwrap();
        assert_eq!(second.rows["cases"], 2);
        assert!(before.iter().all(|one| one.exists()) && objects(&vault).len() == second.files);

        // The newest is tried; the city goes on meanwhile and afterwards.
        let report = backup::drill::run(&config, &vault, &backup::pick(&vault, None).unwrap()).await.unwrap();
        assert_eq!((report.name.as_str(), report.problem()), (second.name.as_str(), None), "{report:?}");
        assert_eq!(
            report.findings.iter().map(|one| one.what).collect::<Vec<_>>(),
            ["恢复", "数据行", "结构", "启动", "文件", "事件链"]
        );
        file(&citizen, json!({})).await;

        // The first, by name: one case, and its papers open.
        let (there, place) = empty_place(&world, backend).await;
        let picked = backup::pick(&vault, Some(&first.name)).unwrap();
        backup::restore(&there, &vault, &picked).await.unwrap();
        assert_eq!(cases(&there).await, 1);
        let again = backup::restore(&there, &vault, &picked).await.unwrap_err();
        assert!(format!("{again:#}").contains("恢复只写入空的"), "{again:#}");
        leave(place).await;

        // Without the master key nothing is begun.
        let (mut there, place) = empty_place(&world, backend).await;
        there.master_key_file = place.folder.join("elsewhere.key");
        let refused = backup::restore(&there, &vault, &picked).await.unwrap_err();
        assert!(refused.to_string().contains("主密钥不在备份里") && !there.data_dir.exists());
        leave(place).await;

        // Old ones go; a file of a newer backup stays.
        assert_eq!(backup::keep_newest(&vault, 1).unwrap(), [first.name.as_str()]);
        assert_eq!(backup::verify(&vault, &second).unwrap(), Vec::<String>::new());

        // One flipped byte in one paper.
        let harmed = &objects(&vault)[0];
        let mut bytes = std::fs::read(harmed).unwrap();
        bytes[0] ^= 1;
        std::fs::write(harmed, bytes).unwrap();
        let faults = backup::verify(&vault, &second).unwrap();
        assert!(faults.len() == 1 && faults[0].contains("被改动或损坏"), "{faults:?}");
        let (there, place) = empty_place(&world, backend).await;
        let refused = backup::restore(&there, &vault, &second).await.unwrap_err();
        assert!(refused.to_string().contains("没有恢复") && !there.data_dir.exists());
        leave(place).await;
        let report = backup::drill::run(&config, &vault, &second).await.unwrap();
        assert!(report.problem().unwrap().contains("被改动或损坏"));
        world.close().await;
    }
}

/// A database that can't be reached leaves nothing half-made, and the history says what happened.
///
/// req: OPS-012
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_leaves_nothing_and_is_told() {
    let place = Place::fresh(testkit::Backend::Sqlite).await;
    let vault = place.folder.join("vault");
    // No schema, no keys: not a place of the product.
    let config = Config { data_dir: place.folder.join("none"), database_url: place.url.clone(), ..Config::default() };
    backup::take(&config, &vault, testkit::story_start()).await.unwrap_err();
    assert_eq!(std::fs::read_dir(&vault).unwrap().count(), 0);
    let done = Done {
        at: "2026-09-28T01:00:00Z".to_owned(),
        act: "backup".to_owned(),
        name: String::new(),
        seconds: 1,
        problem: Some("数据库没有备份成".to_owned()),
    };
    backup::note(&vault, &done).unwrap();
    backup::note(&vault, &Done { problem: None, ..done.clone() }).unwrap();
    let told = backup::history(&vault).unwrap();
    assert_eq!((told.len(), told[0].problem.as_deref()), (2, Some("数据库没有备份成")));
    leave(place).await;
}
