//! Tickets of a hall's own queue system: told over its interface, called to a window, taken over into a case.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::counters::application;
use crate::world::World;

const HALL: &str = "district-hall";

async fn outside(world: &World, path: &str, body: Value) -> Value {
    let (status, answer) = world.post_outside(&format!("{}/{path}", world.outside("queue")), &body).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

fn person() -> Value {
    json!({ "name": "何勇", "id_number": "449902196809150193", "phone": "19900000010" })
}

/// A number is drawn by card, called to the window, and taken over: the visitor's data open the intake, the case carries
/// the number and the ticket the case; a second matter of the visitor joins it. Only the window it was called to takes
/// it over, and one clerk of two; the visitor is masked elsewhere, and the raw look is logged.
///
/// req: CASE-011, CASE-004, HALL-028
#[tokio::test(flavor = "multi_thread")]
async fn a_called_number_is_taken_over_into_a_case() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let clerk = world.staff("clerk-general").await;
        let shown = clerk.get("/called-tickets").await;
        assert_eq!(
            (shown["items"].as_array().unwrap().len(), &shown["windows"][0]["key"]),
            (0, &json!("district-hall-2"))
        );

        let drawn = json!({ "hall": HALL, "business": "养老助残", "item": "senior-allowance", "visitor": person() });
        let drawn = outside(&world, "tickets", drawn).await;
        assert_eq!(
            (&drawn["told"]["status"], &drawn["told"]["answer"]["result"]),
            (&json!(200), &json!("taken")),
            "{drawn}"
        );
        assert_eq!(clerk.get("/called-tickets").await["items"], json!([]), "nobody is called yet");
        outside(&world, "call", json!({ "hall": HALL, "window": "2" })).await;
        let called = clerk.get("/called-tickets").await["items"][0].clone();
        assert_eq!(
            (&called["number"], &called["state"], &called["item_name"], &called["visitor_name"]),
            (&json!("A001"), &json!("called"), &json!("高龄老年津贴给付"), &json!("何*"))
        );
        assert_eq!((&called["can"], &called["calls"]), (&json!(["take", "finish"]), &json!(1)));
        assert!(!called.to_string().contains("4499021968"), "{called}");

        let ticket = format!("/hall-tickets/{}", called["id"].as_str().unwrap());
        let take = |version: &Value| json!({ "version": version });
        let other = world.staff("clerk-civil").await;
        let (status, _) = other.refused(Method::POST, &format!("{ticket}/take"), Some(take(&called["version"]))).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "called to another window");
        let (status, _) = clerk.refused(Method::POST, &format!("{ticket}/take"), Some(take(&json!(99)))).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        let taken = clerk.post(&format!("{ticket}/take"), take(&called["version"])).await;
        assert_eq!(taken["visitor"], person());
        assert_eq!((&taken["ticket"]["state"], &taken["ticket"]["taken_by_name"]), (&json!("serving"), &json!("叶青")));
        let again = clerk.post(&format!("{ticket}/take"), take(&called["version"])).await;
        assert_eq!(again["visitor"], person(), "a lost answer is asked for again");

        // Two clerks sit at this window: the other one learns who looks after the visitor.
        let colleague = "schema: tongban-staff/1\nstaff:\n\
            - {login: second, name: 方敏, org: district-hall, roles: [clerk], windows: [district-hall-2], items: [senior-allowance]}\n";
        world.app.identity.import_staff(colleague, app::demo::PASSWORD).await.unwrap();
        let colleague = world.staff("second").await;
        let beside = colleague.get("/called-tickets").await["items"][0].clone();
        assert_eq!((&beside["taken_by_name"], &beside["can"]), (&json!("叶青"), &json!([])));
        let path = format!("{ticket}/take");
        let (status, problem) = colleague.refused(Method::POST, &path, Some(take(&beside["version"]))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("ticket_taken")));

        let file = |ticket: &Value| application(&json!({ "ticket": ticket }));
        let receipt = clerk.post_once("/counter/cases", "visit-of-a001", file(&called["id"])).await;
        let same = clerk.post_once("/counter/cases", "visit-of-a001", file(&called["id"])).await;
        assert_eq!(receipt["id"], same["id"]);
        let second = clerk.post("/counter/cases", file(&called["id"])).await;
        let case = clerk.get(&format!("/cases/{}", receipt["id"].as_str().unwrap())).await;
        assert_eq!((&case["ticket_number"], &case["events"][0]["kind"]), (&json!("A001"), &json!("apply")), "{case}");
        let whole = clerk.get(&ticket).await;
        let cases: Vec<&Value> =
            whole["ticket"]["cases"].as_array().unwrap().iter().map(|one| &one["case_number"]).collect();
        assert_eq!(cases, [&receipt["case_number"], &second["case_number"]]);
        let steps: Vec<&str> =
            whole["steps"].as_array().unwrap().iter().map(|one| one["state_label"].as_str().unwrap()).collect();
        assert_eq!(steps, ["等候", "已叫号", "接待中", "接待中", "接待中"]);

        // The queue system calls the next number while the clerk still types: the case is linked all the same.
        let id = drawn["ticket"]["ticket"].as_str().unwrap();
        outside(&world, &format!("tickets/{id}/done"), json!({})).await;
        assert_eq!(clerk.get("/called-tickets").await["items"], json!([]));
        let third = clerk.post("/counter/cases", file(&called["id"])).await;
        assert_eq!(clerk.get(&ticket).await["ticket"]["cases"][2]["case_number"], third["case_number"]);
        let (status, problem) = clerk.refused(Method::POST, &format!("{ticket}/take"), Some(take(&json!(9)))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("ticket_over")));
        let refused = other.refused(Method::POST, "/counter/cases", Some(file(&called["id"]))).await;
        assert_eq!(refused.1["errors"][0]["pointer"], "/ticket", "{refused:?}");
        let unknown = file(&json!("00000000-0000-7000-8000-000000000000"));
        let check = clerk.post("/counter/check", unknown).await;
        assert!(check["problems"].as_array().unwrap().iter().any(|one| one["pointer"] == "/ticket"), "{check}");

        // The halls' list, the file, and the day after.
        let list = other.get("/hall-tickets?q=a0&state=done").await;
        assert_eq!((&list["total"], &list["items"][0]["can"]), (&json!(1), &json!([])), "{list}");
        assert_eq!(other.get("/hall-tickets?on=2026-09-20").await["total"], 0);
        let (status, _) = other.refused(Method::GET, "/hall-tickets?on=gestern", None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let elsewhere = world.staff("clerk-health").await;
        assert_eq!(elsewhere.get("/hall-tickets").await["total"], 0, "another hall");
        assert_eq!(elsewhere.refused(Method::GET, &ticket, None).await.0, StatusCode::NOT_FOUND);
        let file = String::from_utf8(other.bytes("/hall-tickets/export").await).unwrap();
        assert!(file.contains("A001") && file.contains("何*") && !file.contains("何勇"), "{file}");
        let auditor = world.staff("auditor").await;
        let seen = auditor.get("/security/audit?action=ticket.take").await;
        let looks = seen["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["kind"] == "change" && one["object"].as_str().unwrap().starts_with("ticket:"));
        assert_eq!(looks.count(), 2, "each look at the raw visitor leaves a line: {seen}");

        world.clock.advance(time::Duration::days(31));
        world.app.hall.forget_visitors().await.unwrap();
        let whole = world.staff("clerk-civil").await.get(&ticket).await;
        assert_eq!((&whole["ticket"]["visitor_name"], &whole["ticket"]["identified"]), (&json!(""), &json!(false)));
        world.close().await;
    }
}

