//! Organisations and windows.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;

use super::{administered, pointers};

/// req: IDENT-026
#[tokio::test]
async fn an_organisation_is_added_renamed_moved_and_its_past_stays() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let bureau = city.org("qscj").await;
        let new = json!({ "name": "网络交易监管科", "kind": "section", "parent_id": bureau, "region": "449902000000" });
        let made = city.done(Method::POST, "/admin/orgs", &admin, new).await;
        let id = made["id"].as_str().unwrap().to_owned();
        assert!(made["path"].as_str().unwrap().ends_with("示例区市场监督管理局/网络交易监管科"), "{made}");
        assert_eq!(made["level"], 4);
        let filed = city.test.platform.now();
        city.test.clock.advance(Duration::days(30));
        let admin = city.desk("sysadmin").await;
        let edit = |version: i64, name: &str| {
            json!({ "version": version, "name": name, "short_name": name, "kind": "section", "uscc": null,
                "region": "449902000000", "phone": null, "sort": 3, "reason": "三定方案调整" })
        };
        city.done(Method::PUT, &format!("/admin/orgs/{id}"), &admin, edit(1, "平台经济监管科")).await;
        city.refused(Method::PUT, &format!("/admin/orgs/{id}"), &admin, edit(1, "又一个"), 409).await;
        city.test.clock.advance(Duration::minutes(1));
        let to = json!({ "version": 2, "parent_id": city.org("rs").await, "reason": "划转" });
        let moved = city.done(Method::POST, &format!("/admin/orgs/{id}/move"), &admin, to).await;
        assert_eq!(moved["parent_id"], json!(city.org("rs").await));
        // An old case keeps the name and path of its time.
        let tree = city.identity.orgs().await.unwrap();
        let uuid = id.parse().unwrap();
        assert_eq!(tree.name_at(uuid, filed), Some("网络交易监管科"));
        assert!(tree.path_at(uuid, filed).ends_with("示例区市场监督管理局/网络交易监管科"));
        assert_eq!(tree.name_at(uuid, city.test.platform.now() + Duration::SECOND), Some("平台经济监管科"));
        let detail = city.shown(&format!("/admin/orgs/{id}"), &admin).await;
        let acts: Vec<&str> =
            detail["history"].as_array().unwrap().iter().map(|one| one["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["moved", "renamed", "created"]);
        assert_eq!(detail["history"][1]["name"], "网络交易监管科");
        city.test.close().await;
    }
}

/// req: IDENT-026, IDENT-027
#[tokio::test]
async fn wrong_codes_regions_and_rings_are_named() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let bureau = city.org("qscj").await;
        let body = |uscc: &str, region: &str, kind: &str| json!({ "name": "新单位", "kind": kind, "parent_id": bureau, "uscc": uscc, "region": region });
        let wrong = city
            .refused(Method::POST, "/admin/orgs", &admin, body("11449902MB9900128X", "449901000000", "club"), 422)
            .await;
        assert_eq!(pointers(&wrong), ["/kind", "/uscc", "/region"]);
        let taken = city
            .refused(Method::POST, "/admin/orgs", &admin, body("11449902MB9900128N", "449902003000", "hall"), 422)
            .await;
        assert_eq!(pointers(&taken), ["/uscc"]);
        let ring = json!({ "version": 1, "parent_id": city.org("qscj-food").await, "reason": "试试" });
        city.refused(Method::POST, &format!("/admin/orgs/{bureau}/move"), &admin, ring, 422).await;
        let busy = city
            .refused(
                Method::POST,
                &format!("/admin/orgs/{bureau}/disable"),
                &admin,
                json!({ "version": 1, "reason": "停用" }),
                409,
            )
            .await;
        assert_eq!(busy["code"], "org_in_use");
        // A list is limited to the part, filtered and counted exactly.
        let all = city.shown("/admin/orgs?limit=10", &admin).await;
        assert_eq!(all["total"].as_u64().unwrap() as usize, city.identity.orgs().await.unwrap().all().len());
        let next = city.shown(&format!("/admin/orgs?limit=10&cursor={}", all["next"].as_str().unwrap()), &admin).await;
        assert_ne!(all["items"][9]["id"], next["items"][0]["id"]);
        let root = city.shown("/admin/orgs?parent=root", &admin).await;
        assert_eq!(root["items"][0]["key"], "city-gov");
        assert!(root["items"].as_array().unwrap().iter().all(|org| org["parent_id"].is_null()));
        let town = city.shown("/admin/orgs?region=449902101000", &admin).await;
        assert!(
            town["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|org| org["region"].as_str().unwrap().starts_with("449902101"))
        );
        city.test.close().await;
    }
}

