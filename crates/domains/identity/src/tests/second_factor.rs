//! The second factor of staff, their sessions and sign-in records.

use axum::http::{Method, StatusCode};
use base::crypto::otp;
use platform::config::Config;
use serde_json::{Value, json};
use simulators::{People, Simulator};
use testkit::{Backend, backends};
use time::Duration;

use super::{City, PASSWORD, pack};

impl City {
    /// A city where roles that demand a second factor get none without it.
    async fn strict(backend: Backend) -> Self {
        let province = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let config = Config { require_second_factor: true, ..Self::outside(&province) };
        Self::with(backend, province, config).await.staffed().await
    }

    async fn post(&self, path: &str, cookie: &str, body: Value) -> super::Answer {
        self.call(Method::POST, &format!("/api/v1{path}"), cookie, body).await
    }

    /// What an authenticator app shows now.
    fn app_code(&self, secret: &str) -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let (mut bytes, mut group, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in secret.bytes().filter(|byte| *byte != b' ') {
            group = group << 5 | u32::try_from(letters.iter().position(|one| *one == letter).unwrap()).unwrap();
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(group >> bits & 255).unwrap());
            }
        }
        otp::code(&bytes, otp::step_at(self.test.platform.now().unix_timestamp()))
    }

    /// Enrols the system administrator; the secret, the session cookie and the recovery codes.
    async fn enrolled(&self) -> (String, String, Vec<String>) {
        let first = self.sign_in("sysadmin", PASSWORD).await;
        assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text);
        assert_eq!((first.json()["step"].as_str(), first.cookie("tb_desk")), (Some("enrol"), None));
        let ticket = first.json()["ticket"].clone();
        let made = self.post("/staff/sign-in/enrolment", "", json!({ "ticket": ticket })).await.json();
        assert!(made["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/"));
        assert!(made["qr_svg"].as_str().unwrap().contains("<svg"));
        let secret = made["secret"].as_str().unwrap().to_owned();
        let done =
            self.post("/staff/sign-in/code", "", json!({ "ticket": ticket, "code": self.app_code(&secret) })).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        let codes: Vec<String> = serde_json::from_value(done.json()["recovery_codes"].clone()).unwrap();
        assert_eq!(codes.len(), 10);
        (secret, done.cookie("tb_desk").unwrap(), codes)
    }

    async fn ticket(&self) -> Value {
        let first = self.sign_in("sysadmin", PASSWORD).await;
        assert_eq!(first.json()["step"], "code", "{}", first.text);
        first.json()["ticket"].clone()
    }
}

/// The role demands it: a password alone gives a ticket, never a session; a code serves once.
///
/// req: IDENT-033, OPS-027
#[tokio::test]
async fn an_administrator_gets_in_with_both_factors_only_and_a_code_serves_once() {
    for backend in backends() {
        let city = City::strict(backend).await;
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK, "the clerk's role demands none");
        let (secret, cookie, recovery) = city.enrolled().await;
        assert_eq!(city.get("/api/v1/staff/me", &cookie).await.status, StatusCode::OK);

        // The code of the enrolment was used: seen over the shoulder it opens nothing.
        let ticket = city.ticket().await;
        let seen = city.app_code(&secret);
        let again = city.post("/staff/sign-in/code", "", json!({ "ticket": ticket, "code": seen })).await;
        assert_eq!(
            (again.status, again.json()["code"].as_str()),
            (StatusCode::UNAUTHORIZED, Some("second_factor_failed"))
        );
        city.test.clock.advance(Duration::seconds(30));
        let ticket = city.ticket().await;
        let body = json!({ "ticket": ticket, "code": city.app_code(&secret) });
        assert_eq!(city.post("/staff/sign-in/code", "", body.clone()).await.status, StatusCode::OK);
        assert_eq!(city.post("/staff/sign-in/code", "", body).await.json()["code"], "sign_in_over");

        // A recovery code in any spelling, once.
        let spelt = recovery[0].to_uppercase().replace('-', " ");
        let body = json!({ "ticket": city.ticket().await, "code": spelt });
        let done = city.post("/staff/sign-in/code", "", body).await;
        assert_eq!((done.status, done.json()["recovery_left"].as_i64()), (StatusCode::OK, Some(9)), "{}", done.text);
        let body = json!({ "ticket": city.ticket().await, "code": recovery[0] });
        assert_eq!(city.post("/staff/sign-in/code", "", body).await.status, StatusCode::UNAUTHORIZED);

        // A ticket for the code does not show or replace the secret; it can't be taken off.
        let ticket = city.ticket().await;
        let peek = city.post("/staff/sign-in/enrolment", "", json!({ "ticket": ticket })).await;
        assert_eq!(peek.status, StatusCode::UNAUTHORIZED);
        let off = json!({ "password": PASSWORD, "code": recovery[1] });
        assert_eq!(
            city.post("/staff/me/second-factor/remove", &cookie, off).await.json()["code"],
            "second_factor_required"
        );
        city.test.close().await;
    }
}

