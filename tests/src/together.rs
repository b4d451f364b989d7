//! Packages: several items taken in together for one applicant, each handled by its department, collected as chosen.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::identify::by_card;
use crate::main_job::{complete, version};
use crate::world::{World, packs_dir};

const DISABLED: &str = "disability-two-subsidies";
const ELDERLY: &str = "senior-allowance";
const PENSION: &str = "resident-pension-enrolment";

/// An item as its sample fills it in, every material as paper.
fn part(slug: &str, way: &str) -> Value {
    let path = packs_dir().join(format!("items/{slug}/samples/valid.json"));
    let sample: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut part = json!({
        "item_slug": slug, "handle_item": sample["handle_item"], "situations": sample["situations"],
        "form": sample["form"], "materials": {}, "delivery": { "way": way },
    });
    for key in sample["materials"].as_array().unwrap() {
        part["materials"][key.as_str().unwrap()] = json!({ "handing": "paper" });
    }
    part
}

fn package(collect: &str, items: &[Value]) -> Value {
    json!({
        "package": "help-for-disabled", "collect": collect, "items": items,
        "applicant": { "kind": "person", "name": "何勇", "id_number": "449902196809150193", "phone": "19900000010" },
    })
}

/// Whichever package a window offers, it says what is taken in elsewhere and where; what is missing in the choice, the
/// people or one of the items is named with its place, and nothing is filed then.
///
/// req: CASE-004
#[tokio::test]
async fn a_package_is_offered_and_checked() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        let offered = clerk.get("/counter-packages").await;
        let [help, restaurant] = [&offered["items"][0], &offered["items"][1]];
        assert_eq!((&help["open"], &help["missing"]), (&json!(true), &json!([])), "{offered}");
        let required: Vec<bool> =
            help["items"].as_array().unwrap().iter().map(|one| one["required"].as_bool().unwrap()).collect();
        assert_eq!(required, [true, false, false]);
        assert_eq!(restaurant["open"], false);
        let elsewhere = restaurant["missing"][1].as_str().unwrap();
        assert!(elsewhere.contains("消防") && elsewhere.contains("9 号窗口"), "{elsewhere}");

        let check = clerk
            .post("/case-packages/check", package("ready", &[part(DISABLED, "self"), part(ELDERLY, "self")]))
            .await;
        assert_eq!(check["problems"], json!([]), "{check}");
        let shared: Vec<&str> =
            check["shared"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(shared, ["居民身份证、户口簿"]);
        assert_eq!(check["shared"][0]["uses"].as_array().unwrap().len(), 2);

        let places = async |body: Value| {
            let check = clerk.post("/case-packages/check", body.clone()).await;
            let found: Vec<String> = check["problems"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["pointer"].as_str().unwrap().to_owned())
                .collect();
            let (status, problem) = clerk.refused(Method::POST, "/case-packages", Some(body)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
            assert!(
                problem["errors"].as_array().unwrap().iter().all(|one| found.iter().any(|at| one["pointer"] == **at))
            );
            found
        };
        assert_eq!(places(package("ready", &[part(DISABLED, "self")])).await, ["/items"], "one alone");
        assert_eq!(places(package("ready", &[part(ELDERLY, "self"), part(PENSION, "self")])).await, ["/items"]);
        assert_eq!(places(package("someday", &[part(DISABLED, "self"), part(ELDERLY, "self")])).await, ["/collect"]);
        let mut cancel = part(PENSION, "self");
        cancel["handle_item"] = json!("cancel");
        let found = places(package("ready", &[part(DISABLED, "self"), cancel])).await;
        assert_eq!(found[0], "/items/1/handle_item", "{found:?}");
        let twice = places(package("ready", &[part(DISABLED, "self"), part(DISABLED, "self")])).await;
        assert_eq!(twice, ["/items/1/item_slug", "/items"]);
        let mut stranger = package("ready", &[part(DISABLED, "self"), part(ELDERLY, "self")]);
        stranger["applicant"]["id_number"] = json!("123");
        stranger["items"][1]["form"]["elder_phone"] = json!("1");
        let found = places(stranger).await;
        assert_eq!(found.iter().filter(|at| *at == "/applicant/id_number").count(), 1, "told once: {found:?}");
        assert!(found.iter().any(|at| at == "/items/1/form/elder_phone"), "{found:?}");
        let nobody = clerk
            .refused(
                Method::POST,
                "/case-packages",
                Some(json!({ "package": "none", "collect": "ready",
            "items": [], "applicant": {} })),
            )
            .await;
        assert_eq!(nobody.0, StatusCode::NOT_FOUND);
        let fire = world.staff("clerk-fire").await;
        let (status, _) = fire
            .refused(
                Method::POST,
                "/case-packages",
                Some(package("ready", &[part(DISABLED, "self"), part(ELDERLY, "self")])),
            )
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "not this window");
        assert_eq!(clerk.get("/case-packages").await["total"], 0, "nothing was filed");
        assert_eq!(clerk.get("/cases").await["total"], 0);
        world.close().await;
    }
}

