//! Roles, exclusions, the three separated administrators.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;

use super::administered;

/// req: IDENT-029
#[tokio::test]
async fn a_custom_role_is_data_and_a_built_in_one_stays() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let new = json!({ "key": "food_reader", "label": "食品查询", "sees": "items", "permissions": ["staff.me", "case.read", "case.list"] });
        let made = city.done(Method::POST, "/admin/roles", &security, new).await;
        assert_eq!((made["built_in"].as_bool(), made["sees_label"].as_str()), (Some(false), Some("本单位指定的事项")));
        let id = city.person("clerk").await;
        let grants = json!({ "version": 1, "roles": ["food_reader"], "items": [], "windows": [] });
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;
        let clerk = city.desk("clerk").await;
        let me = city.shown("/staff/me", &clerk).await;
        assert_eq!(me["permissions"], json!(["case.list", "case.read", "staff.me"]));
        assert_eq!(me["roles"][0]["label"], "食品查询");
        // A change reaches the holder at the next request on this node.
        let edit = json!({ "version": 1, "label": "食品查询", "sees": "items", "permissions": ["staff.me"] });
        city.done(Method::PUT, "/admin/roles/food_reader", &security, edit).await;
        assert_eq!(city.shown("/staff/me", &clerk).await["permissions"], json!(["staff.me"]));
        let held =
            city.refused(Method::DELETE, "/admin/roles/food_reader?version=2", &security, Value::Null, 409).await;
        assert_eq!(held["code"], "role_held");
        for (method, path) in [(Method::DELETE, "/admin/roles/clerk?version=0"), (Method::PUT, "/admin/roles/clerk")] {
            let body = json!({ "version": 0, "label": "窗口", "sees": "region", "permissions": ["staff.me"] });
            assert_eq!(city.refused(method, path, &security, body, 409).await["code"], "role_built_in");
        }
        let grants = json!({ "version": 2, "roles": ["clerk"], "items": [], "windows": [] });
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;
        city.done(Method::DELETE, "/admin/roles/food_reader?version=2", &security, Value::Null).await;
        let matrix = city.shown("/admin/roles/matrix", &security).await;
        assert_eq!(matrix["rows"][0]["held"].as_array().unwrap().len(), matrix["roles"].as_array().unwrap().len());
        city.test.close().await;
    }
}

/// A change of rights says in the log what was and what is; a sign-in says whose organisation it was.
///
/// req: IDENT-036
#[tokio::test]
async fn the_log_holds_before_and_after_of_rights_and_the_organisation_of_a_sign_in() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let id = city.person("clerk").await;
        let new = json!({ "key": "reader", "label": "查询", "sees": "body", "permissions": ["staff.me", "case.read"] });
        city.done(Method::POST, "/admin/roles", &security, new).await;
        let edit = json!({ "version": 1, "label": "只看", "sees": "body", "permissions": ["staff.me"] });
        city.done(Method::PUT, "/admin/roles/reader", &security, edit).await;
        let grants = json!({ "version": 1, "roles": ["reader"], "items": [], "windows": [] });
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;
        let conn = city.test.platform.db.read();
        let last = async |action: &str| {
            let filter = platform::work::audit::read::Filter { actions: vec![action.to_owned()], ..Default::default() };
            platform::work::audit::read::newest(conn, &filter, None, 1).await.unwrap().remove(0)
        };
        let parts = |record: &platform::work::audit::chain::Record| -> (Value, Value) {
            let read = |text: &Option<String>| serde_json::from_str(text.as_deref().unwrap_or("null")).unwrap();
            (read(&record.before), read(&record.after))
        };
        let (before, after) = parts(&last("role.edit").await);
        assert_eq!((&before["label"], &after["label"]), (&json!("查询"), &json!("只看")));
        assert_eq!(
            (&before["permissions"], &after["permissions"]),
            (&json!(["staff.me", "case.read"]), &json!(["staff.me"]))
        );
        let (before, after) = parts(&last("staff.grant").await);
        assert_eq!((&before["roles"], &after["roles"]), (&json!(["clerk"]), &json!(["reader"])));
        let sign_in = last("staff.sign_in").await;
        assert!(sign_in.org_id.is_some() && sign_in.actor_id.is_some(), "{sign_in:?}");
        city.test.close().await;
    }
}

