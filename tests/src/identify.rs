//! Who stands at the counter, and staff who come from elsewhere: the product with the code platform,
//! the card reader, the mobile platform and a document system, over HTTP.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;

use crate::world::{Caller, World, packs_dir};

const FOOD: &str = "food-operation-permit";

/// The restaurant's application on paper, handed in by whoever is identified.
fn application(agent: Value, identification: &Value) -> Value {
    let text = std::fs::read_to_string(packs_dir().join("items/food-operation-permit/samples/valid.json")).unwrap();
    let sample: Value = serde_json::from_str(&text).unwrap();
    let paper = json!({ "handing": "paper" });
    json!({
        "item_slug": FOOD,
        "handle_item": sample["handle_item"],
        "applicant": { "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E",
            "phone": "19900000001", "legal_person": "王海燕" },
        "agent": agent,
        "situations": sample["situations"],
        "form": sample["form"],
        "materials": { "m02": paper, "m03": paper, "m04": paper, "m05": paper },
        "delivery": { "way": "self" },
        "identification": identification,
    })
}

fn li_ming() -> Value {
    json!({ "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" })
}

fn code(refused: &(StatusCode, Value)) -> (u16, &str) {
    (refused.0.as_u16(), refused.1["code"].as_str().unwrap_or_default())
}

/// The product with its platforms registered, as the demo does it.
async fn world(backend: testkit::Backend) -> World {
    let world = World::new(backend).await;
    app::systems::register_demo(&world.app).await.unwrap();
    world
}

/// Tells a simulator something; its answer.
async fn outside(world: &World, service: &str, path: &str, body: Value) -> Value {
    let client = Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{path}", world.outside(service));
    client.post(url).json(&body).send().await.unwrap().json().await.unwrap()
}

/// Somebody's card, read at the counter.
pub async fn by_card(world: &World, clerk: &Caller, whose: &str, purpose: &str) -> Value {
    let begun = clerk.post("/identifications/card-reads", json!({ "purpose": purpose })).await;
    outside(world, "reader", "/lay", json!({ "key": whose, "kind": "id_card" })).await;
    let read = outside(world, "reader", "/v1/card/read", json!({ "challenge": begun["challenge"] })).await;
    clerk.post("/identifications/cards", read).await
}

async fn by_code(world: &World, clerk: &Caller, wanted: Value, purpose: &str) -> Value {
    let issued = outside(world, "codes", "/issue", wanted).await;
    clerk.post("/identifications/codes", json!({ "code": issued["code"], "purpose": purpose })).await
}

/// What the case's log says of one of its events.
async fn said(clerk: &Caller, case: &str, kind: &str) -> String {
    let seen = clerk.get(&format!("/cases/{case}")).await;
    let events = seen["events"].as_array().unwrap().clone();
    let one = events.iter().find(|event| event["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {seen}"));
    one["text"].as_str().unwrap().to_owned()
}

