//! Every route is guarded: the OpenAPI document is walked, and each operation that names a
//! permission is called without a session, with a session of the other user system, and by a role
//! without the permission. A route that forgets its guard fails here.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Backend;

use crate::world::{Caller, World};

/// An operation of the document.
struct Operation {
    method: Method,
    path: String,
    /// `portal` or `desk` with the permission; absent for public ones.
    guard: Option<(String, String)>,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let guard =
                operation["security"].as_array().and_then(|all| all.first()).and_then(Value::as_object).and_then(
                    |scheme| {
                        let (name, keys) = scheme.iter().next()?;
                        Some((name.clone(), keys.as_array()?.first()?.as_str()?.to_owned()))
                    },
                );
            let path = path.trim_start_matches("/api/v1").to_owned();
            all.push(Operation { method, path: fill(&path), guard });
        }
    }
    all
}

/// Puts something into the parameters of a path.
fn fill(path: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        filled.push('/');
        filled.push_str(match part {
            "{year}" => "2026",
            "{slug}" | "{key}" | "{code}" => "food-operation-permit",
            part if part.starts_with('{') => "01a00000-0000-7000-8000-000000000001",
            part => part,
        });
    }
    filled
}

/// Public by intent; anything else without a guard is a mistake.
const PUBLIC: &[&str] = &[
    "/site",
    "/health",
    "/items",
    "/items/suggest",
    "/items/popular",
    "/sample-forms",
    "/themes",
    "/captcha",
    "/progress",
    "/regions",
    "/ratings/reasons",
    "/ratings/open",
    "/licences/verify-file",
    "/documents/verify-file",
    "/licences/trust.pem",
    // Networks and token of the settings open it, no session.
    "/metrics",
    // What everybody may read.
    "/faqs",
    "/manual",
    "/portal/sign-on",
    "/portal/sign-on/callback",
    "/portal/sign-out",
    "/staff/sign-in",
    "/staff/sign-out",
    "/staff/sign-in/enrolment",
    "/staff/sign-in/code",
    "/portal/enterprise/activation",
    "/portal/enterprise/activation/finish",
    "/portal/enterprise/sign-in",
    // One-time tickets of other systems prove who comes.
    "/staff/mobile/sign-on",
    "/staff/document/sign-on",
    // A ticket of another portal is the proof.
    "/portal/arrivals",
    "/portal/arrivals/account",
    "/staff/arrivals",
    // The standard's own addresses: clients and browsers prove themselves in the request.
    "/.well-known/openid-configuration",
    "/oauth/authorize",
    "/oauth/continue",
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth/jwks",
    "/oauth/end-session",
];

fn is_public(path: &str) -> bool {
    PUBLIC.contains(&path) || path.starts_with("/items/food-operation-permit/") || path.starts_with("/licences/verify/")
}

