//! Cases that a system elsewhere handles: sent, answered in any order, given up, taken over; none waits silently.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulators::approval;
use testkit::Backend;

use crate::exchange::application;
use crate::main_job::{complete, draft_version, filled_draft, version};
use crate::world::{Caller, World, packs_dir};

const FOOD: &str = "food-operation-permit";

/// A city in which the department's own system handles restaurants.
async fn city(backend: Backend, fallback: &str) -> World {
    let world = World::new(backend).await;
    let address = format!("{}/dept/cases", world.outside("approval"));
    world.system_at(approval::DEPARTMENT_ID, Some(approval::DEPARTMENT_SECRET), &[FOOD], vec![address]).await;
    let mapping = json!({
        "schema": "tongban-mapping/1", "system": "市场监管审批系统", "form": FOOD,
        "fields": [
            { "key": "jyzmc", "label": "经营者名称", "required": true },
            { "key": "tyshxydm", "label": "统一社会信用代码", "required": true, "length": 18 },
            { "key": "slh", "label": "受理流水号", "required": true },
            { "key": "qydm", "label": "场所区划", "required": true },
        ],
        "map": [
            { "to": "jyzmc", "from": "form.operator_name" }, { "to": "tyshxydm", "from": "form.operator_uscc" },
            { "to": "slh", "from": "case.number" }, { "to": "qydm", "from": "form.premises_region" },
        ],
    });
    world.app.design.publish(design::Kind::Mapping, "food-dept", &mapping.to_string(), "测试").await.unwrap();
    let mut pack = catalogue::packs::read(&packs_dir().join("items").join(FOOD)).unwrap();
    let dispatch = json!({ "mode": "department", "system": approval::DEPARTMENT_ID, "mapping": "food-dept",
        "answer_hours": 24, "fallback": fallback });
    pack.content["dispatch"] = dispatch.clone();
    pack.item.as_mut().unwrap().dispatch = serde_json::from_value(dispatch).unwrap();
    world.app.catalogue.publish_pack(&pack, "测试").await.unwrap();
    sync(&world).await;
    world
}

async fn tell(world: &World, path: &str, body: Value) -> Value {
    let (status, answer) = world.post_outside(&format!("{}/dept/{path}", world.outside("approval")), &body).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    answer
}

/// Where the hall is and what time it is there.
async fn sync(world: &World) {
    let at = world.app.platform.now().unix_timestamp();
    tell(world, "hall", json!({ "url": world.base, "at": at })).await;
}

async fn behave(world: &World, how: Value) {
    tell(world, "behave", how).await;
}

async fn over_there(world: &World) -> Value {
    world.visit(&format!("{}/dept/cases", world.outside("approval"))).await.1
}

/// Time passes, jobs run.
async fn pass(world: &World, minutes: i64) {
    world.clock.advance(time::Duration::minutes(minutes));
    sync(world).await;
    world.settle().await;
}

/// A case accepted at the counter: id and number.
async fn accepted(world: &World, source: &str) -> (String, String) {
    let secret = "counter-of-the-market-bureau";
    if world.app.identity.system_by_app_id("counter").await.unwrap().is_none() {
        world.system("counter", Some(secret), &[FOOD]).await;
    }
    let nonce = format!("{source}-{}", world.app.platform.now().unix_timestamp());
    let (status, made) = world.signed("counter", secret, &nonce, "/exchange/events", &application(source)).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let number = made["case_number"].as_str().unwrap().to_owned();
    let id = world.app.casework.case_for_message(&number).await.unwrap().unwrap().id.to_string();
    let clerk = world.staff("clerk").await;
    let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
    clerk.post(&format!("/cases/{id}/accept"), accept).await;
    world.settle().await;
    (id, number)
}

/// What lies in the inbox of somebody at the desk.
async fn inbox(world: &World, login: &str) -> String {
    let staff = world.app.identity.staff_by_login(login).await.unwrap().unwrap();
    let key = format!("staff:{}", staff.id);
    let items = platform::messages::inbox(&world.app.platform, &key, 50).await.unwrap();
    serde_json::to_string(&items).unwrap()
}

/// The applicant of a case of the counter withdraws it there.
async fn withdrawn_elsewhere(world: &World, id: &str) {
    let facts = world.app.casework.facts(id.parse().unwrap()).await.unwrap().unwrap();
    let event = json!({ "event": "withdraw", "case_number": facts.case_number, "version": 1,
        "at": "2026-09-21T09:00:00+08:00", "data": { "reason": "不再经营，撤回申请" } });
    let secret = "counter-of-the-market-bureau";
    let (status, answer) = world.signed("counter", secret, &format!("w-{id}"), "/exchange/events", &event).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    world.settle().await;
}