/// At the counter: the legal representative's card takes the application in, a stranger's does not;
/// the case opens by card and by code; the result is handed to somebody identified. The log tells how.
///
/// req: IDENT-014, IDENT-015, CASE-011
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_to_the_counter_is_identified_at_intake_and_collection() {
    for backend in backends() {
        let world = world(backend).await;
        let clerk = world.staff("clerk").await;
        let stranger = by_card(&world, &clerk, "zhou-qiang", "intake").await;
        let body = application(Value::Null, &stranger["id"]);
        let refused = clerk.refused(Method::POST, "/counter/cases", Some(body)).await;
        assert_eq!(
            (refused.0.as_u16(), refused.1["errors"][0]["code"].as_str()),
            (422, Some("not_the_one_identified"))
        );

        let own = by_card(&world, &clerk, "wang-haiyan", "intake").await;
        assert!(own["photo"].as_str().unwrap().starts_with("data:image/png"));
        let receipt = clerk.post("/counter/cases", application(Value::Null, &own["id"])).await;
        let case = receipt["id"].as_str().unwrap();
        assert_eq!(said(&clerk, case, "apply").await, "窗口收件（读身份证核验法定代表人）");
        let again = application(Value::Null, &own["id"]);
        let again = clerk.refused(Method::POST, "/counter/cases", Some(again)).await;
        assert_eq!(code(&again), (409, "identification_over"), "one identification, one case");
        // Who came for the enterprise may be its agent on paper.
        let agent = by_card(&world, &clerk, "li-ming", "intake").await;
        let second = clerk.post("/counter/cases", application(li_ming(), &agent["id"])).await;
        assert_eq!(said(&clerk, second["id"].as_str().unwrap(), "apply").await, "窗口收件（读身份证核验经办人）");

        // The enterprise's code opens its cases.
        let shown = by_code(&world, &clerk, json!({ "key": "haiyan" }), "intake").await;
        let path = format!("/counter/identifications/{}/cases?purpose=intake", shown["id"].as_str().unwrap());
        let open = clerk.get(&path).await;
        assert_eq!(open["total"], 2, "{open}");
        // Another clerk does not learn who stood here.
        let colleague = world.staff("clerk2").await;
        assert_eq!(code(&colleague.refused(Method::GET, &path, None).await).0, 404);

        let accept =
            json!({ "version": clerk.get(&format!("/cases/{case}")).await["version"], "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{case}/accept"), accept).await;
        for (login, outcome) in [("reviewer", "pass"), ("inspector", "pass"), ("approver", "granted")] {
            let staff = world.staff(login).await;
            let seen = staff.get(&format!("/cases/{case}")).await;
            let task = seen["my_task"]["id"].as_str().unwrap_or_else(|| panic!("{login}: {}", seen["step_name"]));
            let body = json!({ "version": seen["version"], "outcome": outcome, "opinion": "同意" });
            staff.post(&format!("/cases/{case}/tasks/{task}/complete"), body).await;
        }
        world.settle().await;

        let deliver = |identification: &Value, version: &Value, note: &str| json!({ "version": version, "way": "self", "receiver_name": "谁都行", "note": note, "identification": identification });
        let path = format!("/cases/{case}/deliver");
        let version = clerk.get(&format!("/cases/{case}")).await["version"].clone();
        let other = by_card(&world, &clerk, "zhou-qiang", "collection").await;
        assert!(other["person"]["id_number"].as_str().unwrap().contains('*'));
        let bare = clerk.refused(Method::POST, &path, Some(deliver(&other["id"], &version, ""))).await;
        assert_eq!(bare.1["errors"][0]["pointer"], "/note", "who collects for another says on what ground");
        let bearer = by_code(&world, &clerk, json!({ "key": "haiyan", "operator": "li-ming" }), "collection").await;
        let refused = clerk.refused(Method::POST, &path, Some(deliver(&bearer["id"], &version, "委托书"))).await;
        assert_eq!(code(&refused), (403, "not_authorised"), "an enterprise's code without its grant");
        let wrong_use = clerk.refused(Method::POST, &path, Some(deliver(&shown["id"], &version, ""))).await;
        assert_eq!(code(&wrong_use).0, 404, "identified for an application, not for a collection");

        let owner = by_code(&world, &clerk, json!({ "key": "haiyan" }), "collection").await;
        let waiting = format!("/counter/identifications/{}/cases?purpose=collection", owner["id"].as_str().unwrap());
        assert_eq!(clerk.get(&waiting).await["items"][0]["id"], *case);
        clerk.post(&path, deliver(&owner["id"], &version, "")).await;
        let told = said(&clerk, case, "collect").await;
        assert_eq!(
            told, "王海燕已在窗口领取（扫企业码核验法定代表人或授权经办人）",
            "the name read, not the one typed"
        );
        world.close().await;
    }
}

/// An enterprise's code is as good as the grant of whoever shows it: named in the answer, taken in while
/// it lasts, refused when it is taken back.
///
/// req: IDENT-014
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_makes_the_bearer_of_an_enterprise_code_its_agent() {
    for backend in backends() {
        let world = world(backend).await;
        let clerk = world.staff("clerk").await;
        let (legal, manager) = (world.citizen("haiyan").await, world.citizen("zhou-qiang").await);
        let new = json!({ "direction": "give", "role": "manager", "starts_on": "2026-09-21", "ends_on": "2026-12-31",
            "party": { "name": "周强", "id_number": "449903199004300334", "phone": "19900000006" },
            "all_items": false, "items": [FOOD], "all_materials": true });
        let made = legal.post("/portal/grants", new).await;
        let grant = made["id"].as_str().unwrap();
        let active =
            manager.post(&format!("/portal/grants/{grant}/accept"), json!({ "version": made["version"] })).await;

        let wanted = json!({ "key": "haiyan", "operator": "zhou-qiang" });
        let shown = by_code(&world, &clerk, wanted.clone(), "intake").await;
        assert_eq!(shown["enterprise"]["standing"], "granted", "{shown}");
        let roles: Vec<&str> =
            shown["authorised"].as_array().unwrap().iter().filter_map(|one| one["role_label"].as_str()).collect();
        assert_eq!(roles, ["法定代表人", "管理者"]);
        assert_eq!(shown["authorised"][1]["items"], json!([FOOD]));
        let receipt = clerk.post("/counter/cases", application(Value::Null, &shown["id"])).await;
        let told = said(&clerk, receipt["id"].as_str().unwrap(), "apply").await;
        assert_eq!(told, "窗口收件（扫企业码核验法定代表人或授权经办人）");
        // The manager's own card tells whom he may act for.
        let card = by_card(&world, &clerk, "zhou-qiang", "intake").await;
        assert_eq!(card["represents"][0]["role_label"], "管理者", "{card}");

        let later = by_code(&world, &clerk, wanted, "intake").await;
        let revoke = json!({ "version": active["version"], "reason": "不再负责" });
        legal.post(&format!("/portal/grants/{grant}/revoke"), revoke).await;
        let refused = clerk.refused(Method::POST, "/counter/cases", Some(application(Value::Null, &later["id"]))).await;
        assert_eq!(code(&refused), (403, "not_authorised"), "taken back between the scan and the hand-in");
        world.close().await;
    }
}

