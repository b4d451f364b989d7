//! The main job, from guide to sealed licence and rating, over HTTP as people's browsers do it.

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::world::{Caller, World, packs_dir};

/// The restaurant's application as its pack's sample fills it in.
pub(crate) fn sample() -> Value {
    let text = std::fs::read_to_string(packs_dir().join("items/food-operation-permit/samples/valid.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Answers every condition of the guide so that it is met.
pub(crate) fn met(guide: &Value) -> Value {
    let mut answers = Map::new();
    for condition in guide["conditions"].as_array().unwrap() {
        let options = condition["options"].as_array().unwrap();
        if let Some(option) = options.iter().find(|option| option["met"] == true) {
            answers.insert(condition["key"].as_str().unwrap().to_owned(), option["key"].clone());
        }
    }
    Value::Object(answers)
}

/// A citizen's draft filled in up to the last step; its id.
pub(crate) async fn filled_draft(citizen: &Caller) -> String {
    let sample = sample();
    let guide = citizen.get("/items/food-operation-permit/guide").await;
    let made =
        citizen.post("/my/cases", json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" })).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let draft = citizen.get(&format!("/my/cases/{id}/draft")).await;
    assert_eq!(draft["form"]["operator_name"], "示例区海燕小厨餐饮店", "what we hold is filled in");
    let save = json!({
        "version": draft["version"],
        "step": 5,
        "conditions": met(&guide),
        "situations": sample["situations"],
        "consents": { "authorised": true, "agreed": true },
        "form": sample["form"],
        "delivery": { "way": "self" },
    });
    let mut draft = citizen.put(&format!("/my/cases/{id}/draft"), save).await;
    for key in ["m03", "m04", "m05"] {
        let file = citizen.pdf(&format!("{key}.pdf")).await;
        let hand = json!({ "version": draft["version"], "files": [file], "handing": "upload" });
        citizen.put(&format!("/my/cases/{id}/materials/{key}"), hand).await;
        draft = citizen.get(&format!("/my/cases/{id}/draft")).await;
    }
    let hand = json!({ "version": draft["version"], "files": [], "handing": "licence" });
    citizen.put(&format!("/my/cases/{id}/materials/m02"), hand).await;
    id
}

pub(crate) async fn draft_version(citizen: &Caller, id: &str) -> Value {
    citizen.get(&format!("/my/cases/{id}/draft")).await["version"].clone()
}

pub(crate) async fn version(staff: &Caller, id: &str) -> Value {
    staff.get(&format!("/cases/{id}")).await["version"].clone()
}

/// Completes the caller's own task of a case.
pub(crate) async fn complete(staff: &Caller, id: &str, outcome: &str, opinion: &str) {
    let case = staff.get(&format!("/cases/{id}")).await;
    let task =
        case["my_task"]["id"].as_str().unwrap_or_else(|| panic!("no task of this caller: {}", case["step_name"]));
    let body = json!({ "version": case["version"], "outcome": outcome, "opinion": opinion });
    staff.post(&format!("/cases/{id}/tasks/{task}/complete"), body).await;
}

/// From guide to rating: find, fill in, hand in, correct, accept, examine with a stopped clock,
/// decide, seal, verify, collect, rate.
///
/// req: CASE-005, CASE-009, CASE-010, CASE-012, CASE-020, CASE-022, LIC-025, LIC-028, FEEDBACK-001,
/// PORTAL-008, PORTAL-009, PORTAL-020, PORTAL-025, IDENT-001
#[tokio::test(flavor = "multi_thread")]
async fn a_restaurant_gets_its_licence_and_rates_the_service() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let found = citizen.get("/items?q=spjyxk").await;
        assert_eq!(found["items"][0]["slug"], "food-operation-permit");

        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body.clone()).await;
        let again = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        assert_eq!(receipt["case_number"], again["case_number"], "a double click makes one case");
        let number = receipt["case_number"].as_str().unwrap();
        assert!(number.starts_with("11449902MB9900128N4440131004000202609210"), "{number}");

        let clerk = world.staff("clerk").await;
        let ask = json!({
            "version": version(&clerk, &id).await,
            "items": [{ "material_key": "m03", "reason": "布局图没有标注功能区面积，请补上" }],
        });
        clerk.post(&format!("/cases/{id}/request-correction"), ask.clone()).await;
        let (status, problem) = clerk
            .refused(
                Method::POST,
                &format!("/cases/{id}/request-correction"),
                Some(json!({ "version": version(&clerk, &id).await, "items": ask["items"] })),
            )
            .await;
        assert_eq!((status, problem["code"].as_str().unwrap()), (StatusCode::CONFLICT, "correction_asked_before"));

        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        assert_eq!(mine["todo"]["kind"], "correction");
        assert_eq!(mine["todo"]["items"][0]["material_key"], "m03");
        let file = citizen.pdf("布局图（补）.pdf").await;
        let supply = json!({ "version": mine["version"], "materials": { "m03": [file] }, "form": {} });
        citizen.post(&format!("/my/cases/{id}/corrections"), supply).await;

        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        assert_eq!(mine["state"], "accepted");
        let promise = mine["deadlines"].as_array().unwrap().iter().find(|one| one["kind"] == "promise").unwrap();
        // 2026-09-21 accepted, five working days, Mid-Autumn on 25-27 not counted.
        assert_eq!(promise["ledger"]["due_date"].as_str().unwrap(), "2026-09-29");
        assert!(
            promise["ledger"]["lines"]
                .as_array()
                .unwrap()
                .iter()
                .any(|line| line["text"].as_str().unwrap().contains("中秋"))
        );

        let reviewer = world.staff("reviewer").await;
        let suspend = json!({ "version": version(&reviewer, &id).await, "procedure": "hearing", "reason": "邻居对油烟有异议，申请听证" });
        reviewer.post(&format!("/cases/{id}/suspend"), suspend).await;
        let stopped = citizen.get(&format!("/my/cases/{id}")).await;
        assert_eq!(stopped["state"], "special");
        let ledger = &stopped["deadlines"][0]["ledger"];
        assert_eq!(ledger["state"], "paused");
        let case = reviewer.get(&format!("/cases/{id}")).await;
        let task = case["my_task"]["id"].as_str().unwrap();
        let early = json!({ "version": case["version"], "outcome": "pass", "opinion": "" });
        let (status, _) =
            reviewer.refused(Method::POST, &format!("/cases/{id}/tasks/{task}/complete"), Some(early)).await;
        assert_eq!(status, StatusCode::CONFLICT, "nothing is examined while the clock stands still");
        world.clock.advance(time::Duration::days(2));
        // Two days later everybody's session has ended.
        let (reviewer, citizen) = (world.staff("reviewer").await, world.citizen("haiyan").await);
        let resume = json!({ "version": case["version"], "result": "听证结束，无异议" });
        reviewer.post(&format!("/cases/{id}/resume"), resume).await;
        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        assert!(mine["deadlines"][0]["ledger"]["due_date"].as_str().unwrap() > "2026-09-29", "the date moved");

        complete(&reviewer, &id, "pass", "材料齐全").await;
        complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &id, "granted", "同意").await;
        world.settle().await;

        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        assert_eq!(mine["state"], "closed", "{}", mine["step_name"]);
        let licence = mine["licence"]["id"].as_str().unwrap();
        let pdf = citizen.bytes(&format!("/my/licences/{licence}/file")).await;
        assert!(pdf.starts_with(b"%PDF"));
        let held = citizen.get("/my/licences").await;
        assert_eq!(held["items"][0]["state_label"], "有效");
        let verified = world.nobody().upload("/licences/verify-file", "licence.pdf", pdf.clone()).await;
        let verified: Value = verified.json().await.unwrap();
        assert_eq!(verified["valid"], true, "{verified}");
        let mut forged = pdf.clone();
        let at = forged.len() / 3;
        forged[at] ^= 1;
        let refused: Value =
            world.nobody().upload("/licences/verify-file", "licence.pdf", forged).await.json().await.unwrap();
        assert_eq!(refused["valid"], false, "a changed byte is told");

        let acceptance = mine["documents"].as_array().unwrap().iter().find(|one| one["kind"] == "acceptance").unwrap();
        assert!(acceptance["number"].as_str().unwrap().contains("受〔2026〕1号"));
        let notice = citizen.bytes(&format!("/my/cases/{id}/documents/{}", acceptance["id"].as_str().unwrap())).await;
        assert!(notice.starts_with(b"%PDF"));

        let desk = world.staff("delivery").await;
        let deliver = json!({ "version": version(&desk, &id).await, "receiver_name": "王海燕", "receiver_id_number": "449902198803120267", "way": "self", "note": "" });
        desk.post(&format!("/cases/{id}/deliver"), deliver).await;
        citizen.put(&format!("/my/cases/{id}/rating"), json!({ "stars": 5, "reasons": ["510"], "text": "" })).await;
        let rated = citizen.get(&format!("/my/cases/{id}/rating")).await;
        assert_eq!(rated["rating"]["stars"], 5);

        // Anybody with number and code may follow, with an answered captcha.
        let progress = progress(&world.nobody(), number, receipt["query_code"].as_str().unwrap()).await;
        let kinds: Vec<&str> =
            progress["events"].as_array().unwrap().iter().map(|event| event["public_kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.first(), Some(&"申办"));
        assert_eq!(kinds.last(), Some(&"领取登记"));
        assert!(kinds.contains(&"补交告知") && kinds.contains(&"特别程序结果"));

        world.settle().await;
        let sms = world.sms().await;
        assert!(sms.iter().any(|text| text.contains("已受理")), "{sms:?}");
        let export = world.app.casework.export_events(&world.app.audit_key).await.unwrap();
        assert_eq!(casework_faults(&export), Vec::<String>::new());
        world.close().await;
    }
}

fn casework_faults(export: &casework::cases::service::audit::Export) -> Vec<String> {
    casework::cases::service::audit::verify(export).faults
}

pub(crate) async fn progress(nobody: &Caller, number: &str, proof: &str) -> Value {
    let captcha = nobody.get("/captcha").await;
    let answer = solve(captcha["question"].as_str().unwrap());
    nobody
        .post(
            "/progress",
            json!({ "case_number": number, "proof": proof, "captcha_id": captcha["id"], "captcha_answer": answer }),
        )
        .await
}

/// 七加二等于几？
pub(crate) fn solve(question: &str) -> String {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|one| one == c).map(|at| i64::try_from(at).unwrap());
    let numbers: Vec<i64> = question.chars().filter_map(digit).collect();
    let (a, b) = (numbers[0], numbers[1]);
    if question.contains('加') { a + b } else { a - b }.to_string()
}

/// What is wrong is told at its field, with the way out; nothing is lost or half-written.
///
/// req: FORM-015, FORM-017, CASE-005, IDENT-001
#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_told_at_its_field_and_loses_nothing() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;

        let png_named_pdf = citizen.upload("/files", "图.pdf", b"MZ\x90\x00not a pdf".to_vec()).await;
        assert_eq!(png_named_pdf.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = png_named_pdf.json().await.unwrap();
        assert!(problem["title"].as_str().unwrap().contains("PDF、JPG 或 PNG"));

        let id = filled_draft(&citizen).await;
        let draft = citizen.get(&format!("/my/cases/{id}/draft")).await;
        let mut form = draft["form"].as_object().unwrap().clone();
        form.remove("area");
        form.insert("contact_phone".into(), "1380000000".into());
        form.insert("not_a_field".into(), "x".into());
        form.insert("old_licence_number".into(), "JY1234".into());
        citizen.put(&format!("/my/cases/{id}/draft"), json!({ "version": draft["version"], "form": form })).await;
        let (status, problem) = citizen
            .refused(
                Method::POST,
                &format!("/my/cases/{id}/submit"),
                Some(json!({ "version": draft_version(&citizen, &id).await })),
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let errors = problem["errors"].as_array().unwrap();
        let at = |pointer: &str| {
            errors
                .iter()
                .find(|error| error["pointer"] == pointer)
                .map(|error| error["message"].as_str().unwrap().to_owned())
        };
        assert!(at("/form/area").is_some(), "{errors:?}");
        assert_eq!(
            at("/form/contact_phone").unwrap(),
            "联系电话要 11 位，您填了 10 位"
                .replace("联系电话", at("/form/contact_phone").unwrap().split("要 11").next().unwrap())
        );
        let kept = citizen.get(&format!("/my/cases/{id}/draft")).await;
        assert_eq!(kept["form"]["contact_phone"], "1380000000", "what was filled in stays");

        // A stale page.
        let (status, problem) = citizen
            .refused(Method::PUT, &format!("/my/cases/{id}/draft"), Some(json!({ "version": 1, "step": 2 })))
            .await;
        assert_eq!((status, problem["code"].as_str().unwrap()), (StatusCode::CONFLICT, "stale_version"));

        // Mended, it goes through, and what is hidden or unknown is not kept.
        let mut form = kept["form"].as_object().unwrap().clone();
        form.insert("area".into(), 98.5.into());
        form.insert("contact_phone".into(), "19900000001".into());
        citizen.put(&format!("/my/cases/{id}/draft"), json!({ "version": kept["version"], "form": form })).await;
        citizen.post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&citizen, &id).await })).await;
        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        assert!(mine["form"]["data"].get("not_a_field").is_none());
        assert!(
            mine["form"]["data"].get("old_licence_number").is_none(),
            "hidden for a new permit, sent anyway, stripped"
        );

        // Somebody else's case does not exist for another citizen.
        let other = world.citizen("li-ming").await;
        let (status, _) = other.refused(Method::GET, &format!("/my/cases/{id}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        // Without a real-name account nothing is begun.
        let unnamed = world.citizen("gao-peng").await;
        let body = json!({ "item_slug": "food-operation-permit", "handle_item": "new-catering" });
        let (status, problem) = unnamed.refused(Method::POST, "/my/cases", Some(body)).await;
        assert_eq!((status, problem["code"].as_str().unwrap()), (StatusCode::FORBIDDEN, "real_name_needed"));
        world.close().await;
    }
}

/// An answer makes a material required, and the guide and the draft say so alike.
///
/// req: FORM-017, ITEM-039
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_makes_a_material_required() {
    let world = World::new(testkit::Backend::Sqlite).await;
    let nobody = world.nobody();
    let ask = |vending: &str| json!({ "handle_item": "new-catering", "situations": { "vending": vending, "agent": "no" }, "conditions": {} });
    let needed = |resolution: Value| -> Vec<String> {
        let all = resolution["materials"].as_array().unwrap().clone();
        all.iter().filter(|one| one["needed"] == true).map(|one| one["key"].as_str().unwrap().to_owned()).collect()
    };
    let without = needed(nobody.post("/items/food-operation-permit/resolve", ask("no")).await);
    let with = needed(nobody.post("/items/food-operation-permit/resolve", ask("yes")).await);
    assert!(!without.contains(&"m06".to_owned()) && with.contains(&"m06".to_owned()));
    world.close().await;
}
