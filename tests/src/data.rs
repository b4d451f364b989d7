//! Raw personal values: who gets one, by which route, and that nobody gets one elsewhere.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Backend;

use crate::main_job::{draft_version, filled_draft, sample};
use crate::world::{Caller, World};

/// One member of every role of the desk with the level the pack gives the role.
const MEMBERS: [(&str, i64); 14] = [
    ("clerk", 4),
    ("reviewer", 4),
    ("approver", 4),
    ("inspector", 3),
    ("delivery", 3),
    ("secadmin", 3),
    ("maker", 2),
    ("supervisor", 2),
    ("editor", 1),
    ("sysadmin", 1),
    ("steward", 1),
    ("keykeeper", 1),
    ("auditor", 1),
    ("orgadmin", 1),
];

/// A submitted case and its clerk's view.
async fn filed(world: &World) -> String {
    let citizen = world.citizen("haiyan").await;
    let id = filled_draft(&citizen).await;
    let body = json!({ "version": draft_version(&citizen, &id).await });
    citizen.post(&format!("/my/cases/{id}/submit"), body).await;
    world.settle().await;
    id
}

/// Routes that show a raw value, out of the document: those whose permission ends with `.reveal`.
fn revealing(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(key) = methods["get"]["security"][0]["desk"][0].as_str() else { continue };
        if key.ends_with(".reveal") {
            found.push((path.trim_start_matches("/api/v1").to_owned(), key.to_owned()));
        }
    }
    found
}

/// Fields of a revealing route with their levels.
fn fields(path: &str) -> &'static [(&'static str, i64)] {
    match path {
        "/cases/{id}/reveal" => &[("phone", 3), ("id_number", 4), ("agent_phone", 3)],
        "/admin/staff/{id}/reveal" => &[("phone", 3)],
        other => panic!("{other} shows raw values: name its fields and their levels here"),
    }
}

/// Every route that reveals, for every role: raw only with the permission, the level and a reason.
///
/// req: DATASEC-004, DATASEC-010, IDENT-034
#[tokio::test(flavor = "multi_thread")]
async fn a_role_below_the_level_never_gets_a_raw_value_by_any_route_that_reveals() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let case = filed(&world).await;
        let clerk_id = world.app.identity.staff_by_login("clerk").await.unwrap().unwrap().id.to_string();
        let document = world.nobody().get("/openapi.json").await;
        let routes = revealing(&document);
        assert!(routes.len() >= 2, "{routes:?}");
        let (mut shown, mut faults) = (0, Vec::new());
        for (login, level) in MEMBERS {
            let caller = world.staff(login).await;
            let held = caller.get("/staff/me").await["permissions"].clone();
            for (path, permission) in &routes {
                let id = if path.starts_with("/admin") { &clerk_id } else { &case };
                let may = held.as_array().unwrap().iter().any(|key| key == permission);
                for (field, due) in fields(path) {
                    let at = path.replace("{id}", id);
                    let bare = caller.request(Method::GET, &format!("{at}?field={field}&reason="), None).await.status();
                    if bare == StatusCode::OK {
                        faults.push(format!("{login} {path} {field}: shown without a reason"));
                    }
                    let answer =
                        caller.request(Method::GET, &format!("{at}?field={field}&reason=核对联系方式"), None).await;
                    let status = answer.status();
                    if status == StatusCode::OK {
                        shown += 1;
                        if !may || level < *due {
                            faults.push(format!("{login} (level {level}) got {field} of level {due} by {path}"));
                        }
                    } else {
                        let text = answer.text().await.unwrap();
                        if may && level < *due && status != StatusCode::NOT_FOUND && !text.contains("below_level") {
                            faults.push(format!("{login} {path} {field}: {status} {text}"));
                        }
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(shown >= 5, "somebody sees something: {shown}");
        world.close().await;
    }
}

/// Delivery may call the applicant, but not see the identity number; the grade is raised by two people.
///
/// req: DATASEC-010
#[tokio::test(flavor = "multi_thread")]
async fn a_grade_is_raised_by_one_and_confirmed_by_another() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let case = filed(&world).await;
        let delivery = world.staff("delivery").await;
        let see = async |field: &str| {
            let path = format!("/cases/{case}/reveal?field={field}&reason=通知来领证");
            delivery.request(Method::GET, &path, None).await.status()
        };
        assert_eq!(see("phone").await, StatusCode::OK);
        assert_eq!(see("id_number").await, StatusCode::FORBIDDEN);
        let (officer, steward) = (world.staff("secadmin").await, world.staff("steward").await);
        let body = json!({ "version": 0, "level": 4, "reason": "领证要核对证件" });
        officer.put("/security/grades/role:delivery", body).await;
        assert_eq!(see("id_number").await, StatusCode::FORBIDDEN, "it waits for another");
        let (status, _) = officer
            .refused(Method::POST, "/security/grades/role:delivery/confirm", Some(json!({ "version": 1 })))
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        steward.post("/security/grades/role:delivery/confirm", json!({ "version": 1, "text": "同意" })).await;
        assert_eq!(see("id_number").await, StatusCode::OK);
        world.close().await;
    }
}

