//! Staff on the mobile platform: link, come in, and the link asked for at each act from a phone.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;

use super::{City, PASSWORD, PHONE, refused};

impl City {
    async fn ticket(&self, user: &str) -> String {
        self.outside("mobile", "/tickets", json!({ "user": user })).await["ticket"].as_str().unwrap().to_owned()
    }

    /// Links an account to a user, as its page does; the last answer.
    async fn link(&self, cookie: &str, user: &str) -> super::Answer {
        let begun = self.post("/staff/me/mobile-link/begin", cookie, json!({ "password": PASSWORD })).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.text);
        let url = begun.json()["authorize_url"].as_str().unwrap().to_owned();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let back = client.get(format!("{url}&user={user}")).send().await.unwrap();
        let back = reqwest::Url::parse(back.headers()["location"].to_str().unwrap()).unwrap();
        assert_eq!(back.path(), "/desk/m/link");
        let part = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let body = json!({ "state": part("state"), "ticket": part("ticket") });
        self.post("/staff/me/mobile-link", cookie, body).await
    }

    /// Comes in on the phone.
    async fn open_on_phone(&self, ticket: &str) -> super::Answer {
        let body = json!({ "ticket": ticket });
        self.send(Method::POST, "/api/v1/staff/mobile/sign-on", PHONE, "", body).await
    }

    async fn accept_with(&self, agent: &str, cookie: &str) -> super::Answer {
        self.send(Method::POST, "/accept", agent, cookie, Value::Null).await
    }
}

/// Linked with the own password, the platform's ticket opens the desk on the phone, once; there the
/// person accepts as at the computer.
///
/// req: IDENT-016, CASE-032
#[tokio::test]
async fn a_linked_account_comes_in_on_the_phone_and_accepts() {
    for backend in backends() {
        let city = City::new(backend).await;
        let early = city.ticket("yzy-chenzhiyuan").await;
        assert_eq!(city.open_on_phone(&early).await.refusal(), refused(403, "mobile_unlinked"));

        let desk = city.sign_in("clerk").await;
        let wrong = city.post("/staff/me/mobile-link/begin", &desk, json!({ "password": "no" })).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["errors"][0]["pointer"].as_str()), (422, Some("/password")));
        let linked = city.link(&desk, "yzy-chenzhiyuan").await;
        assert_eq!((linked.status, linked.json()["linked"].as_bool()), (StatusCode::OK, Some(true)), "{}", linked.text);
        let own = city.get("/staff/me/mobile-link", &desk).await.json();
        assert_eq!(own["user_name"], "陈志远");
        let kept = city.column("mobile_links", "user_sealed").await;
        assert!(!kept[0].as_ref().unwrap().contains("chenzhiyuan"), "the platform's user id lies sealed");

        let ticket = city.ticket("yzy-chenzhiyuan").await;
        let came = city.open_on_phone(&ticket).await;
        assert_eq!(came.status, StatusCode::OK, "{}", came.text);
        assert_eq!(came.json()["to"], "/m/todo", "into the zone of the phone");
        let phone = came.cookie();
        let looked = city.send(Method::POST, "/tasks", PHONE, &phone, Value::Null).await;
        assert_eq!(looked.status, StatusCode::OK, "linked, the to-dos are there");
        assert_eq!(city.accept_with(PHONE, &phone).await.status, StatusCode::OK);
        let sessions = city.get("/staff/me/sessions", &desk).await.json();
        let ways: Vec<&str> =
            sessions["items"].as_array().unwrap().iter().filter_map(|one| one["way"].as_str()).collect();
        assert!(ways.contains(&"mobile"), "{ways:?}");

        assert_eq!(city.open_on_phone(&ticket).await.refusal(), refused(401, "mobile_ticket_refused"), "a second time");
        assert_eq!(city.open_on_phone("made-up").await.refusal(), refused(401, "mobile_ticket_refused"));
        city.test.close().await;
    }
}

