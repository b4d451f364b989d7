//! The surface an attacker meets: headers, forged requests, stolen cookies, nonsense of every kind;
//! and that the audit log tells of each access and each refusal.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use testkit::Backend;
use tower::ServiceExt;

use crate::main_job::{draft_version, filled_draft, version};
use crate::world::World;

/// An answer of the router itself: status, headers, JSON or null.
pub(crate) type Answer = (StatusCode, HeaderMap, Value);

/// Sends a request to the real router from an address.
pub(crate) async fn send(router: &axum::Router, from: &str, mut request: Request<Body>) -> Answer {
    let peer: SocketAddr = format!("{from}:40000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 8 << 20).await.unwrap_or_default();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn get(path: &str, cookie: &str) -> Request<Body> {
    Request::get(format!("/api/v1{path}")).header("cookie", cookie).body(Body::empty()).unwrap()
}

/// Lines of the log of one act.
async fn lines(world: &World, action: &str) -> Vec<platform::work::audit::chain::Record> {
    world.app.platform.audit.flush(&world.app.platform).await.unwrap();
    let filter = platform::work::audit::read::Filter { actions: vec![action.to_owned()], ..Default::default() };
    platform::work::audit::read::newest(world.app.platform.db.read(), &filter, None, 100).await.unwrap()
}

/// A cookie taken to another network opens nothing, leaves a line and raises an alarm; its owner
/// works on. What a caller writes into `X-Forwarded-For` changes nothing.
///
/// req: DATASEC-010
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_cookie_opens_nothing_elsewhere() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let router = world.app.router();
        // Signed in from 127.0.0.1.
        let clerk = world.staff("clerk").await;
        let citizen = world.citizen("haiyan").await;
        for (path, cookie) in [("/staff/me", &clerk.cookie), ("/portal/me", &citizen.cookie)] {
            assert_eq!(send(&router, "127.0.0.1", get(path, cookie)).await.0, StatusCode::OK, "{path}");
            assert_eq!(send(&router, "203.0.113.7", get(path, cookie)).await.0, StatusCode::UNAUTHORIZED, "{path}");
            let mut spoofed = get(path, cookie);
            spoofed.headers_mut().insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
            assert_eq!(send(&router, "203.0.113.7", spoofed).await.0, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(send(&router, "127.0.0.1", get(path, cookie)).await.0, StatusCode::OK, "the owner goes on");
        }
        let tries = lines(&world, "session.foreign_network").await;
        assert_eq!(tries.len(), 4);
        assert!(tries.iter().all(|line| line.result == "refused" && line.address == "203.0.113.7"));
        world.app.security.watch().await.unwrap();
        let officer = world.staff("secadmin").await;
        let risks = officer.get("/security/risks?kind=alarm&state=open").await;
        assert!(risks["items"].as_array().unwrap().iter().any(|one| one["rule_key"] == "foreign_network"), "{risks}");
        world.close().await;
    }
}

