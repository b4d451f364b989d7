//! Drafts, versions, conflicts, uses.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Desk, sound_form};
use crate::{DefinitionRef, Kind};

fn draft(entry: &Value, content: &str) -> Value {
    json!({ "revision": entry["revision"], "name": "请假申请", "purpose": "application", "channels": ["web"], "content": content })
}

async fn save(desk: &Desk, cookie: &str, entry: &Value, content: &str) -> super::Answer {
    let path = format!("/definitions/{}/draft", entry["id"].as_str().unwrap());
    desk.call(Method::PUT, &path, cookie, draft(entry, content)).await
}

async fn publish(desk: &Desk, cookie: &str, entry: &Value) -> super::Answer {
    let path = format!("/definitions/{}/publish", entry["id"].as_str().unwrap());
    desk.post(&path, cookie, json!({ "revision": entry["revision"], "note": "第一版" })).await
}

/// req: FORM-001, FORM-030
#[tokio::test]
async fn a_published_version_never_changes_a_change_is_a_new_one() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made = desk.form(&editor, "leave").await;
        assert_eq!((made["state"].as_str(), made["version"].clone()), (Some("draft"), Value::Null));

        let saved = save(&desk, &editor, &made, &sound_form("leave", "原因")).await.json();
        assert_eq!(saved["findings"], json!([]));
        let first = publish(&desk, &editor, &saved).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let first = first.json();
        assert_eq!(
            (first["state"].as_str(), first["version"].as_i64(), first["draft"].clone()),
            (Some("published"), Some(1), Value::Null)
        );

        let again = save(&desk, &editor, &first, &sound_form("leave", "请假的原因")).await.json();
        // What is offered is still the first version.
        assert_eq!(again["version"], 1);
        let old = DefinitionRef { kind: Kind::Form, key: "leave".into(), version: 1 };
        assert_eq!(desk.design.form(&old).await.unwrap().sections[0].fields[0].label, "原因");
        let second = publish(&desk, &editor, &again).await.json();
        assert_eq!(second["version"], 2);
        // And a case that began with it keeps it.
        assert_eq!(desk.design.form(&old).await.unwrap().sections[0].fields[0].label, "原因");

        let id = second["id"].as_str().unwrap();
        let versions = desk.get(&format!("/definitions/{id}/versions"), &editor).await.json();
        let of = |at: usize, key: &str| versions["items"][at][key].clone();
        assert_eq!(
            (of(0, "version"), of(1, "version"), of(1, "note"), of(1, "cases")),
            (json!(2), json!(1), json!("第一版"), json!(7))
        );
        let kept = desk.get(&format!("/definitions/{id}/versions/1"), &editor).await.json();
        assert!(kept["content"].as_str().unwrap().contains("\"原因\""));
    }
}

/// req: FORM-001
#[tokio::test]
async fn a_draft_with_mistakes_is_kept_but_not_published() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made = desk.form(&editor, "leave").await;
        let twice = json!({ "schema": "tongban-form/1", "key": "leave", "title": "请假", "sections": [
            { "key": "main", "title": "请假", "fields": [
                { "key": "a", "type": "text", "label": "甲", "visibleWhen": "b = 1" },
                { "key": "a", "type": "text", "label": "<script>alert(1)</script>" }] }] });
        let saved = save(&desk, &editor, &made, &twice.to_string()).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
        let saved = saved.json();
        assert!(saved["findings"].as_array().unwrap().len() >= 3, "{}", saved["findings"]);
        let refused = publish(&desk, &editor, &saved).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.errors().iter().any(|error| error.starts_with("/content/sections/0/fields/1")),
            "{:?}",
            refused.errors()
        );
        let still = desk.get(&format!("/definitions/{}", made["id"].as_str().unwrap()), &editor).await.json();
        assert_eq!((still["version"].clone(), still["content"].clone()), (Value::Null, json!(twice.to_string())));
    }
}

/// Two administrators edit the same draft: the second is told, and loses nothing.
///
/// req: FORM-010
#[tokio::test]
async fn the_slower_of_two_editors_is_told_who_was_faster() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (editor, other) = (desk.staff("editor").await, desk.staff("other").await);
        let made = desk.form(&editor, "leave").await;
        assert_eq!(save(&desk, &other, &made, &sound_form("leave", "乙")).await.status, StatusCode::OK);
        let late = save(&desk, &editor, &made, &sound_form("leave", "甲")).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let problem = late.json();
        assert_eq!(problem["code"], "stale_version");
        assert!(problem["detail"].as_str().unwrap().contains("何编辑"), "{problem}");
        assert_eq!(publish(&desk, &editor, &made).await.status, StatusCode::CONFLICT);
    }
}