/// req: IDENT-004, OPS-028
#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_the_unknown_the_other_system_and_the_unauthorised() {
    let world = World::new(Backend::Sqlite).await;
    let document = world.nobody().get("/openapi.json").await;
    let operations = operations(&document);
    assert!(operations.len() > 80, "{} operations", operations.len());
    let citizen = world.citizen("haiyan").await;
    // One staff user of each role, with what the roles hold.
    let mut staff: Vec<(Caller, Vec<String>)> = Vec::new();
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
        "operator",
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
        let held = me["permissions"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect();
        staff.push((caller, held));
    }
    let known: Vec<&str> = app::permissions().iter().map(|(key, _)| *key).collect();
    let mut faults = Vec::new();
    for operation in &operations {
        let name = format!("{} {}", operation.method, operation.path);
        let Some((scheme, permission)) = &operation.guard else {
            if !is_public(&operation.path) {
                faults.push(format!("{name} has no guard and is not public by intent"));
            }
            continue;
        };
        // A system proves itself by its signature; what it is granted is not a role's permission.
        if scheme != "gateway" && !known.contains(&permission.as_str()) {
            faults.push(format!("{name} names the unknown permission {permission}"));
        }
        let call = |caller: &Caller| {
            let caller = caller.clone();
            let (method, path) = (operation.method.clone(), operation.path.clone());
            let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
            async move { caller.request(method, &path, body).await.status() }
        };
        if call(&world.nobody()).await != StatusCode::UNAUTHORIZED {
            faults.push(format!("{name} does not refuse the unknown"));
        }
        let other = if scheme == "portal" { &staff[0].0 } else { &citizen };
        if call(other).await != StatusCode::UNAUTHORIZED {
            faults.push(format!("{name} takes a session of the other user system"));
        }
        if scheme == "desk" {
            match staff.iter().find(|(_, held)| !held.contains(permission)) {
                Some((caller, _)) if call(caller).await != StatusCode::FORBIDDEN => {
                    faults.push(format!("{name} does not refuse a role without {permission}"));
                }
                Some(_) => {}
                // Held by every role: such as one's own page.
                None => {}
            }
            if !staff.iter().any(|(_, held)| held.contains(permission)) && permission != "job.read" {
                faults.push(format!("{name}: no role holds {permission}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.close().await;
}

/// A case outside one's reach does not exist: for another citizen and for staff of another body.
///
/// req: PORTAL-020
#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_of_a_case_outside_their_reach() {
    let world = World::new(Backend::Sqlite).await;
    let document = world.nobody().get("/openapi.json").await;
    let citizen = world.citizen("haiyan").await;
    let made =
        citizen.post("/my/cases", json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" })).await;
    let id = made["id"].as_str().unwrap();
    let other = world.citizen("li-ming").await;
    let clerk = world.staff("clerk").await;
    let mut faults = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let (caller, looked) = match path.strip_prefix("/api/v1") {
            Some(rest) if rest.starts_with("/my/cases/{id}") => (&other, rest),
            // A draft is the citizen's alone: the clerk of the right window does not see it either.
            Some(rest) if rest.starts_with("/cases/{id}") => (&clerk, rest),
            _ => continue,
        };
        for method in methods.as_object().unwrap().keys().filter(|method| *method == "get") {
            let filled = fill(&looked.replace("{id}", id)).replace("//", "/");
            let query = if filled.ends_with("/reveal") { "?field=phone&reason=核对联系电话" } else { "" };
            let status = caller
                .request(
                    Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                    &format!("{filled}{query}"),
                    None,
                )
                .await
                .status();
            if status != StatusCode::NOT_FOUND && status != StatusCode::FORBIDDEN {
                faults.push(format!("{method} {path} answered {status}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.close().await;
}

/// Creating requests that take no `Idempotency-Key`, and what makes a second one harmless.
const MADE_TWICE: &[(&str, &str)] = &[
    ("import_definition", "an entry is named by its file: the second import is refused as taken"),
    ("upload_file", "a file nobody refers to is swept; what refers to it is made with a key"),
    ("upload_desk_file", "as upload_file"),
    ("take_my_disk_item", "as upload_file"),
    ("begin_card_read", "a challenge serves once and lasts two minutes"),
    ("identify_by_card", "the signed read carries a challenge that serves once"),
    ("identify_by_code", "the code platform takes a code once"),
    ("issue_staff_ticket", "the signed request of a system carries a number that counts once"),
    ("begin_activation", "nobody is known yet; the newest code replaces the one before"),
];

/// Whoever presses twice, or whose line breaks before the answer, makes one thing.
///
/// req: IDENT-036
#[tokio::test(flavor = "multi_thread")]
async fn every_creating_request_takes_a_key_that_makes_one_thing() {
    let world = World::new(Backend::Sqlite).await;
    let document = world.nobody().get("/openapi.json").await;
    let (mut faults, mut seen, mut with_key) = (Vec::new(), Vec::new(), 0);
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(post) = methods.get("post").filter(|post| post["responses"].get("201").is_some()) else { continue };
        let id = post["operationId"].as_str().unwrap();
        let takes = post["parameters"].as_array().is_some_and(|all| {
            all.iter().any(|one| one["in"] == "header" && one["name"] == "Idempotency-Key" && one["required"] != true)
        });
        let excused = MADE_TWICE.iter().any(|(name, _)| *name == id);
        seen.push(id.to_owned());
        with_key += usize::from(takes);
        if takes == excused {
            faults.push(format!("POST {path} ({id}): takes a key: {takes}, excused: {excused}"));
        }
    }
    for (name, _) in MADE_TWICE.iter().filter(|(name, _)| !seen.iter().any(|id| id == name)) {
        faults.push(format!("{name} is excused and not there"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(with_key > 25, "{with_key}");

    // What the document says, the routes do: the same key, one thing, the same answer.
    let admin = world.staff("sysadmin").await;
    let org = world.app.identity.staff_by_login("sysadmin").await.unwrap().unwrap().org_id;
    let system = json!({ "app_id": "once-1", "name": "一次登记", "owner_org_id": org, "contact_name": "林晓",
        "contact_phone": "13800138000", "environment": "production", "networks": ["127.0.0.0/8"], "formula": "tif" });
    let first = admin.post_once("/systems", "register-once-1", system.clone()).await;
    let second = admin.post_once("/systems", "register-once-1", system).await;
    assert!(first["id"].is_string() && first["id"] == second["id"], "{first} {second}");
    let path = format!("/systems/{}/secrets", first["id"].as_str().unwrap());
    let secret = admin.post_once(&path, "secret-once-1", json!({})).await;
    assert!(secret["secret"].as_str().is_some_and(|text| text.len() > 20), "{secret}");
    let again = admin.post_once(&path, "secret-once-1", json!({})).await;
    assert_eq!(again["code"], "secret_given", "{again}");
    let whole = admin.get(&format!("/systems/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(whole["secrets"].as_array().unwrap().len(), 1, "{whole}");

    let keeper = world.staff("keykeeper").await;
    let body = json!({ "reason": "年度更换" });
    let first = keeper.post_once("/security/keys", "make-key-once-1", body.clone()).await;
    let second = keeper.post_once("/security/keys", "make-key-once-1", body).await;
    assert!(first["id"].is_string() && first["id"] == second["id"], "{first} {second}");
    let keys = keeper.get("/security/keys").await;
    assert_eq!(keys["items"].as_array().unwrap().iter().filter(|key| key["state"] == "made").count(), 1, "{keys}");
    world.close().await;
}