/// The link is one person's: another name, a user who is linked, a state of somebody else.
///
/// req: IDENT-016
#[tokio::test]
async fn a_link_is_one_persons_on_both_sides() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (clerk, other) = (city.sign_in("clerk").await, city.sign_in("clerk2").await);
        assert_eq!(city.link(&clerk, "yzy-zhoumin").await.refusal(), refused(409, "mobile_other_person"));
        assert_eq!(city.link(&clerk, "yzy-chenzhiyuan").await.status, StatusCode::OK);
        let again = city.post("/staff/me/mobile-link/begin", &clerk, json!({ "password": PASSWORD })).await;
        assert_eq!(again.refusal(), refused(409, "mobile_linked"));
        // Somebody of the same name can't take a user that is linked.
        city.outside("mobile", "/users", json!({ "user": "yzy-chenzhiyuan", "name": "黄丽", "active": true })).await;
        assert_eq!(city.link(&other, "yzy-chenzhiyuan").await.refusal(), refused(409, "mobile_linked"));

        let begun = city.post("/staff/me/mobile-link/begin", &other, json!({ "password": PASSWORD })).await.json();
        let url = reqwest::Url::parse(begun["authorize_url"].as_str().unwrap()).unwrap();
        let state = url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
        let body = json!({ "state": state, "ticket": city.ticket("yzy-huangli").await });
        let stolen = city.post("/staff/me/mobile-link", &clerk, body.clone()).await;
        assert_eq!(stolen.refusal(), refused(400, "mobile_link_over"), "the state was another's");
        assert_eq!(city.post("/staff/me/mobile-link", &other, body).await.refusal(), refused(400, "mobile_link_over"));
        city.test.close().await;
    }
}

/// A password on the phone is no way around the link; at the computer nothing is asked. Ended in the
/// middle of a session, the link opens nothing more.
///
/// req: IDENT-016, CASE-032
#[tokio::test]
async fn without_a_link_that_counts_nobody_accepts_from_a_phone() {
    for backend in backends() {
        let city = City::new(backend).await;
        let desk = city.sign_in("clerk").await;
        assert_eq!(city.accept_with("Firefox", &desk).await.status, StatusCode::OK, "at the computer");
        assert_eq!(city.accept_with(PHONE, &desk).await.refusal(), refused(403, "mobile_link_missing"));
        let looked = city.send(Method::POST, "/tasks", PHONE, &desk, Value::Null).await;
        assert_eq!(looked.refusal(), refused(403, "mobile_link_missing"), "without a link nobody sees a case");
        assert_eq!(city.audited("access.refused").await, 2);

        city.link(&desk, "yzy-chenzhiyuan").await;
        assert_eq!(city.accept_with(PHONE, &desk).await.status, StatusCode::OK);
        let phone = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await.cookie();
        // A phone that says it is a computer is still in a session of the phone.
        assert_eq!(city.accept_with("Firefox", &phone).await.status, StatusCode::OK);

        let admin = city.sign_in("secadmin").await;
        let listed = city.get("/mobile-links?q=clerk&state=linked", &admin).await.json();
        assert_eq!((listed["total"].as_u64(), listed["items"][0]["staff_name"].as_str()), (Some(1), Some("陈志远")));
        let path = format!("/mobile-links/{}/end", listed["items"][0]["id"].as_str().unwrap());
        let bare = city.post(&path, &admin, json!({ "reason": "丢" })).await;
        assert_eq!(bare.json()["errors"][0]["pointer"], "/reason");
        // Another bureau's administrator does not know the link.
        let stranger = city.sign_in("orgadmin").await;
        assert_eq!(city.post(&path, &stranger, json!({ "reason": "手机丢失" })).await.status, StatusCode::NOT_FOUND);
        let ended = city.post(&path, &admin, json!({ "reason": "手机丢失" })).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.text);
        assert_eq!(
            city.accept_with(PHONE, &phone).await.refusal(),
            refused(401, "signed_out"),
            "its session has ended"
        );
        assert_eq!(city.accept_with(PHONE, &desk).await.refusal(), refused(403, "mobile_link_missing"));
        assert_eq!(city.accept_with("Firefox", &desk).await.status, StatusCode::OK, "the computer's has not");
        let again = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await;
        assert_eq!(again.refusal(), refused(403, "mobile_unlinked"));
        assert_eq!(
            city.post(&path, &admin, json!({ "reason": "手机丢失" })).await.refusal(),
            refused(409, "mobile_link_ended")
        );
        city.test.close().await;
    }
}

