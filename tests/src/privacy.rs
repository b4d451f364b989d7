//! What a citizen sees of the own data across all domains: what is held, who looked, who got it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::main_job::{draft_version, filled_draft, solve};
use crate::world::World;

/// Sealed tables that hold no personal data of citizens, and why.
const NOT_OF_CITIZENS: &[(&str, &str)] = &[
    ("staff", "personnel, managed by their organisation"),
    ("second_factors", "secrets of staff"),
    ("systems", "contact of a body's system"),
    ("system_secrets", "secrets of systems"),
    ("oauth_keys", "keys"),
    ("mobile_links", "staff"),
    ("data_copies", "keys"),
    ("pending_bindings", "nobody's yet: whoever came has half an hour to say which account here is his"),
    ("seals", "keys"),
    ("table_rows", "what a body's staff write down in tables of their own; no account stands behind it"),
    ("transfer_out", "copies on their way of what is declared where it comes from"),
    ("transfer_in", "copies that arrived of what is declared where it came from"),
    ("handling_materials", "what staff add to a case, which is declared"),
    ("exchange_held", "answers of other systems on their way into a case, which is declared"),
    ("exchange_fetches", "addresses of files on their way into a case, which is declared"),
];

/// Whatever is sealed is personal or a secret: a table that is neither declared nor excused fails here.
///
/// req: DATASEC-012
#[test]
fn every_sealed_table_is_declared_to_its_owner() {
    let held = app::held_data();
    let declared: BTreeSet<&str> =
        held.iter().flat_map(|kind| std::iter::once(kind.table).chain(kind.parts.iter().copied())).collect();
    for column in app::sealed_columns() {
        let excused = NOT_OF_CITIZENS.iter().any(|(table, _)| *table == column.table);
        assert!(declared.contains(column.table) || excused, "{} is declared nowhere", column.table);
        assert!(!(declared.contains(column.table) && excused), "{} is both", column.table);
    }
    let keys: BTreeSet<&str> = held.iter().map(|kind| kind.key).collect();
    assert_eq!(keys.len(), held.len(), "a key comes twice");
}

fn keys(privacy: &Value) -> Vec<&str> {
    privacy["holdings"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect()
}

/// req: DATASEC-012
#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_sees_what_is_held_who_looked_and_who_got_it_and_has_it_deleted() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (haiyan, clerk, officer) =
            (world.citizen("haiyan").await, world.staff("clerk").await, world.staff("privacy").await);
        let filed = filled_draft(&haiyan).await;
        haiyan.put("/my/favourites/food-operation-permit", json!({})).await;
        let privacy = haiyan.get("/my/privacy").await;
        for key in ["account.identity", "account.sign_ins", "case.drafts", "favourites"] {
            assert!(keys(&privacy).contains(&key), "{key}: {privacy}");
        }
        assert!(!keys(&privacy).contains(&"case.files"), "nothing was filed yet");
        let drafts = privacy["holdings"].as_array().unwrap().iter().find(|one| one["key"] == "case.drafts").unwrap();
        assert_eq!((drafts["count"].as_i64(), drafts["erase"].as_str()), (Some(1), Some("own")));
        assert_eq!(drafts["purpose_title"], "办理政务服务");

        // A look of the own leaves nothing here; one of staff does, by name of the body and a masked person.
        let body = json!({ "version": draft_version(&haiyan, &filed).await });
        haiyan.post(&format!("/my/cases/{filed}/submit"), body).await;
        clerk.get(&format!("/cases/{filed}")).await;
        clerk.get(&format!("/cases/{filed}/reveal?field=phone&reason=核对联系电话")).await;
        haiyan.get(&format!("/my/cases/{filed}")).await;
        world.app.platform.audit.flush(&world.app.platform).await.unwrap();
        let looks = haiyan.get("/my/privacy/looks?limit=50").await;
        let items = looks["items"].as_array().unwrap();
        assert_eq!(looks["total"].as_u64().unwrap() as usize, items.len());
        assert!(items.iter().any(|one| one["raw"] == true && one["who"] != "陈志远"), "{looks}");
        assert!(items.iter().all(|one| !one["org"].as_str().unwrap().is_empty()), "{looks}");
        let stranger = world.citizen("li-ming").await;
        assert_eq!(stranger.get("/my/privacy/looks").await["total"], 0, "not somebody else's");

        // A list taken out is a disclosure to everybody in it.
        let answer = clerk.request(Method::GET, "/cases/export", None).await;
        assert!(answer.status().is_success());
        world.settle().await;
        let given = haiyan.get("/my/privacy/disclosures").await;
        let ways: Vec<&str> =
            given["items"].as_array().unwrap().iter().map(|one| one["way"].as_str().unwrap()).collect();
        assert!(ways.contains(&"导出办件清单") && ways.contains(&"发送短信"), "{given}");

        // Asked, granted, gone; the case stays.
        let asked = haiyan
            .post("/my/privacy/requests", json!({ "kind": "delete", "held_key": "favourites", "text": "不用了" }))
            .await;
        let open = officer.get("/security/privacy/requests?state=open").await;
        assert_eq!((open["total"].as_i64(), open["items"][0]["id"].as_str()), (Some(1), asked["id"].as_str()));
        assert_ne!(open["items"][0]["applicant_name"], "王海燕", "masked");
        let path = format!("/security/privacy/requests/{}/answer", asked["id"].as_str().unwrap());
        officer.post(&path, json!({ "version": 1, "granted": true, "text": "已删除。" })).await;
        assert!(!keys(&haiyan.get("/my/privacy").await).contains(&"favourites"));
        let asked = haiyan
            .post("/my/privacy/requests", json!({ "kind": "delete", "held_key": "case.files", "text": "删掉我的办件" }))
            .await;
        let path = format!("/security/privacy/requests/{}/answer", asked["id"].as_str().unwrap());
        let body = json!({ "version": 1, "granted": true, "text": "好" });
        let (status, problem) = officer.refused(Method::POST, &path, Some(body)).await;
        assert_eq!((status.as_u16(), problem["code"].as_str()), (409, Some("kept_by_law")));
        assert!(problem["detail"].as_str().unwrap().contains("档案"), "{problem}");
        assert!(keys(&haiyan.get("/my/privacy").await).contains(&"case.files"));
        world.close().await;
    }
}

