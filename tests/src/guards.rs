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

/// req: IDENT-004
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
        "secadmin",
        "steward",
        "keykeeper",
        "auditor",
        "privacy",
        "orgadmin",
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
