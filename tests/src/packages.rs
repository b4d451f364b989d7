//! What is handed out: the package and the one file for machines without internet hold a product that runs, and what
//! says how to run it names only what there is.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use chaos::city::City;
use chaos::node::{Node, Setup, binary};
use testkit::unique;

fn packaging() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packaging")
}

fn run(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// req: OPS-020, OPS-022, OPS-023
#[tokio::test(flavor = "multi_thread")]
async fn what_is_packed_is_unpacked_into_an_empty_folder_and_runs() {
    let folder = std::env::temp_dir().join(unique("tongban_package"));
    let script = packaging().join("build.sh");
    let made = run(Command::new(script).arg("--binary").arg(binary().unwrap()).arg("--out").arg(&folder).arg("--fast"));
    let bundle = made.lines().find(|line| line.ends_with(".run")).expect("the one file");
    let place = folder.join("unpacked");
    run(Command::new("bash").args([bundle, "--unpack"]).arg(&place));
    if let Some(package) = made.lines().find(|line| line.ends_with(".deb")) {
        let control = run(Command::new("dpkg-deb").args(["-f", package, "Package", "Version", "Depends"]));
        assert!(control.contains(concat!("Version: ", env!("CARGO_PKG_VERSION"))), "{control}");
        let listed = run(Command::new("dpkg-deb").args(["-c", package]));
        for needed in ["./usr/bin/tongban", "./etc/tongban/tongban.toml", "./usr/lib/systemd/system/tongban.service"] {
            assert!(listed.lines().any(|line| line.ends_with(needed)), "{needed}");
        }
    }
    let settings = platform::config::Config::load(Some(&place.join("etc/tongban/tongban.toml")), |_| None).unwrap();
    assert_eq!(settings.packs_dir, Path::new("/usr/share/tongban/packs"));
    let data = place.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let setup = Setup {
        binary: Some(place.join("usr/bin/tongban")),
        settings: vec![("TONGBAN_PACKS_DIR", place.join("usr/share/tongban/packs").display().to_string())],
        ..Setup::default()
    };
    let node = Node::start(&City::nowhere(data), &setup).await.unwrap();
    assert_eq!(node.health().await.unwrap().1["status"], "ok");
    assert!(node.get("/site", "").await.unwrap().status().is_success(), "the packs are found");
    node.stop().await.unwrap();
    // A file that did not arrive whole is found before anything is unpacked.
    let mut part = Vec::new();
    std::fs::File::open(bundle).unwrap().take(1 << 20).read_to_end(&mut part).unwrap();
    let harmed = folder.join("harmed.run");
    std::fs::write(&harmed, part).unwrap();
    let refused = Command::new("bash").arg(&harmed).args(["--unpack"]).arg(folder.join("never")).output().unwrap();
    assert!(!refused.status.success() && !folder.join("never").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Units, manifests and image name commands and settings that exist, ask health the right way, and give no more rights
/// than needed.
///
/// req: OPS-020
#[test]
fn units_manifests_and_image_name_what_there_is() {
    let config = include_str!("../../crates/platform/src/config.rs");
    let mut texts = Vec::new();
    for part in ["systemd", "kubernetes", "container", "debian"] {
        for entry in std::fs::read_dir(packaging().join(part)).unwrap() {
            texts.push((entry.as_ref().unwrap().path(), std::fs::read_to_string(entry.unwrap().path()).unwrap()));
        }
    }
    for (path, text) in &texts {
        for word in
            text.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).filter(|word| word.starts_with("TONGBAN_"))
        {
            assert!(config.contains(&format!("\"{word}\"")), "{} names {word}", path.display());
        }
        for line in text.lines().filter_map(|line| line.strip_prefix("ExecStart=/usr/bin/tongban --config ")) {
            let act = line.split(' ').nth(1).unwrap();
            assert!(["serve", "backup", "drill"].contains(&act), "{} runs {act}", path.display());
        }
    }
    let kubernetes: String = texts
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|kind| kind == "yaml"))
        .map(|(path, text)| {
            for document in text.split("\n---\n") {
                let parsed: serde_json::Value =
                    serde_yaml_ng::from_str(document).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert!(parsed.is_object(), "{}", path.display());
            }
            text.as_str()
        })
        .collect();
    for needed in ["path: /api/v1/health", "runAsNonRoot: true", "readOnlyRootFilesystem: true", "maxUnavailable: 0"] {
        assert!(kubernetes.contains(needed), "{needed}");
    }
}
