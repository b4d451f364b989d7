//! What a citizen sees of the own data across all domains: what is held, who looked, who got it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::main_job::{draft_version, filled_draft};
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