/// req: IDENT-026
#[tokio::test]
async fn a_merge_takes_staff_windows_and_sections_over_and_keeps_the_old_name() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let (old, into) = (city.org("qscj-food").await, city.org("qscj-reg").await);
        let body = json!({ "version": 1, "into": into, "reason": "机构改革" });
        city.done(Method::POST, &format!("/admin/orgs/{old}/merge"), &admin, body).await;
        let clerk = city.identity.staff_by_login("clerk").await.unwrap().unwrap();
        assert_eq!(clerk.org_id, into);
        let gone = city.shown(&format!("/admin/orgs/{old}"), &admin).await;
        assert_eq!((gone["state"].as_str(), gone["merged_into"]["id"].clone()), (Some("merged"), json!(into)));
        let tree = city.identity.orgs().await.unwrap();
        assert_eq!(tree.name_at(old, city.test.platform.now()), Some("食品经营许可科"), "its old cases show it");
        assert_eq!(tree.body(old).unwrap().key, "qscj");
        city.refused(
            Method::POST,
            &format!("/admin/orgs/{old}/enable"),
            &admin,
            json!({ "version": 2, "reason": "恢复" }),
            409,
        )
        .await;
        city.test.close().await;
    }
}

/// req: IDENT-026, IDENT-027
#[tokio::test]
async fn windows_are_managed_within_the_own_part() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let hall = city.org("district-hall").await;
        let window = |version: i64, region: &str, items: Value| {
            json!({ "version": version, "hall_key": "district-hall", "hall_name": "示例区政务服务中心", "number": "21",
                "name": "食品专窗", "kind": "handle", "org_id": hall, "region": region, "items": items, "staff": [] })
        };
        let wrong = city
            .refused(Method::POST, "/admin/windows", &admin, window(0, "449901000000", json!(["nothing"])), 422)
            .await;
        assert_eq!(pointers(&wrong), ["/items", "/region"]);
        let made = city
            .done(Method::POST, "/admin/windows", &admin, window(0, "449902000000", json!(["food-operation-permit"])))
            .await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(made["items"], json!(["food-operation-permit"]));
        let mut edit = window(1, "449902000000", json!([]));
        edit["items"] = json!(["food-operation-permit", "individual-business-setup"]);
        let changed = city.done(Method::PUT, &format!("/admin/windows/{id}"), &admin, edit.clone()).await;
        assert_eq!((changed["version"].as_i64(), changed["items"].as_array().unwrap().len()), (Some(2), 2));
        city.refused(Method::PUT, &format!("/admin/windows/{id}"), &admin, edit, 409).await;
        city.done(Method::DELETE, &format!("/admin/windows/{id}?version=2"), &admin, Value::Null).await;
        assert_eq!(city.get(&format!("/api/v1/admin/windows/{id}"), &admin).await.status, 404);
        city.test.close().await;
    }
}

/// A window with its class, departments, items and people: added, found by its class, changed, taken away; a class is
/// one of the list and only of a window that handles.
///
/// req: CASE-002
#[tokio::test]
async fn a_window_has_a_class_departments_staff_and_items() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let (hall, bureau) = (city.org("district-hall").await, city.org("rs").await);
        let clerk = city.person("clerk").await;
        let window = |version: i64, kind: &str, class: &str| {
            json!({ "version": version, "hall_key": "district-hall", "hall_name": "示例区政务服务中心", "number": "22",
                "name": "建设项目", "kind": kind, "class": class, "org_id": hall, "region": "449902000000",
                "items": ["food-operation-permit"], "orgs": [bureau], "staff": [clerk] })
        };
        for (kind, class) in [("handle", "everything"), ("guide", "construction")] {
            let wrong = city.refused(Method::POST, "/admin/windows", &admin, window(0, kind, class), 422).await;
            assert_eq!(pointers(&wrong), ["/class"], "{kind} {class}");
        }
        let made = city.done(Method::POST, "/admin/windows", &admin, window(0, "handle", "construction")).await;
        assert_eq!((&made["class_label"], &made["orgs"][0]["id"]), (&json!("建设项目类"), &json!(bureau)));
        assert_eq!(made["staff"][0]["id"], json!(clerk));
        let id = made["id"].as_str().unwrap();
        // Each of the ten classes and the general one can be chosen.
        let mut version = 1;
        for (class, label) in crate::CLASSES {
            let changed =
                city.done(Method::PUT, &format!("/admin/windows/{id}"), &admin, window(version, "handle", class)).await;
            assert_eq!(changed["class_label"], json!(label));
            version += 1;
        }
        let of = async |class: &str| {
            city.shown(&format!("/admin/windows?class={class}&limit=100"), &admin).await["total"].clone()
        };
        assert_eq!(of("transport").await, json!(3), "two of the city and this one");
        assert_eq!(of("general").await, json!(5));
        assert_eq!(of("tax").await, json!(0));
        assert!(of("none").await.as_u64().unwrap() > 5);
        city.done(Method::DELETE, &format!("/admin/windows/{id}?version={version}"), &admin, Value::Null).await;
        assert_eq!(of("transport").await, json!(2));
        city.test.close().await;
    }
}
