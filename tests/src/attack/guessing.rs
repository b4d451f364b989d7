//! Passwords, codes and numbers tried one after the other: what is tried often is stopped, and no answer tells what exists.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Backend;
use time::Duration;

use super::bare;
use crate::main_job::{draft_version, filled_draft, solve};
use crate::world::World;

/// A problem without what differs by nature.
fn told(mut body: Value) -> Value {
    body["trace_id"] = Value::Null;
    body
}

async fn try_password(world: &World, login: &str, password: &str) -> (StatusCode, Value) {
    let body = json!({ "login": login, "password": password });
    let answer = world.nobody().request(Method::POST, "/staff/sign-in", Some(body)).await;
    (answer.status(), told(answer.json().await.unwrap_or(Value::Null)))
}

/// Five wrong passwords lock a login; unknown, wrong and locked answer alike, word for word; a quarter of an hour later
/// the owner is let in. Others are not touched.
///
/// req: OPS-027, OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_not_guessed_and_logins_are_not_listed() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let unknown = try_password(&world, "nobody-of-this-name", "Wrong-Guess-1").await;
        assert_eq!(unknown.0, StatusCode::UNAUTHORIZED);
        for guess in 0..5 {
            assert_eq!(try_password(&world, "reviewer", &format!("Wrong-Guess-{guess}")).await, unknown);
        }
        let right = try_password(&world, "reviewer", app::demo::PASSWORD).await;
        assert_eq!(right, unknown, "locked, even the right one is refused, and nobody learns that it was right");
        for odd in ["' OR '1'='1", "reviewer' --", "REVIEWER\u{0}", "*", ""] {
            let (status, _) = try_password(&world, odd, app::demo::PASSWORD).await;
            assert!(status.is_client_error(), "{odd:?}: {status}");
        }
        // Somebody who knows logins keeps nobody else out.
        assert_eq!(try_password(&world, "approver", app::demo::PASSWORD).await.0, StatusCode::OK);
        world.clock.advance(Duration::minutes(15) + Duration::seconds(1));
        assert_eq!(try_password(&world, "reviewer", app::demo::PASSWORD).await.0, StatusCode::OK);
        // A password of a megabyte costs no more than any other.
        let begun = std::time::Instant::now();
        let (status, _) = try_password(&world, "nobody-of-this-name", &"x".repeat(1 << 20)).await;
        assert!(status.is_client_error() && begun.elapsed() < std::time::Duration::from_secs(5));
        world.close().await;
    }
}

/// One address tries many logins: it is told to wait, and how long. Another address is not.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn one_address_that_tries_many_logins_is_told_to_wait() {
    let world = World::new(Backend::Sqlite).await;
    let from = async |address: &str, no: usize| {
        bare()
            .post(format!("{}/api/v1/staff/sign-in", world.base))
            .header("x-tongban-request", "1")
            .header("x-forwarded-for", address)
            .json(&json!({ "login": format!("guess-{no}"), "password": "Wrong-Guess-1" }))
            .send()
            .await
            .unwrap()
    };
    let mut refused = None;
    for no in 0..40 {
        let answer = from("203.0.113.9", no).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some((no, answer));
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let (after, answer) = refused.expect("forty tries a minute are stopped");
    assert!(after >= 20, "{after}: people who mistype are not stopped");
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(from("203.0.113.10", 0).await.status(), StatusCode::UNAUTHORIZED);
    // Written by the caller, to the left of what our proxy saw, an address is nobody's.
    let left = from("198.51.100.1, 203.0.113.9", 99).await;
    assert_eq!(left.status(), StatusCode::TOO_MANY_REQUESTS);
    world.close().await;
}

async fn ask_progress(world: &World, number: &str, proof: &str) -> (StatusCode, Value) {
    let nobody = world.nobody();
    let captcha = nobody.get("/captcha").await;
    let body = json!({ "case_number": number, "proof": proof, "captcha_id": captcha["id"],
        "captcha_answer": solve(captcha["question"].as_str().unwrap()) });
    let answer = nobody.request(Method::POST, "/progress", Some(body)).await;
    (answer.status(), told(answer.json().await.unwrap_or(Value::Null)))
}