/// Every access of data and every refusal leaves a line with person, organisation, address and result.
///
/// req: IDENT-036, OPS-028
/// req: DATASEC-008
#[tokio::test(flavor = "multi_thread")]
async fn reads_and_refusals_leave_a_line() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let router = world.app.router();
        let clerk = world.staff("clerk").await;
        clerk.get("/cases?q=440106199003071234").await;
        let missing = "/cases/01a00000-0000-7000-8000-000000000001";
        assert_eq!(send(&router, "127.0.0.1", get(missing, &clerk.cookie)).await.0, StatusCode::NOT_FOUND);
        assert_eq!(send(&router, "127.0.0.1", get("/security/audit", &clerk.cookie)).await.0, StatusCode::FORBIDDEN);
        assert_eq!(send(&router, "198.51.100.9", get("/security/audit", "")).await.0, StatusCode::UNAUTHORIZED);

        let auditor = world.staff("auditor").await;
        let found = auditor.get("/security/audit?actor=陈志远&limit=100").await;
        let items = found["items"].as_array().unwrap();
        assert_eq!(found["total"].as_u64().unwrap() as usize, items.len());
        let of = |action: &str| items.iter().find(|one| one["action"] == action).unwrap_or(&Value::Null).clone();
        let (list, one, refused) = (of("case.list"), of("case.read"), of("audit.read"));
        assert_eq!((list["kind"].as_str(), list["result"].as_str()), (Some("access"), Some("ok")));
        assert_eq!(list["address"], "127.0.0.1");
        assert!(!list["org_name"].as_str().unwrap().is_empty(), "{list}");
        assert_eq!(
            (one["kind"].as_str(), one["object"].as_str()),
            (Some("refusal"), missing.strip_prefix("/cases/").map(|id| format!("case:{id}")).as_deref())
        );
        assert_eq!((refused["kind_label"].as_str(), refused["result"].as_str()), (Some("拒绝"), Some("refused")));
        assert!(items.iter().any(|one| one["action"] == "staff.sign_in" && one["kind"] == "sign_in"));
        let whole = auditor.get("/security/audit?limit=100").await.to_string();
        assert!(!whole.contains("440106199003071234"), "what was searched for is no business of the log");
        assert!(!whole.contains(clerk.cookie.trim_start_matches("tb_desk=")), "no session is in the log");
        let unknown = lines(&world, "audit.read").await;
        assert!(unknown.iter().any(|line| line.address == "198.51.100.9" && line.actor_id.is_none()));

        let entry = auditor.get(&format!("/security/audit/{}", list["id"].as_str().unwrap())).await;
        assert_eq!((entry["chain"]["intact"].as_bool(), entry["detail"]["status"].as_i64()), (Some(true), Some(200)));
        let verdict = auditor.post("/security/audit/verify", json!({})).await;
        assert_eq!(verdict["faults"].as_array().unwrap().len(), 0, "{verdict}");
        let file = auditor
            .request(Method::GET, "/security/audit/export?format=jsonl&raw=true&reason=年度检查", None)
            .await
            .text()
            .await
            .unwrap();
        let judged = security::audit::proof::verify(&file, None).unwrap();
        assert!(judged.faults.is_empty() && judged.lines > 5, "{judged:?}");
        assert_eq!(lines(&world, "audit.export").await.len(), 1, "taking the log out is in the log");
        world.close().await;
    }
}