/// From the phone: linked, a clerk accepts a real case; the link ended, the same request is refused.
///
/// req: IDENT-016
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_accepted_from_the_phone_while_the_link_lasts() {
    for backend in backends() {
        let world = world(backend).await;
        let clerk = world.staff("clerk").await;
        let typed = application(li_ming(), &Value::Null);
        let (first, second) =
            (clerk.post("/counter/cases", typed.clone()).await, clerk.post("/counter/cases", typed).await);
        let body = json!({ "password": app::demo::PASSWORD });
        let begun = clerk.post("/staff/me/mobile-link/begin", body.clone()).await;
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = format!("{}&user=yzy-chenzhiyuan", begun["authorize_url"].as_str().unwrap());
        let back = client.get(url).send().await.unwrap();
        let back = reqwest::Url::parse(back.headers()["location"].to_str().unwrap()).unwrap();
        let part = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        clerk.post("/staff/me/mobile-link", json!({ "state": part("state"), "ticket": part("ticket") })).await;

        let ticket = outside(&world, "mobile", "/tickets", json!({ "user": "yzy-chenzhiyuan" })).await;
        let nobody = world.nobody();
        let came = nobody.request(Method::POST, "/staff/mobile/sign-on", Some(ticket)).await;
        assert_eq!(came.status(), StatusCode::OK);
        let phone = nobody.signed_in_by(&came);
        let accept = |receipt: &Value| {
            let id = receipt["id"].as_str().unwrap().to_owned();
            let phone = phone.clone();
            let clerk = clerk.clone();
            async move {
                let version = clerk.get(&format!("/cases/{id}")).await["version"].clone();
                let body = json!({ "version": version, "note": "", "tolerated": [] });
                phone.request(Method::POST, &format!("/cases/{id}/accept"), Some(body)).await.status()
            }
        };
        assert_eq!(accept(&first).await, StatusCode::NO_CONTENT);
        clerk.post("/staff/me/mobile-link/remove", body).await;
        assert_eq!(accept(&second).await, StatusCode::UNAUTHORIZED);
        let still = clerk.get(&format!("/cases/{}", second["id"].as_str().unwrap())).await;
        assert_eq!(still["state"], "submitted");
        world.close().await;
    }
}

/// The document system's desktop shows what the workbench shows, and its ticket leads to the case.
///
/// req: IDENT-017
#[tokio::test(flavor = "multi_thread")]
async fn the_document_system_shows_the_same_to_dos_and_opens_the_task() {
    for backend in backends() {
        let world = world(backend).await;
        let clerk = world.staff("clerk").await;
        clerk.post("/counter/cases", application(li_ming(), &Value::Null)).await;
        world.settle().await;
        let bench = clerk.get("/workbench").await;
        let desk = office(&world, Method::GET, "n-1", "/open/staff-desk", "clerk", Value::Null).await;
        assert_eq!((desk.0, &desk.1["todo_total"]), (200, &bench["task_total"]), "{}", desk.1);
        assert_eq!(desk.1["reminders"].as_array().unwrap().len(), bench["reminders"].as_array().unwrap().len());
        let todo = &desk.1["todos"][0];
        assert_eq!(todo["case_number"], bench["tasks"][0]["case"]["case_number"]);

        let asked = json!({ "to": todo["to"] });
        let ticket = office(&world, Method::POST, "n-2", "/open/staff-tickets", "clerk", asked).await;
        assert_eq!(ticket.0, 201, "{}", ticket.1);
        let nobody = world.nobody();
        let body = json!({ "ticket": ticket.1["ticket"] });
        let came = nobody.request(Method::POST, "/staff/document/sign-on", Some(body.clone())).await;
        let caller = nobody.signed_in_by(&came);
        let to: Value = came.json().await.unwrap();
        assert_eq!(format!("/desk{}", to["to"].as_str().unwrap()), todo["to"].as_str().unwrap());
        assert_eq!(caller.get("/staff/me").await["login"], "clerk");
        let again = nobody.refused(Method::POST, "/staff/document/sign-on", Some(body)).await;
        assert_eq!(code(&again), (401, "document_ticket_refused"));
        // The calls stand in the ledger.
        let auditor = world.staff("sysadmin").await;
        let ledger = auditor.get("/exchange/ledger?direction=in").await;
        assert!(ledger["items"].as_array().unwrap().iter().any(|one| one["operation"] == "免登录票据"), "{ledger}");
        world.close().await;
    }
}

/// A call of the document system, signed with the user in it.
async fn office(world: &World, method: Method, nonce: &str, path: &str, login: &str, body: Value) -> (u16, Value) {
    let (app_id, secret) = (simulators::office::APP_ID, simulators::office::SECRET);
    let timestamp = world.app.platform.now().unix_timestamp().to_string();
    let text = format!("{timestamp}{secret}{nonce},{login},,{timestamp}");
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client
        .request(method, format!("{}/api/v1{path}", world.base))
        .header("x-tif-paasid", app_id)
        .header("x-tif-timestamp", &timestamp)
        .header("x-tif-nonce", nonce)
        .header("x-tif-uid", login)
        .header("x-tif-signature", base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())));
    if !body.is_null() {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}