/// req: IDENT-029, DATASEC-010
#[tokio::test]
async fn duties_that_exclude_each_other_never_come_together() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let id = city.person("clerk").await;
        for roles in [
            json!(["sys_admin", "sec_admin"]),
            json!(["sys_admin", "auditor"]),
            json!(["item_editor", "auditor"]),
            json!(["sys_admin", "clerk"]),
        ] {
            let grants = json!({ "version": 1, "roles": roles, "items": [], "windows": [] });
            let refused = city.refused(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants, 422).await;
            assert_eq!(refused["errors"][0]["code"], "exclusive", "{roles}");
        }
        let both = json!({ "label": "审自己", "sees": "body", "permissions": ["staff.me"], "key": "plain" });
        city.done(Method::POST, "/admin/roles", &security, both).await;
        // An own rule counts from the moment it is made, also inside one role.
        let rule = json!({ "label": "受理和出件分开", "one_side": ["case.accept"], "other_side": ["case.deliver"], "reason": "同一人收件又发证容易出错" });
        let clash = city.refused(Method::POST, "/admin/exclusions", &security, rule, 422).await;
        assert_eq!(clash["errors"][0]["code"], "exclusive", "the clerk holds both already");
        let rule = json!({ "label": "受理和作废分开", "one_side": ["case.accept"], "other_side": ["case.void"], "reason": "收件的人不能作废" });
        let made = city.done(Method::POST, "/admin/exclusions", &security, rule).await;
        let grants = json!({ "version": 1, "roles": ["clerk", "approver"], "items": [], "windows": [] });
        city.refused(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants.clone(), 422).await;
        city.done(
            Method::DELETE,
            &format!("/admin/exclusions/{}", made["id"].as_str().unwrap()),
            &security,
            Value::Null,
        )
        .await;
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;
        city.refused(Method::DELETE, "/admin/exclusions/system-audit", &security, Value::Null, 409).await;
        city.test.close().await;
    }
}