async fn dispatch(who: &Caller, id: &str) -> Value {
    who.get(&format!("/cases/{id}/exchange")).await["dispatch"].clone()
}

/// Waits until the dispatch is in a state: the served workers run beside us.
async fn dispatch_is(world: &World, who: &Caller, id: &str, state: &str) -> Value {
    for _ in 0..100 {
        let now = dispatch(who, id).await;
        if now["state"] == state {
            return now;
        }
        world.settle().await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("not {state}: {}", dispatch(who, id).await);
}

/// An accepted case goes to the department's system with its form by the mapping, its files and its acceptance, without
/// tasks here; process, result and licence come back; the trace of the case shows every message.
///
/// req: CASE-018, CASE-043, CASE-023, FORM-007
#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_case_goes_out_and_comes_back_with_its_licence() {
    for backend in testkit::backends() {
        let world = city(backend, "manual").await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        let number = receipt["case_number"].as_str().unwrap();
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        let sent = dispatch_is(&world, &clerk, &id, "sent").await;
        assert!(sent["receipt"].as_str().unwrap().starts_with("SL-") && sent["problem"] == "", "{sent}");
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(case["step_name"], "由业务系统 dept-approval办理");
        assert_eq!(case["tasks"].as_array().map_or(0, Vec::len), 0, "nothing lies before people here");

        let there = over_there(&world).await;
        let got = &there["cases"][0];
        let form = got["case"]["form"].as_object().unwrap();
        let mut names: Vec<&str> = form.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["jyzmc", "qydm", "slh", "tyshxydm"], "what the mapping names only");
        assert_eq!((form["slh"].as_str(), form["jyzmc"].as_str()), (Some(number), Some("示例区海燕小厨餐饮店")));
        assert_eq!(got["files"].as_array().unwrap().len(), 3, "{}", got["files"]);
        assert!(got["case"]["acceptance"]["number"].as_str().unwrap().contains('〔'), "{}", got["case"]["acceptance"]);

        // Everything in a wrong order, some of it twice: each once, in order.
        let told = tell(
            &world,
            "answer",
            json!({ "case_number": number, "outcome": "granted",
            "order": [4, 2, 3, 3, 1, 0, 0, 2, 4], "at": "2026-09-21T09:00:00+08:00" }),
        )
        .await;
        let results: Vec<&str> = told["told"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["answer"]["result"].as_str().unwrap_or("-"))
            .collect();
        assert_eq!(&results[..5], ["held", "held", "held", "held", "held"], "{told}");
        assert!(results[6..].iter().all(|one| *one == "duplicate"), "{told}");
        world.settle().await;
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(case["state"], "closed", "{told} {}", clerk.get(&format!("/cases/{id}/exchange")).await);
        let kinds: Vec<&str> =
            case["events"].as_array().unwrap().iter().filter_map(|one| one["kind"].as_str()).collect();
        let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
        assert_eq!((count("review"), count("result"), count("close")), (3, 1, 1), "{kinds:?}");
        let licence = case["documents"].as_array().unwrap().iter().find(|one| one["number"] == "DZ-2026-0001");
        let document = licence.unwrap()["id"].as_str().unwrap();
        let pdf = citizen.bytes(&format!("/my/cases/{id}/documents/{document}")).await;
        assert!(pdf.starts_with(b"%PDF"), "the applicant has the licence of the other system");
        assert_eq!(dispatch_is(&world, &clerk, &id, "done").await["ended_by"], "业务系统 dept-approval");

        let trace = clerk.get(&format!("/cases/{id}/exchange/trace?limit=100")).await;
        let of = |direction: &str, operation: &str| {
            trace["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| one["direction"] == direction && one["operation"].as_str().unwrap().contains(operation))
                .count()
        };
        assert_eq!((of("out", "分发办件"), of("out", "分发附件"), of("in", "办件审批")), (1, 3, 5), "{trace}");
        let page = clerk.get(&format!("/cases/{id}/exchange/trace?limit=2")).await;
        let next = page["next"].as_str().unwrap();
        let more = clerk.get(&format!("/cases/{id}/exchange/trace?limit=2&cursor={next}")).await;
        assert_ne!(page["items"][0]["id"], more["items"][0]["id"]);
        assert_eq!(page["items"][0]["digest"].as_str().unwrap().len(), 64);
        let csv = clerk.bytes(&format!("/cases/{id}/exchange/trace/export")).await;
        assert!(String::from_utf8(csv).unwrap().contains("分发办件"));
        // Somebody of another body does not know the case.
        let stranger = world.staff("clerk-estate").await;
        let path = format!("/cases/{id}/exchange/trace");
        assert_eq!(stranger.request(Method::GET, &path, None).await.status(), StatusCode::NOT_FOUND);
        let export = world.app.casework.export_events(&world.app.audit_key).await.unwrap();
        assert_eq!(casework::cases::service::audit::verify(&export).faults, Vec::<String>::new());
        world.close().await;
    }
}

