//! Other systems: a signed event moves a case as a clerk would; the upper platform shows what we show.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::main_job::{complete, draft_version, filled_draft, progress, sample, version};
use crate::world::{World, packs_dir};

const FOOD: &str = "food-operation-permit";
const EVENTS: &str = "/exchange/events";

/// An application as a department's system sends it.
pub(crate) fn application(source: &str) -> Value {
    let sample = sample();
    let file = json!([{ "name": "图.pdf", "size": 1024, "sm3": "a".repeat(64) }]);
    json!({
        "event": "办件申请", "source_number": source, "version": 1, "at": "2026-09-21T09:00:00+08:00",
        "data": {
            "item_slug": FOOD, "handle_item": "new-catering",
            "applicant": {
                "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E",
                "phone": "19900000001", "legal_person": "王海燕",
            },
            "situations": sample["situations"], "form": sample["form"], "delivery": { "way": "self" },
            "materials": {
                "m02": { "handing": "licence" }, "m03": { "files": file }, "m04": { "files": file }, "m05": { "files": file },
            },
        },
    })
}

fn event(kind: &str, number: &str, data: Value) -> Value {
    json!({ "event": kind, "case_number": number, "version": 1, "at": "2026-09-21T09:00:00+08:00", "data": data })
}

/// A registered system applies, accepts and examines; repeats and versions; grants; the ledger has it all.
///
/// req: CASE-041, IDENT-011, IDENT-038
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_system_submits_standard_events() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (_, secret) = world.system("scjg", None, &[FOOD]).await;
        let mut nonce = 0;
        let mut send = async |body: &Value| {
            nonce += 1;
            world.signed("scjg", &secret, &format!("n-{nonce}"), EVENTS, body).await
        };
        let (status, made) = send(&application("S-1")).await;
        assert_eq!(
            (status, made["result"].as_str(), made["state"].as_str()),
            (StatusCode::OK, Some("taken"), Some("submitted")),
            "{made}"
        );
        let number = made["case_number"].as_str().unwrap().to_owned();
        assert_eq!(made["query_code"].as_str().map(str::len), Some(6));
        let (_, again) = send(&application("S-1")).await;
        assert_eq!(
            (again["result"].as_str(), again["case_number"].as_str()),
            (Some("duplicate"), Some(number.as_str()))
        );
        // Out of order: the state and what is possible are named.
        let (status, problem) = send(&event("close", &number, json!({ "result": "0" }))).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("case_out_of_order")));
        assert!(problem["title"].as_str().unwrap().contains("待受理"), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("办件受理"), "{problem}");
        let accept = event("办件受理", &number, json!({ "note": "材料齐全" }));
        let (status, taken) = send(&accept).await;
        assert_eq!((status, taken["state"].as_str()), (StatusCode::OK, Some("accepted")), "{taken}");
        let (_, again) = send(&accept).await;
        assert_eq!(
            (again["result"].as_str(), again["event_no"].as_i64()),
            (Some("duplicate"), taken["event_no"].as_i64())
        );
        // The same version with another content, then a higher one, then the lower one again.
        let mut other = accept.clone();
        other["data"]["note"] = json!("材料齐全，承诺件");
        let (status, problem) = send(&other).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("version_differs")));
        other["version"] = json!(3);
        let (_, more) = send(&other).await;
        assert_eq!(
            (more["result"].as_str(), more["state"].as_str()),
            (Some("supplemented"), Some("accepted")),
            "{more}"
        );
        other["version"] = json!(2);
        let (status, problem) = send(&other).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("version_old")));
        // Records; two orders are told apart by their sequence.
        for sequence in [1, 2] {
            let mut order = event(
                "fee_order",
                &number,
                json!({ "order_number": format!("F{sequence}"), "amount_fen": 100, "state": "paid" }),
            );
            order["sequence"] = json!(sequence);
            assert_eq!(send(&order).await.1["result"], "taken");
        }
        for (step, outcome) in ["pass", "pass", "granted"].iter().enumerate() {
            let mut review = event("review", &number, json!({ "outcome": outcome, "opinion": "符合要求，同意" }));
            review["sequence"] = json!(step + 1);
            let (status, done) = send(&review).await;
            assert_eq!(status, StatusCode::OK, "{done}");
        }
        world.settle().await;
        // The chain shows the system beside people, and stays whole.
        let clerk = world.staff("clerk").await;
        let found = clerk.get(&format!("/cases?q={number}")).await;
        let id = found["items"][0]["id"].as_str().unwrap();
        let case = clerk.get(&format!("/cases/{id}")).await;
        let actors: Vec<&str> =
            case["events"].as_array().unwrap().iter().filter_map(|one| one["actor"].as_str()).collect();
        assert!(actors.iter().any(|name| name.contains("业务系统 scjg（系统对接）")), "{actors:?}");
        assert_eq!(case["state"], "closed", "{}", case["step_name"]);
        let export = world.app.casework.export_events(&world.app.audit_key).await.unwrap();
        assert_eq!(casework::cases::service::audit::verify(&export).faults, Vec::<String>::new());
        // Outside the grant a case and an item do not exist; fields are named.
        let (_, narrow) = world.system("other", None, &["senior-allowance"]).await;
        let (status, hidden) =
            world.signed("other", &narrow, "x-1", EVENTS, &event("document", &number, json!({ "name": "笔录" }))).await;
        let (_, unknown) =
            world.signed("other", &narrow, "x-2", EVENTS, &event("document", "none", json!({ "name": "笔录" }))).await;
        assert_eq!((status, hidden["title"].as_str()), (StatusCode::NOT_FOUND, unknown["title"].as_str()));
        assert_eq!(world.signed("other", &narrow, "x-3", EVENTS, &application("S-2")).await.0, StatusCode::NOT_FOUND);
        let (status, wrong) = send(&json!({ "event": "dance", "version": 0, "at": "yesterday" })).await;
        let named: Vec<&str> =
            wrong["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(
            (status, named),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["/event", "/case_number", "/version", "/at"])
        );
        // A replay and a stranger are refused, and the ledger tells it.
        assert_eq!(world.signed("scjg", &secret, "n-1", EVENTS, &accept).await.0, StatusCode::UNAUTHORIZED);
        ledger(&world, &number).await;
        world.close().await;
    }
}