/// The exported list has masked names; as they are only with right, level and reason, and it is logged.
///
/// req: IDENT-034, DATASEC-004
#[tokio::test(flavor = "multi_thread")]
async fn a_list_leaves_masked_and_raw_only_by_right_level_and_reason() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let case = filed(&world).await;
        // The applicant of the story is an enterprise; a person's name is what has to be masked.
        world
            .app
            .platform
            .db
            .execute_batch(
                world.app.platform.now(),
                vec!["UPDATE cases SET applicant_kind = 'person', applicant_name = '欧阳海燕'".to_owned()],
            )
            .await
            .unwrap();
        assert!(!case.is_empty());
        let take = async |caller: &Caller, query: &str| {
            let answer = caller.request(Method::GET, &format!("/cases/export{query}"), None).await;
            (answer.status(), answer.text().await.unwrap())
        };
        let (clerk, approver) = (world.staff("clerk").await, world.staff("approver").await);
        let (status, masked) = take(&clerk, "").await;
        assert!(status == StatusCode::OK && masked.contains("欧**燕") && !masked.contains("欧阳海燕"));
        assert_eq!(take(&clerk, "?raw=true&reason=上报名单用").await.0, StatusCode::FORBIDDEN, "without the right");
        assert_eq!(take(&approver, "?raw=true").await.0, StatusCode::UNPROCESSABLE_ENTITY, "without a reason");
        assert!(!take(&approver, "").await.1.contains("欧阳海燕"), "not by itself");
        let (status, raw) = take(&approver, "?raw=true&reason=上报名单用").await;
        assert!(status == StatusCode::OK && raw.contains("欧阳海燕"), "{status} {raw}");
        let log = platform::work::audit::about(world.app.platform.db.read(), "cases").await.unwrap();
        assert!(log.iter().filter(|(act, _)| act == "case.export").count() >= 3, "each taking out is in the log");
        world.close().await;
    }
}

/// Whoever runs the system sees the progress of a case, not the papers handed in.
///
/// req: DATASEC-010
#[tokio::test(flavor = "multi_thread")]
async fn a_file_opens_only_for_whose_level_reaches_it() {
    let world = World::new(Backend::Sqlite).await;
    let case = filed(&world).await;
    let (clerk, operator) = (world.staff("clerk").await, world.staff("sysadmin").await);
    let seen = clerk.get(&format!("/cases/{case}")).await;
    let file = first_file(&seen["materials"]).expect("a material has a file");
    clerk.bytes(&format!("/cases/{case}/files/{file}")).await;
    assert!(operator.get(&format!("/cases/{case}")).await["step_name"].is_string(), "the case is within reach");
    let (status, problem) = operator.refused(Method::GET, &format!("/cases/{case}/files/{file}"), None).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::FORBIDDEN, Some("below_level")));
    world.close().await;
}

fn first_file(materials: &Value) -> Option<String> {
    let list = materials.as_array()?;
    list.iter().find_map(|one| one["files"].as_array()?.iter().find_map(|file| file["id"].as_str())).map(str::to_owned)
}

/// Telephones and identity numbers of a filled form.
fn secrets(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let phone = text.len() == 11 && digits == 11 && text.starts_with('1');
            let identity = text.len() == 18 && digits >= 17 && base::codes::CitizenId::restore(text).is_ok();
            if phone || identity {
                found.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| secrets(field, found)),
        _ => {}
    }
}

/// Every reading route of the desk for every role, with the ids of a real case: no telephone and no
/// identity number of the applicant stands in any answer but that of a route that reveals.
///
/// req: DATASEC-004, IDENT-034
#[tokio::test(flavor = "multi_thread")]
async fn no_page_shows_what_only_a_revealing_route_may() {
    let world = World::new(Backend::Sqlite).await;
    let case = filed(&world).await;
    let mut raw = Vec::new();
    secrets(&sample()["form"], &mut raw);
    let clerk = world.staff("clerk").await;
    let phone = clerk.get(&format!("/cases/{case}/reveal?field=phone&reason=核对联系方式")).await;
    raw.push(phone["value"].as_str().unwrap().to_owned());
    raw.sort();
    raw.dedup();
    assert!(raw.len() >= 2, "{raw:?}");
    let document = world.nobody().get("/openapi.json").await;
    let mut faults = Vec::new();
    let mut read = 0;
    for (login, _) in MEMBERS {
        let caller = world.staff(login).await;
        for (path, methods) in document["paths"].as_object().unwrap() {
            let guard = methods["get"]["security"][0]["desk"][0].as_str();
            let streams = path.ends_with("/live");
            let Some(permission) = guard.filter(|key| !key.ends_with(".reveal") && !streams) else { continue };
            let at = path.trim_start_matches("/api/v1").replace("{id}", &case);
            if at.contains('{') {
                continue;
            }
            let answer = caller.request(Method::GET, &at, None).await;
            let fetched = answer.status() == StatusCode::OK;
            let kind =
                answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
            if !fetched || kind.starts_with("text/event-stream") {
                continue;
            }
            read += 1;
            let text = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
            for secret in raw.iter().filter(|secret| text.contains(secret.as_str())) {
                faults.push(format!("{login} reads {secret} at {path} ({permission})"));
            }
        }
    }
    assert!(read > 100, "{read} answers were read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.close().await;
}