/// A package is filed once, as a case for each department with its own clock; the visitor chose to collect everything
/// together, each certificate in its own way. The one that is ready waits for the other; at the end both are handed
/// over. The list tells how far it is, within reach only.
///
/// req: CASE-004, CASE-029
#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_filed_together_and_collected_together() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        let ticket = clerk.post("/hall-tickets", json!({ "number": "A8", "window_key": "district-hall-2" })).await;
        let mut body = package("together", &[part(DISABLED, "electronic"), part(PENSION, "self")]);
        body["ticket"] = ticket["id"].clone();
        let filed = clerk.post_once("/case-packages", "package-1", body.clone()).await;
        assert_eq!(clerk.post_once("/case-packages", "package-1", body).await, filed, "a second click files nothing");
        let cases = filed["cases"].as_array().unwrap();
        assert_eq!((cases.len(), filed["collect"].as_str()), (2, Some("together")));
        let ids: Vec<String> = cases.iter().map(|one| one["case_id"].as_str().unwrap().to_owned()).collect();
        assert_ne!(cases[0]["case_number"], cases[1]["case_number"]);
        assert!(filed["number"].as_str().unwrap().starts_with("TC20260921"), "{filed}");
        let whole = clerk.get(&format!("/hall-tickets/{}", ticket["id"].as_str().unwrap())).await;
        assert_eq!(whole["ticket"]["cases"].as_array().unwrap().len(), 2, "both came of one ticket");
        assert_eq!(clerk.get(&format!("/cases/{}", ids[1])).await["ticket_number"], "A8");
        world.settle().await;

        // Each department sees its own case, and of the package how far the other is.
        let social = world.staff("clerk-social").await;
        let seen = social.get("/case-packages?state=open").await;
        assert_eq!(seen["total"], 1, "{seen}");
        let reachable: Vec<bool> = seen["items"][0]["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["reachable"].as_bool().unwrap())
            .collect();
        assert_eq!(reachable, [false, true]);
        assert_eq!(seen["items"][0]["applicant_name"], "何*");
        assert_eq!(social.refused(Method::GET, &format!("/cases/{}", ids[0]), None).await.0, StatusCode::NOT_FOUND);
        let stranger = world.staff("clerk-health").await;
        assert_eq!(stranger.get("/case-packages").await["total"], 0);
        let own = format!("/case-packages/{}", filed["id"].as_str().unwrap());
        assert_eq!(stranger.refused(Method::GET, &own, None).await.0, StatusCode::NOT_FOUND);
        let number = cases[1]["case_number"].as_str().unwrap();
        for (query, total) in [
            (format!("?q={number}"), 1),
            (format!("?q={}", filed["number"].as_str().unwrap()), 1),
            ("?q=449902196809150193".to_owned(), 1),
            ("?state=done".to_owned(), 0),
            ("?package=open-a-restaurant".to_owned(), 0),
        ] {
            assert_eq!(clerk.get(&format!("/case-packages{query}")).await["total"], total, "{query}");
        }
        let file = String::from_utf8(clerk.bytes("/case-packages/export").await).unwrap();
        assert!(file.contains(number) && file.contains("全部办好一起领") && !file.contains("何勇"), "{file}");

        // The pension is ready first and waits for the subsidies.
        for id in &ids {
            let accept = json!({ "version": version(&clerk, id).await, "note": "", "tolerated": [] });
            clerk.post(&format!("/cases/{id}/accept"), accept).await;
        }
        finish(&world, &ids[1], &[("reviewer-pension", "pass"), ("approver-pension", "granted")]).await;
        world.settle().await;
        let set = clerk.get(&format!("/cases/{}/collection", ids[1])).await;
        assert_eq!(
            (&set["package_name"], &set["mode"], &set["waiting"], &set["ready"]),
            (&json!("扶残助困"), &json!("together"), &json!(true), &json!(1)),
            "{set}"
        );
        let ways: Vec<&str> = set["cases"].as_array().unwrap().iter().map(|one| one["way"].as_str().unwrap()).collect();
        assert_eq!(ways.len(), 2);
        assert!(ways.contains(&"self") && ways.contains(&"electronic"), "each goes in its own way: {ways:?}");
        assert_eq!(clerk.get(&own).await["done"], 1);
        let (status, problem) = deliver(&world, &ids[1]).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("collection_waiting")), "{problem}");

        finish(&world, &ids[0], &[("reviewer-civil", "pass"), ("approver-civil", "granted")]).await;
        world.settle().await;
        assert_eq!(deliver(&world, &ids[1]).await.0, StatusCode::NO_CONTENT);
        let done = clerk.get(&own).await;
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2)), "{done}");
        assert_eq!(clerk.get("/case-packages?state=done").await["total"], 1);
        world.close().await;
    }
}

