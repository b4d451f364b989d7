//! What is handed out: the package and the one file for machines without internet hold a product that runs, and what
//! says how to run it names only what there is.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use chaos::city::City;
use chaos::node::{Node, Setup, binary};
use serde_json::Value;
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
        for needed in [
            "./usr/bin/tongban",
            "./usr/sbin/tongban-as-service",
            "./etc/tongban/tongban.toml",
            "./usr/lib/systemd/system/tongban.service",
        ] {
            assert!(listed.lines().any(|line| line.ends_with(needed)), "{needed}");
        }
        // Every setting is one that an upgrade leaves as the operator wrote it.
        let mut settings: Vec<_> = listed.lines().filter_map(|line| line.rsplit_once(" ./etc/tongban/")).collect();
        settings.retain(|(_, name)| !name.is_empty());
        let kept = run(Command::new("dpkg-deb").args(["-I", package, "conffiles"]));
        let kept: Vec<_> = kept.lines().filter_map(|line| line.strip_prefix("/etc/tongban/")).collect();
        assert!(!kept.is_empty() && kept.len() == settings.len(), "{kept:?} {settings:?}");
        assert!(settings.iter().all(|(_, name)| kept.contains(name)), "{kept:?} {settings:?}");
        // Without the authorities of the system no outside call can be proven, and the program does not start.
        assert!(control.contains("ca-certificates"), "{control}");
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

/// What the page on installing tells an operator to do with an empty system: regions and calendars, the city, the first
/// administrator, the items. No demonstration is needed and nobody gets a password that others know.
///
/// req: OPS-020, OPS-022
#[test]
fn an_empty_system_gets_its_city_its_administrator_and_its_items_by_command() {
    let folder = std::env::temp_dir().join(unique("tongban_first_day"));
    std::fs::create_dir_all(&folder).unwrap();
    let packs = packaging().join("../packs").canonicalize().unwrap();
    let tongban = |act: &[&str], last: &Path| {
        let mut command = Command::new(binary().unwrap());
        command.env("TONGBAN_DATA_DIR", folder.join("data")).env("TONGBAN_PACKS_DIR", &packs);
        command.env_remove("TONGBAN_DATABASE_URL").args(act).arg(last);
        run(&mut command)
    };
    tongban(&["pack", "import"], &packs.join("platform"));
    tongban(&["pack", "import"], &packs.join("city"));
    let people = folder.join("people.csv");
    std::fs::write(&people, "login,name,org,roles\nfirst,王建国,city-office,sys_admin\n").unwrap();
    let report = tongban(&["accounts", "import", "--kind", "staff", "--source", "名册"], &people);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["created"], 1, "{report}");
    assert!(report["passwords"][0]["one_time_password"].is_string(), "{report}");
    let items = std::fs::read_dir(packs.join("items")).unwrap().count();
    let done = tongban(&["pack", "import"], &packs);
    assert!(done.contains(&format!("已导入 {items} 个事项")), "{done}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Units, manifests and image name commands and settings that exist.
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
}

/// What the scripts of the package and the file say is read by a shell before an operator runs it.
///
/// req: OPS-020
#[test]
fn every_script_is_one_a_shell_can_read() {
    let scripts = [
        ("sh", "debian/postinst"),
        ("sh", "debian/prerm"),
        ("sh", "debian/postrm"),
        ("sh", "systemd/tongban-as-service"),
        ("bash", "build.sh"),
        ("bash", "bundle/install.sh"),
        ("bash", "container/build.sh"),
        ("bash", "postgres/pg.sh"),
    ];
    for (shell, script) in scripts {
        run(Command::new(shell).arg("-n").arg(packaging().join(script)));
    }
}

