//! The own account.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use testkit::backends;

use super::City;

fn change(display_name: &str, phone: &str, version: i64) -> Value {
    json!({ "display_name": display_name, "email": "hai.yan@example.com", "phone": phone, "version": version })
}

/// req: IDENT-001
#[tokio::test]
async fn an_owners_phone_stays_when_the_province_still_has_the_old_one() {
    for backend in backends() {
        let city = City::new(backend).await;
        let cookie = city.signed_on("wang-haiyan").await;
        let changed = city.call(Method::PUT, "/api/v1/portal/me", &cookie, change("海燕", "19900001234", 1)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
        let again = city.get("/api/v1/portal/me", &city.signed_on("wang-haiyan").await).await.json();
        assert_eq!(again["account"]["phone_masked"], "199****1234");
        assert_eq!(again["account"]["display_name"], "海燕");
        assert_eq!(again["account"]["email"], "hai.yan@example.com");
        assert_eq!(again["account"]["version"], 2);
        city.test.close().await;
    }
}

#[tokio::test]
async fn the_masked_phone_sent_back_changes_nothing() {
    for backend in backends() {
        let city = City::new(backend).await;
        let cookie = city.signed_on("wang-haiyan").await;
        let changed =
            city.call(Method::PUT, "/api/v1/portal/me", &cookie, change("海燕", "199****0001", 1)).await.json();
        let id = changed["account"]["id"].as_str().unwrap().parse().unwrap();
        let raw = city.identity.account(id).await.unwrap().unwrap();
        assert_eq!(raw.phone.as_deref(), Some("19900000001"));
        city.test.close().await;
    }
}

#[tokio::test]
async fn an_old_page_and_wrong_fields_are_refused_and_change_nothing() {
    for backend in backends() {
        let city = City::new(backend).await;
        let cookie = city.signed_on("wang-haiyan").await;
        let put = |body| city.call(Method::PUT, "/api/v1/portal/me", &cookie, body);
        let stale = put(change("海燕", "19900000001", 7)).await;
        assert_eq!((stale.status, stale.json()["code"].as_str()), (StatusCode::CONFLICT, Some("stale_version")));
        let wrong = put(change("", "123", 1)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let pointers: Vec<Value> =
            wrong.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(pointers, [json!("/display_name"), json!("/phone")]);
        let me = city.get("/api/v1/portal/me", &cookie).await.json();
        assert_eq!((&me["account"]["version"], &me["account"]["display_name"]), (&json!(1), &json!("王海燕")));
        city.test.close().await;
    }
}

#[tokio::test]
async fn a_change_sent_by_another_site_is_refused() {
    let city = City::new(testkit::Backend::Sqlite).await;
    let cookie = city.signed_on("wang-haiyan").await;
    let request = Request::put("/api/v1/portal/me")
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(change("海燕", "", 1).to_string()))
        .unwrap();
    assert_eq!(city.send(request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    for backend in backends() {
        let city = City::new(backend).await;
        let cookie = city.signed_on("li-ming").await;
        let out = city.call(Method::POST, "/api/v1/portal/sign-out", &cookie, Value::Null).await;
        assert_eq!((out.status, out.cookie("tb_portal").as_deref()), (StatusCode::NO_CONTENT, Some("tb_portal=")));
        assert_eq!(city.get("/api/v1/portal/me", &cookie).await.status, StatusCode::UNAUTHORIZED);
        city.test.close().await;
    }
}
