//! Enterprises activate their account and sign in with their own password.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Backend, backends};
use time::Duration;

use super::{Answer, City};

const USCC: &str = "92449902MA9900KX9E";
const REPRESENTATIVE: &str = "449902198803120267";
const OWN: &str = "Haiyan-2026-Shop";

impl City {
    /// A body with a rightly answered captcha.
    async fn with_captcha(&self, mut body: Value) -> Value {
        let asked = platform::captcha::ask(&self.test.platform).await.unwrap();
        let digits = "零一二三四五六七八九";
        let number = |c: char| digits.chars().position(|digit| digit == c).unwrap();
        let text: Vec<char> = asked.question.chars().collect();
        let answer =
            if text[1] == '加' { number(text[0]) + number(text[2]) } else { number(text[0]) - number(text[2]) };
        body["captcha_id"] = json!(asked.id);
        body["captcha_answer"] = json!(answer.to_string());
        body
    }

    async fn enterprise(&self, path: &str, body: Value) -> Answer {
        let body = self.with_captcha(body).await;
        self.call(Method::POST, &format!("/api/v1/portal/enterprise/{path}"), "", body).await
    }

    async fn last_sms_code(&self) -> String {
        let url = format!("{}/messages", self.province.url("sms"));
        let body: Value = self.test.platform.http.get(url).send().await.unwrap().json().await.unwrap();
        let text = body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .find(|text| text.contains("验证码"))
            .unwrap();
        text.chars().filter(char::is_ascii_digit).take(6).collect()
    }

    async fn finish(&self, ticket: &Value, sms: &str, number: &str, password: &str) -> Answer {
        let body = json!({ "ticket": ticket, "sms_code": sms, "legal_person_id_number": number, "password": password });
        self.call(Method::POST, "/api/v1/portal/enterprise/activation/finish", "", body).await
    }

    async fn licence(&self, status: &str) {
        let url = format!("{}/licence", self.province.url("registry"));
        self.test.platform.http.post(url).json(&json!({ "uscc": USCC, "status": status })).send().await.unwrap();
    }

    /// An enterprise with its own password; the session cookie.
    async fn activated(&self) -> String {
        let begun = self.enterprise("activation", json!({ "code": USCC })).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let code = self.last_sms_code().await;
        let done = self.finish(&begun.json()["ticket"], &code, REPRESENTATIVE, OWN).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        done.cookie("tb_portal").unwrap()
    }
}

/// req: IDENT-002
#[tokio::test]
async fn a_registered_enterprise_activates_and_signs_in_with_either_number() {
    for backend in backends() {
        let city = City::new(backend).await;
        let cookie = city.activated().await;
        let me = city.get("/api/v1/portal/me", &cookie).await.json();
        assert_eq!(me["account"]["enterprise"]["uscc"], USCC);
        let again = city.enterprise("activation", json!({ "code": USCC })).await;
        assert_eq!((again.status, again.json()["code"].as_str()), (StatusCode::CONFLICT, Some("already_active")));
        let number: Value = {
            let url = format!("{}/enterprises/{USCC}", city.province.url("registry"));
            city.test.platform.http.get(url).send().await.unwrap().json().await.unwrap()
        };
        for code in [USCC, number["registration_number"].as_str().unwrap()] {
            let done = city.enterprise("sign-in", json!({ "code": code, "password": OWN })).await;
            assert_eq!(done.status, StatusCode::OK, "{}", done.text);
            assert_eq!(done.json()["account"]["id"], me["account"]["id"]);
        }
        // Signing in through the province leads to the same account.
        let province = city.get("/api/v1/portal/me", &city.signed_on("haiyan").await).await.json();
        assert_eq!(province["account"]["id"], me["account"]["id"]);
        city.test.close().await;
    }
}

/// req: IDENT-002
#[tokio::test]
async fn an_unregistered_enterprise_or_an_invalid_licence_is_refused_with_the_reason() {
    for backend in backends() {
        let city = City::new(backend).await;
        let code = async |code: &str| {
            city.enterprise("activation", json!({ "code": code })).await.json()["errors"][0]["code"].clone()
        };
        assert_eq!(code("440000000000000").await, "not_registered");
        assert_eq!(code("not a code").await, "format");
        city.licence("吊销").await;
        let refused = city.enterprise("activation", json!({ "code": USCC })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["errors"][0]["code"], "licence_invalid");
        assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("已吊销"), "{}", refused.text);
        city.licence("存续").await;
        city.activated().await;
        // The licence is looked at again at each sign-in, after the password.
        city.licence("注销").await;
        let refused = city.enterprise("sign-in", json!({ "code": USCC, "password": OWN })).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("licence_invalid")));
        assert!(refused.json()["title"].as_str().unwrap().contains("已注销"));
        let wrong = city.enterprise("sign-in", json!({ "code": USCC, "password": "wrong" })).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "a stranger learns nothing of the licence");
        city.test.close().await;
    }
}