/// The manifests by kind and name, each with its file.
fn manifests() -> BTreeMap<(String, String), (String, Value)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(packaging().join("kubernetes")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        for document in std::fs::read_to_string(&path).unwrap().split("\n---\n") {
            let one: Value = serde_yaml_ng::from_str(document).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(one.is_object(), "{file}");
            // The list of the others has neither.
            let kind = one["kind"].as_str().unwrap_or("Kustomization").to_owned();
            let name = one["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            assert!(found.insert((kind, name), (file.clone(), one)).is_none(), "twice in {file}");
        }
    }
    found
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What runs: the deployment's pods and those of the timers.
fn pods(manifests: &BTreeMap<(String, String), (String, Value)>) -> Vec<(&str, &Value)> {
    let mut pods = Vec::new();
    for ((kind, name), (_, one)) in manifests {
        match kind.as_str() {
            "Deployment" => pods.push((name.as_str(), &one["spec"]["template"]["spec"])),
            "CronJob" => pods.push((name.as_str(), &one["spec"]["jobTemplate"]["spec"]["template"]["spec"])),
            _ => {}
        }
    }
    assert_eq!(pods.len(), 3, "server, backup, drill");
    pods
}

/// Whether every label that is looked for is there.
fn selects(wanted: &Value, labels: &Value) -> bool {
    wanted.as_object().is_some_and(|wanted| !wanted.is_empty() && wanted.iter().all(|(key, one)| labels[key] == *one))
}

/// Whoever applies the folder gets what it says: every name one manifest uses is one another has, and every file of
/// the folder is applied.
///
/// req: OPS-020
#[test]
fn manifests_name_each_other_rightly() {
    let all = manifests();
    let has = |kind: &str, name: &Value| all.contains_key(&(kind.to_owned(), name.as_str().unwrap_or("?").to_owned()));
    let applied = &all[&("Kustomization".to_owned(), String::new())].1;
    let mut resources = texts(&applied["resources"]);
    resources.sort_unstable();
    let mut files: Vec<String> = all.values().map(|(file, _)| file.replace(".example", "")).collect();
    files.retain(|file| file != "kustomization.yaml");
    files.sort();
    files.dedup();
    assert_eq!(resources, files, "applied and there");
    assert!(has("Namespace", &applied["namespace"]));
    let image = &applied["images"][0];
    assert_eq!(image["newTag"], env!("CARGO_PKG_VERSION"));

    let deployment = &all[&("Deployment".to_owned(), "tongban".to_owned())].1["spec"];
    let labels = &deployment["template"]["metadata"]["labels"];
    let container = &deployment["template"]["spec"]["containers"][0];
    let ports: Vec<_> = list(&container["ports"]).iter().map(|port| &port["name"]).collect();
    let service = &all[&("Service".to_owned(), "tongban".to_owned())].1["spec"];
    let disruption = &all[&("PodDisruptionBudget".to_owned(), "tongban".to_owned())].1["spec"];
    for wanted in [
        &deployment["selector"]["matchLabels"],
        &deployment["template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
        &service["selector"],
        &disruption["selector"]["matchLabels"],
    ] {
        assert!(selects(wanted, labels), "{wanted} of {labels}");
    }
    assert!(ports.contains(&&service["ports"][0]["targetPort"]));
    let way = &all[&("Ingress".to_owned(), "tongban".to_owned())].1["spec"]["rules"][0]["http"]["paths"][0]["backend"];
    assert!(has("Service", &way["service"]["name"]));
    assert_eq!(way["service"]["port"]["name"], service["ports"][0]["name"]);

    for (name, pod) in pods(&all) {
        let container = &pod["containers"][0];
        assert_eq!(container["image"], image["name"], "{name}");
        for source in list(&container["envFrom"]) {
            assert!(
                has("ConfigMap", &source["configMapRef"]["name"]) || has("Secret", &source["secretRef"]["name"]),
                "{name}: {source}"
            );
        }
        for volume in list(&pod["volumes"]) {
            let there = has("PersistentVolumeClaim", &volume["persistentVolumeClaim"]["claimName"])
                || has("Secret", &volume["secret"]["secretName"])
                || volume["emptyDir"].is_object();
            assert!(there, "{name}: {volume}");
        }
        let given: Vec<_> = list(&pod["volumes"]).iter().map(|volume| &volume["name"]).collect();
        let mounted: Vec<_> = list(&container["volumeMounts"]).iter().map(|mount| &mount["name"]).collect();
        assert!(given.iter().all(|one| mounted.contains(one)), "{name}: {given:?}, {mounted:?}");
        assert!(mounted.iter().all(|one| given.contains(one)), "{name}: {given:?}, {mounted:?}");
    }
}

/// The settings of the manifests are ones the program takes, and what they point at is mounted there.
///
/// req: OPS-020
#[test]
fn the_settings_of_the_manifests_start_the_program_on_what_is_mounted() {
    let all = manifests();
    let given = |kind: &str, part: &str| all[&(kind.to_owned(), "tongban".to_owned())].1[part].clone();
    let (open, secret) = (given("ConfigMap", "data"), given("Secret", "stringData"));
    let image = include_str!("../../packaging/container/Containerfile");
    let of_the_image = |name: &str| {
        let rest = image.split_once(&format!("{name}="))?.1;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let settings = platform::config::Config::load(None, |name| {
        [&open, &secret]
            .into_iter()
            .find_map(|one| one[name].as_str().map(str::to_owned))
            .or_else(|| of_the_image(name))
    })
    .unwrap();
    assert!(settings.listen.ends_with(":8080") && settings.database_url.starts_with("postgres://"), "{settings:?}");
    assert!(settings.secure_cookies);
    for (name, pod) in pods(&all) {
        let container = &pod["containers"][0];
        let mounted = |folder: &Path| {
            let at = |mount: &Value| mount["mountPath"].as_str().is_some_and(|path| folder.starts_with(path));
            list(&container["volumeMounts"]).iter().find(|mount| at(mount)).cloned().unwrap_or_default()
        };
        let written = |folder: &Path| mounted(folder).is_object() && mounted(folder)["readOnly"] != true;
        assert!(written(&settings.data_dir), "{name}");
        assert!(written(Path::new("/tmp")), "{name}");
        assert_eq!(mounted(&settings.master_key())["readOnly"], true, "{name}: nobody writes the master key");
        let key = all[&("Secret".to_owned(), "tongban-master-key".to_owned())].1["stringData"].clone();
        assert!(key[settings.master_key().file_name().unwrap().to_str().unwrap()].is_string(), "{name}");
        assert!(mounted(&settings.backup_dir).is_object(), "{name}");
        let args = texts(&container["args"]);
        if let [act, vault, ..] = args[..] {
            assert!(["backup", "drill"].contains(&act), "{name} runs {act}");
            assert_eq!(Path::new(vault), settings.backup_dir, "{name}: the age that is watched is the age of these");
            assert!(written(Path::new(vault)), "{name}");
        }
    }
}

/// A pod has no right it does not need, a renewal takes no server away before another is ready, and who is being
/// served meanwhile is served to the end.
///
/// req: OPS-020
#[test]
fn pods_have_few_rights_and_are_renewed_without_a_break() {
    let all = manifests();
    let image = include_str!("../../packaging/container/Containerfile");
    let user = image.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    for (name, pod) in pods(&all) {
        let (whole, container) = (&pod["securityContext"], &pod["containers"][0]);
        assert_eq!(whole["runAsNonRoot"], true, "{name}");
        assert_eq!(format!("{}:{}", whole["runAsUser"], whole["runAsGroup"]), user, "{name}");
        assert_eq!(whole["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        let own = &container["securityContext"];
        assert_eq!(own["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(own["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(texts(&own["capabilities"]["drop"]), ["ALL"], "{name}");
        let resources = &container["resources"];
        assert!(resources["requests"]["cpu"].is_string() && resources["limits"]["memory"].is_string(), "{name}");
    }
    let space = &all[&("Namespace".to_owned(), "tongban".to_owned())].1["metadata"]["labels"];
    assert_eq!(space["pod-security.kubernetes.io/enforce"], "restricted");

    let deployment = &all[&("Deployment".to_owned(), "tongban".to_owned())].1["spec"];
    let renewal = &deployment["strategy"]["rollingUpdate"];
    assert_eq!(renewal["maxUnavailable"], 0);
    assert_eq!(renewal["maxSurge"], 1);
    let disruption = &all[&("PodDisruptionBudget".to_owned(), "tongban".to_owned())].1["spec"];
    assert!(disruption["minAvailable"].as_i64().unwrap() < deployment["replicas"].as_i64().unwrap());

    let pod = &deployment["template"]["spec"];
    let container = &pod["containers"][0];
    let api: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    for probe in ["readinessProbe", "startupProbe"] {
        let asked = &container[probe]["httpGet"];
        assert!(api["paths"][asked["path"].as_str().unwrap()]["get"].is_object(), "{probe}: {asked}");
        assert_eq!(asked["port"], container["ports"][0]["name"], "{probe}");
    }
    // A server without its database is well and says 503: to start it anew would help nobody.
    assert!(container["livenessProbe"]["httpGet"].is_null() && container["livenessProbe"]["tcpSocket"].is_object());
    let before: i64 = texts(&container["lifecycle"]["preStop"]["exec"]["command"])[1].parse().unwrap();
    let whole = pod["terminationGracePeriodSeconds"].as_i64().unwrap();
    assert!(whole >= before + 20 + 5, "requests have twenty seconds, the work behind them five: {whole}");
}

/// The image checks health on the port it listens on, and is nobody's to write into.
///
/// req: OPS-020
#[test]
fn the_image_asks_its_own_health_and_runs_as_nobody_in_particular() {
    let image = include_str!("../../packaging/container/Containerfile");
    let instructions = |name: &str| image.lines().filter(|line| line.starts_with(name)).count();
    for once in ["FROM ", "USER ", "HEALTHCHECK ", "STOPSIGNAL SIGTERM", "ENTRYPOINT ", "VOLUME "] {
        assert_eq!(instructions(once), 1, "{once}");
    }
    assert!(image.contains("GET /api/v1/health ") && image.contains("${TONGBAN_LISTEN##*:}"));
    // The same form in which the package is named by the script that makes it.
    let script = include_str!("../../packaging/container/build.sh");
    for argument in image.lines().filter_map(|line| line.strip_prefix("ARG ")) {
        assert!(script.contains(&format!("--build-arg {argument}=")), "{argument}");
    }
    for folder in ["/var/lib/tongban", "/var/backups/tongban"] {
        assert!(image.lines().any(|line| line.starts_with("VOLUME ") && line.contains(folder)), "{folder}");
    }
}
