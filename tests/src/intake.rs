//! The other ways in which cases come, through the served product: bulk, in-only and out-only, barcodes, figures.

use std::time::{Duration, Instant};

use base::encoding::to_hex;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Caller, World};

const PENSION: &str = "resident-pension-enrolment";

/// A valid identity number of somebody born on the first of January 1990, by a number from 0 to 999.
fn id_number(order: usize) -> String {
    let body = format!("44990219900101{order:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize])
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in text.as_bytes().chunks(3) {
        let bits = part.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=part.len() {
            out.push(LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char);
        }
        out.push_str(&"=".repeat(3 - part.len()));
    }
    out
}

fn table(lines: impl IntoIterator<Item = (String, String, String)>) -> Value {
    let mut text = String::from("姓名,身份证号码,联系电话\n");
    for (name, number, phone) in lines {
        text.push_str(&format!("{name},{number},{phone}\n"));
    }
    json!({ "file_name": "名单.csv", "content_base64": base64(&text) })
}

async fn agree(world: &World, item: &str, body: Value) {
    let editor = world.staff("editor").await;
    let before = editor.get(&format!("/intake-kinds/{item}")).await;
    let mut set = body;
    set["version"] = before["version"].clone();
    set["agreement"] = json!("2026-09-01 与办理部门商定");
    editor.put(&format!("/intake-kinds/{item}"), set).await;
}

async fn batch(clerk: &Caller) -> Value {
    let body = json!({
        "name": "九月参保第一批", "item_slug": PENSION, "handle_item": "enrol", "delivery_way": "self",
        "materials_note": "花名册一份",
    });
    clerk.post("/bulk-batches", body).await
}

async fn version(caller: &Caller, path: &str) -> Value {
    caller.get(path).await["version"].clone()
}

/// Runs an act over a batch to its end and gives the batch.
async fn act(world: &World, caller: &Caller, path: &str, act: &str, opinion: &str) -> Value {
    let body = json!({ "version": version(caller, path).await, "opinion": opinion });
    caller.post(&format!("{path}/{act}"), body).await;
    world.settle().await;
    let done = caller.get(path).await;
    assert_eq!((&done["doing"], &done["problem"]), (&json!(""), &json!("")), "{done}");
    done
}

/// An item agreed for bulk: typed and imported lines become cases together, are accepted together (a refused one
/// keeps its reason and holds nobody up) and are completed by each role in turn. Every case stands on its own.
///
/// req: CASE-015, CASE-017
#[tokio::test]
async fn a_batch_becomes_cases_that_are_accepted_and_completed_together() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-social").await;
        let (status, problem) = clerk
            .refused(
                Method::POST,
                "/bulk-batches",
                Some(json!({ "name": "第一批", "item_slug": PENSION, "handle_item": "enrol", "delivery_way": "self" })),
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["code"], "not_bulk");
        agree(&world, PENSION, json!({ "bulk": true })).await;
        let made = batch(&clerk).await;
        let path = format!("/bulk-batches/{}", made["id"].as_str().unwrap());

        // One by one: what is wrong is told by field, the same applicant twice too.
        let line = |order: usize, phone: &str| json!({ "applicant": { "kind": "person", "name": format!("张{order}"), "id_number": id_number(order), "phone": phone } });
        let lines = format!("{path}/lines");
        let (status, problem) = clerk.refused(Method::POST, &lines, Some(line(1, "123"))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/applicant/phone"))
        );
        let first = clerk.post(&lines, line(1, "13800138001")).await;
        assert!(first["id_masked"].as_str().unwrap().contains('*') && !first.to_string().contains(&id_number(1)));
        let (status, problem) = clerk.refused(Method::POST, &lines, Some(line(1, "13800138001"))).await;
        assert_eq!((status, problem["errors"][0]["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("double")));

        // A table: right lines are entered, wrong ones told by their number in the file.
        let rows = vec![
            ("李一".to_owned(), id_number(2), "13800138002".to_owned()),
            ("王二".to_owned(), "449902199001010000".to_owned(), "13800138003".to_owned()),
            ("赵三".to_owned(), id_number(3), "13800138004".to_owned()),
            ("张一".to_owned(), id_number(1), "13800138001".to_owned()),
            ("钱四".to_owned(), id_number(4), "13800138005".to_owned()),
            ("孙五".to_owned(), id_number(5), "13800138006".to_owned()),
        ];
        let report = clerk.post(&format!("{path}/import"), table(rows)).await;
        assert_eq!(report["added"], 4);
        let wrong: Vec<u64> =
            report["problems"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
        assert_eq!(wrong, [3, 5], "{report}");

        // Changed and deleted before there are cases.
        let listed = clerk.get(&format!("{lines}?state=draft")).await;
        let items = listed["items"].as_array().unwrap().clone();
        assert_eq!((items.len(), listed["total"].as_u64()), (5, Some(5)));
        let mut changed = line(6, "13800138007");
        changed["version"] = items[4]["version"].clone();
        clerk.put(&format!("{lines}/{}", items[4]["id"].as_str().unwrap()), changed.clone()).await;
        let (status, _) =
            clerk.refused(Method::PUT, &format!("{lines}/{}", items[4]["id"].as_str().unwrap()), Some(changed)).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        let removed = clerk.post(&format!("{lines}/remove"), json!({ "lines": [items[0]["id"]] })).await;
        assert_eq!(removed["removed"], 1);

        // Somebody of another department knows nothing of it.
        let stranger = world.staff("clerk").await;
        assert_eq!(stranger.refused(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);

        let done = act(&world, &clerk, &path, "register", "").await;
        assert_eq!((&done["counts"]["filed"], &done["counts"]["draft"]), (&json!(4), &json!(0)), "{done}");
        let filed = clerk.get(&lines).await["items"].as_array().unwrap().clone();
        let cases: Vec<String> = filed.iter().map(|one| one["case_id"].as_str().unwrap().to_owned()).collect();
        let case = clerk.get(&format!("/cases/{}", cases[0])).await;
        assert_eq!(case["case_number"], filed[0]["case_number"]);
        assert!(case["events"][0]["text"].as_str().unwrap().contains("九月参保第一批"), "{}", case["events"]);
        assert!(case["materials"].as_array().unwrap().iter().any(|one| one["handing"] == "paper"));
        let (status, _) = clerk.refused(Method::DELETE, &format!("{path}?version={}", done["version"]), None).await;
        assert_eq!(status, StatusCode::CONFLICT, "a batch with cases stays");

        // One is refused by hand; the others are accepted together all the same.
        let refusal = json!({ "version": case["version"], "reason": "不在本区参保范围，请到户籍地办理" });
        clerk.post(&format!("/cases/{}/not-accept", cases[0]), refusal).await;
        let done = act(&world, &clerk, &path, "accept", "按批受理").await;
        assert_eq!((&done["counts"]["accepted"], &done["counts"]["failed"]), (&json!(3), &json!(1)), "{done}");
        let failed = clerk.get(&format!("{lines}?state=failed")).await;
        assert!(failed["items"][0]["problem"].as_str().unwrap().contains("不予受理"), "{failed}");
        let exported = String::from_utf8(clerk.bytes(&format!("{path}/export")).await).unwrap();
        assert!(exported.contains("不予受理") && !exported.contains(&id_number(2)), "{exported}");

        // Each role does its part; who may not complete is refused.
        let body = json!({ "version": done["version"], "opinion": "符合条件" });
        assert_eq!(clerk.refused(Method::POST, &format!("{path}/complete"), Some(body)).await.0, StatusCode::FORBIDDEN);
        let reviewer = world.staff("reviewer-pension").await;
        let after = act(&world, &reviewer, &path, "complete", "比对无误").await;
        assert_eq!((&after["counts"]["accepted"], &after["counts"]["failed"]), (&json!(3), &json!(1)), "{after}");
        let approver = world.staff("approver-pension").await;
        let after = act(&world, &approver, &path, "complete", "同意参保").await;
        assert_eq!(after["counts"]["completed"], 3, "{after}");
        let case = clerk.get(&format!("/cases/{}", cases[1])).await;
        assert_eq!(case["state"], "closed", "{}", case["state_label"]);
        let opinions = case["opinions"].to_string();
        assert!(opinions.contains("比对无误") && opinions.contains("同意参保"), "step records of each: {opinions}");

        // The figures know the batch.
        let manager = world.staff("approver-pension").await;
        let figures = manager.get("/intake-statistics?by=item").await;
        let row = figures["items"].as_array().unwrap().iter().find(|row| row["key"] == PENSION).unwrap().clone();
        assert_eq!((&row["bulk"], &row["normal"], &row["timed"]), (&json!(4), &json!(0), &json!(3)), "{figures}");
        world.close().await;
    }
}

/// A thousand applicants become cases in a matter of seconds.
///
/// req: CASE-015
#[tokio::test]
async fn a_thousand_cases_are_made_together() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-social").await;
        agree(&world, PENSION, json!({ "bulk": true })).await;
        let made = batch(&clerk).await;
        let path = format!("/bulk-batches/{}", made["id"].as_str().unwrap());
        let rows = (0..1000).map(|order| (format!("参保人{order}"), id_number(order), format!("138{order:08}")));
        let report = clerk.post(&format!("{path}/import"), table(rows)).await;
        assert_eq!(report["added"], 1000, "{}", report["problems"]);
        let started = Instant::now();
        let body = json!({ "version": version(&clerk, &path).await, "opinion": "" });
        clerk.post(&format!("{path}/register"), body).await;
        // The served worker does it, as in the product.
        let done = loop {
            let now = clerk.get(&path).await;
            if now["doing"] == "" {
                break now;
            }
            // Without optimisation on a busy machine everything takes many times as long.
            let limit = if cfg!(debug_assertions) { 120 } else { 5 };
            assert!(started.elapsed() < Duration::from_secs(limit), "too slow on {backend:?}: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        println!("1,000 cases on {backend:?} in {:?}", started.elapsed());
        assert_eq!(done["counts"]["filed"], 1000, "{done}");
        let numbers: std::collections::HashSet<String> = {
            let mut numbers = std::collections::HashSet::new();
            let mut cursor = String::new();
            loop {
                let page = clerk.get(&format!("{path}/lines?limit=100{cursor}")).await;
                for one in page["items"].as_array().unwrap() {
                    numbers.insert(one["case_number"].as_str().unwrap().to_owned());
                }
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break numbers,
                }
            }
        };
        assert_eq!(numbers.len(), 1000, "each has a number of its own");
        world.close().await;
    }
}

/// In-only: taken, sent on, its result written down, nothing handed over here. Out-only: the result received and
/// handed over. Both keep what was done, count in volumes and not in times.
///
/// req: CASE-016, CASE-017
#[tokio::test]
async fn what_is_handled_elsewhere_is_recorded_and_counted() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-social").await;
        let new = |kind: &str| {
            json!({
                "kind": kind, "item_slug": PENSION, "handle_item": "enrol", "elsewhere_name": "省社保局",
                "applicant": { "kind": "person", "name": "张三丰", "id_number": id_number(7), "phone": "13800138007" },
            })
        };
        let (status, problem) = clerk.refused(Method::POST, "/intake-records", Some(new("in_only"))).await;
        assert_eq!(
            (status, problem["errors"][0]["code"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("not_agreed"))
        );
        agree(&world, PENSION, json!({ "in_only": true, "out_only": true })).await;

        let taken = clerk.post("/intake-records", new("in_only")).await;
        assert_eq!(taken["record"]["state"], "taken");
        assert!(!taken.to_string().contains(&id_number(7)), "masked");
        let path = format!("/intake-records/{}", taken["record"]["id"].as_str().unwrap());
        let sent = clerk
            .post(
                &format!("{path}/send"),
                json!({ "version": taken["record"]["version"], "elsewhere_name": "省社保局" }),
            )
            .await;
        let result = json!({ "version": sent["record"]["version"], "result": "granted", "name": "参保登记通知", "number": "粤社〔2026〕7号", "on": "2026-09-24" });
        let (status, _) = clerk
            .refused(Method::POST, &format!("{path}/result"), Some(json!({ "version": taken["record"]["version"], "result": "granted", "name": "参保登记通知", "on": "2026-09-24" })))
            .await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        let (status, problem) = clerk
            .refused(Method::POST, &format!("{path}/result"), Some(json!({ "version": sent["record"]["version"] })))
            .await;
        let wrong: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!((status, wrong), (StatusCode::UNPROCESSABLE_ENTITY, vec!["/result", "/name", "/on"]));
        let resulted = clerk.post(&format!("{path}/result"), result).await;
        assert_eq!(
            (&resulted["record"]["state"], &resulted["record"]["result_label"]),
            (&json!("resulted"), &json!("准予"))
        );
        assert_eq!(resulted["steps"].as_array().unwrap().len(), 3, "what was done: {}", resulted["steps"]);
        assert_eq!(resulted["record"]["can"], json!([]), "no hand-over at this window");

        let mut out = new("out_only");
        let (status, _) = clerk.refused(Method::POST, "/intake-records", Some(out.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "an out-only case is its result");
        out["result"] = json!({ "result": "granted", "name": "参保登记通知", "number": "1", "on": "2026-09-23" });
        let received = clerk.post("/intake-records", out).await;
        let path = format!("/intake-records/{}", received["record"]["id"].as_str().unwrap());
        let version = received["record"]["version"].clone();
        let other = json!({ "version": version, "receiver_name": "李四", "receiver_id_number": id_number(8) });
        let (status, problem) = clerk.refused(Method::POST, &format!("{path}/deliver"), Some(other)).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/note"))
        );
        let own = json!({ "version": version, "receiver_name": "张三丰", "receiver_id_number": id_number(7) });
        let delivered = clerk.post(&format!("{path}/deliver"), own).await;
        assert_eq!(delivered["record"]["state"], "delivered");

        let stranger = world.staff("clerk").await;
        assert_eq!(stranger.refused(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(clerk.get("/intake-records?kind=in_only").await["total"], 1);
        let listed = String::from_utf8(clerk.bytes("/intake-records/export").await).unwrap();
        assert!(
            listed.contains("只进不出件") && listed.contains("只出不进件") && !listed.contains("张三丰"),
            "{listed}"
        );

        for by in ["item", "org", "window", "day", "month"] {
            let figures = clerk.get(&format!("/intake-statistics?by={by}")).await;
            let total = &figures["total"];
            let found =
                ["in_only", "out_only", "taken", "timed", "handed_over"].map(|key| total[key].as_u64().unwrap());
            assert_eq!(found, [1, 1, 1, 0, 1], "{by}: {figures}");
            let sum: u64 = figures["items"].as_array().unwrap().iter().map(|row| row["taken"].as_u64().unwrap()).sum();
            assert_eq!(sum, 1, "{by}: every row once");
        }
        let exported = String::from_utf8(clerk.bytes("/intake-statistics/export?by=window").await).unwrap();
        assert!(exported.contains("合计"), "{exported}");
        world.close().await;
    }
}

/// The barcode of a case is scanned where its papers pass; the times between are rebuilt.
///
/// req: CASE-014
#[tokio::test]
async fn scans_rebuild_the_times_of_a_case() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk-social").await;
        agree(&world, PENSION, json!({ "bulk": true })).await;
        let made = batch(&clerk).await;
        let path = format!("/bulk-batches/{}", made["id"].as_str().unwrap());
        let applicant = json!({ "kind": "person", "name": "周六", "id_number": id_number(9), "phone": "13800138009" });
        clerk.post(&format!("{path}/lines"), json!({ "applicant": applicant })).await;
        act(&world, &clerk, &path, "register", "").await;
        let line = clerk.get(&format!("{path}/lines")).await["items"][0].clone();
        let (case, number) = (line["case_id"].as_str().unwrap().to_owned(), line["case_number"].clone());
        let label = String::from_utf8(clerk.bytes(&format!("/cases/{case}/barcode")).await).unwrap();
        assert!(label.starts_with("<svg") && label.contains(number.as_str().unwrap()));

        clerk.post("/barcode-scans", json!({ "code": number, "point": "receive" })).await;
        world.clock.advance(time::Duration::minutes(90));
        let reviewer = world.staff("reviewer-pension").await;
        reviewer.post("/barcode-scans", json!({ "code": number, "point": "handle" })).await;
        world.clock.advance(time::Duration::minutes(30));
        // Everybody's session has ended meanwhile.
        let clerk = world.staff("clerk-social").await;
        clerk.post("/barcode-scans", json!({ "code": number, "point": "notify" })).await;
        let trace = clerk.get(&format!("/cases/{case}/scans")).await;
        let minutes: Vec<Option<i64>> =
            trace["items"].as_array().unwrap().iter().map(|one| one["after_minutes"].as_i64()).collect();
        assert_eq!(minutes, [None, Some(90), Some(30)], "{trace}");
        assert_eq!(trace["total_minutes"], 120);
        let (status, problem) = clerk
            .refused(Method::POST, "/barcode-scans", Some(json!({ "code": to_hex(b"no case"), "point": "handle" })))
            .await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/code"))
        );
        let stranger = world.staff("clerk").await;
        assert_eq!(stranger.refused(Method::GET, &format!("/cases/{case}/scans"), None).await.0, StatusCode::NOT_FOUND);
        world.close().await;
    }
}