/// req: IDENT-002
#[tokio::test]
async fn a_wrong_captcha_is_refused_before_the_password_is_looked_at() {
    for backend in backends() {
        let city = City::new(backend).await;
        city.activated().await;
        for _ in 0..6 {
            let mut body = city.with_captcha(json!({ "code": USCC, "password": "wrong" })).await;
            body["captcha_answer"] = json!("99");
            let answer = city.call(Method::POST, "/api/v1/portal/enterprise/sign-in", "", body).await;
            assert_eq!(
                (answer.status, answer.json()["errors"][0]["code"].as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, Some("captcha_wrong"))
            );
        }
        // Six wrong captchas counted no password: the account is not locked.
        let done = city.enterprise("sign-in", json!({ "code": USCC, "password": OWN })).await;
        assert_eq!(done.status, StatusCode::OK);
        // Unknown, wrong and locked are one answer.
        let unknown = city.enterprise("sign-in", json!({ "code": "440000000000000", "password": OWN })).await;
        for _ in 0..5 {
            let wrong = city.enterprise("sign-in", json!({ "code": USCC, "password": "wrong" })).await;
            assert_eq!((wrong.status, &wrong.text), (unknown.status, &unknown.text));
        }
        let locked = city.enterprise("sign-in", json!({ "code": USCC, "password": OWN })).await;
        assert_eq!((locked.status, &locked.text), (unknown.status, &unknown.text));
        city.test.close().await;
    }
}

#[tokio::test]
async fn only_the_telephone_and_the_legal_representatives_number_end_an_activation() {
    let city = City::new(Backend::Sqlite).await;
    let ticket = city.enterprise("activation", json!({ "code": USCC })).await.json()["ticket"].clone();
    let code = city.last_sms_code().await;
    let wrong = city.finish(&ticket, "000000", "449902198506170153", OWN).await;
    let pointers: Vec<Value> =
        wrong.json()["errors"].as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(pointers, ["/sms_code", "/legal_person_id_number"]);
    for _ in 0..4 {
        city.finish(&ticket, "000000", REPRESENTATIVE, OWN).await;
    }
    assert_eq!(city.finish(&ticket, &code, REPRESENTATIVE, OWN).await.json()["code"], "activation_over");
}

/// req: IDENT-007
#[tokio::test]
async fn the_own_password_is_changed_and_an_overdue_one_reminded_of() {
    for backend in backends() {
        let city = City::new(backend).await;
        let first = city.activated().await;
        let second =
            city.enterprise("sign-in", json!({ "code": USCC, "password": OWN })).await.cookie("tb_portal").unwrap();
        let change = async |old: &str, new: &str| {
            let body = json!({ "old_password": old, "new_password": new });
            city.call(Method::PUT, "/api/v1/portal/me/password", &second, body).await
        };
        assert_eq!(change("wrong", "Another-2026-Shop").await.json()["errors"][0]["pointer"], "/old_password");
        assert_eq!(change(OWN, "short").await.json()["errors"][0]["pointer"], "/new_password");
        assert_eq!(change(OWN, OWN).await.json()["errors"][0]["code"], "same_password");
        assert_eq!(change(OWN, "Another-2026-Shop").await.status, StatusCode::NO_CONTENT);
        assert_eq!(city.get("/api/v1/portal/me", &first).await.status, StatusCode::UNAUTHORIZED, "the others end");
        let state = city.get("/api/v1/portal/me/security", &second).await.json();
        assert_eq!((state["has_password"].as_bool(), state["password_overdue"].as_bool()), (Some(true), Some(false)));
        city.test.clock.advance(Duration::days(90));
        let body = json!({ "code": USCC, "password": "Another-2026-Shop" });
        let later = city.enterprise("sign-in", body).await.cookie("tb_portal").unwrap();
        assert_eq!(city.get("/api/v1/portal/me/security", &later).await.json()["password_overdue"], true);
        let body = json!({ "old_password": OWN, "new_password": "Another-2026-Shop" });
        let province = city.signed_on("li-ming").await;
        let none = city.call(Method::PUT, "/api/v1/portal/me/password", &province, body).await;
        assert_eq!(none.json()["code"], "no_password");
        city.test.close().await;
    }
}
