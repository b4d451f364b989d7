//! Staff sign-in.

use axum::http::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use testkit::backends;
use time::Duration;

use super::{City, PASSWORD};

/// req: IDENT-004
#[tokio::test]
async fn staff_sign_in_with_their_own_accounts_and_out_again() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let answer = city.sign_in(" clerk ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let me = answer.json();
        assert_eq!((me["name"].as_str(), me["org"]["name"].as_str()), (Some("陈志远"), Some("食品经营许可科")));
        assert_eq!(me["roles"][0]["label"], "窗口受理");
        assert_eq!(me["windows"][0]["hall"], "示例区政务服务中心");
        assert_eq!(me["region_name"], "示例区");
        let cookie = answer.cookie("tb_desk").unwrap();
        assert_eq!(city.get("/api/v1/staff/me", &cookie).await.json(), me);
        let out = city.call(Method::POST, "/api/v1/staff/sign-out", &cookie, Value::Null).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert_eq!(city.get("/api/v1/staff/me", &cookie).await.status, StatusCode::UNAUTHORIZED);
        city.test.close().await;
    }
}

/// req: OPS-027
#[tokio::test]
async fn unknown_login_wrong_password_and_locked_login_get_the_same_answer() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let unknown = city.sign_in("nobody", PASSWORD).await;
        assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
        for _ in 0..5 {
            let wrong = city.sign_in("clerk", "wrong").await;
            assert_eq!((wrong.status, &wrong.text), (unknown.status, &unknown.text));
        }
        let locked = city.sign_in("clerk", PASSWORD).await;
        assert_eq!((locked.status, &locked.text), (unknown.status, &unknown.text));
        assert_eq!(city.sign_in("reviewer", PASSWORD).await.status, StatusCode::OK, "another login is not touched");
        city.test.clock.advance(Duration::minutes(15));
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK);
        city.test.close().await;
    }
}

#[tokio::test]
async fn a_right_password_forgives_the_wrong_ones_before() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        for _ in 0..2 {
            for _ in 0..4 {
                city.sign_in("clerk", "wrong").await;
            }
            assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK);
        }
        city.test.close().await;
    }
}

#[tokio::test]
async fn guesses_sent_at_the_same_moment_do_not_slip_past_the_lock() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        // Eleven wrong ones and then the right one, all under way together.
        let guesses = (0..12).map(|at| city.sign_in("clerk", if at == 11 { PASSWORD } else { "wrong" }));
        let answers = futures::future::join_all(guesses).await;
        let let_in = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        // At most five passwords were looked at; which ones is chance.
        assert!(looked_at(&city).await <= 5, "{backend:?}");
        if let_in == 0 {
            assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::UNAUTHORIZED, "locked now");
        }
        city.test.close().await;
    }
}

/// Tries whose password was compared: their audit line names the user.
async fn looked_at(city: &City) -> usize {
    let db = &city.test.platform.db;
    let sql = "SELECT id FROM audit_log WHERE action LIKE 'staff.sign_in%' AND actor_id IS NOT NULL";
    db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap().len()
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_can_not_come_back() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let id = city.identity.staff_by_login("clerk").await.unwrap().unwrap().id;
        city.identity.set_staff_disabled(id, true).await.unwrap();
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        city.identity.set_staff_disabled(id, false).await.unwrap();
        let cookie = city.signed_in().await;
        city.identity.set_staff_disabled(id, true).await.unwrap();
        assert_eq!(city.get("/api/v1/staff/me", &cookie).await.status, StatusCode::UNAUTHORIZED);
        city.test.close().await;
    }
}
