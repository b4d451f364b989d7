//! Graded administration: what is handed down, and not beyond.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;

use super::administered;

/// req: IDENT-030, OPS-028
#[tokio::test]
async fn a_department_administrator_manages_the_own_part_and_gives_what_was_handed_down() {
    for backend in backends() {
        let city = administered(backend).await;
        city.mandate("orgadmin", "qscj", &["clerk", "org_admin"], true).await;
        let admin = city.desk("orgadmin").await;
        let mine = city.shown("/admin/mandates/mine", &admin).await;
        assert_eq!(
            (mine["orgs"][0]["name"].as_str(), mine["all"].as_bool()),
            (Some("示例区市场监督管理局"), Some(false))
        );
        let orgs = city.shown("/admin/orgs?parent=root", &admin).await;
        assert_eq!((orgs["total"].as_u64(), orgs["items"][0]["key"].as_str()), (Some(1), Some("qscj")));
        // Another body does not exist for this administrator.
        let elsewhere = city.org("scj").await;
        assert_eq!(city.get(&format!("/api/v1/admin/orgs/{elsewhere}"), &admin).await.status, StatusCode::NOT_FOUND);
        let outsider = city.person("outsider").await;
        assert_eq!(city.get(&format!("/api/v1/admin/staff/{outsider}"), &admin).await.status, StatusCode::NOT_FOUND);
        let away = json!({ "version": 1, "reason": "不归我管" });
        city.refused(Method::POST, &format!("/admin/staff/{outsider}/disable"), &admin, away, 404).await;

        let new = json!({ "login": "new.clerk", "name": "新受理员", "org_id": city.org("qscj-food").await, "roles": ["clerk"] });
        let made = city.done(Method::POST, "/admin/staff", &admin, new).await;
        let id = made["staff"]["id"].as_str().unwrap().to_owned();
        // Beyond: a role that was not handed down, a wider view, another body's window.
        for roles in [json!(["approver"]), json!(["supervisor"]), json!(["sec_admin"])] {
            let grants = json!({ "version": 1, "roles": roles, "items": [], "windows": [] });
            let refused = city.refused(Method::PUT, &format!("/admin/staff/{id}/grants"), &admin, grants, 403).await;
            assert_eq!(refused["code"], "grant_beyond_own");
            assert!(!refused["errors"].as_array().unwrap().is_empty());
        }
        let snapshot = city.shown("/admin/windows?hall=district-hall&limit=100", &city.desk("sysadmin").await).await;
        let window = snapshot["items"].as_array().unwrap().iter().find(|one| one["key"] == "district-hall-4").unwrap();
        let grants = json!({ "version": 1, "roles": ["clerk"], "items": [], "windows": [window["id"]] });
        city.refused(Method::PUT, &format!("/admin/staff/{id}/grants"), &admin, grants, 403).await;
        // Nor by taking over the account of somebody who holds more.
        let approver = city.person("approver").await;
        let reset = json!({ "version": 1, "reason": "忘了口令" });
        city.refused(Method::POST, &format!("/admin/staff/{approver}/reset-password"), &admin, reset, 403).await;
        city.test.close().await;
    }
}

/// req: IDENT-030
#[tokio::test]
async fn a_mandate_handed_on_ends_with_the_one_it_came_from() {
    for backend in backends() {
        let city = administered(backend).await;
        let given = city.mandate("orgadmin", "qscj", &["clerk", "org_admin"], true).await;
        let admin = city.desk("orgadmin").await;
        let (section, food) = (city.person("section").await, city.org("qscj-food").await);
        let hand =
            |permissions: Value, org: Value| json!({ "staff_id": section, "org_id": org, "permissions": permissions });
        let beyond =
            city.refused(Method::POST, "/admin/mandates", &admin, hand(json!(["case.void"]), json!(food)), 403).await;
        assert_eq!(beyond["code"], "grant_beyond_own");
        let above = city.org("district-gov").await;
        city.refused(Method::POST, "/admin/mandates", &admin, hand(json!(["case.read"]), json!(above)), 404).await;
        let clerk = crate::roles::permissions(platform::web::guard::Audience::Desk, &["clerk".to_owned()]);
        city.done(Method::POST, "/admin/mandates", &admin, hand(json!(clerk), json!(food))).await;
        let below = city.desk("section").await;
        let new = json!({ "login": "by.section", "name": "科里的人", "org_id": food, "roles": [] });
        city.done(Method::POST, "/admin/staff", &below, new).await;
        // Not to be handed further: it was given without that.
        let further = json!({ "staff_id": city.person("clerk").await, "org_id": food, "permissions": ["case.read"] });
        city.refused(Method::POST, "/admin/mandates", &below, further, 403).await;
        let security = city.desk("secadmin").await;
        let id = given["id"].as_str().unwrap();
        city.done(Method::POST, &format!("/admin/mandates/{id}/revoke"), &security, json!({ "reason": "换届" })).await;
        for (cookie, who) in [(&admin, "orgadmin"), (&below, "section")] {
            let new = json!({ "login": format!("late.{who}"), "name": "太晚", "org_id": food });
            city.refused(Method::POST, "/admin/staff", cookie, new, 422).await;
        }
        let left = city.shown("/admin/mandates?state=active", &security).await;
        assert_eq!(left["total"], 0);
        city.test.close().await;
    }
}