/// What the queue system tells twice, late, wrong or after an outage: one outcome. A number that is called to another
/// window is free there; whoever missed the call may still be served.
///
/// req: HALL-028, CASE-011
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_twice_late_or_wrong_has_one_outcome() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let clerk = world.staff("clerk-general").await;
        let notice = |revision: i64, state: &str, more: Value| {
            let mut body = json!({
                "ticket": "t-1", "revision": revision, "hall": HALL, "number": "B007", "state": state,
                "at": "2026-09-21T09:00:00+08:00", "business": "社保",
            });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        let tell = async |body: Value| outside(&world, "tell", body).await["told"].clone();
        let result = |told: &Value| told["answer"]["result"].as_str().map(str::to_owned);
        // The later message comes first; the earlier one and the repeat change nothing.
        let called = notice(2, "called", json!({ "window": "district-hall-2", "item": "no-such-item" }));
        assert_eq!(result(&tell(called.clone()).await).as_deref(), Some("taken"));
        assert_eq!(result(&tell(called).await).as_deref(), Some("repeated"));
        assert_eq!(result(&tell(notice(1, "waiting", json!({}))).await).as_deref(), Some("outdated"));
        let one = clerk.get("/called-tickets").await["items"][0].clone();
        assert_eq!(
            (&one["state"], &one["business"], &one["item_slug"], &one["calls"]),
            (&json!("called"), &json!("社保"), &Value::Null, &json!(1)),
            "an item that is not offered keeps its words"
        );
        // Each wrong field is named; nothing is kept.
        let wrong = json!({
            "ticket": "", "revision": 0, "hall": "nowhere", "number": "much too long a number", "state": "gone",
            "at": "2026-09-21T23:00:00+08:00", "visitor": { "name": "何勇", "id_number": "1", "phone": "" },
        });
        let refused = tell(wrong).await;
        let mut named: Vec<&str> = refused["answer"]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["pointer"].as_str().unwrap())
            .collect();
        named.sort_unstable();
        assert_eq!(
            named,
            ["/at", "/hall", "/number", "/revision", "/state", "/ticket", "/visitor/id_number"],
            "{refused}"
        );
        let refused = tell(notice(3, "called", json!({ "window": "77" }))).await;
        assert_eq!((&refused["status"], &refused["answer"]["errors"][0]["pointer"]), (&json!(422), &json!("/window")));
        let refused = tell(notice(3, "serving", json!({}))).await;
        assert_eq!(refused["answer"]["errors"][0]["code"], "required", "{refused}");

        // Held, called to another window: free there, gone here.
        let ticket = format!("/hall-tickets/{}", one["id"].as_str().unwrap());
        clerk.post(&format!("{ticket}/take"), json!({ "version": one["version"] })).await;
        tell(notice(3, "called", json!({ "window": "4" }))).await;
        assert_eq!(clerk.get("/called-tickets").await["items"], json!([]));
        let civil = world.staff("clerk-civil").await;
        let there = civil.get("/called-tickets").await["items"][0].clone();
        assert_eq!((&there["taken_by_name"], &there["calls"]), (&json!(""), &json!(2)));
        tell(notice(4, "missed", json!({}))).await;
        let late = civil.get(&ticket).await["ticket"].clone();
        assert_eq!((&late["state"], &late["can"]), (&json!("missed"), &json!(["take", "finish"])));
        let taken = civil.post(&format!("{ticket}/take"), json!({ "version": late["version"] })).await;
        assert_eq!((&taken["ticket"]["state"], &taken["visitor"]), (&json!("serving"), &Value::Null));
        let done = civil.post(&format!("{ticket}/finish"), json!({ "version": taken["ticket"]["version"] })).await;
        assert_eq!((&done["state"], &done["can"]), (&json!("done"), &json!([])));
        let (status, _) = civil.refused(Method::POST, &format!("{ticket}/finish"), Some(json!({ "version": 1 }))).await;
        assert_eq!(status, StatusCode::CONFLICT);

        // The hall's network is down: what is drawn and called meanwhile arrives afterwards, in order.
        let lost = json!({ "url": "http://127.0.0.1:9" });
        outside(&world, "hall", lost).await;
        outside(&world, "tickets", json!({ "hall": HALL, "business": "残联", "priority": true })).await;
        let waits = outside(&world, "call", json!({ "hall": HALL, "window": "4" })).await;
        assert_eq!(waits["unsent"], 2, "{waits}");
        outside(&world, "hall", json!({ "url": world.base })).await;
        assert_eq!(outside(&world, "send-again", json!({})).await["unsent"], 0);
        let now = civil.get("/called-tickets").await["items"][0].clone();
        assert_eq!((&now["number"], &now["priority"], &now["state"]), (&json!("Y001"), &json!(true), &json!("called")));

        // A stranger, and a system without the interface.
        let (status, _) =
            world.signed("hall-queue", "guessed", "n-1", "/open/tickets", &notice(9, "done", json!({}))).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        let granted = identity::systems::Grant {
            interface: "queue".into(),
            items: Vec::new(),
            fields: Vec::new(),
            valid_until: None,
        };
        let (_, secret) = world.system_with("bare-signature", None, vec![granted], Vec::new()).await;
        let (status, problem) =
            world.signed("bare-signature", &secret, "n-3", "/open/tickets", &notice(9, "done", json!({}))).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "the signature leaves the body out: {problem}");
        let (_, secret) = world.system("other-system", None, &[]).await;
        let (status, _) =
            world.signed("other-system", &secret, "n-2", "/open/tickets", &notice(9, "done", json!({}))).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        world.close().await;
    }
}

