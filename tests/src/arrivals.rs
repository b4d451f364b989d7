//! Who a person of this hall is elsewhere, and who somebody from elsewhere is here: the whole product
//! with a department's system and the provincial portal beside it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::main_job::{draft_version, filled_draft, solve};
use crate::world::World;

const FOOD: &str = "food-operation-permit";
const FREIGHT: &str = app::systems::JUMPING_ITEM;

/// A citizen applies for an item handled elsewhere, is known there without registering, and what
/// changes here is told there; from the window the called number and the case go along.
///
/// req: IDENT-012, IDENT-008, IDENT-005
#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_jumps_to_the_department_and_is_known_there() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let guide = world.nobody().get(&format!("/items/{FREIGHT}/jump")).await;
        assert_eq!(guide["jump"]["system_name"], "道路运政系统");
        let citizen = world.citizen("li-ming").await;
        let jump = citizen.post(&format!("/portal/jumps/{FREIGHT}"), json!({ "handle_item": "issue" })).await;
        let (_, there) = world.visit(jump["url"].as_str().unwrap()).await;
        assert_eq!((&there["way"], &there["account"]["name"]), (&json!("created"), &json!("李明")), "{there}");
        assert_eq!(there["fields"]["sfzh"], "449902198506170153");
        let bound = citizen.get("/portal/me/bindings").await;
        assert_eq!(bound["items"][0]["system_name"], "道路运政系统");
        // A new telephone here is the telephone there.
        let version = citizen.get("/portal/me").await["account"]["version"].clone();
        let edit = json!({ "version": version, "display_name": "小李", "email": "", "phone": "19900000088" });
        citizen.put("/portal/me", edit).await;
        world.settle().await;
        let (_, accounts) = world.visit(&format!("{}/accounts", world.outside("department"))).await;
        let own = accounts["items"].as_array().unwrap().iter().find(|own| own["name"] == "李明").unwrap();
        assert_eq!(own["phone"], "19900000088");

        from_the_window(&world).await;
        world.close().await;
    }
}

