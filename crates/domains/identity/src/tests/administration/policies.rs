//! Access policies, grants to other regions.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::{PASSWORD, administered};
use crate::tests::City;

const OFFICE: &str = "10.2.1.8";
const HOME: &str = "203.0.113.7";
const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64)";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148";

async fn sign_in_from(city: &City, login: &str, address: &str, agent: &str) -> super::Answer {
    let body = json!({ "login": login, "password": PASSWORD });
    city.from(address, agent, Method::POST, "/staff/sign-in", "", body).await
}

fn policy(kind: &str, subject: &str, more: Value) -> Value {
    let mut body = json!({ "name": "窗口网段", "subject_kind": kind, "subject": subject, "enabled": true });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// req: IDENT-035, OPS-027
#[tokio::test]
async fn network_and_terminal_are_held_to_at_sign_in_and_at_every_request() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let bad = policy("role", "clerk", json!({ "networks": ["10.2.0.0/40"], "idle_minutes": 1 }));
        let named = city.refused(Method::POST, "/admin/policies", &security, bad, 422).await;
        assert_eq!(super::pointers(&named), ["/networks", "/idle_minutes"]);
        let before = sign_in_from(&city, "clerk", HOME, DESKTOP).await.cookie("tb_desk").unwrap();
        let good = policy("role", "clerk", json!({ "networks": ["10.2.0.0/16"], "terminals": ["desktop"] }));
        city.done(Method::POST, "/admin/policies", &security, good).await;
        // The session that was open already is held to it at its next request.
        let answer = city.from(HOME, DESKTOP, Method::GET, "/staff/me", &before, Value::Null).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("policy_network")));
        let last = city.account("clerk", &security).await["last_sign_in_at"].clone();
        city.test.clock.advance(Duration::seconds(60));
        for (address, agent, code) in [(HOME, DESKTOP, "policy_network"), (OFFICE, PHONE, "policy_terminal")] {
            let refused = sign_in_from(&city, "clerk", address, agent).await;
            assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some(code)));
            assert!(refused.cookie("tb_desk").is_none());
        }
        // Who was kept out has not signed in: not in the account, not in the owner's own record.
        assert_eq!(city.account("clerk", &security).await["last_sign_in_at"], last);
        let inside = sign_in_from(&city, "clerk", OFFICE, DESKTOP).await;
        assert_eq!(inside.status, StatusCode::OK, "{}", inside.text);
        let own = inside.cookie("tb_desk").unwrap();
        let record = city.from(OFFICE, DESKTOP, Method::GET, "/staff/me/sign-ins", &own, Value::Null).await.json();
        let results: Vec<&str> =
            record["items"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["ok", "refused", "refused", "ok"], "{record}");
        assert_eq!(sign_in_from(&city, "approver", HOME, PHONE).await.status, StatusCode::OK, "others are not touched");
        let id = city.person("clerk").await;
        let lines = platform::work::audit::about(city.test.platform.db.read(), &format!("staff:{id}")).await.unwrap();
        assert_eq!(lines.iter().filter(|(action, _)| action == "access.refused").count(), 3);
        city.test.close().await;
    }
}

/// req: IDENT-035, OPS-027
#[tokio::test]
async fn idle_time_number_of_sessions_and_quota_are_held_to() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let id = city.person("clerk").await.to_string();
        let limits = policy("user", &id, json!({ "idle_minutes": 5, "max_sessions": 1, "requests_per_minute": 10 }));
        let made = city.done(Method::POST, "/admin/policies", &security, limits).await;
        let first = city.desk("clerk").await;
        let second = city.sign_in("clerk", PASSWORD).await;
        assert_eq!((second.status, second.json()["code"].as_str()), (StatusCode::CONFLICT, Some("policy_sessions")));
        let mut codes = Vec::new();
        for _ in 0..12 {
            codes.push(city.get("/api/v1/staff/me", &first).await.status.as_u16());
        }
        assert_eq!(codes.iter().filter(|code| **code == 200).count(), 10);
        assert_eq!(codes.last(), Some(&429));
        city.test.clock.advance(Duration::minutes(1));
        assert_eq!(city.get("/api/v1/staff/me", &first).await.status, StatusCode::OK, "a minute later there is room");
        city.test.clock.advance(Duration::minutes(6));
        assert_eq!(city.get("/api/v1/staff/me", &first).await.status, StatusCode::UNAUTHORIZED, "idle too long");
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK, "the idle one no longer counts");
        let security = city.desk("secadmin").await;
        let path = format!("/admin/policies/{}?version=1", made["id"].as_str().unwrap());
        city.done(Method::DELETE, &path, &security, Value::Null).await;
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK);
        city.test.close().await;
    }
}

