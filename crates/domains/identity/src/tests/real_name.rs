//! Real-name checks and their review.

use axum::http::{Method, StatusCode};
use platform::sessions::PrincipalSource;
use platform::web::guard::Audience;
use serde_json::{Value, json};
use testkit::backends;

use super::City;

const NUMBER: &str = "44990119930101055X";

impl City {
    async fn check(&self, cookie: &str, name: &str) -> super::Answer {
        let body = json!({ "name": name, "id_number": NUMBER });
        self.call(Method::POST, "/api/v1/portal/me/real-name", cookie, body).await
    }

    async fn may_file(&self, cookie: &str) -> bool {
        let me = self.get("/api/v1/portal/me", cookie).await.json();
        let id = me["account"]["id"].as_str().unwrap().parse().unwrap();
        self.identity.principal(&self.test.platform, Audience::Portal, id).await.unwrap().unwrap().real_name
    }

    async fn decide(&self, cookie: &str, review: &Value, verdict: &str, reason: &str) -> super::Answer {
        let path = format!("/api/v1/real-name-reviews/{}/{verdict}", review["id"].as_str().unwrap());
        self.call(Method::POST, &path, cookie, json!({ "version": review["version"], "reason": reason })).await
    }
}

/// req: IDENT-003
#[tokio::test]
async fn the_authority_passes_or_fails_a_check_at_once_and_says_why() {
    for backend in backends() {
        let city = City::new(backend).await;
        let citizen = city.signed_on("gao-peng").await;
        assert_eq!(city.get("/api/v1/portal/me/real-name", &citizen).await.json()["state"], "none");
        let failed = city.check(&citizen, "高朋").await.json();
        assert_eq!((failed["state"].as_str(), failed["may_file"].as_bool()), (Some("failed"), Some(false)));
        assert!(failed["reason"].as_str().unwrap().contains("不一致"));
        assert!(!city.may_file(&citizen).await);
        let foreign = json!({ "name": "李明", "id_number": "449902198506170153" });
        let foreign = city.call(Method::POST, "/api/v1/portal/me/real-name", &citizen, foreign).await;
        assert_eq!(foreign.json()["errors"][0]["pointer"], "/id_number");
        city.test.clock.advance(time::Duration::seconds(1));
        let passed = city.check(&citizen, "高鹏").await.json();
        assert_eq!((passed["state"].as_str(), passed["may_file"].as_bool()), (Some("passed"), Some(true)));
        assert!(city.may_file(&citizen).await);
        // The province's older word does not undo it.
        let again = city.signed_on("gao-peng").await;
        assert!(city.may_file(&again).await);
        city.test.close().await;
    }
}

/// req: IDENT-003
#[tokio::test]
async fn what_the_authority_can_not_say_staff_decide_with_a_reason() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let citizen = city.signed_on("gao-peng").await;
        city.province_down(true).await;
        let pending = city.check(&citizen, "高鹏").await.json();
        assert_eq!((pending["state"].as_str(), pending["can_apply"].as_bool()), (Some("pending"), Some(false)));
        assert_eq!(city.check(&citizen, "高鹏").await.json()["code"], "real_name_pending");
        city.province_down(false).await;
        assert!(!city.may_file(&citizen).await);

        let clerk = city.signed_in().await;
        let list = city.get("/api/v1/real-name-reviews?state=pending", &clerk).await.json();
        assert_eq!((list["total"].as_i64(), list["counts"]["pending"].as_i64()), (Some(1), Some(1)));
        let review = list["items"][0].clone();
        assert_eq!(review["authority_says"], "没有回应");
        assert!(!review["id_number_masked"].as_str().unwrap().contains("19930101"));
        assert_eq!(city.decide(&clerk, &review, "fail", "").await.json()["errors"][0]["pointer"], "/reason");
        let failed = city.decide(&clerk, &review, "fail", "照片看不清，请重新提交").await.json();
        assert_eq!((failed["state"].as_str(), failed["decided_by"].as_str()), (Some("failed"), Some("陈志远")));
        assert_eq!(city.decide(&clerk, &review, "pass", "").await.json()["code"], "stale_version");
        let own = city.get("/api/v1/portal/me/real-name", &citizen).await.json();
        assert_eq!(own["reason"], "照片看不清，请重新提交");
        assert!(!city.may_file(&citizen).await);
        let passed = city.decide(&clerk, &failed, "pass", "").await;
        assert_eq!(passed.status, StatusCode::OK, "{}", passed.text);
        assert!(city.may_file(&citizen).await);
        // Taken back later: a verified person who fails can't file, whatever the province says.
        city.decide(&clerk, &passed.json(), "fail", "举报属实，冒用他人身份").await;
        assert!(!city.may_file(&city.signed_on("gao-peng").await).await);
        city.test.close().await;
    }
}
