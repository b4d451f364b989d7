//! Texts that are statements of SQL: they find nothing more, change nothing, wait for nothing and tell nothing.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};

use super::{bare, callers, encoded, judge, plain, targets};
use crate::world::World;

/// Closing a text, a bracket or a number; telling more, destroying, waiting, filling the memory.
const STATEMENTS: [&str; 6] = [
    "zz' OR 'zz'='zz",
    "zz'; DROP TABLE cases; --",
    "zz') UNION SELECT login, password_hash FROM staff --",
    "1; SELECT pg_sleep(30) --",
    "'||(SELECT hex(randomblob(400000000)))||'",
    "zz\\'; DELETE FROM staff; --",
];

/// Tables that nobody changes by reading, nor by asking for a change of something that is not there.
const KEPT: [&str; 15] = [
    "accounts",
    "audit_roots",
    "calendars",
    "case_events",
    "cases",
    "files",
    "grants",
    "item_versions",
    "items",
    "licences",
    "orgs",
    "regions",
    "seals",
    "staff",
    "staff_passwords",
];

/// Rows of each of them.
async fn rows(world: &World) -> Vec<(&'static str, i64)> {
    let db = &world.app.platform.db;
    let mut counted = Vec::new();
    for table in KEPT {
        let statement = Statement::from_string(db.backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        counted.push((table, row.try_get::<i64>("", "n").unwrap()));
    }
    counted
}

/// Every parameter of every reading route with statements in it, on both databases.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn statements_in_addresses_change_nothing_wait_for_nothing_and_tell_nothing() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let callers = callers(&world).await;
        let before = rows(&world).await;
        let mut faults = Vec::new();
        for target in targets(&world, &callers).await.iter().filter(|target| target.method == Method::GET) {
            // Each place gets each statement once in the rounds.
            for round in 0..STATEMENTS.len() / 2 {
                let mut next = (0..STATEMENTS.len()).cycle().skip(round * 2).map(|at| encoded(STATEMENTS[at]));
                let mut path = String::new();
                for part in target.path.split('/').filter(|part| !part.is_empty()) {
                    path.push('/');
                    path.push_str(&if part.starts_with('{') { next.next().unwrap() } else { part.to_owned() });
                }
                let pairs: Vec<String> =
                    target.query.iter().map(|name| format!("{name}={}", next.next().unwrap())).collect();
                let begun = Instant::now();
                let address = format!("{path}?{}", pairs.join("&"));
                let answer = callers[target.caller].0.request(Method::GET, &address, None).await;
                judge(&mut faults, &format!("GET {} round {round}", target.path), answer).await;
                if begun.elapsed() > Duration::from_secs(20) {
                    faults.push(format!("GET {} took {:?}", target.path, begun.elapsed()));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
        assert_eq!(rows(&world).await, before);
        world.close().await;
    }
}

/// A search for a condition that always holds finds what contains these words: nothing.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_always_holds_finds_nothing() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let callers = callers(&world).await;
        let (mut asked, mut faults) = (0, Vec::new());
        for target in targets(&world, &callers).await.iter().filter(|target| {
            let lists = target.query.iter().any(|name| name == "q") && target.query.iter().any(|name| name == "cursor");
            // The log of the program tells of this very search.
            target.method == Method::GET && lists && !target.path.contains('{') && target.path != "/security/logs"
        }) {
            let path = format!("{}?q={}", target.path, encoded(STATEMENTS[0]));
            let answer = callers[target.caller].0.request(Method::GET, &path, None).await;
            if answer.status() != StatusCode::OK {
                continue;
            }
            let body: Value = answer.json().await.unwrap_or(Value::Null);
            if let Some(items) = body["items"].as_array() {
                asked += 1;
                if !items.is_empty() {
                    faults.push(format!("GET {}: {} found", target.path, items.len()));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(asked > 25, "{asked} lists were asked");
        world.close().await;
    }
}

/// A value of the shape a schema wants, with a text wherever a text may stand.
fn shaped(document: &Value, schema: &Value, text: &str, depth: usize) -> Value {
    if depth > 6 {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        return document.pointer(name).map_or(Value::Null, |schema| shaped(document, schema, text, depth + 1));
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in all {
            if let Value::Object(part) = shaped(document, part, text, depth + 1) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    for either in ["oneOf", "anyOf"] {
        let any = schema[either].as_array();
        if let Some(one) = any.and_then(|all| all.iter().rev().find(|one| one["type"] != "null")) {
            return shaped(document, one, text, depth + 1);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    };
    match (kind, schema["format"].as_str().unwrap_or_default()) {
        ("string", "uuid") => json!("01a00000-0000-7000-8000-000000000001"),
        ("string", "date-time") => json!("2026-09-21T01:00:00Z"),
        ("string", "date") => json!("2026-09-21"),
        ("string", _) => json!(text),
        ("integer", _) => json!(1),
        ("number", _) => json!(1.5),
        ("boolean", _) => json!(true),
        ("array", _) => json!([shaped(document, &schema["items"], text, depth + 1)]),
        ("object", _) => {
            let mut whole = Map::new();
            for (name, part) in schema["properties"].as_object().into_iter().flatten() {
                whole.insert(name.clone(), shaped(document, part, text, depth + 1));
            }
            if schema["properties"].is_null() {
                whole.insert(text.to_owned(), json!(text));
            }
            Value::Object(whole)
        }
        _ => json!(text),
    }
}

/// Every body as its route wants it, with a statement or markup wherever a text may stand: taken, refused in words, or
/// kept as text. Nothing is lost by it, and what was kept comes back as data.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn well_formed_bodies_of_statements_and_markup_are_kept_as_text_or_refused() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let callers = callers(&world).await;
        let document = world.nobody().get("/openapi.json").await;
        let before = rows(&world).await;
        let (mut sent, mut faults) = (0, Vec::new());
        let all = targets(&world, &callers).await;
        for text in ["zz'; DELETE FROM staff; --", "<script>alert(1)</script><img src=x onerror=alert(1)>"] {
            for target in all.iter().filter(|target| target.has_body && !target.path.ends_with("/sign-out")) {
                let schema = &target.operation["requestBody"]["content"]["application/json"]["schema"];
                if schema.is_null() {
                    continue;
                }
                sent += 1;
                let body = shaped(&document, schema, text, 0);
                let what = format!("{} {} {}", target.method, target.path, text);
                let path = plain(&target.path);
                let answer = callers[target.caller].0.request(target.method.clone(), &path, Some(body)).await;
                judge(&mut faults, &what, answer).await;
            }
        }
        assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
        assert!(sent > 300, "{sent} bodies");
        for ((table, was), (_, is)) in before.iter().zip(rows(&world).await) {
            assert!(is >= *was, "{table}: {was} rows before, {is} after");
        }
        // Some of it may have ended sessions, and changed what people sign in with: who is still in looks on.
        // Whatever was kept: a list is data, told as data, and no browser takes it for a page.
        let mut looked = 0;
        for target in all.iter().filter(|target| target.method == Method::GET && !target.path.contains('{')) {
            let (caller, _) = &callers[target.caller];
            let answer = bare()
                .get(format!("{}/api/v1{}", world.base, target.path))
                .header("cookie", &caller.cookie)
                .header("accept", "text/html")
                .send()
                .await
                .unwrap();
            if !answer.status().is_success() {
                continue;
            }
            looked += 1;
            let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            assert!(!kind.starts_with("text/html"), "GET {}: {kind}", target.path);
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{}", target.path);
        }
        assert!(looked > 60, "{looked} lists");
        world.close().await;
    }
}