/// A hall without a queue system: the clerk writes the number down at the own window; the same number of a day is
/// known, a second click makes nothing, and two clerks don't look after one visitor.
///
/// req: CASE-011, CASE-004
#[tokio::test]
async fn a_number_is_written_down_by_hand() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-general").await;
        let body = json!({ "number": "c12", "window_key": "district-hall-2", "item_slug": "senior-allowance" });
        let made = clerk.keyed("/hall-tickets", "by-hand-c12", body.clone()).await;
        assert_eq!(clerk.keyed("/hall-tickets", "by-hand-c12", body.clone()).await["id"], made["id"]);
        assert_eq!(
            (&made["number"], &made["state"], &made["source"], &made["identified"]),
            (&json!("C12"), &json!("serving"), &json!("manual"), &json!(false))
        );
        let (status, problem) = clerk.refused(Method::POST, "/hall-tickets", Some(body)).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("ticket_exists")));
        for (field, wrong) in [("number", json!("no spaces!")), ("window_key", json!("district-hall-4"))] {
            let mut body = json!({ "number": "C13", "window_key": "district-hall-2" });
            body[field] = wrong;
            let (status, problem) = clerk.refused(Method::POST, "/hall-tickets", Some(body)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"));
        }
        let receipt = clerk.post("/counter/cases", application(&json!({ "ticket": made["id"] }))).await;
        let ticket = format!("/hall-tickets/{}", made["id"].as_str().unwrap());
        let whole = clerk.get(&ticket).await;
        assert_eq!(whole["ticket"]["cases"][0]["case_number"], receipt["case_number"]);
        let done = clerk.post(&format!("{ticket}/finish"), json!({ "version": whole["ticket"]["version"] })).await;
        assert_eq!(done["state"], "done");
        // The next day the number is free again, and yesterday's links to nothing any more.
        world.clock.advance(time::Duration::days(1));
        let clerk = world.staff("clerk-general").await;
        clerk.post("/hall-tickets", json!({ "number": "C12", "window_key": "district-hall-2" })).await;
        let body = application(&json!({ "ticket": made["id"] }));
        let (_, problem) = clerk.refused(Method::POST, "/counter/cases", Some(body)).await;
        assert_eq!(problem["errors"][0]["code"], "not_called_today", "{problem}");
        world.close().await;
    }
}
