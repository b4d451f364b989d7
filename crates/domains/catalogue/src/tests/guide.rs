//! Guide, answers, form and favourites over HTTP.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::Desk;

/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn the_guide_shows_every_published_element_with_names_for_codes() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let answer = desk.get("/items/food-operation-permit/guide", "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let guide = answer.json();
        assert_eq!(guide["item_type_label"], "行政许可");
        assert_eq!(guide["facts"]["promise"]["text"], "5 个工作日");
        assert_eq!(guide["facts"]["fee_text"], "不收费");
        assert_eq!(guide["materials"][1]["kind_label"], "复印件");
        assert_eq!(guide["materials"][3]["necessity_label"], "容缺后补");
        assert_eq!(guide["flow"][0]["role_label"], "业务审查");
        assert_eq!(guide["service_objects"], json!(["企业法人", "其他组织", "自然人"]));
        assert!(guide["region_name"].as_str().unwrap().ends_with("示例区"), "{}", guide["region_name"]);
        for part in ["legal_basis", "places", "conditions", "situations", "handle_items", "process", "faq", "rights"] {
            assert!(!guide[part].as_array().unwrap().is_empty(), "{part}");
        }
        let etag = answer.headers[header::ETAG].clone();
        let again = Request::get("/api/v1/items/food-operation-permit/guide").header(header::IF_NONE_MATCH, etag);
        assert_eq!(desk.send(again.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
        assert_eq!(desk.get("/items/no-such-item/guide", "").await.status, StatusCode::NOT_FOUND);
        desk.test.close().await;
    }
}

fn needed(resolved: &Value) -> Vec<&str> {
    let materials = resolved["materials"].as_array().unwrap().iter();
    materials.filter(|material| material["needed"] == true).map(|material| material["key"].as_str().unwrap()).collect()
}

/// req: ITEM-039, ITEM-040
#[tokio::test(flavor = "multi_thread")]
async fn answers_decide_materials_and_where_to_go() {
    let desk = Desk::with_items(testkit::Backend::Sqlite).await;
    let ask =
        async |body: Value| desk.call(Method::POST, "/items/food-operation-permit/resolve", "", body).await.json();
    let own = ask(json!({ "handle_item": "new-catering",
        "situations": { "prepackaged_only": "no", "agent": "no", "vending": "no", "warehouse": "no", "chain": "no" } }))
    .await;
    assert_eq!((needed(&own), own["answered"].as_bool()), (vec!["m01", "m02", "m03", "m04"], Some(true)));
    let agent = ask(json!({ "handle_item": "new-catering", "situations": { "agent": "yes" } })).await;
    assert!(needed(&agent).contains(&"m05") && agent["answered"] == false, "{agent}");
    let stop = ask(json!({ "handle_item": "new-sales", "situations": { "prepackaged_only": "yes" } })).await;
    assert_eq!(stop["stops"][0]["goto"], "仅销售预包装食品备案");
    let unmet = ask(json!({ "handle_item": "new-sales", "situations": {}, "conditions": { "qualified": "no" } })).await;
    assert_eq!(unmet["unmet"][0]["key"], "qualified");
    let wrong =
        desk.call(Method::POST, "/items/food-operation-permit/resolve", "", json!({ "handle_item": "x" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    let form = desk.get("/items/food-operation-permit/form?handle_item=new-catering", "").await.json();
    assert_eq!(form["schema"], "tongban-form/1");
    assert!(form["sections"][0]["fields"][0]["key"].is_string());
}

/// req: PORTAL-020
#[tokio::test(flavor = "multi_thread")]
async fn favourites_are_ones_own() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let (wang, li) = (desk.citizen("449902198803120267").await, desk.citizen("449902198506170153").await);
        let put = async |slug: &str, cookie: &str| {
            desk.call(Method::PUT, &format!("/my/favourites/{slug}"), cookie, json!({})).await.status
        };
        assert_eq!(put("food-operation-permit", &wang).await, StatusCode::NO_CONTENT);
        assert_eq!(put("food-operation-permit", &wang).await, StatusCode::NO_CONTENT);
        assert_eq!(put("no-such-item", &wang).await, StatusCode::NOT_FOUND);
        assert_eq!(put("food-operation-permit", "").await, StatusCode::UNAUTHORIZED);
        let clerk = desk.staff("clerk").await;
        assert_eq!(put("food-operation-permit", &clerk).await, StatusCode::UNAUTHORIZED);
        let list =
            async |cookie: &str| desk.get("/my/favourites", cookie).await.json()["items"].as_array().unwrap().len();
        assert_eq!((list(&wang).await, list(&li).await), (1, 0));
        desk.call(Method::DELETE, "/my/favourites/food-operation-permit", &li, json!({})).await;
        assert_eq!(list(&wang).await, 1);
        desk.call(Method::DELETE, "/my/favourites/food-operation-permit", &wang, json!({})).await;
        assert_eq!(list(&wang).await, 0);
        desk.test.close().await;
    }
}