/// Every request of the API leaves a visit with who, from where, what was answered and how long it took; never what
/// was searched for, an id of a path or a name. Pages are no visits. It is found, and taken away, by its own right.
///
/// req: OPS-034
#[tokio::test(flavor = "multi_thread")]
async fn every_request_leaves_a_visit_that_is_found_by_who_where_and_answer() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let router = world.app.router();
        let clerk = world.staff("clerk").await;
        let citizen = world.citizen("haiyan").await;
        clerk.get("/cases?q=440106199003071234").await;
        citizen.get("/portal/me").await;
        let missing = "/cases/01a00000-0000-7000-8000-000000000001";
        assert_eq!(send(&router, "127.0.0.1", get(missing, &clerk.cookie)).await.0, StatusCode::NOT_FOUND);
        assert_eq!(send(&router, "198.51.100.9", get("/cases", "")).await.0, StatusCode::UNAUTHORIZED);
        let traced = Request::get("/api/v1/items?q=%E9%A5%AD%E5%BA%97")
            .header("x-request-id", "story-trace-7")
            .body(Body::empty());
        assert_eq!(send(&router, "198.51.100.9", traced.unwrap()).await.0, StatusCode::OK);
        let page = Request::get("/desk/cases?q=secret").body(Body::empty()).unwrap();
        send(&router, "198.51.100.9", page).await;

        let operator = world.staff("operator").await;
        let found = operator.get("/security/logs?route=/api/v1/cases&actor=陈志远&limit=100").await;
        let items = found["items"].as_array().unwrap();
        let of =
            |status: i64| items.iter().find(|one| one["response"]["status"] == status).cloned().unwrap_or_default();
        let (list, one) = (of(200), of(404));
        assert_eq!(
            (list["response"]["route"].as_str(), list["actor"].as_str()),
            (Some("/api/v1/cases"), Some("陈志远"))
        );
        assert_eq!(one["response"]["route"], "/api/v1/cases/{id}");
        assert!(list["response"]["bytes"].as_i64().unwrap() > 2 && list["address"] == "127.0.0.1", "{list}");
        let unknown = operator.get("/security/logs?visitor=anonymous&status=401&route=/api/v1/cases").await;
        assert_eq!(
            (unknown["total"].as_i64(), unknown["items"][0]["address"].as_str()),
            (Some(1), Some("198.51.100.9"))
        );
        let traced = operator.get("/security/logs?source=access&q=story-trace-7").await;
        assert_eq!((traced["total"].as_i64(), traced["items"][0]["trace"].as_str()), (Some(1), Some("story-trace-7")));
        let own = operator.get("/security/logs?visitor=account&route=/portal/me").await;
        assert!(own["total"].as_i64().unwrap() >= 1, "{own}");
        let whole = operator.get("/security/logs?source=access&limit=100").await.to_string();
        for secret in ["440106199003071234", "饭店", "secret", "/desk/cases", "海燕"] {
            let visits = operator.get(&format!("/security/logs?visitor=anonymous&q={secret}")).await;
            assert_eq!(visits["total"], 0, "{secret}");
        }
        assert!(!whole.contains("440106199003071234") && !whole.contains(clerk.cookie.trim_start_matches("tb_desk=")));
        let (status, refused) = operator.refused(Method::GET, "/security/logs?status=9xx", None).await;
        assert_eq!((status.as_u16(), refused["errors"][0]["pointer"].as_str()), (422, Some("/status")));

        // By a right of its own, masked, and told in the audit log; the batches prove themselves.
        let path = "/security/logs/export?route=/api/v1/cases&status=404";
        let file = operator.request(Method::GET, path, None).await.text().await.unwrap();
        assert!(
            file.contains("/api/v1/cases/{id}") && file.contains("127.0.0.*") && !file.contains("陈志远"),
            "{file}"
        );
        assert_eq!(lines(&world, "log.export").await.len(), 1);
        assert_eq!(clerk.refused(Method::GET, path, None).await.0, StatusCode::FORBIDDEN);
        let verdict = operator.post("/security/logs/verify", json!({})).await;
        assert!(verdict["lines"].as_i64().unwrap() > 5 && verdict["faults"] == json!([]), "{verdict}");
        world.close().await;
    }
}

/// What a clerk did to a case stands in the log with state and step before and after; the access needs
/// no second line. A sign-in carries the organisation.
///
/// req: IDENT-036
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_case_leaves_before_and_after_and_a_sign_in_its_organisation() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        citizen.post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&citizen, &id).await })).await;
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        let accepted = lines(&world, "case.accept").await;
        assert_eq!(accepted.len(), 1, "{accepted:?}");
        let read = |text: &Option<String>| -> Value { serde_json::from_str(text.as_deref().unwrap()).unwrap() };
        let (before, after) = (read(&accepted[0].before), read(&accepted[0].after));
        assert_eq!((before["state"].as_str(), after["state"].as_str()), (Some("submitted"), Some("accepted")));
        assert!(accepted[0].kind == "change" && accepted[0].org_id.is_some() && !accepted[0].address.is_empty());
        let sign_ins = lines(&world, "staff.sign_in").await;
        assert!(!sign_ins.is_empty() && sign_ins.iter().all(|line| line.org_id.is_some()), "{sign_ins:?}");
        world.close().await;
    }
}

/// req: DATASEC-014
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_that_keep_a_browser_safe() {
    let world = World::new(Backend::Sqlite).await;
    let router = world.app.router();
    for path in ["/api/v1/health", "/api/v1/staff/me", "/api/v1/nothing", "/", "/desk/"] {
        let (_, headers, _) = send(&router, "127.0.0.1", Request::get(path).body(Body::empty()).unwrap()).await;
        for (name, part) in [
            ("content-security-policy", "object-src 'none'"),
            ("content-security-policy", "frame-ancestors 'self'"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "microphone=()"),
        ] {
            let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(value.contains(part), "{path}: {name}: {value:?}");
        }
        assert!(!headers.contains_key("strict-transport-security"), "{path}: a plain address promises no TLS");
        assert!(!headers.contains_key("server") && !headers.contains_key("x-powered-by"));
    }
    world.close().await;
}