/// Whatever order the answers come in and however often, there is one decision and one closing; nobody else may decide.
///
/// req: CASE-018
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_answers_gives_one_outcome() {
    for backend in testkit::backends() {
        let world = city(backend, "manual").await;
        let orders: [(&str, &[usize]); 6] = [
            ("granted", &[0, 1, 2, 3, 4]),
            ("granted", &[4, 3, 2, 1, 0]),
            ("refused", &[2, 4, 0, 3, 1, 4, 2]),
            ("granted", &[3, 0, 2, 2, 4, 1, 1]),
            ("refused", &[4, 4, 1, 0, 3, 2, 0]),
            ("refused", &[0, 1, 2, 4, 3]),
        ];
        let clerk = world.staff("clerk").await;
        for (at, (outcome, order)) in orders.iter().enumerate() {
            let (id, number) = accepted(&world, &format!("S-{at}")).await;
            dispatch_is(&world, &clerk, &id, "sent").await;
            if at == 0 {
                let review = json!({ "event": "review", "case_number": number, "version": 1,
                    "at": "2026-09-21T09:00:00+08:00", "data": { "outcome": "refused", "opinion": "不符合要求" } });
                let (status, problem) =
                    world.signed("counter", "counter-of-the-market-bureau", "x-1", "/exchange/events", &review).await;
                assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("dispatched_elsewhere")));
            }
            let body = json!({ "case_number": number, "outcome": outcome, "order": order,
                "at": "2026-09-21T09:00:00+08:00" });
            let told = tell(&world, "answer", body).await;
            let case = clerk.get(&format!("/cases/{id}")).await;
            let count =
                |kind: &str| case["events"].as_array().unwrap().iter().filter(|one| one["kind"] == kind).count();
            assert_eq!(
                (case["state"].as_str(), count("review"), count("result"), count("close")),
                (Some("closed"), 3, 1, 1),
                "{order:?} {told}"
            );
            let wanted = if *outcome == "granted" { "granted" } else { "refused" };
            let row = world.app.casework.facts(id.parse().unwrap()).await.unwrap().unwrap();
            assert_eq!(row.outcome.as_deref(), Some(wanted));
            assert_eq!(dispatch(&clerk, &id).await["state"], "done");
        }
        world.close().await;
    }
}

/// A refusal that is closed without a result is closed at the next look, and nobody is told of an exception.
///
/// req: CASE-018
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_a_result_is_closed_at_the_next_look() {
    for backend in testkit::backends() {
        let world = city(backend, "manual").await;
        let clerk = world.staff("clerk").await;
        let (id, number) = accepted(&world, "S-1").await;
        dispatch_is(&world, &clerk, &id, "sent").await;
        let body = json!({ "case_number": number, "outcome": "refused", "order": [0, 1, 2, 4],
            "at": "2026-09-21T09:00:00+08:00" });
        tell(&world, "answer", body).await;
        assert_ne!(clerk.get(&format!("/cases/{id}")).await["state"], "closed", "a result may be on its way");
        pass(&world, 11).await;
        let ended = dispatch_is(&world, &world.staff("clerk").await, &id, "done").await;
        assert_eq!(ended["problem"], "", "{ended}");
        assert_eq!(clerk.get(&format!("/cases/{id}")).await["state"], "closed");
        world.close().await;
    }
}