/// One card read serves the whole package and nothing after it; a second click gets the first one's receipt.
///
/// req: CASE-004, CASE-011
#[tokio::test(flavor = "multi_thread")]
async fn one_identification_serves_the_visit() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        app::systems::register_demo(&world.app).await.unwrap();
        let clerk = world.staff("clerk-general").await;
        let seen = by_card(&world, &clerk, "he-yong", "intake").await;
        let mut body = package("ready", &[part(DISABLED, "self"), part(ELDERLY, "self")]);
        body["identification"] = seen["id"].clone();
        let filed = clerk.post_once("/case-packages", "package-by-card", body.clone()).await;
        let cases = filed["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 2, "{filed}");
        for one in cases {
            let case = clerk.get(&format!("/cases/{}", one["case_id"].as_str().unwrap())).await;
            assert_eq!(case["events"][0]["text"], "窗口收件（读身份证核验申请人）");
        }
        assert_eq!(clerk.post_once("/case-packages", "package-by-card", body.clone()).await, filed);
        let (status, problem) = clerk.refused(Method::POST, "/case-packages", Some(body)).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("identification_over")), "{problem}");
        assert_eq!(clerk.get("/case-packages").await["total"], 1);
        world.close().await;
    }
}

/// One scan serves both items that ask for the same paper: both cases hold it, and it opens from either.
///
/// req: CASE-004
#[tokio::test(flavor = "multi_thread")]
async fn one_scan_serves_both_items() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        let scan = clerk.upload("/desk/files", "户口簿.pdf", b"%PDF-1.4\n%%EOF\n".to_vec()).await;
        assert!(scan.status().is_success(), "{}", scan.status());
        let scan: Value = scan.json().await.unwrap();
        let mut items = [part(DISABLED, "self"), part(ELDERLY, "self")];
        for item in &mut items {
            item["materials"]["m02"] = json!({ "handing": "scan", "files": [scan["id"]] });
        }
        let filed = clerk.post("/case-packages", package("ready", &items)).await;
        for one in filed["cases"].as_array().unwrap() {
            let case = clerk.get(&format!("/cases/{}", one["case_id"].as_str().unwrap())).await;
            let papers = case["materials"].as_array().unwrap();
            let paper = papers.iter().find(|paper| paper["key"] == "m02").unwrap();
            assert_eq!(paper["files"][0]["id"], scan["id"], "{paper}");
        }
        world.close().await;
    }
}

/// Chosen "as each is ready", the first certificate is handed over while the other case goes on; then, and only then, its
/// applicant is asked once to rate.
///
/// req: CASE-029, CASE-011
#[tokio::test(flavor = "multi_thread")]
async fn each_certificate_of_a_package_is_collected_as_it_is_ready() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        let applicant = world.citizen("he-yong").await;
        let body = package("ready", &[part(DISABLED, "self"), part(PENSION, "self")]);
        let filed = clerk.post("/case-packages", body).await;
        let pension = filed["cases"][1]["case_id"].as_str().unwrap().to_owned();
        world.settle().await;
        let own = applicant.get("/my/collections").await;
        assert_eq!(
            (&own["total"], &own["items"][0]["package_name"], &own["items"][0]["mode"]),
            (&json!(1), &json!("扶残助困"), &json!("ready")),
            "who has an account finds the set there"
        );
        let accept = json!({ "version": version(&clerk, &pension).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{pension}/accept"), accept).await;
        finish(&world, &pension, &[("reviewer-pension", "pass"), ("approver-pension", "granted")]).await;
        world.settle().await;
        let asked = async |world: &World| {
            world.settle().await;
            world.sms().await.iter().filter(|text| text.contains("请您评价") && text.contains("/my/cases/")).count()
        };
        assert_eq!(asked(&world).await, 0, "its certificate waits at the window");
        assert_eq!(deliver(&world, &pension).await.0, StatusCode::NO_CONTENT);
        assert_eq!(asked(&world).await, 1);
        world.close().await;
    }
}

async fn finish(world: &World, id: &str, steps: &[(&str, &str)]) {
    for (login, outcome) in steps {
        complete(&world.staff(login).await, id, outcome, "情况属实，同意").await;
    }
}

async fn deliver(world: &World, id: &str) -> (StatusCode, Value) {
    let desk = world.staff("delivery").await;
    let body = json!({ "version": version(&desk, id).await, "receiver_name": "何勇",
        "receiver_id_number": "449902196809150193", "way": "self", "note": "" });
    let answer = desk.request(Method::POST, &format!("/cases/{id}/deliver"), Some(body)).await;
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}