/// A form of another site can send our cookie but not our header.
///
/// req: DATASEC-014
#[tokio::test(flavor = "multi_thread")]
async fn a_request_forged_by_another_site_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let router = world.app.router();
    let document = world.nobody().get("/openapi.json").await;
    let officer = world.staff("secadmin").await;
    let citizen = world.citizen("haiyan").await;
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(scheme) = operation["security"][0].as_object().and_then(|one| one.keys().next()) else { continue };
            if method == "get" {
                continue;
            }
            let cookie = if scheme == "desk" { &officer.cookie } else { &citizen.cookie };
            let path: String = path.replace(['{', '}'], "");
            let request = Request::builder()
                .method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap())
                .uri(path.clone())
                .header("cookie", cookie)
                .header("origin", "https://evil.example")
                .header("content-type", "application/json")
                .body(Body::from("{}"))
                .unwrap();
            let (status, _, problem) = send(&router, "127.0.0.1", request).await;
            // Signing out asks for no header on purpose in some systems; ours does everywhere.
            assert!(status.is_client_error(), "{method} {path}: {status}");
            if status == StatusCode::FORBIDDEN {
                tried += usize::from(problem["code"] == "request_header_missing");
            }
        }
    }
    assert!(tried > 25, "{tried} routes refused a forged request by its missing header");
    world.close().await;
}

fn runner(cases: u32) -> TestRunner {
    let config = Cases { cases, failure_persistence: None, ..Cases::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// Whatever comes as id, cookie, header, query or body: an answer below 500, and never a hint that
/// something exists.
///
/// req: DATASEC-014
#[tokio::test(flavor = "multi_thread")]
async fn nonsense_of_every_kind_is_refused_and_never_breaks_anything() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let router = world.app.router();
        let document = world.nobody().get("/openapi.json").await;
        let routes: Vec<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (method.to_uppercase(), path.clone()))
                    .collect::<Vec<_>>()
            })
            // A live stream never ends; the outside world answers for a sign-on.
            .filter(|(_, path)| !path.ends_with("/live") && !path.contains("sign-on"))
            .collect();
        let cookies = [
            String::new(),
            world.staff("clerk").await.cookie,
            world.staff("secadmin").await.cookie,
            world.staff("auditor").await.cookie,
            world.citizen("haiyan").await.cookie,
        ];
        let word = prop_oneof![
            Just("%00".to_owned()),
            Just("..%2f..%2fetc%2fpasswd".to_owned()),
            Just("%F0%9F%92%A9".to_owned()),
            Just("%ff%fe".to_owned()),
            Just("'%20OR%201=1--".to_owned()),
            Just("00000000-0000-0000-0000-000000000000".to_owned()),
            Just("-9223372036854775809".to_owned()),
            "[a-zA-Z0-9%._~-]{1,40}".prop_map(|text| text.replace('%', "%25")),
        ];
        let header = proptest::collection::vec(any::<u8>(), 0..60);
        let body = prop_oneof![
            Just("{}".to_owned()),
            Just("[]".to_owned()),
            Just("null".to_owned()),
            Just("{\"version\":1e400}".to_owned()),
            Just("{\"version\":-1,\"reason\":\"\\u0000\",\"text\":\"\\u0000\"}".to_owned()),
            Just("[".repeat(5_000)),
            ".{0,80}",
        ];
        let input = (
            0..routes.len(),
            0..cookies.len(),
            proptest::collection::vec(word, 4),
            header.clone(),
            header,
            body,
            any::<bool>(),
        );
        let handle = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            runner(400)
                .run(&input, |(route, cookie, words, forged, agent, body, marked)| {
                    let (method, template) = &routes[route];
                    let mut words_left = words.iter().cycle();
                    let path: String =
                        template
                            .split('/')
                            .map(|part| {
                                if part.starts_with('{') { words_left.next().unwrap().clone() } else { part.to_owned() }
                            })
                            .collect::<Vec<_>>()
                            .join("/");
                    let query = format!("limit={}&cursor={}&q={}&from={}", words[0], words[1], words[2], words[3]);
                    let mut request = Request::builder()
                        .method(Method::from_bytes(method.as_bytes()).unwrap())
                        .uri(format!("{path}?{query}"))
                        .header("content-type", "application/json");
                    let mut cookie = cookies[cookie].clone().into_bytes();
                    cookie.extend_from_slice(b"; tb_desk=");
                    cookie.extend_from_slice(&forged);
                    for (name, value) in [
                        ("cookie", &cookie),
                        ("user-agent", &agent),
                        ("x-request-id", &forged),
                        ("x-forwarded-for", &agent),
                        ("idempotency-key", &forged),
                    ] {
                        if let Ok(value) = HeaderValue::from_bytes(value) {
                            request = request.header(name, value);
                        }
                    }
                    if marked {
                        request = request.header("x-tongban-request", "1");
                    }
                    let request = request.body(Body::from(body.clone())).unwrap();
                    let (status, headers, _) = handle.block_on(send(&router, "127.0.0.1", request));
                    prop_assert!(
                        !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
                        "{method} {path}?{query} answered {status}; body {body:?}"
                    );
                    prop_assert!(headers.contains_key("content-security-policy"));
                    Ok(())
                })
                .unwrap();
        });
        let verdict = world.app.security.verify_log().await.unwrap();
        assert!(verdict.faults.is_empty(), "the log stands after all this: {:?}", verdict.faults);
        world.close().await;
    }
}