async fn ledger(world: &World, number: &str) {
    let admin = world.staff("sysadmin").await;
    let all = admin.get("/exchange/ledger?limit=5").await;
    assert!(all["total"].as_u64().unwrap() > 15 && all["items"].as_array().unwrap().len() == 5);
    let next = admin.get(&format!("/exchange/ledger?limit=5&cursor={}", all["next"].as_str().unwrap())).await;
    assert_ne!(all["items"][0]["id"], next["items"][0]["id"]);
    let refused = admin.get("/exchange/ledger?direction=in&result=refused&system=scjg").await;
    let unproven = refused["items"].as_array().unwrap().iter().find(|one| one["code"] == "400001").unwrap();
    assert_eq!((unproven["result_label"].as_str(), unproven["digest"].as_str()), (Some("拒绝"), Some("")));
    let mine = admin.get(&format!("/exchange/ledger?q={number}&result=ok&event=accept")).await;
    assert_eq!(mine["total"], 3, "taken, duplicate, supplemented");
    let one = admin.get(&format!("/exchange/ledger/{}", mine["items"][0]["id"].as_str().unwrap())).await;
    assert_eq!((one["digest"].as_str().unwrap().len(), one["address"].as_str()), (64, Some("127.0.0.1")));
    assert!(one["size"].as_i64().unwrap() > 50 && one["party_name"] == "业务系统 scjg");
    // The other connectors write there too.
    let sms = admin.get("/exchange/ledger?system=sms&result=ok").await;
    assert!(sms["total"].as_u64() > Some(0) && sms["items"][0]["operation"] == "发送短信", "{sms}");
    let csv = String::from_utf8(admin.bytes(&format!("/exchange/ledger/export?q={number}")).await).unwrap();
    assert!(csv.starts_with("\u{feff}时间,方向") && csv.contains("办件受理"), "{csv}");
    let clerk = world.staff("clerk").await;
    assert_eq!(clerk.request(Method::GET, "/exchange/ledger", None).await.status(), StatusCode::FORBIDDEN);
}

/// Names and times of the public events, as both sides tell them.
fn told(answer: &Value, name: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    answer["events"].as_array().unwrap().iter().map(|one| (text(&one[name]), text(&one["at"]))).collect()
}

