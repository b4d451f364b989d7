//! Markup of strangers: nothing of it becomes part of a page.

use std::path::{Path, PathBuf};

use axum::body::Bytes;
use reqwest::Method;
use serde_json::json;
use testkit::Backend;

use super::{bare, callers, encoded, targets};
use crate::world::World;

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

/// Sources of the pages.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "tests"].contains(&name.as_str()) {
                sources(&path, found);
            }
        } else if [".vue", ".ts"].iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// Markup in any parameter comes back in no page, asked for as a browser asks.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn markup_in_an_address_is_reflected_in_no_page() {
    let world = World::new(Backend::Sqlite).await;
    let callers = callers(&world).await;
    let mut pages = 0;
    // The sign-on's own addresses lie beside the API.
    let beside = ["/oauth/authorize", "/oauth/continue", "/oauth/end-session", "/desk/sign-in", "/sign-in"];
    let mut all: Vec<(String, String)> = beside
        .iter()
        .map(|path| {
            let text = encoded(MARKUP);
            let query = format!("client_id={text}&redirect_uri={text}&state={text}&request={text}&return_to={text}");
            (format!("{}{path}?{query}", world.base), String::new())
        })
        .collect();
    for target in targets(&world, &callers).await.iter().filter(|target| target.method == Method::GET) {
        let path = super::address(&target.path, &target.query, MARKUP);
        all.push((format!("{}/api/v1{path}", world.base), callers[target.caller].0.cookie.clone()));
    }
    for (address, cookie) in all {
        let answer =
            bare().get(&address).header("cookie", cookie).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_page = kind.starts_with("text/html");
        let location = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
        assert!(!location.contains('<') && !location.starts_with("javascript:"), "{address}: {location}");
        let body = answer.text().await.unwrap_or_default();
        if is_page {
            pages += 1;
            assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{address}");
        }
    }
    assert!(pages >= 2, "{pages} pages");
    world.close().await;
}

/// The policy lets pages run what comes as a file of this site and nothing else, the pages need no more, and their sources
/// put no text into a page as markup.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn pages_run_scripts_of_this_site_only_and_take_no_text_for_markup() {
    let world = World::new(Backend::Sqlite).await;
    for path in ["/", "/desk/", "/api/v1/health"] {
        let answer = bare().get(format!("{}{path}", world.base)).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let of = |name: &str| {
            policy.split(';').map(str::trim).find_map(|one| one.strip_prefix(name)).map(str::trim).unwrap_or_default()
        };
        assert_eq!(of("default-src "), "'self'", "{path}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe-eval"), "{path}: {policy}");
        assert_eq!((of("object-src "), of("base-uri "), of("form-action ")), ("'none'", "'none'", "'self'"), "{path}");
        assert!(policy.matches("unsafe-inline").count() == 1 && of("style-src ").contains("unsafe-inline"), "{policy}");
    }
    for page in ["apps/portal/index.html", "apps/desk/index.html"] {
        let text = std::fs::read_to_string(web().join(page)).unwrap();
        for script in text.split("<script").skip(1) {
            assert!(script.split('>').next().unwrap_or_default().contains("src="), "{page}: a script inside the page");
        }
        assert!(!text.contains(" onload=") && !text.contains("javascript:"), "{page}");
    }
    let mut all = Vec::new();
    for folder in ["apps", "packages"] {
        sources(&web().join(folder), &mut all);
    }
    assert!(all.len() > 300, "{} sources", all.len());
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        // Two components draw icons of their own list.
        let icon = ["TbIcon.vue", "DesignIcon.vue"].iter().any(|name| path.ends_with(name));
        let raw = text.contains("v-html") && !icon;
        let written = ["innerHTML =", "outerHTML =", "insertAdjacentHTML", "document.write", "eval(", "new Function("]
            .iter()
            .find(|way| text.contains(**way));
        assert!(!raw && written.is_none(), "{}: {written:?}", path.display());
    }
    world.close().await;
}

/// What people upload is shown as what its bytes are, runs nothing, and its name breaks no header.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_stored_file_runs_nothing_and_its_name_breaks_no_header() {
    let world = World::new(Backend::Sqlite).await;
    let citizen = world.citizen("haiyan").await;
    // A PDF to whoever looks at its beginning, a page to whoever looks on.
    let both = [b"%PDF-1.4\n".as_slice(), MARKUP.as_bytes(), b"\n%%EOF".as_slice()].concat();
    let name = "a\r\nSet-Cookie: tb_desk=1\r\n\r\n<script>.pdf";
    let stored = citizen.upload("/files", &name.replace('\r', "%0D").replace('\n', "%0A"), both).await;
    let stored: serde_json::Value = stored.json().await.unwrap();
    assert_eq!(stored["media_type"], "application/pdf", "{stored}");
    let id = stored["id"].as_str().unwrap().parse().unwrap();
    let (mut file, bytes) = platform::files::read(&world.app.platform, id).await.unwrap();
    file.name = name.to_owned();
    let answer = platform::files::respond(&file, Bytes::from(bytes.to_vec()));
    let headers = answer.headers();
    assert_eq!(headers["content-type"], "application/pdf");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.chars().all(|c| c.is_ascii_graphic() || c == ' ') && !disposition.contains('<'),
        "{disposition}"
    );
    assert!(!headers.contains_key("set-cookie"));
    // The file of another is not there.
    let other = world.citizen("li-ming").await;
    let draft = json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" });
    let made = citizen.post("/my/cases", draft).await;
    let path = format!("/my/cases/{}/files/{}", made["id"].as_str().unwrap(), stored["id"].as_str().unwrap());
    assert_eq!(other.request(Method::GET, &path, None).await.status(), 404);
    world.close().await;
}
