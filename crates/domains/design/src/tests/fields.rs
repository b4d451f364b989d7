//! Shared fields.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::Desk;

/// req: FORM-003
#[tokio::test]
async fn a_shared_field_in_use_is_not_removed_and_tells_where_it_is_used() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let name = json!({ "code": "person.name", "label": "姓名", "type": "text", "length": 50, "check": "[^0-9]+",
            "use": "申请人姓名", "reusable": true, "sensitivity": "personal" });
        let made = desk.post("/fields", &editor, name.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        assert_eq!(desk.post("/fields", &editor, name.clone()).await.errors(), ["/code taken"]);

        let form = json!({ "schema": "tongban-form/1", "key": "leave", "title": "请假", "sections": [{ "key": "main", "title": "人",
            "fields": [{ "key": "name", "type": "text", "label": "姓名", "shared": "person.name" }] }] });
        let entry = desk
            .post(
                "/definitions",
                &editor,
                json!({ "kind": "form", "key": "leave", "name": "请假", "content": form.to_string() }),
            )
            .await
            .json();
        assert_eq!(entry["findings"], json!([]));
        let path = format!("/fields/{}", made["id"].as_str().unwrap());
        assert_eq!(desk.get(&path, &editor).await.json()["uses"], 1);
        let refused = desk.call(Method::DELETE, &path, &editor, json!(null)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.json()["detail"].as_str().unwrap().contains("请假"));

        let drop = json!({ "revision": entry["revision"] });
        desk.call(Method::DELETE, &format!("/definitions/{}/draft", entry["id"].as_str().unwrap()), &editor, drop)
            .await;
        assert_eq!(desk.call(Method::DELETE, &path, &editor, json!(null)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(desk.get("/fields", &editor).await.json()["total"], 0);
    }
}

/// req: FORM-003
#[tokio::test]
async fn a_shared_field_keeps_its_code_and_refuses_what_no_form_could_use() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let field = |change: serde_json::Value| {
            let mut field = json!({ "code": "person.sex", "label": "性别", "type": "radio", "options": [{ "value": "1", "label": "男" }],
                "sensitivity": "general" });
            for (key, value) in change.as_object().unwrap() {
                field[key] = value.clone();
            }
            field
        };
        assert_eq!(
            desk.post("/fields", &editor, field(json!({ "options": [] }))).await.errors(),
            ["/options required"]
        );
        assert_eq!(
            desk.post("/fields", &editor, field(json!({ "code": "7 Person" }))).await.errors(),
            ["/code format"]
        );
        assert_eq!(desk.post("/fields", &editor, field(json!({ "check": "(" }))).await.errors(), ["/check format"]);
        let made = desk.post("/fields", &editor, field(json!({}))).await.json();
        let path = format!("/fields/{}", made["id"].as_str().unwrap());
        let renamed = field(json!({ "code": "person.gender", "version": 1 }));
        assert_eq!(desk.call(Method::PUT, &path, &editor, renamed).await.errors(), ["/code fixed"]);
        let changed =
            desk.call(Method::PUT, &path, &editor, field(json!({ "label": "性 别", "version": 1 }))).await.json();
        assert_eq!((changed["label"].as_str(), changed["version"].as_i64()), (Some("性 别"), Some(2)));
        assert_eq!(
            desk.call(Method::PUT, &path, &editor, field(json!({ "version": 1 }))).await.status,
            StatusCode::CONFLICT
        );
    }
}
