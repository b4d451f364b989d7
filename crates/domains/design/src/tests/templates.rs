//! Form templates: made, used, followed, taken away.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Desk;

fn part(label: &str) -> String {
    json!({ "schema": "tongban-form/1", "key": "applicant-part", "title": "申请人", "sections": [
        { "key": "applicant", "title": "申请人", "fields": [{ "key": "name", "type": "text", "label": label }] },
    ] })
    .to_string()
}

async fn save(desk: &Desk, editor: &str, one: &Value, content: &str) -> Value {
    let body = json!({ "revision": one["revision"], "name": one["name"], "purpose": "application", "channels": [], "content": content });
    let path = format!("/definitions/{}/draft", one["id"].as_str().unwrap());
    let saved = desk.call(Method::PUT, &path, editor, body).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    saved.json()
}

async fn publish(desk: &Desk, editor: &str, one: &Value) -> Value {
    let path = format!("/definitions/{}/publish", one["id"].as_str().unwrap());
    let done = desk.post(&path, editor, json!({ "revision": one["revision"], "note": "" })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    done.json()
}

/// A template is made, listed, changed, shown with the forms that use it, and followed by them.
///
/// req: FORM-002
#[tokio::test]
async fn a_changed_template_is_taken_over_into_the_drafts_of_the_forms_that_use_it() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let new = json!({ "kind": "form", "key": "applicant-part", "name": "申请人", "template": true, "content": part("姓名") });
        let template = desk.post("/definitions", &editor, new).await.json();
        let template = publish(&desk, &editor, &template).await;
        let id = template["id"].as_str().unwrap().to_owned();
        let listed = desk.get("/definitions?template=true", &editor).await.json();
        assert_eq!((listed["total"].as_i64(), listed["items"][0]["key"].as_str()), (Some(1), Some("applicant-part")));

        let from = json!({ "kind": "form", "key": "leave", "name": "请假申请", "copy_of": id });
        let form = desk.post("/definitions", &editor, from).await.json();
        assert!(form["content"].as_str().unwrap().contains("\"from\":\"applicant-part\""), "{}", form["content"]);
        let form = publish(&desk, &editor, &form).await;
        let uses = desk.get(&format!("/definitions/{id}/uses"), &editor).await.json();
        assert_eq!(uses["items"][0]["key"], "leave");
        let takers = async || desk.get(&format!("/definitions/{id}/takers"), &editor).await.json()["items"].clone();
        assert_eq!(
            (takers().await[0]["behind"].as_bool(), takers().await[0]["sections"][0].as_str()),
            (Some(false), Some("申请人"))
        );

        let changed = save(&desk, &editor, &template, &part("姓名或名称")).await;
        assert_eq!(takers().await[0]["behind"], false, "a template under work changes nobody");
        publish(&desk, &editor, &changed).await;
        assert_eq!(takers().await[0]["behind"], true);
        let take = json!({ "forms": [form["id"]] });
        let done = desk.post(&format!("/definitions/{id}/take-over"), &editor, take.clone()).await.json();
        assert_eq!(done["items"][0]["result"], "taken", "{done}");
        let now = desk.get(&format!("/definitions/{}", form["id"].as_str().unwrap()), &editor).await.json();
        assert!(now["content"].as_str().unwrap().contains("姓名或名称"));
        assert_eq!((now["version"].as_i64(), now["draft"].is_object()), (Some(1), true), "only the draft");
        let again = desk.post(&format!("/definitions/{id}/take-over"), &editor, take).await.json();
        assert_eq!(again["items"][0]["result"], "same");

        // A form that does not use it is refused by itself; a definition that is no template altogether.
        let other = desk.form(&editor, "other").await;
        let mixed =
            desk.post(&format!("/definitions/{id}/take-over"), &editor, json!({ "forms": [other["id"]] })).await;
        assert_eq!(mixed.json()["items"][0]["result"], "refused");
        let path = format!("/definitions/{}/takers", other["id"].as_str().unwrap());
        assert_eq!(desk.get(&path, &editor).await.status, StatusCode::CONFLICT);
        let none = desk.post(&format!("/definitions/{id}/take-over"), &editor, json!({ "forms": [] })).await;
        assert_eq!(
            (none.status, none.errors()),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["/forms required".to_owned()])
        );
        let clerk = desk.staff("clerk").await;
        assert_eq!(desk.get(&format!("/definitions/{id}/takers"), &clerk).await.status, StatusCode::FORBIDDEN);

        // Out of use it is offered no longer; never published it goes away whole.
        let disabled = desk.post(&format!("/definitions/{id}/disable"), &editor, json!({ "reason": "换了新的" })).await;
        assert_eq!(disabled.json()["state"], "disabled");
        let draft = json!({ "kind": "form", "key": "address-part", "name": "地址", "template": true });
        let draft = desk.post("/definitions", &editor, draft).await.json();
        let path = format!("/definitions/{}/draft", draft["id"].as_str().unwrap());
        let gone = desk.call(Method::DELETE, &path, &editor, json!({ "revision": draft["revision"] })).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }
}