/// A correction that is granted is carried out where the value lies: in the account and in the open case,
/// in one answer; the clerk of the case then sees the new number, the person what was done.
///
/// req: DATASEC-012
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_reaches_every_place_it_is_ordered_for() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (haiyan, clerk, officer) =
            (world.citizen("haiyan").await, world.staff("clerk").await, world.staff("privacy").await);
        let filed = filled_draft(&haiyan).await;
        let body = json!({ "version": draft_version(&haiyan, &filed).await });
        haiyan.post(&format!("/my/cases/{filed}/submit"), body).await;
        let asked = json!({ "kind": "correct", "held_key": "case.files", "text": "手机号换成 19900000088" });
        let asked = haiyan.post_once("/my/privacy/requests", "ask-once-0001", asked).await;
        let again = json!({ "kind": "correct", "held_key": "case.files", "text": "手机号换成 19900000088" });
        assert_eq!(haiyan.post_once("/my/privacy/requests", "ask-once-0001", again).await["id"], asked["id"]);
        let path = format!("/security/privacy/requests/{}", asked["id"].as_str().unwrap());

        let whole = officer.get(&path).await;
        let places = whole["places"].as_array().unwrap();
        assert_eq!((places[0]["key"].as_str(), places[0]["asked"].as_bool()), (Some("case.files"), Some(true)));
        assert!(places[0]["why_not"].as_str().unwrap().contains("档案"), "{whole}");
        assert!(!whole.to_string().contains("19900000001"), "nothing raw: {whole}");
        let field = places[0]["fields"][0]["field"].as_str().unwrap();
        assert_eq!(field, format!("phone:{filed}"));
        let orders = json!([
            { "held_key": "case.files", "act": "correct", "field": field, "value": "19900000088" },
            { "held_key": "account.identity", "act": "correct", "field": "phone", "value": "19900000088" },
        ]);
        let body = json!({ "version": 1, "granted": true, "text": "两处都已更正。", "places": orders });
        let (status, _) = clerk.refused(Method::POST, &format!("{path}/answer"), Some(body.clone())).await;
        assert_eq!(status.as_u16(), 403);
        let answered = officer.post(&format!("{path}/answer"), body).await;
        assert_eq!(answered["done"].as_array().unwrap().len(), 2, "{answered}");
        let phone = clerk.get(&format!("/cases/{filed}/reveal?field=phone&reason=核对联系电话")).await;
        assert!(phone.to_string().contains("19900000088"), "{phone}");
        let mine = haiyan.get("/my/privacy/requests").await;
        let done = mine["items"][0]["done"].as_array().unwrap();
        assert!(done.iter().all(|one| one["after"] == "199****0088" && one["act"] == "correct"), "{mine}");
        assert_eq!(haiyan.get("/portal/me").await["account"]["phone_masked"], "199****0088");
        assert!(officer.get(&path).await["places"].as_array().unwrap().is_empty(), "answered: nothing more to do");
        world.close().await;
    }
}