/// A case of another citizen and one that never was get the same answer, word for word.
///
/// req: DATASEC-010
#[tokio::test(flavor = "multi_thread")]
async fn what_exists_and_what_does_not_answer_alike() {
    let world = World::new(Backend::Sqlite).await;
    let router = world.app.router();
    let owner = world.citizen("haiyan").await;
    let made =
        owner.post("/my/cases", json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" })).await;
    let real = made["id"].as_str().unwrap().to_owned();
    let other = world.citizen("li-ming").await;
    let handle = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        runner(60)
            .run(&any::<u128>(), |number| {
                let absent = uuid::Uuid::from_u128(number).to_string();
                let ask = |id: &str| {
                    let (status, _, mut body) =
                        handle.block_on(send(&router, "127.0.0.1", get(&format!("/my/cases/{id}"), &other.cookie)));
                    body["trace_id"] = Value::Null;
                    (status, body)
                };
                let (there, not_there) = (ask(&real), ask(&absent));
                prop_assert_eq!(there.0, StatusCode::NOT_FOUND);
                prop_assert_eq!(there, not_there);
                Ok(())
            })
            .unwrap();
    });
    world.close().await;
}

/// Every column that holds sealed values is on its domain's list: a key change, the protection report
/// and the self-check would pass over one that is not.
///
/// req: DATASEC-005
#[tokio::test(flavor = "multi_thread")]
async fn no_sealed_column_is_forgotten() {
    use sea_orm::{ConnectionTrait, Statement};
    let world = World::new(Backend::Sqlite).await;
    let owner = world.citizen("haiyan").await;
    owner.post("/my/cases", json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" })).await;
    let conn = world.app.platform.db.read();
    let listed = app::sealed_columns();
    let sql = "SELECT m.name AS t, c.name AS c, lower(c.type) AS k FROM sqlite_master m \
         JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    let mut holding = 0;
    for row in conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap() {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        let (table, column) = (text("t"), text("c"));
        let known = listed.iter().any(|one| one.table == table && one.column == column);
        assert!(known || !column.ends_with("_sealed"), "{table}.{column} is sealed by name and on no list");
        if text("k") != "text" {
            continue;
        }
        let sql = format!("SELECT count(*) AS n FROM {table} WHERE {column} LIKE 's1.%'");
        let found =
            conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap().unwrap();
        if found.try_get::<i64>("", "n").unwrap() > 0 {
            assert!(known, "{table}.{column} holds sealed values and is on no list");
            holding += 1;
        }
    }
    assert!(holding >= 6, "{holding} columns hold sealed values");
    for one in &listed {
        let (_, place, _) = one.place_parts();
        let sql = format!("SELECT {}, {}, {place} FROM {} LIMIT 1", one.key, one.column, one.table);
        assert!(conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.is_ok(), "{one:?}");
    }
    world.close().await;
}