/// Disabled here, the staff user neither comes in nor goes on; disabled on the platform, the link ends
/// at the next act after the platform's word has grown old.
///
/// req: IDENT-016
#[tokio::test]
async fn a_disabled_user_of_either_side_is_out() {
    for backend in backends() {
        let city = City::new(backend).await;
        let desk = city.sign_in("clerk").await;
        city.link(&desk, "yzy-chenzhiyuan").await;
        let phone = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await.cookie();
        let id = city.staff_id("clerk").await;
        city.identity.set_staff_disabled(id, true).await.unwrap();
        assert_eq!(city.accept_with(PHONE, &phone).await.refusal(), refused(401, "signed_out"));
        let again = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await;
        assert_eq!(again.refusal(), refused(403, "staff_disabled"));
        city.identity.set_staff_disabled(id, false).await.unwrap();

        let phone = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await.cookie();
        city.outside("mobile", "/users", json!({ "user": "yzy-chenzhiyuan", "active": false })).await;
        assert_eq!(city.accept_with(PHONE, &phone).await.status, StatusCode::OK, "asked less than ten minutes ago");
        city.test.clock.advance(Duration::minutes(11));
        assert_eq!(city.accept_with(PHONE, &phone).await.refusal(), refused(403, "mobile_link_missing"));
        assert_eq!(
            city.accept_with(PHONE, &phone).await.refusal(),
            refused(401, "signed_out"),
            "and its session ended"
        );
        let own = city.get("/staff/me/mobile-link", &city.sign_in("clerk").await).await.json();
        assert_eq!(own["linked"], false);
        let back = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await;
        assert_eq!(back.refusal(), refused(403, "mobile_unlinked"));
        city.test.close().await;
    }
}

/// A platform that does not answer stops nobody for twelve hours, and nobody comes in meanwhile.
///
/// req: IDENT-016
#[tokio::test]
async fn a_silent_platform_stops_work_only_after_hours() {
    for backend in backends() {
        let city = City::new(backend).await;
        let desk = city.sign_in("clerk").await;
        city.link(&desk, "yzy-chenzhiyuan").await;
        let ticket = city.ticket("yzy-chenzhiyuan").await;
        city.outside("mobile", "/control", json!({ "down": true })).await;
        assert_eq!(city.open_on_phone(&ticket).await.refusal(), refused(503, "dependency_down"));
        city.test.clock.advance(Duration::minutes(11));
        assert_eq!(city.accept_with(PHONE, &desk).await.status, StatusCode::OK, "its last word counts");
        city.test.clock.advance(Duration::hours(12));
        let desk = city.sign_in("clerk").await;
        assert_eq!(city.accept_with(PHONE, &desk).await.refusal(), refused(503, "dependency_down"));
        city.outside("mobile", "/control", json!({ "down": false })).await;
        assert_eq!(city.accept_with(PHONE, &desk).await.status, StatusCode::OK);
        assert_eq!(city.open_on_phone(&ticket).await.status, StatusCode::OK, "the ticket was not used up");
        city.test.close().await;
    }
}

/// The owner takes the link off with the password; the phone is signed out.
///
/// req: IDENT-016
#[tokio::test]
async fn the_owner_takes_the_link_off() {
    for backend in backends() {
        let city = City::new(backend).await;
        let desk = city.sign_in("clerk").await;
        city.link(&desk, "yzy-chenzhiyuan").await;
        let phone = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await.cookie();
        let wrong = city.post("/staff/me/mobile-link/remove", &desk, json!({ "password": "no" })).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let off = city.post("/staff/me/mobile-link/remove", &desk, json!({ "password": PASSWORD })).await;
        assert_eq!(off.status, StatusCode::NO_CONTENT, "{}", off.text);
        assert_eq!(city.accept_with(PHONE, &phone).await.refusal(), refused(401, "signed_out"));
        let none = city.post("/staff/me/mobile-link/remove", &desk, json!({ "password": PASSWORD })).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        assert_eq!(city.link(&desk, "yzy-chenzhiyuan").await.status, StatusCode::OK, "and links anew");
        city.test.close().await;
    }
}

