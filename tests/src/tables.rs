//! An administrator defines a table without code; a clerk enters and imports rows the next moment, a report counts
//! them, who has no right finds nothing, and hostile names and values stay what they are: texts.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Caller, World};

const EVIL: &str = "\"; DROP TABLE table_rows; --";

/// A register of borrowed umbrellas, as the builder saves it.
fn content() -> Value {
    json!({ "title": "雨伞借用登记", "purpose": "下雨天借出的雨伞", "form": { "schema": "tongban-form/1", "key": "umbrellas", "title": "雨伞借用登记", "sections": [{ "key": "main", "title": "借用", "fields": [
            { "key": "number", "type": "text", "label": "伞号" },
            { "key": "place", "type": "select", "label": "窗口", "options": [{ "value": "six", "label": "6 号窗口" }, { "value": "ten", "label": "10 号窗口" }] },
            { "key": "day", "type": "date", "label": "借出日期" },
            { "key": "deposit", "type": "money", "label": "押金", "required": false },
            { "key": "remark", "type": "text", "label": EVIL, "required": false },
            { "key": "phone", "type": "phone", "label": "电话", "required": false }] }] },
        "columns": ["number", "place", "day", "deposit", "phone"], "filters": ["place", "day"], "unique": ["number"],
        "rights": { "clerk": ["see", "enter", "change", "export"], "reviewer": ["see"] },
        "menu": { "group": "大厅管理", "sort": 9 } })
}

async fn menu(caller: &Caller) -> Vec<String> {
    let menu = caller.get("/table-menu").await;
    menu["items"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()).collect()
}

