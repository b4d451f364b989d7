//! Trying definitions out.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{Desk, file, sound_form};

/// req: FORM-011, FORM-012
#[tokio::test]
async fn a_preview_says_what_the_server_would_say_to_each_role() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    let form = json!({ "schema": "tongban-form/1", "key": "leave", "title": "请假", "sections": [{ "key": "main", "title": "请假",
        "fields": [{ "key": "reason", "type": "text", "label": "原因" },
            { "key": "remark", "type": "text", "label": "审查意见", "permission": { "applicant": "hidden" } }] }] });
    let judge = async |role: &str| {
        let asked = json!({ "content": form.to_string(), "data": { "remark": "x" }, "role": role });
        desk.post("/forms/evaluate", &editor, asked).await.json()
    };
    let applicant = judge("applicant").await;
    assert_eq!((applicant["visible"].clone(), applicant["stripped"].clone()), (json!(["reason"]), json!(["/remark"])));
    assert_eq!(judge("reviewer").await["visible"], json!(["reason", "remark"]));
    let wrong = desk.post("/forms/evaluate", &editor, json!({ "content": "{", "data": {} })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sound_form("a", "b").contains("tongban-form/1"));
}

/// req: FORM-028
#[tokio::test]
async fn a_flow_is_walked_with_prepared_answers() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    let content = file("items/food-operation-permit/flow.bpmn");
    let walk = async |path: serde_json::Value| {
        let asked = json!({ "content": content, "data": { "handle_item": "new-catering", "form": {} }, "path": path });
        desk.post("/flows/run", &editor, asked).await
    };
    let names = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|step| step["element"].as_str().unwrap().to_owned()).collect()
    };
    let first = walk(json!([])).await.json();
    assert_eq!((names(&first["waiting"]), first["ended"].clone()), (vec!["review".to_owned()], json!(false)));
    let half = walk(json!([{ "element": "review", "outcome": "pass" }])).await.json();
    assert_eq!(names(&half["waiting"]), ["inspect"]);
    let answers = json!([{ "element": "review", "outcome": "pass" }, { "element": "inspect", "outcome": "pass" },
        { "element": "decide", "outcome": "granted" }]);
    let whole = walk(answers).await.json();
    assert_eq!(names(&whole["steps"]), ["review", "inspect", "decide", "issue", "issued"]);
    assert_eq!(whole["ended"], true);
    assert_eq!(walk(json!([{ "element": "decide" }])).await.errors(), ["/path not_waiting"]);
}

/// req: FORM-016
#[tokio::test]
async fn a_decision_says_which_rules_fired() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    let made =
        desk.post("/definitions", &editor, json!({ "kind": "rules", "key": "leave", "name": "请假" })).await.json();
    let asked = json!({ "content": made["content"], "input": { "条件": "是" } });
    let answer = desk.post("/rules/evaluate", &editor, asked).await.json();
    assert_eq!((answer["output"].clone(), answer["trace"][0]["row"].clone()), (json!("通过"), json!(1)));
    let none = desk
        .post("/rules/evaluate", &editor, json!({ "content": made["content"], "input": { "条件": "否" } }))
        .await
        .json();
    assert_eq!((none["output"].clone(), none["trace"].clone()), (json!(null), json!([])));
    let check = async |expression: &str| {
        desk.post("/expressions/check", &editor, json!({ "expression": expression, "names": ["area"] })).await.json()["ok"].clone()
    };
    assert_eq!(
        (check("area > 3").await, check("area >").await, check("depth > 3").await),
        (json!(true), json!(false), json!(false))
    );
}

/// req: FORM-019
#[tokio::test]
async fn a_paper_is_drawn_before_it_is_published() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    let drawn =
        desk.post("/papers/preview", &editor, json!({ "content": "= #data.title", "data": { "title": "通知" } })).await;
    assert!(
        drawn.status == StatusCode::OK && drawn.text.starts_with("%PDF-"),
        "{}",
        drawn.text.chars().take(80).collect::<String>()
    );
    let wrong = desk.post("/papers/preview", &editor, json!({ "content": "\n#nonsense()", "data": {} })).await;
    assert_eq!(wrong.errors(), ["/content/2 paper"]);
}

/// req: FORM-027
#[tokio::test]
async fn shortcuts_are_redefined_for_everybody() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let set = async |items: serde_json::Value| {
            desk.call(Method::PUT, "/settings/shortcuts", &editor, json!({ "items": items })).await
        };
        assert_eq!(set(json!([{ "command": "undo", "keys": "ctrl+u" }])).await.status, StatusCode::OK);
        let now = desk.get("/settings/shortcuts", &desk.staff("other").await).await.json();
        assert_eq!(
            (now["items"][0]["command"].as_str(), now["items"][0]["keys"].as_str()),
            (Some("undo"), Some("Ctrl+U"))
        );
        assert_eq!(set(json!([{ "command": "undo", "keys": "Ctrl+Y" }])).await.errors(), ["/items/1/keys conflict"]);
    }
}

/// req: FORM-026
#[tokio::test]
async fn a_flow_may_name_roles_organisations_people_services_and_papers() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    desk.design.publish(crate::Kind::Paper, "grant", "= 准予", "内容包").await.unwrap();
    let choices = desk.get("/handlers", &editor).await.json();
    let keys = |list: &str| -> Vec<String> {
        choices[list].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
    };
    assert!(keys("roles").contains(&"approver".to_owned()) && !keys("roles").contains(&"citizen".to_owned()));
    assert_eq!(
        (keys("services"), keys("papers")),
        (
            vec!["issue_licence".to_owned(), "make_document".to_owned(), "seal_paper".to_owned()],
            vec!["grant".to_owned()]
        )
    );
    assert!(choices["orgs"].as_array().unwrap().len() > 10);
    let people = desk.get("/handlers/staff?q=%E9%99%88", &editor).await.json();
    assert_eq!(people["items"][0]["name"], "陈志远");
}