/// Whether a case number exists is not told, and the six digits of its code are not found by trying: after five wrong
/// ones the number waits an hour, whether it belongs to a case or not.
///
/// req: OPS-030, PORTAL-025
#[tokio::test(flavor = "multi_thread")]
async fn case_numbers_are_not_listed_and_query_codes_are_not_guessed() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let version = json!({ "version": draft_version(&citizen, &id).await });
        let receipt = citizen.post(&format!("/my/cases/{id}/submit"), version).await;
        let (number, code) = (receipt["case_number"].as_str().unwrap(), receipt["query_code"].as_str().unwrap());
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let absent = "SL449902202609210999999";
        assert_eq!(ask_progress(&world, number, code).await.0, StatusCode::OK);
        for _ in 0..5 {
            let (there, not_there) =
                (ask_progress(&world, number, wrong).await, ask_progress(&world, absent, wrong).await);
            assert_eq!(there.0, StatusCode::NOT_FOUND);
            assert_eq!(there, not_there);
        }
        let (there, not_there) = (ask_progress(&world, number, code).await, ask_progress(&world, absent, wrong).await);
        assert_eq!(there.0, StatusCode::TOO_MANY_REQUESTS, "even the right code waits");
        assert_eq!(there, not_there);
        // Its owner is not kept out, and an hour later nobody is.
        assert!(citizen.get(&format!("/my/cases/{id}")).await["state"].is_string());
        world.clock.advance(Duration::HOUR + Duration::seconds(1));
        assert_eq!(ask_progress(&world, number, code).await.0, StatusCode::OK);
        world.close().await;
    }
}

/// An answered captcha opens one try; none, a wrong one or one used before opens nothing, and is looked at before
/// anything else.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_captcha_opens_one_try() {
    let world = World::new(Backend::Sqlite).await;
    let nobody = world.nobody();
    let captcha = nobody.get("/captcha").await;
    let answer = solve(captcha["question"].as_str().unwrap());
    let body = |id: &Value, answer: &str| json!({ "case_number": "SL1", "proof": "000000", "captcha_id": id, "captcha_answer": answer });
    let ask = async |body: Value| nobody.request(Method::POST, "/progress", Some(body)).await.status();
    assert_eq!(ask(body(&captcha["id"], &answer)).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(body(&captcha["id"], &answer)).await, StatusCode::UNPROCESSABLE_ENTITY, "used");
    let next = nobody.get("/captcha").await;
    assert_eq!(ask(body(&next["id"], "99")).await, StatusCode::UNPROCESSABLE_ENTITY, "wrong");
    let right = solve(next["question"].as_str().unwrap());
    assert_eq!(ask(body(&next["id"], &right)).await, StatusCode::UNPROCESSABLE_ENTITY, "one try");
    let made_up = json!("01a00000-0000-7000-8000-000000000001");
    assert_eq!(ask(body(&made_up, "5")).await, StatusCode::UNPROCESSABLE_ENTITY);
    let old = nobody.get("/captcha").await;
    world.clock.advance(Duration::minutes(11));
    let right = solve(old["question"].as_str().unwrap());
    assert_eq!(ask(body(&old["id"], &right)).await, StatusCode::UNPROCESSABLE_ENTITY, "old");
    world.close().await;
}

/// An enterprise that is not here and one that shows a wrong password are told the same.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn enterprises_are_not_listed_by_trying_to_sign_in() {
    let world = World::new(Backend::Sqlite).await;
    let nobody = world.nobody();
    let mut answers = Vec::new();
    for code in ["92449902MA9900KX9E", "91449902MA9901B20K", "91449901MA9999999X"] {
        let captcha = nobody.get("/captcha").await;
        let body = json!({ "code": code, "password": "Wrong-Guess-1", "captcha_id": captcha["id"],
            "captcha_answer": solve(captcha["question"].as_str().unwrap()) });
        let answer = nobody.request(Method::POST, "/portal/enterprise/sign-in", Some(body)).await;
        answers.push((answer.status(), told(answer.json().await.unwrap())));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.is_client_error());
    // A code that can't be one may be told as that: it lists nobody.
    assert!(answers[2] == answers[0] || answers[2].0 == StatusCode::UNPROCESSABLE_ENTITY, "{:?}", answers[2]);
    world.close().await;
}