/// A system that is down for an hour gets its case when it is back, once; meanwhile the case stands in the exception
/// list with the reason; one whose answer was lost is not sent twice for the other side.
///
/// req: CASE-018, CASE-023, OPS-018
#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_was_down_gets_its_case_later() {
    for backend in testkit::backends() {
        let world = city(backend, "manual").await;
        behave(&world, json!({ "down": true })).await;
        let (id, number) = accepted(&world, "S-1").await;
        for _ in 0..12 {
            pass(&world, 5).await;
        }
        let clerk = world.staff("clerk").await;
        let waiting = dispatch_is(&world, &clerk, &id, "waiting").await;
        assert_eq!((waiting["problem"].as_str(), waiting["may_retry"].as_bool()), (Some("unreachable"), Some(true)));
        assert!(waiting["reason"].as_str().unwrap().contains("503"), "{waiting}");
        let tries = waiting["attempts"].as_i64().unwrap();
        assert!((4..=7).contains(&tries), "growing delay, not a hammer: {waiting}");
        let list = clerk.get("/dispatches").await;
        assert_eq!(
            (list["total"].as_u64(), list["items"][0]["case_number"].as_str()),
            (Some(1), Some(number.as_str()))
        );
        let csv = String::from_utf8(clerk.bytes("/dispatches/export").await).unwrap();
        assert!(csv.contains(&number) && csv.contains("送不到"), "{csv}");

        // Back, but the gateway before it gives up waiting: taken over there, not known here.
        behave(&world, json!({ "lose": true })).await;
        let retry = json!({ "version": waiting["version"] });
        clerk.post(&format!("/cases/{id}/exchange/retry"), retry.clone()).await;
        world.settle().await;
        let (status, _) = clerk.refused(Method::POST, &format!("/cases/{id}/exchange/retry"), Some(retry)).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        behave(&world, json!({})).await;
        pass(&world, 2).await;
        let sent = dispatch_is(&world, &clerk, &id, "sent").await;
        assert_eq!((sent["problem"].as_str(), sent["reason"].as_str()), (Some(""), None));
        let there = over_there(&world).await;
        assert_eq!(there["cases"].as_array().unwrap().len(), 1);
        assert_eq!(there["cases"][0]["deliveries"], 2, "sent again, taken once");
        let (status, problem) = clerk
            .refused(Method::POST, &format!("/cases/{id}/exchange/retry"), Some(json!({ "version": sent["version"] })))
            .await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("dispatch_goes_well")));
        assert_eq!(clerk.get("/dispatches").await["total"], 0, "no exception any more");
        assert_eq!(clerk.get("/dispatches?state=open").await["total"], 1);
        world.close().await;
    }
}

/// What the other system refuses, or what can't be reached at all, comes back to people with a task and a notice; a
/// late answer of the other system then changes nothing.
///
/// req: CASE-018, CASE-023, OPS-018
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_returns_the_case_to_people() {
    for backend in testkit::backends() {
        let world = city(backend, "manual").await;
        behave(&world, json!({ "refuse": true })).await;
        let (id, number) = accepted(&world, "S-1").await;
        let clerk = world.staff("clerk").await;
        let back = dispatch_is(&world, &clerk, &id, "returned").await;
        assert!(back["reason"].as_str().unwrap().contains("unknown_item") && back["ended_by"] == "系统", "{back}");
        let reviewer = world.staff("reviewer").await;
        let inbox = inbox(&world, "reviewer").await;
        assert!(inbox.contains(&number) && inbox.contains("已转为人工办理"), "{inbox}");
        behave(&world, json!({})).await;
        let told = tell(
            &world,
            "answer",
            json!({ "case_number": number, "outcome": "refused", "order": [0, 2],
            "at": "2026-09-21T09:00:00+08:00" }),
        )
        .await;
        assert!(told["told"].as_array().unwrap().iter().all(|one| one["answer"]["code"] == "dispatch_over"), "{told}");
        complete(&reviewer, &id, "pass", "材料齐全").await;
        complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &id, "granted", "同意").await;
        world.settle().await;
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(case["state"], "closed");

        // Unreachable to the end of trying: the same.
        behave(&world, json!({ "down": true })).await;
        let (id, _) = accepted(&world, "S-2").await;
        for _ in 0..24 {
            pass(&world, 30).await;
        }
        let clerk = world.staff("clerk").await;
        assert_eq!(dispatch_is(&world, &clerk, &id, "returned").await["attempts"], 11);
        assert!(!clerk.get(&format!("/cases/{id}")).await["tasks"].as_array().unwrap().is_empty());
        world.close().await;
    }
}