/// The same case shows the same progress here and above, also after the upper platform was down;
/// the case never waits for it.
///
/// req: PORTAL-025, IDENT-013, IDENT-038
#[tokio::test(flavor = "multi_thread")]
async fn the_upper_platform_shows_what_we_show() {
    for backend in testkit::backends() {
        let world = World::with_upper(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let receipt = citizen
            .post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&citizen, &id).await }))
            .await;
        let (number, code) = (receipt["case_number"].as_str().unwrap(), receipt["query_code"].as_str().unwrap());
        caught_up(&world, number, 1).await;
        let same = async || {
            let here = progress(&world.nobody(), number, code).await;
            let above = world.upper_progress(number).await;
            assert_eq!(told(&here, "public_kind"), told(&above, "event_name"));
            assert_eq!(here["state_label"], above["state_label"]);
        };
        same().await;
        let admin = world.staff("sysadmin").await;
        let signed_on = admin.get("/exchange/ledger?system=identity").await;
        assert_eq!((signed_on["total"].as_u64(), signed_on["items"][0]["result"].as_str()), (Some(1), Some("ok")));

        // Down: the case goes on, the report waits and says why.
        world.upper_down(true).await;
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        complete(&world.staff("reviewer").await, &id, "pass", "材料齐全").await;
        world.settle().await;
        // Each failed try puts the next one off; after eight it is shown as failed.
        for _ in 0..12 {
            world.clock.advance(time::Duration::minutes(10));
            world.settle().await;
        }
        let admin = world.staff("sysadmin").await;
        let reports = report_in(&world, &admin, "failed").await;
        assert_eq!(
            (reports["items"][0]["case_number"].as_str(), reports["items"][0]["sent_no"].as_i64()),
            (Some(number), Some(1))
        );
        assert!(reports["items"][0]["last_error"].as_str().unwrap().contains("503"), "{reports}");
        assert_eq!(reports["target"]["on"], true);
        let failed = admin.get(&format!("/exchange/ledger?direction=out&result=failed&q={number}")).await;
        assert!(failed["total"].as_u64().unwrap() >= 8, "{}", failed["total"]);

        // Up again: sent by hand, in order.
        world.upper_down(false).await;
        world.upper_clock().await;
        admin.post(&format!("/exchange/reports/{id}/resend"), json!({})).await;
        caught_up(&world, number, 3).await;
        same().await;
        complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &id, "granted", "同意").await;
        caught_up(&world, number, 6).await;
        same().await;
        let (status, _) = admin.refused(Method::POST, &format!("/exchange/reports/{id}/resend"), Some(json!({}))).await;
        assert_eq!(status, StatusCode::CONFLICT, "everything was sent");
        world.close().await;
    }
}

