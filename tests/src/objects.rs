//! Files in a bucket instead of a folder: nothing else changes.

use std::path::{Path, PathBuf};

use app::backup;
use axum::body::Bytes;
use base::encoding::from_base64url;
use platform::config::Config;
use platform::files;
use serde_json::{Value, json};
use testkit::{Backend, TestPlatform, backends};

use crate::world::World;

const PDF: &[u8] = b"%PDF-1.4 440106199003071234 %%EOF";

async fn outside() -> simulators::Simulator {
    let people = std::fs::read_to_string(crate::world::packs_dir().join("city/citizens.yaml")).unwrap();
    simulators::Simulator::start(simulators::People::from_yaml(&people).unwrap()).await.unwrap()
}

fn secret_file(secret: &str) -> PathBuf {
    let file = std::env::temp_dir().join(testkit::unique("tongban_bucket"));
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    file
}

/// A platform whose files lie in the simulated bucket.
async fn with_bucket(backend: Backend, outside: &simulators::Simulator, secret: &str) -> TestPlatform {
    let config = Config {
        objects_url: format!("{}/{}", outside.url("objects"), simulators::objects::BUCKET),
        objects_key_id: simulators::objects::KEY_ID.to_owned(),
        objects_secret_file: secret_file(secret),
        ..Config::default()
    };
    TestPlatform::with_config(backend, &[], config).await
}

/// Path and bytes of everything in the bucket.
async fn lying(control: &str) -> Vec<(String, Vec<u8>)> {
    let url = format!("{control}/{}", simulators::objects::BUCKET);
    let listed: Value =
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap().json().await.unwrap();
    let items = listed["items"].as_array().cloned().unwrap_or_default();
    let one = |item: &Value| {
        (item["path"].as_str().unwrap().to_owned(), from_base64url(item["content"].as_str().unwrap()).unwrap())
    };
    // The store is looked at from time to time by writing something small.
    items.iter().map(one).filter(|(path, _)| !path.starts_with('.')).collect()
}

async fn switch(outside: &simulators::Simulator, down: bool) {
    let url = format!("{}/control", outside.url("objects-control"));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(url).json(&json!({ "down": down })).send().await.unwrap().error_for_status().unwrap();
}

fn below(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { below(&entry.path()) } else { 1 }).sum()
}

/// req: OPS-017
#[tokio::test(flavor = "multi_thread")]
async fn files_lie_sealed_in_the_bucket_once_each_and_none_in_the_folder() {
    for backend in backends() {
        let outside = outside().await;
        let test = with_bucket(backend, &outside, simulators::objects::SECRET).await;
        let store = |name: &'static str| files::store(&test.platform, None, "material", name, Bytes::from_static(PDF));
        let (one, again) = (store("身份证.pdf").await.unwrap(), store("另一份.pdf").await.unwrap());
        assert_ne!(one.id, again.id);
        let there = lying(&outside.url("objects-control")).await;
        assert_eq!(there.len(), 1, "the same bytes are stored once");
        assert!(!there[0].1.windows(18).any(|part| part == b"440106199003071234"), "nothing of it is in clear");
        for id in [one.id, again.id] {
            let (about, bytes) = files::read(&test.platform, id).await.unwrap();
            assert_eq!((about.size, bytes.as_ref()), (PDF.len() as i64, PDF));
        }
        assert_eq!(below(&test.folder.join("files")), 0);

        // A new key seals what lies in the bucket anew, as it does in a folder.
        let provider = test.platform.crypto.provider();
        provider.make_field_key("k2", test.platform.randomness.as_ref()).unwrap();
        provider.activate_field_key("k2").unwrap();
        test.platform.crypto.reload().unwrap();
        let (sealed, broken) = files::reseal(&test.platform, 10, &[]).await.unwrap();
        assert_eq!((sealed.len(), broken.len()), (1, 0));
        assert_ne!(lying(&outside.url("objects-control")).await[0].1, there[0].1);
        assert_eq!(files::read(&test.platform, one.id).await.unwrap().1.as_ref(), PDF);
        test.close().await;
    }
}

/// A store that does not answer is told as that, and nothing half-made is left; one that refuses us is our fault.
///
/// req: OPS-017
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_or_refuses_is_told_in_words_and_leaves_no_row() {
    for backend in backends() {
        let outside = outside().await;
        let test = with_bucket(backend, &outside, simulators::objects::SECRET).await;
        let store = || files::store(&test.platform, None, "material", "图.pdf", Bytes::from_static(PDF));
        switch(&outside, true).await;
        let away = store().await.unwrap_err();
        assert_eq!((away.code(), away.status().as_u16()), ("dependency_down", 503));
        assert!(test.platform.files.place().check().await.unwrap_err().contains("对象存储"));
        assert_eq!(files::usage(test.platform.db.read()).await.unwrap(), (0, 0));
        switch(&outside, false).await;
        let kept = store().await.unwrap();
        assert_eq!(test.platform.files.place().check().await.unwrap(), "对象存储");
        test.close().await;

        let wrong = with_bucket(backend, &outside, "another secret").await;
        let refused =
            files::store(&wrong.platform, None, "material", "图.pdf", Bytes::from_static(PDF)).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 500);
        assert!(!refused.title().contains("Signature"), "no inner text: {}", refused.title());
        assert_ne!(kept.size, 0);
        wrong.close().await;
    }
}

/// A backup holds what lies in the bucket, reads only what is new, and fills an empty bucket again.
///
/// req: OPS-012, OPS-017
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_takes_the_bucket_along_and_puts_it_back() {
    for backend in backends() {
        let world = World::with_bucket(backend).await;
        let config = world.app.platform.config.clone();
        let one = files::store(&world.app.platform, None, "material", "一.pdf", Bytes::from_static(PDF)).await.unwrap();
        let vault = config.data_dir.join("vault");
        let now = world.app.platform.now();
        let first = backup::take(&config, &vault, now).await.unwrap();
        let there = lying(&world.outside("objects-control")).await;
        assert!(first.files >= 1 && first.files == there.len(), "{} of {}", first.files, there.len());
        assert_eq!(backup::verify(&vault, &first).unwrap(), Vec::<String>::new());
        let again = backup::take(&config, &vault, now + time::Duration::HOUR).await.unwrap();
        assert_eq!((again.files, again.bytes), (first.files, first.bytes));

        // Another bucket, empty: what was in the first is in it afterwards, byte for byte.
        let outside_two = outside().await;
        let place = testkit::Place::fresh(backend).await;
        let there_config = Config {
            data_dir: place.folder.join("data"),
            database_url: place.url.clone(),
            master_key_file: config.master_key(),
            objects_url: format!("{}/{}", outside_two.url("objects"), simulators::objects::BUCKET),
            ..config.clone()
        };
        backup::restore(&there_config, &vault, &first).await.unwrap();
        assert_eq!(lying(&outside_two.url("objects-control")).await, there);
        let clock = testkit::MockClock::at(testkit::story_start());
        let restored = app::App::assemble(there_config, clock, std::sync::Arc::new(testkit::SeededRandomness::new(5)))
            .await
            .unwrap();
        assert_eq!(files::read(&restored.platform, one.id).await.unwrap().1.as_ref(), PDF);
        drop(restored);
        std::fs::remove_dir_all(&place.folder).unwrap();
        if let Some(made) = place.cleanup {
            testkit::drop_database(made).await;
        }
        world.close().await;
    }
}
