//! Hostile input to every route of the document: whatever comes in, the answer is a sentence, never a fault of the
//! server, and nothing that was sent comes back as markup (OPS-030). What a single engine or page must withstand is
//! proven beside it; which attack is answered how, and which test shows it, stands in `docs/operations/security.md`.

mod files;
mod forged;
mod guessing;
mod hosts;
mod pages;
mod statements;

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use testkit::Backend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{Caller, World};

/// Texts that break whoever pastes them into SQL, HTML, a path, a pattern, a number or a date.
fn hostile() -> Vec<String> {
    vec![
        "' OR 1=1 --".to_owned(),
        "\"><script>alert(1)</script>".to_owned(),
        "../../../../etc/passwd".to_owned(),
        "%00\u{0}\u{202e}\u{feff}".to_owned(),
        "99999999999999999999999".to_owned(),
        "-1".to_owned(),
        "2026-13-45".to_owned(),
        "%%__\\".to_owned(),
        "🀄".repeat(200),
    ]
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
    out
}

struct Target {
    /// As it stands in the document.
    operation: Value,
    method: Method,
    path: String,
    query: Vec<String>,
    /// Top-level fields of the JSON body.
    fields: Vec<String>,
    has_body: bool,
    caller: usize,
}

/// Every operation with somebody who may call it.
async fn targets(world: &World, callers: &[(Caller, Vec<String>)]) -> Vec<Target> {
    let document = world.nobody().get("/openapi.json").await;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        // A stream does not end.
        if path.ends_with("/live") {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let scheme = operation["security"].as_array().and_then(|all| all.first()).and_then(Value::as_object);
            let wanted = scheme.and_then(|scheme| {
                let (name, keys) = scheme.iter().next()?;
                Some((name.clone(), keys.as_array()?.first()?.as_str()?.to_owned()))
            });
            let caller = match &wanted {
                None => 0,
                Some((name, _)) if name == "gateway" => 0,
                Some((_, key)) => match callers.iter().position(|(_, held)| held.contains(key)) {
                    Some(at) => at,
                    None => continue,
                },
            };
            let query = operation["parameters"].as_array().into_iter().flatten();
            let query = query.filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str());
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let schema = schema["$ref"]
                .as_str()
                .and_then(|name| name.strip_prefix("#/"))
                .and_then(|name| document.pointer(&format!("/{name}")))
                .unwrap_or(schema);
            let fields = schema["properties"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
            all.push(Target {
                operation: operation.clone(),
                method,
                path: path.to_owned(),
                query: query.map(str::to_owned).collect(),
                fields,
                has_body: operation.get("requestBody").is_some(),
                caller,
            });
        }
    }
    assert!(all.len() > 300, "{} operations", all.len());
    all
}

fn address(path: &str, query: &[String], text: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        filled.push('/');
        if part.starts_with('{') { filled.push_str(&encoded(text)) } else { filled.push_str(part) }
    }
    let pairs: Vec<String> = query.iter().map(|name| format!("{name}={}", encoded(text))).collect();
    if pairs.is_empty() { filled } else { format!("{filled}?{}", pairs.join("&")) }
}

/// With ids that exist nowhere, so that the body is reached.
fn plain(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty()).map(|part| match part {
        "{year}" => "2026",
        "{slug}" | "{key}" => "food-operation-permit",
        part if part.starts_with('{') => "01a00000-0000-7000-8000-000000000001",
        part => part,
    });
    parts.fold(String::new(), |path, part| format!("{path}/{part}"))
}

