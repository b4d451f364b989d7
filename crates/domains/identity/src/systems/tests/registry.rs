//! The registry at the desk: fields, log, lists, rights.

use super::*;

/// req: IDENT-011
#[tokio::test]
async fn a_system_is_registered_changed_and_every_change_is_told() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (status, made) = desk.call(Method::POST, "/systems", desk.draft("scjg").await).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!(
            (made["enabled"].as_bool(), made["contact_phone_masked"].as_str()),
            (Some(false), Some("138****8000"))
        );
        let id = made["id"].as_str().unwrap();
        let (status, again) = desk.call(Method::POST, "/systems", desk.draft("scjg").await).await;
        assert_eq!((status, again["code"].as_str()), (StatusCode::CONFLICT, Some("app_id_taken")));
        desk.test.clock.advance(time::Duration::seconds(1));
        // The masked number as shown leaves the number alone.
        let mut change = desk.draft("scjg").await;
        change["contact_phone"] = json!("138****8000");
        change["networks"] = json!(["10.9.0.0/24"]);
        change["version"] = made["version"].clone();
        let (status, changed) = desk.call(Method::PUT, &format!("/systems/{id}"), change.clone()).await;
        assert_eq!((status, changed["networks"][0].as_str()), (StatusCode::OK, Some("10.9.0.0/24")));
        let (status, old) = desk.call(Method::PUT, &format!("/systems/{id}"), change).await;
        assert_eq!((status, old["code"].as_str()), (StatusCode::CONFLICT, Some("stale_version")));
        // The log is in the order of time; within one moment of the test's clock there is none.
        desk.test.clock.advance(time::Duration::seconds(1));
        let on = json!({ "version": changed["version"], "reason": "验收通过，正式启用" });
        assert_eq!(desk.call(Method::POST, &format!("/systems/{id}/enable"), on).await.0, StatusCode::OK);
        let (_, log) = desk.call(Method::GET, &format!("/systems/{id}/changes?limit=2"), Value::Null).await;
        assert_eq!((log["total"].as_u64(), log["items"][0]["action_label"].as_str()), (Some(3), Some("启用")));
        assert_eq!(log["items"][1]["detail"]["networks"]["after"][0], "10.9.0.0/24");
        assert!(log["items"][1]["detail"].get("contact_phone").is_none());
        let next = log["next"].as_str().unwrap();
        let (_, rest) = desk.call(Method::GET, &format!("/systems/{id}/changes?cursor={next}"), Value::Null).await;
        assert_eq!(rest["items"][0]["action"], "system.register");
        let (_, list) = desk.call(Method::GET, "/systems?state=enabled&q=SCJG", Value::Null).await;
        // LIKE knows no case on SQLite only; the name is found on both.
        let (_, named) =
            desk.call(Method::GET, "/systems?q=%E5%B8%82%E5%9C%BA&environment=production", Value::Null).await;
        assert!(list["total"].as_u64() <= Some(1));
        assert_eq!(named["total"].as_u64(), Some(1));
        desk.test.close().await;
    }
}

/// req: IDENT-011
#[tokio::test]
async fn each_wrong_field_is_named() {
    let desk = Desk::new(Backend::Sqlite).await;
    let wrong = json!({
        "app_id": "a b", "name": "", "owner_org_id": Uuid::nil(), "contact_name": "", "contact_phone": "12",
        "callbacks": ["http://far.example.com/x", "https://ok.example.com/#part"], "environment": "somewhere",
        "networks": ["ten"], "formula": "tif",
    });
    let (status, problem) = desk.call(Method::POST, "/systems", wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let named: std::collections::BTreeSet<&str> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    let expected = [
        "/app_id",
        "/callbacks/0",
        "/callbacks/1",
        "/contact_name",
        "/contact_phone",
        "/environment",
        "/name",
        "/networks/0",
        "/owner_org_id",
    ];
    assert_eq!(named, expected.into());
    let (id, _) = desk.system("scjg").await;
    let grants = json!({ "version": 1, "grants": [{ "interface": "events" }, { "interface": "user_data", "fields": ["salary"] }, { "interface": "all" }] });
    let (_, problem) = desk.call(Method::PUT, &format!("/systems/{id}/grants"), grants).await;
    let named: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(named, ["/grants/0/items", "/grants/1/fields", "/grants/2/interface"]);
}

/// req: IDENT-011
#[tokio::test]
async fn an_auditor_reads_and_changes_nothing() {
    let mut desk = Desk::new(Backend::Sqlite).await;
    let (id, _) = desk.system("scjg").await;
    desk.cookie = desk.sign_in("auditor").await;
    assert_eq!(desk.call(Method::GET, &format!("/systems/{id}"), Value::Null).await.0, StatusCode::OK);
    assert_eq!(desk.call(Method::GET, "/systems/choices", Value::Null).await.0, StatusCode::OK);
    let (status, _) = desk.call(Method::POST, &format!("/systems/{id}/secrets"), json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
