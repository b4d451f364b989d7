//! At the counter, through the served product: an item of every hall, an instant one, their figures and exports.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, packs_dir};

const ALLOWANCE: &str = "senior-allowance";
const LAKE: &str = "449901000000";

/// The sample of the allowance as taken in at the counter, every material as paper, with more.
pub fn application(more: &Value) -> Value {
    let path = packs_dir().join(format!("items/{ALLOWANCE}/samples/valid.json"));
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut body = json!({
        "item_slug": ALLOWANCE, "handle_item": sample["handle_item"],
        "applicant": {
            "kind": "person", "name": sample["applicant"]["name"], "id_number": sample["applicant"]["id_number"],
            "phone": sample["applicant"]["phone"],
        },
        "situations": sample["situations"], "form": sample["form"], "materials": {}, "delivery": { "way": "self" },
    });
    for key in sample["materials"].as_array().unwrap() {
        body["materials"][key.as_str().unwrap()] = json!({ "handing": "paper" });
    }
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// The city marks an item; a street takes it in for another district, whose department and days the case has from then
/// on; places and coverage can be read and exported. Who may not mark, or knows nothing of the case, is refused.
///
/// req: CASE-046
#[tokio::test]
async fn a_marked_item_goes_its_way_through_the_served_product() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let editor = world.staff("editor").await;
        let fresh = editor.get(&format!("/citywide-items/{ALLOWANCE}")).await;
        assert_eq!((&fresh["open"], &fresh["version"]), (&json!(false), &json!(0)));
        let lake = editor.get("/citywide-orgs?q=东湖区").await["items"][0].clone();
        assert_eq!(lake["region"], LAKE);
        let set = json!({
            "version": 0, "open": true, "batch": "市内通办第一批", "standard": "同一指南、同一表单", "released_on": "2026-03-01",
            "places": [
                { "region": fresh["places"][0]["region"], "org_id": fresh["places"][0]["org_id"] },
                { "region": LAKE, "org_id": lake["id"], "promise_days": 7 },
            ],
        });
        let path = format!("/citywide-items/{ALLOWANCE}");
        let clerk = world.staff("street-clerk").await;
        assert_eq!(clerk.refused(Method::PUT, &path, Some(set.clone())).await.0, StatusCode::FORBIDDEN);
        let marked = editor.put(&path, set.clone()).await;
        assert_eq!(marked["places"][0]["promise_days"], 7);
        assert_eq!(editor.refused(Method::PUT, &path, Some(set)).await.0, StatusCode::CONFLICT, "an old page");
        let list = clerk.get("/citywide-items").await;
        assert_eq!((&list["total"], &list["items"][0]["item_slug"]), (&json!(1), &json!(ALLOWANCE)));

        let offered = clerk.get("/counter-items?q=津贴").await;
        assert_eq!((&offered["items"][0]["slug"], &offered["items"][0]["citywide"]), (&json!(ALLOWANCE), &json!(true)));
        let (status, problem) = clerk.refused(Method::POST, "/counter/cases", Some(application(&json!({})))).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/area")));
        let body = application(&json!({ "area": "449901101201" }));
        let receipt = clerk.post_once("/counter/cases", "one-click", body.clone()).await;
        let again = clerk.post_once("/counter/cases", "one-click", body).await;
        assert_eq!(receipt["id"], again["id"], "a second click takes nothing in");
        assert!(receipt["promise_text"].as_str().unwrap().contains("7 个工作日"), "{receipt}");
        let case = format!("/cases/{}", receipt["id"].as_str().unwrap());
        assert_eq!(clerk.get(&case).await["org_name"], lake["name"]);
        let home = world.staff("clerk-civil").await;
        assert_eq!(home.refused(Method::GET, &case, None).await.0, StatusCode::NOT_FOUND);

        let supervisor = world.staff("supervisor").await;
        let figures = supervisor.get("/citywide-statistics").await;
        assert_eq!((&figures["total"], &figures["crossed"]), (&json!(1), &json!(1)), "{figures}");
        let exported = String::from_utf8(supervisor.bytes("/citywide-statistics/export").await).unwrap();
        assert!(exported.contains("示例街道") && exported.contains("东湖区"), "{exported}");
        let coverage = supervisor.get("/citywide-coverage").await;
        assert_eq!(coverage["city"]["open"], 1);
        let exported = String::from_utf8(supervisor.bytes("/citywide-coverage/export").await).unwrap();
        assert!(exported.contains("青石镇便民服务中心"), "{exported}");
        world.close().await;
    }
}

/// An instant item is set, a case of it taken in; it stands in the list of those that wait, and in the figures.
///
/// req: CASE-047, CASE-011
#[tokio::test]
async fn an_instant_case_goes_its_way_through_the_served_product() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let editor = world.staff("editor").await;
        let path = format!("/instant-items/{ALLOWANCE}");
        let set = |frequent: bool| json!({ "version": 0, "active": true, "minutes": 45, "frequent": frequent });
        let (status, problem) = editor.refused(Method::PUT, &path, Some(set(false))).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/frequent")));
        editor.put(&path, set(true)).await;
        assert_eq!(editor.get("/instant-items").await["items"][0]["minutes"], 45);
        let clerk = world.staff("clerk-general").await;
        let offered = clerk.get("/counter-items?instant=true").await;
        assert_eq!(offered["items"].as_array().unwrap().len(), 1, "{offered}");
        let receipt = clerk.post("/counter/cases", application(&json!({ "instant": true }))).await;
        let case = format!("/instant-cases/{}", receipt["id"].as_str().unwrap());
        assert_eq!(clerk.get(&case).await["state"], "submitted");
        let on = clerk.post(&format!("{case}/go-on"), json!({ "opinion": "材料齐全" })).await;
        assert_eq!(
            (&on["state"], &on["waits_for"], &on["late"]),
            (&json!("accepted"), &json!("入户核查"), &json!(false))
        );
        let waiting = clerk.get("/cases?light=instant").await;
        assert_eq!(waiting["total"], 1, "{waiting}");
        assert_eq!(clerk.get("/cases?light=instant_late").await["total"], 0);
        let stranger = world.staff("clerk-health").await;
        assert_eq!(stranger.refused(Method::GET, &case, None).await.0, StatusCode::NOT_FOUND);
        let figures = clerk.get("/instant-statistics?by=window").await;
        assert_eq!(
            (&figures["total"]["instant"], &figures["total"]["permille"]),
            (&json!(1), &json!(1000)),
            "{figures}"
        );
        let exported = String::from_utf8(clerk.bytes("/instant-statistics/export").await).unwrap();
        assert!(exported.contains("2 号窗口") && exported.contains("100.0%"), "{exported}");
        let gateway = clerk.get("/counter/device-gateway").await;
        assert!(gateway["url"].as_str().unwrap().starts_with("http"), "{gateway}");
        world.close().await;
    }
}