/// req: FORM-001
#[tokio::test]
async fn a_draft_is_dropped_and_what_was_published_stands() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made = desk.form(&editor, "leave").await;
        let path = format!("/definitions/{}", made["id"].as_str().unwrap());
        let saved = save(&desk, &editor, &made, &sound_form("leave", "原因")).await.json();
        let first = publish(&desk, &editor, &saved).await.json();
        let again = save(&desk, &editor, &first, "{ half").await.json();
        let drop = json!({ "revision": again["revision"] });
        let dropped = desk.call(Method::DELETE, &format!("{path}/draft"), &editor, drop.clone()).await;
        assert_eq!(dropped.status, StatusCode::NO_CONTENT, "{}", dropped.text);
        let now = desk.get(&path, &editor).await.json();
        assert_eq!((now["draft"].clone(), now["content"].clone()), (Value::Null, json!(sound_form("leave", "原因"))));
        assert_eq!(
            desk.call(Method::DELETE, &format!("{path}/draft"), &editor, drop).await.status,
            StatusCode::CONFLICT
        );

        // One that was never published goes away whole.
        let brief = desk.form(&editor, "brief").await;
        let gone = format!("/definitions/{}", brief["id"].as_str().unwrap());
        let drop = json!({ "revision": brief["revision"] });
        assert_eq!(
            desk.call(Method::DELETE, &format!("{gone}/draft"), &editor, drop).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(desk.get(&gone, &editor).await.status, StatusCode::NOT_FOUND);
    }
}

/// req: FORM-001
#[tokio::test]
async fn the_library_is_searched_copied_taken_out_and_brought_in() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made = desk.form(&editor, "used").await;
        let saved = save(&desk, &editor, &made, &sound_form("used", "原因")).await.json();
        publish(&desk, &editor, &saved).await;
        let copy = json!({ "kind": "form", "key": "copy", "name": "请假申请（二）", "copy_of": made["id"] });
        let copy = desk.post("/definitions", &editor, copy).await.json();
        assert!(copy["content"].as_str().unwrap().contains("请假申请（二）"));
        // A pack brings one as well.
        desk.design.publish(Kind::Form, "pack", &sound_form("pack", "甲"), "内容包").await.unwrap();

        let names = async |query: &str| -> Vec<String> {
            let list = desk.get(&format!("/definitions?{query}"), &editor).await.json();
            list["items"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("kind=form").await, ["pack", "copy", "used"]);
        assert_eq!(names("state=published").await, ["pack", "used"]);
        assert_eq!(names("state=draft").await, ["copy"]);
        assert_eq!(names("q=copy").await, ["copy"]);
        assert_eq!(names("kind=flow").await, Vec::<String>::new());
        let page = desk.get("/definitions?limit=2", &editor).await.json();
        assert_eq!((page["total"].as_u64(), page["items"].as_array().unwrap().len()), (Some(3), 2));
        let next = format!("/definitions?limit=2&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(desk.get(&next, &editor).await.json()["items"][0]["key"], "used");

        let id = made["id"].as_str().unwrap();
        let uses = desk.get(&format!("/definitions/{id}/uses"), &editor).await.json();
        assert_eq!(uses["items"][0]["name"], "在用事项");

        let file = desk.get(&format!("/definitions/{id}/export"), &editor).await;
        assert_eq!(file.text, sound_form("used", "原因"));
        let brought = desk.upload("/definitions/import", &editor, "used.form.json", &file.text).await;
        assert_eq!(brought.status, StatusCode::CREATED, "{}", brought.text);
        assert_eq!(brought.json()["key"], "used-2");
        assert_eq!(desk.upload("/definitions/import", &editor, "x.exe", "MZ").await.errors(), ["/file type"]);
        assert_eq!(
            desk.upload("/definitions/import", &editor, "x.json", "{").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

/// req: FORM-001
#[tokio::test]
async fn a_definition_out_of_use_says_why_and_comes_back() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made = desk.form(&editor, "leave").await;
        let path = format!("/definitions/{}", made["id"].as_str().unwrap());
        assert_eq!(desk.post(&format!("{path}/disable"), &editor, json!({})).await.errors(), ["/reason required"]);
        let off = desk.post(&format!("{path}/disable"), &editor, json!({ "reason": "改用新表" })).await.json();
        assert_eq!(off["state"], "disabled");
        assert_eq!(publish(&desk, &editor, &off).await.json()["code"], "disabled");
        assert_eq!(desk.post(&format!("{path}/enable"), &editor, json!({})).await.json()["state"], "draft");
        assert_eq!(desk.post(&format!("{path}/enable"), &editor, json!({})).await.status, StatusCode::CONFLICT);
    }
}

/// A flow that takes longer than its item may is refused at the element.
///
/// req: FORM-028
#[tokio::test]
async fn a_flow_is_checked_against_the_limit_of_its_item() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let made =
            desk.post("/definitions", &editor, json!({ "kind": "flow", "key": "leave", "name": "请假" })).await.json();
        let content = made["content"].as_str().unwrap().to_owned();
        let check = async |content: &str, item: Option<&str>| -> Vec<String> {
            let asked = json!({ "kind": "flow", "content": content, "item": item });
            let found = desk.post("/definitions/check", &editor, asked).await.json();
            let found = found["findings"].as_array().unwrap().clone();
            found
                .iter()
                .map(|one| format!("{} {}", one["at"].as_str().unwrap(), one["code"].as_str().unwrap()))
                .collect()
        };
        assert_eq!(check(&content, Some("used")).await, Vec::<String>::new());
        let slow = content.replace("tongban:days=\"1\"", "tongban:days=\"9\"");
        assert_eq!(check(&slow, None).await, Vec::<String>::new());
        assert!(!check(&slow, Some("used")).await.is_empty());
        assert!(check(&content.replace("approver", "nobody"), None).await.iter().any(|one| one.starts_with("decide ")));
    }
}

