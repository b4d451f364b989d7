//! Requests that somebody else wrote: other sites, other people's sessions, fields nobody offered, keys used twice.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Backend;

use super::{bare, callers, plain, raw, targets};
use crate::world::{Caller, World};

/// No other site may read an answer or send our header: browsers ask first and are told nothing.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_is_let_in() {
    let world = World::new(Backend::Sqlite).await;
    let callers = callers(&world).await;
    for target in targets(&world, &callers).await {
        let address = format!("{}/api/v1{}", world.base, plain(&target.path));
        let asked = bare()
            .request(Method::OPTIONS, &address)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", target.method.as_str())
            .header("access-control-request-headers", "x-tongban-request,content-type");
        let answer = asked.send().await.unwrap();
        let said: Vec<&str> = answer
            .headers()
            .keys()
            .map(|name| name.as_str())
            .filter(|name| name.starts_with("access-control"))
            .collect();
        assert!(!answer.status().is_success() && said.is_empty(), "{} {}: {said:?}", answer.status(), target.path);
    }
    let citizen = world.citizen("haiyan").await;
    let read = bare()
        .get(format!("{}/api/v1/portal/me", world.base))
        .header("cookie", &citizen.cookie)
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert!(!read.headers().contains_key("access-control-allow-origin"));
    assert_eq!(read.headers()["cross-origin-resource-policy"], "same-origin");
    // What a form of another site can send without asking is no JSON: even the routes without a session refuse it.
    let mut tried = 0;
    for target in targets(&world, &callers).await {
        let content = &target.operation["requestBody"]["content"];
        if content["application/json"].is_null() || target.operation["security"].is_array() {
            continue;
        }
        tried += 1;
        let address = format!("{}/api/v1{}", world.base, plain(&target.path));
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let sent = bare().request(target.method.clone(), &address).header("content-type", kind).body("{}");
            let status = sent.send().await.unwrap().status();
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{} as {kind}", target.path);
        }
    }
    assert!(tried > 5, "{tried} open routes take JSON");
    world.close().await;
}

/// A method in a header or a path is no method; what only diagnoses the line is not answered.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn the_method_is_what_the_first_line_says() {
    let world = World::new(Backend::Sqlite).await;
    let citizen = world.citizen("haiyan").await;
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let answer = bare()
            .get(format!("{}/api/v1/portal/me?_method=DELETE", world.base))
            .header("cookie", &citizen.cookie)
            .header("x-tongban-request", "1")
            .header(header, "DELETE")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{header}");
    }
    for line in ["TRACE /api/v1/health", "CONNECT evil.example:443", "PATCH /api/v1/health", "TRACK /"] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nX-Secret: seen\r\nConnection: close\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4") && !answer.contains("seen"), "{line}: {answer}");
    }
    world.close().await;
}

/// What an answer sets.
fn set_cookies(answer: &reqwest::Response) -> Vec<String> {
    answer.headers().get_all("set-cookie").iter().filter_map(|one| one.to_str().ok()).map(str::to_owned).collect()
}

/// Signs staff in with a cookie that somebody else put there before.
async fn sign_in(world: &World, login: &str, cookie: &str) -> reqwest::Response {
    let answer = bare()
        .post(format!("{}/api/v1/staff/sign-in", world.base))
        .header("x-tongban-request", "1")
        .header("cookie", cookie)
        .json(&json!({ "login": login, "password": app::demo::PASSWORD }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer
}

async fn opens(world: &World, path: &str, cookie: &str) -> bool {
    let address = format!("{}/api/v1{path}", world.base);
    bare().get(address).header("cookie", cookie).send().await.unwrap().status() == StatusCode::OK
}

/// A session is new at each sign-in, whatever the browser brought; it ends on the server; scripts and other sites never
/// have it; made-up ones open nothing.
///
/// req: OPS-027, OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_session_cannot_be_given_kept_or_made_up() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let planted = format!("tb_desk={}", "a1".repeat(32));
        let answer = sign_in(&world, "clerk", &planted).await;
        let set = set_cookies(&answer);
        let session = set.iter().find(|one| one.starts_with("tb_desk=")).unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(session.split("; ").any(|one| one == part), "{session}");
        }
        assert!(!session.contains("Domain="), "{session}");
        let own = session.split(';').next().unwrap().to_owned();
        assert_ne!(own, planted);
        assert!(own.len() == "tb_desk=".len() + 64, "256 bits: {}", own.len());
        assert!(opens(&world, "/staff/me", &own).await && !opens(&world, "/staff/me", &planted).await);
        // Another sign-in, another session; the names of the two systems do not open each other.
        let again = set_cookies(&sign_in(&world, "clerk", &own).await);
        assert!(again.iter().all(|one| !one.starts_with(&own)));
        let crossed = own.replace("tb_desk", "tb_portal");
        assert!(!opens(&world, "/portal/me", &crossed).await);
        // Twice in one request, cut short, in capitals, with something behind: nothing opens that did not before.
        for cookie in [
            own.get(..own.len() - 1).unwrap().to_owned(),
            format!("{own}0"),
            own.to_uppercase(),
            format!("tb_desk={}", "0".repeat(64)),
            "tb_desk=".to_owned(),
            "tb_desk='; DROP TABLE sessions; --".to_owned(),
        ] {
            assert!(!opens(&world, "/staff/me", &cookie).await, "{cookie}");
        }
        // Signed out is signed out, on the server too.
        let out = bare()
            .post(format!("{}/api/v1/staff/sign-out", world.base))
            .header("x-tongban-request", "1")
            .header("cookie", &own)
            .send()
            .await
            .unwrap();
        assert!(out.status().is_success());
        assert!(!opens(&world, "/staff/me", &own).await, "kept by somebody, it opens nothing");
        world.close().await;
    }
}

