//! Two networks, one item directory; and what it bears when many ask at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use platform::transfer::{Consumer, Received};
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use testkit::{Backend, backends};

use crate::world::{World, packs_dir};

const SLUG: &str = "senior-allowance";
/// Who asks at once, and how often each.
const ASKING: usize = 60;
const TIMES: usize = 40;

/// A copy of a pack with other words in its summary, in a folder of its own.
fn changed(summary: &str) -> std::path::PathBuf {
    let set = std::env::temp_dir().join(testkit::unique("tongban_zone"));
    let folder = set.join("items").join(SLUG);
    // Where it is handled stands in the city's file.
    std::fs::create_dir_all(set.join("city")).unwrap();
    std::fs::copy(packs_dir().join("city/windows.yaml"), set.join("city/windows.yaml")).unwrap();
    let mut folders = vec![packs_dir().join("items").join(SLUG)];
    let from = folders[0].clone();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            let to = folder.join(path.strip_prefix(&from).unwrap());
            if path.is_dir() {
                std::fs::create_dir_all(&to).unwrap();
                folders.push(path);
            } else {
                std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                std::fs::copy(&path, &to).unwrap();
            }
        }
    }
    let item = folder.join("item.yaml");
    let text = std::fs::read_to_string(&item).unwrap();
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.starts_with("summary:") { format!("summary: {summary}") } else { line.to_owned() })
        .collect();
    std::fs::write(item, lines.join("\n") + "\n").unwrap();
    folder
}

/// What went wrong behind the requests.
async fn failures(world: &World) -> Vec<String> {
    let db = &world.app.platform.db;
    let sql = "SELECT kind, last_error FROM jobs WHERE last_error IS NOT NULL";
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter().map(|row| format!("{}: {}", text(row, "kind"), text(row, "last_error"))).collect()
}

/// What the inner side publishes is, as the zone's rules let it pass, published on the outer side, with form, flow
/// and papers; brought twice it is one version; what no inner side could have made is put aside.
///
/// req: OPS-029
#[tokio::test(flavor = "multi_thread")]
async fn an_item_published_inside_is_the_same_outside() {
    for backend in backends() {
        let (inner, outer) = (World::new(backend).await, World::new(backend).await);
        let folder = changed("给高龄老人的补贴，今年起当月发放。");
        inner.app.import_item(&folder, "测试").await.unwrap();
        let summary = |guide: &Value| guide["summary"].as_str().unwrap_or_default().to_owned();
        let path = format!("/items/{SLUG}/guide");
        let told = inner.nobody().get(&path).await;
        assert!(summary(&told).contains("当月发放"), "{told}");
        assert_ne!(summary(&outer.nobody().get(&path).await), summary(&told));

        let rules = security::transfer::rules::Rules::load(&packs_dir().join("platform/transfer.yaml")).unwrap();
        let packet = inner.app.item_packet(SLUG).await.unwrap();
        let body = rules.filter(security::transfer::Side::Inner, app::transfer::ITEM, &packet, &[]).unwrap().body;
        assert!(rules.filter(security::transfer::Side::Outer, app::transfer::ITEM, &packet, &[]).is_err(), "one way");
        let platform = &outer.app.platform;
        let take = async |no: i64, body: serde_json::Map<String, Value>| {
            let received = Received { no, kind: app::transfer::ITEM.into(), body, files: Vec::new() };
            let directory = app::transfer::Directory(platform.clone());
            let write = platform.db.write(platform.now(), move |tx| {
                Box::pin(async move { Consumer::take(&directory, tx, &received).await })
            });
            write.await
        };
        assert!(take(1, body.clone()).await.unwrap().contains("已收下"));
        outer.settle().await;
        assert_eq!(failures(&outer).await, Vec::<String>::new());
        let version = outer.app.catalogue.published(SLUG).await.unwrap().version;
        take(2, body.clone()).await.unwrap();
        outer.settle().await;
        assert_eq!(outer.app.catalogue.published(SLUG).await.unwrap().version, version, "brought twice, one version");
        // When each side published, and under which number, is its own; what people read is the same.
        let (theirs, ours) = (outer.nobody().get(&path).await, inner.nobody().get(&path).await);
        for part in ["summary", "name", "situations", "conditions", "process", "flow", "places", "codes", "fees"] {
            assert_eq!(theirs[part], ours[part], "{part}");
        }
        let names = |guide: &Value| {
            let all = guide["materials"].as_array().unwrap();
            all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&theirs), names(&ours));
        let sources = async |world: &World| {
            let published = world.app.catalogue.published(SLUG).await.unwrap();
            let sources = world.app.catalogue.sources(&published.definitions).await.unwrap();
            (sources.form, sources.flow, sources.rules)
        };
        assert_eq!(sources(&outer).await, sources(&inner).await);
        let mut broken = body;
        broken.insert("pack".into(), json!("bm9uc2Vuc2U"));
        assert_eq!(take(3, broken).await.unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        std::fs::remove_dir_all(folder.parent().unwrap().parent().unwrap()).unwrap();
        inner.close().await;
        outer.close().await;
    }
}