/// The administrator gives another item a jump; a clerk goes there with the called number and a case.
async fn from_the_window(world: &World) {
    let admin = world.staff("sysadmin").await;
    let mut jump = admin.get(&format!("/jumps/{FREIGHT}")).await;
    jump["version"] = json!(0);
    admin.put(&format!("/jumps/{FOOD}"), jump).await;
    assert_eq!(admin.post(&format!("/jumps/{FOOD}/try"), json!({})).await["ok"], true);
    let shop = world.citizen("haiyan").await;
    let id = filled_draft(&shop).await;
    let receipt =
        shop.post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&shop, &id).await })).await;
    let clerk = world.staff("clerk").await;
    let along = json!({ "case_id": id, "call_ticket": { "number": "A0017", "window": "6" } });
    let jump = clerk.post(&format!("/staff/jumps/{FOOD}"), along.clone()).await;
    let (_, asked) = world.visit(jump["url"].as_str().unwrap()).await;
    assert_eq!(asked["account"]["name"], "陈志远", "{asked}");
    world.settle().await;
    let (_, pushed) = world.visit(&format!("{}/pushes", world.outside("department"))).await;
    let push = &pushed["items"][0];
    assert_eq!(push["call_ticket"]["number"], "A0017", "{pushed}");
    assert_eq!((&push["case"]["case_number"], &push["case"]["state"]), (&receipt["case_number"], &json!("submitted")));
    assert!(!pushed.to_string().contains("449902198803120267"), "nothing personal goes with the case");
    // Somebody who does not see the case, and another citizen, push nothing of it.
    let editor = world.staff("editor").await;
    let (status, _) = editor.refused(Method::POST, &format!("/staff/jumps/{FOOD}"), Some(along)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let other = world.citizen("li-ming").await;
    let (status, _) =
        other.refused(Method::POST, &format!("/portal/jumps/{FOOD}"), Some(json!({ "case_id": id }))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // Both directions stand in the ledger.
    let redeemed = admin.get("/exchange/ledger?system=transport-dept&direction=in&result=ok").await;
    let operations: Vec<&str> =
        redeemed["items"].as_array().unwrap().iter().filter_map(|one| one["operation"].as_str()).collect();
    assert!(operations.contains(&"核验票据") && operations.contains(&"绑定账号"), "{operations:?}");
    let told = admin.get("/exchange/ledger?system=transport-dept&direction=out&result=ok").await;
    assert!(told["total"].as_u64() >= Some(2), "sync and push: {told}");
}

/// Signed in at the province one is signed in here, and the other way round; a link serves once.
///
/// req: IDENT-010
#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_from_the_province_and_goes_back() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let go = format!("{}/go?login=wang-haiyan&to=/items/{FOOD}", world.outside("peer"));
        let (citizen, status, answer) = world.arrival(&go).await;
        assert_eq!((status, &answer["to"]), (StatusCode::OK, &json!(format!("/items/{FOOD}"))), "{answer}");
        let me = citizen.get("/portal/me").await;
        assert_eq!(me["account"]["name"], "王海燕");
        // The same person as when she signs on herself, and she can apply at once.
        let herself = world.citizen("wang-haiyan").await.get("/portal/me").await;
        assert_eq!(herself["account"]["id"], me["account"]["id"]);
        let made = citizen.post("/my/cases", json!({ "item_slug": FOOD, "handle_item": "new-catering" })).await;
        assert!(made["id"].is_string(), "{made}");
        // Up again, without another sign-in there.
        let up = citizen.post("/portal/systems/province-portal/open", json!({ "to": "/space" })).await;
        let (status, there) = world.visit(up["url"].as_str().unwrap()).await;
        assert_eq!((status, &there["user"]["name"]), (StatusCode::OK, &json!("王海燕")), "{there}");
        assert_eq!(world.visit(up["url"].as_str().unwrap()).await.0, StatusCode::FORBIDDEN);
        let admin = world.staff("sysadmin").await;
        let lines = admin.get("/tickets?system=province-portal").await;
        let results: Vec<&str> =
            lines["items"].as_array().unwrap().iter().filter_map(|one| one["result"].as_str()).collect();
        assert_eq!(results, ["refused", "redeemed", "issued", "arrived"], "{lines}");
        world.close().await;
    }
}

/// From the enterprise page the hall account is asked for once; then straight through.
///
/// req: IDENT-009
#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_shows_its_hall_account_once() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let nobody = world.nobody();
        let answered = async |mut body: Value| {
            let asked = nobody.get("/captcha").await;
            body["captcha_id"] = asked["id"].clone();
            body["captcha_answer"] = json!(solve(asked["question"].as_str().unwrap()));
            body
        };
        let body = answered(json!({ "code": "92449902MA9900KX9E" })).await;
        let begun = nobody.post("/portal/enterprise/activation", body).await;
        let text = world.sms().await.into_iter().find(|text| text.contains("验证码")).unwrap();
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        let finish = json!({ "ticket": begun["ticket"], "sms_code": code, "legal_person_id_number": "449902198803120267", "password": "Haiyan-2026-Shop" });
        nobody.post("/portal/enterprise/activation/finish", finish).await;

        let page = format!("{}/go?login=haiyan&to=/items/{FOOD}&page=enterprise", world.outside("peer"));
        let (_, _, first) = world.arrival(&page).await;
        assert_eq!(first["state"], "account_needed", "{first}");
        let shown =
            json!({ "pending": first["pending"], "code": "92449902MA9900KX9E", "password": "Haiyan-2026-Shop" });
        let done = nobody.post("/portal/arrivals/account", answered(shown).await).await;
        assert_eq!(done["to"], format!("/items/{FOOD}"));
        let (later, _, answer) = world.arrival(&page).await;
        assert_eq!(answer["state"], "arrived", "{answer}");
        let me = later.get("/portal/me").await;
        assert_eq!(me["account"]["enterprise"]["uscc"], "92449902MA9900KX9E");
        world.close().await;
    }
}