/// People of every role, and what each may do; the first is nobody in particular.
async fn callers(world: &World) -> Vec<(Caller, Vec<String>)> {
    let mut all = vec![(world.nobody(), Vec::new())];
    let citizen = world.citizen("haiyan").await;
    let portal = app::permissions().iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>();
    let mut desk = std::collections::BTreeSet::new();
    for login in [
        "clerk",
        "reviewer",
        "inspector",
        "approver",
        "maker",
        "delivery",
        "supervisor",
        "editor",
        "sysadmin",
        "secadmin",
        "steward",
        "keykeeper",
        "auditor",
        "privacy",
        "orgadmin",
        "manager",
    ] {
        let caller = world.staff(login).await;
        let me = caller.get("/staff/me").await;
        let held: Vec<String> =
            me["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect();
        desk.extend(held.iter().cloned());
        all.push((caller, held));
    }
    all.push((citizen, portal.into_iter().filter(|key| !desk.contains(key)).collect()));
    all
}

/// Words that only the inside of the product has.
const INNER: [&str; 9] = [
    "sqlite",
    "sqlx",
    "SELECT ",
    "syntax error",
    "no such table",
    "no such column",
    "panicked",
    "RUST_BACKTRACE",
    ".rs:",
];

/// A client that can send any header.
fn bare() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What may not happen: a fault of the server, an answer without its type, markup that was sent.
async fn judge(faults: &mut Vec<String>, what: &str, answer: reqwest::Response) {
    let status = answer.status();
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let body = answer.text().await.unwrap_or_default();
    // A connected system that does not answer is 503 and says so.
    if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
        faults.push(format!("{what}: {status} {}", body.chars().take(200).collect::<String>()));
    }
    if kind.starts_with("text/html") && body.contains("<script>alert(1)") {
        faults.push(format!("{what}: sent markup comes back as a page"));
    }
    // Whoever probes learns nothing of what is inside.
    if !status.is_success()
        && let Some(word) = INNER.iter().find(|word| body.contains(**word))
    {
        faults.push(format!("{what}: {status} tells {word:?}: {}", body.chars().take(200).collect::<String>()));
    }
    if status.is_client_error() && !body.is_empty() && !kind.starts_with("application/") {
        faults.push(format!("{what}: {status} is not told in words a program can read ({kind})"));
    }
}

