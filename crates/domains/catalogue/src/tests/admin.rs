//! Administration over HTTP.

use axum::http::{Method, StatusCode};
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};

use super::Desk;
use crate::items::store::node;

const FOOD: &str = "/admin/items/food-operation-permit";

/// req: ITEM-003
#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_breaks_rules_tells_every_error_and_saves_nothing() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let before = desk.get(FOOD, &editor).await.json();
        let mut content = before["content"].clone();
        content["name"] = "".into();
        content["item_type"] = "77".into();
        content["promise_limit"]["value"] = 99.into();
        content["colour"] = "red".into();
        content["materials"][1]["kind"] = "9".into();
        let answer =
            desk.call(Method::PUT, FOOD, &editor, json!({ "content": content, "version": before["version"] })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        let problem = answer.json();
        let errors = problem["errors"].as_array().unwrap();
        let at = |pointer: &str| {
            errors.iter().find(|error| error["pointer"] == pointer).map(|e| e["message"].as_str().unwrap())
        };
        assert!(at("/name").unwrap().starts_with("事项名称"));
        assert!(at("/item_type").unwrap().contains("不在代码表里"));
        assert!(at("/colour").is_some());
        assert!(at("/materials/1/kind").unwrap().starts_with("申请材料 第 2 项 材料类型"));
        let after = desk.get(FOOD, &editor).await.json();
        assert_eq!(after["version"], before["version"]);
        assert_eq!(after["content"], before["content"]);
        desk.test.close().await;
    }
}

