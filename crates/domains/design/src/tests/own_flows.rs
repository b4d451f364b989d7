//! Flows that a body draws for itself, through the router, on both databases.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Desk, file};
use crate::{DefinitionRef, FlowBounds, Kind};

const FLOW: &str = "items/food-operation-permit/flow.bpmn";

async fn begun(desk: &Desk, cookie: &str) -> Value {
    desk.design.publish(Kind::Flow, "food", &file(FLOW), "pack").await.unwrap();
    let made = desk.post("/own-flows", cookie, json!({ "item": "food" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

async fn saved(desk: &Desk, cookie: &str, one: &Value, content: &str) -> Value {
    let path = format!("/own-flows/{}/draft", one["id"].as_str().unwrap());
    let draft = json!({ "revision": one["revision"], "name": one["name"], "content": content });
    let answer = desk.call(Method::PUT, &path, cookie, draft).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// Codes of the errors, with their elements.
fn errors(one: &Value) -> Vec<(String, String)> {
    let found = one["findings"].as_array().unwrap().iter().filter(|found| found["severity"] == "error");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.map(|found| (text(&found["at"]), text(&found["code"]))).collect()
}

/// req: FORM-031
#[tokio::test]
async fn a_department_copies_the_flow_of_an_item_adapts_and_publishes_it() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let bureau = desk.staff("bureau").await;
        let one = begun(&desk, &bureau).await;
        assert_eq!(
            (errors(&one), one["own"]["days"].clone()),
            (vec![], json!(5)),
            "the item's own flow keeps its limits"
        );
        assert_eq!(one["may"], json!({ "edit": true, "publish": true, "disable": true }));
        let again = desk.post("/own-flows", &bureau, json!({ "item": "food" })).await;
        assert_eq!((again.status, again.json()["code"].clone()), (StatusCode::CONFLICT, json!("own_flow_exists")));

        let named = file(FLOW).replace("name=\"审查\"", "name=\"科室审查\"");
        let one = saved(&desk, &bureau, &one, &named).await;
        let id = one["id"].as_str().unwrap();
        let publish = json!({ "revision": one["revision"], "note": "科室先看" });
        let published = desk.post(&format!("/own-flows/{id}/publish"), &bureau, publish).await;
        assert_eq!(published.status, StatusCode::OK, "{}", published.text);

        let bounds = |days, version| FlowBounds {
            flow: DefinitionRef { kind: Kind::Flow, key: "food".into(), version },
            days: Some(days),
            visits: 0,
        };
        let org = desk.org("qscj").await;
        let taken = async |org, now: FlowBounds| desk.design.own_flow("food", org, &now).await.unwrap();
        let own = taken(org, bounds(5, 1)).await.unwrap();
        assert_eq!((own.key.as_str(), own.version), (one["key"].as_str().unwrap(), 1));
        assert_eq!(desk.design.flow(&own).await.unwrap().node("review").unwrap().name, "科室审查");
        assert_eq!(taken(desk.org("xf").await, bounds(5, 1)).await, None, "another body's cases keep the item's");
        assert_eq!(taken(org, bounds(3, 1)).await, None, "the item promises less by now");

        let line =
            async || desk.get("/own-flows?q=%E9%A3%9F%E5%93%81", &bureau).await.json()["items"][0]["own"].clone();
        assert_eq!(line().await["outdated"], false);
        *desk.food.lock().unwrap() = (3, 1);
        assert_eq!(line().await["outdated"], true, "the list says that it has to be checked again");
        *desk.food.lock().unwrap() = (5, 1);

        let off = desk.post(&format!("/own-flows/{id}/disable"), &bureau, json!({})).await;
        assert_eq!(off.errors(), ["/reason required"]);
        let off = desk.post(&format!("/own-flows/{id}/disable"), &bureau, json!({ "reason": "改回事项流程" })).await;
        assert_eq!(off.status, StatusCode::OK, "{}", off.text);
        assert_eq!(taken(org, bounds(5, 1)).await, None);
        desk.test.close().await;
    }
}

/// req: FORM-031
#[tokio::test]
async fn each_breach_is_named_at_its_element_and_stops_the_publication() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let bureau = desk.staff("bureau").await;
        let mut one = begun(&desk, &bureau).await;
        let handler = |handler: String| {
            let inside = format!(
                "<bpmn:extensionElements><tongban:handlers>{handler}</tongban:handlers></bpmn:extensionElements><bpmn:incoming>flow_accepted_review"
            );
            file(FLOW).replacen("<bpmn:incoming>flow_accepted_review", &inside, 1)
        };
        let person =
            |id: uuid::Uuid| handler(format!("<tongban:handler kind=\"person\" key=\"{id}\" label=\"某人\"/>"));
        let of = |at: &str, code: &str| vec![(at.to_owned(), code.to_owned())];
        let step = "id=\"review\" name=\"审查\"";
        let cases = [
            (file(FLOW).replace(step, &format!("{step} tongban:visit=\"true\"")), of("review", "visit_not_allowed")),
            (
                file(FLOW).replace(
                    "tongban:stage=\"inspect\" tongban:days=\"2\"",
                    "tongban:stage=\"inspect\" tongban:days=\"9\"",
                ),
                of("process_food_operation_permit", "days_over_limit"),
            ),
            (file(FLOW).replace("tongban:role=\"reviewer\"", "tongban:role=\"maker\""), of("review", "role_elsewhere")),
            (person(desk.id_of("editor").await), of("review", "person_elsewhere")),
            (
                handler(format!(
                    "<tongban:handler kind=\"department\" key=\"{}\" label=\"消防\"/>",
                    desk.org("xf").await
                )),
                of("review", "org_elsewhere"),
            ),
            (handler("<tongban:handler kind=\"dynamic\" key=\"superior\"/>".to_owned()), of("review", "org_elsewhere")),
            (
                file(FLOW).replace(
                    " tongban:service=\"issue_licence\"",
                    " tongban:service=\"make_document\" tongban:paper=\"grant\"",
                ),
                of("process_food_operation_permit", "result_missing"),
            ),
        ];
        for (content, expected) in cases {
            one = saved(&desk, &bureau, &one, &content).await;
            assert_eq!(errors(&one), expected);
        }
        let publish = json!({ "revision": one["revision"] });
        let path = format!("/own-flows/{}/publish", one["id"].as_str().unwrap());
        assert_eq!(
            desk.post(&path, &bureau, publish).await.errors(),
            ["/content/process_food_operation_permit result_missing"]
        );
        one = saved(&desk, &bureau, &one, &person(desk.id_of("reviewer").await)).await;
        assert!(errors(&one).is_empty(), "one's own people may be named");
        desk.test.close().await;
    }
}

/// req: FORM-031
#[tokio::test]
async fn nobody_draws_for_another_part_of_the_tree() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (bureau, fire, clerk) = (desk.staff("bureau").await, desk.staff("fire").await, desk.staff("clerk").await);
        let one = begun(&desk, &bureau).await;
        let id = one["id"].as_str().unwrap();
        assert_eq!(desk.get("/own-flows", &bureau).await.json()["total"], 1);
        assert_eq!(desk.get("/own-flows", &fire).await.json()["total"], 0);
        let begin = desk.post("/own-flows", &fire, json!({ "item": "food" })).await;
        assert_eq!(begin.status, StatusCode::NOT_FOUND);
        let draft = json!({ "revision": 1, "name": "x", "content": "x" });
        let save = desk.call(Method::PUT, &format!("/own-flows/{id}/draft"), &fire, draft.clone()).await;
        assert_eq!(save.status, StatusCode::NOT_FOUND);
        for path in ["publish", "disable", "enable"] {
            let body = json!({ "revision": 1, "reason": "不该能停" });
            let answer = desk.post(&format!("/own-flows/{id}/{path}"), &fire, body).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(desk.get("/own-flows", &clerk).await.status, StatusCode::FORBIDDEN);
        // A department administrator draws own flows and nothing else of the library.
        let other = desk.call(Method::PUT, &format!("/definitions/{id}/draft"), &bureau, draft).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
        desk.test.close().await;
    }
}
