//! An administrator without code builds a service in the design centre and publishes it; a citizen files it a minute
//! later. A changed form is a new version; what runs keeps its own.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::administration::find;
use crate::main_job::complete;
use crate::world::{Caller, World};

const SLUG: &str = "senior-meal-allowance";

/// The form as the designer saves it: layouts, a rule that only warns, a file, a part nobody but the department sees.
fn form() -> Value {
    let text = |key: &str, label: &str, source: &str| json!({ "key": key, "type": "text", "label": label, "source": source, "locked": true });
    json!({ "schema": "tongban-form/1", "key": "meal-form", "title": "老年人助餐补贴申请表", "sections": [{ "key": "person", "title": "老人和用餐", "fields": [
        { "key": "row", "type": "columns", "label": "", "columns": 2, "fields": [
            text("elder_name", "姓名", "account.name"),
            { "key": "meals", "type": "number", "label": "每天几餐", "decimals": 0, "min": 1, "max": 3,
              "validate": [{ "feel": "meals < 3", "message": "三餐都在食堂吃的，街道会上门看一次", "severity": "warn" }] }] },
        { "key": "more", "type": "collapse", "label": "有忌口的再填", "open": false, "fields": [
            { "key": "diet", "type": "textarea", "label": "忌口", "required": false }] },
        { "key": "photo", "type": "image", "label": "近照", "maxFiles": 1 },
        { "key": "tier", "type": "hidden", "label": "档次", "default": "80" },
        { "key": "remark", "type": "text", "label": "内部备注", "permission": { "applicant": "hidden" } }] }] })
}

pub(crate) async fn defined(editor: &Caller, kind: &str, key: &str, name: &str, content: Option<Value>) -> Value {
    let made = editor.post("/design/definitions", json!({ "kind": kind, "key": key, "name": name })).await;
    let path = format!("/design/definitions/{}", made["id"].as_str().unwrap());
    let content = content.map_or_else(|| made["content"].clone(), |content| json!(content.to_string()));
    let draft = json!({ "revision": made["revision"], "name": name, "content": content });
    let saved = editor.put(&format!("{path}/draft"), draft).await;
    assert_eq!(saved["findings"], json!([]), "{key} is sound");
    editor.post(&format!("{path}/publish"), json!({ "revision": saved["revision"], "note": "第一版" })).await
}

/// The content of an item like the allowance the city already pays, under a name and codes of its own.
async fn content(editor: &Caller) -> Value {
    let like = editor.get("/admin/items/senior-allowance").await;
    let text = like["content"].to_string().replace("440511017", "440511099");
    let mut content: Value = serde_json::from_str(&text.replace("senior-allowance", SLUG)).unwrap();
    content["name"] = json!("老年人助餐补贴");
    content["catalogue"]["name"] = json!("老年人助餐补贴");
    content["situations"] = json!([]);
    // The application form alone, which is made from what is filled in.
    content["materials"].as_array_mut().unwrap().truncate(1);
    content["results"] = json!([{ "kind": "99", "name": "助餐补贴决定" }]);
    content["rules"] = Value::Null;
    content["version"] = json!(1);
    content
}