/// req: ITEM-003
#[tokio::test(flavor = "multi_thread")]
async fn a_published_draft_is_the_next_version_and_the_old_one_stays() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let before = desk.get(FOOD, &editor).await.json();
        let mut content = before["content"].clone();
        content["promise_limit"]["value"] = 4.into();
        let body = json!({ "content": content, "version": before["version"] });
        let saved = desk.call(Method::PUT, FOOD, &editor, body.clone()).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
        let saved = saved.json();
        assert_eq!((saved["draft"].as_bool(), saved["state"].as_str()), (Some(true), Some("changed")));
        assert_eq!(desk.call(Method::PUT, FOOD, &editor, body).await.status, StatusCode::CONFLICT);
        let public = desk.get("/items/food-operation-permit/guide", "").await.json();
        assert_eq!((public["version"].as_i64(), public["facts"]["promise"]["value"].as_i64()), (Some(1), Some(5)));

        let changes = desk.get(&format!("{FOOD}/diff?from=1&to=0"), &editor).await.json();
        assert_eq!(changes["changes"][0]["path"], "/promise_limit/value");

        let publish = |version: Value| json!({ "version": version });
        let stale =
            desk.call(Method::POST, &format!("{FOOD}/publish"), &editor, publish(before["version"].clone())).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let done =
            desk.call(Method::POST, &format!("{FOOD}/publish"), &editor, publish(saved["version"].clone())).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        let done = done.json();
        assert_eq!((done["published_version"].as_i64(), done["draft"].as_bool()), (Some(2), Some(false)));
        assert_eq!(done["history"].as_array().unwrap().len(), 2);
        let public = desk.get("/items/food-operation-permit/guide", "").await.json();
        assert_eq!((public["version"].as_i64(), public["facts"]["promise"]["value"].as_i64()), (Some(2), Some(4)));
        let old = desk.catalogue.version("food-operation-permit", 1).await.unwrap();
        assert_eq!(old.item.promise_limit.value, 5);
        let list = desk.get("/items?q=食品经营", "").await.json();
        assert_eq!(list["items"][0]["promise"]["value"], 4);
        desk.test.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_item_takes_no_new_applications_and_leaves_the_lists() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let before = desk.get(FOOD, &editor).await.json();
        let cancel = |reason: &str, version: &Value| json!({ "version": version, "reason": reason });
        let path = format!("{FOOD}/cancel");
        let refused = desk.call(Method::POST, &path, &editor, cancel(" ", &before["version"])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = desk.call(Method::POST, &path, &editor, cancel("并入综合许可", &before["version"])).await.json();
        assert_eq!(done["state"], "cancelled");
        let refused = desk.catalogue.published("food-operation-permit").await.unwrap_err();
        assert_eq!((refused.status(), refused.code()), (StatusCode::GONE, "item_cancelled"));
        assert_eq!(desk.get("/items?q=食品经营许可证核发", "").await.json()["total"], 0);
        assert!(desk.catalogue.version("food-operation-permit", 1).await.is_ok());
        let back =
            desk.call(Method::POST, &format!("{FOOD}/publish"), &editor, json!({ "version": done["version"] })).await;
        assert_eq!(back.status, StatusCode::OK, "{}", back.text);
        assert_eq!(back.json()["published_version"], 1);
        assert!(desk.catalogue.published("food-operation-permit").await.is_ok());
        desk.test.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_sees_and_changes_only_items_of_organisations_in_view() {
    let desk = Desk::with_items(testkit::Backend::Sqlite).await;
    let (editor, district, clerk) =
        (desk.staff("editor").await, desk.staff("district").await, desk.staff("clerk").await);
    let nurse = "/admin/items/nurse-registration";
    assert_eq!(desk.get(nurse, &editor).await.status, StatusCode::OK);
    assert_eq!(desk.get(nurse, &district).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get(FOOD, &district).await.status, StatusCode::OK);
    assert_eq!(desk.get("/admin/items", &editor).await.json()["total"], 12);
    let own = desk.get("/admin/items", &district).await.json();
    assert_eq!(own["total"], 3, "{own}");
    let page = desk.get("/admin/items?limit=2&q=登记", &editor).await.json();
    let next = format!("/admin/items?limit=2&q=登记&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(desk.get(&next, &editor).await.json()["total"], page["total"]);

    let item = desk.get(FOOD, &clerk).await.json();
    let save = json!({ "content": item["content"], "version": item["version"] });
    assert_eq!(desk.call(Method::PUT, FOOD, &clerk, save.clone()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.call(Method::PUT, FOOD, "", save).await.status, StatusCode::UNAUTHORIZED);
    // Handing the item to a body out of view would be a way around.
    let mut content = item["content"].clone();
    content["body"] = json!({ "name": "示例市卫生健康局", "uscc": "11449900MB9900312H", "nature": "1" });
    let moved =
        desk.call(Method::PUT, FOOD, &district, json!({ "content": content, "version": item["version"] })).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// req: ITEM-001
#[tokio::test(flavor = "multi_thread")]
async fn a_new_item_is_unseen_until_published_and_its_codes_are_its_own() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let food = desk.get(FOOD, &editor).await.json();
        let mut content = food["content"].clone();
        content["slug"] = "food-again".into();
        let taken = desk.call(Method::POST, "/admin/items", &editor, json!({ "content": content })).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(taken.json()["errors"][0]["pointer"], "/codes/task");
        let text =
            content.to_string().replace("440131004000", "440131099000").replace("食品经营许可证核发", "小作坊登记");
        let content: Value = serde_json::from_str(&text).unwrap();
        let made = desk.call(Method::POST, "/admin/items", &editor, json!({ "content": content })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        assert_eq!(made["state"], "draft");
        assert_eq!(desk.get("/items?q=小作坊", "").await.json()["total"], 0);
        let again = "/admin/items/food-again";
        let early =
            desk.call(Method::POST, &format!("{again}/publish"), &editor, json!({ "version": made["version"] })).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        let save = json!({ "content": content, "version": made["version"], "files": food["files"] });
        let saved = desk.call(Method::PUT, again, &editor, save).await.json();
        let done =
            desk.call(Method::POST, &format!("{again}/publish"), &editor, json!({ "version": saved["version"] })).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert_eq!(desk.get("/items?q=小作坊登记", "").await.json()["total"], 1);
        desk.test.close().await;
    }
}

/// req: ITEM-001
#[tokio::test(flavor = "multi_thread")]
async fn in_the_catalogue_a_child_needs_its_parent_and_a_node_in_use_stays() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let nodes = "/catalogue/nodes";
        let make = async |kind: &str, parent: Value, code: &str| {
            let body = json!({ "kind": kind, "parent_id": parent, "code": code, "name": "演示目录" });
            desk.call(Method::POST, nodes, &editor, body).await
        };
        let orphan = make("sub", json!("440199001000"), "440199001001").await;
        assert_eq!(orphan.json()["errors"][0]["pointer"], "/parent_id", "{}", orphan.text);
        assert_eq!(make("sub", Value::Null, "440199001001").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(make("catalogue", Value::Null, "440199001000").await.status, StatusCode::CREATED);
        assert_eq!(make("catalogue", Value::Null, "440199001000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(make("sub", json!("440199001000"), "440199001001").await.status, StatusCode::CREATED);
        assert_eq!(make("sub", json!("440199001000"), "440131004001").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(make("item", json!("440199001001"), "440199001001").await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let drop = async |code: &str| desk.call(Method::DELETE, &format!("{nodes}/{code}"), &editor, json!({})).await;
        assert_eq!(drop("440199001000").await.json()["code"], "node_has_children");
        assert_eq!(drop("440131004000").await.json()["code"], "node_has_items");
        assert_eq!(drop("440199001001").await.status, StatusCode::NO_CONTENT);

        let rename = json!({ "code": "440199001000", "name": "新名称", "version": 1 });
        let path = format!("{nodes}/440199001000");
        assert_eq!(desk.call(Method::PUT, &path, &editor, rename.clone()).await.json()["version"], 2);
        assert_eq!(desk.call(Method::PUT, &path, &editor, rename).await.status, StatusCode::CONFLICT);
        assert_eq!(drop("440199001000").await.status, StatusCode::NO_CONTENT);

        let tree = desk.get("/catalogue?q=食品经营许可证变更", &editor).await.json();
        let item = &tree["nodes"][0]["children"][0];
        assert_eq!((item["kind"].as_str(), item["slug"].as_str()), (Some("item"), Some("food-operation-permit")));
        assert_eq!(item["children"][0]["kind"], "handle_item");
        let all = desk.catalogue.tree(&principal(&desk).await, "", None).await.unwrap();
        assert_eq!(crate::admin::nodes::codes(&all.nodes).len(), crate::admin::nodes::count(&all.nodes));
        desk.test.close().await;
    }
}

/// req: ITEM-001
#[tokio::test(flavor = "multi_thread")]
async fn a_large_catalogue_is_asked_by_level() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let editor = desk.staff("editor").await;
        let many = desk.test.platform.db.write(desk.test.platform.now(), |tx| {
            Box::pin(async move {
                let rows = (0..=crate::admin::nodes::WHOLE).map(|at| node::ActiveModel {
                    code: Set(format!("4401{at:05}000")),
                    kind: Set("catalogue".to_owned()),
                    name: Set(format!("演示目录{at}")),
                    parent_code: Set(None),
                    version: Set(1),
                    updated_at: Set(tx.now()),
                });
                node::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        });
        many.await.unwrap();

        let top = desk.get("/catalogue", &editor).await.json();
        let nodes = top["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["kind"] == "catalogue" && node["children"] == json!([])), "{top}");
        let more = |code: &str| nodes.iter().find(|node| node["code"] == code).unwrap()["more"].clone();
        assert_eq!((more("440131004000"), more("440100000000")), (json!(true), json!(false)));

        let level = desk.get("/catalogue?below=440131004000", &editor).await.json();
        let found = level["nodes"].as_array().unwrap().iter().find(|node| node["slug"] == "food-operation-permit");
        assert_eq!(found.unwrap()["children"][0]["kind"], "handle_item", "{level}");
        assert_eq!(desk.get("/catalogue?below=440100000000", &editor).await.json()["nodes"], json!([]));
        assert_eq!(desk.get("/catalogue?below=440199999000", &editor).await.status, StatusCode::NOT_FOUND);

        let words = desk.get("/catalogue?q=食品经营许可证变更", &editor).await.json();
        assert_eq!(words["nodes"][0]["children"][0]["slug"], "food-operation-permit", "{words}");
        let wild = desk.get("/catalogue?q=演示_录7", &editor).await.json();
        assert_eq!(
            (wild["nodes"].clone(), wild["left_out"].clone()),
            (json!([]), json!(0)),
            "a question is no pattern"
        );
        desk.test.close().await;
    }
}

async fn principal(desk: &Desk) -> platform::web::guard::Principal {
    use platform::sessions::PrincipalSource;
    let staff = desk.identity.staff_by_login("editor").await.unwrap().unwrap();
    let found = desk.identity.principal(&desk.test.platform, platform::web::guard::Audience::Desk, staff.id).await;
    found.unwrap().unwrap()
}
