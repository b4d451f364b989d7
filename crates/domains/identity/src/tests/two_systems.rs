//! Two user systems that never mix.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;

use super::City;

fn value(cookie: &str) -> &str {
    cookie.split_once('=').unwrap().1
}

/// req: IDENT-004
#[tokio::test]
async fn a_citizens_session_opens_nothing_of_the_desk_and_the_other_way_round() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let portal = city.signed_on("wang-haiyan").await;
        let desk = city.signed_in().await;
        assert_eq!(city.get("/api/v1/portal/me", &portal).await.status, StatusCode::OK);
        assert_eq!(city.get("/api/v1/staff/me", &desk).await.status, StatusCode::OK);
        // The cookie as it is, and its token under the other cookie's name.
        for stolen in [portal.clone(), format!("tb_desk={}", value(&portal))] {
            assert_eq!(city.get("/api/v1/staff/me", &stolen).await.status, StatusCode::UNAUTHORIZED, "{stolen}");
        }
        for stolen in [desk.clone(), format!("tb_portal={}", value(&desk))] {
            assert_eq!(city.get("/api/v1/portal/me", &stolen).await.status, StatusCode::UNAUTHORIZED, "{stolen}");
        }
        city.test.close().await;
    }
}

/// req: IDENT-004
#[tokio::test]
async fn every_route_with_a_right_refuses_strangers_and_the_other_system() {
    let city = City::with_staff(testkit::Backend::Sqlite).await;
    let (portal, desk) = (city.signed_on("wang-haiyan").await, city.signed_in().await);
    let api = crate::routes(city.identity.clone()).into_openapi();
    let api = serde_json::to_value(&api).unwrap();
    let mut guarded = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(schemes) = operation["security"].as_array() else { continue };
            guarded += 1;
            let other = if schemes[0].get("desk").is_some() { &portal } else { &desk };
            let method: Method = method.to_uppercase().parse().unwrap();
            // Something that looks like an id: the guard is asked before anything else.
            let path = &path.replace("{id}", "01a00000-0000-7000-8000-000000000001").replace("{key}", "clerk");
            for cookie in ["", other, "tb_portal=0; tb_desk=0"] {
                let answer = city.call(method.clone(), path, cookie, Value::Null).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} with {cookie:?}");
            }
        }
    }
    assert!(guarded > 50, "{guarded}");
}

#[tokio::test]
async fn regions_are_listed_level_by_level_without_signing_in() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let top = city.get("/api/v1/regions", "").await.json();
        assert_eq!(
            top["items"],
            json!([{ "code": "449900000000", "name": "示例市", "level": 3, "has_children": true, "above": "" }])
        );
        let villages = city.get("/api/v1/regions?parent=449902003000", "").await.json();
        assert_eq!(villages["items"][0]["name"], "和平社区");
        assert_eq!(villages["items"][0]["has_children"], false);
        assert_eq!(city.identity.region_path("449902003001").await.unwrap(), "示例市示例区示例街道和平社区");
        city.test.close().await;
    }
}