/// The outer side tells the progress of a case it does not hold to who knows number and code: what the
/// inner side left with its events, taken once, the newest of all, in whatever order it came.
///
/// req: DATASEC-013
#[tokio::test(flavor = "multi_thread")]
async fn what_was_brought_of_a_case_answers_the_public_query() {
    use platform::transfer::{Consumer, Received};
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let haiyan = world.citizen("haiyan").await;
        let filed = filled_draft(&haiyan).await;
        let body = json!({ "version": draft_version(&haiyan, &filed).await });
        let receipt = haiyan.post(&format!("/my/cases/{filed}/submit"), body).await;
        let (number, code) = (receipt["case_number"].as_str().unwrap(), receipt["query_code"].as_str().unwrap());

        // What leaves with the event, as the zone's rules let it pass.
        let platform = &world.app.platform;
        let told = {
            use sea_orm::{ConnectionTrait, Statement};
            let sql = "SELECT payload FROM outbox WHERE topic = 'case.submitted'";
            let rows =
                platform.db.read().query_all_raw(Statement::from_string(platform.db.backend(), sql)).await.unwrap();
            rows[0].try_get::<Value>("", "payload").unwrap()
        };
        assert!(!told.to_string().contains(code), "the code does not cross: {told}");
        let rules =
            security::transfer::rules::Rules::load(&crate::world::packs_dir().join("platform/transfer.yaml")).unwrap();
        let side = security::transfer::Side::Inner;
        let body = rules.filter(side, "case.progress", told.as_object().unwrap(), &[]).unwrap().body;
        let take = async |state: &str, event_no: i64| {
            let mut body = body.clone();
            body.insert("state".into(), json!(state));
            body.insert("event_no".into(), json!(event_no));
            let received = Received { no: event_no, kind: "case.progress".into(), body, files: Vec::new() };
            let casework = world.app.casework.clone();
            let write = platform.db.write(platform.now(), move |tx| {
                Box::pin(async move { Consumer::take(&casework, tx, &received).await })
            });
            write.await
        };
        take("accepted", 3).await.unwrap();
        take("submitted", 1).await.unwrap();
        assert_eq!(take("nonsense", 9).await.unwrap_err().status(), 422);

        // Here the case is not held: its number is another one.
        let sql = format!("UPDATE cases SET case_number = 'elsewhere' WHERE case_number = '{number}'");
        platform.db.execute_batch(platform.now(), vec![sql]).await.unwrap();
        let nobody = world.nobody();
        let ask = async |proof: &str| {
            let captcha = nobody.get("/captcha").await;
            let answer = solve(captcha["question"].as_str().unwrap());
            let body =
                json!({ "case_number": number, "proof": proof, "captcha_id": captcha["id"], "captcha_answer": answer });
            let answer = nobody.request(Method::POST, "/progress", Some(body)).await;
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let (status, progress) = ask(code).await;
        assert_eq!((status, progress["state_label"].as_str()), (200, Some("已受理")), "{progress}");
        assert!(progress["brought_at"].is_string() && progress["events"] == json!([]), "{progress}");
        assert!(progress["item_name"].as_str().unwrap().contains("食品经营"), "{progress}");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(ask(wrong).await.0, 404, "number without its code tells nothing");
        assert_eq!(ask("").await.0, 404);
        world.close().await;
    }
}

/// The log leaves masked; as it is only by right and with a reason, which is kept.
///
/// req: DATASEC-008, IDENT-036
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_leaves_masked_or_with_a_reason() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.staff("clerk").await.get("/cases").await;
        let auditor = world.staff("auditor").await;
        let file = async |query: &str| {
            let answer = auditor.request(Method::GET, &format!("/security/audit/export?{query}"), None).await;
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let (status, masked) = file("format=jsonl").await;
        assert_eq!(status, 200);
        assert!(!masked.contains("陈志远") && !masked.contains("127.0.0.1"), "names and addresses are masked");
        assert!(masked.contains("127.0.0.*"));
        let judged = security::audit::proof::verify(&masked, None).unwrap();
        assert!(judged.faults.is_empty() && judged.lines > 2, "the file as a whole still proves itself: {judged:?}");
        let cut: String =
            masked.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| format!("{line}\n")).collect();
        assert!(!security::audit::proof::verify(&cut, None).unwrap().faults.is_empty(), "a missing line is found");

        assert_eq!(file("format=jsonl&raw=true").await.0, 422, "no reason");
        assert_eq!(file("format=jsonl&raw=true&reason=查").await.0, 422, "no reason worth the name");
        let (status, raw) = file("format=jsonl&raw=true&reason=年度审计抽查").await;
        assert!(status == 200 && raw.contains("陈志远") && raw.contains("127.0.0.1"), "{status}");
        let judged = security::audit::proof::verify(&raw, None).unwrap();
        assert!(judged.faults.is_empty(), "{judged:?}");
        let lines = auditor.get("/security/audit?action=audit.export&limit=10").await;
        let newest = auditor.get(&format!("/security/audit/{}", lines["items"][0]["id"].as_str().unwrap())).await;
        assert_eq!(
            (newest["detail"]["raw"].as_bool(), newest["detail"]["reason"].as_str()),
            (Some(true), Some("年度审计抽查"))
        );
        let keeper = world.staff("keykeeper").await;
        let path = "/security/audit/export?raw=true&reason=年度审计抽查";
        assert_eq!(keeper.request(Method::GET, path, None).await.status().as_u16(), 403);
        world.close().await;
    }
}