/// req: FORM-001, FORM-005, FORM-008, FORM-009, FORM-012, FORM-016, FORM-032
#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_built_without_code_and_filed_a_minute_later() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let editor = world.staff("editor").await;
        let form_entry = defined(&editor, "form", "meal-form", "老年人助餐补贴申请表", Some(form())).await;
        defined(&editor, "flow", "meal-flow", "老年人助餐补贴", None).await;

        // What is not published yet can't be taken.
        let definitions = json!({ "form": "meal-form", "flow": "no-such-flow" });
        let wrong = json!({ "content": content(&editor).await, "definitions": definitions });
        let (status, problem) = editor.refused(Method::POST, "/admin/items", Some(wrong)).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/definitions/flow"))
        );

        let definitions = json!({ "form": "meal-form", "flow": "meal-flow" });
        let item =
            editor.post("/admin/items", json!({ "content": content(&editor).await, "definitions": definitions })).await;
        // What it prints is set before anybody can apply for it.
        defined(&editor, "paper", "meal-paper", "助餐须知", None).await;
        let print = json!({ "item_slug": SLUG, "title": "助餐须知", "kind": "paper", "paper_key": "meal-paper", "purpose": "print" });
        let print = editor.post("/item-papers", print).await;
        assert_eq!(print["item_name"], "老年人助餐补贴");
        let item = editor.post(&format!("/admin/items/{SLUG}/publish"), json!({ "version": item["version"] })).await;
        assert_eq!(
            (item["published_version"].clone(), item["definitions"]["form"].clone()),
            (json!(1), json!("meal-form"))
        );
        let uses = editor.get(&format!("/design/definitions/{}/uses", form_entry["id"].as_str().unwrap())).await;
        assert_eq!((uses["items"][0]["key"].as_str(), uses["items"][0]["version"].as_i64()), (Some(SLUG), Some(1)));

        // Who may see it is a right of its own: the security administrator gives the new item to the civil staff.
        for login in ["clerk-civil", "approver-civil"] {
            give(&world.staff("secadmin").await, login).await;
        }

        let elder = world.citizen("zhao-jianguo").await;
        let filed = file(&elder).await;
        let id = filed["id"].as_str().unwrap();

        // The clerk sees the form with the picture; what the applicant may not write has its own value or none.
        let clerk = world.staff("clerk-civil").await;
        let case = clerk.get(&format!("/cases/{id}")).await;
        let data = &case["form"]["data"];
        assert_eq!((&data["meals"], &data["tier"], &data["remark"]), (&json!(3), &json!("80"), &Value::Null));
        let photo = case["form"]["data"]["photo"][0]["id"].as_str().unwrap();
        assert!(!clerk.bytes(&format!("/cases/{id}/files/{photo}")).await.is_empty());

        // The form changes while the case runs: a new version for new cases, the old one for this.
        let path = format!("/design/definitions/{}", form_entry["id"].as_str().unwrap());
        let mut changed = form();
        changed["sections"][0]["fields"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "key": "since", "type": "date", "label": "从哪天开始" }));
        let draft = json!({ "revision": form_entry["revision"], "name": "老年人助餐补贴申请表", "content": changed.to_string() });
        let saved = editor.put(&format!("{path}/draft"), draft).await;
        editor.post(&format!("{path}/publish"), json!({ "revision": saved["revision"] })).await;
        let now = editor.get(&format!("/admin/items/{SLUG}")).await;
        let kept = json!({ "content": now["content"], "version": now["version"] });
        let item = editor.put(&format!("/admin/items/{SLUG}"), kept).await;
        let item = editor.post(&format!("/admin/items/{SLUG}/publish"), json!({ "version": item["version"] })).await;
        assert_eq!(item["published_version"], 2);
        let versions = editor.get(&format!("{path}/versions")).await;
        let cases: Vec<Option<u64>> =
            versions["items"].as_array().unwrap().iter().map(|one| one["cases"].as_u64()).collect();
        assert_eq!(cases, [Some(0), Some(1)], "the case is counted under the version it was filed with");
        assert!(!clerk.get(&format!("/cases/{id}")).await["form"].to_string().contains("从哪天开始"));

        let version = clerk.get(&format!("/cases/{id}")).await["version"].clone();
        clerk.post(&format!("/cases/{id}/accept"), json!({ "version": version })).await;
        world.settle().await;
        complete(&world.staff("approver-civil").await, id, "granted", "同意").await;
        world.settle().await;
        assert_eq!(elder.get(&format!("/my/cases/{id}")).await["state"], "closed");
        world.close().await;
    }
}

async fn give(security: &Caller, login: &str) {
    let one = find(security, &format!("/admin/staff?q={login}&limit=100"), "login", login).await;
    let windows: Vec<&Value> = one["windows"].as_array().unwrap().iter().map(|window| &window["id"]).collect();
    let roles: Vec<&Value> = one["roles"].as_array().unwrap().iter().map(|role| &role["key"]).collect();
    let mut items = one["items"].as_array().unwrap().clone();
    items.push(json!(SLUG));
    let grants = json!({ "version": one["version"], "roles": roles, "items": items, "windows": windows });
    security.put(&format!("/admin/staff/{}/grants", one["id"].as_str().unwrap()), grants).await;
}

/// Files the new service in one go; a photograph of somebody else is as absent as one that never was.
async fn file(elder: &Caller) -> Value {
    let png = elder.upload("/files", "近照.png", include_bytes!("../../crates/app/src/demo.png").to_vec()).await;
    let photo: Value = png.json().await.unwrap();
    let application = |photo: &Value| {
        json!({ "item_slug": SLUG, "handle_item": "80", "conditions": { "household": "yes", "age": "yes", "who": "yes" },
            "consents": { "authorised": true, "agreed": true }, "delivery": { "way": "electronic" },
            "form": { "meals": 3, "photo": [{ "id": photo["id"], "name": photo["name"], "size": photo["size"] }], "tier": "100", "remark": "偷看" } })
    };
    let strange = json!({ "id": "01890000-0000-7000-8000-000000000000", "name": "x.png", "size": 1 });
    let (status, problem) = elder.refused(Method::POST, "/my/cases/file", Some(application(&strange))).await;
    assert_eq!(
        (status, problem["errors"][0]["pointer"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("/form/photo"))
    );
    elder.post("/my/cases/file", application(&photo)).await
}
