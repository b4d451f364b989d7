//! kill -9 in the middle of a thousand submissions: every acknowledged one is there, none twice,
//! and the event log verifies.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Backend, drop_database, fresh_database, unique};

use crate::world::packs_dir;

/// The binary under test, built with this test binary.
fn binary() -> std::path::PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.join("tongban")
}

struct Server {
    child: tokio::process::Child,
    base: String,
}

async fn start(folder: &std::path::Path, database: &str) -> Server {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    let child = tokio::process::Command::new(binary())
        .arg("serve")
        .env("TONGBAN_LISTEN", format!("127.0.0.1:{port}"))
        .env("TONGBAN_PUBLIC_URL", &base)
        .env("TONGBAN_DATA_DIR", folder)
        .env("TONGBAN_DATABASE_URL", database)
        .env("TONGBAN_PACKS_DIR", packs_dir())
        .env("TONGBAN_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let client = client();
    for _ in 0..600 {
        if client.get(format!("{base}/api/v1/health")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Server { child, base };
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server did not start");
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

/// req: CASE-041
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_every_acknowledged_submission_once() {
    if !binary().exists() {
        panic!("build the product first: cargo build -p app");
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    for backend in testkit::backends() {
        let folder = std::env::temp_dir().join(unique("tongban_kill"));
        std::fs::create_dir_all(&folder).unwrap();
        let (database, made) = fresh_database(backend, &folder).await;
        let cookie = prepare(&folder, &database, backend).await;

        let mut server = start(&folder, &database).await;
        let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
        let sent = Arc::new(AtomicUsize::new(0));
        let mut clients = Vec::new();
        for _ in 0..16 {
            let (base, cookie, acknowledged, sent) =
                (server.base.clone(), cookie.clone(), acknowledged.clone(), sent.clone());
            clients.push(tokio::spawn(async move {
                let client = client();
                while sent.fetch_add(1, Ordering::SeqCst) < 1_000 {
                    let answer = client
                        .post(format!("{base}/api/v1/my/cases/file"))
                        .header("cookie", &cookie)
                        .header("x-tongban-request", "1")
                        .json(&application())
                        .send()
                        .await;
                    let Ok(answer) = answer else { return };
                    assert!(answer.status().is_success(), "{}", answer.status());
                    let Ok(receipt) = answer.json::<Value>().await else { return };
                    acknowledged.lock().unwrap().push(receipt["case_number"].as_str().unwrap().to_owned());
                }
            }));
        }
        // Killed as soon as a good part is acknowledged, wherever the others are.
        for _ in 0..1200 {
            if acknowledged.lock().unwrap().len() >= 150 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.child.start_kill().unwrap();
        server.child.wait().await.unwrap();
        for client in clients {
            let _ = client.await;
        }
        let numbers = acknowledged.lock().unwrap().clone();
        assert!(numbers.len() >= 150, "{} acknowledged before the kill", numbers.len());
        let distinct: BTreeSet<&String> = numbers.iter().collect();
        assert_eq!(distinct.len(), numbers.len(), "no number was given twice");

        // It starts again and everything acknowledged is there, once, with a whole chain.
        let server = start(&folder, &database).await;
        let client = client();
        for number in &numbers {
            let list: Value = client
                .get(format!("{}/api/v1/my/cases?q={number}", server.base))
                .header("cookie", &cookie)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            assert_eq!(list["total"], 1, "{number} is there once");
        }
        drop(server);
        let export = folder.join("export.json");
        let run = |arguments: &[&str]| {
            std::process::Command::new(binary())
                .args(arguments)
                .env("TONGBAN_DATA_DIR", &folder)
                .env("TONGBAN_DATABASE_URL", &database)
                .env("TONGBAN_PACKS_DIR", packs_dir())
                .env("TONGBAN_LOG", "error")
                .output()
                .unwrap()
        };
        let written = run(&["audit", "export", "-o", &export.display().to_string()]);
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let verified = run(&["audit", "verify", &export.display().to_string()]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        if let Some(made) = made {
            drop_database(made).await;
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}

/// Loads the city and signs a person in; the session cookie. The product is put together in this
/// process for that and is gone before the server starts.
async fn prepare(folder: &std::path::Path, database: &str, _backend: Backend) -> String {
    use platform::web::guard::Audience;
    let config = platform::config::Config {
        data_dir: folder.to_owned(),
        database_url: database.to_owned(),
        packs_dir: packs_dir(),
        ..Default::default()
    };
    let clock = Arc::new(platform::system::SystemClock);
    let app = app::App::assemble(config, clock, Arc::new(platform::system::SystemRandomness)).await.unwrap();
    app.load_city(&packs_dir(), app::demo::PASSWORD).await.unwrap();
    let profile = serde_json::from_value(json!({
        "sub": "kill-test", "kind": "person", "name": "李明", "id_type": "111",
        "id_number": "449902198506170153", "phone": "19900000002", "real_name": true,
    }))
    .unwrap();
    let account = app.identity.mirror(profile).await.unwrap();
    let cookie = app.platform.sessions.start(&app.platform, Audience::Portal, account.id).await.unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// A small application that needs no upload: everything is brought to the window.
fn application() -> Value {
    let text = std::fs::read_to_string(packs_dir().join("items/individual-business-setup/samples/valid.json")).unwrap();
    let sample: Value = serde_json::from_str(&text).unwrap();
    let item: Value = serde_yaml(&packs_dir().join("items/individual-business-setup/item.yaml"));
    let handle = sample["handle_item"].as_str().unwrap();
    let mut conditions = serde_json::Map::new();
    for condition in item["conditions"].as_array().unwrap() {
        if let Some(option) = condition["options"].as_array().unwrap().iter().find(|option| option["met"] == true) {
            conditions.insert(condition["key"].as_str().unwrap().to_owned(), option["key"].clone());
        }
    }
    let materials: serde_json::Map<String, Value> = sample["materials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key.as_str().unwrap().to_owned(), json!({ "handing": "window", "files": [] })))
        .collect();
    let mut form = sample["form"].to_string();
    for (key, own) in [("name", "李明"), ("id_number", "449902198506170153"), ("phone", "19900000002")] {
        let old = sample["applicant"][key].as_str().unwrap_or("\u{0}");
        form = form.replace(old, own);
    }
    json!({
        "item_slug": "individual-business-setup",
        "handle_item": handle,
        "situations": sample["situations"],
        "conditions": conditions,
        "consents": { "authorised": true, "agreed": true },
        "form": serde_json::from_str::<Value>(&form).unwrap(),
        "materials": materials,
        "delivery": { "way": "self" },
    })
}

fn serde_yaml(path: &std::path::Path) -> Value {
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