/// req: IDENT-035
#[tokio::test]
async fn a_policy_never_locks_out_whoever_makes_it_and_an_area_takes_everybody_in_it() {
    for backend in backends() {
        let city = administered(backend).await;
        let security = city.desk("secadmin").await;
        let whole = policy("area", "449900000000", json!({ "networks": ["10.0.0.0/8"] }));
        let locked = city.refused(Method::POST, "/admin/policies", &security, whole, 409).await;
        assert_eq!(locked["code"], "policy_locks_yourself");
        let district = policy("area", "449902000000", json!({ "networks": ["10.0.0.0/8"] }));
        city.done(Method::POST, "/admin/policies", &security, district).await;
        assert_eq!(sign_in_from(&city, "clerk", HOME, DESKTOP).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            sign_in_from(&city, "outsider", HOME, DESKTOP).await.status,
            StatusCode::OK,
            "the city's own office"
        );
        city.test.close().await;
    }
}

/// req: IDENT-018
#[tokio::test]
async fn staff_of_another_region_see_granted_items_for_the_period_until_recalled() {
    use platform::sessions::PrincipalSource;
    use platform::web::guard::Audience;
    for backend in backends() {
        let city = administered(backend).await;
        let (guest, bureau) = (city.person("outsider").await, city.org("qscj").await);
        let security = city.desk("secadmin").await;
        let now = city.test.platform.now();
        let at = |days: i64| (now + Duration::days(days)).format(&Rfc3339).unwrap();
        let grant = |items: Value, from: i64, until: i64| json!({ "staff_id": guest, "org_id": bureau, "items": items, "from": at(from), "until": at(until), "reason": "跨区通办" });
        let wrong = city
            .refused(Method::POST, "/admin/cross-region", &security, grant(json!(["senior-allowance"]), 3, 2), 422)
            .await;
        assert_eq!(super::pointers(&wrong), ["/items", "/until"]);
        let made = city
            .done(Method::POST, "/admin/cross-region", &security, grant(json!(["food-operation-permit"]), 1, 10))
            .await;
        assert_eq!((made["state"].as_str(), made["staff"]["region_name"].as_str()), (Some("waiting"), Some("示例市")));
        let reaches = |item: &'static str| {
            let city = &city;
            async move {
                let caller =
                    city.identity.principal(&city.test.platform, Audience::Desk, guest).await.unwrap().unwrap();
                caller.reaches(bureau, item)
            }
        };
        assert!(!reaches("food-operation-permit").await, "it has not begun");
        city.test.clock.advance(Duration::days(2));
        assert!(reaches("food-operation-permit").await);
        assert!(!reaches("individual-business-setup").await, "only what was granted");
        let security = city.desk("secadmin").await;
        let overview = city.shown("/admin/cross-region", &security).await;
        assert_eq!(overview["counts"], json!({ "active": 1, "waiting": 0, "expired": 0, "recalled": 0 }));
        let id = made["id"].as_str().unwrap();
        city.done(
            Method::POST,
            &format!("/admin/cross-region/{id}/recall"),
            &security,
            json!({ "reason": "期内收回" }),
        )
        .await;
        assert!(!reaches("food-operation-permit").await, "recalled: the next request is refused");
        city.refused(
            Method::POST,
            &format!("/admin/cross-region/{id}/recall"),
            &security,
            json!({ "reason": "再收一次" }),
            404,
        )
        .await;
        // Whoever may not give the right may not lend it either.
        city.mandate("orgadmin", "qscj", &["org_admin"], false).await;
        let admin = city.desk("orgadmin").await;
        city.refused(Method::POST, "/admin/cross-region", &admin, grant(json!(["food-operation-permit"]), 3, 10), 403)
            .await;
        city.test.close().await;
    }
}
