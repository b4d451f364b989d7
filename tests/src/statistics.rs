//! The report of cases through the served product: figures, export, who may see it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, packs_dir};

const ALLOWANCE: &str = "senior-allowance";

fn application() -> Value {
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
    body
}

/// A case taken in stands in the report at once, counted or not; who has not the right, or no reach, sees nothing.
///
/// req: OPS-007
#[tokio::test]
async fn the_report_of_cases_is_exact_at_every_moment() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        clerk.post("/counter/cases", application()).await;
        let by_channel = clerk.get("/case-statistics?by=channel").await;
        let items = by_channel["items"].as_array().unwrap();
        let window = items.iter().find(|one| one["key"] == "window").unwrap();
        assert_eq!((&window["filed"], &window["label"]), (&json!(1), &json!("窗口收件")), "{by_channel}");
        for by in ["item", "org", "area", "state", "day", "month"] {
            let found = clerk.get(&format!("/case-statistics?by={by}")).await;
            assert_eq!(found["total"]["filed"], 1, "by {by}: {found}");
        }
        assert_eq!(clerk.get("/case-statistics?by=result").await["total"]["closed"], 0);
        let other = clerk.get("/case-statistics?item=food-operation-permit").await;
        assert_eq!(other["total"]["filed"], 0);
        let exported = String::from_utf8(clerk.bytes("/case-statistics/export?by=state").await).unwrap();
        assert!(exported.contains("待受理") && exported.contains("合计"), "{exported}");

        let stranger = world.staff("clerk-health").await;
        assert_eq!(stranger.get("/case-statistics").await["total"]["filed"], 0);
        let editor = world.staff("editor").await;
        assert_eq!(editor.refused(Method::GET, "/case-statistics", None).await.0, StatusCode::FORBIDDEN);
        let (status, problem) = clerk.refused(Method::GET, "/case-statistics?by=weather", None).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/by")));
        let nobody = world.nobody();
        assert_eq!(nobody.refused(Method::GET, "/case-statistics", None).await.0, StatusCode::UNAUTHORIZED);
        world.close().await;
    }
}