/// req: IDENT-033
#[tokio::test]
async fn codes_are_not_guessed_and_neither_secret_nor_recovery_code_lies_open() {
    for backend in backends() {
        let city = City::strict(backend).await;
        let (secret, _, recovery) = city.enrolled().await;
        city.test.clock.advance(Duration::seconds(60));
        let ticket = city.ticket().await;
        for _ in 0..5 {
            let answer = city.post("/staff/sign-in/code", "", json!({ "ticket": ticket, "code": "000000" })).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        // The ticket is over and the login is locked, also for the right password.
        let right = json!({ "ticket": ticket, "code": city.app_code(&secret) });
        assert_eq!(city.post("/staff/sign-in/code", "", right).await.json()["code"], "sign_in_over");
        assert_eq!(city.sign_in("sysadmin", PASSWORD).await.status, StatusCode::UNAUTHORIZED);

        use sea_orm::{ConnectionTrait, Statement};
        let db = &city.test.platform.db;
        let sql =
            "SELECT secret_sealed AS text FROM second_factors UNION ALL SELECT code_index AS text FROM recovery_codes";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        assert_eq!(rows.len(), 11);
        let plain: Vec<String> = recovery.iter().map(|code| code.replace('-', "")).collect();
        for row in rows {
            let text: String = row.try_get("", "text").unwrap();
            assert!(!plain.contains(&text) && !recovery.contains(&text) && text != secret.replace(' ', ""));
        }
        city.test.close().await;
    }
}

/// A telephone is lost: the security administrator takes the factor away, the sessions end, the next
/// sign-in enrols anew.
#[tokio::test]
async fn a_lost_second_factor_is_reset_by_somebody_else_with_a_reason() {
    let city = City::with_staff(Backend::Sqlite).await;
    let clerk = city.signed_in().await;
    let made = city.post("/staff/me/second-factor", &clerk, json!({ "password": PASSWORD })).await;
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let wrong = city.post("/staff/me/second-factor", &clerk, json!({ "password": "no" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = json!({ "code": city.app_code(&secret) });
    assert_eq!(city.post("/staff/me/second-factor/confirm", &clerk, code).await.status, StatusCode::OK);
    assert_eq!(city.sign_in("clerk", PASSWORD).await.json()["step"], "code", "one's own wish counts too");

    let officer = city.sign_in("secadmin", PASSWORD).await.cookie("tb_desk").unwrap();
    let id = city.identity.staff_by_login("clerk").await.unwrap().unwrap().id;
    let path = format!("/staff/{id}/second-factor/reset");
    assert_eq!(city.post(&path, &officer, json!({ "reason": "" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reset = city.post(&path, &officer, json!({ "reason": "手机遗失，已当面核对" })).await;
    assert_eq!(reset.status, StatusCode::NO_CONTENT, "{}", reset.text);
    assert_eq!(city.get("/api/v1/staff/me", &clerk).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK);
}

/// req: IDENT-007
#[tokio::test]
async fn the_owner_and_an_administrator_see_and_end_sessions() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let one = city.signed_in().await;
        city.test.clock.advance(Duration::seconds(1));
        let two = city.signed_in().await;
        let open = city.get("/api/v1/staff/me/sessions", &two).await.json();
        assert_eq!(open["items"].as_array().unwrap().len(), 2);
        assert_eq!(
            (open["items"][0]["current"].as_bool(), open["items"][0]["way"].as_str()),
            (Some(true), Some("password"))
        );
        let (own, other) = (open["items"][0]["id"].as_str().unwrap(), open["items"][1]["id"].as_str().unwrap());
        let current = city.post(&format!("/staff/me/sessions/{own}/end"), &two, Value::Null).await;
        assert_eq!(current.status, StatusCode::CONFLICT);
        // Somebody else's session does not exist for a colleague.
        let colleague = city.sign_in("reviewer", PASSWORD).await.cookie("tb_desk").unwrap();
        let foreign = city.post(&format!("/staff/me/sessions/{other}/end"), &colleague, Value::Null).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let ended = city.post(&format!("/staff/me/sessions/{other}/end"), &two, Value::Null).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(city.get("/api/v1/staff/me", &one).await.status, StatusCode::UNAUTHORIZED);

        let officer = city.sign_in("secadmin", PASSWORD).await.cookie("tb_desk").unwrap();
        let seen = city.get("/api/v1/sessions?q=clerk", &officer).await.json();
        assert_eq!((seen["total"].as_i64(), seen["items"][0]["staff"]["name"].as_str()), (Some(1), Some("陈志远")));
        let end = format!("/sessions/{own}/end");
        let ended = city.post(&end, &officer, json!({ "reason": "岗位调整，先退出" })).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.text);
        assert_eq!(city.get("/api/v1/staff/me", &two).await.status, StatusCode::UNAUTHORIZED);
        city.test.close().await;
    }
}

/// req: IDENT-006, IDENT-007, OPS-027
#[tokio::test]
async fn everybody_reads_their_own_sign_ins_and_statistics_count_them() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        city.sign_in("clerk", "wrong").await;
        city.test.clock.advance(Duration::seconds(1));
        let clerk = city.signed_in().await;
        let own = city.get("/api/v1/staff/me/sign-ins", &clerk).await.json();
        assert_eq!(own["total"], 2);
        let results: Vec<&str> =
            own["items"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
        assert_eq!(results, ["ok", "refused"]);
        assert_eq!(own["items"][1]["reason"], "口令不对");
        let citizen = city.signed_on("li-ming").await;
        city.signed_on("haiyan").await;
        let own = city.get("/api/v1/portal/me/sign-ins", &citizen).await.json();
        assert_eq!((own["total"].as_i64(), own["items"][0]["way"].as_str()), (Some(1), Some("province")));
        let admin = city.sign_in("sysadmin", PASSWORD).await.cookie("tb_desk").unwrap();
        let sums = city.get("/api/v1/sign-on/statistics?from=2026-09-21&to=2026-09-21", &admin).await.json();
        assert_eq!((sums["total"].as_i64(), sums["refused"].as_i64()), (Some(4), Some(1)));
        let types: Vec<i64> =
            sums["by_user_type"].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).collect();
        assert_eq!(types, [1, 1, 2], "person, enterprise, staff");
        assert_eq!(sums["by_day"], json!([{ "date": "2026-09-21", "count": 4 }]));
        let odd = city.get("/api/v1/sign-on/statistics?from=2026-09-22&to=2026-09-21", &admin).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        city.test.close().await;
    }
}