/// req: FORM-033, FORM-034, OPS-025, OPS-036
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_defined_used_counted_and_kept_from_strangers() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let admin = world.staff("sysadmin").await;
        let (clerk, reviewer, maker) =
            (world.staff("clerk").await, world.staff("reviewer").await, world.staff("maker").await);

        // The city brings one table of its own and one attached to the counts of cases.
        assert_eq!(menu(&clerk).await, ["window-supplies"]);
        let supplies = clerk.get("/tables/window-supplies/rows?limit=100").await;
        assert_eq!(supplies["total"], 12);
        assert_eq!(supplies["items"][0]["said"]["keeper_phone"], "199****0101");
        let supervisor = world.staff("supervisor").await;
        let counts = supervisor.get("/tables/item-cases/rows").await;
        assert!(counts["total"].as_u64().unwrap() > 5 && counts["items"][0]["said"]["cases"] == "0");

        // Defined, published, in the navigation: nothing was restarted.
        let (status, refused) =
            admin.refused(Method::POST, "/table-definitions", Some(json!({ "key": EVIL, "title": "表" }))).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/key"))
        );
        let made = admin.post("/table-definitions", json!({ "key": "umbrellas", "title": "雨伞借用登记" })).await;
        let draft = json!({ "revision": made["revision"], "content": content() });
        let saved = admin.put("/table-definitions/umbrellas/draft", draft).await;
        assert_eq!(saved["findings"], json!([]));
        assert_eq!(menu(&clerk).await, ["window-supplies"]);
        let revision = json!({ "revision": saved["revision"] });
        admin.post("/table-definitions/umbrellas/publish", revision).await;
        assert_eq!(menu(&clerk).await, ["window-supplies", "umbrellas"]);
        assert!(!menu(&maker).await.contains(&"umbrellas".to_owned()));

        // Entered, with quotes and the end of a statement in it.
        let row = json!({ "data": { "number": "S'01\"", "place": "six", "day": "2026-09-21", "deposit": 2_000, "remark": EVIL, "phone": "19900000123" } });
        let entered = clerk.post("/tables/umbrellas/rows", row.clone()).await;
        assert_eq!(
            (entered["data"]["remark"].as_str(), entered["data"]["phone"].as_str()),
            (Some(EVIL), Some("199****0123"))
        );
        let (status, twice) = clerk.refused(Method::POST, "/tables/umbrellas/rows", Some(row)).await;
        assert_eq!(
            (status, twice["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/data/number"))
        );

        // Imported: tried with a mistake, then entered whole.
        let file = |lines: &str| {
            let bytes = format!("伞号,窗口,借出日期,押金,电话\n{lines}");
            json!({ "file_name": "雨伞.csv", "content_base64": base::encoding::to_base64url(bytes.as_bytes()), "trial": true })
        };
        let bad = clerk.post("/tables/umbrellas/import", file("S02,6 号窗口,2026/9/20,20,\nS03,九号,昨天,x,\n")).await;
        assert_eq!((bad["right"].as_u64(), bad["mistakes"][0]["line"].as_u64()), (Some(1), Some(3)));
        let mut good = file(
            "S02,6 号窗口,2026/9/20,20,\nS03,10 号窗口,2026/8/31,15.5,19900000124\n'; DELETE FROM table_rows,10 号窗口,2026/8/30,,\n",
        );
        good["trial"] = json!(false);
        assert_eq!(clerk.post("/tables/umbrellas/import", good).await["entered"], 3);

        // Found, filtered, sorted.
        let list = clerk.get("/tables/umbrellas/rows?sort=day&down=true").await;
        assert_eq!((list["total"].as_u64(), list["items"][0]["said"]["number"].as_str()), (Some(4), Some("S'01\"")));
        let found = clerk.get("/tables/umbrellas/rows?q=delete%20from").await;
        assert_eq!(found["total"], 1);
        let place = "%5B%7B%22field%22%3A%22place%22%2C%22op%22%3A%22is%22%2C%22value%22%3A%22ten%22%7D%5D";
        assert_eq!(clerk.get(&format!("/tables/umbrellas/rows?where={place}")).await["total"], 2);
        let (status, _) = clerk.refused(Method::GET, "/tables/umbrellas/rows?sort=number%3B%20DROP", None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

        // A report counts and sums them; saved and shared, the reviewer sees it and may not take it out.
        let report = json!({ "groups": [{ "field": "day", "by": "month" }], "measures": [{ "of": "count" }, { "of": "sum", "field": "deposit" }] });
        let result = reviewer.post("/tables/umbrellas/report", report.clone()).await;
        assert_eq!(result["lines"][0]["groups"], json!(["2026年8月"]));
        assert_eq!(result["total"]["values"], json!(["4", "55.50"]));
        let template = json!({ "title": "每月借用", "report": report, "roles": ["reviewer"], "schedule": { "every": "day", "hour": 18 } });
        clerk.post("/tables/umbrellas/templates", template).await;
        let shared = reviewer.get("/tables/umbrellas/templates").await;
        assert_eq!(
            (shared["items"][0]["title"].as_str(), shared["items"][0]["own"].as_bool()),
            (Some("每月借用"), Some(false))
        );
        world.clock.advance(time::Duration::hours(10));
        world.settle().await;
        // The day has passed and with it the sessions.
        let clerk = world.staff("clerk").await;
        let outputs = clerk.get("/table-outputs").await;
        let output = outputs["items"][0]["id"].as_str().unwrap();
        assert!(clerk.bytes(&format!("/table-outputs/{output}/file")).await.starts_with(b"PK"));
        assert!(clerk.bytes("/tables/umbrellas/export").await.starts_with(b"PK"));

        // Strangers: no table, no row, no file; and one right does not give another.
        let (reviewer, maker) = (world.staff("reviewer").await, world.staff("maker").await);
        let id = entered["id"].as_str().unwrap();
        for path in [
            "/tables/umbrellas".to_owned(),
            "/tables/umbrellas/rows".into(),
            format!("/tables/umbrellas/rows/{id}"),
            format!("/table-outputs/{output}/file"),
        ] {
            assert_eq!(maker.refused(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let (status, _) = reviewer.refused(Method::GET, "/tables/umbrellas/export", None).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let reveal = json!({ "field": "phone", "reason": "联系归还雨伞" });
        let raw = clerk.post(&format!("/tables/umbrellas/rows/{id}/reveal"), reveal.clone()).await;
        assert_eq!(raw["value"], "19900000123");
        let (status, _) =
            maker.refused(Method::POST, &format!("/tables/umbrellas/rows/{id}/reveal"), Some(reveal)).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.get("/tables/umbrellas/rows").await["total"], 4, "nothing was lost");
        world.close().await;
    }
}