/// Fields that a route does not offer are not taken, wherever they are put.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_offered_are_not_taken() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let other = world.citizen("li-ming").await;
        let others = other.get("/portal/me").await["account"].clone();
        let before = citizen.get("/portal/me").await["account"].clone();
        let wish = json!({
            "display_name": "海燕", "email": "", "phone": before["phone_masked"], "version": before["version"],
            "id": others["id"], "kind": "person", "real_name": false, "name": "别人", "id_number": "110101199003070011",
            "enterprise": null, "roles": ["sys_admin"], "permissions": ["role.edit"],
        });
        // Refused for the surplus or taken without it.
        let answer = citizen.request(Method::PUT, "/portal/me", Some(wish)).await;
        assert!(!answer.status().is_server_error(), "{}", answer.status());
        let after = citizen.get("/portal/me").await["account"].clone();
        for field in ["id", "kind", "real_name", "name", "id_number_masked", "enterprise"] {
            assert_eq!(after[field], before[field], "{field}");
        }
        assert_eq!(other.get("/portal/me").await["account"], others);

        let wish = json!({
            "item_slug": "food-operation-permit", "handle_item": "new-catering",
            "id": "01a00000-0000-7000-8000-000000000001", "account_id": others["id"], "state": "decided",
            "case_number": "SL-MINE", "outcome": "granted", "org_id": "01a00000-0000-7000-8000-000000000002",
            "channel": "counter", "taken_at": "01a00000-0000-7000-8000-000000000002",
        });
        let answer = citizen.request(Method::POST, "/my/cases", Some(wish)).await;
        if answer.status() == StatusCode::CREATED {
            let made: Value = answer.json().await.unwrap();
            let id = made["id"].as_str().unwrap();
            assert_ne!(id, "01a00000-0000-7000-8000-000000000001");
            let mine = citizen.get("/my/cases?limit=100").await;
            let one = mine["items"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap_or(&Value::Null);
            assert!(one["case_number"].is_null() && one["state"] != "decided", "{one}");
            assert_eq!(other.request(Method::GET, &format!("/my/cases/{id}/draft"), None).await.status(), 404);
        } else {
            assert!(answer.status().is_client_error(), "{}", answer.status());
        }
        world.close().await;
    }
}

/// Creates with a key: status and body.
async fn keyed(world: &World, caller: &Caller, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    let answer = bare()
        .post(format!("{}/api/v1{path}", world.base))
        .header("x-tongban-request", "1")
        .header("cookie", &caller.cookie)
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

/// A key is its owner's, stands for one act, and makes one thing however many send it at once.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_somebody_else_gives_nothing_of_theirs_and_makes_one_thing() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (one, two) = (world.citizen("haiyan").await, world.citizen("li-ming").await);
        let draft = json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" });
        let (_, mine) = keyed(&world, &one, "/my/cases", "known-to-all-1", &draft).await;
        let (status, theirs) = keyed(&world, &two, "/my/cases", "known-to-all-1", &draft).await;
        assert!(mine["id"].is_string() && mine["id"] != theirs["id"], "{status}: {theirs}");

        // Twelve at once: one thing.
        let sent = (0..12).map(|_| {
            let (base, cookie, draft) = (world.base.clone(), one.cookie.clone(), draft.clone());
            tokio::spawn(async move {
                let answer = bare()
                    .post(format!("{base}/api/v1/my/cases"))
                    .header("x-tongban-request", "1")
                    .header("cookie", cookie)
                    .header("idempotency-key", "all-at-once-1")
                    .json(&draft)
                    .send()
                    .await
                    .unwrap();
                (answer.status(), answer.json::<Value>().await.unwrap_or(Value::Null))
            })
        });
        let mut ids = std::collections::BTreeSet::new();
        for answer in sent.collect::<Vec<_>>() {
            let (status, body) = answer.await.unwrap();
            // Whoever lost the race is told to ask again.
            assert!(status.is_success() || status == StatusCode::CONFLICT, "{status}: {body}");
            ids.extend(body["id"].as_str().map(str::to_owned));
        }
        let (_, after) = keyed(&world, &one, "/my/cases", "all-at-once-1", &draft).await;
        ids.extend(after["id"].as_str().map(str::to_owned));
        assert_eq!(ids.len(), 1, "{ids:?}");

        // A key for one act is none for another; one that is no key is told so.
        let admin = world.staff("sysadmin").await;
        let org = world.app.identity.staff_by_login("sysadmin").await.unwrap().unwrap().org_id;
        let system = json!({ "app_id": "keyed-1", "name": "一次登记", "owner_org_id": org, "contact_name": "林晓",
            "contact_phone": "13800138000", "environment": "production", "networks": ["127.0.0.0/8"], "formula": "tif" });
        let (status, made) = keyed(&world, &admin, "/systems", "one-act-only-1", &system).await;
        assert!(status.is_success(), "{made}");
        let path = format!("/systems/{}/secrets", made["id"].as_str().unwrap());
        let (status, told) = keyed(&world, &admin, &path, "one-act-only-1", &json!({})).await;
        assert_eq!((status, told["code"].as_str()), (StatusCode::CONFLICT, Some("idempotency_key_reused")), "{told}");
        for key in ["short", "x".repeat(65).as_str()] {
            let (status, told) = keyed(&world, &one, "/my/cases", key, &draft).await;
            assert_eq!(
                (status, told["code"].as_str()),
                (StatusCode::BAD_REQUEST, Some("bad_idempotency_key")),
                "{key}"
            );
        }
        world.close().await;
    }
}