/// req: FORM-001
#[tokio::test]
async fn who_may_not_design_sees_nothing() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let clerk = desk.staff("clerk").await;
        assert_eq!(desk.get("/definitions", &clerk).await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.get("/definitions", "").await.status, StatusCode::UNAUTHORIZED);
        let wrong = desk
            .post(
                "/definitions",
                &desk.staff("editor").await,
                json!({ "kind": "form", "key": "Not A Key", "name": "" }),
            )
            .await;
        assert_eq!(wrong.errors(), ["/name required", "/key format"]);
    }
}

fn calling(step: &str, key: &str) -> String {
    format!(
        r#"<definitions xmlns="{}" xmlns:tongban="{}"><process id="p" isExecutable="true"><startEvent id="s"/>
        <userTask id="{step}" name="审查" tongban:role="reviewer"/>{}<endEvent id="e"/>
        <sequenceFlow id="a" sourceRef="s" targetRef="{step}"/>{}</process></definitions>"#,
        flow::BPMN_NAMESPACE,
        flow::TONGBAN_NAMESPACE,
        if key.is_empty() {
            String::new()
        } else {
            format!(r#"<callActivity id="call" name="专家评审" calledElement="{key}"/>"#)
        },
        if key.is_empty() {
            format!(r#"<sequenceFlow id="b" sourceRef="{step}" targetRef="e"/>"#)
        } else {
            format!(
                r#"<sequenceFlow id="b" sourceRef="{step}" targetRef="call"/><sequenceFlow id="c" sourceRef="call" targetRef="e"/>"#
            )
        }
    )
}

/// A called flow is published, in use, and does not call back; while it is called it stays in use.
///
/// req: FORM-028, FORM-029
#[tokio::test]
async fn a_flow_calls_only_what_is_published_and_never_round_about() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let flow = async |key: &str, content: &str| {
            let body = json!({ "kind": "flow", "key": key, "name": key, "content": content });
            let made = desk.post("/definitions", &editor, body).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
            made.json()
        };
        let outer = flow("outer", &calling("review", "inner")).await;
        let refused = publish(&desk, &editor, &outer).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.errors(), ["/content/call unknown_flow"]);

        let inner = flow("inner", &calling("expert", "")).await;
        assert_eq!(
            publish(&desk, &editor, &outer).await.errors(),
            ["/content/call unknown_flow"],
            "a draft is not enough"
        );
        let inner = publish(&desk, &editor, &inner).await.json();
        let outer = publish(&desk, &editor, &outer).await;
        assert_eq!(outer.status, StatusCode::OK, "{}", outer.text);
        let drawn =
            desk.design.flow(&DefinitionRef { kind: Kind::Flow, key: "outer".into(), version: 1 }).await.unwrap();
        assert!(drawn.node("call/expert").is_some());

        // Called back, or by itself, it would never come to an end.
        let mut round = inner.clone();
        for key in ["inner", "outer"] {
            let body = json!({ "revision": round["revision"], "name": "内", "purpose": "approval", "channels": [],
                "content": calling("expert", key) });
            let path = format!("/definitions/{}/draft", inner["id"].as_str().unwrap());
            let saved = desk.call(Method::PUT, &path, &editor, body).await;
            assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
            round = saved.json();
            assert!(round["findings"].to_string().contains("call_cycle"), "{key}: {}", round["findings"]);
            assert_eq!(publish(&desk, &editor, &round).await.errors(), ["/content/call call_cycle"]);
        }

        let path = format!("/definitions/{}/uses", inner["id"].as_str().unwrap());
        assert_eq!(desk.get(&path, &editor).await.json()["items"][0]["key"], "outer");
        let disable = async |one: &Value| {
            let path = format!("/definitions/{}/disable", one["id"].as_str().unwrap());
            desk.post(&path, &editor, json!({ "reason": "不再使用" })).await
        };
        let kept = disable(&inner).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text);
        assert!(kept.json()["detail"].as_str().unwrap().contains("“outer”"), "{}", kept.text);
    }
}