/// Sixty people ask the directory at once, again and again: each is answered or politely told to wait, nobody gets an
/// error; meanwhile the staff of the same server work on.
///
/// req: OPS-029
#[tokio::test(flavor = "multi_thread")]
async fn the_directory_bears_many_who_ask_at_once_while_staff_work_on() {
    for backend in backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk").await;
        let (answered, waiting, other) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = Vec::new();
        for one in 0..ASKING {
            let caller = world.nobody();
            let (answered, waiting, other) = (answered.clone(), waiting.clone(), other.clone());
            tasks.push(tokio::spawn(async move {
                for time in 0..TIMES {
                    let path = match (one + time) % 3 {
                        0 => "/items?limit=20".to_owned(),
                        1 => format!("/items/{SLUG}/guide"),
                        _ => "/items?q=许可&limit=20".to_owned(),
                    };
                    let count = match caller.request(Method::GET, &path, None).await.status() {
                        StatusCode::OK => &answered,
                        StatusCode::TOO_MANY_REQUESTS => &waiting,
                        _ => &other,
                    };
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }));
        }
        // Whoever works here is not pushed aside: every request of the desk succeeds while the others ask.
        let mut worked = 0;
        while tasks.iter().any(|task| !task.is_finished()) || worked < 10 {
            let list = clerk.request(Method::GET, "/tasks?limit=10", None).await;
            assert_eq!(list.status(), StatusCode::OK, "the desk goes on");
            worked += 1;
        }
        for task in tasks {
            task.await.unwrap();
        }
        let counts = [&answered, &waiting, &other].map(|count| count.load(Ordering::SeqCst));
        assert_eq!((counts.iter().sum::<usize>(), counts[2]), (ASKING * TIMES, 0), "{counts:?}");
        assert!(counts[0] > ASKING, "{counts:?}");
        assert_eq!(world.nobody().get("/health").await["status"], "ok");
        world.close().await;
    }
}

/// What a town's own network offers is bound by the same borders: an address outside the list of a policy opens no
/// session and leaves a line.
///
/// req: OPS-029
#[tokio::test(flavor = "multi_thread")]
async fn a_session_stays_within_the_network_it_was_opened_in() {
    let world = World::new(Backend::Sqlite).await;
    let clerk = world.staff("clerk").await;
    let from = async |address: &str| {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = client
            .get(format!("{}/api/v1/staff/me", world.base))
            .header("cookie", &clerk.cookie)
            .header("x-forwarded-for", address);
        asked.send().await.unwrap().status()
    };
    assert_eq!(clerk.request(Method::GET, "/staff/me", None).await.status(), StatusCode::OK);
    assert_eq!(from("203.0.113.77").await, StatusCode::UNAUTHORIZED, "from the internet it opens nothing");
    world.app.platform.audit.flush(&world.app.platform).await.unwrap();
    let auditor = world.staff("auditor").await;
    let lines = auditor.get("/security/audit?limit=100").await.to_string();
    assert!(lines.contains("203.0.113.77"), "the try is in the log");
    world.close().await;
}