/// Every parameter of every reading route with every hostile text.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_in_addresses_are_answered_and_break_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let callers = callers(&world).await;
    let mut faults = Vec::new();
    for target in targets(&world, &callers).await.iter().filter(|target| target.method == Method::GET) {
        for text in hostile() {
            let path = address(&target.path, &target.query, &text);
            let short: String = text.chars().take(20).collect();
            let what = format!("GET {} with {short:?}", target.path);
            let answer = callers[target.caller].0.request(Method::GET, &path, None).await;
            judge(&mut faults, &what, answer).await;
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    world.close().await;
}

/// Every body with nothing, with the wrong shape, with every field of the wrong kind, and with hostile texts.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_are_answered_and_break_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let callers = callers(&world).await;
    let mut faults = Vec::new();
    let all = |fields: &[String], value: Value| -> Value {
        Value::Object(fields.iter().map(|name| (name.clone(), value.clone())).collect::<Map<_, _>>())
    };
    for target in targets(&world, &callers).await.iter().filter(|target| target.has_body) {
        // Signing out would end the callers of the rest.
        if target.path.ends_with("/sign-out") {
            continue;
        }
        let mut bodies = vec![json!(null), json!([]), json!({}), json!("x"), json!(-1)];
        for value in [json!(null), json!(-1), json!(9e300), json!([{ "a": [null] }]), json!({ "": {} })] {
            bodies.push(all(&target.fields, value));
        }
        bodies.extend(hostile().into_iter().take(4).map(|text| all(&target.fields, json!(text))));
        for body in bodies {
            let text = body.to_string();
            let what = format!("{} {} {}", target.method, target.path, text.chars().take(120).collect::<String>());
            let answer =
                callers[target.caller].0.request(target.method.clone(), &plain(&target.path), Some(body)).await;
            judge(&mut faults, &what, answer).await;
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    world.close().await;
}

/// A raw connection to the server.
async fn raw(world: &World, bytes: &[u8]) -> String {
    let address = world.base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    // The server may refuse and close while we still send.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Requests that two servers could cut differently, hosts and headers that lie, bodies that never end: each is
/// refused or taken as one request, and the next caller is served.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn crooked_requests_are_refused_and_the_next_is_served() {
    let world = World::new(Backend::Sqlite).await;
    let head =
        "POST /api/v1/staff/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Tongban-Request: 1\r\n";
    let crooked = [
        // Two lengths.
        format!(
            "{head}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
        ),
        // A length that is none, and a chunk that is none.
        format!("{head}Content-Length: +2\r\n\r\n{{}}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n0\r\n\r\n"),
        format!("{head}Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{{}}"),
        // A line break inside a header, a header without a name, a version of its own.
        "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX: a\u{0}b\r\n\r\n".to_owned(),
        "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n".to_owned(),
        "GET /api/v1/health HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)),
        format!("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(2_000)),
    ];
    for request in &crooked {
        let answer = raw(&world, request.as_bytes()).await;
        let first = answer.lines().next().unwrap_or_default();
        assert!(!answer.contains("HTTP/1.1 5"), "{first} to {:?}", request.chars().take(90).collect::<String>());
        // Smuggled behind a body of two lengths, the second request must not have been answered on its own.
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{answer}");
    }
    // Both a length and chunks: one request at the most, whatever it is taken for.
    let both = format!(
        "{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    );
    let answer = raw(&world, both.as_bytes()).await;
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
    // A host that lies is never written into a link or a redirect.
    let answer = raw(
        &world,
        b"GET /desk HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(!answer.contains("evil.example"), "{answer}");
    assert_eq!(world.nobody().request(Method::GET, "/health", None).await.status(), StatusCode::OK);
    world.close().await;
}

/// Paths out of the folder of pages.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out_of_the_pages() {
    let world = World::new(Backend::Sqlite).await;
    for path in [
        "/../../../../etc/passwd",
        "/desk/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/....//....//etc/passwd",
        "/assets/%c0%ae%c0%ae/etc/passwd",
        "//etc/passwd",
        "/desk/assets/..\\..\\secrets.toml",
    ] {
        let answer =
            raw(&world, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await;
        assert!(!answer.contains("root:") && !answer.contains("field_keys"), "{path}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{path}: {}", answer.lines().next().unwrap_or_default());
    }
    world.close().await;
}

/// A hundred megabytes are refused before they are kept, nesting without end is refused, and a long line of the
/// same letter does not make the server think for long.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused_quickly() {
    let world = World::new(Backend::Sqlite).await;
    let clerk = world.staff("clerk").await;
    let started = Instant::now();
    let deep = "[".repeat(200_000);
    let head = format!(
        "POST /api/v1/staff/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Tongban-Request: 1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        deep.len()
    );
    let answer = raw(&world, format!("{head}{deep}").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{}", answer.lines().next().unwrap_or_default());
    // Said to be a hundred megabytes: refused by what is said, nothing is read.
    let head = "POST /api/v1/my/files HTTP/1.1\r\nHost: x\r\nX-Tongban-Request: 1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 104857600\r\n\r\n";
    let answer = raw(&world, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{}", answer.lines().next().unwrap_or_default());
    // Words made for patterns that go back and back.
    for text in ["a".repeat(50_000) + "!", "(".repeat(5_000), "1".repeat(5_000) + "X"] {
        for path in ["/cases", "/tasks", "/items"] {
            let (short, address) = (path, format!("{path}?q={}", encoded(&text[..text.len().min(6_000)])));
            let answer = clerk.request(Method::GET, &address, None).await;
            assert!(!answer.status().is_server_error(), "{short}: {}", answer.status());
        }
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    world.close().await;
}

/// An XML file that names itself into the billions, or reads a file of the server, is refused where flows and rules
/// are brought in.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn xml_bombs_and_outside_entities_are_refused() {
    let world = World::new(Backend::Sqlite).await;
    let editor = world.staff("editor").await;
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" id=\"d\">&c;</definitions>";
    let outside = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" id=\"d\" name=\"&x;\"/>";
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    for (name, xml) in [("laughs", laughs), ("outside", outside), ("deep", deep.as_str())] {
        for kind in ["flow", "rule"] {
            let file = if kind == "flow" { "x.bpmn" } else { "x.dmn" };
            let answer = editor.upload("/design/definitions/import", file, xml.as_bytes().to_vec()).await;
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert!(status.is_client_error() && !text.contains("root:"), "{name} as {kind}: {status} {text}");
        }
    }
    world.close().await;
}