/// Runs jobs until the upper platform has so many events: the served workers run beside us.
pub(crate) async fn caught_up(world: &World, number: &str, events: usize) {
    for _ in 0..200 {
        world.settle().await;
        let have = world.upper_progress(number).await["events"].as_array().map_or(0, Vec::len);
        if have >= events {
            world.settle().await;
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the upper platform has {}", world.upper_progress(number).await);
}

pub(crate) async fn report_in(world: &World, admin: &crate::world::Caller, state: &str) -> Value {
    for _ in 0..200 {
        let found = admin.get(&format!("/exchange/reports?state={state}")).await;
        if found["total"] == 1 {
            return found;
        }
        world.settle().await;
    }
    panic!("no report is {state}: {}", admin.get("/exchange/reports").await);
}

/// The example of docs/api.md works as it stands, with openssl and curl.
///
/// req: CASE-041, IDENT-013, OPS-024, OPS-026
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_example_works() {
    let world = World::new(testkit::Backend::Sqlite).await;
    let (_, secret) = world.system("scjg", None, &["*"]).await;
    let (_, made) = world.signed("scjg", &secret, "n-1", EVENTS, &application("S-1")).await;
    let number = made["case_number"].as_str().unwrap();
    let script = packs_dir().join("../docs/examples/submit-event.sh");
    let run = tokio::process::Command::new("sh")
        .arg(script)
        .env("BASE", &world.base)
        .env("APP_ID", "scjg")
        .env("SECRET", &secret)
        .env("CASE", number)
        .env("NOW", world.app.platform.now().unix_timestamp().to_string())
        .output()
        .await
        .unwrap();
    let answer = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && answer.contains("\"result\":\"taken\""),
        "{answer} {}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert_eq!(world.app.casework.state_of(made_id(&world, number).await).await.unwrap().as_str(), "accepted");
    world.close().await;
}

async fn made_id(world: &World, number: &str) -> uuid::Uuid {
    world.app.casework.case_for_message(number).await.unwrap().unwrap().id
}

/// A step whose author wants a connected system told: it is told once, signed, without anything personal; a system that
/// is not there leaves a line in the ledger and nothing else.
///
/// req: FORM-026 push, IDENT-038
#[tokio::test(flavor = "multi_thread")]
async fn a_step_tells_a_connected_system() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (heard, mut hearing) = tokio::sync::mpsc::unbounded_channel();
        let router = axum::Router::new().route(
            "/events",
            axum::routing::post(async move |headers: axum::http::HeaderMap, body: String| {
                heard.send((headers.contains_key("x-tif-signature"), body)).unwrap();
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/events", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        world.system_at("fire", None, &[], vec![address]).await;

        let design = &world.app.design;
        let latest = design.latest(design::Kind::Flow, FOOD).await.unwrap().unwrap();
        let plain = design.source(&latest).await.unwrap();
        let from = plain.find(r#"<bpmn:userTask id="inspect""#).unwrap();
        let to = from + plain[from..].find('>').unwrap() + 1;
        let push = |to: &str| format!(r#"<tongban:event on="enter" kind="push" to="{to}"/>"#);
        let events = format!(
            "<bpmn:extensionElements><tongban:events>{}{}</tongban:events></bpmn:extensionElements>",
            push("fire"),
            push("nobody")
        );
        let changed = format!("{}{events}{}", &plain[..to], &plain[to..]);
        let published = design.publish(design::Kind::Flow, FOOD, &changed, "editor").await.unwrap();

        let (_, secret) = world.system("scjg", None, &[FOOD]).await;
        let (_, made) = world.signed("scjg", &secret, "n-1", EVENTS, &application("S-1")).await;
        let number = made["case_number"].as_str().unwrap().to_owned();
        let accept = event("办件受理", &number, json!({ "note": "材料齐全" }));
        world.signed("scjg", &secret, "n-2", EVENTS, &accept).await;
        let editor = world.staff("editor").await;
        let moved = editor
            .post(&format!("/flows/{FOOD}/migrate"), json!({ "from": latest.version, "to": published.version }))
            .await;
        assert_eq!((moved["moved"].as_u64(), moved["refused"].as_u64()), (Some(1), Some(0)), "{moved}");
        let review = event("办件审批", &number, json!({ "outcome": "pass", "opinion": "材料齐全" }));
        world.signed("scjg", &secret, "n-3", EVENTS, &review).await;
        world.settle().await;
        let (signed, body) =
            tokio::time::timeout(std::time::Duration::from_secs(20), hearing.recv()).await.unwrap().unwrap();
        let told: Value = serde_json::from_str(&body).unwrap();
        assert!(signed, "signed as agreed with it");
        assert_eq!((told["case_number"].as_str(), told["step"].as_str()), (Some(number.as_str()), Some("inspect")));
        assert!(!body.contains("19900000001") && !body.contains("王海燕"), "nothing personal: {body}");
        world.settle().await;
        assert!(hearing.try_recv().is_err(), "told once");
        let ledger = world.staff("sysadmin").await.get("/exchange/ledger?limit=100").await;
        let lines = ledger["items"].as_array().unwrap();
        let of =
            |party: &str| lines.iter().find(|line| line["party"] == party && line["operation"] == "通知“现场核查”");
        assert_eq!(of("fire").unwrap()["status"], 200, "{ledger}");
        assert!(of("nobody").is_some(), "{ledger}");
        serving.abort();
        world.close().await;
    }
}

/// Items of the library above: pulled by the day and on demand, compared by implementation code, an element taken over into
/// the draft and published; what the city set stays; a pull that fails keeps what is there and tells.
///
/// req: CASE-003, ITEM-010
#[tokio::test(flavor = "multi_thread")]
async fn items_of_the_library_above_become_drafts_here() {
    for backend in testkit::backends() {
        let world = World::with_unknown_upper(backend).await;
        let editor = world.staff("editor").await;
        let before = editor.get(&format!("/admin/items/{FOOD}")).await;
        let code = before["content"]["codes"]["task"].as_str().unwrap().to_owned();
        let limit = |days: i64| json!({ "value": days, "unit": "working_day", "note": "现场核查的时间算在里面" });
        let one = |code: &str, name: &str, days: i64| {
            json!({ "task_code": code, "name": name, "version": 2, "in_use": true,
                "elements": { "on_site_times": 0, "promise_limit": limit(days) } })
        };
        let set = async |items: Value| {
            let url = format!("{}/items/set", world.outside("upper"));
            assert!(world.post_outside(&url, &json!({ "items": items })).await.0.is_success());
        };
        set(json!([one(&code, "食品经营许可证核发", 4), one("X1", "本地没有的甲", 3), one("X2", "本地没有的乙", 3)]))
            .await;
        world.register_upper().await;
        let runs = async |count: usize| {
            for _ in 0..200 {
                let runs = editor.get("/item-sync/runs").await;
                if runs["items"].as_array().unwrap().len() >= count {
                    return runs["items"][0].clone();
                }
                world.settle().await;
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            panic!("no run {count}");
        };
        // The day's pull, asked for twice, is made once.
        world.app.exchange.pull_daily().await.unwrap();
        world.app.exchange.pull_daily().await.unwrap();
        let first = runs(1).await;
        assert_eq!(
            (&first["state"], &first["received"], &first["added"], &first["by"]),
            (&json!("ok"), &json!(3), &json!(3), &json!("系统")),
            "{first}"
        );
        world.app.exchange.pull_daily().await.unwrap();
        world.settle().await;
        let list = editor.get("/item-sync/items").await;
        assert_eq!(list["total"], 3, "{list}");
        let changed = editor.get("/item-sync/items?difference=changed").await;
        let element = &changed["items"][0]["elements"][0];
        assert_eq!(
            (&changed["total"], &element["key"], &element["theirs"]["value"]),
            (&json!(1), &json!("promise_limit"), &json!(4))
        );
        let clerk = world.staff("clerk").await;
        assert_eq!(clerk.refused(reqwest::Method::GET, "/item-sync/items", None).await.0, StatusCode::FORBIDDEN);

        // Taken over: a draft, then published; form, flow and all else stay.
        let take = format!("/item-sync/items/{code}/take");
        let (status, problem) =
            editor.refused(reqwest::Method::POST, &take, Some(json!({ "elements": ["on_site_times"] }))).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/elements")));
        let (status, _) = editor
            .refused(reqwest::Method::POST, "/item-sync/items/X1/take", Some(json!({ "elements": ["promise_limit"] })))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "not offered here");
        editor.post(&take, json!({ "elements": ["promise_limit"] })).await;
        let draft = editor.get(&format!("/admin/items/{FOOD}")).await;
        assert_eq!(
            (&draft["draft"], &draft["content"]["promise_limit"]["value"]),
            (&json!(true), &json!(4)),
            "{draft}"
        );
        assert_eq!(draft["content"]["materials"], before["content"]["materials"]);
        assert_eq!(world.app.catalogue.published(FOOD).await.unwrap().item.promise_limit.value, 5, "not by itself");

        // Gone above, changed above; a failing library loses nothing.
        set(json!([one(&code, "食品经营许可证核发", 3), one("X1", "本地没有的甲", 3)])).await;
        editor.post("/item-sync/runs", json!({})).await;
        let second = runs(2).await;
        assert_eq!((&second["changed"], &second["removed"]), (&json!(1), &json!(1)), "{second}");
        world.upper_down(true).await;
        editor.post("/item-sync/runs", json!({ "task_code": code })).await;
        let third = runs(3).await;
        assert_eq!(third["state"], "failed", "{third}");
        world.settle().await;
        assert_eq!(editor.get("/item-sync/items?difference=all").await["total"], 3, "what was there stays");
        let staff = world.app.identity.staff_by_login("editor").await.unwrap().unwrap();
        let inbox = platform::messages::inbox(&world.app.platform, &format!("staff:{}", staff.id), 50).await.unwrap();
        assert!(inbox.iter().any(|one| one.text.contains("事项同步没有成功")), "{inbox:?}");
        world.close().await;
    }
}