/// Rows of the log of tickets go when the time of keeping is over, never before; a line says how many.
///
/// req: DATASEC-007
#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_tickets_is_kept_as_long_as_the_law_wants_and_then_goes() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let platform = &world.app.platform;
        let put = |at: time::OffsetDateTime| {
            use sea_orm::{ConnectionTrait, Statement};
            let id = platform.new_id();
            platform.db.write(platform.now(), move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO ticket_log (id, at, direction, app_id, system_name, purpose, audience, person, target, \
                               result, reason, address) VALUES ($1, $2, 'out', 'x', 'x', 'x', 'portal', '', '', 'ok', '', '')";
                    let conn = tx.conn();
                    let values = [id.into(), at.into()];
                    conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
                    Ok(())
                })
            })
        };
        let count = async || {
            use sea_orm::{ConnectionTrait, Statement};
            let sql = "SELECT count(*) AS n FROM ticket_log WHERE app_id = 'x'";
            let row =
                platform.db.read().query_one_raw(Statement::from_string(platform.db.backend(), sql)).await.unwrap();
            row.unwrap().try_get::<i64>("", "n").unwrap()
        };
        for days in [1, 170, 190, 400] {
            put(platform.now() - time::Duration::days(days)).await.unwrap();
        }
        world.app.security.housekeeping().await.unwrap();
        assert_eq!(count().await, 2, "six months, no less and no more");
        let auditor = world.staff("auditor").await;
        let lines = auditor.get("/security/audit?action=log.drop&limit=10").await;
        assert_eq!(lines["total"], 1, "{lines}");
        let line = auditor.get(&format!("/security/audit/{}", lines["items"][0]["id"].as_str().unwrap())).await;
        assert_eq!((line["object"].as_str(), line["detail"]["rows"].as_i64()), (Some("log:ticket_log"), Some(2)));
        // Kept longer by the setting.
        let officer = world.staff("secadmin").await;
        let kept = officer.get("/security/retention").await;
        let body = json!({ "months": 24, "version": kept["version"], "reason": "按本市规定" });
        officer.put("/security/retention", body).await;
        put(platform.now() - time::Duration::days(400)).await.unwrap();
        world.app.security.housekeeping().await.unwrap();
        assert_eq!(count().await, 3);
        world.close().await;
    }
}

/// A firewall sends its log, signed; unsigned or not granted it is refused; the auditor finds it.
///
/// req: DATASEC-007
#[tokio::test(flavor = "multi_thread")]
async fn a_device_sends_its_log_and_the_auditor_finds_it() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (id, secret) = world.system("fw-1", None, &[]).await;
        let body =
            json!({ "source": "device", "lines": [{ "level": "4", "message": "来自 203.0.113.9 的连接被拒绝" }] });
        let (status, _) = world.signed("fw-1", &secret, "n1", "/logs/collect", &body).await;
        assert_eq!(status.as_u16(), 403, "not granted");
        let admin = world.staff("sysadmin").await;
        let system = admin.get(&format!("/systems/{id}")).await;
        let grants = json!({ "version": system["version"], "grants": [{ "interface": "logs" }] });
        admin.put(&format!("/systems/{id}/grants"), grants).await;
        let (status, taken) = world.signed("fw-1", &secret, "n2", "/logs/collect", &body).await;
        assert_eq!((status.as_u16(), taken["taken"].as_i64()), (202, Some(1)), "{taken}");
        let (status, _) = world.signed("fw-1", "wrong-secret", "n3", "/logs/collect", &body).await;
        assert_eq!(status.as_u16(), 401);
        let auditor = world.staff("auditor").await;
        let found = auditor.get("/security/logs?source=device&level=warn&q=203.0.113.9").await;
        assert_eq!(found["total"].as_i64(), Some(1), "{found}");
        assert_eq!(
            (found["items"][0]["origin"].as_str(), found["items"][0]["source_label"].as_str()),
            (Some("fw-1"), Some("设备"))
        );
        let verdict = auditor.post("/security/logs/verify", json!({})).await;
        assert!(verdict["batches"].as_i64().unwrap() >= 1 && verdict["faults"] == json!([]), "{verdict}");
        world.close().await;
    }
}