/// An administrator links somebody who can't do it, with a reason: the same person on both sides, nobody of another
/// body, never himself; both sides are told once, also after the platform was down, and again when it is ended.
///
/// req: CASE-032, IDENT-016
#[tokio::test]
async fn an_administrator_links_somebody_and_both_sides_are_told() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (admin, staff) = (city.sign_in("secadmin").await, city.staff_id("clerk").await);
        let body = |staff: uuid::Uuid, user: &str, reason: &str| json!({ "staff_id": staff, "user_id": user, "reason": reason });
        let why = "本人在外办公，电话请求代办";
        let pointer = async |who: &str, body: Value| {
            let answer = city.post("/mobile-links", who, body).await;
            assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
            answer.json()["errors"][0]["pointer"].as_str().unwrap().to_owned()
        };
        assert_eq!(pointer(&admin, body(staff, "yzy-chenzhiyuan", "急")).await, "/reason");
        assert_eq!(pointer(&admin, body(staff, "yzy-nobody", why)).await, "/user_id");
        assert_eq!(pointer(&admin, body(staff, "yzy-zhoumin", why)).await, "/user_id", "another person");
        let own = city.staff_id("secadmin").await;
        assert_eq!(pointer(&admin, body(own, "yzy-chenzhiyuan", why)).await, "/staff_id", "never oneself");
        let stranger = city.sign_in("orgadmin").await;
        assert_eq!(pointer(&stranger, body(staff, "yzy-chenzhiyuan", why)).await, "/staff_id");
        let clerk = city.sign_in("clerk").await;
        let without = city.post("/mobile-links", &clerk, body(own, "yzy-chenzhiyuan", why)).await;
        assert_eq!(without.status, StatusCode::FORBIDDEN);

        let made = city.post("/mobile-links", &admin, body(staff, "yzy-chenzhiyuan", why)).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let again = city.post("/mobile-links", &admin, body(staff, "yzy-chenzhiyuan", why)).await;
        assert_eq!(again.refusal(), refused(409, "mobile_linked"));
        let came = city.open_on_phone(&city.ticket("yzy-chenzhiyuan").await).await;
        assert_eq!(came.status, StatusCode::OK, "{}", came.text);
        let run = async || {
            let handlers = city.recognition.jobs(platform::work::jobs::Handlers::default());
            platform::work::jobs::run_due(&city.test.platform, &handlers, 20).await.unwrap()
        };
        city.outside("mobile", "/control", json!({ "down": true })).await;
        run().await;
        city.outside("mobile", "/control", json!({ "down": false })).await;
        city.test.clock.advance(Duration::minutes(10));
        run().await;
        let told = async || {
            let url = format!("{}/notices", city.outside.url("mobile"));
            let all: Value = city.test.platform.http.get(url).send().await.unwrap().json().await.unwrap();
            let inbox = platform::messages::inbox(&city.test.platform, &format!("staff:{staff}"), 20).await.unwrap();
            let texts: Vec<String> = inbox.into_iter().map(|one| one.text).collect();
            (all["items"].as_array().unwrap().clone(), texts)
        };
        let (notices, texts) = told().await;
        assert_eq!((notices.len(), texts.len()), (1, 1), "{notices:?} {texts:?}");
        assert!(texts[0].contains(why) && notices[0]["user_id"] == "yzy-chenzhiyuan", "{texts:?}");
        assert_eq!(city.audited("mobile_link.make").await, 1);
        let listed = city.get("/mobile-links?q=clerk&state=linked", &admin).await.json();
        assert_eq!(listed["items"][0]["link_reason"], why);
        let path = format!("/mobile-links/{}/end", listed["items"][0]["id"].as_str().unwrap());
        city.post(&path, &admin, json!({ "reason": "本人已经回来" })).await;
        run().await;
        let (notices, texts) = told().await;
        assert_eq!((notices.len(), texts.len()), (2, 2), "{notices:?} {texts:?}");
        city.test.close().await;
    }
}