/// The system administrator makes accounts and gives no right; the security administrator gives
/// rights and makes no account; the auditor looks and changes nothing.
///
/// req: DATASEC-010, IDENT-029
#[tokio::test]
async fn the_three_administrators_are_separated() {
    for backend in backends() {
        let city = administered(backend).await;
        let (system, security, auditor) =
            (city.desk("sysadmin").await, city.desk("secadmin").await, city.desk("auditor").await);
        let id = city.person("clerk").await;
        let new = json!({ "login": "new.one", "name": "新人", "org_id": city.org("qscj").await });
        city.refused(Method::POST, "/admin/staff", &security, new.clone(), 403).await;
        let mut with_role = new.clone();
        with_role["roles"] = json!(["clerk"]);
        city.refused(Method::POST, "/admin/staff", &system, with_role, 403).await;
        let made = city.done(Method::POST, "/admin/staff", &system, new).await;
        assert_eq!(made["staff"]["roles"], json!([]), "a new account holds nothing");
        let grants = json!({ "version": 1, "roles": ["approver"], "items": [], "windows": [] });
        city.refused(Method::PUT, &format!("/admin/staff/{id}/grants"), &system, grants, 403).await;
        // Nor does the system administrator take over the security administrator's account.
        let other = city.person("secadmin").await;
        let reset = json!({ "version": 1, "reason": "试试接管" });
        city.refused(Method::POST, &format!("/admin/staff/{other}/reset-password"), &system, reset, 403).await;
        // Nobody widens the own rights.
        let own = json!({ "version": 1, "roles": ["sec_admin", "calendar"], "items": [], "windows": [] });
        city.refused(Method::PUT, &format!("/admin/staff/{other}/grants"), &security, own, 409).await;
        for path in ["/admin/orgs", "/admin/staff", "/admin/roles", "/admin/policies", "/admin/cross-region"] {
            assert_eq!(city.get(&format!("/api/v1{path}"), &auditor).await.status, StatusCode::OK, "{path}");
            let answer = city.call(Method::POST, &format!("/api/v1{path}"), &auditor, json!({})).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        city.test.close().await;
    }
}

/// Every administrative POST that makes something makes it once per key: a second click, or the same
/// request after a lost answer, gets the first one's.
#[tokio::test]
async fn the_same_key_makes_one_thing() {
    for backend in backends() {
        let city = administered(backend).await;
        let (system, security) = (city.desk("sysadmin").await, city.desk("secadmin").await);
        let (office, qscj) = (city.org("city-office").await, city.org("qscj").await);
        let (clerk, outsider) = (city.person("clerk").await, city.person("outsider").await);
        let org = city.shown(&format!("/admin/orgs/{office}"), &system).await;
        let requests = [
            (
                &system,
                "orgs",
                json!({ "name": "市数据科", "kind": "section", "parent_id": office, "region": org["region"] }),
            ),
            (
                &system,
                "windows",
                json!({ "hall_key": "district-hall", "hall_name": "区政务服务大厅", "number": "99",
                "name": "综合窗口", "kind": "handle", "org_id": qscj, "region": city.shown(&format!("/admin/orgs/{qscj}"), &system).await["region"] }),
            ),
            (
                &security,
                "roles",
                json!({ "label": "材料员", "sees": "body", "permissions": ["case.list"], "org_id": qscj }),
            ),
            (
                &security,
                "exclusions",
                json!({ "label": "收件与决定", "one_side": ["case.intake"], "other_side": ["rating.read"],
                "reason": "一人不办两头" }),
            ),
            (&security, "mandates", json!({ "staff_id": clerk, "org_id": qscj, "permissions": ["staff.read"] })),
            (
                &security,
                "policies",
                json!({ "name": "夜间值班", "subject_kind": "role", "subject": "clerk", "enabled": false }),
            ),
            (
                &security,
                "cross-region",
                json!({ "staff_id": outsider, "org_id": qscj, "items": ["food-operation-permit"],
                "until": "2026-12-31T00:00:00Z", "reason": "年底支援" }),
            ),
        ];
        for (cookie, path, body) in requests {
            let path = format!("/admin/{path}");
            let key = format!("click{path}");
            let first = city.keyed(&path, cookie, &key, &body).await;
            assert_eq!(first.status, StatusCode::CREATED, "{path}: {}", first.text);
            let again = city.keyed(&path, cookie, &key, &body).await;
            assert_eq!((again.status, again.text), (first.status, first.text), "{path}");
        }
        let elsewhere = city
            .keyed(
                "/admin/orgs",
                &system,
                "click/admin/windows",
                &json!({ "name": "市档案科", "kind": "section",
            "parent_id": office, "region": org["region"] }),
            )
            .await;
        assert_eq!(
            (elsewhere.status, &elsewhere.json()["code"]),
            (StatusCode::CONFLICT, &json!("idempotency_key_reused"))
        );
        // A one-time password is told once and kept nowhere, so the second answer says what to do instead.
        let person =
            json!({ "login": "new-clerk", "name": "沈一鸣", "org_id": qscj, "roles": [], "items": [], "windows": [] });
        let made = city.keyed("/admin/staff", &system, "click-staff", &person).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let again = city.keyed("/admin/staff", &system, "click-staff", &person).await;
        assert_eq!((again.status, &again.json()["code"]), (StatusCode::CONFLICT, &json!("already_made")));
        assert_eq!(city.shown("/admin/staff?q=new-clerk", &system).await["total"], 1);
        city.test.close().await;
    }
}
