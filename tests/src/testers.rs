//! What testers from outside get, in one folder, and what `docs/operations/testing.md` promises them.

use std::path::Path;
use std::sync::Arc;

use app::{App, testers};
use platform::config::Config;
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use testkit::{Backend, MockClock, Place, SeededRandomness, story_start};

use crate::world::{World, packs_dir};

fn read(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Everything a round of tests needs is in the folder and is true: the accounts open, the cases are there, the
/// log proves itself, the digests fit; no secret is in it. Production gives nothing.
///
/// req: OPS-031
#[tokio::test(flavor = "multi_thread")]
async fn the_folder_for_testers_is_whole_and_true_and_production_gives_none() {
    for backend in testkit::backends() {
        let world = World::with_settings(backend, |config| config.environment = "test".to_owned()).await;
        let citizen = world.citizen("li-ming").await;
        crate::fees::file(&citizen, json!({})).await;
        world.settle().await;
        let root = world.app.platform.config.data_dir.join("for-testers");
        let made = testers::bundle(&world.app, &root).await.unwrap();
        for name in ["README.md", "accounts.csv", "citizens.yaml", "permissions.md", "cases.csv", "reset.sh"] {
            assert!(made.files.iter().any(|file| file == name), "{name} in {:?}", made.files);
        }
        // Accounts that open, with their roles.
        let accounts = read(&root, "accounts.csv");
        assert_eq!(accounts.lines().count(), made.accounts + 1);
        for login in ["clerk", "approver", "auditor"] {
            assert!(accounts.contains(&format!("\"{login}\"")), "{login}");
            world.staff(login).await;
        }
        // The document is the one that is served; the cases are there.
        let served = world.nobody().get("/openapi.json").await;
        assert_eq!(serde_json::from_str::<Value>(&read(&root, "interfaces/openapi.json")).unwrap(), served);
        let cases = world.app.casework.examples(3).await.unwrap();
        assert_eq!((cases.len(), made.cases), (1, 1), "{cases:?}");
        let (number, item, state) = &cases[0];
        assert!(read(&root, "cases.csv").contains(&format!("\"{number}\",\"{item}\",\"{state}\"")));
        // The audit log proves itself with the key beside it, and tells a line that was changed.
        let (log, key) = (read(&root, "logs/audit.csv"), read(&root, "logs/audit-key.pem"));
        let verdict = security::audit::proof::verify(&log, Some(&key)).unwrap();
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        // Nothing that opens the installation itself.
        let config = &world.app.platform.config;
        let master = std::fs::read_to_string(config.master_key()).unwrap();
        let database = config.database();
        for file in &made.files {
            let text = String::from_utf8_lossy(&std::fs::read(root.join(file)).unwrap()).into_owned();
            assert!(!text.contains(master.trim()) && !text.contains(&database), "{file}");
        }
        // Each file has its digest.
        for line in read(&root, "SM3SUMS").lines() {
            let (sum, name) = line.split_once("  ").unwrap();
            let bytes = std::fs::read(root.join(name)).unwrap();
            assert_eq!(sum, base::encoding::to_hex(&base::crypto::sm3(&bytes)), "{name}");
        }
        let again = testers::bundle(&world.app, &root).await.unwrap_err();
        assert!(again.to_string().contains("空目录"), "{again}");
        world.close().await;

        let production = World::new(backend).await;
        let root = production.app.platform.config.data_dir.join("for-testers");
        let refused = testers::bundle(&production.app, &root).await.unwrap_err();
        assert!(refused.to_string().contains("正式环境") && !root.exists(), "{refused}");
        assert_eq!(production.nobody().request(reqwest::Method::GET, "/health", None).await.status(), StatusCode::OK);
        production.close().await;
    }
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations/testing.md");
    std::fs::read_to_string(path).unwrap()
}

/// Who and what there is, as a tester knows it.
async fn city(app: &App) -> Vec<String> {
    let db = &app.platform.db;
    let mut all = Vec::new();
    for sql in [
        "SELECT login AS a, name AS b FROM staff",
        "SELECT slug AS a, name AS b FROM items",
        "SELECT name AS a, region AS b FROM orgs",
    ] {
        let statement = Statement::from_string(db.backend(), sql);
        for row in db.read().query_all_raw(statement).await.unwrap() {
            let text = |name: &str| row.try_get::<String>("", name).unwrap();
            all.push(format!("{} {}", text("a"), text("b")));
        }
    }
    all.sort();
    all
}

/// Emptied and loaded again, it is the same city, however much was done in it before and whatever chance brought.
///
/// req: OPS-031
#[tokio::test(flavor = "multi_thread")]
async fn each_round_of_tests_begins_with_the_same_city() {
    let world = World::new(Backend::Sqlite).await;
    let first = city(&world.app).await;
    assert!(first.len() > 40, "{} people, items and bodies", first.len());
    let place = Place::fresh(Backend::Sqlite).await;
    let config = Config {
        database_url: place.url.clone(),
        data_dir: place.folder.clone(),
        packs_dir: packs_dir(),
        ..Config::default()
    };
    let again = App::assemble(config, MockClock::at(story_start()), Arc::new(SeededRandomness::new(99))).await.unwrap();
    again.load_city(&packs_dir(), app::demo::PASSWORD).await.unwrap();
    assert_eq!(city(&again).await, first);
    let _ = std::fs::remove_dir_all(&place.folder);
    world.close().await;
}

/// Every command the page names is one of the program, every page it points to is there, and what it says of the log
/// holds: it can be taken out and proven.
///
/// req: OPS-031
#[tokio::test(flavor = "multi_thread")]
async fn what_testers_are_told_is_there() {
    let page = page();
    let folder = std::env::temp_dir().join(testkit::unique("testers"));
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite://{}", folder.join("none.sqlite").display());
    let mut tried = 0;
    for command in page.split('`').skip(1).step_by(2).filter_map(|text| text.strip_prefix("tongban ")) {
        let words: Vec<&str> = command.split_whitespace().take_while(|word| !word.starts_with('-')).collect();
        let mut arguments = words.clone();
        arguments.push("--help");
        let said = chaos::node::command(&folder, &url, &[], &arguments).await;
        assert!(said.is_ok(), "tongban {command}: {said:?}");
        tried += 1;
    }
    assert!(tried >= 5, "{tried} commands");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations");
    let mut pointed = 0;
    for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(docs.join(link).exists(), "{link}");
        pointed += 1;
    }
    assert!(pointed >= 4, "{pointed} links");
    // Files the page names by their place.
    for path in page.split('`').skip(1).step_by(2).filter(|text| text.starts_with("docs/")) {
        assert!(docs.join("../..").join(path).exists(), "{path}");
    }
    let _ = std::fs::remove_dir_all(&folder);

    let world = World::new(Backend::Sqlite).await;
    world.staff("clerk").await.get("/cases").await;
    let auditor = world.staff("auditor").await;
    let answer = auditor
        .request(reqwest::Method::GET, "/security/audit/export?format=jsonl&raw=true&reason=第三方测试", None)
        .await;
    let file = answer.text().await.unwrap();
    let judged = security::audit::proof::verify(&file, None).unwrap();
    assert!(judged.faults.is_empty() && judged.lines > 1, "{judged:?}");
    world.close().await;
}