/// Nothing is heard for the hours the item allows: people are told, the case stands in the exception list, and
/// somebody may take it over by hand with a reason; an answer that comes after is refused.
///
/// req: CASE-018, CASE-023
#[tokio::test(flavor = "multi_thread")]
async fn no_case_waits_silently() {
    for backend in testkit::backends() {
        let world = city(backend, "hold").await;
        let (id, number) = accepted(&world, "S-1").await;
        dispatch_is(&world, &world.staff("clerk").await, &id, "sent").await;
        pass(&world, 23 * 60).await;
        let clerk = world.staff("clerk").await;
        assert_eq!(dispatch(&clerk, &id).await["problem"], "");
        pass(&world, 61).await;
        let clerk = world.staff("clerk").await;
        let silent = dispatch(&clerk, &id).await;
        assert_eq!((silent["problem"].as_str(), silent["state"].as_str()), (Some("silent"), Some("sent")), "{silent}");
        assert!(inbox(&world, "clerk").await.contains("没有回音"));
        let path = format!("/cases/{id}/exchange/take-over");
        let (status, problem) =
            clerk.refused(Method::POST, &path, Some(json!({ "version": silent["version"], "reason": "急" }))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/reason"))
        );
        let body = json!({ "version": silent["version"], "reason": "对方系统升级，三天内办不了" });
        clerk.post(&path, body.clone()).await;
        let (status, _) = clerk.refused(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let told = tell(
            &world,
            "answer",
            json!({ "case_number": number, "outcome": "granted", "order": [0],
            "at": "2026-09-21T09:00:00+08:00" }),
        )
        .await;
        assert_eq!(told["told"][0]["answer"]["code"], "dispatch_over", "{told}");
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(case["tasks"][0]["name"], "审查", "{}", case["tasks"]);
        assert_eq!(dispatch(&clerk, &id).await["ended_by"], "陈志远");

        // The applicant withdraws what the other system has: it is told, again until it hears.
        let (id, _) = accepted(&world, "S-3").await;
        dispatch_is(&world, &clerk, &id, "sent").await;
        behave(&world, json!({ "down": true })).await;
        withdrawn_elsewhere(&world, &id).await;
        let ended = dispatch_is(&world, &clerk, &id, "cancelled").await;
        let listed = clerk.get("/dispatches").await;
        assert_eq!((ended["problem"].as_str(), listed["total"].as_u64()), (Some("untold"), Some(1)), "{ended}");
        let path = format!("/cases/{id}/exchange");
        let over = json!({ "version": ended["version"], "reason": "改由人工办理" });
        let (status, _) = clerk.refused(Method::POST, &format!("{path}/take-over"), Some(over)).await;
        assert_eq!(status, StatusCode::CONFLICT, "it is over");
        behave(&world, json!({})).await;
        pass(&world, 3).await;
        let told = dispatch(&clerk, &id).await;
        assert!(told["problem"] == "" && told["told_at"].is_string() && told["may_retry"] == false, "{told}");
        let there = over_there(&world).await;
        let heard = there["cases"].as_array().unwrap().iter().find(|one| one["case"]["id"] == id.as_str()).unwrap();
        assert_eq!(heard["ended"]["event"], "withdraw", "{heard}");
        assert_eq!(heard["ended"]["reason"], "不再经营，撤回申请");
        // One that takes no such notice: people are told, and note how they said it instead.
        let (id, _) = accepted(&world, "S-4").await;
        dispatch_is(&world, &clerk, &id, "sent").await;
        behave(&world, json!({ "refuse": true })).await;
        withdrawn_elsewhere(&world, &id).await;
        let mut ended = dispatch_is(&world, &clerk, &id, "cancelled").await;
        while !ended["next_at"].is_null() {
            world.settle().await;
            ended = dispatch(&clerk, &id).await;
        }
        assert!(ended["may_settle"] == true, "{ended}");
        assert!(inbox(&world, "clerk").await.contains("还没能通知对方"));
        let path = format!("/cases/{id}/exchange/settle");
        let (status, problem) =
            clerk.refused(Method::POST, &path, Some(json!({ "version": ended["version"], "reason": "电话" }))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/reason"))
        );
        let body = json!({ "version": ended["version"], "reason": "已电话告知孙立，对方停止办理" });
        clerk.post(&path, body.clone()).await;
        let (status, _) = clerk.refused(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(clerk.get("/dispatches").await["total"], 0);

        // A refusal waits for somebody when the item says so.
        behave(&world, json!({ "refuse": true })).await;
        let (id, _) = accepted(&world, "S-5").await;
        let held = dispatch_is(&world, &clerk, &id, "waiting").await;
        assert_eq!((held["problem"].as_str(), held["next_at"].as_str()), (Some("refused"), None), "{held}");
        world.close().await;
    }
}
