//! The extension points of docs/how-to/extend.md, with the examples as they are printed there.

use std::sync::Arc;

use axum::body::Bytes;
use operations::look::Watched;
use platform::files::{self, Files};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::{TestPlatform, backends};

use crate::world::World;

#[path = "../../docs/examples/extension/extension.rs"]
mod example;

const TABLE: &str = include_str!("../../docs/examples/extension/table.yaml");
const GUIDE: &str = include_str!("../../docs/how-to/extend.md");

/// A place of one's own takes the files, sealed like everywhere, and nothing else changes.
///
/// req: OPS-026, OPS-017
#[tokio::test]
async fn an_extension_keeps_the_files_of_the_product() {
    for backend in backends() {
        let place = Arc::new(example::MemoryPlace::default());
        let test = TestPlatform::with_files(backend, &[], Files::at(place.clone())).await;
        let stored = files::store(&test.platform, None, "material", "图.pdf", Bytes::from_static(b"%PDF-1.4 own"))
            .await
            .unwrap();
        assert_eq!(place.paths().len(), 1);
        let (_, bytes) = files::read(&test.platform, stored.id).await.unwrap();
        assert_eq!(bytes.as_ref(), b"%PDF-1.4 own");
        let lying = test.platform.files.place().read(&place.paths()[0]).await.unwrap().unwrap();
        assert!(!lying.windows(5).any(|part| part == b"%PDF-"), "an extension never sees a file in clear");
        test.close().await;
    }
}

/// req: OPS-026
#[tokio::test]
async fn an_extension_adds_a_part_to_what_is_watched() {
    let door = example::Door { open: 9..17 };
    let morning = door.look(testkit::story_start()).await;
    assert_eq!((morning[0].label.as_str(), morning[0].said.as_str()), ("大厅的门", "大厅开着"));
    let night = door.look(testkit::story_start() + time::Duration::hours(12)).await;
    assert_eq!(night[0].said, "大厅关门了");
}

/// A file makes a register with entry, list, rights and menu; no code, no restart.
///
/// req: OPS-025, OPS-026
#[tokio::test(flavor = "multi_thread")]
async fn an_extension_by_a_file_is_a_register_with_a_menu() {
    for backend in backends() {
        let world = World::new(backend).await;
        world.app.tables.import_table(TABLE, "系统").await.unwrap();
        let clerk = world.staff("clerk").await;
        let menu = clerk.get("/table-menu").await;
        assert!(menu["items"].as_array().unwrap().iter().any(|entry| entry["title"] == "失物招领"), "{menu}");
        let thing = json!({ "data": { "name": "黑色雨伞", "found": "2026-09-20", "place": "6 号窗口" } });
        clerk.post("/tables/lost-and-found/rows", thing).await;
        assert_eq!(clerk.get("/tables/lost-and-found/rows?q=雨伞").await["total"], 1);
        let maker = world.staff("maker").await;
        let (status, _) = maker.refused(Method::GET, "/tables/lost-and-found/rows", None).await;
        assert!(matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{status}");
        world.close().await;
    }
}

/// What the guide names is there: every file it links to, every trait.
///
/// req: OPS-026
#[test]
fn the_guide_names_only_what_exists() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/how-to");
    for link in GUIDE.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = link.split('#').next().unwrap();
        assert!(docs.join(path).exists(), "{link}");
    }
    let root = docs.join("../..");
    let mut sources = String::new();
    let mut folders = vec![root.join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for name in [
        "FilePlace",
        "CryptoProvider",
        "DisclosurePolicy",
        "Consumer",
        "IdentityProvider",
        "EnterpriseRegistry",
        "CertificateAuthority",
        "DataSharing",
        "PaymentPlatform",
        "Courier",
        "UpperPlatform",
        "Source",
        "Watched",
        "Probe",
    ] {
        assert!(GUIDE.contains(name), "{name} is in the guide");
        assert!(sources.contains(&format!("pub trait {name}: ")), "{name} is a trait");
    }
}
