//! Data items of forms, through the router, on both databases.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{Desk, sound_form};
use crate::{Kind, Store};

/// req: FORM-006
#[tokio::test]
async fn data_items_are_set_per_form_with_version_and_trace() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let of = desk.design.publish(Kind::Form, "leave", &sound_form("leave", "原因"), "pack").await.unwrap();
        let list = desk.get("/definitions?kind=form", &editor).await.json();
        let path = format!("/definitions/{}/data-items", list["items"][0]["id"].as_str().unwrap());
        let before = desk.get(&path, &editor).await.json();
        assert_eq!((before["version"].clone(), before["items"][0]["store"].clone()), (json!(0), json!("form")));
        let set = |version: i64, code: &str| json!({ "version": version, "items": [{ "field": "reason", "code": code, "name": "请假原因", "store": "plain" }] });
        let put = async |cookie: &str, body| desk.call(Method::PUT, &path, cookie, body).await;
        assert_eq!(put(&editor, set(0, "Bad Code")).await.errors(), ["/items/0/code format"]);
        let done = put(&editor, set(0, "leave.reason")).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert_eq!(
            (done.json()["version"].clone(), done.json()["changed_by_name"].clone()),
            (json!(1), json!("林编辑"))
        );
        assert_eq!(put(&editor, set(0, "later")).await.status, StatusCode::CONFLICT, "an old page");
        let items = desk.design.data_items(&of).await.unwrap();
        assert_eq!(
            (items[0].code.as_str(), items[0].name.as_str(), items[0].store),
            ("leave.reason", "请假原因", Store::Plain)
        );
        let clerk = desk.staff("clerk").await;
        assert_eq!(put(&clerk, set(1, "x")).await.status, StatusCode::FORBIDDEN);
        desk.test.close().await;
    }
}
